//! The HTTP server: the API, live updates, the widget and the embedded console.
//!
//! **Never here:** rules, SQL. A handler extracts (authorisation is an extractor), calls one use case of
//! `tertulia-app`, and answers with a type of `tertulia-api-types`.
//!
//! Start with [`router`] and [`routes`]: one file per noun. [`problem`] is how every error leaves the house.

mod console;
pub mod extract;
mod headers;
pub mod limit;
mod observe;
mod patience;
pub mod present;
pub mod problem;
pub mod routes;
mod serve;
mod state;

pub use console::is_built as console_is_built;
pub use problem::Failure;
pub use serve::serve;
pub use state::{HttpState, Options};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What handlers return.
pub type Result<T> = std::result::Result<T, Failure>;

/// Largest request body unless a route says otherwise.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// The document's frame; operations come from the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tertulia",
        description = "Every feature of Tertulia. Sign in with a session cookie (console; writing requests carry `X-Tertulia: 1`) \
                       or with `Authorization: Bearer TOKEN`. Errors are problem documents (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&SecuritySchemes),
    security(("session" = []), ("token" = [])),
    components(schemas(tertulia_api_types::problem::Problem))
)]
struct Document;

struct SecuritySchemes;

impl utoipa::Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
        let components = document.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(extract::SESSION_COOKIE)));
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    }
}

fn api() -> OpenApiRouter<HttpState> {
    OpenApiRouter::with_openapi(Document::openapi()).merge(routes::all())
}

/// The whole API's description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}

/// The whole server.
pub fn router(state: HttpState) -> Router {
    let (routes, _) = api().split_for_parts();
    routes
        .fallback(console::serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(patience::Patience::default(), patience::wait))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(problem::speak))
        .layer(middleware::from_fn_with_state(state.clone(), routes::chat::stand))
        .layer(middleware::from_fn_with_state(state.clone(), headers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

//! One-time links: the first administrator, invitations. Public: the link itself is the credential.

use crate::{
    HttpState, Result,
    extract::{Json, Path},
    routes::session::{agent, begun},
};
use axum::{extract::State, http::HeaderMap, response::Response};
use tertulia_api_types::{
    problem::Problem,
    session::{Session, SetupForm, SetupLink},
};
use tertulia_app::{App, staff::setup};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(show, accept))
}

/// What a link is for.
#[utoipa::path(get, path = "/api/v1/setup/{token}", operation_id = "get_setup_link", tag = "session", security(()),
    params(("token" = String, Path, description = "The link's secret")),
    responses((status = 200, body = SetupLink), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Path(token): Path<String>) -> Result<Json<SetupLink>> {
    let link = setup::look(&app, &token).await?;
    let (email, name) = link.user.map(|user| (user.email, user.name)).unzip();
    Ok(Json(SetupLink { purpose: link.purpose, email, name }))
}

/// Uses a link: creates or completes the account, and signs in.
#[utoipa::path(post, path = "/api/v1/setup/{token}", operation_id = "use_setup_link", tag = "session", security(()),
    params(("token" = String, Path, description = "The link's secret")), request_body = SetupForm,
    responses((status = 200, body = Session), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn accept(
    State(state): State<HttpState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Json(form): Json<SetupForm>,
) -> Result<Response> {
    let form = setup::Form { name: form.name, email: form.email, password: form.password, locale: form.locale };
    let signed_in = setup::accept(&state.app, &token, form, agent(&headers)).await?;
    begun(&state, &signed_in).await
}

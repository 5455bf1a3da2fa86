//! About the server itself: health, its description, its counters.

use crate::{HttpState, Result, extract::Json};
use axum::{extract::State, http::header, response::IntoResponse};
use std::sync::OnceLock;
use tertulia_api_types::settings::Health;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(description)).routes(routes!(metrics))
}

/// Whether the server works: it answers once the database does.
#[utoipa::path(get, path = "/api/health", tag = "server", security(()), responses((status = 200, body = Health)))]
async fn health(State(state): State<HttpState>) -> Result<Json<Health>> {
    state.app.ping().await?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: state.app.store.dialect().name().to_owned(),
    }))
}

/// This API's description (OpenAPI 3.1).
#[utoipa::path(get, path = "/api/openapi.json", tag = "server", security(()), responses((status = 200, content_type = "application/json")))]
async fn description() -> impl IntoResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| crate::openapi().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str())
}

/// Counters and timings in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "server", security(()), responses((status = 200, content_type = "text/plain")))]
async fn metrics(State(state): State<HttpState>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.app.metrics.render())
}

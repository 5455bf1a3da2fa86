//! The sample company.

use crate::{
    HttpState, Result,
    extract::{Json, Signed},
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{problem::Problem, settings::Sample};
use tertulia_app::{App, sample};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(show, load, remove))
}

/// How the sample company stands.
#[utoipa::path(get, path = "/api/v1/sample", operation_id = "get_sample", tag = "settings",
    responses((status = 200, body = Sample), (status = 401, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Sample>> {
    Ok(Json(api_sample(sample::status(&app, &actor).await?)))
}

/// Loads the sample company and plays its day; does nothing when it is loaded. Administrators only.
#[utoipa::path(post, path = "/api/v1/sample", operation_id = "load_sample", tag = "settings",
    responses((status = 200, body = Sample), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn load(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Sample>> {
    Ok(Json(api_sample(sample::load(&app, Some(&actor)).await?)))
}

/// Removes the sample company with everything that came with it. Administrators only.
#[utoipa::path(delete, path = "/api/v1/sample", operation_id = "remove_sample", tag = "settings",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn remove(State(app): State<App>, Signed(actor): Signed) -> Result<StatusCode> {
    sample::remove(&app, Some(&actor), |_| ()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn api_sample(status: sample::Status) -> Sample {
    Sample { loaded: status.loaded, playing: status.playing, speed: status.speed, played: status.played, total: status.total }
}

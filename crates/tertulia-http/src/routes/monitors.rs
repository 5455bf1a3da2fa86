//! Monitors: saved listening queries.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{monitors as api, problem::Problem};
use tertulia_app::{
    App,
    monitors::{self, Check, MonitorView},
};
use tertulia_kernel::Timestamp;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change, delete)).routes(routes!(check)).routes(routes!(preview))
}

/// All monitors.
#[utoipa::path(get, path = "/api/v1/monitors", operation_id = "list_monitors", tag = "listening",
    responses((status = 200, body = Vec<api::Monitor>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::Monitor>>> {
    Ok(Json(monitors::list(&app, &actor).await?.into_iter().map(api_monitor).collect()))
}

/// Creates a monitor. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/monitors", operation_id = "create_monitor", tag = "listening", request_body = api::MonitorForm,
    responses((status = 201, body = api::Monitor), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<api::MonitorForm>,
) -> Result<(StatusCode, Json<api::Monitor>)> {
    Ok((StatusCode::CREATED, Json(api_monitor(monitors::create(&app, &actor, read(form)).await?))))
}

/// Changes a monitor. Supervisors and administrators.
#[utoipa::path(patch, path = "/api/v1/monitors/{id}", operation_id = "change_monitor", tag = "listening", params(("id" = Uuid, Path)),
    request_body = api::MonitorForm,
    responses((status = 200, body = api::Monitor), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::MonitorForm>,
) -> Result<Json<api::Monitor>> {
    Ok(Json(api_monitor(monitors::change(&app, &actor, id.into(), read(form)).await?)))
}

/// Deletes a monitor no rule asks for. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/monitors/{id}", operation_id = "delete_monitor", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    monitors::delete(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks a query: its canonical form and plain reading, or what is wrong and where.
#[utoipa::path(post, path = "/api/v1/monitors/check", operation_id = "check_query", tag = "listening", request_body = api::QueryCheckForm,
    responses((status = 200, body = api::QueryCheck), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn check(Signed(actor): Signed, Json(form): Json<api::QueryCheckForm>) -> Result<Json<api::QueryCheck>> {
    Ok(Json(match monitors::check(&actor, &form.query)? {
        Check::Good { canonical, reading } => {
            api::QueryCheck { ok: true, canonical: Some(canonical), reading: Some(present::bilingual(reading)), error: None }
        }
        Check::Bad { problem, range: [start, end] } => {
            let (message, hint) = (present::bilingual(problem.message), present::bilingual(problem.hint));
            let error = api::QueryError { code: problem.code, start, end, message, hint };
            api::QueryCheck { ok: false, canonical: None, reading: None, error: Some(error) }
        }
    }))
}

/// Tries a query on recent posts.
#[utoipa::path(post, path = "/api/v1/monitors/preview", operation_id = "preview_query", tag = "listening", request_body = api::PreviewForm,
    responses((status = 200, body = api::Preview), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn preview(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::PreviewForm>) -> Result<Json<api::Preview>> {
    let found = monitors::preview(&app, &actor, &form.query, form.limit).await?;
    Ok(Json(api::Preview {
        posts: found.posts.into_iter().map(present::post).collect(),
        scanned: found.scanned as u64,
        matched: found.matched as u64,
        since: found.since.map(Timestamp::to_rfc3339),
    }))
}

fn read(form: api::MonitorForm) -> monitors::Form {
    monitors::Form { name: form.name, query: form.query, enabled: form.enabled }
}

fn api_monitor(view: MonitorView) -> api::Monitor {
    api::Monitor {
        id: view.row.id,
        number: view.row.number,
        name: view.row.name,
        query: view.row.query,
        reading: present::bilingual(view.reading),
        enabled: view.row.enabled,
        matched_day: view.matched_day,
        updated_at: present::at(view.row.updated_at),
    }
}

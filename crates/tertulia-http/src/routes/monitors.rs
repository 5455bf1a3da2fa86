//! Monitors: saved listening queries.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Query, Signed},
    present,
    routes::monitor_matches::api_history,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tertulia_api_types::{monitors as api, problem::Problem};
use tertulia_app::{
    App,
    monitors::{self, Listing, MonitorBrief, MonitorView, folders},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, delete))
        .routes(routes!(list_folders))
        .routes(routes!(move_folder))
}

/// Which monitors, and where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// In this folder or below it.
    folder: Option<String>,
    /// Of this owner.
    owner_id: Option<Uuid>,
    /// With these letters in name or query, whatever their case and accents.
    q: Option<String>,
    /// The last number of the page before.
    after: Option<i64>,
    /// At most so many, up to 500; 5,000 when absent.
    limit: Option<i64>,
}

/// Monitors, by number; all unless the parameters say otherwise or there are more than fit. A page shorter than `limit`
/// (5,000 when absent) is the last; `after` goes on.
#[utoipa::path(get, path = "/api/v1/monitors", operation_id = "list_monitors", tag = "listening", params(ListParams),
    responses((status = 200, body = Vec<api::Monitor>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed, Query(params): Query<ListParams>) -> Result<Json<Vec<api::Monitor>>> {
    let listing =
        Listing { folder: params.folder, owner: params.owner_id.map(Into::into), q: params.q, after: params.after, limit: params.limit };
    Ok(Json(monitors::list(&app, &actor, &listing).await?.into_iter().map(api_monitor).collect()))
}

/// One monitor.
#[utoipa::path(get, path = "/api/v1/monitors/{id}", operation_id = "get_monitor", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::Monitor), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::Monitor>> {
    Ok(Json(api_monitor(monitors::show(&app, &actor, id.into()).await?)))
}

/// Folders that hold monitors, by name.
#[utoipa::path(get, path = "/api/v1/monitors/folders", operation_id = "list_monitor_folders", tag = "listening",
    responses((status = 200, body = Vec<api::MonitorFolder>), (status = 401, body = Problem)))]
async fn list_folders(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::MonitorFolder>>> {
    let folders = folders::list(&app, &actor).await?.into_iter();
    Ok(Json(folders.map(|(folder, monitors)| api::MonitorFolder { folder, monitors }).collect()))
}

/// Moves everything in and below a folder into another. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/monitors/folders/move", operation_id = "move_monitor_folder", tag = "listening",
    request_body = api::MonitorFolderMove,
    responses((status = 200, body = api::MonitorFolderMoved), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn move_folder(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<api::MonitorFolderMove>,
) -> Result<Json<api::MonitorFolderMoved>> {
    Ok(Json(api::MonitorFolderMoved { moved: folders::rename(&app, &actor, &form.from, &form.to).await? }))
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

fn read(form: api::MonitorForm) -> monitors::Form {
    monitors::Form {
        name: form.name,
        query: form.query,
        enabled: form.enabled,
        folder: form.folder,
        owner: form.owner_id.map(Into::into),
        note: form.note,
    }
}

/// A monitor.
pub(super) fn api_monitor(view: MonitorView) -> api::Monitor {
    let owner = view.row.owner_id.zip(view.owner);
    api::Monitor {
        id: view.row.id,
        number: view.row.number,
        name: view.row.name,
        query: view.row.query,
        reading: present::bilingual(view.reading),
        enabled: view.row.enabled,
        cost: view.cost.map(Into::into),
        matched_day: view.matched_day,
        folder: view.row.folder,
        owner: owner.map(|(id, name)| api::MonitorOwner { id, name }),
        version: view.row.version,
        history: view.history.map(api_history),
        slow: view.slow.map(present::slow),
        created_at: present::at(view.row.created_at),
        updated_at: present::at(view.row.updated_at),
    }
}

/// A monitor in a few words.
pub(super) fn brief(monitor: MonitorBrief) -> api::MonitorBrief {
    api::MonitorBrief { id: monitor.id, number: monitor.number, name: monitor.name, folder: monitor.folder, enabled: monitor.enabled }
}

//! Versions of a monitor: listed, compared, restored.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Query, Signed},
    present,
    routes::monitors::api_monitor,
};
use axum::extract::State;
use serde::Deserialize;
use tertulia_api_types::{monitors as api, problem::Problem};
use tertulia_app::{
    App,
    monitors::versions::{self, Piece},
};
use tertulia_store::version::MonitorVersionRow;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Their routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(diff)).routes(routes!(restore))
}

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// A page's `next`.
    after: Option<String>,
    /// Versions per page, at most 100; 50 when absent.
    limit: Option<i64>,
}

/// Which versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DiffParams {
    /// Number of the version before.
    from: i64,
    /// Number of the version after.
    to: i64,
}

/// Versions of a monitor, newest first.
#[utoipa::path(get, path = "/api/v1/monitors/{id}/versions", operation_id = "list_monitor_versions", tag = "listening",
    params(("id" = Uuid, Path), PageParams),
    responses((status = 200, body = api::MonitorVersionPage), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(params): Query<PageParams>,
) -> Result<Json<api::MonitorVersionPage>> {
    let page = versions::list(&app, &actor, id.into(), params.after.as_deref(), params.limit).await?;
    Ok(Json(api::MonitorVersionPage { items: page.items.into_iter().map(version).collect(), next: page.next }))
}

/// What changed from one version to another, word by word.
#[utoipa::path(get, path = "/api/v1/monitors/{id}/versions/diff", operation_id = "diff_monitor_versions", tag = "listening",
    params(("id" = Uuid, Path), DiffParams),
    responses((status = 200, body = api::MonitorVersionDiff), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn diff(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(params): Query<DiffParams>,
) -> Result<Json<api::MonitorVersionDiff>> {
    let difference = versions::difference(&app, &actor, id.into(), params.from, params.to).await?;
    let pieces = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| api::TextPiece { op: piece.op.into(), text: piece.text }).collect();
    Ok(Json(api::MonitorVersionDiff {
        from: version(difference.from),
        to: version(difference.to),
        name: pieces(difference.name),
        query: pieces(difference.query),
    }))
}

/// Makes an earlier version the newest; the monitor is applied to history. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/monitors/{id}/versions/{number}/restore", operation_id = "restore_monitor_version", tag = "listening",
    params(("id" = Uuid, Path), ("number" = i64, Path)), request_body = api::MonitorRestoreForm,
    responses((status = 200, body = api::Monitor), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn restore(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((id, number)): Path<(Uuid, i64)>,
    Json(form): Json<api::MonitorRestoreForm>,
) -> Result<Json<api::Monitor>> {
    Ok(Json(api_monitor(versions::restore(&app, &actor, id.into(), number, form.note).await?)))
}

fn version(row: MonitorVersionRow) -> api::MonitorVersion {
    api::MonitorVersion {
        number: row.number,
        at: present::at(row.at),
        by: row.actor,
        by_id: row.actor_id,
        name: row.name,
        query: row.query,
        note: row.note,
        restored_from: row.restored_from,
    }
}

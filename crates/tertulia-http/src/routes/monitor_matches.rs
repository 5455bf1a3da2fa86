//! What a monitor matches: its pass over history, what people threw out of it, what to exclude, who else finds the same.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
    routes::monitors::brief,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{monitors as api, problem::Problem};
use tertulia_app::{
    App,
    monitors::{discards, duplicates, history, noise},
};
use tertulia_kernel::PostId;
use tertulia_store::history::HistoryRow;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(show, apply, cancel))
        .routes(routes!(discard))
        .routes(routes!(suggest_noise))
        .routes(routes!(list_duplicates))
}

/// How far a monitor's last pass over history came.
#[utoipa::path(get, path = "/api/v1/monitors/{id}/history", operation_id = "get_monitor_history", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::MonitorHistory), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::MonitorHistory>> {
    Ok(Json(api_history(history::show(&app, &actor, id.into()).await?)))
}

/// Applies a monitor to history once more; a pass under way goes on. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/monitors/{id}/history", operation_id = "apply_monitor_history", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 202, body = api::MonitorHistory), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn apply(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<(StatusCode, Json<api::MonitorHistory>)> {
    Ok((StatusCode::ACCEPTED, Json(api_history(history::apply(&app, &actor, id.into()).await?))))
}

/// Stops a monitor's pass over history; what it found stays. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/monitors/{id}/history", operation_id = "cancel_monitor_history", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::MonitorHistory), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn cancel(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::MonitorHistory>> {
    Ok(Json(api_history(history::cancel(&app, &actor, id.into()).await?)))
}

/// Throws a monitor's matches out as noise, or takes them back in. Each post must be one the caller sees.
#[utoipa::path(post, path = "/api/v1/monitors/{id}/discards", operation_id = "discard_matches", tag = "listening", params(("id" = Uuid, Path)),
    request_body = api::DiscardForm,
    responses((status = 200, body = api::Discarded), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn discard(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::DiscardForm>,
) -> Result<Json<api::Discarded>> {
    let posts: Vec<PostId> = form.post_ids.into_iter().map(Into::into).collect();
    Ok(Json(api::Discarded { changed: discards::set(&app, &actor, id.into(), &posts, form.discarded).await? }))
}

/// Words to exclude: frequent in what people threw out, rare in what they kept. Supervisors and administrators.
#[utoipa::path(get, path = "/api/v1/monitors/{id}/noise", operation_id = "suggest_noise", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::MonitorNoise), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn suggest_noise(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::MonitorNoise>> {
    let noise = noise::suggest(&app, &actor, id.into()).await?;
    let term = |one: noise::Suggestion| api::NoiseTerm {
        exclusion: format!("NOT {}", one.term),
        term: one.term,
        discarded: one.discarded as u64,
        kept: one.kept as u64,
        log_odds: one.log_odds,
        query: one.query,
    };
    Ok(Json(api::MonitorNoise {
        discarded: noise.discarded as u64,
        kept: noise.kept as u64,
        terms: noise.terms.into_iter().map(term).collect(),
    }))
}

/// Other monitors that say the same or match nearly the same posts.
#[utoipa::path(get, path = "/api/v1/monitors/{id}/duplicates", operation_id = "list_monitor_duplicates", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::MonitorDuplicates), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn list_duplicates(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::MonitorDuplicates>> {
    let found = duplicates::duplicates(&app, &actor, id.into()).await?;
    let overlap = |one: duplicates::Overlap| api::MonitorOverlap {
        overlap: one.share(),
        monitor: brief(one.other),
        shared: one.shared,
        own: one.own,
        other: one.others,
    };
    Ok(Json(api::MonitorDuplicates {
        same: found.same.into_iter().map(brief).collect(),
        overlapping: found.overlapping.into_iter().map(overlap).collect(),
        posts: found.posts,
    }))
}

/// A pass over history.
pub(super) fn api_history(row: HistoryRow) -> api::MonitorHistory {
    api::MonitorHistory {
        state: row.state,
        version: row.version,
        looked_at: row.looked_at,
        total: row.total,
        matched: row.matched,
        added: row.added,
        removed: row.removed,
        reached_at: present::maybe_at(row.reached_at),
        started_at: present::at(row.started_at),
        finished_at: present::maybe_at(row.finished_at),
        error: row.error,
    }
}

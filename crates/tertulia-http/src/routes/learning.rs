//! Learning from people: versions of what they taught, a training now, going back.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{labels as api, problem::Problem};
use tertulia_app::{
    App,
    understanding::learning::{
        ClassFigures, TaskFigures,
        train::{self, Training},
        versions::{self, Version, Versions},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(start)).routes(routes!(restore))
}

/// Versions of what people taught, newest first, the last training, and what there is to learn from. Supervisors and administrators.
#[utoipa::path(get, path = "/api/v1/understanding/versions", operation_id = "list_learnt_versions", tag = "understanding",
    responses((status = 200, body = api::LearntVersions), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<api::LearntVersions>> {
    Ok(Json(present(versions::list(&app, &actor).await?)))
}

/// Trains now, in the background; one that is under way goes on. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/understanding/versions", operation_id = "start_training", tag = "understanding",
    responses((status = 202, body = api::Training), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn start(State(app): State<App>, Signed(actor): Signed) -> Result<(StatusCode, Json<api::Training>)> {
    Ok((StatusCode::ACCEPTED, Json(training(train::start(&app, &actor).await?))))
}

/// Goes back to a version that was in force; 0 are the shipped classifiers. It reads what comes from then on; what was read before
/// stays as it is. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/understanding/versions/{number}/restore", operation_id = "restore_learnt_version",
    tag = "understanding", params(("number" = i64, Path)),
    responses((status = 200, body = api::LearntVersions), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn restore(State(app): State<App>, Signed(actor): Signed, Path(number): Path<i64>) -> Result<Json<api::LearntVersions>> {
    Ok(Json(present(versions::restore(&app, &actor, number).await?)))
}

fn present(found: Versions) -> api::LearntVersions {
    api::LearntVersions {
        shipped: found.shipped.into(),
        in_force: found.in_force.unwrap_or_default(),
        items: found.items.into_iter().map(version).collect(),
        training: training(found.training),
        labels: found.labels as u64,
        held_out: found.held_out as u64,
        new: found.new,
        labels_needed: train::LEAST_LABELS as u64,
        held_out_needed: train::LEAST_HELD_OUT as u64,
    }
}

fn version(Version { row, figures, fits }: Version) -> api::LearntVersion {
    api::LearntVersion {
        number: row.number,
        at: present::at(row.at),
        by: row.actor,
        by_id: row.actor_id,
        state: row.state,
        fits,
        digest: row.digest,
        labels: row.labels,
        held_out: row.held_out,
        tasks: figures.into_iter().map(task).collect(),
    }
}

fn task(task: TaskFigures) -> api::TaskCompared {
    let class = |class: ClassFigures| api::LabelCompared {
        label: class.label,
        posts: class.posts as u64,
        before: class.before,
        after: class.after,
    };
    api::TaskCompared {
        task: task.task,
        taken: task.taken,
        verdict: task.verdict,
        loses: task.loses,
        labels: task.labels as u64,
        held_out: task.held_out as u64,
        before: task.before,
        after: task.after,
        classes: task.classes.into_iter().map(class).collect(),
    }
}

fn training(known: Training) -> api::Training {
    api::Training {
        at: (known.at != 0).then(|| present::at(known.at)),
        ended_at: known.ended_at.map(present::at),
        state: known.state,
        by: known.by,
        made: known.made,
        why: known.why,
    }
}

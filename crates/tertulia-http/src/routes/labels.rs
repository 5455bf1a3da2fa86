//! What posts say: correcting it, reviewing posts, and how good the labels are.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
};
use axum::extract::State;
use tertulia_api_types::{labels as api, problem::Problem};
use tertulia_app::{
    App, AppError,
    understanding::{
        self, Correction,
        quality::{self, Among, Proportion, TaskQuality},
        review,
    },
};
use tertulia_store::reading::LabelFilter;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(correct))
        .routes(routes!(next))
        .routes(routes!(answer))
        .routes(routes!(show))
        .merge(super::learning::routes())
}

/// Says what a post says. The word of a person counts from then on; where it changes what rules ask about, they are asked
/// again about the post's open case, and change what nobody set by hand.
#[utoipa::path(post, path = "/api/v1/posts/{id}/corrections", operation_id = "correct_post", tag = "understanding",
    params(("id" = Uuid, Path)), request_body = api::Correction,
    responses((status = 200, body = api::Labels), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn correct(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::Correction>,
) -> Result<Json<api::Labels>> {
    Ok(Json(present::labels(understanding::correct(&app, &actor, id.into(), &read(form)).await?)))
}

/// Draws a post for review: by turns one by chance from the last seven days, without its labels, and the one the model knows least
/// of. Until it is answered it is the same one. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/reviews", operation_id = "draw_review", tag = "understanding",
    responses((status = 200, body = api::ReviewNext), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn next(State(app): State<App>, Signed(actor): Signed) -> Result<Json<api::ReviewNext>> {
    let next = review::next(&app, &actor).await?;
    let review::Next { post, random, left, done, passed } = next;
    Ok(Json(api::ReviewNext { post: post.map(present::post), random, left, done, passed }))
}

/// Answers a review, and tells what the model had said. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/reviews/{id}", operation_id = "answer_review", tag = "understanding",
    params(("id" = Uuid, Path, description = "The post")), request_body = api::ReviewAnswer,
    responses((status = 200, body = api::ReviewAnswered), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn answer(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::ReviewAnswer>,
) -> Result<Json<api::ReviewAnswered>> {
    let labels = review::answer(&app, &actor, id.into(), form.labels.map(read).as_ref()).await?;
    Ok(Json(api::ReviewAnswered { labels: labels.map(present::labels) }))
}

/// How good the labels are here. Supervisors and administrators.
#[utoipa::path(get, path = "/api/v1/understanding", operation_id = "get_understanding", tag = "understanding",
    responses((status = 200, body = api::Quality), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed) -> Result<Json<api::Quality>> {
    let found = quality::quality(&app, &actor).await?;
    Ok(Json(api::Quality {
        model: found.model,
        reviewed: found.reviewed,
        others: found.others,
        unanswered: found.unanswered,
        few: quality::FEW,
        tasks: found.tasks.into_iter().map(api_task).collect(),
    }))
}

fn read(form: api::Correction) -> Correction {
    Correction { language: form.language, sentiment: form.sentiment, types: form.types, audience: form.audience }
}

fn api_task(task: TaskQuality) -> api::TaskQuality {
    let names = |names: Vec<&str>| names.into_iter().map(Into::into).collect();
    let proportion = |found: Proportion| api::Proportion { right: found.right, of: found.of, low: found.low, high: found.high };
    let table = |table: quality::Table| {
        let (among, language, channel_id) = match table.among {
            Among::All => ("all", None, None),
            Among::Language(language) => ("language", Some(language.into()), None),
            Among::Channel(channel) => ("channel", None, Some(channel)),
        };
        api::QualityTable { among: among.into(), language, channel_id, right: proportion(table.right), cells: table.cells }
    };
    api::TaskQuality {
        task: task.task.as_str().into(),
        rows: names(task.rows),
        columns: names(task.columns),
        tables: task.tables.into_iter().map(table).collect(),
    }
}

/// A share from 0 to 1 in thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
pub(super) fn per_mille(field: &str, share: f64) -> std::result::Result<u16, AppError> {
    if (0.0..=1.0).contains(&share) { Ok((share * 1_000.0).round() as u16) } else { Err(AppError::field(field, "out_of_range", "0 to 1")) }
}

/// What a list is asked for, as its parameters say it: names with commas between them.
pub(super) fn filter(
    language: Option<&str>,
    sentiment: Option<&str>,
    kind: Option<&str>,
    urgency_min: Option<f64>,
    unsure: Option<bool>,
) -> std::result::Result<LabelFilter, AppError> {
    let names = |text: Option<&'_ str>| -> Vec<String> {
        text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()).map(Into::into).collect()
    };
    let (languages, sentiments, types) = (names(language), names(sentiment), names(kind));
    let least = urgency_min.map(|least| per_mille("urgency_min", least)).transpose()?;
    understanding::filter(&refs(&languages), &refs(&sentiments), &refs(&types), least, unsure)
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

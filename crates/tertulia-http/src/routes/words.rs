//! Words that count: the grounds for answering soon and the topics, changed by people.

use super::labels::per_mille;
use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present::{share, urgency},
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{labels::Label, problem::Problem, words as api};
use tertulia_app::{
    App, AppError,
    understanding::{
        Share,
        words::{self, Form, Language, Phrases, Trial, WordList},
    },
};

use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(save, restore)).routes(routes!(try_out))
}

/// Every ground for answering soon and every topic, with its words. Supervisors and administrators.
#[utoipa::path(get, path = "/api/v1/words", operation_id = "get_words", tag = "understanding",
    responses((status = 200, body = api::AllWeightedWords), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed) -> Result<Json<api::AllWeightedWords>> {
    let (lists, unread) = words::show(&app, &actor).await?;
    Ok(Json(api::AllWeightedWords { lists: lists.into_iter().map(present).collect(), unread }))
}

/// Saves a list: one that came with the program, or under another name one of the company's own. Posts are read with it from
/// then on. Supervisors and administrators.
#[utoipa::path(put, path = "/api/v1/words/{sort}/{name}", operation_id = "save_words", tag = "understanding",
    params(("sort" = String, Path, description = "`urgency` or `topic`"), ("name" = String, Path)), request_body = api::WeightedWordsForm,
    responses((status = 200, body = api::WeightedWords), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn save(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((sort, name)): Path<(String, String)>,
    Json(form): Json<api::WeightedWordsForm>,
) -> Result<Json<api::WeightedWords>> {
    Ok(Json(present(words::save(&app, &actor, &sort, &name, read(form.points, form.words)?).await?)))
}

/// Gives a list back as it came with the program; one of the company's own goes. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/words/{sort}/{name}", operation_id = "restore_words", tag = "understanding",
    params(("sort" = String, Path, description = "`urgency` or `topic`"), ("name" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn restore(State(app): State<App>, Signed(actor): Signed, Path((sort, name)): Path<(String, String)>) -> Result<StatusCode> {
    words::restore(&app, &actor, &sort, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says what would be said of a text, with the lists in force or with one as it is not saved yet. Supervisors and
/// administrators.
#[utoipa::path(post, path = "/api/v1/words/try", operation_id = "try_words", tag = "understanding", request_body = api::WordsTrial,
    responses((status = 200, body = api::WordsTried), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn try_out(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::WordsTrial>) -> Result<Json<api::WordsTried>> {
    let draft = form.draft.map(|draft| Ok::<_, AppError>((draft.sort, draft.name, read(draft.points, draft.words)?))).transpose()?;
    let trial = Trial { text: form.text, followers: form.followers, contacts: form.contacts, draft };
    let said = words::try_out(&app, &actor, trial).await?;
    let label = |one: Share| Label { label: one.label, p: Some(share(one.p)) };
    Ok(Json(api::WordsTried {
        urgency: urgency(said.urgency, said.grounds),
        topics: said.topics,
        types: said.types.into_iter().map(label).collect(),
        sentiment: label(said.sentiment),
        language: label(said.language),
    }))
}

fn read(points: f64, words: api::Phrases) -> std::result::Result<Form, AppError> {
    let each = [(Language::Spanish, words.es), (Language::English, words.en), (Language::Portuguese, words.pt)];
    Ok(Form { points: per_mille("points", points)?, phrases: each.into_iter().collect() })
}

fn present(list: WordList) -> api::WeightedWords {
    let phrases = |mut phrases: Phrases| {
        let mut of = |language| phrases.remove(&language).unwrap_or_default();
        api::Phrases { es: of(Language::Spanish), en: of(Language::English), pt: of(Language::Portuguese) }
    };
    api::WeightedWords {
        changed: list.changed(),
        sort: list.sort.as_str().into(),
        name: list.name,
        fact: list.fact,
        points: share(list.points),
        words: phrases(list.phrases),
        shipped: list.shipped.map(|(points, words)| api::ShippedWords { points: share(points), words: phrases(words) }),
    }
}

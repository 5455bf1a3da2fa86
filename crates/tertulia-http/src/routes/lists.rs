//! Shared lists: words that queries use by a name.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
    present,
    routes::monitors::brief,
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{lists as api, monitors::MonitorOwner, problem::Problem};
use tertulia_app::{
    App,
    lists::{self, ListView},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Words shown of a list in a list of lists.
const FIRST_WORDS: usize = 8;

/// Their routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, change, delete))
}

/// Shared lists, by name.
#[utoipa::path(get, path = "/api/v1/lists", operation_id = "list_word_lists", tag = "listening",
    responses((status = 200, body = Vec<api::WordListBrief>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<api::WordListBrief>>> {
    Ok(Json(lists::list(&app, &actor).await?.into_iter().map(in_brief).collect()))
}

/// One shared list, with what uses it.
#[utoipa::path(get, path = "/api/v1/lists/{id}", operation_id = "get_word_list", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::WordList), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::WordList>> {
    Ok(Json(whole(lists::show(&app, &actor, id).await?)))
}

/// Creates a shared list. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/lists", operation_id = "create_word_list", tag = "listening", request_body = api::WordListForm,
    responses((status = 201, body = api::WordList), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<api::WordListForm>,
) -> Result<(StatusCode, Json<api::WordList>)> {
    Ok((StatusCode::CREATED, Json(whole(lists::create(&app, &actor, read(form)).await?))))
}

/// Changes a shared list; what uses it is read again, and its monitors pass over history. Supervisors and administrators.
#[utoipa::path(patch, path = "/api/v1/lists/{id}", operation_id = "change_word_list", tag = "listening", params(("id" = Uuid, Path)),
    request_body = api::WordListForm,
    responses((status = 200, body = api::WordList), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::WordListForm>,
) -> Result<Json<api::WordList>> {
    Ok(Json(whole(lists::change(&app, &actor, id, read(form)).await?)))
}

/// Deletes a shared list no monitor and no rule uses. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/lists/{id}", operation_id = "delete_word_list", tag = "listening", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    lists::delete(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(form: api::WordListForm) -> lists::Form {
    lists::Form { name: form.name, words: form.words, owner: form.owner_id.map(Into::into) }
}

fn owner_of(view: &ListView) -> Option<MonitorOwner> {
    view.row.owner_id.zip(view.owner.clone()).map(|(id, name)| MonitorOwner { id, name })
}

fn whole(view: ListView) -> api::WordList {
    api::WordList {
        owner: owner_of(&view),
        id: view.row.id,
        name: view.row.name,
        term: view.term,
        words: view.row.words.lines().map(str::to_owned).collect(),
        monitors: view.monitors.into_iter().map(brief).collect(),
        rules: view.rules.into_iter().map(|(id, name)| api::WordListRule { id, name }).collect(),
        created_at: present::at(view.row.created_at),
        updated_at: present::at(view.row.updated_at),
    }
}

fn in_brief(view: ListView) -> api::WordListBrief {
    api::WordListBrief {
        owner: owner_of(&view),
        id: view.row.id,
        name: view.row.name,
        term: view.term,
        words: view.row.words.lines().count() as u64,
        first_words: view.row.words.lines().take(FIRST_WORDS).map(str::to_owned).collect(),
        monitors: view.monitors.len() as u64,
        rules: view.rules.len() as u64,
        updated_at: present::at(view.row.updated_at),
    }
}

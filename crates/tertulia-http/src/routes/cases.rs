//! Cases: the inbox, one case, changes, presence, notes.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Query, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tertulia_api_types::{cases as api, problem::Problem};
use tertulia_app::{
    App, AppError,
    cases::{
        self, FolderName,
        change::{self, CaseChange},
        detail::{self, CaseDetail, ConversationView},
        presence, similar,
        thread::{self, ThreadItem},
    },
    live::Present,
};
use tertulia_kernel::{CaseId, Timestamp};
use tertulia_store::{case::NoteRow, post::PostRow};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(counts))
        .routes(routes!(bulk))
        .routes(routes!(show, change_case))
        .routes(routes!(earlier))
        .routes(routes!(alike))
        .routes(routes!(take))
        .routes(routes!(reserve))
        .routes(routes!(release))
        .routes(routes!(seen))
        .routes(routes!(note_presence))
        .routes(routes!(add_note))
}

/// Which cases, and where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// `mine`, `unassigned`, `department`, `all` (default), `snoozed` or `done`.
    folder: Option<String>,
    /// For `folder=department`.
    department_id: Option<Uuid>,
    /// A case number, or a listening query on what was said; looks in all folders.
    q: Option<String>,
    /// Of a folder, only cases about something in one of these languages (`es`, `en`, `pt`, `und`), with commas between them.
    language: Option<String>,
    /// Only those about something that feels one of these ways (`negative`, `neutral`, `positive`).
    sentiment: Option<String>,
    /// Only those about of these message types (`complaint`, `question`…).
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Only those at least so urgent, 0 to 1.
    urgency_min: Option<f64>,
    /// `true`: only what a person should look at; `false`: only the rest.
    unsure: Option<bool>,
    /// A page's `next`.
    after: Option<String>,
    /// Rows per page, at most 100.
    limit: Option<usize>,
}

/// Cases of a folder, newest activity first; or, with `q`, cases found. Where they are chosen by what they say a page may be
/// short, even empty, and still have a `next`.
#[utoipa::path(get, path = "/api/v1/cases", operation_id = "list_cases", tag = "cases", params(ListParams),
    responses((status = 200, body = api::CasePage), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed, Query(params): Query<ListParams>) -> Result<Json<api::CasePage>> {
    let limit = params.limit.unwrap_or(50).clamp(1, 100);
    let malformed = || AppError::field("after", "malformed", "pass a page's `next` as it was given");
    let after = params.after.as_deref().filter(|after| !after.is_empty());
    if let Some(words) = params.q.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let before = after.map(|after| after.parse().map_err(|_| malformed())).transpose()?;
        let (found, next) = cases::search(&app, &actor, words, before, limit).await?;
        let items = found.into_iter().map(present::case_row).collect();
        return Ok(Json(api::CasePage { items, next: next.map(|seq| seq.to_string()) }));
    }
    let folder = match (params.folder.as_deref().unwrap_or("all"), params.department_id) {
        ("mine", _) => FolderName::Mine,
        ("unassigned", _) => FolderName::Unassigned,
        ("department", Some(id)) => FolderName::Department(id.into()),
        ("department", None) => return Err(AppError::field("department_id", "required", "which department").into()),
        ("all", _) => FolderName::All,
        ("snoozed", _) => FolderName::Snoozed,
        ("done", _) => FolderName::Done,
        _ => return Err(AppError::field("folder", "unknown", "one of mine, unassigned, department, all, snoozed, done").into()),
    };
    let place = |after: &str| {
        let (activity, id) = after.split_once('_')?;
        Some((activity.parse().ok()?, Uuid::parse_str(id).ok()?))
    };
    let after = after.map(|after| place(after).ok_or_else(malformed)).transpose()?;
    let labels = super::labels::filter(
        params.language.as_deref(),
        params.sentiment.as_deref(),
        params.kind.as_deref(),
        params.urgency_min,
        params.unsure,
    )?;
    let (found, next) = cases::saying(&app, &actor, folder, labels, after, limit).await?;
    let items = found.into_iter().map(present::case_row).collect();
    Ok(Json(api::CasePage { items, next: next.map(|(activity, id)| format!("{activity}_{id}")) }))
}

/// Open cases by folder.
#[utoipa::path(get, path = "/api/v1/cases/counts", operation_id = "count_cases", tag = "cases",
    responses((status = 200, body = api::CaseCounts), (status = 401, body = Problem)))]
async fn counts(State(app): State<App>, Signed(actor): Signed) -> Result<Json<api::CaseCounts>> {
    let counts = cases::counts(&app, &actor).await?;
    Ok(Json(api::CaseCounts {
        mine: counts.mine,
        unassigned: counts.unassigned,
        all: counts.all,
        snoozed: counts.snoozed,
        departments: counts.departments.into_iter().map(|(id, open)| api::DepartmentCount { department_id: id.0, open }).collect(),
    }))
}

/// The same change to several cases.
#[utoipa::path(post, path = "/api/v1/cases/bulk", operation_id = "change_cases", tag = "cases", request_body = api::BulkChange,
    responses((status = 200, body = api::BulkResult), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn bulk(State(app): State<App>, Signed(actor): Signed, Json(form): Json<api::BulkChange>) -> Result<Json<api::BulkResult>> {
    let ids: Vec<CaseId> = form.ids.into_iter().map(Into::into).collect();
    let (changed, failed) = change::bulk(&app, &actor, &ids, &read_change(form.change)?).await?;
    let failed = failed.into_iter().map(|(id, code)| api::BulkFailure { id: id.0, code: code.into() }).collect();
    Ok(Json(api::BulkResult { changed, failed }))
}

/// One case with its thread.
#[utoipa::path(get, path = "/api/v1/cases/{id}", operation_id = "get_case", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::CaseDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::CaseDetail>> {
    Ok(Json(api_detail(detail::detail(&app, &actor, id.into()).await?)))
}

/// The cases most like this one of those the user sees, at most five, most alike first: of the last 90 days, by what they say,
/// in whatever words and language.
#[utoipa::path(get, path = "/api/v1/cases/{id}/similar", operation_id = "list_similar_cases", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = [api::SimilarCase]), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn alike(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<Vec<api::SimilarCase>>> {
    let found = similar::similar(&app, &actor, id.into()).await?;
    let answer = |row: PostRow| api::SimilarAnswer { text: row.text, by: row.author_name, at: present::at(row.occurred_at) };
    let case = |one: similar::Similar| api::SimilarCase {
        case: present::case_row(one.case),
        likeness: present::share(one.likeness),
        answer: one.answer.map(answer),
    };
    Ok(Json(found.into_iter().map(case).collect()))
}

/// What comes before a page of a case's thread.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ThreadParams {
    /// A case's or a page's `older`.
    before: String,
}

/// An earlier page of a case's thread.
#[utoipa::path(get, path = "/api/v1/cases/{id}/thread", operation_id = "list_case_thread", tag = "cases",
    params(("id" = Uuid, Path), ThreadParams),
    responses((status = 200, body = api::ThreadPage), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn earlier(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(params): Query<ThreadParams>,
) -> Result<Json<api::ThreadPage>> {
    let page = thread::older(&app, &actor, id.into(), &params.before).await?;
    Ok(Json(api::ThreadPage { items: page.items.into_iter().map(api_thread_item).collect(), older: page.older }))
}

/// Changes a case.
#[utoipa::path(patch, path = "/api/v1/cases/{id}", operation_id = "change_case", tag = "cases", params(("id" = Uuid, Path)),
    request_body = api::CaseChange,
    responses((status = 200, body = api::CaseRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change_case(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::CaseChange>,
) -> Result<Json<api::CaseRow>> {
    Ok(Json(present::case_row(change::change(&app, &actor, id.into(), read_change(form)?).await?)))
}

/// Takes a case nobody has.
#[utoipa::path(post, path = "/api/v1/cases/{id}/take", operation_id = "take_case", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::CaseRow), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn take(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::CaseRow>> {
    Ok(Json(present::case_row(change::take(&app, &actor, id.into()).await?)))
}

/// Reserves a case for answering, for a minute; again to renew.
#[utoipa::path(post, path = "/api/v1/cases/{id}/reserve", operation_id = "reserve_case", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn reserve(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    change::reserve(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a reservation back.
#[utoipa::path(post, path = "/api/v1/cases/{id}/release", operation_id = "release_case", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn release(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    change::release(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that I have seen the case.
#[utoipa::path(post, path = "/api/v1/cases/{id}/seen", operation_id = "see_case", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn seen(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    change::seen(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells others what I do in a case, and returns who is there.
#[utoipa::path(post, path = "/api/v1/cases/{id}/presence", operation_id = "note_presence", tag = "cases", params(("id" = Uuid, Path)),
    request_body = api::PresenceForm,
    responses((status = 200, body = Vec<api::Presence>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn note_presence(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::PresenceForm>,
) -> Result<Json<Vec<api::Presence>>> {
    Ok(Json(presence::note(&app, &actor, id.into(), &form.state).await?.into_iter().map(api_presence).collect()))
}

/// Adds an internal note.
#[utoipa::path(post, path = "/api/v1/cases/{id}/notes", operation_id = "add_note", tag = "cases", params(("id" = Uuid, Path)),
    request_body = api::NoteForm,
    responses((status = 201, body = api::Note), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_note(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<api::NoteForm>,
) -> Result<(StatusCode, Json<api::Note>)> {
    let note = change::add_note(&app, &actor, id.into(), &form.text).await?;
    Ok((StatusCode::CREATED, Json(api_note(note))))
}

fn read_change(form: api::CaseChange) -> std::result::Result<CaseChange, AppError> {
    let until =
        |text: String| Timestamp::parse_rfc3339(&text).ok_or_else(|| AppError::field("snoozed_until", "malformed", "an RFC 3339 time"));
    Ok(CaseChange {
        state: form.state,
        priority: form.priority,
        department_id: form.department_id.map(|department| department.map(Into::into)),
        assignee_id: form.assignee_id.map(|user| user.map(Into::into)),
        tags: form.tags,
        snoozed_until: form.snoozed_until.map(until).transpose()?,
        subject: form.subject,
    })
}

fn api_presence(one: Present) -> api::Presence {
    api::Presence { user_id: one.user_id.0, name: one.name, state: one.state }
}

fn api_note(note: NoteRow) -> api::Note {
    api::Note { id: note.id, author_id: note.author_id, author: note.author, text: note.text, at: present::at(note.at) }
}

fn api_conversation(view: ConversationView) -> api::Conversation {
    api::Conversation {
        id: view.row.id,
        channel_id: view.channel.id,
        channel_kind: view.channel.shows_as,
        channel: view.channel.name,
        visibility: view.row.visibility,
        continues: view.row.continues,
        caps: present::caps(&view.caps),
        public_blocked: view.public_blocked.map(Into::into),
        private_blocked: view.private_blocked.map(Into::into),
        person_id: view.row.person_id,
        to: view.to.map(present::answer_to),
        mention: view.mention,
    }
}

fn api_thread_item(item: ThreadItem) -> api::ThreadItem {
    match item {
        ThreadItem::Post(view) => api::ThreadItem::Post { post: Box::new(present::post(*view)) },
        ThreadItem::Note(note) => api::ThreadItem::Note { note: api_note(note) },
        ThreadItem::Change(row) => api::ThreadItem::Change {
            change: api::CaseChangeEntry {
                at: present::at(row.at),
                actor_id: row.actor_id,
                actor: row.actor,
                detail: serde_json::from_str(&row.detail).unwrap_or(serde_json::Value::Null),
                kind: row.kind,
            },
        },
    }
}

fn api_detail(detail: CaseDetail) -> api::CaseDetail {
    let why = serde_json::from_str(&detail.view.row.why).unwrap_or(serde_json::Value::Null);
    api::CaseDetail {
        conversations: detail.conversations.into_iter().map(api_conversation).collect(),
        thread: detail.thread.into_iter().map(api_thread_item).collect(),
        older: detail.older,
        why,
        presence: detail.present.into_iter().map(api_presence).collect(),
        reserved_by: detail.reserved_by.map(|user| user.0),
        reserved_until: detail.reserved_by.and(present::maybe_at(detail.view.row.reserved_until)),
        row: present::case_row(detail.view),
    }
}

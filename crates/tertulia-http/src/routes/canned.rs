//! Ready-made answers.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Signed},
};
use axum::{extract::State, http::StatusCode};
use tertulia_api_types::{
    cases::{CannedAnswer, CannedAnswerForm},
    problem::Problem,
};
use tertulia_app::{App, canned};
use tertulia_store::desk::CannedRow;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change, delete))
}

/// All ready-made answers, by shortcut.
#[utoipa::path(get, path = "/api/v1/canned-answers", operation_id = "list_canned_answers", tag = "desk",
    responses((status = 200, body = Vec<CannedAnswer>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed) -> Result<Json<Vec<CannedAnswer>>> {
    Ok(Json(canned::list(&app, &actor).await?.into_iter().map(api_canned).collect()))
}

/// Creates a ready-made answer. Supervisors and administrators.
#[utoipa::path(post, path = "/api/v1/canned-answers", operation_id = "create_canned_answer", tag = "desk", request_body = CannedAnswerForm,
    responses((status = 201, body = CannedAnswer), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(form): Json<CannedAnswerForm>,
) -> Result<(StatusCode, Json<CannedAnswer>)> {
    Ok((StatusCode::CREATED, Json(api_canned(canned::create(&app, &actor, read(form)).await?))))
}

/// Changes a ready-made answer. Supervisors and administrators.
#[utoipa::path(patch, path = "/api/v1/canned-answers/{id}", operation_id = "change_canned_answer", tag = "desk",
    params(("id" = Uuid, Path)), request_body = CannedAnswerForm,
    responses((status = 200, body = CannedAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<CannedAnswerForm>,
) -> Result<Json<CannedAnswer>> {
    Ok(Json(api_canned(canned::change(&app, &actor, id.into(), read(form)).await?)))
}

/// Deletes a ready-made answer. Supervisors and administrators.
#[utoipa::path(delete, path = "/api/v1/canned-answers/{id}", operation_id = "delete_canned_answer", tag = "desk", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<StatusCode> {
    canned::delete(&app, &actor, id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(form: CannedAnswerForm) -> canned::Form {
    canned::Form { shortcut: form.shortcut, title: form.title, text: form.text, lang: form.lang }
}

fn api_canned(row: CannedRow) -> CannedAnswer {
    CannedAnswer { id: row.id, shortcut: row.shortcut, title: row.title, text: row.text, lang: row.lang }
}

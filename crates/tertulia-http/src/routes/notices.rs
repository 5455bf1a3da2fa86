//! Notices to the signed-in user.

use crate::{
    HttpState, Result,
    extract::{Json, Query, Signed},
    present,
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use tertulia_api_types::{cases::Notice, problem::Problem};
use tertulia_app::{App, notices};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// Where a list goes on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Params {
    /// The id of the last row of the page before.
    after: Option<String>,
}

/// My notices, newest first, a hundred at a time.
#[utoipa::path(get, path = "/api/v1/notices", operation_id = "list_notices", tag = "desk", params(Params),
    responses((status = 200, body = Vec<Notice>), (status = 401, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed, Query(params): Query<Params>) -> Result<Json<Vec<Notice>>> {
    let notice = |view: notices::NoticeView| Notice {
        id: view.row.id,
        kind: view.row.kind,
        case_id: view.row.case_id,
        case_number: view.case_number,
        actor: view.row.actor,
        excerpt: view.row.excerpt,
        at: present::at(view.row.at),
        read: view.row.read_at.is_some(),
    };
    Ok(Json(notices::list(&app, &actor, params.after.as_deref()).await?.into_iter().map(notice).collect()))
}

/// Marks all my notices read.
#[utoipa::path(post, path = "/api/v1/notices/read", operation_id = "read_notices", tag = "desk",
    responses((status = 204), (status = 401, body = Problem)))]
async fn read(State(app): State<App>, Signed(actor): Signed) -> Result<StatusCode> {
    notices::read(&app, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

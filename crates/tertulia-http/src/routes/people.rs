//! People outside the company.

use super::posts::post_page;
use crate::{
    HttpState, Result,
    extract::{Json, Path, Query, Signed},
    present,
};
use axum::extract::State;
use serde::Deserialize;
use tertulia_api_types::{cases::CasePage, people as api, posts::PostPage, problem::Problem};
use tertulia_app::{
    App,
    people::{self, PersonDetail},
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show, change)).routes(routes!(posts)).routes(routes!(cases))
}

/// Which people, and where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Beginnings of words of names and handles; accents and case don't matter.
    q: Option<String>,
    /// A page's `next`.
    after: Option<String>,
    /// Rows per page, at most 100; 50 when absent.
    limit: Option<i64>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// A page's `next`.
    after: Option<String>,
    /// Rows per page, at most 100; 50 when absent.
    limit: Option<i64>,
}

/// People, newest first.
#[utoipa::path(get, path = "/api/v1/people", operation_id = "list_people", tag = "people", params(ListParams),
    responses((status = 200, body = api::PersonPage), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed, Query(params): Query<ListParams>) -> Result<Json<api::PersonPage>> {
    let page = people::list(&app, &actor, params.q.as_deref(), params.after.as_deref(), params.limit).await?;
    Ok(Json(api::PersonPage { items: page.items.into_iter().map(present::person).collect(), next: page.next }))
}

/// A person with identities and the cases the caller sees.
#[utoipa::path(get, path = "/api/v1/people/{id}", operation_id = "get_person", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::PersonDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::PersonDetail>> {
    Ok(Json(api_person(people::detail(&app, &actor, id.into()).await?)))
}

/// Changes what is noted about a person.
#[utoipa::path(patch, path = "/api/v1/people/{id}", operation_id = "change_person", tag = "people", params(("id" = Uuid, Path)),
    request_body = api::PersonChange,
    responses((status = 200, body = api::PersonDetail), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Json(change): Json<api::PersonChange>,
) -> Result<Json<api::PersonDetail>> {
    let change = people::Change { name: change.name, kind: change.kind, note: change.note, vip: change.vip };
    Ok(Json(api_person(people::change(&app, &actor, id.into(), change).await?)))
}

/// A person's cases, newest first, as far as the caller sees them.
#[utoipa::path(get, path = "/api/v1/people/{id}/cases", operation_id = "list_person_cases", tag = "people",
    params(("id" = Uuid, Path), PageParams),
    responses((status = 200, body = CasePage), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn cases(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(params): Query<PageParams>,
) -> Result<Json<CasePage>> {
    let page = people::person_cases(&app, &actor, id.into(), params.after.as_deref(), params.limit).await?;
    Ok(Json(CasePage { items: page.items.into_iter().map(present::case_row).collect(), next: page.next }))
}

/// What a person wrote, newest first.
#[utoipa::path(get, path = "/api/v1/people/{id}/posts", operation_id = "list_person_posts", tag = "people",
    params(("id" = Uuid, Path), PageParams),
    responses((status = 200, body = PostPage), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn posts(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<Uuid>,
    Query(params): Query<PageParams>,
) -> Result<Json<PostPage>> {
    Ok(Json(post_page(people::posts(&app, &actor, id.into(), params.after.as_deref(), params.limit).await?)))
}

fn api_person(detail: PersonDetail) -> api::PersonDetail {
    let row = &detail.person.row;
    api::PersonDetail {
        kind: row.kind.clone(),
        note: row.note.clone(),
        created_at: present::at(row.created_at),
        identities: detail
            .identities
            .into_iter()
            .map(|row| api::Identity {
                id: row.id,
                provider: row.provider,
                handle: row.handle,
                name: row.name,
                url: row.url,
                followers: row.followers,
                first_seen_at: present::at(row.created_at),
            })
            .collect(),
        cases: detail.cases.into_iter().map(present::case_row).collect(),
        posts: detail.posts,
        brief: present::person(detail.person),
    }
}

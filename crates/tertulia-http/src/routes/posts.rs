//! Posts: searching them, reading one, opening a case from one.

use crate::{
    HttpState, Result,
    extract::{Json, Path, Query, Signed},
    present,
};
use axum::extract::State;
use serde::Deserialize;
use tertulia_api_types::{cases::CaseRow, posts as api, problem::Problem};
use tertulia_app::{
    App, AppError,
    page::Page,
    posts::{self, PostDetail, Search},
    view::PostView,
};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(open_case))
}

/// Which posts, and where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// A listening query; all posts when absent.
    q: Option<String>,
    /// Only of this channel.
    channel_id: Option<Uuid>,
    /// Only those this monitor matched.
    monitor_id: Option<Uuid>,
    /// With `monitor_id`: `only` those thrown out of it as noise, or `hide` those.
    discarded: Option<String>,
    /// Only what is in one of these languages (`es`, `en`, `pt`, `und`), with commas between them.
    language: Option<String>,
    /// Only what feels one of these ways (`negative`, `neutral`, `positive`).
    sentiment: Option<String>,
    /// Only what is one of these message types (`complaint`, `question`…).
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Only what is at least so urgent, 0 to 1.
    urgency_min: Option<f64>,
    /// `true`: only what a person should look at; `false`: only the rest.
    unsure: Option<bool>,
    /// A page's `next`.
    after: Option<String>,
    /// Posts per page, at most 100; 50 when absent.
    limit: Option<i64>,
}

/// Posts, newest arrival first. A search looks at a bounded number of posts per request: a page may be short, even empty,
/// and still have a `next` from which to go on.
#[utoipa::path(get, path = "/api/v1/posts", operation_id = "list_posts", tag = "posts", params(SearchParams),
    responses((status = 200, body = api::PostPage), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(State(app): State<App>, Signed(actor): Signed, Query(params): Query<SearchParams>) -> Result<Json<api::PostPage>> {
    let discarded = match params.discarded.as_deref().filter(|word| !word.is_empty()) {
        None => None,
        Some("only") => Some(true),
        Some("hide") => Some(false),
        Some(_) => return Err(AppError::field("discarded", "unknown", "hide or only").into()),
    };
    let search = Search {
        discarded,
        labels: super::labels::filter(
            params.language.as_deref(),
            params.sentiment.as_deref(),
            params.kind.as_deref(),
            params.urgency_min,
            params.unsure,
        )?,
        q: params.q,
        channel: params.channel_id.map(Into::into),
        monitor: params.monitor_id.map(Into::into),
        after: params.after,
        limit: params.limit,
    };
    Ok(Json(post_page(posts::search(&app, &actor, search).await?)))
}

/// A post with everything decided about it.
#[utoipa::path(get, path = "/api/v1/posts/{id}", operation_id = "get_post", tag = "posts", params(("id" = Uuid, Path)),
    responses((status = 200, body = api::PostDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn show(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<api::PostDetail>> {
    let PostDetail { post, steps, versions } = posts::detail(&app, &actor, id.into()).await?;
    let step = |row: tertulia_store::post::StepRow| api::PostStep {
        at: present::at(row.at),
        step: row.step,
        why: serde_json::from_str(&row.why).unwrap_or_default(),
    };
    Ok(Json(api::PostDetail {
        post: present::post(post),
        steps: steps.into_iter().map(step).collect(),
        versions: versions.into_iter().map(|row| api::PostVersion { until: present::at(row.until), text: row.text }).collect(),
    }))
}

/// Opens a case for a post the rules left without one; gives the post's case when it has one.
#[utoipa::path(post, path = "/api/v1/posts/{id}/case", operation_id = "open_case", tag = "posts", params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseRow), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn open_case(State(app): State<App>, Signed(actor): Signed, Path(id): Path<Uuid>) -> Result<Json<CaseRow>> {
    Ok(Json(present::case_row(posts::open_case(&app, &actor, id.into()).await?)))
}

/// A page of posts.
pub(super) fn post_page(page: Page<PostView>) -> api::PostPage {
    api::PostPage { items: page.items.into_iter().map(present::post).collect(), next: page.next }
}

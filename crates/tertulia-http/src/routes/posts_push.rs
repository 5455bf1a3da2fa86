//! Pushing posts in.

use crate::{
    HttpState, Result,
    extract::{Json, Signed},
};
use axum::{
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
};
use tertulia_api_types::{
    posts::{PushPosts, PushReceipt, PushRejected},
    problem::Problem,
};
use tertulia_app::{App, push};
use utoipa_axum::{router::OpenApiRouter, routes};

/// A thousand posts of the greatest length fit.
const BODY_LIMIT: usize = 96 * 1024 * 1024;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(push)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// Takes posts of any source in. Pushing a post again, by its `id`, changes nothing. Posts that can't be taken are listed
/// with the field that is wrong and what to do; the others are taken all the same.
#[utoipa::path(post, path = "/api/v1/posts", operation_id = "push_posts", tag = "posts", request_body = PushPosts,
    responses((status = 202, body = PushReceipt), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn push(State(app): State<App>, Signed(actor): Signed, Json(form): Json<PushPosts>) -> Result<(StatusCode, Json<PushReceipt>)> {
    let pushed = push::take(&app, &actor, &form.channel, &form.posts).await?;
    let rejected = pushed.rejected.into_iter().map(|(index, error)| PushRejected { index, error }).collect();
    Ok((StatusCode::ACCEPTED, Json(PushReceipt { accepted: pushed.accepted, duplicates: pushed.duplicates, rejected })))
}

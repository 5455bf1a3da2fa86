//! Pushing posts in.

use crate::{
    HttpState, Result,
    extract::{self, Json, Signed},
};
use axum::{
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
};
use serde::{
    Deserialize,
    de::{Deserializer, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;
use tertulia_api_types::{
    posts::{PushPosts, PushReceipt, PushRejected},
    problem::Problem,
};
use tertulia_app::{AppError, Kind, push};
use utoipa_axum::{router::OpenApiRouter, routes};

/// A thousand posts of many times the usual length fit; of the longest there are, some hundred.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(push)).layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// [`PushPosts`] as read here: each post stays as it was written.
#[derive(Deserialize)]
struct Form<'b> {
    channel: String,
    #[serde(borrow)]
    posts: Few<'b>,
}

/// No more posts than show that there are too many; the rest is skipped, not kept.
struct Few<'b>(Vec<&'b RawValue>);

impl<'de: 'b, 'b> Deserialize<'de> for Few<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Posts;
        impl<'de> Visitor<'de> for Posts {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of posts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut posts: A) -> std::result::Result<Self::Value, A::Error> {
                let mut few = Vec::new();
                while few.len() <= push::MOST_POSTS {
                    match posts.next_element()? {
                        Some(post) => few.push(post),
                        None => return Ok(few),
                    }
                }
                while posts.next_element::<IgnoredAny>()?.is_some() {}
                Ok(few)
            }
        }
        deserializer.deserialize_seq(Posts).map(Few)
    }
}

/// Takes posts of any source in. Pushing a post again, by its `id`, changes nothing but its `likes`, `shares` and `replies`. Posts that can't be taken are listed
/// with the field that is wrong and what to do; the others are taken all the same. A caller pushes one request at a time.
#[utoipa::path(post, path = "/api/v1/posts", operation_id = "push_posts", tag = "posts", request_body = PushPosts,
    responses((status = 202, body = PushReceipt), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn push(State(state): State<HttpState>, Signed(actor): Signed, request: Request) -> Result<(StatusCode, Json<PushReceipt>)> {
    push::must_push(&actor)?;
    // Held until everything is taken in: a caller can't fill the memory with requests side by side.
    let busy = || AppError { retry_after: Some(1), ..AppError::new(Kind::TooMany, "rate_limited", "push one request after the other") };
    let _place = state.limits.place(format!("push {}", actor.id.0), 1).ok_or_else(busy)?;
    let body = extract::json_body(request).await?;
    let form: Form<'_> = extract::read_json(&body)?;
    let pushed = push::take(&state.app, &actor, &form.channel, &form.posts.0).await?;
    let rejected = pushed.rejected.into_iter().map(|(index, error)| PushRejected { index, error }).collect();
    Ok((StatusCode::ACCEPTED, Json(PushReceipt { accepted: pushed.accepted, duplicates: pushed.duplicates, rejected })))
}

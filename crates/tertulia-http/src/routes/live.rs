//! Live updates over server-sent events. `id` is `process-sequence`: a client that resumes within what this process
//! remembers misses nothing; otherwise it is told to fetch everything (`reset`).

use crate::{HttpState, Result, extract::Signed};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Sse, sse},
};
use futures::{Stream, StreamExt, stream};
use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tertulia_api_types::{live::Live, problem::Problem};
use tertulia_app::{
    Actor,
    live::{Audience, News, Update},
};
use tertulia_policy::Sight;
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Its routes.
pub fn routes() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Tells this process from an earlier one, whose sequence numbers mean nothing here.
fn process() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| uuid::Uuid::new_v4().simple().to_string()[..8].to_owned())
}

/// What changed, as it changes. Resumes after `Last-Event-ID`.
#[utoipa::path(get, path = "/api/v1/live", operation_id = "live", tag = "live",
    responses((status = 200, body = Live, content_type = "text/event-stream"), (status = 401, body = Problem)))]
async fn live(State(state): State<HttpState>, Signed(actor): Signed, headers: HeaderMap) -> Result<impl IntoResponse> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(|id| {
        let (from, seq) = id.split_once('-').unwrap_or(("", ""));
        // An id of another process can't be resumed: a number beyond all of ours says so.
        if from == process() { seq.parse().unwrap_or(u64::MAX) } else { u64::MAX }
    });
    let (missed, receiver) = state.app.live.listen(last);
    let first = match missed {
        Ok(missed) => missed.into_iter().filter(|update| hears(&actor, &update.audience)).map(|update| event(&update)).collect(),
        Err(_) => vec![reset()],
    };
    let closing = state.closing.clone();
    let rest = stream::unfold((receiver, actor), |(mut receiver, actor)| async move {
        loop {
            match receiver.recv().await {
                Ok(update) if hears(&actor, &update.audience) && is_for_console(&update.news) => {
                    return Some((event(&update), (receiver, actor)));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Some((reset(), (receiver, actor))),
                Err(RecvError::Closed) => return None,
            }
        }
    });
    let hello = stream::iter([Ok(sse::Event::default().comment("tertulia"))]);
    let all = hello.chain(stream::iter(first)).chain(rest).take_until(async move { closing.cancelled().await });
    Ok((
        [("cache-control", "no-store"), ("x-accel-buffering", "no")],
        Sse::new(boxed(all)).keep_alive(sse::KeepAlive::new().interval(Duration::from_secs(15))),
    ))
}

fn boxed(
    events: impl Stream<Item = std::result::Result<sse::Event, Infallible>> + Send + 'static,
) -> stream::BoxStream<'static, std::result::Result<sse::Event, Infallible>> {
    events.boxed()
}

fn is_for_console(news: &News) -> bool {
    !matches!(news, News::AgentTyping { .. })
}

/// Whether a user may hear of an update: the case lock, on the facts the update carries.
fn hears(actor: &Actor, audience: &Audience) -> bool {
    match audience {
        Audience::Everybody => true,
        Audience::User(user) => *user == actor.id,
        Audience::Case(department, assignee) => Sight::of(actor.role, actor.id).sees(*department, *assignee, &actor.departments),
    }
}

fn event(update: &Arc<Update>) -> std::result::Result<sse::Event, Infallible> {
    let data = serde_json::to_string(&update.news).unwrap_or_else(|_| r#"{"type":"reset"}"#.into());
    Ok(sse::Event::default().id(format!("{}-{}", process(), update.seq)).data(data))
}

fn reset() -> std::result::Result<sse::Event, Infallible> {
    Ok(sse::Event::default().data(r#"{"type":"reset"}"#))
}

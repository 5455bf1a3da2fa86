//! Live updates over server-sent events. `id` is `process-sequence`: a client that resumes within what this process
//! remembers misses nothing; otherwise it is told to fetch everything (`reset`).

use crate::{
    HttpState, Result,
    extract::{self, Query, Signed},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Sse, sse},
};
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tertulia_api_types::{live::Live, problem::Problem};
use tertulia_app::{
    Actor, App, AppError, Kind,
    live::{Audience, News, Update},
    staff::sessions::{self, Credential},
};
use tertulia_policy::Sight;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Interval, MissedTickBehavior},
};
use utoipa::IntoParams;
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

/// How often a stream asks whether its caller may still hear: what ends a session on another node is not told here.
const CHECK_EVERY: Duration = Duration::from_secs(60);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// The session's `live`: what changed since is told first.
    after: Option<String>,
}

/// What changed, as it changes. Resumes after `Last-Event-ID`, or `after` when it begins. Ends with the session or token it was opened with.
#[utoipa::path(get, path = "/api/v1/live", operation_id = "live", tag = "live",
    params(LiveQuery), responses((status = 200, body = Live, content_type = "text/event-stream"), (status = 401, body = Problem)))]
async fn live(
    State(state): State<HttpState>,
    Signed(actor): Signed,
    Query(asked): Query<LiveQuery>,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    // The header is the browser's own when a line breaks, and newer than the address the stream was opened with.
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()).or(asked.after.as_deref()).map(|id| {
        let (from, seq) = id.split_once('-').unwrap_or(("", ""));
        // An id of another process can't be resumed: a number beyond all of ours says so.
        if from == process() { seq.parse().unwrap_or(u64::MAX) } else { u64::MAX }
    });
    let credential = extract::credential(&headers).ok_or_else(AppError::unauthenticated)?;
    let (missed, newest, updates) = state.app.live.listen(last);
    let greeted_at = if missed.as_ref().is_ok_and(|missed| !missed.is_empty()) { last } else { Some(newest) };
    let mut first = vec![Ok(greeting(greeted_at.unwrap_or(newest)))];
    match missed {
        Ok(missed) => {
            first.extend(missed.iter().filter(|update| hears(&actor, &update.audience) && is_for_console(&update.news)).map(event))
        }
        Err(_) => first.push(reset()),
    }
    let closing = state.closing.clone();
    let mut check = tokio::time::interval(CHECK_EVERY);
    check.set_missed_tick_behavior(MissedTickBehavior::Delay);
    check.reset();
    let listener = Listener { app: state.app, actor, credential, updates, check };
    let rest = stream::unfold(listener, |mut listener| async move { listener.next().await.map(|event| (event, listener)) });
    let all = stream::iter(first).chain(rest).take_until(async move { closing.cancelled().await });
    Ok((
        [("cache-control", "no-store"), ("x-accel-buffering", "no")],
        Sse::new(boxed(all)).keep_alive(sse::KeepAlive::new().interval(Duration::from_secs(15))),
    ))
}

/// An open stream and who hears it.
struct Listener {
    app: App,
    actor: Actor,
    credential: Credential,
    updates: broadcast::Receiver<Arc<Update>>,
    check: Interval,
}

impl Listener {
    /// The next event; `None` when the caller may hear no more.
    async fn next(&mut self) -> Option<std::result::Result<sse::Event, Infallible>> {
        loop {
            let looks_again = tokio::select! {
                update = self.updates.recv() => match update {
                    Ok(update) if !hears(&self.actor, &update.audience) => false,
                    Ok(update) if matches!(update.news, News::Access {}) => true,
                    Ok(update) if is_for_console(&update.news) => return Some(event(&update)),
                    Ok(_) => false,
                    Err(RecvError::Lagged(_)) => return Some(reset()),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.check.tick() => true,
            };
            if looks_again && self.look_again().await? {
                return Some(reset());
            }
        }
    }

    /// Whether the caller sees other cases than before; `None` when the session or token ended.
    async fn look_again(&mut self) -> Option<bool> {
        match sessions::actor_now(&self.app, self.credential).await {
            Ok(actor) => {
                let changed = (actor.role, &actor.departments) != (self.actor.role, &self.actor.departments);
                self.actor = actor;
                Some(changed)
            }
            Err(error) if error.kind == Kind::Unauthenticated => None,
            // Not knowing is no reason to go on: the client connects again and is asked who it is.
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a live stream ended: its session can't be looked at");
                None
            }
        }
    }
}

fn boxed(
    events: impl Stream<Item = std::result::Result<sse::Event, Infallible>> + Send + 'static,
) -> stream::BoxStream<'static, std::result::Result<sse::Event, Infallible>> {
    events.boxed()
}

fn is_for_console(news: &News) -> bool {
    !matches!(news, News::AgentTyping { .. } | News::Access {})
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
    Ok(sse::Event::default().id(place(update.seq)).data(data))
}

/// An update's place in the stream of this process.
pub(super) fn place(seq: u64) -> String {
    format!("{}-{seq}", process())
}

/// An id and nothing else: a client that loses the line before its first event resumes from here.
fn greeting(seq: u64) -> sse::Event {
    sse::Event::default().comment("tertulia").id(place(seq))
}

fn reset() -> std::result::Result<sse::Event, Infallible> {
    Ok(sse::Event::default().data(r#"{"type":"reset"}"#))
}

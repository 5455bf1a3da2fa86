//! Finds out whether an answer whose end is unknown stands on the network.
//!
//! Our own posts since the answer was written are read: those of the account, and for a private answer also our timeline and
//! conversations, because some servers list no private posts under an account. An answer is known by what it answers, who may
//! see it and the essence of its text. Only a complete look that found nothing means "absent"; anything less is not claimed.

use super::{
    client::{CallError, now},
    feed::{self, segment},
    ids,
    line::Line,
    sink::address,
    status::{self, Reached},
    text,
};
use serde_json::Value;
use std::time::Duration;
use tertulia_app::channel::{Outgoing, Reconciled};
use tertulia_kernel::{Timestamp, event::Visibility};

/// How far the server's clock may be behind ours, in seconds.
const SKEW: i64 = 600;
/// Pages of 40 posts read back at most.
const PAGES: usize = 15;
/// Tries per page, with growing pauses.
const TRIES: u32 = 3;

/// See [`tertulia_app::channel::Sink::reconcile`].
pub async fn look_for(line: &Line, answer: &Outgoing) -> Reconciled {
    match look(line, answer).await {
        Ok(Some(found)) => found,
        Ok(None) => Reconciled::Absent,
        Err(reason) => Reconciled::CannotTell { reason: reason.into() },
    }
}

async fn look(line: &Line, answer: &Outgoing) -> Result<Option<Reconciled>, String> {
    let server = patiently(|| line.server()).await.map_err(|error| error.to_string())?;
    let sought = Sought {
        essence: text::essence(&text::compose(answer, &server.me.domain)),
        in_reply_to: answer.reply_to.as_ref().map(|target| ids::stable(&target.external_id)),
        visibility: answer.visibility,
        not_before: answer.written_at.plus_seconds(-SKEW),
    };
    let own = format!("api/v1/accounts/{}/statuses", segment(&server.me.id));
    let mut lists = vec![(own.as_str(), true)];
    if answer.visibility == Visibility::Private {
        // Missing on some servers, and then of no weight: the account's own list is.
        lists.push(("api/v1/timelines/home", false));
        lists.push(("api/v1/conversations", false));
    }
    for (path, essential) in lists {
        match walk(line, path, &sought, &server.me).await {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => {}
            Err(error) if !essential && error.starts_with('4') => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Reads a list back to before the answer was written.
async fn walk(line: &Line, path: &str, sought: &Sought, me: &status::Me) -> Result<Option<Reconciled>, String> {
    let mut below: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = vec![("limit", "40")];
        if let Some(below) = &below {
            query.push(("max_id", below));
        }
        let answer = patiently(|| line.client.get(path, &query)).await.map_err(|error| error.to_string())?;
        let Value::Array(entries) = answer.body else {
            return Err(format!("{path} is not a list"));
        };
        let mut last = None;
        let mut reached_the_past = false;
        for entry in entries {
            let entry_id = status::id(&entry, "id");
            let Some(status) = (if path.ends_with("conversations") { feed::last_status(entry) } else { Some(entry) }) else {
                continue;
            };
            let Ok(post) = status::read(&status, me, Reached::Personal, now()) else {
                continue;
            };
            // A pinned post stands first however old it is.
            let pinned = status.get("pinned").and_then(Value::as_bool).unwrap_or(false);
            reached_the_past |= post.occurred_at < sought.not_before && !pinned;
            if post.own && sought.is(&post, &status) {
                return Ok(Some(Reconciled::Found { url: address(&status), external_id: post.external_id, thread: None }));
            }
            last = entry_id;
        }
        let older = answer.older.or(last).filter(|older| Some(older) != below.as_ref());
        match older {
            Some(older) if !reached_the_past => below = Some(older),
            _ => return Ok(None),
        }
    }
    Err(format!("the answer was not among the last {} posts, but there are more", PAGES * 40))
}

struct Sought {
    essence: String,
    in_reply_to: Option<String>,
    visibility: Visibility,
    not_before: Timestamp,
}

impl Sought {
    fn is(&self, post: &tertulia_kernel::event::IncomingPost, status: &Value) -> bool {
        post.occurred_at >= self.not_before
            && post.in_reply_to == self.in_reply_to
            && post.visibility == self.visibility
            && (text::essence(&post.text) == self.essence
                // The source text, where the server gives it: what is shown may be formatted.
                || status::text(status, "text").is_some_and(|source| text::essence(&source) == self.essence))
    }
}

/// Tries again after passing trouble.
async fn patiently<T, F>(mut call: impl FnMut() -> F) -> Result<T, CallError>
where
    F: Future<Output = Result<T, CallError>>,
{
    let mut tried = 0;
    loop {
        tried += 1;
        match call().await {
            Err(error) if tried < TRIES => {
                let passing = match &error {
                    CallError::NotSent(_) | CallError::Lost(_) | CallError::Unreadable(_) => true,
                    CallError::Status { status, .. } => status.is_server_error() || status.as_u16() == 429,
                };
                if !passing {
                    return Err(error);
                }
                let pause = match error {
                    CallError::Status { wait: Some(seconds), .. } => seconds.min(30),
                    _ => u64::from(tried * tried),
                };
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
            end => return end,
        }
    }
}

//! Taking pushed posts in: each by itself, so that a wrong one keeps nobody out.

use super::{LONGEST_POST, MOST_POSTS, WrongPost, read_post};
use crate::{Actor, App, AppError, Result};
use serde_json::{Value, value::RawValue};
use tertulia_kernel::{
    Timestamp,
    event::{Event, IncomingPost},
};
use tertulia_policy::{Permission, Scope};

/// Posts handed to intake at once.
const BATCH: usize = 250;

/// What became of pushed posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Stored for the first time, changed, or counted.
    pub accepted: u64,
    /// Known already.
    pub duplicates: u64,
    /// Place in the request, and why it was not taken.
    pub rejected: Vec<(usize, String)>,
}

/// Refuses those who may not push: a token needs its scope, which only those who may push give; a session its user's role.
pub fn must_push(actor: &Actor) -> Result<()> {
    match actor.scopes {
        Some(_) => actor.must_scope(Scope::Push),
        None => actor.must(Permission::PushPosts),
    }
}

/// Takes posts in for the push channel of that name. Sending them again changes nothing but what people did with
/// them, so a caller who got no answer
/// just sends them again.
///
/// Posts come as they were written and are read one by one, so that what a request costs is bounded by its size.
pub async fn take(app: &App, actor: &Actor, channel: &str, posts: &[&RawValue]) -> Result<Pushed> {
    must_push(actor)?;
    if posts.len() > MOST_POSTS {
        return Err(AppError::field("posts", "too_long", format!("at most {MOST_POSTS} posts in one request; send the rest in another")));
    }
    let row = app.store.read().await?.channel_by_name(channel).await?;
    let row = row.filter(|row| row.kind == "push" && row.enabled).ok_or_else(|| {
        AppError::field(
            "channel",
            "unknown",
            format!("there is no running push channel named '{channel}'; an administrator can connect one"),
        )
    })?;
    let settings: Value = serde_json::from_str(&row.settings).unwrap_or_default();
    let addressed = settings.get("addressed").and_then(Value::as_bool).unwrap_or(true);
    let now = app.now();
    let (mut pushed, mut events, mut places) = (Pushed::default(), Vec::with_capacity(posts.len()), Vec::with_capacity(posts.len()));
    for (index, value) in posts.iter().enumerate() {
        match read_written(value, now) {
            Ok(mut post) => {
                post.addressed = addressed;
                events.push(Event::Post(Box::new(post)));
                places.push(index);
            }
            Err(wrong) => pushed.rejected.push((index, wrong.to_string())),
        }
    }
    while !events.is_empty() {
        let rest = events.split_off(events.len().min(BATCH));
        let taken = events.len();
        let (receipt, aside) = app.accept_and_tell(row.id.into(), events, Vec::new()).await?;
        // Intake keeps them in quarantine, but whoever pushed them must not believe that they were taken.
        pushed.rejected.extend(aside.into_iter().filter_map(|(place, error)| Some((*places.get(place)?, error.to_string()))));
        places.drain(..taken);
        pushed.accepted += (receipt.stored + receipt.changed + receipt.counted) as u64;
        pushed.duplicates += receipt.duplicates as u64;
        events = rest;
    }
    pushed.rejected.sort_by_key(|(index, _)| *index);
    Ok(pushed)
}

fn read_written(post: &RawValue, now: Timestamp) -> std::result::Result<IncomingPost, WrongPost> {
    let written = post.get();
    if written.len() > LONGEST_POST {
        return Err(WrongPost::new("post", format!("is {} bytes long", written.len()), format!("the most is {LONGEST_POST}")));
    }
    let value: Value = serde_json::from_str(written)
        .map_err(|error| WrongPost::new("post", format!("can't be read: {error}"), "write numbers and texts as JSON has them"))?;
    read_post(&value, now)
}

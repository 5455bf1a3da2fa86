//! Throwing matches out as noise, and taking them back in. A post that was thrown out stays, with its match: it is
//! evidence for [`super::noise`], and lists can leave it out.

use crate::{
    Actor, App, AppError, Result,
    audit::{self, Object},
    live::{Audience, News},
    posts,
};
use serde_json::json;
use tertulia_kernel::{MonitorId, PostId};
use tertulia_store::post::StepRow;
use uuid::Uuid;

/// Most posts at once.
const MOST: usize = 200;
/// Up to so many are told to the consoles one by one.
const TOLD: usize = 20;

/// Throws a monitor's matches of these posts out, or takes them back in; returns how many that changed. Whoever sees a
/// post may say that it is noise. When the user does not see one, or the monitor does not match it, nothing happens.
pub async fn set(app: &App, actor: &Actor, monitor: MonitorId, posts: &[PostId], discarded: bool) -> Result<u64> {
    if posts.len() > MOST {
        return Err(AppError::field("post_ids", "too_many", "at most 200 posts"));
    }
    let mut ids: Vec<Uuid> = posts.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut tx = app.store.begin().await?;
    let row = tx.monitor(monitor.0).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut told = Vec::new();
    for id in &ids {
        let post = posts::load(&mut tx, actor, *id).await?;
        told.push((post.id, post.case_id));
    }
    let matched = tx.matched_posts(monitor.0, &ids).await?;
    if matched.len() < ids.len() {
        return Err(AppError::not_found());
    }
    let now = app.now().as_micros();
    let mut steps = Vec::new();
    for (seq, post, _) in matched.into_iter().filter(|(_, _, was)| *was != discarded) {
        if discarded {
            tx.discard_match(monitor.0, seq, post, Some(actor.id.0), now).await?;
        } else {
            tx.undiscard_match(monitor.0, seq).await?;
        }
        let step = if discarded { "discarded" } else { "undiscarded" };
        let why = json!({ "monitor": row.name, "by": actor.name }).to_string();
        steps.push(StepRow { post_id: post, at: now, step: step.into(), why });
    }
    if steps.is_empty() {
        return Ok(0);
    }
    tx.save_steps(&steps).await?;
    let action = if discarded { "match.discarded" } else { "match.undiscarded" };
    let changed: Vec<Uuid> = steps.iter().map(|step| step.post_id).collect();
    let detail = json!({ "monitor": row.name, "posts": changed });
    audit::record(app, &mut tx, Some(actor), action, Object::new("monitor", monitor), detail).await?;
    tx.commit().await?;
    told.retain(|(post, _)| changed.contains(post));
    if told.len() > TOLD {
        app.live.tell(Audience::Everybody, News::Settings {});
    } else {
        for (post, case) in told {
            let news = News::Post { post_id: post.into(), case_id: case.map(Into::into), channel_id: None, conversation_id: None };
            // Only to the user's own consoles when it belongs to a case: others may not see that one.
            let audience = if case.is_some() { Audience::User(actor.id) } else { Audience::Everybody };
            app.live.tell(audience, news);
        }
    }
    Ok(steps.len() as u64)
}

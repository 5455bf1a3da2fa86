//! Events that could not be taken in: looked at, tried again, or let go.

use crate::{
    Actor, App, AppError, Result,
    audit::{self, Object},
    live::{Audience, News},
    page,
};
use serde_json::json;
use tertulia_kernel::{ChannelId, QuarantineId};
use tertulia_policy::Permission;
use tertulia_store::channel::QuarantineRow;

/// Events of a page.
const MOST: i64 = 200;

/// A channel's quarantine, newest first; with `after`, what follows that event.
pub async fn list(app: &App, actor: &Actor, channel: ChannelId, after: Option<&str>) -> Result<Vec<QuarantineRow>> {
    actor.must(Permission::WatchChannels)?;
    let mut conn = app.store.read().await?;
    conn.channel(channel.0).await?;
    Ok(conn.quarantined_before(channel.0, page::before_id(after)?, MOST).await?)
}

/// Tries an event again; it leaves the quarantine when it was taken in.
pub async fn replay(app: &App, actor: &Actor, channel: ChannelId, id: QuarantineId) -> Result<()> {
    actor.must(Permission::WatchChannels)?;
    app.replay_quarantined(channel, id).await?;
    let mut tx = app.store.begin().await?;
    let detail = json!({ "quarantined": id });
    audit::record(app, &mut tx, Some(actor), "quarantine.replayed", Object::new("channel", channel), detail).await?;
    Ok(tx.commit().await?)
}

/// Lets an event go for good.
pub async fn discard(app: &App, actor: &Actor, channel: ChannelId, id: QuarantineId) -> Result<()> {
    actor.must(Permission::WatchChannels)?;
    let mut tx = app.store.begin().await?;
    let row = tx.quarantined_one(id.0).await?;
    if row.channel_id != channel.0 {
        return Err(AppError::not_found());
    }
    tx.release_quarantined(id.0).await?;
    let detail = json!({ "external_id": row.external_id, "error": row.error });
    audit::record(app, &mut tx, Some(actor), "quarantine.discarded", Object::new("channel", channel), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Channel { channel_id: channel });
    Ok(())
}

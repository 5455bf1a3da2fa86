//! Channels as people manage them: connecting, changing and stopping accounts, their health, their quarantine.
//!
//! Everybody may know which channels there are, since posts and cases name them. Health in particular is for who watches
//! channels; settings are for who manages them, and secrets are for nobody: they are sealed and never come out.

mod connect;
pub mod health;
mod quarantine;
mod settings;

pub use crate::intake::can_be_replayed;
pub use connect::{Checked, Form, change, check, create, delete};
pub use quarantine::{discard, list as quarantined, replay};

use crate::{
    Actor, App, Result,
    channel::{Limit, SettingField},
};
use serde_json::Value;
use std::collections::HashMap;
use tertulia_kernel::{ChannelId, caps::Caps};
use tertulia_policy::Permission;
use tertulia_store::{
    Conn,
    channel::{ChannelRow, HealthRow},
};
use uuid::Uuid;

/// A kind of channel that can be connected.
#[derive(Clone, Debug)]
pub struct KindView {
    /// Key.
    pub kind: &'static str,
    /// Settings to fill in.
    pub fields: Vec<SettingField>,
    /// What it can do.
    pub caps: Caps,
}

/// A channel as the user may see it.
#[derive(Clone, Debug)]
pub struct ChannelView {
    /// The row; its settings and sealed secrets are not for showing.
    pub row: ChannelRow,
    /// Settings without secrets, for who manages channels.
    pub settings: Option<Value>,
    /// Keys of secrets that are set, likewise.
    pub secrets_set: Vec<String>,
    /// What it can do.
    pub caps: Caps,
    /// How it is.
    pub state: health::State,
    /// What is known of its health; only the state's parts for who does not watch channels.
    pub health: HealthRow,
    /// Events in quarantine.
    pub quarantined: i64,
    /// Limits left.
    pub limits: Vec<Limit>,
}

/// Kinds of channel that can be connected.
pub fn kinds(app: &App, actor: &Actor) -> Result<Vec<KindView>> {
    actor.must(Permission::WatchChannels)?;
    Ok(app.networks.iter().map(|network| KindView { kind: network.kind(), fields: network.fields(), caps: network.caps() }).collect())
}

/// All channels, by number.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<ChannelView>> {
    let mut conn = app.store.read().await?;
    let rows = conn.channels().await?;
    views(app, &mut conn, actor, rows).await
}

/// One channel.
pub async fn one(app: &App, actor: &Actor, id: ChannelId) -> Result<ChannelView> {
    let mut conn = app.store.read().await?;
    let row = conn.channel(id.0).await?;
    view(app, &mut conn, actor, row).await
}

async fn view(app: &App, conn: &mut Conn, actor: &Actor, row: ChannelRow) -> Result<ChannelView> {
    let mut views = views(app, conn, actor, vec![row]).await?;
    views.pop().ok_or_else(crate::AppError::not_found)
}

async fn views(app: &App, conn: &mut Conn, actor: &Actor, rows: Vec<ChannelRow>) -> Result<Vec<ChannelView>> {
    let mut healths: HashMap<Uuid, HealthRow> = conn.healths().await?.into_iter().map(|row| (row.channel_id, row)).collect();
    let counts: HashMap<Uuid, i64> = conn.count_quarantined().await?.into_iter().collect();
    let (manages, watches) = (actor.role.may(Permission::ManageChannels), actor.role.may(Permission::WatchChannels));
    let now = app.now();
    Ok(rows
        .into_iter()
        .map(|row| {
            let known = healths.remove(&row.id).unwrap_or_default();
            let state = health::decide_state(row.enabled, &known, now);
            let health = if watches { known } else { HealthRow { channel_id: row.id, ..HealthRow::default() } };
            // Which secrets are set is only known by opening them; sealed with another key, none is.
            let stored = manages.then(|| settings::Settings::of(app, &row));
            let plain = serde_json::from_str(&row.settings).unwrap_or_default();
            ChannelView {
                settings: manages.then_some(plain),
                secrets_set: stored.map(|stored| stored.secrets.keys().cloned().collect()).unwrap_or_default(),
                caps: caps(app, &row),
                state,
                limits: serde_json::from_str(&health.limits).unwrap_or_default(),
                health,
                quarantined: if watches { counts.get(&row.id).copied().unwrap_or_default() } else { 0 },
                row,
            }
        })
        .collect())
}

/// What a channel can do: as its running sink knows, or its kind at large.
fn caps(app: &App, row: &ChannelRow) -> Caps {
    app.lines
        .sink(row.id.into())
        .map(|sink| sink.caps())
        .or_else(|| app.networks.get(&row.kind).map(|network| network.caps()))
        .unwrap_or_else(Caps::listen_only)
}

//! Connecting, changing, stopping and removing channels.

use super::{ChannelView, settings::Settings, view};
use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    channel::{Account, CheckReport, Network},
    live::{Audience, News},
    page,
    told::Told,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tertulia_care::rules::Conditions;
use tertulia_kernel::ChannelId;
use tertulia_policy::Permission;
use tertulia_store::{Constraint, StoreError, bounded::Listed, channel::ChannelRow};

/// Most channels: the list is shown whole.
const MOST: i64 = 1_000;

/// Longest window in which unmatched posts are kept, in days.
const LONGEST_WINDOW: i64 = 90;
/// How long a network may take to answer a check.
const PATIENCE: Duration = Duration::from_secs(20);
/// The same while saving, where the account's name is welcome but not needed.
const BRIEF_PATIENCE: Duration = Duration::from_secs(5);

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Kind; ignored on change.
    pub kind: String,
    /// Unique name.
    pub name: String,
    /// Running.
    pub enabled: bool,
    /// Days that unmatched posts are kept.
    pub window_days: i64,
    /// Settings, secrets included.
    pub settings: Value,
}

/// What a check of the settings found.
#[derive(Clone, Debug)]
pub enum Checked {
    /// It works.
    Works(CheckReport),
    /// It does not: why.
    Fails(Told),
}

/// Connects a channel.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<ChannelView> {
    actor.must(Permission::ManageChannels)?;
    let network = network(app, &form.kind)?;
    let name = common(&form)?;
    let settings = Settings::read(network.as_ref(), &form.settings, Settings::default())?;
    let id = ChannelId(app.new_id());
    let account = account_name(network.as_ref(), id, &name, &settings, form.enabled).await;
    let now = app.now().as_micros();
    let mut tx = app.store.begin().await?;
    page::room(&mut tx, Listed::Channels, MOST).await?;
    let row = ChannelRow {
        id: id.0,
        number: tx.take_numbers("channel", 1).await?,
        shows_as: form.kind.clone(),
        kind: form.kind,
        name,
        account,
        enabled: form.enabled,
        window_days: form.window_days,
        settings: Value::Object(settings.plain.clone()).to_string(),
        secrets: settings.seal(app, id),
        sample: false,
        created_at: now,
        updated_at: now,
    };
    tx.insert_channel(&row).await.map_err(taken)?;
    let detail = json!({ "name": row.name, "kind": row.kind, "enabled": row.enabled, "settings": settings.plain,
        "secrets": settings.secrets.keys().collect::<Vec<_>>() });
    audit::record(app, &mut tx, Some(actor), "channel.created", Object::new("channel", id), detail).await?;
    let view = view(app, &mut tx, actor, row).await?;
    tx.commit().await?;
    tell(app, id);
    Ok(view)
}

/// Changes a channel; it starts anew with what is new.
pub async fn change(app: &App, actor: &Actor, id: ChannelId, form: Form) -> Result<ChannelView> {
    actor.must(Permission::ManageChannels)?;
    let before = app.store.read().await?.channel(id.0).await?;
    let network = network(app, &before.kind)?;
    let name = common(&form)?;
    let stored = Settings::of(app, &before);
    let settings = Settings::read(network.as_ref(), &form.settings, stored.clone())?;
    let account = account_name(network.as_ref(), id, &name, &settings, form.enabled).await.or_else(|| before.account.clone());
    let mut tx = app.store.begin().await?;
    let before = tx.channel(id.0).await?;
    let row = ChannelRow {
        name,
        account,
        enabled: form.enabled,
        window_days: form.window_days,
        settings: Value::Object(settings.plain.clone()).to_string(),
        secrets: settings.seal(app, id),
        // The supervisor compares this instant: two changes must never look the same.
        updated_at: app.now().as_micros().max(before.updated_at + 1),
        ..before.clone()
    };
    tx.update_channel(&row).await.map_err(taken)?;
    let changed: Vec<&String> =
        settings.secrets.iter().filter(|(key, value)| stored.secrets.get(*key) != Some(value)).map(|(key, _)| key).collect();
    let detail = json!({ "name": [before.name, row.name], "enabled": [before.enabled, row.enabled],
        "window_days": [before.window_days, row.window_days], "settings": [stored.plain, settings.plain], "secrets_changed": changed });
    audit::record(app, &mut tx, Some(actor), "channel.changed", Object::new("channel", id), detail).await?;
    let view = view(app, &mut tx, actor, row).await?;
    tx.commit().await?;
    tell(app, id);
    Ok(view)
}

/// Removes a channel nothing came by yet; one with posts can only be stopped, for its history stays.
pub async fn delete(app: &App, actor: &Actor, id: ChannelId) -> Result<()> {
    actor.must(Permission::ManageChannels)?;
    let mut tx = app.store.begin().await?;
    let row = tx.channel(id.0).await?;
    for rule in tx.rules().await? {
        let conditions: Conditions = serde_json::from_str(&rule.conditions).unwrap_or_default();
        if conditions.channel_ids.contains(&id) {
            return Err(AppError::conflict("in_use", format!("the rule '{}' asks for this channel", rule.name)));
        }
    }
    tx.delete_channel(id.0).await.map_err(|error| match error {
        StoreError::Constraint(Constraint::Reference(_)) => {
            AppError::conflict("in_use", "posts came by this channel: stop it instead, their history stays")
        }
        error => error.into(),
    })?;
    let detail = json!({ "name": row.name, "kind": row.kind });
    audit::record(app, &mut tx, Some(actor), "channel.deleted", Object::new("channel", id), detail).await?;
    tx.commit().await?;
    tell(app, id);
    Ok(())
}

/// Tries settings before saving them. Where a channel of that kind has the form's name, its stored secrets stand in for
/// those the form leaves out.
pub async fn check(app: &App, actor: &Actor, form: Form) -> Result<Checked> {
    actor.must(Permission::ManageChannels)?;
    let network = network(app, &form.kind)?;
    let known = app.store.read().await?.channel_by_name(form.name.trim()).await?.filter(|row| row.kind == form.kind);
    let stored = match &known {
        Some(row) => Settings::of(app, row),
        None => Settings::default(),
    };
    let settings = Settings::read(network.as_ref(), &form.settings, stored)?;
    let id = known.map_or_else(|| ChannelId(app.new_id()), |row| row.id.into());
    let account = Account { id, name: form.name, settings: settings.whole() };
    Ok(match tokio::time::timeout(PATIENCE, network.check(&account)).await {
        Ok(Ok(report)) => Checked::Works(report),
        Ok(Err(error)) => Checked::Fails(error.told()),
        Err(_) => Checked::Fails(silence()),
    })
}

fn silence() -> Told {
    let seconds = PATIENCE.as_secs();
    Told::new("too_slow", format!("No hubo respuesta en {seconds} s."), format!("No answer within {seconds} s."))
}

fn network(app: &App, kind: &str) -> Result<Arc<dyn Network>> {
    app.networks.get(kind).cloned().ok_or_else(|| AppError::field("kind", "unknown", "there is no such kind of channel"))
}

/// Checks what channels of all kinds have; returns the tidied name.
fn common(form: &Form) -> Result<String> {
    let mut wrong = Wrong::default();
    let name = wrong.text("name", &form.name, 80);
    wrong.unless((0..=LONGEST_WINDOW).contains(&form.window_days), "window_days", "out_of_range", "0 to 90 days");
    wrong.done()?;
    Ok(name)
}

/// How the network names the account, when it tells soon.
async fn account_name(network: &dyn Network, id: ChannelId, name: &str, settings: &Settings, enabled: bool) -> Option<String> {
    if !enabled {
        return None;
    }
    let account = Account { id, name: name.to_owned(), settings: settings.whole() };
    tokio::time::timeout(BRIEF_PATIENCE, network.check(&account)).await.ok()?.ok()?.account
}

fn taken(error: StoreError) -> AppError {
    if error.is_unique() { AppError::field("name", "taken", "another channel has this name") } else { error.into() }
}

fn tell(app: &App, id: ChannelId) {
    app.channels_changed();
    app.live.tell(Audience::Everybody, News::Channel { channel_id: id });
}

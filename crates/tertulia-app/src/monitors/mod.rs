//! Monitors: saved listening queries. Everybody may read them (their names explain why a post is here); who may edit
//! monitors may create, change, try and delete them.
//!
//! A save writes the monitor, its [`versions`] and the start of its pass over [`history`] in one transaction. [`check`]
//! and [`tryout`] look at a query before it is saved, [`noise`] and [`duplicates`] at how it fares afterwards.

pub mod check;
pub mod discards;
pub mod duplicates;
pub mod estimate;
pub mod folders;
pub mod history;
pub mod noise;
mod preview;
mod reasons;
pub mod tryout;
pub mod versions;

pub use preview::{Preview, preview};
pub(crate) use versions::version_of;

use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    channel::Bilingual,
    listening::{Changed, Slow},
    lists,
    live::{Audience, News},
    page,
    query::Query,
};
use serde_json::json;
use std::collections::HashMap;
use tertulia_kernel::{MonitorId, UserId};
use tertulia_policy::Permission;
use tertulia_store::{
    Conn, StoreError, Tx,
    bounded::Listed,
    history::HistoryRow,
    monitor::{MonitorFilter, MonitorRow},
    slow::SlowQuery,
};
use uuid::Uuid;

/// Most monitors: so many are known to be read and compiled in seconds when a process starts.
const MOST: i64 = 100_000;
/// Most monitors in one answer.
const LISTED: i64 = 5_000;

/// Longest query, in characters.
pub const LONGEST_QUERY: usize = 20_000;
/// Longest note on a version, in characters.
const LONGEST_NOTE: usize = 500;
/// Monitors read at once while looking for words.
const ROUND: i64 = 500;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A monitor with what a list shows beside it.
#[derive(Clone, Debug)]
pub struct MonitorView {
    /// The row.
    pub row: MonitorRow,
    /// Plain-language reading; empty when the stored query can no longer be read.
    pub reading: Bilingual,
    /// How much work it makes: `low`, `medium` or `high`; none when the stored query can no longer be read.
    pub cost: Option<&'static str>,
    /// Posts matched in the last 24 hours.
    pub matched_day: i64,
    /// Name of its owner.
    pub owner: Option<String>,
    /// Its last pass over history.
    pub history: Option<HistoryRow>,
    /// It keeps taking too long on posts.
    pub slow: Option<Slow>,
}

/// A monitor in a few words, where others are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitorBrief {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Folder.
    pub folder: String,
    /// Listening.
    pub enabled: bool,
}

impl From<MonitorRow> for MonitorBrief {
    fn from(row: MonitorRow) -> Self {
        Self { id: row.id, number: row.number, name: row.name, folder: row.folder, enabled: row.enabled }
    }
}

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Unique name.
    pub name: String,
    /// Query.
    pub query: String,
    /// Listening.
    pub enabled: bool,
    /// Folder; as it is when absent.
    pub folder: Option<String>,
    /// Owner; as it is when absent, the author of a new one.
    pub owner: Option<UserId>,
    /// About this version.
    pub note: Option<String>,
}

/// Which monitors.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// In this folder or below it.
    pub folder: Option<String>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// With these letters in name or query.
    pub q: Option<String>,
    /// With a number above this one.
    pub after: Option<i64>,
    /// At most so many, up to 500; 5,000 when absent.
    pub limit: Option<i64>,
}

/// Monitors, by number.
pub async fn list(app: &App, _: &Actor, listing: &Listing) -> Result<Vec<MonitorView>> {
    let limit = listing.limit.map_or(LISTED, |limit| limit.clamp(1, 500)) as usize;
    let letters = listing.q.as_deref().map(tertulia_kernel::text::fold).filter(|q| !q.trim().is_empty());
    let mut conn = app.store.read().await?;
    let mut filter = MonitorFilter {
        folder: listing.folder.as_deref().map(folders::tidy).filter(|folder| !folder.is_empty()),
        owner: listing.owner.map(|owner| owner.0),
        after: listing.after.unwrap_or(0),
        limit: ROUND,
    };
    let mut found = Vec::new();
    loop {
        let rows = conn.monitors_where(&filter).await?;
        let last_round = (rows.len() as i64) < ROUND;
        filter.after = rows.last().map_or(filter.after, |row| row.number);
        let holds = |text: &str| letters.as_ref().is_none_or(|letters| tertulia_kernel::text::fold(text).contains(letters));
        found.extend(rows.into_iter().filter(|row| letters.is_none() || holds(&row.name) || holds(&row.query)));
        if last_round || found.len() >= limit {
            break;
        }
    }
    found.truncate(limit);
    views(app, &mut conn, found).await
}

/// One monitor.
pub async fn show(app: &App, _: &Actor, id: MonitorId) -> Result<MonitorView> {
    let mut conn = app.store.read().await?;
    let row = conn.monitor(id.0).await?;
    view(app, &mut conn, row).await
}

async fn view(app: &App, conn: &mut Conn, row: MonitorRow) -> Result<MonitorView> {
    views(app, conn, vec![row]).await?.into_iter().next().ok_or_else(AppError::not_found)
}

async fn views(app: &App, conn: &mut Conn, rows: Vec<MonitorRow>) -> Result<Vec<MonitorView>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut passes: HashMap<Uuid, HistoryRow> = conn.histories(&ids).await?.into_iter().map(|row| (row.monitor_id, row)).collect();
    let mut owners: HashMap<Uuid, Option<String>> = HashMap::new();
    let since = app.now().plus_seconds(-DAY).as_micros();
    let matched: HashMap<Uuid, i64> = match rows.as_slice() {
        [one] => HashMap::from([(one.id, conn.count_matches(one.id, since).await?)]),
        _ => conn.matches_since(since).await?.into_iter().collect(),
    };
    let lists = lists::named(conn, rows.iter().map(|row| row.query.as_str())).await?;
    let slow = conn.slow_queries().await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let slow = slow.get(&SlowQuery::Monitor(row.id)).copied().filter(|_| row.enabled);
        let owner = match row.owner_id {
            None => None,
            Some(id) => match owners.get(&id) {
                Some(known) => known.clone(),
                None => {
                    let name = conn.user(UserId(id)).await?.map(|user| user.name);
                    owners.insert(id, name.clone());
                    name
                }
            },
        };
        let matched_day = matched.get(&row.id).copied().unwrap_or_default();
        let (reading, cost) =
            Query::parse(&row.query, &lists).map_or_else(|_| (Bilingual::new("", ""), None), |query| (query.reading(), Some(query.cost())));
        views.push(MonitorView { reading, cost, matched_day, owner, history: passes.remove(&row.id), slow, row });
    }
    Ok(views)
}

/// Creates a monitor; when it listens, it is applied to history at once.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<MonitorView> {
    actor.must(Permission::EditMonitors)?;
    let now = app.now().as_micros();
    let mut tx = app.store.begin().await?;
    let form = read(&mut tx, form).await?;
    page::room(&mut tx, Listed::Monitors, MOST).await?;
    let row = MonitorRow {
        id: app.new_id(),
        number: tx.take_numbers("monitor", 1).await?,
        name: form.name,
        query: form.query,
        enabled: form.enabled,
        sample: false,
        folder: form.folder.unwrap_or_default(),
        owner_id: Some(owner(&mut tx, form.owner.unwrap_or(actor.id)).await?),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    tx.insert_monitor(&row).await.map_err(taken)?;
    tx.insert_monitor_version(&version_of(&row, Some(actor), form.note, None)).await?;
    if row.enabled {
        history::queue(app, &mut tx, &row).await?;
    }
    let detail = json!({ "name": row.name, "query": row.query, "enabled": row.enabled, "folder": row.folder });
    finish(app, actor, tx, "monitor.created", row, detail).await
}

/// Changes a monitor. With another query, or switched on, it is applied to history anew: what it matched before and does
/// not any more is taken off.
pub async fn change(app: &App, actor: &Actor, id: MonitorId, form: Form) -> Result<MonitorView> {
    actor.must(Permission::EditMonitors)?;
    let mut tx = app.store.begin().await?;
    // Before the monitor is held, as whoever changes a list holds it before the monitors that use it.
    let form = read(&mut tx, form).await?;
    let before = tx.lock_monitor(id.0).await?;
    let row = MonitorRow {
        folder: form.folder.unwrap_or_else(|| before.folder.clone()),
        owner_id: match form.owner {
            None => before.owner_id,
            Some(id) => Some(owner(&mut tx, id).await?),
        },
        name: form.name,
        query: form.query,
        enabled: form.enabled,
        ..before.clone()
    };
    save(app, actor, tx, &before, row, form.note, None).await
}

/// Saves a changed monitor with its version and its pass over history.
async fn save(
    app: &App,
    actor: &Actor,
    mut tx: Tx,
    before: &MonitorRow,
    mut row: MonitorRow,
    note: Option<String>,
    restored_from: Option<i64>,
) -> Result<MonitorView> {
    row.updated_at = app.now().as_micros();
    let new_version = row.name != before.name || row.query != before.query;
    if new_version {
        row.version += 1;
    }
    tx.update_monitor(&row).await.map_err(taken)?;
    if new_version {
        tx.insert_monitor_version(&version_of(&row, Some(actor), note, restored_from)).await?;
    }
    if row.query != before.query {
        tx.forget_slow(SlowQuery::Monitor(row.id)).await?;
    }
    if row.enabled && (row.query != before.query || !before.enabled) {
        history::queue(app, &mut tx, &row).await?;
    } else if !row.enabled && before.enabled {
        history::stop(app, &mut tx, row.id).await?;
    }
    let mut detail = json!({ "name": [before.name, row.name], "query": [before.query, row.query],
        "enabled": [before.enabled, row.enabled], "folder": [before.folder, row.folder], "owner": [before.owner_id, row.owner_id] });
    if let Some(number) = restored_from {
        detail["restored_from"] = number.into();
    }
    finish(app, actor, tx, "monitor.changed", row, detail).await
}

/// Ends a save: the ledger, the other processes, the consoles, the pass over history.
async fn finish(app: &App, actor: &Actor, mut tx: Tx, action: &str, row: MonitorRow, detail: serde_json::Value) -> Result<MonitorView> {
    audit::record(app, &mut tx, Some(actor), action, Object::new("monitor", row.id), detail).await?;
    let changed = Changed::Monitor(row.id.into());
    let view = view(app, &mut tx, row).await?;
    // Last, because intake waits for whoever holds it.
    app.touch_listening(&mut tx, &changed).await?;
    tx.commit().await?;
    app.history_wake.notify_one();
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(view)
}

/// Deletes a monitor; the posts it matched stay. A rule that asks for it must be changed first.
pub async fn delete(app: &App, actor: &Actor, id: MonitorId) -> Result<()> {
    actor.must(Permission::EditMonitors)?;
    let mut tx = app.store.begin().await?;
    let row = tx.lock_monitor(id.0).await?;
    for rule in tx.rules().await? {
        let conditions: tertulia_care::rules::Conditions = serde_json::from_str(&rule.conditions).unwrap_or_default();
        if conditions.monitor_ids.contains(&id) {
            return Err(AppError::conflict("in_use", format!("the rule '{}' asks for this monitor", rule.name)));
        }
    }
    history::stop(app, &mut tx, id.0).await?;
    tx.delete_monitor(id.0).await?;
    app.touch_listening(&mut tx, &Changed::Monitor(id)).await?;
    let detail = json!({ "name": row.name, "query": row.query });
    audit::record(app, &mut tx, Some(actor), "monitor.deleted", Object::new("monitor", id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(())
}

/// A user who may own a monitor or a list.
pub(crate) async fn owner(conn: &mut Conn, id: UserId) -> Result<Uuid> {
    let known = conn.user(id).await?.is_some_and(|user| user.disabled_at.is_none());
    if known { Ok(id.0) } else { Err(AppError::field("owner_id", "unknown", "no such user")) }
}

fn bounded(query: &str) -> Result<()> {
    let short = query.chars().count() <= LONGEST_QUERY;
    if short { Ok(()) } else { Err(AppError::field("query", "too_long", format!("at most {LONGEST_QUERY} characters"))) }
}

async fn read(tx: &mut Tx, form: Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    let name = wrong.text("name", &form.name, 120);
    let query = wrong.text("query", &form.query, LONGEST_QUERY);
    let folder = form.folder.as_deref().map(|folder| folders::read(&mut wrong, "folder", folder));
    let note = form.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let short = note.as_ref().is_none_or(|note| note.chars().count() <= LONGEST_NOTE);
    wrong.unless(short, "note", "too_long", "at most 500 characters");
    wrong.done()?;
    Query::parse(&query, &lists::held(tx, &query).await?)?;
    Ok(Form { name, query, folder, note, ..form })
}

fn taken(error: StoreError) -> AppError {
    if error.is_unique() { AppError::field("name", "taken", "another monitor has this name") } else { error.into() }
}

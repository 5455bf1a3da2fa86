//! Monitors: saved listening queries. Everybody may read them (their names explain why a post is here); who may edit
//! monitors may create, change, try and delete them.

mod preview;

pub use preview::{Preview, preview};

use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    channel::Bilingual,
    live::{Audience, News},
    page,
    query::{Query, QueryProblem},
};
use serde_json::json;
use std::collections::HashMap;
use tertulia_kernel::MonitorId;
use tertulia_policy::Permission;
use tertulia_store::{Conn, StoreError, bounded::Listed, monitor::MonitorRow};
use uuid::Uuid;

/// Most monitors: the list is shown whole.
const MOST: i64 = 5_000;

/// Longest query, in characters.
pub const LONGEST_QUERY: usize = 20_000;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// A monitor with what a list shows beside it.
#[derive(Clone, Debug)]
pub struct MonitorView {
    /// The row.
    pub row: MonitorRow,
    /// Plain-language reading; empty when the stored query can no longer be read.
    pub reading: Bilingual,
    /// Posts matched in the last 24 hours.
    pub matched_day: i64,
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
}

/// All monitors, by number.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<MonitorView>> {
    let mut conn = app.store.read().await?;
    let counts = conn.matches_since(app.now().plus_seconds(-DAY).as_micros()).await?;
    let matched: HashMap<Uuid, i64> = counts.into_iter().collect();
    Ok(conn.monitors().await?.into_iter().map(|row| shown(matched.get(&row.id).copied().unwrap_or_default(), row)).collect())
}

async fn view(app: &App, conn: &mut Conn, row: MonitorRow) -> Result<MonitorView> {
    let matched_day = conn.count_matches(row.id, app.now().plus_seconds(-DAY).as_micros()).await?;
    Ok(shown(matched_day, row))
}

fn shown(matched_day: i64, row: MonitorRow) -> MonitorView {
    let reading = Query::parse(&row.query).map_or_else(|_| Bilingual::new("", ""), |query| query.reading());
    MonitorView { row, reading, matched_day }
}

/// Creates a monitor.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<MonitorView> {
    actor.must(Permission::EditMonitors)?;
    let form = read(form)?;
    let now = app.now().as_micros();
    let mut tx = app.store.begin().await?;
    page::room(&mut tx, Listed::Monitors, MOST).await?;
    let row = MonitorRow {
        id: app.new_id(),
        number: tx.take_numbers("monitor", 1).await?,
        name: form.name,
        query: form.query,
        enabled: form.enabled,
        sample: false,
        created_at: now,
        updated_at: now,
    };
    tx.insert_monitor(&row).await.map_err(taken)?;
    app.touch_listening(&mut tx).await?;
    let detail = json!({ "name": row.name, "query": row.query, "enabled": row.enabled });
    audit::record(app, &mut tx, Some(actor), "monitor.created", Object::new("monitor", row.id), detail).await?;
    let view = view(app, &mut tx, row).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(view)
}

/// Changes a monitor. Posts it matched before keep that match.
pub async fn change(app: &App, actor: &Actor, id: MonitorId, form: Form) -> Result<MonitorView> {
    actor.must(Permission::EditMonitors)?;
    let form = read(form)?;
    let mut tx = app.store.begin().await?;
    let before = tx.monitor(id.0).await?;
    let row = MonitorRow { name: form.name, query: form.query, enabled: form.enabled, updated_at: app.now().as_micros(), ..before.clone() };
    tx.update_monitor(&row).await.map_err(taken)?;
    app.touch_listening(&mut tx).await?;
    let detail = json!({ "name": [before.name, row.name], "query": [before.query, row.query], "enabled": [before.enabled, row.enabled] });
    audit::record(app, &mut tx, Some(actor), "monitor.changed", Object::new("monitor", id), detail).await?;
    let view = view(app, &mut tx, row).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(view)
}

/// Deletes a monitor; the posts it matched stay. A rule that asks for it must be changed first.
pub async fn delete(app: &App, actor: &Actor, id: MonitorId) -> Result<()> {
    actor.must(Permission::EditMonitors)?;
    let mut tx = app.store.begin().await?;
    let row = tx.monitor(id.0).await?;
    for rule in tx.rules().await? {
        let conditions: tertulia_care::rules::Conditions = serde_json::from_str(&rule.conditions).unwrap_or_default();
        if conditions.monitor_ids.contains(&id) {
            return Err(AppError::conflict("in_use", format!("the rule '{}' asks for this monitor", rule.name)));
        }
    }
    tx.delete_monitor(id.0).await?;
    app.touch_listening(&mut tx).await?;
    let detail = json!({ "name": row.name, "query": row.query });
    audit::record(app, &mut tx, Some(actor), "monitor.deleted", Object::new("monitor", id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(())
}

/// What a check of a query found.
#[derive(Clone, Debug)]
pub enum Check {
    /// It can be used.
    Good {
        /// Canonical form.
        canonical: String,
        /// Plain-language reading.
        reading: Bilingual,
    },
    /// It can't; the range is in UTF-16 code units of the query.
    Bad {
        /// What is wrong and what to do.
        problem: QueryProblem,
        /// Where.
        range: [u32; 2],
    },
}

/// Checks a query while somebody types it. Searching takes queries too, so everybody may ask.
pub fn check(_: &Actor, text: &str) -> Result<Check> {
    bounded(text)?;
    Ok(match Query::parse(text) {
        Ok(query) => Check::Good { canonical: query.canonical(), reading: query.reading() },
        Err(problem) => {
            let end = problem.range.end.min(text.len());
            let start = problem.range.start.min(end);
            let units = |upto: usize| text[..text.floor_char_boundary(upto)].encode_utf16().count() as u32;
            Check::Bad { range: [units(start), units(end)], problem: *problem }
        }
    })
}

fn bounded(query: &str) -> Result<()> {
    let short = query.chars().count() <= LONGEST_QUERY;
    if short { Ok(()) } else { Err(AppError::field("query", "too_long", format!("at most {LONGEST_QUERY} characters"))) }
}

fn read(form: Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    let name = wrong.text("name", &form.name, 120);
    let query = wrong.text("query", &form.query, LONGEST_QUERY);
    wrong.done()?;
    Query::parse(&query)?;
    Ok(Form { name, query, ..form })
}

fn taken(error: StoreError) -> AppError {
    if error.is_unique() { AppError::field("name", "taken", "another monitor has this name") } else { error.into() }
}

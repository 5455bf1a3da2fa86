//! Rules: what opens and shapes cases. Everybody may read them; who may edit rules may change and order them.

use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    listening::{Changed, Slow},
    lists,
    live::{Audience, News},
    monitors::LONGEST_QUERY,
    page,
    query::Query,
    understanding::Task,
};
use serde_json::json;
use std::collections::HashMap;
use tertulia_kernel::RuleId;
use tertulia_policy::Permission;
use tertulia_store::{StoreError, Tx, bounded::Listed, monitor::RuleRow, slow::SlowQuery};

pub use tertulia_care::rules::{Actions, Conditions, Priority};

/// Most rules: the list is shown whole.
const MOST_RULES: i64 = 1_000;

/// Most entries of one list in a rule.
const MOST: usize = 200;

/// A rule as people see it.
#[derive(Clone, Debug)]
pub struct RuleView {
    /// Id.
    pub id: RuleId,
    /// Name.
    pub name: String,
    /// In force.
    pub enabled: bool,
    /// Place in the order, from 1.
    pub position: i64,
    /// When.
    pub conditions: Conditions,
    /// What.
    pub actions: Actions,
    /// Its query keeps taking too long on posts.
    pub slow: Option<Slow>,
}

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Name.
    pub name: String,
    /// In force.
    pub enabled: bool,
    /// When.
    pub conditions: Conditions,
    /// What.
    pub actions: Actions,
}

/// All rules, in order.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<RuleView>> {
    let mut conn = app.store.read().await?;
    let (rows, slow) = (conn.rules().await?, conn.slow_queries().await?);
    rows.into_iter().zip(1..).map(|(row, position)| view(row, position, &slow)).collect()
}

/// Adds a rule at the end of the order.
pub async fn create(app: &App, actor: &Actor, form: Form) -> Result<RuleView> {
    actor.must(Permission::EditRules)?;
    let mut tx = app.store.begin().await?;
    let form = read(&mut tx, form).await?;
    page::room(&mut tx, Listed::Rules, MOST_RULES).await?;
    let rows = tx.rules().await?;
    let row = row_of(form, app.new_id(), rows.last().map_or(1, |last| last.position + 1), false)?;
    tx.save_rule(&row).await?;
    let detail = json!({ "name": row.name });
    finish(app, actor, tx, "rule.created", Object::new("rule", row.id), detail).await?;
    view(row, rows.len() as i64 + 1, &HashMap::new())
}

/// Changes a rule; its place stays.
pub async fn change(app: &App, actor: &Actor, id: RuleId, form: Form) -> Result<RuleView> {
    actor.must(Permission::EditRules)?;
    let mut tx = app.store.begin().await?;
    let rows = tx.rules().await?;
    let place = rows.iter().position(|row| row.id == id.0).ok_or_else(AppError::not_found)?;
    let form = read(&mut tx, form).await?;
    let before = &rows[place];
    let row = row_of(form, before.id, before.position, before.sample)?;
    tx.save_rule(&row).await?;
    if query_of(&row.conditions) != query_of(&before.conditions) {
        tx.forget_slow(SlowQuery::Rule(id.0)).await?;
    }
    let slow = tx.slow_queries().await?;
    let detail = json!({ "name": [before.name, row.name], "enabled": [before.enabled, row.enabled],
        "conditions": [before.conditions, row.conditions], "actions": [before.actions, row.actions] });
    finish(app, actor, tx, "rule.changed", Object::new("rule", id), detail).await?;
    view(row, place as i64 + 1, &slow)
}

/// Deletes a rule.
pub async fn delete(app: &App, actor: &Actor, id: RuleId) -> Result<()> {
    actor.must(Permission::EditRules)?;
    let mut tx = app.store.begin().await?;
    let row = tx.rules().await?.into_iter().find(|row| row.id == id.0).ok_or_else(AppError::not_found)?;
    tx.delete_rule(id.0).await?;
    let detail = json!({ "name": row.name, "conditions": row.conditions, "actions": row.actions });
    finish(app, actor, tx, "rule.deleted", Object::new("rule", id), detail).await
}

/// Puts the rules in a new order; all must be named, each once.
pub async fn order(app: &App, actor: &Actor, ids: &[RuleId]) -> Result<Vec<RuleView>> {
    actor.must(Permission::EditRules)?;
    let mut tx = app.store.begin().await?;
    let mut rows = tx.rules().await?;
    let place = |row: &RuleRow| ids.iter().position(|id| id.0 == row.id);
    if ids.len() != rows.len() || rows.iter().any(|row| place(row).is_none()) {
        return Err(AppError::conflict("order_incomplete", "rules came or went meanwhile: name each of them once"));
    }
    rows.sort_by_key(place);
    for (row, position) in rows.iter_mut().zip(1..) {
        row.position = position;
        tx.save_rule(row).await?;
    }
    let slow = tx.slow_queries().await?;
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    finish(app, actor, tx, "rules.ordered", Object::only("rule"), json!({ "order": names })).await?;
    rows.into_iter().zip(1..).map(|(row, position)| view(row, position, &slow)).collect()
}

async fn finish(app: &App, actor: &Actor, mut tx: Tx, action: &str, object: Object, detail: serde_json::Value) -> Result<()> {
    app.touch_listening(&mut tx, &Changed::Rules).await?;
    audit::record(app, &mut tx, Some(actor), action, object, detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(())
}

/// Checks a rule, and that what it names is there.
async fn read(tx: &mut Tx, mut form: Form) -> Result<Form> {
    let mut wrong = Wrong::default();
    form.name = wrong.text("name", &form.name, 120);
    let Form { conditions, actions, .. } = &mut form;
    conditions.query = conditions.query.take().map(|query| query.trim().to_owned()).filter(|query| !query.is_empty());
    if let Some(query) = &conditions.query {
        wrong.text("conditions.query", query, LONGEST_QUERY);
    }
    for (field, length) in [
        ("conditions.monitor_ids", conditions.monitor_ids.len()),
        ("conditions.channel_ids", conditions.channel_ids.len()),
        ("conditions.channel_kinds", conditions.channel_kinds.len()),
        ("conditions.langs", conditions.langs.len()),
        ("conditions.types", conditions.types.len()),
        ("conditions.sentiments", conditions.sentiments.len()),
        ("actions.tags", actions.tags.len()),
    ] {
        wrong.unless(length <= MOST, field, "too_long", "too many entries");
    }
    let named: Vec<_> = conditions.monitor_ids.iter().take(MOST).map(|id| id.0).collect();
    let monitors: Vec<_> = tx.monitors_by_id(&named).await?.into_iter().map(|row| row.id.into()).collect();
    let channels: Vec<_> = tx.channels().await?.into_iter().map(|row| row.id.into()).collect();
    let departments: Vec<_> = tx.departments().await?.into_iter().map(|department| department.id).collect();
    wrong.unless(conditions.monitor_ids.iter().all(|id| monitors.contains(id)), "conditions.monitor_ids", "unknown", "no such monitor");
    wrong.unless(conditions.channel_ids.iter().all(|id| channels.contains(id)), "conditions.channel_ids", "unknown", "no such channel");
    let known = actions.department_id.is_none_or(|id| departments.contains(&id));
    wrong.unless(known, "actions.department_id", "unknown", "no such department");
    for list in [&mut conditions.channel_kinds, &mut conditions.langs, &mut conditions.types, &mut conditions.sentiments, &mut actions.tags]
    {
        *list = tidy(list);
    }
    let known = |task: Task, names: &[String]| names.iter().all(|name| task.bit(name).is_some());
    wrong.unless(known(Task::Types, &conditions.types), "conditions.types", "unknown", "no such message type");
    wrong.unless(known(Task::Sentiment, &conditions.sentiments), "conditions.sentiments", "unknown", "negative, neutral or positive");
    wrong.unless(conditions.urgency_min.is_none_or(|least| least <= 1_000), "conditions.urgency_min", "out_of_range", "0 to 1");
    let short = |list: &[String], most: usize| list.iter().all(|text| text.chars().count() <= most);
    wrong.unless(short(&conditions.channel_kinds, 40), "conditions.channel_kinds", "too_long", "at most 40 characters each");
    wrong.unless(short(&conditions.langs, 35), "conditions.langs", "too_long", "at most 35 characters each");
    wrong.unless(short(&actions.tags, 60), "actions.tags", "too_long", "at most 60 characters each");
    let does = actions.open_case.is_some() || actions.department_id.is_some() || actions.priority.is_some() || !actions.tags.is_empty();
    wrong.unless(does, "actions", "required", "say what the rule does");
    wrong.done()?;
    if let Some(query) = &conditions.query {
        let lists = lists::held(tx, query).await?;
        Query::parse(query, &lists).map_err(|problem| AppError::from(problem).at("conditions.query"))?;
    }
    Ok(form)
}

/// Trimmed, none blank, each once.
fn tidy(list: &[String]) -> Vec<String> {
    let mut tidy: Vec<String> = Vec::new();
    for text in list.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        if !tidy.iter().any(|known| known == text) {
            tidy.push(text.to_owned());
        }
    }
    tidy
}

pub(crate) fn row_of(form: Form, id: uuid::Uuid, position: i64, sample: bool) -> Result<RuleRow> {
    let json = |value: serde_json::Result<String>| value.map_err(|error| StoreError::Corrupt("rule", error.to_string()));
    Ok(RuleRow {
        id,
        position,
        name: form.name,
        enabled: form.enabled,
        conditions: json(serde_json::to_string(&form.conditions))?,
        actions: json(serde_json::to_string(&form.actions))?,
        sample,
    })
}

/// The words a rule asks for; none when it asks for none, or can't be read.
fn query_of(conditions: &str) -> Option<String> {
    serde_json::from_str::<Conditions>(conditions).ok().and_then(|conditions| conditions.query)
}

fn view(row: RuleRow, position: i64, slow: &HashMap<SlowQuery, Slow>) -> Result<RuleView> {
    let corrupt = |error: serde_json::Error| StoreError::Corrupt("rule", error.to_string());
    Ok(RuleView {
        id: row.id.into(),
        name: row.name,
        enabled: row.enabled,
        position,
        slow: slow.get(&SlowQuery::Rule(row.id)).copied().filter(|_| row.enabled),
        conditions: serde_json::from_str(&row.conditions).map_err(corrupt)?,
        actions: serde_json::from_str(&row.actions).map_err(corrupt)?,
    })
}

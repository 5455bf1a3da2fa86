//! The rows that queries are compiled from.

use crate::{AppError, Kind, Result, lists, understanding::words};
use std::{collections::BTreeSet, sync::Arc};
use tertulia_care::rules::{Actions, Conditions, Rule};
use tertulia_kernel::MonitorId;
use tertulia_listen::Lists;
use tertulia_store::{Conn, monitor::MonitorRow};
use tertulia_understand::Grounds;

/// What was read.
pub(super) struct Rows {
    pub monitors: Vec<MonitorRow>,
    /// Rules in force, in order; none when they were not asked for.
    pub rules: Option<Vec<Rule>>,
    pub lists: Lists,
    /// Words and points that posts are read with, the company's or none; none at all when they were not asked for.
    pub grounds: Option<Option<Arc<Grounds>>>,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.monitors.len() + self.rules.as_ref().map_or(0, Vec::len)
    }
}

/// All monitors and rules.
pub(super) async fn everything(conn: &mut Conn) -> Result<Rows> {
    let lists = lists::all(conn).await?;
    let grounds = words::in_force(conn).await?;
    Ok(Rows { monitors: conn.monitors().await?, rules: Some(rules(conn).await?), lists, grounds: Some(grounds) })
}

/// Some monitors, and perhaps the rules, with the lists they name; perhaps the words and points that posts are read with.
pub(super) async fn some(conn: &mut Conn, monitors: &BTreeSet<MonitorId>, with_rules: bool, with_grounds: bool) -> Result<Rows> {
    let ids: Vec<_> = monitors.iter().map(|id| id.0).collect();
    let monitors = conn.monitors_by_id(&ids).await?;
    let rules = if with_rules { Some(rules(conn).await?) } else { None };
    let asked = rules.iter().flatten().filter_map(|rule| rule.conditions.query.as_deref());
    let lists = lists::named(conn, monitors.iter().map(|row| row.query.as_str()).chain(asked)).await?;
    let grounds = if with_grounds { Some(words::in_force(conn).await?) } else { None };
    Ok(Rows { monitors, rules, lists, grounds })
}

/// The rules in force, in order.
async fn rules(conn: &mut Conn) -> Result<Vec<Rule>> {
    let departments = conn.department_ids().await?;
    let mut rules = Vec::new();
    for row in conn.rules().await?.into_iter().filter(|row| row.enabled) {
        let parsed = serde_json::from_str::<Conditions>(&row.conditions)
            .and_then(|conditions| Ok((conditions, serde_json::from_str::<Actions>(&row.actions)?)));
        let Ok((conditions, mut actions)) = parsed else {
            tracing::error!(rule = row.name, "this rule can't be read");
            continue;
        };
        if actions.department_id.is_some_and(|department| !departments.contains(&department.0)) {
            // It would keep every post it applies to from being stored.
            tracing::error!(rule = row.name, "this rule names a department that is gone; its cases go to none");
            actions.department_id = None;
        }
        rules.push(Rule { id: row.id.into(), name: row.name, conditions, actions });
    }
    Ok(rules)
}

/// Compiles in a thread where it holds nobody up.
pub(super) async fn compiled<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::new(Kind::Internal, "internal", format!("compiling queries: {error}")))
}

//! Versions of monitors: what each save called it and asked for.

use crate::{Conn, Result, Tx, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A monitor as one save left it.
#[derive(Clone, Debug, FromRow, PartialEq, Eq)]
pub struct MonitorVersionRow {
    /// Monitor.
    pub monitor_id: Uuid,
    /// Number within the monitor, from 1.
    pub number: i64,
    /// When.
    pub at: i64,
    /// Who; none for the program itself.
    pub actor_id: Option<Uuid>,
    /// Their name then, or `system`.
    pub actor: String,
    /// Name.
    pub name: String,
    /// Query.
    pub query: String,
    /// What they wrote about it.
    pub note: Option<String>,
    /// The version it is a copy of, when it was restored.
    pub restored_from: Option<i64>,
}

const COLUMNS: &str = "monitor_id, number, at, actor_id, actor, name, query, note, restored_from";

impl Conn {
    /// Versions with a number below `before`, newest first.
    pub async fn monitor_versions(&mut self, monitor: Uuid, before: i64, limit: i64) -> Result<Vec<MonitorVersionRow>> {
        let sql = format!("SELECT {COLUMNS} FROM monitor_version WHERE monitor_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(monitor).bind(before).bind(limit).fetch_all(c).await?))
    }

    /// One version.
    pub async fn monitor_version(&mut self, monitor: Uuid, number: i64) -> Result<MonitorVersionRow> {
        let sql = format!("SELECT {COLUMNS} FROM monitor_version WHERE monitor_id = $1 AND number = $2");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(monitor).bind(number).fetch_one(c).await?))
    }
}

impl Tx {
    /// Writes a version down.
    pub async fn insert_monitor_version(&mut self, row: &MonitorVersionRow) -> Result<()> {
        let sql = format!("INSERT INTO monitor_version ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.monitor_id).bind(row.number).bind(row.at).bind(row.actor_id)
            .bind(&row.actor).bind(&row.name).bind(&row.query).bind(&row.note).bind(row.restored_from).execute(c).await?.rows_affected());
        Ok(())
    }
}

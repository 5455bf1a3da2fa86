//! Monitors and rules, and the version number that tells every process to load them again.

use crate::{Conn, Result, Tx, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A monitor.
#[derive(Clone, Debug, FromRow)]
pub struct MonitorRow {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Query.
    pub query: String,
    /// Listening.
    pub enabled: bool,
    /// Belongs to the sample company.
    pub sample: bool,
    /// Created.
    pub created_at: i64,
    /// Changed.
    pub updated_at: i64,
}

/// A rule.
#[derive(Clone, Debug, FromRow)]
pub struct RuleRow {
    /// Id.
    pub id: Uuid,
    /// Place in the order.
    pub position: i64,
    /// Name.
    pub name: String,
    /// In force.
    pub enabled: bool,
    /// Conditions, JSON.
    pub conditions: String,
    /// Actions, JSON.
    pub actions: String,
    /// Belongs to the sample company.
    pub sample: bool,
}

const VERSION: &str = "listening_version";

impl Conn {
    /// All monitors, by number.
    pub async fn monitors(&mut self) -> Result<Vec<MonitorRow>> {
        const SQL: &str = "SELECT id, number, name, query, enabled, sample, created_at, updated_at FROM monitor ORDER BY number";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?))
    }

    /// One monitor.
    pub async fn monitor(&mut self, id: Uuid) -> Result<MonitorRow> {
        const SQL: &str = "SELECT id, number, name, query, enabled, sample, created_at, updated_at FROM monitor WHERE id = $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(id).fetch_one(c).await?))
    }

    /// Posts each monitor matched since an instant.
    pub async fn count_matches(&mut self, monitor: Uuid, since: i64) -> Result<i64> {
        const SQL: &str = "SELECT count(*) FROM (SELECT 1 FROM post_match WHERE monitor_id = $1 AND at >= $2 LIMIT 100000) AS counted";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(monitor).bind(since).fetch_one(c).await?))
    }

    /// Posts matched since an instant, by monitor.
    pub async fn matches_since(&mut self, since: i64) -> Result<Vec<(Uuid, i64)>> {
        const SQL: &str = "SELECT monitor_id, count(*) FROM post_match WHERE at >= $1 GROUP BY monitor_id";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(since).fetch_all(c).await?))
    }

    /// All rules, in order.
    pub async fn rules(&mut self) -> Result<Vec<RuleRow>> {
        const SQL: &str = "SELECT id, position, name, enabled, conditions, actions, sample FROM rule ORDER BY position, id";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?))
    }

    /// The version of monitors and rules; changes whenever they do.
    pub async fn listening_version(&mut self) -> Result<String> {
        const SQL: &str = "SELECT value FROM setting WHERE key = $1";
        let version: Option<String> = on!(self, c => sqlx::query_scalar(SQL).bind(VERSION).fetch_optional(c).await?);
        Ok(version.unwrap_or_default())
    }
}

impl Tx {
    /// Tells every process that monitors or rules changed.
    pub async fn touch_listening(&mut self, version: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        on!(self, c => sqlx::query(SQL).bind(VERSION).bind(version).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Inserts a monitor.
    pub async fn insert_monitor(&mut self, row: &MonitorRow) -> Result<()> {
        const SQL: &str = "INSERT INTO monitor (id, number, name, query, enabled, sample, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(row.number).bind(&row.name).bind(&row.query).bind(row.enabled).bind(row.sample)
            .bind(row.created_at).bind(row.updated_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts a monitor's name, query and switch.
    pub async fn update_monitor(&mut self, row: &MonitorRow) -> Result<()> {
        const SQL: &str = "UPDATE monitor SET name = $2, query = $3, enabled = $4, updated_at = $5 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.name).bind(&row.query).bind(row.enabled).bind(row.updated_at)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Deletes a monitor and what it matched (posts stay).
    pub async fn delete_monitor(&mut self, id: Uuid) -> Result<()> {
        for sql in ["DELETE FROM post_match WHERE monitor_id = $1", "DELETE FROM monitor WHERE id = $1"] {
            on!(self, c => sqlx::query(sql).bind(id).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Inserts or puts a rule.
    pub async fn save_rule(&mut self, row: &RuleRow) -> Result<()> {
        const SQL: &str = "INSERT INTO rule (id, position, name, enabled, conditions, actions, sample) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (id) DO UPDATE SET position = excluded.position, name = excluded.name, enabled = excluded.enabled,
                conditions = excluded.conditions, actions = excluded.actions";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(row.position).bind(&row.name).bind(row.enabled).bind(&row.conditions)
            .bind(&row.actions).bind(row.sample).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Deletes a rule.
    pub async fn delete_rule(&mut self, id: Uuid) -> Result<u64> {
        Ok(on!(self, c => sqlx::query("DELETE FROM rule WHERE id = $1").bind(id).execute(c).await?.rows_affected()))
    }
}

//! Monitors and rules, and the version that tells every process which of them to read again.

use crate::{Conn, Result, Tx, dialect::Dialect, on, slow::SlowQuery};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// A monitor.
#[derive(Clone, Debug, Default, FromRow)]
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
    /// Where it is kept: levels joined by `/`, empty at the top.
    pub folder: String,
    /// Who looks after it.
    pub owner_id: Option<Uuid>,
    /// Number of its newest version.
    pub version: i64,
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

/// Which monitors.
#[derive(Clone, Debug, Default)]
pub struct MonitorFilter {
    /// In this folder or below it.
    pub folder: Option<String>,
    /// Of this owner.
    pub owner: Option<Uuid>,
    /// With a number above this one.
    pub after: i64,
    /// At most so many.
    pub limit: i64,
}

const COLUMNS: &str = "id, number, name, query, enabled, sample, folder, owner_id, version, created_at, updated_at";

const VERSION: &str = "listening_version";
/// The newest changes of monitors and rules: a line for each, its version, a blank, and what changed.
const CHANGES: &str = "listening_changes";
/// So many are kept: a process that slept through more reads everything again.
const MOST_CHANGES: usize = 256;
/// The advisory lock that intake shares while it matches and a change of monitors or rules takes alone (PostgreSQL).
const LISTENING_LOCK: i64 = 0x7465_7274_6c73;

impl Conn {
    /// All monitors, by number.
    pub async fn monitors(&mut self) -> Result<Vec<MonitorRow>> {
        let sql = format!("SELECT {COLUMNS} FROM monitor ORDER BY number");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await?))
    }

    /// A page of monitors, by number.
    pub async fn monitors_where(&mut self, filter: &MonitorFilter) -> Result<Vec<MonitorRow>> {
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM monitor WHERE number > "));
            query.push_bind(filter.after);
            if let Some(folder) = &filter.folder {
                // Compared letter by letter: LIKE would read `_` and `%` of a folder's name as wildcards.
                let below = format!("{folder}/");
                query.push(" AND (folder = ").push_bind(folder).push(" OR substr(folder, 1, ");
                query.push_bind(i32::try_from(below.chars().count()).unwrap_or(i32::MAX)).push(") = ").push_bind(below).push(")");
            }
            if let Some(owner) = filter.owner {
                query.push(" AND owner_id = ").push_bind(owner);
            }
            query.push(" ORDER BY number LIMIT ").push_bind(filter.limit);
            query.build_query_as().fetch_all(c).await?
        }))
    }

    /// One monitor.
    pub async fn monitor(&mut self, id: Uuid) -> Result<MonitorRow> {
        let sql = format!("SELECT {COLUMNS} FROM monitor WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Some monitors, by number.
    pub async fn monitors_by_id(&mut self, ids: &[Uuid]) -> Result<Vec<MonitorRow>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(500) {
            let part: Vec<MonitorRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM monitor WHERE id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY number");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// Monitors whose query may name a shared list, by number: a query that says `list` in whatever case is among them.
    pub async fn monitors_that_may_name_lists(&mut self) -> Result<Vec<MonitorRow>> {
        let sql = format!("SELECT {COLUMNS} FROM monitor WHERE lower(query) LIKE '%list%' ORDER BY number");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(c).await?))
    }

    /// Folders that hold monitors, with how many: in order of their name.
    pub async fn monitor_folders(&mut self) -> Result<Vec<(String, i64)>> {
        const SQL: &str = "SELECT folder, count(*) FROM monitor GROUP BY folder ORDER BY folder";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await?))
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

    /// The newest changes of monitors and rules, oldest first: the version each made, and what changed.
    pub async fn listening_changes(&mut self) -> Result<Vec<(String, String)>> {
        const SQL: &str = "SELECT value FROM setting WHERE key = $1";
        let lines: Option<String> = on!(self, c => sqlx::query_scalar(SQL).bind(CHANGES).fetch_optional(c).await?);
        let change = |line: &str| line.split_once(' ').map(|(version, what)| (version.to_owned(), what.to_owned()));
        Ok(lines.unwrap_or_default().lines().filter_map(change).collect())
    }

    /// Posts of all channels: `(kept, counted only)`, since each was connected.
    pub async fn intake_totals(&mut self) -> Result<(i64, i64)> {
        const SQL: &str = "SELECT CAST(coalesce(sum(kept), 0) AS BIGINT), CAST(coalesce(sum(counted), 0) AS BIGINT) FROM channel_health";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_one(c).await?))
    }
}

impl Tx {
    /// Announces that this transaction matches posts with the monitors and rules it reads from here on.
    ///
    /// A change of them waits until it ends, so once a change is committed nobody stores a post that was matched without
    /// it: what a pass over history then finds is complete. SQLite has one writer; there nothing needs to wait.
    pub async fn share_listening(&mut self) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            const SQL: &str = "SELECT pg_advisory_xact_lock_shared($1)";
            on!(self, c => sqlx::query(SQL).bind(LISTENING_LOCK).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Tells every process that monitors or rules changed, and what did: one line, whose words are the caller's.
    pub async fn touch_listening(&mut self, version: &str, what: &str) -> Result<()> {
        if self.dialect() == Dialect::Postgres {
            const LOCK: &str = "SELECT pg_advisory_xact_lock($1)";
            on!(self, c => sqlx::query(LOCK).bind(LISTENING_LOCK).execute(c).await?.rows_affected());
        }
        let mut changes = self.listening_changes().await?;
        changes.push((version.to_owned(), what.to_owned()));
        let newest = &changes[changes.len().saturating_sub(MOST_CHANGES)..];
        let lines: String = newest.iter().map(|(version, what)| format!("{version} {what}\n")).collect();
        const SQL: &str = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        for (key, value) in [(CHANGES, lines.as_str()), (VERSION, version)] {
            on!(self, c => sqlx::query(SQL).bind(key).bind(value).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Inserts a monitor.
    pub async fn insert_monitor(&mut self, row: &MonitorRow) -> Result<()> {
        let sql = format!("INSERT INTO monitor ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(row.number).bind(&row.name).bind(&row.query)
            .bind(row.enabled).bind(row.sample).bind(&row.folder).bind(row.owner_id).bind(row.version).bind(row.created_at)
            .bind(row.updated_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts everything people can change about a monitor.
    pub async fn update_monitor(&mut self, row: &MonitorRow) -> Result<()> {
        const SQL: &str =
            "UPDATE monitor SET name = $2, query = $3, enabled = $4, folder = $5, owner_id = $6, version = $7, updated_at = $8
            WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.name).bind(&row.query).bind(row.enabled).bind(&row.folder)
            .bind(row.owner_id).bind(row.version).bind(row.updated_at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// A monitor as it stands, held against other changes until the transaction ends.
    pub async fn lock_monitor(&mut self, id: Uuid) -> Result<MonitorRow> {
        let sql = format!("SELECT {COLUMNS} FROM monitor WHERE id = $1{}", self.dialect().for_update());
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Moves everything in and below a folder to another; returns how many monitors that were.
    pub async fn move_folder(&mut self, from: &str, to: &str) -> Result<u64> {
        let below = format!("{from}/");
        let letters = |text: &str| i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
        const SQL: &str = "UPDATE monitor SET folder = CASE WHEN folder = $1 THEN $2 ELSE $3 || substr(folder, $4) END
            WHERE folder = $1 OR substr(folder, 1, $5) = $6";
        // What lies below keeps the rest of its path; at the top there is no sign before it.
        let (head, rest) = if to.is_empty() { ("", letters(&below) + 1) } else { (to, letters(from) + 1) };
        Ok(on!(self, c => sqlx::query(SQL).bind(from).bind(to).bind(head).bind(rest).bind(letters(&below)).bind(&below)
            .execute(c).await?.rows_affected()))
    }

    /// Deletes a monitor and what it matched (posts stay).
    pub async fn delete_monitor(&mut self, id: Uuid) -> Result<()> {
        self.forget_slow(SlowQuery::Monitor(id)).await?;
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
        self.forget_slow(SlowQuery::Rule(id)).await?;
        Ok(on!(self, c => sqlx::query("DELETE FROM rule WHERE id = $1").bind(id).execute(c).await?.rows_affected()))
    }
}

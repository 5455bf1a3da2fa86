//! A monitor's pass over the stored posts: how far it has come, and what it reads and writes on its way.

use crate::{
    Conn, Result, Tx,
    dialect::Dialect,
    on,
    post::{COLUMNS as POST_COLUMNS, PostRow},
    search::Terms,
};
use sqlx::{FromRow, QueryBuilder};
use std::collections::HashSet;
use uuid::Uuid;

/// Rows of one statement.
const ROWS: usize = 500;

/// How far a pass has come.
#[derive(Clone, Debug, FromRow, PartialEq, Eq)]
pub struct HistoryRow {
    /// Monitor.
    pub monitor_id: Uuid,
    /// The monitor's version it applies.
    pub version: i64,
    /// `queued`, `running`, `done`, `cancelled` or `failed`.
    pub state: String,
    /// Posts with a `seq` from here on are done.
    pub place: i64,
    /// Candidates looked at.
    pub looked_at: i64,
    /// Candidates in all, once counted.
    pub total: Option<i64>,
    /// Of those looked at, matching.
    pub matched: i64,
    /// Matches written.
    pub added: i64,
    /// Matches taken off.
    pub removed: i64,
    /// Arrival of the oldest post looked at.
    pub reached_at: Option<i64>,
    /// Begun.
    pub started_at: i64,
    /// Ended, however.
    pub finished_at: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
}

/// A match on its way into the relation that intake writes too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewMatch {
    /// Monitor.
    pub monitor_id: Uuid,
    /// Post's order of arrival.
    pub post_seq: i64,
    /// Post.
    pub post_id: Uuid,
    /// When it counts as matched.
    pub at: i64,
}

const COLUMNS: &str =
    "monitor_id, version, state, place, looked_at, total, matched, added, removed, reached_at, started_at, finished_at, error";

impl Conn {
    /// How far a monitor's last pass came; none when there was none.
    pub async fn history(&mut self, monitor: Uuid) -> Result<Option<HistoryRow>> {
        let sql = format!("SELECT {COLUMNS} FROM monitor_history WHERE monitor_id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(monitor).fetch_optional(c).await?))
    }

    /// The last passes of these monitors.
    pub async fn histories(&mut self, monitors: &[Uuid]) -> Result<Vec<HistoryRow>> {
        let mut found = Vec::new();
        for chunk in monitors.chunks(ROWS) {
            let part: Vec<HistoryRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM monitor_history WHERE monitor_id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// How many posts may match.
    pub async fn count_candidates(&mut self, terms: Terms) -> Result<i64> {
        let dialect = self.dialect();
        let terms = terms.simplify();
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new("SELECT count(*) FROM ");
            match (&terms, dialect) {
                (Terms::Everything, _) => query.push("post"),
                (_, Dialect::Sqlite) => query.push("post_search WHERE post_search MATCH ").push_bind(terms.text(dialect)),
                (_, Dialect::Postgres) => {
                    query.push("post_search WHERE tokens @@ CAST(").push_bind(terms.text(dialect)).push(" AS tsquery)")
                }
            };
            query.build_query_scalar().fetch_one(c).await?
        }))
    }

    /// What a monitor matched among posts with a `seq` below `before`, newest first: `(seq, post)`.
    pub async fn matches_below(&mut self, monitor: Uuid, before: i64, limit: i64) -> Result<Vec<(i64, Uuid)>> {
        const SQL: &str =
            "SELECT post_seq, post_id FROM post_match WHERE monitor_id = $1 AND post_seq < $2 ORDER BY post_seq DESC LIMIT $3";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(monitor).bind(before).bind(limit).fetch_all(c).await?))
    }
}

impl Tx {
    /// Puts how far a pass has come.
    pub async fn save_history(&mut self, row: &HistoryRow) -> Result<()> {
        let sql = format!(
            "INSERT INTO monitor_history ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (monitor_id) DO UPDATE SET version = excluded.version, state = excluded.state, place = excluded.place,
                looked_at = excluded.looked_at, total = excluded.total, matched = excluded.matched, added = excluded.added,
                removed = excluded.removed, reached_at = excluded.reached_at, started_at = excluded.started_at,
                finished_at = excluded.finished_at, error = excluded.error"
        );
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.monitor_id).bind(row.version).bind(&row.state).bind(row.place)
            .bind(row.looked_at).bind(row.total).bind(row.matched).bind(row.added).bind(row.removed).bind(row.reached_at)
            .bind(row.started_at).bind(row.finished_at).bind(&row.error).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Posts as they stand now, held against edits until the transaction ends, in order of arrival.
    pub async fn lock_posts(&mut self, ids: &[Uuid]) -> Result<Vec<PostRow>> {
        let lock = self.dialect().for_update();
        let mut found = Vec::new();
        for chunk in ids.chunks(ROWS) {
            let part: Vec<PostRow> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(format!("SELECT {POST_COLUMNS} FROM post WHERE id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY seq").push(lock);
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// Writes matches down, each with its own instant; one that is there already stays as it is. Returns the places of
    /// those that are new.
    pub async fn add_matches(&mut self, matches: &[NewMatch]) -> Result<HashSet<i64>> {
        let mut added = HashSet::new();
        for chunk in matches.chunks(ROWS) {
            let part: Vec<i64> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("INSERT INTO post_match (monitor_id, post_seq, post_id, at) ");
                query.push_values(chunk, |mut v, row| {
                    v.push_bind(row.monitor_id).push_bind(row.post_seq).push_bind(row.post_id).push_bind(row.at);
                });
                query.push(" ON CONFLICT DO NOTHING RETURNING post_seq");
                query.build_query_scalar().fetch_all(c).await?
            });
            added.extend(part);
        }
        Ok(added)
    }

    /// Takes a monitor's matches of these posts off; returns the places of those that were there.
    pub async fn remove_matches(&mut self, monitor: Uuid, seqs: &[i64]) -> Result<HashSet<i64>> {
        let mut removed = HashSet::new();
        for chunk in seqs.chunks(ROWS) {
            let part: Vec<i64> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("DELETE FROM post_match WHERE monitor_id = ");
                query.push_bind(monitor).push(" AND post_seq IN (");
                let mut list = query.separated(", ");
                for seq in chunk {
                    list.push_bind(*seq);
                }
                query.push(") RETURNING post_seq");
                query.build_query_scalar().fetch_all(c).await?
            });
            removed.extend(part);
        }
        Ok(removed)
    }

    /// Keeps posts for good that were only kept for a while; they wait to be read.
    pub async fn keep_posts(&mut self, ids: &[Uuid]) -> Result<()> {
        for chunk in ids.chunks(ROWS) {
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new("UPDATE post SET keep_until = NULL WHERE id IN (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(")");
                query.build().execute(c).await?.rows_affected()
            });
            on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "INSERT INTO reading_due (post_seq, post_id, due_at) SELECT seq, id, 0 FROM post WHERE direction = 'in' AND id IN (",
                );
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ON CONFLICT DO NOTHING");
                query.build().execute(c).await?.rows_affected()
            });
        }
        Ok(())
    }
}

//! Queries that keep taking too long to be decided. Kept among the settings, so that every node and the next start know.

use crate::{Conn, Result, StoreError, Tx, on};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// Whose query it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlowQuery {
    /// A monitor's.
    Monitor(Uuid),
    /// A rule's.
    Rule(Uuid),
}

/// How slow it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slow {
    /// Since when that is known.
    pub since: i64,
    /// Posts it was left undecided about since then.
    pub posts: i64,
}

/// What keys begin with.
const BEGIN: &str = "slow ";

impl SlowQuery {
    fn key(self) -> String {
        match self {
            Self::Monitor(id) => format!("{BEGIN}monitor {id}"),
            Self::Rule(id) => format!("{BEGIN}rule {id}"),
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        let (kind, id) = key.strip_prefix(BEGIN)?.split_once(' ')?;
        let id = id.parse().ok()?;
        match kind {
            "monitor" => Some(Self::Monitor(id)),
            "rule" => Some(Self::Rule(id)),
            _ => None,
        }
    }
}

impl Conn {
    /// All of them.
    pub async fn slow_queries(&mut self) -> Result<HashMap<SlowQuery, Slow>> {
        // Compared letter by letter: a database's own order of texts may pass over blanks.
        const SQL: &str = "SELECT key, value FROM setting WHERE substr(key, 1, 5) = $1";
        let rows: Vec<(String, String)> = on!(self, c => sqlx::query_as(SQL).bind(BEGIN).fetch_all(c).await?);
        let read = |(key, value): (String, String)| {
            let slow = serde_json::from_str(&value).map_err(|error| StoreError::Corrupt("setting", format!("{key}: {error}")))?;
            Ok(SlowQuery::of_key(&key).map(|query| (query, slow)))
        };
        rows.into_iter().filter_map(|row| read(row).transpose()).collect()
    }
}

impl Tx {
    /// Notes that a query took too long in some posts; true when that is news.
    pub async fn mark_slow(&mut self, query: SlowQuery, at: i64, posts: i64) -> Result<bool> {
        let key = query.key();
        let text = |slow: Slow| serde_json::to_string(&slow).map_err(|error| StoreError::Corrupt("setting", error.to_string()));
        let value = text(Slow { since: at, posts })?;
        const INSERT: &str = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        if on!(self, c => sqlx::query(INSERT).bind(&key).bind(&value).execute(c).await?.rows_affected()) > 0 {
            return Ok(true);
        }
        let held = format!("SELECT value FROM setting WHERE key = $1{}", self.dialect().for_update());
        let value: Option<String> = on!(self, c => sqlx::query_scalar(sqlx::AssertSqlSafe(held)).bind(&key).fetch_optional(c).await?);
        let known = value.and_then(|value| serde_json::from_str(&value).ok()).unwrap_or(Slow { since: at, posts: 0 });
        self.set_setting(&key, &Slow { posts: known.posts + posts, ..known }).await?;
        Ok(false)
    }

    /// Forgets it: the query is another one now, or gone.
    pub async fn forget_slow(&mut self, query: SlowQuery) -> Result<()> {
        self.delete_setting(&query.key()).await
    }
}

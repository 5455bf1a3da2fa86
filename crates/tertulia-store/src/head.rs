//! Heads that people taught: one after the other, of which at most one is in force.

use crate::{Conn, Result, Tx, dialect::Dialect, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A head without its weights.
#[derive(Clone, Debug, FromRow, PartialEq, Eq)]
pub struct HeadRow {
    /// Number, from 1.
    pub number: i64,
    /// When it was made.
    pub at: i64,
    /// Who asked for it; none for the program itself.
    pub actor_id: Option<Uuid>,
    /// Their name then, or `system`.
    pub actor: String,
    /// Version of the shipped classifiers it corrects.
    pub base: String,
    /// SHA-256 of its weights.
    pub digest: String,
    /// Posts it learnt from.
    pub labels: i64,
    /// Posts it was measured by.
    pub held_out: i64,
    /// `in_force`, `earlier` or `refused`.
    pub state: String,
    /// Figures, JSON.
    pub figures: String,
}

const COLUMNS: &str = "number, at, actor_id, actor, base, digest, labels, held_out, state, figures";

impl Conn {
    /// Number of the head in force; none where the shipped classifiers are.
    pub async fn head_in_force(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT number FROM own_head WHERE state = 'in_force'";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_optional(c).await?))
    }

    /// The newest heads, newest first.
    pub async fn heads(&mut self, limit: i64) -> Result<Vec<HeadRow>> {
        let sql = format!("SELECT {COLUMNS} FROM own_head ORDER BY number DESC LIMIT $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(limit).fetch_all(c).await?))
    }

    /// One head.
    pub async fn head(&mut self, number: i64) -> Result<HeadRow> {
        let sql = format!("SELECT {COLUMNS} FROM own_head WHERE number = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(number).fetch_one(c).await?))
    }

    /// A head's weights.
    pub async fn head_weights(&mut self, number: i64) -> Result<Vec<u8>> {
        const SQL: &str = "SELECT weights FROM own_head WHERE number = $1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(number).fetch_one(c).await?))
    }
}

impl Tx {
    /// Number of the head in force, held against others who would change it until the transaction ends.
    pub async fn lock_head_in_force(&mut self) -> Result<Option<i64>> {
        if self.dialect() == Dialect::Postgres {
            // There may be none to lock: the table is written by nobody else for this moment.
            on!(self, c => sqlx::query("LOCK TABLE own_head IN SHARE ROW EXCLUSIVE MODE").execute(c).await?.rows_affected());
        }
        self.head_in_force().await
    }

    /// Adds a head.
    pub async fn insert_head(&mut self, row: &HeadRow, weights: &[u8]) -> Result<()> {
        let sql = format!("INSERT INTO own_head ({COLUMNS}, weights) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.number).bind(row.at).bind(row.actor_id).bind(&row.actor)
            .bind(&row.base).bind(&row.digest).bind(row.labels).bind(row.held_out).bind(&row.state).bind(&row.figures).bind(weights)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts a head in force instead of the one that is; none puts the shipped classifiers in force.
    pub async fn put_head_in_force(&mut self, number: Option<i64>) -> Result<()> {
        const REST: &str = "UPDATE own_head SET state = 'earlier' WHERE state = 'in_force'";
        const RULE: &str = "UPDATE own_head SET state = 'in_force' WHERE number = $1";
        on!(self, c => sqlx::query(REST).execute(c).await?.rows_affected());
        if let Some(number) = number {
            on!(self, c => sqlx::query(RULE).bind(number).execute(c).await?.rows_affected());
        }
        Ok(())
    }
}

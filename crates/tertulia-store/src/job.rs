//! Work that waits its turn and survives the process: queued in the transaction that makes it necessary, claimed for a
//! while, claimed again by whoever comes next when the one who had it died.
//!
//! Each claim counts `attempts` up. A worker names the count it was given with everything it writes
//! ([`Tx::hold_job`]), so one that was given up for dead, or whose job was replaced, can't write over its successor.

use crate::{Conn, Result, Tx, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A piece of work.
#[derive(Clone, Debug, FromRow, PartialEq, Eq)]
pub struct JobRow {
    /// Id.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// With what.
    pub payload: String,
    /// Two open jobs with the same key are one job.
    pub unique_key: Option<String>,
    /// Not before this instant; while claimed, the end of the claim.
    pub due_at: i64,
    /// Claims so far.
    pub attempts: i64,
    /// How the last try failed.
    pub last_error: Option<String>,
}

const COLUMNS: &str = "id, kind, payload, unique_key, due_at, attempts, last_error";

impl Conn {
    /// Whether work of a kind is due: asked before a write lock is taken.
    pub async fn any_job_due(&mut self, kind: &str, now: i64) -> Result<bool> {
        const SQL: &str = "SELECT count(*) FROM (SELECT 1 FROM job WHERE failed_at IS NULL AND due_at <= $1 AND kind = $2 LIMIT 1) AS due";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(now).bind(kind).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// Whether work with this key is queued or being done.
    pub async fn is_job_open(&mut self, unique_key: &str) -> Result<bool> {
        const SQL: &str = "SELECT count(*) FROM job WHERE unique_key = $1 AND failed_at IS NULL";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(unique_key).fetch_one(c).await?);
        Ok(count > 0)
    }
}

impl Tx {
    /// Queues work. An open job with the same key begins anew with this payload, and whoever works on it loses it.
    pub async fn queue_job(&mut self, row: &JobRow) -> Result<()> {
        const SQL: &str = "INSERT INTO job (id, kind, payload, unique_key, due_at, attempts) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (unique_key) DO UPDATE SET payload = excluded.payload, due_at = excluded.due_at, attempts = job.attempts + 1,
                last_error = NULL, failed_at = NULL";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.kind).bind(&row.payload).bind(&row.unique_key).bind(row.due_at)
            .bind(row.attempts).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Claims the job that has waited longest, until `until`.
    pub async fn claim_job(&mut self, kind: &str, now: i64, until: i64) -> Result<Option<JobRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM job WHERE failed_at IS NULL AND due_at <= $1 AND kind = $2 ORDER BY due_at, id LIMIT 1{}",
            self.dialect().skip_locked()
        );
        let found: Option<JobRow> = on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now).bind(kind).fetch_optional(c).await?);
        let Some(row) = found else { return Ok(None) };
        const CLAIM: &str = "UPDATE job SET due_at = $2, attempts = attempts + 1 WHERE id = $1";
        on!(self, c => sqlx::query(CLAIM).bind(row.id).bind(until).execute(c).await?.rows_affected());
        Ok(Some(JobRow { due_at: until, attempts: row.attempts + 1, ..row }))
    }

    /// Keeps a claim until `until` (the past gives it back); false when it is somebody else's now, or gone.
    pub async fn hold_job(&mut self, id: Uuid, attempts: i64, until: i64, error: Option<&str>) -> Result<bool> {
        const SQL: &str = "UPDATE job SET due_at = $3, last_error = $4 WHERE id = $1 AND attempts = $2";
        Ok(on!(self, c => sqlx::query(SQL).bind(id).bind(attempts).bind(until).bind(error).execute(c).await?.rows_affected()) > 0)
    }

    /// Takes a job that is done, or no longer wanted, out.
    pub async fn remove_job(&mut self, unique_key: &str) -> Result<bool> {
        const SQL: &str = "DELETE FROM job WHERE unique_key = $1";
        Ok(on!(self, c => sqlx::query(SQL).bind(unique_key).execute(c).await?.rows_affected()) > 0)
    }
}

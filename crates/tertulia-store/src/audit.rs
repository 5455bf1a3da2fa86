//! The audit ledger. It only grows: the database itself refuses changes and deletions.

use crate::{Conn, Result, StoreError};
use tertulia_kernel::{AuditId, Timestamp, UserId};
use uuid::Uuid;

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Id, in order of time.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// The user who did it; `None` for the program itself.
    pub actor_id: Option<UserId>,
    /// The user's name then, or `system`.
    pub actor: String,
    /// What (`user.invited`).
    pub action: String,
    /// On what kind of thing.
    pub object_kind: String,
    /// On which.
    pub object_id: Option<Uuid>,
    /// Particulars, without secrets.
    pub detail: serde_json::Value,
}

type Row = (Uuid, i64, Option<Uuid>, String, String, String, Option<Uuid>, String);

impl Conn {
    /// Writes an entry.
    pub async fn insert_audit(&mut self, entry: &AuditEntry) -> Result<()> {
        const SQL: &str = "INSERT INTO audit (id, at, actor_id, actor, action, object_kind, object_id, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let detail = entry.detail.to_string();
        crate::on!(self, c => sqlx::query(SQL)
            .bind(entry.id.0)
            .bind(entry.at.as_micros())
            .bind(entry.actor_id.map(|actor| actor.0))
            .bind(&entry.actor)
            .bind(&entry.action)
            .bind(&entry.object_kind)
            .bind(entry.object_id)
            .bind(&detail)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Entries before `after` (all when absent), newest first, at most `limit`.
    pub async fn audit_entries(&mut self, after: Option<AuditId>, limit: i64) -> Result<Vec<AuditEntry>> {
        const FIRST: &str = "SELECT id, at, actor_id, actor, action, object_kind, object_id, detail FROM audit ORDER BY id DESC LIMIT $1";
        const NEXT: &str =
            "SELECT id, at, actor_id, actor, action, object_kind, object_id, detail FROM audit WHERE id < $2 ORDER BY id DESC LIMIT $1";
        let rows: Vec<Row> = match after {
            None => crate::on!(self, c => sqlx::query_as(FIRST).bind(limit).fetch_all(c).await?),
            Some(after) => crate::on!(self, c => sqlx::query_as(NEXT).bind(limit).bind(after.0).fetch_all(c).await?),
        };
        rows.into_iter()
            .map(|(id, at, actor_id, actor, action, object_kind, object_id, detail)| {
                Ok(AuditEntry {
                    id: AuditId(id),
                    at: Timestamp::from_micros(at),
                    actor_id: actor_id.map(UserId),
                    actor,
                    action,
                    object_kind,
                    object_id,
                    detail: serde_json::from_str(&detail).map_err(|error| StoreError::Corrupt("audit.detail", error.to_string()))?,
                })
            })
            .collect()
    }
}

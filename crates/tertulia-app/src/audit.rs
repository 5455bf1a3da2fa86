//! The audit ledger: who changed what about the house itself. Written in the transaction of the change, so that none
//! happens without its entry; the database refuses to change or remove entries.

use crate::{Actor, App, Result};
use serde_json::Value;
use tertulia_kernel::AuditId;
use tertulia_policy::Permission;
use tertulia_store::Tx;
use uuid::Uuid;

pub use tertulia_store::audit::AuditEntry;

/// Largest page.
const MOST: i64 = 200;

/// What an entry is about: a kind of thing and which one.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// `user`, `department`, `token`, `channel`, `monitor`...
    pub kind: &'static str,
    /// Which; `None` where there is only one (settings).
    pub id: Option<Uuid>,
}

impl Object {
    /// One thing of a kind.
    pub fn new(kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self { kind, id: Some(id.into()) }
    }

    /// The only thing of its kind.
    pub const fn only(kind: &'static str) -> Self {
        Self { kind, id: None }
    }
}

/// Writes an entry. `actor` is `None` for the program itself and its command line; `detail` must hold no secrets.
pub async fn record(app: &App, tx: &mut Tx, actor: Option<&Actor>, action: &str, object: Object, detail: Value) -> Result<()> {
    let now = app.now();
    let entry = AuditEntry {
        id: AuditId(app.new_id()),
        at: now,
        actor_id: actor.map(|actor| actor.id),
        actor: actor.map_or_else(|| "system".to_owned(), |actor| actor.name.clone()),
        action: action.to_owned(),
        object_kind: object.kind.to_owned(),
        object_id: object.id,
        detail,
    };
    Ok(tx.insert_audit(&entry).await?)
}

/// A page of the ledger, newest first, and where the next one starts.
pub async fn page(app: &App, actor: &Actor, after: Option<AuditId>, limit: Option<i64>) -> Result<(Vec<AuditEntry>, Option<AuditId>)> {
    actor.must(Permission::ReadAudit)?;
    let limit = limit.unwrap_or(50).clamp(1, MOST);
    let mut entries = app.store.read().await?.audit_entries(after, limit + 1).await?;
    let more = entries.len() as i64 > limit;
    entries.truncate(limit as usize);
    let next = if more { entries.last().map(|entry| entry.id) } else { None };
    Ok((entries, next))
}

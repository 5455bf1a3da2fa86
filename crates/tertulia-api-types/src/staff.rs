//! The people who work here: users, departments, API tokens, the audit ledger.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::session::Role;

/// A user.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Departments.
    pub department_ids: Vec<Uuid>,
    /// `es` or `en`.
    pub locale: String,
    /// `active`, `invited` or `disabled`.
    pub status: String,
    /// Ready to be offered cases.
    pub ready: bool,
    /// Last seen.
    pub last_seen_at: Option<String>,
}

/// Invites a user.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInvite {
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Departments.
    pub department_ids: Vec<Uuid>,
    /// `es` or `en`.
    pub locale: String,
}

/// An invited user and the link to give them, shown once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UserInvited {
    /// The user.
    pub user: User,
    /// Path of the one-time link (`/setup/…`), valid for 7 days.
    pub setup_path: String,
}

/// Changes to a user; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Departments.
    pub department_ids: Option<Vec<Uuid>>,
    /// Disabled users can't sign in; their sessions and tokens end.
    pub disabled: Option<bool>,
}

/// A department.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Department {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Stable key (`complaints`).
    pub key: String,
    /// Name in Spanish.
    pub name_es: String,
    /// Name in English.
    pub name_en: String,
    /// Users in it.
    pub members: i64,
}

/// Creates or renames a department.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentForm {
    /// Stable key: lower-case letters, digits and `_`.
    pub key: String,
    /// Name in Spanish.
    pub name_es: String,
    /// Name in English.
    pub name_en: String,
}

/// An API token, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Id.
    pub id: Uuid,
    /// Name people gave it.
    pub name: String,
    /// Owner.
    pub user_id: Uuid,
    /// `push`, `read`, `write`.
    pub scopes: Vec<String>,
    /// Created.
    pub created_at: String,
    /// Last used.
    pub last_used_at: Option<String>,
}

/// Creates a token for oneself.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenForm {
    /// Name.
    pub name: String,
    /// `push`, `read`, `write`.
    pub scopes: Vec<String>,
}

/// A new token with its secret, shown once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenCreated {
    /// The token.
    pub token: Token,
    /// The secret to put after `Bearer `.
    pub secret: String,
}

/// An entry of the audit ledger.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Id.
    pub id: Uuid,
    /// When.
    pub at: String,
    /// Who (name of a user or `system`).
    pub actor: String,
    /// What (`user.invited`, `case.assigned`, `channel.changed`...).
    pub action: String,
    /// On what kind of thing.
    pub object_kind: String,
    /// On which.
    pub object_id: Option<Uuid>,
    /// Particulars, without secrets.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// A page of the audit ledger, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// Entries.
    pub items: Vec<AuditEntry>,
    /// Pass as `after` for the next page.
    pub next: Option<String>,
}

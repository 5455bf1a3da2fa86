//! Errors as problem documents (RFC 9457) with a stable `code` that clients translate.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error: what is wrong and what to do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable code, e.g. `invalid_credentials`, `not_found`, `reserved_by_other`, `invalid_query`.
    pub code: String,
    /// HTTP status.
    pub status: u16,
    /// Short sentence about the kind of problem, in the caller's language (Accept-Language es/en).
    pub title: String,
    /// What to do, in the caller's language; for a body that can't be read, with the place in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Wrong fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// One wrong field.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Path of the field in the body.
    pub field: String,
    /// Stable code (`required`, `too_long`, `malformed`, `taken`).
    pub code: String,
    /// What is wrong, in the caller's language.
    pub message: String,
    /// Where the wrong place of a query begins, in UTF-16 code units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Where it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
}

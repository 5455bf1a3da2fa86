//! Monitors (saved listening queries) and rules.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::channels::Bilingual;
use crate::posts::Post;

/// A monitor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Monitor {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Query in the listening language.
    pub query: String,
    /// Plain-language reading.
    pub reading: Bilingual,
    /// Listening.
    pub enabled: bool,
    /// Posts matched in the last 24 hours.
    pub matched_day: i64,
    /// Last changed.
    pub updated_at: String,
}

/// Creates or changes a monitor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorForm {
    /// Unique name.
    pub name: String,
    /// Query.
    pub query: String,
    /// Listening.
    pub enabled: bool,
}

/// A query to check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryCheckForm {
    /// Query.
    pub query: String,
}

/// What a check of a query found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryCheck {
    /// It can be used.
    pub ok: bool,
    /// Canonical form.
    pub canonical: Option<String>,
    /// Plain-language reading.
    pub reading: Option<Bilingual>,
    /// What is wrong and where.
    pub error: Option<QueryError>,
}

/// An error in a query.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryError {
    /// Stable code.
    pub code: String,
    /// First UTF-16 code unit of the place.
    pub start: u32,
    /// End of the place (exclusive).
    pub end: u32,
    /// What is wrong.
    pub message: Bilingual,
    /// What to do.
    pub hint: Bilingual,
}

/// A query to try on recent posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PreviewForm {
    /// Query.
    pub query: String,
    /// Most posts to return, at most 50.
    pub limit: Option<u32>,
}

/// What a query finds among recent posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// Matching posts, newest first; `matches[0]` holds the ranges.
    pub posts: Vec<Post>,
    /// Recent posts looked at.
    pub scanned: u64,
    /// Of these, matching.
    pub matched: u64,
    /// Instant of the oldest one looked at.
    pub since: Option<String>,
}

/// A rule: conditions that all must hold, and what to do then. Rules run in order; the first that sets a thing wins,
/// tags add up.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// In force.
    pub enabled: bool,
    /// Place in the order, from 1.
    pub position: i64,
    /// Conditions.
    pub conditions: RuleConditions,
    /// Actions.
    pub actions: RuleActions,
}

/// When a rule applies: every stated condition holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RuleConditions {
    /// One of these monitors matched.
    #[serde(default)]
    pub monitor_ids: Vec<Uuid>,
    /// The post matches this listening query.
    pub query: Option<String>,
    /// It came by one of these channels.
    #[serde(default)]
    pub channel_ids: Vec<Uuid>,
    /// It came by a channel of one of these kinds.
    #[serde(default)]
    pub channel_kinds: Vec<String>,
    /// `public` or `private`.
    pub visibility: Option<String>,
    /// The author has at least so many followers.
    pub followers_min: Option<i64>,
    /// The post's language is one of these.
    #[serde(default)]
    pub langs: Vec<String>,
}

/// What a rule does.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RuleActions {
    /// Opens (or extends) a case; `false` keeps the post without one.
    pub open_case: Option<bool>,
    /// Department of the case.
    pub department_id: Option<Uuid>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: Option<String>,
    /// Tags to add.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Creates or changes a rule.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleForm {
    /// Name.
    pub name: String,
    /// In force.
    pub enabled: bool,
    /// Conditions.
    pub conditions: RuleConditions,
    /// Actions.
    pub actions: RuleActions,
}

/// A new order of the rules.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleOrder {
    /// All rule ids, first to last.
    pub ids: Vec<Uuid>,
}

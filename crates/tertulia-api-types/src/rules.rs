//! Rules: what opens and shapes cases.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::monitors::SlowQuery;

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
    /// Its query keeps taking too long on posts; null when it does not.
    pub slow: Option<SlowQuery>,
}

/// When a rule applies: every stated condition holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
    /// It is one of these message types, surely enough to route by.
    #[serde(default)]
    pub types: Vec<String>,
    /// It feels one of these ways about the brand.
    #[serde(default)]
    pub sentiments: Vec<String>,
    /// It is at least so urgent, 0 to 1.
    pub urgency_min: Option<f64>,
}

/// What a rule does.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
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
#[serde(deny_unknown_fields)]
pub struct RuleOrder {
    /// All rule ids, first to last.
    pub ids: Vec<Uuid>,
}

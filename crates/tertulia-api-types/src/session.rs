//! Signing in, the first administrator, and the signed-in user.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, settings included.
    Administrator,
    /// All cases and people of every department; monitors, rules, channels' health; no users or secrets.
    Supervisor,
    /// Cases of the own departments and those assigned to them.
    Agent,
}

/// Sign in with e-mail and password.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// Who is signed in and what they may do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The user.
    pub user: Me,
    /// Company name.
    pub company: String,
    /// Whether the sample company is loaded.
    pub sample_loaded: bool,
    /// Where the live stream goes on (its `after`) for one who fetches everything else after this: nothing is missed.
    pub live: String,
}

/// The signed-in user.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
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
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// IANA time zone; null follows the browser.
    pub zone: Option<String>,
    /// Ready to be offered cases.
    pub ready: bool,
}

/// Changes to the own profile; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeChange {
    /// Name.
    pub name: Option<String>,
    /// `es` or `en`.
    pub locale: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// IANA time zone.
    pub zone: Option<String>,
    /// Ready to be offered cases.
    pub ready: Option<bool>,
}

/// A new password for oneself; other sessions end.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present one.
    pub current: String,
    /// The new one, 10 characters or more.
    pub new: String,
}

/// What a one-time link is for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SetupLink {
    /// `administrator` (first start) or `invitation`.
    pub purpose: String,
    /// E-mail address of the invited person.
    pub email: Option<String>,
    /// Name of the invited person.
    pub name: Option<String>,
}

/// Uses a one-time link: creates (or completes) the account and signs in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupForm {
    /// Name.
    pub name: String,
    /// E-mail address (ignored for invitations).
    pub email: Option<String>,
    /// Password, 10 characters or more.
    pub password: String,
    /// `es` or `en`.
    pub locale: String,
}

//! People outside the company: identities and history.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::cases::CaseRow;

/// A person as rows show them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonBrief {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Handle on the channel at hand.
    pub handle: Option<String>,
    /// Most followers among the identities.
    pub followers: Option<i64>,
    /// Very important.
    pub vip: bool,
}

/// A person as one network knows them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    /// Id.
    pub id: Uuid,
    /// `mastodon`, `email`, `webchat`, `feed`, `push`.
    pub provider: String,
    /// Handle or address.
    pub handle: String,
    /// Display name there.
    pub name: Option<String>,
    /// Profile page.
    pub url: Option<String>,
    /// Followers.
    pub followers: Option<i64>,
    /// First seen.
    pub first_seen_at: String,
}

/// A person with identities and cases.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonDetail {
    /// The brief.
    #[serde(flatten)]
    pub brief: PersonBrief,
    /// `customer`, `prospect`, `supplier`, `journalist`, `competitor`, `other`.
    pub kind: String,
    /// Notes about the person.
    pub note: Option<String>,
    /// First seen.
    pub created_at: String,
    /// Identities.
    pub identities: Vec<Identity>,
    /// Newest cases the caller may see.
    pub cases: Vec<CaseRow>,
    /// Posts, ever.
    pub posts: i64,
}

/// Changes to a person; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Name.
    pub name: Option<String>,
    /// Kind.
    pub kind: Option<String>,
    /// Notes.
    pub note: Option<String>,
    /// Very important.
    pub vip: Option<bool>,
}

/// A page of people.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonPage {
    /// People.
    pub items: Vec<PersonBrief>,
    /// Pass as `after`.
    pub next: Option<String>,
}

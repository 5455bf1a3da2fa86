//! Settings of the company and the sample company.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Settings of the company.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CompanySettings {
    /// Name.
    pub name: String,
    /// IANA time zone.
    pub zone: String,
    /// Offer cases to ready agents by themselves.
    pub offers: bool,
    /// Seconds an offer stands.
    pub offer_seconds: u32,
    /// Seconds an answer waits before it leaves, so that it can be taken back.
    pub undo_seconds: u32,
    /// A resolved case is reopened by a new message within so many days; later ones open a new case.
    pub reopen_days: u32,
    /// The languages your customers write in (`es`, `en`, `pt`): posts are read in one of them, or in none.
    pub languages: Vec<String>,
}

/// What no outgoing text may contain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendPolicy {
    /// Listening-language words and phrases, one each; folded like monitors.
    pub forbidden: Vec<String>,
}

/// The sample company.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// Loaded.
    pub loaded: bool,
    /// Its day is being replayed.
    pub playing: bool,
    /// Times real speed.
    pub speed: f64,
    /// Posts replayed.
    pub played: u64,
    /// Posts of the day.
    pub total: u64,
}

/// Liveness.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`.
    pub status: String,
    /// Program version.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub database: String,
}

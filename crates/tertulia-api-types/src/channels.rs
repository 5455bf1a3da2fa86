//! Channels: accounts on networks, their health and their quarantine.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A text in both languages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

/// A sentence about a network in both languages; a network's own words are the same in both.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Told {
    /// Stable code; `words` for a network's own words.
    pub code: String,
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

/// A kind of channel that can be connected.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelKind {
    /// `mastodon`, `email`, `feed`, `webchat`, `push`, `replay`.
    pub kind: String,
    /// The settings to fill in.
    pub fields: Vec<SettingField>,
    /// What it can do.
    pub caps: Caps,
}

/// One setting.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SettingField {
    /// Key in the settings object.
    pub key: String,
    /// `text`, `password`, `number`, `toggle`, `list` or `choice`.
    pub input: String,
    /// For `choice`.
    pub choices: Vec<String>,
    /// Must be filled in.
    pub required: bool,
    /// Never shown again.
    pub secret: bool,
    /// Used when left empty.
    #[schema(value_type = Object)]
    pub default: Option<serde_json::Value>,
    /// Label.
    pub label: Bilingual,
    /// Help.
    pub help: Bilingual,
}

/// What a channel can do and demands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Caps {
    /// Longest text, in `length_unit`.
    pub max_length: Option<u32>,
    /// `chars`, `graphemes`, `bytes` or `utf16`.
    pub length_unit: String,
    /// Each URL counts as so many.
    pub url_length: Option<u32>,
    /// A mention counts without its server (`@ana` of `@ana@example.org`).
    pub short_mentions: bool,
    /// Can answer in public.
    pub public_answers: bool,
    /// Can answer in private.
    pub private_answers: bool,
    /// `anyone`, `summoned`, `window` or `never`.
    pub reply_rule: String,
    /// Hours, for `window`.
    pub window_hours: Option<u32>,
    /// Most files per answer.
    pub max_attachments: u32,
    /// Largest file in bytes.
    pub max_attachment_bytes: u64,
    /// Media types accepted.
    pub attachment_types: Vec<String>,
    /// Has a subject line.
    pub subject: bool,
}

/// A channel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Kind.
    pub kind: String,
    /// Kind to draw it as (sample data replays many networks).
    pub shows_as: String,
    /// Name.
    pub name: String,
    /// The account on the network.
    pub account: Option<String>,
    /// Running or stopped by a person.
    pub enabled: bool,
    /// Days that unmatched posts of its streams are kept as history for new monitors; 0 counts them only.
    pub window_days: i64,
    /// Settings without secrets; administrators only.
    #[schema(value_type = Object)]
    pub settings: Option<serde_json::Value>,
    /// Keys of secrets that are set.
    pub secrets_set: Vec<String>,
    /// What it can do.
    pub caps: Caps,
    /// How it is.
    pub health: ChannelHealth,
}

/// How a channel is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelHealth {
    /// `ok`, `waiting`, `failing`, `stopped` or `new`.
    pub state: String,
    /// How it listens now: `streaming`, `mixed`, `polling`, `idle`, `playing`, `finished`.
    pub mode: Option<Told>,
    /// Last event taken in.
    pub last_event_at: Option<String>,
    /// Last sign of life.
    pub last_ok_at: Option<String>,
    /// Milliseconds between the last event's time on the network and its intake.
    pub lag_ms: Option<i64>,
    /// Last error.
    pub last_error: Option<Told>,
    /// When it happened.
    pub last_error_at: Option<String>,
    /// Errors since the last sign of life.
    pub errors: i64,
    /// Posts kept, ever.
    pub kept: i64,
    /// Posts only counted, ever.
    pub counted: i64,
    /// Events in quarantine.
    pub quarantined: i64,
    /// Limits left.
    pub limits: Vec<ChannelLimit>,
}

/// A rate limit as last told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelLimit {
    /// Which.
    pub bucket: String,
    /// Calls left.
    pub left: u64,
    /// Of how many.
    pub of: u64,
    /// When it resets.
    pub resets_at: Option<String>,
}

/// Connects or changes a channel. On change, absent secrets stay.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelForm {
    /// Kind (ignored on change).
    pub kind: String,
    /// Unique name.
    pub name: String,
    /// Running.
    pub enabled: bool,
    /// See [`Channel::window_days`].
    pub window_days: i64,
    /// Settings, secrets included.
    #[schema(value_type = Object)]
    pub settings: serde_json::Value,
}

/// What a check of the settings found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelCheck {
    /// It works.
    pub ok: bool,
    /// The account's name on the network.
    pub account: Option<String>,
    /// What works, in order.
    pub findings: Vec<Bilingual>,
    /// What does not.
    pub error: Option<Told>,
}

/// An event that could not be taken in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Quarantined {
    /// Id.
    pub id: Uuid,
    /// The network's id or a stable key.
    pub external_id: String,
    /// What is wrong.
    pub error: Told,
    /// The event as received, cut.
    pub payload: String,
    /// First seen.
    pub received_at: String,
    /// Times seen or tried.
    pub attempts: i64,
    /// It was kept whole, so it can be tried again.
    pub replayable: bool,
}

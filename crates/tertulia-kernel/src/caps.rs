//! What a channel can do and demands: read by the send gate and shown in the composer before anybody types.

use serde::{Deserialize, Serialize};

/// How a network counts the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LengthUnit {
    /// Unicode scalar values (Mastodon).
    Chars,
    /// User-perceived characters (Bluesky).
    Graphemes,
    /// UTF-8 bytes.
    Bytes,
    /// UTF-16 code units.
    Utf16,
}

/// When a network lets us answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum ReplyRule {
    /// Anybody, any time.
    Anyone,
    /// Only posts that mention us.
    Summoned,
    /// Only within so many hours of the person's last message.
    Window {
        /// Hours after the person's last message.
        hours: u32,
    },
    /// Nothing can be sent on this channel (feeds).
    Never,
}

/// What one channel account can do. Static for the kind, refined by what the account's server tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// Longest text of one answer, in `length_unit`; `None` for no limit.
    pub max_length: Option<u32>,
    /// The unit of `max_length`.
    pub length_unit: LengthUnit,
    /// Each URL counts as this many characters, whatever its real length (Mastodon: 23).
    pub url_length: Option<u32>,
    /// A public answer in the thread is possible.
    pub public_answers: bool,
    /// A private answer (direct message, mail, chat) is possible.
    pub private_answers: bool,
    /// When we may answer.
    pub reply_rule: ReplyRule,
    /// Most files one answer can carry; 0 for none.
    pub max_attachments: u32,
    /// Largest file, in bytes.
    pub max_attachment_bytes: u64,
    /// Media types accepted ("image/*", "*/*").
    pub attachment_types: Vec<String>,
    /// An answer has a subject line.
    pub subject: bool,
    /// What was sent can be edited.
    pub edit: bool,
    /// What was sent can be deleted.
    pub delete: bool,
}

impl Caps {
    /// A channel that only listens.
    pub fn listen_only() -> Self {
        Self {
            max_length: None,
            length_unit: LengthUnit::Chars,
            url_length: None,
            public_answers: false,
            private_answers: false,
            reply_rule: ReplyRule::Never,
            max_attachments: 0,
            max_attachment_bytes: 0,
            attachment_types: Vec::new(),
            subject: false,
            edit: false,
            delete: false,
        }
    }
}

//! The public web chat: what the widget on a company's page speaks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What the widget shows before anybody wrote.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatSettings {
    /// Company name.
    pub company: String,
    /// Greeting in the language asked for.
    pub greeting: String,
    /// Accent colour, `#rrggbb`.
    pub color: String,
    /// Ask for name and e-mail before the first message.
    pub ask_email: bool,
}

/// Begins or resumes a visit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatBegin {
    /// The visitor's secret from an earlier visit.
    pub visitor: Option<String>,
    /// Name the visitor gave.
    pub name: Option<String>,
    /// E-mail the visitor gave (unverified).
    pub email: Option<String>,
    /// Page the widget stands on.
    pub page: Option<String>,
    /// `es`, `en` or `pt`.
    pub lang: Option<String>,
}

/// A visit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatVisit {
    /// The visitor's secret, kept by the browser, sent as `Authorization: Visitor …`.
    pub visitor: String,
    /// Company name.
    pub company: String,
    /// Greeting.
    pub greeting: String,
    /// Accent colour.
    pub color: String,
}

/// A message in the chat.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatMessage {
    /// The widget's own id for the visitor's messages.
    pub id: Uuid,
    /// `visitor` or `agent`.
    pub from: String,
    /// Name of the agent.
    pub name: Option<String>,
    /// Text.
    pub text: String,
    /// Written.
    pub at: String,
    /// Files.
    pub files: Vec<ChatFile>,
}

/// A file in the chat.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatFile {
    /// Id, for sending it with a message.
    pub id: Uuid,
    /// Path to fetch it (needs the visitor's secret).
    pub path: String,
    /// Name.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size: i64,
}

/// A message to send.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatSend {
    /// The widget's own id: sending twice sends once.
    pub id: Uuid,
    /// Text.
    pub text: String,
    /// Files uploaded before.
    #[serde(default)]
    pub file_ids: Vec<Uuid>,
}

/// The whole conversation, oldest first, last 200 messages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChatHistory {
    /// Messages.
    pub messages: Vec<ChatMessage>,
}

//! What a network must offer to be a channel: the traits `tertulia-channels` implements and the app drives.
//!
//! A [`Network`] is a kind of channel ("mastodon"); opening it with one account's settings gives a [`Connection`] with
//! a [`Source`] (brings events in) and/or a [`Sink`] (takes answers out). Neither knows the store: a source speaks to
//! [`Intake`], a sink returns what became of the answer.

use crate::told::Told;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use tertulia_kernel::{
    AnswerId, ChannelId, Timestamp,
    caps::Caps,
    event::{Event, Media, Visibility},
};
use tokio_util::sync::CancellationToken;

/// A kind of channel.
#[async_trait]
pub trait Network: Send + Sync {
    /// Its key in the database and the API ("mastodon", "email", "feed", "webchat", "push", "replay").
    fn kind(&self) -> &'static str;
    /// The settings a person fills in to connect an account, in order.
    fn fields(&self) -> Vec<SettingField>;
    /// What accounts of this kind can do before anything more is known.
    fn caps(&self) -> Caps;
    /// Checks the settings without connecting: what is missing or malformed, by field.
    fn validate(&self, settings: &Value) -> Result<(), SettingsError>;
    /// Connects far enough to tell a person whether it works, and what the account is called.
    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError>;
    /// Builds the account's source and sink. Does no I/O: connecting is the source's and the sink's own work.
    fn open(&self, account: Account) -> Result<Connection, ChannelError>;
    /// Reads once more what a source of this kind set aside, by what is known today. The events go through intake as any
    /// others, so their ids must be those the source would give them. Kinds whose sources set nothing aside leave it out.
    async fn read(&self, _account: &Account, _kept: &Kept) -> Result<Vec<Event>, Unread> {
        let (es, en) = ("Este tipo de canal no lee lo que guardó.", "This kind of channel does not read what it kept.");
        Err(Unread::Still(Told::new("no_reader", es, en)))
    }
}

/// One account on one network, as configured.
#[derive(Clone)]
pub struct Account {
    /// The channel's id.
    pub id: ChannelId,
    /// The name people gave it.
    pub name: String,
    /// Non-secret and secret settings together, as one JSON object keyed by [`SettingField::key`].
    pub settings: Value,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Settings hold secrets.
        f.debug_struct("Account").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Account {
    /// A text setting; `None` when absent or blank.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.settings.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
}

/// One setting of a channel, enough to draw its form. Labels and help are the client's, by `kind.key`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettingField {
    /// Key in the settings object.
    pub key: String,
    /// How it is entered.
    pub input: SettingInput,
    /// Must be filled in.
    pub required: bool,
    /// Stored encrypted, never shown again.
    pub secret: bool,
    /// What is used when left empty.
    pub default: Option<Value>,
    /// Label and help in Spanish and English.
    pub label: Bilingual,
    /// What to enter, where to find it.
    pub help: Bilingual,
}

/// A text in the two languages of the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// Spanish of the Americas.
    pub es: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// Spanish first, then English.
    pub fn new(es: impl Into<String>, en: impl Into<String>) -> Self {
        Self { es: es.into(), en: en.into() }
    }
}

/// How a setting is entered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingInput {
    /// One line of text.
    Text,
    /// One line, hidden while typed.
    Password,
    /// A whole number.
    Number,
    /// Yes or no.
    Toggle,
    /// Several values, one a line (JSON array of strings).
    List,
    /// One of these values.
    Choice(Vec<String>),
}

/// Settings that can't work, by field.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("the channel's settings are not valid: {0:?}")]
pub struct SettingsError(pub Vec<(String, Bilingual)>);

/// What a check of an account found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckReport {
    /// How the network names the account (`@ayuda@alpha.test`, `ayuda@empresa.example`).
    pub account: Option<String>,
    /// What works, in order ("signed in", "streaming offered").
    pub findings: Vec<Bilingual>,
}

/// An open account.
pub struct Connection {
    /// Brings events in; `None` for channels fed by HTTP (push, webchat).
    pub source: Option<Box<dyn Source>>,
    /// Takes answers out; `None` for channels that only listen.
    pub sink: Option<Arc<dyn Sink>>,
}

/// Why a channel can't go on. The supervisor shows it, waits (with growing pauses) and starts the source again.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The settings can't work; waiting does not help.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The network refused our credentials; a person must act.
    #[error("the network refused the account: {0}")]
    Refused(String),
    /// The network asks us to wait.
    #[error("the network asks to wait {seconds} s: {reason}")]
    Wait {
        /// How long.
        seconds: u64,
        /// Its words.
        reason: String,
    },
    /// Network trouble, a server error: trying again is right.
    #[error("{0}")]
    Passing(String),
    /// Intake did not take the events (database trouble).
    #[error("intake: {0}")]
    Intake(String),
    /// The channel was stopped or removed while its source had something in hand: the end of the run, and no fault.
    #[error("the channel was stopped or removed")]
    Stopped,
}

impl ChannelError {
    /// For people: what it means in both languages, and the network's words as they came.
    pub fn told(&self) -> Told {
        match self {
            Self::Settings(SettingsError(wrong)) => {
                let all = |text: fn(&Bilingual) -> &str| wrong.iter().map(|(_, why)| text(why)).collect::<Vec<_>>().join(" ");
                Told::new("settings", all(|why| &why.es), all(|why| &why.en))
            }
            Self::Refused(words) => Told::new("refused", format!("La red rechazó la cuenta: {words}"), self.to_string()),
            Self::Wait { seconds, reason } => Told::new("wait", format!("La red pide esperar {seconds} s: {reason}"), self.to_string()),
            Self::Passing(words) => Told::new("passing", format!("No se pudo y se volverá a intentar: {words}"), words.clone()),
            Self::Stopped => Told::new("stopped", "El canal se detuvo o se quitó.", self.to_string()),
            Self::Intake(_) => Told::new("intake", "No se pudo guardar lo que llegó; el registro del servidor dice más.", self.to_string()),
        }
    }
}

/// Brings events in until cancelled. Every source has a way to fill gaps: it remembers its place with a cursor that
/// is saved in the same transaction as the events.
#[async_trait]
pub trait Source: Send + Sync {
    /// Runs until cancelled (returns `Ok`) or until it can't go on. Called again after an error.
    async fn run(&self, intake: Intake, cancelled: CancellationToken) -> Result<(), ChannelError>;
}

/// A place in a source's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which of the source's positions ("home", "notifications", "inbox").
    pub name: String,
    /// Opaque to everybody but the source.
    pub value: String,
}

/// What intake did with a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Posts stored for the first time.
    pub stored: usize,
    /// Posts already known and unchanged.
    pub duplicates: usize,
    /// Posts changed or removed by an edit or deletion.
    pub changed: usize,
    /// Posts of a stream that no monitor matched: counted, not kept.
    pub counted: usize,
}

/// The door through which a source's events come in; one per running channel, cheap to clone.
#[derive(Clone)]
pub struct Intake {
    pub(crate) channel: ChannelId,
    pub(crate) door: Arc<dyn IntakeDoor>,
}

/// Behind [`Intake`]: the app's own implementation, or a recorder in a channel's tests.
#[async_trait]
pub trait IntakeDoor: Send + Sync {
    /// See [`Intake::accept`].
    async fn accept(&self, channel: ChannelId, events: Vec<Event>, cursors: Vec<Cursor>) -> Result<Receipt, ChannelError>;
    /// See [`Intake::cursor`].
    async fn cursor(&self, channel: ChannelId, name: &str) -> Result<Option<String>, ChannelError>;
    /// See [`Intake::quarantine`].
    async fn quarantine(&self, channel: ChannelId, poison: Poison) -> Result<(), ChannelError>;
    /// See [`Intake::alive`].
    async fn alive(&self, channel: ChannelId, sign: SignOfLife) -> Result<(), ChannelError>;
}

impl Intake {
    /// A door for one channel.
    pub fn new(channel: ChannelId, door: Arc<dyn IntakeDoor>) -> Self {
        Self { channel, door }
    }
    /// Takes a batch in, with the cursors that follow it, in one transaction. Batches of 1 to some hundreds.
    /// An event that can't be stored is quarantined by intake itself; the others go on.
    pub async fn accept(&self, events: Vec<Event>, cursors: Vec<Cursor>) -> Result<Receipt, ChannelError> {
        self.door.accept(self.channel, events, cursors).await
    }
    /// The last saved cursor of that name.
    pub async fn cursor(&self, name: &str) -> Result<Option<String>, ChannelError> {
        self.door.cursor(self.channel, name).await
    }
    /// Sets an event aside that the source can't read; people see it with its error and can have it read again
    /// ([`Network::read`]).
    pub async fn quarantine(&self, poison: Poison) -> Result<(), ChannelError> {
        self.door.quarantine(self.channel, poison).await
    }
    /// Tells that the source works though nothing came, and what the network lets us still do.
    pub async fn alive(&self, sign: SignOfLife) -> Result<(), ChannelError> {
        self.door.alive(self.channel, sign).await
    }
}

/// An event a source could not read.
#[derive(Clone, Debug)]
pub struct Poison {
    /// The network's id, or any stable key; a second time with the same key counts up instead of adding.
    pub external_id: String,
    /// What is wrong, for people.
    pub error: Told,
    /// The event as received, with what [`Network::read`] needs beside it. At [`MAX_PAYLOAD`] it is cut.
    pub payload: Vec<u8>,
    /// The payload is not all of the event: it can be looked at, but not read again.
    pub cut: bool,
}

/// Longest payload kept in quarantine, in bytes; one that reaches it counts as cut.
pub const MAX_PAYLOAD: usize = 256 * 1024;

/// What was kept of an event a source could not read, whole.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As [`Poison::external_id`].
    pub external_id: String,
    /// As [`Poison::payload`]; an earlier version of the source may have written it.
    pub payload: Vec<u8>,
    /// When it was set aside.
    pub at: Timestamp,
}

/// Why what was kept was not read. It stays in quarantine.
#[derive(Debug)]
pub enum Unread {
    /// It still can't be: the reason it stays with.
    Still(Told),
    /// It could not be tried (a network that must be asked is away), which says nothing about the event.
    NotNow(ChannelError),
}

impl<E: Into<ChannelError>> From<E> for Unread {
    fn from(error: E) -> Self {
        Self::NotNow(error.into())
    }
}

/// A source's pulse.
#[derive(Clone, Debug, Default)]
pub struct SignOfLife {
    /// How it listens right now (`streaming`, `polling`, `idle`, `finished`).
    pub mode: Option<Told>,
    /// Calls left and when the limit resets, per bucket, as the network's headers tell.
    pub limits: Vec<Limit>,
}

/// A rate limit as last told by the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Which limit ("api", "search").
    pub bucket: String,
    /// Calls left.
    pub left: u64,
    /// Calls per window.
    pub of: u64,
    /// When the window ends.
    pub resets_at: Option<Timestamp>,
}

/// An answer ready to go out. It has passed the send gate.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Idempotency key: the same for every attempt.
    pub id: AnswerId,
    /// The text, plain.
    pub text: String,
    /// Subject line, where the channel has one.
    pub subject: Option<String>,
    /// Who will see it.
    pub visibility: Visibility,
    /// What it answers; `None` starts a thread.
    pub reply_to: Option<ReplyTarget>,
    /// The network's thread key of the conversation it goes to.
    pub thread: Option<String>,
    /// Files, with their bytes.
    pub attachments: Vec<Media>,
    /// When the agent pressed send.
    pub written_at: Timestamp,
}

/// The post an answer answers.
#[derive(Clone, Debug)]
pub struct ReplyTarget {
    /// The network's id of the post.
    pub external_id: String,
    /// Its author: whom to mention or write to.
    pub author: tertulia_kernel::event::Author,
    /// Its subject or headline.
    pub title: Option<String>,
    /// External ids of the thread from its start to this post (mail's References).
    pub ancestors: Vec<String>,
    /// Its text, for channels that quote.
    pub text: String,
    /// When it was written.
    pub occurred_at: Timestamp,
}

/// What became of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The network took it.
    Sent {
        /// The network's id of our post.
        external_id: String,
        /// Where a person can open it.
        url: Option<String>,
        /// The thread key it went to, when it starts a new conversation there.
        thread: Option<String>,
    },
    /// Not now.
    Retry {
        /// Seconds to wait.
        after: u64,
        /// Why.
        reason: Told,
    },
    /// Never: the network refuses this answer.
    Rejected {
        /// Why, in the network's words.
        reason: Told,
    },
    /// It may or may not have gone out (connection lost after sending). It is reconciled before anything is sent again.
    Unknown {
        /// What happened.
        reason: Told,
    },
}

/// What the network says about an answer we are not sure of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconciled {
    /// It is there.
    Found {
        /// The network's id of our post.
        external_id: String,
        /// Where a person can open it.
        url: Option<String>,
        /// Its thread key.
        thread: Option<String>,
    },
    /// It is not there: sending (again) is right.
    Absent,
    /// The network can't tell; a person must look.
    CannotTell {
        /// Why.
        reason: Told,
    },
}

/// Takes answers out.
#[async_trait]
pub trait Sink: Send + Sync {
    /// What this account can do, refined by what its server told.
    fn caps(&self) -> Caps;
    /// Sends once. Must not send again by itself after an uncertain end: that is [`Sent::Unknown`].
    async fn send(&self, answer: &Outgoing) -> Sent;
    /// Looks for an answer whose end is unknown.
    async fn reconcile(&self, answer: &Outgoing) -> Reconciled;
}

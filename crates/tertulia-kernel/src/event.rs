//! What a channel hands to intake: one type for every network, so that what follows knows no network.
//!
//! An event may arrive twice, late or out of order. The rules that make this harmless are intake's: a post is one
//! row per `(channel, external id, kind)`, the newest revision wins, and a deletion is final.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened on a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// A post, new or edited (then `revised_at` is set).
    Post(Box<IncomingPost>),
    /// A post was removed by its author or the network.
    Deleted {
        /// The network's id of the post.
        external_id: String,
        /// When it was removed, as far as known.
        at: Timestamp,
    },
    /// What became of one of our answers after the network took it (a bounce, a read receipt).
    Delivery {
        /// The network's id of our answer.
        external_id: String,
        /// What happened.
        status: DeliveryStatus,
        /// When.
        at: Timestamp,
    },
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum DeliveryStatus {
    /// It reached the person's device or mailbox.
    Delivered,
    /// The person read it.
    Read,
    /// It did not arrive.
    Failed {
        /// The network's words.
        reason: String,
    },
}

/// Who can see a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Anybody.
    Public,
    /// The person and us only.
    Private,
}

impl Visibility {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
    /// Reads the stored form; anything unknown is private, the safe side.
    pub fn parse(text: &str) -> Self {
        if text == "public" { Self::Public } else { Self::Private }
    }
}

/// How a post came that nobody wrote to us in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    /// Through a list: a newsletter, or a customer who wrote to a group that we read.
    List,
    /// From a program: an absence note, a form, a report. It never wakes a case.
    Machine,
}

/// A post as its channel understood it. Every string is hostile: plain text to be shown as text, never markup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncomingPost {
    /// The network's id, unique within the channel account.
    pub external_id: String,
    /// What it is: `message` unless the network has other kinds (`reaction`, `review`).
    pub kind: String,
    /// Who wrote it.
    pub author: Author,
    /// The text, without markup.
    pub text: String,
    /// What the text quotes from earlier messages (mail), folded away on screen and left out of matching.
    pub quoted: Option<String>,
    /// A subject or headline.
    pub title: Option<String>,
    /// Where a person can open it on the network.
    pub url: Option<String>,
    /// Language as the network states it (BCP 47).
    pub lang: Option<String>,
    /// External id of the post this one answers.
    pub in_reply_to: Option<String>,
    /// The network's own thread key, when it has one (mail's first Message-ID, the chat visit).
    pub thread: Option<String>,
    /// Who can see it.
    pub visibility: Visibility,
    /// It was addressed to us (mention, direct message, mail, chat, push) and is kept whatever the monitors say.
    pub addressed: bool,
    /// No person wrote it to us in particular; then it opens no case by itself.
    pub automatic: Option<Automatic>,
    /// The company's own account wrote it: kept in the thread, never opens a case.
    pub own: bool,
    /// Pictures, videos, files.
    pub media: Vec<Media>,
    /// When it was written, by the network's clock.
    pub occurred_at: Timestamp,
    /// When it was last edited, by the network's clock.
    pub revised_at: Option<Timestamp>,
    /// The event as received, kept apart for a limited time.
    pub raw: Option<String>,
}

impl IncomingPost {
    /// A public post with everything optional left out; channels fill in what they know.
    pub fn new(external_id: impl Into<String>, author: Author, text: impl Into<String>, occurred_at: Timestamp) -> Self {
        Self {
            external_id: external_id.into(),
            kind: "message".into(),
            author,
            text: text.into(),
            quoted: None,
            title: None,
            url: None,
            lang: None,
            in_reply_to: None,
            thread: None,
            visibility: Visibility::Public,
            addressed: false,
            automatic: None,
            own: false,
            media: Vec::new(),
            occurred_at,
            revised_at: None,
            raw: None,
        }
    }
}

/// A person as a network shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The network's id: the mail address in lower case, the account's URL or number, the visitor's id.
    pub external_id: String,
    /// What people see and type to mention them (`ana@beta.test`), without a leading `@`.
    pub handle: String,
    /// Display name.
    pub name: Option<String>,
    /// Profile page.
    pub url: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// Reach, when the network tells.
    pub followers: Option<u64>,
}

/// A file that comes with a post: on the network (`url`) or already taken in (`bytes`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Media type, as stated ("image/png").
    pub mime: String,
    /// File name, when there is one.
    pub name: Option<String>,
    /// Description for people who can't see it.
    pub alt: Option<String>,
    /// Where the network keeps it.
    pub url: Option<String>,
    /// Its content, when the channel delivered it (mail, chat).
    pub bytes: Option<Vec<u8>>,
}

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
    /// Handles of those it is addressed to, as the network tells; not everybody its text names.
    #[serde(default)]
    pub to: Vec<String>,
    /// How often it was liked, shared and answered when it was read.
    #[serde(default)]
    pub counts: Counts,
    /// Country of its place or its author, as a code of two letters; only what the network states.
    #[serde(default)]
    pub country: Option<String>,
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
            to: Vec::new(),
            counts: Counts::default(),
            country: None,
            occurred_at,
            revised_at: None,
            raw: None,
        }
    }
}

/// What people did with a post, as far as its network tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Likes, favourites, hearts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    /// Boosts, reposts, shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<u64>,
    /// Answers and comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<u64>,
}

impl Counts {
    /// Nothing was told.
    pub fn are_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// These, and of those not told what was told `before`.
    pub fn or(self, before: Self) -> Self {
        Self { likes: self.likes.or(before.likes), shares: self.shares.or(before.shares), replies: self.replies.or(before.replies) }
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

/// What a file shows, for those who look for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Moving pictures.
    Video,
}

impl Media {
    /// What it shows, told by its media type; none for anything else.
    pub fn kind(&self) -> Option<MediaKind> {
        let begins = |kind: &str| self.mime.get(..kind.len()).is_some_and(|head| head.eq_ignore_ascii_case(kind));
        if begins("image/") {
            Some(MediaKind::Image)
        } else if begins("video/") {
            Some(MediaKind::Video)
        } else {
            None
        }
    }
}

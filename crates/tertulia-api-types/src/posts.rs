//! Posts: pushing them in, searching them, reading what was decided about them.

use crate::{channels::Told, labels::Labels};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Pushes posts of any source in. Idempotent by `id`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushPosts {
    /// Name of a push channel.
    pub channel: String,
    /// One or many, at most 1,000.
    #[schema(value_type = Vec<PushPost>)]
    pub posts: Vec<serde_json::Value>,
}

/// One pushed post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushPost {
    /// The source's id.
    pub id: String,
    /// Text.
    pub text: String,
    /// Author.
    pub author: PushAuthor,
    /// When it was written (RFC 3339).
    pub at: String,
    /// Where it can be opened.
    pub url: Option<String>,
    /// Id of the post it answers.
    pub in_reply_to: Option<String>,
    /// Language (BCP 47).
    pub lang: Option<String>,
    /// Pictures, videos and other files, at most 20: `has:image`, `has:video` and `in:alt` look there.
    pub media: Option<Vec<PushMedia>>,
    /// Handles of those it is addressed to, at most 50; a single one may stand without a list.
    pub to: Option<Vec<String>>,
    /// How often it was liked. Pushing the post again with other numbers refreshes them.
    pub likes: Option<u64>,
    /// How often it was shared.
    pub shares: Option<u64>,
    /// How often it was answered.
    pub replies: Option<u64>,
    /// Country of its author or its place, as the source states it: a code of two letters.
    pub country: Option<String>,
}

/// A file of a pushed post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushMedia {
    /// `image`, `video`, `audio` or `file`; a file when absent.
    pub kind: Option<String>,
    /// What it shows, for those who can't see it.
    pub alt: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// File name.
    pub name: Option<String>,
}

/// Author of a pushed post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushAuthor {
    /// The source's id.
    pub id: String,
    /// Handle.
    pub handle: String,
    /// Display name.
    pub name: Option<String>,
    /// Followers.
    pub followers: Option<u64>,
}

/// What became of pushed posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushReceipt {
    /// Stored for the first time, or counted.
    pub accepted: u64,
    /// Already known.
    pub duplicates: u64,
    /// Not taken, with the reason.
    pub rejected: Vec<PushRejected>,
}

/// A post that was not taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PushRejected {
    /// Place in the request.
    pub index: usize,
    /// What is wrong and what to do.
    pub error: String,
}

/// A post as lists and threads show it. All text is plain text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Post {
    /// Id.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// Conversation, when kept.
    pub conversation_id: Option<Uuid>,
    /// Case, when it belongs to one.
    pub case_id: Option<Uuid>,
    /// Case number.
    pub case_number: Option<i64>,
    /// `in` (theirs) or `out` (ours).
    pub direction: String,
    /// `public` or `private`.
    pub visibility: String,
    /// Author, as known on that network.
    pub author: PostAuthor,
    /// Headline or subject.
    pub title: Option<String>,
    /// Text; empty when deleted.
    pub text: String,
    /// Quoted earlier text, folded.
    pub quoted: Option<String>,
    /// Where it can be opened.
    pub url: Option<String>,
    /// Language.
    pub lang: Option<String>,
    /// Post it answers, when we have it.
    pub parent_id: Option<Uuid>,
    /// Written.
    pub occurred_at: String,
    /// Taken in.
    pub received_at: String,
    /// Edited on the network.
    pub edited_at: Option<String>,
    /// Deleted on the network.
    pub deleted_at: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Monitors that matched, with the matched ranges for highlighting.
    pub matches: Vec<PostMatch>,
    /// What the search's own query found in `text`, in UTF-16 code units, `[start, end)`; empty elsewhere.
    pub highlights: Vec<[u32; 2]>,
    /// The same part by part, where a query is being tried; empty elsewhere.
    pub found: Vec<FoundPart>,
    /// For our answers: how sending goes.
    pub sending: Option<Sending>,
    /// What it says; null for our answers and what is only kept for a while.
    pub labels: Option<Labels>,
}

/// Words of a text and the part of a query that found them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FoundPart {
    /// First UTF-16 code unit. Ranges of several parts may overlap.
    pub start: u32,
    /// The one after the last.
    pub end: u32,
    /// The part of the query, in canonical spelling.
    pub part: String,
}

/// Author of a post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostAuthor {
    /// Identity; null for our own answers.
    pub identity_id: Option<Uuid>,
    /// Person; null for our own answers.
    pub person_id: Option<Uuid>,
    /// User, for answers written here.
    pub user_id: Option<Uuid>,
    /// Display name.
    pub name: String,
    /// Handle.
    pub handle: String,
    /// Followers.
    pub followers: Option<i64>,
}

/// A file of a post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Id.
    pub id: Uuid,
    /// Media type.
    pub mime: String,
    /// Name.
    pub name: Option<String>,
    /// Size in bytes, when stored here.
    pub size: Option<i64>,
    /// Description.
    pub alt: Option<String>,
    /// Path to fetch it here (`/api/v1/attachments/…`), when stored here.
    pub path: Option<String>,
    /// Where the network keeps it, when not stored here: shown as a link only.
    pub url: Option<String>,
}

/// A monitor's match.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostMatch {
    /// Monitor.
    pub monitor_id: Uuid,
    /// Its name.
    pub monitor: String,
    /// Matched ranges in `text`, in UTF-16 code units (JavaScript's), `[start, end)`.
    pub ranges: Vec<[u32; 2]>,
    /// Somebody threw the match out as noise.
    pub discarded: bool,
}

/// How sending an answer goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Sending {
    /// Answer id.
    pub answer_id: Uuid,
    /// `queued`, `sending`, `sent`, `retrying`, `rejected`, `unknown`, `stuck` (the network can't tell; a person must look),
    /// `cancelled`, `delivered`, `failed` (it left and did not arrive).
    pub state: String,
    /// Why it is not sent.
    pub reason: Option<Told>,
    /// Until then it can be taken back.
    pub undo_until: Option<String>,
    /// Next try.
    pub retry_at: Option<String>,
    /// It can be tried again.
    pub can_retry: bool,
    /// It can be taken back: it is known not to have left.
    pub can_take_back: bool,
}

/// A step in a post's way through the house.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostStep {
    /// When.
    pub at: String,
    /// `received`, `matched`, `unmatched`, `discarded`, `undiscarded`, `counted`, `related`, `decided`, `cased`, `offered`,
    /// `edited`, `deleted`, `answered`, `corrected`.
    pub step: String,
    /// What was decided and why, by step (monitor names, rule name, department...).
    #[schema(value_type = Object)]
    pub why: serde_json::Value,
}

/// An earlier text of a post.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostVersion {
    /// Until when it stood.
    pub until: String,
    /// Text.
    pub text: String,
}

/// A post with everything decided about it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostDetail {
    /// The post.
    pub post: Post,
    /// Its way through the house, in order.
    pub steps: Vec<PostStep>,
    /// Earlier texts, newest first.
    pub versions: Vec<PostVersion>,
}

/// A page of posts, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostPage {
    /// Posts.
    pub items: Vec<Post>,
    /// Pass as `after`.
    pub next: Option<String>,
}

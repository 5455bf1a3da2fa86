//! Cases: the inbox, the thread, answers, notes, offers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::channels::Caps;
use crate::labels::Labels;
use crate::people::PersonBrief;
use crate::posts::{Attachment, Post};

/// A row of the inbox.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseRow {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Who it is about.
    pub person: PersonBrief,
    /// First words of the newest post of theirs.
    pub excerpt: String,
    /// Subject, when it has one.
    pub subject: Option<String>,
    /// Channel of the newest post.
    pub channel_id: Uuid,
    /// Kind to draw.
    pub channel_kind: String,
    /// The newest conversation is private.
    pub private: bool,
    /// `open`, `snoozed` or `resolved`.
    pub state: String,
    /// `low`, `normal`, `high`, `urgent`.
    pub priority: String,
    /// Department.
    pub department_id: Option<Uuid>,
    /// Assigned agent.
    pub assignee_id: Option<Uuid>,
    /// Tags.
    pub tags: Vec<String>,
    /// Why it is here: name of the monitor or rule, or `by_hand`.
    pub reason: Option<String>,
    /// Their newest message waits for an answer since then.
    pub waiting_since: Option<String>,
    /// Opened.
    pub opened_at: String,
    /// Last activity: the order of the list.
    pub activity_at: String,
    /// Snoozed until.
    pub snoozed_until: Option<String>,
    /// New posts the signed-in user has not seen.
    pub unread: bool,
    /// What it is about: what the newest post of its person says that says something.
    pub labels: Option<Labels>,
}

/// A page of the inbox, newest activity first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CasePage {
    /// Rows.
    pub items: Vec<CaseRow>,
    /// Pass as `after`.
    pub next: Option<String>,
}

/// Open cases by folder; counts stop at 1,000 (shown as "999+").
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseCounts {
    /// Assigned to me.
    pub mine: i64,
    /// Nobody's.
    pub unassigned: i64,
    /// All open.
    pub all: i64,
    /// Snoozed.
    pub snoozed: i64,
    /// By department.
    pub departments: Vec<DepartmentCount>,
}

/// Open cases of a department.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DepartmentCount {
    /// Department.
    pub department_id: Uuid,
    /// Open cases.
    pub open: i64,
}

/// A page of a case's thread.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ThreadPage {
    /// In order of time.
    pub items: Vec<ThreadItem>,
    /// Pass as `before` for what came before; null when there is nothing.
    pub older: Option<String>,
}

/// A case with everything the case view shows but the person's history.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseDetail {
    /// The row.
    #[serde(flatten)]
    pub row: CaseRow,
    /// Its conversations, oldest first.
    pub conversations: Vec<Conversation>,
    /// The newest 500 things in order of time: posts, notes, changes.
    pub thread: Vec<ThreadItem>,
    /// Pass as `before` to `GET /cases/{id}/thread` for what came before; null when this is all.
    pub older: Option<String>,
    /// Why it was opened: rule, monitors, particulars.
    #[schema(value_type = Object)]
    pub why: serde_json::Value,
    /// Who has it open or types in it.
    pub presence: Vec<Presence>,
    /// Reserved for answering by.
    pub reserved_by: Option<Uuid>,
    /// Until.
    pub reserved_until: Option<String>,
}

/// A thread on one channel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// Id.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// Kind to draw.
    pub channel_kind: String,
    /// Channel name.
    pub channel: String,
    /// `public` or `private`.
    pub visibility: String,
    /// Person it is with.
    pub person_id: Option<Uuid>,
    /// Whom an answer without `in_reply_to` goes to: the case's person, or who wrote here last if that person did not.
    pub to: Option<AnswerTo>,
    /// The public conversation it continues in private.
    pub continues: Option<Uuid>,
    /// What can be done here, with this person, now.
    pub caps: Caps,
    /// A public answer can't be sent now: why (code `reply_rule_never`, `not_summoned`, `window_over`, `channel_stopped`, `unsupported`).
    pub public_blocked: Option<String>,
    /// A private answer can't be sent now: why.
    pub private_blocked: Option<String>,
    /// The handle that must stand in the answer and counts in its length ("@ana@beta.test ").
    pub mention: Option<String>,
}

/// Whom an answer goes to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerTo {
    /// The post it answers: their newest here, or the one named.
    pub post_id: Uuid,
    /// Person.
    pub person_id: Option<Uuid>,
    /// Name as shown then.
    pub name: String,
    /// Handle, without a leading `@`.
    pub handle: String,
}

/// One thing in a case's thread.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ThreadItem {
    /// A post of theirs or an answer of ours.
    Post {
        /// The post.
        post: Box<Post>,
    },
    /// An internal note.
    Note {
        /// The note.
        note: Note,
    },
    /// A change: opened, assigned, moved, snoozed, resolved...
    Change {
        /// The change.
        change: CaseChangeEntry,
    },
}

/// An internal note: never leaves the company.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Note {
    /// Id.
    pub id: Uuid,
    /// Author.
    pub author_id: Uuid,
    /// Author's name.
    pub author: String,
    /// Text with `@[Name](user-id)` mentions.
    pub text: String,
    /// Written.
    pub at: String,
}

/// A change in the life of a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseChangeEntry {
    /// When.
    pub at: String,
    /// Who; null for the system.
    pub actor_id: Option<Uuid>,
    /// Name or `system`.
    pub actor: String,
    /// `opened`, `extended`, `reopened`, `assigned`, `released`, `moved`, `prioritised`, `renamed`, `tagged`, `snoozed`, `woken`, `resolved`, `offered`, `offer_accepted`, `offer_declined`, `offer_expired`, `linked`.
    pub kind: String,
    /// Particulars.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// Somebody looking at a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Presence {
    /// User.
    pub user_id: Uuid,
    /// Name.
    pub name: String,
    /// `viewing` or `typing`.
    pub state: String,
}

/// Tells others what I do in a case; repeated every 10 s, forgotten after 25 s.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceForm {
    /// `viewing`, `typing` or `left`.
    pub state: String,
}

/// Changes to a case; absent fields stay; `null` clears department, assigned agent and subject, and leaves the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseChange {
    /// `open`, `snoozed` (needs `snoozed_until`) or `resolved`.
    pub state: Option<String>,
    /// `low`, `normal`, `high`, `urgent`.
    pub priority: Option<String>,
    /// Department; null takes the case out of any.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub department_id: Option<Option<Uuid>>,
    /// Assigned agent; null releases.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub assignee_id: Option<Option<Uuid>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Snoozed until (RFC 3339).
    pub snoozed_until: Option<String>,
    /// Subject; null removes it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub subject: Option<Option<String>>,
}

/// Tells an absent field (outer `None`) from `null` (inner `None`).
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(value).map(Some)
}

/// The same change to several cases.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// At most 200.
    pub ids: Vec<Uuid>,
    /// The change.
    pub change: CaseChange,
}

/// What a change to several cases did.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkResult {
    /// Changed.
    pub changed: u64,
    /// Not changed, with the problem's code.
    pub failed: Vec<BulkFailure>,
}

/// A case that was not changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkFailure {
    /// Case.
    pub id: Uuid,
    /// Problem code.
    pub code: String,
}

/// An internal note to add. Mentions: `@[Name](user-id)`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    /// Text.
    pub text: String,
}

/// An answer to send or to check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    /// The client's own id for it (UUID): sending twice with the same id sends once.
    pub id: Uuid,
    /// Conversation.
    pub conversation_id: Uuid,
    /// Post it answers; absent: the newest one of the case's person in this conversation (see `Conversation.to`).
    pub in_reply_to: Option<Uuid>,
    /// Text.
    pub text: String,
    /// Subject, where the channel has one.
    pub subject: Option<String>,
    /// `public` or `private`. Private from a public conversation moves on in a linked private one.
    pub visibility: String,
    /// Uploaded files.
    #[serde(default)]
    pub attachment_ids: Vec<Uuid>,
    /// Resolve the case when sent.
    #[serde(default)]
    pub resolve: bool,
}

/// What the send gate says of a text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerCheck {
    /// It may go out.
    pub ok: bool,
    /// Its length as the channel counts.
    pub length: u32,
    /// Longest allowed.
    pub max_length: Option<u32>,
    /// Whom it goes to.
    pub to: Option<AnswerTo>,
    /// What stands against it.
    pub problems: Vec<GateProblem>,
}

/// A reason of the send gate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GateProblem {
    /// `too_long`, `empty`, `forbidden_word`, `reply_rule`, `window_over`, `unsupported`, `reserved_by_other`, `too_many_files`, `file_too_large`, `file_type`, `channel_stopped`.
    pub code: String,
    /// In the caller's language.
    pub message: String,
    /// Place in the text in UTF-16 code units, when it has one.
    pub range: Option<[u32; 2]>,
}

/// An answer accepted into the outbox.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AnswerAccepted {
    /// The post that stands for it in the thread.
    pub post: Post,
}

/// An uploaded file.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Upload {
    /// The file.
    pub attachment: Attachment,
}

/// An offer of a case to me.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// Id.
    pub id: Uuid,
    /// The case.
    pub case: CaseRow,
    /// Offered.
    pub offered_at: String,
    /// Ends.
    pub expires_at: String,
    /// Why me, in words.
    #[schema(value_type = Object)]
    pub why: serde_json::Value,
}

/// A ready-made answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CannedAnswer {
    /// Id.
    pub id: Uuid,
    /// Typed after `:`.
    pub shortcut: String,
    /// Title.
    pub title: String,
    /// Text with `{{person.first_name}}`, `{{case.number}}`, `{{agent.first_name}}`.
    pub text: String,
    /// Language, or null for any.
    pub lang: Option<String>,
}

/// Creates or changes a ready-made answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedAnswerForm {
    /// Typed after `:`.
    pub shortcut: String,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// Language.
    pub lang: Option<String>,
}

/// A notice to me (I was mentioned, a case came to me, a query of mine takes too long).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Id.
    pub id: Uuid,
    /// `mentioned`, `assigned`, `answer_failed`, `monitor_slow` (its name is the excerpt), `rule_slow` (likewise).
    pub kind: String,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Case number.
    pub case_number: Option<i64>,
    /// Who caused it.
    pub actor: Option<String>,
    /// First words.
    pub excerpt: Option<String>,
    /// When.
    pub at: String,
    /// Read.
    pub read: bool,
}

/// What was answered in a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SimilarAnswer {
    /// Text.
    pub text: String,
    /// Who wrote it, as shown.
    pub by: String,
    /// When.
    pub at: String,
}

/// A case that is like another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SimilarCase {
    /// It.
    pub case: CaseRow,
    /// How alike they are: the cosine of their meanings, at most 1.
    pub likeness: f64,
    /// What was answered last; null when nothing was.
    pub answer: Option<SimilarAnswer>,
}

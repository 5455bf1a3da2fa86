//! Monitors: saved listening queries, and what is asked about a query.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::channels::Bilingual;
use crate::posts::{FoundPart, Post};

/// A monitor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Monitor {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Query in the listening language.
    pub query: String,
    /// Plain-language reading.
    pub reading: Bilingual,
    /// Listening.
    pub enabled: bool,
    /// How much work it makes: `low`, `medium` or `high`; null when the stored query can no longer be read.
    pub cost: Option<String>,
    /// Posts matched in the last 24 hours.
    pub matched_day: i64,
    /// Where it is kept: levels joined by `/`; empty at the top.
    pub folder: String,
    /// Who looks after it.
    pub owner: Option<MonitorOwner>,
    /// Number of its newest version, from 1.
    pub version: i64,
    /// Its last pass over history; null when there was none.
    pub history: Option<MonitorHistory>,
    /// It keeps taking too long on posts; null when it does not.
    pub slow: Option<SlowQuery>,
    /// Created.
    pub created_at: String,
    /// Last changed.
    pub updated_at: String,
}

/// A query that keeps taking too long on some posts, each time so long that nobody knows whether it matches. It is matched
/// with less work until it is changed: posts that are made of repetitions may be missed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SlowQuery {
    /// Since when that is known.
    pub since: String,
    /// Posts it was left undecided about since then.
    pub posts: i64,
}

/// Who looks after a monitor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorOwner {
    /// User.
    pub id: Uuid,
    /// Name.
    pub name: String,
}

/// A monitor in a few words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorBrief {
    /// Id.
    pub id: Uuid,
    /// Number for people.
    pub number: i64,
    /// Name.
    pub name: String,
    /// Folder.
    pub folder: String,
    /// Listening.
    pub enabled: bool,
}

/// How far a monitor's pass over the stored posts has come. The newest posts go first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorHistory {
    /// `queued`, `running`, `done`, `cancelled` or `failed`.
    pub state: String,
    /// The monitor's version it applies.
    pub version: i64,
    /// Candidates looked at.
    pub looked_at: i64,
    /// Candidates in all, once counted.
    pub total: Option<i64>,
    /// Of those looked at, matching.
    pub matched: i64,
    /// Matches written.
    pub added: i64,
    /// Matches taken off, which an earlier query gave and this one does not.
    pub removed: i64,
    /// Arrival of the oldest post looked at.
    pub reached_at: Option<String>,
    /// Begun.
    pub started_at: String,
    /// Ended, however.
    pub finished_at: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

/// A folder that holds monitors.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorFolder {
    /// Its levels, joined by `/`; empty is the top.
    pub folder: String,
    /// Monitors in it, without those below.
    pub monitors: i64,
}

/// Moves a folder with everything in and below it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitorFolderMove {
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
}

/// What a move did.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorFolderMoved {
    /// Monitors moved.
    pub moved: u64,
}

/// A monitor as one save left it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorVersion {
    /// Number within the monitor, from 1.
    pub number: i64,
    /// When.
    pub at: String,
    /// Who, or `system`.
    pub by: String,
    /// Their user.
    pub by_id: Option<Uuid>,
    /// Name.
    pub name: String,
    /// Query.
    pub query: String,
    /// What they wrote about it.
    pub note: Option<String>,
    /// The version it is a copy of.
    pub restored_from: Option<i64>,
}

/// A page of versions, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorVersionPage {
    /// Versions.
    pub items: Vec<MonitorVersion>,
    /// Pass as `after`.
    pub next: Option<String>,
}

/// A stretch of a compared text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TextPiece {
    /// `same`, `added` or `removed`.
    pub op: String,
    /// Its words.
    pub text: String,
}

/// What changed from one version to another, word by word.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorVersionDiff {
    /// Before.
    pub from: MonitorVersion,
    /// After.
    pub to: MonitorVersion,
    /// In the name.
    pub name: Vec<TextPiece>,
    /// In the query.
    pub query: Vec<TextPiece>,
}

/// Makes an earlier version the newest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitorRestoreForm {
    /// About the new version.
    pub note: Option<String>,
}

/// Creates or changes a monitor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitorForm {
    /// Unique name.
    pub name: String,
    /// Query.
    pub query: String,
    /// Listening.
    pub enabled: bool,
    /// Folder, levels joined by `/`; unchanged when absent.
    pub folder: Option<String>,
    /// Owner; unchanged when absent, whoever creates it at first.
    pub owner_id: Option<Uuid>,
    /// About this version.
    pub note: Option<String>,
}

/// A query to check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryCheckForm {
    /// Query.
    pub query: String,
    /// Estimate its matches too.
    #[serde(default)]
    pub estimate: bool,
    /// The monitor it is to be, left out of `same_as`.
    pub monitor_id: Option<Uuid>,
}

/// What a check of a query found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryCheck {
    /// It can be used.
    pub ok: bool,
    /// Canonical form.
    pub canonical: Option<String>,
    /// Plain-language reading.
    pub reading: Option<Bilingual>,
    /// How much work it makes: `low`, `medium` or `high`.
    pub cost: Option<String>,
    /// What to expect, when asked for.
    pub estimate: Option<QueryEstimate>,
    /// Monitors that say the same.
    pub same_as: Vec<MonitorBrief>,
    /// What is wrong and where.
    pub error: Option<QueryError>,
}

/// What to expect of a query, from a sample of the newest stored posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryEstimate {
    /// Matches a day.
    pub per_day: f64,
    /// With 95 % certainty at least so many.
    pub low: f64,
    /// And at most so many.
    pub high: f64,
    /// Posts looked at.
    pub sampled: u64,
    /// Of these, matching.
    pub matched: u64,
    /// Arrival of the oldest one looked at.
    pub since: Option<String>,
    /// Share of all posts taken in that is stored, from 0 to 1; the others were only counted.
    pub kept_share: f64,
}

/// A query to try on pasted texts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryTryForm {
    /// Query.
    pub query: String,
    /// One post a line, plain or a JSON object (`text`, `title`, `author`, `lang`, `channel`, `followers`); or one JSON array.
    pub input: String,
}

/// What a query makes of pasted texts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryTried {
    /// One by one, in order.
    pub results: Vec<TriedText>,
    /// How many match.
    pub matched: u64,
}

/// What a query makes of one text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TriedText {
    /// The text.
    pub text: String,
    /// Its headline.
    pub title: Option<String>,
    /// It matches.
    pub matches: bool,
    /// What was found in `text`, in UTF-16 code units, `[start, end)`.
    pub ranges: Vec<[u32; 2]>,
    /// The same part by part.
    pub found: Vec<FoundPart>,
    /// Why it does not match.
    pub reasons: Vec<MissReason>,
}

/// Why a text does not match.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MissReason {
    /// `missing`, `missing_one_of`, `too_far`, `excluded` or `field`.
    pub kind: String,
    /// The part of the query, in canonical spelling.
    pub part: String,
    /// What is missing, or what excludes.
    pub terms: Vec<String>,
    /// Where `text` holds what excludes it, in UTF-16 code units, `[start, end)`.
    pub ranges: Vec<[u32; 2]>,
    /// In words.
    pub message: Bilingual,
}

/// Matches to throw out as noise, or to take back in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardForm {
    /// Posts, at most 200.
    pub post_ids: Vec<Uuid>,
    /// Out (`true`) or in again.
    pub discarded: bool,
}

/// What became of them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Discarded {
    /// Matches that changed.
    pub changed: u64,
}

/// What people threw out of a monitor, and words that could be excluded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorNoise {
    /// Discarded posts looked at.
    pub discarded: u64,
    /// Kept posts looked at.
    pub kept: u64,
    /// Words, surest first; none while fewer than three posts are discarded.
    pub terms: Vec<NoiseTerm>,
}

/// A word to exclude.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NoiseTerm {
    /// The word.
    pub term: String,
    /// Discarded posts that excluding it removes.
    pub discarded: u64,
    /// Kept posts that excluding it removes too.
    pub kept: u64,
    /// Logarithm of how much likelier it is in what was discarded.
    pub log_odds: f64,
    /// What to add to the query.
    pub exclusion: String,
    /// The whole query with it.
    pub query: String,
}

/// Monitors like one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorDuplicates {
    /// Their query says the same.
    pub same: Vec<MonitorBrief>,
    /// They match nearly the same posts, most alike first.
    pub overlapping: Vec<MonitorOverlap>,
    /// Newest stored posts that were compared.
    pub posts: i64,
}

/// A monitor that matches nearly the same posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonitorOverlap {
    /// The other monitor.
    #[serde(flatten)]
    pub monitor: MonitorBrief,
    /// Posts both match.
    pub shared: i64,
    /// Posts the one asked about matches.
    pub own: i64,
    /// Posts the other matches.
    pub other: i64,
    /// Share of the posts either matches that both match, from 0 to 1.
    pub overlap: f64,
}

/// An error in a query.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QueryError {
    /// Stable code.
    pub code: String,
    /// First UTF-16 code unit of the place.
    pub start: u32,
    /// End of the place (exclusive).
    pub end: u32,
    /// What is wrong.
    pub message: Bilingual,
    /// What to do.
    pub hint: Bilingual,
}

/// A query to try on recent posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewForm {
    /// Query.
    pub query: String,
    /// Most posts to return, at most 50.
    pub limit: Option<u32>,
}

/// What a query finds among recent posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    /// Matching posts, newest first; `matches[0]` holds the ranges.
    pub posts: Vec<Post>,
    /// Recent posts looked at.
    pub scanned: u64,
    /// Of these, matching.
    pub matched: u64,
    /// Instant of the oldest one looked at.
    pub since: Option<String>,
    /// What to expect a day.
    pub estimate: QueryEstimate,
    /// How much work it makes: `low`, `medium` or `high`.
    pub cost: String,
}

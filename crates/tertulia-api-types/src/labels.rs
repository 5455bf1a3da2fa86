//! What posts say: labels, corrections, the review queue, and how good the labels are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::posts::Post;

/// A label in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Label {
    /// Its name: language `es`, `en`, `pt`, `und`; sentiment `negative`, `neutral`, `positive`; message type `complaint`,
    /// `question`, `request`, `praise`, `purchase_intent`, `suggestion`, `spam`, `other`; audience `us`, `about`, `none`.
    pub label: String,
    /// How sure the model is of it, 0 to 1, calibrated; null when a person said it.
    pub p: Option<f64>,
}

/// A ground for answering soon.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UrgencyGround {
    /// Name of the list or fact (`safety`, `legal`, `outage`, `reach`…).
    pub name: String,
    /// What it adds, 0 to 1. Grounds combine as independent chances. `spam` stands last: the part that it takes away from
    /// what the others come to.
    pub points: f64,
    /// What was found in the post; empty for facts about the person.
    pub words: String,
}

/// How soon a post wants an answer, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Urgency {
    /// 0 can wait, 1 is now.
    pub score: f64,
    /// Why, strongest first.
    pub grounds: Vec<UrgencyGround>,
}

/// Words that spoke for a label.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LabelReason {
    /// The label.
    pub label: String,
    /// The words, as the model saw them.
    pub words: String,
    /// How much they counted, in log-odds: positive speaks for the label.
    pub weight: f64,
}

/// The newest word of a person on one of the tasks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LabelCorrected {
    /// `language`, `sentiment`, `types` or `audience`.
    pub task: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// What the model said.
    pub said: Vec<String>,
}

/// What a post says: by the model, until a person says otherwise.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Labels {
    /// The post that says it; of a case the newest of its person that says something.
    pub post_id: Uuid,
    /// Language.
    pub language: Label,
    /// How it feels about the brand.
    pub sentiment: Label,
    /// What it is for, most likely first; may be several.
    pub types: Vec<Label>,
    /// Whom it talks to: `us`, `about` us to others, `none`.
    pub audience: Label,
    /// How soon it wants an answer.
    pub urgency: Urgency,
    /// No message type is sure enough to route by it, and nobody has said: a person should look.
    pub unsure: bool,
    /// Matters it touches.
    pub topics: Vec<String>,
    /// Words worth remembering.
    pub phrases: Vec<String>,
    /// What spoke for sentiment and types, strongest first.
    pub because: Vec<LabelReason>,
    /// Version of the model that read it.
    pub model: String,
    /// What people said.
    pub corrected: Vec<LabelCorrected>,
}

/// What a person says about a post. What is absent they say nothing about; saying what the model said confirms it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Language.
    pub language: Option<String>,
    /// Sentiment.
    pub sentiment: Option<String>,
    /// All its message types; `["other"]` when it is none of them.
    pub types: Option<Vec<String>>,
    /// Audience.
    pub audience: Option<String>,
}

/// What there is to review.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewNext {
    /// The post drawn; null when there is none left. One drawn by chance comes without its labels: you say first.
    pub post: Option<Post>,
    /// It was drawn by chance, not for being doubtful.
    pub random: bool,
    /// Posts of the last seven days that chance draws from.
    pub left: i64,
    /// Reviews answered in that time.
    pub done: i64,
    /// Posts drawn by chance in that time that were passed over and nobody answered.
    pub passed: i64,
}

/// The answer to a review: the whole of what the post says, or nothing to pass it over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewAnswer {
    /// Types, sentiment and language are required; absent to pass the post over.
    pub labels: Option<Correction>,
}

/// What came of a review.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReviewAnswered {
    /// The labels in force, and in `corrected` what the model had said; null when the post was passed over.
    pub labels: Option<Labels>,
}

/// How often something was right, and between which bounds that lies in truth, 19 times in 20 (Wilson).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Proportion {
    /// How often.
    pub right: i64,
    /// Out of.
    pub of: i64,
    /// Lower bound, 0 to 1.
    pub low: f64,
    /// Upper bound, 0 to 1.
    pub high: f64,
}

/// What the model said against what people say, of some posts.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct QualityTable {
    /// `all`, `language` or `channel`.
    pub among: String,
    /// Which language.
    pub language: Option<String>,
    /// Which channel.
    pub channel_id: Option<Uuid>,
    /// How often all of it was right.
    pub right: Proportion,
    /// Counts, row by row.
    pub cells: Vec<Vec<i64>>,
}

/// How good one task is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskQuality {
    /// `types`, `sentiment`, `language` or `audience`.
    pub task: String,
    /// Names of the rows: the label people say.
    pub rows: Vec<String>,
    /// Names of the columns: the label the model said; for `types`, which can be several, who said so: `both`, `model`
    /// only, `person` only.
    pub columns: Vec<String>,
    /// All posts, then by language, then by channel.
    pub tables: Vec<QualityTable>,
}

/// How good the labels are here, from posts drawn by chance and reviewed in the last 90 days.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Quality {
    /// Version of the model in force: that of the shipped classifiers, and after a `+` the number of what people taught them.
    pub model: String,
    /// Posts that it read and that were drawn by chance and reviewed: only they count.
    pub reviewed: i64,
    /// The same of posts that other versions read: they do not count.
    pub others: i64,
    /// Posts drawn by chance that were passed over and nobody answered.
    pub unanswered: i64,
    /// Fewer than this say too little.
    pub few: i64,
    /// Task by task.
    pub tasks: Vec<TaskQuality>,
}

/// How good one label was before and after.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LabelCompared {
    /// Its name.
    pub label: String,
    /// Posts held out that people gave it.
    pub posts: u64,
    /// F1 of what was in force, 0 to 1.
    pub before: f64,
    /// F1 of what was learnt.
    pub after: f64,
}

/// How good one task was before and after, on posts that neither learnt from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TaskCompared {
    /// `types`, `sentiment` or `audience`.
    pub task: String,
    /// What was learnt took the place of what was in force.
    pub taken: bool,
    /// Why: `better` (not worse on the whole, and no label lost more than three points), `same`, `too_few`, `worse`, `loses`.
    pub verdict: String,
    /// The label that loses too much.
    pub loses: Option<String>,
    /// Posts learnt from.
    pub labels: u64,
    /// Posts held out.
    pub held_out: u64,
    /// Macro-F1 of what was in force, 0 to 1.
    pub before: f64,
    /// Macro-F1 of what was learnt.
    pub after: f64,
    /// Label by label.
    pub classes: Vec<LabelCompared>,
}

/// A version of what people taught.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LearntVersion {
    /// Number, from 1.
    pub number: i64,
    /// When it was made.
    pub at: String,
    /// Who asked for it; `system` when it began by itself.
    pub by: String,
    /// Their id.
    pub by_id: Option<Uuid>,
    /// `in_force`, `earlier` or `refused`.
    pub state: String,
    /// It was made for the classifiers of this program; one that was not can't be in force.
    pub fits: bool,
    /// SHA-256 of its weights.
    pub digest: String,
    /// Posts it learnt from.
    pub labels: i64,
    /// Posts it was measured by.
    pub held_out: i64,
    /// Task by task.
    pub tasks: Vec<TaskCompared>,
}

/// The last training, or the one under way.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Training {
    /// `none`, `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Who asked for it; `system` when it began by itself.
    pub by: String,
    /// When it was asked for.
    pub at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Number of the version it made.
    pub made: Option<i64>,
    /// Why it made none: `too_few` labels, or the `same` answers as before.
    pub why: Option<String>,
}

/// What people taught, and what there is to learn from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LearntVersions {
    /// Version of the shipped classifiers: number 0.
    pub shipped: String,
    /// Number of the version in force, 0 for the shipped classifiers.
    pub in_force: i64,
    /// Versions, newest first.
    pub items: Vec<LearntVersion>,
    /// The last training, or the one under way.
    pub training: Training,
    /// Posts people labelled that can be learnt from.
    pub labels: u64,
    /// Posts people labelled that are held out for measuring, for ever: about a fifth.
    pub held_out: u64,
    /// Posts labelled since the last training; from 20 on the next begins by itself.
    pub new: i64,
    /// Posts of a task to learn from that are needed at least.
    pub labels_needed: u64,
    /// Posts of a task held out that are needed at least.
    pub held_out_needed: u64,
}

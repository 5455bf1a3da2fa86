//! What is understood of one post.

use serde::Serialize;

use crate::label::{Audience, Language, Languages, MessageType, Sentiment};

/// A label and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scored<L> {
    /// The label.
    pub label: L,
    /// Calibrated probability, 0 to 1: of a hundred labels given with 0.8, about eighty are right.
    pub p: f32,
}

/// Words that spoke for a label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// What they spoke for: a label's name.
    pub label: &'static str,
    /// The words, as the classifier saw them.
    pub words: String,
    /// How much they counted, in log-odds: positive speaks for the label.
    pub weight: f32,
}

/// A ground for answering soon.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ground {
    /// The name of the list or fact: `safety`, `legal`, `anger`, `reach`…
    pub name: String,
    /// What it adds, 0 to 1. Grounds combine as independent chances: 1 − Π(1 − points). `spam` is the last: the part it
    /// takes away from what the others come to.
    pub points: f32,
    /// What was found in the post, as folded words; empty for facts about the person.
    pub words: String,
}

/// How soon a post wants an answer, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Urgency {
    /// 0 can wait, 1 is now.
    pub score: f32,
    /// Why, strongest first.
    pub reasons: Vec<Ground>,
}

/// Everything understood of one post.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The language it is in.
    pub language: Scored<Language>,
    /// How it feels about the brand; where it is about none, its tone.
    pub sentiment: Scored<Sentiment>,
    /// True when its sentiment is not sure enough to count on: fewer than nine of ten such were right when it was checked.
    pub sentiment_unsure: bool,
    /// What it is for, most likely first: those at 0.5 or more.
    pub types: Vec<Scored<MessageType>>,
    /// Whom it talks to.
    pub audience: Scored<Audience>,
    /// How soon it wants an answer.
    pub urgency: Urgency,
    /// Matters it touches: names of the topic lists, most touched first.
    pub topics: Vec<String>,
    /// Words worth remembering, most telling first.
    pub phrases: Vec<String>,
    /// Those of its types that are sure enough to route by: about nine of ten such are right.
    #[serde(skip)]
    pub sure: Vec<MessageType>,
    /// True when no message type is sure enough to route by it: a person should look.
    pub unsure: bool,
    /// What spoke for its sentiment and types, strongest first; empty where only answers were asked for.
    pub because: Vec<Reason>,
    /// Probabilities of all message types, in the order of [`MessageType::ALL`].
    #[serde(skip)]
    pub type_shares: [f32; 8],
    /// Probabilities of negative, neutral, positive.
    #[serde(skip)]
    pub sentiment_shares: [f32; 3],
}

/// What is known of a post beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// The language its network, thread or earlier posts of its author say; believed where the text says little.
    pub language: Option<Language>,
    /// The languages that are listened in: a post in none of them is in [`Language::Undetermined`].
    pub among: Languages,
    /// How many people follow its author.
    pub followers: u64,
    /// How often its author came to us in the last days before this: not messages, but days and conversations.
    pub recent_contacts: u32,
}

//! Words that count: grounds for answering soon and topics, as the company has them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::labels::{Label, Urgency};

/// Words and turns of phrase by language. `*` at the end of a word stands for any letters, `{a|b}` for one of them; they are
/// compared without accents and capitals, and looked for in every post, whatever its language.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Phrases {
    /// Spanish.
    pub es: Vec<String>,
    /// English.
    pub en: Vec<String>,
    /// Portuguese.
    pub pt: Vec<String>,
}

/// A list as it came with the program.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShippedWords {
    /// What it counted, 0 to 1.
    pub points: f64,
    /// Its words.
    pub words: Phrases,
}

/// A ground for answering soon, or a topic.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WeightedWords {
    /// `urgency` or `topic`.
    pub sort: String,
    /// Its name.
    pub name: String,
    /// A fact about the post or its author (`reach`, `contacts`, `anger`…): it has points and no words.
    pub fact: bool,
    /// What it counts, 0 to 1; 0 is off. Grounds combine as independent chances. Of a topic it says nothing.
    pub points: f64,
    /// Its words.
    pub words: Phrases,
    /// Differs from what came with the program.
    pub changed: bool,
    /// As it came with the program; null when it is the company's own.
    pub shipped: Option<ShippedWords>,
}

/// Every list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AllWeightedWords {
    /// Grounds for answering soon, then topics.
    pub lists: Vec<WeightedWords>,
    /// Kept posts that still wait to be read in the background, counted up to a million.
    pub unread: i64,
}

/// What a list is to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightedWordsForm {
    /// What it counts, 0 to 1.
    pub points: f64,
    /// Its words, all of them.
    #[serde(default)]
    pub words: Phrases,
}

/// A list that is not saved yet.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightedWordsDraft {
    /// `urgency` or `topic`.
    pub sort: String,
    /// Its name.
    pub name: String,
    /// What it counts, 0 to 1.
    pub points: f64,
    /// Its words, all of them.
    #[serde(default)]
    pub words: Phrases,
}

/// A text to try the lists on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsTrial {
    /// What somebody could write.
    pub text: String,
    /// How many follow them.
    #[serde(default)]
    pub followers: u64,
    /// How often they came to us in the last days.
    #[serde(default)]
    pub contacts: u32,
    /// A list as it would be.
    pub draft: Option<WeightedWordsDraft>,
}

/// What would be said of a text.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WordsTried {
    /// How soon it wants an answer, and why.
    pub urgency: Urgency,
    /// Matters it touches.
    pub topics: Vec<String>,
    /// What it is for.
    pub types: Vec<Label>,
    /// How it feels about the brand.
    pub sentiment: Label,
    /// Its language.
    pub language: Label,
}

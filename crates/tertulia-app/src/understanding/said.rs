//! What the model said of a post as it is kept, and the labels in force: the newest word of a person, else the model's.
//! [`InForce::of`] is the one place that decides between them.

use serde::{Deserialize, Serialize};
use tertulia_store::reading::{CorrectionRow, ReadingRow};
use tertulia_understand::{Audience, Language, MessageType, Reading, Sentiment};
use uuid::Uuid;

/// A label of the model's with its probability, per mille.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The label.
    pub label: String,
    /// How sure it is of it.
    pub p: u16,
}

/// A ground for answering soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Name of the list or fact.
    pub name: String,
    /// What it adds, per mille.
    pub points: u16,
    /// What was found in the post; empty for facts about the person.
    pub words: String,
}

/// Words that spoke for a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// The label.
    pub label: String,
    /// The words, as the model saw them.
    pub words: String,
    /// How much they counted, in thousandths of log-odds.
    pub weight: i32,
}

/// What the model said of a post, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Language.
    pub language: Share,
    /// Sentiment towards the brand.
    pub sentiment: Share,
    /// Message types, most likely first.
    pub types: Vec<Share>,
    /// Whom it talks to.
    pub audience: Share,
    /// How urgent, per mille.
    pub urgency: u16,
    /// Why it is urgent, strongest first.
    pub grounds: Vec<Ground>,
    /// Matters it touches.
    pub topics: Vec<String>,
    /// Words worth remembering.
    pub phrases: Vec<String>,
    /// Those of its types that are sure enough to route by.
    pub sure: Vec<String>,
    /// What spoke for its sentiment and types, strongest first.
    pub because: Vec<Because>,
}

/// Most reasons kept of a post: more than people read.
const MOST_REASONS: usize = 12;

/// A share as an integer of thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
fn per_mille(share: f32) -> u16 {
    (share.clamp(0.0, 1.0) * 1_000.0).round() as u16
}

impl Said {
    /// Puts a reading as it is stored.
    pub fn of(reading: &Reading) -> Self {
        let share = |label: &str, p: f32| Share { label: label.into(), p: per_mille(p) };
        let mut types: Vec<Share> = reading.types.iter().map(|kind| share(kind.label.as_str(), kind.p)).collect();
        if types.is_empty() {
            // None of them is none of them: what a person would say too.
            types.push(share(MessageType::Other.as_str(), reading.type_shares[MessageType::Other.index()]));
        }
        #[allow(clippy::cast_possible_truncation, reason = "log-odds are small")]
        let weight = |weight: f32| (weight * 1_000.0).round() as i32;
        Self {
            language: share(reading.language.label.as_str(), reading.language.p),
            sentiment: share(reading.sentiment.label.as_str(), reading.sentiment.p),
            types,
            audience: share(reading.audience.label.as_str(), reading.audience.p),
            urgency: per_mille(reading.urgency.score),
            grounds: reading
                .urgency
                .reasons
                .iter()
                .take(MOST_REASONS)
                .map(|ground| Ground { name: ground.name.clone(), points: per_mille(ground.points), words: ground.words.clone() })
                .collect(),
            topics: reading.topics.clone(),
            phrases: reading.phrases.clone(),
            sure: reading.sure.iter().map(|kind| kind.as_str().to_owned()).collect(),
            because: reading
                .because
                .iter()
                .take(MOST_REASONS)
                .map(|reason| Because { label: reason.label.into(), words: reason.words.clone(), weight: weight(reason.weight) })
                .collect(),
        }
    }
}

/// How little a reading knows, per mille: how close its types are to even, or its sentiments to each other.
pub(crate) fn doubt(reading: &Reading) -> i64 {
    let types = reading.type_shares.iter().map(|share| 1.0 - 2.0 * (share - 0.5).abs()).fold(0.0, f32::max);
    let mut sentiments = reading.sentiment_shares;
    sentiments.sort_by(|a, b| b.total_cmp(a));
    i64::from(per_mille(types.max(1.0 - (sentiments[0] - sentiments[1]))))
}

/// A set of labels as bits, in the order of their kind. Labels are only ever added at a kind's end, so that what is
/// stored keeps its meaning.
macro_rules! bits {
    ($kind:ty, $one:ident, $names:ident) => {
        /// The bit of a label.
        pub fn $one(label: $kind) -> i64 {
            1 << label.index()
        }

        /// The names of the labels in a set.
        pub fn $names(bits: i64) -> Vec<&'static str> {
            <$kind>::ALL.iter().filter(|label| bits & (1 << label.index()) != 0).map(|label| label.as_str()).collect()
        }
    };
}

bits!(Language, language_bit, languages_in);
bits!(Sentiment, sentiment_bit, sentiments_in);
bits!(MessageType, type_bit, types_in);
bits!(Audience, audience_bit, audiences_in);

/// Something about a post that is told by labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Its language.
    Language,
    /// How it feels.
    Sentiment,
    /// What it is for.
    Types,
    /// Whom it talks to.
    Audience,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Types, Self::Sentiment, Self::Language, Self::Audience];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Sentiment => "sentiment",
            Self::Types => "types",
            Self::Audience => "audience",
        }
    }

    /// Reads the stored form.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.as_str() == word)
    }

    /// The names of the labels in a set.
    pub fn names(self, bits: i64) -> Vec<&'static str> {
        match self {
            Self::Language => languages_in(bits),
            Self::Sentiment => sentiments_in(bits),
            Self::Types => types_in(bits),
            Self::Audience => audiences_in(bits),
        }
    }

    /// The bit of the label with this name.
    pub fn bit(self, name: &str) -> Option<i64> {
        match self {
            Self::Language => name.parse().ok().map(language_bit),
            Self::Sentiment => name.parse().ok().map(sentiment_bit),
            Self::Types => name.parse().ok().map(type_bit),
            Self::Audience => name.parse().ok().map(audience_bit),
        }
    }

    /// What the model said: its labels, and how sure it was of the least sure of them.
    pub fn said(self, said: &Said) -> (i64, u16) {
        let shares = match self {
            Self::Language => std::slice::from_ref(&said.language),
            Self::Sentiment => std::slice::from_ref(&said.sentiment),
            Self::Types => &said.types,
            Self::Audience => std::slice::from_ref(&said.audience),
        };
        let bits = shares.iter().filter_map(|share| self.bit(&share.label)).fold(0, |all, bit| all | bit);
        (bits, shares.iter().map(|share| share.p).min().unwrap_or_default())
    }
}

/// The labels in force of one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Language.
    pub language: i64,
    /// Sentiment.
    pub sentiment: i64,
    /// Message types.
    pub types: i64,
    /// Audience.
    pub audience: i64,
    /// Those of its message types to route by: what a person said, or what the model is sure enough of.
    pub sure: i64,
    /// There are none of those.
    pub unsure: bool,
    /// A person said something about it.
    pub told: bool,
}

impl InForce {
    /// Of what the model said and what people said about it, oldest first: the newest word of a person counts, else the
    /// model's.
    pub fn of(said: &Said, corrections: &[&CorrectionRow]) -> Self {
        let last = |task: Task| corrections.iter().rev().find(|row| row.task == task.as_str()).map(|row| row.label);
        let label = |task: Task| last(task).unwrap_or_else(|| task.said(said).0);
        let surely = said.sure.iter().filter_map(|kind| Task::Types.bit(kind)).fold(0, |bits, bit| bits | bit);
        let sure = last(Task::Types).unwrap_or(surely);
        Self {
            language: label(Task::Language),
            sentiment: label(Task::Sentiment),
            types: label(Task::Types),
            audience: label(Task::Audience),
            sure,
            unsure: sure == 0 && last(Task::Types).is_none(),
            told: !corrections.is_empty(),
        }
    }

    /// The labels of one task.
    pub fn of_task(&self, task: Task) -> i64 {
        match task {
            Task::Language => self.language,
            Task::Sentiment => self.sentiment,
            Task::Types => self.types,
            Task::Audience => self.audience,
        }
    }

    /// As it is stored.
    pub(crate) fn row(&self, post: (Uuid, i64, i64), model: &str, doubt: i64, said: &Said) -> ReadingRow {
        let (post_id, post_seq, at) = post;
        ReadingRow {
            post_seq,
            post_id,
            at,
            model: model.into(),
            language: self.language,
            sentiment: self.sentiment,
            types: self.types,
            audience: self.audience,
            urgency: said.urgency.into(),
            unsure: self.unsure,
            doubt: if self.told { 0 } else { doubt },
            said: serde_json::to_string(said).unwrap_or_else(|_| "{}".into()),
        }
    }

    /// What rules may ask. Types that are not sure enough are none: a person should look before anything is done by them.
    pub(crate) fn facts(&self, urgency: u16) -> Facts {
        Facts {
            lang: languages_in(self.language).first().copied().filter(|lang| *lang != Language::Undetermined.as_str()),
            sentiment: sentiments_in(self.sentiment).first().copied(),
            types: types_in(self.sure),
            urgency,
            unsure: self.unsure,
        }
    }
}

/// What rules may ask about what a post says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Facts {
    /// Language, when it is told.
    pub lang: Option<&'static str>,
    /// Sentiment.
    pub sentiment: Option<&'static str>,
    /// Message types that are sure enough.
    pub types: Vec<&'static str>,
    /// Urgency, per mille.
    pub urgency: u16,
    /// No type is sure enough.
    pub unsure: bool,
}

#[cfg(test)]
mod tests {
    //! Which word counts.
    use super::*;

    fn said() -> Said {
        let share = |label: &str, p| Share { label: label.into(), p };
        Said {
            language: share("es", 990),
            sentiment: share("negative", 800),
            types: vec![share("complaint", 900), share("question", 610)],
            audience: share("about", 700),
            urgency: 640,
            grounds: Vec::new(),
            topics: Vec::new(),
            phrases: Vec::new(),
            sure: Vec::new(),
            because: Vec::new(),
        }
    }

    fn correction(task: Task, label: i64) -> CorrectionRow {
        CorrectionRow {
            id: Uuid::nil(),
            post_id: Uuid::nil(),
            channel_id: Uuid::nil(),
            at: 0,
            user_id: Uuid::nil(),
            actor: "Ana".into(),
            task: task.as_str().into(),
            said: 0,
            said_p: 0,
            label,
            model: String::new(),
            language: 0,
            source: "post".into(),
        }
    }

    #[test]
    fn the_newest_word_of_a_person_counts_else_the_models() {
        let model = InForce::of(&said(), &[]);
        assert_eq!((types_in(model.types), model.unsure, model.told), (vec!["complaint", "question"], true, false));
        assert!(model.facts(640).types.is_empty(), "nothing is routed by what is unsure");
        let half = InForce::of(&Said { sure: vec!["complaint".into()], ..said() }, &[]);
        assert_eq!((half.facts(640).types, half.unsure), (vec!["complaint"], false), "only what is sure");
        let (praise, spam) = (type_bit(MessageType::Praise), type_bit(MessageType::Spam));
        let (first, second) = (correction(Task::Types, spam), correction(Task::Types, praise));
        let told = InForce::of(&said(), &[&first, &second]);
        assert_eq!((types_in(told.types), told.unsure), (vec!["praise"], false));
        assert_eq!(told.facts(640).types, ["praise"]);
        assert_eq!((told.sentiment, told.language), (model.sentiment, model.language), "nobody said anything about these");
    }

    #[test]
    fn labels_keep_their_bits() {
        // What is stored depends on it: new labels go to the end.
        assert_eq!(languages_in(0b1111), ["es", "en", "pt", "und"]);
        assert_eq!(sentiments_in(0b111), ["negative", "neutral", "positive"]);
        let types = ["complaint", "question", "request", "praise", "purchase_intent", "suggestion", "spam", "other"];
        assert_eq!(types_in(0xff), types);
        assert_eq!(audiences_in(0b111), ["us", "about", "none"]);
        for task in Task::ALL {
            assert!((0..task.names(0xff).len()).all(|place| task.bit(task.names(0xff)[place]) == Some(1 << place)));
        }
    }

    #[test]
    fn what_the_model_said_of_several_labels_is_as_sure_as_the_least_sure() {
        assert_eq!(Task::Types.said(&said()), (0b11, 610));
        assert_eq!(Task::Sentiment.said(&said()), (0b1, 800));
    }
}

//! How soon a post wants an answer: grounds with points that people can read and change, put together as independent chances.

use crate::grounds::Grounds;
use crate::reading::{Context, Ground, Urgency};
use crate::words::Words;

/// What the classifiers said of the post, as probabilities.
#[derive(Clone, Copy, Debug)]
pub struct Mood {
    /// Negative about the brand.
    pub negative: f32,
    /// A complaint.
    pub complaint: f32,
    /// Advertising, deceit.
    pub spam: f32,
    /// Like posts that people would answer today.
    pub pressing: f32,
}

/// What counts less is not worth naming.
const LEAST: f32 = 0.01;
/// Followers from which on reach counts.
const KNOWN: u64 = 1_000;

/// The name of what takes away: the part of the urgency that goes because the post is likely advertising or deceit.
pub const SPAM: &str = "spam";

/// Weighs one post. `score = (1 − Π(1 − points)) · (1 − spam)`; every ground is named, [`SPAM`] last.
#[must_use]
pub fn weigh(grounds: &Grounds, words: &Words, mood: Mood, context: &Context) -> Urgency {
    let points = &grounds.facts;
    let mut reasons: Vec<Ground> = grounds
        .urgency
        .find(words)
        .into_iter()
        .map(|found| Ground { name: found.list.name.clone(), points: found.list.points, words: found.words.to_owned() })
        .collect();
    let mut fact = |name: &str, points: f32| {
        if points >= LEAST {
            reasons.push(Ground { name: name.to_owned(), points: points.min(1.0), words: String::new() });
        }
    };
    fact("anger", points.anger * mood.negative * mood.complaint);
    fact("pressing", points.pressing * mood.pressing);
    let manner = words.manner;
    if manner.shouted >= 2 || manner.exclamations >= 3 {
        fact("shouting", points.shouting * mood.negative);
    }
    fact("contacts", points.contacts * context.recent_contacts.min(3) as f32);
    if context.followers >= KNOWN {
        fact("reach", points.reach * ((context.followers as f32).log10() / 6.0).min(1.0));
    }
    reasons.sort_by(|a, b| b.points.total_cmp(&a.points));
    let waits: f32 = reasons.iter().map(|r| 1.0 - r.points).product();
    if !reasons.is_empty() && mood.spam >= LEAST {
        reasons.push(Ground { name: SPAM.to_owned(), points: mood.spam, words: String::new() });
    }
    Urgency { score: (1.0 - waits) * (1.0 - mood.spam), reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grounds::FactPoints;
    use crate::lists::Sheet;

    fn urgency(text: &str, mood: Mood, context: Context) -> Urgency {
        let sheets = Sheet::all("[safety 0.8]\nes: huele a gas\n[legal 0.5]\nes: abogad*").expect("right lists");
        let grounds = Grounds::of(&sheets, &[], FactPoints::default()).expect("right lists");
        let mut words = Words::default();
        words.read(text);
        weigh(&grounds, &words, mood, &context)
    }

    const CALM: Mood = Mood { negative: 0.0, complaint: 0.0, spam: 0.0, pressing: 0.0 };

    #[test]
    fn grounds_add_up_as_chances() {
        let both = urgency("Huele a gas y mi abogado lo sabe", CALM, Context::default());
        assert!((both.score - 0.9).abs() < 1e-6);
        let names: Vec<&str> = both.reasons.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["safety", "legal"]);
        assert_eq!(both.reasons[1].words, "abogado");
    }

    #[test]
    fn nothing_said_can_wait_and_spam_too() {
        assert_eq!(urgency("hola", CALM, Context::default()), Urgency::default());
        let sold = urgency("huele a gas", Mood { spam: 0.75, ..CALM }, Context::default());
        assert!((sold.score - 0.2).abs() < 1e-6);
        assert_eq!(sold.reasons.iter().map(|r| (r.name.as_str(), r.points)).collect::<Vec<_>>(), [("safety", 0.8), (SPAM, 0.75)]);
        assert!(urgency("hola", Mood { spam: 1.0, ..CALM }, Context::default()).reasons.is_empty(), "it takes nothing away");
    }

    #[test]
    fn who_writes_counts() {
        let known = Context { followers: 12_000, recent_contacts: 2, ..Context::default() };
        let score = urgency("hola", CALM, known).score;
        let unknown = Context { followers: 999, ..Context::default() };
        assert!(score > 0.4 && urgency("hola", CALM, unknown).score == 0.0);
    }
}

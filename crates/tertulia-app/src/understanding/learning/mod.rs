//! Learning from people: what they said of posts becomes a head that corrects the shipped classifiers.
//!
//! A job ([`train`]) gathers what people said ([`material`]), learns from four fifths of it, and measures by the fifth that is
//! never learnt from ([`held_out`]). Each task by itself takes the place of what is in force only where it is not worse there. What
//! was made is kept with its figures, taken or refused; [`versions`] shows them and goes back to an earlier one. Which one is in
//! force is asked in the database before each batch ([`head`]), so that every node switches with the same commit; a reading
//! says which one made it.

pub(crate) mod head;
pub(crate) mod material;
pub mod train;
pub mod versions;

pub(crate) use head::Head;

use serde::{Deserialize, Serialize};
use tertulia_understand::own::{
    company::Question,
    gate::{Figures, Verdict},
};
use uuid::Uuid;

/// Whether a post is one of the fifth that is never learnt from. It depends on its id alone and never changes: what was once
/// learnt from could not measure any more.
pub fn held_out(post: Uuid) -> bool {
    // The ids begin with the time: mixed, so that no hour is held out as a whole (splitmix64).
    let (high, low) = post.as_u64_pair();
    let mut mixed = high ^ low.rotate_left(31);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 5 == 0
}

/// What one task was before and after, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskFigures {
    /// `types`, `sentiment` or `audience`.
    pub task: String,
    /// Whether what was learnt took the place of what was in force.
    pub taken: bool,
    /// Why: `better`, `same`, `too_few`, `worse` or `loses`.
    pub verdict: String,
    /// The label that loses too much.
    pub loses: Option<String>,
    /// Posts learnt from.
    pub labels: usize,
    /// Posts measured by.
    pub held_out: usize,
    /// Macro-F1 before, of 1.
    pub before: f64,
    /// Macro-F1 after.
    pub after: f64,
    /// Label by label.
    pub classes: Vec<ClassFigures>,
}

/// One label before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassFigures {
    /// Its name.
    pub label: String,
    /// Posts held out that people gave it.
    pub posts: usize,
    /// F1 before.
    pub before: f64,
    /// F1 after.
    pub after: f64,
}

impl TaskFigures {
    pub(crate) fn of(question: Question, labels: usize, figures: &Figures, verdict: Verdict) -> Self {
        let names = question.labels();
        let (word, loses) = match verdict {
            Verdict::Better => ("better", None),
            Verdict::Same => ("same", None),
            Verdict::TooFew => ("too_few", None),
            Verdict::Worse => ("worse", None),
            Verdict::Loses(label) => ("loses", names.get(label).map(|name| (*name).to_owned())),
        };
        let class = |class: &tertulia_understand::own::gate::LabelFigures| ClassFigures {
            label: class.label.to_owned(),
            posts: class.posts,
            before: class.before,
            after: class.after,
        };
        Self {
            task: question.as_str().to_owned(),
            taken: verdict == Verdict::Better,
            verdict: word.to_owned(),
            loses,
            labels,
            held_out: figures.posts,
            before: figures.before,
            after: figures.after,
            classes: figures.classes.iter().map(class).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Which posts are held out.
    use super::*;

    #[test]
    fn a_fifth_is_held_out_for_ever() {
        let id = |n: u128| Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + (n << 70) + n * 977);
        let held = (0..10_000).filter(|n| held_out(id(*n))).count();
        assert!((1_900..2_100).contains(&held), "{held}");
        // What is stored depends on it.
        let first: Vec<u128> = (0..40).filter(|n| held_out(Uuid::from_u128(*n))).collect();
        assert_eq!(first, FIRST);
    }

    const FIRST: [u128; 12] = [0, 1, 9, 12, 15, 17, 18, 20, 25, 28, 35, 36];
}

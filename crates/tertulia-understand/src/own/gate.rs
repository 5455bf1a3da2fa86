//! Whether what was learnt takes the place of what is in force: told by posts that neither ever learnt from.

use super::company::{Correction, Example, Question};

/// Fewer posts held out than this can't tell.
pub const LEAST_HELD_OUT: usize = 20;
/// A label with fewer posts held out is not looked at by itself.
pub const LEAST_OF_LABEL: usize = 10;
/// A label may lose so much of its F1.
pub const MAY_LOSE: f64 = 0.03;

/// How good one label is.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelFigures {
    /// Its name.
    pub label: &'static str,
    /// Posts held out that people gave it.
    pub posts: usize,
    /// F1 of what is in force.
    pub before: f64,
    /// F1 of what was learnt.
    pub after: f64,
}

/// What is in force against what was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Posts held out.
    pub posts: usize,
    /// Mean of the F1 of the labels that some post has, by what is in force.
    pub before: f64,
    /// The same by what was learnt.
    pub after: f64,
    /// Label by label.
    pub classes: Vec<LabelFigures>,
}

/// Whether what was learnt takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Better,
    /// It would change nothing.
    Same,
    /// Too few posts are held out to tell.
    TooFew,
    /// The mean is worse.
    Worse,
    /// The mean is not worse, but this label loses too much: its place.
    Loses(usize),
}

/// Asks both about posts that were held out; none stands for the shipped classifiers.
#[must_use]
pub fn compare(question: Question, before: Option<&Correction>, after: Option<&Correction>, held_out: &[Example<'_>]) -> Figures {
    let labels = question.labels();
    let said = |by: Option<&Correction>| -> Vec<u32> {
        let shares = |e: &Example<'_>| match by {
            Some(correction) => correction.shares(e.shown),
            None => {
                let mut odds = question.log_odds(&e.shown.shares);
                question.shares(&mut odds);
                odds
            }
        };
        held_out.iter().map(|e| question.asserted(&shares(e))).collect()
    };
    let (before, after) = (said(before), said(after));
    let f1 = |said: &[u32], label: usize| {
        let bit = |set: u32| set >> label & 1 == 1;
        let count = |holds: &dyn Fn(u32, u32) -> bool| said.iter().zip(held_out).filter(|(s, e)| holds(**s, e.right)).count() as f64;
        let (both, either) = (count(&|s, r| bit(s) && bit(r)), count(&|s, r| bit(s) != bit(r)));
        if both == 0.0 { 0.0 } else { 2.0 * both / (2.0 * both + either) }
    };
    let classes: Vec<LabelFigures> = labels
        .iter()
        .enumerate()
        .map(|(n, label)| LabelFigures {
            label,
            posts: held_out.iter().filter(|e| e.right >> n & 1 == 1).count(),
            before: f1(&before, n),
            after: f1(&after, n),
        })
        .collect();
    let mean = |of: &dyn Fn(&LabelFigures) -> f64| {
        let there: Vec<f64> = classes.iter().filter(|class| class.posts > 0).map(of).collect();
        there.iter().sum::<f64>() / there.len().max(1) as f64
    };
    Figures { posts: held_out.len(), before: mean(&|class| class.before), after: mean(&|class| class.after), classes }
}

/// Decides by the figures: enough posts, a mean that is not worse, and no label with enough posts that loses more than [`MAY_LOSE`].
#[must_use]
pub fn decide(figures: &Figures, learnt: bool) -> Verdict {
    if figures.posts < LEAST_HELD_OUT {
        return Verdict::TooFew;
    }
    if !learnt {
        return Verdict::Same;
    }
    // The figures are sums of quotients: a difference of rounding is none.
    if figures.after < figures.before - 1e-9 {
        return Verdict::Worse;
    }
    let loses = |class: &LabelFigures| class.posts >= LEAST_OF_LABEL && class.before - class.after > MAY_LOSE + 1e-9;
    figures.classes.iter().position(loses).map_or(Verdict::Better, Verdict::Loses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(posts: usize, classes: &[(usize, f64, f64)]) -> Figures {
        let classes: Vec<LabelFigures> =
            classes.iter().map(|&(posts, before, after)| LabelFigures { label: "x", posts, before, after }).collect();
        let mean = |of: fn(&LabelFigures) -> f64| classes.iter().map(of).sum::<f64>() / classes.len() as f64;
        Figures { posts, before: mean(|c| c.before), after: mean(|c| c.after), classes }
    }

    #[test]
    fn only_what_is_not_worse_takes_its_place() {
        let better = figures(40, &[(20, 0.5, 0.6), (20, 0.6, 0.6)]);
        assert_eq!(decide(&better, true), Verdict::Better);
        assert_eq!(decide(&better, false), Verdict::Same);
        assert_eq!(decide(&Figures { posts: 19, ..better }, true), Verdict::TooFew);
        assert_eq!(decide(&figures(40, &[(20, 0.5, 0.5), (20, 0.6, 0.6)]), true), Verdict::Better, "not worse");
        assert_eq!(decide(&figures(40, &[(20, 0.5, 0.5), (20, 0.6, 0.59)]), true), Verdict::Worse);
        assert_eq!(decide(&figures(40, &[(20, 0.5, 0.7), (20, 0.6, 0.56)]), true), Verdict::Loses(1), "it pays with another");
        assert_eq!(decide(&figures(40, &[(31, 0.5, 0.7), (9, 0.6, 0.56)]), true), Verdict::Better, "too few of it to tell");
        assert_eq!(decide(&figures(40, &[(20, 0.5, 0.7), (20, 0.6, 0.57)]), true), Verdict::Better, "three points are allowed");
    }
}

//! How much work a query makes, guessed before it is saved.

use serde::Serialize;

use crate::ast::Node;
use crate::demand::terms;
use crate::engine::Estimate;

/// What to expect of a query on a busy stream. It is read from the query alone, not from any posts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// The summary to show.
    pub class: CostClass,
    /// Words, wildcards and field values, each word of a phrase counted.
    pub terms: usize,
    /// Of how many words, beginnings or field values a post must hold one before the query is looked at;
    /// `None`: it is looked at for every post.
    pub anchors: Option<usize>,
    /// Guessed share of the posts the query is looked at for, from 0 to 1.
    pub share: f64,
}

/// Three classes of cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CostClass {
    /// Looked at for fewer than 5 in 100 posts.
    Low,
    /// Looked at for up to half of the posts.
    Medium,
    /// Looked at for most posts.
    High,
}

impl Cost {
    pub(crate) fn of(root: &Node) -> Self {
        let Estimate { anchors, share } = Estimate::of(root);
        let class = match share {
            s if s < 0.05 => CostClass::Low,
            s if s < 0.5 => CostClass::Medium,
            _ => CostClass::High,
        };
        Self { class, terms: terms(root), anchors, share }
    }
}

//! How much work a query makes, guessed before it is saved.

use serde::Serialize;

use crate::ast::{Field, Node};
use crate::engine::Estimate;

/// What to expect of a query on a busy stream. It is read from the query alone, not from any posts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// The summary to show.
    pub class: CostClass,
    /// Words, wildcards and field values, each word of a phrase counted.
    pub terms: usize,
    /// Of how many words, beginnings, authors or channels a post must hold one before the query is looked at;
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

fn terms(node: &Node) -> usize {
    match node {
        Node::And(parts) | Node::Or(parts) => parts.iter().map(terms).sum(),
        Node::Not(part) => terms(part),
        Node::Near { left, right, .. } => terms(left) + terms(right),
        Node::Phrase { words, .. } => words.len(),
        Node::Field(Field::Author(v) | Field::Lang(v) | Field::Channel(v)) => v.len(),
        Node::Word(_) | Node::Exact(_) | Node::Field(Field::Followers(..)) => 1,
    }
}

//! Anchors: for each query a small set of words of which every matching post holds at least one.
//!
//! A post then only meets the queries anchored at its own words. Queries without such a set (fields alone) are
//! checked for every post.

use tertulia_kernel::text::is_unspaced;

use crate::ast::{Field, FieldName};
use crate::compile::{Link, Look, Plan};
use crate::post::Vocabulary;

/// Something a post can hold that brings a query up for checking.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Anchor {
    /// A word by its number.
    Word(u32),
    /// A token that begins so.
    Head(String),
    /// An author (folded).
    Author(String),
    /// A channel (folded).
    Channel(String),
}

/// A set of anchors and a guess of how many posts it brings up.
pub(crate) struct Anchors {
    pub(crate) keys: Vec<Anchor>,
    pub(crate) cost: f64,
}

/// The cheapest sound set, or `None` when there is none.
pub(crate) fn anchors(plan: &Plan, vocabulary: &Vocabulary) -> Option<Anchors> {
    let anchors = |plan: &Plan| anchors(plan, vocabulary);
    let of_link = |link: &Link| of_link(link, vocabulary);
    match plan {
        Plan::And(parts) => cheapest(parts.iter().filter_map(anchors)),
        Plan::Or(parts) => union(parts.iter().map(anchors).collect()),
        Plan::Few { count, parts } => {
            // Of any choice of all but `count - 1` parts, one matches: leave out the dearest.
            let mut sets: Vec<Option<Anchors>> = parts.iter().map(anchors).collect();
            sets.sort_by(|a, b| cost(a.as_ref()).total_cmp(&cost(b.as_ref())));
            sets.truncate(parts.len() + 1 - count);
            union(sets)
        }
        Plan::Except { part, .. } | Plan::AtLeast { part, .. } | Plan::In { part, .. } => anchors(part),
        Plan::Not(_) => None,
        Plan::Near { left, right, .. } => cheapest([anchors(left), anchors(right)].into_iter().flatten()),
        Plan::Chain(links) => cheapest(links.iter().filter_map(of_link)),
        Plan::Within { chains, .. } => cheapest(chains.iter().flatten().filter_map(of_link)),
        Plan::Exact(exact) => cheapest(exact.chain.iter().filter_map(of_link)),
        Plan::Field(Field::Value(FieldName::Author, values)) => Some(of_values(values, Anchor::Author, 0.001)),
        Plan::Field(Field::Value(FieldName::Channel, values)) => Some(of_values(values, Anchor::Channel, 0.2)),
        Plan::Field(_) => None,
    }
}

fn cost(set: Option<&Anchors>) -> f64 {
    set.map_or(f64::INFINITY, |set| set.cost)
}

/// The anchors of all sets, when each has some.
fn union(sets: Vec<Option<Anchors>>) -> Option<Anchors> {
    let mut union = Anchors { keys: Vec::new(), cost: 0.0 };
    for set in sets {
        let set = set?;
        union.keys.extend(set.keys);
        union.cost += set.cost;
    }
    union.keys.sort_unstable();
    union.keys.dedup();
    Some(union)
}

fn cheapest(sets: impl Iterator<Item = Anchors>) -> Option<Anchors> {
    sets.min_by(|a, b| a.cost.total_cmp(&b.cost))
}

fn of_link(link: &Link, vocabulary: &Vocabulary) -> Option<Anchors> {
    let (key, cost) = match &link.look {
        Look::Word(word) => (Anchor::Word(*word), vocabulary.commonness(*word)),
        Look::Glob(glob) if glob.head.is_empty() => return None,
        Look::Glob(glob) => (Anchor::Head(glob.head.clone()), 4.0 * f64::from(commonness(&glob.head))),
        Look::Character(c) => (Anchor::Head(c.to_string()), 0.05),
    };
    Some(Anchors { keys: vec![key], cost })
}

fn of_values(values: &[String], anchor: fn(String) -> Anchor, each: f64) -> Anchors {
    Anchors { keys: values.iter().cloned().map(anchor).collect(), cost: each * values.len() as f64 }
}

/// A guess of the share of posts that hold a word, from its length alone: short words are common in every language
/// we listen in. Only the choice among anchors depends on it, never a result.
pub(crate) fn commonness(word: &str) -> f32 {
    if word.starts_with(is_unspaced) {
        return 0.01;
    }
    match word.chars().count() {
        0..=2 => 0.3,
        3 => 0.1,
        4 => 0.02,
        5 => 0.008,
        6..=7 => 0.003,
        _ => 0.001,
    }
}

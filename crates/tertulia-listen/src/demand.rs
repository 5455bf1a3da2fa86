//! What a query demands of every post it matches: whether that is enough to listen with, and how many terms it has.

use crate::ast::{Field, FieldName, Is, Node, Quantity};

/// How much of the stream a part lets through, at its loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Demand {
    /// It only excludes: nearly everything passes.
    Nothing,
    /// Something most posts could have, such as an image or a number of followers.
    Broad,
    /// Words, or a scope: a language, a channel, authors, a list.
    Narrow,
}

/// What every match of `node` has to offer at least.
pub(crate) fn demand(node: &Node) -> Demand {
    match node {
        Node::And(parts) => parts.iter().map(demand).max().unwrap_or(Demand::Nothing),
        Node::Or(parts) => parts.iter().map(demand).min().unwrap_or(Demand::Nothing),
        Node::Few { count, parts } => weakest(parts.iter().map(demand), *count as usize),
        Node::Not(part) => refusal(part),
        Node::In { part, .. } => demand(part),
        Node::Field(field) => of_field(field),
        Node::Near { .. }
        | Node::Except { .. }
        | Node::AtLeast { .. }
        | Node::Word(_)
        | Node::Phrase { .. }
        | Node::Exact(_)
        | Node::List(_) => Demand::Narrow,
    }
}

/// What every post that `node` does not match has to offer.
fn refusal(node: &Node) -> Demand {
    match node {
        Node::And(parts) => parts.iter().map(refusal).min().unwrap_or(Demand::Nothing),
        Node::Or(parts) => parts.iter().map(refusal).max().unwrap_or(Demand::Nothing),
        // Fewer than `count` match: so many others do not.
        Node::Few { count, parts } => weakest(parts.iter().map(refusal), parts.len() + 1 - *count as usize),
        Node::Not(part) => demand(part),
        Node::In { part, .. } => refusal(part),
        _ => Demand::Nothing,
    }
}

/// The strongest of the `count` weakest: what is left when others choose which parts match.
fn weakest(demands: impl Iterator<Item = Demand>, count: usize) -> Demand {
    let mut demands: Vec<Demand> = demands.collect();
    demands.sort_unstable();
    demands.get(count.saturating_sub(1)).copied().unwrap_or(Demand::Nothing)
}

fn of_field(field: &Field) -> Demand {
    match field {
        Field::Value(
            FieldName::Author
            | FieldName::To
            | FieldName::Lang
            | FieldName::Country
            | FieldName::Channel
            | FieldName::Site
            | FieldName::Link
            | FieldName::Tag
            | FieldName::Segment
            | FieldName::Tier,
            _,
        ) => Demand::Narrow,
        // Customers are people the organisation knows: few among all who post.
        Field::Is(values) if values.iter().all(|is| *is == Is::Customer) => Demand::Narrow,
        Field::Is(_) | Field::Has(_) => Demand::Broad,
        Field::Number(Quantity::Followers | Quantity::Likes | Quantity::Shares | Quantity::Age | Quantity::Replies, _) => Demand::Broad,
    }
}

/// True when a part looks for anything in the text, or refuses it.
pub(crate) fn asks_for_words(node: &Node) -> bool {
    match node {
        Node::Field(_) => false,
        Node::Word(_) | Node::Phrase { .. } | Node::Exact(_) | Node::List(_) => true,
        _ => node.parts().any(asks_for_words),
    }
}

/// Words, wildcards, values and terms of lists; each word of a phrase counts.
pub(crate) fn terms(node: &Node) -> usize {
    match node {
        Node::Phrase { words, .. } => words.len(),
        Node::Field(Field::Value(_, values)) => values.len(),
        Node::Field(Field::Has(values)) => values.len(),
        Node::Field(Field::Is(values)) => values.len(),
        Node::Field(Field::Number(_, values)) => values.len(),
        Node::Word(_) | Node::Exact(_) => 1,
        _ => node.parts().map(terms).sum(),
    }
}

//! The normal form of a query: equal for queries that ask for the same in another order or wording.
//!
//! Groups are flattened, sorted and rid of repetitions; `NOT` and `in:` are pushed down to what they are about; lists of
//! values become alternatives, comparisons become ranges; sides of `NEAR` and words of `"…"~n`, whose order means
//! nothing, are sorted. It proves sameness, not difference: two queries with different normal forms may still find the
//! same posts (`a` and `a OR (a AND b)`).

use crate::ast::{Comparison, Field, Node, Numbers, Word, Zones};

/// The normal form of a whole query.
pub(crate) fn normal(root: &Node) -> Node {
    asked(root, false, Zones::DEFAULT)
}

/// The normal form of a part, or of its opposite, that looks for words in `zones`.
fn asked(node: &Node, refused: bool, zones: Zones) -> Node {
    let all = |parts: &[Node]| -> Vec<Node> { parts.iter().map(|part| asked(part, refused, zones)).collect() };
    match node {
        // The opposite of "all" is "some not", of "some" "all not", of "k" "all but k - 1 not".
        Node::And(parts) => gathered(all(parts), !refused),
        Node::Or(parts) => gathered(all(parts), refused),
        Node::Few { count, parts } => {
            let count = if refused { parts.len() as u32 + 1 - count } else { *count };
            let mut parts = all(parts);
            if count == 1 {
                return gathered(parts, false);
            }
            if count as usize == parts.len() {
                return gathered(parts, true);
            }
            parts.sort_by_cached_key(Node::to_string);
            Node::Few { count, parts }
        }
        Node::Not(part) => asked(part, !refused, zones),
        Node::In { zones, part } => asked(part, refused, *zones),
        Node::Field(field) => {
            let tests = singles(field).into_iter().map(|field| literal(Node::Field(field), refused));
            gathered(tests.collect(), refused)
        }
        Node::AtLeast { count: 1, part } => asked(part, refused, zones),
        Node::AtLeast { count, part } => words(Node::AtLeast { count: *count, part: Box::new(placed(part)) }, refused, zones),
        _ => words(placed(node), refused, zones),
    }
}

/// What looks for words, with where it looks.
fn words(node: Node, refused: bool, zones: Zones) -> Node {
    let node = if zones == Zones::DEFAULT { node } else { Node::In { zones, part: Box::new(node) } };
    literal(node, refused)
}

fn literal(node: Node, refused: bool) -> Node {
    if refused { Node::Not(Box::new(node)) } else { node }
}

/// The normal form of a positional part.
fn placed(node: &Node) -> Node {
    match node {
        Node::Or(parts) => gathered(parts.iter().map(placed).collect(), false),
        Node::Near { left, right, reach, ordered } => {
            let mut sides = [placed(left), placed(right)];
            if !ordered {
                sides.sort_by_cached_key(Node::to_string);
            }
            let [left, right] = sides.map(Box::new);
            Node::Near { left, right, reach: *reach, ordered: *ordered }
        }
        Node::Except { part, inside } => Node::Except { part: Box::new(placed(part)), inside: Box::new(placed(inside)) },
        Node::Phrase { words, within: Some(within) } => {
            let mut words = words.clone();
            words.sort_by_cached_key(Word::to_string);
            Node::Phrase { words, within: Some(*within) }
        }
        _ => node.clone(),
    }
}

/// `And` or `Or` of the parts: flat, sorted, each once.
fn gathered(parts: Vec<Node>, and: bool) -> Node {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Node::And(inner) if and => flat.extend(inner),
            Node::Or(inner) if !and => flat.extend(inner),
            part => flat.push(part),
        }
    }
    flat.sort_by_cached_key(Node::to_string);
    flat.dedup();
    match flat.len() {
        1 => flat.remove(0),
        _ if and => Node::And(flat),
        _ => Node::Or(flat),
    }
}

/// One test for each value.
fn singles(field: &Field) -> Vec<Field> {
    match field {
        Field::Value(name, values) => values.iter().map(|value| Field::Value(*name, vec![value.clone()])).collect(),
        Field::Has(values) => values.iter().map(|value| Field::Has(vec![*value])).collect(),
        Field::Is(values) => values.iter().map(|value| Field::Is(vec![*value])).collect(),
        Field::Number(name, values) => values.iter().map(|value| Field::Number(*name, vec![range(*value)])).collect(),
    }
}

/// The one spelling of a range.
fn range(numbers: Numbers) -> Numbers {
    let bounds = numbers.bounds();
    match (*bounds.start(), *bounds.end()) {
        (from, to) if from > to => Numbers::Compared(Comparison::Less, 0),
        (from, to) if from == to => Numbers::Compared(Comparison::Equal, from),
        (from, u64::MAX) => Numbers::Compared(Comparison::AtLeast, from),
        (0, to) => Numbers::Compared(Comparison::AtMost, to),
        (from, to) => Numbers::Between(from, to),
    }
}

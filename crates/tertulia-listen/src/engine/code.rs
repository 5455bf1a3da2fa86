//! Byte code: what a query asks, as a flat row of numbers.
//!
//! A query is a header followed by one node. A node is one number, operation and payload, and what the payload counts:
//!
//! | operation | payload | follows |
//! |---|---|---|
//! | [`FACT`] | the fact | |
//! | [`ANY`], [`NONE`] | how many | facts |
//! | [`AND`], [`OR`], [`NOT`] | length | nodes |
//! | [`NEAR`] | length | distance, 1 if ordered, left node, right node |
//! | [`CHAIN`] | how many | facts that stand in a row |
//! | [`FEW`] | length | how many nodes must hold, nodes |
//! | [`NUMBER`] | 5 | quantity, low and high half of the least and of the greatest number |
//! | [`ALWAYS`] | 0 | |
//! | [`ONE_OF`], [`NONE_OF`] | the group | |
//! | [`RANGE`] | a shared test of a number | |

use crate::ast::Quantity;

pub(super) const FACT: u32 = 0;
pub(super) const ANY: u32 = 1;
pub(super) const NONE: u32 = 2;
pub(super) const AND: u32 = 3;
pub(super) const OR: u32 = 4;
pub(super) const NOT: u32 = 5;
pub(super) const NEAR: u32 = 6;
pub(super) const CHAIN: u32 = 7;
pub(super) const NUMBER: u32 = 8;
pub(super) const ALWAYS: u32 = 9;
pub(super) const FEW: u32 = 10;
pub(super) const ONE_OF: u32 = 11;
pub(super) const NONE_OF: u32 = 12;
pub(super) const RANGE: u32 = 13;

/// The largest payload.
const PAYLOAD: u32 = (1 << 28) - 1;

/// The header: the code is a condition that must hold, the plain evaluator has the last word.
pub(super) const PLAIN: u32 = 1 << 31;
/// The header: the root is an [`AND`] whose last node is the anchor, so it holds whenever the query is looked at.
pub(super) const ANCHORED: u32 = 1 << 30;
/// The header: the query's place.
pub(super) const SLOT: u32 = ANCHORED - 1;

#[inline(always)]
pub(super) fn operation(word: u32) -> u32 {
    word >> 28
}

#[inline(always)]
pub(super) fn payload(word: u32) -> u32 {
    word & PAYLOAD
}

/// How many numbers a node takes.
#[inline(always)]
pub(super) fn size(word: u32) -> usize {
    match operation(word) {
        FACT | ONE_OF | NONE_OF | RANGE => 1,
        _ => 1 + payload(word) as usize,
    }
}

/// A query's parts before they become code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Always,
    Fact(u32),
    All(Vec<Part>),
    Any(Vec<Part>),
    Not(Box<Part>),
    Near { left: Box<Part>, right: Box<Part>, distance: u32, ordered: bool },
    Chain(Vec<u32>),
    Few(usize, Vec<Part>),
    Number(Quantity, u64, u64),
}

/// Writes a part; false when it is too large to be written, which no query within the language's limits is.
pub(super) fn write(part: &Part, code: &mut Vec<u32>) {
    let node = |operation: u32, code: &mut Vec<u32>, body: &mut dyn FnMut(&mut Vec<u32>)| {
        let at = code.len();
        code.push(0);
        body(code);
        code[at] = operation << 28 | (code.len() - at - 1) as u32;
    };
    match part {
        Part::Always => code.push(ALWAYS << 28),
        Part::Fact(fact) => code.push(*fact),
        Part::All(parts) => node(AND, code, &mut |code| parts.iter().for_each(|p| write(p, code))),
        Part::Any(parts) => {
            let facts = facts_of(parts);
            let others: Vec<&Part> = parts.iter().filter(|p| !matches!(p, Part::Fact(_))).collect();
            let any = |code: &mut Vec<u32>| match facts.as_slice() {
                [] => {}
                [one] => code.push(*one),
                _ => node(ANY, code, &mut |code| code.extend(&facts)),
            };
            if others.is_empty() {
                any(code);
            } else {
                node(OR, code, &mut |code| {
                    any(code);
                    others.iter().for_each(|p| write(p, code));
                });
            }
        }
        Part::Not(part) => {
            let facts = match &**part {
                Part::Fact(fact) => vec![*fact],
                Part::Any(parts) if parts.iter().all(|p| matches!(p, Part::Fact(_))) => facts_of(parts),
                _ => Vec::new(),
            };
            if facts.is_empty() {
                node(NOT, code, &mut |code| write(part, code));
            } else {
                node(NONE, code, &mut |code| code.extend(&facts));
            }
        }
        Part::Near { left, right, distance, ordered } => node(NEAR, code, &mut |code| {
            code.extend([*distance, u32::from(*ordered)]);
            write(left, code);
            write(right, code);
        }),
        Part::Chain(facts) => node(CHAIN, code, &mut |code| code.extend(facts)),
        Part::Few(count, parts) => node(FEW, code, &mut |code| {
            code.push(*count as u32);
            parts.iter().for_each(|p| write(p, code));
        }),
        Part::Number(quantity, least, greatest) => node(NUMBER, code, &mut |code| {
            code.push(*quantity as u32);
            code.extend([least, greatest].into_iter().flat_map(|n| [*n as u32, (*n >> 32) as u32]));
        }),
    }
}

/// The facts among some parts, each once.
fn facts_of(parts: &[Part]) -> Vec<u32> {
    let mut facts: Vec<u32> = parts.iter().filter_map(|p| if let Part::Fact(fact) = p { Some(*fact) } else { None }).collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}

/// The test of a [`NUMBER`] node's body, given what the post states of each quantity.
pub(super) fn number_holds(body: &[u32], stated: &[Option<u64>]) -> bool {
    let [quantity, bounds @ ..] = body else { return false };
    let [least, least_high, greatest, greatest_high] = bounds else { return false };
    let whole = |low: &u32, high: &u32| u64::from(*low) | u64::from(*high) << 32;
    let own = stated.get(*quantity as usize).copied().flatten();
    own.is_some_and(|own| (whole(least, least_high)..=whole(greatest, greatest_high)).contains(&own))
}

/// The nodes inside an [`AND`], [`OR`], [`NOT`] or [`FEW`], or the two sides of a [`NEAR`], as places in the code.
pub(super) fn children(code: &[u32], at: usize) -> impl Iterator<Item = usize> + use<'_> {
    let end = at + size(code[at]);
    let first = match operation(code[at]) {
        NEAR => at + 3,
        FEW => at + 2,
        _ => at + 1,
    };
    let mut next = first;
    std::iter::from_fn(move || {
        let at = next;
        next += size(*code.get(at).filter(|_| at < end)?);
        Some(at)
    })
}

/// Visits every fact of a node; `placed` says that its places matter.
pub(super) fn each_fact(code: &mut [u32], at: usize, placed: bool, each: &mut impl FnMut(&mut u32, bool)) {
    match operation(code[at]) {
        FACT => each(&mut code[at], placed),
        operation @ (ANY | NONE | CHAIN) => {
            let end = at + size(code[at]);
            code[at + 1..end].iter_mut().for_each(|fact| each(fact, placed || operation == CHAIN));
        }
        operation @ (AND | OR | NOT | NEAR | FEW) => {
            let nodes: Vec<usize> = children(code, at).collect();
            nodes.into_iter().for_each(|node| each_fact(code, node, placed || operation == NEAR, each));
        }
        _ => {}
    }
}

/// Sorts the facts of all lists, which is not how chains stand.
pub(super) fn sort_lists(code: &mut [u32], at: usize) {
    match operation(code[at]) {
        ANY | NONE => {
            let end = at + size(code[at]);
            code[at + 1..end].sort_unstable();
        }
        AND | OR | NOT | NEAR | FEW => {
            let nodes: Vec<usize> = children(code, at).collect();
            nodes.into_iter().for_each(|node| sort_lists(code, node));
        }
        _ => {}
    }
}

/// Copies a node; its lists of facts, but for those whose places matter, and its tests of numbers are written by `list`.
pub(super) fn rewrite(code: &[u32], at: usize, out: &mut Vec<u32>, list: &mut impl FnMut(&[u32], &mut Vec<u32>)) {
    let word = code[at];
    let end = at + size(word);
    match operation(word) {
        ANY | NONE | ONE_OF | NONE_OF | NUMBER | RANGE => list(&code[at..end], out),
        AND | OR | NOT | FEW => {
            let place = out.len();
            out.extend_from_slice(&code[at..at + if operation(word) == FEW { 2 } else { 1 }]);
            children(code, at).for_each(|node| rewrite(code, node, out, list));
            out[place] = operation(word) << 28 | (out.len() - place - 1) as u32;
        }
        _ => out.extend_from_slice(&code[at..end]),
    }
}

/// True when a post that holds the fact meets the node, whose lists are sorted, whatever else it holds.
pub(super) fn follows_from(code: &[u32], at: usize, fact: u32) -> bool {
    match operation(code[at]) {
        FACT => code[at] == fact,
        ANY => code[at + 1..at + size(code[at])].binary_search(&fact).is_ok(),
        OR => children(code, at).any(|node| follows_from(code, node, fact)),
        _ => false,
    }
}

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
//! | [`NUMBER`] | 3 | comparison, low and high half of the bound |
//! | [`ALWAYS`] | 0 | |

use crate::ast::Comparison;

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
        FACT => 1,
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
    Number(Comparison, u64),
}

const COMPARISONS: [Comparison; 5] = [Comparison::More, Comparison::AtLeast, Comparison::Less, Comparison::AtMost, Comparison::Equal];

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
        Part::Number(comparison, bound) => node(NUMBER, code, &mut |code| {
            let comparison = COMPARISONS.iter().position(|c| c == comparison).unwrap_or(0);
            code.extend([comparison as u32, *bound as u32, (*bound >> 32) as u32]);
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

/// The test of a [`NUMBER`] node's body.
pub(super) fn number_holds(body: &[u32], number: Option<u64>) -> bool {
    let [comparison, low, high] = body else { return false };
    let bound = u64::from(*low) | u64::from(*high) << 32;
    let comparison = COMPARISONS.get(*comparison as usize).copied();
    comparison.zip(number).is_some_and(|(comparison, number)| comparison.holds(number, bound))
}

/// The nodes inside an [`AND`], [`OR`] or [`NOT`], or the two sides of a [`NEAR`], as places in the code.
pub(super) fn children(code: &[u32], at: usize) -> impl Iterator<Item = usize> + use<'_> {
    let end = at + size(code[at]);
    let first = if operation(code[at]) == NEAR { at + 3 } else { at + 1 };
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
        operation @ (AND | OR | NOT | NEAR) => {
            let nodes: Vec<usize> = children(code, at).collect();
            nodes.into_iter().for_each(|node| each_fact(code, node, placed || operation == NEAR, each));
        }
        _ => {}
    }
}

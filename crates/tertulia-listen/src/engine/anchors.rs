//! Anchors: for each query the rarest facts of which every matching post holds at least one.
//!
//! A walk over the byte code: of an `AND` the cheapest part, of an `OR` all parts, of an exclusion none. With each
//! anchor goes a signature, 32 bits of a second group of facts one of which must be there too; a post without any of
//! them turns the query down before its code is touched.

use super::code::{AND, ANY, CHAIN, FACT, FEW, NEAR, OR, children, operation, size};
use super::frequencies::share_of;

/// How rare facts are ([`super::frequencies::weight_of`]), by number: those of the base, then those added since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<'a> {
    pub(super) base: &'a [u8],
    pub(super) added: &'a [u8],
}

impl Weights<'_> {
    pub(super) fn share(self, fact: u32) -> f32 {
        let fact = fact as usize;
        let weight = self.base.get(fact).or_else(|| self.added.get(fact.wrapping_sub(self.base.len())));
        share_of(weight.copied().unwrap_or(0))
    }
}

/// The signature that turns nothing down; every post has its bit.
pub(super) const ANYTHING: u32 = 1 << 31;

/// The bit of a fact in a signature.
pub(super) fn signature(fact: u32) -> u32 {
    let hash = fact.wrapping_mul(0x9E37_79B1);
    1 << ((u64::from(hash) * 31) >> 32)
}

/// Facts, each with the signature that must agree when it calls the query up.
#[derive(Clone, Debug)]
pub(super) struct Anchors {
    /// (fact, signature)
    pub(super) facts: Vec<(u32, u32)>,
    /// The share of posts that hold one of them, as far as known.
    pub(super) share: f32,
    /// Facts that stand in signatures.
    pub(super) gates: Vec<u32>,
}

/// How likely a signature of these facts lets a post through that does not hold any.
fn passes_by_chance(anchors: &Anchors) -> f32 {
    let bits = anchors.facts.iter().fold(0, |bits, (fact, _)| bits | signature(*fact)).count_ones();
    1.0 - 0.75_f32.powi(bits as i32)
}

impl Anchors {
    fn of_fact(fact: u32, weights: Weights<'_>) -> Self {
        let share = weights.share(fact);
        Self { facts: vec![(fact, ANYTHING)], share, gates: Vec::new() }
    }

    /// The cheapest of several required groups; the second best becomes its gate.
    fn cheapest(mut groups: Vec<Self>) -> Option<Self> {
        let best = (0..groups.len()).min_by(|a, b| groups[*a].share.total_cmp(&groups[*b].share))?;
        let mut best = groups.swap_remove(best);
        let chance = |g: &Self| passes_by_chance(g).max(g.share);
        if let Some(gate) = groups.iter().min_by(|a, b| chance(a).total_cmp(&chance(b))).filter(|g| chance(g) < 0.9) {
            let bits = gate.facts.iter().fold(0, |bits, (fact, _)| bits | signature(*fact));
            let ungated = best.facts.iter_mut().filter(|(_, bits)| *bits == ANYTHING);
            let count = ungated.map(|(_, own)| *own = bits).count();
            if count > 0 {
                best.gates.extend(gate.facts.iter().map(|(fact, _)| *fact));
            }
        }
        Some(best)
    }

    /// The anchors of all nodes, when each has some.
    fn union(nodes: Vec<Option<Self>>) -> Option<Self> {
        let mut union = Self { facts: Vec::new(), share: 0.0, gates: Vec::new() };
        for node in nodes {
            let node = node?;
            union.facts.extend(node.facts);
            union.gates.extend(node.gates);
            union.share += node.share;
        }
        // One fact may call for several nodes: then any of their gates will do.
        union.facts.sort_unstable();
        union.facts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 |= if same { next.1 } else { 0 };
            same
        });
        Some(union)
    }

    /// The anchors of the node at `at`; `None` when posts can match that hold none of its facts.
    pub(super) fn of(code: &[u32], at: usize, weights: Weights<'_>) -> Option<Self> {
        let end = at + size(code[at]);
        match operation(code[at]) {
            FACT => Some(Self::of_fact(code[at], weights)),
            ANY => {
                let facts = code[at + 1..end].iter().map(|fact| (*fact, ANYTHING)).collect();
                let share = code[at + 1..end].iter().map(|fact| Self::of_fact(*fact, weights).share).sum();
                Some(Self { facts, share, gates: Vec::new() })
            }
            CHAIN => Self::cheapest(code[at + 1..end].iter().map(|fact| Self::of_fact(*fact, weights)).collect()),
            AND | NEAR => Self::cheapest(children(code, at).filter_map(|node| Self::of(code, node, weights)).collect()),
            OR => Self::union(children(code, at).map(|node| Self::of(code, node, weights)).collect()),
            FEW => {
                // Of any choice of all but `count - 1` nodes, one holds: leave out the dearest.
                let mut nodes: Vec<Option<Self>> = children(code, at).map(|node| Self::of(code, node, weights)).collect();
                let share = |node: &Option<Self>| node.as_ref().map_or(f32::INFINITY, |a| a.share);
                nodes.sort_by(|a, b| share(a).total_cmp(&share(b)));
                nodes.truncate((nodes.len() + 1).saturating_sub(code[at + 1] as usize));
                Self::union(nodes)
            }
            _ => None,
        }
    }
}

/// Lays out a query's code for running: cheap and unlikely parts first, the anchor last, where it need not be run.
///
/// `code` is one node; the result is the header's flag and the node.
pub(super) fn lay_out(code: &[u32], anchors: Option<&Anchors>, weights: Weights<'_>, out: &mut Vec<u32>) -> bool {
    if operation(code[0]) != AND {
        out.extend_from_slice(code);
        return false;
    }
    let is_anchor = |node: usize| {
        let facts = match operation(code[node]) {
            FACT => &code[node..=node],
            ANY => &code[node + 1..node + size(code[node])],
            _ => return false,
        };
        anchors.is_some_and(|a| a.facts.len() == facts.len() && a.facts.iter().all(|(fact, _)| facts.contains(fact)))
    };
    let mut nodes: Vec<(bool, f32, usize)> = Vec::new();
    for node in children(code, 0) {
        let anchored = !nodes.iter().any(|n| n.0) && is_anchor(node);
        let share = Anchors::of(code, node, weights).map_or(1.0, |a| a.share);
        // Places cost more than presence.
        let effort = if matches!(operation(code[node]), NEAR | CHAIN) { 4.0 } else { share.min(1.0) };
        nodes.push((anchored, effort, node));
    }
    nodes.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    out.push(code[0]);
    nodes.iter().for_each(|(_, _, node)| out.extend_from_slice(&code[*node..*node + size(code[*node])]));
    nodes.iter().any(|n| n.0)
}

//! Running byte code over the facts of a post.

use super::code::{
    ALWAYS, ANCHORED, AND, ANY, CHAIN, FACT, FEW, NEAR, NONE, NONE_OF, NOT, NUMBER, ONE_OF, OR, RANGE, children, number_holds, operation,
    payload, size,
};
use super::find::Numbers;
use super::groups::{Answers, Groups};
use super::raised::Raised;
use crate::places::{MAX_PAIRS, share};

/// A stretch of places.
type Span = (u32, u32);

/// Memory for places, used again; spans of inner parts lie behind those of outer ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    stack: Vec<Span>,
    steps: u64,
}

pub(super) struct Run<'a> {
    pub(super) code: &'a [u32],
    pub(super) raised: &'a Raised,
    pub(super) groups: &'a Groups,
    pub(super) answers: &'a mut Answers,
    /// What the post states of each quantity.
    pub(super) numbers: Numbers,
    pub(super) spans: &'a mut Spans,
    /// Steps over places a query may take.
    pub(super) fuel: u64,
}

impl Run<'_> {
    /// Does the query at `at` hold? `None` when it ran out of fuel.
    #[inline]
    pub(super) fn query(&mut self, at: usize) -> Option<bool> {
        let header = self.code[at];
        let root = at + 1;
        self.spans.steps = 0;
        if header & ANCHORED == 0 {
            let holds = self.node(root);
            return (self.spans.steps < self.fuel).then_some(holds);
        }
        let end = root + size(self.code[root]);
        let mut node = root + 1;
        loop {
            let next = node + size(self.code[node]);
            // The last one is the anchor that called the query up.
            if next >= end {
                return Some(true);
            }
            match operation(self.code[node]) {
                FACT | ANY | NONE | ONE_OF | NONE_OF | RANGE => {
                    if !self.node(node) {
                        return Some(false);
                    }
                }
                _ => {
                    let holds = self.node(node);
                    if self.spans.steps >= self.fuel {
                        return None;
                    }
                    if !holds {
                        return Some(false);
                    }
                }
            }
            node = next;
        }
    }

    /// Steps the last query took.
    pub(super) fn steps(&self) -> u64 {
        self.spans.steps
    }

    fn node(&mut self, at: usize) -> bool {
        let word = self.code[at];
        let body = at + 1..at + size(word);
        match operation(word) {
            FACT => self.raised.holds(payload(word)),
            ANY => self.raised.holds_any(&self.code[body]),
            NONE => !self.raised.holds_any(&self.code[body]),
            ONE_OF => self.answers.holds(payload(word), self.groups, self.raised),
            NONE_OF => !self.answers.holds(payload(word), self.groups, self.raised),
            RANGE => self.groups.in_range(payload(word), &self.numbers),
            AND => self.nodes(at, true),
            OR => self.nodes(at, false),
            NOT => !self.node(at + 1),
            FEW => self.few(at),
            NEAR => self.near_exists(at),
            CHAIN => {
                let base = self.spans.stack.len();
                self.chain(body);
                let found = self.spans.stack.len() > base;
                self.spans.stack.truncate(base);
                found
            }
            NUMBER => number_holds(&self.code[body], &self.numbers),
            ALWAYS => true,
            _ => false,
        }
    }

    /// All nodes of an `AND` (`every`), or one of an `OR`.
    fn nodes(&mut self, at: usize, every: bool) -> bool {
        let end = at + size(self.code[at]);
        let mut node = at + 1;
        while node < end {
            if self.node(node) != every {
                return !every;
            }
            node += size(self.code[node]);
        }
        every
    }

    /// So many nodes of a `FEW` as it asks for.
    fn few(&mut self, at: usize) -> bool {
        let end = at + size(self.code[at]);
        let mut wanted = self.code[at + 1];
        let mut node = at + 2;
        while node < end && wanted > 0 {
            wanted -= u32::from(self.node(node));
            node += size(self.code[node]);
        }
        wanted == 0
    }

    /// False when a part lacks facts it needs; cheap, and mostly the end of it.
    fn may_hold(&self, at: usize) -> bool {
        let word = self.code[at];
        let body = at + 1..at + size(word);
        match operation(word) {
            FACT => self.raised.holds(payload(word)),
            ANY => self.raised.holds_any(&self.code[body]),
            CHAIN => self.code[body].iter().all(|fact| self.raised.holds(*fact)),
            OR => children(self.code, at).any(|node| self.may_hold(node)),
            NEAR => children(self.code, at).all(|node| self.may_hold(node)),
            _ => true,
        }
    }

    fn near_exists(&mut self, at: usize) -> bool {
        if !self.may_hold(at) {
            return false;
        }
        let (distance, ordered) = (self.code[at + 1], self.code[at + 2] == 1);
        let base = self.spans.stack.len();
        let left = at + 3;
        self.places(left);
        let middle = self.spans.stack.len();
        self.places(left + size(self.code[left]));
        let (left, right) = self.spans.stack[base..].split_at(middle - base);
        self.spans.steps += (left.len() + right.len()) as u64;
        let found = follows(left, right, distance) || (!ordered && follows(right, left, distance));
        self.spans.stack.truncate(base);
        found
    }

    /// Pushes the places of a part: sorted, each once.
    fn places(&mut self, at: usize) {
        if self.spans.steps >= self.fuel {
            return;
        }
        let word = self.code[at];
        let body = at + 1..at + size(word);
        let base = self.spans.stack.len();
        match operation(word) {
            FACT => {
                self.spans.stack.extend(self.raised.places(payload(word)));
                self.tidy(base);
            }
            ANY => {
                for fact in &self.code[body] {
                    self.spans.stack.extend(self.raised.places(*fact));
                }
                self.tidy(base);
            }
            OR => {
                let mut node = at + 1;
                while node < body.end {
                    self.places(node);
                    node += size(self.code[node]);
                }
                self.tidy(base);
            }
            CHAIN => self.chain(body),
            NEAR => self.near(at),
            _ => {}
        }
    }

    /// Sorts what lies above `base`, each once.
    fn tidy(&mut self, base: usize) {
        let spans = &mut self.spans.stack;
        self.spans.steps += (spans.len() - base) as u64;
        if spans.len() - base < 2 {
            return;
        }
        if !spans[base..].is_sorted() {
            spans[base..].sort_unstable();
        }
        let mut kept = base + 1;
        for i in base + 1..spans.len() {
            if spans[i] != spans[kept - 1] {
                spans[kept] = spans[i];
                kept += 1;
            }
        }
        spans.truncate(kept);
    }

    /// Pushes the places of facts in a row.
    fn chain(&mut self, facts: std::ops::Range<usize>) {
        let base = self.spans.stack.len();
        let (first, rest) = match self.code[facts].split_first() {
            Some((first, rest)) => (*first, rest),
            None => return,
        };
        self.spans.stack.extend(self.raised.places(first));
        self.tidy(base);
        for fact in rest {
            let middle = self.spans.stack.len();
            if middle == base {
                return;
            }
            self.spans.stack.extend(self.raised.places(*fact));
            self.tidy(middle);
            let end = self.spans.stack.len();
            for i in base..middle {
                let (start, until) = self.spans.stack[i];
                let next = &self.spans.stack[middle..end];
                let from = middle + next.partition_point(|s| s.0 < until);
                for j in from..end {
                    let (place, longer) = self.spans.stack[j];
                    if place != until {
                        break;
                    }
                    self.spans.stack.push((start, longer));
                }
            }
            self.spans.stack.drain(base..end);
            self.tidy(base);
        }
    }

    /// Pushes the stretches of a `NEAR`.
    fn near(&mut self, at: usize) {
        let (distance, ordered) = (self.code[at + 1], self.code[at + 2] == 1);
        let base = self.spans.stack.len();
        let left = at + 3;
        self.places(left);
        let middle = self.spans.stack.len();
        self.places(left + size(self.code[left]));
        let end = self.spans.stack.len();
        let orders = [(base..middle, middle..end), (middle..end, base..middle)];
        for (first, second) in orders.into_iter().take(if ordered { 1 } else { 2 }) {
            // The same pairs as the plain evaluator, when there are too many for all.
            let (mut pairs, share) = (0, share(first.len()));
            'all: for i in first {
                let (start, until) = self.spans.stack[i];
                let from = second.start + self.spans.stack[second.clone()].partition_point(|s| s.0 < until);
                for j in (from..second.end).take(share) {
                    let (place, longer) = self.spans.stack[j];
                    if place > until.saturating_add(distance) {
                        break;
                    }
                    if pairs >= MAX_PAIRS || self.spans.steps >= self.fuel {
                        break 'all;
                    }
                    pairs += 1;
                    self.spans.steps += 1;
                    self.spans.stack.push((start.min(place), until.max(longer)));
                }
            }
        }
        self.spans.stack.drain(base..end);
        self.tidy(base);
    }
}

/// True when a stretch of `second` begins at or after the end of one of `first`, with at most `distance` places between.
fn follows(first: &[Span], second: &[Span], distance: u32) -> bool {
    first.iter().any(|(_, end)| {
        let from = second.partition_point(|s| s.0 < *end);
        second.get(from).is_some_and(|s| s.0 <= end.saturating_add(distance))
    })
}

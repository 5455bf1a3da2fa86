//! Stretches of places, and what near, within, inside and apart mean between them.

use std::ops::Range;

use crate::ast::Reach;
use crate::post::Seen;

/// The most pairs of places one `NEAR` looks at in each order. Only a text made of repetitions has more; then each span
/// is paired with the same number of those nearest after it.
pub(crate) const MAX_PAIRS: usize = 65_536;

/// How many pairs each of so many spans gets.
pub(crate) fn share(spans: usize) -> usize {
    (MAX_PAIRS / spans.max(1)).max(1)
}

/// A stretch of places, and the bytes of its text it covers. Places of different texts of a post are far apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The sentences of its first and last words.
    pub(crate) sentences: (u32, u32),
}

impl Span {
    pub(crate) fn of(seen: Seen<'_, '_>) -> Self {
        let Seen { token, base, .. } = seen;
        let Range { start: from, end: to } = token.range();
        let sentence = base + token.segment;
        Self { start: base + token.position, end: base + token.position_end, from, to, sentences: (sentence, sentence) }
    }

    pub(crate) fn joined(&self, other: &Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
            from: self.from.min(other.from),
            to: self.to.max(other.to),
            sentences: (self.sentences.0.min(other.sentences.0), self.sentences.1.max(other.sentences.1)),
        }
    }

    pub(crate) fn places(&self) -> (u32, u32) {
        (self.start, self.end)
    }

    /// The sentence it lies in, when it is one.
    fn sentence(&self) -> Option<u32> {
        (self.sentences.0 == self.sentences.1).then_some(self.sentences.0)
    }
}

/// Sorted by place, each pair of ends once.
pub(crate) fn tidy(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|a, b| a.places() == b.places());
    spans
}

/// Indices of the pairs within reach of each other that do not overlap.
pub(crate) fn near_pairs(left: &[Span], right: &[Span], reach: Reach, ordered: bool) -> Vec<(usize, usize)> {
    let follow = |first, second| match reach {
        Reach::Places(distance) => follow_within(first, second, distance),
        Reach::Sentence => follow_in_sentence(first, second),
    };
    let mut pairs = follow(left, right);
    if !ordered {
        pairs.extend(follow(right, left).into_iter().map(|(r, l)| (l, r)));
    }
    pairs
}

/// The pairs whose first ends before its second begins, with at most `distance` places between; [`MAX_PAIRS`] at most.
fn follow_within(first: &[Span], second: &[Span], distance: u32) -> Vec<(usize, usize)> {
    let share = share(first.len());
    let followers = first.iter().enumerate().flat_map(|(i, span)| {
        let from = second.partition_point(|s| s.start < span.end);
        let here = second[from..].iter().take_while(move |s| s.start <= span.end + distance).take(share);
        here.enumerate().map(move |(j, _)| (i, from + j))
    });
    followers.take(MAX_PAIRS).collect()
}

/// The pairs in one sentence whose first ends before its second begins; [`MAX_PAIRS`] at most.
fn follow_in_sentence(first: &[Span], second: &[Span]) -> Vec<(usize, usize)> {
    let whole = |spans: &[Span]| -> Vec<(usize, u32, u32, u32)> {
        let found = spans.iter().enumerate().filter_map(|(i, s)| Some((i, s.sentence()?, s.start, s.end)));
        found.collect()
    };
    let (first, second) = (whole(first), whole(second));
    let share = share(first.len());
    let followers = first.into_iter().flat_map(|(i, sentence, _, end)| {
        let from = second.partition_point(|(_, _, start, _)| *start < end);
        let here = second[from..].iter().take_while(move |other| other.1 == sentence).take(share);
        here.map(move |other| (i, other.0)).collect::<Vec<_>>()
    });
    followers.take(MAX_PAIRS).collect()
}

/// The spans that do not lie wholly inside one of `inside`. Both are sorted.
pub(crate) fn outside(spans: Vec<Span>, inside: &[Span]) -> Vec<Span> {
    // How far the spans up to each one reach: one of them holds a span when the farthest that begins no later does.
    let mut farthest = 0;
    let mut reach = Vec::with_capacity(inside.len());
    for span in inside {
        farthest = span.end.max(farthest);
        reach.push(farthest);
    }
    let holds = |span: &Span| {
        let before = inside.partition_point(|s| s.start <= span.start);
        before > 0 && reach[before - 1] >= span.end
    };
    spans.into_iter().filter(|span| !holds(span)).collect()
}

/// How many of the spans can be chosen so that none overlaps another.
pub(crate) fn apart(spans: &[Span]) -> usize {
    let mut by_end: Vec<(u32, u32)> = spans.iter().map(|s| (s.end, s.start)).collect();
    by_end.sort_unstable();
    // Taking what ends first always leaves the most room.
    let (mut count, mut free) = (0, 0);
    for (end, start) in by_end {
        if start >= free {
            count += 1;
            free = end;
        }
    }
    count
}

/// The shortest stretches, of at most `width` places, that hold every unit at a beginning of its own.
pub(crate) fn within_windows(units: &[Vec<Span>], width: u32) -> Vec<Span> {
    if units.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let mut starts: Vec<u32> = units.iter().flatten().map(|s| s.start).collect();
    let mut ends: Vec<u32> = units.iter().flatten().map(|s| s.end).collect();
    for edges in [&mut starts, &mut ends] {
        edges.sort_unstable();
        edges.dedup();
    }
    // For each start the first end that holds all units; ends only move to the right as starts do.
    let mut shortest: Vec<(u32, u32)> = Vec::new();
    let mut end = 0;
    for start in starts {
        while end < ends.len() && ends[end] <= start {
            end += 1;
        }
        while end < ends.len() && ends[end] <= start + width && !holds_all(units, start, ends[end]) {
            end += 1;
        }
        if end == ends.len() {
            break;
        }
        if ends[end] <= start + width {
            // A later start with the same end is a shorter stretch.
            shortest.retain(|(_, e)| *e != ends[end]);
            shortest.push((start, ends[end]));
        }
    }
    let bytes = |(start, end): (u32, u32)| {
        let inside = units.iter().flatten().filter(|s| s.start >= start && s.end <= end);
        inside.cloned().reduce(|a, b| a.joined(&b)).map(|s| Span { start, end, ..s })
    };
    tidy(shortest.into_iter().filter_map(bytes).collect())
}

/// True when every unit can be given a beginning of its own between `start` and `end` (bipartite matching).
fn holds_all(units: &[Vec<Span>], start: u32, end: u32) -> bool {
    fn place(unit: usize, inside: &[Vec<u32>], taken: &mut Vec<(u32, usize)>, tried: &mut Vec<u32>) -> bool {
        for &begin in &inside[unit] {
            if tried.contains(&begin) {
                continue;
            }
            tried.push(begin);
            let holder = taken.iter().position(|(b, _)| *b == begin);
            match holder {
                None => taken.push((begin, unit)),
                Some(i) => {
                    let other = taken[i].1;
                    if !place(other, inside, taken, tried) {
                        continue;
                    }
                    // The other unit has moved on; its old place is ours.
                    taken[i] = (begin, unit);
                }
            }
            return true;
        }
        false
    }
    let begins = |spans: &Vec<Span>| {
        let from = spans.partition_point(|s| s.start < start);
        let mut begins: Vec<u32> = Vec::with_capacity(units.len());
        for span in spans[from..].iter().take_while(|s| s.start < end).filter(|s| s.end <= end) {
            if begins.last() != Some(&span.start) {
                begins.push(span.start);
            }
            // More beginnings than units never help: some one is always free.
            if begins.len() == units.len() {
                break;
            }
        }
        begins
    };
    let inside: Vec<Vec<u32>> = units.iter().map(begins).collect();
    let mut taken = Vec::new();
    (0..units.len()).all(|unit| place(unit, &inside, &mut taken, &mut Vec::new()))
}

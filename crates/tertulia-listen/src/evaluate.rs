//! Does a post match? And where: the places each part of a query is found at.

use std::ops::Range;

use tertulia_kernel::text::{Kind, Sigil, Token, handle_name, written_form};

use crate::ast::Field;
use crate::compile::{Exact, Link, Look, Plan};
use crate::post::Reading;

/// The most pairs of places one `NEAR` looks at, leftmost first. Only a text made of repetitions has more.
const MAX_PAIRS: usize = 65_536;

/// A stretch of places, and the bytes of the text it covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Span {
    fn of(token: &Token) -> Self {
        let Range { start: from, end: to } = token.range();
        Self { start: token.position, end: token.position_end, from, to }
    }

    fn joined(&self, other: &Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }

    fn places(&self) -> (u32, u32) {
        (self.start, self.end)
    }
}

/// True when the post matches.
pub(crate) fn matches(plan: &Plan, post: &Reading<'_>) -> bool {
    may_match(plan, post) && does_match(plan, post)
}

/// False only when the post lacks words it needs. Most queries a post meets end here, after a few bit tests.
fn may_match(plan: &Plan, post: &Reading<'_>) -> bool {
    let chain = |links: &Vec<Link>| links.iter().all(|l| may_occur(l, post));
    match plan {
        Plan::And(parts) => parts.iter().all(|p| may_match(p, post)),
        Plan::Or(parts) => parts.iter().any(|p| may_match(p, post)),
        Plan::Not(_) | Plan::Field(_) => true,
        Plan::Near { left, right, .. } => may_match(left, post) && may_match(right, post),
        Plan::Chain(links) => chain(links),
        Plan::Within { chains, .. } => chains.iter().all(chain),
        Plan::Exact(exact) => chain(&exact.chain),
    }
}

fn may_occur(link: &Link, post: &Reading<'_>) -> bool {
    match &link.look {
        Look::Word(word) => post.may_hold(*word),
        Look::Glob(glob) => post.may_begin(&glob.head),
        Look::Character(_) => true,
    }
}

fn does_match(plan: &Plan, post: &Reading<'_>) -> bool {
    match plan {
        Plan::And(parts) => parts.iter().all(|p| does_match(p, post)),
        Plan::Or(parts) => parts.iter().any(|p| does_match(p, post)),
        Plan::Not(part) => !does_match(part, post),
        Plan::Field(field) => field_matches(field, post),
        Plan::Chain(links) => match links.as_slice() {
            [link] => occurs(link, post),
            _ => !chain_spans(links, post).is_empty(),
        },
        Plan::Near { .. } | Plan::Within { .. } | Plan::Exact(_) => !spans(plan, post).is_empty(),
    }
}

/// True when the post says the field and its value passes.
pub(crate) fn field_matches(field: &Field, post: &Reading<'_>) -> bool {
    let one_of = |values: &[String], own: &Option<String>, same: fn(&str, &str) -> bool| {
        own.as_ref().is_some_and(|own| values.iter().any(|v| same(own, v)))
    };
    match field {
        Field::Author(values) => one_of(values, &post.author, |own, v| own == v || handle_name(own) == v),
        Field::Lang(values) => {
            one_of(values, &post.lang, |own, v| own.strip_prefix(v).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
        }
        Field::Channel(values) => one_of(values, &post.channel, |own, v| own == v),
        Field::Followers(comparison, bound) => post.followers.is_some_and(|n| comparison.holds(n, *bound)),
    }
}

/// All places a textual part is found at, sorted, each pair of ends once. Other parts have none.
pub(crate) fn spans(plan: &Plan, post: &Reading<'_>) -> Vec<Span> {
    match plan {
        Plan::Chain(links) => chain_spans(links, post),
        Plan::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(spans(part, post));
                // Many parts can find the same places: keep memory by the places, not by the parts.
                if all.len() > MAX_PAIRS {
                    all = tidy(all);
                }
            }
            tidy(all)
        }
        Plan::Near { left, right, distance, ordered } => {
            let (left, right) = (spans(left, post), spans(right, post));
            let pairs = near_pairs(&left, &right, *distance, *ordered);
            tidy(pairs.into_iter().map(|(l, r)| left[l].joined(&right[r])).collect())
        }
        Plan::Within { chains, width } => {
            let units: Vec<_> = chains.iter().map(|c| chain_spans(c, post)).collect();
            within_windows(&units, *width)
        }
        Plan::Exact(exact) => exact_spans(exact, post),
        Plan::And(_) | Plan::Not(_) | Plan::Field(_) => Vec::new(),
    }
}

fn tidy(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|a, b| a.places() == b.places());
    spans
}

fn accepts(link: &Link, token: &Token) -> bool {
    let sign = match link.sigil {
        Sigil::None => token.sigil != Sigil::Handle,
        sigil => token.sigil == sigil,
    };
    sign && token.kind != Kind::Url && (!link.enye || token.enye)
}

fn occurs(link: &Link, post: &Reading<'_>) -> bool {
    if !may_occur(link, post) {
        return false;
    }
    let tokens = post.text.tokens();
    match &link.look {
        Look::Word(word) => post.tokens_of(*word).any(|i| accepts(link, &tokens[i as usize])),
        _ => tokens.iter().any(|t| accepts(link, t) && looks_like(link, t, post)),
    }
}

fn looks_like(link: &Link, token: &Token, post: &Reading<'_>) -> bool {
    match &link.look {
        Look::Word(_) => true,
        Look::Glob(glob) => {
            let mut forms = post.text.forms(token);
            forms.any(|f| glob.matches(f) || (link.sigil == Sigil::Handle && glob.matches(handle_name(f))))
        }
        Look::Character(c) => token.kind == Kind::Pair && post.text.form(token).starts_with(*c),
    }
}

fn link_spans(link: &Link, post: &Reading<'_>) -> Vec<Span> {
    if !may_occur(link, post) {
        return Vec::new();
    }
    let tokens = post.text.tokens();
    let found: Vec<Span> = match &link.look {
        Look::Word(word) => {
            let at = post.tokens_of(*word).map(|i| &tokens[i as usize]);
            at.filter(|t| accepts(link, t)).map(Span::of).collect()
        }
        _ => {
            let at = tokens.iter().filter(|t| accepts(link, t) && looks_like(link, t, post));
            at.map(|t| single_character(link, t, post)).collect()
        }
    };
    tidy(found)
}

/// A single character asked for covers one place and its own bytes, not the whole pair it begins.
fn single_character(link: &Link, token: &Token, post: &Reading<'_>) -> Span {
    let mut span = Span::of(token);
    if let Look::Character(_) = link.look {
        span.end = span.start + 1;
        let next = post.text.tokens().iter().find(|t| t.kind == Kind::Pair && t.position == span.end);
        if let Some(next) = next.filter(|_| token.position_end == span.end + 1) {
            span.to = next.range().start;
        }
    }
    span
}

/// Words in a row: each begins where the one before it ends, or one place on when pairs overlap.
pub(crate) fn chain_spans(links: &[Link], post: &Reading<'_>) -> Vec<Span> {
    let Some((first, rest)) = links.split_first() else {
        return Vec::new();
    };
    // (the chain so far, where its last word begins)
    let mut chains: Vec<(Span, u32)> = link_spans(first, post).into_iter().map(|s| (s.clone(), s.start)).collect();
    for link in rest {
        if chains.is_empty() {
            break;
        }
        let next = link_spans(link, post);
        let mut longer = Vec::new();
        for (chain, last) in &chains {
            let begin = if link.overlaps { last + 1 } else { chain.end };
            let at = next.partition_point(|s| s.start < begin);
            let here = next[at..].iter().take_while(|s| s.start == begin);
            longer.extend(here.map(|s| (chain.joined(s), s.start)));
        }
        longer.sort_unstable();
        longer.dedup();
        chains = longer;
    }
    tidy(chains.into_iter().map(|(span, _)| span).collect())
}

/// Indices of the pairs that do not overlap and have at most `distance` places between their nearest ends.
pub(crate) fn near_pairs(left: &[Span], right: &[Span], distance: u32, ordered: bool) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut follow = |first: &[Span], second: &[Span], swapped: bool| {
        for (i, span) in first.iter().enumerate() {
            let from = second.partition_point(|s| s.start < span.end);
            let here = second[from..].iter().take_while(|s| s.start <= span.end + distance);
            for (j, _) in here.enumerate() {
                if pairs.len() >= MAX_PAIRS {
                    return;
                }
                pairs.push(if swapped { (from + j, i) } else { (i, from + j) });
            }
        }
    };
    follow(left, right, false);
    if !ordered {
        follow(right, left, true);
    }
    pairs
}

/// The shortest stretches, of at most `width` places, that hold every unit at a beginning of its own.
fn within_windows(units: &[Vec<Span>], width: u32) -> Vec<Span> {
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

fn exact_spans(exact: &Exact, post: &Reading<'_>) -> Vec<Span> {
    let signed = exact.chain.first().is_some_and(|l| l.sigil != Sigil::None);
    let text = post.text.original();
    let mut found = chain_spans(&exact.chain, post);
    found.retain_mut(|span| {
        if !signed {
            // `{Marca}` also stands in `#Marca`: compare from the first letter on.
            let tokens = post.text.tokens().iter();
            let first = tokens.filter(|t| t.position == span.start && t.range().start == span.from);
            span.from = first.map(|t| t.word_range().start).max().unwrap_or(span.from);
        }
        written_form(&text[span.from..span.to]) == exact.core
            && text[..span.from].ends_with(&exact.before)
            && text[span.to..].starts_with(&exact.after)
    });
    found
}

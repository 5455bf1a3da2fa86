//! Does a post match? And where: the places each part of a query is found at.
//!
//! This is the plain evaluator: it walks the query's shape and gathers places. What it says is what the language means;
//! faster engines have to agree with it.

use tertulia_kernel::text::{Kind, Sigil, handle_name, written_form};

use crate::ast::{Field, Zones};
use crate::compile::{Exact, Link, Look, Plan};
use crate::places::{MAX_PAIRS, Span, apart, near_pairs, outside, tidy, within_windows};
use crate::post::{Reading, Seen};

/// True when the post matches.
pub(crate) fn matches(plan: &Plan, post: &Reading<'_>) -> bool {
    matches_in(plan, post, Zones::DEFAULT)
}

/// True when the post matches, looking for words in `zones` where the plan does not say otherwise.
pub(crate) fn matches_in(plan: &Plan, post: &Reading<'_>, zones: Zones) -> bool {
    may_match(plan, post) && does_match(plan, post, zones)
}

/// False only when the post lacks words it needs. Most queries a post meets end here, after a few bit tests.
fn may_match(plan: &Plan, post: &Reading<'_>) -> bool {
    let chain = |links: &Vec<Link>| links.iter().all(|l| may_occur(l, post));
    match plan {
        Plan::And(parts) => parts.iter().all(|p| may_match(p, post)),
        Plan::Or(parts) => parts.iter().any(|p| may_match(p, post)),
        Plan::Few { count, parts } => parts.iter().filter(|p| may_match(p, post)).take(*count).count() == *count,
        Plan::Not(_) | Plan::Field(_) => true,
        Plan::Near { left, right, .. } => may_match(left, post) && may_match(right, post),
        Plan::Except { part, .. } | Plan::AtLeast { part, .. } | Plan::In { part, .. } => may_match(part, post),
        Plan::Chain(links) => chain(links),
        Plan::Within { chains, .. } => chains.iter().all(chain),
        Plan::Exact(exact) => chain(&exact.chain),
    }
}

fn may_occur(link: &Link, post: &Reading<'_>) -> bool {
    match &link.look {
        Look::Word(word) => post.may_hold(*word),
        // A handle is also found by the name in it, which begins as the handle does.
        Look::Glob(glob) => post.may_begin(&glob.head),
        Look::Character(_) => true,
    }
}

fn does_match(plan: &Plan, post: &Reading<'_>, zones: Zones) -> bool {
    match plan {
        Plan::And(parts) => parts.iter().all(|p| does_match(p, post, zones)),
        Plan::Or(parts) => parts.iter().any(|p| does_match(p, post, zones)),
        Plan::Not(part) => !does_match(part, post, zones),
        Plan::Few { count, parts } => parts.iter().filter(|p| does_match(p, post, zones)).take(*count).count() == *count,
        Plan::In { zones, part } => does_match(part, post, *zones),
        Plan::Field(field) => field_matches(field, post),
        Plan::Chain(links) => match links.as_slice() {
            [link] => occurs(link, post, zones),
            _ => !chain_spans(links, post, zones).is_empty(),
        },
        Plan::AtLeast { count, part } => apart(&spans(part, post, zones)) >= *count,
        Plan::Near { .. } | Plan::Except { .. } | Plan::Within { .. } | Plan::Exact(_) => !spans(plan, post, zones).is_empty(),
    }
}

/// True when the post states the field and its value passes.
pub(crate) fn field_matches(field: &Field, post: &Reading<'_>) -> bool {
    match field {
        Field::Value(name, asked) => {
            let mut own = post.values.iter().filter(|(own, _)| own == name);
            own.any(|(_, own)| asked.iter().any(|asked| name.accepts(own, asked)))
        }
        Field::Has(asked) => asked.iter().any(|what| post.has(*what)),
        Field::Is(asked) => asked.iter().any(|what| post.is(*what)),
        Field::Number(name, asked) => post.number(*name).is_some_and(|own| asked.iter().any(|numbers| numbers.hold(own))),
    }
}

/// All places a positional part is found at, sorted, each pair of ends once. Other parts have none.
pub(crate) fn spans(plan: &Plan, post: &Reading<'_>, zones: Zones) -> Vec<Span> {
    match plan {
        Plan::Chain(links) => chain_spans(links, post, zones),
        Plan::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(spans(part, post, zones));
                // Many parts can find the same places: keep memory by the places, not by the parts.
                if all.len() > MAX_PAIRS {
                    all = tidy(all);
                }
            }
            tidy(all)
        }
        Plan::Near { left, right, reach, ordered } => {
            let (left, right) = (spans(left, post, zones), spans(right, post, zones));
            let pairs = near_pairs(&left, &right, *reach, *ordered);
            tidy(pairs.into_iter().map(|(l, r)| left[l].joined(&right[r])).collect())
        }
        Plan::Except { part, inside } => {
            let found = spans(part, post, zones);
            if found.is_empty() { found } else { outside(found, &spans(inside, post, zones)) }
        }
        Plan::Within { chains, width } => {
            let units: Vec<_> = chains.iter().map(|c| chain_spans(c, post, zones)).collect();
            within_windows(&units, *width)
        }
        Plan::Exact(exact) => exact_spans(exact, post, zones),
        Plan::And(_) | Plan::Not(_) | Plan::Few { .. } | Plan::AtLeast { .. } | Plan::In { .. } | Plan::Field(_) => Vec::new(),
    }
}

fn accepts(link: &Link, seen: Seen<'_, '_>) -> bool {
    let token = seen.token;
    let sign = match link.sigil {
        Sigil::None => token.sigil != Sigil::Handle,
        sigil => token.sigil == sigil,
    };
    sign && token.kind != Kind::Url && (!link.enye || token.enye)
}

fn occurs(link: &Link, post: &Reading<'_>, zones: Zones) -> bool {
    if !may_occur(link, post) {
        return false;
    }
    match &link.look {
        Look::Word(word) => post.tokens_of(*word, zones).any(|seen| accepts(link, seen)),
        _ => post.tokens(zones).any(|seen| accepts(link, seen) && looks_like(link, seen)),
    }
}

fn looks_like(link: &Link, seen: Seen<'_, '_>) -> bool {
    let (text, token) = (&seen.part.text, seen.token);
    match &link.look {
        Look::Word(_) => true,
        Look::Glob(glob) => {
            let mut forms = text.forms(token);
            forms.any(|f| glob.matches(f) || (link.sigil == Sigil::Handle && glob.matches(handle_name(f))))
        }
        Look::Character(c) => token.kind == Kind::Pair && text.form(token).starts_with(*c),
    }
}

fn link_spans(link: &Link, post: &Reading<'_>, zones: Zones) -> Vec<Span> {
    if !may_occur(link, post) {
        return Vec::new();
    }
    let found: Vec<Span> = match &link.look {
        Look::Word(word) => post.tokens_of(*word, zones).filter(|seen| accepts(link, *seen)).map(Span::of).collect(),
        _ => {
            let at = post.tokens(zones).filter(|seen| accepts(link, *seen) && looks_like(link, *seen));
            at.map(|seen| single_character(link, seen)).collect()
        }
    };
    tidy(found)
}

/// A single character asked for covers one place and its own bytes, not the whole pair it begins.
fn single_character(link: &Link, seen: Seen<'_, '_>) -> Span {
    let mut span = Span::of(seen);
    if let Look::Character(_) = link.look {
        let second = seen.token.position + 1;
        span.end = span.start + 1;
        let next = seen.part.text.tokens().iter().find(|t| t.kind == Kind::Pair && t.position == second);
        if let Some(next) = next.filter(|_| seen.token.position_end == second + 1) {
            span.to = next.range().start;
        }
    }
    span
}

/// Words in a row: each begins where the one before it ends, or one place on when pairs overlap.
pub(crate) fn chain_spans(links: &[Link], post: &Reading<'_>, zones: Zones) -> Vec<Span> {
    let Some((first, rest)) = links.split_first() else {
        return Vec::new();
    };
    // (the chain so far, where its last word begins)
    let mut chains: Vec<(Span, u32)> = link_spans(first, post, zones).into_iter().map(|s| (s.clone(), s.start)).collect();
    for link in rest {
        if chains.is_empty() {
            break;
        }
        let next = link_spans(link, post, zones);
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

fn exact_spans(exact: &Exact, post: &Reading<'_>, zones: Zones) -> Vec<Span> {
    let signed = exact.chain.first().is_some_and(|l| l.sigil != Sigil::None);
    let mut found = chain_spans(&exact.chain, post, zones);
    found.retain_mut(|span| {
        let text = &post.part_at(span.start).text;
        let original = text.original();
        if !signed {
            // `{Marca}` also stands in `#Marca`: compare from the first letter on. Its sign is one character that stands
            // before it, and a token that begins there without one begins at its first letter.
            let tokens = text.tokens().iter();
            let first = tokens.filter(|t| t.range().start == span.from);
            span.from = first.map(|t| t.word_range().start).max().unwrap_or(span.from);
        }
        written_form(&original[span.from..span.to]) == exact.core
            && original[..span.from].ends_with(&exact.before)
            && original[span.to..].starts_with(&exact.after)
    });
    found
}

//! Why a post matched: the stretches of its text, and the fields, that made it so.

use std::ops::Range;

use serde::Serialize;

use crate::ast::{Field, Node};
use crate::compile::Plan;
use crate::evaluate::{Span, chain_spans, field_matches, matches, near_pairs, spans};
use crate::post::Reading;

/// The reasons for a match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What was found in the text, in order of place. Ranges may overlap when several parts found the same words.
    pub found: Vec<Found>,
    /// The field tests that passed, in canonical spelling.
    pub fields: Vec<String>,
}

/// One part of the query found in the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Found {
    /// First byte in the post's text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The part of the query, in canonical spelling.
    pub term: String,
}

impl Explanation {
    /// The bytes to highlight: ordered, not overlapping, not touching.
    #[must_use]
    pub fn highlights(&self) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for found in &self.found {
            match marks.last_mut() {
                Some(last) if found.start <= last.end => last.end = last.end.max(found.end),
                _ => marks.push(found.start..found.end),
            }
        }
        marks
    }
}

/// The reasons why `plan`, compiled from `node`, matches the post; `None` when it does not.
pub(crate) fn explain(node: &Node, plan: &Plan, post: &Reading<'_>) -> Option<Explanation> {
    if !matches(plan, post) {
        return None;
    }
    let mut explanation = Explanation::default();
    reasons(node, plan, post, &mut explanation);
    explanation.found.sort_unstable();
    explanation.found.dedup();
    explanation.fields.dedup();
    Some(explanation)
}

fn reasons(node: &Node, plan: &Plan, post: &Reading<'_>, out: &mut Explanation) {
    match (node, plan) {
        (Node::And(nodes), Plan::And(plans)) | (Node::Or(nodes), Plan::Or(plans)) => {
            for (node, plan) in nodes.iter().zip(plans).filter(|(_, plan)| matches(plan, post)) {
                reasons(node, plan, post, out);
            }
        }
        (Node::Not(_), _) => {}
        (Node::Field(field), _) => field_reason(field, post, out),
        _ => textual(node, plan, post, None, out),
    }
}

fn field_reason(field: &Field, post: &Reading<'_>, out: &mut Explanation) {
    if field_matches(field, post) {
        out.fields.push(field.to_string());
    }
}

/// Reports where a part was found; `only` keeps the places that took part in a `NEAR` around it.
fn textual(node: &Node, plan: &Plan, post: &Reading<'_>, only: Option<&[Span]>, out: &mut Explanation) {
    let kept = |span: &Span| only.is_none_or(|only| only.iter().any(|o| (o.start, o.end) == (span.start, span.end)));
    match (node, plan) {
        (Node::Or(nodes), Plan::Or(plans)) => {
            for (node, plan) in nodes.iter().zip(plans) {
                textual(node, plan, post, only, out);
            }
        }
        (Node::Near { left, right, distance, ordered }, Plan::Near { left: left_plan, right: right_plan, .. }) => {
            let (lefts, rights) = (spans(left_plan, post), spans(right_plan, post));
            let mut both = (Vec::new(), Vec::new());
            for (l, r) in near_pairs(&lefts, &rights, *distance, *ordered) {
                let (l, r) = (&lefts[l], &rights[r]);
                let whole = Span { start: l.start.min(r.start), end: l.end.max(r.end), from: 0, to: 0 };
                if kept(&whole) {
                    both.0.push(l.clone());
                    both.1.push(r.clone());
                }
            }
            for side in [&mut both.0, &mut both.1] {
                side.sort_unstable();
                side.dedup();
            }
            textual(left, left_plan, post, Some(&both.0), out);
            textual(right, right_plan, post, Some(&both.1), out);
        }
        (_, Plan::Within { chains, .. }) => {
            let stretches: Vec<Span> = spans(plan, post).into_iter().filter(kept).collect();
            let inside = |span: &Span| stretches.iter().any(|s| s.start <= span.start && span.end <= s.end);
            let term = node.to_string();
            for chain in chains {
                let found = chain_spans(chain, post).into_iter().filter(inside);
                out.found.extend(found.map(|s| Found { start: s.from, end: s.to, term: term.clone() }));
            }
        }
        _ => {
            let term = node.to_string();
            let found = spans(plan, post).into_iter().filter(kept);
            out.found.extend(found.map(|s| Found { start: s.from, end: s.to, term: term.clone() }));
        }
    }
}

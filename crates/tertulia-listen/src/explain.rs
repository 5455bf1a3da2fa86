//! Why a post matched: the stretches of its text, and the fields, that made it so.

use std::ops::Range;

use serde::Serialize;

use crate::ast::{Field, Node, Zones};
use crate::compile::Plan;
use crate::evaluate::{chain_spans, field_matches, matches_in, spans};
use crate::places::{Span, near_pairs};
use crate::post::{Reading, Source};

/// The reasons for a match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What was found in the post's texts, in order of text and place. Ranges may overlap when several parts found the
    /// same words.
    pub found: Vec<Found>,
    /// The field tests that passed, in canonical spelling.
    pub fields: Vec<String>,
}

/// One part of the query found in the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Found {
    /// Which text of the post it was found in.
    pub source: Source,
    /// First byte in that text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The part of the query, in canonical spelling.
    pub term: String,
}

impl Explanation {
    /// The bytes of the post's text to highlight: ordered, not overlapping, not touching.
    #[must_use]
    pub fn highlights(&self) -> Vec<Range<usize>> {
        self.highlights_in(Source::Text)
    }

    /// The bytes to highlight in another text of the post.
    #[must_use]
    pub fn highlights_in(&self, source: Source) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for found in self.found.iter().filter(|found| found.source == source) {
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
    if !matches_in(plan, post, Zones::DEFAULT) {
        return None;
    }
    let mut why = Why { post, zones: Zones::DEFAULT, out: Explanation::default() };
    why.reasons(node, plan);
    let mut explanation = why.out;
    explanation.found.sort_unstable();
    explanation.found.dedup();
    let mut seen = std::collections::HashSet::new();
    explanation.fields.retain(|field| seen.insert(field.clone()));
    Some(explanation)
}

/// Gathers reasons, looking for words in some of the post's texts.
struct Why<'r, 'a> {
    post: &'r Reading<'a>,
    zones: Zones,
    out: Explanation,
}

impl Why<'_, '_> {
    fn reasons(&mut self, node: &Node, plan: &Plan) {
        match (node, plan) {
            (Node::And(nodes), Plan::And(plans))
            | (Node::Or(nodes), Plan::Or(plans))
            | (Node::Few { parts: nodes, .. }, Plan::Few { parts: plans, .. }) => {
                for (node, plan) in nodes.iter().zip(plans) {
                    if matches_in(plan, self.post, self.zones) {
                        self.reasons(node, plan);
                    }
                }
            }
            (Node::Not(_), _) => {}
            (Node::In { part: node, .. }, Plan::In { zones, part: plan }) => {
                let outer = std::mem::replace(&mut self.zones, *zones);
                self.reasons(node, plan);
                self.zones = outer;
            }
            (Node::Field(field), _) => self.field(field),
            _ => self.places(node, plan, None),
        }
    }

    fn field(&mut self, field: &Field) {
        if field_matches(field, self.post) {
            self.out.fields.push(field.to_string());
        }
    }

    /// Reports where a part was found; `only`, sorted, keeps the places that took part in a part around it.
    fn places(&mut self, node: &Node, plan: &Plan, only: Option<&[Span]>) {
        let kept = |span: &Span| only.is_none_or(|only| only.binary_search_by(|o| o.places().cmp(&span.places())).is_ok());
        let (post, zones) = (self.post, self.zones);
        match (node, plan) {
            (Node::List(list), _) => self.places(&list.terms, plan, only),
            (Node::Or(nodes), Plan::Or(plans)) => {
                for (node, plan) in nodes.iter().zip(plans) {
                    self.places(node, plan, only);
                }
            }
            (Node::Near { left, right, .. }, Plan::Near { left: left_plan, right: right_plan, reach, ordered }) => {
                let (lefts, rights) = (spans(left_plan, post, zones), spans(right_plan, post, zones));
                let mut both = (Vec::new(), Vec::new());
                for (l, r) in near_pairs(&lefts, &rights, *reach, *ordered) {
                    let (l, r) = (&lefts[l], &rights[r]);
                    if kept(&l.joined(r)) {
                        both.0.push(l.clone());
                        both.1.push(r.clone());
                    }
                }
                for side in [&mut both.0, &mut both.1] {
                    side.sort_unstable();
                    side.dedup();
                }
                self.places(left, left_plan, Some(&both.0));
                self.places(right, right_plan, Some(&both.1));
            }
            (Node::Except { part: node, .. }, Plan::Except { part, .. }) => {
                let found: Vec<Span> = spans(plan, post, zones).into_iter().filter(kept).collect();
                self.places(node, part, Some(&found));
            }
            (Node::AtLeast { part: node, .. }, Plan::AtLeast { part, .. }) => self.places(node, part, only),
            (_, Plan::Within { chains, .. }) => {
                let stretches: Vec<Span> = spans(plan, post, zones).into_iter().filter(kept).collect();
                let inside = |span: &Span| stretches.iter().any(|s| s.start <= span.start && span.end <= s.end);
                for chain in chains {
                    self.report(node, chain_spans(chain, post, zones).into_iter().filter(inside));
                }
            }
            _ => self.report(node, spans(plan, post, zones).into_iter().filter(kept)),
        }
    }

    fn report(&mut self, node: &Node, found: impl Iterator<Item = Span>) {
        let term = node.to_string();
        for span in found {
            let part = self.post.part_at(span.start);
            let (start, end) = (part.offset + span.from, part.offset + span.to);
            self.out.found.push(Found { source: part.source, start, end, term: term.clone() });
        }
    }
}

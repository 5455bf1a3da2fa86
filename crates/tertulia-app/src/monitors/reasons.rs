//! Why a text does not match: which parts of the query it lacks, and which exclude it.

use crate::{
    channel::Bilingual,
    listening::PostText,
    query::{Query, read_as},
    view::to_utf16,
};
use std::collections::HashSet;
use tertulia_listen::{MonitorSet, Query as Parsed, ast::Node};

/// Most parts named in one sentence.
const NAMED: usize = 8;
/// Most reasons given.
const MOST: usize = 20;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `missing`, `missing_one_of`, `too_far`, `excluded` or `field`.
    pub kind: &'static str,
    /// The part of the query, in canonical spelling.
    pub part: String,
    /// What is missing, or what excludes.
    pub terms: Vec<String>,
    /// Where the text holds what excludes it, in UTF-16 code units.
    pub ranges: Vec<[u32; 2]>,
    /// In words.
    pub message: Bilingual,
}

/// A part of a query with its place in the set of parts that are matched on their own.
enum Part {
    All(Vec<Part>),
    One(String, Vec<Part>),
    Not(String, Box<Part>, Box<Query>),
    /// Two sides that must stand near each other.
    Near(usize, String, Box<Part>, Box<Part>),
    Field(usize, String),
    Leaf(usize, String),
}

/// A query taken apart, ready to say of many texts what they lack. Each text is read once, whatever the query's size.
pub struct Reasons {
    whole: Part,
    parts: MonitorSet<usize>,
}

impl Reasons {
    /// Takes a query apart.
    pub fn new(query: &Query) -> Self {
        let mut parts = MonitorSet::new();
        let whole = take_apart(query.parsed().root(), &mut parts);
        Self { whole, parts }
    }

    /// Why a text does not match; empty when it does.
    pub fn of(&self, post: &PostText<'_>) -> Vec<Reason> {
        let hold: HashSet<usize> = read_as(post, |post| self.parts.matches(post)).into_iter().collect();
        let mut reasons = Vec::new();
        lacks(&self.whole, &hold, post, &mut reasons);
        reasons.truncate(MOST);
        reasons
    }
}

fn take_apart(node: &Node, parts: &mut MonitorSet<usize>) -> Part {
    let mut all = |nodes: &[Node]| nodes.iter().map(|node| take_apart(node, parts)).collect();
    match node {
        Node::And(nodes) => Part::All(all(nodes)),
        Node::Or(nodes) => Part::One(node.to_string(), all(nodes)),
        Node::Not(inner) => {
            let alone = Query::of_parsed(Parsed::of_part(inner));
            Part::Not(inner.to_string(), Box::new(take_apart(inner, parts)), Box::new(alone))
        }
        node => {
            let place = parts.len();
            parts.add(place, &Parsed::of_part(node));
            match node {
                Node::Near { left, right, .. } => {
                    let sides = (take_apart(left, parts), take_apart(right, parts));
                    Part::Near(place, node.to_string(), Box::new(sides.0), Box::new(sides.1))
                }
                Node::Field(_) => Part::Field(place, node.to_string()),
                _ => Part::Leaf(place, node.to_string()),
            }
        }
    }
}

fn holds(part: &Part, hold: &HashSet<usize>) -> bool {
    match part {
        Part::All(parts) => parts.iter().all(|part| holds(part, hold)),
        Part::One(_, parts) => parts.iter().any(|part| holds(part, hold)),
        Part::Not(_, inner, _) => !holds(inner, hold),
        Part::Near(place, ..) | Part::Field(place, _) | Part::Leaf(place, _) => hold.contains(place),
    }
}

fn name(part: &Part) -> String {
    match part {
        Part::All(parts) => format!("({})", parts.iter().map(name).collect::<Vec<_>>().join(" AND ")),
        Part::One(text, _) | Part::Near(_, text, ..) | Part::Field(_, text) | Part::Leaf(_, text) => text.clone(),
        Part::Not(text, ..) => format!("NOT {text}"),
    }
}

/// Collects what makes a part fail; nothing when it holds.
fn lacks(part: &Part, hold: &HashSet<usize>, post: &PostText<'_>, out: &mut Vec<Reason>) {
    if holds(part, hold) {
        return;
    }
    match part {
        Part::All(parts) => parts.iter().for_each(|part| lacks(part, hold, post, out)),
        Part::One(text, parts) => out.push(reason("missing_one_of", text, parts.iter().map(name).collect())),
        Part::Not(text, _, alone) => {
            let mut terms = alone.found(post);
            if terms.is_empty() {
                terms.push(text.clone());
            }
            let ranges = to_utf16(post.text, &alone.explain(post));
            out.push(Reason { ranges, ..reason("excluded", text, terms) });
        }
        Part::Near(_, text, left, right) => {
            if holds(left, hold) && holds(right, hold) {
                out.push(reason("too_far", text, vec![name(left), name(right)]));
            } else {
                lacks(left, hold, post, out);
                lacks(right, hold, post, out);
            }
        }
        Part::Field(_, text) => out.push(reason("field", text, vec![text.clone()])),
        Part::Leaf(_, text) => out.push(reason("missing", text, vec![text.clone()])),
    }
}

fn reason(kind: &'static str, part: &str, terms: Vec<String>) -> Reason {
    let named = |more: &str| {
        let mut named = terms.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if terms.len() > NAMED {
            named.push_str(&format!(" {more} {}", terms.len() - NAMED));
        }
        named
    };
    let (es, en) = (named("y otras"), named("and others:"));
    let message = match kind {
        "missing" => Bilingual::new(format!("Falta: {es}"), format!("Missing: {en}")),
        "missing_one_of" => Bilingual::new(format!("Falta una de: {es}"), format!("Missing one of: {en}")),
        "too_far" => Bilingual::new(format!("No están lo bastante cerca: {part}"), format!("Not near enough to each other: {part}")),
        "field" => Bilingual::new(format!("No cumple: {es}"), format!("Does not meet: {en}")),
        _ => Bilingual::new(format!("Excluida por: {es}"), format!("Excluded by: {en}")),
    };
    Reason { kind, part: part.to_owned(), terms, ranges: Vec::new(), message }
}

#[cfg(test)]
mod tests {
    //! What is said to be missing or to exclude.
    use super::*;
    use tertulia_listen::Lists;

    fn why(query: &str, text: &str) -> Vec<(&'static str, String)> {
        let query = Query::parse(query, &Lists::new()).expect("a query");
        let post = PostText { text, author: "ana", lang: Some("es"), followers: Some(5), ..PostText::default() };
        let reasons = Reasons::new(&query).of(&post);
        assert_eq!(reasons.is_empty(), query.matches(&post), "{text}");
        reasons.into_iter().map(|reason| (reason.kind, reason.message.es)).collect()
    }

    #[test]
    fn each_part_that_fails_is_named() {
        let query = "iberia (maleta OR equipaje) -promo followers>10";
        assert_eq!(
            why(query, "Iberia: gran promo"),
            [
                ("missing_one_of", "Falta una de: maleta, equipaje".to_owned()),
                ("excluded", "Excluida por: promo".to_owned()),
                ("field", "No cumple: followers>10".to_owned()),
            ]
        );
        assert_eq!(why("iberia NEAR/2 maleta", "Iberia dijo que hoy no hay ninguna maleta")[0].0, "too_far");
        assert_eq!(why("iberia NEAR/2 maleta", "una maleta"), [("missing", "Falta: iberia".to_owned())]);
        assert_eq!(why("\"no llega\" lang:pt", "no llega"), [("field", "No cumple: lang:pt".to_owned())]);
        assert_eq!(why("hola", "hola"), []);
    }

    #[test]
    fn what_excludes_is_shown_in_the_text() {
        let query = Query::parse("iberia NOT (promo AND sorteo)", &Lists::new()).expect("a query");
        let post = PostText { title: Some("Iberia"), text: "año de promo y sorteo", ..PostText::default() };
        let reasons = Reasons::new(&query).of(&post);
        assert_eq!((reasons.len(), reasons[0].kind), (1, "excluded"));
        assert_eq!(reasons[0].ranges, [[7, 12], [15, 21]]);
        assert_eq!(reasons[0].terms, ["promo", "sorteo"]);
    }
}

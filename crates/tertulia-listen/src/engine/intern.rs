//! From a query's plan to facts and code: every word gets its number, known or new.
//!
//! What the byte code has no node for (exact text, loose phrases, scripts without spaces) becomes the condition that
//! each match meets all the same; the query is then marked so that the plain evaluator has the last word.

use super::anchors::Weights;
use super::code::Part;
use super::dictionary::Pairs;
use super::facts::{ELSEWHERE, Facts, HAS, HEADS, IS, LEADS, PATTERN, PLACED, SHAPED, field_mark, field_word, number, shape, value};
use super::frequencies::{Commonness, Frequencies, weight_of};
use crate::ast::{Field, FieldName, Has, Reach, Zones};
use crate::compile::{Link, Look, Plan};

/// Where new facts are put. Known ones are those of `base`, then those of `added`.
pub(super) struct Interner<'a> {
    pub(super) base: &'a Facts,
    pub(super) base_weights: &'a [u8],
    pub(super) added: &'a mut Facts,
    pub(super) added_weights: &'a mut Vec<u8>,
    /// (fact, 0) to the flags it has got since the base was made.
    pub(super) flags: &'a mut Pairs,
    pub(super) frequencies: &'a Frequencies,
    /// The query's words by their numbers in the plan.
    pub(super) words: &'a [&'a str],
}

/// A fact and how common it is.
#[derive(Clone, Copy)]
struct Atom {
    fact: u32,
    commonness: Commonness,
}

/// All parts, without those that say nothing.
fn all(parts: Vec<Part>) -> Part {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Always => {}
            Part::All(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    match flat.len() {
        0 => Part::Always,
        1 => flat.remove(0),
        _ => Part::All(flat),
    }
}

/// One of several parts.
fn any(parts: Vec<Part>) -> Part {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Always => return Part::Always,
            Part::Any(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Part::Any(flat) }
}

impl Interner<'_> {
    pub(super) fn weights(&self) -> Weights<'_> {
        Weights { base: self.base_weights, added: self.added_weights }
    }

    /// The condition of a plan; true when it says all that the plan says.
    pub(super) fn part(&mut self, plan: &Plan) -> (Part, bool) {
        match plan {
            Plan::And(plans) => {
                let (parts, exact): (Vec<_>, Vec<_>) = plans.iter().map(|p| self.part(p)).unzip();
                (all(parts), exact.into_iter().all(|e| e))
            }
            Plan::Or(plans) => {
                let (parts, exact): (Vec<_>, Vec<_>) = plans.iter().map(|p| self.part(p)).unzip();
                (any(parts), exact.into_iter().all(|e| e))
            }
            Plan::Not(plan) => match self.part(plan) {
                (part, true) => (Part::Not(Box::new(part)), true),
                (_, false) => (Part::Always, false),
            },
            Plan::Chain(links) => match self.chain(links) {
                Some(part @ Part::Chain(_)) => (all(vec![Part::Fact(self.rarest_pair(links)), part]), true),
                Some(part) => (part, true),
                None => (self.each_link(links), false),
            },
            Plan::Near { left, right, .. } => match self.textual(plan) {
                Some(part) => (part, true),
                None => (all(vec![self.part(left).0, self.part(right).0]), false),
            },
            Plan::Few { count, parts } => {
                let (parts, exact): (Vec<_>, Vec<_>) = parts.iter().map(|p| self.part(p)).unzip();
                (Part::Few(*count, parts), exact.into_iter().all(|e| e))
            }
            Plan::Except { part, .. } | Plan::AtLeast { part, .. } => (self.part(part).0, false),
            Plan::In { zones, part } if *zones == Zones::DEFAULT => self.part(part),
            Plan::In { zones, part } => (self.somewhere(part, *zones), false),
            Plan::Within { chains, .. } => (all(chains.iter().map(|links| self.each_link(links)).collect()), false),
            Plan::Exact(exact) => (self.each_link(&exact.chain), false),
            Plan::Field(field) => self.field(field),
        }
    }

    /// A part whose places the byte code finds; `None` when it cannot.
    fn textual(&mut self, plan: &Plan) -> Option<Part> {
        match plan {
            Plan::Chain(links) => self.chain(links).map(|part| self.placed(part)),
            Plan::Or(plans) => plans.iter().map(|p| self.textual(p)).collect::<Option<Vec<_>>>().map(any),
            Plan::Near { left, right, reach: Reach::Places(distance), ordered } => {
                let (left, right) = (Box::new(self.textual(left)?), Box::new(self.textual(right)?));
                Some(Part::Near { left, right, distance: *distance, ordered: *ordered })
            }
            _ => None,
        }
    }

    /// Asks for the places of a fact.
    fn placed(&mut self, part: Part) -> Part {
        if let Part::Fact(fact) = part {
            self.flag(fact, PLACED);
        }
        part
    }

    /// Words in a row; `None` when some are more than facts.
    fn chain(&mut self, links: &[Link]) -> Option<Part> {
        if links.iter().any(|l| l.overlaps || matches!(l.look, Look::Character(_))) {
            return None;
        }
        let atoms: Vec<Atom> = links.iter().map(|l| self.atom(l)).collect::<Option<_>>()?;
        Some(match atoms.as_slice() {
            [one] => Part::Fact(one.fact),
            [first, second] => Part::Fact(self.pair(*first, *second).fact),
            _ => {
                atoms.iter().for_each(|a| self.flag(a.fact, PLACED));
                Part::Chain(atoms.iter().map(|a| a.fact).collect())
            }
        })
    }

    /// Of a row of words the two neighbours that are rarest together.
    fn rarest_pair(&mut self, links: &[Link]) -> u32 {
        let atoms: Vec<Atom> = links.iter().filter_map(|l| self.atom(l)).collect();
        let share = |pair: &[Atom]| self.frequencies.of_pair(pair[0].commonness, pair[1].commonness).share;
        let rarest = atoms.windows(2).min_by(|a, b| share(a).total_cmp(&share(b)));
        // A chain has at least three words.
        rarest.map(|pair| (pair[0], pair[1])).map_or(0, |(first, second)| self.pair(first, second).fact)
    }

    /// Every word of a row, anywhere.
    fn each_link(&mut self, links: &[Link]) -> Part {
        let mut parts = Vec::new();
        for link in links {
            let atom = match &link.look {
                // A pair of characters that begins with it begins with its bytes.
                Look::Character(c) if HEADS.contains(&c.len_utf8()) => Some(self.head(c.encode_utf8(&mut [0; 4]).as_bytes())),
                _ => self.atom(link),
            };
            parts.extend(atom.map(|a| Part::Fact(a.fact)));
        }
        all(parts)
    }

    fn field(&mut self, field: &Field) -> (Part, bool) {
        match field {
            // Of a link only the host is a fact.
            Field::Value(FieldName::Link, values) => {
                let hosts = values.iter().map(|value| value.split(['/', '?']).next().unwrap_or_default());
                (self.values(field_mark(FieldName::Link), hosts), false)
            }
            Field::Value(name, values) => (self.values(field_mark(*name), values.iter().map(String::as_str)), true),
            Field::Is(values) => (self.values(IS, values.iter().map(|v| v.as_str())), true),
            // The other things are also seen in the text.
            Field::Has(values) if values.iter().all(|v| matches!(v, Has::Image | Has::Video)) => {
                (self.values(HAS, values.iter().map(|v| v.as_str())), true)
            }
            Field::Has(_) => (Part::Always, false),
            Field::Number(quantity, ranges) => {
                let range = |numbers: &crate::ast::Numbers| {
                    let (least, greatest) = numbers.bounds().into_inner();
                    Part::Number(*quantity, least, greatest)
                };
                (any(ranges.iter().map(range).collect()), true)
            }
        }
    }

    fn values<'v>(&mut self, mark: u8, values: impl Iterator<Item = &'v str>) -> Part {
        let mut word = Vec::new();
        let facts = values.map(|value| {
            field_word(mark, value, &mut word);
            Part::Fact(self.word(&word).fact)
        });
        any(facts.collect())
    }

    /// What a part that is looked for in `zones` needs: its words, somewhere in those texts.
    fn somewhere(&mut self, plan: &Plan, zones: Zones) -> Part {
        match plan {
            Plan::And(plans) => all(plans.iter().map(|p| self.somewhere(p, zones)).collect()),
            Plan::Or(plans) => any(plans.iter().map(|p| self.somewhere(p, zones)).collect()),
            Plan::Near { left, right, .. } => all(vec![self.somewhere(left, zones), self.somewhere(right, zones)]),
            Plan::Except { part, .. } | Plan::AtLeast { part, .. } => self.somewhere(part, zones),
            Plan::In { zones, part } => self.somewhere(part, *zones),
            Plan::Chain(links) => self.links_somewhere(links, zones),
            Plan::Within { chains, .. } => all(chains.iter().map(|links| self.links_somewhere(links, zones)).collect()),
            Plan::Exact(exact) => self.links_somewhere(&exact.chain, zones),
            Plan::Field(field) => self.field(field).0,
            Plan::Not(_) | Plan::Few { .. } => Part::Always,
        }
    }

    fn links_somewhere(&mut self, links: &[Link], zones: Zones) -> Part {
        if zones.union(Zones::DEFAULT) == Zones::DEFAULT {
            return self.each_link(links);
        }
        let in_text = Zones::DEFAULT.iter().any(|zone| zones.holds(zone));
        let mut parts = Vec::new();
        for link in links {
            let Look::Word(word) = &link.look else { continue };
            let Some(text) = self.words.get(*word as usize).copied() else { continue };
            let mut places = vec![self.values(ELSEWHERE, std::iter::once(text))];
            if in_text {
                places.extend(self.atom(link).map(|a| Part::Fact(a.fact)));
            }
            parts.push(any(places));
        }
        all(parts)
    }

    /// The fact of one word; `None` for what is none.
    fn atom(&mut self, link: &Link) -> Option<Atom> {
        let plain = match &link.look {
            Look::Word(word) => self.word(self.words.get(*word as usize)?.as_bytes()),
            Look::Glob(glob) => {
                let text = glob.text();
                if text.len() == glob.head.len() + 1 && text.ends_with('*') && HEADS.contains(&glob.head.len()) {
                    self.head(glob.head.as_bytes())
                } else {
                    self.pattern(&text)
                }
            }
            Look::Character(_) => return None,
        };
        Some(match shape(link.sigil, link.enye) {
            None => plain,
            Some(shape) => {
                self.flag(plain.fact, SHAPED);
                let commonness = self.frequencies.of_shape(plain.commonness, shape);
                Atom { fact: self.known_pair(plain.fact, shape, commonness), commonness }
            }
        })
    }

    fn word(&mut self, word: &[u8]) -> Atom {
        let commonness = self.frequencies.of_word(word);
        let known = [self.base.word(word), self.added.word(word)].into_iter().find(|v| *v != 0);
        let fact = known.map_or_else(
            || {
                let fact = self.new_fact(commonness);
                self.added.insert_word(word, value(fact, 0));
                fact
            },
            number,
        );
        Atom { fact, commonness }
    }

    fn head(&mut self, head: &[u8]) -> Atom {
        let commonness = self.frequencies.of_head(head);
        let known = [self.base.head(head), self.added.head(head)].into_iter().find(|v| *v != 0);
        let fact = known.map_or_else(
            || {
                let fact = self.new_fact(commonness);
                self.added.insert_head(head, value(fact, 0));
                fact
            },
            number,
        );
        Atom { fact, commonness }
    }

    fn pattern(&mut self, text: &str) -> Atom {
        let mut word = vec![PATTERN];
        word.extend_from_slice(text.as_bytes());
        let before = self.added_weights.len();
        let atom = self.word(&word);
        if self.added_weights.len() > before {
            self.added.patterns.insert(text, value(atom.fact, 0));
        }
        atom
    }

    fn pair(&mut self, first: Atom, second: Atom) -> Atom {
        self.flag(first.fact, LEADS | PLACED);
        self.flag(second.fact, PLACED);
        let commonness = self.frequencies.of_pair(first.commonness, second.commonness);
        Atom { fact: self.known_pair(first.fact, second.fact, commonness), commonness }
    }

    fn known_pair(&mut self, first: u32, second: u32, commonness: Commonness) -> u32 {
        let known = [self.base.pairs.get(first, second), self.added.pairs.get(first, second)].into_iter().find(|v| *v != 0);
        known.map_or_else(
            || {
                let fact = self.new_fact(commonness);
                self.added.pairs.set(first, second, value(fact, 0));
                fact
            },
            number,
        )
    }

    fn new_fact(&mut self, commonness: Commonness) -> u32 {
        self.added_weights.push(weight_of(commonness.share));
        (self.base_weights.len() + self.added_weights.len() - 1) as u32
    }

    pub(super) fn flag(&mut self, fact: u32, flags: u32) {
        let had = self.flags.get(fact, 0);
        if had & flags != flags {
            self.flags.set(fact, 0, had | flags);
        }
    }
}

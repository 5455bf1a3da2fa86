//! What a database is asked before the matcher has the last word.
//!
//! A query is weakened to words that every match must hold. The store looks those up among the posts'
//! [`search_terms`](tertulia_kernel::text::search_terms) and lets [`crate::Matcher`] verify what comes back:
//! the database may offer too much, it never offers too little.

use tertulia_kernel::text::{Sigil, handle_name, search_term};

use crate::ast::{Node, Word, Zones};
use crate::compile::{Look, Plan, compile};
use crate::post::Vocabulary;

/// A condition on the search terms of a post that every matching post meets.
///
/// Terms are `a`–`z0`–`9` only. `Any` and `All` hold at least two parts, flat, each once; only the whole can be
/// [`Candidates::Everything`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Candidates {
    /// The words say nothing: every post has to be verified.
    Everything,
    /// The term is among the post's terms.
    Term(String),
    /// A term of the post begins so.
    Prefix(String),
    /// At least one holds.
    Any(Vec<Candidates>),
    /// All hold.
    All(Vec<Candidates>),
}

impl Candidates {
    /// The weakest sound condition for a query.
    pub(crate) fn of(node: &Node) -> Self {
        match node {
            Node::And(parts) => all(parts.iter().map(Self::of)),
            Node::Or(parts) => any(parts.iter().map(Self::of)),
            Node::Near { left, right, .. } => all([Self::of(left), Self::of(right)]),
            Node::Except { part, .. } | Node::AtLeast { part, .. } => Self::of(part),
            Node::Few { count, parts } => few(parts.iter().map(Self::of).collect(), *count as usize),
            // Only headline and text are among a post's terms.
            Node::In { zones, part } if Zones::DEFAULT.union(*zones) == Zones::DEFAULT => Self::of(part),
            Node::List(list) => Self::of(&list.terms),
            Node::In { .. } | Node::Not(_) | Node::Field(_) => Self::Everything,
            Node::Word(word) => of_word(word),
            Node::Phrase { words, .. } => all(words.iter().map(of_word)),
            Node::Exact(_) => {
                let mut vocabulary = Vocabulary::default();
                let Plan::Exact(exact) = compile(node, &mut vocabulary) else {
                    return Self::Everything;
                };
                all(exact.chain.iter().map(|link| match &link.look {
                    Look::Word(id) => {
                        let form = vocabulary.word(*id).unwrap_or_default();
                        term(if link.sigil == Sigil::Handle { handle_name(form) } else { form })
                    }
                    Look::Glob(glob) => prefix(&glob.head),
                    Look::Character(c) => prefix(c.encode_utf8(&mut [0; 4])),
                }))
            }
        }
    }
}

fn term(form: &str) -> Candidates {
    let term = search_term(form);
    if term.is_empty() { Candidates::Everything } else { Candidates::Term(term) }
}

fn prefix(head: &str) -> Candidates {
    let term = search_term(head);
    if term.is_empty() { Candidates::Everything } else { Candidates::Prefix(term) }
}

fn of_word(word: &Word) -> Candidates {
    let mut vocabulary = Vocabulary::default();
    let Plan::Chain(links) = compile(&Node::Word(word.clone()), &mut vocabulary) else {
        return Candidates::Everything;
    };
    all(links.iter().map(|link| match &link.look {
        Look::Word(id) => {
            let form = vocabulary.word(*id).unwrap_or_default();
            term(if link.sigil == Sigil::Handle { handle_name(form) } else { form })
        }
        Look::Glob(glob) if link.sigil == Sigil::Handle => prefix(handle_name(&glob.head)),
        Look::Glob(glob) => prefix(&glob.head),
        Look::Character(c) => prefix(c.encode_utf8(&mut [0; 4])),
    }))
}

fn all(parts: impl IntoIterator<Item = Candidates>) -> Candidates {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Candidates::Everything => {}
            Candidates::All(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    once_each(flat, Candidates::All)
}

/// When `count` of the parts hold, one of any choice of all but `count - 1` does.
fn few(mut parts: Vec<Candidates>, count: usize) -> Candidates {
    if count == parts.len() {
        return all(parts);
    }
    // Those that say nothing sort first.
    parts.sort_unstable();
    any(parts.into_iter().skip(count.saturating_sub(1)))
}

fn any(parts: impl IntoIterator<Item = Candidates>) -> Candidates {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Candidates::Everything => return Candidates::Everything,
            Candidates::Any(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    once_each(flat, Candidates::Any)
}

fn once_each(mut parts: Vec<Candidates>, join: fn(Vec<Candidates>) -> Candidates) -> Candidates {
    parts.sort_unstable();
    parts.dedup();
    match parts.len() {
        0 => Candidates::Everything,
        1 => parts.remove(0),
        _ => join(parts),
    }
}

//! The parsed form of a query. Only the parser builds it, so what it holds is always within the language's limits.
//!
//! A part is **positional** when it stands at places of the text: words, phrases, exact text, lists, `Near`, `Except`,
//! and an `Or` of those. Only positional parts can be sides of `Near` and `Except`, or be counted by `AtLeast`.

use std::sync::Arc;

use tertulia_kernel::text::{Sigil, is_unspaced};

pub use crate::field::{Comparison, Field, FieldName, Has, Is, Numbers, Quantity, Zone, Zones};

/// One part of a query. `And` and `Or` are flat: none holds a part of its own kind, and each holds at least two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// All parts match.
    And(Vec<Node>),
    /// At least one part matches.
    Or(Vec<Node>),
    /// The part does not match.
    Not(Box<Node>),
    /// `count OF (…)`: at least so many of the parts match. There are two parts or more, and 1 ≤ `count` ≤ parts.
    Few {
        /// How many must match.
        count: u32,
        /// Any parts, in the order written.
        parts: Vec<Node>,
    },
    /// Both parts, which are positional, are found not overlapping and within reach of each other.
    Near {
        /// The part named first; it must stand first when `ordered`.
        left: Box<Node>,
        /// The part named second.
        right: Box<Node>,
        /// How far apart they may be.
        reach: Reach,
        /// True for `ONEAR`; never for `SENTENCE`.
        ordered: bool,
    },
    /// `part EXCEPT inside`: the places of `part` that do not lie wholly inside a place of `inside`. Both are positional.
    Except {
        /// What is looked for.
        part: Box<Node>,
        /// The stretches in which it does not count.
        inside: Box<Node>,
    },
    /// `ATLEAST/count part`: the positional part is found so often at places that do not overlap. `count` is 1 or more.
    AtLeast {
        /// How often.
        count: u32,
        /// What is counted.
        part: Box<Node>,
    },
    /// The words of `part` are looked for in these texts of the post alone, but for inner parts with an `In` of their
    /// own. Everywhere else words are looked for in [`Zones::DEFAULT`].
    In {
        /// Where to look.
        zones: Zones,
        /// Any part that asks for words; never positional itself.
        part: Box<Node>,
    },
    /// One word, tag, handle, tick, emoji or wildcard.
    Word(Word),
    /// Two or more words in a row, or `within` so many other places in any order.
    Phrase {
        /// The words, in order.
        words: Vec<Word>,
        /// `~n`: the most places inside the stretch that are none of the words.
        within: Option<u32>,
    },
    /// Text that must be written exactly so: capitals, accents and inner signs count.
    Exact(String),
    /// A test of what is known about the post.
    Field(Field),
    /// `list:NAME`: at least one term of a shared list.
    List(List),
}

/// How far apart the sides of a [`Node::Near`] may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// At most so many places between the nearest ends.
    Places(u32),
    /// Both sides lie wholly in one and the same sentence or line.
    Sentence,
}

/// A shared list, with the terms it had when the query was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct List {
    /// The list's name, folded.
    pub name: String,
    /// One positional part that holds no list: the only term, or the `Or` of all. All queries that were read with the
    /// same [`crate::Lists`] share it.
    pub terms: Arc<Node>,
}

/// A word as the language writes it: small letters without accents, `ñ` kept; `*` and `?` only as wildcards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    /// The sign it must be written with; `None` also finds tags and ticks.
    pub sigil: Sigil,
    /// The letters. A run of an unspaced script is one word here.
    pub text: String,
}

impl Word {
    /// True when the text holds `*` or `?`.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.text.contains(['*', '?'])
    }

    /// True for a run of Han, Kana, Thai or another script without spaces.
    #[must_use]
    pub fn is_unspaced(&self) -> bool {
        self.sigil == Sigil::None && self.text.starts_with(is_unspaced)
    }
}

impl Node {
    /// The parts directly inside, in the order written. A list's terms count as one part; leaves have none.
    pub fn parts(&self) -> impl Iterator<Item = &Node> {
        let (several, one, other): (&[Node], Option<&Node>, Option<&Node>) = match self {
            Self::And(parts) | Self::Or(parts) | Self::Few { parts, .. } => (parts, None, None),
            Self::Not(part) | Self::AtLeast { part, .. } | Self::In { part, .. } => (&[], Some(part), None),
            Self::Near { left, right, .. } => (&[], Some(left), Some(right)),
            Self::Except { part, inside } => (&[], Some(part), Some(inside)),
            Self::List(list) => (&[], Some(&list.terms), None),
            Self::Word(_) | Self::Phrase { .. } | Self::Exact(_) | Self::Field(_) => (&[], None, None),
        };
        several.iter().chain(one).chain(other)
    }
}

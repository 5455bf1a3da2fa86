//! The parsed form of a query. Only the parser builds it, so what it holds is always within the language's limits.

use tertulia_kernel::text::{Sigil, is_unspaced};

/// One part of a query. `And` and `Or` are flat: none holds a part of its own kind, and each holds at least two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// All parts match.
    And(Vec<Node>),
    /// At least one part matches.
    Or(Vec<Node>),
    /// The part does not match.
    Not(Box<Node>),
    /// Both parts are found, not overlapping, with at most `distance` places between them. The parts hold only words,
    /// phrases, exact text, `Or` and `Near`.
    Near {
        /// The part named first; it must stand first when `ordered`.
        left: Box<Node>,
        /// The part named second.
        right: Box<Node>,
        /// The most places between the nearest ends.
        distance: u32,
        /// True for `ONEAR`.
        ordered: bool,
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

/// A test of one field of the post. A post that does not say the field never passes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The author's handle is one of these (folded, without `@`).
    Author(Vec<String>),
    /// The language is one of these, or a regional form of it (`es` holds `es-mx`).
    Lang(Vec<String>),
    /// The channel's name is one of these (folded).
    Channel(Vec<String>),
    /// The author's number of followers.
    Followers(Comparison, u64),
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `=` or `:`
    Equal,
}

impl Comparison {
    /// The sign as the language prints it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
        }
    }

    /// Compares `number` with `bound`.
    #[must_use]
    pub fn holds(self, number: u64, bound: u64) -> bool {
        match self {
            Self::More => number > bound,
            Self::AtLeast => number >= bound,
            Self::Less => number < bound,
            Self::AtMost => number <= bound,
            Self::Equal => number == bound,
        }
    }
}

//! Facts: everything a query can ask of a post, each with a small number.
//!
//! A fact is a word, a word with its sign or its `ñ`, a beginning of words, another wildcard, two facts in a row, or a
//! field's value. Numbers begin at 1. In the tables a fact's number is kept with its flags ([`number`], [`flags`]),
//! so that one look says whether anybody waits for it and what else has to be looked up.

use tertulia_kernel::text::Sigil;

use super::dictionary::{Key, Pairs, Words};
use super::patterns::Patterns;
use super::prefetch::prefetch;
use crate::ast::FieldName;

/// Queries are anchored at the fact.
pub(super) const POSTED: u32 = 1;
/// The fact is the first of a pair.
pub(super) const LEADS: u32 = 2;
/// Its places are asked for.
pub(super) const PLACED: u32 = 4;
/// There are facts for this word with a sign or with `ñ`.
pub(super) const SHAPED: u32 = 8;
/// Some anchor's second condition looks for it.
pub(super) const GATED: u32 = 16;

/// A fact's number out of a table's value.
pub(super) fn number(value: u32) -> u32 {
    value >> 5
}

/// A table's value.
pub(super) fn value(fact: u32, flags: u32) -> u32 {
    fact << 5 | flags
}

/// Pairs of a fact and a shape stand among the pairs of facts; fact numbers stay below.
const SHAPES: u32 = 1 << 31;

/// The bits of a shape that tell its sign.
pub(super) const SIGNS: u32 = 6;

/// The shape of a word with a sign or an `ñ`; `None` for a plain word.
pub(super) fn shape(sigil: Sigil, enye: bool) -> Option<u32> {
    let sign = match sigil {
        Sigil::None => 0,
        Sigil::Tag => 2,
        Sigil::Handle => 4,
        Sigil::Tick => 6,
    };
    let shape = sign | u32::from(enye);
    (shape != 0).then_some(SHAPES | shape)
}

/// True for what [`shape`] gives.
pub(super) fn is_shape(second: u32) -> bool {
    second & SHAPES != 0
}

/// Beginnings of so many bytes are facts of their own; others are patterns.
pub(super) const HEADS: std::ops::RangeInclusive<usize> = 3..=31;

/// Beginnings of so many bytes and more are found by their first six, shorter ones by their first three.
const LONG: usize = 6;
const SHORT: u32 = (1 << LONG) - 1;
const THREE: u64 = (1 << 24) - 1;
const SIX: u64 = (1 << 48) - 1;

/// What a pattern begins with in the table of words.
pub(super) const PATTERN: u8 = 2;

/// What a field's value begins with in the table of words: no word holds these. Fields of [`FieldName`] come first.
const FIRST_FIELD: u8 = 3;
/// `has:` and `is:`
pub(super) const HAS: u8 = 13;
pub(super) const IS: u8 = 14;
/// A word in a text other than headline and text.
pub(super) const ELSEWHERE: u8 = 15;

/// What the values of a field begin with.
pub(super) fn field_mark(name: FieldName) -> u8 {
    FIRST_FIELD + name as u8
}

/// True for what only marks begin with.
pub(super) fn is_field_mark(byte: u8) -> bool {
    (FIRST_FIELD..=ELSEWHERE).contains(&byte)
}

/// A field's value as a word; values with control characters, which end words in the table, are spelt out.
pub(super) fn field_word(mark: u8, value: &str, word: &mut Vec<u8>) {
    word.clear();
    word.push(mark);
    for byte in value.bytes() {
        match byte {
            0 | 1 => word.extend([1, byte + 1]),
            _ => word.push(byte),
        }
    }
}

/// The tables of one part of a set.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(super) words: Words,
    pub(super) heads: Words,
    /// For the first three and the first six bytes of a word, which lengths of beginnings there are; a power of two of
    /// places.
    pub(super) lengths: Vec<u32>,
    pub(super) pairs: Pairs,
    pub(super) patterns: Patterns,
    /// The longest field value.
    pub(super) longest_field: usize,
    /// Which marks words begin with, one bit each.
    pub(super) fields: u32,
}

impl Facts {
    pub(super) fn with_room(words: usize, heads: usize, pairs: usize) -> Self {
        let lengths = (4 * heads).next_power_of_two().clamp(64, 1 << 16);
        Self {
            words: Words::with_room(words),
            heads: Words::with_room(heads),
            lengths: vec![0; lengths],
            pairs: Pairs::with_room(pairs),
            patterns: Patterns::new(),
            longest_field: 0,
            fields: 0,
        }
    }

    /// Where the lengths of beginnings stand that begin with so many bytes: of short ones three, of others six.
    #[inline(always)]
    fn length_place(&self, first: u64) -> usize {
        (first.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (self.lengths.len() - 1)
    }

    /// Asks for what [`Self::head_lengths`] looks at.
    #[inline(always)]
    pub(super) fn prefetch_lengths(&self, first: u64) {
        prefetch(&self.lengths, self.length_place(first & THREE));
        prefetch(&self.lengths, self.length_place(first & SIX));
    }

    /// The lengths of beginnings to look up for a word of so many bytes that begins with `first`, one bit each.
    #[inline(always)]
    pub(super) fn head_lengths(&self, first: u64, len: usize) -> u32 {
        if len < *HEADS.start() {
            return 0;
        }
        let short = self.lengths[self.length_place(first & THREE)] & SHORT;
        let long = self.lengths[self.length_place(first & SIX)] & !SHORT;
        // Only those the word is long enough for.
        (short | long) & if len >= 31 { u32::MAX } else { (2 << len) - 1 }
    }

    pub(super) fn insert_head(&mut self, head: &[u8], value: u32) {
        let first = head.iter().take(if head.len() < LONG { 3 } else { LONG }).rev().fold(0, |first, byte| first << 8 | u64::from(*byte));
        let place = self.length_place(first);
        self.lengths[place] |= 1 << head.len();
        self.heads.insert(head, value);
    }

    pub(super) fn insert_word(&mut self, word: &[u8], value: u32) {
        if let Some(mark) = word.first().filter(|b| is_field_mark(**b)) {
            self.fields |= 1 << mark;
            self.longest_field = self.longest_field.max(word.len());
        }
        self.words.insert(word, value);
    }

    /// Makes the patterns of those among the words.
    pub(super) fn find_patterns(&mut self) {
        let mut patterns = Patterns::new();
        self.words.each(|word, value| {
            if let Some((&PATTERN, pattern)) = word.split_first() {
                patterns.insert(std::str::from_utf8(pattern).unwrap_or_default(), value);
            }
        });
        self.patterns = patterns;
    }

    pub(super) fn word(&self, word: &[u8]) -> u32 {
        self.words.get(&Key::new(word), || word)
    }

    pub(super) fn head(&self, head: &[u8]) -> u32 {
        self.heads.get(&Key::new(head), || head)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.words.heap_bytes()
            + self.heads.heap_bytes()
            + self.lengths.capacity() * 4
            + self.pairs.heap_bytes()
            + self.patterns.heap_bytes()
    }
}

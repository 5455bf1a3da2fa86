//! A set as one flat piece of bytes: written once, read back in the time it takes to copy it.
//!
//! The rows of the base stand one after another as they lie in memory (little-endian), after a header with the format's
//! version and a checksum of all that follows. What the plain evaluator needs is written as query text and parsed
//! again. Reading checks the checksum and every number that leads somewhere, so that bytes that were tampered with are
//! refused or give wrong answers at worst, never a panic.

use std::sync::Arc;

use super::base::{Base, SHORT};
use super::code::{ANCHORED, AND, FEW, NEAR, NOT, NUMBER, OR, SLOT, children, each_fact, operation, size};
use super::dictionary::{Pairs, Words, mix};
use super::facts::{Facts, HEADS, is_shape, number};
use super::frequencies::Frequencies;
use super::groups::Groups;
use super::patterns::Patterns;
use super::{Engine, Plain};
use crate::lists::Lists;
use crate::query::Query;

const MAGIC: u64 = u64::from_le_bytes(*b"tertulia");
/// Changes with the format, the tokeniser's rules and the numbering of fields.
const VERSION: u64 = 2;

/// Why a snapshot was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is no snapshot, or one of another version: build the set anew.
    #[error("not a snapshot of this version")]
    OtherVersion,
    /// Bytes are missing or changed.
    #[error("the snapshot is damaged")]
    Damaged,
}

fn checksum(bytes: &[u8]) -> u64 {
    // Four sums side by side: a multiplication each would wait for the one before.
    let mut sums = [1_u64, 2, 3, 4];
    let mut chunks = bytes.chunks_exact(32);
    for chunk in &mut chunks {
        for (sum, eight) in sums.iter_mut().zip(chunk.chunks_exact(8)) {
            let eight = eight.try_into().map_or(0, u64::from_le_bytes);
            *sum = (*sum ^ eight).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        }
    }
    let rest = chunks.remainder().iter().fold(bytes.len() as u64, |sum, byte| mix(sum, u64::from(*byte)));
    sums.into_iter().fold(rest, mix)
}

/// Rows of bytes and numbers, each after its length.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn numbers(&mut self, numbers: impl ExactSizeIterator<Item = u32>) {
        self.number(numbers.len() as u64);
        numbers.for_each(|n| self.0.extend_from_slice(&n.to_le_bytes()));
    }

    fn rows<const N: usize>(&mut self, rows: &[[u32; N]]) {
        self.number(rows.len() as u64);
        rows.iter().flatten().for_each(|n| self.0.extend_from_slice(&n.to_le_bytes()));
    }

    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], SnapshotError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(SnapshotError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, SnapshotError> {
        self.take(8)?.try_into().map(u64::from_le_bytes).map_err(|_| SnapshotError::Damaged)
    }

    fn bytes(&mut self) -> Result<&'a [u8], SnapshotError> {
        let count = usize::try_from(self.number()?).map_err(|_| SnapshotError::Damaged)?;
        self.take(count)
    }

    fn rows<const N: usize>(&mut self) -> Result<Vec<[u32; N]>, SnapshotError> {
        let count = usize::try_from(self.number()?).ok().and_then(|count| count.checked_mul(4 * N)).ok_or(SnapshotError::Damaged)?;
        let row = |bytes: &[u8]| {
            let mut row = [0; N];
            let numbers = bytes.chunks_exact(4).map(|four| four.try_into().map_or(0, u32::from_le_bytes));
            row.iter_mut().zip(numbers).for_each(|(place, number)| *place = number);
            row
        };
        Ok(self.take(count)?.chunks_exact(4 * N).map(row).collect())
    }

    fn numbers(&mut self) -> Result<Vec<u32>, SnapshotError> {
        let count = usize::try_from(self.number()?).ok().and_then(|count| count.checked_mul(4)).ok_or(SnapshotError::Damaged)?;
        Ok(self.take(count)?.chunks_exact(4).map(|four| four.try_into().map_or(0, u32::from_le_bytes)).collect())
    }
}

fn write_words(words: &Words, out: &mut Writer) {
    out.number(words.len as u64);
    out.bytes(words.tags.as_flattened());
    out.rows(&words.slots);
    out.bytes(&words.arena);
}

fn read_words(from: &mut Reader<'_>) -> Result<Words, SnapshotError> {
    let len = from.number()? as usize;
    let (tags, rest) = from.bytes()?.as_chunks();
    let words = Words { len, tags: tags.to_vec(), slots: from.rows()?, arena: from.bytes()?.to_vec() };
    if words.is_sound() && rest.is_empty() { Ok(words) } else { Err(SnapshotError::Damaged) }
}

fn read_pairs(from: &mut Reader<'_>) -> Result<Pairs, SnapshotError> {
    let len = from.number()? as usize;
    let pairs = Pairs { len, slots: from.rows()? };
    let taken = pairs.slots.iter().filter(|slot| slot[2] != 0).count();
    if taken == len && taken < pairs.slots.len() { Ok(pairs) } else { Err(SnapshotError::Damaged) }
}

impl<K: Clone + Ord> Engine<K> {
    /// The set as bytes, after what was added and removed has been joined. `key` spells a key.
    pub fn snapshot(&mut self, mut key: impl FnMut(&K) -> Vec<u8>) -> Vec<u8> {
        if !self.added.keys.is_empty() || self.dead_count > 0 {
            self.merge();
        }
        let (base, facts) = (&self.base, &self.base.facts);
        let mut out = Writer(vec![0; 24]);
        write_words(&facts.words, &mut out);
        write_words(&facts.heads, &mut out);
        out.numbers(facts.lengths.iter().copied());
        out.number(facts.pairs.len as u64);
        out.rows(&facts.pairs.slots);
        out.number(facts.longest_field as u64);
        out.number(u64::from(facts.fields));
        out.bytes(&base.weights);
        out.rows(&base.offsets);
        out.numbers(base.sure.iter().copied());
        out.rows(&base.postings);
        out.numbers(base.always.iter().copied());
        out.numbers(base.code.iter().copied());
        out.numbers(base.groups.starts.iter().copied());
        out.numbers(base.groups.facts.iter().copied());
        out.rows(&base.groups.ranges);
        out.number(base.keys.len() as u64);
        base.keys.iter().for_each(|k| out.bytes(&key(k)));
        out.number(u64::from(self.frequencies.posts));
        out.numbers(self.frequencies.counters.iter().copied());
        let mut plain: Vec<_> = self.plain.plans.iter().collect();
        plain.sort_by_key(|(slot, _)| **slot);
        out.number(plain.len() as u64);
        for (slot, (_, query)) in plain {
            out.number(u64::from(*slot));
            out.bytes(query.to_string().as_bytes());
        }
        let mut bytes = out.0;
        let sum = checksum(&bytes[24..]);
        for (place, number) in bytes.chunks_exact_mut(8).zip([MAGIC, VERSION, sum]) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Reads what [`Self::snapshot`] wrote. `key` reads a key; `lists` are those the queries were parsed with.
    pub fn from_snapshot(bytes: &[u8], lists: &Lists, mut key: impl FnMut(&[u8]) -> Option<K>) -> Result<Self, SnapshotError> {
        let mut from = Reader(bytes);
        if from.number() != Ok(MAGIC) || from.number() != Ok(VERSION) {
            return Err(SnapshotError::OtherVersion);
        }
        if from.number()? != checksum(from.0) {
            return Err(SnapshotError::Damaged);
        }
        let (words, heads) = (read_words(&mut from)?, read_words(&mut from)?);
        let (lengths, pairs) = (from.numbers()?, read_pairs(&mut from)?);
        let (longest_field, fields) = (from.number()? as usize, from.number()? as u32);
        let mut facts = Facts { words, heads, lengths, pairs, patterns: Patterns::new(), longest_field, fields };
        facts.find_patterns();
        let (weights, offsets) = (from.bytes()?.to_vec(), from.rows()?);
        let (sure, postings) = (from.numbers()?, from.rows()?);
        let (always, code) = (from.numbers()?, from.numbers()?);
        let groups = Groups { starts: from.numbers()?, facts: from.numbers()?, ranges: from.rows()? };
        let mut keys = Vec::new();
        for _ in 0..from.number()? {
            keys.push(key(from.bytes()?).ok_or(SnapshotError::Damaged)?);
        }
        let base = Base { facts, weights, offsets, sure, postings, always, code, groups, keys };
        let frequencies = Frequencies { posts: from.number()? as u32, counters: from.numbers()? };
        let mut plain = Plain::default();
        for _ in 0..from.number()? {
            let slot = from.number()? as u32;
            let text = std::str::from_utf8(from.bytes()?).map_err(|_| SnapshotError::Damaged)?;
            plain.insert(slot, &Query::parse_with(text, lists).map_err(|_| SnapshotError::Damaged)?);
        }
        if !is_sound(&base) || !frequencies.is_whole() {
            return Err(SnapshotError::Damaged);
        }
        Ok(Self { base: Arc::new(base), plain: Arc::new(plain), frequencies, ..Self::new() })
    }
}

/// True when every number leads somewhere.
fn is_sound<K: Ord>(base: &Base<K>) -> bool {
    let facts = base.weights.len();
    let rises = |kind: usize| base.offsets.is_sorted_by_key(|starts| starts[kind]);
    let in_order = rises(0) && rises(1) && base.keys.is_sorted() && base.facts.lengths.len().is_power_of_two();
    let ends = base.offsets.last();
    let in_reach = ends.is_some_and(|[sure, end]| *sure as usize <= base.sure.len() && *end as usize <= base.postings.len());
    // One bit for each place in the code where a query begins.
    let mut starts = vec![0_u64; base.code.len() / 64 + 1];
    let (mut at, mut node) = (0, Vec::new());
    for slot in 0..base.keys.len() {
        let Some(end) = node_end(&base.code, at + 1, base.code.len(), 0) else { return false };
        let (header, root) = (base.code[at], base.code[at + 1]);
        let anchored = header & ANCHORED == 0 || (operation(root) == AND && size(root) > 1);
        if header & SLOT != slot as u32 || !anchored {
            return false;
        }
        node.clear();
        node.extend_from_slice(&base.code[at + 1..end]);
        let mut known = true;
        each_fact(&mut node, 0, false, &mut |fact, _| known &= (*fact as usize) < facts);
        if !known {
            return false;
        }
        starts[at / 64] |= 1 << (at % 64);
        at = end;
    }
    let groups = &base.groups;
    let grouped = !groups.starts.is_empty() && groups.starts.is_sorted() && groups.facts.iter().all(|fact| (*fact as usize) < facts);
    in_order && in_reach && grouped && at == base.code.len() && leads_to_queries(base, &starts) && names_facts(&base.facts, facts)
}

/// True when all that calls queries up leads to where one begins.
fn leads_to_queries<K>(base: &Base<K>, starts: &[u64]) -> bool {
    let is_start = |at: &u32| starts.get(*at as usize / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1);
    let sure = base.sure.iter().all(|slot| (*slot as usize) < base.keys.len());
    let posted = |[at, ..]: &[u32; 3]| if at & SHORT == 0 { is_start(at) } else { ((at & !SHORT) as usize) < base.keys.len() };
    sure && base.always.iter().all(is_start) && base.postings.iter().all(posted)
}

/// True when the tables hold no other facts than those that are known, and beginnings only of lengths that are.
fn names_facts(tables: &Facts, facts: usize) -> bool {
    let is_known = |fact: u32| (fact as usize) < facts;
    let mut sound = facts > 0;
    tables.words.each(|_, value| sound &= is_known(number(value)));
    tables.heads.each(|head, value| sound &= is_known(number(value)) && HEADS.contains(&head.len()));
    tables.pairs.each(|first, second, value| {
        sound &= is_known(first) && (is_shape(second) || is_known(second)) && is_known(number(value));
    });
    sound
}

/// Where a node ends, when it and all inside it lie before `limit`.
fn node_end(code: &[u32], at: usize, limit: usize, depth: usize) -> Option<usize> {
    const DEEPEST: usize = 4 * crate::parser::MAX_DEPTH;
    let word = *code.get(at).filter(|_| depth < DEEPEST)?;
    let end = at + size(word);
    let fixed = match operation(word) {
        NEAR => 2,
        FEW => 1,
        NUMBER => 5,
        _ => 0,
    };
    if end > limit || size(word) < 1 + fixed {
        return None;
    }
    if matches!(operation(word), AND | OR | NOT | NEAR | FEW) {
        let mut next = at + 1 + fixed;
        let mut nodes = 0;
        while next < end {
            next = node_end(code, next, end, depth + 1)?;
            nodes += 1;
        }
        let wanted = match operation(word) {
            NEAR => nodes == 2,
            NOT => nodes == 1,
            _ => true,
        };
        debug_assert_eq!(children(code, at).count(), nodes);
        return wanted.then_some(end);
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::super::facts::value;
    use super::*;

    /// Writes what was changed with a checksum that is right, and reads it.
    fn read_changed(change: impl FnOnce(&mut Engine<u8>)) -> Result<(), SnapshotError> {
        let asks = ["\"no llega\" male*", "año OR *egad*"].map(|ask| Query::parse(ask).unwrap());
        let mut engine = Engine::build((0..).zip(&asks), Frequencies::default());
        change(&mut engine);
        let bytes = engine.snapshot(|key| vec![*key]);
        Engine::<u8>::from_snapshot(&bytes, &Lists::new(), |key| key.first().copied()).map(|_| ())
    }

    fn facts(engine: &mut Engine<u8>) -> &mut Facts {
        &mut Arc::make_mut(&mut engine.base).facts
    }

    fn taken<const N: usize>(slots: &mut [[u32; N]]) -> &mut [u32; N] {
        slots.iter_mut().find(|slot| slot[N - 1] != 0).unwrap()
    }

    #[test]
    fn tables_that_name_facts_nobody_knows_are_refused() {
        let unknown = value(1_000, 0);
        assert_eq!(read_changed(|_| {}), Ok(()));
        assert_eq!(read_changed(|engine| taken(&mut facts(engine).words.slots)[3] = unknown), Err(SnapshotError::Damaged));
        assert_eq!(read_changed(|engine| taken(&mut facts(engine).heads.slots)[3] = unknown), Err(SnapshotError::Damaged));
        assert_eq!(read_changed(|engine| taken(&mut facts(engine).pairs.slots)[2] = unknown), Err(SnapshotError::Damaged));
        assert_eq!(read_changed(|engine| taken(&mut facts(engine).pairs.slots)[0] = 1_000), Err(SnapshotError::Damaged));
    }

    #[test]
    fn a_beginning_of_another_length_and_missing_counters_are_refused() {
        assert_eq!(read_changed(|engine| taken(&mut facts(engine).heads.slots)[0] = u32::from(b'm')), Err(SnapshotError::Damaged));
        assert_eq!(read_changed(|engine| engine.frequencies = Frequencies { posts: 3, counters: vec![1] }), Err(SnapshotError::Damaged));
    }
}

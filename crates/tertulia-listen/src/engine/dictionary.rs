//! The tables a post's words are looked up in: open addressing, about one cache line a look, keys compared in full.
//!
//! A value is never 0; 0 means that the key is not there. Nothing is ever taken out: a table is built anew instead.

use super::tags::{GROUP, look};

/// The most bytes a word may have to stand in its slot.
const INLINE: usize = 12;
/// First byte of a slot whose word stands in the arena; no UTF-8 text holds it.
const LONG: u32 = 0xFF00_0000;

/// The hint for a word that stands in no slot.
const NOWHERE: u32 = u32::MAX;

/// What keeps so many bytes of sixteen.
const MASKS: [(u64, u64); INLINE + 1] = {
    let mut masks = [(0, 0); INLINE + 1];
    let mut len = 1;
    while len <= INLINE {
        masks[len] = if len <= 8 { (u64::MAX >> (64 - 8 * len), 0) } else { (u64::MAX, u64::MAX >> (128 - 8 * len)) };
        len += 1;
    }
    masks
};

/// A word made ready to be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    low: u64,
    high: u32,
    pub(crate) hash: u64,
}

/// Spreads all bits of two numbers over one.
#[inline(always)]
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let x = a.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 32) ^ b).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^ (x >> 29)
}

impl Key {
    /// The key of `padded[start..start + len]`, of which 16 bytes from `start` on must exist.
    #[inline(always)]
    pub(crate) fn padded(padded: &[u8], start: usize, len: usize) -> Self {
        match padded[start..].first_chunk() {
            Some(window) if len <= INLINE => Self::short(window, len),
            _ => Self::long(&padded[start..start + len]),
        }
    }

    /// The key of the first bytes, which are [`INLINE`] at most.
    #[inline(always)]
    pub(crate) fn short(window: &[u8; 16], len: usize) -> Self {
        let whole = u128::from_le_bytes(*window);
        let (low_mask, high_mask) = MASKS[len.min(INLINE)];
        let (low, high) = (whole as u64 & low_mask, (whole >> 64) as u64 & high_mask);
        Self { low, high: high as u32, hash: mix(low, high) }
    }

    /// The first eight bytes, or as many as there are; `None` for a long word.
    #[inline(always)]
    pub(crate) fn first(&self) -> Option<u64> {
        (!self.is_long()).then_some(self.low)
    }

    /// The key of the first bytes of a word that is not long.
    #[inline(always)]
    pub(crate) fn beginning(&self, len: usize) -> Self {
        let (low_mask, high_mask) = MASKS[len.min(INLINE)];
        let (low, high) = (self.low & low_mask, u64::from(self.high) & high_mask);
        Self { low, high: high as u32, hash: mix(low, high) }
    }

    /// What tells most words of one group of slots apart.
    #[inline(always)]
    fn tag(&self) -> u8 {
        (self.hash as u8).max(1)
    }

    pub(crate) fn new(word: &[u8]) -> Self {
        if word.len() > INLINE {
            return Self::long(word);
        }
        let mut padded = [0; 16];
        padded[..word.len()].copy_from_slice(word);
        Self::short(&padded, word.len())
    }

    #[cold]
    fn long(word: &[u8]) -> Self {
        let mut hash = word.len() as u64;
        for chunk in word.chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            hash = mix(hash, u64::from_le_bytes(eight));
        }
        Self { low: u64::from(LONG | (word.len() as u32 & 0xFF_FFFF)), high: (hash >> 16) as u32, hash }
    }

    fn is_long(&self) -> bool {
        self.low >> 24 == u64::from(LONG >> 24)
    }
}

/// Where a hash belongs in a table of any size.
#[inline(always)]
fn home(hash: u64, slots: usize) -> usize {
    (((hash >> 32) * slots as u64) >> 32) as usize
}

/// Slots for so many pairs: four in seven are taken, so that a pair that is not there is told after three looks.
fn room(keys: usize) -> usize {
    keys + keys * 3 / 4 + 4
}

/// Groups of slots for so many words: two slots in three are taken.
fn groups(words: usize) -> usize {
    (words + words / 2) / GROUP + 1
}

/// Folded words, each with a number.
///
/// A word stands in the first group with a free slot from its hash's group on; tags tell most slots of a group apart, so
/// that a word that is not there is mostly told without touching a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// For each slot eight bits of its word's hash, which are not 0, or 0 where it is free.
    pub(super) tags: Vec<[u8; GROUP]>,
    /// Twelve bytes of key (a long word's: marker and length, place in the arena, part of its hash), and the value.
    pub(super) slots: Vec<[u32; 4]>,
    pub(super) arena: Vec<u8>,
    pub(super) len: usize,
}

impl Words {
    pub(crate) fn with_room(words: usize) -> Self {
        let groups = groups(words);
        Self { tags: vec![[0; GROUP]; groups], slots: vec![[0; 4]; groups * GROUP], arena: Vec::new(), len: 0 }
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, key: &Key) {
        super::prefetch::prefetch(&self.tags, home(key.hash, self.tags.len()));
    }

    /// Where the word most likely stands, or [`NOWHERE`], told by the tags; asks for the slot ahead.
    #[inline(always)]
    pub(crate) fn hint(&self, key: &Key) -> u32 {
        let group = home(key.hash, self.tags.len());
        let (same, free) = self.tags.get(group).map_or((0, 0), |tags| look(tags, key.tag()));
        if same == 0 && free != 0 {
            return NOWHERE;
        }
        let slot = group * GROUP + same.trailing_zeros() as usize % GROUP;
        super::prefetch::prefetch(&self.slots, slot);
        slot as u32
    }

    /// The value of a word whose [`Self::hint`] is known, 0 when it has none.
    #[inline(always)]
    pub(crate) fn get_at<'w>(&self, hint: u32, key: &Key, word: impl Fn() -> &'w [u8]) -> u32 {
        if hint == NOWHERE {
            return 0;
        }
        match self.slots.get(hint as usize).filter(|slot| slot[3] != 0 && self.holds(slot, key, &word)) {
            Some(slot) => slot[3],
            None => self.get(key, word),
        }
    }

    /// The value of a word, 0 when it has none.
    pub(crate) fn get<'w>(&self, key: &Key, word: impl Fn() -> &'w [u8]) -> u32 {
        let mut group = home(key.hash, self.tags.len());
        loop {
            let Some(tags) = self.tags.get(group) else {
                group = 0;
                continue;
            };
            let (mut same, free) = look(tags, key.tag());
            while same != 0 {
                let slot = self.slots.get(group * GROUP + same.trailing_zeros() as usize);
                if let Some(slot) = slot.filter(|slot| self.holds(slot, key, &word)) {
                    return slot[3];
                }
                same &= same - 1;
            }
            if free != 0 {
                return 0;
            }
            group += 1;
        }
    }

    #[inline(always)]
    fn holds<'w>(&self, slot: &[u32; 4], key: &Key, word: &impl Fn() -> &'w [u8]) -> bool {
        if slot[0] != key.low as u32 || slot[2] != key.high {
            return false;
        }
        if key.is_long() { self.long(slot) == word() } else { slot[1] == (key.low >> 32) as u32 }
    }

    fn long(&self, slot: &[u32; 4]) -> &[u8] {
        let (from, len) = (slot[1] as usize, (slot[0] & 0xFF_FFFF) as usize);
        self.arena.get(from..from + len).unwrap_or_default()
    }

    /// Puts a word that is not there yet.
    pub(crate) fn insert(&mut self, word: &[u8], value: u32) {
        if groups(self.len + 1) > self.tags.len() {
            let old = std::mem::replace(self, Self::with_room(2 * self.len));
            old.each(|word, value| self.insert(word, value));
        }
        let key = Key::new(word);
        let middle = if key.is_long() {
            self.arena.extend_from_slice(word);
            (self.arena.len() - word.len()) as u32
        } else {
            (key.low >> 32) as u32
        };
        let mut group = home(key.hash, self.tags.len());
        let place = loop {
            match look(&self.tags[group], 0).1 {
                0 => group = (group + 1) % self.tags.len(),
                free => break free.trailing_zeros() as usize,
            }
        };
        self.tags[group][place] = key.tag();
        self.slots[group * GROUP + place] = [key.low as u32, middle, key.high, value];
        self.len += 1;
    }

    /// True when just those slots are tagged that hold a word, and some are free, which ends every search.
    pub(super) fn is_sound(&self) -> bool {
        let taken = |(tag, slot): (&u8, &[u32; 4])| (*tag != 0) == (slot[3] != 0);
        let tags = self.tags.as_flattened();
        let words = tags.iter().filter(|tag| **tag != 0).count();
        tags.len() == self.slots.len() && words == self.len && words < tags.len() && tags.iter().zip(&self.slots).all(taken)
    }

    /// All words and their values.
    pub(crate) fn each(&self, mut each: impl FnMut(&[u8], u32)) {
        for slot in self.slots.iter().filter(|slot| slot[3] != 0) {
            if slot[0] & LONG == LONG {
                each(self.long(slot), slot[3]);
            } else {
                let mut bytes = [0; INLINE];
                for (i, part) in slot[..3].iter().enumerate() {
                    bytes[4 * i..4 * i + 4].copy_from_slice(&part.to_le_bytes());
                }
                let len = bytes.iter().position(|b| *b == 0).unwrap_or(INLINE);
                each(&bytes[..len], slot[3]);
            }
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.tags.capacity() * GROUP + self.slots.capacity() * size_of::<[u32; 4]>() + self.arena.capacity()
    }
}

/// Pairs of numbers, each with a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pairs {
    pub(super) slots: Vec<[u32; 3]>,
    pub(super) len: usize,
}

impl Pairs {
    pub(crate) fn with_room(keys: usize) -> Self {
        Self { slots: vec![[0; 3]; room(keys)], len: 0 }
    }

    #[inline(always)]
    fn home(&self, a: u32, b: u32) -> usize {
        home(mix(u64::from(a) << 32 | u64::from(b), 0), self.slots.len())
    }

    #[inline(always)]
    pub(crate) fn prefetch(&self, a: u32, b: u32) {
        super::prefetch::prefetch(&self.slots, self.home(a, b));
    }

    /// The value of a pair, 0 when it has none.
    #[inline(always)]
    pub(crate) fn get(&self, a: u32, b: u32) -> u32 {
        self.slots[self.find(a, b)][2]
    }

    /// The pair's slot, or the free one where it belongs.
    #[inline(always)]
    fn find(&self, a: u32, b: u32) -> usize {
        let mut at = self.home(a, b);
        loop {
            let slot = &self.slots[at];
            if slot[2] == 0 || (slot[0] == a && slot[1] == b) {
                return at;
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }

    /// Gives a pair a value, in place of the one it has.
    pub(crate) fn set(&mut self, a: u32, b: u32, value: u32) {
        if room(self.len + 1) > self.slots.len() {
            let old = std::mem::replace(self, Self::with_room(2 * self.len));
            old.each(|a, b, value| self.set(a, b, value));
        }
        let at = self.find(a, b);
        self.len += usize::from(self.slots[at][2] == 0);
        self.slots[at] = [a, b, value];
    }

    pub(crate) fn each(&self, mut each: impl FnMut(u32, u32, u32)) {
        self.slots.iter().filter(|s| s[2] != 0).for_each(|s| each(s[0], s[1], s[2]));
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<[u32; 3]>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Key, Pairs, Words, home};

    #[test]
    fn words_keep_their_values_and_no_other() {
        let mut table = Words::with_room(0);
        let mut expected = HashMap::new();
        for n in 1..3_000_u32 {
            let word = match n % 4 {
                0 => format!("{n}"),
                1 => format!("palabra{n}"),
                2 => format!("una-palabra-muy-larga-{n}"),
                _ => format!("ñ{n}"),
            };
            assert_eq!(table.get(&Key::new(word.as_bytes()), || word.as_bytes()), 0);
            table.insert(word.as_bytes(), n);
            expected.insert(word, n);
        }
        for (word, n) in &expected {
            assert_eq!(table.get(&Key::new(word.as_bytes()), || word.as_bytes()), *n, "{word}");
        }
        let mut seen = HashMap::new();
        table.each(|word, n| {
            seen.insert(String::from_utf8(word.to_vec()).unwrap(), n);
        });
        assert_eq!(seen, expected);
    }

    #[test]
    fn equal_hashes_do_not_make_equal_words() {
        // Words that share a home must still be told apart; with so few slots most do.
        let mut table = Words::with_room(64);
        let words: Vec<String> = (0..48).map(|n| format!("w{n}")).collect();
        for (n, word) in words.iter().enumerate() {
            table.insert(word.as_bytes(), n as u32 + 1);
        }
        let homes: std::collections::HashSet<usize> = words.iter().map(|w| home(Key::new(w.as_bytes()).hash, table.tags.len())).collect();
        assert!(homes.len() < words.len());
        for (n, word) in words.iter().enumerate() {
            assert_eq!(table.get(&Key::new(word.as_bytes()), || word.as_bytes()), n as u32 + 1);
        }
        assert_eq!(table.get(&Key::new(b"w48"), || b"w48"), 0);
    }

    #[test]
    fn pairs_are_replaced() {
        let mut table = Pairs::with_room(0);
        for n in 1..1_000_u32 {
            table.set(n, n ^ 1, n);
            table.set(n, n ^ 1, n + 1);
        }
        assert_eq!(table.len, 999);
        assert!((1..1_000).all(|n| table.get(n, n ^ 1) == n + 1 && table.get(n, n) == 0));
    }
}

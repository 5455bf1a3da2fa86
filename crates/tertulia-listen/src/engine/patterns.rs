//! Wildcards that are more than a beginning: found through three letters in a row, looked for only while there are any.

use super::dictionary::{Pairs, mix};
use crate::glob::Glob;

/// One pattern and the fact it stands for, as the tables hold it.
#[derive(Clone, Debug)]
struct Pattern {
    value: u32,
    text: Box<str>,
    glob: Glob,
    /// The pattern with the same three letters that was there before, plus one.
    next: u32,
}

/// All patterns of a set.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    all: Vec<Pattern>,
    /// Three bytes in a row to the newest pattern that holds them, plus one.
    by_three: Pairs,
    /// Which three bytes may be in `by_three`: says yes too often, never no.
    sieve: Vec<u64>,
    /// Patterns without three letters in a row are compared with every word.
    loose: Vec<u32>,
}

/// Which patterns were compared with the word at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compared {
    word: u64,
    at: Vec<u64>,
}

const SIEVE: usize = 64;

fn three(bytes: &[u8]) -> u32 {
    u32::from(bytes[0]) | u32::from(bytes[1]) << 8 | u32::from(bytes[2]) << 16
}

fn sieve_place(three: u32) -> (usize, u64) {
    let hash = mix(u64::from(three), 0);
    ((hash >> 58) as usize, 1 << (hash >> 52 & 63))
}

impl Patterns {
    pub(crate) fn new() -> Self {
        Self { all: Vec::new(), by_three: Pairs::with_room(0), sieve: Vec::new(), loose: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn insert(&mut self, text: &str, value: u32) {
        let index = self.all.len() as u32;
        let longest = text.split(['*', '?']).max_by_key(|run| run.len()).unwrap_or_default().as_bytes();
        let mut next = 0;
        if longest.len() >= 3 {
            let three = three(longest);
            next = self.by_three.get(three, 0);
            self.by_three.set(three, 0, index + 1);
            self.sieve.resize(SIEVE, 0);
            let (block, bit) = sieve_place(three);
            self.sieve[block] |= bit;
        } else {
            self.loose.push(index);
        }
        self.all.push(Pattern { value, text: text.into(), glob: Glob::new(text), next });
    }

    /// The facts of all patterns a word has the form of.
    pub(crate) fn find(&self, word: &[u8], compared: &mut Compared, mut each: impl FnMut(u32)) {
        let Ok(word) = std::str::from_utf8(word) else { return };
        let mut compare = |index: u32| {
            let pattern = &self.all[index as usize];
            if pattern.glob.matches(word) {
                each(pattern.value);
            }
        };
        self.loose.iter().for_each(|index| compare(*index));
        if self.sieve.is_empty() {
            return;
        }
        compared.at.resize(self.all.len(), 0);
        compared.word += 1;
        for bytes in word.as_bytes().windows(3) {
            let three = three(bytes);
            let (block, bit) = sieve_place(three);
            if self.sieve[block] & bit == 0 {
                continue;
            }
            let mut at = self.by_three.get(three, 0);
            while at != 0 {
                let index = at - 1;
                at = self.all[index as usize].next;
                // Three letters may come again in one word.
                if std::mem::replace(&mut compared.at[index as usize], compared.word) != compared.word {
                    compare(index);
                } else {
                    break;
                }
            }
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let letters: usize = self.all.iter().map(|p| p.text.len() + p.glob.heap_bytes()).sum();
        letters + self.all.capacity() * size_of::<Pattern>() + self.by_three.heap_bytes() + self.sieve.len() * 8 + self.loose.capacity() * 4
    }
}

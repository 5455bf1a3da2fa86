//! How common words, word pairs and beginnings are in the stream: learnt from a sample of posts, older posts fading.
//!
//! Only the choice among anchors depends on it, never a result.

use tertulia_kernel::text::Sigil;

use super::Scratch;
use super::dictionary::{Key, mix};
use super::facts::{ELSEWHERE, HAS, IS, PATTERN, SIGNS, field_mark, is_field_mark, shape};
use super::scan::Scan;
use crate::ast::FieldName;
use crate::post::Post;

/// Counters in each of two rows; a thing's count is the smaller of its two counters.
const COUNTERS: usize = 1 << 18;
/// So many posts count in full; then all counters are halved.
const HORIZON: u32 = 1 << 16;
/// How many posts the guess made without any post weighs.
const PRIOR: f32 = 32.0;
/// Beginnings of words are counted from and to so many bytes.
const HEADS: std::ops::RangeInclusive<usize> = 3..=6;

/// A sample of the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frequencies {
    pub(super) posts: u32,
    pub(super) counters: Vec<u32>,
}

/// What stands for "begins with this word" where the word's own hash stands for the word.
fn head_hash(hash: u64) -> u64 {
    hash ^ 0x5555_AAAA_5555_AAAA
}

/// What stands for two words in a row.
fn pair_hash(first: u64, second: u64) -> u64 {
    mix(first.rotate_left(17), second)
}

impl Frequencies {
    /// Counts one post.
    pub fn observe(&mut self, post: &Post<'_>, scratch: &mut Scratch) {
        let scan = &mut scratch.finding.scan;
        scan.read(post.text, post.title);
        self.count_scan(scan);
    }

    /// Counts a post that was read already.
    pub(super) fn count_scan(&mut self, scan: &Scan) {
        self.counters.resize(2 * COUNTERS, 0);
        let mut before: Option<(u32, u64)> = None;
        for form in &scan.forms {
            let (start, len) = (form.start as usize, form.len as usize);
            let hash = Key::padded(&scan.bytes, start, len).hash;
            if form.sigil != Sigil::None
                && let Some(shape) = shape(form.sigil, false)
            {
                self.count(hash ^ u64::from(shape & SIGNS));
            }
            if form.sigil == Sigil::Handle {
                continue;
            }
            self.count(hash);
            if let Some((_, first)) = before.filter(|(end, _)| *end == form.place) {
                self.count(pair_hash(first, hash));
            }
            before = Some((form.end, hash));
            for head in HEADS.take_while(|head| *head <= len) {
                self.count(head_hash(Key::padded(&scan.bytes, start, head).hash));
            }
        }
        self.posts += 1;
        self.fade();
    }

    /// Older posts count half, and half again.
    fn fade(&mut self) {
        while self.posts >= HORIZON {
            self.posts /= 2;
            self.counters.iter_mut().for_each(|n| *n /= 2);
        }
    }

    /// Adds what another sample saw.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.counters.resize(2 * COUNTERS, 0);
        self.posts = self.posts.saturating_add(other.posts);
        self.counters.iter_mut().zip(&other.counters).for_each(|(n, more)| *n = n.saturating_add(*more));
        self.fade();
    }

    /// True when there are as many counters as are looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.counters.len() == 2 * COUNTERS || (self.counters.is_empty() && self.is_empty())
    }

    /// True when nothing was counted.
    pub(super) fn is_empty(&self) -> bool {
        self.posts == 0
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.counters.capacity() * 4
    }

    /// How many posts it knows, older ones fading.
    #[must_use]
    pub fn posts(&self) -> u32 {
        self.posts
    }

    fn places(hash: u64) -> [usize; 2] {
        [hash as usize % COUNTERS, COUNTERS + (hash >> 40) as usize % COUNTERS]
    }

    fn count(&mut self, hash: u64) {
        for place in Self::places(hash) {
            self.counters[place] = self.counters[place].saturating_add(1);
        }
    }

    /// The share of posts that hold the thing, from what was counted and from a guess made beforehand.
    fn share(&self, hash: u64, guess: f32) -> f32 {
        let counted = Self::places(hash).into_iter().map(|place| self.counters.get(place).copied().unwrap_or(0)).min();
        (counted.unwrap_or(0) as f32 + guess * PRIOR) / (self.posts as f32 + PRIOR)
    }

    /// How common a word, a field's value or a pattern is.
    pub(super) fn of_word(&self, word: &[u8]) -> Commonness {
        let hash = Key::new(word).hash;
        let share = match word.first() {
            Some(&PATTERN) => 0.01,
            Some(b) if *b == field_mark(FieldName::Channel) => 0.2,
            Some(b) if *b == field_mark(FieldName::Lang) || *b == field_mark(FieldName::Country) => 0.6,
            Some(&(HAS | IS)) => 0.3,
            Some(&ELSEWHERE) => 0.01,
            Some(b) if is_field_mark(*b) => 0.001,
            _ => self.share(hash, std::str::from_utf8(word).map_or(1.0, commonness)),
        };
        Commonness { hash, share }
    }

    /// How common words with a beginning are; long beginnings are no rarer than their first letters.
    pub(super) fn of_head(&self, head: &[u8]) -> Commonness {
        let counted = &head[..head.len().min(*HEADS.end())];
        let guess = (4.0 * std::str::from_utf8(head).map_or(1.0, commonness)).min(1.0);
        let hash = head_hash(Key::new(counted).hash);
        Commonness { hash, share: self.share(hash, guess) }
    }

    /// How common a word with a sign or an `ñ` is.
    pub(super) fn of_shape(&self, plain: Commonness, shape: u32) -> Commonness {
        let share = match shape & SIGNS {
            0 => plain.share,
            sign => self.share(plain.hash ^ u64::from(sign), plain.share.min(0.002)),
        };
        Commonness { hash: plain.hash ^ u64::from(shape), share }
    }

    /// How common two things in a row are.
    pub(super) fn of_pair(&self, first: Commonness, second: Commonness) -> Commonness {
        let hash = pair_hash(first.hash, second.hash);
        Commonness { hash, share: self.share(hash, 0.05 * first.share.min(second.share)) }
    }
}

/// How common something is, and what stands for it among the counters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Commonness {
    hash: u64,
    pub(super) share: f32,
}

/// A guess of the share of posts that hold a word, from its length alone: short words are common in every language
/// we listen in.
pub(crate) fn commonness(word: &str) -> f32 {
    if word.starts_with(tertulia_kernel::text::is_unspaced) {
        return 0.01;
    }
    match word.chars().count() {
        0..=2 => 0.3,
        3 => 0.1,
        4 => 0.02,
        5 => 0.008,
        6..=7 => 0.003,
        _ => 0.001,
    }
}

/// A share in one byte: an eighth of a bit of rarity a step.
pub(super) fn weight_of(share: f32) -> u8 {
    (-8.0 * share.max(f32::MIN_POSITIVE).log2()).clamp(0.0, 255.0).round() as u8
}

/// The share a byte stands for.
pub(super) fn share_of(weight: u8) -> f32 {
    (-f32::from(weight) / 8.0).exp2()
}

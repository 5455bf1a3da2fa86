//! A post as a query sees it: its text read once, its known words looked up once.

use std::collections::HashMap;

use tertulia_kernel::text::{Kind, Sigil, Text, handle_name};

use crate::fields::{author_key, lang_key};

/// What a query can test about a post. `None` means that it is not known; no test of that field passes then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Post<'a> {
    /// The text people read.
    pub text: &'a str,
    /// The author's handle or id, with or without `@`.
    pub author: Option<&'a str>,
    /// Language tag, as `es` or `es-MX`.
    pub lang: Option<&'a str>,
    /// Name of the channel it came through.
    pub channel: Option<&'a str>,
    /// The author's followers.
    pub followers: Option<u64>,
}

/// The words that queries ask for, each with a small number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    words: HashMap<Box<str>, u32>,
}

impl Vocabulary {
    /// The number of a folded word, new if need be.
    pub(crate) fn learn(&mut self, word: &str) -> u32 {
        if let Some(id) = self.words.get(word) {
            return *id;
        }
        let id = self.words.len() as u32;
        self.words.insert(word.into(), id);
        id
    }

    /// The word of a number; a search, for compiling only.
    pub(crate) fn word(&self, id: u32) -> Option<&str> {
        self.words.iter().find(|(_, known)| **known == id).map(|(word, _)| &**word)
    }

    /// All words by their numbers.
    pub(crate) fn all(&self) -> Vec<&str> {
        let mut all = vec![""; self.words.len()];
        self.words.iter().for_each(|(word, id)| all[*id as usize] = word);
        all
    }

    pub(crate) fn get(&self, word: &str) -> Option<u32> {
        self.words.get(word).copied()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let letters: usize = self.words.keys().map(|w| w.len()).sum();
        // A hash table slot: the boxed word's pointer and length, the number, padding, one control byte.
        letters + self.words.capacity() * 25
    }
}

/// How many letters of a word's beginning are kept for wildcards.
const HEAD: usize = 3;

/// A set of small numbers that may say yes too often, never no: 4,096 bits, at home in the fastest cache.
#[derive(Clone)]
struct Sieve([u64; 64]);

impl Sieve {
    fn put(&mut self, hash: u32) {
        self.0[(hash >> 26) as usize] |= 1 << (hash >> 20 & 63);
    }

    fn may_hold(&self, hash: u32) -> bool {
        self.0[(hash >> 26) as usize] >> (hash >> 20 & 63) & 1 == 1
    }
}

fn hash_word(word: u32) -> u32 {
    word.wrapping_add(1).wrapping_mul(0x9E37_79B1)
}

/// Hash of the first [`HEAD`] characters, or `None` when there are fewer.
fn hash_head(text: &str) -> Option<u32> {
    let (last, c) = text.char_indices().nth(HEAD - 1)?;
    let bytes = text.as_bytes()[..last + c.len_utf8()].iter();
    Some(bytes.fold(0x811C_9DC5_u32, |h, b| (h ^ u32::from(*b)).wrapping_mul(0x0100_0193)).wrapping_mul(0x9E37_79B1))
}

/// A post with its tokens and the places of the vocabulary's words in it.
pub(crate) struct Reading<'a> {
    pub(crate) text: Text<'a>,
    /// (word, token), sorted: where each asked-for word stands.
    hits: Vec<(u32, u32)>,
    /// The words that stand anywhere.
    present: Sieve,
    /// The beginnings of all forms.
    heads: Sieve,
    pub(crate) author: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) followers: Option<u64>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(post: &Post<'a>, vocabulary: &Vocabulary) -> Self {
        let text = Text::new(post.text);
        let mut hits = Vec::new();
        for (i, token) in text.tokens().iter().enumerate().filter(|(_, t)| t.kind != Kind::Url) {
            let mut hit = |form: &str| hits.extend(vocabulary.get(form).map(|word| (word, i as u32)));
            for form in text.forms(token) {
                hit(form);
                if token.sigil == Sigil::Handle && handle_name(form) != form {
                    hit(handle_name(form));
                }
            }
        }
        hits.sort_unstable();
        hits.dedup();
        let (mut present, mut heads) = (Sieve([0; 64]), Sieve([0; 64]));
        hits.iter().for_each(|(word, _)| present.put(hash_word(*word)));
        let forms = text.tokens().iter().flat_map(|t| text.forms(t));
        forms.filter_map(hash_head).for_each(|hash| heads.put(hash));
        Self {
            present,
            heads,
            text,
            hits,
            author: post.author.map(author_key),
            lang: post.lang.map(lang_key),
            channel: post.channel.map(tertulia_kernel::text::fold),
            followers: post.followers,
        }
    }

    /// False when the word stands nowhere, told without looking it up; true proves nothing.
    pub(crate) fn may_hold(&self, word: u32) -> bool {
        self.present.may_hold(hash_word(word))
    }

    /// False when no form begins like `head`; true proves nothing.
    pub(crate) fn may_begin(&self, head: &str) -> bool {
        hash_head(head).is_none_or(|hash| self.heads.may_hold(hash))
    }

    /// The tokens a word stands at, in order.
    pub(crate) fn tokens_of(&self, word: u32) -> impl Iterator<Item = u32> {
        let from = self.hits.partition_point(|hit| hit.0 < word);
        self.hits[from..].iter().take_while(move |hit| hit.0 == word).map(|hit| hit.1)
    }
}

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

    pub(crate) fn get(&self, word: &str) -> Option<u32> {
        self.words.get(word).copied()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let letters: usize = self.words.keys().map(|w| w.len()).sum();
        // A hash table slot: the boxed word's pointer and length, the number, padding, one control byte.
        letters + self.words.capacity() * 25
    }
}

/// A post with its tokens and the places of the vocabulary's words in it.
pub(crate) struct Reading<'a> {
    pub(crate) text: Text<'a>,
    /// (word, token), sorted: where each asked-for word stands.
    hits: Vec<(u32, u32)>,
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
        Self {
            text,
            hits,
            author: post.author.map(author_key),
            lang: post.lang.map(lang_key),
            channel: post.channel.map(tertulia_kernel::text::fold),
            followers: post.followers,
        }
    }

    /// The tokens a word stands at, in order.
    pub(crate) fn tokens_of(&self, word: u32) -> impl Iterator<Item = u32> {
        let from = self.hits.partition_point(|hit| hit.0 < word);
        self.hits[from..].iter().take_while(move |hit| hit.0 == word).map(|hit| hit.1)
    }

    /// The asked-for words that stand anywhere, each once.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> {
        self.hits.chunk_by(|a, b| a.0 == b.0).map(|run| run[0].0)
    }
}

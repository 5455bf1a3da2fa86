//! A post as a query sees it: its texts read once, its known words looked up once.

use std::collections::HashMap;

use serde::Serialize;
use tertulia_kernel::text::{Kind, Sigil, Text, Token, handle_name};

use crate::ast::{FieldName, Has, Is, Quantity, Zone, Zones};

/// What a query can test about a post. What is not stated (`None`, or an empty slice) passes no test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Post<'a> {
    /// The text people read.
    pub text: &'a str,
    /// Its headline or subject.
    pub title: Option<&'a str>,
    /// What the author's profile says.
    pub bio: Option<&'a str>,
    /// The descriptions of its pictures, one a line.
    pub alt: Option<&'a str>,
    /// Web addresses it leads to that are not written in its headline or text.
    pub links: &'a [&'a str],
    /// The author's handle or id, with or without `@`.
    pub author: Option<&'a str>,
    /// Handles of those it is addressed to, with or without `@`.
    pub to: &'a [&'a str],
    /// Language tag, as `es` or `es-MX`.
    pub lang: Option<&'a str>,
    /// Country, as a code of two letters.
    pub country: Option<&'a str>,
    /// Name of the channel it came through.
    pub channel: Option<&'a str>,
    /// The site it was published on: a host name or the post's own web address.
    pub site: Option<&'a str>,
    /// Labels it carries in the product.
    pub tags: &'a [&'a str],
    /// Segments its author belongs to as a customer.
    pub segments: &'a [&'a str],
    /// The author's tier as a customer.
    pub tier: Option<&'a str>,
    /// What it contains. Links in its texts, emoji and question marks are seen without being stated.
    pub has: &'a [Has],
    /// What it is.
    pub is: &'a [Is],
    /// The author's followers.
    pub followers: Option<u64>,
    /// How often it was liked.
    pub likes: Option<u64>,
    /// How often it was shared.
    pub shares: Option<u64>,
    /// How many days old the author's account was when it was written.
    pub age: Option<u64>,
    /// How often it was answered.
    pub replies: Option<u64>,
}

/// Which text of a post a byte range is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// [`Post::title`]
    Title,
    /// [`Post::text`]
    Text,
    /// [`Post::bio`]
    Bio,
    /// [`Post::alt`]
    Alt,
    /// One of [`Post::links`], counted from 0.
    Link(usize),
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

    /// All words by their numbers.
    pub(crate) fn all(&self) -> Vec<&str> {
        let mut all = vec![""; self.words.len()];
        self.words.iter().for_each(|(word, id)| all[*id as usize] = word);
        all
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

/// Places and segments of each text begin this far from those of the text before, so that nothing reaches across: no
/// text has so many tokens, no `NEAR` such a distance.
pub(crate) const APART: u32 = 1 << 20;

/// The most web addresses whose words are read.
pub(crate) const MAX_ADDRESSES: usize = 1_000;

/// One text of a post.
pub(crate) struct Part<'a> {
    pub(crate) zone: Zone,
    pub(crate) source: Source,
    /// Where the text begins in its source.
    pub(crate) offset: usize,
    pub(crate) text: Text<'a>,
}

/// One token of a post, and the text it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'r, 'a> {
    pub(crate) part: &'r Part<'a>,
    pub(crate) token: &'r Token,
    /// What is added to the token's places and segment.
    pub(crate) base: u32,
}

/// A post with its tokens and the places of the vocabulary's words in it.
pub(crate) struct Reading<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    /// (word, part × [`APART`] + token), sorted: where each asked-for word stands.
    hits: Vec<(u32, u32)>,
    /// The words that stand anywhere.
    present: Sieve,
    /// The beginnings of all forms.
    heads: Sieve,
    /// The values the post states, in the form they are compared in.
    pub(crate) values: Vec<(FieldName, String)>,
    post: Post<'a>,
}

impl<'a> Reading<'a> {
    /// Reads the texts in `zones`, and headline and text always.
    pub(crate) fn new(post: &Post<'a>, vocabulary: &Vocabulary, zones: Zones) -> Self {
        let parts = parts(post, zones);
        let mut hits = Vec::new();
        let (mut present, mut heads) = (Sieve([0; 64]), Sieve([0; 64]));
        for (p, part) in parts.iter().enumerate() {
            for (i, token) in part.text.tokens().iter().enumerate().filter(|(_, t)| t.kind != Kind::Url) {
                let mut hit = |form: &str| hits.extend(vocabulary.get(form).map(|word| (word, p as u32 * APART + i as u32)));
                for form in part.text.forms(token) {
                    hit(form);
                    if token.sigil == Sigil::Handle && handle_name(form) != form {
                        hit(handle_name(form));
                    }
                    if let Some(hash) = hash_head(form) {
                        heads.put(hash);
                    }
                }
            }
        }
        hits.sort_unstable();
        hits.dedup();
        hits.iter().for_each(|(word, _)| present.put(hash_word(*word)));
        let values = values(post, &parts);
        Self { parts, hits, present, heads, values, post: *post }
    }

    /// False when the word stands nowhere, told without looking it up; true proves nothing.
    pub(crate) fn may_hold(&self, word: u32) -> bool {
        self.present.may_hold(hash_word(word))
    }

    /// False when no form begins like `head`; true proves nothing.
    pub(crate) fn may_begin(&self, head: &str) -> bool {
        hash_head(head).is_none_or(|hash| self.heads.may_hold(hash))
    }

    /// The tokens a word stands at in these texts, in order.
    pub(crate) fn tokens_of(&self, word: u32, zones: Zones) -> impl Iterator<Item = Seen<'_, 'a>> {
        let from = self.hits.partition_point(|hit| hit.0 < word);
        let hits = self.hits[from..].iter().take_while(move |hit| hit.0 == word);
        hits.filter_map(move |(_, at)| {
            let part = &self.parts[(at / APART) as usize];
            let token = &part.text.tokens()[(at % APART) as usize];
            zones.holds(part.zone).then_some(Seen { part, token, base: at / APART * APART })
        })
    }

    /// All tokens of these texts, in order.
    pub(crate) fn tokens(&self, zones: Zones) -> impl Iterator<Item = Seen<'_, 'a>> {
        let parts = self.parts.iter().enumerate().filter(move |(_, part)| zones.holds(part.zone));
        parts.flat_map(|(p, part)| part.text.tokens().iter().map(move |token| Seen { part, token, base: p as u32 * APART }))
    }

    /// The text that places such as this one are in.
    pub(crate) fn part_at(&self, place: u32) -> &Part<'a> {
        &self.parts[(place / APART) as usize]
    }

    pub(crate) fn number(&self, quantity: Quantity) -> Option<u64> {
        match quantity {
            Quantity::Followers => self.post.followers,
            Quantity::Likes => self.post.likes,
            Quantity::Shares => self.post.shares,
            Quantity::Age => self.post.age,
            Quantity::Replies => self.post.replies,
        }
    }

    pub(crate) fn is(&self, what: Is) -> bool {
        self.post.is.contains(&what)
    }

    pub(crate) fn has(&self, what: Has) -> bool {
        let holds = |kind| self.tokens(Zones::DEFAULT).any(|seen| seen.token.kind == kind);
        self.post.has.contains(&what)
            || match what {
                Has::Link => !self.post.links.is_empty() || holds(Kind::Url),
                Has::Emoji => holds(Kind::Emoji),
                Has::Question => self.parts.iter().any(|part| Zones::DEFAULT.holds(part.zone) && asks(&part.text)),
                Has::Image | Has::Video => false,
            }
    }
}

/// The texts of a post, `Text` first.
fn parts<'a>(post: &Post<'a>, zones: Zones) -> Vec<Part<'a>> {
    let text = |zone, source, text| Part { zone, source, offset: 0, text: Text::new(text) };
    let mut parts = vec![text(Zone::Body, Source::Text, post.text)];
    parts.extend(post.title.map(|title| text(Zone::Title, Source::Title, title)));
    let asked = |zone, text: Option<&'a str>| text.filter(|_| zones.holds(zone));
    parts.extend(asked(Zone::Bio, post.bio).map(|bio| text(Zone::Bio, Source::Bio, bio)));
    parts.extend(asked(Zone::Alt, post.alt).map(|alt| text(Zone::Alt, Source::Alt, alt)));
    if zones.holds(Zone::Url) {
        let written = parts.iter().filter(|part| Zones::DEFAULT.holds(part.zone)).flat_map(|part| {
            let addresses = part.text.tokens().iter().filter(|token| token.kind == Kind::Url);
            addresses.map(|token| (part.source, token.range().start, &part.text.original()[token.range()]))
        });
        let stated = post.links.iter().enumerate().map(|(i, link)| (Source::Link(i), 0, *link));
        let addresses: Vec<_> = written.chain(stated).take(MAX_ADDRESSES).collect();
        let address = |(source, offset, address)| Part { zone: Zone::Url, source, offset, text: Text::of_address(address) };
        parts.extend(addresses.into_iter().map(address));
    }
    parts
}

/// The values a post states, in the form they are compared in.
fn values(post: &Post<'_>, parts: &[Part<'_>]) -> Vec<(FieldName, String)> {
    let mut values = Vec::new();
    let mut state = |name: FieldName, raw: &str| values.extend(name.key(raw).map(|key| (name, key)));
    let single = [
        (FieldName::Author, post.author),
        (FieldName::Lang, post.lang),
        (FieldName::Country, post.country),
        (FieldName::Channel, post.channel),
        (FieldName::Site, post.site),
        (FieldName::Tier, post.tier),
    ];
    single.into_iter().filter_map(|(name, raw)| Some((name, raw?))).for_each(|(name, raw)| state(name, raw));
    let several =
        [(FieldName::To, post.to), (FieldName::Tag, post.tags), (FieldName::Segment, post.segments), (FieldName::Link, post.links)];
    several.into_iter().for_each(|(name, all)| all.iter().for_each(|raw| state(name, raw)));
    for part in parts.iter().filter(|part| Zones::DEFAULT.holds(part.zone)) {
        let addresses = part.text.tokens().iter().filter(|token| token.kind == Kind::Url);
        addresses.for_each(|token| state(FieldName::Link, &part.text.original()[token.range()]));
    }
    values
}

/// True when a question mark stands outside the text's web addresses.
fn asks(text: &Text<'_>) -> bool {
    let original = text.original();
    let mark = |from: usize, to: usize| original[from..to].contains(['?', '¿', '？', '؟', '\u{37E}', '\u{55E}', '⸮']);
    let mut from = 0;
    for token in text.tokens().iter().filter(|token| token.kind == Kind::Url) {
        if mark(from, token.range().start) {
            return true;
        }
        from = token.range().end;
    }
    // Of a text that was cut, what follows was not read: its addresses are not known.
    let end = text.tokens().last().filter(|_| text.is_cut()).map_or(original.len(), |token| token.range().end);
    mark(from, end.max(from))
}

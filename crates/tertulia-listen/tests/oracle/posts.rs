//! Posts as the naive evaluator sees them.

use proptest::prelude::*;
use proptest::sample::select;
use tertulia_listen::Post;
use tertulia_listen::ast::{Has, Is};

/// One token of a piece.
pub struct Tok {
    /// First place in the piece, and how many places it covers.
    pub place: usize,
    pub places: usize,
    /// `#`, `@`, `$`; a blank for words; `c` for one character of an unspaced script.
    pub sign: char,
    pub forms: &'static [&'static str],
    pub enye: bool,
}

/// A stretch of a text: what is written, and what a reader sees in it.
pub struct Piece {
    pub text: &'static str,
    /// How many places it takes.
    pub places: usize,
    pub toks: &'static [Tok],
    /// A sentence or line ends with it.
    pub ends: bool,
    pub emoji: bool,
    pub asks: bool,
    /// It is a web address with these words, compared in this form.
    pub address: Option<(&'static [&'static str], &'static str)>,
}

const fn tok(place: usize, places: usize, sign: char, forms: &'static [&'static str], enye: bool) -> Tok {
    Tok { place, places, sign, forms, enye }
}

const fn piece(text: &'static str, places: usize, toks: &'static [Tok]) -> Piece {
    Piece { text, places, toks, ends: false, emoji: false, asks: false, address: None }
}

const fn ending(piece: Piece) -> Piece {
    Piece { ends: true, ..piece }
}

const fn smiling(piece: Piece) -> Piece {
    Piece { emoji: true, ..piece }
}

macro_rules! word {
    ($text:literal $($form:literal)*) => { piece($text, 1, &[tok(0, 1, ' ', &[$($form),*], false)]) };
}

macro_rules! address {
    ($text:literal $key:literal $($word:literal)*) => {
        Piece { address: Some((&[$($word),*], $key)), ..piece($text, 1, &[]) }
    };
}

pub const PIECES: &[Piece] = &[
    // Spanish
    word!("Iberia" "iberia"),
    word!("IBÉRIA," "iberia"),
    word!("vuelo" "vuelo"),
    ending(word!("vuelos." "vuelos")),
    word!("no" "no"),
    ending(word!("NOOOO!!" "noooo" "no" "noo")),
    word!("llega" "llega"),
    piece("año", 1, &[tok(0, 1, ' ', &["ano"], true)]),
    word!("ano" "ano"),
    piece("MAN\u{303}ANA", 1, &[tok(0, 1, ' ', &["manana"], true)]),
    // English
    ending(word!("Delayed…" "delayed")),
    word!("\"flight" "flight"),
    Piece { asks: true, ..ending(piece("don't?", 2, &[tok(0, 1, ' ', &["don"], false), tok(1, 1, ' ', &["t"], false)])) },
    // Portuguese
    word!("não" "nao"),
    word!("VOO" "voo"),
    word!("atrasaaado" "atrasaaado" "atrasado" "atrasaado"),
    // Signs
    piece("#vuelo", 1, &[tok(0, 1, '#', &["vuelo"], false)]),
    piece("#VueloAño", 2, &[tok(0, 2, '#', &["vueloano"], true), tok(0, 1, ' ', &["vuelo"], false), tok(1, 1, ' ', &["ano"], true)]),
    piece("@Iberia", 1, &[tok(0, 1, '@', &["iberia"], false)]),
    piece("@ana@x.social", 1, &[tok(0, 1, '@', &["ana@x.social", "ana"], false)]),
    piece("$IBE", 1, &[tok(0, 1, '$', &["ibe"], false)]),
    piece("wi-fi", 2, &[tok(0, 1, ' ', &["wi"], false), tok(1, 1, ' ', &["fi"], false)]),
    smiling(word!("😡" "😡")),
    smiling(word!("👍🏽" "👍")),
    // Scripts from right to left, with vowel points and direction marks
    word!("مَرْحَبًا" "مرحبا"),
    ending(word!("\u{202b}שָׁלוֹם\u{202c}!" "שלום")),
    // Scripts without spaces
    piece("東京", 2, &[tok(0, 1, 'c', &["東"], false), tok(1, 1, 'c', &["京"], false)]),
    ending(piece("京都。", 2, &[tok(0, 1, 'c', &["京"], false), tok(1, 1, 'c', &["都"], false)])),
    // Addresses and punctuation
    address!("https://www.Iberia.com/vuelo" "iberia.com/vuelo" "www" "iberia" "com" "vuelo"),
    address!("http://x.social/@ana?no=1" "x.social/@ana?no=1" "x" "social" "ana" "no" "1"),
    Piece { asks: true, ..ending(piece("¿?", 0, &[])) },
    ending(piece("\n", 0, &[])),
];

/// A post as the naive evaluator sees it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub body: Vec<&'static Piece>,
    pub title: Option<Vec<&'static Piece>>,
    pub bio: Option<Vec<&'static Piece>>,
    pub alt: Option<Vec<&'static Piece>>,
    /// Addresses beside the text.
    pub links: Vec<&'static Piece>,
    pub author: Option<&'static str>,
    pub to: Vec<&'static str>,
    pub lang: Option<&'static str>,
    pub country: Option<&'static str>,
    pub channel: Option<&'static str>,
    pub site: Option<&'static str>,
    pub tags: Vec<&'static str>,
    pub segments: Vec<&'static str>,
    pub tier: Option<&'static str>,
    pub has: Vec<Has>,
    pub is: Vec<Is>,
    pub followers: Option<u64>,
    pub likes: Option<u64>,
    pub shares: Option<u64>,
    pub age: Option<u64>,
    pub replies: Option<u64>,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

/// One text of a post: its name in `in:`, its tokens with their places, and for each place its sentence.
pub struct Words {
    pub zone: &'static str,
    /// (first place, place after the last, sign, forms, enye)
    pub toks: Vec<(usize, usize, char, &'static [&'static str], bool)>,
    /// Where runs of unspaced scripts end.
    pub runs: Vec<usize>,
    pub sentences: Vec<usize>,
}

fn words(zone: &'static str, pieces: &[&'static Piece]) -> Words {
    let mut words = Words { zone, toks: Vec::new(), runs: Vec::new(), sentences: Vec::new() };
    let (mut place, mut sentence) = (0, 0);
    for piece in pieces {
        words.toks.extend(piece.toks.iter().map(|t| (place + t.place, place + t.place + t.places, t.sign, t.forms, t.enye)));
        place += piece.places;
        words.sentences.resize(place, sentence);
        words.runs.push(place);
        sentence += usize::from(piece.ends);
    }
    words
}

impl Seen {
    /// All texts words can be looked for in.
    pub fn texts(&self) -> Vec<Words> {
        let mut texts = vec![words("body", &self.body)];
        for (zone, text) in [("title", &self.title), ("bio", &self.bio), ("alt", &self.alt)] {
            texts.extend(text.iter().map(|text| words(zone, text)));
        }
        for (words, _) in self.addresses() {
            let toks = words.iter().enumerate().map(|(i, w)| (i, i + 1, ' ', std::slice::from_ref(w), false)).collect();
            texts.push(Words { zone: "url", toks, runs: Vec::new(), sentences: vec![0; words.len()] });
        }
        texts
    }

    /// Headline and text.
    pub fn read(&self) -> impl Iterator<Item = &'static Piece> {
        self.body.iter().chain(self.title.iter().flatten()).copied()
    }

    /// The words and the compared form of every address.
    pub fn addresses(&self) -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
        self.read().chain(self.links.iter().copied()).filter_map(|piece| piece.address)
    }
}

fn written(pieces: &[&Piece]) -> String {
    pieces.iter().map(|p| p.text).collect::<Vec<_>>().join(" ")
}

/// Calls `with` with the post as the crate sees it.
pub fn with_post<T>(seen: &Seen, with: impl FnOnce(&Post<'_>) -> T) -> T {
    let text = written(&seen.body);
    let [title, bio, alt] = [&seen.title, &seen.bio, &seen.alt].map(|t| t.as_ref().map(|t| written(t)));
    let links: Vec<&str> = seen.links.iter().map(|p| p.text).collect();
    with(&Post {
        text: &text,
        title: title.as_deref(),
        bio: bio.as_deref(),
        alt: alt.as_deref(),
        links: &links,
        author: seen.author,
        to: &seen.to,
        lang: seen.lang,
        country: seen.country,
        channel: seen.channel,
        site: seen.site,
        tags: &seen.tags,
        segments: &seen.segments,
        tier: seen.tier,
        has: &seen.has,
        is: &seen.is,
        followers: seen.followers,
        likes: seen.likes,
        shares: seen.shares,
        age: seen.age,
        replies: seen.replies,
    })
}

fn text(most: usize) -> impl Strategy<Value = Vec<&'static Piece>> {
    prop::collection::vec((0..PIECES.len()).prop_map(|i| &PIECES[i]), 0..most)
}

fn maybe(values: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(values))
}

fn some<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(select(values), 0..3)
}

/// Random posts.
pub fn post() -> impl Strategy<Value = Seen> {
    let texts = (text(14), prop::option::of(text(5)), prop::option::of(text(5)), prop::option::of(text(4)));
    let links = prop::collection::vec((2..4usize).prop_map(|i| &PIECES[PIECES.len() - 1 - i]), 0..2);
    let people = (maybe(&["ana", "bob", "ana@x.social"]), some(&["Ana", "@bob", "@ana@x.social"]));
    let places = (
        maybe(&["es", "es-mx", "pt", "en"]),
        maybe(&["MX", "br"]),
        maybe(&["mastodon", "mail"]),
        maybe(&["https://news.x.com/1", "x.com", "iberia.com"]),
    );
    let crm = (some(&["Urgente", "vip"]), some(&["Oro", "prensa"]), maybe(&["gold", "1"]));
    let kinds = (some(&[Has::Image, Has::Video, Has::Link]), some(Is::ALL));
    let number = || prop::option::of(0..6u64);
    (texts, links, people, places, crm, kinds, (number(), number(), number(), number(), number())).prop_map(
        |((body, title, bio, alt), links, (author, to), (lang, country, channel, site), (tags, segments, tier), (has, is), counts)| {
            let (followers, likes, shares, age, replies) = counts;
            #[rustfmt::skip]
            let seen = Seen {
                body, title, bio, alt, links, author, to, lang, country, channel, site, tags, segments, tier, has, is,
                followers, likes, shares, age, replies,
            };
            seen
        },
    )
}

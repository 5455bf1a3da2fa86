//! The compiled set against a naive evaluator that shares no code with it: not the parser, not the tokeniser, not the
//! matcher. Posts are made of pieces whose tokens are written down by hand; queries are made as trees, printed as
//! people would write them, and evaluated by trying everything.

use proptest::prelude::*;
use proptest::sample::select;
use tertulia_listen::{Candidates, Matcher, MonitorSet, Post, Query};

/// One token of a piece: (first place, places, sign, forms, written with ñ).
type Tok = (usize, usize, char, &'static [&'static str], bool);

/// A piece of a post, how many places it takes, its tokens.
type Piece = (&'static str, usize, &'static [Tok]);

const PIECES: &[Piece] = &[
    ("Iberia", 1, &[(0, 1, ' ', &["iberia"], false)]),
    ("IBÉRIA,", 1, &[(0, 1, ' ', &["iberia"], false)]),
    ("vuelo", 1, &[(0, 1, ' ', &["vuelo"], false)]),
    ("vuelos.", 1, &[(0, 1, ' ', &["vuelos"], false)]),
    ("no", 1, &[(0, 1, ' ', &["no"], false)]),
    ("NOOOO!!", 1, &[(0, 1, ' ', &["noooo", "no", "noo"], false)]),
    ("llega", 1, &[(0, 1, ' ', &["llega"], false)]),
    ("año", 1, &[(0, 1, ' ', &["ano"], true)]),
    ("ano", 1, &[(0, 1, ' ', &["ano"], false)]),
    ("MAN\u{303}ANA", 1, &[(0, 1, ' ', &["manana"], true)]),
    ("#vuelo", 1, &[(0, 1, '#', &["vuelo"], false)]),
    ("#VueloAño", 2, &[(0, 2, '#', &["vueloano"], true), (0, 1, ' ', &["vuelo"], false), (1, 1, ' ', &["ano"], true)]),
    ("@Iberia", 1, &[(0, 1, '@', &["iberia"], false)]),
    ("@ana@x.social", 1, &[(0, 1, '@', &["ana@x.social", "ana"], false)]),
    ("$IBE", 1, &[(0, 1, '$', &["ibe"], false)]),
    ("wi-fi", 2, &[(0, 1, ' ', &["wi"], false), (1, 1, ' ', &["fi"], false)]),
    ("😡", 1, &[(0, 1, ' ', &["😡"], false)]),
    ("👍🏽", 1, &[(0, 1, ' ', &["👍"], false)]),
    ("https://iberia.com/vuelo", 1, &[]),
    ("¿?", 0, &[]),
];

/// A query, as a tree of its own.
#[derive(Clone, Debug)]
enum Ask {
    Word(char, &'static str),
    Phrase(Vec<&'static str>),
    Loose(Vec<&'static str>, usize),
    Exact(&'static str),
    Near(Box<Ask>, Box<Ask>, usize, bool),
    And(Vec<Ask>, bool),
    Or(Vec<Ask>),
    Not(Box<Ask>, bool),
    Author(&'static str),
    Lang(Vec<&'static str>),
    Channel(&'static str),
    Followers(&'static str, u64),
}

const WORDS: &[&str] = &[
    "iberia", "IBERIA", "vuelo", "vuelos", "no", "noo", "llega", "año", "ano", "mañana", "manana", "vueloano", "wi", "fi", "😡", "👍",
    "ibe", "vuel*", "v?elo", "ibe*a", "man*ñ*", "xyz*", "tren",
];
const SIGNED: &[(char, &str)] = &[
    ('#', "vuelo"),
    ('#', "VueloAño"),
    ('#', "vuelo*"),
    ('@', "iberia"),
    ('@', "ana"),
    ('@', "ana@x.social"),
    ('@', "ibe*"),
    ('$', "ibe"),
    ('#', "tren"),
];
const EXACT: &[(&str, &str)] = &[
    // (exact text, the one piece that holds it alone)
    ("Iberia", "Iberia"),
    ("año", "año"),
    ("vuelo", "vuelo"),
    ("NOOOO!!", "NOOOO!!"),
    ("wi-fi", "wi-fi"),
    ("IBÉRIA", "IBÉRIA,"),
];

fn print(ask: &Ask) -> String {
    let quoted = |words: &[&str]| format!("\"{}\"", words.join(" "));
    let list = |parts: &[Ask], joint: &str| parts.iter().map(print).collect::<Vec<_>>().join(joint);
    match ask {
        Ask::Word(' ', w) => (*w).to_owned(),
        Ask::Word(sign, w) => format!("{sign}{w}"),
        Ask::Phrase(words) => quoted(words),
        Ask::Loose(words, n) => format!("{}~{n}", quoted(words)),
        Ask::Exact(text) => format!("{{{text}}}"),
        Ask::Near(l, r, n, ordered) => {
            format!("({}) {}/{n} ({})", print(l), if *ordered { "ONEAR" } else { "NEAR" }, print(r))
        }
        Ask::And(parts, spelt) => format!("({})", list(parts, if *spelt { " AND " } else { " " })),
        Ask::Or(parts) => format!("({})", list(parts, " OR ")),
        Ask::Not(part, dash) => format!("{}({})", if *dash { "-" } else { "NOT " }, print(part)),
        Ask::Author(a) => format!("author:{a}"),
        Ask::Lang(values) => format!("lang:({})", values.join(" OR ")),
        Ask::Channel(c) => format!("channel:{c}"),
        Ask::Followers(sign, n) => format!("followers{sign}{n}"),
    }
}

/// A post as the naive evaluator sees it.
#[derive(Clone, Debug)]
struct Seen {
    pieces: Vec<Piece>,
    author: Option<&'static str>,
    lang: Option<&'static str>,
    channel: Option<&'static str>,
    followers: Option<u64>,
}

impl Seen {
    fn text(&self) -> String {
        self.pieces.iter().map(|p| p.0).collect::<Vec<_>>().join(" ")
    }

    /// Every token with its place in the post.
    fn tokens(&self) -> Vec<Tok> {
        let mut all = Vec::new();
        let mut place = 0;
        for (_, places, tokens) in &self.pieces {
            all.extend(tokens.iter().map(|t| (place + t.0, t.1, t.2, t.3, t.4)));
            place += places;
        }
        all
    }
}

/// `*` and `?` by trying every split.
fn wild(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|n| wild(rest, &word[n..])),
        Some(('?', rest)) => !word.is_empty() && wild(rest, &word[1..]),
        Some((c, rest)) => word.first() == Some(c) && wild(rest, &word[1..]),
    }
}

fn fits(sign: char, word: &str, token: &Tok) -> bool {
    let enye = word.contains('ñ') || word.contains('Ñ');
    let plain: Vec<char> = word.to_lowercase().replace('ñ', "n").chars().collect();
    let form = |f: &&'static str| wild(&plain, &f.chars().collect::<Vec<_>>());
    let sign_fits = if sign == ' ' { token.2 != '@' } else { token.2 == sign };
    sign_fits && (!enye || token.4) && token.3.iter().any(form)
}

type Places = Vec<(usize, usize)>;

fn places_of(sign: char, word: &str, post: &Seen) -> Places {
    post.tokens().iter().filter(|t| fits(sign, word, t)).map(|t| (t.0, t.0 + t.1)).collect()
}

/// All places of a textual query, by trying everything.
fn places(ask: &Ask, post: &Seen) -> Places {
    let mut found: Places = match ask {
        Ask::Word(sign, word) => places_of(*sign, word, post),
        Ask::Phrase(words) => {
            let mut chains = places_of(' ', words[0], post);
            for word in &words[1..] {
                let next = places_of(' ', word, post);
                chains = chains.iter().flat_map(|c| next.iter().filter(|n| n.0 == c.1).map(|n| (c.0, n.1)).collect::<Vec<_>>()).collect();
            }
            chains
        }
        Ask::Loose(words, others) => {
            let each: Vec<Places> = words.iter().map(|w| places_of(' ', w, post)).collect();
            let total: usize = post.pieces.iter().map(|p| p.1).sum();
            let holds = |s: usize, e: usize| assign(&each, s, e, &mut Vec::new());
            let mut windows = Vec::new();
            for s in 0..total {
                for e in s + 1..=total {
                    let minimal = holds(s, e) && !holds(s + 1, e) && !(e > s + 1 && holds(s, e - 1));
                    if minimal && e - s <= words.len() + others {
                        windows.push((s, e));
                    }
                }
            }
            windows
        }
        Ask::Exact(text) => {
            let piece = EXACT.iter().find(|(t, _)| t == text).map(|(_, p)| *p);
            let mut place = 0;
            let mut found = Vec::new();
            for (written, count, _) in &post.pieces {
                // The same letters stand in `vuelo`, `#vuelo` and the part `Vuelo` only when case agrees.
                if Some(*written) == piece || (*text == "vuelo" && *written == "#vuelo") {
                    found.push((place, place + count));
                }
                place += count;
            }
            found
        }
        Ask::Or(parts) => parts.iter().flat_map(|p| places(p, post)).collect(),
        Ask::Near(left, right, n, ordered) => {
            let (left, right) = (places(left, post), places(right, post));
            let mut found = Vec::new();
            for l in &left {
                for r in &right {
                    let after = r.0 >= l.1 && r.0 - l.1 <= *n;
                    let before = l.0 >= r.1 && l.0 - r.1 <= *n;
                    if after || (before && !ordered) {
                        found.push((l.0.min(r.0), l.1.max(r.1)));
                    }
                }
            }
            found
        }
        _ => unreachable!("not textual"),
    };
    found.sort_unstable();
    found.dedup();
    found
}

/// Gives each word a first place of its own inside the window, trying all.
fn assign(words: &[Places], start: usize, end: usize, used: &mut Vec<usize>) -> bool {
    let Some(places) = words.get(used.len()) else {
        return true;
    };
    places.iter().filter(|p| p.0 >= start && p.1 <= end).any(|p| {
        if used.contains(&p.0) {
            return false;
        }
        used.push(p.0);
        let works = assign(words, start, end, used);
        used.pop();
        works
    })
}

fn holds(ask: &Ask, post: &Seen) -> bool {
    match ask {
        Ask::And(parts, _) => parts.iter().all(|p| holds(p, post)),
        Ask::Or(parts) => parts.iter().any(|p| holds(p, post)),
        Ask::Not(part, _) => !holds(part, post),
        Ask::Author(a) => post.author.is_some_and(|own| own == *a || own.split('@').next() == Some(a)),
        Ask::Lang(values) => post.lang.is_some_and(|own| values.iter().any(|v| own == *v || own.starts_with(&format!("{v}-")))),
        Ask::Channel(c) => post.channel == Some(c),
        Ask::Followers(sign, n) => post.followers.is_some_and(|own| match *sign {
            ">" => own > *n,
            ">=" => own >= *n,
            "<" => own < *n,
            "<=" => own <= *n,
            _ => own == *n,
        }),
        _ => !places(ask, post).is_empty(),
    }
}

fn word() -> impl Strategy<Value = Ask> {
    prop_oneof![
        6 => select(WORDS).prop_map(|w| Ask::Word(' ', w)),
        2 => select(SIGNED).prop_map(|(s, w)| Ask::Word(s, w)),
        1 => select(EXACT).prop_map(|(t, _)| Ask::Exact(t)),
    ]
}

fn phrase_words(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(select(WORDS), 2..=most)
}

fn textual() -> impl Strategy<Value = Ask> {
    let leaf = prop_oneof![
        4 => word(),
        1 => phrase_words(3).prop_map(Ask::Phrase),
        1 => (phrase_words(4), 0..4usize).prop_map(|(w, n)| Ask::Loose(w, n)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone(), 0..6usize, any::<bool>()).prop_map(|(l, r, n, o)| Ask::Near(Box::new(l), Box::new(r), n, o)),
            prop::collection::vec(inner, 2..4).prop_map(Ask::Or),
        ]
    })
}

fn ask() -> impl Strategy<Value = Ask> {
    let leaf = prop_oneof![
        6 => textual(),
        1 => select(&["ana", "bob", "ana@x.social"][..]).prop_map(Ask::Author),
        1 => prop::collection::vec(select(&["es", "pt", "es-mx"][..]), 1..3).prop_map(Ask::Lang),
        1 => select(&["mastodon", "mail"][..]).prop_map(Ask::Channel),
        1 => (select(&[">", ">=", "<", "<=", "=", ":"][..]), 0..5u64).prop_map(|(s, n)| Ask::Followers(s, n)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 2..4), any::<bool>()).prop_map(|(p, s)| Ask::And(p, s)),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Ask::Or),
            (inner, any::<bool>()).prop_map(|(p, d)| Ask::Not(Box::new(p), d)),
        ]
    })
}

fn post() -> impl Strategy<Value = Seen> {
    (
        prop::collection::vec(select(PIECES), 0..14),
        prop::option::of(select(&["ana", "bob", "ana@x.social"][..])),
        prop::option::of(select(&["es", "es-mx", "pt", "en"][..])),
        prop::option::of(select(&["mastodon", "mail"][..])),
        prop::option::of(0..5u64),
    )
        .prop_map(|(pieces, author, lang, channel, followers)| Seen { pieces, author, lang, channel, followers })
}

fn as_post<'a>(seen: &Seen, text: &'a str) -> Post<'a> {
    Post { text, author: seen.author, lang: seen.lang, channel: seen.channel, followers: seen.followers, ..Post::default() }
}

/// What a database would answer for the candidates, over the post's search terms.
fn offers(candidates: &Candidates, terms: &[&str]) -> bool {
    match candidates {
        Candidates::Everything => true,
        Candidates::Term(t) => terms.contains(&t.as_str()),
        Candidates::Prefix(p) => terms.iter().any(|t| t.starts_with(p.as_str())),
        Candidates::Any(parts) => parts.iter().any(|p| offers(p, terms)),
        Candidates::All(parts) => parts.iter().all(|p| offers(p, terms)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_set_agrees_with_the_naive_evaluator(
        asks in prop::collection::vec(ask(), 1..12),
        posts in prop::collection::vec(post(), 1..8),
        removed in prop::collection::vec(any::<bool>(), 12),
    ) {
        let mut set = MonitorSet::new();
        let mut kept = Vec::new();
        for (id, ask) in asks.iter().enumerate() {
            // Queries that only exclude are refused by the language; their opposite may still be asked.
            let Ok(query) = Query::parse(&print(ask)) else {
                prop_assert!(print(ask).contains("NOT ") || print(ask).contains('-'), "{}", print(ask));
                continue;
            };
            set.add(id, &query);
            kept.push((id, ask, query));
        }
        for gone in kept.iter().map(|(id, ..)| *id).filter(|id| removed[*id]).collect::<Vec<_>>() {
            prop_assert!(set.remove(&gone));
            kept.retain(|(id, ..)| *id != gone);
        }
        prop_assert_eq!(set.len(), kept.len());
        for seen in &posts {
            let text = seen.text();
            let post = as_post(seen, &text);
            let expected: Vec<usize> = kept.iter().filter(|(_, ask, _)| holds(ask, seen)).map(|(id, ..)| *id).collect();
            let got = set.matches(&post);
            prop_assert_eq!(&got, &expected, "post {:?}, queries {:?}", text, asks.iter().map(print).collect::<Vec<_>>());
            let terms = tertulia_kernel::text::search_terms(&text);
            let terms: Vec<&str> = terms.split(' ').collect();
            for (id, _, query) in &kept {
                let matcher = Matcher::new(query);
                let matched = expected.contains(id);
                prop_assert_eq!(matcher.matches(&post), matched);
                prop_assert_eq!(matcher.explain(&post).is_some(), matched);
                prop_assert!(!matched || offers(&query.candidates(), &terms), "{} on {}", query, text);
            }
        }
    }

    #[test]
    fn printing_and_parsing_agree(ask in ask()) {
        if let Ok(query) = Query::parse(&print(&ask)) {
            let printed = query.to_string();
            prop_assert_eq!(Query::parse(&printed).expect("canonical spelling parses"), query);
        }
    }
}

/// Pieces of syntax and of writing, thrown together.
fn soup() -> impl Strategy<Value = String> {
    const BITS: &[&str] = &[
        "(",
        ")",
        "\"",
        "“",
        "»",
        "{",
        "}",
        "-",
        "*",
        "?",
        "~2",
        "~",
        " ",
        " ",
        " ",
        "AND",
        "OR",
        "NOT",
        "NEAR/3",
        "ONEAR/0",
        "NEAR/2f",
        "NEAR",
        "lang:",
        "author:",
        "channel:",
        "followers",
        ">",
        ">=",
        ":",
        "5",
        "#",
        "@",
        "$",
        "hola",
        "Año",
        "ﬁ",
        "½",
        "東京",
        "ก",
        "👍🏽",
        "👩‍👩‍👧",
        "1️⃣",
        "n\u{303}",
        "\u{200b}",
        "\u{202e}",
        ",",
        ".",
        "_",
        "ﷺ",
        "ͺ",
        "ﾞ",
        "{C++}",
        "\"a b\"~3",
        "www.x.y",
        "ㅋㅋㅋ",
        "ñandu*",
    ];
    prop::collection::vec(select(BITS), 0..14).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn anything_parses_or_errs_in_place(text in prop_oneof![soup(), "\\PC{0,40}", ".{0,30}"], post in "\\PC{0,40}") {
        match Query::parse(&text) {
            Ok(query) => {
                let printed = query.to_string();
                let again = Query::parse(&printed);
                prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} printed {:?}", text, printed);
                for text in [post.as_str(), text.as_str()] {
                    let post = Post { text, ..Post::default() };
                    let matcher = Matcher::new(&query);
                    let why = matcher.explain(&post);
                    prop_assert_eq!(why.is_some(), matcher.matches(&post));
                    for mark in why.iter().flat_map(|w| w.highlights()) {
                        prop_assert!(text.get(mark).is_some_and(|s| !s.is_empty()));
                    }
                    let terms = tertulia_kernel::text::search_terms(text);
                    let terms: Vec<&str> = terms.split(' ').collect();
                    prop_assert!(why.is_none() || offers(&query.candidates(), &terms), "{} on {}", query, text);
                    let mut set = MonitorSet::new();
                    set.add(1, &query);
                    prop_assert_eq!(set.matches(&post).len(), usize::from(why.is_some()));
                }
            }
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?} {:?}", text, error.span);
            }
        }
    }
}

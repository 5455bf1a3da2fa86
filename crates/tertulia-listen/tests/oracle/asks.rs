//! Queries as trees of their own, and as people write them.

use proptest::prelude::*;
use proptest::sample::select;
use tertulia_listen::Lists;

use super::fields::{BROAD, NARROW, Test};

/// A query.
#[derive(Clone, Debug)]
pub enum Ask {
    Word(char, &'static str),
    Phrase(Vec<&'static str>),
    Loose(Vec<&'static str>, usize),
    Exact(&'static str),
    Near(Box<Ask>, Box<Ask>, usize, bool),
    Sentence(Box<Ask>, Box<Ask>),
    Except(Box<Ask>, Box<Ask>),
    List(&'static str),
    AtLeast(usize, Box<Ask>),
    Few(usize, Vec<Ask>),
    And(Vec<Ask>, bool),
    Or(Vec<Ask>),
    Not(Box<Ask>, bool),
    In(Vec<&'static str>, Box<Ask>, bool),
    Field(Test),
}

/// The shared lists, and what they hold.
pub const LISTS: &[(&str, &[&str])] = &[("viajes", &["vuelo", "no llega", "😡"]), ("marcas propias", &["@Iberia", "iberia", "*ano"])];

/// What the evaluator understands by the lists.
pub fn terms_of(list: &str) -> Vec<Ask> {
    match list {
        "viajes" => vec![Ask::Word(' ', "vuelo"), Ask::Phrase(vec!["no", "llega"]), Ask::Word(' ', "😡")],
        _ => vec![Ask::Word('@', "iberia"), Ask::Word(' ', "iberia"), Ask::Word(' ', "*ano")],
    }
}

/// The shared lists for the parser.
pub fn lists() -> Lists {
    let mut lists = Lists::new();
    for (name, terms) in LISTS {
        lists.add(name, *terms).expect("terms of the table");
    }
    lists
}

pub const WORDS: &[&str] = &[
    "iberia",
    "IBERIA",
    "vuelo",
    "vuelos",
    "no",
    "noo",
    "llega",
    "año",
    "ano",
    "mañana",
    "manana",
    "vueloano",
    "wi",
    "fi",
    "😡",
    "👍",
    "ibe",
    "delayed",
    "flight",
    "don",
    "não",
    "voo",
    "atrasado",
    "مرحبا",
    "שלום",
    "com",
    "ana",
    "vuel*",
    "v?elo",
    "ibe*a",
    "man*ñ*",
    "xyz*",
    "*uelo",
    "*eri*",
    "*año",
    "?elayed",
    "*a?e*d",
    "tren",
];
const UNSPACED: &[&str] = &["東京", "京", "京都", "都", "東京都"];
const SIGNED: &[(char, &str)] = &[
    ('#', "vuelo"),
    ('#', "VueloAño"),
    ('#', "vuelo*"),
    ('#', "*elo*"),
    ('@', "iberia"),
    ('@', "ana"),
    ('@', "ana@x.social"),
    ('@', "ibe*"),
    ('@', "*ria"),
    ('$', "ibe"),
    ('#', "tren"),
];
pub const EXACT: &[(&str, &str)] = &[
    // (exact text, the one piece that holds it alone)
    ("Iberia", "Iberia"),
    ("año", "año"),
    ("vuelo", "vuelo"),
    ("NOOOO!!", "NOOOO!!"),
    ("wi-fi", "wi-fi"),
    ("IBÉRIA", "IBÉRIA,"),
    ("don't?", "don't?"),
];

/// A query as people write it.
pub fn print(ask: &Ask) -> String {
    let quoted = |words: &[&str]| format!("\"{}\"", words.join(" "));
    let list = |parts: &[Ask], joint: &str| parts.iter().map(print).collect::<Vec<_>>().join(joint);
    match ask {
        Ask::Word(' ', w) => (*w).to_owned(),
        Ask::Word(sign, w) => format!("{sign}{w}"),
        Ask::Phrase(words) => quoted(words),
        Ask::Loose(words, n) => format!("{}~{n}", quoted(words)),
        Ask::Exact(text) => format!("{{{text}}}"),
        Ask::Near(l, r, n, false) => format!("({}) NEAR/{n} ({})", print(l), print(r)),
        Ask::Near(l, r, n, true) if n % 2 == 0 => format!("({}) NEAR/{n}f ({})", print(l), print(r)),
        Ask::Near(l, r, n, true) => format!("({}) ONEAR/{n} ({})", print(l), print(r)),
        Ask::Sentence(l, r) => format!("({}) SENTENCE ({})", print(l), print(r)),
        Ask::Except(l, r) => format!("({}) EXCEPT ({})", print(l), print(r)),
        Ask::List(name) => format!("list:\"{name}\""),
        Ask::AtLeast(n, part) => format!("ATLEAST/{n} ({})", print(part)),
        Ask::Few(n, parts) => format!("{n} OF ({})", list(parts, ", ")),
        Ask::And(parts, spelt) => format!("({})", list(parts, if *spelt { " AND " } else { " " })),
        Ask::Or(parts) => format!("({})", list(parts, " OR ")),
        Ask::Not(part, dash) => format!("{}({})", if *dash { "-" } else { "NOT " }, print(part)),
        Ask::In(zones, part, first) if *first => format!("(in:({}) ({}))", zones.join(" OR "), print(part)),
        Ask::In(zones, part, _) => format!("(({}) AND in:({}))", print(part), zones.join(" OR ")),
        Ask::Field((written, _)) => (*written).to_owned(),
    }
}

fn word() -> impl Strategy<Value = Ask> {
    prop_oneof![
        8 => select(WORDS).prop_map(|w| Ask::Word(' ', w)),
        1 => select(UNSPACED).prop_map(|w| Ask::Word(' ', w)),
        2 => select(SIGNED).prop_map(|(s, w)| Ask::Word(s, w)),
        1 => select(EXACT).prop_map(|(t, _)| Ask::Exact(t)),
        1 => select(LISTS).prop_map(|(name, _)| Ask::List(name)),
    ]
}

/// In a phrase `?` at an end is punctuation, so a word that begins with it does not go there.
fn phrase_words(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    let words = select(WORDS).prop_filter("punctuation in a phrase", |w| !w.starts_with('?'));
    prop::collection::vec(prop_oneof![6 => words, 1 => select(UNSPACED)], 2..=most)
}

fn positional() -> impl Strategy<Value = Ask> {
    let leaf = prop_oneof![
        4 => word(),
        1 => phrase_words(3).prop_map(Ask::Phrase),
        1 => (phrase_words(4), 0..4usize).prop_map(|(w, n)| Ask::Loose(w, n)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            3 => (two(), 0..6usize, any::<bool>()).prop_map(|((l, r), n, o)| Ask::Near(l, r, n, o)),
            2 => two().prop_map(|(l, r)| Ask::Sentence(l, r)),
            2 => two().prop_map(|(l, r)| Ask::Except(l, r)),
            3 => prop::collection::vec(inner, 2..4).prop_map(Ask::Or),
        ]
    })
}

/// Random queries, of which some are too broad to listen with.
pub fn any_ask() -> impl Strategy<Value = Ask> {
    let leaf = prop_oneof![
        12 => positional(),
        2 => (1..4usize, positional()).prop_map(|(n, part)| Ask::AtLeast(n, Box::new(part))),
        2 => select(NARROW).prop_map(Ask::Field),
        2 => select(BROAD).prop_map(Ask::Field),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let zones = prop::sample::subsequence(vec!["title", "body", "bio", "url", "alt"], 1..4);
        let few = prop::collection::vec(inner.clone(), 2..5);
        prop_oneof![
            3 => (prop::collection::vec(inner.clone(), 2..4), any::<bool>()).prop_map(|(p, s)| Ask::And(p, s)),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(Ask::Or),
            2 => (few, any::<prop::sample::Index>()).prop_map(|(p, n)| Ask::Few(n.index(p.len()) + 1, p)),
            2 => (inner.clone(), any::<bool>()).prop_map(|(p, d)| Ask::Not(Box::new(p), d)),
            2 => (zones, inner, any::<bool>()).prop_map(|(z, p, first)| Ask::In(z, Box::new(p), first)),
        ]
    })
}

/// Random queries, most of them made narrow by a word or field beside them.
pub fn ask() -> impl Strategy<Value = Ask> {
    let scope = prop_oneof![select(NARROW).prop_map(Ask::Field), positional()];
    prop_oneof![any_ask(), (any_ask(), scope).prop_map(|(ask, scope)| Ask::And(vec![ask, scope], false)),]
}

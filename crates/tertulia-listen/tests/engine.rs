//! The engine against queries matched alone: built at once, with additions and removals, joined, written and read back;
//! by one thread and by two; and against queries and posts made to hurt it.

use proptest::prelude::*;
use proptest::sample::select;
use tertulia_listen::{Engine, Frequencies, Lists, Matcher, Post, Query, Scratch, SnapshotError};

const LEAVES: &[&str] = &[
    "iberia",
    "vuelo",
    "no",
    "llega",
    "tarde",
    "año",
    "maleta",
    "#vuelo",
    "#AmoIberia",
    "@iberia",
    "$ibe",
    "😡",
    "male*",
    "vue*",
    "v?elo",
    "*eta",
    "*egad*",
    "\"no llega\"",
    "\"el vuelo no llega\"",
    "\"año nuevo\"",
    "\"vuel* tarde\"",
    "\"vuelo llega\"~2",
    "{Iberia}",
    "東京",
    "京",
    "(iberia NEAR/3 maleta)",
    "(vuelo ONEAR/1 (tarde OR llega))",
    "((vuelo NEAR/2 no) NEAR/4 (maleta OR male*))",
    "(vuelo SENTENCE tarde)",
    "(vuelo EXCEPT \"vuelo llega\")",
    "ATLEAST/2 vuelo",
    "2 OF (iberia, vuelo, maleta, tarde)",
    "lang:es",
    "author:ana",
    "channel:mastodon",
    "followers>10",
    "has:emoji",
    "in:title (vuelo)",
    "in:bio (maleta)",
    "site:iberia.com",
    "link:iberia.com/vuelo",
];

const PIECES: &[&str] = &[
    "iberia",
    "Iberia",
    "vuelo",
    "VUELO",
    "vuelos",
    "no",
    "nooo",
    "llega",
    "llegada",
    "tarde",
    "año",
    "ano",
    "nuevo",
    "maleta",
    "maletas",
    "el",
    "#vuelo",
    "#AmoIberia",
    "@iberia",
    "$IBE",
    "😡",
    "東京に",
    ".",
    "!",
    "https://iberia.com/vuelo",
    "👨‍👩‍👧",
];

fn ask() -> impl Strategy<Value = String> {
    let leaf = select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|p| format!("({})", p.join(" AND "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|p| format!("({})", p.join(" OR "))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} NOT {b})")),
        ]
    })
}

/// What a company asks: the same contexts and exclusions in many queries, which the engine keeps once.
fn company() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &["iberia", "vuelo", "(maleta OR male*)", "\"no llega\"", "@iberia", "(vuelo OR {Iberia})", "v?elo"];
    const CONTEXTS: &[&str] = &["", "(llega OR tarde OR no)", "(\"año nuevo\" OR el)", "followers>10"];
    const EXCLUSIONS: &[&str] = &["", "NOT (tarde OR nuevo)", "NOT (el OR #vuelo OR 😡)", "NOT (no OR followers>15)"];
    let any = prop_oneof![Just("AND"), Just("OR")];
    (select(NAMES), any, select(CONTEXTS), select(EXCLUSIONS)).prop_map(|(name, any, context, exclusion)| {
        let context = if context.is_empty() { String::new() } else { format!("{any} {context}") };
        format!("({name} {context}) {exclusion}")
    })
}

#[derive(Clone, Debug)]
struct Seen {
    text: String,
    title: Option<String>,
    bio: Option<String>,
    author: Option<&'static str>,
    lang: Option<&'static str>,
    followers: Option<u64>,
}

impl Seen {
    fn post(&self) -> Post<'_> {
        let Self { text, title, bio, author, lang, followers } = self;
        Post {
            text,
            title: title.as_deref(),
            bio: bio.as_deref(),
            author: *author,
            lang: *lang,
            followers: *followers,
            channel: lang.map(|_| "mastodon"),
            site: author.map(|_| "www.iberia.com"),
            ..Post::default()
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(select(PIECES), 0..12).prop_map(|pieces| pieces.join(" "))
}

fn seen() -> impl Strategy<Value = Seen> {
    let fields = (prop::option::of(select(&["ana", "@Ana@x.social", "bob"][..])), prop::option::of(select(&["es", "es-MX", "en"][..])));
    (text(), prop::option::weighted(0.3, text()), prop::option::weighted(0.2, text()), fields, prop::option::of(0..20_u64))
        .prop_map(|(text, title, bio, (author, lang), followers)| Seen { text, title, bio, author, lang, followers })
}

fn parsed(asks: &[String]) -> Vec<Query> {
    asks.iter().filter_map(|ask| Query::parse(ask).ok()).collect()
}

/// The keys of the queries that match on their own.
fn alone(queries: &[(u32, &Query)], post: &Post<'_>) -> Vec<u32> {
    queries.iter().filter(|(_, query)| Matcher::new(query).matches(post)).map(|(key, _)| *key).collect()
}

fn check(engine: &Engine<u32>, queries: &[(u32, &Query)], posts: &[Seen], when: &str) {
    assert_eq!(engine.len(), queries.len());
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    for seen in posts {
        engine.matches(&seen.post(), &mut scratch, &mut keys);
        assert!(engine.exhausted(&scratch).is_empty());
        let shown: Vec<String> = queries.iter().map(|(key, query)| format!("{key}: {query}")).collect();
        assert_eq!(keys, alone(queries, &seen.post()), "{when}: {seen:?} {shown:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_engine_says_what_each_query_says(
        asks in prop::collection::vec(prop_oneof![ask(), company()], 1..16),
        posts in prop::collection::vec(seen(), 1..6),
        cut in 0..16_usize,
        gone in prop::collection::vec(any::<bool>(), 16),
    ) {
        let queries = parsed(&asks);
        let cut = cut.min(queries.len());
        let all: Vec<(u32, &Query)> = (0..).zip(&queries).collect();

        let mut learnt = Frequencies::default();
        posts.iter().for_each(|seen| learnt.observe(&seen.post(), &mut Scratch::default()));
        let mut engine = Engine::build(all[..cut].iter().copied(), learnt);
        check(&engine, &all[..cut], &posts, "built");
        for (key, query) in &all[cut..] {
            engine.add(*key, query);
        }
        check(&engine, &all, &posts, "added to");
        let kept: Vec<(u32, &Query)> = all.iter().copied().filter(|(key, _)| !gone[*key as usize]).collect();
        for (key, _) in all.iter().filter(|(key, _)| gone[*key as usize]) {
            prop_assert!(engine.remove(key));
            prop_assert!(!engine.remove(key));
        }
        check(&engine, &kept, &posts, "with removals");
        let before = engine.clone();
        engine.merge();
        check(&engine, &kept, &posts, "joined");
        check(&before, &kept, &posts, "the clone from before");
        let bytes = engine.snapshot(|key| key.to_be_bytes().to_vec());
        let key = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
        let mut read = Engine::from_snapshot(&bytes, &Lists::new(), key).expect("a snapshot is read back");
        check(&read, &kept, &posts, "read back");
        prop_assert_eq!(read.snapshot(|key| key.to_be_bytes().to_vec()), bytes);
        // What was read back goes on as if nothing had happened; a key is taken over by its newest query.
        let replaced: Vec<(u32, &Query)> = kept.iter().map(|(key, _)| (*key, &queries[queries.len() - 1 - *key as usize])).collect();
        for (key, query) in &replaced {
            read.add(*key, query);
        }
        check(&read, &replaced, &posts, "replaced");
    }
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let queries = parsed(&["iberia maleta NOT promo".to_owned(), "\"no llega\" OR male*".to_owned(), "{Iberia}".to_owned()]);
    let mut engine = Engine::build((0_u32..).zip(&queries), Frequencies::default());
    let bytes = engine.snapshot(|key| key.to_be_bytes().to_vec());
    let read = |bytes: &[u8]| Engine::from_snapshot(bytes, &Lists::new(), |key| key.try_into().ok().map(u32::from_be_bytes)).map(|_| ());
    assert_eq!(read(&bytes), Ok(()));
    assert_eq!(read(b""), Err(SnapshotError::OtherVersion));
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(read(&changed).is_err(), "byte {at}");
        assert!(read(&bytes[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn threads_share_one_engine() {
    let asks: Vec<String> = (0..600).map(|n| format!("{} {}", LEAVES[n % 20], ["OR tarde", "NOT no", "maleta"][n % 3])).collect();
    let queries = parsed(&asks);
    let engine = Engine::build((0_u32..).zip(&queries), Frequencies::default());
    let posts: Vec<String> =
        (0..2_000).map(|n: usize| (0..9).map(|i| PIECES[(n * 7 + i * i * 3) % PIECES.len()]).collect::<Vec<_>>().join(" ")).collect();
    let matched = |posts: &[String]| {
        let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
        let each = posts.iter().map(|text| {
            engine.matches(&Post { text, ..Post::default() }, &mut scratch, &mut keys);
            keys.clone()
        });
        each.collect::<Vec<_>>()
    };
    let one = matched(&posts);
    let (first, second) = posts.split_at(1_000);
    let two = std::thread::scope(|scope| {
        let halves = [first, second].map(|half| scope.spawn(|| matched(half)));
        halves.into_iter().flat_map(|half| half.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(one, two);
    assert!(one.iter().any(|keys| !keys.is_empty()));
}

#[test]
fn a_hostile_set_hurts_nobody() {
    let mut asks: Vec<String> = (0..1_000).map(|n| format!("lang:es NOT palabra{n}")).collect();
    asks.push((0..4_900).map(|n| format!("nombre{n}")).collect::<Vec<_>>().join(" OR "));
    asks.push(format!("{}vuelo{}", "(a OR (".repeat(20), "))".repeat(20)));
    asks.extend((0..50).map(|n| format!("*abc{n}* OR *xyz*")));
    let near: Vec<String> = (0..30).map(|_| "((vuelo OR no) NEAR/900 ((vuelo NEAR/900 no) NEAR/900 vuelo))".to_owned()).collect();
    asks.push(near.join(" AND "));
    asks.push("maleta".to_owned());
    let queries = parsed(&asks);
    assert_eq!(queries.len(), asks.len());
    let engine = Engine::build((0_u32..).zip(&queries), Frequencies::default());
    let long = "vuelo no ".repeat(120_000) + "maleta";
    let cut = "maleta ".to_owned() + &long;
    let one_word = "abcxyz".repeat(100_000);
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    for (text, expected) in [("maleta", true), (&long, false), (&cut, true), (&one_word, false), ("maleta nombre7", true)] {
        engine.matches(&Post { text, lang: Some("es"), ..Post::default() }, &mut scratch, &mut keys);
        assert_eq!(keys.contains(&(asks.len() as u32 - 1)), expected);
        // All but one of those that only exclude.
        assert!(keys.len() >= 1_000);
    }
    // What took too long is named, not dropped in silence.
    assert!(scratch.counts.exhausted <= 2);
}

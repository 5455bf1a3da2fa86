//! The engine says of a post what each query says alone: built, added to, with removals, joined, written and read back.
//!
//! The bytes are rows that end with 0: as many queries as there are, then the headline, then the text of one post.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tertulia_listen::{Engine, Frequencies, Lists, Matcher, Post, Query, Scratch};

mod spoken;

fuzz_target!(|bytes: &[u8]| {
    let Some((state, rest)) = bytes.split_first() else { return };
    let rows: Vec<&[u8]> = rest.split(|byte| *byte == 0).collect();
    let [asks @ .., title, text] = rows.as_slice() else { return };
    let asked = |row: &&[u8]| match row.split_first() {
        Some((b'"', typed)) => String::from_utf8_lossy(typed).into_owned(),
        _ => spoken::ask(row),
    };
    let queries: Vec<Query> = asks.iter().take(24).filter_map(|row| Query::parse(&asked(row)).ok()).collect();
    if queries.is_empty() {
        return;
    }
    let (title, text) = (spoken::written(title), spoken::written(text));
    let post = Post {
        text: &text,
        title: (state & 1 == 1).then_some(&*title),
        bio: (state & 2 == 2).then_some(&*title),
        lang: (state & 4 == 4).then_some("es-MX"),
        author: (state & 8 == 8).then_some("@Ana@x.social"),
        site: (state & 16 == 16).then_some("www.iberia.com"),
        followers: (state & 32 == 32).then_some(7),
        channel: (state & 64 == 64).then_some("mastodon"),
        ..Post::default()
    };
    let all: Vec<(u32, &Query, bool)> = (0..).zip(&queries).map(|(key, query)| (key, query, Matcher::new(query).matches(&post))).collect();

    let cut = usize::from(*state) % (all.len() + 1);
    let mut learnt = Frequencies::default();
    learnt.observe(&post, &mut Scratch::default());
    let mut engine = Engine::build(all[..cut].iter().map(|(key, query, _)| (*key, *query)), learnt);
    check(&engine, &all[..cut], &post, "built");
    all[cut..].iter().for_each(|(key, query, _)| engine.add(*key, query));
    check(&engine, &all, &post, "added to");
    let (gone, kept): (Vec<_>, Vec<_>) = all.iter().copied().partition(|(key, ..)| (key + u32::from(*state)) % 3 == 0);
    gone.iter().for_each(|(key, ..)| assert!(engine.remove(key)));
    check(&engine, &kept, &post, "with removals");
    engine.merge();
    check(&engine, &kept, &post, "joined");
    let bytes = engine.snapshot(|key| key.to_be_bytes().to_vec());
    let read = Engine::from_snapshot(&bytes, &Lists::new(), |key| key.try_into().ok().map(u32::from_be_bytes));
    check(&read.expect("a snapshot is read back"), &kept, &post, "read back");
    // Each query often enough that what they have in common is kept once.
    let often: Vec<(u32, &Query, bool)> = (0..).zip(all.iter().cycle().take(5 * all.len())).map(|(key, one)| (key, one.1, one.2)).collect();
    let mut engine = Engine::build(often.iter().map(|(key, query, _)| (*key, *query)), Frequencies::default());
    check(&engine, &often, &post, "each five times");
    engine.add(often.len() as u32, often[0].1);
    engine.remove(&(often.len() as u32));
    engine.merge();
    check(&engine, &often, &post, "each five times, joined again");
});

fn check(engine: &Engine<u32>, queries: &[(u32, &Query, bool)], post: &Post<'_>, when: &str) {
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    engine.matches(post, &mut scratch, &mut keys);
    assert!(engine.exhausted(&scratch).is_empty(), "{when}");
    let alone: Vec<u32> = queries.iter().filter(|(.., holds)| *holds).map(|(key, ..)| *key).collect();
    if keys != alone {
        let shown: Vec<String> = queries.iter().map(|(key, query, _)| format!("{key}: {query}")).collect();
        panic!("{when}: {keys:?} instead of {alone:?} for {post:?} among {shown:#?}");
    }
}

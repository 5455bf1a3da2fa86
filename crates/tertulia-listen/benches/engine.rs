//! `cargo bench -p tertulia-listen [-- SIZES [companies]]`: posts per second of processor time, bytes a query, changes,
//! slowest posts, and how long a set takes to start from a snapshot. With `companies` the queries are those of companies
//! that leave the same words out of all their monitors and ask for followers.
//!
//! Time is this thread's processor time, best of several passes: what else the machine does counts little.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::time::{Duration, Instant};

use tertulia_listen::{Counts, Engine, Frequencies, Lists, Post, Query, Scratch};

mod stream;

use stream::{Dice, World};

/// Processor time of this thread, where the system tells it (Linux); else the clock's.
fn cpu() -> Duration {
    std::thread::yield_now();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|stat| stat.split_whitespace().next()?.parse().ok());
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    spent.map_or_else(|| BEGUN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 10_000, 100_000] } else { sizes };
    let world = World::new(7, 60_000);
    let mut dice = Dice::new(11);
    let posts: Vec<String> = (0..20_000).map(|_| world.post(&mut dice)).collect();
    let mut post = |text| Post { text, followers: Some(100 * dice.below(500) as u64), ..Post::default() };
    let posts: Vec<Post<'_>> = posts.iter().map(|text| post(text)).collect();
    let companies = std::env::args().any(|a| a == "companies");
    let letters: usize = posts.iter().map(|p| p.text.len()).sum();
    println!("posts of {} bytes", letters / posts.len());
    for size in sizes {
        measure(&world, &posts, size, companies);
    }
}

fn measure(world: &World, posts: &[Post<'_>], size: usize, companies: bool) {
    let mut dice = Dice::new(13);
    let parsed = |dice: &mut Dice, number: usize| {
        let query = if companies { world.company_query(dice, number) } else { world.query(dice, size > 20_000) };
        Query::parse(&query).expect("the generator writes queries")
    };
    let queries: Vec<Query> = (0..size).map(|number| parsed(&mut dice, number)).collect();

    // What the stream is like is learnt from posts that are not measured.
    let mut scratch = Scratch::default();
    let mut ids: Vec<u32> = Vec::new();
    let mut sample = Frequencies::default();
    let empty: Engine<u32> = Engine::new();
    let mut earlier = Dice::new(17);
    for _ in 0..100_000 {
        let text = world.post(&mut earlier);
        empty.matches(&Post { text: &text, ..Post::default() }, &mut scratch, &mut ids);
    }
    sample.merge(scratch.frequencies());

    let begun = cpu();
    let mut engine = Engine::build((0..).zip(&queries), sample);
    let build = cpu() - begun;
    let snapshot = engine.snapshot(|key: &u32| key.to_le_bytes().to_vec());
    let begun = cpu();
    let read = Engine::from_snapshot(&snapshot, &Lists::new(), |key| key.try_into().ok().map(u32::from_le_bytes));
    let start = cpu() - begun;
    assert_eq!(read.map(|read| read.len()), Ok(size));

    let passes = if size > 200_000 { 3 } else { 7 };
    let mut best = Duration::MAX;
    let mut scratch = Scratch::default();
    for _ in 0..passes {
        scratch.counts = Counts::default();
        let begun = cpu();
        for post in posts {
            engine.matches(post, &mut scratch, &mut ids);
        }
        best = best.min(cpu() - begun);
    }
    let counts = scratch.counts;
    let mut each: Vec<Duration> = Vec::with_capacity(posts.len());
    for post in posts {
        let begun = Instant::now();
        engine.matches(post, &mut scratch, &mut ids);
        each.push(begun.elapsed());
    }
    each.sort_unstable();
    let bytes = engine.heap_bytes() / size;

    let changes = 1_000;
    let more: Vec<Query> = (0..changes).map(|number| parsed(&mut dice, number)).collect();
    let begun = cpu();
    for (i, query) in more.iter().enumerate() {
        engine.add((size + i) as u32, query);
    }
    let added = (cpu() - begun) / changes as u32;
    let begun = cpu();
    for i in 0..changes {
        assert!(engine.remove(&((i * (size / changes)) as u32)));
    }
    let removed = (cpu() - begun) / changes as u32;

    let n = posts.len() as f64;
    println!(
        "{size} queries: {:.0} posts/s, {bytes} bytes/query, build {build:.2?}, start {start:.2?}, add {added:.2?}, remove {removed:.2?}, \
         p50 {:.2?}, p99.9 {:.2?}; a post {:.2} looked at, {:.2} matches, {:.3} verified, {} exhausted",
        n / best.as_secs_f64(),
        each[each.len() / 2],
        each[each.len() * 999 / 1000],
        counts.candidates as f64 / n,
        counts.matches as f64 / n,
        counts.verified as f64 / n,
        counts.exhausted,
    );
}

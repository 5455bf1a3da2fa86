//! The listening engine beside other systems: the same queries and the same folded words, in one run on one machine.
//!
//! `README.md` says how to run it, what is compared and what each system cannot say.

#![cfg_attr(not(feature = "mokaccino"), allow(dead_code, unused_imports, reason = "asked for mokaccino"))]

mod clock;
mod lucene;
#[cfg(feature = "mokaccino")]
mod mokaccino;
mod ours;
mod postgres;
mod said;
#[path = "../../../crates/tertulia-listen/benches/stream/mod.rs"]
mod stream;
#[cfg(feature = "vectorscan")]
mod vectorscan;

use std::path::Path;
use std::time::Duration;

use clock::Passes;
use said::{Said, is_near, leaves_out};
use stream::{Dice, World};
use tertulia_kernel::text::{Kind, Sigil, Text};
use tertulia_listen::Query;

/// (number of the post, number of the query)
pub type Match = (u32, u32);

/// What one system did with some queries and posts.
pub struct Measured {
    /// Of the fastest pass over all posts.
    pub cpu: Duration,
    /// Of the same pass.
    pub wall: Duration,
    /// Sorted.
    pub matches: Vec<Match>,
}

/// What every system is given.
pub struct Given<'a> {
    /// The queries with their numbers.
    pub queries: &'a [(u32, Query)],
    /// Folded words with a blank between them.
    pub posts: &'a [String],
    /// Other posts of the same stream, to learn from how often words come.
    pub earlier: &'a [String],
    /// For files that other programs read.
    pub folder: &'a Path,
}

/// A system, the queries it can say, and how many posts it gets through in bearable time.
struct System {
    name: &'static str,
    can_say: fn(&Said) -> bool,
    posts: fn(usize) -> usize,
    run: fn(&Given<'_>) -> Result<Measured, String>,
}

const SYSTEMS: &[System] = &[
    System { name: "Lucene, post by post", can_say: |_| true, posts: |n| 10_000_000 / n.max(1_000), run: lucene::one_by_one },
    System { name: "Lucene, 1,000 posts a batch", can_say: |_| true, posts: |n| 50_000_000 / n.max(5_000), run: lucene::in_batches },
    System { name: "Lucene, all posts a batch", can_say: |_| true, posts: |n| 100_000_000 / n.max(10_000), run: lucene::all_at_once },
    System { name: "PostgreSQL, post by post", can_say: postgres::fits, posts: |n| 1_000_000 / n.max(500), run: postgres::one_by_one },
    System {
        name: "PostgreSQL, GIN over all posts",
        can_say: postgres::fits,
        posts: |n| 100_000_000 / n.max(10_000),
        run: postgres::with_index,
    },
    #[cfg(feature = "mokaccino")]
    System { name: "mokaccino", can_say: |said| !is_near(said), posts: |n| 10_000_000 / n.max(1_000), run: mokaccino::run },
    #[cfg(feature = "vectorscan")]
    System { name: "Vectorscan", can_say: |said| !is_near(said) && !leaves_out(said), posts: |_| 10_000, run: vectorscan::run },
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, size] = arguments.as_slice()
        && mode == "instructions"
    {
        return instructions(size.parse().expect("how many queries"));
    }
    let sizes: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1_000, 10_000] } else { sizes };
    let only: Vec<&String> = arguments.iter().filter(|a| a.parse::<usize>().is_err()).collect();

    let world = World::new(7, 60_000);
    let stream = |seed, count: usize| {
        let mut dice = Dice::new(seed);
        (0..count).map(|_| world.post(&mut dice)).collect::<Vec<_>>()
    };
    let raw = stream(11, 20_000);
    let posts: Vec<String> = raw.iter().map(|post| folded(post)).collect();
    let earlier: Vec<String> = stream(17, 100_000).iter().map(|post| folded(post)).collect();
    let folder = std::env::temp_dir().join(format!("bench-listen-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");

    println!(
        "| queries | system | says | posts | posts/s, processor | posts/s, clock | ours, processor | ours ÷ theirs | pairs | only theirs | only ours |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for size in sizes {
        let mut dice = Dice::new(13);
        let queries: Vec<(u32, Query)> =
            (0..size as u32).map(|n| (n, Query::parse(&world.query(&mut dice, size > 20_000)).expect("a query"))).collect();
        for (name, posts) in [("ours, from folded words", &posts), ("ours, from posts as written", &raw)] {
            let measured = ours::run(&Given { queries: &queries, posts, earlier: &earlier, folder: &folder });
            let [cpu, wall] = [measured.cpu, measured.wall].map(|time| posts.len() as f64 / time.as_secs_f64());
            println!("| {size} | {name} | all | {} | **{cpu:.0}** | {wall:.0} | | | {} | | |", posts.len(), measured.matches.len());
        }
        for system in SYSTEMS.iter().filter(|s| only.is_empty() || only.iter().any(|name| s.name.contains(name.as_str()))) {
            let said: Vec<(u32, Query)> = queries.iter().filter(|(_, query)| (system.can_say)(&Said::of(query))).cloned().collect();
            let posts = &posts[..(system.posts)(size).min(posts.len())];
            let given = Given { queries: &said, posts, earlier: &earlier, folder: &folder };
            match (system.run)(&given) {
                Ok(theirs) => row(size, system.name, &given, &theirs, &ours::run(&given)),
                Err(why) => println!("| {size} | {} | {} | not run: {why} | | | | | | | |", system.name, said.len()),
            }
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    println!("\nA pass is the fastest of up to {} or of {:?}.", Passes::MOST, Passes::LONGEST);
}

/// One pass over posts as written, for `instructions.sh` to count; says how many posts it has.
fn instructions(size: usize) {
    let world = World::new(7, 60_000);
    let stream = |seed, count: usize| {
        let mut dice = Dice::new(seed);
        (0..count).map(|_| world.post(&mut dice)).collect::<Vec<_>>()
    };
    let (posts, earlier, mut dice) = (stream(11, 2_000), stream(17, 5_000), Dice::new(13));
    let parsed = |dice: &mut Dice| Query::parse(&world.query(dice, size > 20_000)).expect("a query");
    let queries: Vec<(u32, Query)> = (0..size as u32).map(|n| (n, parsed(&mut dice))).collect();
    ours::one_pass(&Given { queries: &queries, posts: &posts, earlier: &earlier, folder: Path::new("") });
    println!("{}", posts.len());
}

fn row(size: usize, name: &str, given: &Given<'_>, theirs: &Measured, ours: &Measured) {
    let speed = |time: Duration| given.posts.len() as f64 / time.as_secs_f64();
    let only = |some: &[Match], others: &[Match]| some.iter().filter(|pair| others.binary_search(pair).is_err()).count();
    println!(
        "| {size} | {name} | {} | {} | {:.0} | {:.0} | {:.0} | **{:.1}** | {} | {} | {} |",
        given.queries.len(),
        given.posts.len(),
        speed(theirs.cpu),
        speed(theirs.wall),
        speed(ours.cpu),
        theirs.cpu.as_secs_f64() / ours.cpu.as_secs_f64(),
        theirs.matches.len(),
        only(&theirs.matches, &ours.matches),
        only(&ours.matches, &theirs.matches),
    );
}

/// The plain words of a post, folded, with a blank between them: handles, addresses and emoji are left out.
fn folded(post: &str) -> String {
    let text = Text::new(post);
    let words = text.tokens().iter().filter(|token| token.kind == Kind::Word && token.sigil != Sigil::Handle && !token.part);
    words.map(|token| text.form(token)).filter(|form| form.bytes().all(|b| b.is_ascii_alphanumeric())).collect::<Vec<_>>().join(" ")
}

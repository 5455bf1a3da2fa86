//! `cargo bench -p tertulia-understand --bench reading -- FILE`: posts read per second of one thread's processor time, best of several
//! passes, by words alone and by meaning, with and without reasons. A file has a post on each line.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::time::{Duration, Instant};

use tertulia_understand::{Context, Desk, Tier, Understander};

/// Processor time of this thread, where the system tells it (Linux); else the clock's.
fn cpu() -> Duration {
    std::thread::yield_now();
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|stat| stat.split_whitespace().next()?.parse().ok());
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    spent.map_or_else(|| BEGUN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn main() {
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).expect("a file of posts, one a line");
    let text = std::fs::read_to_string(&file).expect("a file of posts, one a line");
    let posts: Vec<&str> = text.lines().collect();
    for (name, tier, most) in [("words", Tier::Words, 5_000), ("meaning", Tier::Meaning, 1_000)] {
        let posts = &posts[..posts.len().min(most)];
        for answers_only in [false, true] {
            let mut desk = Desk::default();
            desk.answers_only(answers_only);
            let pass = |desk: &mut Desk| {
                let begun = cpu();
                let unsure = posts.iter().filter(|p| Understander::built_in().read_at(desk, p, &Context::default(), tier).unsure).count();
                assert!(unsure <= posts.len());
                cpu() - begun
            };
            let best = [(); 5].map(|()| pass(&mut desk)).into_iter().min().unwrap_or_default();
            let reasons = if answers_only { "answers only" } else { "with reasons" };
            println!("{name}, {reasons}: {:.0} posts/s", posts.len() as f64 / best.as_secs_f64());
        }
    }
}

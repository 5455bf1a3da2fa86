//! Posts made to hurt: what they may cost, who is told undecided, and who is put in quarantine.

use tertulia_listen::{Engine, Frequencies, MonitorSet, Post, Query, Scratch};

/// A monitor made to take long in [`repetitions`].
fn endless(n: usize) -> Query {
    let near = format!("((a{n} OR vuelo OR no) NEAR/900 ((vuelo NEAR/900 no) NEAR/900 vuelo))");
    let all: Vec<&str> = std::iter::repeat_n(near.as_str(), 30).collect();
    Query::parse(&all.join(" AND ")).expect("a query")
}

fn repetitions() -> String {
    "vuelo no ".repeat(1_500)
}

fn query(text: &str) -> Query {
    Query::parse(text).expect("a query")
}

#[test]
fn a_post_that_very_many_match_is_told_to_all() {
    let queries: Vec<Query> = (0..30_000).map(|n| query(&format!("vuelo NOT otro{n}"))).collect();
    let engine = Engine::build((0_u32..).zip(&queries), Frequencies::default());
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    engine.matches(&Post { text: "el vuelo otro7", ..Post::default() }, &mut scratch, &mut keys);
    assert_eq!(keys.len(), 29_999);
    assert_eq!((scratch.counts.exhausted, scratch.counts.slow_steps), (0, 0));
}

#[test]
fn one_post_makes_bounded_work_and_names_whom_it_leaves_undecided() {
    let mut queries: Vec<Query> = (0..30).map(endless).collect();
    queries.push(query("vuelo NEAR/2 maleta"));
    queries.push(query("no ONEAR/1 vuelo"));
    let engine = Engine::build((0_u32..).zip(&queries), Frequencies::default());
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    let text = repetitions() + "maleta";
    engine.matches(&Post { text: &text, ..Post::default() }, &mut scratch, &mut keys);
    let undecided = engine.exhausted(&scratch);
    // Nobody is missing: who is not told a match is named.
    let mut told: Vec<u32> = keys.iter().chain(&undecided).copied().collect();
    told.sort_unstable();
    assert_eq!(told, (0..32).collect::<Vec<_>>());
    assert!(keys.ends_with(&[30, 31]), "others' matches are not touched: {keys:?}");
    assert_eq!(scratch.counts.exhausted, undecided.len() as u64);
    // All the fuel of each would be 120 million.
    assert!(scratch.counts.slow_steps < 16 << 20, "{}", scratch.counts.slow_steps);
}

#[test]
fn who_keeps_taking_too_long_is_put_in_quarantine_and_still_matched() {
    let mut engine = Engine::build([(1_u32, &endless(1)), (2, &query("vuelo"))], Frequencies::default());
    let (mut scratch, mut keys) = (Scratch::default(), Vec::new());
    let long = repetitions();
    let hurts = Post { text: &long, ..Post::default() };
    let mut costs = Vec::new();
    for times in 1..=5 {
        engine.matches(&hurts, &mut scratch, &mut keys);
        assert_eq!((keys.as_slice(), engine.exhausted(&scratch)), (&[2][..], vec![1]), "told undecided, every time");
        assert_eq!(engine.quarantined(), if times < 3 { Vec::new() } else { vec![(1, times)] });
        costs.push(std::mem::take(&mut scratch.counts).slow_steps);
    }
    assert!(costs[3] * 10 < costs[2], "in quarantine a post costs little: {costs:?}");
    engine.matches(&Post { text: "no vuelo, no vuelo: vuelo", ..Post::default() }, &mut scratch, &mut keys);
    assert_eq!(keys, [1, 2]);

    // It stays there when the set is joined, and in a copy; the copy's own history is its own.
    let copy = MonitorSet::from(engine.clone());
    engine.merge();
    assert_eq!(engine.quarantined(), [(1, 5)]);
    engine.add(1, &query("no vuelo"));
    assert!(engine.quarantined().is_empty());
    engine.matches(&hurts, &mut scratch, &mut keys);
    assert_eq!(keys, [1, 2]);
    assert_eq!((copy.matches(&hurts), copy.undecided()), (vec![2], 1));
    assert_eq!(copy.quarantined(), [(1, 6)]);
}

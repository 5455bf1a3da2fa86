//! Our engine. It is given the folded words as a text, and reads and folds them once more: it has no way in behind that.

use tertulia_listen::{Engine, Frequencies, Post, Scratch};

use crate::clock::Passes;
use crate::{Given, Measured};

fn engine(given: &Given<'_>, scratch: &mut Scratch) -> Engine<u32> {
    let mut learnt = Frequencies::default();
    for text in given.earlier {
        learnt.observe(&Post { text, ..Post::default() }, scratch);
    }
    Engine::build(given.queries.iter().map(|(number, query)| (*number, query)), learnt)
}

/// A pass of which the instructions are counted.
pub fn one_pass(given: &Given<'_>) {
    let mut scratch = Scratch::default();
    let engine = engine(given, &mut scratch);
    // What is done but once is not counted.
    engine.matches(&Post::default(), &mut scratch, &mut Vec::new());
    counted(&engine, given.posts, &mut scratch);
}

/// By this name callgrind knows when to count.
#[inline(never)]
fn counted(engine: &Engine<u32>, posts: &[String], scratch: &mut Scratch) {
    let mut keys = Vec::new();
    for text in posts {
        engine.matches(&Post { text, ..Post::default() }, scratch, &mut keys);
        std::hint::black_box(&keys);
    }
}

/// Measures it.
pub fn run(given: &Given<'_>) -> Measured {
    let mut scratch = Scratch::default();
    let engine = engine(given, &mut scratch);
    let mut keys: Vec<u32> = Vec::new();
    let passes = Passes::of(|| {
        for text in given.posts {
            engine.matches(&Post { text, ..Post::default() }, &mut scratch, &mut keys);
            std::hint::black_box(&keys);
        }
    });
    let mut matches = Vec::new();
    for (number, text) in (0..).zip(given.posts) {
        engine.matches(&Post { text, ..Post::default() }, &mut scratch, &mut keys);
        matches.extend(keys.iter().map(|query| (number, *query)));
    }
    Measured { cpu: passes.cpu, wall: passes.wall, matches }
}

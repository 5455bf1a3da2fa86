//! The engine: many queries, one post, which of them match?
//!
//! A post is read once, without allocating ([`scan`]), and turned into facts: words, words with their sign, pairs of
//! words, beginnings, field values ([`facts`]). Each query waits at the rarest facts of which any match holds one
//! ([`anchors`]); a 32-bit signature of a second condition turns most of those called up down at once. What is left
//! runs as flat byte code ([`code`], [`run`]) over a small set of the post's facts. What byte code does not say, the
//! plain evaluator verifies, so the answer is always the plain evaluator's.
//!
//! Most queries are never run: one that any of its anchors makes match is told at once, and one that asks but for shared
//! groups besides ([`groups`]) is decided where it waits.
//!
//! `unsafe` is three small things, each with its reason beside it: [`prefetch`], sixteen bytes classified together
//! ([`classify`]) and sixteen tags compared together ([`tags`]). The last two are tested against code that does the same
//! one by one, also under Miri: `cargo +nightly miri test -p tertulia-listen --lib engine::classify engine::tags`.
//!
//! Queries lie in a flat base that never changes and is shared ([`base`]); what is added later lies beside it
//! ([`added`]), what is removed is marked, and both are joined into a new base when they have grown ([`Engine::merge`]).

mod added;
mod anchors;
mod base;
mod classify;
mod code;
mod dictionary;
mod facts;
mod find;
mod frequencies;
mod groups;
mod intern;
mod letters;
mod patterns;
mod prefetch;
mod quarantine;
mod raised;
mod run;
mod scan;
mod slots;
mod snapshot;
mod tags;

use std::collections::HashMap;
use std::sync::Arc;

use added::Added;
pub(crate) use added::Estimate;
use anchors::Weights;
use base::{Base, Moved};
use code::{PLAIN, SLOT, size};
use find::{Finding, Numbers, Tables};
pub use frequencies::Frequencies;
use groups::Answers;
use quarantine::{FUEL, PORTION, POST_FUEL, Strikes};
use run::{Run, Spans};
use slots::Order;
pub use snapshot::SnapshotError;

use crate::ast::Zones;
use crate::compile::{Plan, compile};
use crate::evaluate;
use crate::post::{Post, Reading, Vocabulary};
use crate::query::Query;

/// Additions and removals are joined with the base when they are more than this and an eighth of it.
const SMALLEST_MERGE: usize = 2_048;
/// With more queries called up by one post than this, each is looked at only once.
const MANY: usize = 4_096;
/// How far ahead of the query at hand memory is asked for.
const AHEAD: usize = 8;
/// One post in so many is counted for the frequencies, and one in so many more when a stream is known.
const SAMPLE: u32 = 64;
const SAMPLE_KNOWN: u32 = 512;
/// So many posts make a stream known.
const KNOWN: u32 = 1_024;

/// Queries the plain evaluator has the last word on.
#[derive(Clone, Debug, Default)]
struct Plain {
    vocabulary: Vocabulary,
    /// The texts they look for words in.
    zones: Zones,
    /// By slot: the plan, and the query to make it of again.
    plans: HashMap<u32, (Plan, Query)>,
}

impl Plain {
    fn insert(&mut self, slot: u32, query: &Query) {
        let plan = compile(query.root(), &mut self.vocabulary);
        self.zones = self.zones.union(plan.zones(Zones::DEFAULT));
        self.plans.insert(slot, (plan, query.clone()));
    }
}

/// A set of queries under keys. Matching needs no exclusive access: threads share one engine, each with a [`Scratch`].
/// A clone shares the base.
#[derive(Clone, Debug)]
pub struct Engine<K> {
    base: Arc<Base<K>>,
    added: Added<K>,
    /// One bit for each slot whose query was removed.
    dead: Vec<u64>,
    dead_count: usize,
    plain: Arc<Plain>,
    frequencies: Frequencies,
    strikes: Strikes<K>,
}

/// Memory for matching, used again from post to post.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    finding: Finding,
    spans: Spans,
    answers: Answers,
    /// Slots of the queries that match.
    matched: Vec<u32>,
    order: Order,
    exhausted: Vec<u32>,
    /// Steps taken in this post by queries that needed more than their portion.
    slow_steps: u64,
    posts: u32,
    seen: Frequencies,
    /// What was done since the counts were last taken.
    pub counts: Counts,
}

/// How much work matching was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Posts.
    pub posts: u64,
    /// Queries that were called up.
    pub candidates: u64,
    /// Queries the plain evaluator was asked about.
    pub verified: u64,
    /// Matches.
    pub matches: u64,
    /// Times a query ran out of fuel and was reported instead of matched.
    pub exhausted: u64,
    /// Steps over places taken by queries that needed more than any query gets at first: near zero for what people write.
    pub slow_steps: u64,
}

impl Scratch {
    /// The sample of posts seen so far, for [`Engine::learn`].
    #[must_use]
    pub fn frequencies(&self) -> &Frequencies {
        &self.seen
    }
}

impl<K: Clone + Ord> Default for Engine<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Clone + Ord> Engine<K> {
    /// An engine without queries.
    #[must_use]
    pub fn new() -> Self {
        Self {
            base: Arc::new(Base::empty()),
            added: Added::empty(),
            dead: Vec::new(),
            dead_count: 0,
            plain: Arc::default(),
            frequencies: Frequencies::default(),
            strikes: Strikes::default(),
        }
    }

    /// An engine of many queries at once; of two with one key the later stays.
    ///
    /// Anchors are chosen by `frequencies`, which are not kept: who goes on learning says so ([`Self::learn`]).
    #[must_use]
    pub fn build<'q>(queries: impl IntoIterator<Item = (K, &'q Query)>, frequencies: Frequencies) -> Self {
        let mut engine = Self { frequencies, ..Self::new() };
        for (key, query) in queries {
            engine.put(key, query, false);
        }
        engine.merge();
        engine.frequencies = Frequencies::default();
        engine
    }

    /// How many queries it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.base.keys.len() + self.added.keys.len() - self.dead_count
    }

    /// True when it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a query; one under the same key is replaced.
    pub fn add(&mut self, key: K, query: &Query) {
        self.put(key, query, true);
        self.merge_when_grown();
    }

    fn put(&mut self, key: K, query: &Query, posted: bool) {
        self.take(&key);
        let slot = (self.base.keys.len() + self.added.keys.len()) as u32;
        let base = (&self.base.facts, self.base.weights.as_slice());
        if self.added.push(key, slot, query, base, &self.frequencies, posted) {
            let plain = Arc::make_mut(&mut self.plain);
            plain.insert(slot, query);
        }
    }

    /// Removes a query; false when there was none.
    pub fn remove(&mut self, key: &K) -> bool {
        let removed = self.take(key);
        self.merge_when_grown();
        removed
    }

    fn take(&mut self, key: &K) -> bool {
        let added = self.added.by_key.remove(key);
        let in_base = || self.base.keys.binary_search(key).ok().map(|slot| slot as u32).filter(|slot| !self.is_dead(*slot));
        let Some(slot) = added.or_else(in_base) else {
            return false;
        };
        let block = slot as usize / 64;
        if self.dead.len() <= block {
            self.dead.resize(block + 1, 0);
        }
        self.dead[block] |= 1 << (slot % 64);
        self.dead_count += 1;
        self.strikes.forget(key);
        true
    }

    fn is_dead(&self, slot: u32) -> bool {
        self.dead.get(slot as usize / 64).is_some_and(|bits| bits >> (slot % 64) & 1 == 1)
    }

    fn merge_when_grown(&mut self) {
        let changed = self.added.keys.len() + self.dead_count;
        if changed > SMALLEST_MERGE && changed > self.base.keys.len() / 8 {
            self.merge();
        }
    }

    /// Takes over what a thread saw of the stream; it counts when anchors are next chosen.
    pub fn learn(&mut self, seen: &Frequencies) {
        self.frequencies.merge(seen);
    }

    /// Makes one base of everything, with the anchors chosen anew. Matching gives the same before and after.
    pub fn merge(&mut self) {
        let (base, added) = (&self.base, &self.added);
        let mut expanded: Vec<u32> = Vec::with_capacity(base.code.len());
        let mut starts: Vec<usize> = Vec::with_capacity(base.keys.len());
        for at in base.queries() {
            starts.push(expanded.len());
            expanded.push(base.code[at]);
            base.groups.expand(&base.code[at + 1..], &mut expanded);
        }
        let in_base = starts.iter().zip(&base.keys).map(|(at, key)| (&expanded[*at..], key));
        let in_added = added.starts.iter().zip(&added.keys).map(|(at, key)| (&added.code[*at as usize..], key));
        let mut queries: Vec<(u32, Moved<'_, K>)> = in_base
            .chain(in_added)
            .enumerate()
            .filter(|(slot, _)| !self.is_dead(*slot as u32))
            .map(|(slot, (code, key))| {
                let node = &code[1..1 + size(code[1])];
                (slot as u32, Moved { key: key.clone(), node, plain: code[0] & PLAIN != 0 })
            })
            .collect();
        queries.sort_by(|a, b| a.1.key.cmp(&b.1.key));
        let (slots, queries): (Vec<u32>, Vec<Moved<'_, K>>) = queries.into_iter().unzip();
        let weights = Weights { base: &base.weights, added: &added.weights };
        let merged = base::build(&queries, [&base.facts, &added.facts], weights, &self.frequencies);

        let mut plain = Plain::default();
        for (slot, old) in slots.iter().enumerate() {
            if let Some((_, query)) = self.plain.plans.get(old) {
                plain.insert(slot as u32, query);
            }
        }
        *self = Self {
            base: Arc::new(merged),
            added: Added::empty(),
            dead: Vec::new(),
            dead_count: 0,
            plain: Arc::new(plain),
            frequencies: std::mem::take(&mut self.frequencies),
            strikes: std::mem::take(&mut self.strikes),
        };
    }

    /// Puts the keys of all queries that match a post into `keys`, sorted.
    pub fn matches(&self, post: &Post<'_>, scratch: &mut Scratch, keys: &mut Vec<K>) {
        keys.clear();
        scratch.matched.clear();
        scratch.exhausted.clear();
        scratch.slow_steps = 0;
        let tables = Tables { base: &self.base, added: (!self.added.keys.is_empty()).then_some(&self.added) };
        scratch.finding.find(post, &tables);
        scratch.answers.clear(self.base.groups.len());
        scratch.finding.call(&tables, &numbers(post), &mut scratch.answers);
        scratch.sample();

        let mut reading = None;
        let mut called = std::mem::take(&mut scratch.finding.called);
        self.run(&self.base.code, &mut called, post, scratch, &mut reading);
        scratch.finding.called = called;
        let mut called = std::mem::take(&mut scratch.finding.called_added);
        self.run(&self.added.code, &mut called, post, scratch, &mut reading);
        scratch.finding.called_added = called;
        scratch.matched.extend_from_slice(&scratch.finding.sure);
        scratch.counts.candidates += scratch.finding.asked;

        scratch.order.sort(&mut scratch.matched, self.base.keys.len() + self.added.keys.len());
        if self.dead_count > 0 {
            scratch.matched.retain(|slot| !self.is_dead(*slot));
        }
        keys.extend(scratch.matched.iter().map(|slot| self.key(*slot).clone()));
        // Slots of the base are in order of their keys.
        if scratch.matched.last().is_some_and(|last| *last as usize >= self.base.keys.len()) {
            keys.sort_unstable();
        }
        scratch.counts.posts += 1;
        scratch.counts.exhausted += scratch.exhausted.len() as u64;
        scratch.counts.slow_steps += scratch.slow_steps;
        scratch.counts.matches += keys.len() as u64;
    }

    /// The keys of queries that ran out of fuel in the last post: whether they match it is not known.
    pub fn exhausted(&self, scratch: &Scratch) -> Vec<K> {
        let mut keys: Vec<K> = scratch.exhausted.iter().filter(|slot| !self.is_dead(**slot)).map(|slot| self.key(*slot).clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn key(&self, slot: u32) -> &K {
        let slot = slot as usize;
        self.base.keys.get(slot).unwrap_or_else(|| &self.added.keys[slot - self.base.keys.len()])
    }

    /// Runs the queries called up and notes which match.
    fn run<'p>(&self, code: &[u32], called: &mut Vec<u32>, post: &Post<'p>, scratch: &mut Scratch, reading: &mut Option<Reading<'p>>) {
        if called.len() > MANY {
            called.sort_unstable();
            called.dedup();
        }
        let mut run = Run {
            code,
            raised: &scratch.finding.raised,
            groups: &self.base.groups,
            answers: &mut scratch.answers,
            numbers: numbers(post),
            spans: &mut scratch.spans,
            fuel: PORTION,
        };
        for (i, at) in called.iter().enumerate() {
            if let Some(ahead) = called.get(i + AHEAD) {
                prefetch::prefetch(code, *ahead as usize);
                prefetch::prefetch(code, *ahead as usize + 16);
            }
            let header = code[*at as usize];
            let slot = header & SLOT;
            // A query that several facts called up was told already.
            let decided = run.query(*at as usize).or_else(|| match scratch.exhausted.contains(&slot) || self.is_dead(slot) {
                true => Some(false),
                false => self.refuel(&mut run, *at as usize, slot, &mut scratch.slow_steps),
            });
            match decided {
                Some(false) => {}
                None => scratch.exhausted.push(slot),
                Some(true) if header & PLAIN == 0 => scratch.matched.push(slot),
                Some(true) if scratch.matched.contains(&slot) => {}
                Some(true) => {
                    scratch.counts.verified += 1;
                    let reading = reading.get_or_insert_with(|| Reading::new(post, &self.plain.vocabulary, self.plain.zones));
                    let plan = self.plain.plans.get(&slot).filter(|_| !self.is_dead(slot));
                    if plan.is_some_and(|(plan, _)| evaluate::matches(plan, reading)) {
                        scratch.matched.push(slot);
                    }
                }
            }
        }
        scratch.counts.candidates += called.len() as u64;
    }

    /// Runs a query that used up its portion again, with all the fuel there is for it; `None` when that is not enough.
    #[cold]
    fn refuel(&self, run: &mut Run<'_>, at: usize, slot: u32, spent: &mut u64) -> Option<bool> {
        *spent += run.steps();
        if self.strikes.is_quarantined(self.key(slot)) {
            self.strikes.count(self.key(slot));
            return None;
        }
        if *spent >= POST_FUEL {
            return None;
        }
        run.fuel = FUEL;
        let decided = run.query(at);
        run.fuel = PORTION;
        *spent += run.steps();
        if decided.is_none() {
            self.strikes.count(self.key(slot));
        }
        decided
    }

    /// Queries that ran out of fuel in several posts, by key, with how often they were left undecided: somebody should
    /// look at them. They are still matched, with the fuel that what people write needs and no more, and each post they
    /// remain undecided about is told ([`Self::exhausted`]). A query that is replaced leaves the quarantine.
    #[must_use]
    pub fn quarantined(&self) -> Vec<(K, u64)> {
        self.strikes.quarantined()
    }

    /// Bytes of memory the set takes, near enough for planning (allocator overhead left out).
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let plain: usize = self.plain.plans.values().map(|(plan, _)| plan.heap_bytes() + size_of::<(u32, Plan, Query)>()).sum();
        self.base.heap_bytes()
            + self.added.heap_bytes()
            + self.dead.capacity() * 8
            + self.frequencies.heap_bytes()
            + self.plain.vocabulary.heap_bytes()
            + plain
    }
}

fn numbers(post: &Post<'_>) -> Numbers {
    [post.followers, post.likes, post.shares, post.age, post.replies]
}

impl Scratch {
    /// Counts one post in many.
    fn sample(&mut self) {
        self.posts = self.posts.wrapping_add(1);
        if self.posts % if self.seen.posts() < KNOWN { SAMPLE } else { SAMPLE_KNOWN } == 1 {
            self.seen.count_scan(&self.finding.scan);
        }
    }
}

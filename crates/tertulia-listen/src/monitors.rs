//! Many monitors, one post: which of them match?

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::engine::{Engine, Frequencies, Scratch};
use crate::post::Post;
use crate::query::Query;

/// A set of monitors with the memory to match them. Matching gives exactly the monitors whose query matches on its
/// own, and needs no exclusive access: threads share one set.
///
/// Who matches a stream holds a [`Scratch`] per thread and asks the [`Engine`] itself.
///
/// ```
/// use tertulia_listen::{MonitorSet, Post, Query};
/// let mut set = MonitorSet::new();
/// set.add(7, &"iberia NOT promo".parse::<Query>()?);
/// set.add(3, &"#vuelo* OR \"no llega\"".parse::<Query>()?);
/// let post = Post { text: "Iberia no llega", ..Post::default() };
/// assert_eq!(set.matches(&post), [3, 7]);
/// # Ok::<(), tertulia_listen::QueryError>(())
/// ```
#[derive(Debug)]
pub struct MonitorSet<Id> {
    engine: Engine<Id>,
    /// Memory no thread uses just now.
    idle: Mutex<Vec<Scratch>>,
    undecided: AtomicU64,
}

impl<Id: Ord + Clone> Default for MonitorSet<Id> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Id: Ord + Clone> Clone for MonitorSet<Id> {
    fn clone(&self) -> Self {
        self.engine.clone().into()
    }
}

impl<Id: Ord + Clone> From<Engine<Id>> for MonitorSet<Id> {
    fn from(engine: Engine<Id>) -> Self {
        Self { engine, idle: Mutex::default(), undecided: AtomicU64::new(0) }
    }
}

impl<Id: Ord + Clone> MonitorSet<Id> {
    /// A set without monitors.
    #[must_use]
    pub fn new() -> Self {
        Engine::new().into()
    }

    /// A copy to be changed that takes this one's place: it takes over the memory, with what was sampled of the stream.
    #[must_use]
    pub fn successor(&self) -> Self {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        Self { engine: self.engine.clone(), idle: Mutex::new(idle), undecided: AtomicU64::new(self.undecided()) }
    }

    /// How many monitors it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.engine.len()
    }

    /// True when it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.engine.is_empty()
    }

    /// Adds a monitor; one with the same id is replaced.
    pub fn add(&mut self, id: Id, query: &Query) {
        self.engine.add(id, query);
    }

    /// Removes a monitor; false when there was none.
    pub fn remove(&mut self, id: &Id) -> bool {
        self.engine.remove(id)
    }

    /// Takes over what was seen of the stream; it counts when the set is next joined ([`Self::merge`]).
    pub fn learn(&mut self, seen: &Frequencies) {
        self.engine.learn(seen);
    }

    /// Joins what was added and removed with the rest: work for the whole set, after which a post is matched and the set
    /// is cloned at the least cost. Matching gives the same before and after.
    pub fn merge(&mut self) {
        self.engine.merge();
    }

    /// The ids of all monitors that match a post, sorted.
    #[must_use]
    pub fn matches(&self, post: &Post<'_>) -> Vec<Id> {
        self.matches_and_undecided(post).0
    }

    /// The ids of all monitors that match a post, and of those that took too long in it, so that nobody knows whether they
    /// do ([`Self::quarantined`]). Both are sorted.
    #[must_use]
    pub fn matches_and_undecided(&self, post: &Post<'_>) -> (Vec<Id>, Vec<Id>) {
        let mut scratch = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let mut ids = Vec::new();
        self.engine.matches(post, &mut scratch, &mut ids);
        let exhausted = std::mem::take(&mut scratch.counts).exhausted;
        let undecided = if exhausted > 0 { self.engine.exhausted(&scratch) } else { Vec::new() };
        self.undecided.fetch_add(exhausted, Ordering::Relaxed);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        (ids, undecided)
    }

    /// How many posts of its stream the set has sampled.
    #[must_use]
    pub fn sampled(&self) -> u32 {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|scratch| scratch.frequencies().posts()).sum()
    }

    /// What its stream is like, from that sample: the set that comes after this one waits at what is rare in it
    /// ([`Engine::build`]).
    #[must_use]
    pub fn frequencies(&self) -> Frequencies {
        let mut all = Frequencies::default();
        for scratch in self.idle.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            all.merge(scratch.frequencies());
        }
        all
    }

    /// How often a monitor took too long in a post (a long text of repetitions and a monitor made for it) and was left
    /// undecided, since the set was made. Not zero: somebody should look at the monitors.
    #[must_use]
    pub fn undecided(&self) -> u64 {
        self.undecided.load(Ordering::Relaxed)
    }

    /// Monitors that took too long in several posts, with how often they were left undecided: the alert to show. They are
    /// still matched, only not with more work than ordinary posts need; changing a monitor takes it out.
    #[must_use]
    pub fn quarantined(&self) -> Vec<(Id, u64)> {
        self.engine.quarantined()
    }

    /// Bytes of memory the set takes, near enough for planning (allocator overhead left out).
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.engine.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    //! A set that follows another.
    use super::*;

    #[test]
    fn what_a_stream_taught_changes_no_match() {
        let queries: Vec<Query> =
            ["maleta", "mi maleta", "perd* AND maleta", "NOT adiós AND hola"].iter().map(|text| text.parse().expect("a query")).collect();
        let numbered = || queries.iter().enumerate();
        let first: MonitorSet<usize> = Engine::build(numbered(), Frequencies::default()).into();
        let posts = ["perdieron mi maleta", "hola", "adiós, hola", "mi perro y mi maleta"];
        let matches = |set: &MonitorSet<usize>| posts.map(|text| set.matches(&Post { text, ..Post::default() }));
        for _ in 0..100 {
            assert_eq!(matches(&first), [vec![0, 1, 2], vec![3], vec![], vec![0, 1]]);
        }
        assert_eq!((first.sampled(), first.frequencies().posts()), (7, 7));
        let second: MonitorSet<usize> = Engine::build(numbered(), first.frequencies()).into();
        assert_eq!(matches(&second), matches(&first));
    }
}

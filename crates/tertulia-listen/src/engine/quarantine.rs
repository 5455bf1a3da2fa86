//! Which queries keep running out of fuel, and how much work one post may make.
//!
//! Every query gets a [`PORTION`], which what people write never uses up. A query that needs more gets all of [`FUEL`],
//! unless the post has made too much work already ([`POST_FUEL`]) or the query is in quarantine. So a post that was made
//! to hurt costs a bounded time, however many queries it calls up; no query is ever left out because of others; and who
//! is left undecided is named.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Steps over places that any query may take in any post.
pub(super) const PORTION: u64 = 64 << 10;
/// Steps over places one query may take in one post. Only a long text made of repetitions, and a query made for it,
/// needs more.
pub(super) const FUEL: u64 = 4 << 20;
/// When all that needed more than their portion have taken so many steps in one post, the others get no more than theirs.
pub(super) const POST_FUEL: u64 = 2 * FUEL;
/// A query that ran out of fuel so often is in quarantine until it is replaced.
const STRIKES: u64 = 3;

/// How often each query ran out of fuel; most never do.
#[derive(Debug)]
pub(super) struct Strikes<K>(Mutex<BTreeMap<K, u64>>);

impl<K> Default for Strikes<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone> Clone for Strikes<K> {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }
}

impl<K> Strikes<K> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Ord> Strikes<K> {
    /// Counts that a query was left undecided.
    pub(super) fn count(&self, key: &K) {
        *self.lock().entry(key.clone()).or_default() += 1;
    }

    pub(super) fn is_quarantined(&self, key: &K) -> bool {
        self.lock().get(key).is_some_and(|times| *times >= STRIKES)
    }

    /// Those in quarantine, by key, with how often they were left undecided.
    pub(super) fn quarantined(&self) -> Vec<(K, u64)> {
        self.lock().iter().filter(|(_, times)| **times >= STRIKES).map(|(key, times)| (key.clone(), *times)).collect()
    }

    /// The query is another one now, or gone.
    pub(super) fn forget(&mut self, key: &K) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

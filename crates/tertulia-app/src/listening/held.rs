//! What is known of each monitor and rule with a query: a base that is shared and never changes, and beside it what
//! changed since.

use super::Listener;
use crate::{lists, query::Query};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};
use tertulia_listen::Lists;

/// A monitor's or a rule's name and query.
pub(super) struct Heard {
    pub name: String,
    /// None when it is off, or can't be read.
    pub query: Option<Query>,
    /// What the query says, also when it is off: a hash, so whoever asks compares the queries.
    alike: Option<u64>,
    /// The shared lists it names, as queries compare them.
    lists: Vec<String>,
}

impl Heard {
    /// Reads a query. One that an earlier version understood otherwise is said aloud, never dropped in silence.
    pub fn read(name: String, query: &str, enabled: bool, lists: &Lists) -> Self {
        let named = lists::names_in(query);
        match Query::parse(query, lists) {
            Ok(query) => Self { name, alike: Some(hash_of(&query)), query: Some(query).filter(|_| enabled), lists: named },
            Err(error) => {
                tracing::error!(name, code = error.code, "this query is no longer understood");
                Self { name, query: None, alike: None, lists: named }
            }
        }
    }
}

fn hash_of(query: &Query) -> u64 {
    let mut hasher = DefaultHasher::new();
    query.identity().hash(&mut hasher);
    hasher.finish()
}

/// What the base holds, and how it is found.
#[derive(Default)]
pub(super) struct Base {
    heard: HashMap<Listener, Arc<Heard>>,
    alike: HashMap<u64, Vec<Listener>>,
    naming: HashMap<String, Vec<Listener>>,
}

impl Base {
    pub fn of(all: impl IntoIterator<Item = (Listener, Arc<Heard>)>) -> Self {
        let mut base = Self::default();
        for (listener, heard) in all {
            if let Some(hash) = heard.alike {
                base.alike.entry(hash).or_default().push(listener);
            }
            for list in &heard.lists {
                base.naming.entry(list.clone()).or_default().push(listener);
            }
            base.heard.insert(listener, heard);
        }
        base
    }
}

/// Everything held: a clone shares the base.
#[derive(Clone, Default)]
pub(super) struct Held {
    base: Arc<Base>,
    /// None is one that is gone.
    changed: HashMap<Listener, Option<Arc<Heard>>>,
    /// How often something was changed since the base was made.
    steps: usize,
}

impl Held {
    pub fn new(all: impl IntoIterator<Item = (Listener, Arc<Heard>)>) -> Self {
        Self { base: Arc::new(Base::of(all)), ..Self::default() }
    }

    pub fn steps(&self) -> usize {
        self.steps
    }

    pub fn get(&self, listener: Listener) -> Option<&Arc<Heard>> {
        match self.changed.get(&listener) {
            Some(changed) => changed.as_ref(),
            None => self.base.heard.get(&listener),
        }
    }

    /// Puts one, or takes it out.
    pub fn put(&mut self, listener: Listener, heard: Option<Arc<Heard>>) {
        self.changed.insert(listener, heard);
        self.steps += 1;
    }

    pub fn iter(&self) -> impl Iterator<Item = (Listener, &Arc<Heard>)> {
        let kept = self.base.heard.iter().filter(|(listener, _)| !self.changed.contains_key(listener));
        let changed = self.changed.iter().filter_map(|(listener, heard)| Some((*listener, heard.as_ref()?)));
        kept.map(|(listener, heard)| (*listener, heard)).chain(changed)
    }

    /// Those whose query may say the same as another.
    pub fn alike(&self, query: &Query) -> Vec<Listener> {
        let hash = hash_of(query);
        self.found(self.base.alike.get(&hash), |heard| heard.alike == Some(hash))
    }

    /// Those that name a shared list.
    pub fn naming(&self, list: &str) -> Vec<Listener> {
        self.found(self.base.naming.get(list), |heard| heard.lists.iter().any(|name| name == list))
    }

    fn found(&self, in_base: Option<&Vec<Listener>>, is: impl Fn(&Heard) -> bool) -> Vec<Listener> {
        let kept = in_base.into_iter().flatten().copied().filter(|listener| !self.changed.contains_key(listener));
        let changed = self.changed.iter().filter(|(_, heard)| heard.as_ref().is_some_and(|heard| is(heard)));
        let mut found: Vec<Listener> = kept.chain(changed.map(|(listener, _)| *listener)).collect();
        found.sort_unstable();
        found
    }

    /// The same with everything in the base.
    pub fn joined(&self) -> Self {
        Self::new(self.iter().map(|(listener, heard)| (listener, Arc::clone(heard))))
    }

    /// What changed after an earlier state; none when that stood on another base.
    pub fn since(&self, earlier: &Self) -> Option<Vec<(Listener, Option<Arc<Heard>>)>> {
        let same = |before: &Option<Arc<Heard>>, now: &Option<Arc<Heard>>| match (before, now) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (before, now) => before.is_none() && now.is_none(),
        };
        let new =
            |(listener, now): &(&Listener, &Option<Arc<Heard>>)| earlier.changed.get(listener).is_none_or(|before| !same(before, now));
        let changed = || self.changed.iter().filter(new).map(|(listener, heard)| (*listener, heard.clone())).collect();
        Arc::ptr_eq(&self.base, &earlier.base).then(changed)
    }
}

#[cfg(test)]
mod tests {
    //! A base with changes beside it says the same as a base with them inside.
    use super::*;
    use tertulia_kernel::MonitorId;
    use uuid::Uuid;

    fn listener(n: u128) -> Listener {
        Listener::Monitor(MonitorId(Uuid::from_u128(n)))
    }

    fn heard(query: &str) -> Arc<Heard> {
        let mut lists = Lists::new();
        lists.add("marcas", ["iberia"]).expect("a list");
        Arc::new(Heard::read(query.into(), query, true, &lists))
    }

    #[test]
    fn what_changed_stands_beside_the_base_and_is_found_like_it() {
        let first = Held::new([(listener(1), heard("maleta")), (listener(2), heard("list:marcas")), (listener(3), heard("vuelo"))]);
        let mut later = first.clone();
        later.put(listener(1), Some(heard("list:marcas perdida")));
        later.put(listener(3), None);
        later.put(listener(4), Some(heard("maleta")));
        let asked = Query::parse("maleta", &Lists::new()).expect("a query");
        for held in [later.clone(), later.joined()] {
            assert_eq!(held.naming("marcas"), [listener(1), listener(2)]);
            assert_eq!(held.alike(&asked), [listener(4)]);
            assert_eq!((held.get(listener(3)).is_none(), held.iter().count()), (true, 3));
        }
        assert_eq!((first.naming("marcas"), first.alike(&asked)), (vec![listener(2)], vec![listener(1)]));
        assert_eq!((later.steps(), later.joined().steps()), (3, 0));
    }

    #[test]
    fn what_came_after_an_earlier_state_is_told_only_on_the_same_base() {
        let first = Held::new([(listener(1), heard("maleta"))]);
        let mut earlier = first.clone();
        earlier.put(listener(2), Some(heard("vuelo")));
        let mut later = earlier.clone();
        later.put(listener(1), None);
        let since = later.since(&earlier).expect("the same base");
        assert!(matches!(since.as_slice(), [(one, None)] if *one == listener(1)));
        assert!(later.since(&earlier.joined()).is_none());
    }
}

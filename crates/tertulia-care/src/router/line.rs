//! Waiting lines: a queue's, and one for each person whom work waits for.
//!
//! Work that asks the same of people stands in the same group, in order; so the next piece of work for somebody is the
//! most pressing head of the groups they can take, whatever stands behind it.

use super::priority::{Points, Slopes};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tertulia_kernel::{CaseId, Timestamp};

/// The order in a group: rank, then age, then id.
pub type Key = (Reverse<Points>, Timestamp, CaseId);

/// Whose line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Queue(usize),
    Person(usize),
}

/// Where a piece of work stands in line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub whose: Whose,
    pub demand: usize,
    pub queue: usize,
    pub near: bool,
    pub key: Key,
}

/// One line.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// By demand and queue: the work of a queue ages alike.
    groups: BTreeMap<(usize, usize), Group>,
}

/// Those who ask the same, far from their deadline and near it.
#[derive(Clone, Debug, Default)]
struct Group {
    far: BTreeSet<Key>,
    near: BTreeSet<Key>,
}

/// How pressing something is now; greater is more.
pub type Press = (Points, Reverse<Timestamp>, Reverse<CaseId>);

impl Line {
    pub fn insert(&mut self, spot: &Spot) {
        let group = self.groups.entry((spot.demand, spot.queue)).or_default();
        if spot.near { &mut group.near } else { &mut group.far }.insert(spot.key);
    }

    pub fn remove(&mut self, spot: &Spot) {
        if let Some(group) = self.groups.get_mut(&(spot.demand, spot.queue)) {
            if spot.near { &mut group.near } else { &mut group.far }.remove(&spot.key);
            if group.far.is_empty() && group.near.is_empty() {
                self.groups.remove(&(spot.demand, spot.queue));
            }
        }
    }

    /// The most pressing of the groups that will do, leaving out what `skip` says.
    pub fn best(
        &self,
        slopes: impl Fn(usize) -> Slopes,
        now: Timestamp,
        will_do: impl Fn(usize) -> bool,
        skip: impl Fn(CaseId) -> bool,
    ) -> Option<Press> {
        let mut best: Option<Press> = None;
        for (&(_, queue), group) in self.groups.iter().filter(|((demand, _), _)| will_do(*demand)) {
            for (set, near) in [(&group.far, false), (&group.near, true)] {
                if let Some(&(Reverse(rank), since, case)) = set.iter().find(|key| !skip(key.2)) {
                    let press = (slopes(queue).score(rank, near, now), Reverse(since), Reverse(case));
                    best = best.max(Some(press));
                }
            }
        }
        best
    }

    /// All who stand here.
    pub fn cases(&self) -> impl Iterator<Item = CaseId> + '_ {
        self.groups.values().flat_map(|group| group.far.iter().chain(&group.near)).map(|key| key.2)
    }
}

//! What can be read of a router, saved and loaded again.

use super::{
    Event, Item, Router,
    priority::{Points, Share},
    setup::{Agent, Queue, Settings, State},
    work::{Derived, Stage},
};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// Somebody as they are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentNow {
    /// Who they are and what they can.
    pub agent: Agent,
    /// On all channels.
    pub state: State,
    /// On channels that differ.
    pub on: BTreeMap<String, State>,
    /// Without new work since.
    pub idle_since: Timestamp,
}

/// All a router must be told to go on where another stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When it was taken.
    pub at: Timestamp,
    /// What holds for all queues.
    pub settings: Settings,
    /// Queues.
    pub queues: Vec<Queue>,
    /// People.
    pub agents: Vec<AgentNow>,
    /// Work.
    pub items: Vec<Item>,
}

impl Router {
    /// What another router needs to go on from here.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            at: self.now,
            settings: self.settings.clone(),
            queues: self.queues.iter().map(|place| place.setup.clone()).collect(),
            agents: self.agents().collect(),
            items: self.items.values().map(|item| Item { now: Derived::default(), ..item.clone() }).collect(),
        }
    }

    /// Goes on from a snapshot. The first event also gives what waits in it to whoever is free. Work of queues that the
    /// snapshot does not have is left out, and work of people it does not have waits again.
    pub fn load(snapshot: Snapshot) -> Self {
        let mut router = Self { now: snapshot.at, ..Self::new(snapshot.settings) };
        for queue in snapshot.queues {
            router.apply(Event::QueueChanged(Box::new(queue)));
        }
        for now in snapshot.agents {
            let id = now.agent.id;
            router.apply(Event::AgentChanged(Box::new(now.agent)));
            let number = router.number(id);
            router.people[number].everywhere = now.state;
            for (channel, state) in now.on {
                let channel = router.channels.number(&channel);
                router.people[number].set_on(channel, state);
            }
            router.people[number].idle_since = now.idle_since;
        }
        for item in snapshot.items {
            router.load_item(item);
        }
        router.freed.clear();
        let waits = |item: &&Item| item.stage == Stage::Waiting;
        router.loose = router.items.values().filter(waits).map(|item| item.work.case).collect();
        router
    }

    fn load_item(&mut self, mut item: Item) {
        let case = item.work.case;
        if self.queue(item.work.queue).is_err() {
            return;
        }
        item.now = Derived::default();
        let known = |agent: UserId| self.people_numbers.contains_key(&agent);
        if item.agent().is_some_and(|agent| !known(agent)) {
            item.stage = Stage::Waiting;
            item.seats.clear();
        }
        item.seats.retain(|seat| known(seat.agent));
        item.aim = item.aim.filter(|aim| known(aim.agent));
        let asked = item.seats.iter().filter(|seat| seat.asked_until.is_some()).map(|seat| seat.agent);
        let offered = match item.stage {
            Stage::Offered { agent, .. } => Some(agent),
            _ => None,
        };
        let thinking: Vec<UserId> = asked.chain(offered).collect();
        self.items.insert(case, item);
        self.change_what_is_held(case, &[], |_| {});
        for person in self.holders(case) {
            self.hold(person, case);
        }
        for agent in thinking {
            let person = self.number(agent);
            self.people[person].offers += 1;
        }
        if self.items[&case].stage == Stage::Waiting {
            self.enter_line(case);
        }
        self.set_timer(case);
    }

    /// A piece of work.
    pub fn work(&self, case: CaseId) -> Option<&Item> {
        self.items.get(&case)
    }

    /// All work.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// Everybody as they are now.
    pub fn agents(&self) -> impl Iterator<Item = AgentNow> + '_ {
        self.people.iter().map(|person| AgentNow {
            agent: person.setup.clone(),
            state: person.everywhere.clone(),
            on: person.on.iter().enumerate().filter_map(|(n, on)| Some((self.channels.name(n).to_owned(), on.clone()?))).collect(),
            idle_since: person.idle_since,
        })
    }

    /// How much waits in a queue.
    pub fn waiting(&self, queue: DepartmentId) -> usize {
        self.queue(queue).map_or(0, |number| self.queues[number].waiting)
    }

    /// What waits in a queue, the most pressing first, with its score as of the last event: for people to look at.
    pub fn in_order(&self, queue: DepartmentId) -> Vec<(CaseId, Points)> {
        let waiting = self.items.values().filter(|item| item.stage == Stage::Waiting && item.work.queue == queue);
        let mut found: Vec<_> = waiting.map(|item| (Reverse(self.score_of(item)), item.work.since, item.work.case)).collect();
        found.sort_unstable();
        found.into_iter().map(|(Reverse(score), _, case)| (case, score)).collect()
    }

    /// What the score of a piece of work is made of now.
    pub fn shares(&self, case: CaseId) -> Option<Vec<Share>> {
        self.items.get(&case).map(|item| self.shares_of(item))
    }
}

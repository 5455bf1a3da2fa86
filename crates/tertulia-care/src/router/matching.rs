//! Who gets what: the two questions of matching, and the lines they are asked of.

use super::{
    Router,
    decision::{By, Chosen, RingNow, What, Why},
    demand::Demand,
    line::{Spot, Whose},
    priority::{Points, Share},
    setup::{Choice, Mode},
    work::{Item, Role, Stage},
};
use std::cmp::Reverse;
use tertulia_kernel::{CaseId, Timestamp};

impl Router {
    /// Asks both questions about all that the event touched. People first: they choose among all that waits, so that
    /// several people and pieces of work freed at once meet by the order of the work.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(person) = self.freed.pop_first() {
                self.feed(person);
            }
            if self.loose.is_empty() {
                return;
            }
            let mut loose: Vec<CaseId> = std::mem::take(&mut self.loose).into_iter().collect();
            loose.sort_by_cached_key(|case| {
                let item = &self.items[case];
                (Reverse(self.score_of(item)), item.work.since, *case)
            });
            for case in loose {
                self.place(case);
            }
        }
    }

    /// Somebody became free: the most pressing work they can take, until they can take no more.
    fn feed(&mut self, person: usize) {
        while let Some(case) = self.next_for(person, false) {
            let waiting = self.waiting_for(person);
            self.give(case, person, By::NextInLine { waiting }, false);
        }
    }

    /// The most pressing work somebody could take now.
    pub(super) fn next_for(&self, number: usize, pulls: bool) -> Option<CaseId> {
        let person = &self.people[number];
        if !person.takes_any() {
            return None;
        }
        let lines = person.queues.iter().map(|&queue| &self.queues[queue]);
        let lines = lines.filter(|place| pulls || place.setup.mode != Mode::Pull).map(|place| &place.line);
        let best = |line: &super::line::Line| {
            let refused = |case| self.items[&case].refuses(person.setup.id);
            line.best(|queue| self.queues[queue].slopes, self.now, |demand| self.could(number, demand), refused)
        };
        lines.chain([&person.line]).filter_map(best).max().map(|(_, _, Reverse(case))| case)
    }

    /// How much waits in the queues somebody serves.
    pub(super) fn waiting_for(&self, person: usize) -> usize {
        self.people[person].queues.iter().map(|&queue| self.queues[queue].waiting).sum()
    }

    /// Whether somebody could take such work now.
    fn could(&self, number: usize, demand: usize) -> bool {
        let (person, asks) = (&self.people[number], self.demands.get(demand));
        self.demands.able(demand, number) && person.free_for(asks.channel, asks.units, self.settings.offers_at_once)
    }

    /// Work came free: the best of those who could take it now; when there is none, its queue may be too long for it.
    fn place(&mut self, case: CaseId) {
        let Some(spot) = self.items.get(&case).and_then(|item| item.now.spot) else { return };
        match self.best_for(case, &spot) {
            Some((person, by)) => self.give(case, person, by, false),
            None => self.overflow_by_size(case),
        }
    }

    fn best_for(&self, case: CaseId, spot: &Spot) -> Option<(usize, By)> {
        let item = &self.items[&case];
        let place = &self.queues[spot.queue];
        if let Whose::Person(person) = spot.whose {
            let by = if item.aim.is_some_and(|aim| aim.by_hand) { By::Hand } else { By::Sticky };
            return (self.could(person, spot.demand) && !item.refuses(self.people[person].setup.id)).then_some((person, by));
        }
        if place.setup.mode == Mode::Pull {
            return None;
        }
        let fits = |&person: &usize| self.could(person, spot.demand) && !item.refuses(self.people[person].setup.id);
        let candidates: Vec<usize> = place.people.iter().copied().filter(fits).collect();
        self.choose(item, place.setup.choice, &candidates)
    }

    /// The best of several, and what decided: preferred skills, the queue's choice, the longest idle.
    pub(super) fn choose(&self, item: &Item, choice: Choice, candidates: &[usize]) -> Option<(usize, By)> {
        let among = candidates.len();
        let skills = |person: usize, wanted: &[(u32, u8)]| -> i64 {
            let met = wanted.iter().map(|&(skill, least)| (self.people[person].competence(skill), least));
            met.filter(|(has, least)| has >= least).map(|(has, _)| i64::from(has)).sum()
        };
        let second = |person: usize| match choice {
            Choice::LongestIdle => 0,
            Choice::MostSkilled => -skills(person, &item.now.needs),
            Choice::LeastSkilled => skills(person, &item.now.needs),
            Choice::LeastLoaded => self.people[person].load_share(),
        };
        let key = |&person: &usize| {
            let who = &self.people[person];
            (-skills(person, &item.now.prefers), second(person), who.idle_since, who.setup.id)
        };
        let mut keys: Vec<_> = candidates.iter().map(key).collect();
        let best = (0..keys.len()).min_by_key(|&i| keys[i])?;
        let person = candidates[best];
        let won = keys.swap_remove(best);
        let idle_s = self.now.seconds_since(won.2);
        let by = match keys.iter().min() {
            None => By::OnlyOne,
            Some(next) if next.0 > won.0 => By::Preferred { among },
            Some(next) if next.1 > won.1 => match choice {
                Choice::MostSkilled => By::MostSkilled { among },
                Choice::LeastSkilled => By::LeastSkilled { among },
                Choice::LeastLoaded => By::LeastLoaded { among },
                Choice::LongestIdle => By::LongestIdle { among, idle_s },
            },
            Some(_) => By::LongestIdle { among, idle_s },
        };
        Some((person, by))
    }

    /// Gives waiting work to somebody: offered where the queue offers, theirs `at_once` or where it assigns.
    pub(super) fn give(&mut self, case: CaseId, person: usize, by: By, at_once: bool) {
        let by = match self.items[&case].aim {
            Some(aim) if aim.by_hand => By::Hand,
            Some(_) => By::Sticky,
            None => by,
        };
        let chosen = self.chosen(case, person, by);
        self.leave_line(case);
        let agent = self.people[person].setup.id;
        let mode = self.queues[self.queue_of(&self.items[&case])].setup.mode;
        self.hold(person, case);
        self.people[person].idle_since = self.now;
        self.at(case).aim = None;
        match mode {
            Mode::Offer { seconds } if !at_once => {
                let until = self.now.plus_seconds(i64::from(seconds.max(1)));
                self.people[person].offers += 1;
                self.at(case).stage = Stage::Offered { agent, until };
                self.say(What::Offer { case, agent, role: Role::Owner, until }, chosen);
            }
            Mode::Offer { .. } | Mode::Assign | Mode::Pull => {
                self.at(case).stage = Stage::Handled { agent };
                self.say(What::Assign { case, agent, role: Role::Owner }, chosen);
            }
        }
        self.set_timer(case);
    }

    pub(super) fn chosen(&self, case: CaseId, person: usize, by: By) -> Why {
        let item = &self.items[&case];
        let place = &self.queues[self.queue_of(item)];
        let shares = self.shares_of(item);
        Why::Chosen(Box::new(Chosen {
            agent: self.people[person].setup.name.clone(),
            queue: place.setup.name.clone(),
            waited_s: self.now.seconds_since(item.work.since),
            score: shares.iter().map(|share| share.points).sum(),
            shares,
            ring: self.ring_now(item),
            by,
        }))
    }

    pub(super) fn ring_now(&self, item: &Item) -> Option<RingNow> {
        let rings = &self.queues[self.queue_of(item)].setup.rings;
        let number = item.ring.min(rings.len());
        let in_force = &rings[..number];
        let mut without: Vec<String> = in_force.iter().flat_map(|ring| ring.without.clone()).collect();
        without.sort();
        without.dedup();
        let competence = in_force.iter().filter_map(|ring| ring.competence).min();
        in_force.last().map(|ring| RingNow { number, after_s: ring.after_s, competence, without })
    }

    /// The deadline of work that is near it.
    fn near(&self, item: &Item) -> Option<Timestamp> {
        let deadline = item.work.facts.deadline;
        let from = self.queues[self.queue_of(item)].slopes.near_from(deadline)?;
        deadline.filter(|_| from <= self.now)
    }

    pub(super) fn score_of(&self, item: &Item) -> Points {
        let slopes = self.queues[self.queue_of(item)].slopes;
        let near = self.near(item);
        slopes.score(slopes.rank(item.now.base, item.work.since, near), near.is_some(), self.now)
    }

    pub(super) fn shares_of(&self, item: &Item) -> Vec<Share> {
        let mut shares = item.now.shares.clone();
        shares.extend(self.queues[self.queue_of(item)].slopes.moving(item.work.since, self.near(item), self.now));
        shares
    }

    /// What the work asks under the ring in force.
    pub(super) fn demand_of(&self, item: &Item) -> Demand {
        let place = &self.queues[self.queue_of(item)];
        let mut needs = item.now.needs.clone();
        if item.aim.is_some_and(|aim| aim.by_hand) {
            needs.clear();
        } else if let Some((competence, without)) = item.ring.checked_sub(1).and_then(|ring| place.rings.get(ring)) {
            needs.retain(|(skill, _)| !without.contains(skill));
            needs.iter_mut().for_each(|(_, least)| *least = (*least).min(*competence));
        }
        Demand { channel: item.now.channel, units: item.now.units, needs }
    }

    /// Waiting work takes its place in line, and has new chances.
    pub(super) fn enter_line(&mut self, case: CaseId) {
        let item = &self.items[&case];
        let queue = self.queue_of(item);
        let (near, slopes) = (self.near(item), self.queues[queue].slopes);
        let rank = slopes.rank(item.now.base, item.work.since, near);
        let people = &self.people;
        let demand = self.demands.take(self.demand_of(item), people.len(), |person, demand| people[person].able(demand));
        let whose = item.aim.map_or(Whose::Queue(queue), |aim| Whose::Person(self.number(aim.agent)));
        let spot = Spot { whose, demand, queue, near: near.is_some(), key: (Reverse(rank), item.work.since, case) };
        match whose {
            Whose::Queue(queue) => self.queues[queue].line.insert(&spot),
            Whose::Person(person) => self.people[person].line.insert(&spot),
        }
        self.queues[queue].waiting += 1;
        self.at(case).now.spot = Some(spot);
        self.loose.insert(case);
        self.set_timer(case);
    }

    /// It leaves the line it stands in, if it stands in one.
    pub(super) fn leave_line(&mut self, case: CaseId) {
        let Some(spot) = self.at(case).now.spot.take() else { return };
        match spot.whose {
            Whose::Queue(queue) => self.queues[queue].line.remove(&spot),
            Whose::Person(person) => self.people[person].line.remove(&spot),
        }
        self.demands.give_back(spot.demand);
        self.queues[spot.queue].waiting -= 1;
        self.loose.remove(&case);
    }
}

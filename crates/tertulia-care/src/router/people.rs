//! People: their room, their states, the offers they answer.

use super::{
    Router,
    decision::{Misfit, What, Why},
    demand::{Demand, Names},
    line::Line,
    setup::{Agent, MISSED, Standing, State},
    work::{Role, Stage},
};
use std::collections::BTreeSet;
use tertulia_kernel::{CaseId, Timestamp, UserId};

/// Somebody at work.
#[derive(Clone, Debug)]
pub struct Person {
    pub setup: Agent,
    /// On all channels.
    pub everywhere: State,
    /// Where a channel differs, by its number.
    pub on: Vec<Option<State>>,
    /// Without new work since.
    pub idle_since: Timestamp,
    /// Competence by number of the skill.
    skills: Vec<u8>,
    /// Capacity by number of the channel.
    capacity: Vec<u32>,
    /// How much of it is used.
    pub used: Vec<u32>,
    /// Units of load.
    pub load: u32,
    /// Open offers.
    pub offers: u32,
    pub queues: Vec<usize>,
    /// Work they are in: offered, owned, wrapped up, joined.
    pub with: BTreeSet<CaseId>,
    /// Work that waits for them.
    pub line: Line,
}

impl Person {
    fn new(setup: Agent, now: Timestamp, skills: &mut Names, channels: &mut Names) -> Self {
        let mut person = Self {
            setup: setup.clone(),
            everywhere: State::Offline,
            on: Vec::new(),
            idle_since: now,
            skills: Vec::new(),
            capacity: Vec::new(),
            used: Vec::new(),
            load: 0,
            offers: 0,
            queues: Vec::new(),
            with: BTreeSet::new(),
            line: Line::default(),
        };
        person.set_up(setup, skills, channels);
        person
    }

    fn set_up(&mut self, setup: Agent, skills: &mut Names, channels: &mut Names) {
        self.skills.clear();
        self.capacity.clear();
        for (skill, &competence) in &setup.skills {
            *slot(&mut self.skills, skills.number(skill)) = competence;
        }
        for (channel, &most) in &setup.capacity {
            *slot(&mut self.capacity, channels.number(channel)) = most;
        }
        self.setup = setup;
    }

    pub fn competence(&self, skill: u32) -> u8 {
        self.skills.get(skill as usize).copied().unwrap_or_default()
    }

    /// Whether they could ever take this, were they free.
    pub fn able(&self, demand: &Demand) -> bool {
        self.capacity_of(demand.channel) > 0
            && self.setup.units.is_none_or(|units| demand.units <= units)
            && demand.needs.iter().all(|&(skill, least)| self.competence(skill) >= least)
    }

    fn capacity_of(&self, channel: u32) -> u32 {
        self.capacity.get(channel as usize).copied().unwrap_or_default()
    }

    fn used_of(&self, channel: u32) -> u32 {
        self.used.get(channel as usize).copied().unwrap_or_default()
    }

    pub fn state(&self, channel: u32) -> &State {
        match (&self.everywhere, self.on.get(channel as usize)) {
            (State::Ready, Some(Some(state))) => state,
            (everywhere, _) => everywhere,
        }
    }

    fn has_room(&self, channel: u32, units: u32) -> bool {
        self.used_of(channel) < self.capacity_of(channel) && self.setup.units.is_none_or(|most| self.load.saturating_add(units) <= most)
    }

    /// Ready on the channel, with room for it, and not thinking about an offer.
    pub fn free_for(&self, channel: u32, units: u32, offers_at_once: u32) -> bool {
        *self.state(channel) == State::Ready && self.has_room(channel, units) && self.offers < offers_at_once.max(1)
    }

    /// A quick no: they take nothing at all now.
    pub fn takes_any(&self) -> bool {
        self.everywhere == State::Ready && self.capacity.iter().enumerate().any(|(channel, &most)| self.used_of(channel as u32) < most)
    }

    /// Load, per mille of what they carry.
    pub fn load_share(&self) -> i64 {
        let (carried, most) = match self.setup.units {
            Some(units) => (u64::from(self.load), u64::from(units)),
            None => (self.used.iter().map(|&n| u64::from(n)).sum(), self.capacity.iter().map(|&n| u64::from(n)).sum()),
        };
        (carried * 1_000 / most.max(1)) as i64
    }

    pub fn set_on(&mut self, channel: u32, state: State) {
        *slot(&mut self.on, channel) = Some(state);
    }

    fn count(&mut self, channel: u32, units: u32, more: bool) {
        let used = slot(&mut self.used, channel);
        if more {
            *used += 1;
            self.load = self.load.saturating_add(units);
        } else {
            *used = used.saturating_sub(1);
            self.load = self.load.saturating_sub(units);
        }
    }
}

/// The place of a number, made if need be.
fn slot<T: Clone + Default>(list: &mut Vec<T>, number: u32) -> &mut T {
    let number = number as usize;
    if list.len() <= number {
        list.resize(number + 1, T::default());
    }
    &mut list[number]
}

impl Router {
    /// Work takes up room of somebody.
    pub(super) fn hold(&mut self, person: usize, case: CaseId) {
        let now = &self.items[&case].now;
        let person = &mut self.people[person];
        person.count(now.channel, now.units, true);
        person.with.insert(case);
    }

    /// Work takes up no room of somebody any more; they are asked about next.
    pub(super) fn release(&mut self, number: usize, case: CaseId) {
        let now = &self.items[&case].now;
        let person = &mut self.people[number];
        person.count(now.channel, now.units, false);
        person.with.remove(&case);
        person.idle_since = self.now;
        self.freed.insert(number);
    }

    pub(super) fn change_agent(&mut self, setup: Agent) -> Result<(), Misfit> {
        let number = match self.people_numbers.get(&setup.id) {
            Some(&number) => {
                self.people[number].set_up(setup, &mut self.skills, &mut self.channels);
                number
            }
            None => {
                self.people_numbers.insert(setup.id, self.people.len());
                self.people.push(Person::new(setup, self.now, &mut self.skills, &mut self.channels));
                self.people.len() - 1
            }
        };
        let mut queues: Vec<usize> = self.people[number].setup.queues.iter().filter_map(|&queue| self.queue(queue).ok()).collect();
        queues.sort_unstable();
        queues.dedup();
        for (queue, place) in self.queues.iter_mut().enumerate() {
            place.people.retain(|&other| other != number);
            if queues.contains(&queue) {
                place.people.push(number);
            }
        }
        let person = &mut self.people[number];
        person.queues = queues;
        let person = &self.people[number];
        self.demands.person_changed(number, |demand| person.able(demand));
        self.freed.insert(number);
        self.withdraw_unfit(number);
        self.let_go_of_aims(number);
        Ok(())
    }

    /// Takes back the offers that somebody can't meet any more.
    fn withdraw_unfit(&mut self, number: usize) {
        let person = &self.people[number];
        let unfit = |case: &&CaseId| {
            let item = &self.items[case];
            matches!(item.stage, Stage::Offered { agent, .. } if agent == person.setup.id) && !person.able(&self.demand_of(item))
        };
        let why = Why::Unfit { agent: person.setup.name.clone() };
        for case in person.with.iter().filter(unfit).copied().collect::<Vec<_>>() {
            self.take_offer_back(case, number, why.clone());
        }
    }

    /// An offer is over without an answer; its work waits again.
    fn take_offer_back(&mut self, case: CaseId, person: usize, why: Why) {
        let agent = self.people[person].setup.id;
        self.people[person].offers -= 1;
        self.release(person, case);
        self.at(case).stage = Stage::Waiting;
        self.say(What::Withdraw { case, agent }, why);
        self.enter_line(case);
    }

    pub(super) fn change_state(&mut self, agent: UserId, channel: Option<&str>, state: State) -> Result<(), Misfit> {
        let number = self.person(agent)?;
        let channel = channel.map(|name| self.channels.number(name));
        self.set_state(number, channel, state);
        Ok(())
    }

    pub(super) fn set_state(&mut self, number: usize, channel: Option<u32>, state: State) {
        let person = &mut self.people[number];
        let before = match channel {
            Some(channel) => slot(&mut person.on, channel).replace(state.clone()).unwrap_or(State::Ready),
            None => std::mem::replace(&mut person.everywhere, state.clone()),
        };
        if state == State::Ready && before != State::Ready {
            person.idle_since = self.now;
            self.freed.insert(number);
        }
        let here = person.everywhere != State::Offline;
        let unready = Why::Unready { agent: person.setup.name.clone(), state };
        for case in self.people[number].with.clone() {
            let item = &self.items[&case];
            let (stage, ready) = (item.stage, *self.people[number].state(item.now.channel) == State::Ready);
            let agent = self.people[number].setup.id;
            match stage {
                Stage::Offered { agent: whose, .. } if whose == agent && !ready => self.take_offer_back(case, number, unready.clone()),
                Stage::Handled { agent: whose } if whose == agent => {
                    let gone = (!here).then_some(self.now);
                    let item = self.at(case);
                    item.owner_gone = gone.map(|now| item.owner_gone.unwrap_or(now));
                    self.set_timer(case);
                }
                _ if !ready => self.drop_question(case, number, unready.clone()),
                _ => {}
            }
        }
        self.let_go_of_aims(number);
    }

    /// Work that waited for somebody who does not take it now waits for everybody. What a person handed them waits through a
    /// break, but not when they leave.
    fn let_go_of_aims(&mut self, number: usize) {
        let person = &self.people[number];
        let stays = |case: &CaseId| {
            let item = &self.items[case];
            let state = person.state(item.now.channel);
            match item.aim {
                Some(aim) if aim.by_hand => !matches!(state, State::Away | State::Offline),
                _ => *state == State::Ready && person.queues.contains(&self.queue_of(item)) && person.able(&self.demand_of(item)),
            }
        };
        for case in person.line.cases().filter(|case| !stays(case)).collect::<Vec<_>>() {
            self.leave_line(case);
            self.at(case).aim = None;
            self.enter_line(case);
        }
    }

    pub(super) fn accept(&mut self, case: CaseId, agent: UserId) -> Result<(), Misfit> {
        let number = self.person(agent)?;
        let why = Why::Accepted { agent: self.name(agent) };
        match self.item(case)?.stage {
            Stage::Offered { agent: whose, .. } if whose == agent => {
                self.at(case).stage = Stage::Handled { agent };
                self.people[number].offers -= 1;
                self.say(What::Assign { case, agent, role: Role::Owner }, why);
            }
            _ => {
                let seat = self.at(case).seats.iter_mut().find(|seat| seat.agent == agent && seat.asked_until.is_some());
                let seat = seat.ok_or(Misfit::OfferOver)?;
                seat.asked_until = None;
                let role = seat.role;
                self.people[number].offers -= 1;
                self.say(What::Assign { case, agent, role }, why);
            }
        }
        // They may be asked about the next one.
        self.freed.insert(number);
        self.set_timer(case);
        Ok(())
    }

    pub(super) fn decline(&mut self, case: CaseId, agent: UserId) -> Result<(), Misfit> {
        let number = self.person(agent)?;
        let item = self.item(case)?;
        let why = Why::Declined { agent: self.name(agent) };
        if matches!(item.stage, Stage::Offered { agent: whose, .. } if whose == agent) {
            let until = self.now.plus_seconds(i64::from(self.settings.forgive_s));
            self.people[number].offers -= 1;
            self.release(number, case);
            let item = self.at(case);
            item.refuse(agent, until);
            item.stage = Stage::Waiting;
            self.say(What::Return { case, agent }, why);
            self.enter_line(case);
        } else if item.seats.iter().any(|seat| seat.agent == agent && seat.asked_until.is_some()) {
            self.drop_question(case, number, why);
        } else {
            return Err(Misfit::OfferOver);
        }
        Ok(())
    }

    /// Somebody did not answer in time: the work waits again with its age, and they take no more until they say so.
    pub(super) fn miss(&mut self, case: CaseId, agent: UserId) {
        let number = self.number(agent);
        let why = Why::Missed { agent: self.name(agent) };
        if matches!(self.items[&case].stage, Stage::Offered { .. }) {
            self.people[number].offers -= 1;
            self.release(number, case);
            self.at(case).stage = Stage::Waiting;
            self.say(What::Return { case, agent }, why.clone());
            self.enter_line(case);
        } else {
            self.drop_question(case, number, why.clone());
        }
        let state = State::NotReady { reason: MISSED.into() };
        self.say(What::SetState { agent, state: state.clone() }, why);
        self.set_state(number, None, state);
    }

    /// Somebody asks for the next piece of work; it is theirs at once.
    pub(super) fn pull(&mut self, agent: UserId) -> Result<(), Misfit> {
        let number = self.person(agent)?;
        let waiting = self.waiting_for(number);
        if let Some(case) = self.next_for(number, true) {
            self.give(case, number, super::By::Pulled { waiting }, true);
            return Ok(());
        }
        let person = &self.people[number];
        let name = person.setup.name.clone();
        let why = match &person.everywhere {
            State::Ready if person.takes_any() && person.offers < self.settings.offers_at_once.max(1) => {
                Why::NothingFits { agent: name, waiting }
            }
            State::Ready => Why::NotTaking { agent: name, state: None },
            state => Why::NotTaking { agent: name, state: Some(state.clone()) },
        };
        self.say(What::Nothing { agent: Some(agent) }, why);
        Ok(())
    }

    /// Where somebody stands on a channel, as others see it.
    pub fn standing(&self, agent: UserId, channel: &str) -> Option<Standing> {
        let person = &self.people[self.person(agent).ok()?];
        let channel = self.channels.known(channel)?;
        let state = person.state(channel);
        if *state == State::Ready && !person.has_room(channel, 0) {
            let wraps = person.with.iter().filter_map(|case| match self.items[case].stage {
                Stage::Wrapping { agent: whose, until } if whose == agent => Some(until),
                _ => None,
            });
            if let Some(until) = wraps.min() {
                return Some(Standing::WrapUp { until });
            }
        }
        Some(Standing::In(state.clone()))
    }
}

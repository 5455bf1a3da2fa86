//! More than one person: transfer, consultation, conference.

use super::{
    Router,
    decision::{By, Gone, Misfit, What, Why},
    event::Target,
    setup::{Choice, Mode, State},
    work::{Aim, Role, Seat, Stage},
};
use tertulia_kernel::{CaseId, UserId};

impl Router {
    /// Hands work on. It keeps its age; whoever had it is not asked again for a while.
    pub(super) fn transfer(&mut self, case: CaseId, to: Target) -> Result<(), Misfit> {
        let item = self.item(case)?;
        if matches!(item.stage, Stage::Wrapping { .. } | Stage::Forbidden | Stage::Parked { .. }) {
            return Err(Misfit::Stage);
        }
        let owner = match item.stage {
            Stage::Handled { agent } => Some(agent),
            _ => None,
        };
        let aim = match to {
            Target::Queue(queue) => {
                self.queue(queue)?;
                None
            }
            Target::Agent(agent) => {
                let person = self.person(agent)?;
                if owner == Some(agent) {
                    return Err(Misfit::AlreadyIn);
                }
                // Work handed to somebody who is not here would wait for nobody.
                if matches!(self.people[person].state(item.now.channel), State::Offline | State::Away) {
                    return Err(Misfit::NotHere);
                }
                let until = self.now.plus_seconds(i64::from(self.settings.handed_s));
                Some(Aim { agent, until, by_hand: true })
            }
        };
        self.detach(case, Gone::Transferred);
        let until = self.now.plus_seconds(i64::from(self.settings.forgive_s));
        let now = self.now;
        self.change_what_is_held(case, &[], |item| {
            item.enter_queue(now);
            item.work.sticky = None;
            if let Target::Queue(queue) = to {
                item.work.queue = queue;
            }
            if let Some(owner) = owner {
                item.refuse(owner, until);
            }
            if let Some(aim) = aim {
                // A person chose them, whatever they declined before.
                item.refused.retain(|&(who, _)| who != aim.agent);
                item.aim = Some(aim);
            }
        });
        self.enter_line(case);
        Ok(())
    }

    /// Asks somebody to join work that somebody has.
    pub(super) fn join(&mut self, case: CaseId, with: Target, role: Role) -> Result<(), Misfit> {
        let item = self.item(case)?;
        if !matches!(item.stage, Stage::Handled { .. }) || role == Role::Owner {
            return Err(Misfit::Stage);
        }
        let (channel, units) = (item.now.channel, item.now.units);
        let free = |&person: &usize| {
            let who = &self.people[person];
            !who.with.contains(&case) && who.free_for(channel, units, self.settings.offers_at_once)
        };
        let chosen = match with {
            Target::Queue(queue) => {
                let people = &self.queues[self.queue(queue)?].people;
                let candidates: Vec<usize> = people.iter().copied().filter(free).collect();
                self.choose(item, Choice::LongestIdle, &candidates)
            }
            Target::Agent(agent) => {
                let person = self.person(agent)?;
                let who = &self.people[person];
                match who.state(channel) {
                    _ if who.with.contains(&case) => return Err(Misfit::AlreadyIn),
                    State::Offline | State::Away => return Err(Misfit::NotHere),
                    _ => free(&person).then_some((person, By::Hand)),
                }
            }
        };
        let Some((person, by)) = chosen else {
            self.say(What::Nothing { agent: None }, Why::NobodyFree);
            return Ok(());
        };
        let why = self.chosen(case, person, by);
        let agent = self.people[person].setup.id;
        self.hold(person, case);
        self.people[person].idle_since = self.now;
        let asked_until = match self.queues[self.queue_of(&self.items[&case])].setup.mode {
            Mode::Offer { seconds } => Some(self.now.plus_seconds(i64::from(seconds.max(1)))),
            Mode::Assign | Mode::Pull => None,
        };
        self.at(case).seats.push(Seat { agent, role, asked_until });
        match asked_until {
            Some(until) => {
                self.people[person].offers += 1;
                self.say(What::Offer { case, agent, role, until }, why);
            }
            None => self.say(What::Assign { case, agent, role }, why),
        }
        self.set_timer(case);
        Ok(())
    }

    /// Somebody is not in the work any more, who was in it beside its owner or asked to be.
    pub(super) fn drop_seat(&mut self, case: CaseId, person: usize, why: Why) {
        let agent = self.people[person].setup.id;
        let seats = &mut self.at(case).seats;
        let Some(at) = seats.iter().position(|seat| seat.agent == agent) else { return };
        if seats.remove(at).asked_until.is_some() {
            self.people[person].offers -= 1;
            self.say(What::Withdraw { case, agent }, why);
        }
        self.release(person, case);
        self.set_timer(case);
    }

    /// The same, if they were only asked.
    pub(super) fn drop_question(&mut self, case: CaseId, person: usize, why: Why) {
        let agent = self.people[person].setup.id;
        if self.items[&case].seats.iter().any(|seat| seat.agent == agent && seat.asked_until.is_some()) {
            self.drop_seat(case, person, why);
        }
    }

    /// Somebody leaves. When the owner does, the next in conference goes on, or the queue.
    pub(super) fn leave(&mut self, case: CaseId, agent: UserId) -> Result<(), Misfit> {
        let person = self.person(agent)?;
        let why = Why::Left { agent: self.name(agent) };
        let item = self.item(case)?;
        if item.seats.iter().any(|seat| seat.agent == agent) {
            self.drop_seat(case, person, why);
            return Ok(());
        }
        if item.stage != (Stage::Handled { agent }) {
            return Err(Misfit::Stage);
        }
        let next = item.seats.iter().position(|seat| seat.role == Role::Conference && seat.asked_until.is_none());
        if let Some(next) = next {
            let now = self.now;
            let item = self.at(case);
            let next = item.seats.remove(next).agent;
            item.stage = Stage::Handled { agent: next };
            item.owner_gone = None;
            self.release(person, case);
            let offline = self.people[self.number(next)].everywhere == State::Offline;
            self.at(case).owner_gone = offline.then_some(now);
            self.say(What::Assign { case, agent: next, role: Role::Owner }, Why::HandedOver { agent: self.name(next) });
            self.set_timer(case);
        } else {
            self.put_back(case, agent, why);
        }
        Ok(())
    }

    /// Work of somebody waits again, for others first.
    pub(super) fn put_back(&mut self, case: CaseId, agent: UserId, why: Why) {
        let until = self.now.plus_seconds(i64::from(self.settings.forgive_s));
        self.detach(case, Gone::Transferred);
        self.say(What::Return { case, agent }, why);
        let item = self.at(case);
        item.work.sticky = None;
        item.refuse(agent, until);
        self.wait_again(case);
    }
}

//! What happens to work: it comes, changes, goes away, is done.

use super::{
    Router,
    decision::{Gone, Misfit, What, Why},
    setup::State,
    work::{Aim, Derived, Item, Role, Stage, Work},
};
use tertulia_kernel::{CaseId, Timestamp, UserId};

impl Router {
    /// Works out what follows from a piece of work.
    fn derive(&mut self, work: &Work) -> Derived {
        let numbers = |names: &mut super::Names, needs: &[super::Need]| -> Vec<(u32, u8)> {
            let mut needs: Vec<_> = needs.iter().map(|need| (names.number(&need.skill), need.min.max(1))).collect();
            needs.sort_unstable();
            needs
        };
        let place = &self.queues[self.queue_numbers[&work.queue]];
        let formula = place.setup.formula.as_ref().unwrap_or(&self.settings.formula);
        let shares = formula.fixed(&work.facts, place.setup.points);
        Derived {
            channel: self.channels.number(&work.channel),
            units: work.units.or_else(|| self.settings.units.get(&work.channel).copied()).unwrap_or(1),
            needs: numbers(&mut self.skills, &work.needs),
            prefers: numbers(&mut self.skills, &work.prefers),
            base: shares.iter().map(|share| share.points).sum(),
            shares,
            spot: None,
            due: None,
        }
    }

    /// Everybody whose room the work takes.
    pub(super) fn holders(&self, case: CaseId) -> Vec<usize> {
        let item = &self.items[&case];
        item.agent().into_iter().chain(item.seats.iter().map(|seat| seat.agent)).map(|agent| self.number(agent)).collect()
    }

    /// Changes work that may be held: those who hold it hold what it has become.
    pub(super) fn change_what_is_held(&mut self, case: CaseId, holders: &[usize], change: impl FnOnce(&mut Item)) {
        let idle: Vec<Timestamp> = holders.iter().map(|&person| self.people[person].idle_since).collect();
        for &person in holders {
            self.release(person, case);
        }
        let item = self.at(case);
        change(item);
        let (work, due) = (item.work.clone(), item.now.due);
        let derived = self.derive(&work);
        self.at(case).now = Derived { due, ..derived };
        for (&person, idle) in holders.iter().zip(idle) {
            self.hold(person, case);
            self.people[person].idle_since = idle;
        }
    }

    pub(super) fn arrive(&mut self, mut work: Work) -> Result<(), Misfit> {
        self.queue(work.queue)?;
        let case = work.case;
        match self.items.get(&case).map(|item| item.stage) {
            None => {}
            // The customer writes again while it is wrapped up: new work, for whoever knows it best.
            Some(Stage::Wrapping { agent, .. }) => {
                work.sticky = work.sticky.or(Some(agent));
                self.say(What::Free { case, agent }, Why::WrappedUp);
                self.detach(case, Gone::Finished);
                self.forget(case);
            }
            Some(Stage::Parked { .. }) => {
                self.change(work)?;
                return self.wake_by_hand(case);
            }
            Some(_) => return self.change(work),
        }
        let derived = self.derive(&work);
        let mut item = Item::new(work, self.now);
        item.now = derived;
        self.items.insert(case, item);
        self.aim_at_who_knows(case);
        self.enter_line(case);
        Ok(())
    }

    /// Work waits a little for who knows the customer, if its queue does so and they serve it and take work now.
    fn aim_at_who_knows(&mut self, case: CaseId) {
        let item = &self.items[&case];
        let queue = self.queue_of(item);
        let seconds = self.queues[queue].setup.sticky_s;
        let Some((agent, number)) = item.work.sticky.and_then(|agent| Some((agent, self.person(agent).ok()?))) else { return };
        let person = &self.people[number];
        let takes = person.queues.contains(&queue) && person.able(&self.demand_of(item));
        if seconds > 0 && takes && *person.state(item.now.channel) == State::Ready {
            let until = self.now.plus_seconds(i64::from(seconds));
            self.at(case).aim = Some(Aim { agent, until, by_hand: false });
        }
    }

    pub(super) fn change(&mut self, mut work: Work) -> Result<(), Misfit> {
        self.queue(work.queue)?;
        let case = work.case;
        let item = self.item(case)?;
        work.since = work.since.min(item.work.since);
        let old = &item.work;
        let asks = |work: &Work| (work.queue, work.channel.clone(), work.units, work.needs.clone());
        let (moved, differs) = (old.queue != work.queue, asks(old) != asks(&work));
        let stage = item.stage;
        if matches!(stage, Stage::Offered { .. }) && differs {
            self.detach(case, Gone::Changed);
        }
        self.leave_line(case);
        let (now, holders) = (self.now, self.holders(case));
        self.change_what_is_held(case, &holders, |item| {
            item.work = work;
            if moved {
                item.enter_queue(now);
            }
        });
        if self.items[&case].stage == Stage::Waiting {
            self.enter_line(case);
        }
        self.set_timer(case);
        Ok(())
    }

    fn forget(&mut self, case: CaseId) {
        if let Some(due) = self.at(case).now.due.take() {
            self.timers.remove(&(due, case));
        }
        self.loose.remove(&case);
        self.items.remove(&case);
    }

    pub(super) fn abandon(&mut self, case: CaseId) -> Result<(), Misfit> {
        match self.item(case)?.stage {
            Stage::Handled { .. } | Stage::Wrapping { .. } => Err(Misfit::Stage),
            _ => {
                self.detach(case, Gone::Abandoned);
                self.forget(case);
                Ok(())
            }
        }
    }

    pub(super) fn close(&mut self, case: CaseId) -> Result<(), Misfit> {
        self.item(case)?;
        self.detach(case, Gone::Closed);
        self.forget(case);
        Ok(())
    }

    /// Out of sight; whoever had it is asked first when it is back.
    fn park(&mut self, case: CaseId, until: Option<Timestamp>, call_back: bool) {
        let owner = match self.items[&case].stage {
            Stage::Handled { agent } => Some(agent),
            _ => None,
        };
        self.detach(case, if call_back { Gone::CallBack } else { Gone::Snoozed });
        let item = self.at(case);
        item.work.sticky = owner.or(item.work.sticky);
        item.stage = Stage::Parked { until, call_back };
        self.set_timer(case);
    }

    pub(super) fn snooze(&mut self, case: CaseId, until: Option<Timestamp>) -> Result<(), Misfit> {
        match self.item(case)?.stage {
            Stage::Wrapping { .. } | Stage::Forbidden => Err(Misfit::Stage),
            _ => {
                self.park(case, until, false);
                Ok(())
            }
        }
    }

    pub(super) fn call_back(&mut self, case: CaseId, at: Timestamp, channel: String, agent: Option<UserId>) -> Result<(), Misfit> {
        if matches!(self.item(case)?.stage, Stage::Wrapping { .. } | Stage::Forbidden) {
            return Err(Misfit::Stage);
        }
        self.park(case, Some(at), true);
        self.change_what_is_held(case, &[], |item| {
            item.work.channel = channel;
            item.work.since = at;
            item.work.sticky = agent.or(item.work.sticky);
        });
        Ok(())
    }

    pub(super) fn wake_by_hand(&mut self, case: CaseId) -> Result<(), Misfit> {
        match self.item(case)?.stage {
            Stage::Parked { call_back, .. } => {
                self.wake(case, call_back);
                Ok(())
            }
            _ => Err(Misfit::Stage),
        }
    }

    pub(super) fn wake(&mut self, case: CaseId, call_back: bool) {
        self.say(What::Wake { case }, Why::Due { call_back });
        self.wait_again(case);
    }

    /// Waits in its queue as one who has just come, with its age.
    pub(super) fn wait_again(&mut self, case: CaseId) {
        let now = self.now;
        let item = self.at(case);
        item.stage = Stage::Waiting;
        item.enter_queue(now);
        self.aim_at_who_knows(case);
        self.enter_line(case);
    }

    /// Work is nobody's any more: everybody is released, offers are taken back.
    pub(super) fn detach(&mut self, case: CaseId, how: Gone) {
        self.leave_line(case);
        let item = &self.items[&case];
        let (stage, seats) = (item.stage, item.seats.clone());
        for seat in seats {
            self.drop_seat(case, self.number(seat.agent), Why::Gone { how });
        }
        if let Some(agent) = self.items[&case].agent() {
            let person = self.number(agent);
            if matches!(stage, Stage::Offered { .. }) {
                self.people[person].offers -= 1;
                self.say(What::Withdraw { case, agent }, Why::Gone { how });
            }
            self.release(person, case);
        }
        let item = self.at(case);
        item.owner_gone = None;
        item.aim = None;
        item.stage = Stage::Waiting;
    }

    pub(super) fn forbid(&mut self, case: CaseId) -> Result<(), Misfit> {
        if self.item(case)?.stage == Stage::Forbidden {
            return Err(Misfit::Stage);
        }
        self.detach(case, Gone::Forbidden);
        self.at(case).stage = Stage::Forbidden;
        self.set_timer(case);
        Ok(())
    }

    pub(super) fn allow(&mut self, case: CaseId) -> Result<(), Misfit> {
        if self.item(case)?.stage != Stage::Forbidden {
            return Err(Misfit::Stage);
        }
        self.wait_again(case);
        Ok(())
    }

    pub(super) fn finish(&mut self, case: CaseId, wrap_up_s: u32) -> Result<(), Misfit> {
        let Stage::Handled { agent } = self.item(case)?.stage else { return Err(Misfit::Stage) };
        if wrap_up_s == 0 {
            self.detach(case, Gone::Finished);
            self.forget(case);
            return Ok(());
        }
        for seat in self.items[&case].seats.clone() {
            self.drop_seat(case, self.number(seat.agent), Why::Gone { how: Gone::Finished });
        }
        let until = self.now.plus_seconds(i64::from(wrap_up_s));
        let item = self.at(case);
        item.stage = Stage::Wrapping { agent, until };
        item.owner_gone = None;
        self.set_timer(case);
        Ok(())
    }

    pub(super) fn end_wrap_up(&mut self, case: CaseId) -> Result<(), Misfit> {
        let Stage::Wrapping { agent, .. } = self.item(case)?.stage else { return Err(Misfit::Stage) };
        self.say(What::Free { case, agent }, Why::WrappedUp);
        self.detach(case, Gone::Finished);
        self.forget(case);
        Ok(())
    }

    /// Somebody took it by hand: a fact, whatever their state and room.
    pub(super) fn take(&mut self, case: CaseId, agent: UserId) -> Result<(), Misfit> {
        let person = self.person(agent)?;
        match self.item(case)?.stage {
            Stage::Handled { agent: owner } if owner == agent => return Err(Misfit::AlreadyIn),
            Stage::Forbidden => return Err(Misfit::Stage),
            _ => {}
        }
        self.detach(case, Gone::Taken);
        self.hold(person, case);
        self.people[person].idle_since = self.now;
        self.at(case).stage = Stage::Handled { agent };
        self.say(What::Assign { case, agent, role: Role::Owner }, Why::TakenByHand { agent: self.name(agent) });
        self.set_timer(case);
        Ok(())
    }
}

impl Item {
    /// It comes to a queue now: rings and overflow begin anew; its age stays.
    pub(super) fn enter_queue(&mut self, now: Timestamp) {
        self.entered = now;
        self.ring = 0;
        self.passed.clear();
        self.aim = None;
    }
}

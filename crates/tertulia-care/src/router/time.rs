//! What happens by itself: rings, overflow, offers that pass, wrap-ups and snoozes that end.
//!
//! Each piece of work has one timer, for the first thing that is due on it. When that is, follows from the work and the
//! set-up alone, so nothing about time needs to be remembered beside them.

use super::{
    Router,
    decision::{What, Why},
    work::{Item, Stage},
};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp};

impl Router {
    /// When [`Event::Tick`](super::Event::Tick) should come next, if nothing else happens first.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first().map(|&(at, _)| at)
    }

    pub(super) fn fire_due(&mut self) {
        while let Some(&(at, case)) = self.timers.first()
            && at <= self.now
        {
            self.fire(case);
            self.settle();
        }
    }

    /// Sets the timer of work by what it has become.
    pub(super) fn set_timer(&mut self, case: CaseId) {
        let item = &self.items[&case];
        let due = self.due(item);
        if due != item.now.due {
            if let Some(old) = item.now.due {
                self.timers.remove(&(old, case));
            }
            self.timers.extend(due.map(|at| (at, case)));
            self.at(case).now.due = due;
        }
    }

    fn due(&self, item: &Item) -> Option<Timestamp> {
        let after = |seconds: u32| item.entered.plus_seconds(i64::from(seconds));
        match item.stage {
            Stage::Waiting => {
                let place = &self.queues[self.queue_of(item)];
                let ring = place.setup.rings.get(item.ring).map(|ring| after(ring.after_s));
                let overflow = self.timed_overflow(item).map(|(_, seconds)| after(seconds));
                let forgiven = item.refused.iter().map(|&(_, until)| until).min();
                let aim = item.aim.map(|aim| aim.until);
                let far = item.now.spot.is_some_and(|spot| !spot.near);
                let near = place.slopes.near_from(item.work.facts.deadline).filter(|_| far);
                [ring, overflow, forgiven, aim, near].into_iter().flatten().min()
            }
            Stage::Offered { until, .. } | Stage::Wrapping { until, .. } => Some(until),
            Stage::Parked { until, .. } => until,
            Stage::Handled { .. } => {
                let asked = item.seats.iter().filter_map(|seat| seat.asked_until).min();
                [asked, self.returns_at(item)].into_iter().flatten().min()
            }
            Stage::Forbidden => None,
        }
    }

    /// When work of somebody who went offline goes back to its queue.
    fn returns_at(&self, item: &Item) -> Option<Timestamp> {
        let seconds = self.queues[self.queue_of(item)].setup.returns_after_s?;
        item.owner_gone.map(|gone| gone.plus_seconds(i64::from(seconds)))
    }

    /// Where work goes next when it has waited, and after how many seconds.
    fn timed_overflow(&self, item: &Item) -> Option<(DepartmentId, u32)> {
        let ways = self.queues[self.queue_of(item)].setup.overflow.iter();
        let open = ways.filter(|way| self.may_go(item, way.to)).filter_map(|way| Some((way.to, way.after_s?)));
        open.min_by_key(|&(_, seconds)| seconds)
    }

    fn may_go(&self, item: &Item, to: DepartmentId) -> bool {
        to != item.work.queue && !item.passed.contains(&to) && self.queue_numbers.contains_key(&to)
    }

    fn fire(&mut self, case: CaseId) {
        match self.items[&case].stage {
            Stage::Waiting => self.waited(case),
            Stage::Offered { agent, .. } => self.miss(case, agent),
            Stage::Wrapping { .. } => self.end_wrap_up(case).expect("it is being wrapped up"),
            Stage::Parked { call_back, .. } => self.wake(case, call_back),
            Stage::Handled { agent } => {
                let now = self.now;
                let asked = |item: &Item| item.seats.iter().find(|seat| seat.asked_until.is_some_and(|until| until <= now)).copied();
                if let Some(seat) = asked(&self.items[&case]) {
                    self.miss(case, seat.agent);
                } else if let Some(gone) = self.items[&case].owner_gone {
                    let why = Why::OwnerGone { agent: self.name(agent), seconds: now.seconds_since(gone) };
                    self.put_back(case, agent, why);
                }
            }
            Stage::Forbidden => {}
        }
    }

    /// Work waited long enough for something to change.
    fn waited(&mut self, case: CaseId) {
        let now = self.now;
        let item = self.at(case);
        let waited = now.seconds_since(item.entered);
        item.refused.retain(|&(_, until)| until > now);
        self.leave_line(case);
        let item = self.at(case);
        item.aim = item.aim.filter(|aim| aim.until > now);
        let item = &self.items[&case];
        if let Some((to, _)) = self.timed_overflow(item).filter(|&(_, seconds)| waited >= i64::from(seconds)) {
            let (queue, to_name) = self.queue_names(item, to);
            self.move_on(case, to, Why::WaitedHere { queue, to: to_name, seconds: waited });
            return;
        }
        let rings = &self.queues[self.queue_of(item)].setup.rings;
        let passed = rings.iter().take_while(|ring| waited >= i64::from(ring.after_s)).count();
        if passed > item.ring {
            self.at(case).ring = passed;
            let ring = self.ring_now(&self.items[&case]).expect("a ring is in force");
            self.say(What::Widen { case, ring: passed }, Why::Ring(ring));
        }
        self.enter_line(case);
    }

    /// Nobody can take it now: when too much waits, it goes on.
    pub(super) fn overflow_by_size(&mut self, case: CaseId) {
        let item = &self.items[&case];
        let place = &self.queues[self.queue_of(item)];
        // What waits for one person is not in the crowd.
        if item.aim.is_some() {
            return;
        }
        let full = |over: Option<u32>| over.is_some_and(|over| place.waiting > over as usize);
        let Some(to) = place.setup.overflow.iter().find(|way| full(way.over) && self.may_go(item, way.to)).map(|way| way.to) else {
            return;
        };
        let waiting = place.waiting - 1;
        let (queue, to_name) = self.queue_names(item, to);
        self.leave_line(case);
        self.move_on(case, to, Why::TooMany { queue, to: to_name, waiting });
    }

    fn queue_names(&self, item: &Item, to: DepartmentId) -> (String, String) {
        let name = |number: usize| self.queues[number].setup.name.clone();
        (name(self.queue_of(item)), name(self.queue_numbers[&to]))
    }

    fn move_on(&mut self, case: CaseId, to: DepartmentId, why: Why) {
        let now = self.now;
        let from = self.items[&case].work.queue;
        self.change_what_is_held(case, &[], |item| {
            let mut passed = std::mem::take(&mut item.passed);
            passed.push(from);
            item.work.queue = to;
            item.enter_queue(now);
            item.passed = passed;
        });
        self.say(What::Overflow { case, from, to }, why);
        self.enter_line(case);
    }
}

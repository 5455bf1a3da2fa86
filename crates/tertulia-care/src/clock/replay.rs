//! From facts to ledger.

use super::{
    Metric,
    facts::{Fact, Party, Traits, What},
    ledger::{Applied, Entry, Event, Notice, Pause, Status},
    policy::{Answers, Book, Choice, Reopening, Warning},
};
use crate::calendar::Length;
use serde::Serialize;
use tertulia_kernel::{ServicePolicyId, Timestamp};

/// One round of one clock of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// What it measures.
    pub metric: Metric,
    /// Which round, from 1.
    pub cycle: u32,
    /// How it stands.
    pub status: Status,
    /// When it first ran.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Policy, target and hours, with the reason.
    pub choice: Choice,
    /// Open time counted up to `since`, or for good when it does not run.
    pub spent: Length,
    /// From when on it counts now.
    pub since: Option<Timestamp>,
    /// Since when it is paused, and why.
    pub paused: Option<(Timestamp, Pause)>,
    /// When the target runs out, or ran out. `None` while paused, without a target, and where that is not before 2200.
    pub due_at: Option<Timestamp>,
    /// When the target ran out without the thing being done.
    pub breached_at: Option<Timestamp>,
    /// Warnings of this target that were given.
    warned: Vec<Warning>,
    /// Those to come while it runs, the latest first.
    to_warn: Vec<(Timestamp, Warning)>,
}

/// How a clock stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What it measures.
    pub metric: Metric,
    /// Which round.
    pub cycle: u32,
    /// How it stands.
    pub status: Status,
    /// Policy.
    pub policy: Option<ServicePolicyId>,
    /// How soon.
    pub target: Option<Length>,
    /// Open time counted.
    pub elapsed: Length,
    /// Open time left; none when it has run out.
    pub remaining: Option<Length>,
    /// When it runs out, or ran out.
    pub due_at: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_since: Option<Timestamp>,
    /// Why it is paused.
    pub pause: Option<Pause>,
    /// When it ran out.
    pub breached_at: Option<Timestamp>,
}

/// The clocks of one case.
#[derive(Clone, Debug)]
pub struct Clocks<'b> {
    book: &'b Book,
    place: usize,
    at: Option<Timestamp>,
    traits: Option<Traits>,
    waiting: bool,
    their_turn: bool,
    snoozed: bool,
    resolved: bool,
    answered: bool,
    clocks: Vec<Clock>,
    ledger: Vec<Entry>,
    notices: Vec<Notice>,
}

/// A fact that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at {at:?}: {flaw}")]
pub struct FactError {
    /// When it is said to have happened.
    pub at: Timestamp,
    /// Why it cannot be.
    pub flaw: Flaw,
}

/// Why a fact cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is earlier than one before it, or than the moment already looked at.
    #[error("the fact is earlier than what is already counted")]
    OutOfOrder,
    /// Something happened before the case was opened.
    #[error("the case is not opened yet")]
    NotOpened,
    /// It was opened twice.
    #[error("the case is opened already")]
    OpenedTwice,
}

/// The clocks of a case whose facts these are, in order of time, as they stand at `now`.
pub fn replay<'b>(book: &'b Book, facts: &[Fact], now: Timestamp) -> Result<Clocks<'b>, FactError> {
    let mut clocks = Clocks::new(book);
    for fact in facts {
        clocks.apply(fact)?;
    }
    clocks.advance(now);
    Ok(clocks)
}

impl<'b> Clocks<'b> {
    /// Of a case nothing is known of.
    pub fn new(book: &'b Book) -> Self {
        Self {
            book,
            place: 0,
            at: None,
            traits: None,
            waiting: false,
            their_turn: false,
            snoozed: false,
            resolved: false,
            answered: false,
            clocks: Vec::new(),
            ledger: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Every line so far, in order of time.
    pub fn ledger(&self) -> &[Entry] {
        &self.ledger
    }

    /// Every warning so far, in order of time.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The warnings from one moment on, before the one looked at. Whoever asks from look to look gets each once.
    pub fn notices_since(&self, from: Timestamp) -> &[Notice] {
        &self.notices[self.notices.partition_point(|notice| notice.at < from)..]
    }

    /// Every round of every clock, in the order they began.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// The last round of a clock.
    pub fn clock(&self, metric: Metric) -> Option<&Clock> {
        self.clocks.iter().rfind(|clock| clock.metric == metric)
    }

    /// How the last round of each clock stands at a moment not before what was looked at.
    pub fn readings(&self, now: Timestamp) -> Vec<Reading> {
        let mut seen = self.clone();
        seen.advance(now);
        Metric::ALL.iter().filter_map(|metric| seen.clock(*metric)).map(|clock| clock.reading(now)).collect()
    }

    /// The first instant at which there is something new without a fact: a warning, a breach, an edition that begins to hold.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let moments = self.clocks.iter().filter_map(Clock::next_moment);
        let wakes = moments.map(|(at, _)| Timestamp::from_micros(at.as_micros().saturating_add(1)));
        let edited = self.clocks.iter().any(|clock| clock.status.is_active()).then(|| self.book.next_since(self.place)).flatten();
        wakes.chain(edited).min()
    }

    /// Lets time pass: editions that begin to hold, warnings and breaches up to `to`. Time never goes back.
    pub fn advance(&mut self, to: Timestamp) {
        if self.at.is_none_or(|at| to <= at) {
            return;
        }
        loop {
            let edition = self.book.next_since(self.place).filter(|since| *since <= to);
            let moments = self.clocks.iter().enumerate();
            let moment = moments.filter_map(|(place, clock)| clock.next_moment().map(|(at, warning)| (at, warning.is_none(), place))).min();
            match (edition, moment.filter(|moment| moment.0 < to)) {
                (Some(since), moment) if moment.is_none_or(|moment| since <= moment.0) => {
                    self.place += 1;
                    self.reapply(since, Applied::Edited);
                }
                (_, Some((at, true, place))) => self.breach(place, at),
                (_, Some((_, false, place))) => self.warn(place),
                (_, None) => break,
            }
        }
        self.at = Some(to);
    }

    /// Takes in what happened next.
    pub fn apply(&mut self, fact: &Fact) -> Result<(), FactError> {
        let at = fact.at;
        let refuse = |flaw| Err(FactError { at, flaw });
        match (&fact.what, self.at) {
            (What::Opened { by, traits }, None) => {
                (self.at, self.place) = (Some(at), self.book.place(at));
                self.traits = Some(traits.clone());
                self.begin(Metric::Resolution, at);
                match by {
                    Party::Customer => self.begin(Metric::FirstResponse, at),
                    Party::Agent => self.answered = true,
                }
                return Ok(());
            }
            (What::Opened { .. }, Some(_)) => return refuse(Flaw::OpenedTwice),
            (_, None) => return refuse(Flaw::NotOpened),
            (_, Some(last)) if at < last => return refuse(Flaw::OutOfOrder),
            _ => {}
        }
        self.advance(at);
        match &fact.what {
            What::Opened { .. } => {}
            What::CustomerWrote if self.resolved => {}
            What::CustomerWrote => self.heard(at),
            What::AgentAnswered { public } => self.answer(*public, at),
            What::WaitingForCustomer => self.waiting = true,
            What::WaitingOver => self.waiting = false,
            What::Snoozed => self.snoozed = true,
            What::Woken => self.snoozed = false,
            What::Resolved => self.resolve(at),
            What::Reopened { by } => self.reopen(*by, at),
            What::Reshaped { traits } => {
                self.traits = Some(traits.clone());
                self.reapply(at, Applied::Reshaped);
            }
        }
        self.settle_pauses(at);
        Ok(())
    }

    /// The customer wrote on a case that is not resolved.
    fn heard(&mut self, at: Timestamp) {
        (self.waiting, self.their_turn, self.snoozed) = (false, false, false);
        if !self.clocks.iter().any(|clock| clock.metric.is_response() && clock.status.is_active()) {
            self.begin(if self.answered { Metric::NextResponse } else { Metric::FirstResponse }, at);
        }
    }

    fn answer(&mut self, public: bool, at: Timestamp) {
        let counts = |clock: &Clock| public || clock.choice.policy.as_ref().is_none_or(|policy| policy.answers == Answers::Any);
        let owed = self.clocks.iter().position(|clock| clock.metric.is_response() && clock.status.is_active());
        match owed {
            // What does not count leaves everything as it was: the customer still waits for the other kind.
            Some(place) if !counts(&self.clocks[place]) => return,
            Some(place) => self.fulfil(place, at),
            None => {}
        }
        (self.answered, self.their_turn) = (true, true);
    }

    fn resolve(&mut self, at: Timestamp) {
        if self.resolved {
            return;
        }
        self.resolved = true;
        (self.waiting, self.snoozed, self.their_turn) = (false, false, false);
        for place in 0..self.clocks.len() {
            if !self.clocks[place].status.is_active() {
                continue;
            }
            if self.clocks[place].metric == Metric::Resolution {
                self.fulfil(place, at);
            } else {
                self.clocks[place].stop(at);
                self.clocks[place].ended_at = Some(at);
                self.set_status(place, Status::Dropped, at);
            }
        }
    }

    fn reopen(&mut self, by: Party, at: Timestamp) {
        self.snoozed = false;
        if self.resolved {
            self.resolved = false;
            let place = self.clocks.iter().rposition(|clock| clock.metric == Metric::Resolution);
            let how = |clock: &Clock| clock.choice.policy.as_ref().map_or(Reopening::default(), |policy| policy.reopening);
            match place {
                Some(place) if how(&self.clocks[place]) == Reopening::Continue => {
                    self.clocks[place].ended_at = None;
                    self.clocks[place].since = Some(at);
                    self.line(place, at, Event::Activate);
                    self.choose(place, at, Applied::Reopened);
                    self.schedule(place);
                    self.set_status(place, Status::Running, at);
                }
                _ => self.begin(Metric::Resolution, at),
            }
        }
        if by == Party::Customer {
            self.heard(at);
        }
    }

    /// A new round.
    fn begin(&mut self, metric: Metric, at: Timestamp) {
        let cycle = self.clock(metric).map_or(1, |last| last.cycle + 1);
        let Some(traits) = &self.traits else { return };
        let choice = self.book.edition(self.place).choose(metric, traits);
        self.clocks.push(Clock {
            metric,
            cycle,
            status: Status::Running,
            started_at: at,
            ended_at: None,
            choice,
            spent: Length::ZERO,
            since: Some(at),
            paused: None,
            due_at: None,
            breached_at: None,
            warned: Vec::new(),
            to_warn: Vec::new(),
        });
        let place = self.clocks.len() - 1;
        self.line(place, at, Event::Activate);
        self.line(place, at, self.clocks[place].applied(Applied::Began));
        self.schedule(place);
        self.line(place, at, self.clocks[place].standing());
    }

    /// Asks again which policy holds, for every clock that still counts.
    fn reapply(&mut self, at: Timestamp, why: Applied) {
        for place in 0..self.clocks.len() {
            if self.clocks[place].status.is_active() {
                self.clocks[place].count_to(at);
                let before = self.clocks[place].due_at;
                self.choose(place, at, why);
                self.schedule(place);
                if self.clocks[place].due_at != before {
                    self.line(place, at, self.clocks[place].standing());
                }
            }
        }
        self.settle_pauses(at);
    }

    /// Puts the choice that holds now in force for a clock that has counted up to `at`.
    fn choose(&mut self, place: usize, at: Timestamp, why: Applied) {
        let Some(traits) = &self.traits else { return };
        let clock = &mut self.clocks[place];
        let choice = self.book.edition(self.place).choose(clock.metric, traits);
        let before = &clock.choice;
        if (&choice.policy, choice.target, &choice.calendar) == (&before.policy, before.target, &before.calendar) {
            clock.choice = choice;
            return;
        }
        if choice.target != clock.choice.target {
            clock.warned.clear();
            if choice.target.is_none_or(|target| clock.spent < target) {
                clock.breached_at = None;
            }
        }
        clock.choice = choice;
        let event = clock.applied(why);
        let over = clock.choice.target.is_some_and(|target| clock.breached_at.is_none() && clock.spent > target);
        self.line(place, at, event);
        if over {
            self.breach(place, at);
        }
    }

    /// Reckons when the target runs out and when to warn.
    fn schedule(&mut self, place: usize) {
        let clock = &mut self.clocks[place];
        clock.to_warn.clear();
        clock.due_at = clock.breached_at;
        let (Some(target), Some(since), None) = (clock.choice.target, clock.since, clock.breached_at) else { return };
        let reach = |spent: Length| clock.choice.calendar.add_business_time(since, spent.less(clock.spent));
        let warnings = clock.choice.policy.as_ref().map_or(&[][..], |policy| &policy.warnings);
        let to_come = warnings.iter().filter(|warning| !clock.warned.contains(warning));
        let mut to_warn: Vec<_> = to_come.filter_map(|warning| Some((reach(warning.threshold(target)?)?, *warning))).collect();
        to_warn.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        (clock.due_at, clock.to_warn) = (reach(target), to_warn);
    }

    fn breach(&mut self, place: usize, at: Timestamp) {
        let clock = &mut self.clocks[place];
        let Some(target) = clock.choice.target else { return };
        (clock.breached_at, clock.due_at) = (Some(at), Some(at));
        clock.to_warn.clear();
        self.line(place, at, Event::Breach { target });
    }

    fn warn(&mut self, place: usize) {
        let clock = &mut self.clocks[place];
        let Some((at, warning)) = clock.to_warn.pop() else { return };
        clock.warned.push(warning);
        let left = clock.choice.target.unwrap_or_default().less(clock.elapsed(at));
        let policy = clock.choice.policy.as_ref().map(|policy| policy.id);
        self.notices.push(Notice { at, metric: clock.metric, cycle: clock.cycle, warning, policy, due_at: clock.due_at, left });
    }

    fn fulfil(&mut self, place: usize, at: Timestamp) {
        let clock = &mut self.clocks[place];
        clock.stop(at);
        clock.ended_at = Some(at);
        let in_time = clock.choice.target.map(|_| clock.breached_at.is_none());
        self.line(place, at, Event::Fulfil { in_time });
        let status = match in_time {
            Some(true) => Status::Met,
            Some(false) => Status::Missed,
            None => Status::Measured,
        };
        self.set_status(place, status, at);
    }

    /// Stops and starts clocks as the case now stands.
    fn settle_pauses(&mut self, at: Timestamp) {
        for place in 0..self.clocks.len() {
            let clock = &self.clocks[place];
            if !clock.status.is_active() {
                continue;
            }
            let wanted = self.pause_of(clock);
            match (clock.paused, wanted) {
                (None, Some(why)) => {
                    self.clocks[place].stop(at);
                    self.clocks[place].paused = Some((at, why));
                    self.schedule(place);
                    self.line(place, at, Event::Pause { why });
                    self.set_status(place, Status::Paused, at);
                }
                (Some((since, before)), Some(why)) if before != why => {
                    self.clocks[place].paused = Some((since, why));
                    self.line(place, at, Event::Pause { why });
                }
                (Some(_), None) => {
                    self.clocks[place].paused = None;
                    self.clocks[place].since = Some(at);
                    self.line(place, at, Event::Activate);
                    self.schedule(place);
                    self.set_status(place, Status::Running, at);
                }
                _ => {}
            }
        }
    }

    fn pause_of(&self, clock: &Clock) -> Option<Pause> {
        let pauses = clock.choice.policy.as_ref().map(|policy| policy.pauses).unwrap_or_default();
        let reasons = if clock.metric == Metric::Resolution {
            [
                (self.waiting && pauses.waiting, Pause::Waiting),
                (self.snoozed && pauses.snoozed, Pause::Snoozed),
                (self.their_turn && pauses.answered, Pause::Answered),
            ]
        } else {
            [(self.snoozed && pauses.snoozed_response, Pause::Snoozed), (false, Pause::Waiting), (false, Pause::Answered)]
        };
        reasons.into_iter().find(|reason| reason.0).map(|reason| reason.1)
    }

    fn set_status(&mut self, place: usize, status: Status, at: Timestamp) {
        self.clocks[place].status = status;
        self.line(place, at, self.clocks[place].standing());
    }

    fn line(&mut self, place: usize, at: Timestamp, event: Event) {
        let clock = &self.clocks[place];
        self.ledger.push(Entry { at, metric: clock.metric, cycle: clock.cycle, spent: clock.elapsed(at), event });
    }
}

impl Clock {
    /// Open time counted by a moment not before it last changed.
    pub fn elapsed(&self, now: Timestamp) -> Length {
        self.spent + self.since.map_or(Length::ZERO, |since| self.choice.calendar.business_time_between(since, now))
    }

    /// How it stands at a moment, if nothing happens until then.
    fn reading(&self, now: Timestamp) -> Reading {
        let elapsed = self.elapsed(now);
        Reading {
            metric: self.metric,
            cycle: self.cycle,
            status: self.status,
            policy: self.choice.policy.as_ref().map(|policy| policy.id),
            target: self.choice.target,
            elapsed,
            remaining: self.choice.target.map(|target| target.less(elapsed)),
            due_at: self.due_at,
            paused_since: self.paused.map(|paused| paused.0),
            pause: self.paused.map(|paused| paused.1),
            breached_at: self.breached_at,
        }
    }

    /// Writes down what it has counted.
    fn count_to(&mut self, at: Timestamp) {
        if self.since.is_some() {
            self.spent = self.elapsed(at);
            self.since = Some(at);
        }
    }

    /// Counts up to `at` and no further.
    fn stop(&mut self, at: Timestamp) {
        self.count_to(at);
        (self.since, self.paused) = (None, None);
        self.to_warn.clear();
    }

    /// The next thing that happens to it by itself: a warning, or the end of its target.
    fn next_moment(&self) -> Option<(Timestamp, Option<Warning>)> {
        self.since?;
        let breach = self.due_at.filter(|_| self.breached_at.is_none()).map(|due| (due, None));
        match (self.to_warn.last(), breach) {
            (Some(&(at, warning)), Some((due, _))) if at <= due => Some((at, Some(warning))),
            (Some(&(at, warning)), None) => Some((at, Some(warning))),
            (_, breach) => breach,
        }
    }

    fn applied(&self, why: Applied) -> Event {
        let hours = self.choice.calendar.hours();
        Event::Apply {
            policy: self.choice.policy.as_ref().map(|policy| policy.id),
            target: self.choice.target,
            calendar: [hours.name.clone(), hours.zone.clone()],
            why,
        }
    }

    fn standing(&self) -> Event {
        Event::UpdateStatus { status: self.status, due_at: self.due_at }
    }
}

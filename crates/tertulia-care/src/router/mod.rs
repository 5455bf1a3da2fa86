//! The router: who gets which work, decided one event at a time.
//!
//! **The model on one page.** [`Work`] of every channel waits in a [`Queue`], ordered by the [`Formula`]: a sum of named
//! terms (priority, customer type, followers, sentiment, urgency, waiting, nearness of the deadline). An [`Agent`]
//! serves queues, has skills with competence 1 to 10, and carries so many pieces of work of each channel and so many
//! units of load over all; on each channel they are [`State::Ready`] or not, with the reason. Work needs skills and may
//! prefer others. With time, [`Ring`]s ask less of people, and [`Overflow`] moves work to another queue. Work may wait
//! a little for who knows the customer ([`Queue::sticky_s`]) or for whom it was handed to.
//!
//! Two questions are all there is to matching. *Somebody became free*: the most pressing work they can take, of all
//! their queues. *Work came free*: of those who could take it now, who has the preferred skills, then whom the queue's
//! [`Choice`] names, then the longest idle. Each [`Event`] asks only about the work and the people it touched, because
//! before it there was no work that a free person could have taken, and after it there is none again. Work that is
//! offered and not accepted in time waits again with its original age, and the person is no longer ready.
//!
//! **What holds always:** nobody is given more than they carry; everybody who is given work is ready on its channel and
//! meets what the ring in force asks (unless a person chose them); one piece of work has one owner; nothing closed,
//! snoozed or forbidden is given; nothing is lost. Times come in with the events, so the same events give the same
//! decisions, live, replayed, or simulated ([`simulate`](crate::simulate)).
//!
//! **How a product drives it.** Ids are the kernel's, skills and channels are the names people use. Load a [`Snapshot`],
//! feed events as they are committed, carry out the [`Decision`]s with a compare-and-set in the database, and feed back
//! what was lost (somebody [`Taken`](Event::Taken) it first). Call [`Router::handle`] with [`Event::Tick`] at
//! [`Router::next_wake`]. Whoever takes over from a dead process loads the snapshot again.
//!
//! ```
//! use tertulia_care::{router::{Agent, Event, Queue, Router, Settings, State, What, Work}, words::Locale};
//! use tertulia_kernel::Timestamp;
//! # use uuid::Uuid;
//! # let (queue, maria, case) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
//! let now = Timestamp::from_seconds(1_790_000_000);
//! let mut router = Router::new(Settings::default());
//! router.handle(now, Event::QueueChanged(Box::new(Queue::new(queue, "Quejas"))));
//! let agent = Agent { id: maria, name: "María".into(), queues: vec![queue], skills: [("es".into(), 5)].into(),
//!     capacity: [("chat".into(), 3)].into(), units: None };
//! router.handle(now, Event::AgentChanged(Box::new(agent)));
//! router.handle(now, Event::StateChanged { agent: maria, channel: None, state: State::Ready });
//! let work = Work { case, queue, channel: "chat".into(), since: now, units: None, needs: vec![], prefers: vec![],
//!     facts: Default::default(), sticky: None };
//! let decisions = router.handle(now, Event::Arrives(Box::new(work)));
//! assert!(matches!(decisions[0].what, What::Assign { agent, .. } if agent == maria));
//! assert!(decisions[0].why.words(Locale::Es).starts_with("María: nadie más podía. Cola Quejas"));
//! ```
//!
//! Read `matching` for who gets what, `flow` for what happens to work, `people` for what happens to people, `time` for
//! what happens by itself.

mod decision;
mod demand;
mod event;
mod flow;
mod line;
mod matching;
mod people;
mod places;
mod priority;
mod seats;
mod setup;
mod time;
mod view;
mod words;
mod work;

pub use decision::{By, Chosen, Decision, Gone, Misfit, RingNow, What, Why};
pub use event::{Event, Target};
pub use priority::{Facts, Formula, Points, Sentiment, Share, Slopes, Term};
pub use setup::{Agent, Choice, MISSED, Mode, Need, Overflow, Queue, Ring, Settings, Standing, State};
pub use view::{AgentNow, Snapshot};
pub use work::{Aim, Item, Role, Seat, Stage, Work};

use demand::{Demands, Names};
use people::Person;
use std::collections::{BTreeMap, BTreeSet};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// The router's state. See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Router {
    settings: Settings,
    now: Timestamp,
    queues: Vec<Place>,
    queue_numbers: BTreeMap<DepartmentId, usize>,
    people: Vec<Person>,
    people_numbers: BTreeMap<UserId, usize>,
    items: BTreeMap<CaseId, Item>,
    demands: Demands,
    skills: Names,
    channels: Names,
    timers: BTreeSet<(Timestamp, CaseId)>,
    /// People with new room, and work with new chances, since the event began.
    freed: BTreeSet<usize>,
    loose: BTreeSet<CaseId>,
    out: Vec<Decision>,
}

/// A queue at work.
#[derive(Clone, Debug)]
struct Place {
    setup: Queue,
    slopes: Slopes,
    line: line::Line,
    waiting: usize,
    people: Vec<usize>,
    /// What each ring asks at most: competence, and the skills left out, with those of the rings before it.
    rings: Vec<(u8, Vec<u32>)>,
}

impl Router {
    /// A router without queues, people or work.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Something happened at `now`: what is to be done about it, in order. Time never goes back: an event that is told
    /// late counts as happening when the last one did.
    pub fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Decision> {
        self.now = self.now.max(now);
        // What fell due is settled first, as it would have been had somebody looked then.
        self.settle();
        self.fire_due();
        if event != Event::Tick {
            self.apply(event);
            self.settle();
            self.fire_due();
        }
        std::mem::take(&mut self.out)
    }

    fn apply(&mut self, event: Event) {
        let done = match event {
            Event::Arrives(work) => self.arrive(*work),
            Event::Changes(work) => self.change(*work),
            Event::Abandoned { case } => self.abandon(case),
            Event::Closed { case } => self.close(case),
            Event::Snoozed { case, until } => self.snooze(case, until),
            Event::Woken { case } => self.wake_by_hand(case),
            Event::Forbidden { case } => self.forbid(case),
            Event::Allowed { case } => self.allow(case),
            Event::CallBack { case, at, channel, agent } => self.call_back(case, at, channel, agent),
            Event::AgentChanged(agent) => self.change_agent(*agent),
            Event::StateChanged { agent, channel, state } => self.change_state(agent, channel.as_deref(), state),
            Event::Accepted { case, agent } => self.accept(case, agent),
            Event::Declined { case, agent } => self.decline(case, agent),
            Event::Finished { case, wrap_up_s } => self.finish(case, wrap_up_s),
            Event::WrapUpOver { case } => self.end_wrap_up(case),
            Event::Transferred { case, to } => self.transfer(case, to),
            Event::Joined { case, with, role } => self.join(case, with, role),
            Event::Left { case, agent } => self.leave(case, agent),
            Event::Taken { case, agent } => self.take(case, agent),
            Event::Pulls { agent } => self.pull(agent),
            Event::QueueChanged(queue) => {
                self.change_queue(*queue);
                Ok(())
            }
            Event::SettingsChanged(settings) => {
                self.change_settings(*settings);
                Ok(())
            }
            Event::Tick => Ok(()),
        };
        if let Err(how) = done {
            self.say(What::Ignored, Why::Misfit { how });
        }
    }

    fn say(&mut self, what: What, why: Why) {
        self.out.push(Decision { at: self.now, what, why });
    }

    fn person(&self, agent: UserId) -> Result<usize, Misfit> {
        self.people_numbers.get(&agent).copied().ok_or(Misfit::UnknownAgent)
    }

    fn queue(&self, queue: DepartmentId) -> Result<usize, Misfit> {
        self.queue_numbers.get(&queue).copied().ok_or(Misfit::UnknownQueue)
    }

    fn item(&self, case: CaseId) -> Result<&Item, Misfit> {
        self.items.get(&case).ok_or(Misfit::UnknownCase)
    }

    /// Work that is known to be there.
    fn at(&mut self, case: CaseId) -> &mut Item {
        self.items.get_mut(&case).expect("looked up before")
    }

    /// The queue of known work: its id was looked up when it was set.
    fn queue_of(&self, item: &Item) -> usize {
        self.queue_numbers[&item.work.queue]
    }

    /// Somebody who takes part in work: they were looked up when they came in, and nobody is ever forgotten.
    fn number(&self, agent: UserId) -> usize {
        self.people_numbers[&agent]
    }

    fn name(&self, agent: UserId) -> String {
        self.people[self.number(agent)].setup.name.clone()
    }
}

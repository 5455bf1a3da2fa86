//! The run: what happens next, until the last customer that counts is answered or gone.

use super::{
    chance::Chance,
    figures::{AgentFigures, BATCHES, Count, Intervals, Outcome, Ratio},
    scenario::{AgentGroup, Arrivals, Rate, Scenario},
};
use crate::router::{Agent, Decision, Event, Facts, Overflow, Queue, Role, Router, Settings, State, What, Work};
use crate::rules::Priority;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};
use uuid::Uuid;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// What is going to happen, by its moment in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    /// Somebody of a stream of arrivals comes.
    Comes(usize),
    /// Somebody's patience is over.
    GivesUp(u64),
    /// Somebody's matter is done.
    Done(u64),
    /// A group's shift begins or ends.
    Shift(usize, bool),
}

/// A customer who is here.
struct Customer {
    stream: usize,
    came: i64,
    handling: i64,
    answered: bool,
    /// The batch they count in, if they count.
    batch: Option<usize>,
}

/// The chances of a stream of arrivals, each its own: who changes the handling times changes no arrival.
struct Chances {
    arrival: Chance,
    handling: Chance,
    patience: Chance,
}

/// A scenario that runs.
pub struct Engine<'a> {
    scenario: &'a Scenario,
    router: Router,
    now: i64,
    warm: i64,
    end: i64,
    agenda: BinaryHeap<Reverse<(i64, u64, Happening)>>,
    turn: u64,
    chances: Vec<Chances>,
    customers: BTreeMap<u64, Customer>,
    next: u64,
    /// Customers who count and are neither answered nor gone.
    open: usize,
    counts: BTreeMap<&'a str, Count>,
    /// Work in hand, and whether on shift, by agent.
    hands: Vec<(u32, bool)>,
    groups: Vec<std::ops::Range<usize>>,
    /// Agents with work in hand; agents on shift or with work in hand.
    busy: u32,
    staffed: u32,
    occupancy: Ratio,
}

fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

fn queue_id(number: usize) -> DepartmentId {
    Uuid::from_u128(1 + number as u128).into()
}

fn agent_id(number: usize) -> UserId {
    Uuid::from_u128(1 + number as u128).into()
}

fn case_id(number: u64) -> CaseId {
    Uuid::from_u128(u128::from(number)).into()
}

impl<'a> Engine<'a> {
    /// Of a scenario that was checked.
    pub fn new(scenario: &'a Scenario) -> Self {
        let settings = Settings { formula: scenario.formula.clone(), units: scenario.units.clone(), ..Settings::default() };
        let chances = (0..scenario.arrivals.len() as u64)
            .map(|n| Chances {
                arrival: Chance::new(scenario.seed, 3 * n + 1),
                handling: Chance::new(scenario.seed, 3 * n + 2),
                patience: Chance::new(scenario.seed, 3 * n + 3),
            })
            .collect();
        let mut engine = Self {
            scenario,
            router: Router::new(settings),
            now: 0,
            warm: micros(scenario.warmup_hours * 3_600.0),
            end: micros(scenario.hours * 3_600.0),
            agenda: BinaryHeap::new(),
            turn: 0,
            chances,
            customers: BTreeMap::new(),
            next: 0,
            open: 0,
            counts: scenario.queues.iter().map(|queue| (queue.id.as_str(), Count::default())).collect(),
            hands: Vec::new(),
            groups: Vec::new(),
            busy: 0,
            staffed: 0,
            occupancy: Ratio::default(),
        };
        engine.open_queues();
        for group in &scenario.agents {
            engine.hire(group);
        }
        for stream in 0..scenario.arrivals.len() {
            engine.expect_next(stream);
        }
        engine
    }

    fn queue_number(&self, name: &str) -> usize {
        self.scenario.queues.iter().position(|queue| queue.id == name).expect("the scenario was checked")
    }

    fn open_queues(&mut self) {
        for (number, queue) in self.scenario.queues.iter().enumerate() {
            let way = |way: &super::scenario::SimOverflow| Overflow {
                to: queue_id(self.queue_number(&way.to)),
                after_s: way.after_s,
                over: way.over,
            };
            let setup = Queue {
                mode: Scenario::MODE,
                choice: queue.choice,
                rings: queue.rings.clone(),
                overflow: queue.overflow.iter().map(way).collect(),
                points: queue.points,
                ..Queue::new(queue_id(number), queue.id.clone())
            };
            self.tell(Event::QueueChanged(Box::new(setup)));
        }
    }

    fn hire(&mut self, group: &AgentGroup) {
        let first = self.hands.len();
        for number in first..first + group.count as usize {
            let agent = Agent {
                id: agent_id(number),
                name: format!("agent {}", number + 1),
                queues: group.queues.iter().map(|name| queue_id(self.queue_number(name))).collect(),
                skills: group.skills.clone(),
                capacity: group.capacity.clone(),
                units: group.units,
            };
            self.tell(Event::AgentChanged(Box::new(agent)));
            self.hands.push((0, false));
        }
        let number = self.groups.len();
        self.groups.push(first..self.hands.len());
        match group.shift.map(|hours| hours.map(|hour| micros(hour * 3_600.0) % DAY)) {
            Some([from, to]) if from != to => {
                let on_at_midnight = from > to;
                self.shift(number, on_at_midnight);
                self.plan(from, Happening::Shift(number, true));
                self.plan(to, Happening::Shift(number, false));
            }
            _ => self.shift(number, true),
        }
    }

    fn plan(&mut self, at: i64, what: Happening) {
        self.turn += 1;
        self.agenda.push(Reverse((at, self.turn, what)));
    }

    /// Plans the next customer of a stream.
    fn expect_next(&mut self, stream: usize) {
        let chance = &mut self.chances[stream].arrival;
        let at = match self.scenario.arrivals[stream].rate() {
            Rate::Even(rate) if rate > 0.0 => Some(self.now + micros(chance.exponential(3_600.0 / rate))),
            Rate::Even(_) => None,
            Rate::Hourly(rates) => {
                // Memory of nothing: at each full hour the wait begins anew at the new rate.
                let mut at = self.now;
                (rates.iter().any(|&rate| rate > 0.0)).then(|| {
                    loop {
                        let hour = at.div_euclid(HOUR);
                        let rate = rates[hour.rem_euclid(24) as usize];
                        let next = if rate > 0.0 { at + micros(chance.exponential(3_600.0 / rate)) } else { i64::MAX };
                        if next < (hour + 1) * HOUR {
                            break next;
                        }
                        at = (hour + 1) * HOUR;
                    }
                })
            }
        };
        if let Some(at) = at {
            self.plan(at, Happening::Comes(stream));
        }
    }

    /// Runs to the end.
    pub fn run(mut self) -> Outcome {
        while let Some(&Reverse((at, _, what))) = self.agenda.peek() {
            let wake = self.router.next_wake().map(Timestamp::as_micros).filter(|&wake| wake <= at);
            let next = wake.unwrap_or(at);
            if next >= self.end && (self.open == 0 || next >= self.end + DAY) {
                break;
            }
            self.pass(next);
            if wake.is_some() {
                self.tell(Event::Tick);
                continue;
            }
            self.agenda.pop();
            self.happen(what);
        }
        self.pass(self.end);
        self.outcome()
    }

    /// Time passes, and who is busy meanwhile is counted.
    fn pass(&mut self, to: i64) {
        let (mut from, to_count) = (self.now.max(self.warm), to.min(self.end));
        let length = (self.end - self.warm).div_euclid(BATCHES as i64).max(1);
        while from < to_count {
            let batch = ((from - self.warm) / length).min(BATCHES as i64 - 1);
            let until = if batch == BATCHES as i64 - 1 { to_count } else { to_count.min(self.warm + (batch + 1) * length) };
            let seconds = (until - from) as f64 / 1e6;
            self.occupancy.add(batch as usize, f64::from(self.busy) * seconds, f64::from(self.staffed) * seconds);
            from = until;
        }
        self.now = self.now.max(to);
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Comes(stream) => self.comes(stream),
            Happening::GivesUp(number) => {
                if self.customers.get(&number).is_some_and(|customer| !customer.answered) {
                    self.tell(Event::Abandoned { case: case_id(number) });
                    let customer = self.customers.remove(&number).expect("just looked up");
                    self.book(&customer, false);
                }
            }
            Happening::Done(number) => {
                let customer = self.customers.remove(&number).expect("it was answered and is done once");
                let case = case_id(number);
                let wrap_up_s = self.scenario.arrivals[customer.stream].wrap_up_s;
                let agent = self.router.work(case).and_then(|item| item.agent()).expect("it is in somebody's hands");
                if wrap_up_s == 0 {
                    self.put_down(agent);
                }
                self.tell(Event::Finished { case, wrap_up_s });
            }
            Happening::Shift(group, on) => {
                self.shift(group, on);
                self.plan(self.now + DAY, Happening::Shift(group, on));
            }
        }
    }

    fn comes(&mut self, stream: usize) {
        self.expect_next(stream);
        self.next += 1;
        let number = self.next;
        let arrivals: &'a Arrivals = &self.scenario.arrivals[stream];
        let chances = &mut self.chances[stream];
        let handling = micros(chances.handling.draw(&arrivals.handling_s)).max(0);
        let patience = arrivals.patience_s.as_ref().map(|patience| micros(chances.patience.draw(patience)).max(0));
        let length = (self.end - self.warm) / BATCHES as i64;
        let counts = (self.warm..self.end).contains(&self.now);
        let batch = counts.then(|| ((self.now - self.warm) / length.max(1)).min(BATCHES as i64 - 1) as usize);
        self.customers.insert(number, Customer { stream, came: self.now, handling, answered: false, batch });
        self.open += usize::from(counts);
        if let Some(patience) = patience {
            self.plan(self.now + patience, Happening::GivesUp(number));
        }
        let work = Work {
            case: case_id(number),
            queue: queue_id(self.queue_number(&arrivals.queue)),
            channel: arrivals.channel.clone(),
            since: Timestamp::from_micros(self.now),
            units: None,
            needs: arrivals.requires.clone(),
            prefers: arrivals.prefers.clone(),
            facts: Facts {
                level: Priority::Normal,
                customer: arrivals.customer.clone(),
                followers: arrivals.followers,
                points: arrivals.priority,
                ..Facts::default()
            },
            sticky: None,
        };
        self.tell(Event::Arrives(Box::new(work)));
    }

    /// Something is told to the router, and what it decides is done.
    fn tell(&mut self, event: Event) {
        for decision in self.router.handle(Timestamp::from_micros(self.now), event) {
            self.obey(&decision);
        }
    }

    fn obey(&mut self, decision: &Decision) {
        match decision.what {
            What::Assign { case, agent, role: Role::Owner } => {
                let number = u64::try_from(case.0.as_u128()).expect("cases are numbered here");
                let customer = self.customers.get_mut(&number).expect("who is answered is here");
                customer.answered = true;
                let (done, customer) = (self.now + customer.handling, &self.customers[&number]);
                let (batch, stream, came) = (customer.batch, customer.stream, customer.came);
                self.book(&Customer { stream, came, handling: 0, answered: true, batch }, true);
                self.plan(done, Happening::Done(number));
                self.pick_up(agent);
            }
            What::Free { agent, .. } => self.put_down(agent),
            _ => {}
        }
    }

    fn place_of(agent: UserId) -> usize {
        usize::try_from(agent.0.as_u128()).expect("agents are numbered here") - 1
    }

    fn pick_up(&mut self, agent: UserId) {
        let (hands, on) = &mut self.hands[Self::place_of(agent)];
        *hands += 1;
        if *hands == 1 {
            self.busy += 1;
            self.staffed += u32::from(!*on);
        }
    }

    fn put_down(&mut self, agent: UserId) {
        let (hands, on) = &mut self.hands[Self::place_of(agent)];
        *hands -= 1;
        if *hands == 0 {
            self.busy -= 1;
            self.staffed -= u32::from(!*on);
        }
    }

    fn shift(&mut self, group: usize, begins: bool) {
        for agent in self.groups[group].clone() {
            let (hands, on) = &mut self.hands[agent];
            if *on != begins {
                *on = begins;
                if *hands == 0 {
                    self.staffed = if begins { self.staffed + 1 } else { self.staffed - 1 };
                }
            }
            let state = if begins { State::Ready } else { State::Offline };
            self.tell(Event::StateChanged { agent: agent_id(agent), channel: None, state });
        }
    }

    /// Counts a customer whose wait is over, answered or not.
    fn book(&mut self, customer: &Customer, answered: bool) {
        let Some(batch) = customer.batch else { return };
        self.open -= 1;
        let wait_s = (self.now - customer.came) as f64 / 1e6;
        let arrivals: &'a Arrivals = &self.scenario.arrivals[customer.stream];
        let within_s = self.scenario.queues[self.queue_number(&arrivals.queue)].within_s;
        let count = self.counts.get_mut(arrivals.queue.as_str()).expect("the scenario was checked");
        count.abandoned.add(batch, f64::from(u8::from(!answered)), 1.0);
        count.in_time.add(batch, f64::from(u8::from(answered && wait_s <= within_s)), 1.0);
        count.waited.add(batch, f64::from(u8::from(wait_s > 0.0)), 1.0);
        if answered {
            count.answer_s.add(batch, wait_s, 1.0);
        }
    }

    fn outcome(mut self) -> Outcome {
        // Who still waits came, and waited: that is all that can be said.
        for customer in std::mem::take(&mut self.customers).into_values().filter(|customer| !customer.answered) {
            if let Some(batch) = customer.batch {
                let count = self.counts.get_mut(self.scenario.arrivals[customer.stream].queue.as_str()).expect("the scenario was checked");
                count.abandoned.add(batch, 0.0, 1.0);
                count.in_time.add(batch, 0.0, 1.0);
                count.waited.add(batch, 1.0, 1.0);
            }
        }
        Outcome {
            queues: self.counts.iter().map(|(&name, count)| (name.to_owned(), count.figures())).collect(),
            agents: AgentFigures { occupancy: self.occupancy.value() },
            ci95: Intervals {
                queues: self.counts.iter().map(|(&name, count)| (name.to_owned(), count.intervals())).collect(),
                agents: [("occupancy".to_owned(), self.occupancy.interval(1.0))].into(),
            },
        }
    }
}

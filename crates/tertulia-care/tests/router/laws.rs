//! Laws that hold after every event of a hundred thousand random sequences, checked by a second reckoning that shares
//! nothing with the router but its public records.

use super::support::{START, agent, agent_id, case_id, need, queue_id};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tertulia_care::router::{
    Agent, By, Choice, Decision, Event, Facts, Item, Mode, Need, Overflow, Queue, Ring, Role, Router, Settings, Stage, State, Target, What,
    Why, Work,
};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

const CHANNELS: [&str; 3] = ["voice", "chat", "mail"];
const SKILLS: [&str; 3] = ["es", "en", "vip"];

fn queues() -> [Queue; 4] {
    let ring = |after_s, competence, without: &[&str]| Ring { after_s, competence, without: without.iter().map(|&s| s.into()).collect() };
    let mut queues = [0, 1, 2, 3].map(|n| Queue::new(queue_id(n), format!("queue {n}")));
    queues[0].mode = Mode::Offer { seconds: 20 };
    queues[0].sticky_s = 25;
    queues[0].rings = vec![ring(30, Some(3), &[]), ring(60, None, &["vip"])];
    queues[0].overflow = vec![Overflow { to: queue_id(1), after_s: Some(120), over: None }];
    queues[1].choice = Choice::MostSkilled;
    queues[1].rings = vec![ring(50, Some(1), &["en"])];
    queues[1].overflow =
        vec![Overflow { to: queue_id(2), after_s: None, over: Some(2) }, Overflow { to: queue_id(0), after_s: Some(90), over: None }];
    queues[1].returns_after_s = Some(35);
    queues[2].mode = Mode::Offer { seconds: 9 };
    queues[2].choice = Choice::LeastLoaded;
    queues[3].mode = Mode::Pull;
    queues
}

fn agents() -> [Agent; 5] {
    let mut agents = [
        agent(0, &[0, 1], &[("es", 9), ("en", 4), ("vip", 5)]),
        agent(1, &[0, 2], &[("es", 3)]),
        agent(2, &[1, 2, 3], &[("en", 8), ("es", 1)]),
        agent(3, &[0, 3], &[("es", 6), ("vip", 2)]),
        agent(4, &[2], &[]),
    ];
    for agent in &mut agents {
        agent.capacity = [("voice", 1), ("chat", 2), ("mail", 2)].map(|(name, most)| (name.to_owned(), most)).into();
        agent.units = Some(5);
    }
    agents[4].capacity.remove("voice");
    agents
}

fn settings() -> Settings {
    Settings { units: [("voice".to_owned(), 4), ("chat".to_owned(), 2)].into(), forgive_s: 70, handed_s: 30, ..Settings::default() }
}

type Op = (u8, u8, u8, u8);

fn ops(most: usize) -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec((0..27u8, any::<u8>(), any::<u8>(), 0..45u8), 1..most)
}

/// The event an op stands for. Cases and people repeat, so that many events come twice, late, or for what is not there.
fn event(op: Op, now: Timestamp, agents: &[Agent]) -> Event {
    let (kind, a, b, _) = op;
    let (case, who) = (case_id(u32::from(a % 9)), agent_id(b % 5));
    let work = || {
        let needs: &[Need] = &[need(SKILLS[usize::from(b % 3)], 1 + b / 29), need(SKILLS[usize::from(b / 3 % 3)], 1 + a / 60)];
        Box::new(Work {
            case,
            queue: queue_id(a / 9 % 4),
            channel: CHANNELS[usize::from(a / 36 % 3)].into(),
            since: now.plus_seconds(-i64::from(b % 50)),
            units: (b % 7 == 0).then_some(u32::from(b % 4)),
            needs: needs[..usize::from(b / 9 % 3)].to_vec(),
            prefers: if a % 5 == 0 { vec![need("en", 2)] } else { Vec::new() },
            facts: Facts {
                followers: Some(u64::from(b) * 300),
                urgency: Some(u16::from(a) * 4),
                deadline: (b % 4 == 0).then(|| now.plus_seconds(i64::from(a) * 20)),
                ..Facts::default()
            },
            sticky: (b % 3 == 0).then_some(who),
        })
    };
    match kind {
        0..=6 => Event::Arrives(work()),
        7 => Event::Changes(work()),
        8 => Event::Abandoned { case },
        9 => Event::Closed { case },
        10 => Event::Snoozed { case, until: (b % 2 == 0).then(|| now.plus_seconds(1 + i64::from(b))) },
        11 => Event::Woken { case },
        12 => {
            if b % 2 == 0 {
                Event::Forbidden { case }
            } else {
                Event::Allowed { case }
            }
        }
        13 => Event::CallBack { case, at: now.plus_seconds(1 + i64::from(b)), channel: "voice".into(), agent: (b % 2 == 0).then_some(who) },
        14 => {
            let mut changed = agents[usize::from(b % 5)].clone();
            changed.skills.insert(SKILLS[usize::from(a % 3)].into(), a / 26);
            changed.queues = (0..4).filter(|n| (a | b) >> n & 1 == 1).map(queue_id).collect();
            Event::AgentChanged(Box::new(changed))
        }
        15 => Event::StateChanged { agent: who, channel: None, state: State::Offline },
        16 => Event::StateChanged {
            agent: who,
            channel: Some(CHANNELS[usize::from(a % 3)].into()),
            state: if a % 2 == 0 { State::Away } else { State::Ready },
        },
        17..=19 => Event::StateChanged { agent: who, channel: None, state: State::Ready },
        20 => Event::Accepted { case, agent: who },
        21 => Event::Declined { case, agent: who },
        22 => Event::Finished { case, wrap_up_s: u32::from(b % 3) * 15 },
        23 => Event::Transferred { case, to: if b % 2 == 0 { Target::Queue(queue_id(b % 4)) } else { Target::Agent(who) } },
        24 => Event::Joined {
            case,
            with: if b % 2 == 0 { Target::Queue(queue_id(b % 4)) } else { Target::Agent(who) },
            role: if a % 2 == 0 { Role::Consulted } else { Role::Conference },
        },
        25 => {
            if a % 3 == 0 {
                Event::Left { case, agent: who }
            } else {
                Event::Pulls { agent: who }
            }
        }
        _ => {
            if a % 4 == 0 {
                Event::Taken { case, agent: who }
            } else {
                Event::Tick
            }
        }
    }
}

fn number(channel: &str) -> usize {
    CHANNELS.iter().position(|&name| name == channel).expect("one of three")
}

/// The second reckoning.
struct Ledger {
    router: Router,
    now: Timestamp,
    queues: BTreeMap<DepartmentId, Queue>,
    agents: BTreeMap<UserId, Agent>,
    everywhere: BTreeMap<UserId, State>,
    on: BTreeMap<(UserId, usize), State>,
    alive: BTreeSet<CaseId>,
    forbidden: BTreeSet<CaseId>,
    parked: BTreeSet<CaseId>,
}

impl Ledger {
    fn new() -> Self {
        let mut router = Router::new(settings());
        for queue in queues() {
            router.handle(START, Event::QueueChanged(Box::new(queue)));
        }
        for agent in agents() {
            router.handle(START, Event::AgentChanged(Box::new(agent)));
        }
        Self {
            router,
            now: START,
            queues: queues().into_iter().map(|queue| (queue.id, queue)).collect(),
            agents: agents().into_iter().map(|agent| (agent.id, agent)).collect(),
            everywhere: agents().into_iter().map(|agent| (agent.id, State::Offline)).collect(),
            on: BTreeMap::new(),
            alive: BTreeSet::new(),
            forbidden: BTreeSet::new(),
            parked: BTreeSet::new(),
        }
    }

    fn ready(&self, agent: UserId, channel: &str) -> bool {
        self.everywhere[&agent] == State::Ready && self.on.get(&(agent, number(channel))).is_none_or(|state| *state == State::Ready)
    }

    fn units(&self, work: &Work) -> u32 {
        work.units.unwrap_or(match work.channel.as_str() {
            "voice" => 4,
            "chat" => 2,
            _ => 1,
        })
    }

    /// What somebody carries: how much of a channel, units of load, questions they think about.
    fn carries(&self, agent: UserId, channel: &str) -> (u32, u32, u32) {
        let (mut count, mut load, mut thinks) = (0, 0, 0);
        for item in self.router.items() {
            let seat = item.seats.iter().find(|seat| seat.agent == agent);
            if item.agent() == Some(agent) || seat.is_some() {
                count += u32::from(item.work.channel == channel);
                load += self.units(&item.work);
                let asked = matches!(item.stage, Stage::Offered { agent: whose, .. } if whose == agent);
                thinks += u32::from(asked || seat.is_some_and(|seat| seat.asked_until.is_some()));
            }
        }
        (count, load, thinks)
    }

    fn ring(&self, item: &Item) -> usize {
        let waited = self.now.seconds_since(item.entered);
        self.queues[&item.work.queue].rings.iter().filter(|ring| i64::from(ring.after_s) <= waited).count()
    }

    /// Whether somebody meets what work asks under a ring.
    fn meets(&self, agent: UserId, work: &Work, ring: usize) -> bool {
        let rings = &self.queues[&work.queue].rings[..ring];
        work.needs.iter().all(|need| {
            let spared = rings.iter().any(|ring| ring.without.contains(&need.skill));
            let least = rings.iter().filter_map(|ring| ring.competence).min().map_or(need.min, |most| need.min.min(most));
            spared || self.agents[&agent].skills.get(&need.skill).copied().unwrap_or(0) >= least
        })
    }

    fn step(&mut self, op: Op) {
        self.now = self.now.plus_seconds(i64::from(op.3));
        let event = event(op, self.now, &agents());
        // What fell due by itself is looked at first, alone.
        if self.router.next_wake().is_some_and(|at| at <= self.now) {
            self.tell(&Event::Tick);
        }
        self.tell(&event);
    }

    fn tell(&mut self, event: &Event) {
        let decisions = self.router.handle(self.now, event.clone());
        self.book(event, &decisions);
        self.check(&decisions);
    }

    /// Books what should be there now.
    fn book(&mut self, event: &Event, decisions: &[Decision]) {
        for decision in decisions {
            match &decision.what {
                What::Free { case, .. } => assert!(self.alive.remove(case)),
                What::Wake { case } => assert!(self.parked.remove(case)),
                What::SetState { agent, state } => {
                    self.everywhere.insert(*agent, state.clone());
                }
                _ => {}
            }
        }
        if decisions.iter().any(|decision| decision.what == What::Ignored) {
            return;
        }
        match event {
            Event::Arrives(work) => {
                self.alive.insert(work.case);
            }
            Event::Abandoned { case } | Event::Closed { case } => {
                self.alive.remove(case);
                self.parked.remove(case);
                self.forbidden.remove(case);
            }
            Event::Finished { case, wrap_up_s: 0 } => {
                self.alive.remove(case);
            }
            Event::Snoozed { case, .. } | Event::CallBack { case, .. } => {
                self.parked.insert(*case);
            }
            Event::Taken { case, .. } => {
                self.parked.remove(case);
            }
            Event::Forbidden { case } => {
                self.parked.remove(case);
                self.forbidden.insert(*case);
            }
            Event::Allowed { case } => {
                self.forbidden.remove(case);
            }
            Event::AgentChanged(agent) => {
                self.agents.insert(agent.id, (**agent).clone());
            }
            Event::StateChanged { agent, channel: None, state } => {
                self.everywhere.insert(*agent, state.clone());
            }
            Event::StateChanged { agent, channel: Some(channel), state } => {
                self.on.insert((*agent, number(channel)), state.clone());
            }
            _ => {}
        }
    }

    fn check(&self, decisions: &[Decision]) {
        // Nothing is lost and nothing is invented.
        assert!(self.router.items().map(|item| item.work.case).eq(self.alive.iter().copied()), "conservation");
        for item in self.router.items() {
            self.check_item(item);
        }
        for (place, decision) in decisions.iter().enumerate() {
            if let (What::Offer { case, agent, role, .. } | What::Assign { case, agent, role }, Why::Chosen(chosen)) =
                (&decision.what, &decision.why)
            {
                let later = &decisions[place + 1..];
                let undone = later.iter().any(|other| match &other.what {
                    What::SetState { agent: who, .. } => who == agent,
                    What::Withdraw { case: which, .. } | What::Return { case: which, .. } => which == case,
                    _ => false,
                });
                assert!(!self.forbidden.contains(case) && !self.parked.contains(case), "forbidden or parked work was given");
                if !undone {
                    self.check_gift(*case, *agent, *role, chosen);
                }
            }
        }
    }

    /// Work given in this step, and still given at its end.
    fn check_gift(&self, case: CaseId, agent: UserId, role: Role, chosen: &tertulia_care::router::Chosen) {
        let item = self.router.work(case).expect("it was just given");
        let channel = &item.work.channel;
        assert!(self.ready(agent, channel), "state");
        let (count, load, thinks) = self.carries(agent, channel);
        let setup = &self.agents[&agent];
        assert!(count <= setup.capacity[channel] && load <= setup.units.unwrap() && thinks <= 1, "capacity");
        if role == Role::Owner {
            assert_eq!(item.agent(), Some(agent), "given to one, in the hands of another");
            if chosen.by != By::Hand {
                assert!(setup.queues.contains(&item.work.queue), "queue");
                assert!(self.meets(agent, &item.work, item.ring), "skills under the ring in force");
                assert_eq!(chosen.ring.as_ref().map_or(0, |ring| ring.number), item.ring);
            }
        }
    }

    fn check_item(&self, item: &Item) {
        let case = item.work.case;
        assert_eq!(item.stage == Stage::Forbidden, self.forbidden.contains(&case));
        assert_eq!(matches!(item.stage, Stage::Parked { .. }), self.parked.contains(&case));
        let mut people: Vec<UserId> = item.agent().into_iter().chain(item.seats.iter().map(|seat| seat.agent)).collect();
        people.sort();
        assert!(people.windows(2).all(|pair| pair[0] != pair[1]), "somebody is in it twice");
        match item.stage {
            Stage::Offered { agent, until } => {
                assert!(until > self.now && self.ready(agent, &item.work.channel), "an offer that is over, or to somebody who takes none");
            }
            Stage::Waiting => {
                assert_eq!(item.ring, self.ring(item), "the ring in force");
                assert!(item.refused.iter().all(|&(_, until)| until > self.now));
                let pulled = self.queues[&item.work.queue].mode == Mode::Pull;
                for &agent in self.agents.keys() {
                    let reached = match item.aim {
                        Some(aim) => aim.agent == agent,
                        None => !pulled && self.agents[&agent].queues.contains(&item.work.queue),
                    };
                    let by_hand = item.aim.is_some_and(|aim| aim.by_hand);
                    if reached
                        && self.ready(agent, &item.work.channel)
                        && (by_hand || self.meets(agent, &item.work, item.ring))
                        && !item.refuses(agent)
                    {
                        assert!(!self.could_take(agent, &item.work), "{agent} is idle and could take {case}");
                    }
                }
            }
            _ => {}
        }
    }

    fn could_take(&self, agent: UserId, work: &Work) -> bool {
        let (setup, channel) = (&self.agents[&agent], &work.channel);
        let (count, load, thinks) = self.carries(agent, channel);
        count < setup.capacity.get(channel).copied().unwrap_or(0) && load + self.units(work) <= setup.units.unwrap() && thinks == 0
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Capacity, skills, states, one owner, nothing lost, nobody idle while there is work for them.
    #[test]
    fn every_law_holds_after_every_event(ops in ops(26)) {
        let mut ledger = Ledger::new();
        for agent in 0..5 {
            ledger.step((17, 0, agent, 0));
        }
        for op in ops {
            ledger.step(op);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same events give the same decisions; so they do when another router goes on from a snapshot, kept as JSON.
    #[test]
    fn replay_gives_the_same_decisions(ops in ops(60), at in 0..60usize) {
        let run = |change: Option<usize>| {
            let (mut router, mut now, mut all) = (Ledger::new().router, START, Vec::new());
            for agent in 0..5 {
                router.handle(now, Event::StateChanged { agent: agent_id(agent), channel: None, state: State::Ready });
            }
            for (place, &op) in ops.iter().enumerate() {
                if change == Some(place) {
                    let kept = serde_json::to_string(&router.snapshot()).unwrap();
                    router = Router::load(serde_json::from_str(&kept).unwrap());
                }
                now = now.plus_seconds(i64::from(op.3));
                all.extend(router.handle(now, event(op, now, &agents())));
            }
            (all, router.snapshot())
        };
        let first = run(None);
        prop_assert_eq!(&first, &run(None));
        prop_assert_eq!(&first, &run(Some(at)));
        let kept: Vec<Decision> = serde_json::from_str(&serde_json::to_string(&first.0).unwrap()).unwrap();
        prop_assert_eq!(kept, first.0);
    }
}

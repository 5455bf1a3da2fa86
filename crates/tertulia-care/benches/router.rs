//! `cargo bench -p tertulia-care [-- WAITING [AGENTS]]`: how long the router takes for one event, among 10,000 pieces of
//! work that wait and 400 agents unless told otherwise; median, 99th percentile and slowest, by kind of event. And how
//! many simulated hours a second a scenario takes.
//!
//! Time is the clock's: what else the machine does counts.

#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tertulia_care::router::{
    Agent, Choice, Event, Facts, Mode, Need, Overflow, Queue, Ring, Router, Sentiment, Settings, Stage, State, What, Work,
};
use tertulia_care::simulate::{Scenario, run};
use tertulia_kernel::{CaseId, Timestamp, UserId};
use uuid::Uuid;

const QUEUES: u64 = 20;
const CHANNELS: [&str; 4] = ["voice", "chat", "social", "mail"];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

fn id<T: From<Uuid>>(n: u64) -> T {
    Uuid::from_u128(1 + u128::from(n)).into()
}

fn queue(n: u64) -> Queue {
    Queue {
        mode: if n.is_multiple_of(2) { Mode::Offer { seconds: 20 } } else { Mode::Assign },
        choice: [Choice::LongestIdle, Choice::MostSkilled, Choice::LeastLoaded][(n % 3) as usize],
        rings: vec![
            Ring { after_s: 600, competence: Some(5), without: vec![] },
            Ring { after_s: 1_800, competence: Some(2), without: vec!["skill 3".into()] },
        ],
        overflow: vec![Overflow { to: id((n + 1) % QUEUES), after_s: Some(86_400), over: None }],
        sticky_s: 30,
        ..Queue::new(id(n), format!("queue {n}"))
    }
}

fn agent(n: u64, dice: &mut Dice) -> Agent {
    Agent {
        id: id(n),
        name: format!("agent {n}"),
        queues: (0..5).map(|k| id((n + 7 * k) % QUEUES)).collect(),
        skills: (0..6).map(|_| (format!("skill {}", dice.below(12)), 1 + dice.below(10) as u8)).collect(),
        capacity: [("voice", 1), ("chat", 3), ("social", 5), ("mail", 10)].map(|(name, most)| (name.to_owned(), most)).into(),
        units: Some(12),
    }
}

fn work(n: u64, now: Timestamp, agents: u64, dice: &mut Dice) -> Work {
    let need = |dice: &mut Dice| Need { skill: format!("skill {}", dice.below(12)), min: 1 + dice.below(9) as u8 };
    Work {
        case: id(n),
        queue: id(dice.below(QUEUES)),
        channel: CHANNELS[dice.below(4) as usize].into(),
        since: now.plus_seconds(-(dice.below(3_600) as i64)),
        units: None,
        needs: (0..dice.below(3)).map(|_| need(dice)).collect(),
        prefers: (0..dice.below(2)).map(|_| need(dice)).collect(),
        facts: Facts {
            followers: Some(dice.below(20_000)),
            customer: (dice.below(5) == 0).then(|| "vip".to_owned()),
            sentiment: (dice.below(2) == 0).then_some(Sentiment::Negative),
            urgency: Some(dice.below(1_000) as u16),
            deadline: (dice.below(2) == 0).then(|| now.plus_seconds(dice.below(7_200) as i64)),
            ..Facts::default()
        },
        sticky: (dice.below(10) == 0).then(|| id(dice.below(agents))),
    }
}

/// What is measured: one kind of event after another, while as much waits as at the beginning.
fn measure(waiting: u64, agents: u64) {
    let (mut dice, mut now) = (Dice(7), Timestamp::from_seconds(1_790_000_000));
    let units = [("voice".to_owned(), 12), ("chat".to_owned(), 4), ("social".to_owned(), 2)].into();
    let mut router = Router::new(Settings { units, ..Settings::default() });
    for n in 0..QUEUES {
        router.handle(now, Event::QueueChanged(Box::new(queue(n))));
    }
    for n in 0..agents {
        router.handle(now, Event::AgentChanged(Box::new(agent(n, &mut dice))));
        router.handle(now, Event::StateChanged { agent: id(n), channel: None, state: State::Ready });
    }
    let (mut next, mut held, mut spent): (u64, Vec<CaseId>, BTreeMap<&str, Vec<Duration>>) = (0, Vec::new(), BTreeMap::new());
    let begun = Instant::now();
    let in_line = |router: &Router| (0..QUEUES).map(|n| router.waiting(id(n))).sum::<usize>() as u64;
    let mut tell = |router: &mut Router, name: &'static str, now: Timestamp, event: Event, held: &mut Vec<CaseId>, count: bool| {
        let begun = Instant::now();
        let decisions = router.handle(now, event);
        let took = begun.elapsed();
        if count {
            spent.entry(name).or_default().push(took);
        }
        // Everybody accepts at once: an offer is an event of its own.
        for decision in &decisions {
            if let What::Offer { case, agent, .. } = decision.what {
                let begun = Instant::now();
                let more = router.handle(now, Event::Accepted { case, agent });
                if count {
                    spent.entry("accepted").or_default().push(begun.elapsed());
                }
                held.push(case);
                // What the freed mind is offered next is declined by silence: it waits its twenty seconds.
                drop(more);
            }
            if let What::Assign { case, .. } = decision.what {
                held.push(case);
            }
        }
    };
    while in_line(&router) < waiting {
        now = now.plus_millis(5);
        let event = Event::Arrives(Box::new(work(next, now, agents, &mut dice)));
        tell(&mut router, "arrives", now, event, &mut held, false);
        next += 1;
    }
    println!("{waiting} waiting, {agents} agents, filled in {:.2?} with {next} arrivals, {} in hand", begun.elapsed(), held.len());
    for turn in 0..20_000u64 {
        now = now.plus_millis(20);
        let case: CaseId = id(dice.below(next));
        let who: UserId = id(dice.below(agents));
        let (name, event) = match turn % 8 {
            0 | 1 => ("arrives", Event::Arrives(Box::new(work(next, now, agents, &mut dice)))),
            2..=4 if !held.is_empty() => {
                let case = held.swap_remove(dice.below(held.len() as u64) as usize);
                ("finished, next one given", Event::Finished { case, wrap_up_s: 0 })
            }
            5 => ("not ready", Event::StateChanged { agent: who, channel: None, state: State::NotReady { reason: "break".into() } }),
            6 => ("ready, fed", Event::StateChanged { agent: who, channel: None, state: State::Ready }),
            _ if turn % 16 == 7 && router.work(case).is_some_and(|item| item.stage == Stage::Waiting) => {
                ("snoozed", Event::Snoozed { case, until: Some(now.plus_seconds(60)) })
            }
            _ => ("time passes", Event::Tick),
        };
        next += u64::from(name == "arrives");
        tell(&mut router, name, now, event, &mut held, true);
        while in_line(&router) < waiting {
            let event = Event::Arrives(Box::new(work(next, now, agents, &mut dice)));
            next += 1;
            tell(&mut router, "arrives", now, event, &mut held, true);
        }
    }
    let mut all: Vec<Duration> = spent.values().flatten().copied().collect();
    for (name, times) in spent.iter_mut().map(|(name, times)| (*name, times)).chain([("all events", &mut all)]) {
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!("  {name}: {} events, median {:.1?}, p99 {:.1?}, slowest {:.1?}", times.len(), at(0.5), at(0.99), at(1.0));
    }
    println!("  {} still wait", in_line(&router));
    let begun = Instant::now();
    let mut heir = Router::load(router.snapshot());
    heir.handle(now, Event::Tick);
    println!("  another router has gone on from a snapshot after {:.1?}", begun.elapsed());
}

fn main() {
    let sizes: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    measure(sizes.first().copied().unwrap_or(10_000), sizes.get(1).copied().unwrap_or(400).max(1));
    let scenario: Scenario = serde_json::from_str(
        r#"{"seed":1,"hours":2000,"warmup_hours":20,"queues":[{"id":"q","within_s":20}],"arrivals":[{"queue":"q","channel":"voice",
        "per_hour":100,"handling_s":{"exponential":180},"patience_s":{"exponential":120},"requires":[{"skill":"es","min":1}]}],
        "agents":[{"count":7,"queues":["q"],"skills":{"es":5},"capacity":{"voice":1}}]}"#,
    )
    .expect("as the contract says");
    let begun = Instant::now();
    run(&scenario).expect("nothing contradicts");
    let seconds = begun.elapsed().as_secs_f64();
    println!("simulated {:.0} hours a second: {:.1} million times real time", 2_000.0 / seconds, 2_000.0 * 3.6e-3 / seconds);
}

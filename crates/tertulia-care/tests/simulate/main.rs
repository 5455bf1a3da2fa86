//! The simulator against formulas, and against what must hold of any contact centre.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use serde_json::{Value, json};
use tertulia_care::simulate::{Outcome, Scenario, run};

fn simulate(scenario: Value) -> Outcome {
    let scenario: Scenario = serde_json::from_value(scenario).unwrap();
    run(&scenario).unwrap()
}

fn one_queue(seed: u64, hours: u64, agents: u32, patience: Value) -> Value {
    json!({
        "seed": seed, "hours": hours, "warmup_hours": 20,
        "queues": [{"id": "q", "within_s": 20}],
        "arrivals": [{"queue": "q", "channel": "voice", "per_hour": 100, "handling_s": {"exponential": 180}, "patience_s": patience}],
        "agents": [{"count": agents, "queues": ["q"], "capacity": {"voice": 1}}],
    })
}

/// Twenty runs of a scenario, each of its own seed.
fn twenty(agents: u32, patience: &Value) -> Vec<Outcome> {
    (0..20).map(|seed| simulate(one_queue(seed, 320, agents, patience.clone()))).collect()
}

/// Of twenty intervals of 95 % at least sixteen hold the formula's value (they all but never hold fewer: probability
/// 0.003), and the mean of the twenty figures is near it.
#[track_caller]
fn agree(outcomes: &[Outcome], name: &str, truth: f64, tolerance: f64) {
    let holds = |outcome: &&Outcome| outcome.ci95.queues["q"][name].is_some_and(|[low, high]| (low..=high).contains(&truth));
    let held = outcomes.iter().filter(holds).count();
    assert!(held >= 16, "{name}: {held} of {} intervals hold {truth}", outcomes.len());
    let value = |outcome: &Outcome| serde_json::to_value(&outcome.queues["q"]).unwrap()[name].as_f64().unwrap();
    let mean = outcomes.iter().map(value).sum::<f64>() / outcomes.len() as f64;
    assert!((mean - truth).abs() < tolerance, "{name}: {mean}, not {truth}");
}

/// Erlang C: 100 an hour of 180 s are 5 erlang, for 7 agents, within 20 s.
#[test]
fn without_impatience_it_is_erlang_c() {
    let outcomes = twenty(7, &Value::Null);
    agree(&outcomes, "wait_probability", 0.32415, 0.006);
    agree(&outcomes, "service_level", 0.74044, 0.006);
    agree(&outcomes, "asa_s", 29.173, 1.2);
    let occupancy = outcomes.iter().map(|outcome| outcome.agents.occupancy).sum::<f64>() / 20.0;
    assert!((occupancy - 5.0 / 7.0).abs() < 0.005, "{occupancy}");
    assert!(outcomes.iter().all(|outcome| outcome.queues["q"].abandoned == 0));
}

/// Erlang A: the same with patience of 120 s.
#[test]
fn with_impatience_it_is_erlang_a() {
    let patience = json!({"exponential": 120});
    let seven = twenty(7, &patience);
    agree(&seven, "wait_probability", 0.22212, 0.004);
    agree(&seven, "abandonment", 0.06039, 0.002);
    agree(&twenty(5, &patience), "abandonment", 0.19237, 0.003);
}

#[test]
fn the_contract_is_one_scenario_of_two_thousand_hours() {
    let outcome = simulate(json!({"seed":1,"hours":2000,"warmup_hours":20,"queues":[{"id":"q","within_s":20}],
        "arrivals":[{"queue":"q","channel":"voice","per_hour":100,"handling_s":{"exponential":180},"patience_s":{"exponential":120},
            "requires":[{"skill":"es","min":1}],"priority":0}],
        "agents":[{"count":7,"queues":["q"],"skills":{"es":5},"capacity":{"voice":1}}]}));
    let [low, high] = outcome.ci95.queues["q"]["abandonment"].unwrap();
    assert!((low..=high).contains(&0.06039) && high - low < 0.006, "{low}..{high}");
    let [low, high] = outcome.ci95.queues["q"]["wait_probability"].unwrap();
    assert!((low..=high).contains(&0.22212) && high - low < 0.01, "{low}..{high}");
}

/// Skills, priorities, rings, overflow, shifts over midnight, wrap-up, several channels: all who come are accounted for.
fn busy_centre(seed: u64, experts: u32) -> Value {
    let hourly: Vec<f64> = (0..24).map(|hour| if (8..20).contains(&hour) { 60.0 } else { 12.0 }).collect();
    json!({
        "seed": seed, "hours": 240, "warmup_hours": 24,
        "units": {"voice": 3},
        "queues": [
            {"id": "complaints", "within_s": 60, "choice": "least_skilled",
             "rings": [{"after_s": 30, "competence": 2}, {"after_s": 90, "without": ["es"]}],
             "overflow": [{"to": "sales", "after_s": 240}, {"to": "sales", "over": 12}]},
            {"id": "sales", "within_s": 30},
        ],
        "arrivals": [
            {"queue": "complaints", "channel": "social", "hourly": hourly, "handling_s": {"lognormal": [240, 200]},
             "patience_s": {"exponential": 600}, "requires": [{"skill": "es", "min": 5}], "wrap_up_s": 20, "followers": 12000},
            {"queue": "complaints", "channel": "social", "hourly": hourly, "handling_s": {"lognormal": [240, 200]},
             "patience_s": {"exponential": 600}, "requires": [{"skill": "es", "min": 5}], "wrap_up_s": 20},
            {"queue": "sales", "channel": "voice", "per_hour": 30, "handling_s": {"empirical": [60, 120, 300]},
             "patience_s": {"constant": 90}, "priority": 0.5},
        ],
        "agents": [
            {"count": experts, "queues": ["complaints"], "skills": {"es": 9}, "capacity": {"social": 2}},
            {"count": 3, "queues": ["complaints", "sales"], "skills": {"es": 3}, "capacity": {"social": 2, "voice": 1}, "units": 4, "shift": [7, 22]},
            {"count": 3, "queues": ["sales"], "capacity": {"voice": 1, "social": 1}, "shift": [21, 8]},
        ],
    })
}

#[test]
fn all_who_come_are_accounted_for_and_more_people_serve_better() {
    for seed in 0..5 {
        let [few, more] = [3, 5].map(|experts| simulate(busy_centre(seed, experts)));
        for outcome in [&few, &more] {
            for (name, figures) in &outcome.queues {
                assert!(figures.offered > 1_000 && figures.waiting <= 2, "{name}: {figures:?}");
                assert_eq!(figures.offered, figures.answered + figures.abandoned + figures.waiting);
            }
            assert!((0.05..=1.0).contains(&outcome.agents.occupancy));
        }
        // The same customers come to both: the difference is what two more people make.
        assert_eq!(few.queues["complaints"].offered, more.queues["complaints"].offered);
        assert!(few.queues["complaints"].service_level < more.queues["complaints"].service_level);
        assert!(few.queues["complaints"].asa_s > more.queues["complaints"].asa_s);
    }
}

#[test]
fn the_same_seed_gives_the_same_outcome_and_another_another() {
    assert_eq!(simulate(busy_centre(3, 4)), simulate(busy_centre(3, 4)));
    assert_ne!(simulate(busy_centre(3, 4)), simulate(busy_centre(4, 4)));
}

#[test]
fn followers_are_answered_sooner() {
    let scenario = |followers: u64| {
        json!({
            "seed": 9, "hours": 400, "warmup_hours": 10, "queues": [{"id": "q"}, {"id": "other"}],
            "arrivals": [
                {"queue": "q", "channel": "social", "per_hour": 20, "handling_s": {"constant": 170}, "followers": followers},
                {"queue": "other", "channel": "social", "per_hour": 20, "handling_s": {"constant": 170}, "followers": 10},
            ],
            "agents": [{"count": 2, "queues": ["q", "other"], "capacity": {"social": 1}}],
        })
    };
    let (few, many) = (simulate(scenario(10)), simulate(scenario(100_000)));
    assert!(many.queues["q"].asa_s < 0.7 * few.queues["q"].asa_s, "{} {}", many.queues["q"].asa_s, few.queues["q"].asa_s);
    // Nobody is made of nothing: others wait longer for it.
    assert!(many.queues["other"].asa_s > few.queues["other"].asa_s);
}

#[test]
fn without_agents_all_who_wait_are_counted() {
    let outcome = simulate(one_queue(1, 30, 0, Value::Null));
    let figures = &outcome.queues["q"];
    assert!(figures.offered > 800 && figures.waiting == figures.offered && figures.service_level == 0.0, "{figures:?}");
    assert_eq!(outcome.ci95.queues["q"]["asa_s"], None);
    let patient = simulate(one_queue(1, 30, 0, json!({"constant": 30})));
    assert_eq!(patient.queues["q"].abandonment, 1.0);
}

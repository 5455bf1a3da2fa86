//! Known answers, laws and limits. The oracle of Erlang A solves the chain of states plainly.

use proptest::prelude::*;

use super::*;
use crate::facts::ServiceLevelRule;

fn model(per_hour: f64, aht: f64, patience: Option<f64>) -> Model {
    Model::new(Load::per_hour(per_hour, aht).unwrap(), patience).unwrap()
}

#[track_caller]
fn close(a: f64, b: f64, by: f64) {
    assert!((a - b).abs() <= by * b.abs().max(1.0), "{a} is not {b}");
}

#[test]
fn erlang_b_of_printed_tables() {
    // Five erlangs on seven lines; ten on ten; a hundred on a hundred and seventeen is one per cent.
    close(loss::blocking(5.0, 7).unwrap(), 0.120_519, 1e-6);
    close(loss::blocking(10.0, 10).unwrap(), 0.214_582, 1e-6);
    close(loss::blocking(100.0, 117).unwrap(), 0.0098, 1e-4);
    assert_eq!(loss::blocking(0.0, 3), Ok(0.0));
    assert_eq!(loss::blocking(4.0, 0), Ok(1.0));
    assert!(loss::blocking(-1.0, 3).is_err());
}

#[test]
fn erlang_c_known_answer() {
    let service = model(100.0, 180.0, None).with(7).unwrap();
    close(service.offered, 5.0, 1e-12);
    close(service.wait_probability, 0.32415, 5e-6);
    close(service.answered_within(20.0).unwrap(), 0.74044, 5e-6);
    assert!((service.answer_time - 29.173).abs() < 5e-4);
    close(service.occupancy, 0.71429, 5e-6);
}

#[test]
fn erlang_a_known_answers() {
    let model = model(100.0, 180.0, Some(120.0));
    let seven = model.with(7).unwrap();
    close(seven.wait_probability, 0.22212, 5e-6);
    close(seven.abandonment, 0.06039, 5e-6);
    assert!((seven.mean_wait - 7.247).abs() < 5e-4);
    close(model.with(5).unwrap().abandonment, 0.19237, 5e-6);
}

/// The states of M/M/N+M, one by one: waiting probability, abandonment, mean wait of the answered, and the shares answered
/// within and waiting longer than so many seconds, by small steps of the wait of who arrives behind j others.
fn chain(per_hour: f64, aht: f64, patience: f64, agents: u32, within: f64) -> [f64; 5] {
    let (come, done, leave) = (per_hour / 3600.0, 1.0 / aht, 1.0 / patience);
    let n = agents as usize;
    let mut weights = vec![1.0f64];
    while weights.len() <= n || weights[weights.len() - 1] > 1e-16 * weights.iter().sum::<f64>() {
        let k = weights.len();
        let rate = k.min(n) as f64 * done + k.saturating_sub(n) as f64 * leave;
        weights.push(weights[k - 1] * come / rate);
    }
    let all: f64 = weights.iter().sum();
    let p = |k: usize| weights[k] / all;
    let wait: f64 = (n..weights.len()).map(p).sum();
    let queue: f64 = (n..weights.len()).map(|k| (k - n) as f64 * p(k)).sum();
    let busy = agents as f64 * done;
    // Behind j others: stages of rate busy + i·leave for i = j+1 … 1, served at the end of the last unless patience ends in one.
    let (mut answer_time, mut within_share, mut longer) = (0.0, 1.0 - wait, 0.0);
    let most = weights.len() - n;
    for j in 0..most {
        let rates: Vec<f64> = (1..=j + 1).map(|i| busy + i as f64 * leave).collect();
        let served = busy / rates[j];
        answer_time += p(n + j) * served * rates.iter().map(|r| 1.0 / r).sum::<f64>();
    }
    // Positions in the queue and being answered, followed in time (Euler's way, halved steps at the middle).
    let mut at: Vec<f64> = (0..most).map(|j| p(n + j)).collect();
    let steps = 40_000;
    let h = within / f64::from(steps);
    for _ in 0..steps {
        let flow = |at: &[f64], j: usize| {
            let ahead = busy + j as f64 * leave;
            let from = at.get(j + 1).map_or(0.0, |next| next * (busy + (j + 1) as f64 * leave));
            from - at[j] * (ahead + leave)
        };
        let half: Vec<f64> = (0..most).map(|j| at[j] + 0.5 * h * flow(&at, j)).collect();
        within_share += h * half[0] * busy;
        at = (0..most).map(|j| at[j] + h * flow(&half, j)).collect();
    }
    longer += at.iter().sum::<f64>();
    [wait, queue * leave / come, answer_time / (1.0 - queue * leave / come), within_share, longer]
}

#[test]
fn erlang_a_is_the_chain_of_its_states() {
    for (per_hour, aht, patience, agents) in
        [(100.0, 180.0, 120.0, 7), (100.0, 180.0, 120.0, 5), (60.0, 300.0, 30.0, 3), (200.0, 240.0, 600.0, 14), (20.0, 200.0, 3000.0, 2)]
    {
        let service = model(per_hour, aht, Some(patience)).with(agents).unwrap();
        let [wait, abandonment, answer_time, within, longer] = chain(per_hour, aht, patience, agents, 20.0);
        close(service.wait_probability, wait, 1e-9);
        close(service.abandonment, abandonment, 1e-9);
        close(service.answer_time, answer_time, 1e-9);
        close(service.answered_within(20.0).unwrap(), within, 1e-6);
        close(service.waiting_longer(20.0).unwrap(), longer, 1e-6);
    }
}

#[test]
fn endless_patience_is_erlang_c_and_none_is_erlang_b() {
    for (per_hour, aht, agents) in [(100.0, 180.0, 7), (4000.0, 300.0, 340), (10.0, 60.0, 1)] {
        let endless = model(per_hour, aht, None).with(agents).unwrap();
        let patient = model(per_hour, aht, Some(1e9)).with(agents).unwrap();
        close(patient.wait_probability, endless.wait_probability, 1e-5);
        close(patient.answer_time, endless.answer_time, 1e-4);
        close(patient.answered_within(20.0).unwrap(), endless.answered_within(20.0).unwrap(), 1e-5);
        let hasty = model(per_hour, aht, Some(1e-6)).with(agents).unwrap();
        let blocked = loss::blocking(per_hour * aht / 3600.0, agents).unwrap();
        close(hasty.wait_probability, blocked, 1e-6);
        close(hasty.abandonment, blocked, 1e-6);
    }
}

#[test]
fn hopeless_overload_loses_what_cannot_be_done() {
    // Ten times the work, and customers who wait for weeks: nine in ten leave, nobody is idle.
    let service = model(10_000.0, 360.0, Some(1e6)).with(100).unwrap();
    close(service.wait_probability, 1.0, 1e-12);
    close(service.abandonment, 0.9, 1e-9);
    close(service.occupancy, 1.0, 1e-9);
    assert!(service.answered_within(20.0).unwrap() < 1e-9);
    close(service.answer_time / 1e6, 10f64.ln(), 1e-3);
}

#[test]
fn staffing_answers_and_refuses() {
    let target = Target { service_level: Some((0.8, 20.0)), ..Target::default() };
    assert_eq!(model(100.0, 180.0, None).staff(&target).unwrap().agents, 8);
    assert_eq!(model(100.0, 180.0, Some(120.0)).staff(&target).unwrap().agents, 7);
    assert_eq!(model(0.0, 180.0, None).staff(&target).unwrap().agents, 0);
    assert_eq!(scheduled(7, 0.3), Ok(10));
    assert!(scheduled(7, 1.0).is_err());
    assert_eq!(model(100.0, 180.0, None).staff(&Target::default()), Err(MeasureError::NoTarget));
    let few_leave = Target { abandonment: Some(0.05), ..Target::default() };
    assert_eq!(model(100.0, 180.0, None).staff(&few_leave), Err(MeasureError::NeedsPatience));
    assert_eq!(model(100.0, 180.0, Some(120.0)).staff(&few_leave).unwrap().agents, 8);
    let calm = Target { occupancy: Some(0.5), ..Target::default() };
    assert_eq!(model(100.0, 180.0, None).staff(&calm).unwrap().agents, 10);
    let idle = Target { occupancy: Some(1e-9), ..Target::default() };
    assert_eq!(model(100.0, 180.0, None).staff(&idle), Err(MeasureError::Unreachable { limit: MOST_AGENTS }));
    assert!(matches!(model(100.0, 180.0, None).with(5), Err(MeasureError::Overloaded { agents: 5, .. })));
    assert!(model(100.0, 180.0, Some(60.0)).with(0).is_err());
    for (per_hour, aht) in [(f64::NAN, 180.0), (100.0, 0.0), (1e9, 1e9), (-1.0, 10.0)] {
        assert!(Load::per_hour(per_hour, aht).is_err());
    }
    assert!(Model::new(Load::per_hour(1.0, 1.0).unwrap(), Some(0.0)).is_err());
}

#[test]
fn the_rules_of_a_service_level_differ_as_they_say() {
    let service = model(100.0, 180.0, Some(120.0)).with(5).unwrap();
    let level = |rule| service.service_level(20.0, rule).unwrap();
    let (all, some, answered) = (
        level(ServiceLevelRule::AbandonedIncluded),
        level(ServiceLevelRule::ShortAbandonsLeftOut { short_seconds: 5.0 }),
        level(ServiceLevelRule::AnsweredOnly),
    );
    assert!(all < some && some < answered, "{all} {some} {answered}");
    close(answered, all / (1.0 - service.abandonment), 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn blocking_is_its_recursion(offered in 0.001f64..3000.0, lines in 0u32..4000) {
        let mut blocked = 1.0;
        for line in 1..=lines {
            blocked = offered * blocked / (f64::from(line) + offered * blocked);
        }
        let got = loss::blocking(offered, lines).unwrap();
        prop_assert!((got - blocked).abs() <= 1e-10 * blocked + 1e-290, "{got} is not {blocked}");
    }

    #[test]
    fn one_agent_more_never_harms(per_hour in 1.0f64..3000.0, aht in 10.0f64..900.0, patience in prop::option::of(1.0f64..5000.0), over in 1u32..30, within in 0.0f64..120.0) {
        let model = model(per_hour, aht, patience);
        let agents = model.load().offered().floor() as u32 + over;
        let (fewer, more) = (model.with(agents).unwrap(), model.with(agents + 1).unwrap());
        let tiny = 1e-9;
        prop_assert!(more.wait_probability <= fewer.wait_probability + tiny);
        prop_assert!(more.abandonment <= fewer.abandonment + tiny);
        prop_assert!(more.mean_wait <= fewer.mean_wait + tiny);
        prop_assert!(more.occupancy <= fewer.occupancy + tiny);
        prop_assert!(more.answered_within(within).unwrap() + tiny >= fewer.answered_within(within).unwrap());
    }

    #[test]
    fn shares_are_shares_and_add_up(per_hour in 0.1f64..20_000.0, aht in 1.0f64..3000.0, patience in 0.01f64..100_000.0, agents in 1u32..2000, within in 0.0f64..600.0) {
        let service = model(per_hour, aht, Some(patience)).with(agents).unwrap();
        let tiny = 1e-9;
        let (within_share, later) = (service.answered_within(within).unwrap(), service.waiting_longer(within).unwrap());
        for share in [service.wait_probability, service.abandonment, service.occupancy, within_share, later] {
            prop_assert!((0.0..=1.0 + tiny).contains(&share), "{service:?}");
        }
        prop_assert!(within_share + later <= 1.0 + 1e-7, "{within_share} {later} {service:?}");
        prop_assert!(service.abandonment <= service.wait_probability + tiny, "only who waits gives up");
        // Little's law, and work that is done or lost.
        prop_assert!((service.queue_length - per_hour / 3600.0 * service.mean_wait).abs() <= 1e-9 * service.queue_length.max(1.0));
        // Nobody waits, everybody is answered at once; after a very long time only those who left are not.
        prop_assert!((service.answered_within(0.0).unwrap() - (1.0 - service.wait_probability)).abs() < 1e-7, "{service:?}");
        prop_assert!((service.answered_within(1e12).unwrap() - (1.0 - service.abandonment)).abs() < 1e-9);
    }

    #[test]
    fn staffing_is_the_least_that_is_enough(per_hour in 1.0f64..2000.0, aht in 10.0f64..900.0, patience in prop::option::of(5.0f64..2000.0), share in 0.05f64..0.99, within in 0.0f64..120.0) {
        let model = model(per_hour, aht, patience);
        let staffing = model.staff(&Target { service_level: Some((share, within)), ..Target::default() }).unwrap();
        prop_assert!(staffing.service.answered_within(within).unwrap() >= share);
        if staffing.agents > 1 {
            let fewer = model.with(staffing.agents - 1).map(|service| service.answered_within(within).unwrap());
            prop_assert!(fewer.is_err() || fewer.unwrap() < share);
        }
    }
}

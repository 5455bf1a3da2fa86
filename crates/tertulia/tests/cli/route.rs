//! Scenarios are run without a server or a database.

use super::support::House;
use serde_json::{Value, json};

fn scenario() -> Value {
    json!({
        "seed": 1, "hours": 300, "warmup_hours": 5,
        "queues": [{"id": "quejas", "within_s": 20}],
        "arrivals": [{"queue": "quejas", "channel": "voice", "per_hour": 100, "handling_s": {"exponential": 180},
            "patience_s": {"exponential": 120}, "requires": [{"skill": "es", "min": 1}], "priority": 0}],
        "agents": [{"count": 7, "queues": ["quejas"], "skills": {"es": 5}, "capacity": {"voice": 1}}],
    })
}

#[test]
fn a_scenario_gives_its_figures_thousands_of_times_faster_than_time() {
    let house = House::new();
    let done = house.run_with(&["route", "simulate", "-", "--stats"], &scenario().to_string()).ok();
    let outcome: Value = serde_json::from_str(&done.out).expect("one object");
    let figures = &outcome["queues"]["quejas"];
    let count = |name: &str| figures[name].as_u64().expect("a count");
    assert!((28_000..31_000).contains(&count("offered")), "{figures}");
    assert_eq!(count("offered"), count("answered") + count("abandoned") + count("waiting"));
    for name in ["abandonment", "service_level", "asa_s", "wait_probability"] {
        let (value, interval) = (figures[name].as_f64().expect("a figure"), &outcome["ci95"]["queues"]["quejas"][name]);
        let bound = |n: usize| interval[n].as_f64().expect("a bound");
        assert!(bound(0) < value && value < bound(1), "{name}: {value} in {interval}");
    }
    assert!(outcome["agents"]["occupancy"].as_f64().is_some_and(|share| (0.6..0.75).contains(&share)));
    assert!(outcome["ci95"]["agents"]["occupancy"].is_array());
    let stats: Value = serde_json::from_str(&done.err).expect("one object");
    assert!(stats["times_real_time"].as_f64() > Some(1_000.0), "{stats}");
    // Again, from a file: the same to the last digit.
    std::fs::write(house.path("scenario.json"), scenario().to_string()).expect("written");
    assert_eq!(house.run(&["route", "simulate", "scenario.json"]).ok().out, done.out);
}

#[test]
fn a_mistake_names_file_line_and_field_and_nothing_is_written() {
    let house = House::new();
    let wrong = |text: &str, what: &str| {
        std::fs::write(house.path("scenario.json"), text).expect("written");
        let done = house.run(&["route", "simulate", "scenario.json"]);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains(what), "{done:?}");
    };
    let with = |at: &str, value: Value| {
        let mut scenario = scenario();
        *scenario.pointer_mut(at).expect("there") = value;
        serde_json::to_string_pretty(&scenario).expect("JSON")
    };
    wrong("{", "scenario.json:1: EOF while parsing");
    wrong("{}", "scenario.json:1: missing field `hours`");
    wrong(&with("/arrivals/0/per_hour", json!("many")), "field \"arrivals[0].per_hour\": invalid type: string \"many\"");
    wrong(&with("/arrivals/0/handling_s", json!({"often": 3})), "field \"arrivals[0].handling_s\": unknown variant `often`");
    wrong(&with("/arrivals/0/queue", json!("ventas")), "scenario.json: field \"arrivals[0].queue\": there is no queue \"ventas\"");
    wrong(&with("/agents/0/queues/0", json!("ventas")), "field \"agents[0].queues[0]\": there is no queue \"ventas\"");
    wrong(&with("/warmup_hours", json!(300)), "field \"warmup_hours\": must be less than hours");
    wrong(&with("/arrivals/0/handling_s", json!({"exponential": -1})), "field \"arrivals[0].handling_s\": must be from 0");
    assert_eq!(house.run(&["route", "simulate", "nowhere.json"]).code, 2);
}

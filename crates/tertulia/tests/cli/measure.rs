//! Staffing and forecasts without a server, a database or a network.

use super::support::House;
use serde_json::Value;
use std::fs;

fn object(out: &str) -> Value {
    serde_json::from_str(out).expect("one object")
}

#[track_caller]
fn close(value: &Value, to: f64, by: f64) {
    assert!((value.as_f64().expect("a number") - to).abs() <= by, "{value} is not {to}");
}

const LOAD: [&str; 6] = ["measure", "staff", "--per-hour", "100", "--aht", "180"];

#[test]
fn staffing_is_answered_both_ways() {
    let house = House::new();
    let ask = |more: &[&str]| object(&house.run(&[&LOAD[..], more].concat()).ok().out);
    let seven = ask(&["--agents", "7"]);
    close(&seven["wait_probability"], 0.32415, 5e-6);
    close(&seven["service_level"], 0.74044, 5e-6);
    close(&seven["asa_s"], 29.173, 5e-4);
    assert_eq!(seven["model"], "erlang_c");
    let impatient = ask(&["--agents", "7", "--patience", "120"]);
    close(&impatient["abandonment"], 0.06039, 5e-6);
    let staffed = ask(&["--target", "0.8", "--within", "20", "--patience", "120", "--shrinkage", "0.3"]);
    assert_eq!((staffed["agents"].as_u64(), staffed["scheduled"].as_u64()), (Some(7), Some(10)));
    assert_eq!(ask(&["--target", "0.8"])["agents"], 8, "who never gives up needs one more");
}

#[test]
fn what_cannot_be_answered_says_why_in_the_persons_language() {
    let house = House::new();
    let refused = |more: &[&str], why: &str| {
        let done = house.run(&[&LOAD[..], more].concat());
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains(why), "{done:?}");
    };
    refused(&["--agents", "5"], "the queue grows without end");
    refused(&["--target", "1.2"], "target is 1.2; it must be > 0, < 1");
    refused(&[], "name at least one target");
    refused(&["--abandonment", "0.05"], "needs the patience");
    refused(&["--target", "0.8", "--shrinkage", "1"], "shrinkage is 1; it must be ≥ 0, < 1");
    refused(&["--target", "0.8", "--agents", "5"], "cannot be used with");
    let spanish = House::new().with("LC_ALL", "es_CO.UTF-8").run(&[&LOAD[..], &["--agents", "5"]].concat());
    assert!(spanish.code == 2 && spanish.err.contains("la cola crece sin fin"), "{spanish:?}");
}

/// Four weeks of 2026 from Monday the 2nd of March: sixty at nine and forty at three on weekdays.
fn month() -> String {
    let day = |at: u32| {
        let count = if at % 7 < 5 { 60 + at % 3 } else { 0 };
        let date = format!("2026-03-{:02}", at + 2);
        format!("{{\"at\":\"{date}T09:00\",\"count\":{count}}}\n{{\"at\":\"{date} 15:45:10\",\"count\":{}}}\n", count * 2 / 3)
    };
    (0..28).map(day).collect()
}

#[test]
fn a_forecast_says_what_comes_and_whom_it_needs() {
    let house = House::new();
    let file = house.path("history.jsonl");
    fs::write(&file, month()).expect("written");
    let path = file.to_str().expect("UTF-8");
    let words = ["measure", "forecast", "--history", path, "--days", "14", "--closed", "2026-04-01"];
    let more = ["--aht", "180", "--target", "0.8", "--within", "20"];
    let got = object(&house.run(&[&words[..], &more].concat()).ok().out);
    assert_eq!((got["days"][0]["date"].as_str(), got["history_days"].as_u64()), (Some("2026-03-30"), Some(28)));
    close(&got["days"][0]["expected"], 101.0, 3.0);
    assert_eq!(got["days"][2]["expected"], 0.0, "the closed day");
    assert_eq!(got["days"][5]["expected"], 0.0, "a Saturday");
    close(&got["days"][0]["intervals"][18]["expected"], 60.0, 16.0);
    assert!(got["accuracy"]["wape_days"].as_f64() < Some(0.05), "{}", got["accuracy"]);
    let staffing = got["staffing"].as_array().expect("a curve");
    assert_eq!((staffing.len(), staffing[0]["agents"].as_u64()), (14 * 48, Some(0)));
    assert!(staffing[18]["agents"].as_u64() >= Some(6), "{}", staffing[18]);
}

#[test]
fn what_is_wrong_with_a_history_is_told_and_nothing_is_written() {
    let house = House::new();
    let wrong = |input: &str, what: &str| {
        let done = house.run_with(&["measure", "forecast", "--history", "-"], input);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains(what), "{done:?}");
    };
    let at = "field \"at\": must be a local time such as 2026-11-16T09:00";
    wrong("{\"at\":\"2026-03-02T09:00\"}\n{\"at\":\"2026-03-02T09:00Z\"}\n", &format!("-:2: {at}"));
    wrong("{\"at\":\"2026-02-30T09:00\"}", at);
    wrong("{\"at\":\"2026-03-02T24:00\"}", at);
    wrong("{\"count\":3}", "field \"at\": is missing");
    wrong("{\"at\":\"2026-03-02T09:00\",\"count\":-1}", "field \"count\": must be a number, zero or more");
    wrong("{\"date\":\"2026-03-02\"}", "field \"holiday\": must be true");
    wrong("", "holds no history");
    wrong("{\"at\":\"2026-03-02T09:00\"}", "the history has 1 days; a forecast needs 14");
    let days = house.run_with(&["measure", "forecast", "--history", "-", "--days", "0"], &month());
    assert!(days.code == 2 && days.err.contains("days is 0; it must be 1 … 366"), "{days:?}");
}

#[test]
fn every_formula_is_told() {
    let done = House::new().run(&["measure", "formulas"]).ok();
    let cards: Vec<Value> = done.out.lines().map(object).collect();
    let level = cards.iter().find(|card| card["key"] == "service_level").expect("there");
    assert_eq!((level["unit"].as_str(), level["name"]["es"].as_str()), (Some("share"), Some("Nivel de servicio")));
    assert!(cards.len() > 25);
}

//! Posts are understood without a server, a database or a network.

use super::support::House;
use serde_json::Value;
use std::fs;

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

#[test]
fn posts_are_read_line_by_line() {
    let house = House::new();
    let posts = concat!(
        r#"{"id":"a","text":"Pésimo servicio, mi pedido nunca llegó y nadie responde","followers":12000}"#,
        "\n",
        r#"{"id":7,"text":"Do you deliver to Cork on Saturdays?"}"#,
        "\n\n",
        r#"{"id":"c","text":"👍","lang":"pt-BR"}"#,
        "\n"
    );
    let done = house.run_with(&["understand"], posts).ok();
    let read = lines(&done.out);
    assert_eq!(read.iter().map(|r| r["id"].clone()).collect::<Vec<_>>(), ["a".into(), Value::from(7), "c".into()]);
    assert_eq!((&read[0]["language"]["label"], &read[0]["sentiment"]["label"]), (&"es".into(), &"negative".into()));
    assert!(read[0]["types"].as_array().expect("types").iter().any(|t| t["label"] == "complaint" && t["p"].as_f64() >= Some(0.5)));
    assert!(read[0]["urgency"]["reasons"].as_array().expect("reasons").iter().any(|r| r["name"] == "reach"));
    assert!(read.iter().all(|r| r["sentiment_unsure"].is_boolean() && r.get("because").is_none() && r.get("topics").is_none()));
    assert_eq!(read[2]["sentiment_unsure"], true, "a thumb alone is nothing to count on");
    assert_eq!(read[1]["language"]["label"], "en");
    assert_eq!(read[2]["language"]["label"], "pt", "what was told of the language counts where the text says nothing");
    let english = house.run_with(&["understand", "--languages", "en"], posts).ok();
    assert_eq!(lines(&english.out)[0]["language"]["label"], "und", "clearly in none of those listened in");
    assert_eq!(house.run_with(&["understand", "--languages", "en,xx"], posts).code, 2);
    // The same posts by their words alone, with reasons.
    let quick = house.run_with(&["understand", "--tier", "words", "--why", "--stats"], posts).ok();
    let first = &lines(&quick.out)[0];
    assert!(first["because"].as_array().is_some_and(|reasons| !reasons.is_empty()));
    assert!(first["topics"].is_array() && first["phrases"].is_array());
    let stats: Value = serde_json::from_str(&quick.err).expect("one object");
    assert_eq!(stats["posts"], 3);
}

#[test]
fn what_is_wrong_with_a_line_is_told_and_nothing_is_written() {
    let house = House::new();
    let wrong = |line: &str, what: &str| {
        let done = house.run_with(&["understand", "--posts", "-"], &format!("{{\"id\":1,\"text\":\"a\"}}\n{line}\n"));
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
        assert!(done.err.contains(what), "{done:?}");
    };
    wrong("{\"id\":2}", "-:2: field \"text\": is missing");
    wrong("{\"id\":[],\"text\":\"a\"}", "-:2: field \"id\": must be a string or a whole number");
    wrong("[]", "-:2: is not a JSON object");
    wrong("{", "-:2: is not JSON");
    assert_eq!(house.run(&["understand", "--posts", "nowhere.jsonl"]).code, 2);
}

#[test]
fn labels_are_measured_against_those_people_gave() {
    let house = House::new();
    let file = house.path("posts.jsonl");
    let path = file.to_str().expect("UTF-8").to_owned();
    let posts = [
        r#"{"text":"Horrible, no vuelvo nunca","lang":"es","sentiment":"negative","types":["complaint"],"urgency":0}"#,
        r#"{"text":"Me encanta, excelente atención","lang":"es","sentiment":"positive","types":["praise"],"urgency":0}"#,
        r#"{"text":"There is a smell of gas in the shop, come now","lang":"en","sentiment":"negative","types":["complaint","request"],"urgency":2}"#,
    ];
    fs::write(&file, posts.join("\n")).expect("written");
    let eval = |task: &str| -> Value {
        let done = house.run(&["understand", "eval", "--task", task, "--data", &path]).ok();
        serde_json::from_str(&done.out).expect("one object")
    };
    assert_eq!(eval("language")["accuracy"], 1.0);
    assert_eq!(eval("sentiment")["posts"], 3);
    assert!(eval("types")["types"]["complaint"]["recall"].as_f64() > Some(0.4));
    assert_eq!(eval("urgency")["area_under_curve"], 1.0);
    let wrong = house.run(&["understand", "eval", "--task", "sentiment", "--data", &path, "--label", "types"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("field \"types\": must be a string"), "{wrong:?}");
}

#[test]
fn labels_of_ones_own_are_learnt() {
    let house = House::new();
    let pairs = [
        ("send the invoice again", "billing"),
        ("where is my parcel", "delivery"),
        ("the bill is too high", "billing"),
        ("the courier never came", "delivery"),
        ("I was charged twice", "billing"),
        ("my package is late", "delivery"),
        ("wrong amount on my invoice", "billing"),
        ("when will you deliver", "delivery"),
    ];
    let line = |(text, intent): &(&str, &str)| format!("{{\"text\":\"{text}\",\"intent\":\"{intent}\"}}\n");
    let (train, test) = (house.path("train.jsonl"), house.path("test.jsonl"));
    fs::write(&train, pairs.iter().map(line).collect::<String>()).expect("written");
    fs::write(&test, "{\"text\":\"the courier lost my parcel\",\"intent\":\"delivery\"}\n{\"text\":\"an error in the invoice\",\"intent\":\"billing\"}\n{\"text\":\"do you like jazz\",\"intent\":\"oos\"}\n").expect("written");
    let words = ["understand", "eval", "--task", "intent", "--data", test.to_str().expect("UTF-8")];
    let done = house.run(&[&words[..], &["--train", train.to_str().expect("UTF-8")]].concat()).ok();
    let figures: Value = serde_json::from_str(&done.out).expect("one object");
    assert_eq!((figures["labels"].as_u64(), figures["accuracy"].as_f64()), (Some(2), Some(1.0)));
    assert_eq!(figures["out_of_scope"]["posts"], 1);
    assert_eq!(house.run(&words).code, 2, "there is nothing to learn from");
}

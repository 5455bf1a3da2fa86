//! The contracts of `tertulia listen`, by running the program.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn tertulia(args: &[&str], lang: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tertulia")).args(args).env("LC_ALL", lang).output().expect("the program starts")
}

/// Files of one test, removed with it.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("a file");
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        let (monitors, posts) = (self.path("monitors.jsonl"), self.path("posts.jsonl"));
        let files = ["--monitors", monitors.to_str().expect("UTF-8"), "--posts", posts.to_str().expect("UTF-8")];
        tertulia(&[&["listen", "match"], &files[..], more].concat(), "en_US.UTF-8")
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

const MONITORS: &str = r##"{"id":"quejas","query":"(maleta OR equipaje) AND (perdi* OR \"no llega\")"}
{"id":"año","query":"año"}
{"id":10,"query":"@iberia OR iberia","name":"ignored"}
{"id":9,"query":"lang:pt followers>=1000"}

{"id":"cerca","query":"vuelo NEAR/2 retras*"}
"##;

const POSTS: &str = r##"{"id":"p1","text":"@Iberia perdió mi MALETA","author":"ana","at":"2026-01-01T00:00:00Z"}
{"id":"p2","text":"nada que ver"}
{"id":3,"text":"mi equipaje no llega","lang":"pt","followers":1000}
{"id":"p4","text":"feliz ano","channel":null}
{"id":"p\"5","text":"Feliz AÑO, Iberia","author":{"id":"7","handle":"@bob","followers":5}}
{"id":"p6","text":"el vuelo sale muy retrasado"}
"##;

const EXPECTED: &str = r##"{"post":"p1","monitors":[10,"quejas"]}
{"post":3,"monitors":[9,"quejas"]}
{"post":"p\"5","monitors":[10,"año"]}
{"post":"p6","monitors":["cerca"]}
"##;

#[test]
fn match_writes_one_line_per_post_with_a_match() {
    let files = Files::new(&[("monitors.jsonl", MONITORS.as_bytes()), ("posts.jsonl", POSTS.as_bytes())]);
    let output = files.run(&[]);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), EXPECTED);
    assert!(output.status.success());
}

#[test]
fn match_is_the_same_with_any_number_of_threads() {
    let many: String = (0..500).map(|i| format!("{{\"id\":{i},\"text\":\"vuelo {i} año iberia {}\"}}\n", i % 7)).collect();
    let monitors: String = (0..7).map(|i| format!("{{\"id\":\"m{i}\",\"query\":\"iberia ONEAR/0 {i}\"}}\n")).collect();
    let files = Files::new(&[("monitors.jsonl", monitors.as_bytes()), ("posts.jsonl", many.as_bytes())]);
    let one = files.run(&["--threads", "1"]);
    assert_eq!(text(&one.stdout).lines().count(), 500);
    for threads in ["2", "3", "64", "1000"] {
        assert_eq!(files.run(&["--threads", threads]).stdout, one.stdout, "{threads} threads");
    }
}

#[test]
fn stats_are_one_json_object_on_standard_error() {
    let files = Files::new(&[("monitors.jsonl", MONITORS.as_bytes()), ("posts.jsonl", POSTS.as_bytes())]);
    let output = files.run(&["--stats", "--threads", "2"]);
    assert_eq!(text(&output.stdout), EXPECTED);
    let stats: serde_json::Value = serde_json::from_slice(&output.stderr).expect("one JSON object");
    assert_eq!((&stats["posts"], &stats["monitors"], &stats["matches"]), (&6.into(), &5.into(), &7.into()));
    for figure in ["build_seconds", "match_cpu_seconds", "posts_per_second", "bytes_per_monitor"] {
        assert!(stats[figure].as_f64().is_some_and(|n| n > 0.0), "{figure}: {stats}");
    }
}

#[test]
fn posts_come_from_standard_input_too() {
    let files = Files::new(&[("monitors.jsonl", MONITORS.as_bytes())]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_tertulia"))
        .args(["listen", "match", "--posts", "-", "--monitors"])
        .arg(files.path("monitors.jsonl"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(POSTS.as_bytes()).expect("written");
    assert_eq!(text(&child.wait_with_output().expect("ends").stdout), EXPECTED);
}

#[test]
fn bad_input_names_file_line_and_field_and_writes_nothing() {
    let good_post = br#"{"id":1,"text":"iberia"}"#.as_slice();
    let good_monitor = br#"{"id":1,"query":"iberia"}"#.as_slice();
    for (file, second_line, expected) in [
        ("monitors.jsonl", &b"{\"id\":2}"[..], "field \"query\": is missing"),
        ("monitors.jsonl", b"{\"query\":\"a\"}", "field \"id\": is missing"),
        ("monitors.jsonl", b"{\"id\":true,\"query\":\"a\"}", "field \"id\": must be a string or a whole number"),
        ("monitors.jsonl", b"{\"id\":1.5,\"query\":\"a\"}", "field \"id\": must be"),
        ("monitors.jsonl", b"{\"id\":2,\"query\":7}", "field \"query\": must be a string"),
        ("monitors.jsonl", b"{\"id\":1,\"query\":\"a\"}", "field \"id\": repeats the one of line 1"),
        ("monitors.jsonl", b"{\"id\":2,\"query\":\"a AND (b\"}", "field \"query\": [unclosed_parenthesis]"),
        ("monitors.jsonl", b"{\"id\":2,\"query\":\"a AND (b\"}", "(bytes 6..7)"),
        ("monitors.jsonl", b"{\"id\":2,\"query\":\"list:airlines\"}", "field \"query\": [unknown_list]"),
        ("posts.jsonl", b"{\"id\":2}", "field \"text\": is missing"),
        ("posts.jsonl", b"{\"text\":\"a\"}", "field \"id\": is missing"),
        ("posts.jsonl", b"{\"id\":2,\"text\":[]}", "field \"text\": must be a string"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"lang\":5}", "field \"lang\": must be a string"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"followers\":-1}", "field \"followers\": must be a whole number"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"followers\":\"9\"}", "field \"followers\": must be"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"author\":[]}", "field \"author\": must be"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"channel\":{}}", "field \"channel\": must be a string"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"to\":[1]}", "field \"to\": must be a string or a list of strings"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"has\":[\"cats\"]}", "field \"has\": cannot be \"cats\""),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\",\"likes\":1.5}", "field \"likes\": must be a whole number"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"a\"", "is not JSON"),
        ("posts.jsonl", b"[1]", "is not a JSON object"),
        ("posts.jsonl", b"{\"id\":2,\"text\":\"\xff\"}", "is not UTF-8"),
    ] {
        let second = |name: &str, good: &[u8]| {
            if name == file { [good, b"\n", second_line, b"\n"].concat() } else { good.to_vec() }
        };
        let (monitors, posts) = (second("monitors.jsonl", good_monitor), second("posts.jsonl", good_post));
        let files = Files::new(&[("monitors.jsonl", &monitors), ("posts.jsonl", &posts)]);
        for threads in ["1", "4"] {
            let output = files.run(&["--threads", threads, "--stats"]);
            let error = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{error}");
            assert_eq!(text(&output.stdout), "", "{error}");
            let place = format!("{file}:2: ");
            assert!(error.contains(&place) && error.contains(expected), "wanted {place}{expected}, got {error}");
        }
    }
}

#[test]
fn of_several_mistakes_the_first_line_is_told() {
    let posts: String = (1..=100).map(|i| if i >= 40 { "{}\n".to_owned() } else { format!("{{\"id\":{i},\"text\":\"a\"}}\n") }).collect();
    let files = Files::new(&[("monitors.jsonl", b"{\"id\":1,\"query\":\"a\"}"), ("posts.jsonl", posts.as_bytes())]);
    for threads in ["1", "7"] {
        assert!(text(&files.run(&["--threads", threads]).stderr).contains("posts.jsonl:40: "));
    }
}

#[test]
fn a_missing_file_is_named() {
    let files = Files::new(&[("monitors.jsonl", MONITORS.as_bytes())]);
    let output = files.run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("posts.jsonl: cannot be read"));
    assert_eq!(tertulia(&["listen", "match"], "en").status.code(), Some(2));
    assert_eq!(files.run(&["--threads", "0"]).status.code(), Some(2));
}

#[test]
fn check_prints_canonical_form_reading_and_cost() {
    let output = tertulia(&["listen", "check", "Iberia (Maleta OR equipaje) -promo"], "en");
    assert!(output.status.success());
    let checked: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(checked["query"], "iberia AND (maleta OR equipaje) AND NOT promo");
    assert_eq!(checked["cost"]["class"], "low");
    assert!(checked["reading"]["es"].as_str().is_some_and(|s| s.starts_with("Publicaciones que mencionan «iberia»")));
    assert!(checked["reading"]["en"].as_str().is_some_and(|s| s.starts_with("Posts that mention “iberia”")));
}

#[test]
fn posts_state_every_field_and_monitors_name_lists() {
    let monitors = r##"{"id":"list","query":"list:airlines SENTENCE retras*"}
{"id":"title","query":"iberia in:title"}
{"id":"who","query":"to:ana crm:tier:gold is:customer has:image likes:5..9"}
{"id":"where","query":"site:x.com link:y.com country:mx tag:urgente crm:segment:vip age<=3 shares=0"}
{"id":"other","query":"(azafata in:bio) (gato in:alt)"}
"##;
    let posts = r##"{"id":1,"text":"Aerolíneas Argentinas va retrasada","title":"Hoy, Iberia","bio":"azafata","alt":"un gato"}
{"id":2,"text":"x","to":["@Ana"],"tier":"gold","is":["customer"],"has":"image","likes":7}
{"id":3,"text":"y.com http://y.com/a","url":"https://www.x.com/1","country":"MX","tags":["Urgente"],"segments":["vip"],"age":3,"shares":0}
"##;
    let lists = r##"{"name":"Airlines","terms":["iberia","Aerolíneas Argentinas"]}"##;
    let files =
        Files::new(&[("monitors.jsonl", monitors.as_bytes()), ("posts.jsonl", posts.as_bytes()), ("lists.jsonl", lists.as_bytes())]);
    let output = files.run(&["--lists", files.path("lists.jsonl").to_str().expect("UTF-8")]);
    let expected = "{\"post\":1,\"monitors\":[\"list\",\"other\",\"title\"]}\n{\"post\":2,\"monitors\":[\"who\"]}\n{\"post\":3,\"monitors\":[\"where\"]}\n";
    assert_eq!((text(&output.stderr), text(&output.stdout)), ("", expected));
}

/// The app's own test takes the same posts in.
#[test]
fn pushed_posts_match_as_they_do_in_the_product() {
    let files = Files::new(&[
        ("monitors.jsonl", include_bytes!("../../tertulia-app/tests/fields/monitors.jsonl")),
        ("posts.jsonl", include_bytes!("../../tertulia-app/tests/fields/posts.jsonl")),
    ]);
    let output = files.run(&[]);
    assert_eq!((text(&output.stderr), text(&output.stdout)), ("", include_str!("../../tertulia-app/tests/fields/matches.jsonl")));
}

#[test]
fn check_knows_lists_and_names_the_query_whatever_its_order() {
    let files = Files::new(&[
        ("lists.jsonl", b"{\"name\":\"Airlines\",\"terms\":[\"iberia\"]}"),
        ("bad.jsonl", b"{\"name\":\"x\",\"terms\":[\"a\",\"b NOT c\"]}"),
    ]);
    let lists = files.path("lists.jsonl");
    let check = |query: &str| {
        let output = tertulia(&["listen", "check", "--lists", lists.to_str().expect("UTF-8"), query], "en");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("one JSON object")
    };
    let (one, other) = (check("list:airlines NOT (b OR c)"), check("-c -b list:AIRLINES"));
    assert_eq!(one["identity"], other["identity"]);
    assert_eq!(one["lists"], serde_json::json!(["airlines"]));
    let bad = tertulia(&["listen", "check", "--lists", files.path("bad.jsonl").to_str().expect("UTF-8"), "a"], "en");
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).contains("bad.jsonl:1: field \"terms\": term 2: [not_in_near]"), "{}", text(&bad.stderr));
}

#[test]
fn check_points_at_the_mistake_in_the_readers_language() {
    let english = tertulia(&["listen", "check", "año AND (b"], "en_US.UTF-8");
    assert_eq!((english.status.code(), text(&english.stdout)), (Some(2), ""));
    assert_eq!(
        text(&english.stderr),
        "error[unclosed_parenthesis] at bytes 9..10: This parenthesis is never closed\n  año AND (b\n          ^\nWrite ) where the group ends.\n"
    );
    let spanish = tertulia(&["listen", "check", "-promo"], "es_MX.UTF-8");
    assert_eq!(spanish.status.code(), Some(2));
    let error = text(&spanish.stderr);
    assert!(error.starts_with("error[only_exclusions] en los bytes 0..6: Esta parte solo excluye"), "{error}");
    let json = tertulia(&["listen", "check", "--json", "a NEAR b"], "en");
    let error: serde_json::Value = serde_json::from_slice(&json.stderr).expect("one JSON object");
    assert_eq!((&error["code"], &error["start"], &error["end"]), (&"near_without_distance".into(), &2.into(), &6.into()));
}

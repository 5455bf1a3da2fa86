//! Speed, resuming, and bad lines, against a door that remembers.

use super::*;
use crate::replay::Replay;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tertulia_app::channel::{Account, IntakeDoor, Network, Receipt, Unread};
use tertulia_kernel::{ChannelId, event::IncomingPost};

/// Takes in like the house does: events and cursors together, or nothing.
#[derive(Default)]
struct Door {
    taken: Mutex<Vec<(Duration, Event)>>,
    cursors: Mutex<HashMap<String, String>>,
    poison: Mutex<Vec<Poison>>,
    began: Mutex<Option<Instant>>,
    /// Refuses once so many events are in.
    full_at: Mutex<Option<usize>>,
}

#[async_trait]
impl IntakeDoor for Door {
    async fn accept(&self, _: ChannelId, events: Vec<Event>, cursors: Vec<Cursor>) -> Result<Receipt, ChannelError> {
        let mut taken = self.taken.lock().expect("alone");
        if self.full_at.lock().expect("alone").is_some_and(|full| taken.len() + events.len() > full) {
            return Err(ChannelError::Intake("the disk is full".into()));
        }
        let elapsed = self.began.lock().expect("alone").get_or_insert_with(Instant::now).elapsed();
        taken.extend(events.into_iter().map(|event| (elapsed, event)));
        self.cursors.lock().expect("alone").extend(cursors.into_iter().map(|cursor| (cursor.name, cursor.value)));
        Ok(Receipt::default())
    }
    async fn cursor(&self, _: ChannelId, name: &str) -> Result<Option<String>, ChannelError> {
        Ok(self.cursors.lock().expect("alone").get(name).cloned())
    }
    async fn quarantine(&self, _: ChannelId, poison: Poison) -> Result<(), ChannelError> {
        self.poison.lock().expect("alone").push(poison);
        Ok(())
    }
    async fn alive(&self, _: ChannelId, _: SignOfLife) -> Result<(), ChannelError> {
        Ok(())
    }
}

impl Door {
    fn posts(&self) -> Vec<(f64, IncomingPost)> {
        let taken = self.taken.lock().expect("alone");
        taken
            .iter()
            .filter_map(|(at, event)| match event {
                Event::Post(post) => Some((at.as_secs_f64(), (**post).clone())),
                _ => None,
            })
            .collect()
    }
    fn ids(&self) -> Vec<String> {
        self.posts().into_iter().map(|(_, post)| post.external_id).collect()
    }
}

fn post(id: &str, at: &str) -> Value {
    json!({"id": id, "at": at, "text": "Hola", "author": {"id": "u", "handle": "u"}})
}

struct Stage {
    folder: tempfile::TempDir,
    door: Arc<Door>,
}

impl Stage {
    fn new(lines: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("day.jsonl"), lines.join("\n")).expect("written");
        Self { folder, door: Arc::default() }
    }

    fn of(posts: &[(&str, &str)]) -> Self {
        Self::new(&posts.iter().map(|(id, at)| post(id, at).to_string()).collect::<Vec<_>>())
    }

    fn network(&self) -> Replay {
        Replay::new(vec![self.folder.path().to_owned()])
    }

    fn account(&self, mut settings: Value) -> Account {
        settings["path"] = json!("day.jsonl");
        Account { id: ChannelId(uuid::Uuid::nil()), name: "day".into(), settings }
    }

    /// Plays for so many seconds, then cancels.
    async fn play(&self, settings: Value, seconds: f64) -> Result<(), ChannelError> {
        let source = self.network().open(self.account(settings)).expect("opens").source.expect("plays");
        let cancelled = CancellationToken::new();
        *self.door.began.lock().expect("alone") = Some(Instant::now());
        let intake = Intake::new(ChannelId(uuid::Uuid::nil()), self.door.clone());
        let stop = cancelled.clone();
        let stopping = async move {
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
            stop.cancel();
            Ok(())
        };
        tokio::try_join!(source.run(intake, cancelled), stopping).map(|_| ())
    }
}

#[tokio::test]
async fn everything_comes_in_order_and_at_its_time() {
    let stage = Stage::of(&[("a", "08:00:00"), ("b", "08:01:00"), ("c", "08:01:30")]);
    stage.play(json!({"speed": 100}), 1.3).await.expect("plays");
    let posts = stage.door.posts();
    assert_eq!(stage.door.ids(), ["a", "b", "c"]);
    for ((at, post), wanted) in posts.iter().zip([0.0, 0.6, 0.9]) {
        assert!((at - wanted).abs() < 0.2, "{} came after {at} s, wanted {wanted}", post.external_id);
    }
    // Dated as it was played, not as the file says.
    let between = posts[2].1.occurred_at.as_micros() - posts[0].1.occurred_at.as_micros();
    assert_eq!(between, 900_000);
    assert!((now().as_micros() - posts[2].1.occurred_at.as_micros()).abs() < 3_000_000);
}

#[tokio::test]
async fn a_whole_day_fits_into_some_minutes() {
    let stage = Stage::of(&[("a", "00:00:00"), ("b", "12:00:00"), ("c", "24:00:00")]);
    stage.play(json!({"minutes": 0.01}), 0.9).await.expect("plays");
    let times: Vec<f64> = stage.door.posts().iter().map(|(at, _)| *at).collect();
    assert_eq!(times.len(), 3);
    assert!((times[1] - 0.3).abs() < 0.15 && (times[2] - 0.6).abs() < 0.15, "{times:?}");
}

#[tokio::test]
async fn without_waiting_the_last_line_is_now_and_distances_stay() {
    let stage = Stage::of(&[("a", "2026-11-20T08:00:00Z"), ("b", "2026-11-20T09:00:00Z")]);
    stage.play(json!({"speed": 0}), 0.3).await.expect("plays");
    let posts = stage.door.posts();
    assert_eq!(posts[1].1.occurred_at.seconds_since(posts[0].1.occurred_at), 3_600);
    assert!((now().as_micros() - posts[1].1.occurred_at.as_micros()).abs() < 3_000_000);

    let kept = Stage::of(&[("a", "2026-11-20T08:00:00Z")]);
    kept.play(json!({"speed": 0, "dates": "kept"}), 0.2).await.expect("plays");
    assert_eq!(kept.door.posts()[0].1.occurred_at.to_rfc3339(), "2026-11-20T08:00:00.000Z");
}

#[tokio::test]
async fn what_is_before_the_start_comes_in_at_once() {
    let stage = Stage::of(&[("a", "06:00:00"), ("b", "08:00:00"), ("c", "08:00:50")]);
    stage.play(json!({"speed": 100, "start": "08:00:00"}), 0.8).await.expect("plays");
    let posts = stage.door.posts();
    assert_eq!(stage.door.ids(), ["a", "b", "c"]);
    assert!(posts[1].0 < 0.2 && posts[2].0 > 0.35, "{posts:?}");
    assert_eq!(posts[1].1.occurred_at.seconds_since(posts[0].1.occurred_at), 7_200, "earlier posts keep their distance");
}

#[tokio::test]
async fn a_stop_resumes_with_the_next_line() {
    let lines = [("a", "08:00:00"), ("b", "08:00:20"), ("c", "08:01:40"), ("d", "08:02:00")];
    let stage = Stage::of(&lines);
    stage.play(json!({"speed": 100}), 0.6).await.expect("plays");
    assert_eq!(stage.door.ids(), ["a", "b"]);
    stage.play(json!({"speed": 100}), 1.0).await.expect("plays");
    assert_eq!(stage.door.ids(), ["a", "b", "c", "d"], "each once");
    // It had waited 0.4 of the 0.8 seconds before c when it was stopped; the rest follows.
    assert!((stage.door.posts()[2].0 - 0.4).abs() < 0.2, "{:?}", stage.door.posts()[2].0);
    stage.play(json!({"speed": 100}), 0.2).await.expect("plays");
    assert_eq!(stage.door.ids().len(), 4, "the end is remembered too");
}

#[tokio::test]
async fn what_intake_refuses_is_played_again() {
    let lines: Vec<String> = (0..450).map(|n| post(&format!("p{n}"), "08:00:00").to_string()).collect();
    let stage = Stage::new(&lines);
    *stage.door.full_at.lock().expect("alone") = Some(300);
    let error = stage.play(json!({"speed": 0}), 1.0).await.expect_err("the door is full");
    assert!(matches!(error, ChannelError::Intake(_)), "{error}");
    assert_eq!(stage.door.ids().len(), 200);
    *stage.door.full_at.lock().expect("alone") = None;
    stage.play(json!({"speed": 0}), 0.5).await.expect("plays");
    let wanted: Vec<String> = (0..450).map(|n| format!("p{n}")).collect();
    assert_eq!(stage.door.ids(), wanted);
}

#[tokio::test]
async fn a_bad_line_is_named_and_stops_nobody() {
    let mut wrong = post("w", "08:00:00");
    wrong["author"] = json!({"id": "u"});
    let stage = Stage::new(&[
        post("a", "08:00:00").to_string(),
        String::new(),
        "{\"id\": ".into(),
        wrong.to_string(),
        post("d", "2026-11-20T08:00:00Z").to_string(),
        format!("{{\"text\": \"{}\"}}", "a".repeat(300 * 1024)),
        post("z", "08:00:01").to_string(),
    ]);
    stage.play(json!({"speed": 0}), 0.4).await.expect("plays");
    assert_eq!(stage.door.ids(), ["a", "z"]);
    let poison = stage.door.poison.lock().expect("alone");
    let said: Vec<&str> = poison.iter().map(|poison| poison.error.en.as_str()).collect();
    assert!(said[0].starts_with("day.jsonl, line 3: line: is no JSON"), "{said:?}");
    assert_eq!(said[1], "day.jsonl, line 4: author.handle: is missing; every post needs it");
    assert!(said[2].starts_with("day.jsonl, line 5: at: is not of the kind"), "{said:?}");
    assert!(said[3].starts_with("day.jsonl, line 6: line: is longer than"), "{said:?}");
    assert!(poison.iter().all(|poison| poison.payload.len() <= 256 * 1024));
    assert_eq!(poison[1].external_id, "day.jsonl:4");
    assert_eq!(poison.iter().map(|poison| poison.cut).collect::<Vec<_>>(), [false, false, false, true]);
}

#[tokio::test]
async fn a_kept_line_is_read_again() {
    let stage = Stage::of(&[("a", "08:00:00")]);
    let (network, at) = (stage.network(), Timestamp::from_seconds(1_795_000_000));
    let read = async |line: Value| {
        let kept = Kept { external_id: "day.jsonl:4".into(), payload: line.to_string().into_bytes(), at };
        network.read(&stage.account(json!({"only": "red"})), &kept).await
    };
    let mut line = post("w", "08:00:00");
    line["channel"] = json!("red");
    let events = read(line.clone()).await.expect("read");
    assert!(matches!(&events[..], [Event::Post(post)] if post.external_id == "w" && post.occurred_at == at), "{events:?}");
    line["author"] = json!({"id": "u"});
    assert!(matches!(read(line.clone()).await, Err(Unread::Still(why)) if why.en.starts_with("author.handle: is missing")));
    line["channel"] = json!("foro");
    assert_eq!(read(line).await.expect("another channel's"), []);
}

#[tokio::test]
async fn several_channels_play_their_own_lines_of_one_file() {
    let line = |id: &str, at: &str, channel: &str| {
        let mut post = post(id, at);
        post["channel"] = json!(channel);
        post.to_string()
    };
    let stage = Stage::new(&[line("a", "08:00:00", "red"), line("b", "08:00:30", "foro"), line("c", "08:00:40", "red")]);
    stage.play(json!({"speed": 100, "only": "foro"}), 0.6).await.expect("plays");
    let posts = stage.door.posts();
    assert_eq!(stage.door.ids(), ["b"]);
    assert!((posts[0].0 - 0.3).abs() < 0.15, "in step with the file's first line, which is another channel's: {}", posts[0].0);
}

#[tokio::test]
async fn edits_and_deletions_reach_their_post() {
    let mut edit = post("e", "08:00:10");
    edit["edit_of"] = json!("a");
    edit["text"] = json!("Hola a todos");
    let mut gone = post("x", "08:00:20");
    gone["delete_of"] = json!("a");
    gone["text"] = json!("");
    let stage = Stage::new(&[post("a", "08:00:00").to_string(), edit.to_string(), gone.to_string()]);
    stage.play(json!({"speed": 0}), 0.3).await.expect("plays");
    let posts = stage.door.posts();
    assert_eq!((posts[1].1.external_id.as_str(), posts[1].1.text.as_str()), ("a", "Hola a todos"));
    assert_eq!(posts[1].1.occurred_at, posts[0].1.occurred_at);
    assert_eq!(posts[1].1.revised_at.map(|at| at.seconds_since(posts[0].1.occurred_at)), Some(10));
    let taken = stage.door.taken.lock().expect("alone");
    assert!(matches!(&taken[2].1, Event::Deleted { external_id, .. } if external_id == "a"), "{:?}", taken[2]);
}

#[tokio::test]
async fn settings_are_checked_and_files_elsewhere_refused() {
    let stage = Stage::of(&[("a", "08:00:00")]);
    let network = stage.network();
    let wrong = |settings: Value| {
        let SettingsError(wrong) = network.validate(&settings).expect_err("wrong");
        wrong.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({})), ["path"]);
    assert_eq!(wrong(json!({"path": "/etc/passwd"})), ["path"]);
    assert_eq!(wrong(json!({"path": "../../../../etc/passwd"})), ["path"]);
    assert_eq!(wrong(json!({"path": "."})), ["path"]);
    assert_eq!(
        wrong(json!({"path": "day.jsonl", "speed": -1, "minutes": "x", "start": "8", "form": "fax"})),
        ["speed", "minutes", "start", "form"]
    );
    assert!(network.validate(&json!({"path": "day.jsonl", "speed": "2.5", "minutes": ""})).is_ok());
    let report = network.check(&stage.account(json!({}))).await.expect("checks");
    assert!(report.findings[0].en.starts_with("1 readable"), "{report:?}");
    let kept = stage.play(json!({"dates": "kept"}), 0.1).await.expect_err("times of day have no date");
    assert!(matches!(kept, ChannelError::Settings(_)), "{kept}");
    assert!(network.open(stage.account(json!({}))).expect("opens").sink.is_none());
    let practice = network.open(stage.account(json!({"practice": true}))).expect("opens").sink.expect("practice");
    assert!(practice.caps().public_answers && practice.caps().private_answers);
}

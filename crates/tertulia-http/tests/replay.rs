//! The replay channel through the whole house: the sample company's day, stops, bad lines.

mod support;

use serde_json::{Value, json};
use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};
use support::{connect, start_with};
use tertulia_app::{channel::Network, told::Told};
use tertulia_channels::replay::Replay;
use tertulia_store::channel::{ChannelRow, HealthRow};
use tertulia_testkit::TestApp;

struct Stage {
    test: TestApp,
    folder: tempfile::TempDir,
}

async fn stage() -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let replay: Arc<dyn Network> = Arc::new(Replay::new(vec![folder.path().to_owned()]));
    Stage { test: start_with(None, vec![replay]).await, folder }
}

impl Stage {
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("written");
    }

    async fn channel(&self, name: &str) -> (ChannelRow, HealthRow) {
        let mut conn = self.test.app.store.read().await.expect("a connection");
        let row = conn.channel_by_name(name).await.expect("read").expect("there");
        let health = conn.healths().await.expect("read").into_iter().find(|health| health.channel_id == row.id);
        (row, health.unwrap_or_default())
    }

    async fn finished(&self, name: &str) -> (ChannelRow, HealthRow) {
        for _ in 0..600 {
            let (row, health) = self.channel(name).await;
            if health.mode.as_deref().is_some_and(|mode| Told::read(mode).code == "finished") {
                return (row, health);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{name} did not finish within 30 s: {:?}", self.channel(name).await.1);
    }

    async fn enable(&self, name: &str, enabled: bool) {
        let (mut row, _) = self.channel(name).await;
        row.enabled = enabled;
        row.updated_at += 1;
        let mut tx = self.test.app.store.begin().await.expect("a transaction");
        tx.update_channel(&row).await.expect("saved");
        tx.commit().await.expect("committed");
        self.test.app.channels_changed();
    }

    async fn posts(&self, channel: &ChannelRow, ids: &[&str]) -> Vec<String> {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let mut conn = self.test.app.store.read().await.expect("a connection");
        let mut rows = conn.posts_by_external(channel.id, &ids).await.expect("read");
        rows.sort_by_key(|row| row.seq);
        rows.into_iter().map(|row| row.text).collect()
    }
}

fn line(id: usize, at: &str) -> String {
    json!({"id": format!("p{id}"), "at": at, "text": format!("Paquete {id}"), "author": {"id": "u", "handle": "u"}}).to_string()
}

#[tokio::test]
async fn the_sample_companys_day_goes_in_whole() {
    let stage = stage().await;
    let day = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample/day.jsonl")).expect("the sample's day");
    stage.write("day.jsonl", &day);
    let lines: Vec<Value> = day.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let deleted: Vec<&Value> = lines.iter().filter_map(|line| line.get("delete_of")).collect();
    // Without waiting, a post and its deletion come together: it is as if it had never been.
    let is_kept = |line: &&Value| line.get("edit_of").is_none() && line.get("delete_of").is_none() && !deleted.contains(&&line["id"]);
    let wanted = |channel: &str| lines.iter().filter(is_kept).filter(|line| line["channel"] == channel).count() as i64;
    for (name, form) in [("pregon", "public"), ("correo", "mail"), ("chat", "chat")] {
        connect(&stage.test, "replay", name, json!({"path": "day.jsonl", "speed": 0, "only": name, "form": form, "addressed": true})).await;
        let (row, health) = stage.finished(name).await;
        assert_eq!((health.kept, health.counted, health.last_error), (wanted(name), 0, None), "{name}");
        let quarantined = stage.test.app.store.read().await.expect("a connection").quarantined(row.id, 10).await.expect("read");
        assert!(quarantined.is_empty(), "{name}: {quarantined:?}");
    }
    // An edit and a deletion of the day.
    let (pregon, _) = stage.channel("pregon").await;
    let texts = stage.posts(&pregon, &["pr-1473", "pr-1254"]).await;
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("dos cargos de 312 mil"), "{texts:?}");
}

#[tokio::test]
async fn a_stop_in_the_middle_resumes_without_duplicates() {
    let stage = stage().await;
    let mut text = String::new();
    for n in 0..60 {
        writeln!(text, "{}", line(n, &format!("08:00:{n:02}"))).expect("written");
    }
    stage.write("day.jsonl", &text);
    connect(&stage.test, "replay", "dia", json!({"path": "day.jsonl", "speed": 20, "addressed": true})).await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(600)).await;
        stage.enable("dia", false).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        stage.enable("dia", true).await;
    }
    let (row, health) = stage.finished("dia").await;
    assert_eq!(health.kept, 60, "each line once");
    let ids: Vec<String> = (0..60).map(|n| format!("p{n}")).collect();
    let wanted: Vec<String> = (0..60).map(|n| format!("Paquete {n}")).collect();
    assert_eq!(stage.posts(&row, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await, wanted);
}

#[tokio::test]
async fn a_bad_line_is_shown_with_its_file_line_and_field() {
    let stage = stage().await;
    let mut wrong: Value = serde_json::from_str(&line(2, "08:00:01")).expect("JSON");
    wrong["author"]["followers"] = json!(-5);
    stage.write("day.jsonl", &[line(1, "08:00:00"), wrong.to_string(), line(3, "08:00:02")].join("\n"));
    connect(&stage.test, "replay", "dia", json!({"path": "day.jsonl", "speed": 0, "addressed": true})).await;
    let (row, health) = stage.finished("dia").await;
    assert_eq!(health.kept, 2);
    let admin = stage.test.as_admin().await.expect("an administrator");
    let quarantined = admin.get(&format!("/api/v1/channels/{}/quarantine", row.id)).await.expect(200);
    assert_eq!(
        quarantined[0]["error"]["en"],
        "day.jsonl, line 2: author.followers: -5 is no count of people; give a whole number from 0, or leave it out"
    );
    assert_eq!(quarantined.as_array().map(Vec::len), Some(1));
}

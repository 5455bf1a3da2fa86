//! A file that is played: what is stored is what its saved place says, and it goes on from there.

use crate::{
    company::{Company, Look},
    moments, until,
    whole::{assert_all_there, assert_whole},
};
use serde_json::json;
use std::{fs, time::Instant};
use tertulia_testkit::Database;

/// Kills on each database.
const KILLS: u32 = 16;
/// How far an undisturbed start is watched.
const WATCHED: usize = 10;
/// Lines of the file: one cannot be read, some edit or delete, the rest are posts.
const LINES: usize = 240;
/// Who writes.
const PEOPLE: usize = 24;
/// Times real speed: with a line a second, a line every 8 ms.
const SPEED: u32 = 125;

/// What line `n` (from 1) is.
enum Kind {
    Unreadable,
    EditOf(usize),
    DeletionOf(usize),
    Post,
}

fn kind(n: usize) -> Kind {
    match n {
        50 => Kind::Unreadable,
        n if n > 20 && n % 20 == 0 => Kind::EditOf(n - 15),
        n if n > 20 && n % 20 == 10 => Kind::DeletionOf(n - 3),
        _ => Kind::Post,
    }
}

fn line(n: usize) -> String {
    let by = format!("persona{}", n % PEOPLE);
    let mut line = json!({"id": format!("p{n}"), "at": format!("2026-01-02T10:{:02}:{:02}Z", n / 60, n % 60), "text": format!("Línea {n}"),
        "author": {"id": by, "handle": by}});
    match kind(n) {
        Kind::Unreadable => line["author"] = json!("nadie"),
        Kind::EditOf(post) => {
            let by = format!("persona{}", post % PEOPLE);
            line["edit_of"] = json!(format!("p{post}"));
            line["text"] = json!(format!("Línea {post}, corregida"));
            line["author"] = json!({"id": by, "handle": by});
        }
        Kind::DeletionOf(post) => line["delete_of"] = json!(format!("p{post}")),
        Kind::Post => line["direct"] = json!(n.is_multiple_of(3)),
    }
    line.to_string()
}

/// The texts that stand once the first `passed` lines were taken in, sorted.
fn texts_after(passed: usize) -> Vec<String> {
    let text = |n: usize| {
        let later = (n + 1..=passed).map(kind).find(|later| matches!(later, Kind::EditOf(post) | Kind::DeletionOf(post) if *post == n));
        match later {
            Some(Kind::DeletionOf(_)) => None,
            Some(_) => Some(format!("Línea {n}, corregida")),
            None => Some(format!("Línea {n}")),
        }
    };
    let mut texts: Vec<String> = (1..=passed).filter(|n| matches!(kind(*n), Kind::Post)).filter_map(text).collect();
    texts.sort();
    texts
}

/// Lines passed, as the cursor says.
async fn passed(look: &Look) -> Option<usize> {
    let cursor = look.texts("SELECT value FROM channel_cursor").await.pop()?;
    cursor.split(' ').next()?.parse().ok()
}

/// Checks that what is stored is exactly what the place says, with nothing after it; the place.
async fn assert_in_place(look: &Look) -> usize {
    assert_whole(look).await;
    let passed = passed(look).await.unwrap_or_default();
    let mut texts = look.texts("SELECT text FROM post WHERE deleted_at IS NULL").await;
    texts.sort();
    assert_eq!(texts, texts_after(passed), "after {passed} lines");
    passed
}

async fn until_finished(company: &Company) {
    let look = company.look().await;
    until("the file is played", async || (passed(&look).await == Some(LINES)).then_some(())).await;
    look.close().await;
}

async fn a_replayed_file_stands_once(database: Database) {
    let mut company = Company::open(database).await;
    let folder = company.house.data().join("replay");
    fs::create_dir_all(&folder).expect("a folder");
    let lines: Vec<String> = (1..=LINES).map(line).collect();
    fs::write(folder.join("day.jsonl"), lines.join("\n")).expect("written");
    company.connect("replay", "dia", json!({"path": "day.jsonl", "speed": SPEED, "dates": "kept", "addressed": true})).await;

    company.kill();
    company.start();
    let began = Instant::now();
    let look = company.look().await;
    let start = passed(&look).await.unwrap_or_default();
    until("some lines are played", async || (passed(&look).await > Some(start + WATCHED)).then_some(())).await;
    look.close().await;
    let undisturbed = began.elapsed();

    let mut places = Vec::new();
    for moment in moments(undisturbed, KILLS) {
        tokio::time::sleep(moment).await;
        company.kill();
        let look = company.look().await;
        places.push(assert_in_place(&look).await);
        look.close().await;
        company.start();
    }
    assert!(places.is_sorted(), "it goes on from where it was: {places:?}");
    println!("{database:?}: {WATCHED} lines take {undisturbed:?}; killed at lines {places:?} of {LINES}");
    until_finished(&company).await;
    let look = company.look().await;
    assert_eq!(look.count("SELECT count(*) FROM quarantine").await, 1, "the line that can't be read");
    look.close().await;

    // Twice more, in another order each time: as if the source knew nothing of what it had brought.
    for step in [7, 11] {
        company.kill();
        let look = company.look().await;
        assert_eq!(assert_in_place(&look).await, LINES);
        look.change("DELETE FROM channel_cursor").await;
        look.close().await;
        let again: Vec<&str> = (0..LINES).map(|n| lines[(n * step) % LINES].as_str()).collect();
        fs::write(folder.join("day.jsonl"), again.join("\n")).expect("written");
        company.start();
        until_finished(&company).await;
    }
    company.kill();
    let look = company.look().await;
    assert_eq!(assert_in_place(&look).await, LINES);
    look.close().await;
    let posts = texts_after(LINES).len();
    assert_all_there(&company, posts, PEOPLE, &["channel.quarantine"]).await;
}

#[tokio::test]
async fn a_replayed_file_stands_once_on_sqlite() {
    a_replayed_file_stands_once(Database::Sqlite).await;
}

#[tokio::test]
async fn a_replayed_file_stands_once_on_postgresql() {
    a_replayed_file_stands_once(Database::Postgres).await;
}

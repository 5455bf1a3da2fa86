//! Posts pushed by a program that sends them again until it has an answer.

use crate::{
    company::Company,
    moments,
    support::Client,
    whole::{assert_all_there, assert_whole},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tertulia_testkit::Database;

/// Kills on each database.
const KILLS: u32 = 30;
/// Deliveries that nothing disturbs.
const MEASURED: usize = 3;
/// Posts in a delivery, and people seen for the first time in it.
pub const POSTS: usize = 6;
pub const PEOPLE: usize = 3;

/// What is pushed at once: a reply before what it answers, one who writes for the first time, one who writes twice, and one
/// who wrote in every delivery before (`siempre`, who makes one person more in all).
pub fn delivery(n: usize) -> Value {
    let post = |place: usize, by: &str, text: &str| {
        json!({"id": format!("{n}-{place}"), "text": format!("{text} ({n})"), "author": {"id": by, "handle": by, "followers": 10},
            "at": "2026-01-02T10:30:00-05:00"})
    };
    let (ana, luis, eva) = (format!("ana{n}"), format!("luis{n}"), format!("eva{n}"));
    let mut reply = post(1, &ana, "¿Hay alguien?");
    reply["in_reply_to"] = json!(format!("{n}-2"));
    let posts = json!([
        reply,
        post(2, &ana, "Mi maleta no llegó"),
        post(3, &luis, "Tres horas de demora"),
        post(4, &eva, "Gracias por el cambio de asiento"),
        post(5, "siempre", "Y otra vez lo mismo"),
        post(6, &luis, "Cuatro horas ya"),
    ]);
    json!({"channel": "pregon", "posts": posts})
}

/// The same request again until it is answered, as an integration does.
pub async fn push(client: &Client, delivery: &Value) -> Value {
    let (status, said) = client.post("/api/v1/posts", delivery.clone()).await;
    assert_eq!((status, &said["rejected"]), (202, &json!([])), "{said}");
    said
}

/// How much of a delivery is stored.
pub async fn stored(company: &Company, n: usize) -> usize {
    let look = company.look().await;
    assert_whole(&look).await;
    let count = look.count(&format!("SELECT count(*) FROM post WHERE external_id LIKE '{n}-%'")).await;
    look.close().await;
    usize::try_from(count).expect("a count")
}

/// Everything once more, newest first, and everything a third time: nothing is new.
pub async fn push_again(company: &Company, deliveries: usize) {
    let client = company.client();
    for n in (0..deliveries).rev().chain(0..deliveries) {
        let mut again = delivery(n);
        again["posts"].as_array_mut().expect("posts").reverse();
        assert_eq!(push(&client, &again).await, json!({"accepted": 0, "duplicates": POSTS, "rejected": []}));
    }
}

async fn pushed_posts_stand_once(database: Database) {
    let mut company = Company::open(database).await;
    company.connect("push", "pregon", json!({})).await;
    // The first delivery of a server's life, as after each kill; the fastest of a few, other tests run beside this one.
    let mut undisturbed = Duration::MAX;
    for n in 0..MEASURED {
        company.kill();
        let (client, began) = (company.start(), Instant::now());
        push(&client, &delivery(n)).await;
        undisturbed = undisturbed.min(began.elapsed());
    }

    let (mut nothing, mut unanswered, mut answered) = (0, 0, 0);
    for (n, moment) in (MEASURED..).zip(moments(undisturbed, KILLS)) {
        let client = company.client();
        let pushing = tokio::spawn(async move { client.try_post("/api/v1/posts", delivery(n)).await });
        tokio::time::sleep(moment).await;
        company.kill();
        let heard = pushing.await.expect("the client lives").is_ok_and(|(status, _)| status == 202);
        match (stored(&company, n).await, heard) {
            (0, false) => nothing += 1,
            (POSTS, false) => unanswered += 1,
            (POSTS, true) => answered += 1,
            other => panic!("{other:?} after {moment:?}: all of a delivery or nothing, and all when it was answered"),
        }
        let said = push(&company.start(), &delivery(n)).await;
        assert_eq!(said["accepted"].as_u64().zip(said["duplicates"].as_u64()).map(|(a, d)| a + d), Some(POSTS as u64), "{said}");
    }
    println!(
        "{database:?}: a delivery takes {undisturbed:?}; killed before anything was stored {nothing}, before the answer {unanswered}, after it {answered}"
    );
    let deliveries = MEASURED + KILLS as usize;
    push_again(&company, deliveries).await;
    company.kill();
    assert_all_there(&company, deliveries * POSTS, deliveries * PEOPLE + 1, &[]).await;
}

#[tokio::test]
async fn pushed_posts_stand_once_on_sqlite() {
    pushed_posts_stand_once(Database::Sqlite).await;
}

#[tokio::test]
async fn pushed_posts_stand_once_on_postgresql() {
    pushed_posts_stand_once(Database::Postgres).await;
}

//! `POST /api/v1/posts`.

mod support;

use serde_json::{Value, json};
use support::{connect, start};
use tertulia_policy::Role;
use tertulia_testkit::{Client, TestApp};

fn post(id: &str) -> Value {
    json!({"id": id, "text": format!("Mi paquete {id} no llega"), "author": {"id": "u-1", "handle": "@ana", "followers": 12000},
        "at": "2024-05-02T10:30:00-05:00"})
}

async fn pusher(test: &TestApp) -> Client {
    let user = test.user("integration@company.test", Role::Agent, &[]).await.expect("a user");
    test.token_of(&user, &["push"]).await.expect("a token")
}

async fn push(client: &Client, channel: &str, posts: Vec<Value>) -> Value {
    client.post("/api/v1/posts", json!({"channel": channel, "posts": posts})).await.expect(202)
}

#[tokio::test]
async fn pushing_again_changes_nothing() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let client = pusher(&test).await;
    assert_eq!(push(&client, "pregon", vec![post("a"), post("b")]).await, json!({"accepted": 2, "duplicates": 0, "rejected": []}));
    assert_eq!(
        push(&client, "pregon", vec![post("b"), post("a"), post("c")]).await,
        json!({"accepted": 1, "duplicates": 2, "rejected": []})
    );
    assert_eq!(push(&client, "pregon", vec![post("d"), post("d")]).await, json!({"accepted": 1, "duplicates": 1, "rejected": []}));
    assert_eq!(push(&client, "pregon", vec![]).await, json!({"accepted": 0, "duplicates": 0, "rejected": []}));
}

#[tokio::test]
async fn the_same_posts_pushed_at_the_same_moment_are_stored_once() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let mut clients = Vec::new();
    for n in 0..3 {
        let user = test.user(&format!("integration{n}@company.test"), Role::Agent, &[]).await.expect("a user");
        clients.push(test.token_of(&user, &["push"]).await.expect("a token"));
    }
    let posts: Vec<Value> = (0..40).map(|n| post(&format!("p{n}"))).collect();
    let (a, b, c) = tokio::join!(
        push(&clients[0], "pregon", posts.clone()),
        push(&clients[1], "pregon", posts.clone()),
        push(&clients[2], "pregon", posts.clone())
    );
    let sum = |field: &str| [&a, &b, &c].iter().map(|receipt| receipt[field].as_u64().expect("a count")).sum::<u64>();
    assert_eq!((sum("accepted"), sum("duplicates")), (40, 80));
}

async fn status_of(client: &Client, body: String) -> u16 {
    let request = client.request(reqwest::Method::POST, "/api/v1/posts").header("content-type", "application/json").body(body);
    request.send().await.expect("an answer").status().as_u16()
}

/// The most memory this process, which is also the server's, ever held; in kilobytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).expect("kilobytes")
}

#[tokio::test]
async fn what_a_push_costs_is_bounded_by_its_size() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let client = pusher(&test).await;
    let lists = |bytes: usize| format!(r#"{{"channel":"pregon","posts":[{}[]]}}"#, "[],".repeat(bytes / 3));
    let nested = |bytes: usize| format!(r#"{{"channel":"pregon","posts":[[{}[]]]}}"#, "[],".repeat(bytes / 3));
    assert_eq!(status_of(&client, lists(2_997)).await, 202, "each is refused by itself");
    let before = most_memory();
    let most = 16 * 1024 * 1024 - 1_000;
    assert_eq!(status_of(&client, lists(most)).await, 422, "more than a thousand");
    assert_eq!(status_of(&client, nested(most)).await, 202, "one post, refused for its length");
    let grown = most_memory().saturating_sub(before) / 1024;
    assert!(grown < 120, "{grown} MB");
}

#[tokio::test]
async fn an_agent_neither_pushes_nor_makes_a_token_that_does() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let body = json!({"channel": "pregon", "posts": [post("a")]});
    let agent = test.as_agent().await.expect("a session");
    agent.post("/api/v1/posts", body.clone()).await.expect_problem(403, "forbidden");
    agent.post("/api/v1/tokens", json!({"name": "t", "scopes": ["push"]})).await.expect_problem(403, "forbidden");
    test.as_supervisor().await.expect("a session").post("/api/v1/posts", body).await.expect(202);
}

#[tokio::test]
async fn a_wrong_post_keeps_nobody_out_and_is_named() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let client = pusher(&test).await;
    let mut no_author = post("b");
    no_author["author"] = json!({"id": "u"});
    let mut future = post("c");
    future["at"] = json!("2090-01-01T00:00:00Z");
    let receipt = push(&client, "pregon", vec![post("a"), no_author, json!(7), future, post("e")]).await;
    assert_eq!(receipt["accepted"], 2);
    let rejected = receipt["rejected"].as_array().expect("a list");
    assert_eq!(rejected.iter().map(|one| one["index"].as_u64()).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    assert_eq!(rejected[0]["error"], "author.handle: is missing; every post needs it");
    assert!(rejected[1]["error"].as_str().is_some_and(|error| error.starts_with("post: is a number")), "{rejected:?}");
    assert!(rejected[2]["error"].as_str().is_some_and(|error| error.contains("is in the future")), "{rejected:?}");
}

#[tokio::test]
async fn a_thousand_at_once_and_not_one_more() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let client = pusher(&test).await;
    let posts: Vec<Value> = (0..1_001).map(|n| post(&format!("p{n}"))).collect();
    let refused = client.post("/api/v1/posts", json!({"channel": "pregon", "posts": posts})).await;
    assert_eq!(refused.expect_problem(422, "invalid")["fields"][0]["field"], "posts");
    assert_eq!(push(&client, "pregon", posts[..1_000].to_vec()).await["accepted"], 1_000);
}

#[tokio::test]
async fn only_running_push_channels_take_posts() {
    let test = start(None).await;
    connect(&test, "webchat", "sitio", json!({})).await;
    let client = pusher(&test).await;
    for channel in ["sitio", "nada"] {
        let refused = client.post("/api/v1/posts", json!({"channel": channel, "posts": [post("a")]})).await;
        assert_eq!(refused.expect_problem(422, "invalid")["fields"][0]["field"], "channel");
    }
}

#[tokio::test]
async fn pushing_needs_a_token_that_may() {
    let test = start(None).await;
    connect(&test, "push", "pregon", json!({})).await;
    let body = json!({"channel": "pregon", "posts": [post("a")]});
    test.anonymous().post("/api/v1/posts", body.clone()).await.expect_problem(401, "unauthenticated");
    test.anonymous().with_token("wrong").post("/api/v1/posts", body.clone()).await.expect_problem(401, "unauthenticated");
    let user = test.user("reader@company.test", Role::Administrator, &[]).await.expect("a user");
    let reader = test.token_of(&user, &["read", "write"]).await.expect("a token");
    reader.post("/api/v1/posts", body).await.expect_problem(403, "scope_missing");
    let malformed = pusher(&test).await.post("/api/v1/posts", json!({"posts": []})).await;
    malformed.expect_problem(400, "malformed_body");
}

#[tokio::test]
async fn what_is_not_addressed_is_only_counted_unless_a_monitor_matches() {
    let test = start(None).await;
    connect(&test, "push", "busca", json!({"addressed": false})).await;
    let client = pusher(&test).await;
    assert_eq!(push(&client, "busca", vec![post("a")]).await["accepted"], 1);
    let channel = test.app.store.read().await.expect("a connection").channel_by_name("busca").await.expect("read").expect("there");
    let stored = test.app.store.read().await.expect("a connection").posts_by_external(channel.id, &["a".into()]).await.expect("read");
    assert!(stored.is_empty(), "{stored:?}");
}

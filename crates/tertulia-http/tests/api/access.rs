//! Who may what, where the answer changes while they are here: live streams, links, other people's cases.

use super::catalog::{push_channel, take_in, written};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_app::{
    live::{Audience, News},
    staff::setup,
};
use tertulia_kernel::CaseId;
use tertulia_policy::Role;
use tertulia_testkit::{Client, Database, TestApp, app::PASSWORD};
use uuid::Uuid;

/// An open live stream.
struct Stream {
    response: reqwest::Response,
    heard: String,
}

impl Stream {
    async fn open(client: &Client) -> Self {
        Self::open_after(client, "").await
    }

    /// Goes on from a session's place.
    async fn open_after(client: &Client, place: &str) -> Self {
        let path = if place.is_empty() { "/api/v1/live".to_owned() } else { format!("/api/v1/live?after={place}") };
        let response = client.request(Method::GET, &path).send().await.expect("a stream");
        assert_eq!(response.status(), 200);
        Self { response, heard: String::new() }
    }

    /// Listens until it hears the words; `false` when the stream ends first.
    async fn hears(&mut self, words: &str) -> bool {
        let listening = async {
            while !self.heard.contains(words) {
                match self.response.chunk().await {
                    Ok(Some(chunk)) => self.heard.push_str(&String::from_utf8_lossy(&chunk)),
                    Ok(None) | Err(_) => return false,
                }
            }
            true
        };
        tokio::time::timeout(Duration::from_secs(10), listening).await.expect("neither heard nor ended")
    }
}

/// Tells of a case of no department, which everybody sees.
fn tell(app: &TestApp, number: i64) {
    let news = News::Case { case_id: CaseId(Uuid::from_u128(number as u128)), number, opened: true };
    app.app.live.tell(Audience::Case(None, None), news);
}

#[tokio::test]
async fn a_live_stream_ends_with_its_session_and_follows_the_users_role() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let user = app.user("ana@company.test", Role::Agent, &["sales"]).await?;
    let path = format!("/api/v1/users/{}", user.id);
    let sales = app.app.store.read().await?.departments().await?.into_iter().find(|one| one.key == "sales").expect("sales").id;

    let (staying, leaving) = (app.session_of(&user).await?, app.session_of(&user).await?);
    let (mut stays, mut leaves) = (Stream::open(&staying).await, Stream::open(&leaving).await);
    tell(&app, 1);
    assert!(stays.hears(r#""number":1,"#).await && leaves.hears(r#""number":1,"#).await);
    leaving.delete("/api/v1/session").await.expect(204);
    assert!(!leaves.hears("never said").await, "signing out ends the stream");
    tell(&app, 2);
    assert!(stays.hears(r#""number":2,"#).await, "another session's stream goes on");

    admin.patch(&path, json!({ "department_ids": [] })).await.expect(200);
    assert!(stays.hears(r#"{"type":"reset"}"#).await, "what is on the screen is fetched anew");
    let news = News::Case { case_id: CaseId(Uuid::from_u128(3)), number: 3, opened: true };
    app.app.live.tell(Audience::Case(Some(sales), None), news);
    tell(&app, 4);
    assert!(stays.hears(r#""number":4,"#).await);
    assert!(!stays.heard.contains(r#""number":3,"#), "a department one left is heard no more");

    admin.patch(&path, json!({ "disabled": true })).await.expect(200);
    assert!(!stays.hears("never said").await, "disabling ends every stream");
    Ok(())
}

#[tokio::test]
async fn a_stream_opened_late_tells_what_changed_since_the_session_was_asked_for() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    tell(&app, 1);
    let place = admin.get("/api/v1/session").await.expect(200)["live"].as_str().expect("a place").to_owned();
    tell(&app, 2);
    let mut stream = Stream::open_after(&admin, &place).await;
    assert!(stream.hears(r#""number":2,"#).await, "what came between the two is not missed");
    assert!(!stream.heard.contains(r#""number":1,"#) && !stream.heard.contains("reset"), "and nothing else is fetched anew");
    let mut elsewhere = Stream::open_after(&admin, "0badcafe-1").await;
    assert!(elsewhere.hears(r#"{"type":"reset"}"#).await, "a place of another process says nothing here");
    Ok(())
}

#[tokio::test]
async fn the_news_of_an_answer_goes_to_those_who_see_its_case() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let channel = push_channel(&admin, "buzon").await;
    let sales = app.app.store.read().await?.departments().await?.into_iter().find(|one| one.key == "sales").expect("sales").id;
    let rule = json!({ "name": "ventas", "enabled": true, "conditions": {}, "actions": { "department_id": sales } });
    admin.post("/api/v1/rules", rule).await.expect(201);
    take_in(&app, channel, vec![written("1", "ana", "Quiero comprar")]).await?;
    let case = admin.get("/api/v1/cases").await.expect(200)["items"][0].clone();
    let complaints = app.as_agent().await?;
    let mut stream = Stream::open(&complaints).await;
    let presence = json!({ "state": "typing" });
    admin.post(&format!("/api/v1/cases/{}/presence", case["id"].as_str().expect("an id")), presence).await.expect(200);
    tell(&app, 9);
    assert!(stream.hears(r#""number":9,"#).await);
    assert!(!stream.heard.contains("presence") && !stream.heard.contains(case["id"].as_str().expect("an id")), "{}", stream.heard);
    Ok(())
}

#[tokio::test]
async fn a_stream_that_heard_nothing_yet_resumes_all_the_same() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let agent = app.as_agent().await?;
    tell(&app, 1);
    let mut stream = Stream::open(&agent).await;
    assert!(stream.hears("\n\n").await);
    let id = stream.heard.lines().find_map(|line| line.strip_prefix("id:")).expect("the greeting has an id").trim().to_owned();
    assert!(!stream.heard.contains("data:"), "it says nothing else: {}", stream.heard);
    drop(stream);
    tell(&app, 2);
    let mut resumed = Stream::open(&agent.with("last-event-id", id)).await;
    assert!(resumed.hears(r#""number":2,"#).await, "what happened meanwhile");
    assert!(!resumed.heard.contains("reset") && !resumed.heard.contains(r#""number":1,"#), "{}", resumed.heard);
    Ok(())
}

#[tokio::test]
async fn the_first_administrators_link_ends_when_there_is_one() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let path = format!("/api/v1{}", setup::first_link(&app.app).await?.expect("nobody administers yet"));
    app.anonymous().get(&path).await.expect(200);
    app.user("ana@company.test", Role::Agent, &[]).await?;
    app.anonymous().get(&path).await.expect(200);
    // As `tertulia user create --role administrator` does.
    app.user("owner@company.test", Role::Administrator, &[]).await?;
    let form = json!({ "name": "Mallory", "email": "mallory@company.test", "password": PASSWORD, "locale": "es" });
    app.anonymous().post(&path, form).await.expect_problem(404, "not_found");
    app.anonymous().get(&path).await.expect_problem(404, "not_found");
    Ok(())
}

#[tokio::test]
async fn nobody_takes_a_colleagues_case_away_without_the_permission() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, supervisor) = (app.as_admin().await?, app.as_supervisor().await?);
    let channel = push_channel(&admin, "buzon").await;
    take_in(&app, channel, vec![written("1", "ana", "Ayuda")]).await?;
    let path = format!("/api/v1/cases/{}", admin.get("/api/v1/cases").await.expect(200)["items"][0]["id"].as_str().expect("an id"));
    let (luis, eva) = (app.user("luis@company.test", Role::Agent, &[]).await?, app.user("eva@company.test", Role::Agent, &[]).await?);
    let (luis_client, eva_client) = (app.session_of(&luis).await?, app.session_of(&eva).await?);
    let assign = |to: Value| json!({ "assignee_id": to });

    eva_client.patch(&path, assign(json!(luis.id))).await.expect_problem(403, "forbidden");
    luis_client.patch(&path, assign(json!(luis.id))).await.expect(200);
    for wanted in [json!(eva.id), Value::Null] {
        eva_client.patch(&path, assign(wanted.clone())).await.expect_problem(409, "taken");
        let bulk = json!({ "ids": [path.rsplit('/').next()], "change": assign(wanted) });
        let bulk = eva_client.post("/api/v1/cases/bulk", bulk).await.expect(200);
        assert_eq!((&bulk["changed"], &bulk["failed"][0]["code"]), (&json!(0), &json!("taken")));
    }
    eva_client.patch(&path, json!({ "assignee_id": luis.id, "priority": "high" })).await.expect(200);
    luis_client.patch(&path, assign(json!(eva.id))).await.expect(200);
    eva_client.patch(&path, assign(Value::Null)).await.expect(200);
    eva_client.patch(&path, assign(json!(eva.id))).await.expect(200);
    supervisor.patch(&path, assign(json!(luis.id))).await.expect(200);
    supervisor.patch(&path, assign(Value::Null)).await.expect(200);
    Ok(())
}

#[tokio::test]
async fn a_mention_tells_only_those_who_see_the_case() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let channel = push_channel(&admin, "buzon").await;
    let sales = app.app.store.read().await?.departments().await?.into_iter().find(|one| one.key == "sales").expect("sales").id;
    let rule = json!({ "name": "ventas", "enabled": true, "conditions": {}, "actions": { "department_id": sales } });
    admin.post("/api/v1/rules", rule).await.expect(201);
    take_in(&app, channel, vec![written("1", "ana", "Quiero comprar")]).await?;
    let case = admin.get("/api/v1/cases").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned();
    let seller = app.user("luis@company.test", Role::Agent, &["sales"]).await?;
    let other = app.user("eva@company.test", Role::Agent, &["complaints"]).await?;
    let text = format!("@[Luis]({}) @[Eva]({}) miren", seller.id, other.id);
    admin.post(&format!("/api/v1/cases/{case}/notes"), json!({ "text": text })).await.expect(201);
    let notices = async |user| app.session_of(user).await.expect("a session").get("/api/v1/notices").await.expect(200);
    assert_eq!(notices(&seller).await.as_array().map(Vec::len), Some(1));
    assert_eq!(notices(&other).await, json!([]));
    Ok(())
}

//! Lists have an end or pages: everything can be reached, nothing is told twice.

use super::catalog::{push_channel, take_in, written};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tertulia_kernel::event::IncomingPost;
use tertulia_policy::Role;
use tertulia_store::{case::NoteRow, channel::QuarantineRow, desk::NoticeRow};
use tertulia_testkit::{Client, Database, TestApp};

async fn first_case(client: &Client) -> String {
    client.get("/api/v1/cases").await.expect(200)["items"][0]["id"].as_str().expect("an id").to_owned()
}

fn ids(items: &Value) -> Vec<String> {
    items.as_array().expect("a list").iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_long_thread_is_read_to_its_beginning() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let admin = app.as_admin().await?;
        let channel = push_channel(&admin, "buzon").await;
        take_in(&app, channel, vec![written("1", "ana", "El primero")]).await?;
        let case = first_case(&admin).await;
        let author = app.app.store.read().await?.user_by_email("admin@company.test").await?.expect("the administrator");
        let mut tx = app.app.store.begin().await?;
        for n in 0..1_100 {
            let (id, at) = (app.app.new_id(), app.app.now().as_micros());
            let (case_id, author) = (case.parse()?, author.clone());
            tx.insert_note(&NoteRow { id, case_id, author_id: author.id.0, author: author.name, text: format!("nota {n}"), at }).await?;
        }
        tx.commit().await?;
        let last = IncomingPost { in_reply_to: Some("1".into()), ..written("2", "ana", "El último") };
        take_in(&app, channel, vec![last]).await?;

        let newest = admin.get(&format!("/api/v1/cases/{case}")).await.expect(200);
        assert_eq!(newest["thread"].as_array().map(Vec::len), Some(500), "{database:?}");
        let last = &newest["thread"][499];
        assert!(last["post"]["text"] == "El último" || last["change"].is_object(), "the newest are shown: {last}");
        let (mut things, mut older) = (newest["thread"].as_array().expect("a list").clone(), newest["older"].clone());
        while let Some(before) = older.as_str() {
            let page = admin.get(&format!("/api/v1/cases/{case}/thread?before={before}")).await.expect(200);
            things.splice(0..0, page["items"].as_array().expect("a list").iter().cloned());
            older = page["older"].clone();
        }
        let notes: BTreeSet<&str> = things.iter().filter_map(|thing| thing["note"]["text"].as_str()).collect();
        assert_eq!(notes.len(), 1_100, "{database:?}");
        assert_eq!(things.iter().filter(|thing| thing["note"].is_object()).count(), 1_100, "none twice");
        assert_eq!(things[0]["post"]["text"], "El primero");
        let agent = app.session_of(&app.user("luis@company.test", Role::Agent, &["sales"]).await?).await?;
        let department = admin.get("/api/v1/departments").await.expect(200)[0]["id"].clone();
        admin.patch(&format!("/api/v1/cases/{case}"), json!({ "department_id": department })).await.expect(200);
        let path = format!("/api/v1/cases/{case}/thread?before={}", newest["older"].as_str().expect("more"));
        agent.get(&path).await.expect_problem(404, "not_found");
        admin.get(&format!("/api/v1/cases/{case}/thread?before=x")).await.expect_problem(422, "invalid");
    }
    Ok(())
}

#[tokio::test]
async fn quarantine_and_notices_go_on_after_a_row() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let channel = push_channel(&admin, "buzon").await;
    let user = app.app.store.read().await?.user_by_email("admin@company.test").await?.expect("the administrator").id.0;
    let mut tx = app.app.store.begin().await?;
    for n in 0..205 {
        let at = app.app.now().as_micros();
        let (id, error) = (app.app.new_id(), "odd".to_owned());
        let row = QuarantineRow {
            id,
            channel_id: channel.0,
            external_id: n.to_string(),
            error,
            payload: Vec::new(),
            event: None,
            received_at: at,
            attempts: 1,
        };
        tx.quarantine(&row).await?;
        let id = app.app.new_id();
        let kind = "mentioned".to_owned();
        tx.insert_notice(&NoticeRow { id, user_id: user, kind, case_id: None, actor: None, excerpt: None, at, read_at: None }).await?;
    }
    tx.commit().await?;
    for (path, page) in [(format!("/api/v1/channels/{channel}/quarantine"), 200), ("/api/v1/notices".to_owned(), 100)] {
        let mut all = ids(&admin.get(&path).await.expect(200));
        assert_eq!(all.len(), page, "{path}");
        loop {
            let after = all.last().expect("some");
            let more = ids(&admin.get(&format!("{path}?after={after}")).await.expect(200));
            if more.is_empty() {
                break;
            }
            all.extend(more);
        }
        assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (205, 205), "{path}");
        admin.get(&format!("{path}?after=x")).await.expect_problem(422, "invalid");
    }
    Ok(())
}

#[tokio::test]
async fn a_persons_cases_come_in_pages_of_those_one_sees() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let channel = push_channel(&admin, "buzon").await;
    for n in 0..5 {
        take_in(&app, channel, vec![written(&n.to_string(), "ana", "Ayuda")]).await?;
        let case = first_case(&admin).await;
        admin.patch(&format!("/api/v1/cases/{case}"), json!({ "state": "resolved" })).await.expect(200);
        let mut tx = app.app.store.begin().await?;
        let mut row = tx.lock_case(case.parse()?).await?;
        // Resolved long ago: the next message opens another case.
        row.resolved_at = Some(app.app.now().plus_seconds(-365 * 86_400).as_micros());
        row.activity_at -= 365 * 86_400 * 1_000_000;
        tx.update_case(&row).await?;
        tx.commit().await?;
    }
    let found = admin.get("/api/v1/cases?folder=done").await.expect(200);
    let all = found["items"].as_array().expect("cases").len();
    assert!(all > 2, "{found}");
    let person = found["items"][0]["person"]["id"].as_str().expect("a person").to_owned();
    let sales = app.app.store.read().await?.departments().await?.into_iter().find(|one| one.key == "sales").expect("sales").id;
    admin
        .patch(&format!("/api/v1/cases/{}", found["items"][0]["id"].as_str().expect("an id")), json!({ "department_id": sales }))
        .await
        .expect(200);
    for (client, seen) in [(&admin, all), (&agent, all - 1)] {
        let (mut got, mut after) = (Vec::new(), String::new());
        loop {
            let page = client.get(&format!("/api/v1/people/{person}/cases?limit=2{after}")).await.expect(200);
            got.extend(ids(&page["items"]));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!((got.len(), got.iter().collect::<BTreeSet<_>>().len()), (seen, seen));
    }
    Ok(())
}

#[tokio::test]
async fn a_list_that_is_shown_whole_has_an_end() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    for n in 0..100 {
        admin.post("/api/v1/tokens", json!({ "name": format!("t{n}"), "scopes": ["read"] })).await.expect(201);
    }
    let one_more = json!({ "name": "one more", "scopes": ["read"] });
    admin.post("/api/v1/tokens", one_more.clone()).await.expect_problem(409, "list_full");
    agent.post("/api/v1/tokens", one_more).await.expect(201);
    Ok(())
}

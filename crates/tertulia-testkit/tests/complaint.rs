//! The first journey, but for the browser: a complaint on a real network becomes a case and is answered in its thread.
//!
//! The whole program runs: channels, listening, rules, outbox. A person on another server writes; an agent acts through the
//! HTTP API as the console does; what arrived is read from the other server's API.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tertulia_app::Networks;
use tertulia_channels::mastodon::Mastodon;
use tertulia_peers::{eventually, snac::Fediverse};
use tertulia_testkit::{Client, Database, Setup, TestApp};

type Outcome = anyhow::Result<()>;

const PATIENCE: Duration = Duration::from_secs(60);

/// The only case there is, as the list shows it.
async fn the_case(agent: &Client) -> anyhow::Result<Option<Value>> {
    let page = agent.get("/api/v1/cases?folder=all").await.expect(200);
    let items = page["items"].as_array().unwrap();
    anyhow::ensure!(items.len() < 2, "one complaint, one case: {items:#?}");
    Ok(items.first().cloned())
}

/// Waits until the case shows a post with this text; returns the case.
async fn case_with(agent: &Client, id: &str, text: &str) -> anyhow::Result<Value> {
    eventually(text, PATIENCE, async || {
        let case = agent.get(&format!("/api/v1/cases/{id}")).await.expect(200);
        Ok(post_saying(&case, text).is_some().then_some(case))
    })
    .await
}

fn post_saying<'a>(case: &'a Value, text: &str) -> Option<&'a Value> {
    let thread = case["thread"].as_array().unwrap();
    thread.iter().map(|item| &item["post"]).find(|post| post["text"].as_str().is_some_and(|words| words.contains(text)))
}

fn conversation<'a>(case: &'a Value, visibility: &str) -> &'a Value {
    let all = case["conversations"].as_array().unwrap();
    all.iter().find(|one| one["visibility"] == visibility).expect("a conversation")
}

async fn answer(agent: &Client, case: &Value, conversation: &Value, text: &str, visibility: &str, resolve: bool) {
    let form = json!({"id": uuid::Uuid::new_v4(), "conversation_id": conversation["id"], "text": text, "visibility": visibility,
        "resolve": resolve});
    agent.post(&format!("/api/v1/cases/{}/answers", case["id"].as_str().unwrap()), form).await.expect(202);
}

#[tokio::test]
async fn a_complaint_that_mentions_nobody_becomes_a_case_answered_in_its_thread_and_resolved_in_private() -> Outcome {
    let fediverse = Fediverse::start().await?;
    let company = fediverse.alpha.person("soporte").await?;
    let customer = fediverse.beta.person("marta").await?;
    company.follow(&customer.handle).await?;
    eventually("the company follows", PATIENCE, async || {
        let all = customer.list("/api/v1/notifications?limit=40").await?;
        Ok(all.iter().any(|one| one["type"] == "follow").then_some(()))
    })
    .await?;

    let setup = Setup { networks: Some(Networks::new(vec![Arc::new(Mastodon)])), ..Setup::on(Database::Sqlite) };
    let app: TestApp = setup.start().await?;
    let admin = app.as_admin().await?;
    let departments = admin.get("/api/v1/departments").await.expect(200);
    let complaints = departments.as_array().unwrap().iter().find(|one| one["key"] == "complaints").unwrap()["id"].clone();
    let settings = json!({"base_url": company.base_url, "access_token": company.token, "hashtags": ["mirasol"], "poll_seconds": 1});
    let form = json!({"kind": "mastodon", "name": "Fediverso", "enabled": true, "window_days": 0, "settings": settings});
    let checked = admin.post("/api/v1/channels/check", form.clone()).await.expect(200);
    assert_eq!(checked["account"], format!("@{}", company.handle), "{checked}");
    let monitor = json!({"name": "Paquetes perdidos", "query": "mirasol AND (paquete OR pedido)", "enabled": true});
    let monitor = admin.post("/api/v1/monitors", monitor).await.expect(201);
    let rule = json!({"name": "Reclamos", "enabled": true, "conditions": {"monitor_ids": [monitor["id"]]},
        "actions": {"open_case": true, "department_id": complaints, "priority": "high"}});
    admin.post("/api/v1/rules", rule).await.expect(201);
    let channel = admin.post("/api/v1/channels", form).await.expect(201);
    eventually("the channel listens", PATIENCE, async || {
        let channel = admin.get(&format!("/api/v1/channels/{}", channel["id"].as_str().unwrap())).await.expect(200);
        Ok(channel.to_string().contains("Asks every 1 s").then_some(()))
    })
    .await?;

    customer.post("Qué lindo día en la playa").await?;
    let complaint = customer.post("Mirasol: mi paquete no llegó y nadie contesta").await?;

    let agent = app.as_agent().await?;
    let row = eventually("a case", PATIENCE, async || the_case(&agent).await).await?;
    assert_eq!((&row["priority"], &row["department_id"]), (&json!("high"), &complaints), "{row}");
    let id = row["id"].as_str().unwrap().to_owned();
    agent.post(&format!("/api/v1/cases/{id}/take"), Value::Null).await.expect(200);
    let case = case_with(&agent, &id, "mi paquete no llegó").await?;
    assert_eq!(post_saying(&case, "mi paquete").unwrap()["url"], complaint["url"]);

    // The answer stands below the complaint on the customer's server, once.
    answer(&agent, &case, conversation(&case, "public"), "Hola Marta, ya lo buscamos", "public", false).await;
    let there = customer.find_post("ya lo buscamos", complaint["id"].as_str()).await?;
    assert_eq!(there["in_reply_to_id"], complaint["id"]);

    // On to a direct message, in the same case.
    let case = case_with(&agent, &id, "ya lo buscamos").await?;
    answer(&agent, &case, conversation(&case, "public"), "Te escribo por aquí: ¿tu dirección?", "private", false).await;
    let direct = customer.find_post("Te escribo por aquí", None).await?;
    assert_eq!(direct["visibility"], "direct");
    let words = format!("@{} Calle Falsa 123", company.handle);
    customer.publish(&json!({"status": words, "visibility": "direct", "in_reply_to_id": direct["id"]})).await?;
    let case = case_with(&agent, &id, "Calle Falsa 123").await?;
    assert_eq!(conversation(&case, "private")["continues"], conversation(&case, "public")["id"]);

    answer(&agent, &case, conversation(&case, "private"), "Sale hoy. ¡Gracias!", "private", true).await;
    customer.find_post("Sale hoy", None).await?;
    let case = eventually("the case is resolved", PATIENCE, async || {
        let case = agent.get(&format!("/api/v1/cases/{id}")).await.expect(200);
        Ok((case["state"] == "resolved").then_some(case))
    })
    .await?;

    // Nothing came twice, though the network shows us our own answers too; what nobody asked for was not kept.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let posts: Vec<&str> = case["thread"].as_array().unwrap().iter().filter_map(|item| item["post"]["text"].as_str()).collect();
    assert_eq!(posts.len(), 5, "{posts:#?}");
    assert!(the_case(&agent).await?.is_none_or(|row| row["id"] == id.as_str()));
    let kept = admin.get("/api/v1/posts?limit=50").await.expect(200);
    assert!(!kept.to_string().contains("playa"));
    Ok(())
}

//! Queries that keep taking too long: everybody sees which they are, and who looks after them is told.

use crate::catalog::{id, push_channel, take_in, written};
use serde_json::{Value, json};
use tertulia_testkit::{Database, TestApp};

/// A query made to take long in [`repetitions`].
fn endless(n: usize) -> String {
    let near = format!("((a{n} OR vuelo OR no) NEAR/900 ((vuelo NEAR/900 no) NEAR/900 vuelo))");
    vec![near; 30].join(" AND ")
}

fn repetitions() -> String {
    "vuelo no ".repeat(1_500)
}

#[tokio::test]
async fn a_query_that_keeps_taking_too_long_is_shown_until_it_is_another_one() -> anyhow::Result<()> {
    // On one database: what is stored is the store's to show on both, and endless work is dear.
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
    let channel = push_channel(&admin, "red").await;
    let form = |query: &str| json!({ "name": "Sin fin", "query": query, "enabled": true });
    let monitor = supervisor.post("/api/v1/monitors", form(&endless(1))).await.expect(201);
    let rule =
        |query: &str| json!({ "name": "Regla sin fin", "enabled": true, "conditions": { "query": query }, "actions": { "tags": ["x"] } });
    let made = supervisor.post("/api/v1/rules", rule(&endless(2))).await.expect(201);
    assert_eq!((&monitor["slow"], &made["slow"]), (&Value::Null, &Value::Null));
    let path = format!("/api/v1/monitors/{}", id(&monitor));

    // Twice may happen to anybody.
    take_in(&app, channel, (1..=2).map(|n| written(&n.to_string(), "ana", &repetitions())).collect()).await?;
    assert_eq!(agent.get(&path).await.expect(200)["slow"], Value::Null);
    take_in(&app, channel, (3..=4).map(|n| written(&n.to_string(), "ana", &repetitions())).collect()).await?;
    let slow = agent.get(&path).await.expect(200)["slow"].clone();
    assert_eq!(slow["posts"], 2, "{slow}");
    assert!(slow["since"].as_str().is_some_and(|since| since.ends_with('Z')), "{slow}");
    assert_eq!(agent.get("/api/v1/monitors").await.expect(200)[0]["slow"], slow);
    assert_eq!(agent.get("/api/v1/rules").await.expect(200)[0]["slow"]["posts"], 2);

    // Its owner is told once; a rule has none, and an administrator is.
    take_in(&app, channel, vec![written("5", "ana", &repetitions())]).await?;
    assert_eq!(agent.get(&path).await.expect(200)["slow"]["posts"], 3);
    let told = |notices: Value| -> Vec<(String, String)> {
        let text = |notice: &Value, name: &str| notice[name].as_str().unwrap_or_default().to_owned();
        notices.as_array().expect("notices").iter().map(|notice| (text(notice, "kind"), text(notice, "excerpt"))).collect()
    };
    let notice = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    assert_eq!(told(supervisor.get("/api/v1/notices").await.expect(200)), [notice("monitor_slow", "Sin fin")]);
    assert_eq!(told(admin.get("/api/v1/notices").await.expect(200)), [notice("rule_slow", "Regla sin fin")]);
    assert_eq!(told(agent.get("/api/v1/notices").await.expect(200)), []);
    let metrics = app.app.metrics.render();
    assert!(metrics.contains("tertulia_queries_undecided_total 10"), "{metrics}");

    // Another name is the same query; other words are not.
    let renamed = json!({ "name": "Otro nombre", "query": endless(1), "enabled": true });
    assert_eq!(supervisor.patch(&path, renamed).await.expect(200)["slow"]["posts"], 3);
    assert_eq!(supervisor.patch(&path, form("vuelo")).await.expect(200)["slow"], Value::Null);
    let changed = supervisor.patch(&format!("/api/v1/rules/{}", id(&made)), rule("vuelo")).await.expect(200);
    assert_eq!(changed["slow"], Value::Null);
    take_in(&app, channel, vec![written("6", "ana", &repetitions())]).await?;
    assert_eq!(agent.get(&path).await.expect(200)["slow"], Value::Null);
    Ok(())
}

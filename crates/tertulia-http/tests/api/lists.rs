//! Shared lists: one change of words is a change of every query that names the list.

use crate::{
    catalog::{id, push_channel, take_in, texts, written},
    monitors::applied,
};
use serde_json::{Value, json};
use tertulia_testkit::{Database, TestApp};

const TEXTS: [&str; 4] = ["Iberia perdió mi maleta", "Alma Mía llegó tarde", "LATAM canceló el vuelo", "nada que ver"];

#[tokio::test]
async fn a_changed_list_changes_every_query_that_names_it() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
        let channel = push_channel(&admin, "red").await;
        let posts = TEXTS.iter().enumerate().map(|(n, text)| written(&n.to_string(), &format!("p{n}"), text)).collect();
        take_in(&app, channel, posts).await?;

        // A name nobody defined is a mistake with a place and a remedy.
        let check = agent.post("/api/v1/monitors/check", json!({ "query": "vuelo OR list:marcas" })).await.expect(200);
        assert_eq!((&check["error"]["code"], &check["error"]["start"]), (&json!("unknown_list"), &json!(14)), "{check}");
        assert!(check["error"]["hint"]["es"].as_str().is_some_and(|hint| hint.contains("crea la lista")), "{check}");
        let form = json!({ "name": "Marcas", "query": "list:marcas", "enabled": true });
        supervisor.post("/api/v1/monitors", form.clone()).await.expect_problem(422, "invalid_query");

        let words = json!({ "name": " Marcas  propias ", "words": ["iberia", " alma mía ", "", "iberia"] });
        agent.post("/api/v1/lists", words.clone()).await.expect_problem(403, "forbidden");
        let list = supervisor.post("/api/v1/lists", words.clone()).await.expect(201);
        assert_eq!(
            (&list["name"], &list["term"], &list["words"], &list["owner"]["name"]),
            (&json!("Marcas propias"), &json!("list:\"Marcas propias\""), &json!(["iberia", "alma mía"]), &json!("supervisor"))
        );
        let path = format!("/api/v1/lists/{}", id(&list));
        let named = |name: &str, words: Value| json!({ "name": name, "words": words });
        let list = supervisor.patch(&path, named("marcas", json!(["iberia", "alma mía"]))).await.expect(200);
        assert_eq!((&list["term"], &list["monitors"]), (&json!("list:marcas"), &json!([])));

        // Used by a monitor, a rule, a search, a preview, an estimate, the test bench.
        let monitor = supervisor.post("/api/v1/monitors", form).await.expect(201);
        assert_eq!(applied(&agent, id(&monitor)).await["added"], 2);
        let rule = json!({ "name": "De marca", "enabled": true, "conditions": { "query": "maleta list:MARCAS" }, "actions": { "tags": ["marca"] } });
        let rule = supervisor.post("/api/v1/rules", rule).await.expect(201);
        assert_eq!(texts(&agent.get("/api/v1/posts?q=list:marcas").await.expect(200)).len(), 2, "{database:?}");
        let preview = agent.post("/api/v1/monitors/preview", json!({ "query": "list:marcas NEAR/3 tarde" })).await.expect(200);
        assert_eq!(preview["matched"], 1);
        let check = agent.post("/api/v1/monitors/check", json!({ "query": "list:márcas", "estimate": true })).await.expect(200);
        assert_eq!((&check["estimate"]["matched"], &check["same_as"][0]["name"]), (&json!(2), &json!("Marcas")), "{check}");
        let tried = json!({ "query": "list:marcas", "input": "Alma Mía y yo\nalma de acero" });
        assert_eq!(agent.post("/api/v1/monitors/try", tried).await.expect(200)["matched"], 1);
        let brief = agent.get("/api/v1/lists").await.expect(200);
        assert_eq!(
            (&brief[0]["words"], &brief[0]["first_words"], &brief[0]["monitors"], &brief[0]["rules"]),
            (&json!(2), &json!(["iberia", "alma mía"]), &json!(1), &json!(1))
        );

        // Other words: the stream and what is stored follow, matches that are no longer given are taken off.
        let list = supervisor.patch(&path, named("marcas", json!(["iberia", "latam"]))).await.expect(200);
        assert_eq!((&list["monitors"][0]["name"], &list["rules"][0]["name"]), (&json!("Marcas"), &json!("De marca")));
        let pass = applied(&agent, id(&monitor)).await;
        assert_eq!((&pass["state"], &pass["added"], &pass["removed"]), (&json!("done"), &json!(1), &json!(1)), "{pass}");
        take_in(&app, channel, vec![written("9", "p9", "LATAM perdió otra maleta"), written("10", "p10", "alma mía")]).await?;
        let found = agent.get(&format!("/api/v1/posts?monitor_id={}", id(&monitor))).await.expect(200);
        assert_eq!(texts(&found), ["LATAM perdió otra maleta", "LATAM canceló el vuelo", "Iberia perdió mi maleta"], "{database:?}");
        let audit = admin.get("/api/v1/audit?limit=1").await.expect(200);
        assert_eq!(
            (&audit["items"][0]["action"], &audit["items"][0]["detail"]["added"], &audit["items"][0]["detail"]["removed"]),
            (&json!("list.changed"), &json!(["latam"]), &json!(["alma mía"]))
        );

        // In use: its name stays (its spelling may change), it is not deleted, and the error says what uses it.
        let spanish = supervisor.with("accept-language", "es");
        let problem = spanish.patch(&path, named("firmas", json!(["iberia"]))).await.expect_problem(409, "in_use");
        assert_eq!(problem["fields"][0]["message"], "La usan Marcas, De marca (2 en total): quítala primero de sus consultas.");
        supervisor.delete(&path).await.expect_problem(409, "in_use");
        let kept = supervisor.patch(&path, named("MARCAS", json!(["iberia", "latam"]))).await.expect(200);
        assert_eq!(kept["term"], "list:MARCAS");
        supervisor.delete(&format!("/api/v1/monitors/{}", id(&monitor))).await.expect(204);
        supervisor.delete(&format!("/api/v1/rules/{}", id(&rule))).await.expect(204);
        agent.delete(&path).await.expect_problem(403, "forbidden");
        supervisor.delete(&path).await.expect(204);
        agent.get(&path).await.expect_problem(404, "not_found");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_word_of_a_list_is_refused_and_named() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let supervisor = app.as_supervisor().await?.with("accept-language", "es");
    let list = supervisor.post("/api/v1/lists", json!({ "name": "Aerolíneas", "words": ["iberia"] })).await.expect(201);
    for (form, field, code) in [
        (json!({ "name": "", "words": ["a"] }), "name", "required"),
        (json!({ "name": "a\"b", "words": ["a"] }), "name", "malformed"),
        (json!({ "name": "AEROLINEAS", "words": ["a"] }), "name", "taken"),
        (json!({ "name": "x", "words": [" "] }), "words", "required"),
        (json!({ "name": "x", "words": ["iberia", "a AND b"] }), "words", "invalid_word"),
        (json!({ "name": "x", "words": ["list:aerolíneas"] }), "words", "invalid_word"),
        (json!({ "name": "x", "words": ["lang:es"] }), "words", "invalid_word"),
        (json!({ "name": "x", "words": ["x".repeat(201)] }), "words", "too_long"),
    ] {
        let problem = supervisor.post("/api/v1/lists", form.clone()).await.expect_problem(422, "invalid");
        assert_eq!((&problem["fields"][0]["field"], &problem["fields"][0]["code"]), (&json!(field), &json!(code)), "{form}");
    }
    let problem = supervisor.post("/api/v1/lists", json!({ "name": "x", "words": ["vuelo", "ab*"] })).await.expect_problem(422, "invalid");
    assert!(problem["fields"][0]["message"].as_str().is_some_and(|words| words.starts_with("«ab*»: ")), "{problem}");

    // Words with which a query that uses the list could no longer be read.
    let twice = json!({ "name": "Dos veces", "query": "list:aerolineas NOT (promo list:aerolineas)", "enabled": true });
    supervisor.post("/api/v1/monitors", twice).await.expect(201);
    let many: Vec<String> = (0..2_600).map(|n| format!("vuelo{n}")).collect();
    let path = format!("/api/v1/lists/{}", id(&list));
    let problem = supervisor.patch(&path, json!({ "name": "Aerolíneas", "words": many })).await.expect_problem(422, "invalid");
    let words = problem["fields"][0]["message"].as_str().unwrap_or_default();
    assert!(words.starts_with("Con estas palabras «Dos veces» ya no se entiende: "), "{problem}");
    assert_eq!(supervisor.get(&path).await.expect(200)["words"], json!(["iberia"]), "nothing is half-done");
    Ok(())
}

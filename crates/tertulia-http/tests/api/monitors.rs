//! Monitors at work, asked over HTTP: history, folders, versions, the test bench, what to exclude.

use crate::catalog::{id, push_channel, take_in, texts, written};
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_testkit::{Client, Database, TestApp};

/// Waits until a monitor's pass over history has ended.
pub(crate) async fn applied(client: &Client, monitor: &str) -> Value {
    for _ in 0..400 {
        let history = client.get(&format!("/api/v1/monitors/{monitor}/history")).await.expect(200);
        if !matches!(history["state"].as_str(), Some("queued" | "running")) {
            return history;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the pass does not end");
}

const TEXTS: [&str; 7] = [
    "Iberia sorteo gratis",
    "el sorteo de Iberia",
    "Iberia: otro sorteo",
    "🌻 Iberia perdió mi maleta",
    "Iberia no responde",
    "la maleta de Iberia llegó",
    "nada que ver",
];

#[tokio::test]
async fn a_monitor_is_applied_to_history_and_kept_in_order() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
        let channel = push_channel(&admin, "red").await;
        let posts = TEXTS.iter().enumerate().map(|(n, text)| written(&n.to_string(), &format!("p{n}"), text)).collect();
        take_in(&app, channel, posts).await?;

        let check = json!({ "query": "iberia", "estimate": true });
        let check = agent.post("/api/v1/monitors/check", check).await.expect(200);
        assert_eq!((&check["cost"], &check["same_as"]), (&json!("low"), &json!([])), "{check}");
        assert_eq!((&check["estimate"]["sampled"], &check["estimate"]["matched"]), (&json!(7), &json!(6)));
        assert!(check["estimate"]["low"].as_f64() < check["estimate"]["per_day"].as_f64());
        let preview = agent.post("/api/v1/monitors/preview", json!({ "query": "maleta" })).await.expect(200);
        assert_eq!((&preview["estimate"]["matched"], &preview["posts"][0]["highlights"]), (&json!(2), &json!([[3, 9]])));

        let form = json!({ "name": "Iberia", "query": "iberia", "enabled": true, "folder": "Marca/Vuelos", "note": "primera" });
        let monitor = supervisor.post("/api/v1/monitors", form).await.expect(201);
        assert_eq!(
            (&monitor["owner"]["name"], &monitor["version"], &monitor["folder"]),
            (&json!("supervisor"), &json!(1), &json!("Marca/Vuelos"))
        );
        let path = format!("/api/v1/monitors/{}", id(&monitor));
        let history = applied(&agent, id(&monitor)).await;
        assert_eq!((&history["state"], &history["added"], &history["removed"]), (&json!("done"), &json!(6), &json!(0)), "{history}");
        let list = format!("/api/v1/posts?monitor_id={}", id(&monitor));
        assert_eq!(texts(&admin.get(&list).await.expect(200)).len(), 6, "{database:?}");
        let step = admin.get(&format!("/api/v1/posts/{}", id(&admin.get(&list).await.expect(200)["items"][0]))).await.expect(200);
        let step = step["steps"].as_array().expect("steps").iter().find(|step| step["step"] == "matched").expect("a step").clone();
        assert_eq!(step["why"], json!({ "monitors": ["Iberia"], "history": true, "version": 1 }));

        // Another query, then back: versions say so, and the matches follow.
        let changed = json!({ "name": "Iberia", "query": "iberia maleta", "enabled": true, "note": "solo maletas" });
        let changed = supervisor.patch(&path, changed).await.expect(200);
        assert_eq!((&changed["version"], &changed["folder"]), (&json!(2), &json!("Marca/Vuelos")));
        assert_eq!(applied(&agent, id(&monitor)).await["removed"], 4);
        let versions = agent.get(&format!("{path}/versions?limit=1")).await.expect(200);
        assert_eq!((&versions["items"][0]["note"], &versions["next"]), (&json!("solo maletas"), &json!("2")));
        let diff = agent.get(&format!("{path}/versions/diff?from=1&to=2")).await.expect(200);
        assert_eq!(diff["query"], json!([{ "op": "same", "text": "iberia" }, { "op": "added", "text": " maleta" }]));
        agent.post(&format!("{path}/versions/1/restore"), json!({})).await.expect_problem(403, "forbidden");
        supervisor.post(&format!("{path}/versions/7/restore"), json!({})).await.expect_problem(404, "not_found");
        let back = supervisor.post(&format!("{path}/versions/1/restore"), json!({})).await.expect(200);
        assert_eq!((&back["query"], &back["version"]), (&json!("iberia"), &json!(3)));
        assert_eq!(applied(&agent, id(&monitor)).await["added"], 4);

        // Asked for again, cancelled, refused while it is off.
        assert_eq!(supervisor.post(&format!("{path}/history"), Value::Null).await.expect(202)["version"], 3);
        applied(&agent, id(&monitor)).await;
        assert_eq!(supervisor.delete(&format!("{path}/history")).await.expect(200)["state"], "done");
        let off = json!({ "name": "Apagado", "query": "(maleta OR equipaje) iberia", "enabled": false });
        let off = supervisor.post("/api/v1/monitors", off).await.expect(201);
        assert_eq!(off["history"], Value::Null);
        let spanish = supervisor.with("accept-language", "es");
        let problem = spanish.post(&format!("/api/v1/monitors/{}/history", id(&off)), Value::Null).await.expect_problem(409, "monitor_off");
        assert_eq!(problem["detail"], "Este monitor no escucha: enciéndelo primero.");
        let same = json!({ "query": "iberia AND (equipaje OR maleta)", "monitor_id": id(&monitor) });
        let same = agent.post("/api/v1/monitors/check", same).await.expect(200);
        assert_eq!((&same["same_as"][0]["name"], &same["same_as"][0]["enabled"]), (&json!("Apagado"), &json!(false)));

        // Folders.
        let folders = agent.get("/api/v1/monitors/folders").await.expect(200);
        assert_eq!(folders, json!([{ "folder": "", "monitors": 1 }, { "folder": "Marca/Vuelos", "monitors": 1 }]));
        let moved = supervisor.post("/api/v1/monitors/folders/move", json!({ "from": "Marca", "to": "Líneas" })).await.expect(200);
        assert_eq!(moved, json!({ "moved": 1 }));
        let found = agent.get("/api/v1/monitors?folder=L%C3%ADneas&q=IBERIA&limit=5").await.expect(200);
        assert_eq!((found.as_array().expect("a list").len(), &found[0]["folder"]), (1, &json!("Líneas/Vuelos")));
        let audit = admin.get("/api/v1/audit?limit=1").await.expect(200);
        assert_eq!(audit["items"][0]["action"], "monitor.folder_moved");
        let bad = json!({ "name": "x", "query": "y", "enabled": true, "owner_id": id(&monitor), "folder": "z" });
        assert_eq!(supervisor.post("/api/v1/monitors", bad).await.expect_problem(422, "invalid")["fields"][0]["field"], "owner_id");
    }
    Ok(())
}

#[tokio::test]
async fn noise_is_thrown_out_and_suggested_as_an_exclusion() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
        let channel = push_channel(&admin, "red").await;
        let posts = TEXTS.iter().enumerate().map(|(n, text)| written(&n.to_string(), &format!("p{n}"), text)).collect();
        take_in(&app, channel, posts).await?;
        let monitor =
            supervisor.post("/api/v1/monitors", json!({ "name": "Iberia", "query": "iberia", "enabled": true })).await.expect(201);
        applied(&agent, id(&monitor)).await;
        let path = format!("/api/v1/monitors/{}", id(&monitor));
        let list = format!("/api/v1/posts?monitor_id={}", id(&monitor));
        let all = agent.get(&list).await.expect(200);
        let noise: Vec<&str> = all["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|post| post["text"].as_str().expect("text").contains("sorteo"))
            .map(id)
            .collect();
        let out = json!({ "post_ids": noise, "discarded": true });
        assert_eq!(agent.post(&format!("{path}/discards"), out.clone()).await.expect(200), json!({ "changed": 3 }));
        assert_eq!(agent.post(&format!("{path}/discards"), out).await.expect(200), json!({ "changed": 0 }));
        assert_eq!(texts(&agent.get(&format!("{list}&discarded=hide")).await.expect(200)).len(), 3, "{database:?}");
        let only = agent.get(&format!("{list}&discarded=only")).await.expect(200);
        assert_eq!((texts(&only).len(), &only["items"][0]["matches"][0]["discarded"]), (3, &json!(true)));
        agent.get(&format!("{list}&discarded=some")).await.expect_problem(422, "invalid");
        agent.get(&format!("{path}/noise")).await.expect_problem(403, "forbidden");
        let suggested = supervisor.get(&format!("{path}/noise")).await.expect(200);
        let first = &suggested["terms"][0];
        assert_eq!((&first["term"], &first["discarded"], &first["kept"]), (&json!("sorteo"), &json!(3), &json!(0)), "{suggested}");
        assert_eq!((&first["exclusion"], &first["query"]), (&json!("NOT sorteo"), &json!("(iberia) AND NOT sorteo")));
        let back = json!({ "post_ids": noise, "discarded": false });
        assert_eq!(agent.post(&format!("{path}/discards"), back).await.expect(200), json!({ "changed": 3 }));
        let audit = admin.get("/api/v1/audit?limit=2").await.expect(200);
        assert_eq!((&audit["items"][0]["action"], &audit["items"][1]["action"]), (&json!("match.undiscarded"), &json!("match.discarded")));
        let duplicates = agent.get(&format!("{path}/duplicates")).await.expect(200);
        assert_eq!((&duplicates["same"], &duplicates["overlapping"], &duplicates["posts"]), (&json!([]), &json!([]), &json!(7)));
    }
    Ok(())
}

/// A post of a case that an agent does not see can't be thrown out by that agent either.
#[tokio::test]
async fn the_case_lock_holds_for_what_is_thrown_out() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let channel = push_channel(&admin, "red").await;
    let sales = admin.get("/api/v1/departments").await.expect(200);
    let sales = sales.as_array().expect("a list").iter().find(|one| one["key"] == "sales").expect("sales").clone();
    let rule =
        json!({ "name": "ventas", "enabled": true, "conditions": { "query": "comprar" }, "actions": { "department_id": sales["id"] } });
    admin.post("/api/v1/rules", rule).await.expect(201);
    take_in(&app, channel, vec![written("1", "ana", "Quiero comprar Iberia")]).await?;
    let monitor = admin.post("/api/v1/monitors", json!({ "name": "Iberia", "query": "iberia", "enabled": true })).await.expect(201);
    applied(&admin, id(&monitor)).await;
    let list = format!("/api/v1/posts?monitor_id={}", id(&monitor));
    let post = admin.get(&list).await.expect(200)["items"][0].clone();
    assert_eq!(texts(&agent.get(&list).await.expect(200)).len(), 0);
    let out = json!({ "post_ids": [post["id"]], "discarded": true });
    agent.post(&format!("/api/v1/monitors/{}/discards", id(&monitor)), out).await.expect_problem(404, "not_found");
    let check = agent.post("/api/v1/monitors/check", json!({ "query": "iberia", "estimate": true })).await.expect(200);
    assert_eq!(check["estimate"]["matched"], 0, "an estimate counts what its caller sees");
    Ok(())
}

#[tokio::test]
async fn pasted_texts_match_or_say_why_not() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let agent = app.as_agent().await?;
    let input = "🌻 Iberia perdió mi maleta\n\nIberia promo\n{\"text\":\"maleta de iberia\",\"lang\":\"pt\"}";
    let form = json!({ "query": "iberia (maleta OR equipaje) -promo -lang:pt", "input": input });
    let tried = agent.post("/api/v1/monitors/try", form).await.expect(200);
    assert_eq!(tried["matched"], 1);
    let results = tried["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    assert_eq!(results[0]["ranges"], json!([[3, 9], [20, 26]]));
    let said: Vec<&Value> = results[1]["reasons"].as_array().expect("reasons").iter().map(|reason| &reason["message"]["es"]).collect();
    assert_eq!(said, [&json!("Falta una de: maleta, equipaje"), &json!("Excluida por: promo")]);
    assert_eq!(results[1]["reasons"][1]["ranges"], json!([[7, 12]]));
    assert_eq!(results[2]["reasons"][0]["message"]["en"], "Excluded by: lang:pt");
    let wrong = |query: &str, input: &str| json!({ "query": query, "input": input });
    agent.post("/api/v1/monitors/try", wrong("iberia AND", "x")).await.expect_problem(422, "invalid_query");
    let many = agent.post("/api/v1/monitors/try", wrong("iberia", &"x\n".repeat(101))).await.expect_problem(422, "invalid");
    assert_eq!((&many["fields"][0]["field"], &many["fields"][0]["code"]), (&json!("input"), &json!("too_many")));
    Ok(())
}

//! Posts, monitors, rules, people, channels, files, ready-made answers and the sample company, on both databases.

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use std::time::Duration;
use tertulia_kernel::{
    ChannelId, Timestamp,
    event::{Author, Event, IncomingPost, Media},
};
use tertulia_policy::Role;
use tertulia_testkit::{Client, Database, Reply, TestApp};
use uuid::Uuid;

/// Smallest picture a browser takes.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

pub(super) fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

pub(super) fn texts(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|post| post["text"].as_str().expect("text")).collect()
}

pub(crate) async fn push_channel(admin: &Client, name: &str) -> ChannelId {
    let form = json!({ "kind": "push", "name": name, "enabled": true, "window_days": 0, "settings": {} });
    let channel = admin.post("/api/v1/channels", form).await.expect(201);
    ChannelId(id(&channel).parse().expect("a UUID"))
}

pub(crate) fn written(external_id: &str, by: &str, text: &str) -> IncomingPost {
    let author = Author { external_id: by.into(), handle: by.into(), name: Some(by.into()), followers: Some(50), ..Author::default() };
    let at = Timestamp::from_seconds(1_795_269_000);
    IncomingPost { addressed: true, lang: Some("es".into()), ..IncomingPost::new(external_id, author, text, at) }
}

pub(crate) async fn take_in(app: &TestApp, channel: ChannelId, posts: Vec<IncomingPost>) -> anyhow::Result<()> {
    let events = posts.into_iter().map(|post| Event::Post(Box::new(post))).collect();
    app.app.accept(channel, events, Vec::new()).await?;
    Ok(())
}

#[tokio::test]
async fn a_search_means_the_same_on_both_databases_and_keeps_the_case_lock() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
        let channel = push_channel(&admin, "buzon").await;
        let sales = admin.get("/api/v1/departments").await.expect(200);
        let sales = sales.as_array().expect("a list").iter().find(|one| one["key"] == "sales").expect("sales").clone();
        let rule =
            json!({ "name": "ventas", "enabled": true, "conditions": { "query": "comprar" }, "actions": { "department_id": sales["id"] } });
        admin.post("/api/v1/rules", rule).await.expect(201);
        let long = written("3", "eva", "Perdí la MALETA verde 🌻 en Bogotá, ¿la ven?");
        take_in(&app, channel, vec![written("1", "ana", "Mi maleta no llegó"), written("2", "luis", "Quiero comprar una maleta"), long])
            .await?;

        let found = admin.get("/api/v1/posts?q=maleta").await.expect(200);
        assert_eq!(texts(&found).len(), 3, "{database:?}");
        assert_eq!(texts(&admin.get("/api/v1/posts?q=maleta%20NOT%20comprar").await.expect(200)).len(), 2);
        assert_eq!(
            texts(&admin.get("/api/v1/posts?q=%22maleta%20verde%22").await.expect(200)),
            ["Perdí la MALETA verde 🌻 en Bogotá, ¿la ven?"]
        );
        // Pages go on where they ended.
        let first = admin.get("/api/v1/posts?limit=2").await.expect(200);
        let next = first["next"].as_str().expect("more");
        let second = admin.get(&format!("/api/v1/posts?limit=2&after={next}")).await.expect(200);
        assert_eq!((texts(&first).len(), texts(&second), &second["next"]), (2, vec!["Mi maleta no llegó"], &Value::Null));
        // What belongs to another department is not there, by whatever way one asks.
        assert_eq!(texts(&agent.get("/api/v1/posts?q=maleta").await.expect(200)).len(), 2, "{database:?}");
        let hidden = found["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|post| post["text"].as_str().is_some_and(|text| text.contains("comprar")));
        let hidden = hidden.expect("the sale");
        let path = format!("/api/v1/posts/{}", id(hidden));
        let detail = admin.get(&path).await.expect(200);
        let steps: Vec<&str> = detail["steps"].as_array().expect("steps").iter().map(|step| step["step"].as_str().expect("text")).collect();
        assert_eq!(steps, ["received", "related", "decided", "cased"]);
        agent.get(&path).await.expect_problem(404, "not_found");
        agent.post(&format!("{path}/case"), Value::Null).await.expect_problem(404, "not_found");
        let person = hidden["author"]["person_id"].as_str().expect("a person");
        for path in [format!("/api/v1/people/{person}"), format!("/api/v1/people/{person}/posts")] {
            agent.get(&path).await.expect_problem(404, "not_found");
        }
        assert_eq!(admin.get(&format!("/api/v1/people/{person}")).await.expect(200)["cases"].as_array().expect("cases").len(), 1);
        let wrong = admin.get("/api/v1/posts?q=maleta%20AND").await.expect_problem(422, "invalid_query");
        assert_eq!(wrong["fields"][0]["field"], "q");
        for list in ["posts", "cases"] {
            let wrong =
                admin.get(&format!("/api/v1/{list}?q=%F0%9F%8C%BB%20AND%20%22sin%20fin")).await.expect_problem(422, "invalid_query");
            assert_eq!(wrong["fields"][0]["field"], "q");
            assert_eq!((&wrong["fields"][0]["start"], &wrong["fields"][0]["end"]), (&json!(7), &json!(8)), "UTF-16 units: {wrong}");
        }
        admin.get("/api/v1/posts?after=x").await.expect_problem(422, "invalid");
    }
    Ok(())
}

#[tokio::test]
async fn a_case_search_finds_each_case_once_whatever_the_pages() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let admin = app.as_admin().await?;
        let channel = push_channel(&admin, "buzon").await;
        // Ana and Luis write by turns, each in a thread of their own.
        let posts = (1..=8).map(|n| {
            let by = if n % 2 == 1 { "ana" } else { "luis" };
            IncomingPost { in_reply_to: (n > 2).then(|| (n - 2).to_string()), ..written(&n.to_string(), by, &format!("maleta 1 {n}")) }
        });
        take_in(&app, channel, posts.collect()).await?;
        for (words, first) in [("maleta", 2), ("1", 1)] {
            let (mut after, mut numbers) = (String::new(), Vec::new());
            loop {
                let page = admin.get(&format!("/api/v1/cases?q={words}&limit=1{after}")).await.expect(200);
                numbers.extend(page["items"].as_array().expect("items").iter().map(|row| row["number"].as_i64().expect("a number")));
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(numbers, [first, 3 - first], "{database:?} {words}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_post_without_a_case_gets_one_by_hand_once() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let channel = push_channel(&admin, "buzon").await;
    let keep = json!({ "name": "sin caso", "enabled": true, "conditions": {}, "actions": { "open_case": false } });
    admin.post("/api/v1/rules", keep).await.expect(201);
    take_in(&app, channel, vec![written("1", "ana", "Gracias por todo")]).await?;
    let post = admin.get("/api/v1/posts").await.expect(200)["items"][0].clone();
    assert_eq!(post["case_id"], Value::Null);
    let path = format!("/api/v1/posts/{}/case", id(&post));
    let case = admin.post(&path, Value::Null).await.expect(200);
    assert_eq!((&case["reason"], &case["state"], &case["excerpt"]), (&json!("by_hand"), &json!("open"), &json!("Gracias por todo")));
    assert_eq!(id(&admin.post(&path, Value::Null).await.expect(200)), id(&case));
    let detail = admin.get(&format!("/api/v1/posts/{}", id(&post))).await.expect(200);
    assert_eq!(detail["post"]["case_number"], case["number"]);
    // What follows in the thread follows the case.
    take_in(&app, channel, vec![IncomingPost { in_reply_to: Some("1".into()), ..written("2", "ana", "Y una cosa más") }]).await?;
    assert_eq!(admin.get("/api/v1/posts").await.expect(200)["items"][0]["case_id"], case["id"]);
    Ok(())
}

#[tokio::test]
async fn a_case_by_hand_of_a_post_that_was_only_passing_by_knows_its_author() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let admin = app.as_admin().await?;
        let form = json!({ "kind": "push", "name": "plaza", "enabled": true, "window_days": 7, "settings": {} });
        let channel = ChannelId(id(&admin.post("/api/v1/channels", form).await.expect(201)).parse()?);
        let passing = |post: IncomingPost| IncomingPost { addressed: false, ..post };
        let first = passing(written("1", "ana", "Qué vuelo tan largo"));
        take_in(&app, channel, vec![first.clone(), passing(written("2", "ana", "Y sin cena")), passing(written("3", "luis", "Hola"))])
            .await?;
        let people = async || admin.get("/api/v1/people").await.expect(200)["items"].as_array().expect("items").clone();
        assert!(people().await.is_empty(), "{database:?}: no person is made of everybody who passes by");
        let post = async |text: &str| {
            let page = admin.get("/api/v1/posts").await.expect(200);
            let found = page["items"].as_array().expect("items").iter().find(|post| post["text"] == text).expect("kept for a while");
            id(found).to_owned()
        };
        let long = post("Qué vuelo tan largo").await;
        let case = admin.post(&format!("/api/v1/posts/{long}/case"), Value::Null).await.expect(200);
        assert_eq!((&case["person"]["name"], &case["reason"]), (&json!("ana"), &json!("by_hand")), "{database:?}");
        let dinner = post("Y sin cena").await;
        let other = admin.post(&format!("/api/v1/posts/{dinner}/case"), Value::Null).await.expect(200);
        assert_eq!(other["person"]["id"], case["person"]["id"], "one author, one person");
        let detail = admin.get(&format!("/api/v1/posts/{long}")).await.expect(200);
        let steps: Vec<&str> = detail["steps"].as_array().expect("steps").iter().map(|step| step["step"].as_str().expect("text")).collect();
        assert_eq!((steps, &detail["post"]["author"]["person_id"]), (vec!["related", "cased"], &case["person"]["id"]));
        // It stays now, is still one post, and what its author says next is known to be theirs.
        take_in(&app, channel, vec![first, written("4", "ana", "¿Me ayudan?")]).await?;
        assert_eq!(texts(&admin.get(&format!("/api/v1/people/{}/posts", id(&case["person"]))).await.expect(200)).len(), 3);
        assert_eq!(people().await.len(), 1, "{database:?}: luis still only passes by");
        let mut conn = app.app.store.read().await?;
        let kept = conn.posts_by_external(channel.0, &["1".into(), "3".into()]).await?;
        let left: Vec<(bool, Option<&str>)> =
            kept.iter().map(|row| (row.keep_until.is_some(), row.author_external_id.as_deref())).collect();
        assert!(left.contains(&(false, None)) && left.contains(&(true, Some("luis"))), "{left:?}");
    }
    Ok(())
}

#[tokio::test]
async fn monitors_are_checked_tried_and_listened_to() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
        let channel = push_channel(&admin, "red").await;
        let form = json!({ "name": "Marca", "query": "mirasol NOT receta*", "enabled": true });
        agent.post("/api/v1/monitors", form.clone()).await.expect_problem(403, "forbidden");
        let monitor = supervisor.post("/api/v1/monitors", form.clone()).await.expect(201);
        assert!(monitor["reading"]["es"].as_str().is_some_and(|text| text.contains("mirasol")), "{monitor}");
        let taken = supervisor.post("/api/v1/monitors", form.clone()).await.expect_problem(422, "invalid");
        assert_eq!(taken["fields"][0]["code"], "taken");
        let bad = json!({ "name": "Mal", "query": "mirasol AND (", "enabled": true });
        let problem = supervisor.with("accept-language", "es").post("/api/v1/monitors", bad).await.expect_problem(422, "invalid_query");
        assert_eq!((&problem["fields"][0]["field"], &problem["fields"][0]["code"]), (&json!("query"), &json!("invalid_query")));
        let check = agent.post("/api/v1/monitors/check", json!({ "query": "🌻 AND \"sin fin" })).await.expect(200);
        assert_eq!((&check["ok"], &check["error"]["start"]), (&json!(false), &json!(7)), "UTF-16 units: {check}");
        let good = agent.post("/api/v1/monitors/check", json!({ "query": "mirasol (maleta OR paquete)" })).await.expect(200);
        assert_eq!(good["canonical"], "mirasol AND (maleta OR paquete)");

        let stream = |post: IncomingPost| IncomingPost { addressed: false, ..post };
        let posts = vec![stream(written("1", "ana", "🌻 Mirasol perdió mi vuelo")), stream(written("2", "luis", "Receta de mirasol"))];
        take_in(&app, channel, posts).await?;
        let found = admin.get(&format!("/api/v1/posts?monitor_id={}", id(&monitor))).await.expect(200);
        assert_eq!(texts(&found), ["🌻 Mirasol perdió mi vuelo"], "{database:?}");
        assert_eq!(
            found["items"][0]["matches"],
            json!([{ "monitor_id": monitor["id"], "monitor": "Marca", "ranges": [[3, 10]], "discarded": false }])
        );
        let searched = admin.get("/api/v1/posts?q=vuelo").await.expect(200);
        assert_eq!(searched["items"][0]["highlights"], json!([[21, 26]]));
        assert_eq!(admin.get("/api/v1/monitors").await.expect(200)[0]["matched_day"], 1);
        let preview = agent.post("/api/v1/monitors/preview", json!({ "query": "perdi* vuelo" })).await.expect(200);
        assert_eq!(
            (&preview["scanned"], &preview["matched"], &preview["posts"][0]["matches"][0]["ranges"]),
            (&json!(1), &json!(1), &json!([[11, 17], [21, 26]]))
        );

        let rule =
            json!({ "name": "r", "enabled": true, "conditions": { "monitor_ids": [monitor["id"]] }, "actions": { "tags": ["marca"] } });
        let rule = supervisor.post("/api/v1/rules", rule).await.expect(201);
        let path = format!("/api/v1/monitors/{}", id(&monitor));
        supervisor.delete(&path).await.expect_problem(409, "in_use");
        supervisor.delete(&format!("/api/v1/rules/{}", id(&rule))).await.expect(204);
        let changed = supervisor.patch(&path, json!({ "name": "Marca", "query": "paquetín", "enabled": false })).await.expect(200);
        assert_eq!((&changed["query"], &changed["enabled"]), (&json!("paquetín"), &json!(false)));
        supervisor.delete(&path).await.expect(204);
        supervisor.patch(&path, form).await.expect_problem(404, "not_found");
        let audit = admin.get("/api/v1/audit?limit=5").await.expect(200);
        assert_eq!(audit["items"][0]["action"], "monitor.deleted");
    }
    Ok(())
}

#[tokio::test]
async fn rules_say_what_is_wrong_and_keep_their_order() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (supervisor, agent) = (app.as_supervisor().await?, app.as_agent().await?);
    let form = |name: &str| json!({ "name": name, "enabled": true, "conditions": {}, "actions": { "tags": [" a ", "a", ""] } });
    agent.post("/api/v1/rules", form("x")).await.expect_problem(403, "forbidden");
    let (one, two) =
        (supervisor.post("/api/v1/rules", form("uno")).await.expect(201), supervisor.post("/api/v1/rules", form("dos")).await.expect(201));
    assert_eq!((&one["actions"]["tags"], &two["position"]), (&json!(["a"]), &json!(2)));
    for (change, field) in [
        (json!({ "conditions": { "query": "a AND" } }), "conditions.query"),
        (json!({ "conditions": { "monitor_ids": [Uuid::nil()] } }), "conditions.monitor_ids"),
        (json!({ "conditions": { "visibility": "secret" } }), "conditions.visibility"),
        (json!({ "conditions": { "followers_min": -1 } }), "conditions.followers_min"),
        (json!({ "actions": { "department_id": Uuid::nil() } }), "actions.department_id"),
        (json!({ "actions": { "priority": "soon" } }), "actions.priority"),
        (json!({ "actions": {} }), "actions"),
        (json!({ "name": " " }), "name"),
    ] {
        let mut wrong = form("x");
        wrong.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let problem = supervisor.post("/api/v1/rules", wrong).await.expect(422);
        assert_eq!(problem["fields"][0]["field"], field, "{problem}");
    }
    supervisor.put("/api/v1/rules/order", json!({ "ids": [two["id"]] })).await.expect_problem(409, "order_incomplete");
    let ordered = supervisor.put("/api/v1/rules/order", json!({ "ids": [two["id"], one["id"]] })).await.expect(200);
    assert_eq!((&ordered[0]["name"], &ordered[1]["position"]), (&json!("dos"), &json!(2)));
    let changed = supervisor.patch(&format!("/api/v1/rules/{}", id(&one)), form("último")).await.expect(200);
    assert_eq!((&changed["name"], &changed["position"]), (&json!("último"), &json!(2)));
    Ok(())
}

#[tokio::test]
async fn people_are_found_whatever_their_accents() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let admin = app.as_admin().await?;
        let channel = push_channel(&admin, "buzon").await;
        take_in(
            &app,
            channel,
            vec![written("1", "María Núñez", "hola"), written("2", "Marcos Paz", "hola"), written("3", "Nuria", "hola")],
        )
        .await?;
        let names = |page: Value| -> Vec<String> {
            page["items"].as_array().expect("items").iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
        };
        assert_eq!(names(admin.get("/api/v1/people").await.expect(200)).len(), 3);
        assert_eq!(names(admin.get("/api/v1/people?q=maria%20nu").await.expect(200)), ["María Núñez"], "{database:?}");
        assert_eq!(names(admin.get("/api/v1/people?q=mar&limit=1").await.expect(200)), ["Marcos Paz"]);
        assert_eq!(names(admin.get("/api/v1/people?q=%22*%27").await.expect(200)), Vec::<String>::new());
        let person = admin.get("/api/v1/people?q=nuria").await.expect(200)["items"][0].clone();
        let path = format!("/api/v1/people/{}", id(&person));
        let changed = admin
            .patch(&path, json!({ "name": "Nuria Gómez", "kind": "journalist", "note": "Escribe de viajes", "vip": true }))
            .await
            .expect(200);
        assert_eq!((&changed["kind"], &changed["vip"], &changed["posts"]), (&json!("journalist"), &json!(true), &json!(1)));
        assert_eq!(names(admin.get("/api/v1/people?q=gomez").await.expect(200)), ["Nuria Gómez"], "{database:?}");
        assert_eq!(admin.patch(&path, json!({ "note": "" })).await.expect(200)["note"], Value::Null);
        let wrong = admin.patch(&path, json!({ "kind": "friend", "name": "" })).await.expect_problem(422, "invalid");
        assert_eq!(wrong["fields"].as_array().expect("fields").len(), 2);
        assert_eq!(texts(&admin.get(&format!("{path}/posts")).await.expect(200)), ["hola"]);
        admin.get(&format!("/api/v1/people/{}", Uuid::nil())).await.expect_problem(404, "not_found");
    }
    Ok(())
}

#[tokio::test]
async fn channels_keep_their_secrets() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, supervisor, agent) = (app.as_admin().await?, app.as_supervisor().await?, app.as_agent().await?);
        let kinds = admin.get("/api/v1/channel-kinds").await.expect(200);
        let kinds = kinds.as_array().expect("kinds");
        let mastodon = kinds.iter().find(|kind| kind["kind"] == "mastodon").expect("mastodon");
        let secret = mastodon["fields"].as_array().expect("fields").iter().find(|field| field["secret"] == true).expect("a secret");
        let secret = secret["key"].as_str().expect("a key").to_owned();
        let form =
            |settings: Value| json!({ "kind": "mastodon", "name": "Fedi", "enabled": false, "window_days": 0, "settings": settings });
        let settings = json!({ "base_url": "https://alpha.test", secret.as_str(): "s3cr3t-t0ken" });
        supervisor.post("/api/v1/channels", form(settings.clone())).await.expect_problem(403, "forbidden");
        let missing = admin.post("/api/v1/channels", form(json!({}))).await.expect_problem(422, "invalid");
        assert!(missing["fields"][0]["field"].as_str().is_some_and(|field| field.starts_with("settings.")), "{missing}");
        let created = admin.post("/api/v1/channels", form(settings)).await;
        assert!(!created.text.contains("s3cr3t"), "{}", created.text);
        let channel = created.expect(201);
        assert_eq!((&channel["secrets_set"], &channel["health"]["state"]), (&json!([secret]), &json!("stopped")));
        let path = format!("/api/v1/channels/{}", id(&channel));
        // A change that leaves the secret out keeps it, null removes it.
        let kept = admin.patch(&path, json!({ "kind": "mastodon", "name": "Fediverso", "enabled": false, "window_days": 7, "settings": { "base_url": "https://beta.test" } })).await.expect(200);
        assert_eq!(
            (&kept["secrets_set"], &kept["settings"]["base_url"], &kept["window_days"]),
            (&json!([secret]), &json!("https://beta.test"), &json!(7))
        );
        let row = app.app.store.read().await?.channel(id(&channel).parse()?).await?;
        assert_eq!(app.app.open_account(&row)?.settings[&secret], "s3cr3t-t0ken");
        admin.patch(&path, form(json!({ "base_url": "https://beta.test", secret.as_str(): null }))).await.expect(422);
        assert_eq!(supervisor.get(&path).await.expect(200)["settings"], Value::Null);
        assert_eq!(agent.get("/api/v1/channels").await.expect(200)[0]["health"]["last_error"], Value::Null);
        let odd = admin
            .post("/api/v1/channels", json!({ "kind": "push", "name": "p", "enabled": true, "window_days": 91, "settings": {} }))
            .await;
        assert_eq!(odd.expect_problem(422, "invalid")["fields"][0]["field"], "window_days");
        let ledger = admin.get("/api/v1/audit?limit=20").await;
        assert!(ledger.text.contains("channel.changed") && !ledger.text.contains("s3cr3t"), "{database:?}");
        admin.delete(&path).await.expect(204);
        // A channel with posts stays.
        let used = push_channel(&admin, "buzon").await;
        take_in(&app, used, vec![written("1", "ana", "hola")]).await?;
        admin.delete(&format!("/api/v1/channels/{used}")).await.expect_problem(409, "in_use");
    }
    Ok(())
}

#[tokio::test]
async fn quarantined_events_are_seen_and_let_go() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let channel = push_channel(&admin, "buzon").await;
    take_in(&app, channel, vec![IncomingPost { author: Author::default(), ..written("1", "ana", "de nadie") }]).await?;
    let path = format!("/api/v1/channels/{channel}/quarantine");
    agent.get(&path).await.expect_problem(403, "forbidden");
    let event = admin.get(&path).await.expect(200)[0].clone();
    assert!(event["payload"].as_str().is_some_and(|payload| payload.contains("de nadie")), "{event}");
    assert_eq!(admin.get(&format!("/api/v1/channels/{channel}")).await.expect(200)["health"]["quarantined"], 1);
    admin.post(&format!("{path}/{}/replay", id(&event)), Value::Null).await.expect_problem(409, "still_poison");
    let still = admin.get(&path).await.expect(200)[0].clone();
    assert_eq!((&still["replayable"], &still["attempts"], &still["error"]["code"]), (&json!(true), &json!(2), &json!("no_author")));
    let elsewhere = push_channel(&admin, "otro").await;
    admin.delete(&format!("/api/v1/channels/{elsewhere}/quarantine/{}", id(&event))).await.expect_problem(404, "not_found");
    admin.delete(&format!("{path}/{}", id(&event))).await.expect(204);
    assert_eq!(admin.get(&path).await.expect(200), json!([]));
    Ok(())
}

async fn upload(client: &Client, name: &str, mime: &str, content: Vec<u8>) -> Reply {
    let part = multipart::Part::bytes(content).file_name(name.to_owned()).mime_str(mime).expect("a media type");
    let form = multipart::Form::new().part("file", part);
    Reply::of(format!("upload {name}"), client.request(Method::POST, "/api/v1/uploads").multipart(form)).await
}

#[tokio::test]
async fn files_are_harmless_and_follow_their_post() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
    let page =
        upload(&agent, "../a\u{202e}ño.html", "text/html", b"<script>alert(1)</script>".to_vec()).await.expect(201)["attachment"].clone();
    assert_eq!((&page["mime"], &page["name"]), (&json!("text/html"), &json!("año.html")));
    let path = page["path"].as_str().expect("a path").to_owned();
    let got = agent.get(&path).await;
    assert_eq!(got.status, 200);
    let header = |reply: &Reply, name: &str| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header(&got, "content-type"), "application/octet-stream");
    assert_eq!(header(&got, "content-disposition"), "attachment; filename*=UTF-8''a%C3%B1o.html");
    assert_eq!(header(&got, "x-content-type-options"), "nosniff");
    assert!(header(&got, "content-security-policy").contains("sandbox"));
    // Not sent yet: its uploader's alone.
    admin.get(&path).await.expect_problem(404, "not_found");
    upload(&agent, "nada", "image/png", Vec::new()).await.expect_problem(422, "invalid");
    upload(&agent, "grande", "image/png", vec![0; 25 * 1024 * 1024 + 1]).await.expect_problem(413, "too_large");

    // A picture that came with a post of sales is not there for complaints.
    let channel = push_channel(&admin, "buzon").await;
    let sales = admin.get("/api/v1/departments").await.expect(200);
    let sales = sales.as_array().expect("a list").iter().find(|one| one["key"] == "sales").expect("sales")["id"].clone();
    let rule = json!({ "name": "ventas", "enabled": true, "conditions": {}, "actions": { "department_id": sales } });
    admin.post("/api/v1/rules", rule).await.expect(201);
    let media = Media { mime: "image/svg+xml".into(), name: None, alt: None, url: None, bytes: Some(PNG.to_vec()) };
    take_in(&app, channel, vec![IncomingPost { media: vec![media], ..written("1", "ana", "mira") }]).await?;
    let post = admin.get("/api/v1/posts").await.expect(200)["items"][0].clone();
    let path = post["attachments"][0]["path"].as_str().expect("a path").to_owned();
    let shown = admin.get(&path).await;
    assert_eq!((header(&shown, "content-type").as_str(), header(&shown, "content-disposition").as_str()), ("image/png", "inline"));
    agent.get(&path).await.expect_problem(404, "not_found");
    Ok(())
}

#[tokio::test]
async fn ready_made_answers_have_one_shortcut_a_language() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (supervisor, agent) = (app.as_supervisor().await?, app.as_agent().await?);
        let form = |lang: Value| json!({ "shortcut": "Hola", "title": "Saludo", "text": "Hola, {{person.first_name}}", "lang": lang });
        agent.post("/api/v1/canned-answers", form(json!("es"))).await.expect_problem(403, "forbidden");
        for lang in [json!("es"), Value::Null] {
            let canned = supervisor.post("/api/v1/canned-answers", form(lang.clone())).await.expect(201);
            assert_eq!((&canned["shortcut"], &canned["lang"]), (&json!("hola"), &lang));
            let again = supervisor.post("/api/v1/canned-answers", form(lang)).await.expect_problem(422, "invalid");
            assert_eq!(again["fields"][0]["field"], "shortcut", "{database:?}");
        }
        let all = agent.get("/api/v1/canned-answers").await.expect(200);
        let first = id(&all[0]).to_owned();
        let change = json!({ "shortcut": "adios", "title": "Despedida", "text": "Adiós", "lang": "es" });
        assert_eq!(supervisor.patch(&format!("/api/v1/canned-answers/{first}"), change).await.expect(200)["shortcut"], "adios");
        supervisor.delete(&format!("/api/v1/canned-answers/{first}")).await.expect(204);
        supervisor.delete(&format!("/api/v1/canned-answers/{first}")).await.expect_problem(404, "not_found");
        assert_eq!(agent.get("/api/v1/canned-answers").await.expect(200).as_array().expect("a list").len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn notices_are_mine_and_are_read() -> anyhow::Result<()> {
    let app = TestApp::start(Database::Sqlite).await?;
    let admin = app.as_admin().await?;
    let luis = app.user("luis@company.test", Role::Agent, &["complaints"]).await?;
    let mine = app.session_of(&luis).await?;
    let channel = push_channel(&admin, "buzon").await;
    take_in(&app, channel, vec![written("1", "ana", "Mi maleta no llegó")]).await?;
    let case = admin.get("/api/v1/cases").await.expect(200)["items"][0].clone();
    admin.patch(&format!("/api/v1/cases/{}", id(&case)), json!({ "assignee_id": luis.id })).await.expect(200);
    let notice = mine.get("/api/v1/notices").await.expect(200)[0].clone();
    assert_eq!((&notice["kind"], &notice["case_number"], &notice["read"]), (&json!("assigned"), &case["number"], &json!(false)));
    assert_eq!(admin.get("/api/v1/notices").await.expect(200), json!([]));
    mine.post("/api/v1/notices/read", Value::Null).await.expect(204);
    assert_eq!(mine.get("/api/v1/notices").await.expect(200)[0]["read"], true);
    Ok(())
}

#[tokio::test]
async fn the_sample_company_comes_plays_and_goes() -> anyhow::Result<()> {
    for database in Database::BOTH {
        let app = TestApp::start(database).await?;
        let (admin, agent) = (app.as_admin().await?, app.as_agent().await?);
        // Something of the company's own, which must outlive the sample.
        let own = push_channel(&admin, "buzon").await;
        take_in(&app, own, vec![written("1", "ana", "Mirasol, mi maleta no llegó")]).await?;
        agent.post("/api/v1/sample", Value::Null).await.expect_problem(403, "forbidden");
        assert_eq!(admin.get("/api/v1/sample").await.expect(200)["loaded"], false);
        let loaded = admin.post("/api/v1/sample", Value::Null).await.expect(200);
        assert_eq!((&loaded["loaded"], &loaded["playing"]), (&json!(true), &json!(true)));
        // Pressing twice loads once.
        admin.post("/api/v1/sample", Value::Null).await.expect(200);
        assert_eq!(admin.get("/api/v1/monitors").await.expect(200).as_array().expect("a list").len(), 16);
        assert_eq!(admin.get("/api/v1/settings/company").await.expect(200)["name"], "Mirasol");
        let renata = admin.get("/api/v1/people?q=renata").await.expect(200)["items"][0].clone();
        let detail = admin.get(&format!("/api/v1/people/{}", id(&renata))).await.expect(200);
        assert!(detail["cases"].as_array().expect("cases").len() >= 3, "her history: {detail}");
        let mut played = 0;
        for _ in 0..600 {
            played = admin.get("/api/v1/sample").await.expect(200)["played"].as_u64().expect("a number");
            if played >= 300 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(played >= 300, "six tenths of the day come in at once: {played}");
        let channels = admin.get("/api/v1/channels").await.expect(200);
        assert!(channels.as_array().expect("a list").iter().all(|channel| channel["health"]["quarantined"] == 0), "{channels}");

        admin.delete("/api/v1/sample").await.expect(204);
        assert_eq!(admin.get("/api/v1/sample").await.expect(200)["loaded"], false);
        for (path, left) in [("channels", 1), ("monitors", 0), ("rules", 0), ("canned-answers", 0), ("users", 2)] {
            let list = admin.get(&format!("/api/v1/{path}")).await.expect(200);
            assert_eq!(list.as_array().expect("a list").len(), left, "{database:?} {path}: {list}");
        }
        assert_eq!(texts(&admin.get("/api/v1/posts").await.expect(200)), ["Mirasol, mi maleta no llegó"]);
        let people = admin.get("/api/v1/people").await.expect(200);
        assert_eq!(people["items"].as_array().expect("items").len(), 1);
        assert_eq!(admin.get("/api/v1/cases/counts").await.expect(200)["all"], 1);
        assert_eq!(admin.get("/api/v1/settings/company").await.expect(200)["name"], "Tertulia");
        // And again, from nothing.
        assert_eq!(admin.post("/api/v1/sample", Value::Null).await.expect(200)["loaded"], true);
        admin.delete("/api/v1/sample").await.expect(204);
    }
    Ok(())
}

//! Serving, users and tokens while the server runs, settings.

use super::support::{House, PASSWORD, mode};
use serde_json::json;

#[tokio::test]
async fn users_and_tokens_are_created_while_the_server_runs() {
    let house = House::new();
    let server = house.serve();
    assert_eq!((mode(&house.data()), mode(&house.data().join("secret.key"))), (0o700, 0o600));
    house.create_user("ana@company.test", "administrator").ok();
    house.create_user("ana@company.test", "agent").fails_with("e-mail");
    let short = house.run_with(&["user", "create", "--email", "b@c.test", "--role", "agent", "--password-stdin"], "short\n");
    short.fails_with("password: use 10 characters or more");
    let king = house.run(&["user", "create", "--email", "b@c.test", "--role", "king", "--password-stdin"]);
    assert_eq!(king.code, 2, "{king:?}");

    let token = house.create_token("ana@company.test", "read,write");
    assert!(token.starts_with("tertulia_") && !token.contains(char::is_whitespace), "the token alone: {token:?}");
    house.run(&["token", "create", "--user", "x@y.test", "--name", "t", "--scopes", "read"]).fails_with("x@y.test");
    house.run(&["token", "create", "--user", "ana@company.test", "--name", "t", "--scopes", "all"]).fails_with("push, read or write");

    let client = server.client(&token);
    let (status, users) = client.get("/api/v1/users").await;
    assert_eq!((status, users[0]["email"].as_str(), users.as_array().map(Vec::len)), (200, Some("ana@company.test"), Some(1)));
    let (_, ledger) = client.get("/api/v1/audit").await;
    let told = format!("{} {}", ledger["items"][1]["action"], ledger["items"][0]["action"]);
    assert_eq!((told.as_str(), &ledger["items"][0]["actor"]), ("\"user.created\" \"token.created\"", &json!("system")));
    let (status, _) = client.post("/api/v1/session", json!({ "email": "ana@company.test", "password": PASSWORD })).await;
    assert_eq!(status, 200);
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test]
async fn the_first_start_prints_a_link_and_later_ones_do_not() {
    let house = House::new();
    let server = house.serve();
    let link = server.said.split_whitespace().find(|word| word.contains("/setup/")).expect("a link").to_owned();
    let path = link.strip_prefix(&server.base).expect("an address people can open").to_owned();
    let client = server.client("none");
    assert_eq!(client.get(&format!("/api/v1{path}")).await, (200, json!({ "purpose": "administrator", "email": null, "name": null })));
    let form = json!({ "name": "Ana", "email": "ana@company.test", "password": PASSWORD, "locale": "es" });
    assert_eq!(client.post(&format!("/api/v1{path}"), form).await.0, 200);
    assert_eq!(server.stop(), Some(0));
    let server = house.serve();
    assert_eq!(server.said, "");

    let made = house.run(&["setup-link", "--user", "ana@company.test"]).ok();
    let path = made.out.trim().split_once("/setup/").expect("a link").1.to_owned();
    let (status, link) = server.client("none").get(&format!("/api/v1/setup/{path}")).await;
    assert_eq!((status, link["email"].as_str()), (200, Some("ana@company.test")));
    house.run(&["setup-link", "--user", "nobody@company.test"]).fails_with("not found");
}

#[test]
fn one_server_per_data_folder() {
    let house = House::new();
    let _server = house.serve();
    house.run(&["serve", "--listen", "127.0.0.1:0"]).fails_with("another program uses this data folder");
}

#[tokio::test]
async fn a_server_whose_logs_nobody_keeps_any_more_works_on_and_stops() {
    let house = House::new();
    house.create_user("ana@company.test", "administrator").ok();
    let token = house.create_token("ana@company.test", "push,read,write");
    let mut server = house.serve();
    server.forget_logs();
    let client = server.client(&token);
    let form = json!({ "kind": "push", "name": "buzon", "enabled": true, "window_days": 0, "settings": {} });
    assert_eq!(client.post("/api/v1/channels", form).await.0, 201);
    let post = json!({ "id": "1", "text": "Hola", "author": { "id": "u", "handle": "u" }, "at": "2026-01-01T00:00:00Z" });
    assert_eq!(client.post("/api/v1/posts", json!({ "channel": "buzon", "posts": [post] })).await.0, 202);
    // Being asked to stop is logged before it is done.
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn settings_come_from_file_environment_and_flags() {
    let house = House::new();
    std::fs::create_dir(house.data()).expect("created");
    let file = house.data().join("tertulia.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:70000\"\n").expect("written");
    house.run(&["migrate"]).fails_with("listen");
    std::fs::write(&file, "lissten = \"127.0.0.1:7000\"\n").expect("written");
    house.run(&["migrate"]).fails_with("lissten");
    std::fs::write(&file, "listen = \"127.0.0.1:7001\"\n").expect("written");
    let doctor = |house: &House, more: &[&str]| house.run(&[&["doctor"], more].concat()).out;
    assert!(doctor(&house, &[]).contains("listen = 127.0.0.1:7001"));
    let house = house.with("TERTULIA_LISTEN", "127.0.0.1:7002");
    assert!(doctor(&house, &[]).contains("listen = 127.0.0.1:7002"));
    assert!(doctor(&house, &["--listen", "127.0.0.1:7003"]).contains("listen = 127.0.0.1:7003"));
    house.run(&["--config", "nowhere.toml", "migrate"]).fails_with("nowhere.toml");
}

#[test]
fn migrate_creates_the_database_and_openapi_needs_none() {
    let house = House::new();
    let schema = tertulia_store::newest_schema();
    assert_eq!(house.run(&["migrate"]).ok().out.trim(), format!("The database has schema {schema}"));
    assert!(house.data().join("tertulia.db").exists());
    let house = House::new().with("LANG", "es_CO.UTF-8");
    assert_eq!(house.run(&["migrate"]).ok().out.trim(), format!("La base de datos tiene el esquema {schema}"));
    let document: serde_json::Value = serde_json::from_str(&House::new().run(&["openapi"]).ok().out).expect("JSON");
    assert!(document["paths"]["/api/v1/cases"]["get"].is_object());
}

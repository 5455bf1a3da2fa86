//! Backup while the server writes, and restore.

use super::support::House;
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tertulia_store::Store;

/// Departments made by the test and the ledger's entries about them: one transaction each, so they are as many.
async fn counts(url: &str) -> (usize, usize) {
    let store = Store::open_as_is(url).await.expect("opened");
    let mut conn = store.read().await.expect("a connection");
    let made = conn.departments().await.expect("departments").iter().filter(|one| one.key.starts_with("made")).count();
    let entries = conn.audit_entries(None, 10_000).await.expect("entries");
    let told = entries.iter().filter(|entry| entry.action == "department.created").count();
    drop(conn);
    store.close().await;
    (made, told)
}

fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_the_server_writes_is_one_state_and_restores() {
    let house = House::new();
    let server = house.serve();
    house.create_user("ana@company.test", "administrator").ok();
    let client = server.client(&house.create_token("ana@company.test", "read,write"));
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (client, stop) = (client.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut made = 0;
            while !stop.load(Ordering::SeqCst) {
                let form = json!({ "key": format!("made{made}"), "name_es": "D", "name_en": "D" });
                assert_eq!(client.post("/api/v1/departments", form).await.0, 201);
                made += 1;
            }
            made
        })
    };
    let file = house.path("backup.db");
    let name = file.to_str().expect("UTF-8").to_owned();
    let taken = tokio::task::block_in_place(|| house.run(&["backup", &name]).ok());
    assert!(taken.err.contains("secret.key"), "says that the key is kept apart: {taken:?}");
    tokio::task::block_in_place(|| house.run(&["backup", &name]).fails_with("exists already"));
    tokio::task::block_in_place(|| house.run(&["restore", &name]).fails_with("another program uses this data folder"));
    stop.store(true, Ordering::SeqCst);
    let made = writer.await.expect("wrote");
    assert_eq!(server.stop(), Some(0));

    let (then, told) = counts(&url_of(&file)).await;
    assert_eq!(then, told);
    assert!(then < made, "writing went on: {then} of {made}");
    assert_eq!(counts(&url_of(&house.data().join("tertulia.db"))).await, (made, made), "nothing the server confirmed is lost");

    let garbage = house.path("garbage.db");
    std::fs::write(&garbage, vec![7; 8_192]).expect("written");
    assert_eq!(house.run(&["restore", garbage.to_str().expect("UTF-8")]).code, 1);
    let empty = house.path("empty.db");
    Store::open_at(&url_of(&empty), 0).await.expect("a database without tables").close().await;
    assert_eq!(house.run(&["restore", empty.to_str().expect("UTF-8")]).code, 1);
    assert_eq!(counts(&url_of(&house.data().join("tertulia.db"))).await, (made, made));

    let restored = house.run(&["restore", &name]).ok();
    let kept = restored.err.split_whitespace().last().expect("names what was there before").to_owned();
    assert_eq!(counts(&url_of(Path::new(&kept))).await, (made, made));
    assert_eq!(counts(&url_of(&house.data().join("tertulia.db"))).await, (then, then));
    let server = house.serve();
    let token = house.create_token("ana@company.test", "read");
    assert_eq!(server.client(&token).get("/api/v1/users").await.0, 200);
}

#[tokio::test]
async fn postgres_is_backed_up_and_restored_with_its_own_tools() {
    let url = tertulia_testkit::peers::postgres::fresh_database().expect("PostgreSQL");
    let house = House::new().with("DATABASE_URL", &url);
    house.create_user("ana@company.test", "administrator").ok();
    let file = house.path("backup.dump");
    let name = file.to_str().expect("UTF-8");
    house.run(&["backup", name]).ok();
    house.create_user("eva@company.test", "agent").ok();
    house.run(&["restore", name]).ok();
    assert!(!house.data().join("tertulia.db").exists(), "DATABASE_URL chooses PostgreSQL");
    let store = Store::open_as_is(&url).await.expect("opened");
    let users = store.read().await.expect("a connection").users().await.expect("users");
    assert_eq!(users.iter().map(|user| user.email.as_str()).collect::<Vec<_>>(), ["ana@company.test"]);
    house.run(&["doctor"]).ok();
    house.create_user("eva@company.test", "agent").ok();

    let bare = House::new().with("DATABASE_URL", &url).with("PATH", "/nowhere");
    bare.run(&["backup", name.replace("backup", "other").as_str()]).fails_with("postgresql-client");
}

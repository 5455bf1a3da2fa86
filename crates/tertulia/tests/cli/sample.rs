//! The sample company on the real program: it comes, plays and goes, by command and by request, and leaves nothing.

use super::support::{Client, House};
use std::{collections::BTreeMap, time::Duration};
use tertulia_store::{Store, on};

/// What may grow: the ledger says that the sample came and went, numbers are not given twice, and the loader notes what it
/// did.
const GROWS: [&str; 3] = ["audit", "counter", "setting"];

/// How many rows each table has.
async fn rows(house: &House) -> BTreeMap<String, i64> {
    let store = Store::open_as_is(&format!("sqlite://{}", house.data().join("tertulia.db").display())).await.expect("opened");
    let mut held = store.read().await.expect("a connection");
    let conn = &mut held;
    // What full-text search keeps inside is its own business.
    const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search_%'";
    let found: Result<_, sqlx::Error> = async {
        let tables: Vec<String> = on!(conn, c => sqlx::query_scalar(TABLES).fetch_all(c).await?);
        let mut rows = BTreeMap::new();
        for table in tables.into_iter().filter(|table| !GROWS.contains(&table.as_str())) {
            let sql = format!("SELECT count(*) FROM {table}");
            let count: i64 = on!(conn, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(c).await?);
            rows.insert(table, count);
        }
        Ok(rows)
    }
    .await;
    // Closing waits for every connection to come back.
    drop(held);
    store.close().await;
    found.expect("counted")
}

/// Waits until some of the day came in.
async fn until_it_plays(client: &Client) {
    for _ in 0..600 {
        let (_, sample) = client.get("/api/v1/sample").await;
        if sample["played"].as_u64().is_some_and(|played| played > 100) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the sample's day did not begin within a minute");
}

async fn assert_gone(house: &House, client: &Client, before: &BTreeMap<String, i64>) {
    assert_eq!(client.get("/api/v1/sample").await.1["loaded"], false);
    assert_eq!(client.get("/api/v1/settings/company").await.1["name"], "Tertulia");
    // What its channels were still bringing would be here by now.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(&rows(house).await, before);
    let files: Vec<_> = std::fs::read_dir(house.data().join("replay")).expect("the folder").collect();
    assert!(files.is_empty(), "{files:?}");
}

#[tokio::test]
async fn the_sample_company_comes_plays_and_leaves_nothing() {
    let house = House::new();
    house.create_user("ana@company.test", "administrator").ok();
    let token = house.create_token("ana@company.test", "read,write");
    let server = house.serve();
    let client = server.client(&token);
    let before = rows(&house).await;

    // By command, beside the running server.
    let loaded = house.run(&["sample", "load"]).ok();
    assert!(loaded.out.starts_with("Sample company loaded"), "{loaded:?}");
    until_it_plays(&client).await;
    let during = rows(&house).await;
    for table in ["channel", "monitor", "rule", "canned_answer", "person", "care_case", "post", "post_search", "post_step", "staff"] {
        assert!(during[table] > before[table], "{table}: {during:?}");
    }
    let removed = house.run(&["sample", "remove"]).ok();
    assert!(removed.out.contains("posts, cases and people removed") && !removed.out.starts_with("0, "), "{removed:?}");
    assert_gone(&house, &client, &before).await;
    assert!(house.run(&["sample", "remove"]).ok().out.starts_with("0, 0, 0 "), "again, there is nothing to remove");

    // By the requests behind the console's buttons; and after the server went down in the middle of the day.
    assert_eq!(client.post("/api/v1/sample", serde_json::Value::Null).await.0, 200);
    until_it_plays(&client).await;
    server.kill();
    let server = house.serve();
    let client = server.client(&token);
    assert_eq!(client.delete("/api/v1/sample").await.0, 204);
    assert_gone(&house, &client, &before).await;
    assert_eq!(server.stop(), Some(0));
    let doctor = house.run(&["doctor"]).ok();
    assert!(!doctor.out.contains("channel"), "{doctor:?}");
}

#[test]
fn it_comes_by_itself_only_into_a_house_nobody_uses() {
    let house = House::new();
    // An interrupted first start leaves the folder, and nothing in it.
    house.run(&["migrate"]).ok();
    assert!(house.run(&["sample", "load", "--if-new"]).ok().out.contains("Sample company loaded"));
    assert_eq!(house.run(&["sample", "load", "--if-new"]).ok().out, "");
    house.run(&["sample", "remove"]).ok();
    assert_eq!(house.run(&["sample", "load", "--if-new"]).ok().out, "", "removed is removed");
    let used = House::new();
    used.create_user("ana@company.test", "administrator").ok();
    assert_eq!(used.run(&["sample", "load", "--if-new"]).ok().out, "");
}

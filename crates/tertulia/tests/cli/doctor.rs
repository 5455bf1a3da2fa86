//! What the doctor finds, and whether it says so by its exit code.

use super::support::House;
use serde_json::Value;
use tertulia_kernel::{ChannelId, Timestamp};
use tertulia_store::{Store, channel::ChannelRow};

fn findings(house: &House, code: i32) -> Vec<(String, String, String)> {
    let done = house.run(&["doctor", "--json"]);
    assert_eq!(done.code, code, "{done:?}");
    let report: Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(report["ok"], code == 0);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|one| (text(one, "check"), text(one, "level"), text(one, "advice"))).collect()
}

fn level(findings: &[(String, String, String)], check: &str) -> String {
    let found = findings.iter().find(|(name, ..)| name == check).unwrap_or_else(|| panic!("{check} in {findings:#?}"));
    assert_eq!(found.1 == "ok", found.2.is_empty(), "a finding that is not ok says what to do: {found:?}");
    found.1.clone()
}

async fn open(house: &House) -> Store {
    Store::open_as_is(&format!("sqlite://{}", house.data().join("tertulia.db").display())).await.expect("opened")
}

#[test]
fn a_missing_folder_is_an_error_and_nothing_is_created() {
    let house = House::new();
    assert_eq!(level(&findings(&house, 1), "data"), "error");
    assert!(!house.data().exists());
    let spanish = house.with("LC_ALL", "es_MX.UTF-8").run(&["doctor"]);
    assert!(spanish.out.contains("Revisa --data"), "{spanish:?}");
}

#[test]
fn a_house_in_order_is_in_order() {
    let house = House::new();
    house.run(&["migrate"]).ok();
    assert_eq!(level(&findings(&house, 0), "administrators"), "warning");
    let _server = house.serve();
    house.create_user("ana@company.test", "administrator").ok();
    let found = findings(&house, 0);
    for check in ["data.privacy", "data.key", "database", "database.integrity", "database.schema", "clock", "administrators"] {
        assert_eq!(level(&found, check), "ok");
    }
}

#[tokio::test]
async fn a_clock_behind_what_was_written_down_is_an_error() {
    let house = House::new();
    house.create_user("ana@company.test", "administrator").ok();
    let store = open(&house).await;
    let mut tx = store.begin().await.expect("a transaction");
    let user = tx.user_by_email("ana@company.test").await.expect("asked").expect("there");
    let later = Timestamp::parse_rfc3339("2099-01-01T00:00:00Z").expect("an instant");
    tx.insert_session(&[1; 32], user.id, later, later, None).await.expect("inserted");
    tx.commit().await.expect("committed");
    store.close().await;
    assert_eq!(level(&findings(&house, 1), "clock"), "error");
}

#[tokio::test]
async fn failing_channels_and_waiting_events_are_told() {
    let house = House::new();
    house.create_user("ana@company.test", "administrator").ok();
    let store = open(&house).await;
    let mut tx = store.begin().await.expect("a transaction");
    let id = ChannelId(uuid::Uuid::from_u128(1)).0;
    let row = ChannelRow {
        id,
        number: 1,
        kind: "feed".into(),
        shows_as: "feed".into(),
        name: "Blog".into(),
        account: None,
        enabled: true,
        window_days: 0,
        settings: "{}".into(),
        secrets: None,
        sample: false,
        created_at: 1,
        updated_at: 1,
    };
    tx.insert_channel(&row).await.expect("inserted");
    tx.commit().await.expect("committed");
    assert_eq!(level(&findings(&house, 0), "channel"), "ok");
    let mut tx = store.begin().await.expect("a transaction");
    tx.note_error(id, 2, "404 Not Found").await.expect("noted");
    tx.commit().await.expect("committed");
    store.close().await;
    assert_eq!(level(&findings(&house, 1), "channel"), "error");
    assert!(house.run(&["doctor"]).out.contains("404 Not Found"));
}

#[test]
fn a_lost_key_and_a_damaged_database_are_errors() {
    let house = House::new();
    house.create_user("ana@company.test", "administrator").ok();
    let key = house.data().join("secret.key");
    let kept = std::fs::read(&key).expect("read");
    std::fs::write(&key, "not a key").expect("written");
    assert_eq!(level(&findings(&house, 1), "data.key"), "error");
    house.create_user("eva@company.test", "agent").fails_with("secret.key");
    std::fs::write(&key, kept).expect("written");

    let database = house.data().join("tertulia.db");
    let mut bytes = std::fs::read(&database).expect("read");
    let middle = bytes.len() / 2;
    bytes[4_096..middle].fill(0x5a);
    std::fs::write(&database, bytes).expect("written");
    let found = findings(&house, 1);
    assert!(found.iter().any(|(check, level, _)| check.starts_with("database") && level == "error"), "{found:#?}");
}

#[test]
fn an_unreachable_database_is_an_error() {
    let house = House::new();
    house.run(&["migrate"]).ok();
    let house = house.with("TERTULIA_DATABASE", "postgres://nobody:secretword@127.0.0.1:1/none");
    assert_eq!(level(&findings(&house, 1), "database"), "error");
    let told = house.run(&["doctor"]);
    assert!(!told.out.contains("secretword") && !told.err.contains("secretword"), "{told:?}");
}

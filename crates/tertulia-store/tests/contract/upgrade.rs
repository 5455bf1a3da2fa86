//! Upgrades from every earlier schema.

use super::{count, run, sqlite_url};
use tertulia_store::{Store, newest_schema, schemas};

/// What a company of the first schema has.
const FIRST_DATA: [&str; 8] = [
    "INSERT INTO department (id, number, key, name_es, name_en, created_at) VALUES ({1}, 1, 'sales', 'Ventas', 'Sales', 1)",
    "INSERT INTO staff (id, number, email, name, role, idle_since, created_at) VALUES ({2}, 1, 'a@b.test', 'A', 'agent', 1, 1)",
    "INSERT INTO staff_department (user_id, department_id) VALUES ({2}, {1})",
    "INSERT INTO monitor (id, number, name, query, enabled, created_at, updated_at) VALUES ({1}, 1, 'Marca', 'mirasol', TRUE, 1, 2)",
    "INSERT INTO channel (id, number, kind, shows_as, name, enabled, settings, created_at, updated_at)
        VALUES ({1}, 1, 'push', 'push', 'Foro', TRUE, '{}', 1, 1)",
    "INSERT INTO post (id, channel_id, external_id, kind, direction, visibility, author_name, author_handle, text, occurred_at, received_at)
        VALUES ({1}, {1}, 'p1', 'message', 'in', 'public', 'Ana', 'ana', 'no llegó', 1, 1), ({2}, {1}, 'p2', 'message', 'out', 'public', 'A', 'a', 'sí', 2, 2)",
    "INSERT INTO post (id, channel_id, external_id, kind, direction, visibility, author_name, author_handle, text, occurred_at, received_at, keep_until)
        VALUES ({3}, {1}, 'p3', 'message', 'in', 'public', 'Eva', 'eva', 'pasaba', 1, 1, 9)",
    "INSERT INTO setting (key, value) VALUES ('company', '{\"name\":\"Alas\"}')",
];

async fn upgrade(url: &str, literal: fn(u8) -> String, version: i64) -> anyhow::Result<()> {
    let old = Store::open_at(url, version).await?;
    assert_eq!(old.read().await?.schema_version().await?, Some(version));
    let mut tx = old.begin().await?;
    for sql in FIRST_DATA {
        run(&mut tx, &sql.replace("{1}", &literal(1)).replace("{2}", &literal(2)).replace("{3}", &literal(3))).await?;
    }
    tx.commit().await?;
    let reads = count(&old, "SELECT COUNT(*) FROM reading_due").await.is_ok();
    old.close().await;

    let store = Store::open(url).await?;
    let mut conn = store.read().await?;
    assert_eq!(conn.schema_version().await?, Some(newest_schema()));
    let user = conn.user_by_email("a@b.test").await?.expect("kept");
    assert_eq!(user.departments.len(), 1);
    assert_eq!(conn.setting::<serde_json::Value>("company").await?, Some(serde_json::json!({ "name": "Alas" })));
    // A monitor of before has its first version.
    let monitor = conn.monitors().await?.remove(0);
    assert_eq!((monitor.version, monitor.folder.as_str(), monitor.owner_id), (1, "", None));
    let versions = conn.monitor_versions(monitor.id, i64::MAX, 9).await?;
    let kept: Vec<_> = versions.iter().map(|row| (row.number, row.query.as_str(), row.at)).collect();
    assert_eq!(kept, if version < 7 { vec![(1, "mirasol", 2)] } else { vec![] });
    // What was kept of theirs before posts were read waits to be read; what is ours or passes by does not.
    assert_eq!(conn.count_unread(9).await?, i64::from(!reads));
    drop(conn);

    // A database that a newer program migrated is refused, not damaged.
    let mut tx = store.begin().await?;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        SELECT 9999, 'newer', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    run(&mut tx, newer).await?;
    tx.commit().await?;
    store.close().await;
    assert!(Store::open(url).await.is_err());
    let looked = Store::open_as_is(url).await?;
    assert_eq!(count(&looked, "SELECT COUNT(*) FROM staff").await?, 1);
    Ok(())
}

#[tokio::test]
async fn sqlite() -> anyhow::Result<()> {
    for version in schemas() {
        let folder = tempfile::tempdir()?;
        upgrade(&sqlite_url(&folder), |n| format!("x'0000000000000000000000000000000{n}'"), version).await?;
    }
    Ok(())
}

#[tokio::test]
async fn postgres() -> anyhow::Result<()> {
    for version in schemas() {
        let url = tertulia_peers::postgres::fresh_database()?;
        upgrade(&url, |n| format!("'00000000-0000-0000-0000-00000000000{n}'"), version).await?;
    }
    Ok(())
}

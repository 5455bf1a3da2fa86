//! Transactions, numbers for people, copies.

use super::{count, on_both, run, sqlite_url};
use tertulia_store::{Store, StoreError};

on_both! {
    async fn what_is_not_committed_is_undone(store) {
        let mut tx = store.begin().await?;
        tx.set_setting("a", &1).await?;
        drop(tx);
        assert_eq!(store.read().await?.setting::<i32>("a").await?, None);
        let mut tx = store.begin().await?;
        tx.set_setting("a", &1).await?;
        tx.set_setting("a", &2).await?;
        tx.commit().await?;
        assert_eq!(store.read().await?.setting::<i32>("a").await?, Some(2));
        let wrong = store.read().await?.setting::<bool>("a").await;
        assert!(matches!(wrong, Err(StoreError::Corrupt("setting", _))), "{wrong:?}");
        Ok(())
    }

    async fn numbers_never_repeat_under_many_writers(store) {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    for _ in 0..10 {
                        let mut tx = store.begin().await.expect("a transaction");
                        taken.push(tx.take_numbers("case", 2).await.expect("numbers"));
                        tx.commit().await.expect("committed");
                    }
                    taken
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await?);
        }
        all.sort_unstable();
        let expected: Vec<i64> = (0..80).map(|n| n * 2 + 1).collect();
        assert_eq!(all, expected);
        Ok(())
    }

    async fn constraints_are_told_apart(store) {
        let mut tx = store.begin().await?;
        run(&mut tx, "INSERT INTO setting (key, value) VALUES ('k', '1')").await?;
        tx.commit().await?;
        let mut tx = store.begin().await?;
        let twice = run(&mut tx, "INSERT INTO setting (key, value) VALUES ('k', '2')").await;
        assert!(twice.as_ref().is_err_and(StoreError::is_unique), "{twice:?}");
        Ok(())
    }

    async fn the_doctors_questions_have_answers(store) {
        let mut conn = store.read().await?;
        conn.ping().await?;
        assert_eq!(conn.schema_version().await?, Some(tertulia_store::newest_schema()));
        assert_eq!(conn.integrity_problems().await?, Vec::<String>::new());
        assert_eq!(conn.latest_instant().await?, None);
        assert!(conn.has_table("care_case").await? && !conn.has_table("no_such_table").await?);
        match store.dialect().name() {
            "postgres" => {
                assert!(conn.server_version().await?.is_some_and(|version| version >= 150_000));
                assert!(conn.server_time().await?.is_some());
            }
            _ => assert_eq!(conn.server_version().await?, None),
        }
        Ok(())
    }
}

#[tokio::test]
async fn readers_can_not_write_on_sqlite() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&sqlite_url(&folder)).await?;
    let mut reader = store.read().await?;
    assert!(run(&mut reader, "INSERT INTO setting (key, value) VALUES ('k', '1')").await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_copy_taken_while_others_write_is_whole() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&sqlite_url(&folder)).await?;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..200 {
                let mut tx = store.begin().await.expect("a transaction");
                tx.set_setting(&format!("a{n}"), &n).await.expect("saved");
                tx.set_setting(&format!("b{n}"), &n).await.expect("saved");
                tx.commit().await.expect("committed");
            }
        })
    };
    for n in 0..3 {
        tokio::task::yield_now().await;
        let copy = folder.path().join(format!("copy{n}.db"));
        store.copy_to(&copy.to_string_lossy()).await?;
        let copied = Store::open_as_is(&format!("sqlite://{}", copy.display())).await?;
        assert_eq!(copied.read().await?.integrity_problems().await?, Vec::<String>::new());
        let half = count(&copied, "SELECT COUNT(*) FROM setting WHERE key LIKE 'a%'").await?;
        assert_eq!(count(&copied, "SELECT COUNT(*) FROM setting").await?, 2 * half);
    }
    writer.await?;
    // The connection that copied guards this database as before.
    for _ in 0..8 {
        let mut reader = store.read().await?;
        assert!(run(&mut reader, "DELETE FROM setting").await.is_err());
    }
    Ok(())
}

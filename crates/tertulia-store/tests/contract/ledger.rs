//! The ledgers: what is written there stays as it is.

use super::{count, id, on_both, run};
use tertulia_kernel::{AuditId, Timestamp, UserId};
use tertulia_store::audit::AuditEntry;

fn entry(n: u128) -> AuditEntry {
    AuditEntry {
        id: AuditId(id(n)),
        at: Timestamp::from_seconds(n as i64),
        actor_id: Some(UserId(id(900))),
        actor: "Ana".into(),
        action: "user.invited".into(),
        object_kind: "user".into(),
        object_id: Some(id(901)),
        detail: serde_json::json!({ "role": "agent" }),
    }
}

on_both! {
    async fn the_audit_ledger_only_grows(store) {
        let mut tx = store.begin().await?;
        for n in 0..3 {
            tx.insert_audit(&entry(n)).await?;
        }
        tx.commit().await?;
        let mut attempts = vec![
            "UPDATE audit SET actor = 'Eva'",
            "DELETE FROM audit",
            "INSERT INTO audit (id, at, actor, action, object_kind, detail) SELECT id, 0, 'Eva', action, object_kind, detail FROM audit",
        ];
        if store.dialect().name() == "postgres" {
            attempts.push("TRUNCATE audit");
            attempts.push("INSERT INTO audit SELECT * FROM audit ON CONFLICT (id) DO UPDATE SET actor = 'Eva'");
        } else {
            attempts.push("REPLACE INTO audit SELECT id, 0, actor_id, 'Eva', action, object_kind, object_id, detail FROM audit");
        }
        for attempt in attempts {
            let mut tx = store.begin().await?;
            assert!(run(&mut tx, attempt).await.is_err(), "{attempt}");
        }
        let mut conn = store.read().await?;
        let kept = conn.audit_entries(None, 10).await?;
        assert_eq!(kept, [entry(2), entry(1), entry(0)]);
        assert_eq!(conn.audit_entries(Some(kept[0].id), 1).await?, [entry(1)]);
        assert_eq!(conn.latest_instant().await?, Some(Timestamp::from_seconds(2)));
        Ok(())
    }

    async fn the_ledger_of_a_case_is_not_rewritten(store) {
        crate::company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        assert!(run(&mut tx, "UPDATE case_change SET actor = 'Eva'").await.is_err());
        drop(tx);
        assert_eq!(count(&store, "SELECT COUNT(*) FROM case_change WHERE actor = 'Ana'").await?, 1);
        Ok(())
    }
}

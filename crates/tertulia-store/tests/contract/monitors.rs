//! Monitors: folders, versions, jobs, matches and what people throw out.

use super::{
    company::{self, AGENT, NOW, post},
    id, on_both,
};
use tertulia_store::{
    Store,
    history::{HistoryRow, NewMatch},
    job::JobRow,
    monitor::{MonitorFilter, MonitorRow},
    search::{PostFilter, Terms},
    slow::{Slow, SlowQuery},
    version::MonitorVersionRow,
};

const MONITOR: u128 = 70;

fn monitor(n: u128, folder: &str) -> MonitorRow {
    MonitorRow {
        id: id(n),
        number: n as i64,
        name: format!("m{n}"),
        query: "pedido".into(),
        enabled: true,
        folder: folder.into(),
        owner_id: Some(id(AGENT)),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
        ..MonitorRow::default()
    }
}

fn version(n: i64) -> MonitorVersionRow {
    MonitorVersionRow {
        monitor_id: id(MONITOR),
        number: n,
        at: NOW + n,
        actor_id: Some(id(AGENT)),
        actor: "Luisa".into(),
        name: "m70".into(),
        query: format!("pedido {n}"),
        note: None,
        restored_from: None,
    }
}

fn job(n: u128, key: &str, due_at: i64) -> JobRow {
    JobRow { id: id(n), kind: "pass".into(), payload: format!("{n}"), unique_key: Some(key.into()), due_at, attempts: 0, last_error: None }
}

/// A monitor that matches the first three of four posts; returns the posts' places.
async fn fill(store: &Store) -> anyhow::Result<Vec<i64>> {
    company::with_a_case(store).await?;
    let mut tx = store.begin().await?;
    tx.insert_monitor(&monitor(MONITOR, "Marca")).await?;
    let posts: Vec<_> = (0..4).map(|n| post(100 + n, &format!("pedido {n}"))).collect();
    let seqs: Vec<i64> = tx.insert_posts(&posts).await?.into_iter().map(|(seq, _)| seq).collect();
    let texts: Vec<String> = (0..4).map(|n| format!("pedido {n}")).collect();
    let indexed: Vec<(i64, &str)> = seqs.iter().zip(&texts).map(|(seq, text)| (*seq, text.as_str())).collect();
    tx.index_posts(&indexed).await?;
    let new = |n: usize| NewMatch { monitor_id: id(MONITOR), post_seq: seqs[n], post_id: id(100 + n as u128), at: NOW + n as i64 };
    assert_eq!(tx.add_matches(&[new(0), new(1)]).await?.len(), 2);
    assert_eq!(tx.add_matches(&[new(1), new(2)]).await?.into_iter().collect::<Vec<_>>(), [seqs[2]], "each once");
    tx.commit().await?;
    Ok(seqs)
}

on_both! {
    async fn monitors_page_by_number_within_folder_and_owner(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        for (n, folder) in [(1, "A"), (2, "A/B"), (3, "A_"), (4, ""), (5, "a/b"), (6, "A%/x")] {
            tx.insert_monitor(&monitor(n, folder)).await?;
        }
        tx.insert_monitor(&MonitorRow { owner_id: None, ..monitor(7, "A") }).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        let all = MonitorFilter { limit: 100, ..MonitorFilter::default() };
        let mut numbers = async |filter: MonitorFilter| -> anyhow::Result<Vec<i64>> {
            Ok(conn.monitors_where(&filter).await?.into_iter().map(|row| row.number).collect())
        };
        assert_eq!(numbers(MonitorFilter { folder: Some("A".into()), ..all.clone() }).await?, [1, 2, 7]);
        assert_eq!(numbers(MonitorFilter { after: 2, limit: 2, ..all.clone() }).await?, [3, 4]);
        assert_eq!(numbers(MonitorFilter { owner: Some(id(AGENT)), folder: Some("A".into()), ..all.clone() }).await?, [1, 2]);
        let mut tx = store.begin().await?;
        assert_eq!(tx.move_folder("A", "Ñ/C").await?, 3);
        assert_eq!(tx.monitor(id(2)).await?.folder, "Ñ/C/B");
        assert_eq!(tx.move_folder("Ñ/C", "").await?, 3);
        assert_eq!((tx.monitor(id(2)).await?.folder, tx.monitor(id(1)).await?.folder), ("B".to_owned(), String::new()));
        Ok(())
    }

    async fn versions_go_with_their_monitor(store) {
        fill(&store).await?;
        let mut tx = store.begin().await?;
        for n in 1..=3 {
            tx.insert_monitor_version(&version(n)).await?;
        }
        assert!(tx.monitor_version(id(MONITOR), 4).await.is_err());
        assert_eq!(tx.monitor_version(id(MONITOR), 2).await?, version(2));
        assert_eq!(tx.monitor_versions(id(MONITOR), 3, 1).await?, [version(2)]);
        tx.discard_match(id(MONITOR), 1, id(100), Some(id(AGENT)), NOW).await?;
        tx.delete_monitor(id(MONITOR)).await?;
        tx.commit().await?;
        for table in ["monitor_version", "post_match", "match_discard"] {
            assert_eq!(store.read().await?.count_rows(table).await?, 0, "{table}");
        }
        Ok(())
    }

    async fn a_job_is_claimed_by_one_until_the_claim_runs_out(store) {
        let mut tx = store.begin().await?;
        tx.queue_job(&job(1, "one", NOW)).await?;
        tx.queue_job(&job(2, "two", NOW + 5)).await?;
        assert!(tx.any_job_due("pass", NOW).await? && !tx.any_job_due("other", NOW).await?);
        let first = tx.claim_job("pass", NOW + 5, NOW + 100).await?.expect("due");
        assert_eq!((first.id, first.attempts), (id(1), 1));
        assert_eq!(tx.claim_job("pass", NOW + 5, NOW + 100).await?.map(|row| row.id), Some(id(2)));
        assert_eq!(tx.claim_job("pass", NOW + 99, NOW + 200).await?, None);
        assert!(tx.hold_job(first.id, first.attempts, NOW + 100, Some("slow")).await?);
        let again = tx.claim_job("pass", NOW + 100, NOW + 200).await?.expect("run out");
        assert_eq!((again.id, again.attempts, again.last_error.as_deref()), (id(1), 2, Some("slow")));
        assert!(!tx.hold_job(first.id, first.attempts, NOW + 300, None).await?, "given up for dead");
        // Queued anew it is another's too, and still one job.
        tx.queue_job(&job(3, "one", NOW + 150)).await?;
        assert!(!tx.hold_job(again.id, again.attempts, NOW + 300, None).await?);
        assert!(tx.remove_job("one").await? && !tx.remove_job("one").await?);
        tx.commit().await?;
        assert_eq!(store.read().await?.count_rows("job").await?, 1);
        Ok(())
    }

    async fn a_pass_keeps_its_place(store) {
        fill(&store).await?;
        let row = HistoryRow {
            monitor_id: id(MONITOR),
            version: 1,
            state: "queued".into(),
            place: i64::MAX,
            looked_at: 0,
            total: None,
            matched: 0,
            added: 0,
            removed: 0,
            reached_at: None,
            started_at: NOW,
            finished_at: None,
            error: None,
        };
        let later = HistoryRow { state: "running".into(), place: 7, looked_at: 4, total: Some(9), reached_at: Some(NOW), ..row.clone() };
        let mut tx = store.begin().await?;
        assert_eq!(tx.history(id(MONITOR)).await?, None);
        tx.save_history(&row).await?;
        tx.save_history(&later).await?;
        assert_eq!(tx.histories(&[id(MONITOR), id(1)]).await?, [later]);
        assert_eq!(tx.count_candidates(Terms::Word("pedido".into())).await?, 4);
        assert_eq!(tx.count_candidates(Terms::Everything).await?, 4);
        Ok(())
    }

    async fn matches_come_newest_first_with_and_without_the_noise(store) {
        let seqs = fill(&store).await?;
        let mut tx = store.begin().await?;
        tx.discard_match(id(MONITOR), seqs[1], id(101), None, NOW).await?;
        tx.discard_match(id(MONITOR), seqs[1], id(101), None, NOW).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.matches_below(id(MONITOR), seqs[2], 1).await?, [(seqs[1], id(101))]);
        let filter = PostFilter { monitor: Some(id(MONITOR)), ..PostFilter::default() };
        for terms in [Terms::Everything, Terms::Word("pedido".into())] {
            for (discarded, want) in [(None, vec![102, 101, 100]), (Some(true), vec![101]), (Some(false), vec![102, 100])] {
                let found = conn.candidates(terms.clone(), PostFilter { discarded, ..filter }, i64::MAX, 10).await?;
                assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), want.into_iter().map(id).collect::<Vec<_>>());
            }
            assert_eq!(conn.candidates(terms, filter, seqs[2], 1).await?[0].id, id(101));
        }
        assert_eq!(conn.posts_of_monitor(id(MONITOR), true, 9).await?.len(), 1);
        assert_eq!(conn.posts_of_monitor(id(MONITOR), false, 9).await?[0].id, id(102));
        let of = conn.matched_posts(id(MONITOR), &[id(101), id(103), id(100)]).await?;
        assert_eq!(of.iter().filter(|(.., discarded)| *discarded).count(), 1);
        assert_eq!(of.len(), 2);
        assert_eq!(conn.matches_of(&[id(101)]).await?, [(id(101), id(MONITOR), true)]);
        drop(conn);
        let mut tx = store.begin().await?;
        tx.undiscard_match(id(MONITOR), seqs[1]).await?;
        assert_eq!(tx.remove_matches(id(MONITOR), &[seqs[1], seqs[3]]).await?.into_iter().collect::<Vec<_>>(), [seqs[1]]);
        assert_eq!(tx.lock_posts(&[id(103), id(100)]).await?.iter().map(|row| row.seq).collect::<Vec<_>>(), [seqs[0], seqs[3]]);
        Ok(())
    }

    async fn monitors_that_share_matches_are_counted(store) {
        let seqs = fill(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_monitor(&monitor(71, "")).await?;
        let also = |n: usize| NewMatch { monitor_id: id(71), post_seq: seqs[n], post_id: id(100 + n as u128), at: NOW };
        tx.add_matches(&[also(1), also(2), also(3)]).await?;
        assert_eq!(tx.newest_post().await?, seqs[3]);
        assert_eq!(tx.shared_matches(id(MONITOR), 0, 1).await?, [(id(71), 2)]);
        assert_eq!(tx.shared_matches(id(MONITOR), seqs[2], 1).await?, [(id(71), 1)]);
        assert_eq!(tx.shared_matches(id(MONITOR), 0, 3).await?, []);
        assert_eq!(tx.count_matches_from(id(71), seqs[2]).await?, 2);
        Ok(())
    }

    async fn a_slow_query_is_news_once_and_goes_with_its_monitor(store) {
        let mut tx = store.begin().await?;
        tx.set_setting("slower", &1).await?;
        tx.insert_monitor(&MonitorRow { owner_id: None, ..monitor(80, "") }).await?;
        let (one, other) = (SlowQuery::Monitor(id(80)), SlowQuery::Rule(id(81)));
        assert!(tx.mark_slow(one, NOW, 2).await?);
        assert!(!tx.mark_slow(one, NOW + 5, 3).await?);
        assert!(tx.mark_slow(other, NOW, 1).await?);
        assert_eq!(tx.slow_queries().await?, [(one, Slow { since: NOW, posts: 5 }), (other, Slow { since: NOW, posts: 1 })].into());
        tx.delete_monitor(id(80)).await?;
        tx.forget_slow(other).await?;
        assert!(tx.slow_queries().await?.is_empty());
        Ok(())
    }

    async fn a_change_of_monitors_waits_for_intake_that_did_not_see_it(store) {
        let mut intake = store.begin().await?;
        intake.share_listening().await?;
        assert_eq!(intake.listening_version().await?, "");
        let other = store.clone();
        let change = tokio::spawn(async move {
            let mut tx = other.begin().await?;
            tx.touch_listening("2", "list de la casa").await?;
            tx.commit().await
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(!change.is_finished(), "the change is not committed before what was matched without it");
        intake.commit().await?;
        change.await??;
        assert_eq!(store.read().await?.listening_version().await?, "2");
        let change = |version: &str, what: &str| (version.to_owned(), what.to_owned());
        assert_eq!(store.read().await?.listening_changes().await?, [change("2", "list de la casa")]);
        let mut tx = store.begin().await?;
        for version in 3..=300 {
            tx.touch_listening(&version.to_string(), "rules").await?;
        }
        tx.commit().await?;
        let changes = store.read().await?.listening_changes().await?;
        assert_eq!((changes.len(), changes.first(), changes.last()), (256, Some(&change("45", "rules")), Some(&change("300", "rules"))));
        Ok(())
    }
}

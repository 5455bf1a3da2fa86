//! What posts say: filters, what speaks for a case, the ledger of corrections, and draws for review.

use super::{
    company::{self, AGENT, CASE, CHANNEL, NOW, post},
    count, id, on_both, run,
};
use tertulia_store::{
    Store,
    head::HeadRow,
    reading::{CorrectionRow, LabelFilter, ReadingRow},
    review::{ReviewCounts, ReviewRow},
    search::{PostFilter, Terms},
};

const ES: i64 = 1;
const EN: i64 = 2;
const NEGATIVE: i64 = 1;
const POSITIVE: i64 = 4;
const COMPLAINT: i64 = 1;
const QUESTION: i64 = 2;
const OTHER: i64 = 128;

/// What the post with this number says.
fn reading(n: u128, seq: i64, (language, sentiment, types): (i64, i64, i64), urgency: i64) -> ReadingRow {
    ReadingRow {
        post_seq: seq,
        post_id: id(n),
        at: NOW + seq,
        model: "1".into(),
        language,
        sentiment,
        types,
        audience: 1,
        urgency,
        unsure: types == 0,
        doubt: 10 * seq,
        said: "{}".into(),
    }
}

fn correction(n: u128, label: i64, source: &str) -> CorrectionRow {
    CorrectionRow {
        id: id(n),
        post_id: id(100),
        channel_id: id(CHANNEL),
        at: NOW + n as i64,
        user_id: id(AGENT),
        actor: "Ana".into(),
        task: "types".into(),
        said: COMPLAINT,
        said_p: 700,
        label,
        model: "1".into(),
        language: ES,
        source: source.into(),
    }
}

/// Five posts of one case: a complaint, two questions, one that says nothing, one that says something unsure.
async fn with_posts(store: &Store) -> anyhow::Result<()> {
    company::with_a_case(store).await?;
    let mut tx = store.begin().await?;
    tx.insert_posts(&(100..105).map(|n| post(n, "texto")).collect::<Vec<_>>()).await?;
    let seqs: Vec<(i64, uuid::Uuid)> =
        tx.posts(&(100..105).map(id).collect::<Vec<_>>()).await?.iter().map(|row| (row.seq, row.id)).collect();
    let seq = |n: u128| seqs.iter().find(|(_, post)| *post == id(n)).expect("stored").0;
    let says = [(ES, NEGATIVE, COMPLAINT), (EN, NEGATIVE, QUESTION), (ES, POSITIVE, QUESTION | COMPLAINT), (ES, POSITIVE, OTHER)];
    let mut rows: Vec<ReadingRow> = (100..104).zip(says).map(|(n, says)| reading(n, seq(n), says, 100 * (n as i64 - 99))).collect();
    rows.push(reading(104, seq(104), (ES, NEGATIVE, 0), 0));
    tx.save_readings(&rows).await?;
    tx.commit().await?;
    Ok(())
}

async fn found(store: &Store, labels: LabelFilter) -> anyhow::Result<Vec<u128>> {
    let filter = PostFilter { labels, ..PostFilter::default() };
    let rows = store.read().await?.candidates(Terms::Everything, filter, i64::MAX, 10).await?;
    // With words the same filter is asked another way.
    let filter = PostFilter { channel: Some(id(CHANNEL)), seen_by: Some(id(AGENT)), ..filter };
    let seen = store.read().await?.candidates(Terms::Everything, filter, i64::MAX, 10).await?;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), seen.iter().map(|row| row.id).collect::<Vec<_>>());
    Ok(rows.iter().map(|row| row.id.as_u128() - id(0).as_u128()).collect())
}

on_both! {
    async fn posts_are_found_by_what_they_say(store) {
        with_posts(&store).await?;
        let all = LabelFilter::default();
        assert_eq!(found(&store, all).await?, [104, 103, 102, 101, 100]);
        assert_eq!(found(&store, LabelFilter { types: COMPLAINT, ..all }).await?, [102, 100]);
        assert_eq!(found(&store, LabelFilter { types: COMPLAINT | QUESTION, ..all }).await?, [102, 101, 100]);
        assert_eq!(found(&store, LabelFilter { types: QUESTION, languages: EN, ..all }).await?, [101]);
        assert_eq!(found(&store, LabelFilter { sentiments: POSITIVE, ..all }).await?, [103, 102]);
        assert_eq!(found(&store, LabelFilter { urgency_min: Some(300), ..all }).await?, [103, 102]);
        assert_eq!(found(&store, LabelFilter { unsure: Some(true), ..all }).await?, [104]);
        let sure = LabelFilter { unsure: Some(false), ..all };
        assert_eq!(found(&store, sure).await?, [103, 102, 101, 100]);
        for row in store.read().await?.readings(&(100..105).map(id).collect::<Vec<_>>()).await? {
            assert_eq!(sure.passes(&row), !row.unsure, "{row:?}");
        }
        Ok(())
    }

    async fn of_several_posts_the_newest_that_says_something_speaks_for_the_case(store) {
        with_posts(&store).await?;
        let mut conn = store.read().await?;
        let spoken = conn.readings_of_cases(&[id(CASE)], OTHER).await?;
        assert_eq!(spoken.iter().map(|(case, row)| (*case, row.post_id)).collect::<Vec<_>>(), [(id(CASE), id(102))]);
        drop(conn);
        let mut tx = store.begin().await?;
        for n in [100, 101, 102] {
            tx.erase_post(id(n), NOW).await?;
        }
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.readings_of_cases(&[id(CASE)], OTHER).await?[0].1.post_id, id(104), "of the silent ones the newest");
        assert!(conn.readings(&[id(100)]).await?.is_empty(), "what was deleted says nothing");
        Ok(())
    }

    async fn a_reading_is_written_over_and_the_ledger_of_corrections_only_grows(store) {
        with_posts(&store).await?;
        let mut tx = store.begin().await?;
        let mut row = tx.readings(&[id(100)]).await?.remove(0);
        row.types = QUESTION;
        row.doubt = 0;
        tx.save_readings(std::slice::from_ref(&row)).await?;
        tx.save_corrections(&[correction(1, QUESTION, "post"), correction(2, COMPLAINT, "random")]).await?;
        tx.commit().await?;
        let mut attempts = vec![
            "UPDATE correction SET label = 4",
            "INSERT INTO correction SELECT * FROM correction",
            "DELETE FROM correction",
        ];
        attempts.push(if store.dialect().name() == "postgres" { "TRUNCATE correction" } else { "REPLACE INTO correction SELECT * FROM correction" });
        for attempt in attempts {
            let mut tx = store.begin().await?;
            assert!(run(&mut tx, attempt).await.is_err(), "{attempt}");
        }
        let mut conn = store.read().await?;
        assert_eq!(conn.readings(&[id(100)]).await?, [row]);
        assert_eq!(conn.corrections_of(&[id(100)]).await?, [correction(1, QUESTION, "post"), correction(2, COMPLAINT, "random")]);
        assert_eq!(conn.corrections_from("random", NOW, 10).await?, [correction(2, COMPLAINT, "random")]);
        assert!(conn.corrections_from("random", NOW + 3, 10).await?.is_empty());
        assert_eq!(conn.corrections_to_learn(10).await?, [correction(2, COMPLAINT, "random"), correction(1, QUESTION, "post")]);
        assert_eq!((conn.count_corrected_after(None, 10).await?, conn.count_corrected_after(Some(id(2)), 10).await?), (1, 0));
        Ok(())
    }

    async fn a_post_is_drawn_once_by_chance_and_once_for_being_doubtful(store) {
        with_posts(&store).await?;
        let mut tx = store.begin().await?;
        let (me, other) = (id(AGENT), id(9_999));
        assert_eq!((tx.count_reviewable(NOW, me).await?, tx.last_draw().await?), (5, None));
        let first = tx.reviewable_at(NOW, me, 0).await?.expect("one");
        assert_eq!(first, id(100));
        assert_eq!(tx.most_doubtful(NOW).await?, Some(id(104)));
        let row = ReviewRow { post_id: first, user_id: me, random: true, drawn_at: NOW, done_at: None, passed: 0 };
        assert!(tx.insert_review(&row).await?);
        assert!(!tx.insert_review(&ReviewRow { user_id: other, ..row.clone() }).await?, "another drew it first");
        assert_eq!(tx.open_review(me, 0).await?, Some(row.clone()));
        assert_eq!(tx.open_review(other, NOW - 1).await?, None);
        assert_eq!(tx.open_review(other, NOW).await?, Some(row.clone()), "left lying");
        assert_eq!((tx.count_reviewable(NOW, me).await?, tx.last_draw().await?), (4, Some(true)));
        // What was drawn for being doubtful stays in what chance draws from.
        assert!(tx.insert_review(&ReviewRow { post_id: id(104), random: false, drawn_at: NOW + 1, ..row.clone() }).await?);
        assert_eq!((tx.count_reviewable(NOW, me).await?, tx.most_doubtful(NOW).await?), (4, Some(id(103))));
        assert_eq!(tx.end_review(id(104), me, NOW + 1, true).await?.map(|row| row.random), Some(false));
        // Passed over once, somebody else draws it; passed over twice, nobody does, and it is counted.
        let passed = tx.end_review(first, me, NOW + 1, false).await?.expect("mine");
        assert_eq!((passed.passed, tx.end_review(first, me, NOW + 1, false).await?), (1, None));
        assert_eq!((tx.count_reviewable(NOW, me).await?, tx.count_reviewable(NOW, other).await?), (4, 5));
        assert!(!tx.take_review(&row).await?, "it was ended");
        assert!(!tx.insert_review(&row).await?);
        assert!(tx.insert_review(&ReviewRow { user_id: other, ..row.clone() }).await?);
        assert!(tx.take_review(&ReviewRow { user_id: other, drawn_at: NOW + 2, ..row.clone() }).await?);
        assert_eq!(tx.count_reviews(NOW).await?, ReviewCounts { answered: 1, passed: 0 }, "it is under way again");
        tx.end_review(first, other, NOW + 3, false).await?.expect("theirs");
        assert_eq!((tx.count_reviewable(NOW, me).await?, tx.count_reviews(NOW).await?), (4, ReviewCounts { answered: 1, passed: 1 }));
        tx.commit().await?;
        assert_eq!(count(&store, "SELECT COUNT(*) FROM review").await?, 2);
        Ok(())
    }

    async fn at_most_one_head_is_in_force(store) {
        let head = |number: i64, state: &str| HeadRow {
            number,
            at: NOW,
            actor_id: Some(id(AGENT)),
            actor: "Ana".into(),
            base: "1".into(),
            digest: "d".into(),
            labels: 40,
            held_out: 20,
            state: state.into(),
            figures: "[]".into(),
        };
        let mut tx = store.begin().await?;
        assert_eq!(tx.lock_head_in_force().await?, None);
        tx.insert_head(&head(1, "refused"), &[1, 2]).await?;
        tx.insert_head(&head(2, "refused"), &[3]).await?;
        tx.put_head_in_force(Some(1)).await?;
        tx.put_head_in_force(Some(2)).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.heads(10).await?, [head(2, "in_force"), head(1, "earlier")]);
        assert_eq!((conn.head_in_force().await?, conn.head(1).await?), (Some(2), head(1, "earlier")));
        assert_eq!(conn.head_weights(1).await?, [1, 2]);
        drop(conn);
        let mut tx = store.begin().await?;
        assert!(tx.insert_head(&head(3, "in_force"), &[]).await.is_err());
        drop(tx);
        let mut tx = store.begin().await?;
        tx.put_head_in_force(None).await?;
        assert_eq!(tx.head_in_force().await?, None);
        Ok(())
    }

    async fn who_came_lately_is_told_by_day_and_conversation(store) {
        with_posts(&store).await?;
        let mut tx = store.begin().await?;
        let mut earlier = post(105, "texto");
        earlier.row.received_at = NOW - 86_400_000_000;
        tx.insert_posts(&[earlier]).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        let row = conn.identity(id(company::IDENTITY)).await?;
        let authors = [row.external_id.clone(), "nobody".into()];
        let mut days: Vec<(String, i64)> =
            conn.recent_contacts(&row.provider, &row.scope, &authors, 0).await?.into_iter().map(|row| (row.author, row.day)).collect();
        days.sort_unstable();
        let today = NOW / 86_400_000_000;
        assert_eq!(days, [(row.external_id.clone(), today - 1), (row.external_id.clone(), today)], "five of today are one");
        assert!(conn.recent_contacts(&row.provider, &row.scope, &authors, NOW + 1).await?.is_empty());
        Ok(())
    }

    async fn what_is_kept_later_waits_to_be_read_and_is_claimed_once(store) {
        with_posts(&store).await?;
        let mut tx = store.begin().await?;
        let mut ours = post(105, "texto");
        ours.row.direction = "out".into();
        tx.insert_posts(&[ours]).await?;
        tx.keep_posts(&(100..106).map(id).collect::<Vec<_>>()).await?;
        tx.keep_posts(&[id(100)]).await?;
        tx.commit().await?;
        let mut tx = store.begin().await?;
        assert_eq!((tx.count_unread(99).await?, tx.count_unread(3).await?, tx.any_unread(NOW).await?), (5, 3, true), "ours is not read");
        let (seqs, posts) = tx.claim_unread(NOW, NOW + 10, 3).await?;
        assert_eq!(posts.iter().map(|row| row.id).collect::<Vec<_>>(), [id(104), id(103), id(102)], "newest first");
        assert_eq!(posts.iter().map(|row| row.seq).collect::<Vec<_>>(), seqs);
        let (rest, _) = tx.claim_unread(NOW, NOW + 20, 9).await?;
        assert_eq!((rest.len(), tx.any_unread(NOW).await?), (2, false));
        assert_eq!(tx.claim_unread(NOW + 10, NOW + 30, 9).await?.0, seqs, "whoever had them did not come back");
        tx.end_unread(&seqs).await?;
        assert_eq!(tx.count_unread(99).await?, 2);
        tx.commit().await?;
        Ok(())
    }
}

//! A post's way: once per outside event, with its cursor; cases in folders; answers that leave once.

use super::{
    company::{self, AGENT, CASE, CHANNEL, CONVERSATION, DEPARTMENT, IDENTITY, NOW, PERSON, post},
    count, id, on_both, run,
};
use tertulia_kernel::event::Counts;
use tertulia_store::{
    Store,
    attachment::NewAttachment,
    case::{CaseRow, Folder},
    extras::Extras,
    outbox::OutboxRow,
    post::{PostRow, StepRow},
};
use uuid::Uuid;

/// Whether a case is in a folder.
type Inside = fn(&CaseRow) -> bool;

fn answer(n: u128, due_at: i64, state: &str) -> OutboxRow {
    OutboxRow {
        id: id(n),
        channel_id: id(CHANNEL),
        conversation_id: id(CONVERSATION),
        case_id: id(CASE),
        post_id: id(n + 1_000),
        reply_to: None,
        subject: None,
        text: "Hola".into(),
        visibility: "public".into(),
        resolve: false,
        state: state.into(),
        attempts: 0,
        due_at,
        reason: None,
        created_by: id(AGENT),
        created_at: NOW,
        sent_at: None,
    }
}

async fn cursor_of(store: &Store) -> anyhow::Result<Option<String>> {
    Ok(store.read().await?.cursor(id(CHANNEL), "home").await?)
}

on_both! {
    async fn an_event_is_one_row_whatever_arrives(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        let first = tx.insert_posts(&[post(100, "uno"), post(101, "dos"), post(100, "uno")]).await;
        // A batch never names a key twice: intake merges before; the database's own refusal differs, the row does not.
        drop(first);
        drop(tx);
        let mut tx = store.begin().await?;
        let first = tx.insert_posts(&[post(100, "uno"), post(101, "dos")]).await?;
        assert_eq!(first.iter().map(|(_, post)| *post).collect::<Vec<_>>(), [id(100), id(101)]);
        tx.save_cursor(id(CHANNEL), "home", "101", NOW).await?;
        tx.commit().await?;
        let mut tx = store.begin().await?;
        let mut again = post(200, "otra vez");
        again.row.external_id = "e101".into();
        let second = tx.insert_posts(&[again, post(102, "tres")]).await?;
        assert_eq!(second.iter().map(|(_, post)| *post).collect::<Vec<_>>(), [id(102)]);
        tx.save_cursor(id(CHANNEL), "home", "102", NOW).await?;
        tx.commit().await?;
        assert_eq!(count(&store, "SELECT COUNT(*) FROM post").await?, 3);
        assert_eq!(cursor_of(&store).await?.as_deref(), Some("102"));
        let mut conn = store.read().await?;
        let posts = conn.posts_of_case(id(CASE), 2).await?;
        assert_eq!(posts.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["dos", "tres"]);
        assert!(posts[0].seq < posts[1].seq);
        let known = conn.posts_by_external(id(CHANNEL), &["e100".into(), "e7".into()]).await?;
        assert_eq!(known.len(), 1);
        Ok(())
    }

    async fn events_and_cursor_are_kept_or_lost_together(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_posts(&[post(100, "uno")]).await?;
        tx.save_cursor(id(CHANNEL), "home", "100", NOW).await?;
        drop(tx);
        assert_eq!(count(&store, "SELECT COUNT(*) FROM post").await?, 0);
        assert_eq!(cursor_of(&store).await?, None);
        Ok(())
    }

    async fn large_batches_fit(store) {
        company::with_a_case(&store).await?;
        let posts: Vec<_> = (0..1_201).map(|n| post(10_000 + n, "lote")).collect();
        let mut tx = store.begin().await?;
        let inserted = tx.insert_posts(&posts).await?;
        assert_eq!(inserted.len(), 1_201);
        let ids: Vec<_> = posts.iter().map(|post| post.row.id).collect();
        assert_eq!(tx.posts(&ids).await?.len(), 1_201);
        Ok(())
    }

    async fn edits_keep_versions_and_deletions_leave_nothing_to_find(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        let mut first = post(100, "mi pedido no llega");
        first.row.extras = Extras { image: true, alt: Some("una caja rota".into()), to: vec!["ayuda".into()], ..Extras::default() };
        tx.insert_posts(std::slice::from_ref(&first)).await?;
        let before: PostRow = tx.post(id(100)).await?;
        assert_eq!(before.extras, first.row.extras);
        let liked = Extras { counts: Counts { likes: Some(9), ..Counts::default() }, ..before.extras.clone() };
        tx.recount_post(id(100), &liked).await?;
        assert_eq!(tx.post(id(100)).await?.extras, liked);
        tx.save_version(id(100), NOW + 1, None, &before.text).await?;
        tx.update_post(&PostRow { text: "ya llegó".into(), revised_at: Some(NOW + 1), ..before }).await?;
        tx.save_steps(&[StepRow { post_id: id(100), at: NOW, step: "listened".into(), why: "{}".into() }]).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.post(id(100)).await?.text, "ya llegó");
        assert_eq!(conn.versions(id(100)).await?[0].text, "mi pedido no llega");
        assert_eq!(conn.steps(id(100)).await?[0].step, "listened");
        drop(conn);

        let mut tx = store.begin().await?;
        tx.erase_post(id(100), NOW + 2).await?;
        tx.save_tombstones(id(CHANNEL), &[("e100".into(), NOW + 2), ("e999".into(), NOW + 2)]).await?;
        tx.save_tombstones(id(CHANNEL), &[("e100".into(), NOW + 3)]).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        let erased = conn.post(id(100)).await?;
        assert_eq!((erased.text.as_str(), erased.extras, erased.deleted_at), ("", Extras::default(), Some(NOW + 2)));
        assert!(conn.versions(id(100)).await?.is_empty());
        assert_eq!(conn.tombstones(id(CHANNEL), &["e100".into(), "e999".into(), "e5".into()]).await?.len(), 2);
        drop(conn);
        Ok(())
    }

    async fn what_is_kept_for_a_while_goes_in_time(store) {
        company::with_a_case(&store).await?;
        let mut window = post(100, "sin monitor");
        window.row.keep_until = Some(NOW + 10);
        window.row.case_id = None;
        let mut tx = store.begin().await?;
        let inserted = tx.insert_posts(&[window, post(101, "se queda")]).await?;
        tx.index_posts(&[(inserted[0].0, "sin monitor"), (inserted[1].0, "se queda")]).await?;
        tx.commit().await?;
        for (at, removed, left) in [(NOW + 9, 0, 2), (NOW + 10, 1, 1), (NOW + 11, 0, 1)] {
            let mut tx = store.begin().await?;
            assert_eq!(tx.expire(at, 100).await?, removed);
            tx.commit().await?;
            assert_eq!(count(&store, "SELECT COUNT(*) FROM post").await?, left);
            assert_eq!(count(&store, "SELECT COUNT(*) FROM post_search").await?, left);
        }
        Ok(())
    }

    async fn folders_page_by_activity_and_ask_the_case_lock(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        let mut cases: Vec<CaseRow> = (0..5).map(|n| CaseRow { activity_at: NOW + n, ..company::case(50 + n as u128, 50 + n) }).collect();
        cases[0].state = "resolved".into();
        cases[1].department_id = None;
        cases[2].assignee_id = Some(id(AGENT));
        tx.insert_department(&super::staff::department(77)).await?;
        cases[3].department_id = Some(id(77));
        tx.insert_cases(&cases).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        let numbers = |rows: &[CaseRow]| rows.iter().map(|row| row.number).collect::<Vec<_>>();
        let all = conn.cases(Folder::All, None, None, 10).await?;
        assert_eq!(numbers(&all), [54, 53, 52, 51, 1]);
        let page = conn.cases(Folder::All, None, Some((all[1].activity_at, all[1].id)), 2).await?;
        assert_eq!(numbers(&page), [52, 51]);
        assert_eq!(numbers(&conn.cases(Folder::All, Some(id(AGENT)), None, 10).await?), [54, 52, 51, 1]);
        assert_eq!(numbers(&conn.cases(Folder::Mine(id(AGENT)), None, None, 10).await?), [52]);
        assert_eq!(numbers(&conn.cases(Folder::Unassigned, None, None, 10).await?), [54, 53, 51, 1]);
        assert_eq!(numbers(&conn.cases(Folder::Department(id(DEPARTMENT)), None, None, 10).await?), [54, 52, 1]);
        assert_eq!(numbers(&conn.cases(Folder::Done, None, None, 10).await?), [50]);
        assert_eq!(conn.count_cases(Folder::All, Some(id(AGENT)), 100).await?, 4);
        assert_eq!(conn.count_cases(Folder::All, None, 3).await?, 3);
        Ok(())
    }

    async fn every_folder_shows_a_user_exactly_what_the_case_lock_allows(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_department(&super::staff::department(77)).await?;
        let mut cases = vec![company::case(CASE, 1)];
        let department = [None, Some(id(DEPARTMENT)), Some(id(77))];
        for (n, department) in (0..36).zip(department.into_iter().cycle()) {
            let assignee_id = (n % 4 == 0).then_some(id(AGENT));
            let state = ["open", "open", "resolved", "snoozed", "open"][n % 5];
            let row = company::case(500 + n as u128, 500 + n as i64);
            cases.push(CaseRow { activity_at: NOW + n as i64 / 3, state: state.into(), department_id: department, assignee_id, ..row });
        }
        tx.insert_cases(&cases[1..]).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        let me = id(AGENT);
        let seen = |case: &CaseRow| case.assignee_id == Some(me) || case.department_id.is_none_or(|d| d == id(DEPARTMENT));
        let folders: [(Folder, Inside); 7] = [
            (Folder::Mine(me), |k| k.state == "open" && k.assignee_id == Some(id(AGENT))),
            (Folder::Unassigned, |k| k.state == "open" && k.assignee_id.is_none()),
            (Folder::Department(id(DEPARTMENT)), |k| k.state == "open" && k.department_id == Some(id(DEPARTMENT))),
            (Folder::Department(id(77)), |k| k.state == "open" && k.department_id == Some(id(77))),
            (Folder::All, |k| k.state == "open"),
            (Folder::Snoozed, |k| k.state == "snoozed"),
            (Folder::Done, |k| k.state == "resolved"),
        ];
        for (folder, inside) in folders {
            let mut expected: Vec<(i64, Uuid)> = cases.iter().filter(|k| inside(k) && seen(k)).map(|k| (k.activity_at, k.id)).collect();
            expected.sort_unstable_by(|a, b| b.cmp(a));
            let mut paged = Vec::new();
            loop {
                let page = conn.cases(folder, Some(me), paged.last().copied(), 2).await?;
                if page.is_empty() {
                    break;
                }
                paged.extend(page.iter().map(|k| (k.activity_at, k.id)));
            }
            assert_eq!(paged, expected, "{folder:?}");
            assert_eq!(conn.count_cases(folder, Some(me), 100).await?, expected.len() as i64, "{folder:?}");
            assert_eq!(conn.count_cases(folder, Some(me), 1).await?, 1.min(expected.len() as i64), "{folder:?}");
        }
        Ok(())
    }

    async fn due_answers_are_those_under_way_and_not_before_their_time(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        for row in [answer(300, NOW, "queued"), answer(301, NOW + 5, "queued"), answer(302, NOW, "sent"), answer(303, NOW - 1, "unknown")] {
            tx.insert_answer(&row).await?;
        }
        tx.commit().await?;
        let mut tx = store.begin().await?;
        let due = tx.due_answers(NOW, &[], 10).await?;
        assert_eq!(due.iter().map(|row| row.id).collect::<Vec<_>>(), [id(303), id(300)]);
        let claimed = OutboxRow { state: "sending".into(), attempts: 1, due_at: NOW + 60, ..due[1].clone() };
        tx.update_answer(&claimed).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert!(conn.any_answer_due(NOW).await?);
        let kept = conn.answer_of_post(id(1_300)).await?.expect("there");
        assert_eq!((kept.state.as_str(), kept.attempts, kept.due_at), ("sending", 1, NOW + 60));
        drop(conn);
        let mut tx = store.begin().await?;
        let twin = tx.insert_answer(&OutboxRow { id: id(999), ..answer(300, NOW, "queued") }).await;
        assert!(twin.is_err_and(|error| error.is_unique()), "one answer stands for a post");
        Ok(())
    }

    async fn identities_and_conversations_have_one_row_each(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        let twin = tx.insert_identities(&[company::identity(60, "marta")]).await;
        assert!(twin.is_err_and(|error| error.is_unique()));
        drop(tx);
        let mut tx = store.begin().await?;
        let twin = tx.insert_conversations(&[company::conversation(61, "t1", "public")]).await;
        assert!(twin.is_err_and(|error| error.is_unique()));
        drop(tx);
        let mut tx = store.begin().await?;
        let mut private = company::conversation(62, "t1", "private");
        private.continues = Some(id(CONVERSATION));
        tx.insert_conversations(&[private.clone()]).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.continuation(id(CONVERSATION), Some(id(PERSON))).await?, Some(private));
        assert_eq!(conn.continuation(id(CONVERSATION), Some(id(1))).await?, None, "somebody else's is not theirs");
        assert_eq!(conn.conversations_by_thread(id(CHANNEL), &["t1".into()]).await?.len(), 2);
        let found = conn.identities_by_external("mastodon", "", &["marta".into(), "luis".into()]).await?;
        assert_eq!(found, [company::identity(IDENTITY, "marta")]);
        assert_eq!(conn.live_cases_of(&[id(PERSON)]).await?.len(), 1);
        Ok(())
    }

    async fn files_come_in_order_and_uploads_are_attached_by_their_owner_only(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_posts(&[post(100, "con fotos"), post(101, "respuesta")]).await?;
        let file = |n: u128, position: i64| NewAttachment {
            id: id(n),
            post_id: Some(id(100)),
            user_id: None,
            position,
            mime: "image/png".into(),
            name: Some(format!("{n}.png")),
            alt: None,
            url: None,
            content: Some(vec![n as u8; 3]),
            created_at: NOW,
        };
        let upload = NewAttachment { post_id: None, user_id: Some(id(AGENT)), ..file(43, 2) };
        tx.save_attachments(&[file(42, 1), file(41, 0), upload]).await?;
        assert_eq!(tx.attach(id(101), id(999), &[id(43)]).await?, 0);
        assert_eq!(tx.attach(id(101), id(AGENT), &[id(43), id(42)]).await?, 1);
        tx.commit().await?;
        let mut conn = store.read().await?;
        let names: Vec<_> = conn.attachments_of(&[id(100)]).await?.into_iter().filter_map(|file| file.name).collect();
        assert_eq!(names, ["41.png", "42.png"]);
        assert_eq!(conn.attachments_of(&[id(101)]).await?[0].id, id(43));
        assert_eq!(conn.attachment(id(42)).await?.1, Some(vec![42; 3]));
        assert_eq!(conn.attachment_row(id(42)).await?.size, Some(3));
        Ok(())
    }

    async fn the_database_refuses_what_can_not_be(store) {
        company::with_a_case(&store).await?;
        for wrong in [
            "UPDATE care_case SET state = 'lost'",
            "UPDATE staff SET role = 'king'",
            "UPDATE post SET direction = 'up'",
            "DELETE FROM person",
            "UPDATE conversation SET visibility = 'secret'",
        ] {
            let mut tx = store.begin().await?;
            if wrong.contains("post") {
                tx.insert_posts(&[post(100, "uno")]).await?;
            }
            assert!(run(&mut tx, wrong).await.is_err(), "{wrong}");
        }
        Ok(())
    }
}

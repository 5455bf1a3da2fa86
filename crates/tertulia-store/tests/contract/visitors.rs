//! Visitors of web chats and what they upload.

use super::{company, company::NOW, count, id, on_both};
use tertulia_store::{attachment::NewAttachment, visitor::VisitorRow};
use uuid::Uuid;

fn visitor() -> VisitorRow {
    VisitorRow {
        id: id(60),
        channel_id: id(company::CHANNEL),
        external_id: "visitor-60".into(),
        name: None,
        email: None,
        page: None,
        lang: Some("es".into()),
        created_at: NOW,
        seen_at: NOW,
    }
}

fn upload(n: u128, owner: Uuid) -> NewAttachment {
    NewAttachment {
        id: id(n),
        post_id: None,
        user_id: Some(owner),
        position: 0,
        mime: "image/png".into(),
        name: Some("maleta.png".into()),
        alt: None,
        url: None,
        content: Some(vec![1, 2, 3]),
        created_at: NOW,
    }
}

on_both! {
    async fn a_visitor_is_known_by_the_secrets_hash_and_the_channel(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_visitor(&visitor(), b"hash").await?;
        let told = VisitorRow { name: Some("Ana".into()), email: Some("ana@beta.test".into()), page: Some("https://a.test/".into()), seen_at: NOW + 1, ..visitor() };
        tx.update_visitor(&told).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.visitor(id(company::CHANNEL), b"hash").await?, Some(told));
        assert_eq!(conn.visitor(id(company::CHANNEL), b"other").await?, None);
        assert_eq!(conn.visitor(id(99), b"hash").await?, None);
        let mut tx = store.begin().await?;
        let again = VisitorRow { id: id(61), external_id: "visitor-61".into(), ..visitor() };
        assert!(tx.insert_visitor(&again, b"hash").await.is_err_and(|error| error.is_unique()));
        Ok(())
    }

    async fn who_never_wrote_is_forgotten_after_a_week(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_visitor(&visitor(), b"silent").await?;
        let writes = VisitorRow { id: id(61), external_id: "visitor-61".into(), ..visitor() };
        tx.insert_visitor(&writes, b"writes").await?;
        tx.insert_conversations(&[company::conversation(62, "visitor-61", "private")]).await?;
        tx.commit().await?;
        const DAY: i64 = 86_400_000_000;
        for (days, left) in [(6, 2), (8, 1)] {
            let mut tx = store.begin().await?;
            tx.expire(NOW + days * DAY, 100).await?;
            tx.commit().await?;
            assert_eq!(count(&store, "SELECT count(*) FROM visitor").await?, left);
        }
        let mut conn = store.read().await?;
        assert_eq!(conn.visitor(id(company::CHANNEL), b"writes").await?, Some(writes));
        Ok(())
    }

    async fn uploads_wait_for_their_message_and_go_with_it(store) {
        company::with_a_case(&store).await?;
        let (owner, other) = (id(60), id(61));
        let mut tx = store.begin().await?;
        tx.save_attachments(&[upload(70, owner), upload(71, owner), upload(72, other)]).await?;
        assert_eq!((tx.waiting_uploads(owner).await?, tx.waiting_uploads(other).await?), (2, 1));
        tx.remove_uploads(owner, &[id(70), id(72)]).await?;
        assert_eq!((tx.waiting_uploads(owner).await?, tx.waiting_uploads(other).await?), (1, 1), "nobody removes another's");
        tx.commit().await?;
        assert_eq!(count(&store, "SELECT count(*) FROM attachment").await?, 2);
        Ok(())
    }
}

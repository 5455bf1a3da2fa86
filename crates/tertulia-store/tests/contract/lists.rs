//! Shared lists: found by name, each name once, held while something that names them is saved.

use super::{
    company::{self, AGENT, NOW},
    id, on_both,
};
use tertulia_store::{StoreError, bounded::Listed, list::ListRow};

fn list(n: u128, name: &str, words: &str) -> ListRow {
    ListRow {
        id: id(n),
        name: name.into(),
        name_key: name.to_lowercase(),
        words: words.into(),
        owner_id: Some(id(AGENT)),
        created_at: NOW,
        updated_at: NOW,
    }
}

on_both! {
    async fn lists_are_found_by_their_names(store) {
        company::with_a_case(&store).await?;
        let mut tx = store.begin().await?;
        tx.insert_list(&list(1, "Marcas", "Iberia\nAlma Mía")).await?;
        tx.insert_list(&list(2, "Aerolíneas", "LATAM")).await?;
        let taken = tx.insert_list(&list(3, "MARCAS", "otra")).await.expect_err("the name is taken");
        assert!(taken.is_unique(), "{taken}");
        drop(tx);

        let mut tx = store.begin().await?;
        tx.insert_list(&list(1, "Marcas", "Iberia\nAlma Mía")).await?;
        tx.insert_list(&list(2, "Aerolíneas", "LATAM")).await?;
        tx.commit().await?;
        let mut conn = store.read().await?;
        let names = |rows: Vec<ListRow>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(names(conn.lists().await?), ["Aerolíneas", "Marcas"]);
        assert_eq!(conn.count_listed(Listed::Lists).await?, 2);
        assert_eq!(names(conn.lists_named(&["marcas".into(), "nadie".into()]).await?), ["Marcas"]);
        assert!(conn.lists_named(&[]).await?.is_empty());
        assert_eq!(conn.list(id(1)).await?, list(1, "Marcas", "Iberia\nAlma Mía"));
        drop(conn);

        let mut tx = store.begin().await?;
        assert_eq!(names(tx.share_lists(&["marcas".into(), "aerolíneas".into()]).await?), ["Aerolíneas", "Marcas"]);
        let changed = ListRow { words: "Iberia".into(), owner_id: None, updated_at: NOW + 1, ..tx.lock_list(id(1)).await? };
        tx.update_list(&changed).await?;
        assert_eq!(tx.delete_list(id(2)).await?, 1);
        tx.commit().await?;
        let mut conn = store.read().await?;
        assert_eq!(conn.lists().await?, [changed]);
        assert!(matches!(conn.list(id(2)).await, Err(StoreError::NotFound)));
        Ok(())
    }
}

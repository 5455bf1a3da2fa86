//! History search: candidates by folded tokens, newest first, under the case lock.

use super::{
    company::{self, AGENT, CHANNEL, post},
    id, on_both,
};
use tertulia_store::{
    Store,
    case::CaseRow,
    search::{PostFilter, Terms},
};

const TEXTS: [&str; 4] = ["mi pedido no llega", "pedido cancelado", "vuelo demorado a lima", "que buen pedido o'higgins"];

async fn found(store: &Store, terms: Terms, filter: PostFilter) -> anyhow::Result<Vec<u128>> {
    let rows = store.read().await?.candidates(terms, filter, i64::MAX, 10).await?;
    Ok(rows.iter().map(|row| row.id.as_u128() - id(0).as_u128()).collect())
}

fn word(text: &str) -> Terms {
    Terms::Word(text.into())
}

async fn fill(store: &Store) -> anyhow::Result<()> {
    company::with_a_case(store).await?;
    let mut tx = store.begin().await?;
    tx.insert_department(&super::staff::department(77)).await?;
    tx.insert_cases(&[CaseRow { department_id: Some(id(77)), ..company::case(55, 55) }]).await?;
    let mut posts: Vec<_> = TEXTS.iter().enumerate().map(|(n, text)| post(100 + n as u128, text)).collect();
    posts[1].row.case_id = Some(id(55));
    posts[2].row.case_id = None;
    let inserted = tx.insert_posts(&posts).await?;
    let indexed: Vec<(i64, &str)> = inserted.iter().zip(TEXTS).map(|((seq, _), text)| (*seq, text)).collect();
    tx.index_posts(&indexed).await?;
    tx.save_matches(&[(id(70), inserted[2].0, id(102))], company::NOW).await?;
    Ok(tx.commit().await?)
}

on_both! {
    async fn words_prefixes_and_their_combinations(store) {
        fill(&store).await?;
        let anywhere = PostFilter::default();
        assert_eq!(found(&store, Terms::Everything, anywhere).await?, [103, 102, 101, 100]);
        assert_eq!(found(&store, word("pedido"), anywhere).await?, [103, 101, 100]);
        assert_eq!(found(&store, Terms::Prefix("demor".into()), anywhere).await?, [102]);
        assert_eq!(found(&store, Terms::All(vec![word("pedido"), word("llega")]), anywhere).await?, [100]);
        assert_eq!(found(&store, Terms::Any(vec![word("vuelo"), word("cancelado")]), anywhere).await?, [102, 101]);
        assert_eq!(found(&store, Terms::Any(vec![word("vuelo"), Terms::Everything]), anywhere).await?.len(), 4);
        let nested = Terms::All(vec![word("pedido"), Terms::Any(vec![word("buen"), Terms::Prefix("cancel".into())])]);
        assert_eq!(found(&store, nested, anywhere).await?, [103, 101]);
        assert_eq!(found(&store, word("nadie"), anywhere).await?, Vec::<u128>::new());
        for hostile in ["\"", "'", "\\", "a' | 'b", "\" OR \"", "*", ":*", "&"] {
            found(&store, Terms::All(vec![word("pedido"), word(hostile)]), anywhere).await?;
        }
        Ok(())
    }

    async fn filters_narrow_and_the_case_lock_hides(store) {
        fill(&store).await?;
        let all = PostFilter::default();
        let seen = PostFilter { seen_by: Some(id(AGENT)), ..all };
        assert_eq!(found(&store, word("pedido"), seen).await?, [103, 100]);
        assert_eq!(found(&store, Terms::Everything, seen).await?, [103, 102, 100]);
        assert_eq!(found(&store, Terms::Everything, PostFilter { with_case: true, ..all }).await?, [103, 101, 100]);
        assert_eq!(found(&store, Terms::Everything, PostFilter { monitor: Some(id(70)), ..all }).await?, [102]);
        assert_eq!(found(&store, word("pedido"), PostFilter { channel: Some(id(CHANNEL)), ..all }).await?.len(), 3);
        assert_eq!(found(&store, word("pedido"), PostFilter { channel: Some(id(999)), ..all }).await?.len(), 0);
        Ok(())
    }

    async fn pages_go_down_by_arrival_and_what_is_unindexed_is_gone(store) {
        fill(&store).await?;
        let mut conn = store.read().await?;
        let first = conn.candidates(word("pedido"), PostFilter::default(), i64::MAX, 2).await?;
        let next = conn.candidates(word("pedido"), PostFilter::default(), first[1].seq, 2).await?;
        assert_eq!((first.len(), next.len(), next[0].id), (2, 1, id(100)));
        drop(conn);
        let mut tx = store.begin().await?;
        tx.unindex_post(next[0].seq).await?;
        tx.commit().await?;
        assert_eq!(found(&store, word("pedido"), PostFilter::default()).await?, [103, 101]);
        Ok(())
    }
}

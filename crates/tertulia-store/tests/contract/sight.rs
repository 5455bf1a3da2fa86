//! The case lock is written twice, in Rust for a row at hand and in SQL for lists and counts: both say the same of every
//! case, whatever the departments and whoever has it.

use super::{
    company::{PERSON, case, post, with_a_case},
    id, on_both,
    staff::{department, user},
};
use std::collections::BTreeSet;
use tertulia_kernel::UserId;
use tertulia_policy::Sight;
use tertulia_store::{
    Store,
    case::{CaseRow, Folder},
    search::{PostFilter, Terms},
};
use uuid::Uuid;

const DEPARTMENTS: [u128; 3] = [700, 701, 702];
const ME: u128 = 600;
const OTHER: u128 = 601;

/// A case of each department and of none, assigned to nobody, me and somebody else, with a post in each.
async fn fill(store: &Store) -> anyhow::Result<Vec<CaseRow>> {
    with_a_case(store).await?;
    let mut tx = store.begin().await?;
    for n in DEPARTMENTS {
        tx.insert_department(&department(n)).await?;
    }
    tx.insert_user(&user(ME, &[])).await?;
    tx.insert_user(&user(OTHER, &[])).await?;
    let mut cases = Vec::new();
    for department in [None, Some(DEPARTMENTS[0]), Some(DEPARTMENTS[1]), Some(DEPARTMENTS[2])] {
        for assignee in [None, Some(ME), Some(OTHER)] {
            let n = cases.len() as u128;
            cases.push(CaseRow { department_id: department.map(id), assignee_id: assignee.map(id), ..case(900 + n, 100 + n as i64) });
        }
    }
    tx.insert_cases(&cases).await?;
    let posts: Vec<_> = (0..cases.len() as u128)
        .map(|n| {
            let mut post = post(9_000 + n, "pedido");
            post.row.case_id = Some(id(900 + n));
            post
        })
        .collect();
    let numbers = tx.insert_posts(&posts).await?;
    let found: Vec<(i64, &str)> = numbers.iter().map(|(seq, _)| (*seq, "pedido")).collect();
    tx.index_posts(&found).await?;
    tx.commit().await?;
    Ok(cases)
}

on_both! {
    async fn what_sql_shows_is_what_the_predicate_says(store) {
        let cases = fill(&store).await?;
        for mask in 0..8usize {
            let own: Vec<_> = DEPARTMENTS.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, n)| id(*n).into()).collect();
            let mut tx = store.begin().await?;
            tx.save_user(&user(ME, &own)).await?;
            tx.commit().await?;
            let sight = Sight::Own(UserId(id(ME)));
            let said: BTreeSet<Uuid> = cases
                .iter()
                .filter(|row| sight.sees(row.department_id.map(Into::into), row.assignee_id.map(Into::into), &own))
                .map(|row| row.id)
                .collect();
            let me = Some(id(ME));
            let mut conn = store.read().await?;
            let ours = |rows: Vec<CaseRow>| rows.into_iter().map(|row| row.id).filter(|id| cases.iter().any(|row| row.id == *id)).collect::<BTreeSet<_>>();
            assert_eq!(ours(conn.cases(Folder::All, me, None, 100).await?), said, "a folder, {mask:03b}");
            assert_eq!(ours(conn.cases_of_person(id(PERSON), me, Uuid::max(), 100).await?), said, "a person's, {mask:03b}");
            let filter = PostFilter { with_case: true, seen_by: me, ..PostFilter::default() };
            let posts = conn.candidates(Terms::Word("pedido".into()), filter, i64::MAX, 100).await?;
            let found: BTreeSet<Uuid> = posts.into_iter().filter_map(|post| post.case_id).filter(|id| cases.iter().any(|row| row.id == *id)).collect();
            assert_eq!(found, said, "a search, {mask:03b}");
            assert_eq!(conn.count_posts_of_person_seen(id(PERSON), me).await?, said.len() as i64, "a count, {mask:03b}");
        }
        Ok(())
    }
}

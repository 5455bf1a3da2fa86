//! How posts hang together: which post answers which, and what one person wrote.

use crate::{
    Conn, Result, on,
    post::{COLUMNS, PostRow},
    search::push_sight,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

/// Leaves posts `p` that a user sees by the case lock; posts without a case are seen by all.
fn push_seen<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, seen_by: Option<Uuid>)
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    if let Some(user) = seen_by {
        query.push(" AND (p.case_id IS NULL OR EXISTS (SELECT 1 FROM care_case k WHERE k.id = p.case_id AND ");
        push_sight(query, user);
        query.push("))");
    }
}

impl Conn {
    /// What was answered last in a case.
    pub async fn last_answer(&mut self, case: Uuid) -> Result<Option<PostRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM post WHERE case_id = $1 AND direction = 'out' AND deleted_at IS NULL ORDER BY seq DESC LIMIT 1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(case).fetch_optional(c).await?))
    }

    /// `(post, post it answers)` of these posts, for those whose parent we have.
    pub async fn parents_of(&mut self, posts: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(500) {
            let part: Vec<(Uuid, Uuid)> = on!(self, c, DB => {
                let mut query = QueryBuilder::<DB>::new(
                    "SELECT p.id, q.id FROM post p JOIN post q ON q.channel_id = p.channel_id AND q.external_id = p.in_reply_to WHERE p.id IN (",
                );
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY q.seq");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }
}

/// Leaves rows of `person` of whom a user sees a case or a post we keep, by the same lock: each question has its index.
pub(crate) fn push_person_seen<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, user: Uuid)
where
    Uuid: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(" AND (EXISTS (SELECT 1 FROM care_case k WHERE k.person_id = person.id AND ");
    push_sight(query, user);
    query.push(") OR EXISTS (SELECT 1 FROM identity i CROSS JOIN post p WHERE i.person_id = person.id AND p.identity_id = i.id");
    push_seen(query, Some(user));
    query.push("))");
}

impl Conn {
    /// Whether a user sees a case of a person's or a post of theirs that we keep. Whom nobody knows, nobody sees.
    pub async fn sees_person(&mut self, user: Uuid, person: Uuid) -> Result<bool> {
        let seen: i64 = on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new("SELECT count(*) FROM person WHERE person.id = ");
            query.push_bind(person);
            push_person_seen(&mut query, user);
            query.build_query_scalar().fetch_one(c).await?
        });
        Ok(seen > 0)
    }

    /// Posts of a person, newest first, before `seq`; with `seen_by`, only those this user sees by the case lock.
    pub async fn posts_of_person_seen(&mut self, person: Uuid, seen_by: Option<Uuid>, before: i64, limit: i64) -> Result<Vec<PostRow>> {
        let columns: String = COLUMNS.split(',').map(|column| format!("p.{}", column.trim())).collect::<Vec<_>>().join(", ");
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!(
                "SELECT {columns} FROM post p WHERE p.identity_id IN (SELECT id FROM identity WHERE person_id = "
            ));
            query.push_bind(person).push(") AND p.seq < ").push_bind(before);
            push_seen(&mut query, seen_by);
            query.push(" ORDER BY p.seq DESC LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await?
        }))
    }

    /// How many posts [`Conn::posts_of_person_seen`] would give.
    pub async fn count_posts_of_person_seen(&mut self, person: Uuid, seen_by: Option<Uuid>) -> Result<i64> {
        Ok(on!(self, c, DB => {
            let mut query =
                QueryBuilder::<DB>::new("SELECT count(*) FROM post p WHERE p.identity_id IN (SELECT id FROM identity WHERE person_id = ");
            query.push_bind(person).push(")");
            push_seen(&mut query, seen_by);
            query.build_query_scalar().fetch_one(c).await?
        }))
    }
}

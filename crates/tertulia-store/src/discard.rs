//! Matches thrown out as noise, and what monitors have in common.

use crate::{
    Conn, Result, Tx, on,
    post::{COLUMNS, PostRow},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

impl Conn {
    /// Newest posts a monitor matches that were thrown out (`discarded`) or were not.
    pub async fn posts_of_monitor(&mut self, monitor: Uuid, discarded: bool, limit: i64) -> Result<Vec<PostRow>> {
        let columns: String = COLUMNS.split(',').map(|column| format!("p.{}", column.trim())).collect::<Vec<_>>().join(", ");
        let not = if discarded { "" } else { "NOT " };
        // Driven by the monitor's own matches, newest first; the order of the joins is the order of the work.
        let sql = format!(
            "SELECT {columns} FROM post_match m CROSS JOIN post p WHERE m.monitor_id = $1 AND p.seq = m.post_seq AND p.deleted_at IS NULL
             AND {not}EXISTS (SELECT 1 FROM match_discard d WHERE d.monitor_id = m.monitor_id AND d.post_seq = m.post_seq)
             ORDER BY m.post_seq DESC LIMIT $2"
        );
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(monitor).bind(limit).fetch_all(c).await?))
    }

    /// Of these posts, those a monitor matches, with whether they are thrown out: `(seq, post, discarded)`.
    pub async fn matched_posts(&mut self, monitor: Uuid, posts: &[Uuid]) -> Result<Vec<(i64, Uuid, bool)>> {
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(
                "SELECT m.post_seq, m.post_id, d.post_seq IS NOT NULL FROM post_match m
                 LEFT JOIN match_discard d ON d.monitor_id = m.monitor_id AND d.post_seq = m.post_seq WHERE m.monitor_id = ",
            );
            query.push_bind(monitor).push(" AND m.post_id IN (");
            let mut list = query.separated(", ");
            for id in posts {
                list.push_bind(*id);
            }
            query.push(")");
            query.build_query_as().fetch_all(c).await?
        }))
    }

    /// The newest post's place in the order of arrival; 0 when there is none.
    pub async fn newest_post(&mut self) -> Result<i64> {
        const SQL: &str = "SELECT max(seq) FROM post";
        let newest: Option<i64> = on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await?);
        Ok(newest.unwrap_or_default())
    }

    /// How many posts from `since` (a place) on a monitor matches.
    pub async fn count_matches_from(&mut self, monitor: Uuid, since: i64) -> Result<i64> {
        const SQL: &str = "SELECT count(*) FROM post_match WHERE monitor_id = $1 AND post_seq >= $2";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(monitor).bind(since).fetch_one(c).await?))
    }

    /// Which other monitors match the same posts from `since` on, and how many of them: `(monitor, shared)`, most first.
    pub async fn shared_matches(&mut self, monitor: Uuid, since: i64, least: i64) -> Result<Vec<(Uuid, i64)>> {
        const SQL: &str = "SELECT o.monitor_id, count(*) FROM post_match m JOIN post_match o ON o.post_id = m.post_id
            WHERE m.monitor_id = $1 AND m.post_seq >= $2 AND o.monitor_id <> m.monitor_id
            GROUP BY o.monitor_id HAVING count(*) >= $3 ORDER BY 2 DESC LIMIT 200";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(monitor).bind(since).bind(least).fetch_all(c).await?))
    }
}

impl Tx {
    /// Throws a match out.
    pub async fn discard_match(&mut self, monitor: Uuid, seq: i64, post: Uuid, user: Option<Uuid>, at: i64) -> Result<()> {
        const SQL: &str =
            "INSERT INTO match_discard (monitor_id, post_seq, post_id, user_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        on!(self, c => sqlx::query(SQL).bind(monitor).bind(seq).bind(post).bind(user).bind(at).execute(c).await?.rows_affected());
        Ok(())
    }

    /// Takes a match back in.
    pub async fn undiscard_match(&mut self, monitor: Uuid, seq: i64) -> Result<()> {
        const SQL: &str = "DELETE FROM match_discard WHERE monitor_id = $1 AND post_seq = $2";
        on!(self, c => sqlx::query(SQL).bind(monitor).bind(seq).execute(c).await?.rows_affected());
        Ok(())
    }
}

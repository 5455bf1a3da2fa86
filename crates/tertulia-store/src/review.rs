//! The review queue: which posts were drawn for people to look at, and by what.

use crate::{Conn, Result, Tx, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A post drawn for review.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReviewRow {
    /// Post.
    pub post_id: Uuid,
    /// Whom it is shown to.
    pub user_id: Uuid,
    /// Drawn by chance, not for being doubtful.
    pub random: bool,
    /// When.
    pub drawn_at: i64,
    /// When it was answered or passed over.
    pub done_at: Option<i64>,
}

const COLUMNS: &str = "post_id, user_id, random, drawn_at, done_at";

impl Conn {
    /// A post's review, when it was drawn.
    pub async fn review(&mut self, post: Uuid) -> Result<Option<ReviewRow>> {
        let sql = format!("SELECT {COLUMNS} FROM review WHERE post_id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(post).fetch_optional(c).await?))
    }

    /// How many posts of since a moment nobody has drawn.
    pub async fn count_reviewable(&mut self, since: i64) -> Result<i64> {
        const SQL: &str =
            "SELECT count(*) FROM reading r WHERE r.at >= $1 AND NOT EXISTS (SELECT 1 FROM review v WHERE v.post_id = r.post_id)";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(since).fetch_one(c).await?))
    }

    /// The one of them at a place, in order of arrival.
    pub async fn reviewable_at(&mut self, since: i64, place: i64) -> Result<Option<Uuid>> {
        const SQL: &str = "SELECT r.post_id FROM reading r WHERE r.at >= $1
            AND NOT EXISTS (SELECT 1 FROM review v WHERE v.post_id = r.post_id) ORDER BY r.at, r.post_id LIMIT 1 OFFSET $2";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(since).bind(place).fetch_optional(c).await?))
    }

    /// The most doubtful of them that nobody has said anything about.
    pub async fn most_doubtful(&mut self, since: i64) -> Result<Option<Uuid>> {
        const SQL: &str = "SELECT r.post_id FROM reading r WHERE r.at >= $1 AND r.doubt > 0
            AND NOT EXISTS (SELECT 1 FROM review v WHERE v.post_id = r.post_id) ORDER BY r.doubt DESC, r.post_id LIMIT 1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(since).fetch_optional(c).await?))
    }

    /// How many reviews were answered since a moment, and how many of them were drawn by chance.
    pub async fn count_reviews(&mut self, since: i64) -> Result<(i64, i64)> {
        const SQL: &str = "SELECT count(*), count(CASE WHEN random THEN 1 END) FROM review WHERE done_at >= $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(since).fetch_one(c).await?))
    }
}

impl Tx {
    /// What this user drew and has not answered, or what somebody drew before `stale` and left lying.
    pub async fn open_review(&mut self, user: Uuid, stale: i64) -> Result<Option<ReviewRow>> {
        // A post that was deleted meanwhile is not asked about any more.
        let sql = format!(
            "SELECT {COLUMNS} FROM review v WHERE v.done_at IS NULL AND (v.user_id = $1 OR v.drawn_at <= $2)
             AND EXISTS (SELECT 1 FROM reading r WHERE r.post_id = v.post_id) ORDER BY v.drawn_at LIMIT 1{}",
            self.dialect().skip_locked()
        );
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(user).bind(stale).fetch_optional(c).await?))
    }

    /// Whether the last draw was by chance; none when there was none.
    pub async fn last_draw(&mut self) -> Result<Option<bool>> {
        const SQL: &str = "SELECT random FROM review ORDER BY drawn_at DESC, post_id DESC LIMIT 1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_optional(c).await?))
    }

    /// Puts a draw. Of two that draw the same post at once the second is refused.
    pub async fn insert_review(&mut self, row: &ReviewRow) -> Result<()> {
        const SQL: &str = "INSERT INTO review (post_id, user_id, random, drawn_at, done_at) VALUES ($1, $2, $3, $4, $5)";
        on!(self, c => sqlx::query(SQL).bind(row.post_id).bind(row.user_id).bind(row.random).bind(row.drawn_at).bind(row.done_at)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Ends a review this user has open; none when it is somebody else's or was ended.
    pub async fn end_review(&mut self, post: Uuid, user: Uuid, at: i64) -> Result<Option<ReviewRow>> {
        let sql = format!("UPDATE review SET done_at = $3 WHERE post_id = $1 AND user_id = $2 AND done_at IS NULL RETURNING {COLUMNS}");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(post).bind(user).bind(at).fetch_optional(c).await?))
    }

    /// Gives an open review to a user.
    pub async fn update_review(&mut self, row: &ReviewRow) -> Result<()> {
        const SQL: &str = "UPDATE review SET user_id = $2, drawn_at = $3, done_at = $4 WHERE post_id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.post_id).bind(row.user_id).bind(row.drawn_at).bind(row.done_at).execute(c).await?.rows_affected());
        Ok(())
    }
}

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
    /// How many passed it over; 0 once somebody answered.
    pub passed: i64,
}

/// How reviews of a time ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct ReviewCounts {
    /// Answered.
    pub answered: i64,
    /// Of those drawn by chance, passed over without an answer.
    pub passed: i64,
}

const COLUMNS: &str = "post_id, user_id, random, drawn_at, done_at, passed";
/// What chance draws from, of `reading r`, for user `$2`: all that was not drawn by chance before. What somebody passed over is
/// drawn once more, for somebody else, so that what is hard to tell does not fall out of the sample.
const DRAWABLE: &str = "r.at >= $1 AND NOT EXISTS
    (SELECT 1 FROM review v WHERE v.post_id = r.post_id AND v.random AND (v.done_at IS NULL OR v.passed <> 1 OR v.user_id = $2))";

impl Conn {
    /// How many posts of since a moment chance draws from for a user.
    pub async fn count_reviewable(&mut self, since: i64, user: Uuid) -> Result<i64> {
        let sql = format!("SELECT count(*) FROM reading r WHERE {DRAWABLE}");
        Ok(on!(self, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(since).bind(user).fetch_one(c).await?))
    }

    /// The one of them at a place, in order of arrival.
    pub async fn reviewable_at(&mut self, since: i64, user: Uuid, place: i64) -> Result<Option<Uuid>> {
        let sql = format!("SELECT r.post_id FROM reading r WHERE {DRAWABLE} ORDER BY r.at, r.post_id LIMIT 1 OFFSET $3");
        Ok(on!(self, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(since).bind(user).bind(place).fetch_optional(c).await?))
    }

    /// The most doubtful that nobody has drawn or said anything about.
    pub async fn most_doubtful(&mut self, since: i64) -> Result<Option<Uuid>> {
        const SQL: &str = "SELECT r.post_id FROM reading r WHERE r.at >= $1 AND r.doubt > 0
            AND NOT EXISTS (SELECT 1 FROM review v WHERE v.post_id = r.post_id) ORDER BY r.doubt DESC, r.post_id LIMIT 1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(since).fetch_optional(c).await?))
    }

    /// How reviews ended since a moment.
    pub async fn count_reviews(&mut self, since: i64) -> Result<ReviewCounts> {
        const SQL: &str =
            "SELECT count(CASE WHEN passed = 0 THEN 1 END) AS answered, count(CASE WHEN random AND passed > 0 THEN 1 END) AS passed
            FROM review WHERE done_at >= $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(since).fetch_one(c).await?))
    }

    /// What this user drew and has not answered, or what somebody drew before `stale` and left lying.
    pub async fn open_review(&mut self, user: Uuid, stale: i64) -> Result<Option<ReviewRow>> {
        // A post that was deleted meanwhile is not asked about any more.
        let sql = format!(
            "SELECT {COLUMNS} FROM review v WHERE v.done_at IS NULL AND (v.user_id = $1 OR v.drawn_at <= $2)
             AND EXISTS (SELECT 1 FROM reading r WHERE r.post_id = v.post_id) ORDER BY v.drawn_at LIMIT 1"
        );
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(user).bind(stale).fetch_optional(c).await?))
    }

    /// Whether the last draw was by chance; none when there was none.
    pub async fn last_draw(&mut self) -> Result<Option<bool>> {
        const SQL: &str = "SELECT random FROM review ORDER BY drawn_at DESC, post_id DESC LIMIT 1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_optional(c).await?))
    }
}

impl Tx {
    /// Puts a draw, or draws again what somebody else passed over; false when another was first.
    pub async fn insert_review(&mut self, row: &ReviewRow) -> Result<bool> {
        const SQL: &str = "INSERT INTO review (post_id, user_id, random, drawn_at, done_at, passed) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (post_id, random) DO UPDATE SET user_id = excluded.user_id, drawn_at = excluded.drawn_at, done_at = NULL
                WHERE review.done_at IS NOT NULL AND review.passed = 1 AND review.user_id <> excluded.user_id";
        let done = on!(self, c => sqlx::query(SQL).bind(row.post_id).bind(row.user_id).bind(row.random).bind(row.drawn_at)
            .bind(row.done_at).bind(row.passed).execute(c).await?.rows_affected());
        Ok(done > 0)
    }

    /// Ends a review this user has open; none when it is somebody else's or was ended. Who passes it over says nothing.
    pub async fn end_review(&mut self, post: Uuid, user: Uuid, at: i64, answered: bool) -> Result<Option<ReviewRow>> {
        let passed = if answered { "0" } else { "passed + 1" };
        let sql = format!(
            "UPDATE review SET done_at = $3, passed = {passed} WHERE post_id = $1 AND user_id = $2 AND done_at IS NULL RETURNING {COLUMNS}"
        );
        let mut ended: Vec<ReviewRow> =
            on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(post).bind(user).bind(at).fetch_all(c).await?);
        // Drawn twice, it was asked about without its labels: the answer is one by chance.
        ended.sort_by_key(|row| row.random);
        Ok(ended.pop())
    }

    /// Gives an open review to a user; false when it was ended meanwhile.
    pub async fn take_review(&mut self, row: &ReviewRow) -> Result<bool> {
        const SQL: &str = "UPDATE review SET user_id = $3, drawn_at = $4 WHERE post_id = $1 AND random = $2 AND done_at IS NULL";
        let done = on!(self, c => sqlx::query(SQL).bind(row.post_id).bind(row.random).bind(row.user_id).bind(row.drawn_at)
            .execute(c).await?.rows_affected());
        Ok(done > 0)
    }
}

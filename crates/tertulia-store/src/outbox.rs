//! The outbox: answers on their way out. A row is claimed before its answer is sent and settled after; a claim whose
//! lease ran out means that nobody knows how the send ended.

use crate::{Conn, Result, Tx, on};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// An answer on its way out.
#[derive(Clone, Debug, FromRow)]
pub struct OutboxRow {
    /// The answer's id: its idempotency key.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// Conversation.
    pub conversation_id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// The post that stands for it in the thread.
    pub post_id: Uuid,
    /// Post it answers.
    pub reply_to: Option<Uuid>,
    /// Subject.
    pub subject: Option<String>,
    /// Text.
    pub text: String,
    /// `public` or `private`.
    pub visibility: String,
    /// Resolve the case when sent.
    pub resolve: bool,
    /// `queued`, `sending`, `sent`, `retrying`, `rejected`, `unknown`, `stuck`, `cancelled`, `delivered`, `failed`.
    pub state: String,
    /// Times tried.
    pub attempts: i64,
    /// Not before.
    pub due_at: i64,
    /// Why it is not sent.
    pub reason: Option<String>,
    /// Author.
    pub created_by: Uuid,
    /// When the agent pressed send.
    pub created_at: i64,
    /// When the network took it.
    pub sent_at: Option<i64>,
}

const COLUMNS: &str =
    "id, channel_id, conversation_id, case_id, post_id, reply_to, subject, text, visibility, resolve, state, attempts, due_at,
    reason, created_by, created_at, sent_at";

impl Conn {
    /// One answer.
    pub async fn answer(&mut self, id: Uuid) -> Result<OutboxRow> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// The answer a post stands for.
    pub async fn answer_of_post(&mut self, post: Uuid) -> Result<Option<OutboxRow>> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE post_id = $1");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(post).fetch_optional(c).await?))
    }

    /// Whether an answer is due.
    pub async fn any_answer_due(&mut self, now: i64) -> Result<bool> {
        const SQL: &str = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state IN ('queued', 'sending', 'retrying', 'unknown') AND due_at <= $1 LIMIT 1) AS due";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(now).fetch_one(c).await?);
        Ok(count > 0)
    }

    /// Answers that these posts stand for.
    pub async fn answers_of_posts(&mut self, posts: &[Uuid]) -> Result<Vec<OutboxRow>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(500) {
            let part: Vec<OutboxRow> = on!(self, c, DB => {
                let mut query = sqlx::QueryBuilder::<DB>::new(format!("SELECT {COLUMNS} FROM outbox WHERE post_id IN ("));
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }
}

impl Tx {
    /// Makes every answer on its way one of unknown end: this database is a copy of an earlier moment, and they may have
    /// left since. Returns how many.
    pub async fn doubt_answers(&mut self) -> Result<u64> {
        const SQL: &str = "UPDATE outbox SET state = 'unknown' WHERE state IN ('queued', 'sending', 'retrying')";
        Ok(on!(self, c => sqlx::query(SQL).execute(c).await?.rows_affected()))
    }

    /// Adds an answer.
    pub async fn insert_answer(&mut self, row: &OutboxRow) -> Result<()> {
        let sql =
            format!("INSERT INTO outbox ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(row.channel_id).bind(row.conversation_id).bind(row.case_id)
            .bind(row.post_id).bind(row.reply_to).bind(&row.subject).bind(&row.text).bind(&row.visibility).bind(row.resolve).bind(&row.state)
            .bind(row.attempts).bind(row.due_at).bind(&row.reason).bind(row.created_by).bind(row.created_at).bind(row.sent_at)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Answers due now but those of these channels, locked against other nodes, as they stand before being claimed.
    pub async fn due_answers(&mut self, now: i64, but: &[Uuid], limit: i64) -> Result<Vec<OutboxRow>> {
        let skip_locked = self.dialect().skip_locked();
        Ok(on!(self, c, DB => {
            let mut query = QueryBuilder::<DB>::new(format!(
                "SELECT {COLUMNS} FROM outbox WHERE state IN ('queued', 'sending', 'retrying', 'unknown') AND due_at <= "
            ));
            query.push_bind(now);
            for channel in but {
                query.push(" AND channel_id <> ").push_bind(*channel);
            }
            query.push(" ORDER BY due_at LIMIT ").push_bind(limit).push(skip_locked);
            query.build_query_as().fetch_all(c).await?
        }))
    }

    /// One answer, locked.
    pub async fn lock_answer(&mut self, id: Uuid) -> Result<OutboxRow> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = $1{}", self.dialect().for_update());
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(c).await?))
    }

    /// Puts an answer's state.
    pub async fn update_answer(&mut self, row: &OutboxRow) -> Result<()> {
        const SQL: &str = "UPDATE outbox SET state = $2, attempts = $3, due_at = $4, reason = $5, sent_at = $6 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.state).bind(row.attempts).bind(row.due_at).bind(&row.reason).bind(row.sent_at)
            .execute(c).await?.rows_affected());
        Ok(())
    }
}

//! Visitors of web chats, and the files they upload before sending them.

use crate::{Conn, Result, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A visitor.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct VisitorRow {
    /// Id; also the owner of uploads that no message carries yet.
    pub id: Uuid,
    /// Channel.
    pub channel_id: Uuid,
    /// Author id of the visitor's posts.
    pub external_id: String,
    /// Name the visitor gave.
    pub name: Option<String>,
    /// E-mail the visitor gave; nobody checked it.
    pub email: Option<String>,
    /// Page of the latest visit.
    pub page: Option<String>,
    /// Language of the latest visit.
    pub lang: Option<String>,
    /// First visit.
    pub created_at: i64,
    /// Latest visit.
    pub seen_at: i64,
}

const COLUMNS: &str = "id, channel_id, external_id, name, email, page, lang, created_at, seen_at";

impl Conn {
    /// The visitor of a channel with a secret of this hash.
    pub async fn visitor(&mut self, channel: Uuid, token_hash: &[u8]) -> Result<Option<VisitorRow>> {
        let sql = format!("SELECT {COLUMNS} FROM visitor WHERE token_hash = $1 AND channel_id = $2");
        Ok(on!(self, c => sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(token_hash).bind(channel).fetch_optional(c).await?))
    }

    /// Inserts a visitor.
    pub async fn insert_visitor(&mut self, row: &VisitorRow, token_hash: &[u8]) -> Result<()> {
        let sql = format!("INSERT INTO visitor ({COLUMNS}, token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
        on!(self, c => sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row.id).bind(row.channel_id).bind(&row.external_id).bind(&row.name)
            .bind(&row.email).bind(&row.page).bind(&row.lang).bind(row.created_at).bind(row.seen_at).bind(token_hash)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// Puts what the latest visit told.
    pub async fn update_visitor(&mut self, row: &VisitorRow) -> Result<()> {
        const SQL: &str = "UPDATE visitor SET name = $2, email = $3, page = $4, lang = $5, seen_at = $6 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(row.id).bind(&row.name).bind(&row.email).bind(&row.page).bind(&row.lang).bind(row.seen_at)
            .execute(c).await?.rows_affected());
        Ok(())
    }

    /// How many uploads of an owner no message carries yet.
    pub async fn waiting_uploads(&mut self, owner: Uuid) -> Result<i64> {
        const SQL: &str = "SELECT count(*) FROM attachment WHERE user_id = $1 AND post_id IS NULL";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(owner).fetch_one(c).await?))
    }

    /// Removes uploads of an owner that a message carries now (as its own copy).
    pub async fn remove_uploads(&mut self, owner: Uuid, files: &[Uuid]) -> Result<()> {
        const SQL: &str = "DELETE FROM attachment WHERE id = $1 AND user_id = $2 AND post_id IS NULL";
        for file in files {
            on!(self, c => sqlx::query(SQL).bind(file).bind(owner).execute(c).await?.rows_affected());
        }
        Ok(())
    }
}

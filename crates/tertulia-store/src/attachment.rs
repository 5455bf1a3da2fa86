//! Files of posts, and files on their way to one.

use crate::{Conn, Result, Tx, on, post::ROWS};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

/// A file of a post, without its content.
#[derive(Clone, Debug, FromRow)]
pub struct AttachmentRow {
    /// Id.
    pub id: Uuid,
    /// Post.
    pub post_id: Option<Uuid>,
    /// Who uploaded it.
    pub user_id: Option<Uuid>,
    /// Media type.
    pub mime: String,
    /// Name.
    pub name: Option<String>,
    /// Description.
    pub alt: Option<String>,
    /// Where the network keeps it.
    pub url: Option<String>,
    /// Bytes stored here.
    pub size: Option<i64>,
}

/// A file to store.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// Id.
    pub id: Uuid,
    /// Post.
    pub post_id: Option<Uuid>,
    /// Who uploaded it.
    pub user_id: Option<Uuid>,
    /// Place among the post's files.
    pub position: i64,
    /// Media type.
    pub mime: String,
    /// Name.
    pub name: Option<String>,
    /// Description.
    pub alt: Option<String>,
    /// Where the network keeps it.
    pub url: Option<String>,
    /// Content.
    pub content: Option<Vec<u8>>,
    /// When.
    pub created_at: i64,
}

impl Conn {
    /// Files of these posts, in their order.
    pub async fn attachments_of(&mut self, posts: &[Uuid]) -> Result<Vec<AttachmentRow>> {
        let mut found = Vec::new();
        for chunk in posts.chunks(ROWS) {
            let part: Vec<AttachmentRow> = on!(self, c, DB => {
                let mut query =
                    QueryBuilder::<DB>::new("SELECT id, post_id, user_id, mime, name, alt, url, size FROM attachment WHERE post_id IN (");
                let mut list = query.separated(", ");
                for id in chunk {
                    list.push_bind(*id);
                }
                query.push(") ORDER BY post_id, position");
                query.build_query_as().fetch_all(c).await?
            });
            found.extend(part);
        }
        Ok(found)
    }

    /// One file, without its content, which may be large.
    pub async fn attachment_row(&mut self, id: Uuid) -> Result<AttachmentRow> {
        const SQL: &str = "SELECT id, post_id, user_id, mime, name, alt, url, size FROM attachment WHERE id = $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(id).fetch_one(c).await?))
    }

    /// One file and, apart, its content.
    pub async fn attachment(&mut self, id: Uuid) -> Result<(AttachmentRow, Option<Vec<u8>>)> {
        const CONTENT: &str = "SELECT content FROM attachment WHERE id = $1";
        let row = self.attachment_row(id).await?;
        let content: Option<Vec<u8>> = on!(self, c => sqlx::query_scalar(CONTENT).bind(id).fetch_one(c).await?);
        Ok((row, content))
    }
}

impl Tx {
    /// Stores files.
    pub async fn save_attachments(&mut self, files: &[NewAttachment]) -> Result<()> {
        const SQL: &str = "INSERT INTO attachment (id, post_id, user_id, position, mime, name, alt, url, size, content, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        for file in files {
            let size = file.content.as_ref().map(|bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX));
            on!(self, c => sqlx::query(SQL).bind(file.id).bind(file.post_id).bind(file.user_id).bind(file.position).bind(&file.mime)
                .bind(&file.name).bind(&file.alt).bind(&file.url).bind(size).bind(&file.content).bind(file.created_at)
                .execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Removes these posts' files.
    pub async fn remove_attachments(&mut self, posts: &[Uuid]) -> Result<()> {
        const SQL: &str = "DELETE FROM attachment WHERE post_id = $1";
        for post in posts {
            on!(self, c => sqlx::query(SQL).bind(post).execute(c).await?.rows_affected());
        }
        Ok(())
    }

    /// Gives uploaded files of a user to a post; returns how many were taken.
    pub async fn attach(&mut self, post: Uuid, user: Uuid, files: &[Uuid]) -> Result<u64> {
        const SQL: &str = "UPDATE attachment SET post_id = $1, position = $2 WHERE id = $3 AND user_id = $4 AND post_id IS NULL";
        let mut taken = 0;
        for (position, file) in files.iter().enumerate() {
            taken +=
                on!(self, c => sqlx::query(SQL).bind(post).bind(position as i64).bind(file).bind(user).execute(c).await?.rows_affected());
        }
        Ok(taken)
    }

    /// Gives a post's files back to the user who uploaded them, as if uploaded now.
    pub async fn detach(&mut self, post: Uuid, user: Uuid, now: i64) -> Result<u64> {
        const SQL: &str = "UPDATE attachment SET post_id = NULL, created_at = $3 WHERE post_id = $1 AND user_id = $2";
        Ok(on!(self, c => sqlx::query(SQL).bind(post).bind(user).bind(now).execute(c).await?.rows_affected()))
    }
}

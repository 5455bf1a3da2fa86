//! Files: uploading one to send it with an answer, and reading those that came or went. A file follows its post: who may
//! not see the post's case does not find the file.

mod kind;

pub use kind::{Shown, shown};

use crate::{Actor, App, AppError, Kind, Result, posts};
use tertulia_kernel::AttachmentId;
use tertulia_store::attachment::{AttachmentRow, NewAttachment};

/// Largest file taken, in bytes.
pub const LARGEST: usize = 25 * 1024 * 1024;

/// A file to read.
#[derive(Clone, Debug)]
pub struct File {
    /// The row.
    pub row: AttachmentRow,
    /// Its content.
    pub content: Vec<u8>,
    /// How a browser may treat it.
    pub shown: Shown,
}

/// The refusal of a file beyond [`LARGEST`].
pub fn too_large() -> AppError {
    AppError::new(Kind::Invalid, "too_large", format!("a file may have at most {} MB", LARGEST / 1024 / 1024))
}

/// Keeps an uploaded file for the user until it is sent; one that is not sent within a day goes.
pub async fn upload(app: &App, actor: &Actor, name: Option<String>, mime: Option<&str>, content: Vec<u8>) -> Result<AttachmentRow> {
    if content.is_empty() {
        return Err(AppError::field("file", "required", "the file is empty"));
    }
    if content.len() > LARGEST {
        return Err(too_large());
    }
    let name = name.as_deref().map(kind::plain_name).filter(|name| !name.is_empty());
    let row = AttachmentRow {
        id: app.new_id(),
        post_id: None,
        user_id: Some(actor.id.0),
        mime: kind::named(mime, &content),
        name,
        alt: None,
        url: None,
        size: i64::try_from(content.len()).ok(),
    };
    let file = NewAttachment {
        id: row.id,
        post_id: None,
        user_id: row.user_id,
        position: 0,
        mime: row.mime.clone(),
        name: row.name.clone(),
        alt: None,
        url: None,
        content: Some(content),
        created_at: app.now().as_micros(),
    };
    let mut tx = app.store.begin().await?;
    tx.save_attachments(&[file]).await?;
    tx.commit().await?;
    Ok(row)
}

/// A file's content, when the user may see its post; a file not sent yet is its uploader's alone.
pub async fn read(app: &App, actor: &Actor, id: AttachmentId) -> Result<File> {
    let mut conn = app.store.read().await?;
    let (row, content) = conn.attachment(id.0).await?;
    match row.post_id {
        Some(post) => drop(posts::load(&mut conn, actor, post).await?),
        None if row.user_id == Some(actor.id.0) => {}
        None => return Err(AppError::not_found()),
    }
    // A file the network keeps is not here.
    let content = content.ok_or_else(AppError::not_found)?;
    Ok(File { shown: shown(&content), row, content })
}

//! What ends by itself: sessions, links, remembered failures.

use super::sign_in::REMEMBERED_SECONDS;
use crate::{App, Result};

/// Removes what has ended.
pub async fn run(app: &App) -> Result<()> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let ended = tx.delete_expired_sessions(now).await?;
    tx.delete_login_failures_before(now.plus_seconds(-REMEMBERED_SECONDS)).await?;
    tx.commit().await?;
    if ended > 0 {
        tracing::debug!(ended, "sessions ended");
    }
    Ok(())
}

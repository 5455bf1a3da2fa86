//! Posts that were kept without being read: those of before there was a model, and what a monitor finds in history. They
//! wait in a list of their own and are read in the background, newest first, a page at a time.
//!
//! A page is claimed for a while, read with nothing locked, and written in one short transaction: a kill at any moment
//! leaves it to whoever comes next, and several processes take different pages. No rule is asked: what was decided about
//! these posts was decided when they came in.

use super::{InForce, Said, doubt};
use crate::{
    App, Result,
    live::{Audience, News},
};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use tertulia_store::post::PostRow;
use tokio_util::sync::CancellationToken;

/// Posts read at once.
const PAGE: i64 = 64;
/// How long a claim lasts.
const LEASE_SECONDS: i64 = 120;
/// How often to look when nothing waits.
const LOOK: Duration = Duration::from_secs(2);
/// Pause after an error.
const PAUSE: Duration = Duration::from_secs(10);
/// How often what is left is counted while there is work.
const COUNT_EVERY: Duration = Duration::from_secs(10);
/// So many are counted; more are "at least so many".
pub const MOST_COUNTED: i64 = 1_000_000;

/// Reads what waits until cancelled: one core at most, and half of its time.
pub async fn run(app: App, cancelled: CancellationToken) {
    let mut counted: Option<Instant> = None;
    let mut waited = true;
    while !cancelled.is_cancelled() {
        let began = Instant::now();
        let pause = match work_once(&app).await {
            Ok(true) => {
                waited = true;
                began.elapsed().min(PAUSE)
            }
            Ok(false) => LOOK,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "reading kept posts stopped; it goes on in a moment");
                PAUSE
            }
        };
        if waited && counted.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
            match tell_left(&app).await {
                Ok(left) => waited = left > 0,
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "counting posts to be read"),
            }
            counted = Some(Instant::now());
        }
        tokio::select! {
            () = cancelled.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn tell_left(app: &App) -> Result<i64> {
    let left = app.store.read().await?.count_unread(MOST_COUNTED).await?;
    #[allow(clippy::cast_precision_loss, reason = "at most a million")]
    app.metrics.gauge("tertulia_posts_unread", "Kept posts that wait to be read, counted up to a million.", &[], left as f64);
    Ok(left)
}

/// Reads a page; false when nothing waits.
pub async fn work_once(app: &App) -> Result<bool> {
    let now = app.now();
    let mut conn = app.store.read().await?;
    if !conn.any_unread(now.as_micros()).await? {
        return Ok(false);
    }
    let reader = app.reader(&mut conn).await?;
    drop(conn);
    let mut tx = app.store.begin().await?;
    let (seqs, posts) = tx.claim_unread(now.as_micros(), now.plus_seconds(LEASE_SECONDS).as_micros(), PAGE).await?;
    tx.commit().await?;
    // How often its author had come by then is not known any more.
    let asked = posts.iter().map(|post| reader.asked(post, 0)).collect();
    let readings = reader.read_on(1, asked).await?;

    let mut tx = app.store.begin().await?;
    let ids: Vec<_> = posts.iter().map(|post| post.id).collect();
    let standing = tx.lock_posts(&ids).await?;
    // Whoever edited or opened one meanwhile read it too.
    let read: HashSet<_> = tx.readings(&ids).await?.into_iter().map(|row| row.post_id).collect();
    let mut rows = Vec::new();
    for (post, reading) in posts.iter().zip(&readings) {
        let stands = |row: &&PostRow| row.id == post.id && row.text == post.text && row.title == post.title;
        let Some(row) = standing.iter().find(stands).filter(|row| is_read(row) && !read.contains(&row.id)) else { continue };
        let said = Said::of(reading);
        rows.push(InForce::of(&said, &[]).row((row.id, row.seq, row.received_at), &reader.model(), doubt(reading), &said));
    }
    tx.save_readings(&rows).await?;
    tx.end_unread(&seqs).await?;
    tx.commit().await?;
    app.metrics.count("tertulia_posts_read_late_total", "Kept posts read in the background.", &[], rows.len() as u64);
    if (seqs.len() as i64) < PAGE {
        // Of a full page there is more to come, and nobody looks at each.
        for row in standing.iter().filter(|row| row.case_id.is_none() && rows.iter().any(|read| read.post_id == row.id)) {
            let news = News::Post {
                post_id: row.id.into(),
                case_id: None,
                channel_id: Some(row.channel_id.into()),
                conversation_id: row.conversation_id.map(Into::into),
            };
            app.live.tell(Audience::Everybody, news);
        }
    }
    Ok(true)
}

/// Whether a post is theirs, kept, and still there.
fn is_read(row: &PostRow) -> bool {
    row.direction == "in" && row.deleted_at.is_none() && row.keep_until.is_none()
}

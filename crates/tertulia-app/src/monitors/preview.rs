//! Trying a query on recent posts before saving it.

use super::{
    bounded,
    estimate::{self, Estimate, SAMPLED},
};
use crate::{
    Actor, App, Result, cases, lists,
    posts::{by_id, look, mark},
    query::Query,
    view::{self, PostView},
};
use tertulia_kernel::Timestamp;
use tertulia_store::search::{PostFilter, Terms};

/// Matching posts returned, at most.
const MOST: u32 = 50;

/// What a query finds among recent posts.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Matching posts, newest first; the first match of each holds the query's own ranges.
    pub posts: Vec<PostView>,
    /// Recent posts looked at.
    pub scanned: usize,
    /// Of these, matching.
    pub matched: usize,
    /// Arrival of the oldest one looked at.
    pub since: Option<Timestamp>,
    /// What to expect a day.
    pub estimate: Estimate,
    /// `low`, `medium` or `high`.
    pub cost: &'static str,
}

/// Tries a query on the newest posts the user sees.
pub async fn preview(app: &App, actor: &Actor, text: &str, limit: Option<u32>) -> Result<Preview> {
    bounded(text)?;
    let limit = limit.unwrap_or(20).clamp(1, MOST) as usize;
    let filter = PostFilter { seen_by: cases::seen_by(actor), ..PostFilter::default() };
    let mut conn = app.store.read().await?;
    let query = Query::parse(text, &lists::named(&mut conn, [text]).await?)?;
    // All recent posts are looked at, not only candidates: "how many of the last N" is the question.
    let found = look(&mut conn, Some(&query), Terms::Everything, filter, i64::MAX, usize::MAX, SAMPLED).await?;
    let estimate = estimate::from_sample(app, &mut conn, &found).await?;
    let rows = found.rows.into_iter().take(limit).collect();
    let mut posts = view::post_views(app, &mut conn, rows).await?;
    let channels = by_id(conn.channels().await?);
    for post in &mut posts {
        mark(post, &query, &channels);
    }
    let (scanned, matched, since) = (estimate.sampled, estimate.matched, estimate.since);
    Ok(Preview { posts, scanned, matched, since, estimate, cost: query.cost() })
}

//! How many posts a day a query would match, from a sample of the newest stored posts.

use crate::{
    Actor, App, Result, cases, lists,
    posts::{Found, look},
    query::Query,
};
use tertulia_kernel::Timestamp;
use tertulia_store::{
    Conn,
    search::{PostFilter, Terms},
};

/// Newest posts looked at, at most.
pub(super) const SAMPLED: usize = 3_000;
/// Microseconds of a day.
const DAY: f64 = 86_400_000_000.0;
/// The shortest time a sample stands for: a handful of posts of one minute says little about a day.
const LEAST_DAYS: f64 = 1.0 / 24.0;

/// A query's expected matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Matches a day.
    pub per_day: f64,
    /// With 95 % certainty at least so many, were the days to come like the sample.
    pub low: f64,
    /// And at most so many.
    pub high: f64,
    /// Posts looked at.
    pub sampled: usize,
    /// Of these, matching.
    pub matched: usize,
    /// Arrival of the oldest one looked at.
    pub since: Option<Timestamp>,
    /// Share of all posts taken in that is stored, from 0 to 1; the others were counted only and can't be looked at.
    pub kept_share: f64,
}

/// Estimates from the newest posts the user sees.
pub async fn estimate(app: &App, actor: &Actor, text: &str) -> Result<Estimate> {
    super::bounded(text)?;
    let query = Query::parse(text, &lists::named(&mut app.store.read().await?, [text]).await?)?;
    let filter = PostFilter { seen_by: cases::seen_by(actor), ..PostFilter::default() };
    of_query(app, &query, filter).await
}

/// Estimates from the newest posts of all: for the command line, which stands beside the database.
pub async fn of_everything(app: &App, text: &str) -> Result<Estimate> {
    let query = Query::parse(text, &lists::named(&mut app.store.read().await?, [text]).await?)?;
    of_query(app, &query, PostFilter::default()).await
}

pub(super) async fn of_query(app: &App, query: &Query, filter: PostFilter) -> Result<Estimate> {
    let mut conn = app.store.read().await?;
    // All newest posts are looked at, not only candidates: "how many of the last N" is the question.
    let found = look(&mut conn, Some(query), Terms::Everything, filter, i64::MAX, usize::MAX, SAMPLED).await?;
    from_sample(app, &mut conn, &found).await
}

pub(super) async fn from_sample(app: &App, conn: &mut Conn, found: &Found) -> Result<Estimate> {
    let (kept, counted) = conn.intake_totals().await?;
    let all = kept + counted;
    let kept_share = if all > 0 { kept as f64 / all as f64 } else { 1.0 };
    let days = found.oldest.map_or(LEAST_DAYS, |oldest| ((app.now().as_micros() - oldest) as f64 / DAY).max(LEAST_DAYS));
    let matched = found.rows.len();
    let (low, high) = bounds(matched as f64);
    Ok(Estimate {
        per_day: matched as f64 / days,
        low: low / days,
        high: high / days,
        sampled: found.looked_at,
        matched,
        since: found.oldest.map(Timestamp::from_micros),
        kept_share,
    })
}

/// The 95 % interval of a Poisson count (Byar's approximation).
fn bounds(count: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let cubed = |n: f64, sign: f64| n * (1.0 - 1.0 / (9.0 * n) + sign * Z / (3.0 * n.sqrt())).max(0.0).powi(3);
    (if count > 0.0 { cubed(count, -1.0) } else { 0.0 }, cubed(count + 1.0, 1.0))
}

#[cfg(test)]
mod tests {
    //! The interval, against the exact one.
    use super::*;

    #[test]
    fn bounds_are_those_of_the_tables() {
        for (count, low, high) in [(0.0, 0.0, 3.69), (1.0, 0.03, 5.57), (10.0, 4.80, 18.39), (100.0, 81.36, 121.63)] {
            let (l, h) = bounds(count);
            assert!((l - low).abs() < 0.06 && (h - high).abs() < 0.06, "{count}: {l} {h}");
        }
    }
}

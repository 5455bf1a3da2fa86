//! Other monitors that say the same, or find the same.

use super::{MonitorBrief, check};
use crate::{Actor, App, Result, lists, query::Query};
use std::collections::HashMap;
use tertulia_kernel::MonitorId;
use uuid::Uuid;

/// Newest stored posts that are compared.
const POSTS: i64 = 20_000;
/// Posts two monitors must share before they are said to overlap.
const LEAST: i64 = 5;
/// Share of the posts either matches that both match.
const OVERLAP: f64 = 0.9;

/// Monitors like one.
#[derive(Clone, Debug)]
pub struct Duplicates {
    /// Their query says the same.
    pub same: Vec<MonitorBrief>,
    /// They match nearly the same posts; most alike first.
    pub overlapping: Vec<Overlap>,
    /// Newest stored posts that were compared.
    pub posts: i64,
}

/// Two monitors' matches compared.
#[derive(Clone, Debug)]
pub struct Overlap {
    /// The other monitor.
    pub other: MonitorBrief,
    /// Posts both match.
    pub shared: i64,
    /// Posts the one asked about matches.
    pub own: i64,
    /// Posts the other matches.
    pub others: i64,
}

impl Overlap {
    /// Share of the posts either matches that both match.
    pub fn share(&self) -> f64 {
        self.shared as f64 / (self.own + self.others - self.shared).max(1) as f64
    }
}

/// Monitors like this one.
pub async fn duplicates(app: &App, _: &Actor, id: MonitorId) -> Result<Duplicates> {
    let mut conn = app.store.read().await?;
    let row = conn.monitor(id.0).await?;
    let same = match Query::parse(&row.query, &lists::named(&mut conn, [row.query.as_str()]).await?) {
        Ok(query) => check::same_as(app, &mut conn, &query, Some(id)).await?,
        Err(_) => Vec::new(),
    };
    let newest = conn.newest_post().await?;
    let since = (newest - POSTS + 1).max(1);
    let own = conn.count_matches_from(row.id, since).await?;
    // Two that overlap enough share at least so many: the rest is not even counted.
    let least = LEAST.max((own as f64 * OVERLAP).floor() as i64);
    let shared = conn.shared_matches(row.id, since, least).await?;
    let ids: Vec<Uuid> = shared.iter().map(|(other, _)| *other).collect();
    let mut briefs: HashMap<Uuid, MonitorBrief> =
        conn.monitors_by_id(&ids).await?.into_iter().map(|row| (row.id, MonitorBrief::from(row))).collect();
    let mut overlapping = Vec::new();
    for (other, shared) in shared {
        let Some(brief) = briefs.remove(&other) else { continue };
        let others = conn.count_matches_from(other, since).await?;
        let overlap = Overlap { other: brief, shared, own, others };
        if overlap.share() > OVERLAP {
            overlapping.push(overlap);
        }
    }
    overlapping.sort_by(|a, b| b.share().total_cmp(&a.share()).then(a.other.number.cmp(&b.other.number)));
    Ok(Duplicates { same, overlapping, posts: newest.min(POSTS) })
}

//! Posts: searching them, and reading one with everything decided about it.
//!
//! A search asks the database for candidates and the listening language's own matcher for the verdict, so a query finds
//! here what it would catch on arrival. A request looks at a bounded number of posts: a rare query may return a short
//! page, or none, together with the place from which to go on.

mod open;

pub use open::open_case;

use crate::{
    Actor, App, AppError, Result, cases, lists,
    page::{self, Page},
    query::Query,
    view::{self, PostView},
};
use std::collections::HashMap;
use tertulia_kernel::{ChannelId, MonitorId, PostId};
use tertulia_store::{
    Conn,
    channel::ChannelRow,
    post::{PostRow, StepRow, VersionRow},
    reading::LabelFilter,
    search::{PostFilter, Terms},
};
use uuid::Uuid;

/// Candidates fetched at once.
const ROUND: i64 = 250;
/// Most posts one request looks at.
const MOST_LOOKED_AT: usize = 5_000;

/// Which posts.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Listening query; all posts when absent or blank.
    pub q: Option<String>,
    /// Of this channel.
    pub channel: Option<ChannelId>,
    /// Matched by this monitor.
    pub monitor: Option<MonitorId>,
    /// Of that monitor's: only those thrown out as noise, or only the others.
    pub discarded: Option<bool>,
    /// That say one of these.
    pub labels: LabelFilter,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Posts per page.
    pub limit: Option<i64>,
}

/// A post with everything decided about it.
#[derive(Clone, Debug)]
pub struct PostDetail {
    /// The post.
    pub post: PostView,
    /// Its way through the house, in order.
    pub steps: Vec<StepRow>,
    /// Earlier texts, newest first.
    pub versions: Vec<VersionRow>,
}

/// A page of posts, newest arrival first.
pub async fn search(app: &App, actor: &Actor, search: Search) -> Result<Page<PostView>> {
    let mut conn = app.store.read().await?;
    let query = match search.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        None => None,
        Some(q) => Some(Query::parse(q, &lists::named(&mut conn, [q]).await?).map_err(|problem| AppError::from(problem).at("q"))?),
    };
    let filter = PostFilter {
        channel: search.channel.map(|id| id.0),
        monitor: search.monitor.map(|id| id.0),
        discarded: search.discarded,
        seen_by: cases::seen_by(actor),
        labels: search.labels,
        ..PostFilter::default()
    };
    let (before, limit) = (page::before(search.after.as_deref())?, page::limit(search.limit) as usize);
    let terms = query.as_ref().map_or(Terms::Everything, Query::terms);
    let found = look(&mut conn, query.as_ref(), terms, filter, before, limit, MOST_LOOKED_AT).await?;
    let mut posts = view::post_views(app, &mut conn, found.rows).await?;
    if let Some(query) = &query {
        let channels = by_id(conn.channels().await?);
        for post in &mut posts {
            post.highlights = highlights(post, query, &channels);
        }
    }
    Ok(Page { items: posts, next: found.next.map(|seq| seq.to_string()) })
}

/// What a look at the history found.
pub(crate) struct Found {
    /// Matching posts, newest first.
    pub rows: Vec<PostRow>,
    /// Posts looked at.
    pub looked_at: usize,
    /// Arrival of the oldest one looked at.
    pub oldest: Option<i64>,
    /// Where to go on, when there may be more.
    pub next: Option<i64>,
}

/// Looks for posts that match among those with `terms`, newest first, until `limit` are found, nothing is left, or `most` were looked at.
pub(crate) async fn look(
    conn: &mut Conn,
    query: Option<&Query>,
    terms: Terms,
    filter: PostFilter,
    before: i64,
    limit: usize,
    most: usize,
) -> Result<Found> {
    let channels = if query.is_some() { by_id(conn.channels().await?) } else { HashMap::new() };
    let mut found = Found { rows: Vec::new(), looked_at: 0, oldest: None, next: Some(before) };
    while found.rows.len() < limit && found.looked_at < most {
        let Some(place) = found.next else { break };
        let round = if query.is_some() { ROUND.min((most - found.looked_at) as i64) } else { limit as i64 + 1 };
        let rows = conn.candidates(terms.clone(), filter, place, round).await?;
        let mut left = rows.len();
        let last_round = (left as i64) < round;
        for row in rows {
            if found.rows.len() == limit {
                break;
            }
            left -= 1;
            found.looked_at += 1;
            found.oldest = Some(row.received_at);
            found.next = Some(row.seq);
            if query.is_none_or(|query| matches(query, &row, &channels)) {
                found.rows.push(row);
            }
        }
        if last_round && left == 0 {
            found.next = None;
        }
    }
    Ok(found)
}

fn matches(query: &Query, row: &PostRow, channels: &HashMap<Uuid, ChannelRow>) -> bool {
    row.deleted_at.is_none() && channels.get(&row.channel_id).is_some_and(|channel| query.matches(&view::text_of(row, channel)))
}

/// What a query finds in a post's text, in UTF-16 code units.
pub(crate) fn highlights(post: &PostView, query: &Query, channels: &HashMap<Uuid, ChannelRow>) -> Vec<[u32; 2]> {
    let Some(channel) = channels.get(&post.row.channel_id) else { return Vec::new() };
    view::to_utf16(&post.row.text, &query.explain(&view::text_of(&post.row, channel)))
}

/// Puts what a query found first among a post's matches, under no monitor's name.
pub(crate) fn mark(post: &mut PostView, query: &Query, channels: &HashMap<Uuid, ChannelRow>) {
    let ranges = highlights(post, query, channels);
    post.highlights.clone_from(&ranges);
    if let Some(channel) = channels.get(&post.row.channel_id) {
        post.found = view::found_parts(query, &view::text_of(&post.row, channel));
    }
    post.matches.insert(0, view::MatchView { monitor_id: Uuid::nil(), monitor: String::new(), ranges, discarded: false });
}

pub(crate) fn by_id(channels: Vec<ChannelRow>) -> HashMap<Uuid, ChannelRow> {
    channels.into_iter().map(|channel| (channel.id, channel)).collect()
}

/// One post, when the user sees its case or it has none.
pub async fn detail(app: &App, actor: &Actor, id: PostId) -> Result<PostDetail> {
    let mut conn = app.store.read().await?;
    let row = load(&mut conn, actor, id.0).await?;
    let steps = conn.steps(row.id).await?;
    let versions = conn.versions(row.id).await?;
    let post = view::post_views(app, &mut conn, vec![row]).await?.into_iter().next().ok_or_else(AppError::not_found)?;
    Ok(PostDetail { post, steps, versions })
}

/// A post the user may see; otherwise it is not found.
pub(crate) async fn load(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<PostRow> {
    let row = conn.post(id).await?;
    if let Some(case) = row.case_id {
        cases::load(conn, actor, case.into()).await?;
    }
    Ok(row)
}

//! Posts as lists and threads show them.

use super::to_utf16;
use crate::{
    App, Result,
    listening::{Listening, PostText},
    query::Query,
    understanding::{self, Labels},
};
use std::collections::HashMap;
use tertulia_kernel::{MonitorId, Timestamp};
use tertulia_store::{Conn, attachment::AttachmentRow, channel::ChannelRow, outbox::OutboxRow, post::PostRow};
use uuid::Uuid;

/// A post with everything shown beside it.
#[derive(Clone, Debug)]
pub struct PostView {
    /// The row.
    pub row: PostRow,
    /// Number of its case.
    pub case_number: Option<i64>,
    /// Author's person; none for our own answers.
    pub person_id: Option<Uuid>,
    /// Post it answers, when we have it.
    pub parent_id: Option<Uuid>,
    /// Files, in order.
    pub attachments: Vec<AttachmentRow>,
    /// Monitors that matched.
    pub matches: Vec<MatchView>,
    /// What the search's own query found in the text, in UTF-16 code units, `[start, end)`.
    pub highlights: Vec<[u32; 2]>,
    /// The same part by part, where a query is being tried; empty elsewhere.
    pub found: Vec<FoundPart>,
    /// For our answers: how sending goes.
    pub sending: Option<SendingView>,
    /// What it says, when it was read: posts of theirs that are kept.
    pub labels: Option<Labels>,
}

/// Words of a text and the part of a query that found them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPart {
    /// In UTF-16 code units, `[start, end)`. Ranges of several parts may overlap.
    pub range: [u32; 2],
    /// The part, in canonical spelling.
    pub part: String,
}

/// What a query finds in a post's text, part by part.
pub(crate) fn found_parts(query: &Query, post: &PostText<'_>) -> Vec<FoundPart> {
    let mut parts: Vec<FoundPart> = query
        .found_parts(post)
        .into_iter()
        .flat_map(|(part, places)| to_utf16(post.text, &places).into_iter().map(move |range| FoundPart { range, part: part.clone() }))
        .collect();
    parts.sort_by_key(|found| found.range);
    parts
}

/// A monitor's match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchView {
    /// Monitor.
    pub monitor_id: Uuid,
    /// Its name.
    pub monitor: String,
    /// What it found in the text, in UTF-16 code units, `[start, end)`.
    pub ranges: Vec<[u32; 2]>,
    /// Somebody threw the match out as noise.
    pub discarded: bool,
}

/// How sending an answer goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendingView {
    /// Answer.
    pub answer_id: Uuid,
    /// See [`OutboxRow::state`].
    pub state: String,
    /// Why it is not sent.
    pub reason: Option<String>,
    /// Until then it can be taken back.
    pub undo_until: Option<Timestamp>,
    /// Next try.
    pub retry_at: Option<Timestamp>,
    /// It can be tried again.
    pub can_retry: bool,
    /// It can be taken back: it has not left.
    pub can_take_back: bool,
}

/// Puts posts together, in the order given.
pub async fn post_views(app: &App, conn: &mut Conn, rows: Vec<PostRow>) -> Result<Vec<PostView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let listening = app.listening(conn).await?;
    let channels: HashMap<Uuid, ChannelRow> = conn.channels().await?.into_iter().map(|row| (row.id, row)).collect();
    let identities = distinct(rows.iter().filter_map(|row| row.identity_id));
    let people: HashMap<Uuid, Uuid> = conn.identities(&identities).await?.into_iter().map(|row| (row.id, row.person_id)).collect();
    let cases = distinct(rows.iter().filter_map(|row| row.case_id));
    let numbers: HashMap<Uuid, i64> = conn.cases_by_id(&cases).await?.into_iter().map(|row| (row.id, row.number)).collect();
    let parents: HashMap<Uuid, Uuid> = conn.parents_of(&ids).await?.into_iter().collect();
    let mut files = group(conn.attachments_of(&ids).await?.into_iter().filter_map(|file| Some((file.post_id?, file))));
    let mut matched = group(conn.matches_of(&ids).await?.into_iter().map(|(post, monitor, discarded)| (post, (monitor, discarded))));
    let answers: Vec<Uuid> = rows.iter().filter(|row| row.direction == "out").map(|row| row.id).collect();
    let mut sending: HashMap<Uuid, OutboxRow> =
        conn.answers_of_posts(&answers).await?.into_iter().map(|answer| (answer.post_id, answer)).collect();
    let mut labels = understanding::view::of_posts(conn, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| PostView {
            case_number: row.case_id.and_then(|id| numbers.get(&id).copied()),
            person_id: row.identity_id.and_then(|id| people.get(&id).copied()),
            parent_id: parents.get(&row.id).copied(),
            attachments: files.remove(&row.id).unwrap_or_default(),
            matches: matches(&listening, &row, channels.get(&row.channel_id), matched.remove(&row.id).unwrap_or_default()),
            highlights: Vec::new(),
            found: Vec::new(),
            sending: sending.remove(&row.id).map(sending_view),
            labels: labels.remove(&row.id),
            row,
        })
        .collect())
}

/// What the listening language reads of a stored post.
pub(crate) fn text_of<'p>(row: &'p PostRow, channel: &'p ChannelRow) -> PostText<'p> {
    PostText {
        title: row.title.as_deref(),
        text: &row.text,
        author: &row.author_handle,
        lang: row.lang.as_deref(),
        channel: &channel.name,
        channel_kind: &channel.shows_as,
        followers: row.followers.and_then(|count| u64::try_from(count).ok()),
        url: row.url.as_deref(),
        reply: row.in_reply_to.is_some(),
        extras: Some(&row.extras),
    }
}

fn matches(listening: &Listening, row: &PostRow, channel: Option<&ChannelRow>, monitors: Vec<(Uuid, bool)>) -> Vec<MatchView> {
    let mut matches: Vec<MatchView> = monitors
        .into_iter()
        .map(|(monitor_id, discarded)| {
            let id = MonitorId(monitor_id);
            let found = channel.map(|channel| listening.explain(id, &text_of(row, channel))).unwrap_or_default();
            MatchView { monitor_id, monitor: listening.monitor_name(id).to_owned(), ranges: to_utf16(&row.text, &found), discarded }
        })
        .collect();
    matches.sort_by(|a, b| a.monitor.cmp(&b.monitor));
    matches
}

fn sending_view(answer: OutboxRow) -> SendingView {
    let due = Timestamp::from_micros(answer.due_at);
    SendingView {
        answer_id: answer.id,
        undo_until: (answer.state == "queued").then_some(due),
        can_retry: crate::answers::can_retry(&answer.state),
        can_take_back: crate::answers::can_take_back(&answer.state),
        retry_at: (answer.state == "retrying").then_some(due),
        state: answer.state,
        reason: answer.reason,
    }
}

/// Ids, each once.
pub(super) fn distinct(ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn group<T>(rows: impl Iterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (key, row) in rows {
        groups.entry(key).or_default().push(row);
    }
    groups
}

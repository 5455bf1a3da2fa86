//! Cases: the inbox's lists and one case in view. What may be seen is the case lock's one predicate ([`Sight`]), in SQL
//! for lists and counts, on the loaded row for a single case; what may not be seen is not found.

pub mod change;
pub mod detail;
pub mod presence;
pub mod similar;
pub mod thread;

use crate::{
    Actor, App, AppError, Result, lists,
    live::Audience,
    query::Query,
    understanding::{self, Labels},
    view,
};
use std::collections::HashMap;
use tertulia_care::{life::State, rules::Priority};
use tertulia_kernel::{CaseId, DepartmentId, UserId};
use tertulia_policy::Sight;
use tertulia_store::{
    Conn,
    case::{CaseRow, Folder},
    channel::ChannelRow,
    person::{IdentityRow, PersonRow},
    post::PostRow,
    reading::LabelFilter,
    search::PostFilter,
};
use uuid::Uuid;

/// Cases fetched at once where they are chosen by what they say, and how often.
const ROUND: i64 = 250;
const ROUNDS: usize = 20;

/// Counts go no further: "999+".
const COUNT_LIMIT: i64 = 1_000;

/// A case as lists show it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The row.
    pub row: CaseRow,
    /// Who it is about.
    pub person: PersonView,
    /// Kind to draw its channel as.
    pub channel_kind: String,
    /// It has posts of theirs the user has not seen.
    pub unread: bool,
    /// What it is about: what the newest post of its person says that says something.
    pub labels: Option<Labels>,
}

/// A person as rows show them.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// The row.
    pub row: PersonRow,
    /// Handle, on the channel at hand where there is one.
    pub handle: Option<String>,
    /// Most followers among the identities.
    pub followers: Option<i64>,
}

/// A folder as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderName {
    /// Open, mine.
    Mine,
    /// Open, nobody's.
    Unassigned,
    /// Open, of a department.
    Department(DepartmentId),
    /// All open.
    All,
    /// Snoozed.
    Snoozed,
    /// Resolved.
    Done,
}

/// Open cases by folder, each counted up to a limit.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Mine.
    pub mine: i64,
    /// Nobody's.
    pub unassigned: i64,
    /// All.
    pub all: i64,
    /// Snoozed.
    pub snoozed: i64,
    /// By department.
    pub departments: Vec<(DepartmentId, i64)>,
}

pub(crate) fn seen_by(actor: &Actor) -> Option<Uuid> {
    match actor.sight() {
        Sight::All => None,
        Sight::Own(user) => Some(user.0),
    }
}

/// A page of a folder, newest activity first, and where the next one starts.
pub async fn list(
    app: &App,
    actor: &Actor,
    folder: FolderName,
    after: Option<(i64, Uuid)>,
    limit: usize,
) -> Result<(Vec<CaseView>, Option<(i64, Uuid)>)> {
    saying(app, actor, folder, LabelFilter::default(), after, limit).await
}

/// The same of cases that say something of what is asked for. It looks at a bounded number of cases: a page may be short,
/// even empty, and still have a next one.
pub async fn saying(
    app: &App,
    actor: &Actor,
    folder: FolderName,
    labels: LabelFilter,
    mut after: Option<(i64, Uuid)>,
    limit: usize,
) -> Result<(Vec<CaseView>, Option<(i64, Uuid)>)> {
    let folder = match folder {
        FolderName::Mine => Folder::Mine(actor.id.0),
        FolderName::Unassigned => Folder::Unassigned,
        FolderName::Department(id) => Folder::Department(id.0),
        FolderName::All => Folder::All,
        FolderName::Snoozed => Folder::Snoozed,
        FolderName::Done => Folder::Done,
    };
    let mut conn = app.store.read().await?;
    let place = |row: &CaseRow| Some((row.activity_at, row.id));
    if labels.is_empty() {
        let mut rows = conn.cases(folder, seen_by(actor), after, limit as i64 + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().and_then(place) } else { None };
        return Ok((views(&mut conn, actor, rows).await?, next));
    }
    let mut found: Vec<CaseRow> = Vec::new();
    for _ in 0..ROUNDS {
        let rows = conn.cases(folder, seen_by(actor), after, ROUND).await?;
        let ended = (rows.len() as i64) < ROUND;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let says: HashMap<Uuid, _> = conn.readings_of_cases(&ids, understanding::QUIET).await?.into_iter().collect();
        for row in rows {
            if found.len() == limit {
                return Ok((views(&mut conn, actor, found).await?, after));
            }
            after = place(&row);
            if says.get(&row.id).is_some_and(|reading| labels.passes(reading)) {
                found.push(row);
            }
        }
        if ended {
            after = None;
            break;
        }
    }
    Ok((views(&mut conn, actor, found).await?, after))
}

/// Cases found by number (`#12` or `12`), by what was said in them, as far as the user sees them: each once, at its newest
/// post that matches, newest first.
pub async fn search(app: &App, actor: &Actor, words: &str, before: Option<i64>, limit: usize) -> Result<(Vec<CaseView>, Option<i64>)> {
    let mut conn = app.store.read().await?;
    let mut found: Vec<CaseRow> = Vec::new();
    let numbered = match words.trim().trim_start_matches('#').parse() {
        Ok(number) => conn.case_by_number(number).await?.filter(|row| sees(actor, row)),
        Err(_) => None,
    };
    // It heads the first page, and is not found again on a later one.
    let mut told: Vec<Uuid> = numbered.iter().map(|row| row.id).collect();
    if before.is_none() {
        found.extend(numbered);
    }
    let query = Query::parse(words, &lists::named(&mut conn, [words]).await?).map_err(|problem| AppError::from(problem).at("q"))?;
    let channels: HashMap<Uuid, ChannelRow> = conn.channels().await?.into_iter().map(|row| (row.id, row)).collect();
    let matches = |post: &PostRow| channels.get(&post.channel_id).is_some_and(|channel| query.matches(&view::text_of(post, channel)));
    let filter = PostFilter { with_case: true, seen_by: seen_by(actor), ..PostFilter::default() };
    let mut place = before.unwrap_or(i64::MAX);
    let mut ended = false;
    // A few rounds at most: a search that finds little stops looking and says where it stopped.
    for _ in 0..5 {
        let posts = conn.candidates(query.terms(), filter, place, 200).await?;
        ended = posts.len() < 200;
        let mut ids: Vec<Uuid> = Vec::new();
        for post in &posts {
            place = post.seq;
            let Some(id) = post.case_id.filter(|id| !told.contains(id)) else { continue };
            if !matches(post) {
                continue;
            }
            told.push(id);
            if let Some(before) = before {
                // A newer post of the case that matches put it on an earlier page.
                let newer = PostFilter { case: Some(id), from: Some(before), ..filter };
                if conn.candidates(query.terms(), newer, i64::MAX, 200).await?.iter().any(matches) {
                    continue;
                }
            }
            ids.push(id);
            if found.len() + ids.len() >= limit {
                ended = false;
                break;
            }
        }
        let mut rows: HashMap<Uuid, CaseRow> = conn.cases_by_id(&ids).await?.into_iter().map(|row| (row.id, row)).collect();
        found.extend(ids.iter().filter_map(|id| rows.remove(id)));
        if ended || found.len() >= limit {
            break;
        }
    }
    Ok((views(&mut conn, actor, found).await?, (!ended).then_some(place)))
}

/// Counts of the folders.
pub async fn counts(app: &App, actor: &Actor) -> Result<Counts> {
    let mut conn = app.store.read().await?;
    let sight = seen_by(actor);
    let mut departments = Vec::new();
    for id in conn.department_ids().await? {
        if sight.is_none() || actor.departments.contains(&id.into()) {
            departments.push((id.into(), conn.count_cases(Folder::Department(id), sight, COUNT_LIMIT).await?));
        }
    }
    Ok(Counts {
        mine: conn.count_cases(Folder::Mine(actor.id.0), sight, COUNT_LIMIT).await?,
        unassigned: conn.count_cases(Folder::Unassigned, sight, COUNT_LIMIT).await?,
        all: conn.count_cases(Folder::All, sight, COUNT_LIMIT).await?,
        snoozed: conn.count_cases(Folder::Snoozed, sight, COUNT_LIMIT).await?,
        departments,
    })
}

/// A case as it begins: open, nobody's, without a number yet.
pub(crate) fn opened(id: Uuid, channel: &ChannelRow, person: Uuid, at: i64) -> CaseRow {
    CaseRow {
        id,
        number: 0,
        person_id: person,
        subject: None,
        excerpt: String::new(),
        channel_id: channel.id,
        private: false,
        state: State::Open.as_str().into(),
        priority: Priority::Normal.as_str().into(),
        department_id: None,
        assignee_id: None,
        reserved_by: None,
        reserved_until: None,
        snoozed_until: None,
        tags: "[]".into(),
        reason: None,
        why: "{}".into(),
        waiting_since: None,
        opened_at: at,
        activity_at: at,
        inbound_at: None,
        resolved_at: None,
        sample: channel.sample,
    }
}

/// Whether the user sees a loaded case.
pub fn sees(actor: &Actor, row: &CaseRow) -> bool {
    actor.sight().sees(row.department_id.map(Into::into), row.assignee_id.map(Into::into), &actor.departments)
}

/// A case the user sees; otherwise it is not found.
pub async fn load(conn: &mut Conn, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    let row = conn.case(id.0).await?;
    if sees(actor, &row) { Ok(row) } else { Err(AppError::not_found()) }
}

/// Who hears of a case.
pub fn audience(row: &CaseRow) -> Audience {
    Audience::Case(row.department_id.map(Into::into), row.assignee_id.map(Into::into))
}

/// Rows with what lists show beside them: a few queries, whatever their number.
pub async fn views(conn: &mut Conn, actor: &Actor, rows: Vec<CaseRow>) -> Result<Vec<CaseView>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<Uuid> = rows.iter().map(|row| row.person_id).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let channels: HashMap<Uuid, ChannelRow> = conn.channels().await?.into_iter().map(|row| (row.id, row)).collect();
    let persons = person_views(conn, &people, |person| {
        let row = rows.iter().find(|row| row.person_id == person)?;
        channels.get(&row.channel_id).map(|channel| channel.shows_as.clone())
    })
    .await?;
    let seen: HashMap<Uuid, i64> = conn.seen(actor.id.0, &ids).await?.into_iter().collect();
    let mut labels = understanding::view::of_cases(conn, &ids).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let person = persons.get(&row.person_id)?.clone();
            let channel_kind = channels.get(&row.channel_id)?.shows_as.clone();
            let unread = row.inbound_at.is_some_and(|at| seen.get(&row.id).is_none_or(|seen| *seen < at));
            Some(CaseView { person, channel_kind, unread, labels: labels.remove(&row.id), row })
        })
        .collect())
}

/// People as rows show them; `provider` prefers an identity's handle.
pub async fn person_views(
    conn: &mut Conn,
    people: &[Uuid],
    provider: impl Fn(Uuid) -> Option<String>,
) -> Result<HashMap<Uuid, PersonView>> {
    let mut ids = people.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut identities: HashMap<Uuid, Vec<IdentityRow>> = HashMap::new();
    for identity in conn.identities_of(&ids).await? {
        identities.entry(identity.person_id).or_default().push(identity);
    }
    let rows = conn.people(&ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = identities.remove(&row.id).unwrap_or_default();
            let wanted = provider(row.id);
            let shown = own.iter().find(|identity| Some(&identity.provider) == wanted.as_ref()).or_else(|| own.first());
            let view = PersonView {
                handle: shown.map(|identity| identity.handle.clone()),
                followers: own.iter().filter_map(|identity| identity.followers).max(),
                row,
            };
            (view.row.id, view)
        })
        .collect())
}

/// Names of users, for ledgers and lists.
pub(crate) async fn user_name(conn: &mut Conn, id: UserId) -> Result<String> {
    Ok(conn.user_name(id.0).await?.unwrap_or_else(|| "?".into()))
}

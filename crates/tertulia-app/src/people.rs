//! People outside the company: finding them, what is known about them, and what they wrote. Who
//! sees a person is whoever sees one of their cases or posts, by the case lock; for others they are not there.

use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    cases::{self, CaseView, PersonView},
    page::{self, Page},
    view::{self, PostView},
};
use serde_json::json;
use tertulia_kernel::{PersonId, text};
use tertulia_store::{
    Conn,
    person::{IdentityRow, PersonRow},
};
use uuid::Uuid;

/// What a person can be to the company.
pub const KINDS: [&str; 7] = ["customer", "prospect", "supplier", "journalist", "competitor", "activist", "other"];
/// Newest cases shown with a person.
const CASES: i64 = 50;

/// A person with identities and cases.
#[derive(Clone, Debug)]
pub struct PersonDetail {
    /// The person.
    pub person: PersonView,
    /// Identities, oldest first.
    pub identities: Vec<IdentityRow>,
    /// Newest cases the user sees.
    pub cases: Vec<CaseView>,
    /// Posts, ever.
    pub posts: i64,
}

/// Changes; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Kind.
    pub kind: Option<String>,
    /// Notes; empty removes them.
    pub note: Option<String>,
    /// Very important.
    pub vip: Option<bool>,
}

/// People, newest first; with `q`, those whose name or handle has words that begin so, whatever their accents.
pub async fn list(app: &App, actor: &Actor, q: Option<&str>, after: Option<&str>, limit: Option<i64>) -> Result<Page<PersonView>> {
    let q = q.unwrap_or_default();
    if q.chars().count() > 200 {
        return Err(AppError::field("q", "too_long", "at most 200 characters"));
    }
    let terms = text::search_terms(q);
    let words: Vec<String> = terms.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() && !q.trim().is_empty() {
        // Signs alone name nobody.
        return Ok(Page { items: Vec::new(), next: None });
    }
    let limit = page::limit(limit);
    let mut conn = app.store.read().await?;
    let mut rows = conn.find_people(&words, cases::seen_by(actor), page::before(after)?, limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| row.number.to_string()) } else { None };
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut views = cases::person_views(&mut conn, &ids, |_| None).await?;
    Ok(Page { items: ids.iter().filter_map(|id| views.remove(id)).collect(), next })
}

/// One person.
pub async fn detail(app: &App, actor: &Actor, id: PersonId) -> Result<PersonDetail> {
    let mut conn = app.store.read().await?;
    load(&mut conn, actor, id).await
}

/// Somebody the user sees; otherwise they are not found.
async fn seen(conn: &mut Conn, actor: &Actor, id: PersonId) -> Result<PersonRow> {
    if let Some(user) = cases::seen_by(actor)
        && !conn.sees_person(user, id.0).await?
    {
        return Err(AppError::not_found());
    }
    Ok(conn.person(id.0).await?)
}

async fn load(conn: &mut Conn, actor: &Actor, id: PersonId) -> Result<PersonDetail> {
    seen(conn, actor, id).await?;
    let person = cases::person_views(conn, &[id.0], |_| None).await?.remove(&id.0).ok_or_else(AppError::not_found)?;
    let identities = conn.identities_of(&[id.0]).await?;
    let rows = conn.cases_of_person(id.0, cases::seen_by(actor), Uuid::max(), CASES).await?;
    let cases = cases::views(conn, actor, rows).await?;
    let posts = conn.count_posts_of_person_seen(id.0, cases::seen_by(actor)).await?;
    Ok(PersonDetail { person, identities, cases, posts })
}

/// Changes what the company notes about a person.
pub async fn change(app: &App, actor: &Actor, id: PersonId, change: Change) -> Result<PersonDetail> {
    let mut wrong = Wrong::default();
    let name = change.name.map(|name| wrong.text("name", &name, 200));
    if let Some(kind) = &change.kind {
        wrong.one_of("kind", kind, &KINDS);
    }
    let note = change.note.map(|note| note.trim().to_owned());
    wrong.unless(note.as_ref().is_none_or(|note| note.chars().count() <= 10_000), "note", "too_long", "at most 10000 characters");
    wrong.done()?;
    let mut tx = app.store.begin().await?;
    let before = seen(&mut tx, actor, id).await?;
    let row = PersonRow {
        name: name.unwrap_or_else(|| before.name.clone()),
        kind: change.kind.unwrap_or_else(|| before.kind.clone()),
        note: match note {
            None => before.note.clone(),
            Some(note) => Some(note).filter(|note| !note.is_empty()),
        },
        vip: change.vip.unwrap_or(before.vip),
        ..before.clone()
    };
    let identities = tx.identities_of(&[id.0]).await?;
    tx.update_person(&row, &findable(&row.name, &identities)).await?;
    // The note itself may hold anything about a person: the ledger, which keeps for ever, only says that it changed.
    let detail = json!({ "name": [before.name, row.name], "kind": [before.kind, row.kind], "vip": [before.vip, row.vip],
        "note_changed": before.note != row.note });
    audit::record(app, &mut tx, Some(actor), "person.changed", Object::new("person", id), detail).await?;
    let detail = load(&mut tx, actor, id).await?;
    tx.commit().await?;
    Ok(detail)
}

/// The folded words by which a person is found.
pub(crate) fn findable(name: &str, identities: &[IdentityRow]) -> String {
    let mut all = name.to_owned();
    for identity in identities {
        all.push('\n');
        all.push_str(&identity.handle);
        all.push('\n');
        all.push_str(identity.name.as_deref().unwrap_or_default());
    }
    text::search_terms(&all)
}

/// A person's cases, newest first, as far as the user sees them.
pub async fn person_cases(app: &App, actor: &Actor, id: PersonId, after: Option<&str>, limit: Option<i64>) -> Result<Page<CaseView>> {
    let limit = page::limit(limit);
    let mut conn = app.store.read().await?;
    seen(&mut conn, actor, id).await?;
    let mut rows = conn.cases_of_person(id.0, cases::seen_by(actor), page::before_id(after)?, limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| row.id.to_string()) } else { None };
    Ok(Page { items: cases::views(&mut conn, actor, rows).await?, next })
}

/// What a person wrote, newest first, as far as the user sees it.
pub async fn posts(app: &App, actor: &Actor, id: PersonId, after: Option<&str>, limit: Option<i64>) -> Result<Page<PostView>> {
    let limit = page::limit(limit);
    let mut conn = app.store.read().await?;
    seen(&mut conn, actor, id).await?;
    let mut rows = conn.posts_of_person_seen(id.0, cases::seen_by(actor), page::before(after)?, limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| row.seq.to_string()) } else { None };
    Ok(Page { items: view::post_views(app, &mut conn, rows).await?, next })
}

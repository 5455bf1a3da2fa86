//! Cases like this one, by what they say: words may differ, and languages too. With what was answered, so that what helped
//! once helps again.

use super::{CaseView, Folder, load, seen_by, views};
use crate::{Actor, App, AppError, Kind, Result, intake::clip, understanding};
use std::collections::HashMap;
use tertulia_kernel::CaseId;
use tertulia_store::{Conn, case::CaseRow, post::PostRow};
use tertulia_understand::{Desk, Understander};
use uuid::Uuid;

/// How far back cases are looked at.
pub const DAYS: i64 = 90;
/// Cases looked at, the newest that the user sees: resolved ones, which tell what was done, and open ones.
const RESOLVED: i64 = 200;
const OPEN: i64 = 50;
/// Of each text so many bytes count: what a case is about is said early.
const COMPARED: usize = 600;
/// Most that are given.
const MOST: usize = 5;
/// From this likeness on, per mille (the cosine of the meanings), two cases are alike.
const ALIKE: u16 = 500;

/// A case that is like another.
#[derive(Clone, Debug)]
pub struct Similar {
    /// It.
    pub case: CaseView,
    /// How alike they are, per mille.
    pub likeness: u16,
    /// What was answered last.
    pub answer: Option<PostRow>,
}

/// The cases most like one, as far as the user sees them, most alike first.
pub async fn similar(app: &App, actor: &Actor, id: CaseId) -> Result<Vec<Similar>> {
    let mut conn = app.store.read().await?;
    let case = load(&mut conn, actor, id).await?;
    let since = app.now().plus_seconds(-DAYS * 86_400).as_micros();
    let mut rows = Vec::new();
    for (folder, most) in [(Folder::Done, RESOLVED), (Folder::All, OPEN)] {
        rows.extend(conn.cases(folder, seen_by(actor), None, most).await?);
    }
    rows.retain(|row| row.id != case.id && row.activity_at >= since);
    rows.insert(0, case);
    let texts = said(&mut conn, &rows).await?;
    rows.remove(0);
    let compared = tokio::task::spawn_blocking(move || compare(&texts)).await;
    let likeness = compared.map_err(|error| AppError::new(Kind::Internal, "internal", format!("comparing cases: {error}")))?;
    let mut found: Vec<(u16, CaseRow)> = likeness.into_iter().zip(rows).filter(|(likeness, _)| *likeness >= ALIKE).collect();
    found.sort_by_key(|(likeness, row)| (std::cmp::Reverse(*likeness), std::cmp::Reverse(row.activity_at)));
    found.truncate(MOST);
    let alike: HashMap<_, _> = found.iter().map(|(likeness, row)| (row.id, *likeness)).collect();
    let rows: Vec<CaseRow> = found.into_iter().map(|(_, row)| row).collect();
    let mut similar = Vec::new();
    for case in views(&mut conn, actor, rows).await? {
        let (likeness, answer) = (alike[&case.row.id], conn.last_answer(case.row.id).await?);
        similar.push(Similar { case, likeness, answer });
    }
    Ok(similar)
}

/// What each case is about, in order: the post that speaks for it, or the case's own words where none was read.
async fn said(conn: &mut Conn, cases: &[CaseRow]) -> Result<Vec<String>> {
    let ids: Vec<Uuid> = cases.iter().map(|row| row.id).collect();
    let spoken: HashMap<Uuid, Uuid> =
        conn.readings_of_cases(&ids, understanding::QUIET).await?.into_iter().map(|(case, reading)| (case, reading.post_id)).collect();
    let posts: Vec<Uuid> = spoken.values().copied().collect();
    let posts: HashMap<Uuid, PostRow> = conn.posts(&posts).await?.into_iter().map(|row| (row.id, row)).collect();
    let words = |title: Option<&str>, text: &str| format!("{}\n{}", title.unwrap_or_default(), clip(text, COMPARED)).trim().to_owned();
    Ok(cases
        .iter()
        .map(|case| match spoken.get(&case.id).and_then(|post| posts.get(post)) {
            Some(post) => words(post.title.as_deref(), &post.text),
            None => words(case.subject.as_deref(), &case.excerpt),
        })
        .collect())
}

/// How alike the first text and each of the others are, per mille.
fn compare(texts: &[String]) -> Vec<u16> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let meanings = Understander::built_in().meanings(&mut Desk::default(), &texts);
    let Some((first, others)) = meanings.split_first() else { return Vec::new() };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    others.iter().map(|other| (first.cosine(other).max(0.0) * 1_000.0).round() as u16).collect()
}

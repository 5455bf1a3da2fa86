//! Versions of a monitor: who saved what and why, what changed between two, and going back to one.

use crate::{
    Actor, App, AppError, Result, lists,
    page::{self, Page},
    query::Query,
};
use similar::{ChangeTag, TextDiff};
use tertulia_kernel::MonitorId;
use tertulia_policy::Permission;
use tertulia_store::{monitor::MonitorRow, version::MonitorVersionRow};

use super::{LONGEST_NOTE, MonitorView, save};

/// A stretch of a text that was compared with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// `same`, `added` or `removed`.
    pub op: &'static str,
    /// Its words, with the space between them.
    pub text: String,
}

/// What changed from one version to another, word by word.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Before.
    pub from: MonitorVersionRow,
    /// After.
    pub to: MonitorVersionRow,
    /// In the name.
    pub name: Vec<Piece>,
    /// In the query.
    pub query: Vec<Piece>,
}

/// The version a monitor's row stands for. `actor` is none for the program itself.
pub(crate) fn version_of(row: &MonitorRow, actor: Option<&Actor>, note: Option<String>, restored_from: Option<i64>) -> MonitorVersionRow {
    MonitorVersionRow {
        monitor_id: row.id,
        number: row.version,
        at: row.updated_at,
        actor_id: actor.map(|actor| actor.id.0),
        actor: actor.map_or_else(|| "system".to_owned(), |actor| actor.name.clone()),
        name: row.name.clone(),
        query: row.query.clone(),
        note,
        restored_from,
    }
}

/// A page of versions, newest first.
pub async fn list(app: &App, _: &Actor, id: MonitorId, after: Option<&str>, limit: Option<i64>) -> Result<Page<MonitorVersionRow>> {
    let limit = page::limit(limit);
    let before = page::before(after)?;
    let mut conn = app.store.read().await?;
    conn.monitor(id.0).await?;
    let mut items = conn.monitor_versions(id.0, before, limit + 1).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = if more { items.last().map(|row| row.number.to_string()) } else { None };
    Ok(Page { items, next })
}

/// What changed from version `from` to version `to`.
pub async fn difference(app: &App, _: &Actor, id: MonitorId, from: i64, to: i64) -> Result<Difference> {
    let mut conn = app.store.read().await?;
    let from = conn.monitor_version(id.0, from).await?;
    let to = conn.monitor_version(id.0, to).await?;
    Ok(Difference { name: compare(&from.name, &to.name), query: compare(&from.query, &to.query), from, to })
}

/// Makes a version the newest again: its name and query are saved as a new version.
pub async fn restore(app: &App, actor: &Actor, id: MonitorId, number: i64, note: Option<String>) -> Result<MonitorView> {
    actor.must(Permission::EditMonitors)?;
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(AppError::field("note", "too_long", "at most 500 characters"));
    }
    let mut tx = app.store.begin().await?;
    let version = tx.monitor_version(id.0, number).await?;
    // The language may have changed since; what it no longer reads is not brought back.
    Query::parse(&version.query, &lists::held(&mut tx, &version.query).await?)?;
    let before = tx.lock_monitor(id.0).await?;
    let row = MonitorRow { name: version.name, query: version.query, ..before.clone() };
    save(app, actor, tx, &before, row, note, Some(number)).await
}

/// Compares two texts word by word, neighbours of one kind joined. What would take too long to compare well is compared
/// roughly: the pieces still give both texts.
fn compare(from: &str, to: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let (from, to) = (words(from), words(to));
    let diff = TextDiff::configure().timeout(std::time::Duration::from_millis(200)).diff_slices(&from, &to);
    for change in diff.iter_all_changes() {
        let op = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Insert => "added",
            ChangeTag::Delete => "removed",
        };
        match pieces.last_mut() {
            Some(last) if last.op == op => last.text.push_str(change.value()),
            _ => pieces.push(Piece { op, text: change.value().to_owned() }),
        }
    }
    pieces
}

/// A text cut into words, blanks and the signs of the language that stand for themselves: a word is not another one
/// because a parenthesis now closes after it.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_whitespace() => 0,
        '(' | ')' | '"' | ',' | '{' | '}' => 1,
        _ => 2,
    };
    let mut words = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let before = text[..at].chars().next_back().map(kind);
        if before.is_some_and(|before| before != kind(c) || before == 1) {
            words.push(&text[start..at]);
            start = at;
        }
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    //! Comparing.
    use super::*;

    fn shown(from: &str, to: &str) -> String {
        compare(from, to)
            .iter()
            .map(|piece| match piece.op {
                "added" => format!("[+{}]", piece.text),
                "removed" => format!("[-{}]", piece.text),
                _ => piece.text.clone(),
            })
            .collect()
    }

    #[test]
    fn words_that_came_and_went() {
        assert_eq!(shown("iberia maleta", "iberia maleta"), "iberia maleta");
        assert_eq!(shown("iberia maleta", "iberia equipaje"), "iberia [-maleta][+equipaje]");
        assert_eq!(shown("", "año"), "[+año]");
        assert_eq!(shown("a AND (b OR c)", "a AND (b OR c OR d) -\"e f\""), "a AND (b OR c[+ OR d])[+ -\"e f\"]");
    }

    #[test]
    fn the_pieces_give_both_texts_back() {
        let long = (0..4_000).map(|n| format!("palabra{n}")).collect::<Vec<_>>();
        let mut other = long.clone();
        other.reverse();
        let (from, to) = (long.join(" "), other.join(" "));
        let pieces = compare(&from, &to);
        let without = |op| pieces.iter().filter(|piece| piece.op != op).map(|piece| piece.text.as_str()).collect::<String>();
        assert_eq!((without("added"), without("removed")), (from, to));
    }
}

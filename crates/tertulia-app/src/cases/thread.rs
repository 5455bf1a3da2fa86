//! A case's thread in pages: posts, notes and changes, merged by time, newest page first.
//!
//! Each of the three is read by its own key from where the page before ended, so that a page costs what it shows and
//! nothing is left out or shown twice, whatever their clocks say.

use super::load;
use crate::{
    Actor, App, AppError, Result,
    view::{PostView, post_views},
};
use std::{collections::HashMap, fmt};
use tertulia_kernel::CaseId;
use tertulia_store::{
    Conn,
    case::{ChangeRow, NoteRow},
    post::PostRow,
};
use uuid::Uuid;

/// Things of a page.
const PAGE: usize = 500;

/// One thing in the thread.
#[derive(Clone, Debug)]
pub enum ThreadItem {
    /// A post.
    Post(Box<PostView>),
    /// A note.
    Note(NoteRow),
    /// A change.
    Change(ChangeRow),
}

impl ThreadItem {
    /// The conversation it belongs to.
    pub(super) fn conversation(&self) -> Option<Uuid> {
        match self {
            Self::Post(view) => view.row.conversation_id,
            Self::Note(_) | Self::Change(_) => None,
        }
    }
}

/// A page of the thread, in order of time.
#[derive(Clone, Debug)]
pub struct ThreadPage {
    /// Things.
    pub items: Vec<ThreadItem>,
    /// Where what came before begins, if there is any.
    pub older: Option<String>,
}

/// Before which post, note and change a page ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before {
    post: i64,
    note: Uuid,
    change: Uuid,
}

impl Default for Before {
    /// The newest page.
    fn default() -> Self {
        Self { post: i64::MAX, note: Uuid::max(), change: Uuid::max() }
    }
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}_{}", self.post, self.note.simple(), self.change.simple())
    }
}

impl Before {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let before = Self {
            post: parts.next()?.parse().ok()?,
            note: Uuid::parse_str(parts.next()?).ok()?,
            change: Uuid::parse_str(parts.next()?).ok()?,
        };
        parts.next().is_none().then_some(before)
    }
}

/// A thing before what is shown beside it is loaded.
enum Row {
    Post(Box<PostRow>),
    Note(NoteRow),
    Change(ChangeRow),
}

impl Row {
    fn at(&self) -> i64 {
        match self {
            Self::Post(post) => post.received_at,
            Self::Note(note) => note.at,
            Self::Change(change) => change.at,
        }
    }
}

/// The page of a case's thread that ends before a place, as a page's `older` gave it.
pub async fn older(app: &App, actor: &Actor, id: CaseId, before: &str) -> Result<ThreadPage> {
    let before = Before::read(before).ok_or_else(|| AppError::field("before", "malformed", "pass a page's `older` as it was given"))?;
    let mut conn = app.store.read().await?;
    load(&mut conn, actor, id).await?;
    page(app, &mut conn, id, before).await
}

pub(super) async fn page(app: &App, conn: &mut Conn, id: CaseId, before: Before) -> Result<ThreadPage> {
    let limit = PAGE as i64 + 1;
    let posts = conn.posts_of_case_before(id.0, before.post, limit).await?;
    let notes = conn.notes(id.0, before.note, limit).await?;
    let changes = conn.case_changes(id.0, before.change, limit).await?;
    let sources = [
        posts.into_iter().map(|post| Row::Post(Box::new(post))).collect(),
        notes.into_iter().map(Row::Note).collect(),
        changes.into_iter().map(Row::Change).collect(),
    ];
    let (rows, more) = newest(sources, PAGE);
    let mut place = before;
    for row in &rows {
        match row {
            Row::Post(post) => place.post = place.post.min(post.seq),
            Row::Note(note) => place.note = place.note.min(note.id),
            Row::Change(change) => place.change = place.change.min(change.id),
        }
    }
    let shown: Vec<PostRow> = rows.iter().filter_map(|row| if let Row::Post(post) = row { Some((**post).clone()) } else { None }).collect();
    let mut views: HashMap<Uuid, PostView> = post_views(app, conn, shown).await?.into_iter().map(|view| (view.row.id, view)).collect();
    let items = rows.into_iter().filter_map(|row| match row {
        Row::Post(post) => views.remove(&post.id).map(|view| ThreadItem::Post(Box::new(view))),
        Row::Note(note) => Some(ThreadItem::Note(note)),
        Row::Change(change) => Some(ThreadItem::Change(change)),
    });
    Ok(ThreadPage { items: items.collect(), older: more.then(|| place.to_string()) })
}

/// The newest `most` of several lists, each newest first, in order of time; and whether something is left. Of each list
/// the first ones are taken: a thing that claims to be newer than the one before it in its list counts as just as new.
fn newest(sources: [Vec<Row>; 3], most: usize) -> (Vec<Row>, bool) {
    let mut all: Vec<(i64, usize, Row)> = Vec::new();
    for (rank, rows) in sources.into_iter().enumerate() {
        let mut latest = i64::MAX;
        for row in rows {
            latest = latest.min(row.at());
            all.push((latest, rank, row));
        }
    }
    // Within one instant a post comes before the changes it caused. The sort keeps each list's own order.
    all.sort_by_key(|(at, rank, _)| (std::cmp::Reverse(*at), std::cmp::Reverse(*rank)));
    let more = all.len() > most;
    all.truncate(most);
    (all.into_iter().rev().map(|(.., row)| row).collect(), more)
}

#[cfg(test)]
mod tests {
    //! Merging, and places as text.
    use super::*;

    fn note(id: u128, at: i64) -> Row {
        Row::Note(NoteRow {
            id: Uuid::from_u128(id),
            case_id: Uuid::nil(),
            author_id: Uuid::nil(),
            author: String::new(),
            text: String::new(),
            at,
        })
    }

    fn change(id: u128, at: i64) -> Row {
        let (actor, kind, detail) = (String::new(), String::new(), String::new());
        Row::Change(ChangeRow { id: Uuid::from_u128(id), case_id: Uuid::nil(), at, actor_id: None, actor, kind, detail })
    }

    fn ids(rows: &[Row]) -> Vec<u128> {
        rows.iter()
            .map(|row| match row {
                Row::Note(note) => note.id.as_u128(),
                Row::Change(change) => change.id.as_u128(),
                Row::Post(post) => post.id.as_u128(),
            })
            .collect()
    }

    #[test]
    fn the_newest_of_each_list_come_in_order_of_time() {
        let sources = || [Vec::new(), vec![note(13, 30), note(12, 90), note(11, 10)], vec![change(22, 30), change(21, 20)]];
        let (rows, more) = newest(sources(), 10);
        assert_eq!((ids(&rows), more), (vec![11, 21, 12, 13, 22], false));
        // The note 12 says it is newer than 13, which came after it: it can't push it off a page.
        let (rows, more) = newest(sources(), 2);
        assert_eq!((ids(&rows), more), (vec![13, 22], true));
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let place = Before { post: 7, note: Uuid::from_u128(8), change: Uuid::from_u128(9) };
        assert_eq!(Before::read(&place.to_string()), Some(place));
        for wrong in ["", "7", "7_8", "x_8_9"] {
            assert_eq!(Before::read(wrong), None, "{wrong}");
        }
    }
}

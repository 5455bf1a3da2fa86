//! What people said of posts, gathered for learning: of each post and task the newest word, with the text it was said of.

use super::super::reader::{Reader, whole};
use crate::Result;
use std::collections::{BTreeMap, HashMap};
use tertulia_store::{Conn, post::PostRow};
use tertulia_understand::{Context, own::company::Question};
use uuid::Uuid;

/// Most lines of the ledger that are looked at, the newest.
const LINES: i64 = 40_000;
/// Most posts, the newest labels first: more take long and change little.
const MOST: usize = 6_000;

/// A post with what people said of it.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    /// The post.
    pub post: Uuid,
    /// Headline and text, as they were when it was labelled.
    pub text: String,
    /// What is known of it beside its text.
    pub context: Context,
    /// Of each task the labels that are right, as bits, and whether chance chose the post for review.
    pub said: Vec<(Question, u32, bool)>,
}

/// The newest word of a person.
struct Word {
    at: i64,
    bits: u32,
    by_chance: bool,
}

/// Gathers everything there is to learn from, in order of the posts' ids.
pub(crate) async fn gather(conn: &mut Conn, reader: &Reader) -> Result<Vec<Labelled>> {
    let mut words: BTreeMap<Uuid, HashMap<&'static str, (Question, Word)>> = BTreeMap::new();
    let mut order = Vec::new();
    for row in conn.corrections_to_learn(LINES).await? {
        let Some(question) = Question::ALL.into_iter().find(|question| question.as_str() == row.task) else { continue };
        let Ok(bits) = u32::try_from(row.label) else { continue };
        if !words.contains_key(&row.post_id) {
            order.push(row.post_id);
        }
        // Newest first: what comes later was said before.
        let word = Word { at: row.at, bits, by_chance: row.source == "random" };
        words.entry(row.post_id).or_default().entry(question.as_str()).or_insert((question, word));
    }
    order.truncate(MOST);
    let mut posts: BTreeMap<Uuid, PostRow> = conn.posts(&order).await?.into_iter().map(|row| (row.id, row)).collect();
    // What was deleted has no text any more.
    posts.retain(|_, row| row.deleted_at.is_none());
    let mut found = Vec::with_capacity(posts.len());
    for (id, row) in posts {
        let Some(words) = words.remove(&id) else { continue };
        let last = words.values().map(|(_, word)| word.at).max().unwrap_or_default();
        let (title, text) = as_labelled(conn, &row, last).await?;
        let mut said: Vec<(Question, u32, bool)> =
            words.into_values().map(|(question, word)| (question, word.bits, word.by_chance)).collect();
        said.sort_by_key(|(question, ..)| *question);
        let context = reader.context(row.lang.as_deref(), None, None, 0);
        found.push(Labelled { post: id, text: whole(title.as_deref(), &text), context, said });
    }
    Ok(found)
}

/// A post's headline and text when it was labelled: each edit since then is a step, and left the text before it.
async fn as_labelled(conn: &mut Conn, row: &PostRow, at: i64) -> Result<(Option<String>, String)> {
    if row.revised_at.is_some() {
        let edits = conn.steps(row.id).await?.iter().filter(|step| step.step == "edited" && step.at > at).count();
        if let Some(before) = edits.checked_sub(1)
            && let Some(version) = conn.versions(row.id).await?.into_iter().nth(before)
        {
            return Ok((version.title, version.text));
        }
    }
    Ok((row.title.clone(), row.text.clone()))
}

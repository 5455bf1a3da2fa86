//! Labels as people look at them: those in force, what the model said and why, and who said otherwise.

use super::{
    QUIET,
    said::{InForce, Said, Share, Task},
    stored,
};
use crate::{AppError, Result};
use std::collections::HashMap;
use tertulia_kernel::Timestamp;
use tertulia_store::{
    Conn,
    reading::{CorrectionRow, LabelFilter, ReadingRow},
};
use uuid::Uuid;

/// The labels of one post.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The post.
    pub post_id: Uuid,
    /// Those in force.
    pub now: InForce,
    /// What the model said.
    pub said: Said,
    /// Version of the model.
    pub model: String,
    /// Who said otherwise or the same: the newest word on each task.
    pub corrected: Vec<Corrected>,
}

/// A person's word on a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// Which.
    pub task: Task,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Labels {
    /// The labels in force of a task with the model's probability, where they are the model's.
    pub fn shares(&self, task: Task) -> Vec<(&'static str, Option<u16>)> {
        let told = self.corrected.iter().any(|corrected| corrected.task == task);
        let said: &[Share] = match task {
            Task::Language => std::slice::from_ref(&self.said.language),
            Task::Sentiment => std::slice::from_ref(&self.said.sentiment),
            Task::Types => &self.said.types,
            Task::Audience => std::slice::from_ref(&self.said.audience),
        };
        let p = |name: &str| said.iter().find(|share| share.label == name).map(|share| share.p).filter(|_| !told);
        let mut shares: Vec<(&'static str, Option<u16>)> =
            task.names(self.now.of_task(task)).into_iter().map(|name| (name, p(name))).collect();
        shares.sort_by_key(|(_, p)| std::cmp::Reverse(p.unwrap_or_default()));
        shares
    }
}

/// Puts a stored reading together with the words of people about its post, oldest first.
pub(super) fn labels(row: &ReadingRow, ledger: &[CorrectionRow]) -> Result<Labels> {
    let said = stored(row)?;
    let own: Vec<&CorrectionRow> = ledger.iter().filter(|correction| correction.post_id == row.post_id).collect();
    let newest = |task: Task| own.iter().rev().find(|correction| correction.task == task.as_str());
    let corrected = Task::ALL
        .into_iter()
        .filter_map(|task| newest(task).map(|row| Corrected { task, by: row.actor.clone(), at: Timestamp::from_micros(row.at) }))
        .collect();
    Ok(Labels { post_id: row.post_id, now: InForce::of(&said, &own), said, model: row.model.clone(), corrected })
}

/// Labels of posts, by post: of those that were read.
pub(crate) async fn of_posts(conn: &mut Conn, posts: &[Uuid]) -> Result<HashMap<Uuid, Labels>> {
    let rows = conn.readings(posts).await?;
    together(conn, rows.into_iter().map(|row| (row.post_id, row)).collect()).await
}

/// Labels of cases, by case: of the post that speaks for each.
pub(crate) async fn of_cases(conn: &mut Conn, cases: &[Uuid]) -> Result<HashMap<Uuid, Labels>> {
    let rows = conn.readings_of_cases(cases, QUIET).await?;
    together(conn, rows).await
}

async fn together(conn: &mut Conn, rows: Vec<(Uuid, ReadingRow)>) -> Result<HashMap<Uuid, Labels>> {
    let posts: Vec<Uuid> = rows.iter().map(|(_, row)| row.post_id).collect();
    let ledger = conn.corrections_of(&posts).await?;
    rows.iter().map(|(key, row)| Ok((*key, labels(row, &ledger)?))).collect()
}

/// What lists are asked for, by names; an empty list of names does not matter.
pub fn filter(
    languages: &[&str],
    sentiments: &[&str],
    types: &[&str],
    urgency_min: Option<u16>,
    unsure: Option<bool>,
) -> Result<LabelFilter> {
    let bits = |task: Task, field: &str, names: &[&str]| {
        names.iter().try_fold(0, |all, name| {
            Ok::<i64, AppError>(all | task.bit(name).ok_or_else(|| AppError::field(field, "unknown", "no such label"))?)
        })
    };
    Ok(LabelFilter {
        languages: bits(Task::Language, "language", languages)?,
        sentiments: bits(Task::Sentiment, "sentiment", sentiments)?,
        types: bits(Task::Types, "type", types)?,
        urgency_min: urgency_min.map(i64::from),
        unsure,
    })
}

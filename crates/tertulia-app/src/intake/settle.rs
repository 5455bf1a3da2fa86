//! Deletions, and what became of our answers.

use super::batch::{Batch, excerpt, pending_form};
use crate::{Result, live::Audience, live::News};
use serde_json::json;
use tertulia_kernel::{Timestamp, event::DeliveryStatus};
use tertulia_store::{Tx, desk::NoticeRow, post::PostRow};
use uuid::Uuid;

impl Batch<'_> {
    /// Removes what was deleted on the network from the thread, the search and the case's first words.
    pub(super) async fn run_deletions(&mut self, tx: &mut Tx, deleted: &[(String, Timestamp)]) -> Result<()> {
        let mut tombstones = Vec::new();
        for (external_id, at) in deleted {
            let rows: Vec<_> = self.facts.posts.iter().filter(|((id, _), _)| id == external_id).map(|(_, row)| row.clone()).collect();
            // What came in this very batch was not stored: the deletion was seen first.
            let rows: Vec<_> = rows.into_iter().filter(|row| row.seq > 0 && row.deleted_at.is_none()).collect();
            if rows.is_empty() {
                tombstones.push((external_id.clone(), at.as_micros()));
            }
            for row in rows {
                self.out.receipt.changed += 1;
                tx.unindex_post(row.seq).await?;
                tx.forget_matches(row.id).await?;
                if row.keep_until.is_some() {
                    tx.remove_copy(row.id).await?;
                    tombstones.push((external_id.clone(), at.as_micros()));
                    continue;
                }
                tx.erase_post(row.id, at.as_micros()).await?;
                self.step(row.id, "deleted", json!({"at": at.to_rfc3339()}));
                self.out.posts_told.push((row.id, row.case_id, row.conversation_id));
                self.out.excerpts.extend(row.case_id);
            }
        }
        tx.save_tombstones(self.channel.id, &tombstones).await?;
        Ok(())
    }

    /// Notes deliveries on the answers they are about; a failed one is told to its author and reopens the case.
    pub(super) async fn run_deliveries(&mut self, tx: &mut Tx, deliveries: &[(&str, &DeliveryStatus, Timestamp)]) -> Result<()> {
        for (external_id, status, _) in deliveries {
            let pending = pending_form(external_id);
            let is_it = |row: &&PostRow| {
                row.direction == "out" && (row.external_id == *external_id || pending.as_deref() == Some(&row.external_id))
            };
            let Some(post) = self.facts.posts.values().find(is_it).cloned() else { continue };
            let Some(mut answer) = tx.answer_of_post(post.id).await? else { continue };
            if answer.state == "failed" {
                continue;
            }
            self.out.receipt.changed += 1;
            match status {
                DeliveryStatus::Delivered | DeliveryStatus::Read => "delivered".clone_into(&mut answer.state),
                DeliveryStatus::Failed { reason } => {
                    "failed".clone_into(&mut answer.state);
                    answer.reason = Some(super::clip(reason, 1_000));
                    self.tell_failure(tx, &answer.case_id, &answer.created_by, reason).await?;
                }
            }
            tx.update_answer(&answer).await?;
            self.out.posts_told.push((post.id, post.case_id, post.conversation_id));
        }
        Ok(())
    }

    async fn tell_failure(&mut self, tx: &mut Tx, case_id: &Uuid, author: &Uuid, reason: &str) -> Result<()> {
        let now = self.now.as_micros();
        // A message of theirs in the same batch may have changed it already.
        let known = self.facts.cases.contains_key(case_id);
        let mut case = match self.facts.cases.get(case_id) {
            Some(case) => case.clone(),
            None => tx.lock_case(*case_id).await?,
        };
        if case.state != "open" {
            "open".clone_into(&mut case.state);
            case.resolved_at = None;
            case.snoozed_until = None;
        }
        case.waiting_since = case.waiting_since.or(Some(now));
        case.activity_at = now;
        if known {
            self.facts.cases.insert(case.id, case);
            self.out.cases_changed.push(*case_id);
        } else {
            tx.update_case(&case).await?;
        }
        let change = self.change(*case_id, "reopened", &json!({"answer_failed": super::clip(reason, 300)}));
        tx.save_changes(&[change]).await?;
        let notice = NoticeRow {
            id: self.app.new_id(),
            user_id: *author,
            kind: "answer_failed".into(),
            case_id: Some(*case_id),
            actor: None,
            excerpt: Some(super::clip(reason, 240)),
            at: now,
            read_at: None,
        };
        tx.insert_notice(&notice).await?;
        self.out.news.push((Audience::User((*author).into()), News::Notice {}));
        Ok(())
    }

    /// A company's answer that was given on the network itself answers all that was written before it.
    pub(super) async fn stop_clocks(&mut self, tx: &mut Tx) -> Result<()> {
        for (id, at) in std::mem::take(&mut self.out.answered) {
            if tx.newest_written(id).await?.is_some_and(|theirs| theirs > at) {
                continue;
            }
            let mut case = tx.lock_case(id).await?;
            case.waiting_since = None;
            case.activity_at = self.now.as_micros();
            tx.update_case(&case).await?;
            self.facts.cases.insert(id, case);
            self.out.cases_told.push(id);
        }
        Ok(())
    }

    /// Puts the first words of these cases right after an edit or deletion.
    pub(super) async fn refresh_excerpts(&mut self, tx: &mut Tx) -> Result<()> {
        for id in super::distinct(std::mem::take(&mut self.out.excerpts)) {
            let mut case = tx.lock_case(id).await?;
            let theirs = tx.posts_of_case(id, 50).await?.into_iter().rev().filter(|row| row.direction == "in" && row.deleted_at.is_none());
            case.excerpt.clear();
            for row in theirs {
                // Who only joined the thread is not whom the case is about.
                if !tx.steps(row.id).await?.iter().any(|step| step.step == "cased" && step.why.contains("\"joined\"")) {
                    case.excerpt = excerpt(&row.text, row.title.as_deref());
                    break;
                }
            }
            tx.update_case(&case).await?;
            self.facts.cases.insert(id, case);
            self.out.cases_told.push(id);
        }
        Ok(())
    }
}

//! Saves what a batch decided, in the order the references need, and says what to tell the consoles.

use super::{batch::Batch, distinct};
use crate::{
    Result,
    channel::{Cursor, Receipt},
    live::{Audience, News},
};
use std::collections::{HashMap, HashSet};
use tertulia_kernel::Timestamp;
use tertulia_store::{
    StoreError, Tx,
    attachment::NewAttachment,
    case::{CaseRow, ChangeRow},
    conversation::ConversationRow,
    person::{IdentityRow, NewPerson},
    post::{NewPost, PostRow, StepRow},
    reading::ReadingRow,
};
use uuid::Uuid;

/// Everything a batch decided. Rows that are also facts are named by id and read from there, so that the last word
/// counts.
#[derive(Default)]
pub(super) struct Outcome {
    pub receipt: Receipt,
    pub people: Vec<NewPerson>,
    pub identities: Vec<Uuid>,
    pub identities_changed: Vec<Uuid>,
    /// People who are found by other names now.
    pub renamed: Vec<Uuid>,
    pub conversations: Vec<Uuid>,
    pub conversations_changed: Vec<Uuid>,
    pub cases_opened: Vec<Uuid>,
    pub cases_changed: Vec<Uuid>,
    /// Cases changed and saved already, to be told.
    pub cases_told: Vec<Uuid>,
    /// Posts changed and saved already, to be told: post, case, conversation.
    pub posts_told: Vec<(Uuid, Option<Uuid>, Option<Uuid>)>,
    /// Cases that got a department: whom they were offered to may not see them any more.
    pub moved: Vec<Uuid>,
    /// Cases answered on the network itself, and when.
    pub answered: Vec<(Uuid, i64)>,
    /// Cases whose first words may have changed.
    pub excerpts: Vec<Uuid>,
    pub inserted: Vec<NewPost>,
    pub updated: Vec<(PostRow, String)>,
    /// Posts with new counts; a case too, where rules were asked.
    pub recounted: Vec<(PostRow, bool)>,
    /// `(monitor, place of the post)` of matches that hold no longer.
    pub unmatched: Vec<(Uuid, i64)>,
    /// `(post, until, title, text)`.
    pub versions: Vec<(Uuid, i64, Option<String>, String)>,
    /// `(monitor, post)`.
    pub matches: Vec<(Uuid, Uuid)>,
    pub steps: Vec<StepRow>,
    /// What posts say; where they stand is known once they are stored.
    pub readings: Vec<ReadingRow>,
    pub attachments: Vec<NewAttachment>,
    /// Posts whose earlier files give way.
    pub files_replaced: Vec<Uuid>,
    pub changes: Vec<ChangeRow>,
    /// Conversations whose earlier posts join a case.
    pub adopt: Vec<(Uuid, Uuid)>,
    pub news: Vec<(Audience, News)>,
}

impl Batch<'_> {
    /// Writes everything, the cursors and the channel's health.
    pub(super) async fn save(&mut self, tx: &mut Tx, cursors: &[Cursor], newest: Option<Timestamp>, any: bool) -> Result<()> {
        tx.plan_once(true).await?;
        self.save_people(tx).await?;
        self.save_cases(tx).await?;
        self.save_posts(tx).await?;
        tx.plan_once(false).await?;
        for (conversation, case) in std::mem::take(&mut self.out.adopt) {
            tx.set_case_of_conversation_posts(conversation, case).await?;
        }
        self.refresh_excerpts(tx).await?;
        self.stop_clocks(tx).await?;
        let now = self.now.as_micros();
        for cursor in cursors {
            tx.save_cursor(self.channel.id, &cursor.name, &cursor.value, now).await?;
        }
        if any {
            let event = newest.map(|at| (at.as_micros(), (now - at.as_micros()).max(0) / 1_000));
            let kept = i64::try_from(self.out.receipt.stored).unwrap_or(i64::MAX);
            let counted = i64::try_from(self.out.receipt.counted).unwrap_or(i64::MAX);
            tx.note_intake(self.channel.id, now, event, kept, counted).await?;
        }
        Ok(())
    }

    async fn save_people(&mut self, tx: &mut Tx) -> Result<()> {
        if !self.out.people.is_empty() {
            let mut number = tx.take_numbers("person", self.out.people.len() as i64).await?;
            for person in &mut self.out.people {
                person.row.number = number;
                number += 1;
            }
            tx.insert_people(&self.out.people).await?;
        }
        let by_id: HashMap<Uuid, &IdentityRow> = self.facts.identities.values().map(|row| (row.id, row)).collect();
        let new: Vec<IdentityRow> = self.out.identities.iter().filter_map(|id| by_id.get(id).map(|row| (*row).clone())).collect();
        tx.insert_identities(&new).await?;
        let changed = distinct(self.out.identities_changed.clone()).into_iter().filter(|id| !self.out.identities.contains(id));
        let changed: Vec<IdentityRow> = changed.filter_map(|id| by_id.get(&id).map(|row| (*row).clone())).collect();
        tx.update_identities(&changed).await?;
        let renamed = distinct(std::mem::take(&mut self.out.renamed));
        if !renamed.is_empty() {
            let identities = tx.identities_of(&renamed).await?;
            for person in tx.people(&renamed).await? {
                let theirs: Vec<IdentityRow> = identities.iter().filter(|row| row.person_id == person.id).cloned().collect();
                tx.index_person(person.id, person.number, &crate::people::findable(&person.name, &theirs)).await?;
            }
        }
        Ok(())
    }

    async fn save_cases(&mut self, tx: &mut Tx) -> Result<()> {
        if !self.out.cases_opened.is_empty() {
            let mut number = tx.take_numbers("case", self.out.cases_opened.len() as i64).await?;
            for id in &self.out.cases_opened {
                if let Some(case) = self.facts.cases.get_mut(id) {
                    case.number = number;
                    number += 1;
                }
            }
        }
        let opened: Vec<CaseRow> = self.out.cases_opened.iter().filter_map(|id| self.facts.cases.get(id).cloned()).collect();
        tx.insert_cases(&opened).await?;
        let opened: HashSet<Uuid> = opened.iter().map(|case| case.id).collect();
        let changed: Vec<Uuid> = distinct(self.out.cases_changed.clone()).into_iter().filter(|id| !opened.contains(id)).collect();
        // They were locked when loaded, so that nobody changed them since.
        let changed: Vec<CaseRow> = changed.iter().filter_map(|id| self.facts.cases.get(id).cloned()).collect();
        tx.update_course(&changed).await?;
        for case in std::mem::take(&mut self.out.moved) {
            if let Some(offer) = tx.open_offer(case).await? {
                tx.end_offer(offer.id, "withdrawn").await?;
                self.out.news.push((Audience::User(offer.user_id.into()), News::Offer {}));
            }
        }
        let new: Vec<ConversationRow> = self.out.conversations.iter().filter_map(|id| self.facts.conversations.get(id).cloned()).collect();
        tx.insert_conversations(&new).await?;
        let new: HashSet<Uuid> = new.iter().map(|row| row.id).collect();
        let changed = distinct(self.out.conversations_changed.clone()).into_iter().filter(|id| !new.contains(id));
        let changed: Vec<ConversationRow> = changed.filter_map(|id| self.facts.conversations.get(&id).cloned()).collect();
        tx.update_conversations(&changed).await?;
        tx.save_changes(&self.out.changes).await?;
        Ok(())
    }

    async fn save_posts(&mut self, tx: &mut Tx) -> Result<()> {
        let inserted = tx.insert_posts(&self.out.inserted).await?;
        if inserted.len() != self.out.inserted.len() {
            // Another node stored one of them in the meantime: look again.
            return Err(StoreError::Raced.into());
        }
        let mut seqs: HashMap<Uuid, i64> = inserted.into_iter().map(|(seq, id)| (id, seq)).collect();
        let mut index: Vec<(i64, &str)> =
            self.out.inserted.iter().filter_map(|post| seqs.get(&post.row.id).map(|seq| (*seq, post.tokens.as_str()))).collect();
        for (post, until, title, text) in &self.out.versions {
            tx.save_version(*post, *until, title.as_deref(), text).await?;
        }
        for (row, tokens) in &self.out.updated {
            tx.update_post(row).await?;
            tx.unindex_post(row.seq).await?;
            tx.forget_matches(row.id).await?;
            seqs.insert(row.id, row.seq);
            index.push((row.seq, tokens));
        }
        for (row, asked) in &self.out.recounted {
            seqs.insert(row.id, row.seq);
            if *asked {
                tx.update_post(row).await?;
            } else {
                tx.recount_post(row.id, &row.extras).await?;
            }
        }
        for (monitor, seq) in &self.out.unmatched {
            tx.remove_matches(*monitor, &[*seq]).await?;
        }
        tx.index_posts(&index).await?;
        let matches: Vec<(Uuid, i64, Uuid)> =
            self.out.matches.iter().filter_map(|(monitor, post)| seqs.get(post).map(|seq| (*monitor, *seq, *post))).collect();
        tx.save_matches(&matches, self.now.as_micros()).await?;
        let mut readings = std::mem::take(&mut self.out.readings);
        readings.retain_mut(|reading| {
            seqs.get(&reading.post_id).is_some_and(|seq| {
                reading.post_seq = *seq;
                true
            })
        });
        tx.save_readings(&readings).await?;
        tx.save_steps(&self.out.steps).await?;
        tx.remove_attachments(&self.out.files_replaced).await?;
        tx.save_attachments(&self.out.attachments).await?;
        Ok(())
    }

    /// What happened and what to tell, once committed.
    pub(super) fn finish(mut self) -> (Receipt, Vec<(Audience, News)>) {
        let audience = |case: Option<&CaseRow>| match case {
            Some(case) => Audience::Case(case.department_id.map(Into::into), case.assignee_id.map(Into::into)),
            None => Audience::Everybody,
        };
        let told = std::mem::take(&mut self.out.posts_told);
        let rows = self.out.inserted.iter().map(|post| &post.row).chain(self.out.updated.iter().map(|(row, _)| row));
        let posts = rows.filter(|row| row.keep_until.is_none()).map(|row| (row.id, row.case_id, row.conversation_id)).chain(told);
        for (post, case, conversation) in posts {
            let news = News::Post {
                post_id: post.into(),
                case_id: case.map(Into::into),
                channel_id: Some(self.channel.id.into()),
                conversation_id: conversation.map(Into::into),
            };
            self.out.news.push((audience(case.and_then(|id| self.facts.cases.get(&id))), news));
        }
        let touched = [self.out.cases_opened.clone(), self.out.cases_changed.clone(), self.out.cases_told.clone()].concat();
        for id in distinct(touched) {
            if let Some(case) = self.facts.cases.get(&id) {
                let opened = self.out.cases_opened.contains(&id);
                self.out.news.push((audience(Some(case)), News::Case { case_id: id.into(), number: case.number, opened }));
            }
        }
        if self.out.receipt != Receipt::default() {
            self.out.news.push((Audience::Everybody, News::Channel { channel_id: self.channel.id.into() }));
        }
        (self.out.receipt, self.out.news)
    }
}

//! One batch: what each event means, given what is known. The rules that make order and repetition harmless:
//!
//! - a post is one row per `(channel, external id, kind)`; the same again is a duplicate;
//! - an edit counts when its revision is newer than the one stored, whatever arrives first;
//! - a deletion is final: one that comes before its post leaves a tombstone, and the post is not stored after it;
//! - a reply that comes before what it answers gives its conversation to the parent when that arrives.

use super::{
    PostKey,
    author::{new_author, shown_handle},
    clip,
    facts::{Facts, Place},
    key,
    recount::with_new_counts,
    save::Outcome,
};
use crate::{
    App, AppError, Result,
    channel::{Cursor, Receipt},
    listening::{Listening, Matched, PostText, slow},
    live::{Audience, News},
    understanding::{self, Facts as Says, InForce, Said, ahead::Ahead},
};
use serde_json::json;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tertulia_care::{
    life::{Asks, Course, Existing, State, decide_course},
    rules::{PostFacts, decide_rules},
};
use tertulia_kernel::{
    ChannelId, Timestamp,
    event::{Automatic, DeliveryStatus, Event, IncomingPost, Visibility},
};
use tertulia_store::{
    Tx,
    attachment::NewAttachment,
    case::CaseRow,
    channel::ChannelRow,
    conversation::ConversationRow,
    extras::Extras,
    person::IdentityRow,
    post::{NewPost, PostRow, StepRow},
};
use uuid::Uuid;

/// Most files of a post.
const MOST_FILES: usize = 50;

/// A batch being worked on.
pub(super) struct Batch<'a> {
    pub app: &'a App,
    pub channel: ChannelRow,
    pub listening: Arc<Listening>,
    reopen_days: u32,
    pub now: Timestamp,
    pub facts: Facts,
    ahead: Ahead,
    pub out: Outcome,
}

/// The newest word on each post of the batch.
struct Sorted<'e> {
    posts: BTreeMap<usize, &'e IncomingPost>,
    deleted: Vec<(String, Timestamp)>,
    deliveries: Vec<(&'e str, &'e DeliveryStatus, Timestamp)>,
    repeated: usize,
}

fn revision(post: &IncomingPost) -> Timestamp {
    post.revised_at.unwrap_or(post.occurred_at)
}

fn sort(events: &[Event]) -> Sorted<'_> {
    let mut sorted = Sorted { posts: BTreeMap::new(), deleted: Vec::new(), deliveries: Vec::new(), repeated: 0 };
    let mut newest: HashMap<PostKey, usize> = HashMap::new();
    for (place, event) in events.iter().enumerate() {
        match event {
            Event::Post(post) => match newest.get(&key(post)) {
                Some(earlier) if revision(sorted.posts[earlier]) >= revision(post) => sorted.repeated += 1,
                earlier => {
                    if let Some(earlier) = earlier {
                        sorted.posts.remove(earlier);
                        sorted.repeated += 1;
                    }
                    newest.insert(key(post), place);
                    sorted.posts.insert(place, post);
                }
            },
            Event::Deleted { external_id, at } => sorted.deleted.push((external_id.clone(), *at)),
            Event::Delivery { external_id, status, at } => sorted.deliveries.push((external_id, status, *at)),
        }
    }
    sorted
}

impl<'a> Batch<'a> {
    /// Takes the events in; returns what happened and what to tell after the commit.
    pub async fn run(app: &'a App, channel: ChannelId, events: &[Event], cursors: &[Cursor]) -> Result<(Receipt, Vec<(Audience, News)>)> {
        let sorted = sort(events);
        let posts: Vec<&IncomingPost> = sorted.posts.values().copied().collect();
        // What changed is compiled there too, before anybody waits for this transaction; inside it there is seldom anything left.
        let mut ahead = Ahead::look(app, channel, &posts).await?;
        let mut tx = app.store.begin().await?;
        tx.share_listening().await?;
        let listening = app.listening(&mut tx).await?;
        let channel = tx.channel(channel.0).await?;
        if !channel.enabled {
            // Whoever stopped it may rely on nothing coming in after that commit, though its source still runs for a moment.
            return Err(AppError::conflict("channel_stopped", "this channel is stopped; start it first"));
        }
        let matched = ahead
            .take_matched(&listening, &channel)
            .unwrap_or_else(|| posts.iter().map(|post| match_incoming(&listening, &channel, post)).collect());

        let mut other_ids: Vec<String> = sorted.deleted.iter().map(|(id, _)| id.clone()).collect();
        for (id, ..) in &sorted.deliveries {
            other_ids.push((*id).to_owned());
            other_ids.extend(pending_form(id));
        }
        let facts = Facts::load(&mut tx, &channel, &posts, &other_ids).await?;
        let reopen_days = crate::settings::company(&mut tx).await?.reopen_days;
        let mut batch = Self { app, channel, listening, reopen_days, now: app.now(), facts, ahead, out: Outcome::default() };
        batch.out.receipt.duplicates += sorted.repeated;
        let undecided = slow::note(app, &mut tx, &batch.listening, &matched, batch.now).await?;
        batch.out.news.extend(undecided);
        batch.run_posts(&mut tx, &posts, &matched, &sorted).await?;
        batch.run_deletions(&mut tx, &sorted.deleted).await?;
        batch.run_deliveries(&mut tx, &sorted.deliveries).await?;
        let newest = posts.iter().map(|post| revision(post)).max();
        batch.save(&mut tx, cursors, newest, !events.is_empty()).await?;
        let finished = batch.finish();
        tx.commit().await?;
        Ok(finished)
    }

    /// About posts that are stored already.
    pub(super) fn about(app: &'a App, channel: ChannelRow, listening: Arc<Listening>, reopen_days: u32, facts: Facts) -> Self {
        Self { app, channel, listening, reopen_days, now: app.now(), facts, ahead: Ahead::default(), out: Outcome::default() }
    }

    async fn run_posts(&mut self, tx: &mut Tx, posts: &[&IncomingPost], matched: &[Matched], sorted: &Sorted<'_>) -> Result<()> {
        let (mut kept, mut same) = (Vec::new(), Vec::new());
        for (place, (post, matched)) in posts.iter().zip(matched).enumerate() {
            let goes = sorted.deleted.iter().any(|(id, _)| *id == post.external_id);
            let gone = goes || self.facts.gone.contains(&post.external_id);
            match self.facts.posts.get(&key(post)) {
                Some(row) if row.deleted_at.is_some() || goes => self.out.receipt.duplicates += 1,
                Some(row) => {
                    let stored = row.revised_at.unwrap_or(row.occurred_at);
                    let newer = post.revised_at.is_some_and(|at| at.as_micros() > stored);
                    let files = newer && other_files(tx, row.id, post).await?;
                    if newer && (files || row.text != post.text || row.title != post.title) {
                        if files {
                            self.out.files_replaced.push(row.id);
                        }
                        kept.push((place, *post, matched, Some(row.clone())));
                    } else if let Some(counted) = with_new_counts(post, row) {
                        if row.keep_until.is_some() && !matched.monitors.is_empty() {
                            kept.push((place, *post, matched, Some(row.clone())));
                        } else {
                            self.out.receipt.duplicates += 1;
                            same.push((place, *post, row.clone(), counted));
                        }
                    } else {
                        self.out.receipt.duplicates += 1;
                    }
                }
                None if gone && !self.facts.places.contains_key(&post.external_id) => self.out.receipt.duplicates += 1,
                None => kept.push((place, *post, matched, None)),
            }
        }
        let mut recounted = Vec::with_capacity(same.len());
        for (place, post, before, counted) in same {
            recounted.push(self.rematch(place, post, &before, counted));
        }
        let asked = recounted.iter().filter(|one| one.may_open());
        let mut authors: Vec<String> = asked.clone().map(|one| one.post.author.external_id.clone()).collect();
        for (_, post, matched, _) in &kept {
            if self.is_kept(post, matched) && !post.own {
                authors.push(post.author.external_id.clone());
            }
        }
        authors.sort_unstable();
        authors.dedup();
        self.facts.load_people(tx, &self.channel.clone(), &authors).await?;
        if self.listening.rules.iter().any(|rule| rule.actions.department_id.is_some() || rule.actions.priority.is_some()) {
            self.facts.load_by_hand(tx).await?;
        }
        let mut edited: Vec<Uuid> = kept.iter().filter_map(|(.., row)| row.as_ref().map(|row| row.id)).collect();
        edited.extend(recounted.iter().filter(|one| one.may_open()).map(|one| one.row.id));
        for row in tx.corrections_of(&edited).await? {
            self.facts.corrections.entry(row.post_id).or_default().push(row);
        }
        for (place, post, matched, row) in kept {
            match row {
                Some(row) if row.keep_until.is_none() => self.edit(place, post, matched, row),
                // An unmatched post of the window was edited: it is looked at as if it were new.
                row => self.take(place, post, matched, row),
            }
        }
        recounted.into_iter().for_each(|one| self.recount(one));
        Ok(())
    }

    /// Whether a post stays for good: addressed to us, matched, or said in a thread we take part in.
    fn is_kept(&self, post: &IncomingPost, matched: &Matched) -> bool {
        post.addressed || post.own || !matched.monitors.is_empty() || self.joins(post)
    }

    fn joins(&self, post: &IncomingPost) -> bool {
        let Some(place) = post.in_reply_to.as_ref().and_then(|parent| self.facts.places.get(parent)) else { return false };
        let case = place.conversation.and_then(|id| self.facts.conversations.get(&id)).and_then(|row| row.case_id);
        place.ours || case.is_some()
    }

    /// Takes in a post that is new, or was only kept for a while (`earlier`).
    fn take(&mut self, place: usize, post: &IncomingPost, matched: &Matched, earlier: Option<PostRow>) {
        let kept = self.is_kept(post, matched);
        if !kept && (self.channel.window_days == 0 || earlier.is_some()) {
            match earlier {
                Some(row) => self.edit(place, post, matched, row),
                None => self.out.receipt.counted += 1,
            }
            return;
        }
        let id = earlier.as_ref().map_or_else(|| self.app.new_id(), |row| row.id);
        let mut row = self.row_of(id, post);
        if !kept {
            row.keep_until = Some(self.now.plus_seconds(self.channel.window_days * 86_400).as_micros());
            // No person is made of everybody who passes by, but whoever opens a case of it needs to know who wrote it.
            row.author_external_id = Some(post.author.external_id.clone());
            self.insert(row, post, matched, None);
            self.out.receipt.counted += 1;
            return;
        }
        self.step(
            id,
            "received",
            json!({"channel": self.channel.name, "addressed": post.addressed, "lag_seconds": self.now.seconds_since(revision(post))}),
        );
        if !matched.monitors.is_empty() {
            let names: Vec<&str> = matched.monitors.iter().map(|id| self.listening.monitor_name(*id)).collect();
            self.step(id, "matched", json!({"monitors": names}));
        }
        let person = if post.own { None } else { Some(self.relate(id, post, &mut row)) };
        let conversation = self.place(post, person);
        row.conversation_id = Some(conversation);
        if let Some(person) = person {
            let says = self.understand(place, post, &row);
            self.assign_case(post, matched, &says, &mut row, conversation, person);
        } else {
            row.direction = "out".into();
            row.case_id = self.facts.conversations.get(&conversation).and_then(|row| row.case_id);
            self.out.answered.extend(row.case_id.map(|case| (case, row.occurred_at)));
        }
        self.facts.places.insert(post.external_id.clone(), Place { conversation: Some(conversation), ours: post.own });
        self.out.receipt.stored += 1;
        self.insert(row, post, matched, earlier);
    }

    /// What a kept post of theirs says: kept with it, and told to rules.
    pub(super) fn understand(&mut self, place: usize, post: &IncomingPost, row: &PostRow) -> Says {
        let reading = self.ahead.reading(place, post);
        let said = Said::of(&reading);
        let corrections: Vec<_> = self.facts.corrections.get(&row.id).into_iter().flatten().collect();
        let says = InForce::of(&said, &corrections);
        let facts = says.facts(said.urgency);
        self.out.readings.push(says.row((row.id, 0, row.received_at), &self.ahead.model(), understanding::doubt(&reading), &said));
        facts
    }

    fn insert(&mut self, row: PostRow, post: &IncomingPost, matched: &Matched, earlier: Option<PostRow>) {
        let tokens = search_tokens(post.title.as_deref(), &post.text);
        self.out.matches.extend(matched.monitors.iter().map(|monitor| (monitor.0, row.id)));
        if earlier.is_none() || self.out.files_replaced.contains(&row.id) {
            self.take_files(row.id, post);
        }
        self.facts.posts.insert((row.external_id.clone(), row.kind.clone()), row.clone());
        match earlier {
            Some(earlier) => self.out.updated.push((PostRow { seq: earlier.seq, received_at: earlier.received_at, ..row }, tokens)),
            None => self.out.inserted.push(NewPost { row, tokens }),
        }
    }

    fn take_files(&mut self, id: Uuid, post: &IncomingPost) {
        for (position, media) in post.media.iter().take(MOST_FILES).enumerate() {
            self.out.attachments.push(NewAttachment {
                id: self.app.new_id(),
                post_id: Some(id),
                user_id: None,
                position: position as i64,
                mime: media.mime.clone(),
                name: media.name.clone(),
                alt: media.alt.clone(),
                url: media.url.clone(),
                content: media.bytes.clone(),
                created_at: self.now.as_micros(),
            });
        }
    }

    /// The author's person, found or created by identity.
    pub(super) fn relate(&mut self, id: Uuid, post: &IncomingPost, row: &mut PostRow) -> Uuid {
        let author = &post.author;
        let now = self.now.as_micros();
        let followers = author.followers.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        if let Some(known) = self.facts.identities.get_mut(&author.external_id) {
            let news = IdentityRow {
                handle: shown_handle(author).to_owned(),
                name: author.name.clone().or_else(|| known.name.clone()),
                url: author.url.clone().or_else(|| known.url.clone()),
                avatar_url: author.avatar_url.clone().or_else(|| known.avatar_url.clone()),
                followers: followers.or(known.followers),
                ..known.clone()
            };
            if (&news.handle, &news.name) != (&known.handle, &known.name) {
                self.out.renamed.push(known.person_id);
            }
            if news != *known {
                *known = IdentityRow { updated_at: now, ..news };
                self.out.identities_changed.push(known.id);
            }
            row.identity_id = Some(known.id);
            row.followers = row.followers.or(known.followers);
            let person = known.person_id;
            self.step(id, "related", json!({"identity": "known", "provider": self.channel.shows_as}));
            return person;
        }
        let (person, identity) = new_author(self.app, &self.channel, author);
        let (person_id, identity_id) = (identity.person_id, identity.id);
        self.out.people.push(person);
        self.facts.identities.insert(author.external_id.clone(), identity);
        self.out.identities.push(identity_id);
        row.identity_id = Some(identity_id);
        self.step(id, "related", json!({"identity": "new", "provider": self.channel.shows_as}));
        person_id
    }

    /// The conversation a post belongs to: its parent's, its thread's, that of a reply that came first, or a new one.
    fn place(&mut self, post: &IncomingPost, person: Option<Uuid>) -> Uuid {
        let visibility = post.visibility.as_str();
        let parent = post.in_reply_to.as_ref().and_then(|id| self.facts.places.get(id)).and_then(|place| place.conversation);
        let mut continues = None;
        if let Some(parent) = parent.and_then(|id| self.facts.conversations.get(&id)) {
            if parent.visibility == visibility {
                return parent.id;
            }
            if post.visibility == Visibility::Private {
                continues = Some(parent.id);
            }
        }
        let thread = post.thread.clone().unwrap_or_else(|| post.external_id.clone());
        if let Some(known) = self.facts.threads.get(&(thread.clone(), visibility.to_owned())) {
            return *known;
        }
        if let Some(child) = self.facts.children.get(&post.external_id).and_then(|id| self.facts.conversations.get(id))
            && child.visibility == visibility
        {
            return child.id;
        }
        let row = ConversationRow {
            id: self.app.new_id(),
            channel_id: self.channel.id,
            thread,
            visibility: visibility.to_owned(),
            person_id: person,
            case_id: continues.and_then(|id| self.facts.conversations.get(&id)).and_then(|row| row.case_id),
            continues,
            created_at: self.now.as_micros(),
        };
        let id = row.id;
        self.facts.add_conversation(row);
        self.out.conversations.push(id);
        id
    }

    /// Asks the rules, then opens, extends or reopens a case, or keeps the post without one.
    pub(super) fn assign_case(
        &mut self,
        post: &IncomingPost,
        matched: &Matched,
        says: &Says,
        row: &mut PostRow,
        conversation: Uuid,
        person: Uuid,
    ) {
        let decision = decide_rules(
            &self.listening.rules,
            &PostFacts {
                monitors: &matched.monitors,
                queries: &matched.rules,
                channel: self.channel.id.into(),
                channel_kind: &self.channel.shows_as,
                visibility: post.visibility,
                followers: row.followers.and_then(|count| u64::try_from(count).ok()),
                lang: says.lang.or(post.lang.as_deref()),
                types: &says.types,
                sentiment: says.sentiment,
                urgency: Some(says.urgency),
                addressed: post.addressed && post.automatic.is_none(),
            },
        );
        self.step(
            row.id,
            "decided",
            json!({"open_case": decision.open_case, "priority": decision.priority, "department_id": decision.department_id,
            "tags": decision.tags, "rules": decision.because, "says": says}),
        );
        let linked = self.facts.conversations.get(&conversation).and_then(|row| row.case_id).and_then(|id| self.facts.cases.get(&id));
        let live = self.facts.live_case.get(&person).and_then(|id| self.facts.cases.get(id)).map(existing);
        let asks = Asks {
            opens: decision.open_case,
            refused: decision.refused,
            concerned: post.addressed || linked.is_some_and(|case| case.person_id == person),
            machine: post.automatic == Some(Automatic::Machine),
        };
        let course = decide_course(linked.map(existing), live, asks, self.reopen_days, self.now);
        let (case, kind) = match course {
            Course::Keep => return,
            Course::Join(id) => {
                row.case_id = Some(id.0);
                return self.step(row.id, "cased", json!({"course": "joined", "case_id": id}));
            }
            Course::Open => (self.open_case(post, matched, &decision, person), "opened"),
            Course::Extend(id) => (id, "extended"),
            Course::Reopen(id) => (id, "reopened"),
        };
        self.extend_case(case, kind, post, &decision);
        row.case_id = Some(case.0);
        if let Some(known) = self.facts.conversations.get_mut(&conversation)
            && known.case_id != Some(case.0)
        {
            known.case_id = Some(case.0);
            self.out.conversations_changed.push(conversation);
            self.out.adopt.push((conversation, case.0));
        }
        self.step(row.id, "cased", json!({"course": kind, "case_id": case}));
    }

    /// A stored post was edited on the network.
    fn edit(&mut self, place: usize, post: &IncomingPost, matched: &Matched, row: PostRow) {
        self.out.versions.push((row.id, revision(post).as_micros(), row.title.clone(), row.text.clone()));
        self.step(
            row.id,
            "edited",
            json!({"monitors": matched.monitors.iter().map(|id| self.listening.monitor_name(*id)).collect::<Vec<_>>()}),
        );
        self.out.matches.extend(matched.monitors.iter().map(|monitor| (monitor.0, row.id)));
        self.out.receipt.changed += 1;
        let mut edited = PostRow {
            title: post.title.clone(),
            text: post.text.clone(),
            quoted: post.quoted.clone(),
            url: post.url.clone().or(row.url.clone()),
            lang: post.lang.clone().or(row.lang.clone()),
            revised_at: Some(revision(post).as_micros()),
            extras: Extras { counts: post.counts.or(row.extras.counts), ..Extras::from(post) },
            ..row
        };
        if self.out.files_replaced.contains(&edited.id) {
            self.take_files(edited.id, post);
        }
        let theirs = edited.direction == "in" && edited.keep_until.is_none();
        let says = theirs.then(|| self.understand(place, post, &edited));
        match (edited.case_id, edited.conversation_id, says) {
            (Some(case), ..) => self.out.excerpts.push(case),
            // What was kept without a case may be a complaint now.
            (None, Some(conversation), Some(says)) if self.is_kept(post, matched) => {
                let person = self.relate(edited.id, post, &mut edited);
                self.assign_case(post, matched, &says, &mut edited, conversation, person);
            }
            _ => {}
        }
        self.out.updated.push((edited, search_tokens(post.title.as_deref(), &post.text)));
    }

    /// Writes a step down.
    pub fn step(&mut self, post: Uuid, step: &str, why: serde_json::Value) {
        self.out.steps.push(StepRow { post_id: post, at: self.now.as_micros(), step: step.into(), why: why.to_string() });
    }

    fn row_of(&self, id: Uuid, post: &IncomingPost) -> PostRow {
        let name = post.author.name.clone().filter(|name| !name.trim().is_empty());
        PostRow {
            seq: 0,
            id,
            channel_id: self.channel.id,
            external_id: post.external_id.clone(),
            kind: post.kind.clone(),
            conversation_id: None,
            case_id: None,
            direction: "in".into(),
            visibility: post.visibility.as_str().into(),
            identity_id: None,
            author_external_id: None,
            user_id: None,
            author_name: name.unwrap_or_else(|| post.author.handle.clone()),
            author_handle: post.author.handle.clone(),
            followers: post.author.followers.map(|count| i64::try_from(count).unwrap_or(i64::MAX)),
            title: post.title.clone(),
            text: post.text.clone(),
            quoted: post.quoted.clone(),
            url: post.url.clone(),
            lang: post.lang.clone(),
            in_reply_to: post.in_reply_to.clone(),
            occurred_at: post.occurred_at.as_micros(),
            received_at: self.now.as_micros(),
            revised_at: post.revised_at.map(Timestamp::as_micros),
            deleted_at: None,
            keep_until: None,
            extras: Extras::from(post),
        }
    }
}

/// Whether a post comes with other files than those stored of it.
async fn other_files(tx: &mut Tx, id: Uuid, post: &IncomingPost) -> Result<bool> {
    let stored = tx.attachments_of(&[id]).await?;
    let come: Vec<_> = post.media.iter().take(MOST_FILES).map(|file| (&file.mime, &file.name, &file.alt, &file.url)).collect();
    Ok(!stored.iter().map(|file| (&file.mime, &file.name, &file.alt, &file.url)).eq(come))
}

fn existing(case: &CaseRow) -> Existing {
    Existing {
        id: case.id.into(),
        state: State::parse(&case.state).unwrap_or(State::Open),
        resolved_at: case.resolved_at.map(Timestamp::from_micros),
        activity_at: Timestamp::from_micros(case.activity_at),
    }
}

/// First words for a list's row.
pub(crate) fn excerpt(text: &str, title: Option<&str>) -> String {
    let text = if text.trim().is_empty() { title.unwrap_or_default() } else { text };
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    clip(&flat, 240)
}

/// The id our answer had before it was settled, when a network's id is made from it (mail: `answer-UUID@domain`).
pub(super) fn pending_form(external_id: &str) -> Option<String> {
    external_id.split_once('@').map(|(id, _)| id.trim_start_matches('<').to_owned()).filter(|id| id.starts_with("answer-"))
}

/// What a post matches. Monitors read its headline and text, without what it quotes.
pub(crate) fn match_incoming(listening: &Listening, channel: &ChannelRow, post: &IncomingPost) -> Matched {
    let extras = Extras::from(post);
    listening.match_post(&PostText {
        title: post.title.as_deref(),
        text: &post.text,
        author: &post.author.handle,
        lang: post.lang.as_deref(),
        channel: &channel.name,
        channel_kind: &channel.shows_as,
        followers: post.author.followers,
        url: post.url.as_deref(),
        reply: post.in_reply_to.is_some(),
        extras: Some(&extras),
    })
}

fn search_tokens(title: Option<&str>, text: &str) -> String {
    match title {
        Some(title) => tertulia_kernel::text::search_terms(&format!("{title}\n{text}")),
        None => tertulia_kernel::text::search_terms(text),
    }
}

//! The sample's people and what they wrote before the day, with the answers they got.

use super::{
    build::Names,
    data::{Episode, Files, Person},
};
use crate::{
    App, Result, cases,
    intake::{excerpt, identity_scope},
    listening::Listening,
    people, view,
};
use serde_json::json;
use std::{collections::HashMap, sync::Arc};
use tertulia_care::life::State;
use tertulia_kernel::{Timestamp, text};
use tertulia_store::{
    Tx,
    case::{CaseRow, ChangeRow},
    channel::ChannelRow,
    conversation::ConversationRow,
    extras::Extras,
    person::{IdentityRow, NewPerson, PersonRow},
    post::{NewPost, PostRow, StepRow},
    staff::User,
};
use uuid::Uuid;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Seconds until somebody answered.
const ANSWERED_AFTER: i64 = 47 * 60;

/// What an episode is told with.
struct Teller<'a> {
    app: &'a App,
    names: &'a Names,
    agents: &'a [(User, Vec<String>)],
    channels: HashMap<String, ChannelRow>,
    listening: Arc<Listening>,
    /// Number of the next case.
    case_number: i64,
}

/// Adds people who are not known yet, with their identities and history.
pub(super) async fn load(app: &App, tx: &mut Tx, files: &Files, names: &Names, agents: &[(User, Vec<String>)]) -> Result<()> {
    app.touch_listening(tx, &crate::listening::Changed::Everything).await?;
    let episodes: usize = files.people.iter().map(|person| person.history.len()).sum();
    let mut teller = Teller {
        app,
        names,
        agents,
        channels: tx.channels().await?.into_iter().map(|row| (row.name.clone(), row)).collect(),
        listening: app.listening(tx).await?,
        case_number: tx.take_numbers("case", episodes as i64).await?,
    };
    let mut number = tx.take_numbers("person", files.people.len() as i64).await?;
    // The past in order: what was written first was stored first.
    let mut past: Vec<(&Person, usize, Uuid, Vec<IdentityRow>)> = Vec::new();
    for person in &files.people {
        let identities = teller.introduce(tx, person, number).await?;
        number += 1;
        if let Some(first) = identities.first() {
            let id = first.person_id;
            past.extend((0..person.history.len()).map(|index| (person, index, id, identities.clone())));
        }
    }
    past.sort_by_key(|(person, index, ..)| std::cmp::Reverse(person.history[*index].days_ago));
    for (turn, (person, index, id, identities)) in past.into_iter().enumerate() {
        teller.tell(tx, person, index, turn, id, &identities).await?;
    }
    Ok(())
}

impl<'a> Teller<'a> {
    /// Adds a person with the identities nobody has yet.
    async fn introduce(&self, tx: &mut Tx, person: &Person, number: i64) -> Result<Vec<IdentityRow>> {
        let (id, now) = (self.app.new_id(), self.app.now().as_micros());
        let mut identities: Vec<IdentityRow> = Vec::new();
        for identity in &person.identities {
            let Some(channel) = self.channels.get(&identity.channel) else { continue };
            let (provider, scope) = (channel.shows_as.clone(), identity_scope(channel));
            let external = std::slice::from_ref(&identity.external_id);
            if !tx.identities_by_external(&provider, &scope, external).await?.is_empty() {
                continue;
            }
            identities.push(IdentityRow {
                id: self.app.new_id(),
                person_id: id,
                provider,
                scope,
                external_id: identity.external_id.clone(),
                handle: identity.handle.trim_start_matches('@').to_owned(),
                name: Some(identity.name.clone()),
                url: None,
                avatar_url: None,
                followers: identity.followers,
                created_at: now,
                updated_at: now,
            });
        }
        let note = person.note_es.as_deref();
        // Many notes name the organisation themselves.
        let named = |organisation: &&str| note.is_none_or(|note| !note.to_lowercase().contains(&organisation.to_lowercase()));
        let note: Vec<&str> = [person.organisation.as_deref().filter(named), note].into_iter().flatten().collect();
        let row = PersonRow {
            id,
            number,
            name: person.name.clone(),
            kind: person.kind.clone(),
            note: (!note.is_empty()).then(|| note.join(". ")),
            vip: person.vip,
            created_at: now,
        };
        let folded = people::findable(&row.name, &identities);
        tx.insert_people(&[NewPerson { row, folded, sample: true }]).await?;
        tx.insert_identities(&identities).await?;
        Ok(identities)
    }

    /// One episode: a conversation with its case, what they wrote, what was answered.
    async fn tell(
        &mut self,
        tx: &mut Tx,
        person: &Person,
        index: usize,
        turn: usize,
        person_id: Uuid,
        identities: &[IdentityRow],
    ) -> Result<()> {
        let episode = &person.history[index];
        let Some(channel) = self.channels.get(&episode.channel).cloned() else { return Ok(()) };
        let scope = identity_scope(&channel);
        let Some(identity) = identities.iter().find(|row| row.provider == channel.shows_as && row.scope == scope) else { return Ok(()) };
        // Within office hours, not all at the same minute.
        let began = self.app.now().plus_seconds(-episode.days_ago * DAY - (turn as i64 * 37 % 300) * 60);
        let agent = self.agent(&person.lang, turn);
        let private = matches!(channel.shows_as.as_str(), "email" | "webchat");
        let key = format!("mirasol-historia-{}-{index}", person.key);
        let case = self.case(person_id, episode, &channel, private, began, agent);
        tx.insert_cases(std::slice::from_ref(&case)).await?;
        let conversation = ConversationRow {
            id: self.app.new_id(),
            channel_id: channel.id,
            thread: key.clone(),
            visibility: case_visibility(private).into(),
            person_id: Some(person_id),
            case_id: Some(case.id),
            continues: None,
            created_at: began.as_micros(),
        };
        tx.insert_conversations(std::slice::from_ref(&conversation)).await?;
        let asked = self.theirs(&key, &case, &conversation, identity, episode, person, began);
        let matched = self.listening.match_post(&view::text_of(&asked, &channel)).monitors;
        let mut posts = vec![asked.clone()];
        if let (Some(answer), Some(agent)) = (&episode.answered_with, agent) {
            posts.push(ours(self.app.new_id(), &asked, answer, agent));
        }
        let tokens = |post: &PostRow| text::search_terms(&post.text);
        let new: Vec<NewPost> = posts.iter().map(|row| NewPost { tokens: tokens(row), row: row.clone() }).collect();
        let stored = tx.insert_posts(&new).await?;
        let index: Vec<(i64, &str)> = stored
            .iter()
            .filter_map(|(seq, id)| new.iter().find(|post| post.row.id == *id).map(|post| (*seq, post.tokens.as_str())))
            .collect();
        tx.index_posts(&index).await?;
        let seq = stored.iter().find(|(_, id)| *id == asked.id).map(|(seq, _)| *seq);
        let matches: Vec<_> = matched.iter().filter_map(|monitor| Some((monitor.0, seq?, asked.id))).collect();
        tx.save_matches(&matches, began.as_micros()).await?;
        let names: Vec<&str> = matched.iter().map(|id| self.listening.monitor_name(*id)).collect();
        let step = |step: &str, why: serde_json::Value| StepRow {
            post_id: asked.id,
            at: began.as_micros(),
            step: step.into(),
            why: why.to_string(),
        };
        tx.save_steps(&[
            step("received", json!({ "channel": channel.name, "addressed": true, "lag_seconds": 0 })),
            step("matched", json!({ "monitors": names })),
            step("cased", json!({ "course": "opened", "case_id": case.id })),
        ])
        .await?;
        tx.save_changes(&self.ledger(&case, &channel, began, agent)).await?;
        Ok(())
    }

    /// Who answers in a language, in turn.
    fn agent(&self, lang: &str, turn: usize) -> Option<&'a User> {
        let complaints = self.names.departments.get("complaints");
        let able = |(user, languages): &&(User, Vec<String>)| {
            languages.iter().any(|known| known == lang) && complaints.is_none_or(|id| user.departments.contains(id))
        };
        let able: Vec<&User> = self.agents.iter().filter(able).map(|(user, _)| user).collect();
        (!able.is_empty()).then(|| able[turn % able.len()])
    }

    fn case(
        &mut self,
        person: Uuid,
        episode: &Episode,
        channel: &ChannelRow,
        private: bool,
        began: Timestamp,
        agent: Option<&User>,
    ) -> CaseRow {
        let resolved = episode.status == "resolved";
        let answered = began.plus_seconds(ANSWERED_AFTER);
        let last = if episode.answered_with.is_some() { answered } else { began };
        let number = self.case_number;
        self.case_number += 1;
        CaseRow {
            number,
            excerpt: excerpt(&episode.text, None),
            private,
            state: if resolved { State::Resolved } else { State::Open }.as_str().into(),
            department_id: self.names.departments.get("complaints").map(|id| id.0),
            assignee_id: agent.map(|agent| agent.id.0),
            reason: Some("addressed".into()),
            why: json!({ "addressed": true }).to_string(),
            waiting_since: (!resolved && episode.answered_with.is_none()).then(|| began.as_micros()),
            activity_at: last.as_micros(),
            inbound_at: Some(began.as_micros()),
            resolved_at: resolved.then(|| answered.as_micros()),
            ..cases::opened(self.app.new_id(), channel, person, began.as_micros())
        }
    }

    #[allow(clippy::too_many_arguments, reason = "a row is made of what surrounds it")]
    fn theirs(
        &self,
        key: &str,
        case: &CaseRow,
        conversation: &ConversationRow,
        identity: &IdentityRow,
        episode: &Episode,
        person: &Person,
        at: Timestamp,
    ) -> PostRow {
        PostRow {
            seq: 0,
            id: self.app.new_id(),
            channel_id: conversation.channel_id,
            external_id: key.to_owned(),
            kind: "message".into(),
            conversation_id: Some(conversation.id),
            case_id: Some(case.id),
            direction: "in".into(),
            visibility: conversation.visibility.clone(),
            identity_id: Some(identity.id),
            author_external_id: None,
            user_id: None,
            author_name: identity.name.clone().unwrap_or_else(|| person.name.clone()),
            author_handle: identity.handle.clone(),
            followers: identity.followers,
            title: None,
            text: episode.text.clone(),
            quoted: None,
            url: None,
            lang: Some(person.lang.clone()),
            in_reply_to: None,
            occurred_at: at.as_micros(),
            received_at: at.as_micros(),
            revised_at: None,
            deleted_at: None,
            keep_until: None,
            extras: Extras::default(),
        }
    }

    fn ledger(&self, case: &CaseRow, channel: &ChannelRow, began: Timestamp, agent: Option<&User>) -> Vec<ChangeRow> {
        let change = |at: i64, by: Option<&User>, kind: &str, detail: serde_json::Value| ChangeRow {
            id: self.app.new_id(),
            case_id: case.id,
            at,
            actor_id: by.map(|user| user.id.0),
            actor: by.map_or_else(|| "system".to_owned(), |user| user.name.clone()),
            kind: kind.into(),
            detail: detail.to_string(),
        };
        let mut changes = vec![change(began.as_micros(), None, "opened", json!({ "channel": channel.name, "rules": [] }))];
        if let Some(agent) = agent {
            let detail = json!({ "user_id": agent.id, "user": agent.name });
            changes.push(change(began.plus_seconds(60).as_micros(), Some(agent), "assigned", detail));
        }
        if let Some(at) = case.resolved_at {
            changes.push(change(at, agent, "resolved", json!({})));
        }
        changes
    }
}

const fn case_visibility(private: bool) -> &'static str {
    if private { "private" } else { "public" }
}

/// The company's answer to a post.
fn ours(id: Uuid, asked: &PostRow, answer: &str, agent: &User) -> PostRow {
    let at = asked.occurred_at + ANSWERED_AFTER * 1_000_000;
    PostRow {
        id,
        external_id: format!("{}-respuesta", asked.external_id),
        direction: "out".into(),
        identity_id: None,
        author_external_id: None,
        user_id: Some(agent.id.0),
        author_name: agent.name.clone(),
        author_handle: String::new(),
        followers: None,
        text: answer.to_owned(),
        in_reply_to: Some(asked.external_id.clone()),
        occurred_at: at,
        received_at: at,
        ..asked.clone()
    }
}

//! What a batch needs to know before deciding, loaded in a few queries whatever the batch's size.

use super::PostKey;
use crate::Result;
use std::collections::{HashMap, HashSet};
use tertulia_kernel::event::IncomingPost;
use tertulia_store::{
    Tx, case::CaseRow, channel::ChannelRow, conversation::ConversationRow, person::IdentityRow, post::PostRow, reading::CorrectionRow,
};
use uuid::Uuid;

/// Everything loaded for a batch; new rows are added as they are decided, so that later posts of the batch see them.
#[derive(Default)]
pub(super) struct Facts {
    /// Known posts by key.
    pub posts: HashMap<PostKey, PostRow>,
    /// Where a network id's post stands: conversation, direction.
    pub places: HashMap<String, Place>,
    /// Conversation of a post that answers this network id (a child that came before its parent).
    pub children: HashMap<String, Uuid>,
    /// Conversations by id.
    pub conversations: HashMap<Uuid, ConversationRow>,
    /// Conversation ids by thread key and visibility.
    pub threads: HashMap<(String, String), Uuid>,
    /// Identities by the network's id.
    pub identities: HashMap<String, IdentityRow>,
    /// Cases by id.
    pub cases: HashMap<Uuid, CaseRow>,
    /// Of these cases, what a person set: the case and the kind of change in its ledger.
    pub by_hand: HashSet<(Uuid, String)>,
    /// Newest live case on this channel, by person.
    pub live_case: HashMap<Uuid, Uuid>,
    /// What people said about posts that are edited, by post, oldest first.
    pub corrections: HashMap<Uuid, Vec<CorrectionRow>>,
    /// Network ids whose deletion is known.
    pub gone: Vec<String>,
}

/// Where a post stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub conversation: Option<Uuid>,
    pub ours: bool,
}

/// What narrows the identities of a channel: networks with global ids have none; a source fed from outside is told apart
/// by its network's name or, failing that, by the channel.
pub(crate) fn identity_scope(channel: &ChannelRow) -> String {
    match channel.kind.as_str() {
        "mastodon" | "email" => String::new(),
        _ => serde_json::from_str::<serde_json::Value>(&channel.settings)
            .ok()
            .and_then(|settings| settings.get("network")?.as_str().map(str::to_owned))
            .filter(|network| !network.is_empty())
            .unwrap_or_else(|| channel.id.to_string()),
    }
}

impl Facts {
    /// Loads what concerns these posts and deletions.
    pub async fn load(tx: &mut Tx, channel: &ChannelRow, posts: &[&IncomingPost], other_ids: &[String]) -> Result<Self> {
        let mut facts = Self::default();
        let mut ids: Vec<String> = posts.iter().map(|post| post.external_id.clone()).collect();
        ids.extend(other_ids.iter().cloned());
        ids.extend(posts.iter().filter_map(|post| post.in_reply_to.clone()));
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(facts);
        }
        facts.gone = tx.tombstones(channel.id, &ids).await?;
        let mut conversation_ids = Vec::new();
        for row in tx.posts_by_external(channel.id, &ids).await? {
            conversation_ids.extend(row.conversation_id);
            facts.places.insert(row.external_id.clone(), Place { conversation: row.conversation_id, ours: row.direction == "out" });
            facts.posts.insert((row.external_id.clone(), row.kind.clone()), row);
        }
        let fresh: Vec<String> =
            posts.iter().filter(|post| !facts.places.contains_key(&post.external_id)).map(|post| post.external_id.clone()).collect();
        for row in tx.posts_by_reply(channel.id, &fresh).await? {
            if let (Some(parent), Some(conversation)) = (row.in_reply_to, row.conversation_id) {
                conversation_ids.push(conversation);
                facts.children.insert(parent, conversation);
            }
        }
        let threads: Vec<String> = posts.iter().map(|post| post.thread.clone().unwrap_or_else(|| post.external_id.clone())).collect();
        let mut found = tx.conversations_by_thread(channel.id, &threads).await?;
        found.extend(tx.conversations(&super::distinct(conversation_ids)).await?);
        for row in found {
            facts.add_conversation(row);
        }
        Ok(facts)
    }

    /// Loads the identities behind posts that will be kept, and the cases of their people and conversations. The cases
    /// are locked until the batch is committed: what it decides stands on what an agent has just done with them.
    pub async fn load_people(&mut self, tx: &mut Tx, channel: &ChannelRow, author_ids: &[String]) -> Result<()> {
        for row in tx.identities_by_external(&channel.shows_as, &identity_scope(channel), author_ids).await? {
            self.identities.insert(row.external_id.clone(), row);
        }
        let people = super::distinct(self.identities.values().map(|row| row.person_id).collect());
        let mut ids = tx.live_cases_of(&people).await?;
        ids.extend(self.conversations.values().filter_map(|row| row.case_id));
        let mut cases = tx.lock_cases(&super::distinct(ids)).await?;
        cases.sort_by_key(|case| case.id);
        for case in cases {
            // Of several the newest: ids grow with time.
            if case.channel_id == channel.id && case.state != "resolved" && people.binary_search(&case.person_id).is_ok() {
                self.live_case.insert(case.person_id, case.id);
            }
            self.cases.insert(case.id, case);
        }
        Ok(())
    }

    /// Loads what people set of the cases known so far.
    pub async fn load_by_hand(&mut self, tx: &mut Tx) -> Result<()> {
        let ids: Vec<Uuid> = self.cases.keys().copied().collect();
        self.by_hand = tx.set_by_hand(&ids).await?.into_iter().collect();
        Ok(())
    }

    /// Makes a conversation known to the rest of the batch.
    pub fn add_conversation(&mut self, row: ConversationRow) {
        self.threads.insert((row.thread.clone(), row.visibility.clone()), row.id);
        self.conversations.insert(row.id, row);
    }
}

//! Before a batch's transaction: matching and reading its posts, so that nobody waits for the processor with the database
//! locked.

use super::{CONTACT_DAYS, context, read};
use crate::{
    App, AppError, Kind, Result,
    intake::{identity_scope, match_incoming},
    listening::{Listening, Matched},
};
use std::{collections::HashMap, sync::Arc};
use tertulia_kernel::{ChannelId, event::IncomingPost};
use tertulia_store::channel::ChannelRow;
use tertulia_understand::{Context, Desk, Reading};

/// What could be found out about a batch's posts ahead of its transaction.
#[derive(Default)]
pub(crate) struct Ahead {
    listening: Option<(Arc<Listening>, ChannelRow)>,
    matched: Vec<Matched>,
    contacts: HashMap<String, u32>,
    /// By place in the batch: of those that will be kept for what they say themselves.
    readings: Vec<Option<Reading>>,
}

impl Ahead {
    /// Looks at the posts of a batch.
    pub async fn look(app: &App, channel: ChannelId, posts: &[&IncomingPost]) -> Result<Self> {
        if posts.is_empty() {
            return Ok(Self::default());
        }
        let mut conn = app.store.read().await?;
        let channel = conn.channel(channel.0).await?;
        let listening = app.listening(&mut conn).await?;
        let matched: Vec<Matched> = posts.iter().map(|post| match_incoming(&listening, &channel, post)).collect();
        let kept = |place: usize| !posts[place].own && (posts[place].addressed || !matched[place].monitors.is_empty());
        let mut authors: Vec<String> =
            (0..posts.len()).filter(|&place| kept(place)).map(|place| posts[place].author.external_id.clone()).collect();
        authors.sort_unstable();
        authors.dedup();
        let since = app.now().plus_seconds(-CONTACT_DAYS * 86_400).as_micros();
        let counted = conn.recent_contacts(&channel.shows_as, &identity_scope(&channel), &authors, since).await?;
        drop(conn);
        let mut ahead = Self {
            contacts: counted.into_iter().map(|(author, posts)| (author, u32::try_from(posts).unwrap_or(u32::MAX))).collect(),
            ..Self::default()
        };
        let asked: Vec<Option<(Option<String>, String, Context)>> = posts
            .iter()
            .enumerate()
            .map(|(place, post)| kept(place).then(|| (post.title.clone(), post.text.clone(), ahead.context(post))))
            .collect();
        let reading = move || {
            let mut desk = Desk::default();
            let mut one = |(title, text, context): &(Option<String>, String, Context)| read(&mut desk, title.as_deref(), text, context);
            asked.iter().map(|asked| asked.as_ref().map(&mut one)).collect()
        };
        ahead.readings = tokio::task::spawn_blocking(reading).await.map_err(|error| AppError {
            source: Some(Box::new(error)),
            ..AppError::new(Kind::Internal, "internal", "reading the posts failed; the log tells more")
        })?;
        ahead.matched = matched;
        ahead.listening = Some((listening, channel));
        Ok(ahead)
    }

    /// What the posts matched, unless monitors, rules or the channel changed since.
    pub fn take_matched(&mut self, listening: &Arc<Listening>, channel: &ChannelRow) -> Option<Vec<Matched>> {
        let (known, before) = self.listening.as_ref()?;
        let same = Arc::ptr_eq(known, listening) && before.name == channel.name && before.shows_as == channel.shows_as;
        same.then(|| std::mem::take(&mut self.matched))
    }

    /// What a post says, read now if it was not.
    pub fn reading(&self, place: usize, post: &IncomingPost) -> Reading {
        match self.readings.get(place) {
            Some(Some(reading)) => reading.clone(),
            _ => read(&mut Desk::default(), post.title.as_deref(), &post.text, &self.context(post)),
        }
    }

    fn context(&self, post: &IncomingPost) -> Context {
        let contacts = self.contacts.get(&post.author.external_id).copied().unwrap_or_default();
        context(post.lang.as_deref(), post.author.followers, contacts)
    }
}

//! Before a batch's transaction: matching and reading its posts, so that nobody waits for the processor with the database
//! locked.

use super::{
    CONTACT_DAYS, Contact,
    reader::{Asked, Reader, all_cores},
    said::languages_in,
};
use crate::{
    App, Result,
    intake::{identity_scope, match_incoming},
    listening::{Listening, Matched},
};
use std::{collections::HashMap, sync::Arc};
use tertulia_kernel::{ChannelId, Timestamp, event::IncomingPost};
use tertulia_store::{channel::ChannelRow, reading::ContactRow};
use tertulia_understand::{Language, Reading};

/// What could be found out about a batch's posts ahead of its transaction.
#[derive(Default)]
pub(crate) struct Ahead {
    listening: Option<(Arc<Listening>, ChannelRow)>,
    matched: Vec<Matched>,
    now: Timestamp,
    /// By author.
    contacts: HashMap<String, Vec<ContactRow>>,
    /// The language each author wrote in before, of those whose network tells none.
    languages: HashMap<String, Language>,
    /// By place in the batch: of those that will be kept for what they say themselves.
    readings: Vec<Option<Reading>>,
    /// Who reads them.
    reader: Reader,
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
        let now = app.now();
        let since = now.plus_seconds(-CONTACT_DAYS * 86_400).as_micros();
        let known = conn.recent_contacts(&channel.shows_as, &identity_scope(&channel), &authors, since).await?;
        let mut untold: Vec<String> = (0..posts.len())
            .filter(|&place| kept(place) && posts[place].lang.is_none())
            .map(|place| posts[place].author.external_id.clone())
            .collect();
        untold.sort_unstable();
        untold.dedup();
        let wrote = conn.last_languages(&channel.shows_as, &identity_scope(&channel), &untold).await?;
        let reader = app.reader(&mut conn).await?;
        drop(conn);
        let languages = wrote.into_iter().filter_map(|(author, set)| Some((author, languages_in(set).first()?.parse().ok()?))).collect();
        let mut ahead = Self { now, languages, reader: reader.clone(), ..Self::default() };
        for row in known {
            ahead.contacts.entry(row.author.clone()).or_default().push(row);
        }
        let places: Vec<usize> = (0..posts.len()).filter(|&place| kept(place)).collect();
        let asked = places.iter().map(|&place| ahead.asked(posts[place])).collect();
        ahead.readings = vec![None; posts.len()];
        for (place, reading) in places.into_iter().zip(reader.read_on(all_cores(), asked).await?) {
            ahead.readings[place] = Some(reading);
        }
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
            _ => self.reader.read_one(self.asked(post)),
        }
    }

    /// Version of the model that reads them.
    pub fn model(&self) -> String {
        self.reader.model()
    }

    fn asked(&self, post: &IncomingPost) -> Asked {
        let contact = Contact {
            thread: post.thread.as_deref().unwrap_or(&post.external_id),
            at: self.now,
            goes_on: post.in_reply_to.is_some() || post.revised_at.is_some(),
        };
        let contacts = self.contacts.get(&post.author.external_id).map_or(0, |known| contact.before(known));
        let before = self.languages.get(&post.author.external_id).copied();
        let context = self.reader.context(post.lang.as_deref(), before, post.author.followers, contacts);
        Asked::new(post.title.as_deref(), &post.text, context)
    }
}

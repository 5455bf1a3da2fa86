//! Intake: events of every channel become posts, people, conversations and cases, once each.
//!
//! A batch is matched against the monitors and understood, then decided and saved in one transaction together with the source's cursors. So a kill at any moment leaves either nothing of the batch or all of it, and the
//! source asks again from where it was saved. The database's uniqueness of `(channel, external id, kind)` makes a second
//! delivery harmless; [`batch`] says what out-of-order edits and deletions do.
//!
//! An event that can't be stored is quarantined with its error; the rest of its batch goes on without it.

mod aside;
mod author;
mod batch;
mod course;
mod facts;
mod reconsider;
mod recount;
mod save;
mod settle;

use crate::{
    App, AppError, Kind, Result,
    channel::{ChannelError, Cursor, IntakeDoor, MAX_PAYLOAD, Poison, Receipt, SignOfLife},
    error::again,
    live::{Audience, News},
    told::Told,
};
pub use aside::can_be_replayed;
pub(crate) use author::find_or_create as find_or_create_author;
pub(crate) use batch::{excerpt, match_incoming};
pub(crate) use facts::identity_scope;
pub(crate) use reconsider::reconsider;

use async_trait::async_trait;
use batch::Batch;
use tertulia_kernel::{
    ChannelId,
    event::{Event, IncomingPost},
};
use tertulia_store::StoreError;
use uuid::Uuid;

/// Longest text taken in, in bytes; nobody writes more, and screens and searches stay usable.
pub const MAX_TEXT: usize = 200_000;
/// Longest id of a network.
const MAX_ID: usize = 1_024;
/// Most of those a post is addressed to that are kept.
const MOST_ADDRESSED: usize = 50;

impl App {
    /// Takes a batch of one channel in, with its cursors; see the module's text.
    pub async fn accept(&self, channel: ChannelId, events: Vec<Event>, cursors: Vec<Cursor>) -> Result<Receipt> {
        Ok(self.accept_and_tell(channel, events, cursors).await?.0)
    }

    /// Does the same and tells which events were set aside: their place in the batch, and why.
    pub async fn accept_and_tell(
        &self,
        channel: ChannelId,
        events: Vec<Event>,
        cursors: Vec<Cursor>,
    ) -> Result<(Receipt, Vec<(usize, Told)>)> {
        let (events, poison) = tidy(events);
        let mut aside = Vec::new();
        for (place, event, error) in poison {
            self.set_aside(channel, &event, &error).await?;
            aside.push((place, error));
        }
        let (places, events): (Vec<usize>, Vec<Event>) = events.into_iter().unzip();
        let receipt = match self.try_batch(channel, &events, &cursors).await {
            Err(error) if !events.is_empty() && is_about_content(&error) => {
                self.accept_one_by_one(channel, places.into_iter().zip(events), cursors, &mut aside).await
            }
            done => done,
        }?;
        Ok((receipt, aside))
    }

    /// Something in this batch can't be stored: find out what, keep the rest.
    async fn accept_one_by_one(
        &self,
        channel: ChannelId,
        events: impl Iterator<Item = (usize, Event)>,
        cursors: Vec<Cursor>,
        aside: &mut Vec<(usize, Told)>,
    ) -> Result<Receipt> {
        let mut sum = Receipt::default();
        for (place, event) in events {
            match self.try_batch(channel, std::slice::from_ref(&event), &[]).await {
                Ok(receipt) => {
                    sum.stored += receipt.stored;
                    sum.duplicates += receipt.duplicates;
                    sum.changed += receipt.changed;
                    sum.counted += receipt.counted;
                }
                Err(error) if is_about_content(&error) => {
                    let error = refused(&error);
                    self.set_aside(channel, &event, &error).await?;
                    aside.push((place, error));
                }
                Err(error) => return Err(error),
            }
        }
        self.try_batch(channel, &[], &cursors).await?;
        Ok(sum)
    }

    async fn try_batch(&self, channel: ChannelId, events: &[Event], cursors: &[Cursor]) -> Result<Receipt> {
        let (receipt, news) = again(|| Batch::run(self, channel, events, cursors)).await?;
        for (audience, news) in news {
            self.live.tell(audience, news);
        }
        Ok(receipt)
    }
}

/// The app as the door behind every channel's [`crate::channel::Intake`].
#[async_trait]
impl IntakeDoor for App {
    async fn accept(&self, channel: ChannelId, events: Vec<Event>, cursors: Vec<Cursor>) -> std::result::Result<Receipt, ChannelError> {
        App::accept(self, channel, events, cursors).await.map_err(as_channel_error)
    }

    async fn cursor(&self, channel: ChannelId, name: &str) -> std::result::Result<Option<String>, ChannelError> {
        let load = async { self.store.read().await?.cursor(channel.0, name).await };
        load.await.map_err(|error| as_channel_error(error.into()))
    }

    async fn quarantine(&self, channel: ChannelId, poison: Poison) -> std::result::Result<(), ChannelError> {
        self.set_aside_unread(channel, poison).await.map_err(as_channel_error)
    }

    async fn alive(&self, channel: ChannelId, sign: SignOfLife) -> std::result::Result<(), ChannelError> {
        let limits = (!sign.limits.is_empty()).then(|| serde_json::to_string(&sign.limits).unwrap_or_else(|_| "[]".into()));
        let mode = sign.mode.as_ref().map(Told::stored);
        let save = async {
            let mut tx = self.store.begin().await?;
            tx.note_alive(channel.0, self.now().as_micros(), mode.as_deref(), limits.as_deref()).await?;
            tx.commit().await
        };
        save.await.map_err(|error| as_channel_error(error.into()))?;
        self.live.tell(Audience::Everybody, News::Channel { channel_id: channel });
        Ok(())
    }
}

fn as_channel_error(error: AppError) -> ChannelError {
    if ended(&error) {
        tracing::info!(code = error.code, "a channel that was stopped or removed brought something");
        return ChannelError::Stopped;
    }
    tracing::error!(error = &error as &dyn std::error::Error, "intake failed");
    ChannelError::Intake(error.message)
}

/// Whether the channel was stopped or removed while its source had something in hand: the end of it, and no fault.
fn ended(error: &AppError) -> bool {
    error.code == "channel_stopped" || error.kind == Kind::NotFound
}

/// Whether what was to be stored is to blame, not the database's state.
fn is_about_content(error: &AppError) -> bool {
    match error.source.as_ref().and_then(|source| source.downcast_ref::<StoreError>()) {
        Some(StoreError::Constraint(_) | StoreError::Corrupt(..)) => true,
        // 22xxx: data exception (a text PostgreSQL can't hold).
        Some(StoreError::Database(sqlx_error)) => sqlx_error.to_string().contains("invalid byte sequence"),
        _ => false,
    }
}

/// Cuts a text to at most `most` bytes, at a character's edge.
pub(crate) fn clip(text: &str, most: usize) -> String {
    if text.len() <= most { text.to_owned() } else { text[..text.floor_char_boundary(most)].to_owned() }
}

/// An event with its place in the batch.
type Placed = (usize, Event);

/// Makes events storable, or says why one can't be: NUL has no place in a text column, ids and texts have limits.
fn tidy(events: Vec<Event>) -> (Vec<Placed>, Vec<(usize, Event, Told)>) {
    let (mut good, mut poison) = (Vec::with_capacity(events.len()), Vec::new());
    for (place, event) in events.into_iter().enumerate() {
        match event {
            Event::Post(mut post) => match tidy_post(&mut post) {
                Ok(()) => good.push((place, Event::Post(post))),
                Err(error) => poison.push((place, Event::Post(post), error)),
            },
            Event::Deleted { ref external_id, .. } | Event::Delivery { ref external_id, .. }
                if external_id.len() > MAX_ID || external_id.contains('\0') =>
            {
                poison.push((place, event, long_id()));
            }
            event => good.push((place, event)),
        }
    }
    (good, poison)
}

/// Why the database did not take what was to be stored.
fn refused(error: &AppError) -> Told {
    let why = error.source.as_ref().map_or_else(|| error.message.clone(), ToString::to_string);
    Told::new("refused", format!("La base de datos no lo acepta: {why}"), format!("The database does not take it: {why}"))
}

fn long_id() -> Told {
    Told::new(
        "id",
        format!("Un identificador de la red tiene más de {MAX_ID} bytes o no es válido."),
        format!("An id of the network is longer than {MAX_ID} bytes or malformed."),
    )
}

fn tidy_post(post: &mut IncomingPost) -> std::result::Result<(), Told> {
    if post.external_id.trim().is_empty() {
        return Err(Told::new(
            "no_id",
            "La publicación no tiene identificador: no se podría distinguir de otras.",
            "The post has no id, so it could not be told from others.",
        ));
    }
    if post.external_id.len() > MAX_ID || post.author.external_id.len() > MAX_ID {
        return Err(long_id());
    }
    if post.text.len() > MAX_TEXT {
        let size = post.text.len();
        return Err(Told::new(
            "too_long",
            format!("El texto tiene {size} bytes; se reciben como máximo {MAX_TEXT}."),
            format!("The text has {size} bytes; the most taken in is {MAX_TEXT}."),
        ));
    }
    if post.author.external_id.trim().is_empty() {
        return Err(Told::new("no_author", "La publicación no tiene autor.", "The post has no author."));
    }
    let clean = |text: &mut String, most: usize| {
        if text.contains('\0') {
            *text = text.replace('\0', "\u{fffd}");
        }
        if text.len() > most {
            *text = clip(text, most);
        }
    };
    let clean_some = |text: &mut Option<String>, most: usize| {
        if let Some(text) = text {
            clean(text, most);
        }
    };
    clean(&mut post.text, MAX_TEXT);
    clean(&mut post.external_id, MAX_ID);
    clean(&mut post.author.external_id, MAX_ID);
    clean(&mut post.author.handle, 320);
    clean(&mut post.kind, 40);
    clean_some(&mut post.quoted, MAX_TEXT);
    clean_some(&mut post.title, 1_000);
    clean_some(&mut post.lang, 35);
    clean_some(&mut post.thread, MAX_ID);
    clean_some(&mut post.in_reply_to, MAX_ID);
    clean_some(&mut post.author.name, 200);
    clean_some(&mut post.raw, MAX_PAYLOAD);
    post.to.truncate(MOST_ADDRESSED);
    post.to.iter_mut().for_each(|handle| clean(handle, 320));
    // A name or a sentence is no country that anybody could ask for.
    post.country = post.country.take().filter(|code| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_alphabetic()));
    for url in [&mut post.url, &mut post.author.url, &mut post.author.avatar_url] {
        // Only these two schemes are ever shown as a link.
        if url
            .as_ref()
            .is_some_and(|url| url.len() > 4_096 || url.contains('\0') || !(url.starts_with("https://") || url.starts_with("http://")))
        {
            *url = None;
        }
    }
    for media in &mut post.media {
        clean(&mut media.mime, 200);
        clean_some(&mut media.name, 300);
        clean_some(&mut media.alt, 5_000);
        if media.url.as_ref().is_some_and(|url| url.len() > 4_096 || !(url.starts_with("https://") || url.starts_with("http://"))) {
            media.url = None;
        }
    }
    Ok(())
}

/// The id of a post before it is stored.
type PostKey = (String, String);

fn key(post: &IncomingPost) -> PostKey {
    (post.external_id.clone(), post.kind.clone())
}

/// Ids in a list, each once.
fn distinct(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    //! What is made storable and what is refused.
    use super::*;
    use tertulia_kernel::{Timestamp, event::Author};

    fn post(text: &str) -> IncomingPost {
        IncomingPost::new("1", Author { external_id: "a".into(), handle: "a".into(), ..Author::default() }, text, Timestamp::default())
    }

    #[test]
    fn nul_and_foreign_schemes_are_removed() {
        let mut odd = IncomingPost { url: Some("javascript:alert(1)".into()), ..post("a\0b") };
        assert_eq!(tidy_post(&mut odd), Ok(()));
        assert_eq!((odd.text.as_str(), odd.url), ("a\u{fffd}b", None));
    }

    #[test]
    fn what_has_no_id_no_author_or_no_end_is_refused() {
        for mut odd in [
            IncomingPost { external_id: " ".into(), ..post("x") },
            IncomingPost { author: Author::default(), ..post("x") },
            post(&"x".repeat(MAX_TEXT + 1)),
        ] {
            assert!(tidy_post(&mut odd).is_err());
        }
    }

    #[test]
    fn a_channels_end_is_no_fault() {
        assert!(ended(&AppError::conflict("channel_stopped", "")) && ended(&StoreError::NotFound.into()));
        assert!(matches!(as_channel_error(AppError::conflict("channel_stopped", "")), ChannelError::Stopped));
        assert!(!ended(&AppError::conflict("conflict", "")) && !ended(&StoreError::Raced.into()));
    }

    #[test]
    fn clips_at_a_characters_edge() {
        assert_eq!(clip("año", 2), "a");
    }
}

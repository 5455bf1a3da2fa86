//! What could not be taken in: kept in quarantine with its reason, and tried again when a person says so.
//!
//! What intake refused is kept as the event it was. What a source could not read is kept as it came, and its network reads
//! it again ([`crate::channel::Network::read`]); only what was not kept whole can't be.

use super::{MAX_ID, clip, is_about_content, refused, tidy};
use crate::{
    App, AppError, Result,
    channel::{Kept, MAX_PAYLOAD, Poison, Unread},
    live::{Audience, News},
    told::Told,
};
use tertulia_kernel::{ChannelId, QuarantineId, Timestamp, event::Event};
use tertulia_store::channel::QuarantineRow;

/// The code of a reason that ends with "it was not kept whole".
const CUT: &str = "cut";

/// Whether there is enough of an event in quarantine to try it again.
pub fn can_be_replayed(row: &QuarantineRow) -> bool {
    let is_whole = || !row.payload.is_empty() && row.payload.len() < MAX_PAYLOAD && Told::read(&row.error).code != CUT;
    row.event.is_some() || is_whole()
}

impl App {
    /// Puts an event into quarantine, where people see it and can replay it.
    pub(super) async fn set_aside(&self, channel: ChannelId, event: &Event, error: &Told) -> Result<()> {
        let external_id = match event {
            Event::Post(post) => &post.external_id,
            Event::Deleted { external_id, .. } | Event::Delivery { external_id, .. } => external_id,
        };
        let json = serde_json::to_string(event).unwrap_or_default();
        let payload = match event {
            Event::Post(post) => post.raw.clone().unwrap_or_else(|| json.clone()),
            _ => json.clone(),
        };
        let cut = json.len() > MAX_PAYLOAD;
        let payload = clip(&payload, MAX_PAYLOAD).into_bytes();
        let poison = Poison { external_id: external_id.clone(), error: error.clone(), payload, cut };
        self.save_quarantine(channel, poison, (!cut).then_some(json)).await
    }

    /// Puts what a source could not read into quarantine.
    pub(super) async fn set_aside_unread(&self, channel: ChannelId, poison: Poison) -> Result<()> {
        let cut = poison.cut || poison.payload.len() >= MAX_PAYLOAD;
        self.save_quarantine(channel, Poison { cut, ..poison }, None).await
    }

    async fn save_quarantine(&self, channel: ChannelId, poison: Poison, event: Option<String>) -> Result<()> {
        let Poison { external_id, error, mut payload, cut } = poison;
        let external_id = clip(&external_id, MAX_ID).replace('\0', "\u{fffd}");
        tracing::warn!(%channel, external_id, %error, "event quarantined");
        payload.truncate(MAX_PAYLOAD);
        let error = error.clipped(2_000);
        let row = QuarantineRow {
            id: self.new_id(),
            channel_id: channel.0,
            external_id,
            error: if cut { not_whole(&error) } else { error }.stored(),
            payload,
            event,
            received_at: self.now().as_micros(),
            attempts: 1,
        };
        let mut tx = self.store.begin().await?;
        tx.quarantine(&row).await?;
        tx.commit().await?;
        self.live.tell(Audience::Everybody, News::Channel { channel_id: channel });
        Ok(())
    }

    /// Tries an event of the quarantine again. It leaves the quarantine when it was taken in, and stays with the new reason
    /// when it still can't be.
    pub async fn replay_quarantined(&self, channel: ChannelId, id: QuarantineId) -> Result<()> {
        let row = self.store.read().await?.quarantined_one(id.0).await?;
        if row.channel_id != channel.0 {
            return Err(AppError::not_found());
        }
        if !can_be_replayed(&row) {
            return Err(AppError::conflict(
                "not_replayable",
                "this event was not kept whole, so there is nothing to try again; look at it on its network, then discard it here",
            ));
        }
        let stays = match self.kept_events(row).await? {
            Ok(events) => self.take_again(channel, events).await?,
            Err(reason) => Some(reason),
        };
        let mut tx = self.store.begin().await?;
        match &stays {
            None => drop(tx.release_quarantined(id.0).await?),
            Some(reason) => tx.keep_quarantined(id.0, &reason.clipped(2_000).stored()).await?,
        }
        tx.commit().await?;
        self.live.tell(Audience::Everybody, News::Channel { channel_id: channel });
        stays.map_or(Ok(()), |reason| Err(AppError::conflict("still_poison", reason.en)))
    }

    /// The events of a row, or the reason why it still holds none.
    async fn kept_events(&self, row: QuarantineRow) -> Result<std::result::Result<Vec<Event>, Told>> {
        if let Some(event) = row.event.as_deref().and_then(|json| serde_json::from_str(json).ok()) {
            return Ok(Ok(vec![event]));
        }
        let channel = self.store.read().await?.channel(row.channel_id).await?;
        let network = self.networks.get(&channel.kind).cloned();
        let network = network.ok_or_else(|| AppError::conflict("not_read_now", format!("no network of kind {}", channel.kind)))?;
        let kept = Kept { external_id: row.external_id, payload: row.payload, at: Timestamp::from_micros(row.received_at) };
        let reading = async { network.read(&self.open_account(&channel)?, &kept).await };
        match reading.await {
            Ok(events) => Ok(Ok(events)),
            Err(Unread::Still(reason)) => Ok(Err(reason)),
            Err(Unread::NotNow(error)) => Err(AppError::conflict("not_read_now", error.told().en)),
        }
    }

    /// Takes events in; the reason when the only one is refused again.
    async fn take_again(&self, channel: ChannelId, events: Vec<Event>) -> Result<Option<Told>> {
        if events.len() > 1 {
            // The entries of a feed: each that is refused gets a place in quarantine of its own.
            return self.accept(channel, events, Vec::new()).await.map(|_| None);
        }
        let (good, poison) = tidy(events);
        if let Some((_, _, reason)) = poison.into_iter().next() {
            return Ok(Some(reason));
        }
        let events: Vec<Event> = good.into_iter().map(|(_, event)| event).collect();
        match self.try_batch(channel, &events, &[]).await {
            Ok(_) => Ok(None),
            Err(error) if is_about_content(&error) => Ok(Some(refused(&error))),
            Err(error) => Err(error),
        }
    }
}

/// A reason that says that the event can't be tried again.
fn not_whole(reason: &Told) -> Told {
    let also = |text: &str, more: &str| format!("{}. {more}", text.trim_end_matches('.'));
    Told::new(
        CUT,
        also(&reason.es, "No se guardó entero, así que no se puede intentar otra vez."),
        also(&reason.en, "It was not kept whole, so it can't be tried again."),
    )
}

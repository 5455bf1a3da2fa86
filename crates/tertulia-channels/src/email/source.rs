//! Listening to a mailbox: catching up from the cursor, then waiting for the server to tell (IDLE).

use super::{
    Us,
    imap::{Imap, Selected, Summary, Woken, imap_date},
    now, read,
    settings::Settings,
};
use async_trait::async_trait;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tertulia_app::channel::{ChannelError, Cursor, Intake, MAX_PAYLOAD, Poison, SignOfLife, Source};
use tertulia_app::told::Told;
use tertulia_kernel::{Timestamp, event::Event};
use tokio_util::sync::CancellationToken;

/// Largest mail taken in; of a larger one only the headers are looked at.
pub(super) const MAX_MAIL: usize = 25 * 1024 * 1024;
/// Mails whose sizes are asked for at once.
const LOOKED_AT: usize = 100;
/// Mails, and their bytes, handed to intake at once.
const BATCH: usize = 20;
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// IDLE is renewed so often: well before servers (30 min) and address translators (often 5 min) forget us.
const IDLE: Duration = Duration::from_secs(4 * 60);
const SETTLING: Duration = Duration::from_secs(10);
/// Connections that may break on the same mail before it is set aside unread.
const BREAKS: u32 = 5;
/// Pause between looks where the server has no IDLE.
const POLL: Duration = Duration::from_secs(30);
/// Time to read one mail, which is a matter of milliseconds.
const READING: Duration = Duration::from_secs(30);
/// A connection that lived at least so long is made anew at once when it breaks.
const LIVED: Duration = Duration::from_secs(60);

/// The source of a mail account.
pub(super) struct Mailbox {
    settings: Settings,
    us: Us,
    /// The mail that connections broke on, and how often in a row.
    broken_on: Mutex<(u32, u32)>,
}

/// Where we are in the mailbox. UIDs count up within one validity; when the server starts to count anew, the time
/// of the last mail tells where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    uid_validity: u32,
    last_uid: u32,
    /// When the server took in the last mail, seconds since the epoch.
    last_received: i64,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let place = Self {
            uid_validity: parts.next()?.parse().ok()?,
            last_uid: parts.next()?.parse().ok()?,
            last_received: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(place)
    }
    fn write(self) -> String {
        format!("{}:{}:{}", self.uid_validity, self.last_uid, self.last_received)
    }
    fn after(mut self, summary: &Summary) -> Self {
        self.last_uid = self.last_uid.max(summary.uid);
        self.last_received = self.last_received.max(summary.received.unwrap_or(0));
        self
    }
}

#[async_trait]
impl Source for Mailbox {
    async fn run(&self, intake: Intake, cancelled: CancellationToken) -> Result<(), ChannelError> {
        let listening = async {
            loop {
                let imap = Imap::connect(&self.settings).await?;
                let started = Instant::now();
                match self.listen(imap, &intake).await {
                    // Servers and networks end long connections as a matter of course.
                    Err(ChannelError::Passing(reason)) if started.elapsed() >= LIVED => {
                        tracing::info!(%reason, "mail connection ended, connecting again");
                    }
                    Err(error) => return Err(error),
                    Ok(never) => match never {},
                }
            }
        };
        tokio::select! {
            () = cancelled.cancelled() => Ok(()),
            ended = listening => ended,
        }
    }
}

impl Mailbox {
    pub(super) fn new(settings: Settings, us: Us) -> Self {
        Self { settings, us, broken_on: Mutex::default() }
    }

    async fn listen(&self, mut imap: Imap, intake: &Intake) -> Result<std::convert::Infallible, ChannelError> {
        let ours_go_to = imap.sent_mailbox().await?;
        let selected = imap.select(&self.settings.mailbox).await?;
        let mut place = self.start(&mut imap, selected, intake).await?;
        let mut settled = false;
        loop {
            imap.look();
            place = self.catch_up(&mut imap, place, intake, ours_go_to.as_deref()).await?;
            let mode = match imap.can_idle {
                true => Told::new("idle", "Espera avisos del servidor (IDLE)", "Waits for the server's word (IDLE)"),
                false => Told::new("polling", "Pregunta cada 30 s", "Asks every 30 s"),
            };
            intake.alive(SignOfLife { mode: Some(mode), limits: Vec::new() }).await?;
            if imap.can_idle {
                // What arrives while IDLE begins may go unnoticed: the first look after news comes soon.
                let (living, woken) = imap.idle(if settled { IDLE } else { SETTLING }).await?;
                imap = living;
                settled = woken == Woken::Quiet;
                // News may be a flag or a removal: the search tells.
            } else {
                tokio::time::sleep(POLL).await;
                imap.noop().await?;
            }
        }
    }

    /// The place to go on from: the saved one; for a mailbox that counts anew, shortly before the time of the last
    /// mail; at the very first time, some days back.
    async fn start(&self, imap: &mut Imap, selected: Selected, intake: &Intake) -> Result<Place, ChannelError> {
        let saved = intake.cursor(&self.cursor_name()).await?;
        let saved = saved.as_deref().and_then(Place::read);
        if let Some(place) = saved.filter(|place| place.uid_validity == selected.uid_validity) {
            return Ok(place);
        }
        let day = 86_400;
        let since = match saved {
            Some(place) => place.last_received - 2 * day,
            None => now().as_micros() / 1_000_000 - i64::from(self.settings.history_days) * day,
        };
        let wanted = imap.search(&format!("SINCE {}", imap_date(since))).await?;
        let last_uid = match (wanted.first(), selected.uid_next) {
            (Some(first), _) if saved.is_some() || self.settings.history_days > 0 => first - 1,
            (_, Some(next)) => next.saturating_sub(1),
            (_, None) => imap.search("ALL").await?.pop().unwrap_or(0),
        };
        let place = Place { uid_validity: selected.uid_validity, last_uid, last_received: since };
        // Remembered at once: what comes between now and a restart must not be skipped.
        self.save(&mut Batch::default(), place, intake).await?;
        Ok(place)
    }

    /// Takes in everything after the place, in order, and returns the place reached.
    async fn catch_up(&self, imap: &mut Imap, mut place: Place, intake: &Intake, ours_go_to: Option<&str>) -> Result<Place, ChannelError> {
        let query = format!("UID {}:*", place.last_uid.saturating_add(1));
        let mut uids = imap.search(&query).await?;
        // `n:*` always holds the last mail, even when its UID is below n.
        uids.retain(|uid| *uid > place.last_uid);
        for some in uids.chunks(LOOKED_AT) {
            let summaries = imap.summaries(some).await?;
            let mut batch = Batch::default();
            for summary in &summaries {
                self.take(imap, summary, place.uid_validity, &mut batch, intake).await?;
                place = place.after(summary);
                if batch.is_full() {
                    self.hand_on(imap, &mut batch, place, intake, ours_go_to).await?;
                }
            }
            // Mails that were removed in between leave no trace.
            place.last_uid = place.last_uid.max(some.last().copied().unwrap_or(0));
            self.hand_on(imap, &mut batch, place, intake, ours_go_to).await?;
        }
        Ok(place)
    }

    /// Gives the batch to intake, and files the copies of our own answers where people look for what was sent.
    async fn hand_on(
        &self,
        imap: &mut Imap,
        batch: &mut Batch,
        place: Place,
        intake: &Intake,
        ours_go_to: Option<&str>,
    ) -> Result<(), ChannelError> {
        let copies = std::mem::take(&mut batch.copies);
        self.save(batch, place, intake).await?;
        if let Err(error) = imap.file_as_sent(&copies, ours_go_to).await {
            tracing::info!(%error, "copies of our answers stay in the inbox");
        }
        Ok(())
    }

    /// Reads one mail into the batch, or sets it aside.
    async fn take(
        &self,
        imap: &mut Imap,
        summary: &Summary,
        uid_validity: u32,
        batch: &mut Batch,
        intake: &Intake,
    ) -> Result<(), ChannelError> {
        let received = summary.received.map_or_else(now, Timestamp::from_seconds);
        let (error, payload, cut) = match self.fetch(imap, summary).await? {
            Mail::Gone => return Ok(()),
            Mail::Whole(raw) => {
                let (size, raw) = (raw.len(), Arc::new(raw));
                match read_apart(raw.clone(), self.us.clone(), received).await {
                    Ok(events) => {
                        batch.bytes += size;
                        batch.copies.extend(events.iter().any(|event| self.is_our_copy(event)).then_some(summary.uid));
                        batch.events.extend(events);
                        return Ok(());
                    }
                    Err(error) => (error.into(), raw[..size.min(MAX_PAYLOAD)].to_vec(), false),
                }
            }
            Mail::TooLarge { size, mut start } => {
                start.truncate(MAX_PAYLOAD);
                (too_large(size), start, true)
            }
            Mail::Breaks => (breaks(), Vec::new(), true),
        };
        let external_id = format!("{}:{uid_validity}:{}", self.settings.mailbox, summary.uid);
        intake.quarantine(Poison { external_id, error, payload, cut }).await
    }

    /// Fetches a mail as far as it may be fetched. A connection that breaks here is counted against the mail.
    async fn fetch(&self, imap: &mut Imap, summary: &Summary) -> Result<Mail, ChannelError> {
        let breaks = {
            let mut broken_on = self.broken_on.lock().unwrap_or_else(PoisonError::into_inner);
            if broken_on.0 != summary.uid {
                *broken_on = (summary.uid, 0);
            }
            broken_on.1 += 1;
            broken_on.1 - 1
        };
        if breaks >= BREAKS {
            return Ok(Mail::Breaks);
        }
        let size = summary.size as usize;
        let mail = if size > MAX_MAIL {
            Mail::TooLarge { size, start: imap.headers(summary.uid, MAX_PAYLOAD).await? }
        } else {
            // One byte more than allowed, to catch a server that states sizes wrongly.
            match imap.mail(summary.uid, MAX_MAIL + 1).await? {
                None => Mail::Gone,
                Some(raw) if raw.len() > MAX_MAIL => Mail::TooLarge { size: raw.len(), start: raw },
                Some(raw) => Mail::Whole(raw),
            }
        };
        *self.broken_on.lock().unwrap_or_else(PoisonError::into_inner) = (0, 0);
        Ok(mail)
    }

    fn is_our_copy(&self, event: &Event) -> bool {
        matches!(event, Event::Post(post) if post.own && self.us.is_answer(&post.external_id))
    }

    async fn save(&self, batch: &mut Batch, place: Place, intake: &Intake) -> Result<(), ChannelError> {
        let cursor = Cursor { name: self.cursor_name(), value: place.write() };
        let batch = std::mem::take(batch);
        intake.accept(batch.events, vec![cursor]).await.map(drop)
    }

    fn cursor_name(&self) -> String {
        format!("mailbox:{}", self.settings.mailbox)
    }
}

/// Reads a mail apart, so that one which is slow or crashes the parser harms nothing else.
pub(super) async fn read_apart(raw: Arc<Vec<u8>>, us: Us, received: Timestamp) -> Result<Vec<Event>, String> {
    let reading = tokio::task::spawn_blocking(move || read::read(&raw, &us, received));
    match tokio::time::timeout(READING, reading).await {
        Ok(Ok(events)) => events,
        Ok(Err(crash)) => Err(format!("the reader gave up ({crash})")),
        Err(_) => Err(format!("not read within {} s", READING.as_secs())),
    }
}

/// A mail as far as it could be fetched.
enum Mail {
    Whole(Vec<u8>),
    TooLarge {
        size: usize,
        start: Vec<u8>,
    },
    /// Removed by somebody else since it was listed.
    Gone,
    /// Every attempt to fetch it broke the connection.
    Breaks,
}

/// Mails read and not yet handed on.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    bytes: usize,
    /// UIDs of the copies of our own answers among them.
    copies: Vec<u32>,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.events.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

fn too_large(size: usize) -> Told {
    let (size, most) = (size.div_ceil(1024 * 1024), MAX_MAIL / 1024 / 1024);
    Told::new(
        "too_large",
        format!("El correo tiene {size} MB, más de los {most} MB que se reciben; solo se miraron sus encabezados."),
        format!("The mail has {size} MB, more than the {most} MB that are taken in; only its headers were looked at."),
    )
}

fn breaks() -> Told {
    Told::new(
        "breaks",
        format!("{BREAKS} conexiones se cortaron al traer este correo."),
        format!("{BREAKS} connections broke while this mail was fetched."),
    )
}

#[cfg(test)]
mod tests {
    //! The cursor's form.
    use super::*;

    #[test]
    fn a_place_is_read_as_written() {
        let place = Place { uid_validity: 7, last_uid: 42, last_received: 1_795_000_000 };
        assert_eq!(Place::read(&place.write()), Some(place));
        for broken in ["", "7", "7:42", "a:b:c", "1:2:3:4", "-1:2:3"] {
            assert_eq!(Place::read(broken), None, "{broken}");
        }
    }
}

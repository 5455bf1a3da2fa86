//! Brings posts in: live where the server streams, by polling where it does not, and by polling after every interruption.
//!
//! Streams are opened first and the backlog is read after that, so that nothing falls between the two. Only polling moves a
//! place ([`super::place`]), because only a page shows that nothing lies between it and what is known; a live event moves it
//! only while the line has not broken since the last poll.

use super::{
    client::now,
    feed::{self, Feed, Item},
    ids,
    line::Line,
    place::{Next, Place},
    server::Server,
    status::{self, Reached},
    stream::{self, Happened, Live},
    watch::{Seen, Watch},
};
use async_trait::async_trait;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tertulia_app::channel::{ChannelError, Cursor, Intake, Kept, Limit, Poison, SignOfLife, Source, Unread};
use tertulia_app::told::Told;
use tertulia_kernel::event::Event;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Pages read in one go per feed; the rest of a gap is closed by the next polls, so that other feeds get their turn.
const PAGES: usize = 10;
/// Pause between polls of a feed that streams: to notice what a stream dropped.
const SAFETY: Duration = Duration::from_secs(300);
/// A feed the server does not offer is tried again after this.
const UNAVAILABLE: Duration = Duration::from_secs(3_600);
/// Posts looked at again per round.
const LOOKS: usize = 10;
/// Live events handed on together.
const BATCH: usize = 100;
const PULSE: Duration = Duration::from_secs(30);
/// Cursor of the posts looked at again.
const WATCH: &str = "watch";

/// The source of an account.
pub struct MastodonSource {
    line: Arc<Line>,
}

impl MastodonSource {
    /// The source on this line.
    pub fn new(line: Arc<Line>) -> Self {
        Self { line }
    }
}

/// A status that can't be read, with how it reached us.
fn keep(status: &Value, reached: Reached) -> Vec<u8> {
    json!({ "reached": reached.as_str(), "status": status }).to_string().into_bytes()
}

/// Reads what was kept: a status with how it reached us, or an event of a stream that was no JSON, as it came.
pub async fn read_kept(line: &Line, kept: &Kept) -> Result<Vec<Event>, Unread> {
    let still = |error: String| Unread::Still(error.into());
    let mut value: Value = serde_json::from_slice(&kept.payload).map_err(|error| still(error.to_string()))?;
    let (status, reached) = match value.get("reached").and_then(Value::as_str).and_then(Reached::named) {
        Some(reached) => (value.get_mut("status").map(Value::take), reached),
        None if value.get("last_status").is_some() => (feed::last_status(value), Reached::Personal),
        None if value.get("type").is_some() && value.get("status").is_some() => (feed::mentioned(value), Reached::Mention),
        // Nobody knows where it was shown: unless it says that it is public, it is not.
        None => (Some(value), Reached::Personal),
    };
    let Some(status) = status else {
        // A favourite, a new follower: of such events nothing is taken in.
        return Ok(Vec::new());
    };
    let server = line.ask().await.map_err(|error| Unread::NotNow(error.into_channel_error()))?;
    let post = status::read(&status, &server.me, reached, kept.at).map_err(still)?;
    Ok(vec![Event::Post(Box::new(post))])
}

/// A pause stretched when the calls the server allows run low: what is left belongs to answers.
fn spared(pause: Duration, limit: Option<&Limit>) -> Duration {
    match limit {
        Some(limit) if limit.left < limit.of / 5 => pause.max(Duration::from_secs(60)),
        Some(limit) if limit.left < limit.of / 2 => pause * 4,
        _ => pause,
    }
}

#[async_trait]
impl Source for MastodonSource {
    async fn run(&self, intake: Intake, cancelled: CancellationToken) -> Result<(), ChannelError> {
        let work = async {
            let server = self.line.ask().await.map_err(|error| error.into_channel_error())?;
            Run::new(Arc::clone(&self.line), server, intake).await?.go().await
        };
        tokio::select! {
            () = cancelled.cancelled() => Ok(()),
            end = work => end,
        }
    }
}

/// A feed being followed.
struct Followed {
    feed: Feed,
    place: Place,
    /// The place as last saved.
    saved: String,
    /// Number of the stream that brings it live.
    stream: Option<usize>,
    /// Its stream has not broken since it was last polled.
    unbroken: bool,
    due: Instant,
    unavailable: bool,
}

struct Streaming {
    path: String,
    up: bool,
}

/// One run of the source. Its memory dies with it: what intake did not take is brought again by the next run.
struct Run {
    line: Arc<Line>,
    server: Arc<Server>,
    intake: Intake,
    feeds: Vec<Followed>,
    streams: Vec<Streaming>,
    seen: Seen,
    watch: Watch,
    watch_saved: String,
    look_due: Instant,
    /// The mode last told.
    told: Option<Told>,
}

impl Run {
    async fn new(line: Arc<Line>, server: Arc<Server>, intake: Intake) -> Result<Self, ChannelError> {
        let (mut feeds, mut streams, mut tags) = (Vec::new(), Vec::<Streaming>::new(), 0);
        for feed in Feed::all(&line.settings) {
            let stream = feed.stream(&mut tags).map(|path| {
                streams.iter().position(|known| known.path == path).unwrap_or_else(|| {
                    streams.push(Streaming { path, up: false });
                    streams.len() - 1
                })
            });
            let saved = intake.cursor(&feed.cursor()).await?.unwrap_or_default();
            let place = Place::load(&saved).unwrap_or_default();
            feeds.push(Followed { feed, place, saved, stream, unbroken: false, due: Instant::now(), unavailable: false });
        }
        let watch_saved = intake.cursor(WATCH).await?.unwrap_or_default();
        Ok(Self {
            line,
            server,
            intake,
            feeds,
            streams,
            seen: Seen::default(),
            watch: Watch::load(&watch_saved),
            watch_saved,
            look_due: Instant::now(),
            told: None,
        })
    }

    async fn go(&mut self) -> Result<(), ChannelError> {
        let (sender, mut events) = mpsc::channel(1_000);
        // Dropped, and with it every open stream, when the run ends.
        let mut lines = JoinSet::new();
        for (index, streaming) in self.streams.iter().enumerate() {
            let mut places = Vec::new();
            for base in [self.line.client.base(), &self.server.streaming] {
                if let Ok(url) = base.join(&streaming.path)
                    && !places.contains(&url)
                {
                    places.push(url);
                }
            }
            lines.spawn(stream::keep_open(Arc::clone(&self.line.client), index, places, sender.clone()));
        }
        let mut pulse = Instant::now();
        loop {
            let now = Instant::now();
            for at in 0..self.feeds.len() {
                if self.feeds[at].due <= now {
                    self.poll(at).await?;
                }
            }
            if self.look_due <= Instant::now() {
                self.look_again().await?;
            }
            if pulse <= Instant::now() || self.told.as_ref() != Some(&self.mode()) {
                self.tell_alive().await?;
                pulse = Instant::now() + PULSE;
            }
            let wake = self.feeds.iter().map(|one| one.due).chain([self.look_due, pulse]).min();
            tokio::select! {
                () = tokio::time::sleep_until(wake.unwrap_or(pulse).into()) => {}
                Some(first) = events.recv() => {
                    let mut batch = vec![first];
                    while batch.len() < BATCH && let Ok(next) = events.try_recv() {
                        batch.push(next);
                    }
                    self.live(batch).await?;
                }
            }
        }
    }

    fn is_up(&self, stream: Option<usize>) -> bool {
        stream.and_then(|index| self.streams.get(index)).is_some_and(|stream| stream.up)
    }

    /// How long to wait before a feed is polled again.
    fn pause(&self, stream: Option<usize>) -> Duration {
        let poll = spared(Duration::from_secs(self.line.settings.poll_seconds), self.line.client.limit().as_ref());
        if self.is_up(stream) { SAFETY.max(poll) } else { poll }
    }

    /// Reads a feed from its top to what is known, then goes on closing its gap.
    async fn poll(&mut self, at: usize) -> Result<(), ChannelError> {
        let mut walks = vec![(self.feeds[at].place.walk(), None, false)];
        while let Some((mut walk, mut below, closing)) = walks.pop() {
            loop {
                let page = self.feeds[at].feed.page(&self.line.client, below.as_deref()).await;
                let (page, items) = match page {
                    Ok(read) => read,
                    Err(error) => return self.not_read(at, error),
                };
                let mut events = self.events(at, items).await?;
                // Oldest first, as they were written.
                events.reverse();
                match walk.page(&page) {
                    Next::Below(id) if walk.pages() < PAGES => {
                        below = Some(id);
                        self.hand_on(events, &[]).await?;
                        continue;
                    }
                    Next::Below(id) => self.feeds[at].place.interrupted(walk, id),
                    Next::Done => self.feeds[at].place.finished(walk),
                }
                self.hand_on(events, &[at]).await?;
                break;
            }
            if !closing && let Some((walk, below)) = self.feeds[at].place.close_gap() {
                walks.push((walk, Some(below), true));
            }
        }
        let pause = self.pause(self.feeds[at].stream);
        let up = self.is_up(self.feeds[at].stream);
        let followed = &mut self.feeds[at];
        followed.due = Instant::now() + pause;
        followed.unbroken = up;
        followed.unavailable = false;
        Ok(())
    }

    /// A feed could not be read: is it this feed, or the whole account?
    fn not_read(&mut self, at: usize, error: super::client::CallError) -> Result<(), ChannelError> {
        let poll = Duration::from_secs(self.line.settings.poll_seconds);
        let followed = &mut self.feeds[at];
        let not_offered = matches!(
            error.status(),
            Some(
                StatusCode::FORBIDDEN
                    | StatusCode::NOT_FOUND
                    | StatusCode::GONE
                    | StatusCode::METHOD_NOT_ALLOWED
                    | StatusCode::UNPROCESSABLE_ENTITY
                    | StatusCode::NOT_IMPLEMENTED
            )
        );
        if not_offered && !followed.feed.is_essential() {
            tracing::info!(feed = followed.feed.cursor(), %error, "the server does not offer this feed");
            followed.unavailable = true;
            followed.due = Instant::now() + UNAVAILABLE;
            return Ok(());
        }
        let in_trouble = error.status().is_some_and(|status| status.is_server_error());
        if in_trouble && !followed.feed.is_essential() {
            tracing::warn!(feed = followed.feed.cursor(), %error, "the server could not give this feed");
            followed.due = Instant::now() + poll * 4;
            return Ok(());
        }
        Err(error.into_channel_error())
    }

    /// A page's items as events; unreadable ones go to quarantine.
    async fn events(&mut self, at: usize, items: Vec<Item>) -> Result<Vec<Event>, ChannelError> {
        let mut events = Vec::new();
        for item in items {
            let watched = self.feeds[at].feed.is_watched();
            events.extend(self.event(&item.status, item.reached, watched).await?);
        }
        Ok(events)
    }

    async fn event(&mut self, status: &Value, reached: Reached, watched: bool) -> Result<Option<Event>, ChannelError> {
        match status::read(status, &self.server.me, reached, now()) {
            Ok(mut post) => {
                let news = self.seen.is_news(&mut post, now());
                if news && watched {
                    let reached = if post.addressed { Reached::Mention } else { reached };
                    self.watch.add(&post.external_id, reached);
                }
                Ok(news.then(|| Event::Post(Box::new(post))))
            }
            Err(error) => {
                let payload = keep(status, reached);
                self.quarantine(status::id(status, "id"), error, payload).await?;
                Ok(None)
            }
        }
    }

    async fn quarantine(&self, id: Option<String>, error: String, payload: Vec<u8>) -> Result<(), ChannelError> {
        let external_id =
            id.map_or_else(|| Sha256::digest(&payload).iter().take(16).map(|byte| format!("{byte:02x}")).collect(), |id| ids::stable(&id));
        self.intake.quarantine(Poison { external_id, error: error.into(), payload, cut: false }).await
    }

    /// Hands events to intake, with the places of feeds that follow them.
    async fn hand_on(&mut self, events: Vec<Event>, moved: &[usize]) -> Result<(), ChannelError> {
        let mut cursors = Vec::new();
        for &at in moved {
            let (feed, value) = (&self.feeds[at].feed, self.feeds[at].place.save());
            if value != self.feeds[at].saved {
                cursors.push(Cursor { name: feed.cursor(), value });
            }
        }
        // The window also turns without news; that alone is not worth a write.
        let watch = self.watch.save();
        if !events.is_empty() && watch != self.watch_saved {
            cursors.push(Cursor { name: WATCH.into(), value: watch.clone() });
            self.watch_saved = watch;
        }
        if events.is_empty() && cursors.is_empty() {
            return Ok(());
        }
        self.intake.accept(events, cursors).await?;
        for &at in moved {
            self.feeds[at].saved = self.feeds[at].place.save();
        }
        Ok(())
    }

    /// Takes live events in.
    async fn live(&mut self, batch: Vec<Live>) -> Result<(), ChannelError> {
        let mut events = Vec::new();
        let mut moved = Vec::new();
        for live in batch {
            match live {
                Live::Up(index) => self.switched(index, true),
                Live::Down(index) | Live::NotOffered(index) => self.switched(index, false),
                Live::Broken(payload) => {
                    self.quarantine(None, "an event of the stream can't be read".into(), payload).await?;
                }
                Live::Event(index, happened) => {
                    moved.extend(self.happened(index, happened, &mut events).await?);
                }
            }
        }
        moved.sort_unstable();
        moved.dedup();
        self.hand_on(events, &moved).await
    }

    /// A stream opened or broke: its feeds are polled at once, or from now on as if there were none.
    fn switched(&mut self, index: usize, up: bool) {
        let Some(stream) = self.streams.get_mut(index) else {
            return;
        };
        let was_up = std::mem::replace(&mut stream.up, up);
        if up == was_up {
            return;
        }
        let poll = Duration::from_secs(self.line.settings.poll_seconds);
        let due = if up { Instant::now() } else { Instant::now() + poll };
        for followed in self.feeds.iter_mut().filter(|one| one.stream == Some(index) && !one.unavailable) {
            followed.unbroken = false;
            followed.due = if up { due } else { followed.due.min(due) };
        }
    }

    /// One live event; returns the feed whose place it moves.
    async fn happened(&mut self, index: usize, happened: Happened, events: &mut Vec<Event>) -> Result<Option<usize>, ChannelError> {
        let feed_of = |wanted: &dyn Fn(&Feed) -> bool| self.feeds.iter().position(|one| one.stream == Some(index) && wanted(&one.feed));
        let timeline = feed_of(&|feed| !matches!(feed, Feed::Notifications | Feed::Conversations));
        let (at, id, status) = match happened {
            Happened::Deleted(id) => {
                let external_id = ids::stable(&id);
                self.seen.forget(&external_id);
                self.watch.remove(&external_id);
                events.push(Event::Deleted { external_id, at: now() });
                return Ok(None);
            }
            Happened::New(status) => (timeline, status::id(&status, "id"), Some(status)),
            // An edited post is no newer for it: the place stays.
            Happened::Edited(status) => (timeline, None, Some(status)),
            Happened::Notified(notification) => {
                let id = status::id(&notification, "id");
                let mention = feed::mentioned(notification);
                let id = id.filter(|_| mention.is_some());
                (feed_of(&|feed| *feed == Feed::Notifications), id, mention)
            }
            Happened::Conversation(conversation) => {
                let status = feed::last_status(conversation);
                let id = status.as_ref().and_then(|status| status::id(status, "id"));
                (feed_of(&|feed| *feed == Feed::Conversations), id, status)
            }
        };
        let (Some(at), Some(status)) = (at, status) else {
            return Ok(None);
        };
        let (reached, watched) = (self.feeds[at].feed.reached(), self.feeds[at].feed.is_watched());
        events.extend(self.event(&status, reached, watched).await?);
        let followed = &mut self.feeds[at];
        match id {
            Some(id) if followed.unbroken => {
                followed.place.arrived(&ids::stable(&id));
                Ok(Some(at))
            }
            _ => Ok(None),
        }
    }

    /// Looks at some posts again: was one edited or deleted without a word?
    async fn look_again(&mut self) -> Result<(), ChannelError> {
        let user_stream_up = self.is_up(self.feeds.first().and_then(|one| one.stream));
        let poll = Duration::from_secs(self.line.settings.poll_seconds);
        self.look_due = Instant::now() + if user_stream_up { SAFETY } else { poll * 2 };
        // The last calls of the window belong to new posts and to answers.
        if self.line.client.limit().is_some_and(|limit| limit.left < limit.of / 3) {
            return Ok(());
        }
        let mut events = Vec::new();
        let mut gone = Vec::new();
        for (id, reached) in self.watch.next(LOOKS) {
            let path = format!("api/v1/statuses/{}", feed::segment(&id));
            match self.line.client.get(&path, &[]).await {
                Ok(answer) => events.extend(self.event(&answer.body, reached, true).await?),
                Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => gone.push(id),
                // Not allowed to see it any more: it is none of our business, and no deletion either.
                Err(error) if error.status() == Some(StatusCode::FORBIDDEN) => self.watch.remove(&id),
                Err(error) if error.status().is_some_and(|status| status.is_server_error()) => {
                    break;
                }
                Err(error) => return Err(error.into_channel_error()),
            }
        }
        // A deletion is final, so a server that answers "not found" to everything must not be believed.
        if !gone.is_empty() && self.line.client.get("api/v1/accounts/verify_credentials", &[]).await.is_ok() {
            for external_id in gone {
                self.seen.forget(&external_id);
                self.watch.remove(&external_id);
                events.push(Event::Deleted { external_id, at: now() });
            }
        }
        if events.is_empty() { Ok(()) } else { self.hand_on(events, &[]).await }
    }

    /// How it listens right now, for people.
    fn mode(&self) -> Told {
        let up = self.streams.iter().filter(|stream| stream.up).count();
        let polled = self.feeds.iter().filter(|one| !self.is_up(one.stream)).count();
        let seconds = self.line.settings.poll_seconds;
        let mut mode = match (up, polled) {
            (0, _) => Told::new("polling", format!("Pregunta cada {seconds} s"), format!("Asks every {seconds} s")),
            (_, 0) => Told::new("streaming", "En vivo", "Live"),
            _ => Told::new(
                "mixed",
                format!("En vivo; por {polled} flujos pregunta cada {seconds} s"),
                format!("Live; {polled} feeds are asked for every {seconds} s"),
            ),
        };
        let missing: Vec<String> = self.feeds.iter().filter(|one| one.unavailable).map(|one| one.feed.cursor()).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            mode.es.push_str(&format!("; el servidor no ofrece: {missing}"));
            mode.en.push_str(&format!("; not offered by the server: {missing}"));
        }
        mode
    }

    async fn tell_alive(&mut self) -> Result<(), ChannelError> {
        let mode = self.mode();
        self.told = Some(mode.clone());
        let limits = self.line.client.limit().into_iter().collect();
        self.intake.alive(SignOfLife { mode: Some(mode), limits }).await
    }
}

#[cfg(test)]
mod tests {
    //! Sparing a server's calls.
    use super::*;

    #[test]
    fn polls_slow_down_before_the_calls_run_out() {
        let pause = |left| {
            let limit = Limit { bucket: "api".into(), left, of: 300, resets_at: None };
            spared(Duration::from_secs(5), Some(&limit)).as_secs()
        };
        assert_eq!([300, 150, 149, 60, 59, 0].map(pause), [5, 5, 20, 20, 60, 60]);
        assert_eq!(spared(Duration::from_secs(5), None).as_secs(), 5);
    }
}

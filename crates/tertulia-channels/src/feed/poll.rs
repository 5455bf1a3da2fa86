//! Visiting feeds in turn, each remembered with what it said the last time.

use super::{Options, now, read};
use crate::fetch::{Ask, FetchError, Fetched, Fetcher, Page};
use async_trait::async_trait;
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tertulia_app::channel::{ChannelError, Cursor, Intake, Kept, MAX_PAYLOAD, Poison, SignOfLife, Source};
use tertulia_app::told::Told;
use tertulia_kernel::{
    Timestamp,
    event::{Event, IncomingPost},
};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Feeds visited at the same time.
const AT_ONCE: usize = 4;
/// Entries remembered per feed: more than a document may have, so that one that comes back is known.
const REMEMBERED: usize = 2 * read::MAX_ENTRIES;
/// Events handed to intake at once.
const BATCH: usize = 200;
/// Longest pause after failures, in visits' distances.
const MAX_BACKOFF: u32 = 32;
/// How often the source shows that it lives while it waits.
const PULSE: Duration = Duration::from_secs(60);

/// The source of an account's feeds.
pub(super) struct Poller {
    pub fetcher: Fetcher,
    /// How long a minute lasts.
    pub minute: Duration,
    pub options: Options,
}

/// What is remembered of a feed between visits; the value of its cursor.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    etag: Option<String>,
    last_modified: Option<String>,
    /// Not to be visited before.
    not_before: Timestamp,
    /// When the last document was taken in.
    read_at: Timestamp,
    /// Failures in a row, and the last one's words.
    failures: u32,
    error: Option<String>,
    /// Digest of id and of content of the entries handed on, oldest first.
    seen: Vec<(String, String)>,
}

/// How a visit ended.
enum Visit {
    Unchanged,
    Page(Page),
    Failed(FetchError),
}

#[async_trait]
impl Source for Poller {
    async fn run(&self, intake: Intake, cancelled: CancellationToken) -> Result<(), ChannelError> {
        let mut feeds = BTreeMap::new();
        for url in &self.options.urls {
            let memory = intake
                .cursor(&cursor_name(url))
                .await?
                // What an earlier version wrote differently is as good as nothing: entries are known to intake.
                .and_then(|value| serde_json::from_str::<Memory>(&value).ok())
                .unwrap_or_default();
            feeds.insert(url.clone(), memory);
        }
        loop {
            let due: Vec<_> =
                feeds.iter().filter(|(_, memory)| memory.not_before <= now()).map(|(url, memory)| (url.clone(), memory.clone())).collect();
            let visited = !due.is_empty();
            let mut visits = stream::iter(due)
                .map(|(url, memory)| async move {
                    let visit = self.visit(&url, &memory).await;
                    (url, memory, visit)
                })
                .buffer_unordered(AT_ONCE);
            loop {
                let next = tokio::select! {
                    () = cancelled.cancelled() => return Ok(()),
                    next = visits.next() => next,
                };
                let Some((url, memory, visit)) = next else {
                    break;
                };
                let memory = self.digest(&intake, &url, memory, visit).await?;
                feeds.insert(url, memory);
            }
            drop(visits);
            if visited {
                self.all_failed(&feeds)?;
            }
            intake.alive(self.pulse(&feeds)).await?;
            let next = feeds.values().map(|memory| memory.not_before).min();
            let wait = next.unwrap_or_default().as_micros() - now().as_micros();
            let wait = Duration::from_micros(u64::try_from(wait).unwrap_or(0)).min(PULSE);
            tokio::select! {
                () = cancelled.cancelled() => return Ok(()),
                () = tokio::time::sleep(wait.max(Duration::from_millis(10))) => {}
            }
        }
    }
}

impl Poller {
    async fn visit(&self, url: &str, memory: &Memory) -> Visit {
        let ask = Ask::new(url).unless_unchanged(memory.etag.as_deref(), memory.last_modified.as_deref());
        match self.fetcher.get(ask).await {
            Ok(Fetched::Unchanged) => Visit::Unchanged,
            Ok(Fetched::Page(page)) => Visit::Page(page),
            Err(error) => Visit::Failed(error),
        }
    }

    /// Takes in what a visit brought and says what to remember.
    async fn digest(&self, intake: &Intake, url: &str, mut memory: Memory, visit: Visit) -> Result<Memory, ChannelError> {
        let now = now();
        let distance = self.minute * self.options.poll_minutes;
        memory.not_before = later(now, distance);
        match visit {
            Visit::Unchanged => {
                let recovered = memory.error.take().is_some();
                memory.failures = 0;
                if recovered {
                    save(intake, url, &memory, Vec::new()).await?;
                }
            }
            Visit::Page(page) => {
                self.take_in(intake, url, &mut memory, page, now).await?;
            }
            Visit::Failed(error) => {
                let asked = match &error {
                    FetchError::Status { retry_after, .. } => retry_after.unwrap_or(0),
                    _ => 0,
                };
                let factor = 2u32.saturating_pow(memory.failures).min(MAX_BACKOFF);
                let pause = (distance * factor).min(Duration::from_secs(86_400));
                memory.not_before = later(now, pause.max(Duration::from_secs(asked)));
                memory.failures = memory.failures.saturating_add(1);
                memory.error = Some(error.to_string());
                save(intake, url, &memory, Vec::new()).await?;
            }
        }
        Ok(memory)
    }

    async fn take_in(&self, intake: &Intake, url: &str, memory: &mut Memory, page: Page, now: Timestamp) -> Result<(), ChannelError> {
        let Page { url: address, etag, last_modified, body, .. } = page;
        let body = Arc::new(body);
        match read_apart(body.clone(), address.clone(), self.options.clone(), now).await {
            Ok(document) => {
                memory.etag = etag;
                memory.last_modified = last_modified;
                memory.failures = 0;
                memory.error = None;
                let fresh = fresh(memory, document.posts, now);
                memory.read_at = now;
                let mut fresh = fresh.into_iter().peekable();
                loop {
                    let batch: Vec<_> = fresh.by_ref().take(BATCH).collect();
                    let last = fresh.peek().is_none();
                    for (mark, _) in &batch {
                        remember(memory, mark.clone());
                    }
                    let events = batch.into_iter().map(|(_, post)| Event::Post(Box::new(post))).collect();
                    save(intake, url, memory, events).await?;
                    if last {
                        return Ok(());
                    }
                }
            }
            Err(error) => {
                let error = unreadable(url, &error);
                let poison = Poison {
                    // One place in quarantine per feed, however often it changes.
                    external_id: cursor_name(url),
                    error: error.clone(),
                    payload: keep(&address, &body),
                    cut: false,
                };
                intake.quarantine(poison).await?;
                memory.failures = memory.failures.saturating_add(1);
                memory.error = Some(error.en);
                save(intake, url, memory, Vec::new()).await
            }
        }
    }

    /// An error when no feed works at all; with one that works, the channel does.
    fn all_failed(&self, feeds: &BTreeMap<String, Memory>) -> Result<(), ChannelError> {
        let Some(first) = feeds.values().next().and_then(|memory| memory.error.clone()) else {
            return Ok(());
        };
        if feeds.values().all(|memory| memory.error.is_some()) { Err(ChannelError::Passing(first)) } else { Ok(()) }
    }

    fn pulse(&self, feeds: &BTreeMap<String, Memory>) -> SignOfLife {
        let minutes = self.options.poll_minutes;
        let mut mode = Told::new("polling", format!("Pregunta cada {minutes} min"), format!("Asks every {minutes} min"));
        let failing: Vec<_> = feeds.values().filter_map(|memory| memory.error.as_ref()).collect();
        if let Some(first) = failing.first() {
            let (failing, all) = (failing.len(), feeds.len());
            mode.es.push_str(&format!("; fallan {failing} de {all}: {first}"));
            mode.en.push_str(&format!("; {failing} of {all} fail: {first}"));
        }
        SignOfLife { mode: Some(mode), limits: Vec::new() }
    }
}

/// Reads a document apart, so that neither a slow nor a crashing parser touches anything else.
async fn read_apart(body: Arc<Vec<u8>>, address: Url, options: Options, now: Timestamp) -> Result<read::Document, String> {
    let reading = tokio::task::spawn_blocking(move || read::read(&body, &address, &options, now));
    match reading.await {
        Ok(document) => document,
        Err(crash) => Err(format!("the reader gave up ({crash})")),
    }
}

/// How a kept document begins: with the address it came from, which ids of entries are made of.
const CAME_FROM: &[u8] = b"Content-Location: ";

/// A document with its address, at most as much as quarantine keeps.
fn keep(address: &Url, body: &[u8]) -> Vec<u8> {
    let mut payload = [CAME_FROM, address.as_str().as_bytes(), b"\n\n"].concat();
    payload.extend_from_slice(&body[..body.len().min(MAX_PAYLOAD.saturating_sub(payload.len()))]);
    payload
}

/// Reads a kept document. One without an address (from earlier versions) came from one of the account's feeds.
pub(super) async fn read_kept(kept: &Kept, options: &Options) -> Result<Vec<Event>, Told> {
    let with_address = kept.payload.strip_prefix(CAME_FROM).and_then(|rest| {
        let end = rest.windows(2).position(|pair| pair == b"\n\n")?;
        Some((str::from_utf8(&rest[..end]).ok()?, &rest[end + 2..]))
    });
    let (address, body) = with_address.unwrap_or_else(|| {
        let feed = options.urls.iter().find(|url| cursor_name(url) == kept.external_id);
        (feed.map_or("", String::as_str), &kept.payload)
    });
    let Ok(url) = Url::parse(address) else {
        let (es, en) =
            ("Ya no se sabe de qué feed vino: el canal ya no lo tiene.", "The feed it came from is no longer one of the channel's.");
        return Err(Told::new("feed_gone", es, en));
    };
    match read_apart(Arc::new(body.to_vec()), url, options.clone(), kept.at).await {
        Ok(document) => Ok(document.posts.into_iter().map(|post| Event::Post(Box::new(post))).collect()),
        Err(error) => Err(unreadable(address, &error)),
    }
}

fn unreadable(url: &str, error: &str) -> Told {
    Told::new(
        "unreadable",
        format!("{url}: no es un feed que se pueda leer: {error}"),
        format!("{url}: not a feed that can be read: {error}"),
    )
}

/// The entries that are new or changed, with the marks to remember them by.
fn fresh(memory: &Memory, posts: Vec<IncomingPost>, now: Timestamp) -> Vec<((String, String), IncomingPost)> {
    let known: BTreeMap<_, _> = memory.seen.iter().map(|(id, content)| (id, content)).collect();
    let mut fresh = Vec::new();
    for mut post in posts {
        let mark = mark(&post);
        match known.get(&mark.0) {
            Some(content) if **content == mark.1 => continue,
            Some(_) => {
                // Changed since the last visit, whether its author says so or not.
                let stated = post.revised_at.filter(|at| *at > memory.read_at);
                post.revised_at = Some(stated.unwrap_or(now));
            }
            None => {}
        }
        fresh.push((mark, post));
    }
    fresh
}

fn mark(post: &IncomingPost) -> (String, String) {
    let content = serde_json::json!([post.title, post.text, post.url, post.author.name]);
    (read::digest(post.external_id.as_bytes()), read::digest(content.to_string().as_bytes()))
}

fn remember(memory: &mut Memory, mark: (String, String)) {
    memory.seen.retain(|(id, _)| *id != mark.0);
    memory.seen.push(mark);
    let extra = memory.seen.len().saturating_sub(REMEMBERED);
    memory.seen.drain(..extra);
}

async fn save(intake: &Intake, url: &str, memory: &Memory, events: Vec<Event>) -> Result<(), ChannelError> {
    let value = serde_json::to_string(memory).map_err(|error| ChannelError::Intake(format!("cursor of {url}: {error}")))?;
    let cursor = Cursor { name: cursor_name(url), value };
    intake.accept(events, vec![cursor]).await.map(drop)
}

fn cursor_name(url: &str) -> String {
    format!("feed:{}", read::digest(url.as_bytes()))
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.plus_millis(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

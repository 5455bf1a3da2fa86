//! The other side of a source in tests: a door that keeps what comes in by intake's own rules (one post per id, the newest
//! revision wins, a deletion is final), and the running of a source against it.
#![allow(dead_code, reason = "each test uses its part")]

pub mod relay;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tertulia_app::channel::{
    Account, ChannelError, Connection, Cursor, Intake, IntakeDoor, Network, Outgoing, Poison, Receipt, ReplyTarget, SignOfLife, Sink,
};
use tertulia_channels::mastodon::Mastodon;
use tertulia_kernel::{
    AnswerId, ChannelId, Timestamp,
    event::{Event, IncomingPost, Visibility},
};
use tokio_util::sync::CancellationToken;

/// Longest a test waits for something to happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What came in so far.
#[derive(Default)]
pub struct Kept {
    /// Posts by id, newest revision.
    pub posts: HashMap<String, IncomingPost>,
    /// Ids of deleted posts.
    pub deleted: HashSet<String>,
    /// How often each post was handed on, revisions included.
    pub handed: HashMap<String, usize>,
    /// Saved places.
    pub cursors: HashMap<String, String>,
    /// What could not be read, by key.
    pub quarantine: HashMap<String, Poison>,
    /// The last sign of life.
    pub alive: SignOfLife,
    /// Why the source gave up, if it did.
    pub gave_up: Option<String>,
}

impl Kept {
    /// The post whose text contains this.
    pub fn saying(&self, text: &str) -> Option<IncomingPost> {
        self.posts.values().find(|post| post.text.contains(text)).cloned()
    }
}

/// A door that keeps everything.
#[derive(Default)]
pub struct Recorder {
    kept: Mutex<Kept>,
    /// Every so many batches one is not taken, as when the database is away or the program is killed. 0: never.
    pub fails_every: AtomicUsize,
    batches: AtomicUsize,
}

impl Recorder {
    /// What came in so far.
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the probe finds what it looks for.
    pub async fn until<T>(&self, what: &str, probe: impl Fn(&Kept) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = probe(&self.kept()) {
                return found;
            }
            if started.elapsed() > PATIENCE || self.kept().gave_up.is_some() {
                let kept = self.kept();
                let texts: Vec<&str> = kept.posts.values().map(|post| post.text.as_str()).collect();
                panic!("did not come in: {what}. Mode {:?}, gave up: {:?}; posts: {texts:#?}", kept.alive.mode, kept.gave_up);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for a post with this text.
    pub async fn post(&self, text: &str) -> IncomingPost {
        self.until(text, |kept| kept.saying(text)).await
    }
}

#[async_trait::async_trait]
impl IntakeDoor for Recorder {
    async fn accept(&self, _channel: ChannelId, events: Vec<Event>, cursors: Vec<Cursor>) -> Result<Receipt, ChannelError> {
        let batch = self.batches.fetch_add(1, Ordering::SeqCst) + 1;
        let fails_every = self.fails_every.load(Ordering::SeqCst);
        if fails_every > 0 && batch.is_multiple_of(fails_every) {
            return Err(ChannelError::Intake("not taken".into()));
        }
        let mut kept = self.kept();
        for event in events {
            match event {
                Event::Post(post) => {
                    *kept.handed.entry(post.external_id.clone()).or_default() += 1;
                    let newer = kept.posts.get(&post.external_id).is_none_or(|old| old.revised_at <= post.revised_at);
                    if newer && !kept.deleted.contains(&post.external_id) {
                        kept.posts.insert(post.external_id.clone(), *post);
                    }
                }
                Event::Deleted { external_id, .. } => {
                    kept.posts.remove(&external_id);
                    kept.deleted.insert(external_id);
                }
                Event::Delivery { .. } => panic!("this network tells no deliveries"),
            }
        }
        kept.cursors.extend(cursors.into_iter().map(|cursor| (cursor.name, cursor.value)));
        Ok(Receipt::default())
    }

    async fn cursor(&self, _channel: ChannelId, name: &str) -> Result<Option<String>, ChannelError> {
        Ok(self.kept().cursors.get(name).cloned())
    }

    async fn quarantine(&self, _channel: ChannelId, poison: Poison) -> Result<(), ChannelError> {
        self.kept().quarantine.insert(poison.external_id.clone(), poison);
        Ok(())
    }

    async fn alive(&self, _channel: ChannelId, sign: SignOfLife) -> Result<(), ChannelError> {
        self.kept().alive = sign;
        Ok(())
    }
}

/// An account connected to a server.
pub struct Channel {
    settings: Value,
    /// What came in.
    pub recorder: Arc<Recorder>,
    /// Takes answers out.
    pub sink: Arc<dyn Sink>,
}

/// A running source; it stops when dropped.
pub struct Running {
    task: tokio::task::JoinHandle<Result<(), ChannelError>>,
    cancelled: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancelled.cancel();
        self.task.abort();
    }
}

impl Running {
    /// Stops the source as the program does; it must end well.
    pub async fn stop(mut self) {
        self.cancelled.cancel();
        (&mut self.task).await.expect("no panic").expect("a cancelled source ends well");
    }

    /// Whether the source gave up.
    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Waits until the source has ended, however long that takes.
    pub async fn given_up(&mut self) {
        while !self.has_ended() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the source gives up by itself.
    pub async fn end(mut self) -> ChannelError {
        let end = tokio::time::timeout(PATIENCE, &mut self.task).await;
        end.expect("it gives up").expect("no panic").expect_err("it can't go on")
    }
}

impl Channel {
    /// Opens an account; nothing is sent yet.
    pub fn open(settings: Value) -> Self {
        let connection = connect(&settings);
        Self { settings, recorder: Arc::default(), sink: connection.sink.expect("answers can go out") }
    }

    /// Starts the source, as the program does after each start: anew, with what was saved.
    pub fn listen(&self) -> Running {
        let source = connect(&self.settings).source.expect("it listens");
        let intake = Intake::new(channel_id(), Arc::clone(&self.recorder) as Arc<dyn IntakeDoor>);
        let recorder = Arc::clone(&self.recorder);
        recorder.kept().gave_up = None;
        let cancelled = CancellationToken::new();
        let token = cancelled.clone();
        let task = tokio::spawn(async move {
            let end = source.run(intake, token).await;
            recorder.kept().gave_up = end.as_ref().err().map(ToString::to_string);
            end
        });
        Running { task, cancelled }
    }
}

/// The account these settings describe.
pub fn account(settings: &Value) -> Account {
    Account { id: channel_id(), name: "Mastodon".into(), settings: settings.clone() }
}

fn connect(settings: &Value) -> Connection {
    Mastodon.open(account(settings)).expect("the settings are valid")
}

fn channel_id() -> ChannelId {
    ChannelId(uuid::Uuid::nil())
}

/// The present.
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::from_micros(i64::try_from(since.as_micros()).expect("before the year 292 000"))
}

/// An answer to a post.
pub fn answer(to: &IncomingPost, text: &str, visibility: Visibility) -> Outgoing {
    Outgoing {
        id: AnswerId(uuid::Uuid::new_v4()),
        text: text.into(),
        subject: None,
        visibility,
        reply_to: Some(ReplyTarget {
            external_id: to.external_id.clone(),
            author: to.author.clone(),
            title: None,
            ancestors: Vec::new(),
            text: to.text.clone(),
            occurred_at: to.occurred_at,
        }),
        thread: None,
        attachments: Vec::new(),
        written_at: now(),
    }
}

//! An intake that remembers, with the rules of the real one that sources rely on: cursors are saved with the events,
//! and nothing is saved when it fails.

#![allow(dead_code, reason = "each test file uses its part")]

use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};
use tertulia_app::channel::{ChannelError, Cursor, Intake, IntakeDoor, Poison, Receipt, SignOfLife, Source};
use tertulia_kernel::{
    ChannelId,
    event::{Event, IncomingPost},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Everything that came in.
#[derive(Default)]
pub struct Record {
    pub events: Vec<Event>,
    pub cursors: BTreeMap<String, String>,
    pub quarantine: Vec<Poison>,
    pub modes: Vec<String>,
    /// The next so many batches are refused, as if the database were down.
    pub refuse: usize,
}

/// The door to a record, kept across restarts of a source.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Record>>);

/// A source at work.
pub struct Running {
    cancelled: CancellationToken,
    task: JoinHandle<Result<(), ChannelError>>,
}

impl Running {
    /// Stops it as a shutdown does.
    pub async fn stop(self) {
        self.cancelled.cancel();
        self.task.await.expect("no panic").expect("a cancelled source ends well");
    }
    /// Kills it wherever it is.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
    /// The error it ends with.
    pub async fn error(self) -> ChannelError {
        tokio::time::timeout(Duration::from_secs(60), self.task)
            .await
            .expect("it ends")
            .expect("no panic")
            .expect_err("it ends with an error")
    }
}

impl Recorder {
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().expect("no test panics while holding it")
    }

    pub fn intake(&self) -> Intake {
        Intake::new(ChannelId(uuid::Uuid::nil()), Arc::new(self.clone()))
    }

    /// Lets a source run.
    pub fn run(&self, source: Box<dyn Source>) -> Running {
        let (intake, cancelled) = (self.intake(), CancellationToken::new());
        let token = cancelled.clone();
        let task = tokio::spawn(async move { source.run(intake, token).await });
        Running { cancelled, task }
    }

    /// The posts, in order of arrival.
    pub fn posts(&self) -> Vec<IncomingPost> {
        let posts = self.record();
        let posts = posts.events.iter().filter_map(|event| match event {
            Event::Post(post) => Some((**post).clone()),
            _ => None,
        });
        posts.collect()
    }

    /// Waits until the record satisfies a condition.
    #[track_caller]
    pub fn until(&self, what: &'static str, reached: impl Fn(&Record) -> bool) -> impl Future<Output = Duration> {
        let (record, started) = (self.clone(), Instant::now());
        let caller = std::panic::Location::caller();
        async move {
            while !reached(&record.record()) {
                assert!(
                    started.elapsed() < Duration::from_secs(60),
                    "{caller}: waited for {what}; events {:?}, quarantine {:?}, modes {:?}",
                    record.record().events,
                    record.record().quarantine.iter().map(|poison| &poison.error).collect::<Vec<_>>(),
                    record.record().modes.last(),
                );
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            started.elapsed()
        }
    }
}

#[async_trait]
impl IntakeDoor for Recorder {
    async fn accept(&self, _: ChannelId, events: Vec<Event>, cursors: Vec<Cursor>) -> Result<Receipt, ChannelError> {
        let mut record = self.record();
        if record.refuse > 0 {
            record.refuse -= 1;
            return Err(ChannelError::Intake("refused by the test".into()));
        }
        record.events.extend(events);
        for Cursor { name, value } in cursors {
            record.cursors.insert(name, value);
        }
        Ok(Receipt::default())
    }
    async fn cursor(&self, _: ChannelId, name: &str) -> Result<Option<String>, ChannelError> {
        Ok(self.record().cursors.get(name).cloned())
    }
    async fn quarantine(&self, _: ChannelId, poison: Poison) -> Result<(), ChannelError> {
        self.record().quarantine.push(poison);
        Ok(())
    }
    async fn alive(&self, _: ChannelId, sign: SignOfLife) -> Result<(), ChannelError> {
        self.record().modes.extend(sign.mode.map(|mode| mode.en));
        Ok(())
    }
}

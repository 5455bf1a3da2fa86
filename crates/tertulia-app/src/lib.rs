//! Use cases: authorise, load, decide (pure), save with the outbox, in one transaction.
//!
//! **Never here:** HTTP types, SQL text, a network's protocol.
//!
//! Start with [`App`]: everything a use case needs. A post's way through the house is `intake` → [`listening`] → [`understanding`] → rules →
//! [`cases`] → [`offers`] → [`answers`] → [`answers::outbox`]. [`channel`] says what a network must offer, [`lines`] runs
//! what is connected.

mod actor;
pub mod answers;
pub mod audit;
pub mod canned;
pub mod cases;
pub mod channel;
pub mod channels;
mod error;
pub mod files;
mod intake;
pub mod lines;
pub mod listening;
pub mod lists;
pub mod live;
pub mod metrics;
pub mod monitors;
pub mod notices;
pub mod offers;
pub mod page;
pub mod people;
pub mod posts;
pub mod push;
pub mod query;
pub mod rules;
pub mod sample;
pub mod secret;
pub mod services;
pub mod settings;
pub mod staff;
pub mod system;
pub mod told;
pub mod understanding;
mod validate;
pub mod view;
pub mod webchat;

pub use actor::Actor;
pub use error::{AppError, FieldError, Kind};
pub use validate::Wrong;

use channel::Network;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tertulia_kernel::{Clock, Entropy, Timestamp};
use tertulia_store::Store;

/// What use cases return.
pub type Result<T> = std::result::Result<T, AppError>;

/// Everything a use case needs; one per process, cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// Present time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Live updates to consoles.
    pub live: live::Bus,
    /// Kinds of channel, by key.
    pub networks: Networks,
    /// Channels that run.
    pub lines: lines::Lines,
    /// Who looks at which case.
    pub board: cases::presence::Board,
    /// Wakes the outbox.
    pub outbox_wake: Arc<tokio::sync::Notify>,
    /// Wakes the passes over history.
    pub history_wake: Arc<tokio::sync::Notify>,
    /// Wakes the training of heads.
    pub training_wake: Arc<tokio::sync::Notify>,
    /// Seals channel secrets.
    pub sealer: Arc<secret::Sealer>,
    /// Counters for `/metrics`.
    pub metrics: metrics::Metrics,
    /// Where the program may keep files: those to replay lie in `replay/` of it.
    pub folder: Option<PathBuf>,
    listening_cache: listening::Cache,
    head_cache: understanding::learning::head::Cache,
    newest_id: Arc<Mutex<u128>>,
}

impl App {
    /// An app on an open store, with the system's clock and randomness.
    pub fn new(store: Store, sealer: secret::Sealer, networks: Networks) -> Self {
        Self {
            store,
            clock: Arc::new(system::SystemClock),
            entropy: Arc::new(system::SystemEntropy::default()),
            live: live::Bus::default(),
            networks,
            lines: lines::Lines::default(),
            board: cases::presence::Board::default(),
            outbox_wake: Arc::default(),
            history_wake: Arc::default(),
            training_wake: Arc::default(),
            sealer: Arc::new(sealer),
            metrics: metrics::Metrics::default(),
            folder: None,
            listening_cache: listening::Cache::default(),
            head_cache: understanding::learning::head::Cache::default(),
            newest_id: Arc::default(),
        }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7, later in order than every one this process made before, even within a millisecond.
    pub fn new_id(&self) -> uuid::Uuid {
        let made = tertulia_kernel::id::new_uuid(self.now(), self.entropy.as_ref()).as_u128();
        let mut newest = self.newest_id.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = made.max(*newest + 1);
        uuid::Uuid::from_u128(*newest)
    }

    /// Asks the database for a sign of life.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.store.read().await?.ping().await?)
    }
}

/// The kinds of channel this program knows.
#[derive(Clone, Default)]
pub struct Networks(Arc<BTreeMap<&'static str, Arc<dyn Network>>>);

impl Networks {
    /// From a list; a later one replaces an earlier one of the same kind.
    pub fn new(networks: Vec<Arc<dyn Network>>) -> Self {
        Self(Arc::new(networks.into_iter().map(|network| (network.kind(), network)).collect()))
    }

    /// The network of a kind.
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Network>> {
        self.0.get(kind)
    }

    /// All, in order of their key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Network>> {
        self.0.values()
    }
}

//! Use cases: authorise, load, decide (pure), save with the outbox, in one transaction.
//!
//! **Never here:** HTTP types, SQL text, a network's protocol.
//!
//! Start with [`App`]: everything a use case needs. [`channel`] says what a network must offer.

mod actor;
pub mod channel;
mod error;
pub mod live;
pub mod secret;

pub use actor::Actor;
pub use error::{AppError, FieldError, Kind};

use channel::Network;
use std::{collections::BTreeMap, sync::Arc};
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
    /// Seals channel secrets.
    pub sealer: Arc<secret::Sealer>,
}

impl App {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
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

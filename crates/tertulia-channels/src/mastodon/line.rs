//! What an account's source and sink share: the client, and what the server told about itself.

use super::{
    client::{CallError, Client},
    server::{self, Server},
    settings::Settings,
};
use std::sync::{Arc, PoisonError, RwLock};
use tertulia_app::channel::ChannelError;
use tertulia_kernel::caps::Caps;

/// An account's line to its server.
pub struct Line {
    /// For calls.
    pub client: Arc<Client>,
    /// As configured.
    pub settings: Settings,
    server: RwLock<Option<Arc<Server>>>,
}

impl Line {
    /// Prepares the line; nothing is sent.
    pub fn new(settings: Settings) -> Result<Self, ChannelError> {
        Ok(Self { client: Arc::new(Client::new(&settings)?), settings, server: RwLock::new(None) })
    }

    /// The server as known, asked now if it was not yet.
    pub async fn server(&self) -> Result<Arc<Server>, CallError> {
        let known = self.server.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(server) => Ok(server),
            None => self.ask().await,
        }
    }

    /// The server asked again.
    pub async fn ask(&self) -> Result<Arc<Server>, CallError> {
        let server = Arc::new(server::discover(&self.client).await?);
        *self.server.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&server));
        Ok(server)
    }

    /// What the account can do: as its server told, or the usual.
    pub fn caps(&self) -> Caps {
        let known = self.server.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map_or_else(server::usual_caps, |server| server.caps.clone())
    }
}

//! What handlers share.

use crate::limit::Limits;
use axum::extract::FromRef;
use tertulia_app::App;
use tokio_util::sync::CancellationToken;

/// State of the server; cheap to clone.
#[derive(Clone)]
pub struct HttpState {
    /// The use cases.
    pub app: App,
    /// How this server is reached.
    pub options: Options,
    /// Cancelled when the server stops: endless answers (live updates) end then.
    pub closing: CancellationToken,
    /// What strangers may ask for.
    pub limits: Limits,
}

impl HttpState {
    /// State of one server.
    pub fn new(app: App, options: Options) -> Self {
        Self { app, options, closing: CancellationToken::new(), limits: Limits::default() }
    }
}

/// How the server is reached.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The session cookie is sent over HTTPS only. Off only where the console is opened over plain HTTP (loopback).
    pub secure_cookies: bool,
    /// Take the client's address from `X-Forwarded-For` (its last entry): only behind a proxy that sets it.
    pub behind_proxy: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { secure_cookies: true, behind_proxy: false }
    }
}

impl FromRef<HttpState> for App {
    fn from_ref(state: &HttpState) -> Self {
        state.app.clone()
    }
}

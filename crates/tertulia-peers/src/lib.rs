//! Foreign programs the tests talk to, each a real one.
//!
//! A *peer* is somebody else's software: two Fediverse servers that federate with each other, a server with the whole
//! Mastodon API, a pair of mail servers, PostgreSQL. Tests drive it as its own people would (through its API, by SMTP) and
//! read our answers back from it, never from our own database.
//!
//! Rules of the house:
//! - every peer lives in its own temporary folder and listens on loopback only, on ports that were free a moment ago;
//! - a peer answers before its `start` returns, and is gone, with its folder, when its value is dropped **or when the test
//!   process dies in any way** ([`process`] explains how);
//! - a missing peer fails the test with the command that installs it. It is never skipped.
//!
//! Start reading at [`snac`] (the shortest peer), then [`process`].
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! let fediverse = tertulia_peers::snac::Fediverse::start().await?;
//! let support = fediverse.alpha.person("soporte").await?;
//! let customer = fediverse.beta.person("marta").await?;
//! customer.post(&format!("@{} my parcel is lost", support.handle)).await?;
//! support.wait_for_notification("mention", "parcel is lost").await?;
//! # Ok(()) }
//! ```

pub mod host_proxy;
pub mod install;
pub mod mail;
pub mod mastodon_api;
pub mod mastodon_mock;
pub mod postgres;
pub mod process;
pub mod snac;

use std::future::Future;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Asks again every 50 ms until there is an answer; fails, naming `what`, when `limit` has passed.
///
/// # Errors
/// The probe's own error at once, or "did not happen" after `limit`.
pub async fn eventually<T, F, Fut>(what: &str, limit: Duration, mut probe: F) -> anyhow::Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = anyhow::Result<Option<T>>>,
{
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = probe().await? {
            return Ok(answer);
        }
        anyhow::ensure!(Instant::now() < deadline, "did not happen within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// An HTTP client without connection reuse: some peers close idle connections without saying so.
pub(crate) fn http() -> reqwest::Client {
    static PROVIDER: OnceLock<()> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        // Another part of the same test process may have chosen the provider already; either is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client without TLS material of its own always builds")
}

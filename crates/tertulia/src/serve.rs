//! `tertulia serve`: the server, until SIGTERM or ctrl-c.

use crate::{config::Config, data, say};
use anyhow::Context;
use std::time::Duration;
use tertulia_app::{sample, services, staff::setup};
use tertulia_http::{HttpState, Options};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// How long services may take to end.
const LAST_WORK: Duration = Duration::from_secs(10);

/// Runs the server.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let _in_use = data::lock(config)?;
    let app = data::open_app(config).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("{} {}", say::either("al atender en", "serving on"), config.listen))?;
    let base = config.base_url(listener.local_addr()?);
    if let Some(path) = setup::first_link(&app).await? {
        let words = say::either(
            "Crea la cuenta de administración con este enlace de un solo uso",
            "Create the administrator with this one-time link",
        );
        say::line(&format!("{words}:\n  {base}{path}"));
    }
    if !config.listen.ip().is_loopback() && !config.public_url.starts_with("https:") {
        tracing::warn!("serving beyond this machine without https in public_url: passwords travel in the clear unless a proxy adds TLS");
    }

    let options = Options { secure_cookies: config.cookies_are_secure(), behind_proxy: config.behind_proxy };
    let state = HttpState::new(app.clone(), options);
    if let Err(error) = sample::prepare(&app).await {
        tracing::warn!(?error, "the sample company's day can't be played");
    }
    let stopping = CancellationToken::new();
    let services = services::start(app.clone(), stopping.clone());
    let closing = state.closing.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping");
        closing.cancel();
    });

    say::line(&format!("Tertulia: {base}"));
    tracing::info!(address = %listener.local_addr()?, database = app.store.dialect().name(), "serving");
    tertulia_http::serve(listener, state).await?;
    // Services end after the last answer, so that what it began is carried on.
    stopping.cancel();
    if tokio::time::timeout(LAST_WORK, services.wait()).await.is_err() {
        tracing::warn!("some services did not end in time");
    }
    app.store.close().await;
    Ok(())
}

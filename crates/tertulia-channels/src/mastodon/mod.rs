//! Mastodon and every server that speaks its API: Pleroma, GoToSocial, Friendica, snac and others.
//!
//! The client is our own and tolerant: strict ones fail on servers that leave fields out. It uses no feature a server may
//! lack without another way: streams where they are offered, polling where not; `Link` headers or the last id;
//! `Idempotency-Key`, and a look at our own posts before anything is sent twice.
//!
//! - what a person configures: [`settings`]; what the server tells about itself: [`server`];
//! - in: [`source`] drives [`feed`]s (lists) and [`stream`]s, knows how far it read ([`place`]) and what is news
//!   ([`watch`]); [`status`] and [`markup`] turn what comes into posts;
//! - out: [`sink`] posts, [`reconcile`] looks whether an uncertain answer arrived; [`text`] is what both compare.
//!
//! **Never here:** following links of posts. Files and pages of others are fetched elsewhere, guarded; this module talks to
//! the one server an administrator chose.

mod client;
mod feed;
mod ids;
mod line;
mod markup;
mod place;
mod reconcile;
mod server;
mod settings;
mod sink;
mod source;
mod status;
mod stream;
mod text;
mod watch;

use async_trait::async_trait;
use line::Line;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tertulia_app::channel::{
    Account, Bilingual, ChannelError, CheckReport, Connection, Kept, Network, SettingField, SettingsError, Unread,
};
use tertulia_kernel::{caps::Caps, event::Event};

/// The network of Mastodon-compatible servers; one account of it is one channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mastodon;

#[async_trait]
impl Network for Mastodon {
    fn kind(&self) -> &'static str {
        "mastodon"
    }

    fn fields(&self) -> Vec<SettingField> {
        settings::fields()
    }

    fn caps(&self) -> Caps {
        server::usual_caps()
    }

    fn validate(&self, settings: &Value) -> Result<(), SettingsError> {
        settings::read(settings).map(|_| ())
    }

    async fn check(&self, account: &Account) -> Result<CheckReport, ChannelError> {
        let line = Line::new(settings::read(&account.settings)?)?;
        let server = line.ask().await.map_err(client::CallError::into_channel_error)?;
        let mut findings =
            vec![Bilingual::new(format!("Sesión iniciada como @{}", server.me.handle), format!("Signed in as @{}", server.me.handle))];
        if !server.version.is_empty() {
            findings
                .push(Bilingual::new(format!("Versión del servidor: {}", server.version), format!("Server version: {}", server.version)));
        }
        findings.push(Bilingual::new(
            format!("Hasta {} caracteres por publicación", server.max_post),
            format!("Up to {} characters a post", server.max_post),
        ));
        findings.push(if streams(&line, &server).await {
            Bilingual::new("El servidor avisa al instante", "The server tells at once")
        } else {
            Bilingual::new(
                format!("El servidor no avisa: se consulta cada {} s", line.settings.poll_seconds),
                format!("The server does not tell: it is asked every {} s", line.settings.poll_seconds),
            )
        });
        Ok(CheckReport { account: Some(format!("@{}", server.me.handle)), findings })
    }

    fn open(&self, account: Account) -> Result<Connection, ChannelError> {
        let line = Arc::new(Line::new(settings::read(&account.settings)?)?);
        Ok(Connection {
            source: Some(Box::new(source::MastodonSource::new(Arc::clone(&line)))),
            sink: Some(Arc::new(sink::MastodonSink::new(line))),
        })
    }

    async fn read(&self, account: &Account, kept: &Kept) -> Result<Vec<Event>, Unread> {
        source::read_kept(&Line::new(settings::read(&account.settings)?)?, kept).await
    }
}

/// Whether the account's stream can be opened.
async fn streams(line: &Line, server: &server::Server) -> bool {
    let (sender, mut events) = tokio::sync::mpsc::channel(8);
    let places = [line.client.base(), &server.streaming].into_iter().filter_map(|base| base.join("api/v1/streaming/user").ok()).collect();
    let open = tokio::spawn(stream::keep_open(Arc::clone(&line.client), 0, places, sender));
    let first = tokio::time::timeout(Duration::from_secs(8), async {
        loop {
            match events.recv().await {
                Some(stream::Live::Up(_)) => return true,
                Some(stream::Live::Down(_) | stream::Live::NotOffered(_)) | None => return false,
                Some(_) => {}
            }
        }
    });
    let offered = first.await.unwrap_or(false);
    open.abort();
    offered
}

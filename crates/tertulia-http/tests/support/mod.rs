//! A server with channels that need nobody else's program.

use serde_json::Value;
use std::sync::Arc;
use tertulia_app::{Networks, channel::Network};
use tertulia_channels::{push::Push, webchat::WebChat};
use tertulia_kernel::ChannelId;
use tertulia_store::channel::ChannelRow;
use tertulia_testkit::{Database, Setup, TestApp, VirtualClock};

/// Starts it; with a clock that stands still when asked.
#[allow(dead_code, reason = "not every test file needs both")]
pub async fn start(clock: Option<VirtualClock>) -> TestApp {
    start_with(clock, Vec::new()).await
}

/// Starts it with more kinds of channel.
pub async fn start_with(clock: Option<VirtualClock>, more: Vec<Arc<dyn Network>>) -> TestApp {
    let mut networks: Vec<Arc<dyn Network>> = vec![Arc::new(WebChat), Arc::new(Push)];
    networks.extend(more);
    let setup = Setup { networks: Some(Networks::new(networks)), clock, ..Setup::on(Database::Sqlite) };
    setup.start().await.expect("the server starts")
}

/// Connects a channel and returns its number.
pub async fn connect(test: &TestApp, kind: &str, name: &str, settings: Value) -> i64 {
    let app = &test.app;
    let mut tx = app.store.begin().await.expect("a transaction");
    let number = tx.take_numbers("channel", 1).await.expect("a number");
    let now = app.now();
    let row = ChannelRow {
        id: ChannelId::new(now, &*app.entropy).0,
        number,
        kind: kind.into(),
        shows_as: kind.into(),
        name: name.into(),
        account: None,
        enabled: true,
        window_days: 0,
        settings: settings.to_string(),
        secrets: None,
        sample: false,
        created_at: now.as_micros(),
        updated_at: now.as_micros(),
    };
    tx.insert_channel(&row).await.expect("inserted");
    tx.commit().await.expect("committed");
    app.channels_changed();
    number
}

//! `tertulia bench`: measures the flow on this machine and prints one JSON object. It fills a database of its own:
//! never point it at one that is in use.

mod history;
mod intake;
mod read;
mod workload;

use clap::Subcommand;
use std::{path::PathBuf, sync::Arc};
use tertulia_app::{App, Networks, secret::Sealer, staff::setup};
use tertulia_channels::push::Push;
use tertulia_store::{Store, channel::ChannelRow};
use uuid::Uuid;

/// What to measure.
#[derive(Subcommand)]
pub enum BenchCommand {
    /// Posts per second through the whole flow: matched, related, decided, stored, indexed.
    Intake(intake::IntakeArgs),
    /// A new monitor applied to stored posts: its first page, the whole, and what intake feels of it.
    History(history::HistoryArgs),
    /// The inbox's first page and search over many cases and posts.
    Read(read::ReadArgs),
}

/// Runs a measurement.
pub async fn run(command: BenchCommand) -> anyhow::Result<()> {
    match command {
        BenchCommand::Intake(args) => intake::run(args).await,
        BenchCommand::History(args) => history::run(args).await,
        BenchCommand::Read(args) => read::run(args).await,
    }
}

/// A database for the measurement: the one at `url`, or a fresh SQLite file in `folder`.
async fn open(url: Option<&str>, folder: &PathBuf) -> anyhow::Result<App> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join("bench.db");
    let url = url.map_or_else(|| format!("sqlite://{}", file.display()), str::to_owned);
    let store = Store::open(&url).await?;
    let app = App::new(store, Sealer::new([1; 32]), Networks::new(vec![Arc::new(Push)]));
    setup::prepare(&app).await?;
    Ok(app)
}

/// A push channel; `addressed` keeps every post.
async fn channel(app: &App, name: &str) -> anyhow::Result<Uuid> {
    if let Some(known) = app.store.read().await?.channel_by_name(name).await? {
        return Ok(known.id);
    }
    let mut tx = app.store.begin().await?;
    let now = app.now().as_micros();
    let row = ChannelRow {
        id: app.new_id(),
        number: tx.take_numbers("channel", 1).await?,
        kind: "push".into(),
        shows_as: "push".into(),
        name: name.into(),
        account: None,
        enabled: true,
        window_days: 0,
        settings: "{}".into(),
        secrets: None,
        sample: false,
        created_at: now,
        updated_at: now,
    };
    tx.insert_channel(&row).await?;
    tx.commit().await?;
    Ok(row.id)
}

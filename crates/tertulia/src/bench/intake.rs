//! Posts per second through the whole flow.

use super::workload::Workload;
use crate::say;
use clap::Args;
use serde_json::json;
use std::{path::PathBuf, time::Instant};
use tertulia_kernel::event::Event;
use tertulia_store::monitor::MonitorRow;

/// Options.
#[derive(Args)]
pub struct IntakeArgs {
    /// An empty PostgreSQL database to fill; without it a fresh SQLite file is used.
    #[arg(long)]
    postgres: Option<String>,
    /// Folder for the SQLite file.
    #[arg(long, default_value = "bench-data")]
    folder: PathBuf,
    /// Monitors.
    #[arg(long, default_value_t = 1_000)]
    monitors: usize,
    /// Posts.
    #[arg(long, default_value_t = 50_000)]
    posts: usize,
    /// Posts per batch, as a busy source hands them over.
    #[arg(long, default_value_t = 250)]
    batch: usize,
    /// Every post is addressed to the company: all are kept and open or extend a case. Otherwise only those a monitor
    /// matches are.
    #[arg(long)]
    addressed: bool,
}

pub async fn run(args: IntakeArgs) -> anyhow::Result<()> {
    let app = super::open(args.postgres.as_deref(), &args.folder).await?;
    let mut workload = Workload::new(7);
    let channel = super::channel(&app, "bench").await?;
    let mut tx = app.store.begin().await?;
    let first = tx.take_numbers("monitor", args.monitors as i64).await?;
    for number in 0..args.monitors {
        let row = MonitorRow {
            id: app.new_id(),
            number: first + number as i64,
            name: format!("bench {}", first + number as i64),
            query: workload.query(),
            enabled: true,
            sample: false,
            created_at: 0,
            updated_at: 0,
            ..MonitorRow::default()
        };
        tx.insert_monitor(&row).await?;
    }
    app.touch_listening(&mut tx, &tertulia_app::listening::Changed::Everything).await?;
    tx.commit().await?;

    let now = app.now();
    let people = (args.posts / 5).max(1);
    let events: Vec<Event> = (0..args.posts).map(|n| Event::Post(Box::new(workload.post(n, people, args.addressed, now)))).collect();
    let mut batches: Vec<Vec<Event>> = events.chunks(args.batch).map(<[Event]>::to_vec).collect();
    // The first batch compiles the monitors and warms the caches.
    let warm = batches.remove(0);
    app.accept(channel.into(), warm, Vec::new()).await?;
    let (mut stored, mut slowest, mut posts) = (0, 0.0f64, 0);
    let began = Instant::now();
    for batch in batches {
        let count = batch.len();
        let one = Instant::now();
        let receipt = app.accept(channel.into(), batch, Vec::new()).await?;
        slowest = slowest.max(one.elapsed().as_secs_f64());
        stored += receipt.stored;
        posts += count;
    }
    let seconds = began.elapsed().as_secs_f64();
    say::line(
        &json!({
            "bench": "intake", "database": app.store.dialect().name(), "monitors": args.monitors, "posts": posts, "batch": args.batch,
            "addressed": args.addressed, "stored": stored, "seconds": seconds, "posts_per_second": (posts as f64 / seconds).round(),
            "slowest_batch_seconds": slowest,
        })
        .to_string(),
    );
    Ok(())
}

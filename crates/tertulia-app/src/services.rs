//! What runs beside the requests, from [`start`] until cancelled.

use crate::{
    App, Result,
    answers::outbox,
    lines,
    monitors::history,
    offers,
    staff::housekeeping,
    understanding::{behind, learning::train},
};
use std::time::Duration;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Pause between two rounds of housekeeping.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60);
/// Posts removed in one transaction of housekeeping, so that intake never waits long.
const EXPIRED_AT_ONCE: i64 = 500;

/// Starts everything that runs by itself. Cancel, then wait on the tracker, to stop.
pub fn start(app: App, cancelled: CancellationToken) -> TaskTracker {
    let services = TaskTracker::new();
    services.spawn(lines::run(app.clone(), cancelled.clone()));
    services.spawn(outbox::run(app.clone(), cancelled.clone()));
    services.spawn(offers::run(app.clone(), cancelled.clone()));
    services.spawn(history::run(app.clone(), cancelled.clone()));
    services.spawn(train::run(app.clone(), cancelled.clone()));
    services.spawn(behind::run(app.clone(), cancelled.clone()));
    services.spawn(keep_house(app, cancelled));
    services.close();
    services
}

async fn keep_house(app: App, cancelled: CancellationToken) {
    loop {
        if let Err(error) = one_round(&app).await {
            tracing::warn!(?error, "housekeeping failed; it will be tried again");
        }
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = tokio::time::sleep(HOUSEKEEPING_EVERY) => {}
        }
    }
}

/// Ends sessions, removes posts and raw events kept for a while.
async fn one_round(app: &App) -> Result<()> {
    housekeeping::run(app).await?;
    loop {
        let mut tx = app.store.begin().await?;
        let removed = tx.expire(app.now().as_micros(), EXPIRED_AT_ONCE).await?;
        tx.commit().await?;
        if removed < EXPIRED_AT_ONCE.unsigned_abs() {
            return Ok(());
        }
    }
}

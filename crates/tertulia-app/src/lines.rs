//! The running channels: starts each enabled channel's source and sink, starts a source again after an error with
//! growing pauses, and starts over when a channel's settings change.

use crate::{
    App, Result,
    channel::{Account, ChannelError, Intake, Sink, Source},
    live::{Audience, News},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tertulia_kernel::ChannelId;
use tertulia_store::channel::ChannelRow;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// First pause after an error.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause after errors.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What runs, as the rest of the app sees it. Cheap to clone.
#[derive(Clone)]
pub struct Lines {
    sinks: Arc<RwLock<HashMap<ChannelId, Arc<dyn Sink>>>>,
    changed: watch::Sender<u64>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { sinks: Arc::default(), changed: watch::channel(0).0 }
    }
}

impl Lines {
    /// The sink of a running channel.
    pub fn sink(&self, channel: ChannelId) -> Option<Arc<dyn Sink>> {
        self.sinks.read().unwrap_or_else(PoisonError::into_inner).get(&channel).cloned()
    }

    fn set_sink(&self, channel: ChannelId, sink: Option<Arc<dyn Sink>>) {
        let mut sinks = self.sinks.write().unwrap_or_else(PoisonError::into_inner);
        match sink {
            Some(sink) => drop(sinks.insert(channel, sink)),
            None => drop(sinks.remove(&channel)),
        }
    }
}

/// A channel that runs.
struct Running {
    row: ChannelRow,
    cancelled: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl App {
    /// Tells the supervisor that channels changed.
    pub fn channels_changed(&self) {
        self.lines.changed.send_modify(|version| *version += 1);
    }

    /// The settings of a channel with its secrets opened.
    pub fn open_account(&self, row: &ChannelRow) -> std::result::Result<Account, ChannelError> {
        let mut settings: serde_json::Value =
            serde_json::from_str(&row.settings).map_err(|error| ChannelError::Passing(error.to_string()))?;
        if let Some(sealed) = &row.secrets {
            let opened =
                self.sealer.open(&secret_purpose(row.id.into()), sealed).map_err(|error| ChannelError::Refused(error.to_string()))?;
            let secrets: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&opened).map_err(|error| ChannelError::Passing(error.to_string()))?;
            if let Some(object) = settings.as_object_mut() {
                object.extend(secrets);
            }
        }
        Ok(Account { id: row.id.into(), name: row.name.clone(), settings })
    }
}

/// What a channel's secrets are sealed for.
pub fn secret_purpose(channel: ChannelId) -> String {
    format!("channel {channel}")
}

/// Runs all channels until cancelled.
pub async fn run(app: App, cancelled: CancellationToken) {
    let mut changed = app.lines.changed.subscribe();
    let mut running: HashMap<ChannelId, Running> = HashMap::new();
    loop {
        if let Err(error) = reconcile(&app, &mut running).await {
            tracing::error!(error = &error as &dyn std::error::Error, "channels could not be read");
        }
        tokio::select! {
            () = cancelled.cancelled() => break,
            _ = changed.changed() => {}
            // Another process (the command line, another node) may have changed them.
            () = tokio::time::sleep(Duration::from_secs(15)) => {}
        }
    }
    for one in running.values() {
        one.cancelled.cancel();
    }
    for (id, one) in running {
        stop(&app, id, one).await;
    }
}

/// Makes what runs equal to what should run.
async fn reconcile(app: &App, running: &mut HashMap<ChannelId, Running>) -> Result<()> {
    let rows = app.store.read().await?.channels().await?;
    let outdated: Vec<ChannelId> = running
        .iter()
        .filter(|(id, one)| !rows.iter().any(|row| row.id == id.0 && row.enabled && row.updated_at == one.row.updated_at))
        .map(|(id, _)| *id)
        .collect();
    // All are told before any is waited for.
    for one in outdated.iter().filter_map(|id| running.get(id)) {
        one.cancelled.cancel();
    }
    for id in outdated {
        if let Some(one) = running.remove(&id) {
            stop(app, id, one).await;
        }
    }
    for row in rows.into_iter().filter(|row| row.enabled) {
        let id = ChannelId::from(row.id);
        if let Entry::Vacant(place) = running.entry(id) {
            place.insert(start(app, row).await?);
        }
    }
    Ok(())
}

async fn stop(app: &App, id: ChannelId, one: Running) {
    one.cancelled.cancel();
    app.lines.set_sink(id, None);
    if let Some(mut task) = one.task
        && tokio::time::timeout(Duration::from_secs(5), &mut task).await.is_err()
    {
        task.abort();
    }
}

async fn start(app: &App, row: ChannelRow) -> Result<Running> {
    let id = ChannelId::from(row.id);
    let cancelled = CancellationToken::new();
    let opened = match app.networks.get(&row.kind) {
        None => Err(ChannelError::Passing(format!("this program knows no channels of kind '{}'", row.kind))),
        Some(network) => app.open_account(&row).and_then(|account| network.open(account)),
    };
    let task = match opened {
        Err(error) => {
            note_error(app, id, &error).await;
            None
        }
        Ok(connection) => {
            app.lines.set_sink(id, connection.sink);
            connection.source.map(|source| tokio::spawn(keep_running(app.clone(), id, source, cancelled.clone())))
        }
    };
    Ok(Running { row, cancelled, task })
}

/// Runs a source for ever: an error is shown, waited for, and it starts again from its saved place.
async fn keep_running(app: App, id: ChannelId, source: Box<dyn Source>, cancelled: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    while !cancelled.is_cancelled() {
        let began = tokio::time::Instant::now();
        let intake = Intake::new(id, Arc::new(app.clone()));
        let ended = source.run(intake, cancelled.clone()).await;
        if began.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        let wait = match &ended {
            // A source that ends by itself has nothing more to bring (a replay).
            Ok(()) => return,
            // Stopped under its hands: whoever stops, starts or removes the channel starts it anew when it should run.
            Err(ChannelError::Stopped) => return,
            Err(ChannelError::Wait { seconds, .. }) => Duration::from_secs((*seconds).clamp(1, 3_600)),
            Err(ChannelError::Refused(_) | ChannelError::Settings(_)) => LONGEST_PAUSE,
            Err(ChannelError::Passing(_) | ChannelError::Intake(_)) => pause,
        };
        if let Err(error) = ended {
            note_error(&app, id, &error).await;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn note_error(app: &App, id: ChannelId, error: &ChannelError) {
    tracing::warn!(channel = %id, %error, "channel");
    let save = async {
        let mut tx = app.store.begin().await?;
        tx.note_error(id.0, app.now().as_micros(), &error.told().clipped(2_000).stored()).await?;
        tx.commit().await
    };
    if let Err(error) = save.await {
        tracing::error!(channel = %id, error = &error as &dyn std::error::Error, "the channel's error could not be saved");
    }
    app.live.tell(Audience::Everybody, News::Channel { channel_id: id });
}

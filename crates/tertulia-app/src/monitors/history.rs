//! Applying a monitor to the posts that are stored already: queued when a monitor is saved, done in the background.
//!
//! The database offers candidates by their words, newest first, and the monitor's own matcher has the last word, so the
//! set of matches is the one the stream would have given. Matches of an earlier query that this one does not give are
//! taken off on the way. No cases are opened: what is decided is written on the post as a step.
//!
//! What makes it safe beside intake and across a kill:
//!
//! - each batch is one short transaction that writes matches, steps and the pass's place together, so a pass goes on
//!   where it was, and doing a batch again changes nothing;
//! - a post is decided on as it stands when its row is held, so an edit that came meanwhile is not undone;
//! - intake that matched with the monitors of before has ended when a save is committed ([`Tx::share_listening`]), so
//!   nothing falls between the stream and the pass;
//! - a pass works a moment at a time and then lets the one that waited longest go on: a long pass keeps no other from
//!   its first page.
//!
//! [`Tx::share_listening`]: tertulia_store::Tx::share_listening

use crate::{
    Actor, App, AppError, Result,
    audit::{self, Object},
    lists,
    live::{Audience, News},
    posts::by_id,
    query::Query,
    view,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};
use tertulia_kernel::MonitorId;
use tertulia_policy::Permission;
use tertulia_store::{
    Conn, StoreError, Tx,
    channel::ChannelRow,
    history::{HistoryRow, NewMatch},
    job::JobRow,
    monitor::MonitorRow,
    post::{PostRow, StepRow},
    search::PostFilter,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Jobs of this kind are passes over history.
const KIND: &str = "monitor.history";
/// How long a claim lasts without a sign of life.
const LEASE_SECONDS: i64 = 15;
/// How long a pass works before others have their turn.
const SLICE: Duration = Duration::from_millis(250);
/// Candidates read at first: few, so that the first page is there at once.
const FIRST_READ: i64 = 200;
/// Candidates read at once.
const READ: i64 = 2_000;
/// Candidates decided on in one transaction, so that intake never waits long.
const WRITTEN: usize = 500;
/// Pause after an error.
const PAUSE_SECONDS: i64 = 10;
/// How often to look when nobody wakes it.
const LOOK: Duration = Duration::from_secs(1);

/// What a pass is about.
#[derive(Serialize, Deserialize)]
struct Payload {
    monitor_id: Uuid,
}

fn key(monitor: Uuid) -> String {
    format!("{KIND}:{monitor}")
}

/// How far a monitor's last pass came.
pub async fn show(app: &App, _: &Actor, id: MonitorId) -> Result<HistoryRow> {
    let mut conn = app.store.read().await?;
    conn.monitor(id.0).await?;
    conn.history(id.0).await?.ok_or_else(AppError::not_found)
}

/// Applies a monitor to history once more; one that is at it goes on.
pub async fn apply(app: &App, actor: &Actor, id: MonitorId) -> Result<HistoryRow> {
    actor.must(Permission::EditMonitors)?;
    let mut tx = app.store.begin().await?;
    let row = tx.lock_monitor(id.0).await?;
    if !row.enabled {
        return Err(AppError::conflict("monitor_off", "this monitor does not listen; switch it on first"));
    }
    if let Some(under_way) = tx.history(id.0).await?.filter(is_under_way) {
        return Ok(under_way);
    }
    let history = queue(app, &mut tx, &row).await?;
    audit::record(app, &mut tx, Some(actor), "monitor.history_applied", Object::new("monitor", id), json!({ "name": row.name })).await?;
    tx.commit().await?;
    app.history_wake.notify_one();
    tell(app, &history);
    Ok(history)
}

/// Stops a pass; what it found stays. One that has ended stays as it ended.
pub async fn cancel(app: &App, actor: &Actor, id: MonitorId) -> Result<HistoryRow> {
    actor.must(Permission::EditMonitors)?;
    let mut tx = app.store.begin().await?;
    let row = tx.lock_monitor(id.0).await?;
    let before = tx.history(id.0).await?.ok_or_else(AppError::not_found)?;
    if !is_under_way(&before) {
        return Ok(before);
    }
    let history = stop(app, &mut tx, id.0).await?.unwrap_or(before);
    let detail = json!({ "name": row.name, "looked_at": history.looked_at, "total": history.total });
    audit::record(app, &mut tx, Some(actor), "monitor.history_cancelled", Object::new("monitor", id), detail).await?;
    tx.commit().await?;
    tell(app, &history);
    Ok(history)
}

fn is_under_way(history: &HistoryRow) -> bool {
    matches!(history.state.as_str(), "queued" | "running")
}

/// Queues a pass from the newest post on, in the transaction of what makes it necessary. One under way begins anew.
pub(crate) async fn queue(app: &App, tx: &mut Tx, monitor: &MonitorRow) -> Result<HistoryRow> {
    let now = app.now().as_micros();
    let payload = json!({ "monitor_id": monitor.id }).to_string();
    let job = JobRow {
        id: app.new_id(),
        kind: KIND.into(),
        payload,
        unique_key: Some(key(monitor.id)),
        due_at: now,
        attempts: 0,
        last_error: None,
    };
    tx.queue_job(&job).await?;
    let history = HistoryRow {
        monitor_id: monitor.id,
        version: monitor.version,
        state: "queued".into(),
        place: i64::MAX,
        looked_at: 0,
        total: None,
        matched: 0,
        added: 0,
        removed: 0,
        reached_at: None,
        started_at: now,
        finished_at: None,
        error: None,
    };
    tx.save_history(&history).await?;
    Ok(history)
}

/// Ends a pass that is under way, in the transaction of what makes it needless.
pub(super) async fn stop(app: &App, tx: &mut Tx, monitor: Uuid) -> Result<Option<HistoryRow>> {
    tx.remove_job(&key(monitor)).await?;
    let Some(history) = tx.history(monitor).await?.filter(is_under_way) else { return Ok(None) };
    let history = HistoryRow { state: "cancelled".into(), finished_at: Some(app.now().as_micros()), ..history };
    tx.save_history(&history).await?;
    Ok(Some(history))
}

fn tell(app: &App, history: &HistoryRow) {
    app.live.tell(
        Audience::Everybody,
        News::History {
            monitor_id: history.monitor_id.into(),
            state: history.state.clone(),
            looked_at: history.looked_at,
            total: history.total,
            matched: history.matched,
        },
    );
}

/// Works on passes until cancelled.
pub async fn run(app: App, cancelled: CancellationToken) {
    while !cancelled.is_cancelled() {
        let worked = work_once(&app).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "passes over history");
            false
        });
        if !worked {
            tokio::select! {
                () = cancelled.cancelled() => break,
                () = app.history_wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

/// Works for a moment on the pass that has waited longest; false when none waits.
pub async fn work_once(app: &App) -> Result<bool> {
    let now = app.now();
    // Looking first without a write lock: most of the time nothing waits.
    if !app.store.read().await?.any_job_due(KIND, now.as_micros()).await? {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    let claimed = tx.claim_job(KIND, now.as_micros(), now.plus_seconds(LEASE_SECONDS).as_micros()).await?;
    tx.commit().await?;
    let Some(job) = claimed else { return Ok(false) };
    if let Err(error) = slice(app, &job).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a pass over history stopped; it goes on in a moment");
        let mut tx = app.store.begin().await?;
        let again = app.now().plus_seconds(PAUSE_SECONDS).as_micros();
        tx.hold_job(job.id, job.attempts, again, Some(&error.to_string())).await?;
        tx.commit().await?;
    }
    Ok(true)
}

/// A pass that this process works on.
struct Pass<'a> {
    app: &'a App,
    job: &'a JobRow,
    monitor: MonitorRow,
    query: Query,
    channels: HashMap<Uuid, ChannelRow>,
    history: HistoryRow,
    began: Instant,
}

/// What was read for a while: candidates and matches of before, both newest first, down to `low`.
struct Window {
    candidates: Vec<PostRow>,
    matched: Vec<(i64, Uuid)>,
    low: i64,
}

/// How a batch ended.
#[derive(PartialEq, Eq)]
enum Ended {
    /// There is more to do.
    Open,
    /// There is more to do, and others have their turn.
    GivenBack,
    /// All posts are done.
    Done,
    /// The job is somebody else's now, or gone.
    Lost,
}

async fn slice(app: &App, job: &JobRow) -> Result<()> {
    let payload: Payload = serde_json::from_str(&job.payload).map_err(|error| StoreError::Corrupt("job.payload", error.to_string()))?;
    let mut conn = app.store.read().await?;
    let loaded = match conn.monitor(payload.monitor_id).await {
        Ok(monitor) => conn.history(monitor.id).await?.map(|history| (monitor, history)),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let Some((monitor, history)) = loaded else {
        drop(conn);
        let mut tx = app.store.begin().await?;
        tx.remove_job(&key(payload.monitor_id)).await?;
        return Ok(tx.commit().await?);
    };
    let channels = by_id(conn.channels().await?);
    let query = match Query::parse(&monitor.query, &lists::named(&mut conn, [monitor.query.as_str()]).await?) {
        Ok(query) => query,
        Err(problem) => {
            drop(conn);
            let mut tx = app.store.begin().await?;
            tx.remove_job(&key(monitor.id)).await?;
            let error = Some(problem.message.en.clone());
            let failed = HistoryRow { state: "failed".into(), finished_at: Some(app.now().as_micros()), error, ..history };
            tx.save_history(&failed).await?;
            tx.commit().await?;
            tell(app, &failed);
            return Ok(());
        }
    };
    let mut pass = Pass { app, job, monitor, query, channels, history, began: Instant::now() };
    pass.work(&mut conn).await
}

impl Pass<'_> {
    async fn work(&mut self, conn: &mut Conn) -> Result<()> {
        loop {
            let first = self.history.place == i64::MAX;
            if !first && self.history.total.is_none() {
                // Counted once the first page is there: counting may take longer than finding it.
                self.history.total = Some(conn.count_candidates(self.query.terms()).await?);
            }
            let window = self.read(conn, if first { FIRST_READ } else { READ }).await?;
            let ended = self.write(&window).await?;
            if first && ended == Ended::Open {
                tell(self.app, &self.history);
            }
            match ended {
                Ended::Open => {}
                Ended::GivenBack | Ended::Done => {
                    tell(self.app, &self.history);
                    return Ok(());
                }
                Ended::Lost => return Ok(()),
            }
        }
    }

    /// The next candidates, and what the monitor matched before among the same posts.
    async fn read(&self, conn: &mut Conn, most: i64) -> Result<Window> {
        let place = self.history.place;
        let mut candidates = conn.candidates(self.query.terms(), PostFilter::default(), place, most).await?;
        let mut matched = conn.matches_below(self.monitor.id, place, most).await?;
        // A list that is full says nothing about what lies below its last row.
        let end = |full: bool, last: Option<i64>| if full { last.unwrap_or(0) } else { 0 };
        let low = end(candidates.len() as i64 == most, candidates.last().map(|row| row.seq))
            .max(end(matched.len() as i64 == most, matched.last().map(|(seq, _)| *seq)));
        candidates.retain(|row| row.seq >= low);
        matched.retain(|(seq, _)| *seq >= low);
        Ok(Window { candidates, matched, low })
    }

    /// Decides on a window, some posts a transaction.
    async fn write(&mut self, window: &Window) -> Result<Ended> {
        let mut parts: Vec<&[PostRow]> = window.candidates.chunks(WRITTEN).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        let mut matched = window.matched.as_slice();
        let last = parts.len() - 1;
        for (n, part) in parts.into_iter().enumerate() {
            let low = if n == last { window.low } else { part.last().map_or(window.low, |row| row.seq) };
            let (here, below) = matched.split_at(matched.partition_point(|(seq, _)| *seq >= low));
            matched = below;
            let ended = self.write_part(part, here, low).await?;
            if ended != Ended::Open {
                return Ok(ended);
            }
        }
        Ok(Ended::Open)
    }

    fn hits(&self, row: &PostRow) -> bool {
        // What was written here was never matched on its way out either.
        row.user_id.is_none()
            && row.deleted_at.is_none()
            && self.channels.get(&row.channel_id).is_some_and(|channel| self.query.matches(&view::text_of(row, channel)))
    }

    async fn write_part(&mut self, candidates: &[PostRow], matched: &[(i64, Uuid)], low: i64) -> Result<Ended> {
        let (app, now) = (self.app, self.app.now());
        let found: HashMap<i64, Uuid> = candidates.iter().filter(|row| self.hits(row)).map(|row| (row.seq, row.id)).collect();
        let before: HashSet<i64> = matched.iter().map(|(seq, _)| *seq).collect();
        let new = found.iter().filter(|(seq, _)| !before.contains(seq)).map(|(_, id)| *id);
        let old = matched.iter().filter(|(seq, _)| !found.contains_key(seq)).map(|(_, id)| *id);
        let mut in_question: Vec<Uuid> = new.chain(old).collect();
        in_question.sort_unstable();
        let done = low == 0;
        let give_back = done || self.began.elapsed() >= SLICE;
        let until = if give_back { now } else { now.plus_seconds(LEASE_SECONDS) };

        let mut tx = app.store.begin().await?;
        if !tx.hold_job(self.job.id, self.job.attempts, until.as_micros(), None).await? {
            return Ok(Ended::Lost);
        }
        let (mut add, mut take_off) = (Vec::new(), Vec::new());
        let standing = tx.lock_posts(&in_question).await?;
        for row in &standing {
            match (self.hits(row), before.contains(&row.seq)) {
                // It counts as matched when it came in, as the stream would have written it.
                (true, false) => {
                    add.push(NewMatch { monitor_id: self.monitor.id, post_seq: row.seq, post_id: row.id, at: row.received_at });
                }
                (false, true) => take_off.push(row.seq),
                _ => {}
            }
        }
        let added = tx.add_matches(&add).await?;
        let removed = tx.remove_matches(self.monitor.id, &take_off).await?;
        let (mut steps, mut kept) = (Vec::new(), Vec::new());
        for row in &standing {
            let why = if added.contains(&row.seq) {
                if row.keep_until.is_some() {
                    kept.push(row.id);
                }
                ("matched", json!({ "monitors": [self.monitor.name], "history": true, "version": self.monitor.version }))
            } else if removed.contains(&row.seq) {
                ("unmatched", json!({ "monitors": [self.monitor.name], "version": self.monitor.version }))
            } else {
                continue;
            };
            steps.push(StepRow { post_id: row.id, at: now.as_micros(), step: why.0.into(), why: why.1.to_string() });
        }
        tx.keep_posts(&kept).await?;
        tx.save_steps(&steps).await?;

        let history = HistoryRow {
            state: if done { "done" } else { "running" }.into(),
            place: low,
            looked_at: self.history.looked_at + candidates.len() as i64,
            matched: self.history.matched + found.len() as i64,
            added: self.history.added + added.len() as i64,
            removed: self.history.removed + removed.len() as i64,
            reached_at: candidates.last().map(|row| row.received_at).or(self.history.reached_at),
            finished_at: done.then(|| now.as_micros()),
            error: None,
            ..self.history.clone()
        };
        // Posts that came in meanwhile are candidates too, and the stream's.
        let history =
            HistoryRow { total: history.total.map(|total| if done { history.looked_at } else { total.max(history.looked_at) }), ..history };
        tx.save_history(&history).await?;
        if done {
            tx.remove_job(&key(self.monitor.id)).await?;
        }
        tx.commit().await?;
        self.history = history;
        Ok(match (done, give_back) {
            (true, _) => Ended::Done,
            (false, true) => Ended::GivenBack,
            (false, false) => Ended::Open,
        })
    }
}

//! Training: a job in the background that makes a head from what people said, and puts it in force where it is not worse.

use super::{Head, TaskFigures, held_out, material};
use crate::{
    Actor, App, Result,
    audit::{self, Object},
    live::{Audience, News},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tertulia_policy::Permission;
use tertulia_store::{StoreError, Tx, head::HeadRow, job::JobRow};
use tertulia_understand::{
    Desk, Understander,
    own::{
        company::{CompanyHead, Correction, Example, Question, Shown},
        gate::{self, Verdict},
    },
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Jobs of this kind train.
const KIND: &str = "understanding.train";
/// What is known of the last training.
const STATE: &str = "understanding_training";
/// How long a claim lasts: a training takes seconds.
const LEASE_SECONDS: i64 = 300;
/// Pause after an error.
const PAUSE_SECONDS: i64 = 60;
/// How often to look when nobody wakes it.
const LOOK: Duration = Duration::from_secs(5);
/// Newly labelled posts after which a training starts by itself.
pub const ENOUGH_NEW: i64 = 20;
/// Fewer posts of a task to learn from than this teach nothing that holds.
pub const LEAST_LABELS: usize = 40;
/// Fewer posts held out of a task than this can't tell whether it got better.
pub const LEAST_HELD_OUT: usize = gate::LEAST_HELD_OUT;
/// Lines of the ledger counted for a new training.
const COUNTED: i64 = 2_000;

/// The last training, or the one under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// `none`, `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// Who asked for it; `system` when it started by itself.
    pub by: String,
    /// Their id.
    pub by_id: Option<Uuid>,
    /// When it was asked for.
    pub at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// The head it made; none when there was too little to make one, or nothing to learn.
    pub made: Option<i64>,
    /// Why it made none: `too_few` labels, or the `same` answers as before.
    pub why: Option<String>,
    /// Version of the shipped classifiers it began from.
    pub base: Option<String>,
    /// Newest correction it knew.
    pub knew: Option<Uuid>,
    /// Why it failed.
    pub error: Option<String>,
}

/// What is known of the last training.
pub(super) async fn state(conn: &mut tertulia_store::Conn) -> Result<Training> {
    Ok(conn.setting(STATE).await?.unwrap_or_else(|| Training { state: "none".into(), ..Training::default() }))
}

/// Starts a training; one that is under way goes on.
pub async fn start(app: &App, actor: &Actor) -> Result<Training> {
    actor.must(Permission::SeeAllCases)?;
    actor.must(Permission::EditRules)?;
    let mut tx = app.store.begin().await?;
    if tx.is_job_open(KIND).await? {
        return state(&mut tx).await;
    }
    let training = queue(app, &mut tx, Some(actor)).await?;
    audit::record(app, &mut tx, Some(actor), "understanding.training_started", Object::only("understanding"), json!({})).await?;
    tx.commit().await?;
    wake(app);
    Ok(training)
}

fn wake(app: &App) {
    app.training_wake.notify_one();
    app.live.tell(Audience::Everybody, News::Understanding {});
}

async fn queue(app: &App, tx: &mut Tx, actor: Option<&Actor>) -> Result<Training> {
    let now = app.now().as_micros();
    let last = state(tx).await?;
    let training = Training {
        state: "queued".into(),
        by: actor.map_or_else(|| "system".to_owned(), |actor| actor.name.clone()),
        by_id: actor.map(|actor| actor.id.0),
        at: now,
        knew: last.knew,
        base: last.base,
        ..Training::default()
    };
    let job = JobRow {
        id: app.new_id(),
        kind: KIND.into(),
        payload: "{}".into(),
        unique_key: Some(KIND.into()),
        due_at: now,
        attempts: 0,
        last_error: None,
    };
    tx.queue_job(&job).await?;
    tx.set_setting(STATE, &training).await?;
    Ok(training)
}

/// Starts a training by itself once enough posts were labelled since the last one. Asked now and then, not in the transaction of a
/// correction: nobody waits for it.
async fn queue_when_due(app: &App) -> Result<()> {
    let mut conn = app.store.read().await?;
    let last = state(&mut conn).await?;
    // What was taught about the classifiers of an earlier program is taught again about these.
    let outdated = last.base.as_deref().is_some_and(|base| base != Understander::built_in().version());
    let under_way = matches!(last.state.as_str(), "queued" | "running");
    if under_way || !(outdated || conn.count_corrected_after(last.knew, COUNTED).await? >= ENOUGH_NEW) {
        return Ok(());
    }
    drop(conn);
    let mut tx = app.store.begin().await?;
    if !tx.is_job_open(KIND).await? {
        queue(app, &mut tx, None).await?;
        tx.commit().await?;
        app.live.tell(Audience::Everybody, News::Understanding {});
    }
    Ok(())
}

/// Trains until cancelled.
pub async fn run(app: App, cancelled: CancellationToken) {
    while !cancelled.is_cancelled() {
        let worked = async {
            queue_when_due(&app).await?;
            work_once(&app).await
        };
        let worked = worked.await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "learning from people");
            false
        });
        if !worked {
            tokio::select! {
                () = cancelled.cancelled() => break,
                () = app.training_wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

/// Does the training that waits; false when none does.
pub async fn work_once(app: &App) -> Result<bool> {
    let now = app.now();
    if !app.store.read().await?.any_job_due(KIND, now.as_micros()).await? {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    let Some(job) = tx.claim_job(KIND, now.as_micros(), now.plus_seconds(LEASE_SECONDS).as_micros()).await? else { return Ok(false) };
    let training = Training { state: "running".into(), ..state(&mut tx).await? };
    tx.set_setting(STATE, &training).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Understanding {});
    if let Err(error) = train(app, &job, training.clone()).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a training stopped; it is tried again");
        let mut tx = app.store.begin().await?;
        let again = app.now().plus_seconds(PAUSE_SECONDS).as_micros();
        if tx.hold_job(job.id, job.attempts, again, Some(&error.to_string())).await? {
            tx.set_setting(STATE, &Training { state: "failed".into(), error: Some(error.to_string()), ..training }).await?;
            tx.commit().await?;
        }
    }
    app.live.tell(Audience::Everybody, News::Understanding {});
    Ok(true)
}

/// What a training made.
struct Made {
    head: Option<(Vec<u8>, bool)>,
    figures: Vec<TaskFigures>,
    labels: usize,
    held_out: usize,
}

async fn train(app: &App, job: &JobRow, training: Training) -> Result<()> {
    let mut conn = app.store.read().await?;
    let knew = conn.corrections_to_learn(1).await?.first().map(|row| row.id);
    let reader = app.reader(&mut conn).await?;
    let material = material::gather(&mut conn, &reader).await?;
    let before = conn.head_in_force().await?;
    let head = app.head(&mut conn).await?;
    drop(conn);
    let made = tokio::task::spawn_blocking(move || learn(&material, &head)).await.map_err(|error| crate::AppError {
        source: Some(Box::new(error)),
        ..crate::AppError::new(crate::Kind::Internal, "internal", "learning failed; the log tells more")
    })?;
    let mut tx = app.store.begin().await?;
    if !tx.hold_job(job.id, job.attempts, app.now().as_micros(), None).await? {
        // Begun anew, or done by another.
        return Ok(());
    }
    if tx.lock_head_in_force().await? != before {
        // Somebody went back to another meanwhile: what it was measured against is no longer in force. Once more.
        return Ok(tx.commit().await?);
    }
    let few = made.figures.iter().all(|task| task.verdict == "too_few");
    let mut ended = Training {
        state: "done".into(),
        ended_at: Some(app.now().as_micros()),
        knew,
        base: Some(Understander::built_in().version().to_owned()),
        why: made.head.is_none().then(|| if few { "too_few" } else { "same" }.to_owned()),
        ..training
    };
    if let Some((weights, taken)) = &made.head {
        let row = HeadRow {
            number: tx.take_numbers("own_head", 1).await?,
            at: app.now().as_micros(),
            actor_id: ended.by_id,
            actor: ended.by.clone(),
            base: Understander::built_in().version().to_owned(),
            digest: Sha256::digest(weights).iter().map(|byte| format!("{byte:02x}")).collect(),
            labels: i64::try_from(made.labels).unwrap_or(i64::MAX),
            held_out: i64::try_from(made.held_out).unwrap_or(i64::MAX),
            state: "refused".into(),
            figures: serde_json::to_string(&made.figures).map_err(|error| StoreError::Corrupt("own_head", error.to_string()))?,
        };
        tx.insert_head(&row, weights).await?;
        if *taken {
            tx.put_head_in_force(Some(row.number)).await?;
        }
        let detail = json!({ "number": row.number, "digest": row.digest, "labels": row.labels, "asked_by": ended.by,
            "tasks": made.figures.iter().map(|task| json!([task.task, task.verdict, task.before, task.after])).collect::<Vec<_>>() });
        let action = if *taken { "understanding.promoted" } else { "understanding.refused" };
        audit::record(app, &mut tx, None, action, Object::only("understanding"), detail).await?;
        ended.made = Some(row.number);
    }
    tx.set_setting(STATE, &ended).await?;
    tx.remove_job(KIND).await?;
    Ok(tx.commit().await?)
}

/// Learns each task by itself and asks whether it may take its place; the rest stays as it is in force.
fn learn(material: &[material::Labelled], head: &Head) -> Made {
    let shipped = Understander::built_in();
    let mut desk = Desk::default();
    let shown: Vec<Shown> = material.iter().map(|one| shipped.show(&mut desk, &one.text, &one.context)).collect();
    let of = |question: Question, held: bool| -> Vec<Example<'_>> {
        let said =
            |one: &material::Labelled| one.said.iter().find(|(asked, ..)| *asked == question).map(|(_, right, chance)| (*right, *chance));
        let wanted = material.iter().zip(&shown).filter(|(one, _)| held_out(one.post) == held);
        wanted.filter_map(|(one, shown)| said(one).map(|(right, by_chance)| Example { shown, right, by_chance })).collect()
    };
    let (mut figures, mut corrections, mut tried) = (Vec::new(), Vec::new(), Vec::new());
    for question in Question::ALL {
        let (known, held) = (of(question, false), of(question, true));
        let in_force = head.own().and_then(|head| head.of(question));
        let enough = known.len() >= LEAST_LABELS && held.len() >= LEAST_HELD_OUT;
        let learnt = enough.then(|| Correction::learn(question, &known, &shipped.least_sure())).flatten();
        let told = gate::compare(question, in_force, learnt.as_ref().or(in_force), &held);
        let verdict = if enough { gate::decide(&told, learnt.is_some()) } else { Verdict::TooFew };
        figures.push(TaskFigures::of(question, known.len(), &told, verdict));
        tried.extend(learnt.clone().or_else(|| in_force.cloned()));
        corrections.extend(if verdict == Verdict::Better { learnt } else { in_force.cloned() });
    }
    let taken = figures.iter().any(|task| task.taken);
    let anything = taken || figures.iter().any(|task| matches!(task.verdict.as_str(), "worse" | "loses"));
    // A refused one is kept as it was tried, so that it can be looked at.
    let head = anything.then(|| CompanyHead::new(shipped.version(), if taken { corrections } else { tried }));
    let held = material.iter().filter(|one| held_out(one.post)).count();
    Made { head: head.map(|head| (head.to_bytes(), taken)), figures, labels: material.len() - held, held_out: held }
}

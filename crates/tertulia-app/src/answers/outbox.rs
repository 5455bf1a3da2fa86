//! Takes answers out, each exactly once.
//!
//! An answer is claimed in one transaction, sent, and settled in another. If the process dies in between, nobody knows
//! how the send ended: the claim's lease runs out, and the network is asked ([`Sink::reconcile`]) before anything is
//! sent again. An answer the network can't tell about is `stuck` until a person looks.
//!
//! Each channel has so many hands and no more: one whose server hangs keeps its own answers waiting, nobody else's.

use super::{is_pending_id, pending_id, tell_post};
use crate::told::Told;
use crate::{
    App, Result,
    cases::change::{Work, resolve},
    channel::{Outgoing, Reconciled, ReplyTarget, Sent, Sink},
    error::again,
    live::{Audience, News},
};
use futures::FutureExt;
use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tertulia_care::life::State;
use tertulia_kernel::{
    Timestamp,
    event::{Author, Media, Visibility},
};
use tertulia_store::{
    Conn,
    desk::NoticeRow,
    outbox::OutboxRow,
    post::{PostRow, StepRow},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Seconds a claim holds; a send takes less, or ends as unknown.
const LEASE_SECONDS: i64 = 90;
/// How long one send may take.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// Answers of one channel sent at the same time.
const PER_CHANNEL: usize = 4;
/// Answers looked at each time.
const MOST: i64 = 32;
/// Tries before a person must look.
const MOST_TRIES: i64 = 12;
/// How often the outbox looks when nobody wakes it.
const LOOK: Duration = Duration::from_millis(500);

/// Runs until cancelled.
pub async fn run(app: App, cancelled: CancellationToken) {
    let mut hands = Hands::default();
    while !cancelled.is_cancelled() {
        let started = hands.take_up(&app).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "outbox");
            0
        });
        if started == 0 {
            tokio::select! {
                () = cancelled.cancelled() => break,
                () = hands.put_down() => {}
                () = app.outbox_wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
    // What is being sent ends, so that it is settled here and need not be looked for after the next start.
    while !hands.under_way.is_empty() {
        hands.put_down().await;
    }
}

/// Claims and sends what is due until nothing is; returns how many.
pub async fn work_once(app: &App) -> Result<usize> {
    let mut hands = Hands::default();
    let mut count = 0;
    loop {
        let started = hands.take_up(app).await?;
        count += started;
        if started == 0 {
            if hands.under_way.is_empty() {
                return Ok(count);
            }
            hands.put_down().await;
        }
    }
}

/// The answers being sent by this process.
#[derive(Default)]
struct Hands {
    under_way: JoinSet<Uuid>,
    /// How many of each channel.
    busy: HashMap<Uuid, usize>,
}

impl Hands {
    /// Claims what can be started now, and starts it; returns how many.
    async fn take_up(&mut self, app: &App) -> Result<usize> {
        let claims = claim(app, &self.busy).await?;
        let count = claims.len();
        for claim in claims {
            let (app, id, channel) = (app.clone(), claim.row.id, claim.row.channel_id);
            *self.busy.entry(channel).or_default() += 1;
            self.under_way.spawn(async move {
                // A sink that panics must not keep its channel's hand.
                match AssertUnwindSafe(carry(&app, claim)).catch_unwind().await {
                    Ok(Ok(())) => {}
                    // The lease runs out and it is reconciled: nothing is lost, nothing sent twice.
                    Ok(Err(error)) => {
                        tracing::error!(answer = %id, error = &error as &dyn std::error::Error, "answer not settled");
                    }
                    Err(_) => tracing::error!(answer = %id, "answer not settled: its channel's code failed"),
                }
                channel
            });
        }
        Ok(count)
    }

    /// Waits until one ends; for ever when there is none.
    async fn put_down(&mut self) {
        match self.under_way.join_next().await {
            Some(Ok(channel)) => {
                if let Some(busy) = self.busy.get_mut(&channel) {
                    *busy = busy.saturating_sub(1);
                }
            }
            Some(Err(error)) => tracing::error!(%error, "outbox"),
            None => std::future::pending().await,
        }
    }
}

/// An answer claimed by this process.
struct Claim {
    row: OutboxRow,
    /// It may have gone out before.
    doubtful: bool,
    sink: Arc<dyn Sink>,
}

/// Claims what is due of the channels that have a hand free, never more than can be started at once: a claim's lease
/// runs from now.
async fn claim(app: &App, busy: &HashMap<Uuid, usize>) -> Result<Vec<Claim>> {
    let now = app.now();
    // Looking first without a write lock: most of the time nothing is due.
    if !app.store.read().await?.any_answer_due(now.as_micros()).await? {
        return Ok(Vec::new());
    }
    let mut tx = app.store.begin().await?;
    let mut claims = Vec::new();
    let mut busy = busy.clone();
    let full: Vec<Uuid> = busy.iter().filter(|(_, busy)| **busy >= PER_CHANNEL).map(|(channel, _)| *channel).collect();
    for mut row in tx.due_answers(now.as_micros(), &full, MOST).await? {
        let busy = busy.entry(row.channel_id).or_default();
        if *busy >= PER_CHANNEL {
            continue;
        }
        let Some(sink) = app.lines.sink(row.channel_id.into()) else {
            // Its channel does not run here (stopped, or starting): look again soon.
            row.due_at = now.plus_seconds(2).as_micros();
            tx.update_answer(&row).await?;
            continue;
        };
        let doubtful = matches!(row.state.as_str(), "sending" | "unknown");
        "sending".clone_into(&mut row.state);
        row.attempts += 1;
        row.due_at = now.plus_seconds(LEASE_SECONDS).as_micros();
        tx.update_answer(&row).await?;
        *busy += 1;
        claims.push(Claim { row, doubtful, sink });
    }
    tx.commit().await?;
    Ok(claims)
}

async fn carry(app: &App, claim: Claim) -> Result<()> {
    let answer = load_outgoing(app, &claim.row).await?;
    if claim.doubtful {
        match tokio::time::timeout(SEND_TIMEOUT, claim.sink.reconcile(&answer)).await {
            Ok(Reconciled::Found { external_id, url, thread }) => {
                return settle(app, &claim.row, Sent::Sent { external_id, url, thread }).await;
            }
            // Asking may have taken most of the lease: nobody else may take it over while it is being sent.
            Ok(Reconciled::Absent) if renew(app, &claim.row).await? => {}
            Ok(Reconciled::Absent) => return Ok(()),
            Ok(Reconciled::CannotTell { reason }) => return settle(app, &claim.row, Sent::Unknown { reason }).await,
            Err(_) => return settle(app, &claim.row, Sent::Unknown { reason: too_slow() }).await,
        }
    }
    let sent = match tokio::time::timeout(SEND_TIMEOUT, claim.sink.send(&answer)).await {
        Ok(sent) => sent,
        Err(_) => Sent::Unknown { reason: too_slow() },
    };
    settle(app, &claim.row, sent).await
}

/// Makes a claim's lease run from now; `false` when another process has taken the answer over.
async fn renew(app: &App, claimed: &OutboxRow) -> Result<bool> {
    let mut tx = app.store.begin().await?;
    let mut row = tx.lock_answer(claimed.id).await?;
    if row.state != "sending" || row.attempts != claimed.attempts {
        return Ok(false);
    }
    row.due_at = app.now().plus_seconds(LEASE_SECONDS).as_micros();
    tx.update_answer(&row).await?;
    tx.commit().await?;
    Ok(true)
}

async fn load_outgoing(app: &App, row: &OutboxRow) -> Result<Outgoing> {
    let mut conn = app.store.read().await?;
    let conversation = conn.conversation(row.conversation_id).await?;
    let mut attachments = Vec::new();
    for file in conn.attachments_of(&[row.post_id]).await? {
        let (file, content) = conn.attachment(file.id).await?;
        attachments.push(Media { mime: file.mime, name: file.name, alt: file.alt, url: file.url, bytes: content });
    }
    let reply_to = match row.reply_to {
        None => None,
        Some(id) => Some(load_target(&mut conn, id).await?),
    };
    // A thread that our own first private message begins has no key of the network's yet.
    let thread = Some(conversation.thread).filter(|thread| !is_pending_id(thread));
    Ok(Outgoing {
        id: row.id.into(),
        text: row.text.clone(),
        subject: row.subject.clone(),
        visibility: Visibility::parse(&row.visibility),
        reply_to,
        thread,
        attachments,
        written_at: Timestamp::from_micros(row.created_at),
    })
}

async fn load_target(conn: &mut Conn, id: Uuid) -> Result<ReplyTarget> {
    let post = conn.post(id).await?;
    let identity = match post.identity_id {
        Some(id) => Some(conn.identity(id).await?),
        None => None,
    };
    let author = match identity {
        Some(identity) => Author {
            external_id: identity.external_id,
            handle: identity.handle,
            name: identity.name,
            url: identity.url,
            avatar_url: identity.avatar_url,
            followers: identity.followers.and_then(|count| u64::try_from(count).ok()),
        },
        None => Author { handle: post.author_handle.clone(), name: Some(post.author_name.clone()), ..Author::default() },
    };
    let mut ancestors = Vec::new();
    if let Some(conversation) = post.conversation_id {
        let thread = conn.posts_of_conversation(conversation, 50).await?;
        ancestors
            .extend(thread.into_iter().filter(|row| row.seq <= post.seq && !is_pending_id(&row.external_id)).map(|row| row.external_id));
    }
    Ok(ReplyTarget {
        external_id: post.external_id,
        author,
        title: post.title,
        ancestors,
        text: post.text,
        occurred_at: Timestamp::from_micros(post.occurred_at),
    })
}

/// Seconds to wait before try number `attempts` + 1: 2, 4, 8... up to ten minutes.
fn pause(attempts: i64) -> u64 {
    1u64 << attempts.clamp(1, 9)
}

fn too_slow() -> Told {
    Told::new("too_slow", "La red no respondió a tiempo.", "The network did not answer in time.")
}

fn given_up(tries: i64, last: &Told) -> Told {
    let (es, en) = (&last.es, &last.en);
    Told::new("given_up", format!("Se dejó de intentar después de {tries} veces: {es}"), format!("Given up after {tries} tries: {en}"))
}

/// Writes down how a send ended. The network may show us the answer at the same moment: whoever comes second looks again.
async fn settle(app: &App, claimed: &OutboxRow, sent: Sent) -> Result<()> {
    again(|| try_settle(app, claimed, &sent)).await
}

async fn try_settle(app: &App, claimed: &OutboxRow, sent: &Sent) -> Result<()> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let mut row = tx.lock_answer(claimed.id).await?;
    if row.state != "sending" || row.attempts != claimed.attempts {
        // Another process took the claim over after its lease ran out; it settles.
        return Ok(());
    }
    let mut post = tx.post(row.post_id).await?;
    let (state, reason, due) = match sent {
        Sent::Sent { external_id, url, thread } => {
            row.sent_at = Some(now.as_micros());
            take_network_id(&mut tx, &mut post, external_id, url.as_deref(), thread.as_deref()).await?;
            ("sent", None, 0)
        }
        Sent::Retry { after, reason } if row.attempts < MOST_TRIES => ("retrying", Some(reason.clone()), (*after).max(pause(row.attempts))),
        Sent::Retry { reason, .. } => ("rejected", Some(given_up(row.attempts, reason)), 0),
        Sent::Rejected { reason } => ("rejected", Some(reason.clone()), 0),
        Sent::Unknown { reason } if row.attempts < MOST_TRIES => ("unknown", Some(reason.clone()), pause(row.attempts)),
        Sent::Unknown { reason } => ("stuck", Some(reason.clone()), 0),
    };
    state.clone_into(&mut row.state);
    let reason = reason.map(|reason| reason.clipped(1_000));
    row.reason = reason.as_ref().map(Told::stored);
    row.due_at = now.plus_seconds(i64::try_from(due).unwrap_or(600)).as_micros();
    tx.update_answer(&row).await?;
    let why = serde_json::json!({"state": state, "attempt": row.attempts, "reason": reason, "external_id": post.external_id});
    tx.save_steps(&[StepRow { post_id: post.id, at: now.as_micros(), step: "answered".into(), why: why.to_string() }]).await?;
    finish(app, tx, &row, &post).await
}

/// Gives our post the id the network knows it by. If the network already showed us that post as a new one, that copy
/// gives way to the original.
async fn take_network_id(
    tx: &mut tertulia_store::Tx,
    post: &mut PostRow,
    external_id: &str,
    url: Option<&str>,
    thread: Option<&str>,
) -> Result<()> {
    let copies = tx.posts_by_external(post.channel_id, &[external_id.to_owned()]).await?;
    for copy in copies.into_iter().filter(|copy| copy.id != post.id && copy.direction == "out" && copy.user_id.is_none()) {
        tx.unindex_post(copy.seq).await?;
        tx.remove_copy(copy.id).await?;
    }
    external_id.clone_into(&mut post.external_id);
    post.url = url.map(str::to_owned).or(post.url.take());
    tx.update_post(post).await?;
    let Some(conversation) = post.conversation_id else { return Ok(()) };
    let mut conversation = tx.conversation(conversation).await?;
    if conversation.thread == pending_id(post.id.into()) {
        conversation.thread = thread.unwrap_or(external_id).to_owned();
        match tx.conversations_by_thread(conversation.channel_id, std::slice::from_ref(&conversation.thread)).await? {
            taken if taken.iter().any(|row| row.visibility == conversation.visibility) => {}
            _ => tx.update_conversations(std::slice::from_ref(&conversation)).await?,
        }
    }
    Ok(())
}

/// What follows for the case and its people, then the commit.
async fn finish(app: &App, tx: tertulia_store::Tx, row: &OutboxRow, post: &PostRow) -> Result<()> {
    let mut work = Work::system(app, tx, row.case_id).await?;
    match row.state.as_str() {
        "sent" => {
            if work.row.reserved_by == Some(row.created_by) {
                work.row.reserved_by = None;
                work.row.reserved_until = None;
            }
            // What they wrote while the answer was under way, nobody who answered has read.
            let unread = work.row.inbound_at.filter(|at| *at > row.created_at);
            match unread {
                None => work.row.waiting_since = None,
                Some(newest) => {
                    if work.row.waiting_since.is_some_and(|since| since <= row.created_at) {
                        let first = work.tx.first_received_after(row.case_id, row.created_at).await?;
                        work.row.waiting_since = Some(first.unwrap_or(newest));
                    }
                }
            }
            match unread {
                None if row.resolve => resolve(&mut work).await?,
                Some(_) if row.resolve && work.row.state != State::Resolved.as_str() => {
                    work.note("kept_open", serde_json::json!({"answer_id": row.id}));
                }
                _ => {}
            }
        }
        "rejected" | "stuck" => {
            let author = work.tx.user(row.created_by.into()).await?;
            let locale = author.as_ref().map_or("es", |author| author.locale.as_str());
            let excerpt = row.reason.as_deref().map(|reason| Told::read(reason).in_locale(locale).to_owned());
            let notice = NoticeRow {
                id: app.new_id(),
                user_id: row.created_by,
                kind: "answer_failed".into(),
                case_id: Some(row.case_id),
                actor: None,
                excerpt,
                at: app.now().as_micros(),
                read_at: None,
            };
            work.tx.insert_notice(&notice).await?;
            work.tell(Audience::User(row.created_by.into()), News::Notice {});
        }
        _ => {}
    }
    let case = work.commit().await?;
    tell_post(app, post, &case);
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Pauses between tries.
    use super::pause;

    #[test]
    fn pauses_grow_to_a_limit() {
        assert_eq!([1, 2, 3, 9, 50].map(pause), [2, 4, 8, 512, 512]);
    }
}

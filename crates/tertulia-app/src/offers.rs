//! Offers: ready agents are asked one case at a time; accepting assigns it, declining or letting it pass gives it to the
//! next. Also wakes snoozed cases when their time comes.

use crate::{
    Actor, App, AppError, Result,
    cases::{self, CaseView, change::Work},
    error::again,
    live::{Audience, News},
    settings,
};
use serde_json::json;
use std::{collections::HashMap, time::Duration};
use tertulia_care::{
    offer::{Ready, Waiting, decide_offers},
    rules::Priority,
};
use tertulia_kernel::{DepartmentId, OfferId, Timestamp, UserId};
use tertulia_store::desk::OfferRow;
use tokio_util::sync::CancellationToken;

/// How often waiting cases are looked at.
const LOOK: Duration = Duration::from_millis(1_000);
/// Cases of a department looked at each time, the most pressing.
const MOST: i64 = 200;
/// Seconds after which somebody who refused a case may be asked again.
const FORGIVEN: i64 = 600;

/// An offer to the user.
#[derive(Clone, Debug)]
pub struct OfferView {
    /// The offer.
    pub row: OfferRow,
    /// Its case.
    pub case: CaseView,
}

/// Runs until cancelled.
pub async fn run(app: App, cancelled: CancellationToken) {
    while !cancelled.is_cancelled() {
        if let Err(error) = turn(&app).await {
            tracing::error!(error = &error as &dyn std::error::Error, "offers");
        }
        tokio::select! {
            () = cancelled.cancelled() => break,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Ends what is over, wakes what should wake, makes new offers.
pub async fn turn(app: &App) -> Result<()> {
    wake(app).await?;
    expire(app).await?;
    make(app).await
}

async fn wake(app: &App) -> Result<()> {
    let due = app.store.read().await?.cases_to_wake(app.now().as_micros(), 100).await?;
    for row in due {
        let mut work = Work::system(app, app.store.begin().await?, row.id).await?;
        if work.row.state == "snoozed" && work.row.snoozed_until.is_some_and(|until| until <= app.now().as_micros()) {
            work.row.state = "open".into();
            work.row.snoozed_until = None;
            work.row.activity_at = app.now().as_micros();
            work.note("woken", json!({}));
            work.commit().await?;
        }
    }
    Ok(())
}

async fn expire(app: &App) -> Result<()> {
    let now = app.now();
    if !app.store.read().await?.any_offer_over(now.as_micros()).await? {
        return Ok(());
    }
    for offer in app.store.read().await?.expired_offers(now.as_micros()).await? {
        let mut tx = app.store.begin().await?;
        // The case first, then the offer: the order of everybody, so that no two wait for each other.
        tx.lock_case(offer.case_id).await?;
        if !tx.end_offer(offer.id, "expired").await? {
            continue;
        }
        // Who let an offer pass is not at the desk: nothing more is offered until they say they are ready.
        tx.set_ready(offer.user_id, false, now.as_micros()).await?;
        let detail = json!({"user_id": offer.user_id}).to_string();
        tx.save_changes(&[ledger(app, &offer, "offer_expired", detail)]).await?;
        tx.commit().await?;
        app.live.tell(Audience::User(offer.user_id.into()), News::Offer {});
        app.live.tell(Audience::Everybody, News::Settings {});
    }
    Ok(())
}

fn ledger(app: &App, offer: &OfferRow, kind: &str, detail: String) -> tertulia_store::case::ChangeRow {
    tertulia_store::case::ChangeRow {
        id: app.new_id(),
        case_id: offer.case_id,
        at: app.now().as_micros(),
        actor_id: None,
        actor: "system".into(),
        kind: kind.into(),
        detail,
    }
}

async fn make(app: &App) -> Result<()> {
    let mut conn = app.store.read().await?;
    let company = settings::company(&mut conn).await?;
    if !company.offers {
        return Ok(());
    }
    let ready = conn.ready_agents().await?;
    if ready.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let mut departments: HashMap<uuid::Uuid, Vec<DepartmentId>> = HashMap::new();
    for (user, department) in conn.memberships().await? {
        departments.entry(user).or_default().push(department.into());
    }
    // Each department by itself: what waits where nobody is ready must not hide what waits elsewhere.
    let mut served: Vec<_> = ready.iter().filter_map(|agent| departments.get(&agent.id)).flatten().map(|id| id.0).collect();
    served.sort_unstable();
    served.dedup();
    let mut waiting = conn.cases_to_offer(None, MOST).await?;
    for department in served {
        waiting.extend(conn.cases_to_offer(Some(department), MOST).await?);
    }
    if waiting.is_empty() {
        return Ok(());
    }
    let refused: Vec<_> =
        conn.refusals(now.plus_seconds(-FORGIVEN).as_micros()).await?.into_iter().map(|(case, user)| (case.into(), user.into())).collect();
    drop(conn);
    let waiting = waiting
        .into_iter()
        .map(|row| Waiting {
            id: row.id.into(),
            department: row.department_id.map(Into::into),
            priority: Priority::parse(&row.priority).unwrap_or_default(),
            since: Timestamp::from_micros(row.since),
        })
        .collect();
    let ready = ready
        .into_iter()
        .map(|row| Ready {
            id: row.id.into(),
            departments: departments.remove(&row.id).unwrap_or_default(),
            idle_since: Timestamp::from_micros(row.idle_since),
        })
        .collect();
    for offer in decide_offers(waiting, ready, &refused, now) {
        let mut tx = app.store.begin().await?;
        let row = OfferRow {
            id: app.new_id(),
            case_id: offer.case.0,
            user_id: offer.agent.0,
            offered_at: now.as_micros(),
            expires_at: now.plus_seconds(i64::from(company.offer_seconds)).as_micros(),
            outcome: None,
            why: serde_json::to_string(&offer.why).unwrap_or_else(|_| "{}".into()),
        };
        // Somebody may have taken it since it was read.
        let case = tx.lock_case(row.case_id).await?;
        if case.state != "open" || case.assignee_id.is_some() {
            continue;
        }
        match tx.insert_offer(&row).await {
            Err(error) if error.is_unique() => continue,
            other => other?,
        }
        let detail = json!({"user_id": offer.agent, "why": offer.why}).to_string();
        tx.save_changes(&[ledger(app, &row, "offered", detail)]).await?;
        tx.commit().await?;
        app.live.tell(Audience::User(offer.agent), News::Offer {});
    }
    Ok(())
}

/// Open offers to the user.
pub async fn mine(app: &App, actor: &Actor) -> Result<Vec<OfferView>> {
    let mut conn = app.store.read().await?;
    let mut found = Vec::new();
    for row in conn.offers_to(actor.id.0).await? {
        let case = conn.case(row.case_id).await?;
        if let Some(case) = cases::views(&mut conn, actor, vec![case]).await?.pop() {
            found.push(OfferView { row, case });
        }
    }
    Ok(found)
}

/// Accepts an offer: the case is the user's. One that is over, or whose case somebody took, can't be accepted.
pub async fn accept(app: &App, actor: &Actor, id: OfferId) -> Result<CaseView> {
    again(|| try_accept(app, actor, id)).await
}

async fn try_accept(app: &App, actor: &Actor, id: OfferId) -> Result<CaseView> {
    let (mut work, offer) = own_offer(app, actor, id).await?;
    if !work.tx.end_offer(offer.id, "accepted").await? || work.row.assignee_id.is_some_and(|owner| owner != actor.id.0) {
        return Err(AppError::conflict("offer_over", "this offer is over"));
    }
    work.note("offer_accepted", json!({"user_id": actor.id}));
    work.assign(actor.id).await?;
    let row = work.commit().await?;
    app.live.tell(Audience::User(actor.id), News::Offer {});
    let mut conn = app.store.read().await?;
    cases::views(&mut conn, actor, vec![row]).await?.pop().ok_or_else(AppError::not_found)
}

/// Declines an offer: the next agent is asked.
pub async fn decline(app: &App, actor: &Actor, id: OfferId) -> Result<()> {
    again(|| try_decline(app, actor, id)).await
}

async fn try_decline(app: &App, actor: &Actor, id: OfferId) -> Result<()> {
    let (mut work, offer) = own_offer(app, actor, id).await?;
    if !work.tx.end_offer(offer.id, "declined").await? {
        return Err(AppError::conflict("offer_over", "this offer is over"));
    }
    work.note("offer_declined", json!({"user_id": actor.id}));
    work.tx.note_busy(actor.id.0, app.now().as_micros()).await?;
    work.commit().await?;
    app.live.tell(Audience::User(actor.id), News::Offer {});
    Ok(())
}

async fn own_offer<'a>(app: &'a App, actor: &'a Actor, id: OfferId) -> Result<(Work<'a>, OfferRow)> {
    let mut tx = app.store.begin().await?;
    let offer = tx.offer(id.0).await?;
    if UserId::from(offer.user_id) != actor.id {
        return Err(AppError::not_found());
    }
    // The case first, then the offer: whoever assigns a case withdraws its offer in this order too.
    let mut work = Work::system(app, tx, offer.case_id).await?;
    work.actor = Some(actor);
    let offer = work.tx.lock_offer(id.0).await?;
    Ok((work, offer))
}

//! Changes to a case: assign, take, move, prioritise, tag, snooze, resolve, reserve, note. Each is written in the case's
//! ledger in the same transaction.

use super::{audience, presence, sees, user_name, views};
use crate::{
    Actor, App, AppError, Result, Wrong,
    cases::CaseView,
    error::again,
    live::{Audience, News},
};
use serde_json::{Value, json};
use tertulia_care::{life::State, rules::Priority};
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};
use tertulia_policy::{Permission, Sight};
use tertulia_store::{
    Tx,
    case::{CaseRow, ChangeRow, NoteRow},
    desk::NoticeRow,
};
use uuid::Uuid;

/// Seconds a reservation for answering lasts; typing renews it.
pub const RESERVED_SECONDS: i64 = 60;
/// Most tags of a case.
const MOST_TAGS: usize = 30;

/// What to change; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct CaseChange {
    /// `open`, `snoozed`, `resolved`.
    pub state: Option<String>,
    /// Priority.
    pub priority: Option<String>,
    /// Department; `Some(None)` takes it out of any.
    pub department_id: Option<Option<DepartmentId>>,
    /// Assigned agent; `Some(None)` releases.
    pub assignee_id: Option<Option<UserId>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Until when it sleeps, with `state: snoozed`.
    pub snoozed_until: Option<Timestamp>,
    /// Subject; `Some(None)` removes it.
    pub subject: Option<Option<String>>,
}

/// A case being changed: the locked row, and what goes into its ledger.
pub(crate) struct Work<'a> {
    pub app: &'a App,
    pub actor: Option<&'a Actor>,
    pub tx: Tx,
    pub row: CaseRow,
    changes: Vec<ChangeRow>,
    news: Vec<(Audience, News)>,
}

impl<'a> Work<'a> {
    /// Locks a case the user sees.
    pub async fn begin(app: &'a App, actor: &'a Actor, id: CaseId) -> Result<Self> {
        let mut tx = app.store.begin().await?;
        let row = tx.lock_case(id.0).await?;
        if !sees(actor, &row) {
            return Err(AppError::not_found());
        }
        Ok(Self { app, actor: Some(actor), tx, row, changes: Vec::new(), news: Vec::new() })
    }

    /// Locks a case for the program itself, in a transaction at hand.
    pub async fn system(app: &'a App, mut tx: Tx, id: Uuid) -> Result<Self> {
        let row = tx.lock_case(id).await?;
        Ok(Self { app, actor: None, tx, row, changes: Vec::new(), news: Vec::new() })
    }

    /// Notes a change in the ledger.
    pub fn note(&mut self, kind: &str, detail: Value) {
        self.changes.push(ChangeRow {
            id: self.app.new_id(),
            case_id: self.row.id,
            at: self.app.now().as_micros(),
            actor_id: self.actor.map(|actor| actor.id.0),
            actor: self.actor.map_or_else(|| "system".into(), |actor| actor.name.clone()),
            kind: kind.into(),
            detail: detail.to_string(),
        });
    }

    /// Tells something once committed.
    pub fn tell(&mut self, audience: Audience, news: News) {
        self.news.push((audience, news));
    }

    /// Assigns the case to somebody: ends an open offer, clears a foreign reservation, sends the agent to the end of the
    /// line.
    pub async fn assign(&mut self, user: UserId) -> Result<()> {
        if self.row.assignee_id == Some(user.0) {
            return Ok(());
        }
        let now = self.app.now().as_micros();
        let name = user_name(&mut self.tx, user).await?;
        self.row.assignee_id = Some(user.0);
        self.row.activity_at = now;
        if self.row.reserved_by != Some(user.0) {
            self.row.reserved_by = None;
            self.row.reserved_until = None;
        }
        self.withdraw_offer().await?;
        self.tx.note_busy(user.0, now).await?;
        // Asked once their row is ours: whoever is disabling them has ended by now, and has seen this case or not.
        if !self.tx.is_active_user(user.0).await? {
            return Err(AppError::field("assignee_id", "unknown", "there is no such user, or the account is disabled"));
        }
        self.note("assigned", json!({"user_id": user, "user": name}));
        if self.actor.is_none_or(|actor| actor.id != user) {
            let notice = NoticeRow {
                id: self.app.new_id(),
                user_id: user.0,
                kind: "assigned".into(),
                case_id: Some(self.row.id),
                actor: self.actor.map(|actor| actor.name.clone()),
                excerpt: Some(self.row.excerpt.clone()),
                at: now,
                read_at: None,
            };
            self.tx.insert_notice(&notice).await?;
            self.tell(Audience::User(user), News::Notice {});
        }
        Ok(())
    }

    /// Ends an open offer of this case: somebody else has it, or it no longer waits.
    pub async fn withdraw_offer(&mut self) -> Result<()> {
        if let Some(offer) = self.tx.open_offer(self.row.id).await? {
            self.tx.end_offer(offer.id, "withdrawn").await?;
            self.tell(Audience::User(offer.user_id.into()), News::Offer {});
        }
        Ok(())
    }

    /// Saves and tells.
    pub async fn commit(self) -> Result<CaseRow> {
        let Self { app, mut tx, row, changes, news, .. } = self;
        tx.update_case(&row).await?;
        tx.save_changes(&changes).await?;
        tx.commit().await?;
        for (audience, news) in news {
            app.live.tell(audience, news);
        }
        app.live.tell(audience(&row), News::Case { case_id: row.id.into(), number: row.number, opened: false });
        Ok(row)
    }
}

/// Gives back all that a user has and is not resolved: nobody's again, so that it is listed, offered and heard of. Returns
/// the cases, to tell of them once committed.
pub(crate) async fn release_all_of(app: &App, actor: &Actor, tx: &mut Tx, user: UserId) -> Result<Vec<CaseRow>> {
    let ids = tx.live_cases_assigned_to(user.0).await?;
    let mut released = tx.lock_cases(&ids).await?;
    // Somebody may have passed one on or resolved it while the locks were waited for.
    released.retain(|row| row.assignee_id == Some(user.0) && row.state != State::Resolved.as_str());
    let mut changes = Vec::with_capacity(released.len());
    for row in &mut released {
        row.assignee_id = None;
        if row.reserved_by == Some(user.0) {
            row.reserved_by = None;
            row.reserved_until = None;
        }
        tx.update_case(row).await?;
        changes.push(ChangeRow {
            id: app.new_id(),
            case_id: row.id,
            at: app.now().as_micros(),
            actor_id: Some(actor.id.0),
            actor: actor.name.clone(),
            kind: "released".into(),
            detail: json!({"from": user, "disabled": true}).to_string(),
        });
    }
    tx.save_changes(&changes).await?;
    Ok(released)
}

/// Changes a case.
pub async fn change(app: &App, actor: &Actor, id: CaseId, change: CaseChange) -> Result<CaseView> {
    let row = again(|| {
        let change = change.clone();
        async move {
            let mut work = Work::begin(app, actor, id).await?;
            apply(&mut work, actor, change).await?;
            work.commit().await
        }
    });
    view(app, actor, row.await?).await
}

async fn view(app: &App, actor: &Actor, row: CaseRow) -> Result<CaseView> {
    let mut conn = app.store.read().await?;
    views(&mut conn, actor, vec![row]).await?.pop().ok_or_else(AppError::not_found)
}

async fn apply(work: &mut Work<'_>, actor: &Actor, change: CaseChange) -> Result<()> {
    let now = work.app.now();
    let mut wrong = Wrong::default();
    let state = change.state.as_deref().map(State::parse);
    wrong.unless(state != Some(None), "state", "unknown", "one of open, snoozed, resolved");
    let priority = change.priority.as_deref().map(Priority::parse);
    wrong.unless(priority != Some(None), "priority", "unknown", "one of low, normal, high, urgent");
    if state == Some(Some(State::Snoozed)) {
        wrong.unless(change.snoozed_until.is_some_and(|until| until > now), "snoozed_until", "required", "a time to come");
    }
    if let Some(tags) = &change.tags {
        wrong.unless(
            tags.len() <= MOST_TAGS && tags.iter().all(|tag| tag.chars().count() <= 60),
            "tags",
            "too_long",
            "at most 30 tags of 60 characters",
        );
    }
    wrong.unless(change.subject.iter().flatten().all(|text| text.chars().count() <= 300), "subject", "too_long", "at most 300 characters");
    wrong.done()?;
    if let Some(priority) = priority.flatten().filter(|priority| priority.as_str() != work.row.priority) {
        work.note("prioritised", json!({"from": work.row.priority, "to": priority}));
        work.row.priority = priority.as_str().into();
    }
    if let Some(subject) = change.subject {
        let subject = subject.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if subject != work.row.subject {
            work.note("renamed", json!({"from": work.row.subject, "to": subject}));
            work.row.subject = subject;
        }
    }
    if let Some(tags) = change.tags {
        let mut clean: Vec<String> = Vec::new();
        for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
            if !clean.iter().any(|known| known == tag) {
                clean.push(tag.to_owned());
            }
        }
        if serde_json::from_str(&work.row.tags).ok().as_ref() != Some(&clean) {
            work.note("tagged", json!({"tags": clean}));
            work.row.tags = serde_json::to_string(&clean).unwrap_or_else(|_| "[]".into());
        }
    }
    if let Some(department) = change.department_id.filter(|department| work.row.department_id != department.map(|id| id.0)) {
        if let Some(department) = department
            && !work.tx.department_ids().await?.contains(&department.0)
        {
            return Err(AppError::field("department_id", "unknown", "there is no such department"));
        }
        work.note("moved", json!({"from": work.row.department_id, "to": department}));
        work.tell(audience(&work.row), News::Case { case_id: work.row.id.into(), number: work.row.number, opened: false });
        work.row.department_id = department.map(|id| id.0);
        work.row.activity_at = now.as_micros();
        work.withdraw_offer().await?;
    }
    // Whoever may not assign others takes what is free, hands over what is theirs, and takes nothing from anybody.
    let owner = work.row.assignee_id.filter(|owner| *owner != actor.id.0);
    if let Some(owner) = owner.filter(|owner| {
        let stays = change.assignee_id.is_none_or(|wanted| wanted.map(|user| user.0) == Some(*owner));
        !stays && !actor.role.may(Permission::AssignOthers)
    }) {
        return Err(taken_by(&user_name(&mut work.tx, owner.into()).await?));
    }
    match change.assignee_id {
        Some(Some(user)) if user != actor.id => {
            if work.row.assignee_id.is_none() {
                actor.must(Permission::AssignOthers)?;
            }
            work.assign(user).await?;
        }
        Some(Some(user)) => work.assign(user).await?,
        Some(None) if work.row.assignee_id.is_some() => {
            work.note("released", json!({"from": work.row.assignee_id}));
            work.row.assignee_id = None;
        }
        _ => {}
    }
    if let Some(state) = state.flatten() {
        set_state(work, state, change.snoozed_until, now).await?;
    }
    Ok(())
}

async fn set_state(work: &mut Work<'_>, state: State, until: Option<Timestamp>, now: Timestamp) -> Result<()> {
    let before = State::parse(&work.row.state);
    if before == Some(state) && state != State::Snoozed {
        return Ok(());
    }
    work.row.state = state.as_str().into();
    work.row.activity_at = now.as_micros();
    work.row.snoozed_until = None;
    work.row.resolved_at = None;
    match state {
        State::Open => work.note("reopened", json!({})),
        State::Snoozed => {
            work.row.snoozed_until = until.map(Timestamp::as_micros);
            work.note("snoozed", json!({"until": until.map(Timestamp::to_rfc3339)}));
        }
        State::Resolved => {
            work.row.resolved_at = Some(now.as_micros());
            work.row.waiting_since = None;
            work.row.reserved_by = None;
            work.row.reserved_until = None;
            work.note("resolved", json!({}));
        }
    }
    if state != State::Open {
        work.withdraw_offer().await?;
    }
    Ok(())
}

/// Resolves a case as part of other work.
pub(crate) async fn resolve(work: &mut Work<'_>) -> Result<()> {
    let now = work.app.now();
    set_state(work, State::Resolved, None, now).await
}

/// Takes a case nobody has. Two who press at once: one gets it, the other is told who.
pub async fn take(app: &App, actor: &Actor, id: CaseId) -> Result<CaseView> {
    view(app, actor, again(|| try_take(app, actor, id)).await?).await
}

async fn try_take(app: &App, actor: &Actor, id: CaseId) -> Result<CaseRow> {
    let mut work = Work::begin(app, actor, id).await?;
    match work.row.assignee_id {
        Some(owner) if owner != actor.id.0 => {
            return Err(taken_by(&user_name(&mut work.tx, owner.into()).await?));
        }
        _ => work.assign(actor.id).await?,
    }
    work.commit().await
}

/// Reserves a case for answering, or renews the reservation. While it lasts nobody else's answer passes the gate.
pub async fn reserve(app: &App, actor: &Actor, id: CaseId) -> Result<()> {
    again(|| try_reserve(app, actor, id)).await
}

async fn try_reserve(app: &App, actor: &Actor, id: CaseId) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let mut row = tx.lock_case(id.0).await?;
    if !sees(actor, &row) {
        return Err(AppError::not_found());
    }
    let now = app.now();
    if let Some(holder) = presence::reservation(&row, now).filter(|holder| *holder != actor.id) {
        return Err(reserved_by(&user_name(&mut tx, holder).await?));
    }
    let is_new = presence::reservation(&row, now).is_none();
    row.reserved_by = Some(actor.id.0);
    row.reserved_until = Some(now.plus_seconds(RESERVED_SECONDS).as_micros());
    tx.update_case(&row).await?;
    tx.commit().await?;
    if is_new {
        presence::tell(app, &row, app.board.present(id, now));
    }
    Ok(())
}

fn taken_by(name: &str) -> AppError {
    AppError::conflict("taken", format!("{name} has it"))
}

/// The error of a case that somebody else is answering.
pub(crate) fn reserved_by(name: &str) -> AppError {
    AppError::conflict("reserved_by_other", format!("{name} is answering"))
}

/// Gives a reservation back.
pub async fn release(app: &App, actor: &Actor, id: CaseId) -> Result<()> {
    again(|| try_release(app, actor, id)).await
}

async fn try_release(app: &App, actor: &Actor, id: CaseId) -> Result<()> {
    let mut tx = app.store.begin().await?;
    let mut row = tx.lock_case(id.0).await?;
    if !sees(actor, &row) {
        return Err(AppError::not_found());
    }
    if row.reserved_by == Some(actor.id.0) {
        row.reserved_by = None;
        row.reserved_until = None;
        tx.update_case(&row).await?;
        tx.commit().await?;
        presence::tell(app, &row, app.board.present(id, app.now()));
    }
    Ok(())
}

/// Notes that the user has seen the case.
pub async fn seen(app: &App, actor: &Actor, id: CaseId) -> Result<()> {
    let mut tx = app.store.begin().await?;
    super::load(&mut tx, actor, id).await?;
    tx.mark_seen(id.0, actor.id.0, app.now().as_micros()).await?;
    tx.commit().await?;
    Ok(())
}

/// The same change to several cases: what could be changed, and why the others could not.
pub async fn bulk(app: &App, actor: &Actor, ids: &[CaseId], wanted: &CaseChange) -> Result<(u64, Vec<(CaseId, &'static str)>)> {
    if ids.len() > 200 {
        return Err(AppError::field("ids", "too_long", "at most 200 cases at once"));
    }
    let (mut changed, mut failed) = (0, Vec::new());
    for id in ids {
        match change(app, actor, *id, wanted.clone()).await {
            Ok(_) => changed += 1,
            Err(error) if matches!(error.kind, crate::Kind::Internal | crate::Kind::Unavailable) => return Err(error),
            Err(error) => failed.push((*id, error.code)),
        }
    }
    Ok((changed, failed))
}

/// Adds an internal note and tells those it mentions (`@[Name](user-id)`), if they may see the case.
pub async fn add_note(app: &App, actor: &Actor, id: CaseId, text: &str) -> Result<NoteRow> {
    let mut wrong = Wrong::default();
    let text = wrong.text("text", &text.replace('\0', ""), 10_000);
    wrong.done()?;
    again(|| try_add_note(app, actor, id, &text)).await
}

async fn try_add_note(app: &App, actor: &Actor, id: CaseId, text: &str) -> Result<NoteRow> {
    let mut work = Work::begin(app, actor, id).await?;
    let now = app.now().as_micros();
    let text = text.to_owned();
    let note = NoteRow { id: app.new_id(), case_id: id.0, author_id: actor.id.0, author: actor.name.clone(), text, at: now };
    work.tx.insert_note(&note).await?;
    for user in mentioned(&note.text) {
        if user != actor.id.0 && may_see(&mut work, user).await? {
            let notice = NoticeRow {
                id: app.new_id(),
                user_id: user,
                kind: "mentioned".into(),
                case_id: Some(id.0),
                actor: Some(actor.name.clone()),
                excerpt: Some(crate::intake::clip(&plain_note(&note.text), 240)),
                at: now,
                read_at: None,
            };
            work.tx.insert_notice(&notice).await?;
            work.tell(Audience::User(user.into()), News::Notice {});
        }
    }
    work.row.activity_at = now;
    work.commit().await?;
    Ok(note)
}

/// Whether a user is there and sees the case.
async fn may_see(work: &mut Work<'_>, user: Uuid) -> Result<bool> {
    let Some(user) = work.tx.user(user.into()).await?.filter(|user| user.disabled_at.is_none()) else { return Ok(false) };
    let (department, assignee) = (work.row.department_id.map(Into::into), work.row.assignee_id.map(Into::into));
    Ok(Sight::of(user.role, user.id).sees(department, assignee, &user.departments))
}

/// The users a note mentions, each once.
fn mentioned(text: &str) -> Vec<Uuid> {
    let mut users: Vec<Uuid> = text.split("](").skip(1).filter_map(|rest| Uuid::parse_str(rest.split(')').next()?).ok()).collect();
    users.sort_unstable();
    users.dedup();
    users
}

/// A note as read: mentions as `@Name`.
fn plain_note(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("@[") {
        plain.push_str(&rest[..start]);
        let mention = &rest[start + 2..];
        match (mention.find("]("), mention.find(')')) {
            (Some(name_end), Some(end)) if name_end < end => {
                plain.push('@');
                plain.push_str(&mention[..name_end]);
                rest = &mention[end + 1..];
            }
            _ => {
                plain.push_str("@[");
                rest = mention;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    //! Mentions in notes.
    use super::*;

    #[test]
    fn finds_and_shows_mentions() {
        let id = Uuid::from_u128(7);
        let text = format!("mira esto @[Luis Gómez]({id}) y tú @[Luis Gómez]({id}), [no](soy) @[roto");
        assert_eq!(mentioned(&text), [id]);
        assert_eq!(plain_note(&text), "mira esto @Luis Gómez y tú @Luis Gómez, [no](soy) @[roto");
    }
}

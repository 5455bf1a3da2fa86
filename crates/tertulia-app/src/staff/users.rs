//! Users: inviting, changing, disabling; creating from the command line. A token can do none of it: a link or a role
//! is a way to a session.

use super::{User, passwords, setup};
use crate::{
    Actor, App, AppError, Result, Wrong,
    audit::{self, Object},
    cases::{self, change},
    live::{Audience, News},
    page,
};
use serde_json::{Map, Value, json};
use tertulia_kernel::{DepartmentId, UserId};
use tertulia_policy::{Permission, Role};
use tertulia_store::{Tx, bounded::Listed};

/// Most users, disabled ones too: the list is shown whole.
const MOST: i64 = 5_000;

/// A user to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Departments.
    pub departments: Vec<DepartmentId>,
    /// `es` or `en`.
    pub locale: String,
}

/// Changes to a user; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Departments.
    pub departments: Option<Vec<DepartmentId>>,
    /// Disabled.
    pub disabled: Option<bool>,
}

/// Notes whether this is an e-mail address, and gives its stored form.
pub(super) fn check_email(wrong: &mut Wrong, email: &str) -> String {
    let email = email.trim().to_lowercase();
    let ok = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && matches!(email.split_once('@'), Some((name, host)) if !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if email.is_empty() {
        wrong.add("email", "required", "required");
    } else {
        wrong.unless(ok, "email", "email", "not an e-mail address");
    }
    email
}

fn check(new: NewUser) -> Result<NewUser> {
    let mut wrong = Wrong::default();
    let email = check_email(&mut wrong, &new.email);
    let name = wrong.text("name", &new.name, 100);
    wrong.one_of("locale", &new.locale, &["es", "en"]);
    wrong.done()?;
    Ok(NewUser { email, name, ..new })
}

async fn check_departments(tx: &mut Tx, departments: &[DepartmentId]) -> Result<Vec<DepartmentId>> {
    let known: Vec<DepartmentId> = tx.departments().await?.into_iter().map(|department| department.id).collect();
    if departments.iter().any(|id| !known.contains(id)) {
        return Err(AppError::field("department_ids", "unknown", "no such department"));
    }
    let mut departments = departments.to_vec();
    departments.sort();
    departments.dedup();
    Ok(departments)
}

/// Adds a checked user in a transaction at hand.
pub(super) async fn add(app: &App, tx: &mut Tx, new: NewUser) -> Result<User> {
    if tx.user_by_email(&new.email).await?.is_some() {
        return Err(AppError::field("email", "taken", "a user with this e-mail address exists"));
    }
    page::room(tx, Listed::Users, MOST).await?;
    let now = app.now();
    let user = User {
        id: UserId(app.new_id()),
        number: tx.take_numbers("user", 1).await?,
        departments: check_departments(tx, &new.departments).await?,
        email: new.email,
        name: new.name,
        role: new.role,
        locale: new.locale,
        theme: "system".into(),
        zone: None,
        has_password: false,
        ready: false,
        last_seen_at: None,
        disabled_at: None,
        sample: false,
        created_at: now,
    };
    tx.insert_user(&user).await?;
    if user.role == Role::Administrator {
        // The house has its administrator: a link for the first one, printed in a log, must make no other.
        tx.delete_setup_links_of(setup::ADMINISTRATOR, None).await?;
    }
    Ok(user)
}

/// All users. Everybody may know their colleagues: cases are passed on and notes mention them.
pub async fn list(app: &App, _: &Actor) -> Result<Vec<User>> {
    Ok(app.store.read().await?.users().await?)
}

/// Invites a user; returns the path of the link to give them.
pub async fn invite(app: &App, actor: &Actor, new: NewUser) -> Result<(User, String)> {
    actor.must(Permission::ManageUsers)?;
    actor.must_be_session()?;
    let new = check(new)?;
    let mut tx = app.store.begin().await?;
    let user = add(app, &mut tx, new).await?;
    let path = setup::make_link(app, &mut tx, Some(user.id)).await?;
    let detail = json!({ "email": user.email, "role": user.role });
    audit::record(app, &mut tx, Some(actor), "user.invited", Object::new("user", user.id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok((user, path))
}

/// Creates a user with a password: from the command line, where whoever runs it owns the database anyway.
pub async fn create(app: &App, new: NewUser, password: &str) -> Result<User> {
    let new = check(new)?;
    let mut wrong = Wrong::default();
    passwords::check(&mut wrong, "password", password, &[&new.email, &new.name]);
    wrong.done()?;
    let hash = passwords::hash(app, password).await?;
    let mut tx = app.store.begin().await?;
    let user = User { has_password: true, ..add(app, &mut tx, new).await? };
    tx.set_password(user.id, &hash).await?;
    let detail = json!({ "email": user.email, "role": user.role });
    audit::record(app, &mut tx, None, "user.created", Object::new("user", user.id), detail).await?;
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(user)
}

/// Changes a user. Disabling ends their sessions, removes their tokens and gives back their cases; the last administrator
/// stays one.
pub async fn change(app: &App, actor: &Actor, id: UserId, wanted: Change) -> Result<User> {
    actor.must(Permission::ManageUsers)?;
    actor.must_be_session()?;
    let mut wrong = Wrong::default();
    let name = wanted.name.as_deref().map(|name| wrong.text("name", name, 100));
    wrong.done()?;

    let mut tx = app.store.begin().await?;
    let mut user = tx.user(id).await?.ok_or_else(AppError::not_found)?;
    let could_administer = tx.count_active_administrators().await? > 0;
    let mut detail = Map::new();
    let mut released = Vec::new();
    if let Some(name) = name.filter(|name| *name != user.name) {
        detail.insert("name".into(), json!([user.name, name]));
        user.name = name;
    }
    if let Some(role) = wanted.role.filter(|role| *role != user.role) {
        detail.insert("role".into(), json!([user.role, role]));
        user.role = role;
    }
    if let Some(departments) = wanted.departments {
        let departments = check_departments(&mut tx, &departments).await?;
        if departments != user.departments {
            detail.insert("departments".into(), json!([user.departments, departments]));
            user.departments = departments;
        }
    }
    if let Some(disabled) = wanted.disabled.filter(|disabled| *disabled != user.disabled_at.is_some()) {
        detail.insert("disabled".into(), json!(disabled));
        user.disabled_at = disabled.then(|| app.now());
        if disabled {
            // The cases first, then the user: the order of everybody who assigns one.
            released = change::release_all_of(app, actor, &mut tx, id).await?;
            tx.delete_sessions_of(id, None).await?;
            tx.delete_tokens_of(id).await?;
            tx.delete_setup_links_of("invitation", Some(id)).await?;
            tx.set_ready(id.0, false, app.now().as_micros()).await?;
            // What was assigned to them until this row of theirs was ours.
            released.extend(change::release_all_of(app, actor, &mut tx, id).await?);
            user.ready = false;
        }
    }
    if detail.is_empty() {
        return Ok(user);
    }
    tx.save_user(&user).await?;
    if could_administer && tx.count_active_administrators().await? == 0 {
        return Err(AppError::conflict("last_administrator", "this is the last administrator"));
    }
    audit::record(app, &mut tx, Some(actor), "user.changed", Object::new("user", id), Value::Object(detail)).await?;
    tx.commit().await?;
    app.live.tell_access(id);
    for row in &released {
        app.live.tell(cases::audience(row), News::Case { case_id: row.id.into(), number: row.number, opened: false });
    }
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(user)
}

/// A new link for a user who lost theirs or forgot the password; an earlier one stops working.
pub async fn new_link(app: &App, actor: &Actor, id: UserId) -> Result<(User, String)> {
    actor.must(Permission::ManageUsers)?;
    actor.must_be_session()?;
    let mut tx = app.store.begin().await?;
    let user = tx.user(id).await?.filter(|user| user.disabled_at.is_none()).ok_or_else(AppError::not_found)?;
    let path = setup::make_link(app, &mut tx, Some(id)).await?;
    audit::record(app, &mut tx, Some(actor), "user.link_made", Object::new("user", id), json!({})).await?;
    tx.commit().await?;
    Ok((user, path))
}

//! The first administrator and invitations: one-time links.

use super::{
    User, passwords, secrets,
    sign_in::{self, SignedIn},
    users::{self, NewUser},
};
use crate::{
    App, AppError, Result, Wrong,
    audit::{self, Object},
};
use serde_json::json;
use tertulia_kernel::{DepartmentId, UserId};
use tertulia_policy::Role;
use tertulia_store::{Tx, department::Department, session::SetupLink};

/// Days a link works.
const LINK_DAYS: i64 = 7;
pub(super) const ADMINISTRATOR: &str = "administrator";
const INVITATION: &str = "invitation";

/// The departments a company starts with: key, Spanish, English.
const FIRST_DEPARTMENTS: [(&str, &str, &str); 4] = [
    ("complaints", "Quejas", "Complaints"),
    ("sales", "Ventas", "Sales"),
    ("technical_service", "Servicio técnico", "Technical service"),
    ("marketing", "Marketing", "Marketing"),
];

/// A link, as the person who opens it sees it.
#[derive(Clone, Debug)]
pub struct Link {
    /// `administrator` or `invitation`.
    pub purpose: String,
    /// The invited user.
    pub user: Option<User>,
}

/// What the person fills in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Name.
    pub name: String,
    /// E-mail, for the first administrator.
    pub email: Option<String>,
    /// Password.
    pub password: String,
    /// `es` or `en`.
    pub locale: String,
}

/// Makes a new house ready: the first departments, once.
pub async fn prepare(app: &App) -> Result<()> {
    const PREPARED: &str = "prepared";
    if app.store.read().await?.setting::<bool>(PREPARED).await?.unwrap_or_default() {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    if tx.setting::<bool>(PREPARED).await?.unwrap_or_default() {
        return Ok(());
    }
    for (key, name_es, name_en) in FIRST_DEPARTMENTS {
        let now = app.now();
        let department = Department {
            id: DepartmentId(app.new_id()),
            number: tx.take_numbers("department", 1).await?,
            key: key.into(),
            name_es: name_es.into(),
            name_en: name_en.into(),
            members: 0,
            created_at: now,
        };
        tx.insert_department(&department).await?;
    }
    tx.set_setting(PREPARED, &true).await?;
    Ok(tx.commit().await?)
}

/// While nobody can administer: the path of a fresh link for the first administrator; the one before stops working.
pub async fn first_link(app: &App) -> Result<Option<String>> {
    let mut tx = app.store.begin().await?;
    if tx.count_active_administrators().await? > 0 {
        return Ok(None);
    }
    tx.delete_setup_links_of(ADMINISTRATOR, None).await?;
    let path = make_link(app, &mut tx, None).await?;
    tx.commit().await?;
    Ok(Some(path))
}

/// A fresh link from the command line: for a user by e-mail (a new password), or for one more administrator.
pub async fn link_for(app: &App, email: Option<&str>) -> Result<String> {
    let mut tx = app.store.begin().await?;
    let user = match email {
        None => None,
        Some(email) => Some(tx.user_by_email(&email.trim().to_lowercase()).await?.ok_or_else(AppError::not_found)?),
    };
    let path = make_link(app, &mut tx, user.as_ref().map(|user| user.id)).await?;
    let object = user.map_or(Object::only("user"), |user| Object::new("user", user.id));
    audit::record(app, &mut tx, None, "user.link_made", object, json!({})).await?;
    tx.commit().await?;
    Ok(path)
}

/// Makes a link in a transaction at hand; a user's earlier one stops working. Returns its path.
pub(super) async fn make_link(app: &App, tx: &mut Tx, user: Option<UserId>) -> Result<String> {
    let secret = secrets::fresh(&*app.entropy);
    let purpose = if user.is_some() { INVITATION } else { ADMINISTRATOR };
    if user.is_some() {
        tx.delete_setup_links_of(INVITATION, user).await?;
    }
    let link = SetupLink { purpose: purpose.into(), user, expires_at: app.now().plus_seconds(LINK_DAYS * 86_400) };
    tx.insert_setup_link(&secrets::hash(&secret), &link).await?;
    Ok(format!("/setup/{secret}"))
}

/// What a link is for; 404 when it does not work any more.
pub async fn look(app: &App, secret: &str) -> Result<Link> {
    let mut conn = app.store.read().await?;
    let link = conn.setup_link(&secrets::hash(secret)).await?.filter(|link| link.expires_at > app.now());
    let link = link.ok_or_else(AppError::not_found)?;
    let user = match link.user {
        None => None,
        Some(id) => Some(conn.user(id).await?.filter(|user| user.disabled_at.is_none()).ok_or_else(AppError::not_found)?),
    };
    Ok(Link { purpose: link.purpose, user })
}

/// Uses a link: creates or completes the account, and signs in.
pub async fn accept(app: &App, secret: &str, form: Form, agent: Option<&str>) -> Result<SignedIn> {
    let link = look(app, secret).await?;
    let email = link.user.as_ref().map(|user| user.email.clone()).or(form.email).unwrap_or_default();
    let mut wrong = Wrong::default();
    let email = users::check_email(&mut wrong, &email);
    let name = wrong.text("name", &form.name, 100);
    wrong.one_of("locale", &form.locale, &["es", "en"]);
    passwords::check(&mut wrong, "password", &form.password, &[&email, &name]);
    wrong.done()?;
    let hash = passwords::hash(app, &form.password).await?;

    let mut tx = app.store.begin().await?;
    if !tx.delete_setup_link(&secrets::hash(secret)).await? {
        return Err(AppError::not_found());
    }
    let user = match link.user {
        Some(invited) => {
            let user = User { name, locale: form.locale, has_password: true, ..invited };
            tx.save_user(&user).await?;
            tx.delete_sessions_of(user.id, None).await?;
            user
        }
        None => {
            let new = NewUser { email, name, role: Role::Administrator, departments: Vec::new(), locale: form.locale };
            User { has_password: true, ..users::add(app, &mut tx, new).await? }
        }
    };
    tx.set_password(user.id, &hash).await?;
    audit::record(app, &mut tx, None, "user.set_up", Object::new("user", user.id), json!({ "email": user.email, "role": user.role }))
        .await?;
    let signed_in = sign_in::start(app, &mut tx, user, agent).await?;
    tx.commit().await?;
    app.live.tell_access(signed_in.user.id);
    Ok(signed_in)
}

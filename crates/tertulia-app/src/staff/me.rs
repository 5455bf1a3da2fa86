//! The signed-in user's own profile and password.

use super::{User, passwords, secrets};
use crate::{
    Actor, App, AppError, Kind, Result, Wrong,
    audit::{self, Object},
    live::{Audience, News},
};
use serde_json::json;

/// Changes to the own profile; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// `es` or `en`.
    pub locale: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// IANA time zone; empty follows the browser.
    pub zone: Option<String>,
    /// Ready to be offered cases.
    pub ready: Option<bool>,
}

/// The signed-in user.
pub async fn load(app: &App, actor: &Actor) -> Result<User> {
    app.store.read().await?.user(actor.id).await?.ok_or_else(AppError::unauthenticated)
}

/// Changes the own profile.
pub async fn change(app: &App, actor: &Actor, change: Change) -> Result<User> {
    let mut wrong = Wrong::default();
    let name = change.name.as_deref().map(|name| wrong.text("name", name, 100));
    if let Some(locale) = &change.locale {
        wrong.one_of("locale", locale, &["es", "en"]);
    }
    if let Some(theme) = &change.theme {
        wrong.one_of("theme", theme, &["system", "light", "dark"]);
    }
    let zone = change.zone.map(|zone| Some(zone.trim().to_owned()).filter(|zone| !zone.is_empty()));
    if let Some(Some(zone)) = &zone {
        wrong.zone("zone", zone);
    }
    wrong.done()?;

    let mut tx = app.store.begin().await?;
    let before = tx.user(actor.id).await?.ok_or_else(AppError::unauthenticated)?;
    let user = User {
        name: name.unwrap_or_else(|| before.name.clone()),
        locale: change.locale.unwrap_or_else(|| before.locale.clone()),
        theme: change.theme.unwrap_or_else(|| before.theme.clone()),
        zone: zone.unwrap_or_else(|| before.zone.clone()),
        ready: change.ready.unwrap_or(before.ready),
        ..before.clone()
    };
    tx.save_user(&user).await?;
    if user.ready != before.ready {
        tx.set_ready(user.id.0, user.ready, app.now().as_micros()).await?;
    }
    if user.name != before.name {
        let detail = json!({ "name": [before.name, user.name] });
        audit::record(app, &mut tx, Some(actor), "user.changed", Object::new("user", user.id), detail).await?;
    }
    tx.commit().await?;
    app.live.tell(Audience::Everybody, News::Settings {});
    Ok(user)
}

/// Sets a new own password; every other session ends. `session` is the secret of the one that stays.
pub async fn change_password(app: &App, actor: &Actor, session: Option<&str>, current: &str, new: &str) -> Result<()> {
    actor.must_be_session()?;
    let user = load(app, actor).await?;
    let stored = app.store.read().await?.password_hash(user.id).await?;
    if !passwords::verify(app, current, stored).await? {
        return Err(AppError::new(Kind::Forbidden, "wrong_password", "the present password is wrong"));
    }
    let mut wrong = Wrong::default();
    passwords::check(&mut wrong, "new", new, &[&user.email, &user.name]);
    wrong.done()?;
    let hash = passwords::hash(app, new).await?;
    let keep = session.map(secrets::hash);
    let mut tx = app.store.begin().await?;
    tx.set_password(user.id, &hash).await?;
    tx.delete_sessions_of(user.id, keep.as_ref().map(<[u8; 32]>::as_slice)).await?;
    audit::record(app, &mut tx, Some(actor), "user.password_changed", Object::new("user", user.id), json!({})).await?;
    tx.commit().await?;
    app.live.tell_access(user.id);
    Ok(())
}

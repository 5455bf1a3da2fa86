//! From a cookie or a token to the user who acts.

use super::secrets;
use crate::{Actor, App, AppError, Result};
use tertulia_kernel::Timestamp;
use tertulia_policy::Scope;
use tertulia_store::staff::User;

/// Days a session lasts after its last use.
pub const SESSION_DAYS: i64 = 30;
/// Seconds between two notes that a session or token is in use: each costs a write.
const NOTE_USE_EVERY: i64 = 300;

/// When a session used now ends.
pub(crate) fn session_end(now: Timestamp) -> Timestamp {
    now.plus_seconds(SESSION_DAYS * 86_400)
}

fn actor(user: User, scopes: Option<Vec<Scope>>) -> Result<Actor> {
    if user.disabled_at.is_some() {
        return Err(AppError::unauthenticated());
    }
    Ok(Actor { id: user.id, name: user.name, role: user.role, departments: user.departments, scopes })
}

fn due(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| now.seconds_since(last) >= NOTE_USE_EVERY)
}

/// What a caller showed, kept to ask again later whether it still holds: as hashes, never the secrets.
#[derive(Clone, Copy, Debug)]
pub enum Credential {
    /// A console's session.
    Session([u8; 32]),
    /// An API token.
    Token([u8; 32]),
}

impl Credential {
    /// Of a session's secret.
    pub fn session(secret: &str) -> Self {
        Self::Session(secrets::hash(secret))
    }

    /// Of a token's secret.
    pub fn token(secret: &str) -> Self {
        Self::Token(secrets::hash(secret))
    }
}

/// Who a credential stands for now, with today's role and departments. Looking is no use: it moves no session's end.
pub async fn actor_now(app: &App, credential: Credential) -> Result<Actor> {
    let mut conn = app.store.read().await?;
    let (user, scopes) = match credential {
        Credential::Session(hash) => {
            let session = conn.session(&hash).await?.filter(|session| session.expires_at > app.now());
            (session.ok_or_else(AppError::unauthenticated)?.user, None)
        }
        Credential::Token(hash) => {
            let (token, user) = conn.token_by_hash(&hash).await?.ok_or_else(AppError::unauthenticated)?;
            (user, Some(token.scopes))
        }
    };
    actor(user, scopes)
}

/// The user of a session's secret; moves the session's end.
pub async fn actor_of_session(app: &App, secret: &str) -> Result<Actor> {
    let now = app.now();
    let hash = secrets::hash(secret);
    let session = app.store.read().await?.session(&hash).await?.ok_or_else(AppError::unauthenticated)?;
    if session.expires_at <= now {
        return Err(AppError::unauthenticated());
    }
    if due(Some(session.seen_at), now) {
        let mut tx = app.store.begin().await?;
        tx.extend_session(&hash, now, session_end(now)).await?;
        tx.set_last_seen(session.user.id, now).await?;
        tx.commit().await?;
    }
    actor(session.user, None)
}

/// The user of an API token's secret, limited to the token's scopes.
pub async fn actor_of_token(app: &App, secret: &str) -> Result<Actor> {
    let now = app.now();
    let found = app.store.read().await?.token_by_hash(&secrets::hash(secret)).await?;
    let (token, user) = found.ok_or_else(AppError::unauthenticated)?;
    let actor = actor(user, Some(token.scopes))?;
    if due(token.last_used_at, now) {
        let mut tx = app.store.begin().await?;
        tx.set_token_used(token.id, now).await?;
        tx.commit().await?;
    }
    Ok(actor)
}

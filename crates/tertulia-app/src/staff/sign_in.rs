//! Signing in and out, slowed down for those who guess.
//!
//! Failures count per e-mail and per address; beyond a few, each next attempt must wait twice as long. An attempt is
//! counted before the password is looked at, so many at once gain nothing, and taken back when it was right.

use super::{passwords, secrets, sessions};
use crate::{Actor, App, AppError, Kind, Result};
use tertulia_kernel::Timestamp;
use tertulia_store::{Tx, staff::User};

/// Failures of one e-mail before it must wait.
const FREE_PER_EMAIL: i64 = 5;
/// Failures from one address before it must wait: an office shares one.
const FREE_PER_ADDRESS: i64 = 20;
/// Failures older than this are forgotten.
pub(super) const REMEMBERED_SECONDS: i64 = 900;
/// Longest wait: a stranger can't lock a user out for long.
const LONGEST_WAIT: i64 = 300;

/// A new session: its secret goes into the cookie.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The cookie's value.
    pub secret: Secret,
}

/// A secret that does not show in logs.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// When the next attempt is allowed after so many failures.
fn allowed_at(failures: i64, last: Option<Timestamp>, free: i64) -> Option<Timestamp> {
    let beyond = failures - free;
    if beyond < 0 {
        return None;
    }
    last.map(|last| last.plus_seconds(LONGEST_WAIT.min(1 << beyond.min(20))))
}

/// Counts an attempt, or refuses it.
async fn count_attempt(app: &App, keys: &[(String, i64)], now: Timestamp) -> Result<()> {
    let mut tx = app.store.begin().await?;
    for (key, free) in keys {
        let (failures, last) = tx.login_failures(key, now.plus_seconds(-REMEMBERED_SECONDS)).await?;
        if let Some(allowed) = allowed_at(failures, last, *free).filter(|allowed| *allowed > now) {
            let wait = allowed.plus_millis(999).seconds_since(now).max(1);
            tracing::warn!(failures, wait, "sign-in slowed down");
            let error = AppError::new(Kind::TooMany, "login_limited", "too many attempts; wait");
            return Err(AppError { retry_after: u32::try_from(wait).ok(), ..error });
        }
    }
    for (key, _) in keys {
        tx.insert_login_failure(key, now).await?;
    }
    Ok(tx.commit().await?)
}

/// Signs in. The same answer for an unknown e-mail, a wrong password, an invited or a disabled user.
/// `caller` is what stands for the network address it came from, if that is known.
pub async fn sign_in(app: &App, email: &str, password: &str, caller: Option<String>, agent: Option<&str>) -> Result<SignedIn> {
    let now = app.now();
    let email: String = email.trim().to_lowercase().chars().take(254).collect();
    let mut keys = vec![(format!("email:{email}"), FREE_PER_EMAIL)];
    keys.extend(caller.map(|caller| (format!("address:{caller}"), FREE_PER_ADDRESS)));
    count_attempt(app, &keys, now).await?;

    let mut conn = app.store.read().await?;
    let user = conn.user_by_email(&email).await?;
    let stored = match &user {
        Some(user) if user.disabled_at.is_none() => conn.password_hash(user.id).await?,
        _ => None,
    };
    drop(conn);
    let right = passwords::verify(app, password, stored).await?;
    let Some(user) = user.filter(|_| right) else {
        return Err(AppError::new(Kind::Unauthenticated, "invalid_credentials", "the e-mail address or the password is wrong"));
    };

    let mut tx = app.store.begin().await?;
    for (key, _) in &keys {
        if key.starts_with("email:") {
            tx.delete_login_failures(key).await?;
        } else {
            tx.delete_login_failure(key, now).await?;
        }
    }
    let signed_in = start(app, &mut tx, user, agent).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Starts a session in a transaction at hand.
pub(super) async fn start(app: &App, tx: &mut Tx, user: User, agent: Option<&str>) -> Result<SignedIn> {
    let now = app.now();
    let secret = secrets::fresh(&*app.entropy);
    let agent: Option<String> = agent.map(|agent| agent.chars().take(200).collect());
    tx.insert_session(&secrets::hash(&secret), user.id, now, sessions::session_end(now), agent.as_deref()).await?;
    tx.set_last_seen(user.id, now).await?;
    Ok(SignedIn { user, secret: Secret(secret) })
}

/// Ends a user's session; an unknown one is fine.
pub async fn sign_out(app: &App, actor: &Actor, secret: &str) -> Result<()> {
    let mut tx = app.store.begin().await?;
    tx.delete_session(&secrets::hash(secret)).await?;
    tx.commit().await?;
    app.live.tell_access(actor.id);
    Ok(())
}

#[cfg(test)]
mod tests {
    //! How long to wait.
    use super::*;

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait_up_to_a_bound() {
        let last = Timestamp::from_seconds(1_000);
        let wait = |failures| allowed_at(failures, Some(last), 5).map(|at| at.seconds_since(last));
        assert_eq!([wait(4), wait(5), wait(6), wait(9), wait(500)], [None, Some(1), Some(2), Some(16), Some(300)]);
    }
}

//! Passwords: what is accepted, and how they are stored (Argon2id).
//!
//! Hashing takes tens of milliseconds and 19 MiB on purpose; it runs apart from the other work, two at a time, so that
//! a flood of sign-ins can neither stop the server nor fill its memory.

use crate::{App, AppError, Result, Wrong};
use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use tokio::sync::{OnceCell, Semaphore};

/// Fewest characters of a password.
const FEWEST: usize = 10;
/// Most characters: enough for any phrase, and hashing stays cheap.
const MOST: usize = 200;

static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// A hash nobody's password has, verified for unknown users so that they take as long as known ones.
static NOBODYS: OnceCell<String> = OnceCell::const_new();

/// Notes what is wrong with a new password. `about` is what an attacker would try first: the e-mail and the name.
pub fn check(wrong: &mut Wrong, field: &str, password: &str, about: &[&str]) {
    let length = password.chars().count();
    wrong.unless(length >= FEWEST, field, "password_short", "use 10 characters or more");
    wrong.unless(length <= MOST, field, "password_long", "use at most 200 characters");
    let lower = password.to_lowercase();
    let repeats = |password: &str| password.chars().collect::<std::collections::BTreeSet<_>>().len() <= 3;
    let counts = "01234567890123456789".contains(&lower) || "98765432109876543210".contains(&lower);
    let known = about.iter().any(|known| {
        let known = known.to_lowercase();
        !known.is_empty() && (lower == known || known.split('@').next() == Some(lower.as_str()))
    });
    wrong.unless(!(known || counts || repeats(&lower)), field, "password_obvious", "too easy to guess");
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let stopped = |error: String| AppError::new(crate::Kind::Internal, "internal", format!("hashing stopped: {error}"));
    let _turn = AT_ONCE.acquire().await.map_err(|error| stopped(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| stopped(error.to_string()))?
}

/// What is stored of a password.
pub async fn hash(app: &App, password: &str) -> Result<String> {
    let mut salt = [0u8; 16];
    app.entropy.fill(&mut salt);
    let password = password.to_owned();
    apart(move || {
        let failed = |error: argon2::password_hash::Error| AppError::new(crate::Kind::Internal, "internal", error.to_string());
        let salt = SaltString::encode_b64(&salt).map_err(failed)?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
    })
    .await
}

/// Whether a password is the one stored. Takes the same time when there is none.
pub async fn verify(app: &App, password: &str, stored: Option<String>) -> Result<bool> {
    let exists = stored.is_some();
    let stored = match stored {
        Some(stored) => stored,
        None => NOBODYS.get_or_try_init(|| async { hash(app, &super::secrets::fresh(&*app.entropy)).await }).await?.clone(),
    };
    // Longer ones were never accepted; verifying them would only cost time.
    let password: String = password.chars().take(MOST + 1).collect();
    let same = apart(move || {
        let parsed = PasswordHash::new(&stored).map_err(|error| AppError::new(crate::Kind::Internal, "internal", error.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await?;
    Ok(same && exists)
}

#[cfg(test)]
mod tests {
    //! What is accepted.
    use super::*;

    #[test]
    fn refuses_short_and_obvious_passwords() {
        let ok = |password: &str| {
            let mut wrong = Wrong::default();
            check(&mut wrong, "password", password, &["ana.rojas@alba.test", "Ana Rojas Gil"]);
            wrong.done().is_ok()
        };
        assert!(ok("mar y montaña 8"));
        for bad in ["corta", "1234567890", "aaaaaaaaaaaa", "Ana Rojas Gil", "ana.rojas@alba.test", &"x9".repeat(101)] {
            assert!(!ok(bad), "{bad}");
        }
    }
}

//! Console sessions and one-time setup links. Only hashes of their tokens are stored.

use crate::{
    Conn, Result,
    staff::{User, UserRow, user_columns},
};
use tertulia_kernel::{Timestamp, UserId};
use uuid::Uuid;

/// A session with its user.
#[derive(Clone, Debug)]
pub struct Session {
    /// The user.
    pub user: User,
    /// Last request, to some minutes.
    pub seen_at: Timestamp,
    /// When it ends unless used before.
    pub expires_at: Timestamp,
}

/// A one-time link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupLink {
    /// `administrator` or `invitation`.
    pub purpose: String,
    /// The invited user.
    pub user: Option<UserId>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl Conn {
    /// Starts a session.
    pub async fn insert_session(
        &mut self,
        hash: &[u8],
        user: UserId,
        now: Timestamp,
        expires_at: Timestamp,
        agent: Option<&str>,
    ) -> Result<()> {
        const SQL: &str =
            "INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at, agent) VALUES ($1, $2, $3, $3, $4, $5)";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(hash)
            .bind(user.0)
            .bind(now.as_micros())
            .bind(expires_at.as_micros())
            .bind(agent)
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// The session of a token's hash, expired or not.
    pub async fn session(&mut self, hash: &[u8]) -> Result<Option<Session>> {
        const TIMES: &str = "SELECT seen_at, expires_at FROM session WHERE token_hash = $1";
        const USER: &str = concat!("SELECT ", user_columns!(), " FROM session x JOIN staff s ON s.id = x.user_id WHERE x.token_hash = $1");
        let times: Option<(i64, i64)> = crate::on!(self, c => sqlx::query_as(TIMES).bind(hash).fetch_optional(c).await?);
        let Some((seen, expires)) = times else { return Ok(None) };
        let row: Option<UserRow> = crate::on!(self, c => sqlx::query_as(USER).bind(hash).fetch_optional(c).await?);
        Ok(self.complete(row).await?.map(|user| Session {
            user,
            seen_at: Timestamp::from_micros(seen),
            expires_at: Timestamp::from_micros(expires),
        }))
    }

    /// Moves a session's end.
    pub async fn extend_session(&mut self, hash: &[u8], now: Timestamp, expires_at: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE token_hash = $1";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(hash)
            .bind(now.as_micros())
            .bind(expires_at.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Ends a session.
    pub async fn delete_session(&mut self, hash: &[u8]) -> Result<()> {
        const SQL: &str = "DELETE FROM session WHERE token_hash = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(hash).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Ends all sessions of a user, but one (`keep`: a token's hash).
    pub async fn delete_sessions_of(&mut self, user: UserId, keep: Option<&[u8]>) -> Result<()> {
        const SQL: &str = "DELETE FROM session WHERE user_id = $1 AND token_hash <> $2";
        let keep = keep.unwrap_or_default();
        crate::on!(self, c => sqlx::query(SQL).bind(user.0).bind(keep).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Makes a one-time link.
    pub async fn insert_setup_link(&mut self, hash: &[u8], link: &SetupLink) -> Result<()> {
        const SQL: &str = "INSERT INTO setup_link (token_hash, purpose, user_id, expires_at) VALUES ($1, $2, $3, $4)";
        crate::on!(self, c => sqlx::query(SQL)
            .bind(hash)
            .bind(&link.purpose)
            .bind(link.user.map(|user| user.0))
            .bind(link.expires_at.as_micros())
            .execute(c)
            .await
            .map(drop)?);
        Ok(())
    }

    /// The one-time link of a token's hash, expired or not.
    pub async fn setup_link(&mut self, hash: &[u8]) -> Result<Option<SetupLink>> {
        const SQL: &str = "SELECT purpose, user_id, expires_at FROM setup_link WHERE token_hash = $1";
        let row: Option<(String, Option<Uuid>, i64)> = crate::on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await?);
        Ok(row.map(|(purpose, user, expires)| SetupLink { purpose, user: user.map(UserId), expires_at: Timestamp::from_micros(expires) }))
    }

    /// Takes a one-time link out; `false` when somebody used it meanwhile.
    pub async fn delete_setup_link(&mut self, hash: &[u8]) -> Result<bool> {
        const SQL: &str = "DELETE FROM setup_link WHERE token_hash = $1";
        Ok(crate::on!(self, c => sqlx::query(SQL).bind(hash).execute(c).await?.rows_affected()) > 0)
    }

    /// Takes out the links of a purpose, of one user or of nobody in particular.
    pub async fn delete_setup_links_of(&mut self, purpose: &str, user: Option<UserId>) -> Result<()> {
        const NOBODY: &str = "DELETE FROM setup_link WHERE purpose = $1 AND user_id IS NULL";
        const USER: &str = "DELETE FROM setup_link WHERE purpose = $1 AND user_id = $2";
        match user {
            None => crate::on!(self, c => sqlx::query(NOBODY).bind(purpose).execute(c).await.map(drop)?),
            Some(user) => crate::on!(self, c => sqlx::query(USER).bind(purpose).bind(user.0).execute(c).await.map(drop)?),
        }
        Ok(())
    }

    /// Removes sessions and links that ended before `now`; tells how many sessions.
    pub async fn delete_expired_sessions(&mut self, now: Timestamp) -> Result<u64> {
        const SESSIONS: &str = "DELETE FROM session WHERE expires_at <= $1";
        const LINKS: &str = "DELETE FROM setup_link WHERE expires_at <= $1";
        let ended = crate::on!(self, c => sqlx::query(SESSIONS).bind(now.as_micros()).execute(c).await?.rows_affected());
        crate::on!(self, c => sqlx::query(LINKS).bind(now.as_micros()).execute(c).await.map(drop)?);
        Ok(ended)
    }
}

//! Failed sign-ins, kept for a while to slow guessing down.

use crate::{Conn, Result};
use tertulia_kernel::Timestamp;

impl Conn {
    /// Notes a failed sign-in under a key (an e-mail or an address).
    pub async fn insert_login_failure(&mut self, key: &str, now: Timestamp) -> Result<()> {
        const SQL: &str = "INSERT INTO login_failure (key, at) VALUES ($1, $2)";
        crate::on!(self, c => sqlx::query(SQL).bind(key).bind(now.as_micros()).execute(c).await.map(drop)?);
        Ok(())
    }

    /// How many failures a key has since an instant, and when the last one was.
    pub async fn login_failures(&mut self, key: &str, since: Timestamp) -> Result<(i64, Option<Timestamp>)> {
        const SQL: &str = "SELECT COUNT(*), MAX(at) FROM login_failure WHERE key = $1 AND at > $2";
        let (count, last): (i64, Option<i64>) =
            crate::on!(self, c => sqlx::query_as(SQL).bind(key).bind(since.as_micros()).fetch_one(c).await?);
        Ok((count, last.map(Timestamp::from_micros)))
    }

    /// Forgets one failure: it was none.
    pub async fn delete_login_failure(&mut self, key: &str, at: Timestamp) -> Result<()> {
        const SQL: &str = "DELETE FROM login_failure WHERE key = $1 AND at = $2";
        crate::on!(self, c => sqlx::query(SQL).bind(key).bind(at.as_micros()).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Forgets the failures of a key: the right password came.
    pub async fn delete_login_failures(&mut self, key: &str) -> Result<()> {
        const SQL: &str = "DELETE FROM login_failure WHERE key = $1";
        crate::on!(self, c => sqlx::query(SQL).bind(key).execute(c).await.map(drop)?);
        Ok(())
    }

    /// Forgets failures before an instant.
    pub async fn delete_login_failures_before(&mut self, before: Timestamp) -> Result<()> {
        const SQL: &str = "DELETE FROM login_failure WHERE at < $1";
        crate::on!(self, c => sqlx::query(SQL).bind(before.as_micros()).execute(c).await.map(drop)?);
        Ok(())
    }
}

//! What the doctor asks: schema, integrity, times.

use crate::{Conn, Result, dialect::Dialect, on};
use tertulia_kernel::Timestamp;

impl Conn {
    /// The schema version of this database; `None` when it was never migrated.
    pub async fn schema_version(&mut self) -> Result<Option<i64>> {
        const TABLE: &str = "_sqlx_migrations";
        if !self.has_table(TABLE).await? {
            return Ok(None);
        }
        Ok(on!(self, c => sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations WHERE success").fetch_one(c).await?))
    }

    /// Whether a table exists.
    pub async fn has_table(&mut self, name: &str) -> Result<bool> {
        const SQLITE: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)";
        const POSTGRES: &str = "SELECT to_regclass($1) IS NOT NULL";
        let sql = match self.dialect() {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
        };
        Ok(on!(self, c => sqlx::query_scalar(sql).bind(name).fetch_one(c).await?))
    }

    /// What SQLite's quick check finds wrong, at most 100 lines; nothing on PostgreSQL, which checks pages as it reads.
    pub async fn integrity_problems(&mut self) -> Result<Vec<String>> {
        if self.dialect() == Dialect::Postgres {
            return Ok(Vec::new());
        }
        let lines: Vec<String> = on!(self, c => sqlx::query_scalar("PRAGMA quick_check(100)").fetch_all(c).await?);
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// The server's version as a number (150004), on PostgreSQL.
    pub async fn server_version(&mut self) -> Result<Option<i64>> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        const SQL: &str = "SELECT current_setting('server_version_num')::BIGINT";
        Ok(Some(on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await?)))
    }

    /// The database server's own clock, on PostgreSQL.
    pub async fn server_time(&mut self) -> Result<Option<Timestamp>> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        const SQL: &str = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT";
        let micros: i64 = on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await?);
        Ok(Some(Timestamp::from_micros(micros)))
    }

    /// The latest instant this program itself wrote down: taking in a post, an audit entry, a request.
    pub async fn latest_instant(&mut self) -> Result<Option<Timestamp>> {
        let mut latest: Option<i64> = None;
        for sql in [
            "SELECT received_at FROM post ORDER BY seq DESC LIMIT 1",
            "SELECT at FROM audit ORDER BY id DESC LIMIT 1",
            "SELECT MAX(seen_at) FROM session",
        ] {
            let one: Option<Option<i64>> = on!(self, c => sqlx::query_scalar(sql).fetch_optional(c).await?);
            latest = latest.max(one.flatten());
        }
        Ok(latest.map(Timestamp::from_micros))
    }
}

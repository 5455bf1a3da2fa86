//! A fresh database per test, of either kind.

use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in the test's own folder.
    Sqlite,
    /// A database of its own on the test run's PostgreSQL.
    Postgres,
}

impl Database {
    /// Both, for tests that must hold on each.
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The URL of a new, empty database; an SQLite one lies in `folder`.
    pub fn fresh_url(self, folder: &TempDir) -> anyhow::Result<String> {
        match self {
            Self::Sqlite => Ok(format!("sqlite://{}", folder.path().join("tertulia.db").display())),
            Self::Postgres => tertulia_peers::postgres::fresh_database(),
        }
    }
}

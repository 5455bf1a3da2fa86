//! Migrations, embedded. Each is written once; placeholders and the rare `.sqlite.sql`/`.postgres.sql` pair cover what
//! differs (see [`Dialect::render`]). They run on a connection of their own before any pool opens.

use crate::{Result, dialect::Dialect};
use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use std::borrow::Cow;

/// A migration as written: for both databases, or one text for each.
enum Text {
    Both(&'static str),
    Each { sqlite: &'static str, postgres: &'static str },
}

/// All migrations in order. Append only: an applied migration never changes.
const MIGRATIONS: &[(i64, &str, Text)] = &[
    (1, "house", Text::Both(include_str!("../migrations/0001_house.sql"))),
    (
        2,
        "search",
        Text::Each {
            sqlite: include_str!("../migrations/0002_search.sqlite.sql"),
            postgres: include_str!("../migrations/0002_search.postgres.sql"),
        },
    ),
    (3, "webchat", Text::Both(include_str!("../migrations/0003_webchat.sql"))),
    (
        4,
        "ledger",
        Text::Each {
            sqlite: include_str!("../migrations/0004_ledger.sqlite.sql"),
            postgres: include_str!("../migrations/0004_ledger.postgres.sql"),
        },
    ),
    (5, "sight", Text::Both(include_str!("../migrations/0005_sight.sql"))),
    (6, "window", Text::Both(include_str!("../migrations/0006_window.sql"))),
    (7, "monitors", Text::Both(include_str!("../migrations/0007_monitors.sql"))),
    (8, "flow", Text::Both(include_str!("../migrations/0008_flow.sql"))),
    (9, "raw", Text::Both(include_str!("../migrations/0009_raw.sql"))),
    (10, "lists", Text::Both(include_str!("../migrations/0010_lists.sql"))),
    (
        11,
        "understanding",
        Text::Each {
            sqlite: concat!(
                include_str!("../migrations/0011_understanding.sql"),
                include_str!("../migrations/0011_understanding.sqlite.sql")
            ),
            postgres: concat!(
                include_str!("../migrations/0011_understanding.sql"),
                include_str!("../migrations/0011_understanding.postgres.sql")
            ),
        },
    ),
    (
        12,
        "learning",
        Text::Each {
            sqlite: concat!(include_str!("../migrations/0012_learning.sql"), include_str!("../migrations/0012_learning.sqlite.sql")),
            postgres: concat!(include_str!("../migrations/0012_learning.sql"), include_str!("../migrations/0012_learning.postgres.sql")),
        },
    ),
    (13, "reading", Text::Both(include_str!("../migrations/0013_reading.sql"))),
    (14, "fields", Text::Both(include_str!("../migrations/0014_fields.sql"))),
];

/// The schema versions there are, oldest first.
pub fn versions() -> impl Iterator<Item = i64> {
    MIGRATIONS.iter().map(|(version, ..)| *version)
}

/// The newest schema version this program knows.
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, ..)| *version)
}

fn migrator(dialect: Dialect, upto: i64) -> Migrator {
    let migrations: Vec<Migration> = MIGRATIONS
        .iter()
        .filter(|(version, ..)| *version <= upto)
        .map(|(version, name, text)| {
            let sql = match (text, dialect) {
                (Text::Both(sql), _) => sql,
                (Text::Each { sqlite, .. }, Dialect::Sqlite) => sqlite,
                (Text::Each { postgres, .. }, Dialect::Postgres) => postgres,
            };
            let sql = sqlx::AssertSqlSafe(dialect.render(sql));
            Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sqlx::SqlSafeStr::into_sql_str(sql), false)
        })
        .collect();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}

/// Brings a database up to `upto` (the newest schema, but in upgrade tests). A database newer than this program is
/// refused.
pub async fn run<C>(connection: &mut C, dialect: Dialect, upto: i64) -> Result<()>
where
    C: Migrate,
{
    migrator(dialect, upto).run_direct(None, connection, false).await?;
    Ok(())
}

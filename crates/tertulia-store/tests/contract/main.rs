//! What the store promises, on SQLite and on PostgreSQL: the same cases run on both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod company;
mod flow;
mod ledger;
mod lists;
mod monitors;
mod readings;
mod search;
mod sight;
mod staff;
mod transactions;
mod upgrade;
mod visitors;

use tertulia_store::{Conn, Store, on};
use uuid::Uuid;

/// Writes each case twice: once for a fresh SQLite file, once for a fresh PostgreSQL database.
macro_rules! on_both {
    ($(async fn $name:ident($store:ident) $body:block)+) => {
        $(async fn $name($store: tertulia_store::Store) -> anyhow::Result<()> $body)+

        mod sqlite {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                let folder = tempfile::tempdir()?;
                super::$name(tertulia_store::Store::open(&crate::sqlite_url(&folder)).await?).await
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                let url = tertulia_peers::postgres::fresh_database()?;
                super::$name(tertulia_store::Store::open(&url).await?).await
            })+
        }
    };
}
pub(crate) use on_both;

/// A database file in a test's folder.
pub(crate) fn sqlite_url(folder: &tempfile::TempDir) -> String {
    format!("sqlite://{}", folder.path().join("tertulia.db").display())
}

/// Runs a statement of the test's own.
pub(crate) async fn run(conn: &mut Conn, sql: &str) -> tertulia_store::Result<u64> {
    let sql = sql.to_owned();
    Ok(on!(conn, c => sqlx::query(sqlx::AssertSqlSafe(sql)).execute(c).await?.rows_affected()))
}

/// A count by a statement of the test's own.
pub(crate) async fn count(store: &Store, sql: &str) -> anyhow::Result<i64> {
    let (sql, mut conn) = (sql.to_owned(), store.read().await?);
    let conn = &mut conn;
    Ok(on!(conn, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(c).await?))
}

/// The n-th id of a test, in order.
pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

//! Two databases, one SQL text: [`Store`] opens them, [`Conn`] is what queries run on, the macro `on!` repeats a query's
//! call (never its text) for each driver.
//!
//! SQLite runs in WAL mode with one writing connection (`BEGIN IMMEDIATE`, so a transaction never fails half-way for a
//! lock) and a few readers that never wait for it.

use crate::{Result, dialect::Dialect, migrate};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    ops::{Deref, DerefMut},
    str::FromStr,
    time::Duration,
};

/// Runs the same query body on whichever database a connection leads to. `$c` is the driver's connection, `$db` the
/// driver's type.
#[macro_export]
#[doc(hidden)]
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn.link() {
            $crate::db::Link::Sqlite($c) => $body,
            $crate::db::Link::Postgres($c) => $body,
        }
    };
    ($conn:expr, $c:ident, $db:ident => $body:expr) => {
        match $conn.link() {
            $crate::db::Link::Sqlite($c) => {
                type $db = sqlx::Sqlite;
                $body
            }
            $crate::db::Link::Postgres($c) => {
                type $db = sqlx::Postgres;
                $body
            }
        }
    };
}

/// The database, opened and migrated. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
}

#[derive(Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// A driver's connection, borrowed.
#[doc(hidden)]
pub enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A connection queries run on, by itself (each statement its own transaction) or inside a [`Tx`].
pub struct Conn(Held);

enum Held {
    SqlitePooled(PoolConnection<Sqlite>),
    PostgresPooled(PoolConnection<Postgres>),
    SqliteTx(Transaction<'static, Sqlite>),
    PostgresTx(Transaction<'static, Postgres>),
}

impl Conn {
    #[doc(hidden)]
    pub fn link(&mut self) -> Link<'_> {
        match &mut self.0 {
            Held::SqlitePooled(c) => Link::Sqlite(c),
            Held::PostgresPooled(c) => Link::Postgres(c),
            Held::SqliteTx(t) => Link::Sqlite(t),
            Held::PostgresTx(t) => Link::Postgres(t),
        }
    }

    /// Which database this is, for the few queries whose text differs.
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Held::SqlitePooled(_) | Held::SqliteTx(_) => Dialect::Sqlite,
            Held::PostgresPooled(_) | Held::PostgresTx(_) => Dialect::Postgres,
        }
    }
}

/// A transaction: everything done on it is kept by [`Tx::commit`] or, dropped without it, undone.
pub struct Tx(Conn);

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Tx {
    /// Keeps everything done.
    pub async fn commit(self) -> Result<()> {
        match self.0.0 {
            Held::SqliteTx(t) => t.commit().await?,
            Held::PostgresTx(t) => t.commit().await?,
            Held::SqlitePooled(_) | Held::PostgresPooled(_) => {}
        }
        Ok(())
    }
}

impl Tx {
    /// From here on (or, with `false`, no longer) PostgreSQL plans each statement once: for writing many rows.
    ///
    /// Otherwise it plans anew each time (see [`Store::open`]), its checks of references too, five for each post: a third
    /// of all the work. Those go by a primary key, which without reading whole tables is right whatever their size; a
    /// lookup by many keys is not to be planned so, for it may go by the wrong index.
    pub async fn plan_once(&mut self, once: bool) -> Result<()> {
        const SQL: &str = "SELECT set_config('plan_cache_mode', $1, TRUE), set_config('enable_seqscan', $2, TRUE)";
        if let Link::Postgres(c) = self.link() {
            let (mode, reads_whole) = if once { ("force_generic_plan", "off") } else { ("force_custom_plan", "on") };
            sqlx::query(SQL).bind(mode).bind(reads_whole).execute(c).await?;
        }
        Ok(())
    }
}

/// How long to wait for another process that writes (a backup, `tertulia user create`).
const BUSY: Duration = Duration::from_secs(15);

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions> {
    Ok(SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // In WAL mode NORMAL can't corrupt; a power cut may lose the last commits, kill -9 loses none. FULL keeps
        // "nothing lost" true for power cuts too, at one fsync per batch.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(256)
        // Rows cross a thread: with room for a batch of them, the two threads seldom wake each other.
        .row_buffer_size(1_024)
        .disable_statement_logging())
}

impl Store {
    /// Opens (and creates or migrates) the database at `url`: `sqlite://path` or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_at(url, migrate::newest()).await
    }

    /// Like [`Store::open`], stopping at an earlier schema: for tests of upgrades.
    #[doc(hidden)]
    pub async fn open_at(url: &str, version: i64) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = sqlite_options(url)?;
            let mut alone = options.connect().await?;
            migrate::run(&mut alone, Dialect::Sqlite, version).await?;
            alone.close().await?;
            let writer = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(Duration::from_secs(60))
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_lazy_with(options.clone());
            let readers = SqlitePoolOptions::new()
                .max_connections(4)
                .acquire_timeout(Duration::from_secs(30))
                .connect_lazy_with(options.pragma("query_only", "on"));
            Ok(Self { pools: Pools::Sqlite { writer, readers } })
        } else {
            // A plan kept from when a table was small would read all of it when it is large.
            let options = PgConnectOptions::from_str(url)?.disable_statement_logging().options([("plan_cache_mode", "force_custom_plan")]);
            let mut alone = options.connect().await?;
            migrate::run(&mut alone, Dialect::Postgres, version).await?;
            alone.close().await?;
            let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(30)).connect_lazy_with(options);
            Ok(Self { pools: Pools::Postgres(pool) })
        }
    }

    /// Opens a database that is there already, without creating or migrating anything: for looking at it.
    pub async fn open_as_is(url: &str) -> Result<Self> {
        let pools = if url.starts_with("sqlite:") {
            let options = sqlite_options(url)?.create_if_missing(false);
            let pool = |options| SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
            Pools::Sqlite { writer: pool(options.clone()), readers: pool(options.pragma("query_only", "on")) }
        } else {
            let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
            let wait = Duration::from_secs(5);
            Pools::Postgres(PgPoolOptions::new().max_connections(2).acquire_timeout(wait).connect_lazy_with(options))
        };
        let store = Self { pools };
        store.read().await?.ping().await?;
        Ok(store)
    }

    /// Writes a consistent copy of an SQLite database to a file that does not exist yet, while others read and write.
    /// PostgreSQL has tools of its own: [`crate::StoreError::NotFound`].
    pub async fn copy_to(&self, file: &str) -> Result<()> {
        let Pools::Sqlite { readers, .. } = &self.pools else { return Err(crate::StoreError::NotFound) };
        let mut reader = readers.acquire().await?;
        // The copy is another database: `query_only` guards this one, yet forbids writing any.
        sqlx::query("PRAGMA query_only = off").execute(&mut *reader).await?;
        let copied = sqlx::query("VACUUM INTO $1").bind(file).execute(&mut *reader).await;
        sqlx::query("PRAGMA query_only = on").execute(&mut *reader).await?;
        copied?;
        Ok(())
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match &self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.pools {
            Pools::Sqlite { readers, .. } => Held::SqlitePooled(readers.acquire().await?),
            Pools::Postgres(pool) => Held::PostgresPooled(pool.acquire().await?),
        }))
    }

    /// A transaction for writing. On SQLite it waits for its turn; keep it short, and never do other I/O inside.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(Conn(match &self.pools {
            Pools::Sqlite { writer, .. } => Held::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Held::PostgresTx(pool.begin().await?),
        })))
    }

    /// Closes all connections; what is running finishes first.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Conn {
    /// Asks the database for a sign of life.
    pub async fn ping(&mut self) -> Result<()> {
        let _: i32 = crate::on!(self, c => sqlx::query_scalar("SELECT 1").fetch_one(c).await?);
        Ok(())
    }

    /// How many rows a table holds. Reads them all: for tests and benchmarks.
    #[doc(hidden)]
    pub async fn count_rows(&mut self, table: &'static str) -> Result<i64> {
        let sql = format!("SELECT count(*) FROM {table}");
        Ok(crate::on!(self, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(c).await?))
    }

    /// Takes `count` numbers for people of a kind ("case", "person"...) and returns the first.
    pub async fn take_numbers(&mut self, kind: &str, count: i64) -> Result<i64> {
        const SQL: &str = "INSERT INTO counter (kind, value) VALUES ($1, $2)
            ON CONFLICT (kind) DO UPDATE SET value = counter.value + excluded.value RETURNING value";
        let last: i64 = crate::on!(self, c => sqlx::query_scalar(SQL).bind(kind).bind(count).fetch_one(c).await?);
        Ok(last - count + 1)
    }
}

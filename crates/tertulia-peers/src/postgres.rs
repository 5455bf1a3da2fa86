//! A throw-away PostgreSQL: one cluster per test process, one fresh database per test.
//!
//! Durability is off (`fsync`, `synchronous_commit`, full pages): its folder never outlives the process. When
//! `TERTULIA_TEST_POSTGRES` holds the URL of a running server, that one is used and no cluster is made: `cargo xtask test` sets
//! it, since nextest gives each test a process of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Context as _;

use crate::process::{Folder, Process, Start, free_ports, run};

/// The user that owns everything in the cluster; loopback connections need no password.
const SUPERUSER: &str = "tertulia";

/// A running cluster.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    port: u16,
    _process: Process,
    _folder: Folder,
}

impl Postgres {
    /// Makes and starts a cluster, about a second.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = Folder::new("pg")?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        let as_server = unprivileged(&data)?;

        let mut initdb = as_server.clone();
        initdb.push(programs.join("initdb").into());
        initdb.extend(["-D".into(), data.clone().into()]);
        let options = ["--no-sync", "--no-instructions", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username"];
        initdb.extend(options.map(Into::into));
        initdb.push(SUPERUSER.into());
        run(Command::new(&initdb[0]).args(&initdb[1..]).current_dir(folder.path()))?;

        let [port] = free_ports()?;
        let mut command = as_server;
        command.push(programs.join("postgres").into());
        command.extend(["-D".into(), data.clone().into(), "-k".into(), data.into(), "-p".into(), port.to_string().into()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=200",
            "shared_buffers=64MB",
        ] {
            command.extend(["-c".into(), setting.into()]);
        }
        let mut process =
            Process::start(Start { name: "postgres", folder: folder.path(), stop_signal: "QUIT", command, environment: vec![] })?;
        let ready = programs.join("pg_isready");
        process.wait_until(Duration::from_secs(30), || {
            let mut ask = Command::new(&ready);
            run(ask.args(["-q", "-h", "127.0.0.1", "-p"]).arg(port.to_string())).is_ok()
        })?;
        Ok(Self { programs, port, _process: process, _folder: folder })
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn new_database(&self) -> anyhow::Result<String> {
        new_database_at(&self.programs, &self.url("postgres"))
    }
}

/// The URL of an empty database of its own, in the server this test process shares.
///
/// # Errors
/// When PostgreSQL is not installed, does not start, or refuses.
pub fn fresh_database() -> anyhow::Result<String> {
    if let Ok(url) = std::env::var("TERTULIA_TEST_POSTGRES") {
        return new_database_at(&programs()?, &url).context("in the server of TERTULIA_TEST_POSTGRES");
    }
    static SHARED: OnceLock<Result<Postgres, String>> = OnceLock::new();
    match SHARED.get_or_init(|| Postgres::start().map_err(|error| format!("{error:#}"))) {
        Ok(postgres) => postgres.new_database(),
        Err(error) => anyhow::bail!("{error}"),
    }
}

/// `server` names any database of the server; the result, the new one.
fn new_database_at(programs: &Path, server: &str) -> anyhow::Result<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy");
    run(Command::new(programs.join("psql")).args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", &create, server]))?;
    let (base, _) = server.rsplit_once('/').context("the server's URL names no database")?;
    Ok(format!("{base}/{name}"))
}

/// The newest installed version's programs, 15 or later. Debian keeps each version in a folder of its own.
fn programs() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(version, programs)| *version >= 15 && programs.join("initdb").exists())
        .collect();
    versions.sort();
    match versions.pop() {
        Some((_, programs)) => Ok(programs),
        None => crate::install::find("PostgreSQL 15 or later", &[PathBuf::from("/usr/lib/postgresql/15/bin/initdb")]),
    }
}

/// The server refuses to be root: the words before its command that make it somebody else, who then owns the data folder.
fn unprivileged(data: &Path) -> anyhow::Result<Vec<OsString>> {
    if !crate::install::is_root() {
        return Ok(Vec::new());
    }
    run(Command::new("chown").arg("postgres:postgres").arg(data))?;
    Ok(["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"].map(Into::into).to_vec())
}

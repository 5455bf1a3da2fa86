//! Processes that cannot outlive the test.
//!
//! `Drop` does not run when a test runner kills a test for being late, and statics are never dropped. So each peer runs under
//! a few lines of shell that hold the reading end of a pipe: when the writing end closes, because the value was dropped or the
//! test process is gone, the shell stops the peer and removes its folder.

use std::ffi::OsString;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// `$1` folder to remove, `$2` signal that stops the peer, `$3` log, then the peer's own command line.
///
/// The last `kill -KILL 0` takes whatever is left of this process group, the shell included.
const KEEPER: &str = r#"
folder=$1 signal=$2 log=$3
shift 3
stopping=
trap : TERM INT HUP
trap 'stopping=yes' USR1
exec 3<&0
"$@" 3<&- </dev/null >>"$log" 2>&1 &
peer=$!
(
  cat <&3 >/dev/null
  kill -s USR1 "$$"
  kill -s "$signal" "$peer"
  sleep 5
  kill -s KILL "$peer"
) >/dev/null 2>&1 &
while kill -0 "$peer" 2>/dev/null; do wait "$peer"; done
[ -z "$stopping" ] || rm -rf "$folder"
kill -s KILL 0
"#;

/// A temporary folder for one peer, open to the other users a peer may run as, removed with the peer.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A new folder below the system's temporary folder. Its path is short: Unix sockets live in it.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub fn new(peer: &str) -> anyhow::Result<Self> {
        let path = tempfile::Builder::new().prefix(&format!("tt-{peer}-")).tempdir()?.keep();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self { path })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in it, making the folders in between.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A running peer process.
#[derive(Debug)]
pub struct Process {
    name: String,
    keeper: Child,
    log: PathBuf,
}

/// How to start a [`Process`].
#[derive(Debug)]
pub struct Start<'a> {
    /// What the messages call it.
    pub name: &'a str,
    /// Its folder; the log is `NAME.log` in it.
    pub folder: &'a Path,
    /// The signal that makes it stop cleanly and at once: `TERM`, or `QUIT` for PostgreSQL.
    pub stop_signal: &'a str,
    /// Program and arguments.
    pub command: Vec<OsString>,
    /// Variables added to the environment.
    pub environment: Vec<(&'a str, String)>,
}

impl Process {
    /// Starts it. It is running, not yet answering, when this returns.
    ///
    /// # Errors
    /// When the shell cannot be started.
    pub fn start(start: Start<'_>) -> anyhow::Result<Self> {
        let log = start.folder.join(format!("{}.log", start.name));
        let keeper = Command::new("/bin/sh")
            .arg("-c")
            .arg(KEEPER)
            .arg("peer-keeper")
            .arg(start.folder)
            .arg(start.stop_signal)
            .arg(&log)
            .args(&start.command)
            .envs(start.environment.iter().map(|(name, value)| (*name, value.as_str())))
            .current_dir(start.folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("start {}", start.name))?;
        Ok(Self { name: start.name.to_owned(), keeper, log })
    }

    /// Waits until `answers` says yes.
    ///
    /// # Errors
    /// When the process ended instead, or `limit` passed: with the end of its log.
    pub fn wait_until(&mut self, limit: Duration, mut answers: impl FnMut() -> bool) -> anyhow::Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            if answers() {
                return Ok(());
            }
            if self.keeper.try_wait()?.is_some() {
                anyhow::bail!("{} ended at its start. Its last words:\n{}", self.name, self.last_words());
            }
            if Instant::now() > deadline {
                anyhow::bail!("{} did not answer within {limit:?}. Its last words:\n{}", self.name, self.last_words());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it accepts connections on a loopback port.
    ///
    /// # Errors
    /// As [`Process::wait_until`].
    pub fn wait_for_port(&mut self, port: u16, limit: Duration) -> anyhow::Result<()> {
        self.wait_until(limit, || std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
    }

    /// The last 40 lines of its log.
    pub fn last_words(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // The keeper does the rest in its own time: some peers take seconds to say good-bye.
    }
}

/// `N` different TCP ports of 127.0.0.1 that nobody listens on now.
///
/// # Errors
/// When the machine has none left.
pub fn free_ports<const N: usize>() -> anyhow::Result<[u16; N]> {
    let listeners: Vec<TcpListener> = (0..N).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<Result<_, _>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

/// Runs a short helper program to its end and returns what it printed.
///
/// # Errors
/// When it cannot be started or fails: with what it said.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("run {program}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    anyhow::ensure!(output.status.success(), "{program} failed ({}): {said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

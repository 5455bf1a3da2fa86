//! Runs the program.
#![allow(dead_code, reason = "each test program uses its part")]

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};
use tempfile::TempDir;

/// Every test user's password.
pub const PASSWORD: &str = "mar y montaña 8";

/// A data folder of a test, and how to run the program on it.
pub struct House {
    pub folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a command left.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl House {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), variables: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
        // Nothing of the caller's own settings; English, unless the test says otherwise.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C");
        command.env("TERTULIA_DATA", self.data()).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, "")
    }

    pub fn run_with(&self, arguments: &[&str], input: &str) -> Done {
        let mut child =
            self.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        // A command that does not read its input may be gone already.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("ended");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Done { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn create_user(&self, email: &str, role: &str) -> Done {
        self.run_with(&["user", "create", "--email", email, "--role", role, "--password-stdin"], &format!("{PASSWORD}\n"))
    }

    pub fn create_token(&self, email: &str, scopes: &str) -> String {
        let done = self.run(&["token", "create", "--user", email, "--name", "test", "--scopes", scopes]).ok();
        done.out.trim_end().to_owned()
    }

    /// Starts the server and waits until it says where it serves.
    pub fn serve(&self) -> Server {
        let mut child =
            self.command(&["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut said = String::new();
        let base = loop {
            let mut line = String::new();
            if out.read_line(&mut line).expect("UTF-8") == 0 {
                let end = child.wait_with_output().expect("ended");
                panic!("the server stopped: {said}{}", String::from_utf8_lossy(&end.stderr));
            }
            if let Some(base) = line.strip_prefix("Tertulia: ") {
                break base.trim().to_owned();
            }
            said.push_str(&line);
        };
        Server { base, said, child, _out: out }
    }
}

impl Done {
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    #[track_caller]
    pub fn fails_with(self, words: &str) -> Self {
        assert!(self.code == 1 && self.err.contains(words), "{self:?}");
        self
    }
}

/// A running server; killed when dropped.
pub struct Server {
    pub base: String,
    /// What it said before its address.
    pub said: String,
    child: Child,
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Asks it to stop, as a service manager does, and waits; the exit code.
    pub fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill");
        assert!(asked.success());
        for _ in 0..600 {
            if let Some(ended) = self.child.try_wait().expect("asked") {
                return ended.code();
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the server did not stop within 30 s of being asked to");
    }

    /// Closes the other end of its logs, as when the program that kept them dies.
    pub fn forget_logs(&mut self) {
        drop(self.child.stderr.take());
    }

    /// Ends it without a word, as `kill -9` and the kernel short of memory do.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn client(&self, token: &str) -> Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Client { http, base: self.base.clone(), token: token.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A script with a token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    pub async fn get(&self, path: &str) -> (u16, serde_json::Value) {
        Self::answer(self.http.get(self.url(path)).bearer_auth(&self.token)).await.expect("an answer")
    }

    pub async fn post(&self, path: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
        self.try_post(path, body).await.expect("an answer")
    }

    /// For a server that may be gone before it has answered.
    pub async fn try_post(&self, path: &str, body: serde_json::Value) -> reqwest::Result<(u16, serde_json::Value)> {
        Self::answer(self.http.post(self.url(path)).bearer_auth(&self.token).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
        Self::answer(self.http.put(self.url(path)).bearer_auth(&self.token).json(&body)).await.expect("an answer")
    }

    pub async fn delete(&self, path: &str) -> (u16, serde_json::Value) {
        Self::answer(self.http.delete(self.url(path)).bearer_auth(&self.token)).await.expect("an answer")
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn answer(request: reqwest::RequestBuilder) -> reqwest::Result<(u16, serde_json::Value)> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        Ok((status, serde_json::from_str(&response.text().await?).unwrap_or_default()))
    }
}

/// Permissions of a file, as in `chmod`.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

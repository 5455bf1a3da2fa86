//! `mastodon_mock`: one server with nearly the whole Mastodon API, kept in memory.
//!
//! It has what [`snac2`](crate::snac) lacks: streaming, `Idempotency-Key`, `Link` headers, conversations, rate limits, and
//! faults on order. It does not federate, and it is a mock: tests use it beside `snac2`, not instead.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use crate::mastodon_api::{Account, answer};
use crate::process::{Folder, Process, Start, free_ports};

/// A running server.
#[derive(Debug)]
pub struct MastodonMock {
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    _process: Process,
    folder: Folder,
}

impl MastodonMock {
    /// Starts it with the one account it always has.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let program = crate::install::find("mastodon_mock", &[crate::install::local_folder().join("venv/bin/mastodon_mock")])?;
        let folder = Folder::new("mock")?;
        let [port] = free_ports()?;
        let mut process = Process::start(Start {
            name: "mastodon_mock",
            folder: folder.path(),
            stop_signal: "KILL",
            command: [
                program.as_os_str(),
                "serve".as_ref(),
                "--in-memory".as_ref(),
                "--host".as_ref(),
                "127.0.0.1".as_ref(),
                "--port".as_ref(),
                port.to_string().as_ref(),
            ]
            .map(Into::into)
            .to_vec(),
            // What it calls memory are files in the temporary folder, which it leaves behind when it is stopped.
            environment: vec![("TMPDIR", folder.path().display().to_string())],
        })?;
        process.wait_for_port(port, Duration::from_secs(60))?;
        Ok(Self { base_url: format!("http://127.0.0.1:{port}"), _process: process, folder })
    }

    /// Where it keeps everything; gone with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Registers an application and, through it, a new account.
    ///
    /// # Errors
    /// When the name is taken or the server refuses a step.
    pub async fn person(&self, name: &str) -> anyhow::Result<Account> {
        let app = answer(crate::http().post(format!("{}/api/v1/apps", self.base_url)).form(&[
            ("client_name", "Tertulia tests"),
            ("redirect_uris", "urn:ietf:wg:oauth:2.0:oob"),
            ("scopes", "read write follow push"),
        ]))
        .await?;
        let client_id = app["client_id"].as_str().context("no client_id")?;
        let client_secret = app["client_secret"].as_str().context("no client_secret")?;
        let for_app = answer(crate::http().post(format!("{}/oauth/token", self.base_url)).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("scope", "read write follow push"),
        ]))
        .await?;
        let for_person = answer(
            crate::http()
                .post(format!("{}/api/v1/accounts", self.base_url))
                .bearer_auth(for_app["access_token"].as_str().context("no access_token for the application")?)
                .form(&[
                    ("username", name),
                    ("email", &format!("{name}@example.org")),
                    ("password", "a long enough password"),
                    ("agreement", "true"),
                    ("locale", "es"),
                ]),
        )
        .await?;
        let mut account = Account {
            base_url: self.base_url.clone(),
            handle: name.to_owned(),
            id: String::new(),
            token: for_person["access_token"].as_str().context("no access_token")?.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
        };
        let me = account.call(reqwest::Method::GET, "/api/v1/accounts/verify_credentials", None).await?;
        account.id = me["id"].as_str().context("no id")?.to_owned();
        Ok(account)
    }

    /// Orders a fault: the next requests that fit `rule` fail as it says. The rule is the server's own JSON, for example
    /// `{"match": {"methods": ["POST"], "path": "/api/v1/statuses"}, "effect": {"type": "status", "status": 503}, "count": 1}`;
    /// effects are `status`, `ratelimit`, `latency`, `malformed` and `timeout`; a path may have `*`.
    ///
    /// # Errors
    /// When the server does not understand the rule.
    pub async fn order_fault(&self, rule: &Value) -> anyhow::Result<Value> {
        answer(crate::http().post(format!("{}/api/v1/_mock/faults", self.base_url)).json(rule))
            .await
            .with_context(|| format!("order the fault {rule}"))
    }
}

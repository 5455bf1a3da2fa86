//! Two `snac2` servers that really federate: signed deliveries between `alpha-….test` and `beta-….test`.
//!
//! Both speak plain HTTP on loopback and find each other through a [`HostProxy`]. Their names carry their port, because `snac2`
//! keeps its state in shared memory named after its host: two servers of one name on one machine stop each other.
//!
//! Seen in version 2.96: its Mastodon API has posts, replies, direct messages, edits, deletions, media, hashtags and search
//! (2.75 lacks deletion and direct messages); the id of a status starts with the second of its last change, so it **changes
//! with an edit** (the old one goes on working); a deletion is told only to servers with a follower of the author. It has no streaming and no `Idempotency-Key`: the peer
//! [`mastodon_mock`](crate::mastodon_mock) has.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;

use crate::host_proxy::HostProxy;
use crate::mastodon_api::{Account, answer};
use crate::process::{Folder, Process, Start, free_ports, run};

/// Where the OAuth code is sent back to. Nobody listens there: the code is read from the redirection itself.
const REDIRECT: &str = "http://127.0.0.1:9/callback";

/// Two servers and the proxy that lets them know each other by name.
#[derive(Debug)]
pub struct Fediverse {
    /// `alpha-PORT.test`: where the tests put the company.
    pub alpha: Snac,
    /// `beta-PORT.test`: where the tests put the customers.
    pub beta: Snac,
    /// The names' proxy; a client that resolves media links of these hosts goes through it too.
    pub proxy: HostProxy,
}

/// One server.
#[derive(Debug)]
pub struct Snac {
    /// `http://127.0.0.1:PORT`, where its Mastodon API answers.
    pub base_url: String,
    /// Its name in handles: `alpha-PORT.test`.
    pub host: String,
    program: PathBuf,
    passwords: Mutex<HashMap<String, String>>,
    _process: Process,
    folder: Folder,
}

impl Fediverse {
    /// Starts both servers, empty.
    ///
    /// # Errors
    /// When `snac2` is not installed or does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let program = crate::install::find(
            "snac2",
            &[crate::install::local_folder().join("peers/snac/usr/bin/snac"), PathBuf::from("/usr/bin/snac")],
        )?;
        let [alpha, beta] = free_ports()?;
        let (alpha_host, beta_host) = (format!("alpha-{alpha}.test"), format!("beta-{beta}.test"));
        let proxy = HostProxy::start([(alpha_host.clone(), alpha), (beta_host.clone(), beta)])?;
        Ok(Self {
            alpha: Snac::start(&alpha_host, alpha, &program, &proxy)?,
            beta: Snac::start(&beta_host, beta, &program, &proxy)?,
            proxy,
        })
    }
}

impl Snac {
    fn start(host: &str, port: u16, program: &PathBuf, proxy: &HostProxy) -> anyhow::Result<Self> {
        let folder = Folder::new("snac")?;
        let data = folder.path().join("data");
        initialise(program, &data, host, port)?;
        let mut process = Process::start(Start {
            name: host,
            folder: folder.path(),
            // It removes what it keeps in shared memory, which it would leave behind when killed.
            stop_signal: "TERM",
            command: vec![program.into(), "httpd".into(), data.into()],
            environment: vec![("http_proxy", proxy.url()), ("no_proxy", String::new())],
        })?;
        process.wait_for_port(port, Duration::from_secs(10))?;
        Ok(Self {
            base_url: format!("http://127.0.0.1:{port}"),
            host: host.to_owned(),
            program: program.clone(),
            passwords: Mutex::default(),
            _process: process,
            folder,
        })
    }

    /// The account of this name on this server, made when it is new, with an access token of its own: the whole OAuth way
    /// (application, sign-in form, code, token), as a person's program goes.
    ///
    /// # Errors
    /// When the server refuses a step.
    pub async fn person(&self, name: &str) -> anyhow::Result<Account> {
        let password = self.password(name)?;
        let app = answer(crate::http().post(format!("{}/api/v1/apps", self.base_url)).form(&[
            ("client_name", "Tertulia tests"),
            ("redirect_uris", REDIRECT),
            ("scopes", "read write follow"),
        ]))
        .await?;
        let client_id = app["client_id"].as_str().context("no client_id")?;
        let client_secret = app["client_secret"].as_str().context("no client_secret")?;

        let signed_in = crate::http()
            .post(format!("{}/oauth/x-snac-login", self.base_url))
            .form(&[("login", name), ("passwd", &password), ("redir", REDIRECT), ("cid", client_id), ("state", "s")])
            .send()
            .await?;
        let location = signed_in.headers().get("location").context("the sign-in form sent no code")?.to_str()?;
        let code = location
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("code="))
            .with_context(|| format!("no code in {location}"))?
            .to_owned();
        let token = answer(crate::http().post(format!("{}/oauth/token", self.base_url)).form(&[
            ("grant_type", "authorization_code"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("redirect_uri", REDIRECT),
            ("code", &code),
        ]))
        .await?;

        let mut account = Account {
            base_url: self.base_url.clone(),
            handle: format!("{name}@{}", self.host),
            id: String::new(),
            token: token["access_token"].as_str().context("no access_token")?.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
        };
        let me = account.call(reqwest::Method::GET, "/api/v1/accounts/verify_credentials", None).await?;
        account.id = me["id"].as_str().context("no id")?.to_owned();
        Ok(account)
    }

    /// The password of the account, made when it is new.
    ///
    /// # Errors
    /// When the server's tool refuses the name.
    pub fn password(&self, name: &str) -> anyhow::Result<String> {
        let mut passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(password) = passwords.get(name) {
            return Ok(password.clone());
        }
        let said = run(Command::new(&self.program).arg("adduser").arg(self.folder.path().join("data")).arg(name))?;
        let password = said
            .lines()
            .find_map(|line| line.strip_prefix("User password is "))
            .with_context(|| format!("adduser named no password: {said}"))?
            .trim()
            .to_owned();
        passwords.insert(name.to_owned(), password.clone());
        Ok(password)
    }
}

/// A new data folder whose links say `http`, which the tool's own questions cannot choose.
fn initialise(program: &PathBuf, data: &std::path::Path, host: &str, port: u16) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut init =
        Command::new(program).arg("init").arg(data).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn()?;
    let mut questions = init.stdin.take().context("the tool asks nothing")?;
    write!(questions, "127.0.0.1\n{port}\n{host}\n\n\n")?;
    drop(questions);
    anyhow::ensure!(init.wait()?.success(), "snac init failed");

    let path = data.join("server.json");
    let mut settings: serde_json::Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    settings["protocol"] = "http".into();
    settings["disable_email_notifications"] = true.into();
    std::fs::write(&path, serde_json::to_vec_pretty(&settings)?)?;
    Ok(())
}

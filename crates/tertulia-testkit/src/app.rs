//! The real server on a free loopback port, with a database of its own.

use crate::{Client, Database, VirtualClock};
use anyhow::Context;
use std::{path::Path, sync::Arc};
use tempfile::TempDir;
use tertulia_app::{
    Actor, App, Networks,
    secret::Sealer,
    services,
    staff::{User, secrets, setup, sign_in::Secret, tokens, users},
};
use tertulia_channels::{email::Email, feed::Feeds, mastodon::Mastodon, push::Push, replay::Replay, webchat::WebChat};
use tertulia_http::{HttpState, Options};
use tertulia_kernel::DepartmentId;
use tertulia_policy::Role;
use tertulia_store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Every test user's password.
pub const PASSWORD: &str = "mar y montaña 8";

/// How a test server is started.
#[derive(Clone)]
pub struct Setup {
    /// On which database.
    pub database: Database,
    /// A clock of the test's own; the system's when absent.
    pub clock: Option<VirtualClock>,
    /// The kinds of channel it knows; those of the program when absent, replaying files of the test's folder.
    pub networks: Option<Networks>,
    /// How it is reached.
    pub options: Options,
}

impl Setup {
    /// The system's clock, the program's networks, plain HTTP.
    pub fn on(database: Database) -> Self {
        let options = Options { secure_cookies: false, behind_proxy: false };
        Self { database, clock: None, networks: None, options }
    }

    /// Starts it.
    pub async fn start(self) -> anyhow::Result<TestApp> {
        TestApp::start_with(self).await
    }
}

/// The kinds of channel the program itself has.
fn programs_networks(replayed: &Path) -> Networks {
    Networks::new(vec![
        Arc::new(Email::default()),
        Arc::new(Feeds::default()),
        Arc::new(Mastodon),
        Arc::new(WebChat),
        Arc::new(Push),
        Arc::new(Replay::new(vec![replayed.join("replay")])),
    ])
}

/// A running server. It stops, and its data goes, when this is dropped.
pub struct TestApp {
    /// The use cases behind it, for looking and for what has no HTTP operation.
    pub app: App,
    /// Its address: `http://127.0.0.1:PORT`.
    pub base: String,
    /// The database's URL.
    pub database_url: String,
    closing: CancellationToken,
    services: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    _folder: TempDir,
}

impl TestApp {
    /// A server on a fresh database, prepared as at its first start.
    pub async fn start(database: Database) -> anyhow::Result<Self> {
        Self::start_with(Setup::on(database)).await
    }

    /// A server as the setup says.
    pub async fn start_with(setup: Setup) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let database_url = setup.database.fresh_url(&folder)?;
        let store = Store::open(&database_url).await.context("opening the test's database")?;
        let networks = setup.networks.unwrap_or_else(|| programs_networks(folder.path()));
        let mut app = App::new(store, Sealer::new([7; 32]), networks);
        app.folder = Some(folder.path().to_owned());
        if let Some(clock) = setup.clock {
            app.clock = Arc::new(clock);
        }
        setup::prepare(&app).await?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let services = CancellationToken::new();
        services::start(app.clone(), services.clone());
        let state = HttpState::new(app.clone(), setup.options);
        let closing = state.closing.clone();
        let server = tokio::spawn(tertulia_http::serve(listener, state));
        Ok(Self { app, base, database_url, closing, services, server, _folder: folder })
    }

    /// A client that is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.base)
    }

    /// Creates a user with [`PASSWORD`], in departments by key.
    pub async fn user(&self, email: &str, role: Role, departments: &[&str]) -> anyhow::Result<User> {
        let known = self.app.store.read().await?.departments().await?;
        let id = |key: &&str| known.iter().find(|department| department.key == **key).map(|department| department.id);
        let departments: Option<Vec<DepartmentId>> = departments.iter().map(id).collect();
        let name = email.split('@').next().unwrap_or_default().to_owned();
        let departments = departments.context("no such department")?;
        let new = users::NewUser { email: email.to_owned(), name, role, departments, locale: "es".into() };
        Ok(users::create(&self.app, new, PASSWORD).await?)
    }

    /// A client with a session of a user. Skips the password, which takes its time.
    pub async fn session_of(&self, user: &User) -> anyhow::Result<Client> {
        let secret = secrets::fresh(&*self.app.entropy);
        let now = self.app.now();
        let mut tx = self.app.store.begin().await?;
        tx.insert_session(&secrets::hash(&secret), user.id, now, now.plus_seconds(86_400), Some("test")).await?;
        tx.commit().await?;
        Ok(self.anonymous().with_session(&secret))
    }

    /// A client with a token of a user.
    pub async fn token_of(&self, user: &User, scopes: &[&str]) -> anyhow::Result<Client> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let Secret(secret) = tokens::create_for(&self.app, &user.email, "test", &scopes).await?.secret;
        Ok(self.anonymous().with_token(&secret))
    }

    /// The user as they act in use cases called without HTTP.
    pub fn actor(user: &User) -> Actor {
        Actor { id: user.id, name: user.name.clone(), role: user.role, departments: user.departments.clone(), scopes: None }
    }

    async fn as_role(&self, email: &str, role: Role, departments: &[&str]) -> anyhow::Result<Client> {
        let known = self.app.store.read().await?.user_by_email(email).await?;
        let user = match known {
            Some(user) => user,
            None => self.user(email, role, departments).await?,
        };
        self.session_of(&user).await
    }

    /// A client with a session of the administrator `admin@company.test`, created when needed.
    pub async fn as_admin(&self) -> anyhow::Result<Client> {
        self.as_role("admin@company.test", Role::Administrator, &[]).await
    }

    /// A client with a session of the supervisor `supervisor@company.test`, created when needed.
    pub async fn as_supervisor(&self) -> anyhow::Result<Client> {
        self.as_role("supervisor@company.test", Role::Supervisor, &[]).await
    }

    /// A client with a session of `agent@company.test`, agent of the complaints department, created when needed.
    pub async fn as_agent(&self) -> anyhow::Result<Client> {
        self.as_role("agent@company.test", Role::Agent, &["complaints"]).await
    }

    /// Stops the server as a shutdown does and waits for it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.closing.cancel();
        (&mut self.server).await??;
        self.services.cancel();
        self.app.store.close().await;
        Ok(())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.closing.cancel();
        self.services.cancel();
        self.server.abort();
    }
}

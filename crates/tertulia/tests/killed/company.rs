//! A company whose server is killed and started again.

use crate::{
    support::{Client, House, Server},
    until,
};
use serde_json::{Value, json};
use std::{fs, time::Duration};
use tertulia_store::{Store, dialect::Dialect, on};
use tertulia_testkit::{Database, peers::postgres};
use uuid::Uuid;

/// A company at work.
pub struct Company {
    pub house: House,
    url: String,
    token: String,
    server: Option<Server>,
}

impl Company {
    /// With a running server, on a database of its own.
    pub async fn open(database: Database) -> Self {
        let (house, url) = match database {
            Database::Sqlite => {
                let house = House::new();
                let url = format!("sqlite://{}", house.data().join("tertulia.db").display());
                (house, url)
            }
            Database::Postgres => {
                let url = postgres::fresh_database().expect("PostgreSQL");
                (House::new().with("DATABASE_URL", url.clone()), url)
            }
        };
        house.create_user("ines@alba.test", "administrator").ok();
        let token = house.create_token("ines@alba.test", "push,read,write");
        let mut company = Self { house, url, token, server: None };
        company.start();
        company.set_undo_seconds(0).await;
        company
    }

    /// How long an answer waits before it leaves.
    pub async fn set_undo_seconds(&self, seconds: u32) {
        let client = self.client();
        let (_, mut settings) = client.get("/api/v1/settings/company").await;
        settings["undo_seconds"] = json!(seconds);
        let (status, said) = client.put("/api/v1/settings/company", settings).await;
        assert_eq!(status, 200, "{said}");
    }

    /// Starts the server again.
    pub fn start(&mut self) -> Client {
        let server = self.house.serve();
        let client = server.client(&self.token);
        self.server = Some(server);
        client
    }

    /// A client of the running server.
    pub fn client(&self) -> Client {
        self.server.as_ref().expect("a running server").client(&self.token)
    }

    /// The running server's process.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().expect("a running server").pid()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.server.take().expect("a running server").kill();
    }

    /// Connects a channel.
    pub async fn connect(&self, kind: &str, name: &str, settings: Value) {
        let form = json!({"kind": kind, "name": name, "enabled": true, "window_days": 0, "settings": settings});
        let (status, said) = self.client().post("/api/v1/channels", form).await;
        assert_eq!(status, 201, "{said}");
    }

    /// Waits until a channel tells that it is in this mode.
    pub async fn until_mode(&self, wanted: &str) {
        let look = self.look().await;
        until(wanted, async || {
            let modes = look.texts("SELECT mode FROM channel_health WHERE mode IS NOT NULL").await;
            modes.iter().any(|mode| mode.contains(wanted)).then_some(())
        })
        .await;
        look.close().await;
    }

    /// Waits until a post with this text has its case; the case.
    pub async fn case_of(&self, text: &str) -> Value {
        let client = self.client();
        until(text, async || {
            let (_, page) = client.get("/api/v1/cases?folder=all&limit=100").await;
            let row = page["items"].as_array()?.iter().find(|row| row["excerpt"].as_str().is_some_and(|words| words.contains(text)))?;
            Some(client.get(&format!("/api/v1/cases/{}", row["id"].as_str()?)).await.1)
        })
        .await
    }

    /// An answer in a case's conversation, to be sent with [`Company::send`].
    pub fn answer(case: &Value, text: &str) -> Answer {
        let conversation = &case["conversations"][0];
        let id = Uuid::new_v4();
        let body = json!({"id": id, "conversation_id": conversation["id"], "text": text, "visibility": conversation["visibility"], "resolve": false});
        Answer { id, path: format!("/api/v1/cases/{}/answers", case["id"].as_str().expect("an id")), body }
    }

    /// Hands an answer over; the same one again changes nothing.
    pub async fn send(&self, answer: &Answer) {
        assert!(self.try_send(answer).await, "taken");
    }

    /// Hands an answer over to a server that may be gone before it has said whether it took it.
    pub async fn try_send(&self, answer: &Answer) -> bool {
        self.client().try_post(&answer.path, answer.body.clone()).await.is_ok_and(|(status, _)| status == 202)
    }

    /// Whether the server runs: somebody else may have killed it.
    pub fn lives(&self) -> bool {
        fs::metadata(format!("/proc/{}/exe", self.pid())).is_ok()
    }

    /// Waits until all answers are sent.
    pub async fn until_sent(&self) {
        let look = self.look().await;
        let mut left = Vec::new();
        for _ in 0..600 {
            left = look.texts("SELECT state || ', ' || COALESCE(reason, '') FROM outbox WHERE state <> 'sent'").await;
            if left.is_empty() {
                return look.close().await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("answers that are not sent after 30 s: {left:?}");
    }

    /// Waits until the answers are in these states, in order of their names.
    pub async fn until_states(&self, wanted: &[&str]) {
        let look = self.look().await;
        until("the states", async || (look.texts("SELECT state FROM outbox ORDER BY state").await == wanted).then_some(())).await;
        look.close().await;
    }

    /// The lease of an answer that was being sent when the process died runs out at once, instead of in a minute and a half.
    pub async fn forget_leases(&self) {
        let look = self.look().await;
        look.change("UPDATE outbox SET due_at = 0 WHERE state IN ('sending', 'unknown', 'retrying')").await;
        look.close().await;
    }

    /// How far the source of the only channel has come: its cursors.
    pub async fn place(&self) -> Vec<String> {
        let look = self.look().await;
        let place = look.texts("SELECT name || '=' || value FROM channel_cursor ORDER BY name").await;
        look.close().await;
        place
    }

    /// Starts again as if everything since this place had not been brought yet, and waits until it came again.
    pub async fn bring_again_since(&mut self, place: &[String]) {
        self.kill();
        let look = self.look().await;
        for (name, value) in place.iter().filter_map(|cursor| cursor.split_once('=')) {
            look.change(&format!("UPDATE channel_cursor SET value = '{}' WHERE name = '{name}'", value.replace('\'', "''"))).await;
        }
        look.close().await;
        let before = self.place().await;
        self.start();
        until("the source goes on from its place", async || (self.place().await != before).then_some(())).await;
    }

    /// Looks into the database.
    pub async fn look(&self) -> Look {
        let url = if self.url.starts_with("postgres:") { format!("{}?application_name=look", self.url) } else { self.url.clone() };
        let look = Look(Store::open_as_is(&url).await.expect("the database opens"));
        if self.server.is_none() && look.0.dialect() == Dialect::Postgres {
            // It finishes what it was told before the process died, a commit for instance.
            const LEFT: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND backend_type = 'client backend' AND application_name <> 'look'";
            until("the database lets the dead process go", async || (look.count(LEFT).await == 0).then_some(())).await;
        }
        look
    }

    /// What an administrator would see of a company in order: the doctor finds nothing, but what is `expected`.
    pub fn assert_healthy(&self, expected: &[&str]) {
        let done = self.house.run(&["doctor", "--json"]);
        let report: Value = serde_json::from_str(&done.out).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        // Whether this build holds the console, and how full this machine's disk is, has nothing to do with it.
        let beside = [expected, &["console", "disk"]].concat();
        let wrong = |finding: &&Value| finding["level"] != "ok" && !beside.iter().any(|check| finding["check"] == *check);
        let wrong: Vec<&Value> = findings.iter().filter(wrong).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(done.code, 0, "{done:?}");
    }
}

/// An answer and where it goes.
pub struct Answer {
    pub id: Uuid,
    path: String,
    body: Value,
}

/// The database, looked at beside (or without) the server.
pub struct Look(Store);

impl Look {
    /// A number.
    pub async fn count(&self, sql: &str) -> i64 {
        let (sql, mut conn) = (sql.to_owned(), self.0.read().await.expect("a connection"));
        let conn = &mut conn;
        let count: Result<i64, sqlx::Error> =
            async { Ok(on!(conn, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone())).fetch_one(c).await?)) }.await;
        count.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// A column of texts.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let (sql, mut conn) = (sql.to_owned(), self.0.read().await.expect("a connection"));
        let conn = &mut conn;
        let texts: Result<Vec<String>, sqlx::Error> =
            async { Ok(on!(conn, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone())).fetch_all(c).await?)) }.await;
        texts.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// An id as this database's SQL writes it.
    pub fn id(&self, id: Uuid) -> String {
        match self.0.dialect() {
            Dialect::Sqlite => format!("x'{}'", id.simple()),
            Dialect::Postgres => format!("'{id}'"),
        }
    }

    /// Changes something.
    pub async fn change(&self, sql: &str) {
        let (sql, mut tx) = (sql.to_owned(), self.0.begin().await.expect("a transaction"));
        let conn = &mut tx;
        let done: Result<u64, sqlx::Error> =
            async { Ok(on!(conn, c => sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(c).await?.rows_affected())) }.await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        tx.commit().await.expect("committed");
    }

    pub async fn close(self) {
        self.0.close().await;
    }
}

//! A house for tests: a real database, a clock that moves when told, and a network that writes down what it is sent and
//! can lose its replies. Channels against real networks are tested in `tertulia-channels`.
#![allow(dead_code, reason = "each test program uses its part")]

use async_trait::async_trait;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicI64, Ordering},
};
use tertulia_app::{
    Actor, App, Networks,
    answers::{self, NewAnswer},
    cases::{self, FolderName},
    channel::{
        Account, ChannelError, CheckReport, Connection, Kept, Network, Outgoing, Receipt, Reconciled, Sent, SettingField, SettingsError,
        Sink, Unread,
    },
    lines,
    secret::Sealer,
    staff::setup,
};
use tertulia_kernel::{
    AnswerId, CaseId, ChannelId, Clock, DepartmentId, Timestamp, UserId,
    caps::{Caps, LengthUnit, ReplyRule},
    event::{Author, Event, IncomingPost, Visibility},
};
use tertulia_policy::Role;
use tertulia_store::{Store, channel::ChannelRow, monitor::MonitorRow, staff::User};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Runs a case on SQLite and on PostgreSQL.
#[allow(unused_macros, reason = "shared by several test programs; not each uses it")]
macro_rules! on_both {
    ($name:ident, $house:ident => $body:block) => {
        mod $name {
            //! One promise, on both databases.
            use super::*;
            async fn check($house: House) $body
            #[tokio::test]
            async fn sqlite() { check(house::sqlite().await).await }
            #[tokio::test]
            async fn postgres() { check(house::postgres().await).await }
        }
    };
}

/// A clock that stands still until told.
pub struct StillClock(AtomicI64);

impl StillClock {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// How a text begins whose sending never ends.
pub const HANGS: &str = "cuelga";

/// A network that takes everything.
#[derive(Clone, Default)]
pub struct Recorder {
    sent: Arc<Mutex<Vec<Outgoing>>>,
    loses_reply: Arc<AtomicBool>,
    dies: Arc<AtomicBool>,
    away: Arc<AtomicBool>,
    held: Arc<Held>,
}

/// A reconcile that waits until the test lets it go on.
#[derive(Default)]
struct Held {
    holds: AtomicBool,
    asked: Arc<tokio::sync::Notify>,
    go_on: tokio::sync::Notify,
}

impl Recorder {
    pub fn sent(&self) -> Vec<Outgoing> {
        self.sent.lock().expect("lock").clone()
    }
    pub fn lose_next_reply(&self) {
        self.loses_reply.store(true, Ordering::SeqCst);
    }
    pub fn die_after_sending(&self) {
        self.dies.store(true, Ordering::SeqCst);
    }
    pub fn live_again(&self) {
        self.dies.store(false, Ordering::SeqCst);
    }
    /// Whether what was kept can't be read for now, because the network must be asked and is away.
    pub fn be_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
    /// The next question about an answer is answered only after [`Self::release_reconcile`]; returns what tells of it.
    pub fn hold_reconcile(&self) -> Arc<tokio::sync::Notify> {
        self.held.holds.store(true, Ordering::SeqCst);
        self.held.asked.clone()
    }
    pub fn release_reconcile(&self) {
        self.held.go_on.notify_one();
    }
    pub async fn wait_until_sent(&self) {
        self.wait_for(|_| true).await;
    }
    /// Waits, at most ten seconds, for an answer of this sort.
    pub async fn wait_for(&self, which: impl Fn(&Outgoing) -> bool) {
        for _ in 0..2_000 {
            if self.sent().iter().any(&which) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("nothing of that sort was sent");
    }
}

#[async_trait]
impl Sink for Recorder {
    fn caps(&self) -> Caps {
        Caps {
            max_length: Some(500),
            length_unit: LengthUnit::Chars,
            url_length: None,
            short_mentions: false,
            public_answers: true,
            private_answers: true,
            reply_rule: ReplyRule::Anyone,
            max_attachments: 4,
            max_attachment_bytes: 1_000_000,
            attachment_types: vec!["image/*".into()],
            subject: false,
            edit: false,
            delete: false,
        }
    }

    async fn send(&self, answer: &Outgoing) -> Sent {
        self.sent.lock().expect("lock").push(answer.clone());
        if self.dies.load(Ordering::SeqCst) || answer.text.starts_with(HANGS) {
            std::future::pending::<()>().await;
        }
        if self.loses_reply.swap(false, Ordering::SeqCst) {
            return Sent::Unknown { reason: "connection lost".into() };
        }
        Sent::Sent { external_id: format!("net-{}", answer.id), url: None, thread: None }
    }

    async fn reconcile(&self, answer: &Outgoing) -> Reconciled {
        if self.held.holds.swap(false, Ordering::SeqCst) {
            self.held.asked.notify_one();
            self.held.go_on.notified().await;
        }
        if self.sent().iter().any(|known| known.id == answer.id) {
            Reconciled::Found { external_id: format!("net-{}", answer.id), url: None, thread: None }
        } else {
            Reconciled::Absent
        }
    }
}

#[async_trait]
impl Network for Recorder {
    fn kind(&self) -> &'static str {
        "recorder"
    }
    fn fields(&self) -> Vec<SettingField> {
        Vec::new()
    }
    fn caps(&self) -> Caps {
        Sink::caps(self)
    }
    fn validate(&self, _: &serde_json::Value) -> Result<(), SettingsError> {
        Ok(())
    }
    async fn check(&self, _: &Account) -> Result<CheckReport, ChannelError> {
        Ok(CheckReport { account: None, findings: Vec::new() })
    }
    fn open(&self, _: Account) -> Result<Connection, ChannelError> {
        Ok(Connection { source: None, sink: Some(Arc::new(self.clone())) })
    }
    /// What is kept is a list of events, as JSON.
    async fn read(&self, _: &Account, kept: &Kept) -> Result<Vec<Event>, Unread> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Unread::NotNow(ChannelError::Passing("away".into())));
        }
        serde_json::from_slice(&kept.payload).map_err(|error| Unread::Still(format!("no list of events: {error}").into()))
    }
}

/// A house with one channel.
pub struct House {
    pub app: App,
    pub clock: Arc<StillClock>,
    pub network: Recorder,
    pub channel: ChannelId,
    running: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.running.cancel();
    }
}

/// Builders.
pub mod house {
    use super::*;

    pub async fn sqlite() -> House {
        let folder = tempfile::tempdir().expect("folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        open(&url, folder).await
    }

    pub async fn postgres() -> House {
        let url = tertulia_peers::postgres::fresh_database().expect("PostgreSQL (run `cargo xtask peers install`)");
        open(&url, tempfile::tempdir().expect("folder")).await
    }

    async fn open(url: &str, folder: tempfile::TempDir) -> House {
        let store = Store::open(url).await.expect("open");
        let network = Recorder::default();
        let mut app = App::new(store, Sealer::new([7; 32]), Networks::new(vec![Arc::new(network.clone())]));
        let clock = Arc::new(StillClock(AtomicI64::new(1_800_000_000_000_000)));
        app.clock = clock.clone();
        setup::prepare(&app).await.expect("first start");
        let channel = Uuid::from_u128(1);
        let mut tx = app.store.begin().await.expect("begin");
        tx.insert_channel(&channel_row(1, "pruebas")).await.expect("channel");
        tx.commit().await.expect("commit");
        let running = CancellationToken::new();
        tokio::spawn(lines::run(app.clone(), running.clone()));
        while app.lines.sink(channel.into()).is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        House { app, clock, network, channel: channel.into(), running, _folder: folder }
    }

    pub(super) fn channel_row(number: i64, name: &str) -> ChannelRow {
        ChannelRow {
            id: Uuid::from_u128(number as u128),
            number,
            kind: "recorder".into(),
            shows_as: "mastodon".into(),
            name: name.into(),
            account: None,
            enabled: true,
            window_days: 0,
            settings: "{}".into(),
            secrets: None,
            sample: false,
            created_at: 0,
            updated_at: 0,
        }
    }

    pub fn post(id: &str, author: &str, text: &str) -> IncomingPost {
        let mut name = author.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let author =
            Author { external_id: author.into(), handle: author.into(), name: Some(name), followers: Some(10), ..Author::default() };
        IncomingPost::new(id, author, text, Timestamp::from_seconds(1_000))
    }

    pub fn answer(house: &House, conversation: Uuid, text: &str) -> NewAnswer {
        NewAnswer {
            id: AnswerId(house.app.new_id()),
            conversation_id: conversation.into(),
            in_reply_to: None,
            text: text.into(),
            subject: None,
            visibility: Visibility::Public,
            attachments: Vec::new(),
            resolve: false,
        }
    }
}

impl House {
    pub async fn try_accept(&self, events: Vec<Event>) -> tertulia_app::Result<Receipt> {
        self.app.accept(self.channel, events, Vec::new()).await
    }

    pub async fn accept(&self, events: Vec<Event>) -> Receipt {
        self.try_accept(events).await.expect("accept")
    }

    pub async fn monitor(&self, name: &str, query: &str) {
        let mut tx = self.app.store.begin().await.expect("begin");
        let number = tx.take_numbers("monitor", 1).await.expect("number");
        let row = MonitorRow {
            id: self.app.new_id(),
            number,
            name: name.into(),
            query: query.into(),
            enabled: true,
            sample: false,
            created_at: 0,
            updated_at: 0,
            ..MonitorRow::default()
        };
        tx.insert_monitor(&row).await.expect("insert");
        self.app.touch_listening(&mut tx, &tertulia_app::listening::Changed::Everything).await.expect("touch");
        tx.commit().await.expect("commit");
    }

    /// One more channel, running.
    pub async fn second_channel(&self) -> ChannelId {
        let row = house::channel_row(2, "otro");
        let mut tx = self.app.store.begin().await.expect("begin");
        tx.insert_channel(&row).await.expect("channel");
        tx.commit().await.expect("commit");
        self.app.channels_changed();
        while self.app.lines.sink(row.id.into()).is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        row.id.into()
    }

    /// The only open case.
    pub async fn only_case(&self, actor: &Actor) -> cases::CaseView {
        let (mut rows, _) = cases::list(&self.app, actor, FolderName::All, None, 10).await.expect("list");
        assert_eq!(rows.len(), 1, "one open case");
        rows.remove(0)
    }

    /// A rule, at the end.
    pub async fn rule(&self, name: &str, conditions: tertulia_app::rules::Conditions, actions: tertulia_app::rules::Actions) {
        let boss = Actor { role: Role::Administrator, ..self.user(&format!("jefa-{name}"), Role::Administrator).await };
        let form = tertulia_app::rules::Form { name: name.into(), enabled: true, conditions, actions };
        tertulia_app::rules::create(&self.app, &boss, form).await.expect("rule");
    }

    pub async fn department(&self, key: &str) -> DepartmentId {
        let departments = self.app.store.read().await.expect("read").departments().await.expect("departments");
        departments.into_iter().find(|department| department.key == key).expect("known department").id
    }

    pub async fn user(&self, name: &str, role: Role) -> Actor {
        self.user_of(name, role, "complaints").await
    }

    pub async fn user_of(&self, name: &str, role: Role, department: &str) -> Actor {
        let departments = vec![self.department(department).await];
        let mut tx = self.app.store.begin().await.expect("begin");
        let user = User {
            id: UserId(self.app.new_id()),
            number: tx.take_numbers("user", 1).await.expect("number"),
            email: format!("{}@empresa.example", name.to_lowercase()),
            name: name.into(),
            role,
            departments: departments.clone(),
            locale: "es".into(),
            theme: "system".into(),
            zone: None,
            has_password: false,
            ready: false,
            last_seen_at: None,
            disabled_at: None,
            sample: false,
            created_at: self.app.now(),
        };
        tx.insert_user(&user).await.expect("insert");
        tx.commit().await.expect("commit");
        Actor { id: user.id, name: name.into(), role, departments, scopes: None }
    }

    pub async fn ready(&self, user: &Actor) {
        let mut tx = self.app.store.begin().await.expect("begin");
        tx.set_ready(user.id.0, true, self.app.now().as_micros()).await.expect("ready");
        tx.commit().await.expect("commit");
    }

    /// A case with one answer in the outbox.
    pub async fn answered(&self, text: &str) -> (Actor, CaseId, AnswerId) {
        self.accept(vec![Event::Post(Box::new(IncomingPost { addressed: true, ..house::post("1", "ana", "ayuda por favor") }))]).await;
        let agent = self.user("Luisa", Role::Agent).await;
        let (rows, _) = cases::list(&self.app, &agent, FolderName::All, None, 10).await.expect("list");
        let case = rows[0].row.id.into();
        let detail = cases::detail::detail(&self.app, &agent, case).await.expect("detail");
        let answer = house::answer(self, detail.conversations[0].row.id, text);
        let id = answer.id;
        answers::send(&self.app, &agent, case, answer).await.expect("send");
        (agent, case, id)
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        let mut conn = self.app.store.read().await.expect("read");
        conn.count_rows(table).await.expect("count")
    }

    pub async fn text(&self, external_id: &str) -> String {
        let mut conn = self.app.store.read().await.expect("read");
        conn.posts_by_external(self.channel.0, &[external_id.into()]).await.expect("posts").remove(0).text
    }

    pub async fn found(&self, word: &str) -> usize {
        let mut conn = self.app.store.read().await.expect("read");
        let terms = tertulia_store::search::Terms::Word(word.into());
        conn.candidates(terms, tertulia_store::search::PostFilter::default(), i64::MAX, 10).await.expect("search").len()
    }

    pub async fn state_of(&self, answer: AnswerId) -> String {
        self.app.store.read().await.expect("read").answer(answer.0).await.expect("answer").state
    }
}

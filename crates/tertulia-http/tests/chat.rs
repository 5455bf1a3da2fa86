//! The web chat's public endpoints.

mod support;

use futures::StreamExt;
use reqwest::{Method, multipart};
use serde_json::{Value, json};
use std::time::Duration;
use support::{connect, start};
use tertulia_app::{
    answers::{self, NewAnswer},
    cases::presence,
    live::{Audience, News, Present},
    settings,
};
use tertulia_kernel::{AnswerId, event::Visibility};
use tertulia_policy::Role;
use tertulia_store::{conversation::ConversationRow, post::PostRow};
use tertulia_testkit::{Client, Reply, TestApp, VirtualClock};
use uuid::Uuid;

/// A visitor's browser.
struct Visitor {
    client: Client,
    secret: String,
    number: i64,
}

async fn visit(test: &TestApp, number: i64, body: Value) -> Visitor {
    let begun = test.anonymous().post(&format!("/chat/{number}/visit"), body).await.expect(200);
    let secret = begun["visitor"].as_str().expect("a secret").to_owned();
    let client = test.anonymous().with("authorization", format!("Visitor {secret}"));
    Visitor { client, secret, number }
}

impl Visitor {
    async fn post(&self, path: &str, body: Value) -> Reply {
        self.client.post(&format!("/chat/{}{path}", self.number), body).await
    }
    async fn say(&self, text: &str) -> Value {
        self.post("/messages", json!({"id": Uuid::new_v4(), "text": text})).await.expect(200)
    }
    async fn texts(&self) -> Vec<String> {
        let history = self.client.get(&format!("/chat/{}/messages", self.number)).await.expect(200);
        let messages = history["messages"].as_array().expect("a list").clone();
        messages.iter().map(|message| message["text"].as_str().expect("a text").to_owned()).collect()
    }
    async fn upload(&self, name: &str, mime: &str, content: Vec<u8>) -> Reply {
        let part = multipart::Part::bytes(content).file_name(name.to_owned()).mime_str(mime).expect("a media type");
        let form = multipart::Form::new().part("file", part);
        let request = self.client.request(Method::POST, &format!("/chat/{}/files", self.number)).multipart(form);
        Reply::of("upload".into(), request).await
    }
}

/// What the house knows of a visitor's only conversation on a channel.
async fn in_the_house(test: &TestApp, number: i64) -> (ConversationRow, Vec<PostRow>) {
    let mut conn = test.app.store.read().await.expect("a connection");
    let channel = conn.channel_by_number(number).await.expect("read").expect("there");
    let mut case_posts = Vec::new();
    let live = conn.live_cases_of(&people(test).await).await.expect("read");
    for row in conn.cases_by_id(&live).await.expect("read") {
        if row.channel_id == channel.id {
            case_posts.extend(conn.posts_of_case(row.id, 100).await.expect("read"));
        }
    }
    let conversation = case_posts.first().and_then(|post| post.conversation_id).expect("a case with a conversation");
    (conn.conversation(conversation).await.expect("read"), case_posts)
}

async fn people(test: &TestApp) -> Vec<Uuid> {
    let mut conn = test.app.store.read().await.expect("a connection");
    let mut found = Vec::new();
    for number in 1..50 {
        if let Ok(Some(case)) = conn.case_by_number(number).await {
            found.push(case.person_id);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

async fn answer(test: &TestApp, number: i64, text: &str) -> AnswerId {
    let user = test.user(&format!("{}@company.test", Uuid::new_v4()), Role::Administrator, &[]).await.expect("a user");
    let actor = TestApp::actor(&user);
    let company = settings::company(&mut test.app.store.read().await.expect("a connection")).await.expect("read");
    settings::set_company(&test.app, &actor, settings::Company { undo_seconds: 0, ..company }).await.expect("saved");
    let (conversation, _) = in_the_house(test, number).await;
    let id = AnswerId::new(test.app.now(), &*test.app.entropy);
    let new = NewAnswer {
        id,
        conversation_id: conversation.id.into(),
        in_reply_to: None,
        text: text.into(),
        subject: None,
        visibility: Visibility::Private,
        attachments: Vec::new(),
        resolve: false,
    };
    answers::send(&test.app, &actor, conversation.case_id.expect("a case").into(), new).await.expect("accepted");
    id
}

/// Waits for something that another task does.
async fn until<F: AsyncFnMut() -> bool>(what: &str, mut holds: F) {
    for _ in 0..100 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not happen within 5 s");
}

#[tokio::test]
async fn a_visitor_writes_an_agent_answers_and_both_stay_for_the_next_visit() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({"greeting_en": "Welcome"})).await;
    let settings = test.anonymous().get(&format!("/chat/{number}?lang=en")).await.expect(200);
    assert_eq!((settings["greeting"].as_str(), settings["ask_email"].as_bool()), (Some("Welcome"), Some(false)));
    let first =
        visit(&test, number, json!({"name": "Ana", "email": "ana@beta.test", "page": "https://www.alba.test/vuelos", "lang": "en"})).await;
    assert!(first.texts().await.is_empty());
    let said = first.say("  ¿Sale el vuelo?  ").await;
    assert_eq!((said["from"].as_str(), said["text"].as_str()), (Some("visitor"), Some("¿Sale el vuelo?")));

    let (conversation, posts) = in_the_house(&test, number).await;
    assert_eq!((conversation.visibility.as_str(), posts.len()), ("private", 1));
    assert_eq!((posts[0].author_name.as_str(), posts[0].author_handle.as_str()), ("Ana", "ana@beta.test"));
    assert_eq!(posts[0].url.as_deref(), Some("https://www.alba.test/vuelos"));

    answer(&test, number, "Sí, a las 7:15.").await;
    until("the answer", async || first.texts().await.len() == 2).await;
    let again = visit(&test, number, json!({"visitor": first.secret})).await;
    assert_eq!(again.secret, first.secret);
    again.say("Gracias").await;
    assert_eq!(again.texts().await, ["¿Sale el vuelo?", "Sí, a las 7:15.", "Gracias"]);
    let (_, posts) = in_the_house(&test, number).await;
    assert_eq!(posts.len(), 3, "one conversation whatever the number of visits");
}

#[tokio::test]
async fn an_answer_is_seen_only_once_it_is_sent() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let ana = visit(&test, number, json!({})).await;
    ana.say("Hola").await;
    let id = answer(&test, number, "Todavía no").await;
    until("the answer", async || ana.texts().await.len() == 2).await;
    let mut tx = test.app.store.begin().await.expect("a transaction");
    let mut row = tx.lock_answer(id.0).await.expect("there");
    "queued".clone_into(&mut row.state);
    row.due_at = i64::MAX;
    tx.update_answer(&row).await.expect("saved");
    tx.commit().await.expect("committed");
    assert_eq!(ana.texts().await, ["Hola"]);
}

#[tokio::test]
async fn the_same_message_sent_again_is_one_message() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let ana = visit(&test, number, json!({})).await;
    let body = json!({"id": Uuid::new_v4(), "text": "Una vez"});
    let (a, b, c) =
        tokio::join!(ana.post("/messages", body.clone()), ana.post("/messages", body.clone()), ana.post("/messages", body.clone()));
    let first = a.expect(200);
    assert_eq!((b.expect(200), c.expect(200)), (first.clone(), first.clone()));
    assert_eq!(first["id"], body["id"]);
    assert_eq!(ana.texts().await, ["Una vez"]);
}

#[tokio::test]
async fn visitors_see_only_their_own() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let other_chat = connect(&test, "webchat", "tienda", json!({})).await;
    let (ana, eva) = (visit(&test, number, json!({})).await, visit(&test, number, json!({})).await);
    assert_ne!(ana.secret, eva.secret);
    ana.say("Secreto").await;
    assert!(eva.texts().await.is_empty());
    let file = ana.upload("nota.txt", "text/plain", b"hola".to_vec()).await.expect(200);
    let path = file["path"].as_str().expect("a path").to_owned();
    eva.client.get(&path).await.expect_problem(404, "not_found");
    ana.post("/messages", json!({"id": Uuid::new_v4(), "text": "", "file_ids": [file["id"]]})).await.expect(200);
    eva.client.get(&path).await.expect_problem(404, "not_found");
    let stolen = eva.post("/messages", json!({"id": Uuid::new_v4(), "text": "x", "file_ids": [file["id"]]})).await;
    assert_eq!(stolen.expect_problem(422, "invalid")["fields"][0]["field"], "file_ids");

    let anonymous = test.anonymous();
    for client in [anonymous.clone(), anonymous.with("authorization", "Visitor wrong"), anonymous.with("authorization", "Bearer x")] {
        for path in ["messages", "live", &format!("files/{}", Uuid::nil())] {
            client.get(&format!("/chat/{number}/{path}")).await.expect_problem(401, "unauthenticated");
        }
        client.post(&format!("/chat/{number}/typing"), json!({})).await.expect_problem(401, "unauthenticated");
        client
            .post(&format!("/chat/{number}/messages"), json!({"id": Uuid::nil(), "text": "x"}))
            .await
            .expect_problem(401, "unauthenticated");
    }
    ana.client.get(&format!("/chat/{other_chat}/messages")).await.expect_problem(401, "unauthenticated");
    ana.client.get("/chat/99/messages").await.expect_problem(404, "not_found");
    // A secret that is not known begins a new visit, it does not choose one.
    let chosen = visit(&test, number, json!({"visitor": "my-own-choice"})).await;
    assert_ne!(chosen.secret, "my-own-choice");
}

#[tokio::test]
async fn files_go_both_ways_and_never_run() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let ana = visit(&test, number, json!({})).await;
    let page = b"<script>alert(1)</script>".to_vec();
    let file = ana.upload("../../maleta.html", "text/html", page.clone()).await.expect(200);
    assert_eq!((file["name"].as_str(), file["mime"].as_str(), file["size"].as_u64()), (Some("maleta.html"), Some("text/html"), Some(25)));
    let sent = ana.post("/messages", json!({"id": Uuid::new_v4(), "text": "", "file_ids": [file["id"]]})).await.expect(200);
    let kept = &sent["files"][0];
    assert_eq!(kept["name"], "maleta.html");
    let fetched = ana.client.get(kept["path"].as_str().expect("a path")).await;
    fetched.expect(200);
    assert_eq!(fetched.text.as_bytes(), page);
    let header = |name: &str| fetched.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!((header("content-type"), header("content-disposition")), ("application/octet-stream".into(), "attachment".into()));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));

    ana.upload("big.bin", "application/octet-stream", vec![0; 10 * 1024 * 1024 + 1]).await.expect_problem(413, "too_large");
    ana.upload("huge.bin", "application/octet-stream", vec![0; 11 * 1024 * 1024]).await.expect_problem(413, "too_large");
    ana.upload("empty.bin", "application/octet-stream", Vec::new()).await.expect_problem(422, "invalid");
    ana.upload("most.bin", "application/octet-stream", vec![7; 10 * 1024 * 1024]).await.expect(200);
}

#[tokio::test]
async fn messages_have_limits() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let ana = visit(&test, number, json!({})).await;
    for (text, code) in [("ñ".repeat(4_001), "too_long"), (" \n ".into(), "required")] {
        let refused = ana.post("/messages", json!({"id": Uuid::new_v4(), "text": text})).await;
        assert_eq!(refused.expect_problem(422, "invalid")["fields"][0]["code"], code);
    }
    ana.say(&"ñ".repeat(4_000)).await;
    let many: Vec<Uuid> = (0..6).map(|_| Uuid::new_v4()).collect();
    let refused = ana.post("/messages", json!({"id": Uuid::new_v4(), "text": "x", "file_ids": many})).await;
    refused.expect_problem(422, "invalid");
    ana.post("/messages", json!({"id": "x", "text": "x"})).await.expect_problem(400, "malformed_body");
}

#[tokio::test]
async fn strangers_are_slowed_down() {
    let clock = VirtualClock::default();
    let test = start(Some(clock.clone())).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let ana = visit(&test, number, json!({})).await;
    for n in 0..20 {
        ana.say(&n.to_string()).await;
    }
    let refused = ana.post("/messages", json!({"id": Uuid::new_v4(), "text": "too much"})).await;
    refused.expect_problem(429, "rate_limited");
    assert_eq!(refused.headers.get("retry-after").and_then(|value| value.to_str().ok()), Some("2"));
    clock.advance(2);
    ana.say("later").await;
    for _ in 0..19 {
        visit(&test, number, json!({})).await;
    }
    test.anonymous().post(&format!("/chat/{number}/visit"), json!({})).await.expect_problem(429, "rate_limited");
}

#[tokio::test]
async fn only_allowed_sites_may_show_the_chat() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({"allowed_origins": ["https://www.alba.test"]})).await;
    let path = format!("/chat/{number}/visit");
    let from = |origin: &str| test.anonymous().with("origin", origin);
    let allowed = |reply: &Reply| reply.headers.get("access-control-allow-origin").and_then(|value| value.to_str().ok()).map(str::to_owned);

    let welcome = from("https://www.alba.test").post(&path, json!({})).await;
    welcome.expect(200);
    assert_eq!(allowed(&welcome).as_deref(), Some("https://www.alba.test"));
    assert!(welcome.headers.get("access-control-allow-credentials").is_none());
    for origin in ["https://evil.test", "null", "http://www.alba.test"] {
        let refused = from(origin).post(&path, json!({})).await;
        refused.expect_problem(403, "origin_not_allowed");
        assert_eq!(allowed(&refused), None);
        let preflight = from(origin).send(Method::OPTIONS, &path, &Value::Null).await;
        assert_eq!((preflight.status.as_u16(), allowed(&preflight)), (403, None));
    }
    from(&test.base).post(&path, json!({})).await.expect(200);
    test.anonymous().post(&path, json!({})).await.expect(200);

    let preflight = from("https://www.alba.test").send(Method::OPTIONS, &path, &Value::Null).await;
    assert_eq!(preflight.status.as_u16(), 204);
    let names = preflight.headers.get("access-control-allow-headers").and_then(|value| value.to_str().ok());
    assert_eq!(names, Some("authorization, content-type"));
    // Errors too: a widget that can't read them would take them for a lost connection.
    let wrong = from("https://www.alba.test").get(&format!("/chat/{number}/messages")).await;
    wrong.expect_problem(401, "unauthenticated");
    assert_eq!(allowed(&wrong).as_deref(), Some("https://www.alba.test"));
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    let ana = visit(&test, number, json!({})).await;
    let eva = visit(&test, number, json!({})).await;
    let listen = async |visitor: &Visitor| {
        let response = visitor.client.request(Method::GET, &format!("/chat/{number}/live")).send().await.expect("connects");
        assert_eq!(response.headers().get("content-type").and_then(|value| value.to_str().ok()), Some("text/event-stream"));
        response.bytes_stream()
    };
    let (mut to_ana, mut to_eva) = (listen(&ana).await, listen(&eva).await);
    ana.say("Hola").await;
    let (conversation, _) = in_the_house(&test, number).await;
    let case_id = conversation.case_id.expect("a case");
    test.app.live.tell(Audience::Everybody, News::AgentTyping { conversation_id: conversation.id.into() });
    let present = vec![Present { user_id: Uuid::nil().into(), name: "Inés".into(), state: "viewing".into() }];
    test.app.live.tell(Audience::Everybody, News::Presence { case_id: case_id.into(), present, reserved_by: None });
    answer(&test, number, "Buenas").await;
    let mut heard = String::new();
    until("three kinds of events", async || {
        if let Ok(Some(Ok(piece))) = tokio::time::timeout(Duration::from_millis(200), to_ana.next()).await {
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
        heard.contains("Buenas")
    })
    .await;
    let kinds: Vec<&str> = heard.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(kinds, ["message", "typing", "seen", "message"], "{heard}");
    let nothing = tokio::time::timeout(Duration::from_millis(300), to_eva.next()).await;
    assert!(nothing.is_err(), "another visitor hears nothing");

    // Somebody who has the case open sees the next message at once.
    let user = test.user("luis@company.test", Role::Supervisor, &[]).await.expect("a user");
    presence::note(&test.app, &TestApp::actor(&user), case_id.into(), "viewing").await.expect("noted");
    ana.say("Una cosa más").await;
    until("the message and that it is seen", async || {
        if let Ok(Some(Ok(piece))) = tokio::time::timeout(Duration::from_millis(200), to_ana.next()).await {
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
        heard.ends_with("event: seen\ndata: {}\n\n") && heard.contains("Una cosa más")
    })
    .await;

    // The other way: the agents who look at the case learn that she types.
    let (_, _, mut updates) = test.app.live.listen(None);
    ana.post("/typing", json!({})).await.expect(204);
    let update = updates.recv().await.expect("told");
    assert!(matches!(&update.news, News::VisitorTyping { case_id: told } if told.0 == case_id), "{update:?}");
}

#[tokio::test]
async fn a_chat_that_is_switched_off_is_not_there() {
    let test = start(None).await;
    let number = connect(&test, "webchat", "sitio", json!({})).await;
    connect(&test, "push", "pregon", json!({})).await;
    let mut tx = test.app.store.begin().await.expect("a transaction");
    let mut row = tx.channel_by_number(number).await.expect("read").expect("there");
    row.enabled = false;
    tx.update_channel(&row).await.expect("saved");
    tx.commit().await.expect("committed");
    for number in [number, number + 1, 99, -1] {
        test.anonymous().get(&format!("/chat/{number}")).await.expect_problem(404, "not_found");
        test.anonymous().post(&format!("/chat/{number}/visit"), json!({})).await.expect_problem(404, "not_found");
    }
}

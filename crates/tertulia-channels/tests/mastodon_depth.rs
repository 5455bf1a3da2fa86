//! The Mastodon channel against a server with the whole API: streams, idempotency keys, files, and faults on order.
#![allow(clippy::unwrap_used, reason = "a test")]

mod recorder;

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use recorder::{Channel, account, answer, now, relay::Relay};
use serde_json::{Value, json};
use tertulia_app::channel::{ChannelError, Kept, Network, Outgoing, Reconciled, Sent, Unread};
use tertulia_channels::mastodon::Mastodon;
use tertulia_kernel::event::{Event, IncomingPost, Media, Visibility};
use tertulia_peers::{mastodon_api::Account, mastodon_mock::MastodonMock};

type Outcome = anyhow::Result<()>;

/// So rarely polled that only a stream can bring anything.
const STREAM_ONLY: u64 = 3_600;

async fn company_and_customer(server: &MastodonMock) -> anyhow::Result<(Account, Account)> {
    Ok((server.person("soporte").await?, server.person("marta").await?))
}

fn channel(base_url: &str, company: &Account, poll_seconds: u64, hashtags: &[&str]) -> Channel {
    Channel::open(json!({"base_url": base_url, "access_token": company.token, "poll_seconds": poll_seconds,
        "hashtags": hashtags}))
}

async fn streaming(channel: &Channel) {
    channel.recorder.until("streaming", |kept| (kept.alive.mode.as_ref().is_some_and(|mode| mode.code == "streaming")).then_some(())).await;
}

/// Own posts of the company as the server has them.
async fn own_posts(company: &Account) -> anyhow::Result<Vec<Value>> {
    company.list(&format!("/api/v1/accounts/{}/statuses?limit=40", company.id)).await
}

async fn a_mention(channel: &Channel, company: &Account, customer: &Account, text: &str) -> anyhow::Result<IncomingPost> {
    customer.post(&format!("@{} {text}", company.name())).await?;
    Ok(channel.recorder.post(text).await)
}

trait Name {
    fn name(&self) -> &str;
}

impl Name for Account {
    fn name(&self) -> &str {
        self.handle.split('@').next().unwrap_or_default()
    }
}

#[tokio::test]
async fn a_stream_brings_mentions_hashtags_edits_deletions_and_direct_messages_at_once() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let channel = channel(&server.base_url, &company, STREAM_ONLY, &["mirasol"]);
    let _running = channel.listen();
    streaming(&channel).await;

    let started = Instant::now();
    let first = customer.post("@soporte mi pedido es el 1").await?;
    let mention = channel.recorder.post("mi pedido es el 1").await;
    assert!(started.elapsed() < Duration::from_secs(10), "took {:?}", started.elapsed());
    assert!(mention.addressed);
    assert_eq!(mention.external_id, first["id"].as_str().unwrap());

    customer.post("algo sobre #mirasol").await?;
    assert!(!channel.recorder.post("algo sobre #mirasol").await.addressed);

    let edited_text = "algo editado sobre #mirasol @soporte";
    let tagged = channel.recorder.kept().saying("algo sobre").unwrap();
    customer.edit(&tagged.external_id, edited_text).await?;
    let edited = channel.recorder.post("algo editado").await;
    assert_eq!(edited.external_id, tagged.external_id);
    assert!(edited.revised_at.is_some());

    customer.delete(&tagged.external_id).await?;
    channel.recorder.until("deletion", |kept| kept.deleted.contains(&tagged.external_id).then_some(())).await;

    customer.direct("@soporte en privado: mi dirección").await?;
    let direct = channel.recorder.post("en privado").await;
    assert!(direct.addressed && direct.visibility == Visibility::Private);
    Ok(())
}

#[tokio::test]
async fn a_line_cut_in_the_middle_loses_nothing() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let relay = Relay::to(&server.base_url).await?;
    let channel = channel(&relay.base_url, &company, 1, &["mirasol"]);
    let mut running = channel.listen();
    streaming(&channel).await;
    a_mention(&channel, &company, &customer, "antes del corte").await?;

    relay.cut();
    // More than a page of mentions and two of the hashtag while nobody listens.
    for n in 0..50 {
        customer.post(&format!("@soporte durante {n}.")).await?;
        customer.post(&format!("#mirasol etiqueta {n}. a")).await?;
        customer.post(&format!("#mirasol etiqueta {n}. b")).await?;
    }
    // The program starts a source that gave up again; so do we.
    if tokio::time::timeout(Duration::from_secs(5), running.given_up()).await.is_ok() {
        running = channel.listen();
    }
    relay.mend();
    let started = Instant::now();
    while channel.recorder.kept().saying("durante 49.").is_none() && started.elapsed() < Duration::from_secs(30) {
        if running.has_ended() {
            running = channel.listen();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for n in 0..50 {
        assert!(channel.recorder.post(&format!("durante {n}.")).await.addressed);
        channel.recorder.post(&format!("etiqueta {n}. a")).await;
        channel.recorder.post(&format!("etiqueta {n}. b")).await;
    }
    assert_eq!(channel.recorder.kept().posts.len(), 151);
    streaming(&channel).await;
    a_mention(&channel, &company, &customer, "después del corte").await?;
    Ok(())
}

#[tokio::test]
async fn batches_that_were_not_taken_are_brought_again_until_they_are() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let channel = channel(&server.base_url, &company, 1, &["mirasol"]);
    let running = channel.listen();
    a_mention(&channel, &company, &customer, "primera").await?;
    running.stop().await;
    for n in 0..60 {
        customer.post(&format!("@soporte lote {n}. #mirasol")).await?;
    }

    // Every second batch fails, whichever it is: a page in the middle, the last one, a live one.
    channel.recorder.fails_every.store(2, Ordering::SeqCst);
    let mut deaths = 0;
    let mut running = channel.listen();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) && (deaths < 6 || channel.recorder.kept().posts.len() < 61) {
        if running.has_ended() {
            deaths += 1;
            running = channel.listen();
        }
        if deaths == 3 {
            customer.post("@soporte lote 60. #mirasol").await?;
            deaths += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    channel.recorder.fails_every.store(0, Ordering::SeqCst);
    if running.has_ended() {
        running = channel.listen();
    }
    for n in 0..61 {
        channel.recorder.post(&format!("lote {n}.")).await;
    }
    assert!(deaths >= 3, "the source died {deaths} times only");
    assert_eq!(channel.recorder.kept().posts.len(), 62);
    drop(running);
    Ok(())
}

#[tokio::test]
async fn the_same_answer_sent_twice_stands_once() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let channel = channel(&server.base_url, &company, 1, &[]);
    let _running = channel.listen();
    let mention = a_mention(&channel, &company, &customer, "hola").await?;

    let outgoing = answer(&mention, "Hola Marta 😀", Visibility::Public);
    let first = channel.sink.send(&outgoing).await;
    let second = channel.sink.send(&outgoing).await;
    assert!(matches!(first, Sent::Sent { .. }));
    assert_eq!(first, second);
    let own = own_posts(&company).await?;
    assert_eq!(own.len(), 1, "{own:?}");
    assert_eq!(own[0]["in_reply_to_id"], mention.external_id.as_str());
    // Whoever is answered is told.
    let told = customer.wait_for_notification("mention", "Hola Marta").await?;
    assert_eq!(told["status"]["id"], own[0]["id"]);
    Ok(())
}

#[tokio::test]
async fn each_fault_of_the_server_ends_as_it_should() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let channel = channel(&server.base_url, &company, 1, &[]);
    let running = channel.listen();
    let mention = a_mention(&channel, &company, &customer, "hola").await?;
    running.stop().await;

    let post = json!({"methods": ["POST"], "path": "/api/v1/statuses"});
    let faulty = async |effect: Value| {
        server.order_fault(&json!({"match": post, "effect": effect, "count": 1})).await.unwrap();
        let outgoing = answer(&mention, "Respuesta con falla", Visibility::Public);
        (channel.sink.send(&outgoing).await, outgoing)
    };

    let (sent, _) = faulty(json!({"type": "ratelimit", "headers": {"Retry-After": "17"}})).await;
    assert!(matches!(sent, Sent::Retry { after: 17, .. }), "{sent:?}");
    let (sent, _) = faulty(json!({"type": "status", "status": 503, "headers": {"Retry-After": "4"}})).await;
    assert!(matches!(sent, Sent::Retry { after: 4, .. }), "{sent:?}");
    let (sent, _) = faulty(json!({"type": "status", "status": 422, "body": {"error": "Validation failed"}})).await;
    assert_eq!(sent, Sent::Rejected { reason: "422: Validation failed".into() });
    let (sent, outgoing) = faulty(json!({"type": "status", "status": 500})).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
    assert_eq!(channel.sink.reconcile(&outgoing).await, Reconciled::Absent);
    let (sent, outgoing) = faulty(json!({"type": "malformed"})).await;
    assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
    // It was not posted: sending the same answer again is right and gives one post.
    assert_eq!(channel.sink.reconcile(&outgoing).await, Reconciled::Absent);
    assert!(own_posts(&company).await?.is_empty());
    let Sent::Sent { external_id, .. } = channel.sink.send(&outgoing).await else { panic!("not sent") };
    let found = channel.sink.reconcile(&outgoing).await;
    assert!(matches!(&found, Reconciled::Found { external_id: id, .. } if *id == external_id), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn an_answer_whose_line_broke_after_sending_is_unknown_found_and_never_doubled() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let relay = Relay::to(&server.base_url).await?;
    let channel = channel(&relay.base_url, &company, 1, &[]);
    let running = channel.listen();
    let mention = a_mention(&channel, &company, &customer, "hola").await?;
    running.stop().await;
    for (text, visibility) in [("pública sin acuse", Visibility::Public), ("privada sin acuse", Visibility::Private)] {
        let outgoing = answer(&mention, text, visibility);
        let sending = channel.sink.send(&outgoing);
        let breaking = async {
            // The server answers only after two seconds (a fault of its own making), the line breaks before.
            tokio::time::sleep(Duration::from_secs(1)).await;
            relay.cut();
        };
        server
            .order_fault(&json!({"match": {"methods": ["POST"], "path": "/api/v1/statuses"},
                "effect": {"type": "latency", "delay_ms": 2_000}, "count": 1}))
            .await?;
        let (sent, ()) = tokio::join!(sending, breaking);
        assert!(matches!(sent, Sent::Unknown { .. }), "{sent:?}");
        // While the network can't be asked, nothing is claimed.
        let claimed = channel.sink.reconcile(&outgoing).await;
        assert!(matches!(claimed, Reconciled::CannotTell { .. }), "{claimed:?}");
        relay.mend();
        let before = own_posts(&company).await?.len();
        match channel.sink.reconcile(&outgoing).await {
            Reconciled::Found { .. } => {}
            // The server gave the request up with its line: then it may go again.
            Reconciled::Absent => assert!(matches!(channel.sink.send(&outgoing).await, Sent::Sent { .. })),
            Reconciled::CannotTell { reason } => panic!("{reason}"),
        }
        channel.sink.send(&outgoing).await;
        let own = own_posts(&company).await?;
        let copies = own.iter().filter(|post| post["content"].as_str().unwrap().contains(text)).count();
        assert_eq!(copies, 1, "{before} before, {own:#?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again_later() -> Outcome {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let nobody = format!("http://{}", listener.local_addr()?);
    drop(listener);
    let settings = json!({"base_url": nobody, "access_token": "t"});
    let channel = Channel::open(settings.clone());
    let outgoing = Outgoing { reply_to: None, ..answer(&stranger(), "hola", Visibility::Public) };
    let sent = channel.sink.send(&outgoing).await;
    assert!(matches!(sent, Sent::Retry { .. }), "{sent:?}");
    assert!(matches!(channel.sink.reconcile(&outgoing).await, Reconciled::CannotTell { .. }));
    let end = channel.listen().end().await;
    assert!(matches!(end, ChannelError::Passing(_)), "{end:?}");
    assert!(Mastodon.check(&account(&settings)).await.is_err());
    Ok(())
}

fn stranger() -> IncomingPost {
    IncomingPost::new("1", tertulia_kernel::event::Author::default(), "", now())
}

#[tokio::test]
async fn files_go_along_with_their_description() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let channel = channel(&server.base_url, &company, 1, &[]);
    let _running = channel.listen();
    let mention = a_mention(&channel, &company, &customer, "¿dónde está?").await?;

    // The smallest picture: one pixel.
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";
    let file = Media {
        mime: "image/png".into(),
        name: Some("mapa.png".into()),
        alt: Some("Mapa de la oficina".into()),
        url: None,
        bytes: Some(png.to_vec()),
    };
    let outgoing = Outgoing { attachments: vec![file], ..answer(&mention, "Aquí", Visibility::Public) };
    let sent = channel.sink.send(&outgoing).await;
    assert!(matches!(sent, Sent::Sent { .. }), "{sent:?}");
    let own = own_posts(&company).await?;
    assert_eq!(own[0]["media_attachments"][0]["description"], "Mapa de la oficina");

    // And files come in: our own, read back as any post's are.
    let seen = channel.recorder.post("Aquí").await;
    assert_eq!(seen.media[0].alt.as_deref(), Some("Mapa de la oficina"));
    assert!(seen.media[0].url.is_some());

    let empty = Media { mime: "image/png".into(), name: None, alt: None, url: None, bytes: None };
    let outgoing = Outgoing { attachments: vec![empty], ..answer(&mention, "Nada", Visibility::Public) };
    assert!(matches!(channel.sink.send(&outgoing).await, Sent::Rejected { .. }));
    Ok(())
}

#[tokio::test]
async fn a_text_too_long_with_its_mention_is_refused_before_anything_is_sent() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let channel = channel(&server.base_url, &company, 1, &[]);
    let _running = channel.listen();
    let mention = a_mention(&channel, &company, &customer, "hola").await?;
    let most = channel.sink.caps().max_length.unwrap() as usize;
    let outgoing = answer(&mention, &"ñ".repeat(most), Visibility::Public);
    assert!(matches!(channel.sink.send(&outgoing).await, Sent::Rejected { .. }));
    assert!(own_posts(&company).await?.is_empty());
    let outgoing = answer(&mention, &"ñ".repeat(most - "@marta ".len()), Visibility::Public);
    assert!(matches!(channel.sink.send(&outgoing).await, Sent::Sent { .. }));
    Ok(())
}

#[tokio::test]
async fn a_poisoned_status_is_set_aside_and_the_others_go_on() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, _) = company_and_customer(&server).await?;
    let good = json!({"id": "7", "content": "<p>soy bueno</p>", "account": {"acct": "ana@beta.test"}, "visibility": "public"});
    server
        .order_fault(&json!({"match": {"path": "/api/v1/timelines/tag/mirasol"}, "count": 1, "effect": {"type": "status",
            "status": 200, "body": [{"id": "9", "content": "sin autor"}, null, 5, good]}}))
        .await?;
    let channel = channel(&server.base_url, &company, 1, &["mirasol"]);
    let _running = channel.listen();
    channel.recorder.post("soy bueno").await;
    let kept = channel.recorder.kept();
    assert_eq!(kept.posts.len(), 1);
    assert_eq!(kept.quarantine.len(), 3);
    let poison = &kept.quarantine["9"];
    assert_eq!(poison.error.en, "the status has no account");
    assert!(String::from_utf8_lossy(&poison.payload).contains("sin autor"));
    Ok(())
}

#[tokio::test]
async fn a_kept_status_is_read_again_as_it_reached_us() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, _) = company_and_customer(&server).await?;
    let notification = json!({"id": "n9", "type": "mention", "status": {"id": "9", "content": "<p>ayuda con mi maleta</p>"}});
    server
        .order_fault(&json!({"match": {"path": "/api/v1/notifications"}, "count": 1, "effect": {"type": "status",
            "status": 200, "body": [notification.clone()]}}))
        .await?;
    let channel = channel(&server.base_url, &company, 1, &[]);
    let running = channel.listen();
    let poison = channel.recorder.until("in quarantine", |kept| kept.quarantine.get("9").cloned()).await;
    running.stop().await;
    let settings = json!({"base_url": server.base_url, "access_token": company.token});
    let read = async |payload: Value| {
        let kept = Kept { external_id: "9".into(), payload: payload.to_string().into_bytes(), at: now() };
        Mastodon.read(&account(&settings), &kept).await
    };
    let still = |unread: Result<Vec<Event>, Unread>| matches!(unread, Err(Unread::Still(why)) if why.en == "the status has no account");
    let mut payload: Value = serde_json::from_slice(&poison.payload)?;
    assert!(still(read(payload.clone()).await));
    // As if the reader of an earlier version had failed at what is no trouble: it reached us as a mention, so it is one.
    let marta = json!({"acct": "marta@beta.test"});
    payload["status"]["account"] = marta.clone();
    let events = read(payload.clone()).await.expect("read");
    let [Event::Post(post)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((post.external_id.as_str(), post.text.as_str(), post.addressed), ("9", "ayuda con mi maleta", true));
    // Earlier versions kept the bare status, and a stream's event as it came.
    let events = read(payload["status"].clone()).await.expect("read");
    assert!(matches!(&events[..], [Event::Post(post)] if !post.addressed && post.visibility == Visibility::Private), "{events:?}");
    assert!(still(read(notification.clone()).await));
    let (mut mention, mut favourite) = (notification.clone(), notification);
    mention["status"]["account"] = marta;
    favourite["type"] = json!("favourite");
    assert!(matches!(&read(mention).await.expect("read")[..], [Event::Post(post)] if post.addressed));
    assert_eq!(read(favourite).await.expect("nothing to read"), []);
    // Whose account it is must be asked; a server that is away says nothing about the status.
    let away = account(&json!({"base_url": "http://127.0.0.1:1", "access_token": "x"}));
    let kept = Kept { external_id: "9".into(), payload: payload.to_string().into_bytes(), at: now() };
    assert!(matches!(Mastodon.read(&away, &kept).await, Err(Unread::NotNow(_))));
    Ok(())
}

#[tokio::test]
async fn an_answer_of_the_server_too_large_to_read_stops_nothing_else() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    server
        .order_fault(&json!({"match": {"path": "/api/v1/timelines/tag/mirasol"}, "count": 1, "effect": {"type": "status",
            "status": 200, "body": "x".repeat(5 * 1024 * 1024)}}))
        .await?;
    let channel = channel(&server.base_url, &company, 1, &["mirasol"]);
    let end = channel.listen().end().await;
    assert!(end.to_string().contains("larger than"), "{end:?}");
    // The program starts it again after a pause.
    let _running = channel.listen();
    a_mention(&channel, &company, &customer, "sigo aquí").await?;
    Ok(())
}

#[tokio::test]
async fn the_source_waits_when_told_and_gives_up_on_a_refused_token() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, _) = company_and_customer(&server).await?;
    server
        .order_fault(&json!({"match": {"path": "/api/v1/notifications"}, "count": 1,
            "effect": {"type": "ratelimit", "headers": {"Retry-After": "42"}}}))
        .await?;
    let end = channel(&server.base_url, &company, 1, &[]).listen().end().await;
    assert!(matches!(end, ChannelError::Wait { seconds: 42, .. }), "{end:?}");

    let wrong = Channel::open(json!({"base_url": server.base_url, "access_token": "not-a-token"}));
    let end = wrong.listen().end().await;
    assert!(matches!(end, ChannelError::Refused(_)), "{end:?}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_finds_nothing_any_more_deletes_nothing() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, customer) = company_and_customer(&server).await?;
    let relay = Relay::to(&server.base_url).await?;
    let channel = channel(&relay.base_url, &company, 1, &[]);
    // Without streams, so that posts are looked at again.
    server.order_fault(&json!({"match": {"path": "/api/v1/streaming/*"}, "effect": {"type": "status", "status": 404}})).await?;
    let _running = channel.listen();
    let mention = a_mention(&channel, &company, &customer, "sigo vivo").await?;
    server
        .order_fault(&json!({"match": {"path_regex": "/api/v1/(statuses/|accounts/verify)"}, "effect": {"type": "status", "status": 404}}))
        .await?;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let kept = channel.recorder.kept();
    assert!(kept.deleted.is_empty() && kept.posts.contains_key(&mention.external_id));
    assert_eq!(kept.gave_up, None);
    Ok(())
}

#[tokio::test]
async fn a_check_tells_that_this_server_streams() -> Outcome {
    let server = MastodonMock::start().await?;
    let (company, _) = company_and_customer(&server).await?;
    let report = Mastodon.check(&account(&json!({"base_url": server.base_url, "access_token": company.token}))).await?;
    assert!(report.account.unwrap().starts_with("@soporte@"));
    let said: Vec<&str> = report.findings.iter().map(|one| one.en.as_str()).collect();
    assert!(said.contains(&"Up to 500 characters a post") && said.contains(&"The server tells at once"), "{said:?}");
    Ok(())
}

//! Feeds as a channel: a real web server on this machine, posts at the other end.

mod door;
mod http_server;

use axum::{body::Body, http::Response};
use door::Recorder;
use http_server::HttpServer;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tertulia_app::channel::{Account, ChannelError, Kept, Network, Source, Unread};
use tertulia_channels::{
    feed::Feeds,
    fetch::{AllowedHosts, Fetcher},
};
use tertulia_kernel::{ChannelId, Timestamp, event::Event};

/// A minute that lasts a moment.
const MINUTE: Duration = Duration::from_millis(30);

fn feeds(servers: &[&HttpServer]) -> Feeds {
    let allowed: Vec<_> = servers.iter().map(|server| server.address.clone()).collect();
    Feeds::new(Fetcher::new(AllowedHosts::parse(&allowed.join(",")))).with_minute(MINUTE)
}

fn account(settings: Value) -> Account {
    Account { id: ChannelId(uuid::Uuid::nil()), name: "Blogs".into(), settings }
}

fn source(feeds: &Feeds, settings: Value) -> Box<dyn Source> {
    let connection = feeds.open(account(settings)).expect("valid settings");
    assert!(connection.sink.is_none());
    connection.source.expect("a source")
}

fn rss(items: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
        <title>Viajeros &amp; viajes</title><link>https://viajeros.example/</link><language>es-MX</language>{items}</channel></rss>"#
    )
}

const ITEM: &str = r#"<item><title>Alas perdió mi maleta &#x1f9f3;</title><link>https://viajeros.example/1</link>
    <guid isPermaLink="false">1</guid><dc:creator>Rosa Díaz</dc:creator><pubDate>Fri, 20 Nov 2026 10:00:00 -0600</pubDate>
    <description>&lt;p&gt;Tres d&amp;iacute;as &lt;b&gt;sin&lt;/b&gt; respuesta.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description>
    <enclosure url="https://viajeros.example/1.jpg" type="image/jpeg" length="5"/></item>"#;

#[tokio::test]
async fn rss_atom_and_json_become_posts() {
    let server = HttpServer::start().await;
    server.serve("/rss", rss(ITEM));
    server.serve(
        "/atom",
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Foro</title><id>urn:foro</id>
        <author><name>Foro</name></author>
        <entry><id>tag:foro.example,2026:7</id><title type="html">Vuelo &lt;i&gt;cancelado&lt;/i&gt;</title>
        <link rel="alternate" href="/temas/7"/><author><name>Beto</name><uri>https://foro.example/u/beto</uri></author>
        <published>2026-11-20T12:00:00Z</published><updated>2026-11-21T08:00:00Z</updated>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Uno</p><p>Dos</p></div></content></entry></feed>"#,
    );
    server.serve(
        "/json",
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[
        {"id":"https://j.example/1","url":"https://j.example/1","content_text":"a < b","date_published":"2026-11-20T12:00:00Z"}]}"#,
    );
    let recorder = Recorder::default();
    let urls = json!({"urls": [server.url("/rss"), server.url("/atom"), server.url("/json")]});
    let running = recorder.run(source(&feeds(&[&server]), urls));
    recorder.until("three posts", |record| record.events.len() >= 3).await;
    running.stop().await;
    let posts = recorder.posts();
    let of = |id: &str| posts.iter().find(|post| post.external_id.ends_with(id)).expect(id);

    let rss = of("/rss#1");
    assert_eq!(rss.title.as_deref(), Some("Alas perdió mi maleta 🧳"));
    assert_eq!(rss.text, "Tres días sin respuesta.");
    assert_eq!(rss.author.name.as_deref(), Some("Rosa Díaz"));
    assert_eq!(rss.author.handle, "127.0.0.1");
    assert_eq!(rss.url.as_deref(), Some("https://viajeros.example/1"));
    assert_eq!(rss.lang.as_deref(), Some("es-mx"));
    assert_eq!(rss.occurred_at, Timestamp::parse_rfc3339("2026-11-20T16:00:00Z").expect("valid"));
    assert_eq!(rss.media[0].url.as_deref(), Some("https://viajeros.example/1.jpg"));
    assert!(!rss.addressed && !rss.own);

    let atom = of("tag:foro.example,2026:7");
    assert_eq!((atom.title.as_deref(), &*atom.text), (Some("Vuelo cancelado"), "Uno\n\nDos"));
    assert_eq!(atom.url, Some(server.url("/temas/7")));
    assert_eq!(atom.author.external_id, "https://foro.example/u/beto");
    assert_eq!(atom.revised_at, Timestamp::parse_rfc3339("2026-11-21T08:00:00Z"));

    assert_eq!(of("https://j.example/1").text, "a < b");
}

#[tokio::test]
async fn an_entry_comes_once_and_again_when_it_changes() {
    let server = HttpServer::start().await;
    server.serve("/rss", rss(ITEM));
    let (recorder, feeds) = (Recorder::default(), feeds(&[&server]));
    let settings = json!({"urls": [server.url("/rss")], "poll_minutes": 1, "addressed": true});
    let running = recorder.run(source(&feeds, settings.clone()));
    recorder.until("the first", |record| record.events.len() == 1).await;
    while server.asked("/rss").len() < 4 {
        tokio::time::sleep(MINUTE).await;
    }
    assert_eq!(recorder.posts().len(), 1, "not again while it is the same");
    running.stop().await;

    // Across a restart, from the cursor.
    let running = recorder.run(source(&feeds, settings));
    let visits = server.asked("/rss").len();
    while server.asked("/rss").len() < visits + 2 {
        tokio::time::sleep(MINUTE).await;
    }
    assert_eq!(recorder.posts().len(), 1);
    let corrected = ITEM.replace("Tres d", "Cinco d");
    server.serve("/rss", rss(&corrected));
    recorder.until("the edit", |record| record.events.len() == 2).await;
    running.stop().await;
    let posts = recorder.posts();
    assert_eq!(posts[0].external_id, posts[1].external_id);
    assert_eq!(posts[1].text, "Cinco días sin respuesta.");
    assert!(posts[0].revised_at.is_none() && posts[1].revised_at.is_some());
    assert!(posts[0].addressed);
}

#[tokio::test]
async fn unchanged_feeds_are_not_sent_again() {
    let server = HttpServer::start().await;
    server.on("/rss", |headers| {
        let known = headers.get("if-none-match").is_some_and(|tag| tag == "\"a\"") && headers.contains_key("if-modified-since");
        let builder = Response::builder()
            .status(if known { 304 } else { 200 })
            .header("etag", "\"a\"")
            .header("last-modified", "Fri, 20 Nov 2026 16:00:00 GMT");
        let body = if known { String::new() } else { rss(ITEM) };
        builder.body(Body::from(body)).expect("response")
    });
    let recorder = Recorder::default();
    let running = recorder.run(source(&feeds(&[&server]), json!({"urls": [server.url("/rss")], "poll_minutes": 1})));
    while server.asked("/rss").len() < 3 {
        tokio::time::sleep(MINUTE).await;
    }
    running.stop().await;
    let asked = server.asked("/rss");
    assert!(!asked[0].contains_key("if-none-match"));
    assert_eq!(asked[2]["if-none-match"], "\"a\"");
    assert_eq!(recorder.posts().len(), 1);
}

#[tokio::test]
async fn one_bad_feed_stops_nobody() {
    let server = HttpServer::start().await;
    server.serve("/good", rss(ITEM));
    server.serve("/html", "<html><body>404 but polite</body></html>");
    server.serve("/deep", format!("<rss version=\"2.0\"><channel><item><description>{}", "<x>".repeat(1_000_000)));
    let laughs = "<!ENTITY a \"ja\">".to_owned()
        + &(b'b'..=b'j')
            .map(|c| {
                let refs = format!("&{};", (c - 1) as char).repeat(10);
                format!("<!ENTITY {} \"{refs}\">", c as char)
            })
            .collect::<String>();
    server.serve("/laughs", format!("<?xml version=\"1.0\"?><!DOCTYPE rss [{laughs}]><rss version=\"2.0\"><channel><title>t</title><item><guid>risa</guid><title>&j;</title><description>&j;&j;</description></item></channel></rss>"));
    server.serve("/xxe", "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss version=\"2.0\"><channel><title>t</title><item><guid>xxe</guid><title>x&x;</title><description>&x;</description></item></channel></rss>");
    let mut invalid = rss(ITEM).into_bytes();
    let at = invalid.windows(6).position(|w| w == b"maleta").expect("there");
    invalid[at] = 0xff;
    server.serve("/invalid", invalid);
    server.serve("/crowd", format!("<rss version=\"2.0\"><channel>{}", "<item/>".repeat(1_000_000)));
    server.serve("/empty", "");
    server.redirect("/inside", "http://127.0.0.1:1/admin");
    let paths = ["/html", "/deep", "/laughs", "/xxe", "/invalid", "/crowd", "/empty", "/inside", "/missing", "/good"];
    let urls: Vec<_> = paths.iter().map(|path| server.url(path)).collect();
    let recorder = Recorder::default();
    let running = recorder.run(source(&feeds(&[&server]), json!({"urls": urls, "poll_minutes": 1})));
    recorder.until("a round", |record| record.modes.len() >= 2).await;
    running.stop().await;

    let posts = recorder.posts();
    assert!(posts.iter().any(|post| post.external_id.ends_with("/good#1")));
    for post in &posts {
        assert!(post.text.len() < 10_000, "no laughs: {} bytes", post.text.len());
        assert!(!post.text.contains("root:") && !post.title.as_deref().unwrap_or_default().contains("root:"));
    }
    let record = recorder.record();
    for path in ["/html", "/deep", "/crowd", "/empty"] {
        let url = server.url(path);
        let poison = record.quarantine.iter().find(|poison| poison.error.en.contains(&url));
        let poison = poison.unwrap_or_else(|| panic!("{path} in quarantine"));
        assert!(poison.payload.len() <= 256 * 1024);
    }
    let mode = record.modes.last().expect("mode");
    assert!(mode.contains("of 10 fail"), "{mode}");
    let kept = record.cursors.values().cloned().collect::<String>();
    assert!(kept.contains("not on the public internet") && kept.contains("the server answered 404"));
}

#[tokio::test]
async fn a_kept_document_is_read_again_with_the_ids_it_would_have_had() {
    let server = HttpServer::start().await;
    let deep = "<x>".repeat(200);
    server.serve("/new", rss(&format!("{ITEM}{deep}")));
    server.redirect("/old", &server.url("/new"));
    let (feeds, settings) = (feeds(&[&server]), json!({"urls": [server.url("/old")], "poll_minutes": 1}));
    let recorder = Recorder::default();
    let running = recorder.run(source(&feeds, settings.clone()));
    recorder.until("the document", |record| !record.quarantine.is_empty()).await;
    running.error().await;
    let poison = recorder.record().quarantine.remove(0);
    let account = account(settings.clone());
    let kept = |payload: Vec<u8>| Kept { external_id: poison.external_id.clone(), payload, at: Timestamp::from_seconds(1_795_000_000) };
    let why = |unread: Result<Vec<Event>, Unread>| match unread {
        Err(Unread::Still(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(why(feeds.read(&account, &kept(poison.payload.clone())).await).en.contains("nested more than"));
    // As if the reader of an earlier version had failed at what is no trouble.
    let fine = String::from_utf8(poison.payload.clone()).expect("UTF-8").replace(&deep, "");
    let again = feeds.read(&account, &kept(fine.into_bytes())).await.expect("read");
    server.serve("/new", rss(ITEM));
    let running = recorder.run(source(&feeds, settings));
    recorder.until("the entry", |record| !record.events.is_empty()).await;
    running.stop().await;
    let [Event::Post(read)] = &again[..] else { panic!("{again:?}") };
    assert_eq!((&read.external_id, &read.text), (&recorder.posts()[0].external_id, &recorder.posts()[0].text));
    // Earlier versions kept the document without its address: it is one of the channel's feeds, or nobody's.
    let earlier = feeds.read(&account, &kept(rss(ITEM).into_bytes())).await.expect("read");
    assert!(matches!(&earlier[..], [Event::Post(read)] if read.external_id == format!("{}#1", server.url("/old"))), "{earlier:?}");
    let nobodys = Kept { external_id: "feed:0".into(), ..kept(rss(ITEM).into_bytes()) };
    assert_eq!(why(feeds.read(&account, &nobodys).await).code, "feed_gone");
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_left_alone() {
    let server = HttpServer::start().await;
    let visits = Arc::new(AtomicUsize::new(0));
    let count = visits.clone();
    server.on("/rss", move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let builder = Response::builder().status(429).header("retry-after", "3600");
        builder.body(Body::empty()).expect("response")
    });
    let (recorder, feeds) = (Recorder::default(), feeds(&[&server]));
    let settings = json!({"urls": [server.url("/rss")], "poll_minutes": 1});
    let error = recorder.run(source(&feeds, settings.clone())).error().await;
    assert!(matches!(&error, ChannelError::Passing(text) if text.contains("429")), "{error}");
    // The supervisor starts it again; the hour is not over.
    let running = recorder.run(source(&feeds, settings));
    recorder.until("a sign of life", |record| !record.modes.is_empty()).await;
    tokio::time::sleep(10 * MINUTE).await;
    running.stop().await;
    assert_eq!(visits.load(Ordering::SeqCst), 1);
    assert!(recorder.record().modes[0].contains("1 of 1 fail"));
}

#[tokio::test]
async fn what_intake_refuses_comes_again() {
    let server = HttpServer::start().await;
    server.serve("/rss", rss(ITEM));
    let (recorder, feeds) = (Recorder::default(), feeds(&[&server]));
    recorder.record().refuse = 1;
    let settings = json!({"urls": [server.url("/rss")]});
    let error = recorder.run(source(&feeds, settings.clone())).error().await;
    assert!(matches!(error, ChannelError::Intake(_)));
    assert!(recorder.record().cursors.is_empty());
    let running = recorder.run(source(&feeds, settings));
    recorder.until("the post", |record| record.events.len() == 1).await;
    running.stop().await;
}

#[tokio::test]
async fn settings_are_checked_before_anything_is_fetched() {
    let server = HttpServer::start().await;
    server.serve("/rss", rss(ITEM));
    let feeds = feeds(&[&server]);
    let wrong = |settings: Value| {
        let error = feeds.validate(&settings).expect_err("wrong");
        error.0.into_iter().map(|(key, text)| (key, text.en)).collect::<Vec<_>>()
    };
    assert_eq!(wrong(json!({}))[0].0, "urls");
    assert_eq!(wrong(json!({"urls": [server.url("/rss")], "poll_minutes": 0}))[0].0, "poll_minutes");
    let inside = wrong(json!({"urls": ["http://127.0.0.1:1/feed", "file:///etc/passwd"]}));
    assert!(inside.iter().any(|(_, text)| text.contains("not on the public internet")));
    assert!(inside.iter().any(|(_, text)| text.contains("only http and https")));
    assert!(feeds.validate(&json!({"urls": server.url("/rss")})).is_ok(), "lines of text will do");

    let report = feeds.check(&account(json!({"urls": [server.url("/rss")]}))).await.expect("works");
    assert_eq!(report.findings[0].es, "Viajeros & viajes: 1 entradas");
    let error = feeds.check(&account(json!({"urls": [server.url("/no")]}))).await.expect_err("404");
    assert!(error.to_string().contains("404"));
}

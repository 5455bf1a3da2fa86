//! The fetcher against a real server on this machine that tries to lead it astray.

mod http_server;

use axum::{body::Body, http::Response};
use flate2::{Compression, write::GzEncoder};
use http_server::HttpServer;
use std::io::Write as _;
use tertulia_channels::fetch::{AllowedHosts, Ask, FetchError, Fetched, Fetcher, Page};

fn allowing(server: &HttpServer) -> Fetcher {
    Fetcher::new(AllowedHosts::parse(&server.address))
}

async fn page(fetcher: &Fetcher, url: &str) -> Result<Page, FetchError> {
    match fetcher.get(Ask::new(url)).await? {
        Fetched::Page(page) => Ok(page),
        Fetched::Unchanged => panic!("unchanged"),
    }
}

#[tokio::test]
async fn own_addresses_are_refused_in_every_disguise() {
    let server = HttpServer::start().await;
    server.serve("/secret", "the crown jewels");
    let port = server.address.rsplit(':').next().expect("port");
    let fetcher = Fetcher::new(AllowedHosts::default());
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001", "127.1"] {
        let error = page(&fetcher, &format!("http://{host}:{port}/secret")).await.expect_err(host);
        assert!(matches!(error, FetchError::NotPublic { .. }), "{host}: {error}");
        assert!(error.to_string().contains("not on the public internet"));
    }
    assert!(server.asked("/secret").is_empty(), "not even asked");
}

#[tokio::test]
async fn redirects_are_checked_one_by_one() {
    let (outer, inner) = (HttpServer::start().await, HttpServer::start().await);
    inner.serve("/secret", "the crown jewels");
    outer.redirect("/evil", &inner.url("/secret"));
    outer.redirect("/metadata", "http://169.254.169.254/latest/");
    outer.redirect("/file", "file:///etc/passwd");
    outer.redirect("/password", &format!("http://a:b@{}/end", outer.address));
    let fetcher = allowing(&outer);
    for path in ["/evil", "/metadata"] {
        let error = page(&fetcher, &outer.url(path)).await.expect_err(path);
        assert!(matches!(error, FetchError::NotPublic { .. }), "{error}");
    }
    for path in ["/file", "/password"] {
        let error = page(&fetcher, &outer.url(path)).await.expect_err(path);
        assert!(matches!(error, FetchError::Address { .. }), "{error}");
    }
    assert!(inner.asked("/secret").is_empty());
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_loop_ends() {
    let server = HttpServer::start().await;
    for step in 0..5 {
        server.redirect(&format!("/{step}"), &format!("/{}", step + 1));
    }
    server.serve("/5", "arrived");
    server.redirect("/loop", "/loop");
    let fetcher = allowing(&server);
    let page = page(&fetcher, &server.url("/0")).await.expect("five");
    assert_eq!((page.body, page.url.path()), (b"arrived".to_vec(), "/5"));
    let error = self::page(&fetcher, &server.url("/loop")).await.expect_err("loop");
    assert!(matches!(error, FetchError::Redirects { .. }), "{error}");
    assert_eq!(server.asked("/loop").len(), 6);
}

#[tokio::test]
async fn what_unfolds_to_too_much_is_cut_off() {
    let server = HttpServer::start().await;
    let bomb = {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1024 * 1024];
        for _ in 0..200 {
            gzip.write_all(&zeros).expect("compress");
        }
        gzip.finish().expect("compress")
    };
    assert!(bomb.len() < 300_000, "200 MB in {} bytes", bomb.len());
    server.on("/bomb", move |_| {
        let builder = Response::builder().header("content-encoding", "gzip");
        builder.body(Body::from(bomb.clone())).expect("response")
    });
    server.on("/endless", |_| {
        let piece = || async { Some((Ok::<_, std::io::Error>(vec![b' '; 65_536]), ())) };
        Response::new(Body::from_stream(futures::stream::unfold((), move |()| piece())))
    });
    let fetcher = allowing(&server);
    for path in ["/bomb", "/endless"] {
        let error = page(&fetcher, &server.url(path)).await.expect_err(path);
        assert!(matches!(error, FetchError::TooLarge { limit: 8_388_608, .. }), "{error}");
    }
}

#[tokio::test]
async fn conditions_statuses_and_waiting_times() {
    let server = HttpServer::start().await;
    server.on("/feed", |headers| {
        let known = headers.get("if-none-match").is_some_and(|tag| tag == "\"v1\"");
        let builder = Response::builder().status(if known { 304 } else { 200 }).header("etag", "\"v1\"");
        builder.body(Body::empty()).expect("response")
    });
    server.on("/busy", |_| {
        let builder = Response::builder().status(503).header("retry-after", "120");
        builder.body(Body::empty()).expect("response")
    });
    let fetcher = allowing(&server);
    let url = server.url("/feed");
    let first = page(&fetcher, &url).await.expect("page");
    assert_eq!(first.etag.as_deref(), Some("\"v1\""));
    let ask = Ask::new(&url).unless_unchanged(first.etag.as_deref(), None);
    assert!(matches!(fetcher.get(ask).await, Ok(Fetched::Unchanged)));
    let agent = server.asked("/feed")[0]["user-agent"].to_str().expect("text").to_owned();
    assert!(agent.starts_with("Tertulia/"));
    match page(&fetcher, &server.url("/busy")).await {
        Err(FetchError::Status { status: 503, retry_after: Some(120), .. }) => {}
        other => panic!("{other:?}"),
    }
    let gone = page(&fetcher, &server.url("/nothing")).await.expect_err("404");
    assert!(gone.to_string().ends_with("the server answered 404"), "{gone}");
}

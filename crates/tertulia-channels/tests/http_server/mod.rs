//! A web server on this machine that answers what a test tells it to, and remembers what it was asked.

#![allow(dead_code, reason = "each test file uses its part")]

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

type Answer = Arc<dyn Fn(&HeaderMap) -> Response<Body> + Send + Sync>;

/// The server; it ends with the test's runtime.
#[derive(Clone)]
pub struct HttpServer {
    /// `127.0.0.1:PORT`
    pub address: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    answers: BTreeMap<String, Answer>,
    asked: Vec<(String, HeaderMap)>,
}

impl HttpServer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let server = Self { address: listener.local_addr().expect("bound").to_string(), inner: Arc::default() };
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What a path answers from now on.
    pub fn on(&self, path: &str, answer: impl Fn(&HeaderMap) -> Response<Body> + Send + Sync + 'static) {
        let mut inner = self.inner.lock().expect("lock");
        inner.answers.insert(path.to_owned(), Arc::new(answer));
    }

    /// A path answers these bytes.
    pub fn serve(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        self.on(path, move |_| Response::new(Body::from(bytes.clone())));
    }

    /// A path sends on to another address.
    pub fn redirect(&self, path: &str, to: &str) {
        let to = to.to_owned();
        self.on(path, move |_| {
            let builder = Response::builder().status(302).header("location", &to);
            builder.body(Body::empty()).expect("response")
        });
    }

    /// The headers of every visit to a path.
    pub fn asked(&self, path: &str) -> Vec<HeaderMap> {
        let inner = self.inner.lock().expect("lock");
        let visits = inner.asked.iter().filter(|(asked, _)| asked == path);
        visits.map(|(_, headers)| headers.clone()).collect()
    }
}

async fn answer(State(server): State<HttpServer>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let answer = {
        let mut inner = server.inner.lock().expect("lock");
        inner.asked.push((path.clone(), request.headers().clone()));
        inner.answers.get(&path).cloned()
    };
    match answer {
        Some(answer) => answer(request.headers()),
        None => Response::builder().status(404).body(Body::empty()).expect("response"),
    }
}

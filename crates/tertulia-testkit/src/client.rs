//! A client of the test server: anonymous, with a session, or with a token.

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;
use std::sync::OnceLock;

/// A client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    headers: Vec<(&'static str, String)>,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
    asked: String,
}

impl Client {
    /// Anonymous, in English.
    pub(crate) fn new(base: &str) -> Self {
        static PROVIDER: OnceLock<()> = OnceLock::new();
        PROVIDER.get_or_init(|| {
            // Another part of the same test process may have chosen the provider already; either is fine.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        #[allow(clippy::expect_used, reason = "a client without TLS material of its own always builds")]
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { base: base.to_owned(), http, headers: Vec::new() }
    }

    /// The same client with one more header on each request; an earlier one of that name goes.
    pub fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| *known != name);
        other.headers.push((name, value.into()));
        other
    }

    /// With a session's cookie, and the header that marks requests of the console.
    pub fn with_session(&self, secret: &str) -> Self {
        self.with("cookie", format!("tertulia_session={secret}")).with("x-tertulia", "1")
    }

    /// With a token.
    pub fn with_token(&self, secret: &str) -> Self {
        self.with("authorization", format!("Bearer {secret}"))
    }

    /// A request to build on: body, other headers.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    /// Sends a request, with a JSON body unless it is null.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        let asked = format!("{method} {path}");
        let request = self.request(method, path);
        let request = if body.is_null() { request } else { request.json(body) };
        Reply::of(asked, request).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &Value::Null).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, &body).await
    }

    /// PUT.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, &body).await
    }

    /// PATCH.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, &body).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &Value::Null).await
    }
}

impl Reply {
    /// The answer to a built request.
    #[allow(clippy::panic, reason = "a test without its server can't go on")]
    pub async fn of(asked: String, request: reqwest::RequestBuilder) -> Self {
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => panic!("{asked}: {error:?}"),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap_or_default();
        Self { status, headers, text, asked }
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The body as JSON, after checking the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text);
        self.json()
    }

    /// Checks that it is a problem document of this status and code, and returns it.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{}", self.asked);
        assert_eq!(problem["code"], code, "{}: {}", self.asked, self.text);
        problem
    }
}

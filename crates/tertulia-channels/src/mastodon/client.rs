//! One account's line to its server: calls with limits on time and size, errors sorted by what to do about them.

use super::settings::Settings;
use crate::fetch::public_only;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url, header::HeaderMap};
use serde_json::Value;
use std::{
    sync::{Mutex, Once, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tertulia_app::channel::{ChannelError, Limit};
use tertulia_kernel::Timestamp;

/// Largest answer read. A page of 40 posts is some 200 kB.
pub const MAX_ANSWER: usize = 4 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
const CALL: Duration = Duration::from_secs(30);
/// Longest wait we accept from a server's headers.
const MAX_WAIT: u64 = 3_600;

/// Calls one server as one account.
pub struct Client {
    http: reqwest::Client,
    /// For hosts the server's answers name: they may not lead inside, whereas the server itself was chosen by us.
    outward: reqwest::Client,
    base: Url,
    token: String,
    limit: Mutex<Option<Limit>>,
}

/// An answer that was read whole.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body; `Null` when empty.
    pub body: Value,
    /// Where the next older page of a list starts, as the `Link` header tells.
    pub older: Option<String>,
}

/// Why a call gave no usable answer.
#[derive(Debug)]
pub enum CallError {
    /// It never left this machine: doing it again is safe.
    NotSent(String),
    /// It may have arrived, but no whole answer came back.
    Lost(String),
    /// The server answered with an error.
    Status {
        /// Its status.
        status: StatusCode,
        /// Seconds it asks to wait.
        wait: Option<u64>,
        /// Its words.
        message: String,
    },
    /// It answered well but with something that can't be read.
    Unreadable(String),
}

impl CallError {
    /// As the reason a source can't go on.
    pub fn into_channel_error(self) -> ChannelError {
        match self {
            Self::NotSent(reason) | Self::Lost(reason) | Self::Unreadable(reason) => ChannelError::Passing(reason),
            Self::Status { status: StatusCode::UNAUTHORIZED, message, .. } => ChannelError::Refused(message),
            Self::Status { status: StatusCode::FORBIDDEN, message, .. } => ChannelError::Refused(message),
            Self::Status { status, wait: Some(seconds), message }
                if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE =>
            {
                ChannelError::Wait { seconds, reason: message }
            }
            Self::Status { status: StatusCode::TOO_MANY_REQUESTS, message, .. } => ChannelError::Wait { seconds: 300, reason: message },
            Self::Status { status, message, .. } => ChannelError::Passing(format!("{status}: {message}")),
        }
    }

    /// The status the server answered with, if it did.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSent(reason) | Self::Lost(reason) | Self::Unreadable(reason) => f.write_str(reason),
            Self::Status { status, message, .. } => write!(f, "{status}: {message}"),
        }
    }
}

fn builder(settings: &Settings) -> Result<reqwest::ClientBuilder, ChannelError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("Tertulia/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        // A line of its own for every call: some servers close theirs after an answer without saying so, and a POST on
        // such a line would end as unknown. At a few calls a minute the handshakes cost nothing.
        .pool_max_idle_per_host(0)
        // A redirected POST would become a GET, and the token would follow to another host.
        .redirect(reqwest::redirect::Policy::none());
    let Some(proxy) = &settings.http_proxy else { return Ok(builder) };
    let proxy = reqwest::Proxy::all(proxy.clone()).map_err(|error| ChannelError::Passing(format!("proxy: {error}")))?;
    Ok(builder.no_proxy().proxy(proxy))
}

impl Client {
    /// Prepares the line; nothing is sent.
    pub fn new(settings: &Settings) -> Result<Self, ChannelError> {
        install_tls();
        let failed = |error: &reqwest::Error| ChannelError::Passing(told(error));
        Ok(Self {
            http: builder(settings)?.build().map_err(|error| failed(&error))?,
            outward: public_only(builder(settings)?).build().map_err(|error| failed(&error))?,
            base: settings.base_url.clone(),
            token: settings.access_token.clone(),
            limit: Mutex::new(None),
        })
    }

    /// The server's address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// A request of an API path ("api/v1/…") as this account.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        // Paths are ours and have no scheme: joining can't fail nor leave the host.
        let url = self.base.join(path).unwrap_or_else(|_| self.base.clone());
        self.http.request(method, url).bearer_auth(&self.token).timeout(CALL)
    }

    /// A request of a whole address on the server's streaming host, without a limit on its length.
    pub fn stream(&self, url: Url) -> RequestBuilder {
        let client = if url.host() == self.base.host() { &self.http } else { &self.outward };
        client.get(url).bearer_auth(&self.token).header("accept", "text/event-stream")
    }

    /// Asks for a list or an entity.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, CallError> {
        self.answer(self.request(Method::GET, path).query(query)).await
    }

    /// Sends a request and reads its answer whole.
    pub async fn answer(&self, request: RequestBuilder) -> Result<Answer, CallError> {
        let response = request.send().await.map_err(|error| {
            if error.is_connect() || error.is_builder() { CallError::NotSent(told(&error)) } else { CallError::Lost(told(&error)) }
        })?;
        let status = response.status();
        self.note_limit(response.headers());
        let older = response.headers().get("link").and_then(|link| older_in_link(link.to_str().ok()?));
        let wait = wait_in(response.headers(), now());
        let body = read_body(response).await;
        if !status.is_success() {
            let message = match (&body, status.is_redirection()) {
                (_, true) => "the server has moved: its address in the settings must change".to_owned(),
                (Ok(body), _) => words_of(body),
                (Err(_), _) => String::new(),
            };
            let message = if message.is_empty() { status.to_string() } else { message };
            return Err(CallError::Status { status, wait, message });
        }
        let body = body?;
        let body = if body.iter().all(u8::is_ascii_whitespace) {
            Value::Null
        } else {
            serde_json::from_slice(&body).map_err(|error| CallError::Unreadable(format!("the server's answer is not JSON: {error}")))?
        };
        Ok(Answer { status, body, older })
    }

    /// The limit as last told.
    pub fn limit(&self) -> Option<Limit> {
        self.limit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_limit(&self, headers: &HeaderMap) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        if let (Some(left), Some(of)) = (number("x-ratelimit-remaining"), number("x-ratelimit-limit")) {
            let resets_at = headers.get("x-ratelimit-reset").and_then(|at| reset(at.to_str().ok()?));
            let limit = Limit { bucket: "api".into(), left, of, resets_at };
            *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = Some(limit);
        }
    }
}

/// The present by the system's clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// TLS by rustls with ring, for the whole process. Another part may have chosen it already; that is fine.
fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| CallError::Lost(told(&error)))? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(CallError::Unreadable(format!("the server's answer is larger than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error with its causes and without the address, which may hold what a person searched for.
pub fn told(error: &reqwest::Error) -> String {
    let mut words = if error.is_timeout() { "timed out".to_owned() } else { String::new() };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if !words.is_empty() {
            words.push_str(": ");
        }
        words.push_str(&inner.to_string());
        cause = inner.source();
    }
    if words.is_empty() { "the call failed".to_owned() } else { words }
}

/// The server's own words in an error: `error` and `error_description`, or the start of a text.
fn words_of(body: &[u8]) -> String {
    let words = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => {
            ["error", "error_description", "message"].iter().filter_map(|key| fields.get(*key)?.as_str()).collect::<Vec<_>>().join(": ")
        }
        Ok(_) => String::new(),
        Err(_) => super::markup::read(&String::from_utf8_lossy(&body[..body.len().min(2_000)])).text,
    };
    words.chars().filter(|c| !c.is_control()).take(300).collect()
}

/// `max_id` of the `rel="next"` part of a Link header.
fn older_in_link(link: &str) -> Option<String> {
    link.split(',').find_map(|part| {
        let (address, relation) = part.split_once('>')?;
        relation.contains("next").then_some(())?;
        let address = address.trim().strip_prefix('<')?;
        let query = address.split_once('?')?.1;
        query.split('&').find_map(|pair| pair.strip_prefix("max_id=")).map(str::to_owned)
    })
}

/// A reset time: RFC 3339 (Mastodon) or seconds since 1970 (others).
fn reset(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text).or_else(|| text.trim().parse().ok().filter(|at| *at > 1_000_000_000).map(Timestamp::from_seconds))
}

/// Seconds to wait as the headers tell: `Retry-After`, else until the limit resets.
fn wait_in(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let seconds = header("retry-after").and_then(|text| text.trim().parse::<u64>().ok()).or_else(|| {
        let at = reset(header("x-ratelimit-reset")?)?;
        (header("x-ratelimit-remaining")?.trim() == "0").then_some(())?;
        u64::try_from(at.seconds_since(now)).ok().map(|seconds| seconds + 1)
    })?;
    Some(seconds.clamp(1, MAX_WAIT))
}

#[cfg(test)]
mod tests {
    //! Headers as servers send them.
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect()
    }

    #[test]
    fn waits_as_told() {
        let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").expect("date");
        let wait = |pairs: &[(&'static str, &str)]| wait_in(&headers(pairs), now);
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("x-ratelimit-reset", "2026-11-21T10:01:00.000Z"), ("x-ratelimit-remaining", "0")]), Some(61));
        assert_eq!(wait(&[("x-ratelimit-reset", "1795255260"), ("x-ratelimit-remaining", "0")]), Some(61));
        assert_eq!(wait(&[("x-ratelimit-reset", "2026-11-21T10:01:00Z"), ("x-ratelimit-remaining", "12")]), None);
        assert_eq!(wait(&[("retry-after", "999999")]), Some(MAX_WAIT));
        assert_eq!(wait(&[("retry-after", "tomorrow")]), None);
    }

    #[test]
    fn finds_the_older_page_in_the_link() {
        let link = r#"<https://a.test/api/v1/timelines/home?limit=40&max_id=103>; rel="next", <https://a.test/x?min_id=9>; rel="prev""#;
        assert_eq!(older_in_link(link).as_deref(), Some("103"));
        assert_eq!(older_in_link(r#"<https://a.test/x?min_id=9>; rel="prev""#), None);
        assert_eq!(older_in_link("nonsense"), None);
    }

    #[test]
    fn keeps_the_servers_words_short_and_plain() {
        assert_eq!(words_of(br#"{"error":"Validation failed: Text can't be blank"}"#), "Validation failed: Text can't be blank");
        assert_eq!(words_of(b"<h1>404 Not Found</h1>"), "404 Not Found");
        assert!(words_of(&vec![b'a'; 100_000]).len() <= 300);
    }
}

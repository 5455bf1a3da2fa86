//! The one HTTP client for addresses that come from outside or that people type in (feeds, pages, pictures).
//!
//! **Invariant:** nothing on this machine or its private networks is reached through it. The check is made on the
//! address that is really connected to (the client's own DNS resolver), again at each redirect, so that neither a
//! DNS name pointing inside, nor one that changes its mind between check and use, nor a redirect helps. What comes
//! back is counted after decompression and cut off at a limit.
//!
//! ```no_run
//! # async fn example() -> Result<(), tertulia_channels::fetch::FetchError> {
//! use tertulia_channels::fetch::{Ask, Fetcher};
//! let fetcher = Fetcher::from_env();
//! let page = fetcher.get(Ask::new("https://blog.example/feed.xml")).await?;
//! # Ok(()) }
//! ```

mod address;

pub use address::{AllowedHosts, is_public};

use reqwest::{
    StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap},
};
use std::{net::IpAddr, sync::Arc, time::Duration};
use url::{Host, Url};

/// Most redirects followed for one fetch.
pub const MAX_REDIRECTS: usize = 5;
/// Most bytes taken from one answer, after decompression.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

const USER_AGENT: &str = concat!("Tertulia/", env!("CARGO_PKG_VERSION"), " (+feed reader)");

/// Why something could not be fetched. Every message names the address.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not an http(s) URL, or one with a password in it.
    #[error("{url}: {reason}")]
    Address {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It leads to this machine, a private network or a reserved range.
    #[error("{url}: refused, it leads to an address that is not on the public internet")]
    NotPublic {
        /// Where the fetch was refused; after a redirect, the redirect's target.
        url: String,
    },
    /// More than [`MAX_REDIRECTS`], or a redirect without a target.
    #[error("{url}: too many or broken redirects")]
    Redirects {
        /// The last address reached.
        url: String,
    },
    /// More than the limit came back.
    #[error("{url}: the answer is larger than {limit} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit.
        limit: usize,
    },
    /// The server answered with an error.
    #[error("{url}: the server answered {status}")]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Seconds the server asks us to wait.
        retry_after: Option<u64>,
    },
    /// No answer, a broken connection, a broken encoding.
    #[error("{url}: {reason}")]
    Network {
        /// The address.
        url: String,
        /// What happened.
        reason: String,
    },
}

/// What to fetch.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    url: &'a str,
    etag: Option<&'a str>,
    last_modified: Option<&'a str>,
}

impl<'a> Ask<'a> {
    /// The whole of an address.
    pub fn new(url: &'a str) -> Self {
        Self { url, etag: None, last_modified: None }
    }
    /// Only if it changed since an answer with these validators.
    pub fn unless_unchanged(mut self, etag: Option<&'a str>, last_modified: Option<&'a str>) -> Self {
        self.etag = etag;
        self.last_modified = last_modified;
        self
    }
}

/// What came back.
#[derive(Debug)]
pub enum Fetched {
    /// Nothing new since the validators we sent.
    Unchanged,
    /// The content.
    Page(Page),
}

/// Content with what is needed to ask for it again.
#[derive(Debug)]
pub struct Page {
    /// Where it came from, after redirects.
    pub url: Url,
    /// Media type, as stated.
    pub content_type: Option<String>,
    /// Validator for the next time.
    pub etag: Option<String>,
    /// Validator for the next time.
    pub last_modified: Option<String>,
    /// The bytes, decompressed.
    pub body: Vec<u8>,
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    guarded: reqwest::Client,
    /// For hosts on the operator's list only.
    open: reqwest::Client,
    allowed: Arc<AllowedHosts>,
    limit: usize,
}

impl Fetcher {
    /// A client that reaches the public internet and the allowed hosts.
    pub fn new(allowed: AllowedHosts) -> Self {
        Self { guarded: client(true), open: client(false), allowed: Arc::new(allowed), limit: MAX_BYTES }
    }
    /// With the allowed hosts of [`AllowedHosts::from_env`].
    pub fn from_env() -> Self {
        Self::new(AllowedHosts::from_env())
    }
    /// With another limit of bytes.
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// Checks an address as far as that is possible without asking DNS.
    pub fn check(&self, url: &str) -> Result<Url, FetchError> {
        let refuse = |reason| FetchError::Address { url: shown(url), reason };
        let parsed = Url::parse(url.trim()).map_err(|_| refuse("not a URL"))?;
        self.check_parsed(&parsed)?;
        Ok(parsed)
    }

    fn check_parsed(&self, url: &Url) -> Result<(), FetchError> {
        let refuse = |reason| FetchError::Address { url: shown(url.as_str()), reason };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("only http and https addresses are fetched"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("an address with a user name or password in it is not fetched"));
        }
        if self.allowed.allows(url) {
            return Ok(());
        }
        if url.host().is_none() {
            return Err(refuse("no host in the address"));
        }
        if may_be_public(url) { Ok(()) } else { Err(FetchError::NotPublic { url: shown(url.as_str()) }) }
    }

    /// Fetches, following redirects, each checked like the first address.
    pub async fn get(&self, ask: Ask<'_>) -> Result<Fetched, FetchError> {
        let mut url = self.check(ask.url)?;
        for _ in 0..=MAX_REDIRECTS {
            let client = if self.allowed.allows(&url) { &self.open } else { &self.guarded };
            let mut request = client.get(url.clone()).header(
                header::ACCEPT,
                "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
            );
            if let Some(etag) = ask.etag {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(date) = ask.last_modified {
                request = request.header(header::IF_MODIFIED_SINCE, date);
            }
            let answer = request.send().await.map_err(|error| explain(&url, &error))?;
            let status = answer.status();
            if status == StatusCode::NOT_MODIFIED {
                return Ok(Fetched::Unchanged);
            }
            if status.is_redirection() {
                url = text(answer.headers(), header::LOCATION)
                    .and_then(|target| url.join(&target).ok())
                    .ok_or_else(|| FetchError::Redirects { url: shown(url.as_str()) })?;
                self.check_parsed(&url)?;
                continue;
            }
            if !status.is_success() {
                return Err(FetchError::Status {
                    url: shown(url.as_str()),
                    status: status.as_u16(),
                    retry_after: text(answer.headers(), header::RETRY_AFTER)
                        .and_then(|value| retry_after(&value, time::OffsetDateTime::now_utc())),
                });
            }
            return self.page(url, answer).await.map(Fetched::Page);
        }
        Err(FetchError::Redirects { url: shown(url.as_str()) })
    }

    async fn page(&self, url: Url, mut answer: reqwest::Response) -> Result<Page, FetchError> {
        let headers = answer.headers().clone();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| explain(&url, &error))? {
            if body.len() + piece.len() > self.limit {
                return Err(FetchError::TooLarge { url: shown(url.as_str()), limit: self.limit });
            }
            body.extend_from_slice(&piece);
        }
        Ok(Page {
            url,
            content_type: text(&headers, header::CONTENT_TYPE),
            etag: text(&headers, header::ETAG),
            last_modified: text(&headers, header::LAST_MODIFIED),
            body,
        })
    }
}

/// False when an address leads inside for certain; a name is judged when it is resolved ([`public_only`]).
pub(crate) fn may_be_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => !is_local_name(name),
        None => false,
    }
}

/// A client under construction that connects to no name that leads inside.
pub(crate) fn public_only(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.dns_resolver(Arc::new(PublicOnly))
}

fn client(guarded: bool) -> reqwest::Client {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(crate::tls::client_config(&[], &[b"h2", b"http/1.1"]))
        .user_agent(USER_AGENT)
        // Redirects are followed here, with the check in between. A proxy would resolve names out of our sight.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(15))
        .timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(1);
    if guarded {
        builder = public_only(builder);
    }
    builder.build().expect("the client is built from constants that were tested together")
}

/// Resolves names and leaves only public addresses; the connection is made to what it returns and nothing else.
#[derive(Debug)]
struct PublicOnly;

#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not on the public internet")]
struct LeadsInside;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One private address among public ones is as suspicious as a private one alone.
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(LeadsInside.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Names that mean this machine or its network by convention, refused before DNS is asked.
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || [".localhost", ".local", ".internal", ".lan", ".home.arpa"].iter().any(|end| name.ends_with(end))
}

fn explain(url: &Url, error: &reqwest::Error) -> FetchError {
    let url = shown(url.as_str());
    let mut source = std::error::Error::source(error);
    let mut deepest = None;
    while let Some(cause) = source {
        if cause.is::<LeadsInside>() {
            return FetchError::NotPublic { url };
        }
        deepest = Some(cause.to_string());
        source = cause.source();
    }
    let reason =
        if error.is_timeout() { "no answer in time".to_owned() } else { deepest.unwrap_or_else(|| "the connection failed".to_owned()) };
    FetchError::Network { url, reason }
}

/// An address for people: without user name and password, not longer than a line or two.
fn shown(url: &str) -> String {
    let mut text = match Url::parse(url) {
        Ok(mut parsed) => {
            // Fails only for addresses that can't hold them.
            let _ = parsed.set_username("");
            let _ = parsed.set_password(None);
            parsed.to_string()
        }
        Err(_) => url.to_owned(),
    };
    if let Some((cut, _)) = text.char_indices().nth(300) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.len() <= 2_048).map(str::to_owned)
}

/// Seconds to wait by a `Retry-After` header, which is a number of seconds or a date; at most a day.
fn retry_after(value: &str, now: time::OffsetDateTime) -> Option<u64> {
    let seconds = match value.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            use time::format_description::well_known::Rfc2822;
            let date = value.trim().replace("GMT", "+0000");
            let at = time::OffsetDateTime::parse(&date, &Rfc2822).ok()?;
            u64::try_from((at - now).whole_seconds()).unwrap_or(0)
        }
    };
    Some(seconds.min(86_400))
}

#[cfg(test)]
mod tests {
    //! What is refused before any connection is made; the rest is tested against a real server in `tests/feed_fetch.rs`.
    use super::*;

    #[test]
    fn addresses_that_are_refused_unseen() {
        let fetcher = Fetcher::new(AllowedHosts::default());
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[fe80::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://printer.local/",
            "http://metadata.google.internal/",
        ] {
            assert!(matches!(fetcher.check(url), Err(FetchError::NotPublic { .. })), "{url}: {:?}", fetcher.check(url));
        }
        for url in [
            "file:///etc/passwd",
            "ftp://example.org/feed",
            "gopher://example.org/",
            "https://ana:secret@example.org/",
            "not a url",
            "http://",
            "javascript:alert(1)",
        ] {
            let error = fetcher.check(url).expect_err(url);
            assert!(matches!(error, FetchError::Address { .. }), "{url}: {error}");
            assert!(!error.to_string().contains("secret"));
        }
        assert!(fetcher.check("https://blog.example.org/feed.xml").is_ok());
    }

    /// The name check is passed by; what refuses is the check on the address the name resolves to.
    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_resolved() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
        listener.set_nonblocking(true).expect("set");
        let port = listener.local_addr().expect("bound").port();
        let url = Url::parse(&format!("http://localhost:{port}/")).expect("url");
        let error = client(true).get(url.clone()).send().await.expect_err("refused");
        let error = explain(&url, &error);
        assert!(matches!(error, FetchError::NotPublic { .. }), "{error}");
        let visit = listener.accept().expect_err("nobody came");
        assert_eq!(visit.kind(), std::io::ErrorKind::WouldBlock);
    }

    #[test]
    fn waiting_times_in_seconds_and_as_dates() {
        let now = time::macros::datetime!(2026-11-21 12:00:00 UTC);
        assert_eq!(retry_after("120", now), Some(120));
        assert_eq!(retry_after("Sat, 21 Nov 2026 12:05:00 GMT", now), Some(300));
        assert_eq!(retry_after("Sat, 21 Nov 2026 11:00:00 GMT", now), Some(0));
        assert_eq!(retry_after("99999999", now), Some(86_400));
        assert_eq!(retry_after("soon", now), None);
    }
}

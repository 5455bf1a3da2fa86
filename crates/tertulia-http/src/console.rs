//! The console: a static app embedded in the binary (read from the folder in development builds).

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;
use tertulia_app::AppError;

use crate::Failure;

/// `web/console`, built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/console/build"]
#[allow_missing = true]
struct Built;

/// Whether the console is in this program.
pub fn is_built() -> bool {
    Built::get("index.html").is_some()
}

/// Shown when the program was built without its console.
const MISSING: &str = "<!doctype html><html lang=\"es\"><meta charset=\"utf-8\"><title>Tertulia</title>
<h1>Tertulia</h1>
<p>Este programa se compiló sin su consola. Compílala y vuelve a compilar el programa: <code>cargo xtask up</code>.
La interfaz para programas funciona: <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p>
<p lang=\"en\">This program was built without its console. Build it, then the program again: <code>cargo xtask up</code>.
The interface for programs works: <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></html>";

/// Serves the console's files; any other page is the app's own business (`index.html`).
pub(crate) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") || path.starts_with("chat/") {
        return Failure::from(AppError::not_found()).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Failure::from(AppError::not_found()).into_response();
    }
    if let Some(response) = file(path, request.headers()) {
        return response;
    }
    // A name with an extension is a file that is not there; anything else is a page of the app.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Failure::from(AppError::not_found()).into_response();
    }
    file("index.html", request.headers()).unwrap_or_else(|| {
        (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], MISSING).into_response()
    })
}

fn file(path: &str, asked: &HeaderMap) -> Option<Response> {
    let plain = Built::get(path)?;
    let tag = format!("\"{}\"", STANDARD.encode(&plain.metadata.sha256_hash()[..12]));
    // Names under `_app/immutable` carry a hash of their content.
    let cache = if path.starts_with("_app/immutable/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).ok()?);
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let mime = match plain.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&mime).ok()?);
    let (content, encoding) = packed(path, asked).unwrap_or((plain, None));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some((headers, Body::from(content.data.into_owned())).into_response())
}

/// The file compressed at build time, when there is one that the client can read.
fn packed(path: &str, asked: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = asked.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let accepts = |name: &str| accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == name));
    for (encoding, extension) in [("br", "br"), ("gzip", "gz")] {
        if accepts(encoding)
            && let Some(file) = Built::get(&format!("{path}.{extension}"))
        {
            return Some((file, Some(encoding)));
        }
    }
    None
}

/// What the console's pages may load: only from here, pictures also from the networks. The few inline scripts of
/// `index.html` are allowed by their hash.
pub(crate) fn policy() -> HeaderValue {
    static POLICY: OnceLock<HeaderValue> = OnceLock::new();
    let build = || {
        let index = Built::get("index.html").map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
        let hashes: String =
            inline_scripts(&index).map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))).collect();
        let policy = format!(
            "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; \
             media-src 'self' blob: https:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; \
             frame-ancestors 'none'"
        );
        HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"))
    };
    // In development builds the files change while the program runs.
    if cfg!(debug_assertions) { build() } else { POLICY.get_or_init(build).clone() }
}

/// The text of each `<script>` without a source.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains(" src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    //! Which scripts are allowed.
    use super::*;

    #[test]
    fn finds_inline_scripts_only() {
        let html = "<script src=\"/a.js\"></script><script>one()</script><p></p><script type=\"module\">two()</script>";
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["one()", "two()"]);
    }
}

//! Security headers on every answer. A handler may set its own; these fill what it left open.

use crate::{HttpState, console};
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// For answers that are data: nothing in them may run, load or be framed.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Middleware around everything.
pub(crate) async fn secure(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let data = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut fill = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    let policy = if data { HeaderValue::from_static(DATA_POLICY) } else { console::policy() };
    fill(header::CONTENT_SECURITY_POLICY, policy);
    fill(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    fill(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    fill(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    fill(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    fill(HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(), microphone=(), geolocation=()"));
    if data {
        fill(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if state.options.secure_cookies {
        fill(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

//! How long a request may take: a short one by its whole time, one that brings a large body by the pauses within it, so
//! that a slow line can still send a file and a dead one holds nothing.

use crate::routes;
use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::time::Duration;
use tokio::time::timeout;
use tower_http::timeout::TimeoutBody;

/// How long is waited.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// Longest time from a request's head to the answer's head. An answer's body (live updates) may go on for ever.
    short: Duration,
    /// The same for one with a large body.
    long: Duration,
    /// Longest pause between two pieces of a large body.
    pause: Duration,
}

impl Default for Patience {
    /// A minute; a quarter of an hour for a large body (25 MB at 30 kB a second) that is never silent for half a minute.
    fn default() -> Self {
        Self { short: Duration::from_secs(60), long: Duration::from_secs(15 * 60), pause: Duration::from_secs(30) }
    }
}

/// Middleware that gives up on requests that take too long.
pub(crate) async fn wait(State(patience): State<Patience>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let large = request.method() == Method::POST && route.is_some_and(|route| routes::WITH_LARGE_BODY.contains(&route));
    let (request, most) = if large {
        (request.map(|body| Body::new(TimeoutBody::new(patience.pause, body))), patience.long)
    } else {
        (request, patience.short)
    };
    match timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[cfg(test)]
mod tests {
    //! Slow lines and dead ones, at a hundredth of the time and less.
    use super::*;
    use axum::{Router, body::Bytes, middleware, routing::post};
    use futures::stream;
    use tower::ServiceExt;

    /// The status a request gets whose body comes in pieces, this far apart.
    async fn sent(route: &str, pieces: usize, milliseconds_apart: u64) -> StatusCode {
        let [short, long, pause] = [600, 4_000, 1_500].map(Duration::from_millis);
        let patience = Patience { short, long, pause };
        let whole = |body: Bytes| async move { body.len().to_string() };
        let router = Router::new().route("/api/v1/uploads", post(whole)).route("/api/v1/short", post(whole));
        let router = router.layer(middleware::from_fn_with_state(patience, wait));
        let body = stream::unfold(0, move |sent| async move {
            tokio::time::sleep(Duration::from_millis(milliseconds_apart)).await;
            (sent < pieces).then(|| (Ok::<_, std::convert::Infallible>("piece"), sent + 1))
        });
        let request = Request::post(route).body(Body::from_stream(body)).expect("a request");
        router.oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn a_slow_line_sends_its_file_and_a_dead_one_holds_nothing() {
        assert_eq!(sent("/api/v1/uploads", 10, 100).await, StatusCode::OK, "longer than others may take, never silent for long");
        assert_eq!(sent("/api/v1/uploads", 2, 3_000).await, StatusCode::BAD_REQUEST, "silent for too long");
        assert_eq!(sent("/api/v1/uploads", 100, 100).await, StatusCode::SERVICE_UNAVAILABLE, "for ever");
        assert_eq!(sent("/api/v1/short", 10, 100).await, StatusCode::SERVICE_UNAVAILABLE, "other bodies are small");
    }

    #[test]
    fn the_routes_with_a_large_body_exist() {
        let document = crate::openapi();
        for route in routes::WITH_LARGE_BODY {
            let item = document.paths.paths.get(route).unwrap_or_else(|| panic!("{route}"));
            assert!(item.post.is_some(), "{route}");
        }
    }
}

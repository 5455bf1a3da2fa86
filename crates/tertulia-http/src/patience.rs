//! How long a request may take: a short one by its whole time, one that brings a large body by the pauses within it, so
//! that a slow line can still send a file and a dead one holds nothing.

use crate::routes;
use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::time::Duration;
use tokio::time::timeout;
use tower_http::timeout::TimeoutBody;

/// Longest time from a request's head to the answer's head. An answer's body (live updates) may go on for ever.
const SHORT: Duration = Duration::from_secs(60);
/// The same for one with a large body: 25 MB at 30 kB a second.
const LONG: Duration = Duration::from_secs(15 * 60);
/// Longest pause between two pieces of a large body.
const PAUSE: Duration = Duration::from_secs(30);

/// Middleware that gives up on requests that take too long.
pub(crate) async fn wait(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let large = request.method() == Method::POST && route.is_some_and(|route| routes::WITH_LARGE_BODY.contains(&route));
    let (request, most) = if large { (request.map(|body| Body::new(TimeoutBody::new(PAUSE, body))), LONG) } else { (request, SHORT) };
    match timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[cfg(test)]
mod tests {
    //! Slow lines and dead ones, on a clock of the test's own.
    use super::*;
    use axum::{Router, body::Bytes, middleware, routing::post};
    use futures::stream;
    use tower::ServiceExt;

    /// The status a request gets whose body comes in pieces, this far apart.
    async fn sent(route: &str, pieces: usize, seconds_apart: u64) -> StatusCode {
        let whole = |body: Bytes| async move { body.len().to_string() };
        let router = Router::new().route("/api/v1/uploads", post(whole)).route("/api/v1/short", post(whole));
        let router = router.layer(middleware::from_fn(wait));
        let body = stream::unfold(0, move |sent| async move {
            tokio::time::sleep(Duration::from_secs(seconds_apart)).await;
            (sent < pieces).then(|| (Ok::<_, std::convert::Infallible>("piece"), sent + 1))
        });
        let request = Request::post(route).body(Body::from_stream(body)).expect("a request");
        router.oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_sends_its_file_and_a_dead_one_holds_nothing() {
        assert_eq!(sent("/api/v1/uploads", 12, 20).await, StatusCode::OK, "four minutes, never silent for long");
        assert_eq!(sent("/api/v1/uploads", 2, 40).await, StatusCode::BAD_REQUEST, "silent for too long");
        assert_eq!(sent("/api/v1/uploads", 60, 20).await, StatusCode::SERVICE_UNAVAILABLE, "for ever");
        assert_eq!(sent("/api/v1/short", 12, 20).await, StatusCode::SERVICE_UNAVAILABLE, "other bodies are small");
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

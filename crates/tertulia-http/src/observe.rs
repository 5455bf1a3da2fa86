//! Counts, times and traces requests. Only the route's pattern is recorded, never the path itself: paths hold secrets
//! (setup links) and ids.

use crate::HttpState;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use std::time::Instant;
use tracing::Instrument;

/// Middleware around everything.
pub(crate) async fn observe(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "console".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("http", %method, route);
    let response = next.run(request).instrument(span.clone()).await;
    let (status, seconds) = (response.status(), started.elapsed().as_secs_f64());
    let labels = [("method", method.as_str()), ("route", route.as_str()), ("status", status.as_str())];
    let metrics = &state.app.metrics;
    metrics.count("tertulia_http_requests_total", "Requests answered.", &labels, 1);
    metrics.time("tertulia_http_request_seconds", "Time to the answer's head.", &labels[1..2], seconds);
    span.in_scope(|| tracing::debug!(status = status.as_u16(), seconds, "answered"));
    response
}

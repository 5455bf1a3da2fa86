//! Runs the server on a socket until it is told to stop.

use crate::{HttpState, router};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;

/// How long answers under way may take once the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Serves until `state.closing` is cancelled; answers under way finish first, within some seconds.
pub async fn serve(listener: TcpListener, state: HttpState) -> std::io::Result<()> {
    let closing = state.closing.clone();
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(closing.clone().cancelled_owned());
    tokio::select! {
        ended = async { server.await } => ended,
        () = async { closing.cancelled().await; tokio::time::sleep(LAST_ANSWERS).await } => Ok(()),
    }
}

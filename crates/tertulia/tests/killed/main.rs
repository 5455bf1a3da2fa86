//! The program killed (`kill -9`) at every step of taking in and of answering, and started again: each post stands once,
//! its case is opened once, no row is left half-written, and each answer stands on the network once.
//!
//! The program is the real one and so are the networks ([`tertulia_testkit::peers`]). Moments are spread over the time the
//! same step takes undisturbed on this machine, so that a slow machine is killed at the same places as a fast one.
//! [`writes`] needs no luck: it kills at the first system call of a step, at the second, and so on to the last.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests that tell where they killed")]

mod company;
mod mail;
mod mastodon;
mod push;
mod replay;
mod restored;
#[path = "../cli/support.rs"]
mod support;
mod whole;
mod writes;

use std::time::Duration;

/// Waits for what another program does.
async fn until<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = probe().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not happen within 30 s");
}

/// Moments to kill at: `count` of them, spread over what a step takes undisturbed and half as long again.
fn moments(undisturbed: Duration, count: u32) -> impl Iterator<Item = Duration> {
    (0..count).map(move |n| undisturbed * 3 * n / (2 * count))
}

//! For tests: the real server on a free port, a clock that stands still, real peers.
//!
//! Start with [`TestApp`]. [`peers`] are somebody else's programs, started on loopback.

pub mod app;
pub mod client;
pub mod clock;
pub mod database;

pub use app::{Setup, TestApp};
pub use client::{Client, Reply};
pub use clock::VirtualClock;
pub use database::Database;
pub use tertulia_peers as peers;

//! Test application, virtual clock and real peers for tests.

pub use tertulia_peers as peers;

//! The HTTP API, asked over a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod catalog;
mod document;
mod labels;
mod lists;
mod monitors;
mod pages;
mod problems;
mod session;
mod slow;
mod staff;
mod sweep;

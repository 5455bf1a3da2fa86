//! The router from outside: the laws that always hold, and each thing it can do by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod defects;
mod laws;
mod order;
mod people;
mod support;

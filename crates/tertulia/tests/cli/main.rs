//! The program as scripts and administrators use it: its commands, its output, its exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod accounts;
mod backup;
mod doctor;
mod measure;
mod sample;
mod speech;
mod support;
mod understand;

//! Use cases: authorise, load, decide (pure), save with the outbox, in one transaction.
//!
//! **Never here:** HTTP types, SQL text, a network's protocol.

pub mod channel;

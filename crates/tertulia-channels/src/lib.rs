//! One module per network: how each speaks, turned into the one language of [`tertulia_kernel::event`].
//!
//! **Never here:** the store, rules, decisions. A channel brings events to [`tertulia_app::channel::Intake`] and
//! takes answers that already passed the send gate. Whatever it reads is hostile: sizes, depths and times have
//! limits, and what can't be read goes to quarantine instead of stopping the rest.
//!
//! Start with [`feed`], the smallest one. [`fetch`] is the only way to addresses that come from outside.

pub mod email;
pub mod feed;
pub mod fetch;
pub mod mastodon;
pub(crate) mod plain;
pub mod push;
pub mod replay;
pub(crate) mod tls;
pub mod webchat;

/// Compiles the code of the walkthrough.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/adding-a-channel.md")]
struct AddingAChannel;

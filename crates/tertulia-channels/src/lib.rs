//! One module per network.

pub mod push;
pub mod replay;
pub mod webchat;
pub mod mastodon;

/// Compiles the code of the walkthrough.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/adding-a-channel.md")]
struct AddingAChannel;

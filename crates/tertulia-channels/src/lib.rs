//! One module per network.

pub mod mastodon;

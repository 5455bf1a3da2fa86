//! One module per network.

pub mod push;
pub mod replay;
pub mod webchat;

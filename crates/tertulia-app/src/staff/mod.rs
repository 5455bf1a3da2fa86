//! The people who work here: signing in, users, departments, tokens.
//!
//! Start with [`sessions`]: how a request becomes an [`crate::Actor`].

pub mod secrets;
pub mod sessions;

pub use tertulia_store::{department::Department, staff::User, token::Token};

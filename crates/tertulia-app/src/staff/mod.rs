//! The people who work here: signing in, users, departments, tokens.
//!
//! Start with [`sessions`]: how a request becomes an [`crate::Actor`]. [`setup`] is how the first one comes in.

pub mod departments;
pub mod housekeeping;
pub mod me;
pub mod passwords;
pub mod secrets;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod tokens;
pub mod users;

pub use tertulia_store::{department::Department, staff::User, token::Token};

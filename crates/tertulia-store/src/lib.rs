//! SQLite and PostgreSQL behind one concrete [`Store`].
//!
//! The same SQL text runs on both (see [`db`] for how); what must differ lives in [`dialect`]. Reading goes through
//! [`Store::read`], writing through [`Store::begin`]: both give a [`Conn`] on which every noun's queries are methods.
//!
//! **Never here:** decisions. A query loads or saves; what it means is the app's and the domain crates' business.
//! **Never anywhere else:** SQL.
//!
//! Start with [`db`], then the module of the noun you need.

pub mod admin;
pub mod attachment;
pub mod audit;
pub mod bounded;
pub mod case;
pub mod channel;
pub mod conversation;
pub mod db;
pub mod department;
pub mod desk;
pub mod dialect;
pub mod discard;
mod error;
pub mod extras;
pub mod head;
pub mod history;
pub mod job;
pub mod list;
pub mod login;
mod migrate;
pub mod monitor;
pub mod outbox;
pub mod person;
pub mod post;
pub mod reading;
pub mod review;
pub mod sample;
pub mod search;
pub mod session;
pub mod setting;
pub mod slow;
pub mod staff;
pub mod thread;
pub mod token;
pub mod version;
pub mod visitor;

pub use db::{Conn, Store, Tx};
pub use error::{Constraint, StoreError};
pub use migrate::{newest as newest_schema, versions as schemas};

/// What store functions return.
pub type Result<T> = std::result::Result<T, StoreError>;

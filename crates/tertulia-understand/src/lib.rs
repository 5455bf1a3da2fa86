//! Understanding posts without sending them anywhere: what a post says is worked out on this machine, from this crate's own files.
//!
//! **Never here:** I/O, a clock, randomness. The same text always gives the same answer, alone or among others.
//!
//! - [`encoder`]: the meaning of a text as a vector, for classifiers, similar cases and grouping.
//! - [`words`] and [`features`]: what the fast classifiers see of a text.
//! - [`grounds`] and [`lists`]: words and points that people read and change.
//! - [`train`] and [`evaluate`]: making classifiers from labelled posts ([`corpus`]), and measuring them, also on posts changed in known
//!   ways ([`perturb`]).
//! - [`shares`]: how many posts really carry a label, corrected by how often it is mistaken.

pub mod corpus;
pub mod encoder;
pub mod evaluate;
pub mod features;
pub mod grounds;
pub mod heads;
mod label;
pub mod lists;
pub mod model;
pub mod own;
pub mod perturb;
mod phrases;
mod reading;
pub mod shares;
pub mod train;
mod understander;
pub mod urgency;
pub mod words;

pub use grounds::Grounds;
pub use label::{Audience, Language, Languages, MessageType, Sentiment, UnknownLabel};
pub use reading::{Context, Ground, Reading, Reason, Scored, Urgency};
pub use understander::{ASSERTED, Desk, Tier, Understander};

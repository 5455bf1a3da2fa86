//! The numbers of a contact centre: each with its formula, unit, source, sample and interval, exact where an exact formula exists.
//!
//! **Never here:** I/O, a clock, chance, storage. What happened comes in as plain facts; the same facts give the same number.
//!
//! - [`registry`]: what every number means, in both languages. Start there.
//! - [`facts`]: measures of what happened, with the cases behind each.
//! - [`erlang`]: what a queue achieves with so many agents, and how many a target needs.
//! - [`forecast`]: what is to be expected, and the staffing it asks for.
//! - [`sigma`]: defects per million, control charts, capability.
//! - [`interval`]: how far a number can be from the truth.

pub mod erlang;
mod error;
pub mod facts;
pub mod forecast;
pub mod interval;
pub mod registry;
pub mod sigma;
mod special;

pub use error::MeasureError;

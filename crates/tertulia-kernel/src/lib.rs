//! The words every other crate shares: typed ids, time, entropy, outside events and text.
//!
//! **Never here:** I/O, a clock or randomness of its own. Time and entropy come in through [`Clock`] and
//! [`Entropy`], so that everything built on this crate can be replayed and simulated.
//!
//! Start with [`event`]: what a channel hands to intake. [`id`] and [`time`] are the vocabulary around it.
//!
//! ```
//! use tertulia_kernel::{Timestamp, time::Clock};
//! struct Noon;
//! impl Clock for Noon { fn now(&self) -> Timestamp { Timestamp::from_micros(43_200_000_000) } }
//! assert_eq!(Noon.now().to_rfc3339(), "1970-01-01T12:00:00.000Z");
//! ```

pub mod caps;
pub mod event;
pub mod id;
pub mod text;
pub mod time;

pub use id::*;
pub use time::{Clock, Entropy, Timestamp};

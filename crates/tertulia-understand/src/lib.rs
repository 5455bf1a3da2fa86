//! Understanding posts without sending them anywhere: what a post says is worked out on this machine, from this crate's own files.
//!
//! **Never here:** I/O, a clock, randomness. The same text always gives the same answer, alone or among others.
//!
//! Start with [`encoder`]: the meaning of a text as a vector, for classifiers, similar cases and grouping.

pub mod encoder;

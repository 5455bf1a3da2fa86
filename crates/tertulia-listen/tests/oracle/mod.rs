//! A naive evaluator that shares no code with the crate: not the parser, not the tokeniser, not the matcher.
//!
//! Posts are made of pieces whose tokens are written down by hand; queries are made as trees, printed as people would
//! write them, and evaluated by trying everything.

mod asks;
mod fields;
mod holds;
mod posts;

pub use asks::{any_ask, ask, lists, print};
pub use holds::holds;
pub use posts::{post, with_post};

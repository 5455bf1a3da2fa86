//! What people look at, put together from stored rows: posts with their highlights, cases with their person. Each
//! builder asks a constant number of questions, however many rows it is given.
//!
//! **Never here:** deciding who may see a row. Whoever loads the rows asks the case lock first.

mod case;
mod marks;
mod post;

pub use case::{CaseView, PersonBrief, brief_of, case_views};
pub use marks::to_utf16;
pub use post::{MatchView, PostView, SendingView, post_views};

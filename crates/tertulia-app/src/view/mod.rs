//! What people look at, put together from stored rows: posts with their highlights. A builder asks a constant number of
//! questions, however many rows it is given.
//!
//! **Never here:** deciding who may see a row. Whoever loads the rows asks the case lock first.

mod marks;
mod post;

pub use marks::to_utf16;
pub use post::{FoundPart, MatchView, PostView, SendingView, post_views};
pub(crate) use post::{found_parts, text_of};

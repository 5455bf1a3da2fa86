//! Pages of lists: how long they are, and where the next one starts.

use crate::{AppError, Result};

/// A page and where the next one starts, when there is more.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The page's rows.
    pub items: Vec<T>,
    /// Pass as `after` for what follows.
    pub next: Option<String>,
}

/// Rows per page: what was asked for within 1 and 100, or 50.
pub fn limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(50).clamp(1, 100)
}

/// Reads a place counted downwards; without one a list starts at its newest row.
pub fn before(after: Option<&str>) -> Result<i64> {
    match after {
        None | Some("") => Ok(i64::MAX),
        Some(place) => place.parse().map_err(|_| AppError::field("after", "malformed", "pass a page's `next` as it was given")),
    }
}

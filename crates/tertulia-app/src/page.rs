//! Pages of lists: how long they are, and where the next one starts.

use crate::{AppError, Result};
use tertulia_store::{Conn, bounded::Listed};
use uuid::Uuid;

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

/// Reads the id of the last row seen; without one a list starts at its newest row.
pub fn before_id(after: Option<&str>) -> Result<Uuid> {
    match after {
        None | Some("") => Ok(Uuid::max()),
        Some(id) => Uuid::parse_str(id).map_err(|_| AppError::field("after", "malformed", "pass the id of the last row you have")),
    }
}

/// Refuses one more row of a list that is shown whole.
pub async fn room(conn: &mut Conn, listed: Listed, most: i64) -> Result<()> {
    if conn.count_listed(listed).await? < most {
        return Ok(());
    }
    Err(AppError::conflict("list_full", format!("there are {most} already, the most there can be; remove one you don't need")))
}

/// Reads a place counted downwards; without one a list starts at its newest row.
pub fn before(after: Option<&str>) -> Result<i64> {
    match after {
        None | Some("") => Ok(i64::MAX),
        Some(place) => place.parse().map_err(|_| AppError::field("after", "malformed", "pass a page's `next` as it was given")),
    }
}

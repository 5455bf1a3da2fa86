//! One error for all use cases: a kind (what a client can do about it), a stable code (what it translates) and words.

use crate::Result;
use tertulia_store::StoreError;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sign in.
    Unauthenticated,
    /// Ask somebody who may.
    Forbidden,
    /// It is not there, or may not be seen.
    NotFound,
    /// Somebody else was first; look again.
    Conflict,
    /// Correct the input.
    Invalid,
    /// Wait.
    TooMany,
    /// Not our fault; try later.
    Unavailable,
    /// Our fault.
    Internal,
}

/// A use case's error.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AppError {
    /// What can be done.
    pub kind: Kind,
    /// Stable code.
    pub code: &'static str,
    /// For people, in English; clients translate by code.
    pub message: String,
    /// Wrong fields.
    pub fields: Vec<FieldError>,
    /// A field and what is wrong with it in Spanish, where the code alone does not say it.
    pub spanish: Vec<(String, String)>,
    /// Where in the first field's text it is wrong, in UTF-16 code units, where that is known.
    pub place: Option<[u32; 2]>,
    /// Seconds to wait, for [`Kind::TooMany`] and [`Kind::Unavailable`].
    pub retry_after: Option<u32>,
    /// What caused it, for logs.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path in the input.
    pub field: String,
    /// Stable code.
    pub code: &'static str,
    /// For people, in English.
    pub message: String,
}

impl AppError {
    /// An error without fields or cause.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), fields: Vec::new(), spanish: Vec::new(), place: None, retry_after: None, source: None }
    }
    /// It is not there, or may not be seen: the same answer to both.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "not_found", "not found")
    }
    /// The role does not include it.
    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, "forbidden", "your role does not include this")
    }
    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "unauthenticated", "sign in first")
    }
    /// One field is wrong.
    pub fn field(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let fields = vec![FieldError { field: field.into(), code, message: message.clone() }];
        Self { fields, ..Self::new(Kind::Invalid, "invalid", message) }
    }
    /// The same about another field: the error's first field gets this path.
    pub fn at(mut self, field: &str) -> Self {
        if let Some(first) = self.fields.first_mut() {
            first.field = field.to_owned();
        }
        if let Some(first) = self.spanish.first_mut() {
            first.0 = field.to_owned();
        }
        self
    }
    /// Somebody else was first.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, message)
    }
    /// Whether another transaction, of this node or another, was in the way: doing the same again finds what it left.
    fn lost_a_race(&self) -> bool {
        let cause = self.source.as_ref().and_then(|source| source.downcast_ref::<StoreError>());
        cause.is_some_and(|error| error.is_unique() || error.is_retryable())
    }
}

/// How often work that lost a race is done again before the error is told.
const RACES: u32 = 5;

/// Does one transaction's work, and does it again when another transaction was in the way: nothing of it has happened
/// then, and nobody is told of an error that the next try does not have. The work tells nothing before its commit.
pub(crate) async fn again<T, F: Future<Output = Result<T>>>(mut work: impl FnMut() -> F) -> Result<T> {
    for _ in 0..RACES {
        match work().await {
            Err(error) if error.lost_a_race() => {}
            end => return end,
        }
    }
    work().await
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Constraint(_) => {
                Self { source: Some(Box::new(error)), ..Self::conflict("conflict", "something it refers to changed meanwhile; look again") }
            }
            _ => Self {
                source: Some(Box::new(error)),
                ..Self::new(Kind::Internal, "internal", "the database has a problem; the log tells more")
            },
        }
    }
}

//! SCAFFOLD
use crate::{AppError, FieldError, Kind, channel::Bilingual, listening::PostText};
use std::ops::Range;
use tertulia_store::search::Terms;

/// A query in the listening language, ready to match.
pub struct Query(String);

/// Why a text is no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryProblem {
    /// Stable code.
    pub code: String,
    /// Place in the query, in bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: Bilingual,
    /// What to do.
    pub hint: Bilingual,
}

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, Box<QueryProblem>> {
        if text.ends_with("AND") || text.trim().is_empty() {
            return Err(Box::new(QueryProblem {
                code: "x".into(),
                range: 0..1,
                message: Bilingual::new("a", "a"),
                hint: Bilingual::new("a", "a"),
            }));
        }
        Ok(Self(text.to_lowercase()))
    }
    /// Canonical form.
    pub fn canonical(&self) -> String {
        self.0.clone()
    }
    /// In words.
    pub fn reading(&self) -> Bilingual {
        Bilingual::new(&self.0, &self.0)
    }
    /// Whether a post matches.
    pub fn matches(&self, post: &PostText<'_>) -> bool {
        post.text.to_lowercase().contains(&self.0)
    }
    /// What it finds in the text.
    pub fn explain(&self, post: &PostText<'_>) -> Vec<Range<usize>> {
        post.text.to_lowercase().find(&self.0).map(|at| at..at + self.0.len()).into_iter().collect()
    }
    /// What candidates must contain.
    pub fn terms(&self) -> Terms {
        Terms::Everything
    }
}

impl From<Box<QueryProblem>> for AppError {
    fn from(problem: Box<QueryProblem>) -> Self {
        let field = FieldError { field: "query".into(), code: "invalid_query", message: problem.message.en.clone() };
        Self { fields: vec![field], ..Self::new(Kind::Invalid, "invalid_query", problem.message.en) }
    }
}

//! Shared lists: named sets of terms that many queries use, as `list:airlines`.
//!
//! A list is looked up when a query is read, so that a name nobody defined is a mistake with a place, never a query that
//! finds nothing. Who changes a list reads the queries that use it ([`crate::Query::lists`]) again.

use std::collections::HashMap;
use std::sync::Arc;

use tertulia_kernel::text::{Sigil, fold};

use crate::ast::{Node, Word};
use crate::error::{ErrorCode, QueryError};
use crate::parser;

/// The lists queries are read with. Names are compared folded: `list:Aerolíneas` is `list:aerolineas`.
///
/// ```
/// use tertulia_listen::{Lists, Query};
/// let mut lists = Lists::new();
/// lists.add("Aerolíneas", ["iberia", "LATAM", "Aerolíneas Argentinas", "#vuel*"])?;
/// let query = Query::parse_with("list:aerolineas NEAR/5 retras*", &lists)?;
/// assert_eq!(query.lists(), ["aerolineas"]);
/// assert!(Query::parse("list:aerolineas").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Lists {
    terms: HashMap<String, Arc<Node>>,
    /// True when names nobody defined are taken as lists of one word, to learn a query's names.
    any: bool,
}

/// Why a list was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It has no name, or no term.
    #[error("a list needs a name and at least one term")]
    Empty,
    /// A term is no query, or is one that stands at no place of a text (`AND`, `NOT`, a field, a list).
    #[error("term {index}: {error}")]
    Term {
        /// Which term, from 0.
        index: usize,
        /// What is wrong with it.
        error: QueryError,
    },
}

impl Lists {
    /// No lists.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes every name; for learning which lists a query names.
    pub(crate) fn any() -> Self {
        Self { any: true, ..Self::default() }
    }

    /// Adds a list, or replaces the one of the same name.
    ///
    /// Terms are written as in a query. A term of several plain words is read as a phrase, so that names need no
    /// quotation marks.
    pub fn add<T: AsRef<str>>(&mut self, name: &str, terms: impl IntoIterator<Item = T>) -> Result<(), ListError> {
        let mut parts = Vec::new();
        for (index, term) in terms.into_iter().enumerate() {
            match parser::list_term(term.as_ref()) {
                Ok(Node::Or(several)) => parts.extend(several),
                Ok(one) => parts.push(one),
                Err(error) => return Err(ListError::Term { index, error }),
            }
        }
        let name = list_key(name);
        if name.is_empty() || parts.is_empty() {
            return Err(ListError::Empty);
        }
        if parts.len() > parser::MAX_TERMS {
            let error = QueryError::new(ErrorCode::TooManyTerms, 0..0, "");
            return Err(ListError::Term { index: parser::MAX_TERMS, error });
        }
        let terms = if parts.len() == 1 { parts.remove(0) } else { Node::Or(parts) };
        self.terms.insert(name, Arc::new(terms));
        Ok(())
    }

    /// The terms of a list by its key.
    pub(crate) fn get(&self, key: &str) -> Option<Arc<Node>> {
        let unknown = || self.any.then(|| Arc::new(Node::Word(Word { sigil: Sigil::None, text: key.to_owned() })));
        self.terms.get(key).cloned().or_else(unknown)
    }
}

/// A list's name as it is compared.
pub(crate) fn list_key(name: &str) -> String {
    fold(name)
}

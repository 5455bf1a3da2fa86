//! Listening queries as the app uses them: what they read of a post, errors in both languages, candidates for
//! the store.

use crate::{AppError, FieldError, Kind, channel::Bilingual, listening::PostText};
use std::ops::Range;
use tertulia_listen::{Candidates, Locale, Matcher, Post, QueryError};
use tertulia_store::search::Terms;

/// A query in the listening language, ready to match.
pub struct Query {
    parsed: tertulia_listen::Query,
    matcher: Matcher,
}

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
        let parsed = tertulia_listen::Query::parse(text).map_err(|error| Box::new(QueryProblem::from(error)))?;
        Ok(Self { matcher: Matcher::new(&parsed), parsed })
    }

    /// The parsed query.
    pub fn parsed(&self) -> &tertulia_listen::Query {
        &self.parsed
    }

    /// Canonical form.
    pub fn canonical(&self) -> String {
        self.parsed.to_string()
    }

    /// In words.
    pub fn reading(&self) -> Bilingual {
        Bilingual::new(self.parsed.reading(Locale::Es), self.parsed.reading(Locale::En))
    }

    /// Whether a post matches.
    pub fn matches(&self, post: &PostText<'_>) -> bool {
        self.matcher.matches(&as_read(post))
    }

    /// What it finds in the text, in byte ranges; what it finds in the headline is left out.
    pub fn explain(&self, post: &PostText<'_>) -> Vec<Range<usize>> {
        self.matcher.explain(&as_read(post)).map(|found| found.highlights()).unwrap_or_default()
    }

    /// What candidates must contain.
    pub fn terms(&self) -> Terms {
        terms(self.parsed.candidates())
    }
}

fn terms(candidates: Candidates) -> Terms {
    match candidates {
        Candidates::Everything => Terms::Everything,
        Candidates::Term(term) => Terms::Word(term),
        Candidates::Prefix(head) => Terms::Prefix(head),
        Candidates::Any(parts) => Terms::Any(parts.into_iter().map(terms).collect()),
        Candidates::All(parts) => Terms::All(parts.into_iter().map(terms).collect()),
    }
}

/// A post as queries read it.
pub(crate) fn as_read<'a>(post: &PostText<'a>) -> Post<'a> {
    Post {
        text: post.text,
        title: post.title,
        author: Some(post.author).filter(|author| !author.is_empty()),
        lang: post.lang,
        channel: Some(post.channel).filter(|channel| !channel.is_empty()),
        followers: post.followers,
        ..Post::default()
    }
}

impl From<QueryError> for QueryProblem {
    fn from(error: QueryError) -> Self {
        Self {
            message: Bilingual::new(error.message(Locale::Es), error.message(Locale::En)),
            hint: Bilingual::new(error.hint(Locale::Es), error.hint(Locale::En)),
            code: error.code.as_str().to_owned(),
            range: error.span,
        }
    }
}

impl From<Box<QueryProblem>> for AppError {
    fn from(problem: Box<QueryProblem>) -> Self {
        let words = |message: &str, hint: &str| format!("{message}. {hint}");
        let message = words(&problem.message.en, &problem.hint.en);
        let field = FieldError { field: "query".into(), code: "invalid_query", message: message.clone() };
        Self {
            fields: vec![field],
            spanish: vec![("query".into(), words(&problem.message.es, &problem.hint.es))],
            ..Self::new(Kind::Invalid, "invalid_query", message)
        }
    }
}

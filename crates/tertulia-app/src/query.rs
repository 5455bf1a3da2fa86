//! Listening queries as the app uses them: what they read of a post, errors in both languages, candidates for
//! the store.

use crate::{AppError, FieldError, Kind, channel::Bilingual, listening::PostText};
use std::{collections::BTreeMap, ops::Range};
use tertulia_listen::{Candidates, CostClass, Locale, Matcher, Post, QueryError, Source};
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
        Ok(Self::of_parsed(parsed))
    }

    /// A query that was parsed already, or a part of one.
    pub(crate) fn of_parsed(parsed: tertulia_listen::Query) -> Self {
        Self { matcher: Matcher::new(&parsed), parsed }
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

    /// What it finds in the text, in byte ranges, for each part in canonical spelling; what it finds in the headline is
    /// left out.
    pub fn found_parts(&self, post: &PostText<'_>) -> BTreeMap<String, Vec<Range<usize>>> {
        let mut parts: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
        let Some(why) = self.matcher.explain(&as_read(post)) else { return parts };
        for found in why.found.into_iter().filter(|found| found.source == Source::Text) {
            parts.entry(found.term).or_default().push(found.start..found.end);
        }
        parts
    }

    /// The parts of the query found, in canonical spelling, each once; none when the post does not match.
    pub fn found(&self, post: &PostText<'_>) -> Vec<String> {
        let Some(why) = self.matcher.explain(&as_read(post)) else { return Vec::new() };
        let mut terms: Vec<String> = Vec::new();
        for term in why.found.into_iter().map(|found| found.term).chain(why.fields) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        terms
    }

    /// How much work it makes: `low`, `medium` or `high`.
    pub fn cost(&self) -> &'static str {
        match self.parsed.cost().class {
            CostClass::Low => "low",
            CostClass::Medium => "medium",
            CostClass::High => "high",
        }
    }

    /// Equal for queries that say the same in another order or say a part twice.
    pub fn identity(&self) -> String {
        self.parsed.identity()
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

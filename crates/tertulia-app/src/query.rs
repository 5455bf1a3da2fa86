//! The listening language as the app uses it: one query on one post, with its reading, its places and its candidates.
//!
//! Monitors, rules, search and forbidden words all go through here, so that a query means the same everywhere. A post's
//! headline is read before its text, as a line of its own.

use crate::{AppError, FieldError, Kind, channel::Bilingual, listening::PostText};
use std::{borrow::Cow, ops::Range};
use tertulia_listen::{Candidates, Locale, Matcher, Post, QueryError};
use tertulia_store::search::Terms;

/// A query in the listening language, ready to match.
pub struct Query {
    query: tertulia_listen::Query,
    matcher: Matcher,
}

/// Why a text is no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryProblem {
    /// Stable code.
    pub code: &'static str,
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
        let query = tertulia_listen::Query::parse(text).map_err(|error| Box::new(problem(error)))?;
        Ok(Self { matcher: Matcher::new(&query), query })
    }

    /// Canonical form.
    pub fn canonical(&self) -> String {
        self.query.to_string()
    }

    /// Plain-language reading.
    pub fn reading(&self) -> Bilingual {
        Bilingual::new(self.query.reading(Locale::Es), self.query.reading(Locale::En))
    }

    /// The query itself, for sets of many.
    pub(crate) fn parsed(&self) -> &tertulia_listen::Query {
        &self.query
    }

    /// Whether a post matches.
    pub fn matches(&self, post: &PostText<'_>) -> bool {
        read(post, |post, _| self.matcher.matches(post))
    }

    /// Which places of the text made it match, as byte ranges; what was found in the headline is left out.
    pub fn explain(&self, post: &PostText<'_>) -> Vec<Range<usize>> {
        read(post, |post, text_at| {
            let places = self.matcher.explain(post).map(|why| why.highlights()).unwrap_or_default();
            places
                .into_iter()
                .filter(|place| place.end > text_at)
                .map(|place| place.start.saturating_sub(text_at)..place.end - text_at)
                .collect()
        })
    }

    /// What a database's candidates must contain.
    pub fn terms(&self) -> Terms {
        terms(self.query.candidates())
    }
}

/// A post as the language reads it, and where its text begins in what is read.
pub(crate) fn read<T>(post: &PostText<'_>, look: impl FnOnce(&Post<'_>, usize) -> T) -> T {
    let (text, at) = match post.title.filter(|title| !title.is_empty()) {
        None => (Cow::Borrowed(post.text), 0),
        Some(title) => (Cow::Owned(format!("{title}\n{}", post.text)), title.len() + 1),
    };
    let author = Some(post.author).filter(|author| !author.is_empty());
    let channel = Some(post.channel).filter(|channel| !channel.is_empty());
    look(&Post { text: &text, author, lang: post.lang, channel, followers: post.followers }, at)
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

fn problem(error: QueryError) -> QueryProblem {
    QueryProblem {
        code: error.code.as_str(),
        message: Bilingual::new(error.message(Locale::Es), error.message(Locale::En)),
        hint: Bilingual::new(error.hint(Locale::Es), error.hint(Locale::En)),
        range: error.span,
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

#[cfg(test)]
mod tests {
    //! Headlines, places, problems.
    use super::*;

    fn post<'a>(title: Option<&'a str>, text: &'a str) -> PostText<'a> {
        PostText { title, text, author: "ana", lang: Some("es"), channel: "correo", channel_kind: "email", followers: None }
    }

    #[test]
    fn a_headline_counts_and_only_places_of_the_text_are_marked() {
        let query = Query::parse("maleta AND mirasol").expect("a query");
        let mail = post(Some("Mi maleta"), "Hola, Mirasol: ¿y mi maleta?");
        assert!(query.matches(&mail));
        let marked: Vec<&str> = query.explain(&mail).into_iter().map(|place| &mail.text[place]).collect();
        assert_eq!(marked, ["Mirasol", "maleta"]);
        assert!(!Query::parse("\"maleta hola\"").expect("a query").matches(&PostText { title: Some("x"), ..mail }));
        assert!(Query::parse("channel:correo author:ana lang:es").expect("a query").matches(&mail));
    }

    #[test]
    fn a_problem_tells_what_to_do_in_both_languages() {
        let error = AppError::from(Query::parse("maleta AND (").err().expect("no query"));
        assert_eq!((error.code, error.fields[0].field.as_str()), ("invalid_query", "query"));
        assert_ne!(error.spanish[0].1, error.fields[0].message);
    }
}

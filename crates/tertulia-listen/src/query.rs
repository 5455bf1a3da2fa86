//! A parsed query and the ways to use one alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ast::Node;
use crate::candidates::Candidates;
use crate::compile::{Plan, compile};
use crate::cost::Cost;
use crate::error::{Locale, QueryError};
use crate::evaluate::matches;
use crate::explain::{Explanation, explain};
use crate::post::{Post, Reading, Vocabulary};
use crate::{parser, reading};

/// A query within the language's limits. It prints in canonical spelling, and parsing that gives an equal query.
///
/// In JSON a query is its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    root: Node,
}

impl Query {
    /// Parses a query; the error says where and what to do instead.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        parser::parse(text).map(|root| Self { root })
    }

    /// A part of a parsed query by itself: to ask which parts of a query a post lacks. Unlike a whole query it may only
    /// exclude.
    #[must_use]
    pub fn of_part(part: &Node) -> Self {
        Self { root: part.clone() }
    }

    /// What the query says.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// One sentence, without a full stop, that says which posts match.
    #[must_use]
    pub fn reading(&self, locale: Locale) -> String {
        reading::reading(&self.root, locale)
    }

    /// A condition on search terms that every matching post meets: what to ask a database for.
    #[must_use]
    pub fn candidates(&self) -> Candidates {
        Candidates::of(&self.root)
    }

    /// A guess, from the query alone, of how much work it makes.
    #[must_use]
    pub fn cost(&self) -> Cost {
        Cost::of(&self.root)
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// One query made ready to be matched against many posts.
#[derive(Clone, Debug)]
pub struct Matcher {
    root: Node,
    vocabulary: Vocabulary,
    plan: Plan,
}

impl Matcher {
    /// Compiles a query.
    #[must_use]
    pub fn new(query: &Query) -> Self {
        let mut vocabulary = Vocabulary::default();
        let plan = compile(&query.root, &mut vocabulary);
        Self { root: query.root.clone(), vocabulary, plan }
    }

    /// True when the post matches.
    #[must_use]
    pub fn matches(&self, post: &Post<'_>) -> bool {
        matches(&self.plan, &Reading::new(post, &self.vocabulary))
    }

    /// Why the post matches; `None` when it does not.
    #[must_use]
    pub fn explain(&self, post: &Post<'_>) -> Option<Explanation> {
        explain(&self.root, &self.plan, &Reading::new(post, &self.vocabulary))
    }
}

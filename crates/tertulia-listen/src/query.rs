//! A parsed query and the ways to use one alone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ast::{Node, Zones};
use crate::candidates::Candidates;
use crate::compile::{Plan, compile};
use crate::cost::Cost;
use crate::error::{Locale, QueryError};
use crate::evaluate::matches;
use crate::explain::{Explanation, explain};
use crate::lists::Lists;
use crate::post::{Post, Reading, Vocabulary};
use crate::{normal, parser, reading};

/// A query within the language's limits. It prints in canonical spelling, and parsing that gives an equal query.
///
/// In JSON a query is its text; one that names shared lists is read with [`Query::parse_with`] instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    root: Node,
}

impl Query {
    /// Parses a query that uses no shared lists; the error says where and what to do instead.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Self::parse_with(text, &Lists::new())
    }

    /// Parses a query with the shared lists it may name. A list that is not among them is an error with its place.
    pub fn parse_with(text: &str, lists: &Lists) -> Result<Self, QueryError> {
        parser::parse(text, lists).map(|root| Self { root })
    }

    /// The lists a text names, before they are at hand; each once, sorted.
    pub fn lists_named(text: &str) -> Result<Vec<String>, QueryError> {
        Self::parse_with(text, &Lists::any()).map(|query| query.lists().into_iter().map(str::to_owned).collect())
    }

    /// The names of the lists it uses, folded; each once, sorted. When one of them changes, the query has to be parsed
    /// again.
    #[must_use]
    pub fn lists(&self) -> Vec<&str> {
        fn gather<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
            match node {
                Node::List(list) => names.push(&list.name),
                _ => node.parts().for_each(|part| gather(part, names)),
            }
        }
        let mut names = Vec::new();
        gather(&self.root, &mut names);
        names.sort_unstable();
        names.dedup();
        names
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

    /// The query in normal form: equal for two queries that ask for the same in another order or wording, so that a new
    /// monitor's doubles can be found. Lists count by their names.
    ///
    /// ```
    /// use tertulia_listen::Query;
    /// let identity = |text: &str| Query::parse(text).map(|query| query.identity());
    /// assert_eq!(identity("vuelo (maleta OR equipaje) -promo -sorteo")?, identity("(equipaje OR maleta) NOT (sorteo OR promo) VUELO")?);
    /// # Ok::<(), tertulia_listen::QueryError>(())
    /// ```
    #[must_use]
    pub fn identity(&self) -> String {
        normal::normal(&self.root).to_string()
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
    zones: Zones,
}

impl Matcher {
    /// Compiles a query.
    #[must_use]
    pub fn new(query: &Query) -> Self {
        let mut vocabulary = Vocabulary::default();
        let plan = compile(&query.root, &mut vocabulary);
        let zones = plan.zones(Zones::DEFAULT);
        Self { root: query.root.clone(), vocabulary, plan, zones }
    }

    /// True when the post matches.
    #[must_use]
    pub fn matches(&self, post: &Post<'_>) -> bool {
        matches(&self.plan, &Reading::new(post, &self.vocabulary, self.zones))
    }

    /// Why the post matches; `None` when it does not.
    #[must_use]
    pub fn explain(&self, post: &Post<'_>) -> Option<Explanation> {
        explain(&self.root, &self.plan, &Reading::new(post, &self.vocabulary, self.zones))
    }
}

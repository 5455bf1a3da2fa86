//! Listening queries as the app uses them: what they read of a post, errors in both languages, candidates for
//! the store.

use crate::{AppError, FieldError, Kind, channel::Bilingual, listening::PostText};
use std::{collections::BTreeMap, ops::Range};
use tertulia_listen::{
    Candidates, CostClass, Lists, Locale, Matcher, Post, QueryError, Source,
    ast::{Field, FieldName, Has, Is, Node, Quantity, Zone},
};
use tertulia_store::{extras::Extras, search::Terms};

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
    /// The same in UTF-16 code units, as consoles count; of no meaning when the query was not read by [`Query::parse`].
    pub units: [u32; 2],
    /// What is wrong.
    pub message: Bilingual,
    /// What to do.
    pub hint: Bilingual,
}

impl Query {
    /// Reads a query with the shared lists it may name: [`crate::lists::named`] fetches them.
    pub fn parse(text: &str, lists: &Lists) -> Result<Self, Box<QueryProblem>> {
        let problem = match tertulia_listen::Query::parse_with(text, lists) {
            Ok(parsed) => match unknown(parsed.root()) {
                Some(name) => QueryProblem::not_known(text, name),
                None => return Ok(Self::of_parsed(parsed)),
            },
            Err(error) => error.into(),
        };
        let end = problem.range.end.min(text.len());
        let units = |upto: usize| text[..text.floor_char_boundary(upto)].encode_utf16().count() as u32;
        Err(Box::new(QueryProblem { units: [units(problem.range.start.min(end)), units(end)], ..problem }))
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
        read_as(post, |post| self.matcher.matches(post))
    }

    /// What it finds in the text, in byte ranges; what it finds in the headline is left out.
    pub fn explain(&self, post: &PostText<'_>) -> Vec<Range<usize>> {
        read_as(post, |post| self.matcher.explain(post)).map(|found| found.highlights()).unwrap_or_default()
    }

    /// What it finds in the text, in byte ranges, for each part in canonical spelling; what it finds in the headline is
    /// left out.
    pub fn found_parts(&self, post: &PostText<'_>) -> BTreeMap<String, Vec<Range<usize>>> {
        let mut parts: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
        let Some(why) = read_as(post, |post| self.matcher.explain(post)) else { return parts };
        for found in why.found.into_iter().filter(|found| found.source == Source::Text) {
            parts.entry(found.term).or_default().push(found.start..found.end);
        }
        parts
    }

    /// The parts of the query found, in canonical spelling, each once; none when the post does not match.
    pub fn found(&self, post: &PostText<'_>) -> Vec<String> {
        let Some(why) = read_as(post, |post| self.matcher.explain(post)) else { return Vec::new() };
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

    /// Equal for queries that ask for the same in another order or wording.
    pub fn identity(&self) -> String {
        self.parsed.identity()
    }

    /// What candidates must contain.
    pub fn terms(&self) -> Terms {
        terms(self.parsed.candidates())
    }
}

/// A test in the query of something no channel tells us yet: it would never pass, and nobody would notice.
fn unknown(node: &Node) -> Option<&'static str> {
    let known = |field: &Field| match field {
        Field::Value(name, _) => match name {
            FieldName::Author
            | FieldName::To
            | FieldName::Lang
            | FieldName::Country
            | FieldName::Channel
            | FieldName::Site
            | FieldName::Link => None,
            name @ (FieldName::Tag | FieldName::Segment | FieldName::Tier) => Some(name.as_str()),
        },
        Field::Has(_) => None,
        Field::Is(what) => what.iter().any(|what| *what != Is::Reply).then_some("is"),
        Field::Number(Quantity::Age, _) => Some("age"),
        Field::Number(..) => None,
    };
    match node {
        Node::Field(field) => known(field),
        Node::In { zones, .. } if zones.holds(Zone::Bio) => Some("in"),
        _ => node.parts().find_map(unknown),
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

/// Calls `with` with a post as queries read it.
pub(crate) fn read_as<T>(post: &PostText<'_>, with: impl FnOnce(&Post<'_>) -> T) -> T {
    let none = Extras::default();
    let extras = post.extras.unwrap_or(&none);
    // Empty for most posts: that takes no memory.
    let to: Vec<&str> = extras.to.iter().map(String::as_str).collect();
    with(&Post {
        text: post.text,
        title: post.title,
        author: Some(post.author).filter(|author| !author.is_empty()),
        lang: post.lang,
        channel: Some(post.channel).filter(|channel| !channel.is_empty()),
        followers: post.followers,
        site: post.url,
        is: if post.reply { &[Is::Reply] } else { &[] },
        has: match (extras.image, extras.video) {
            (false, false) => &[],
            (true, false) => &[Has::Image],
            (false, true) => &[Has::Video],
            (true, true) => &[Has::Image, Has::Video],
        },
        alt: extras.alt.as_deref(),
        to: &to,
        country: extras.country.as_deref(),
        likes: extras.counts.likes,
        shares: extras.counts.shares,
        replies: extras.counts.replies,
        ..Post::default()
    })
}

impl QueryProblem {
    fn not_known(query: &str, name: &'static str) -> Self {
        let start = query.to_ascii_lowercase().find(name).unwrap_or(0);
        Self {
            code: "not_known".into(),
            range: start..(start + name.len()).min(query.len()),
            units: [0, 0],
            message: Bilingual::new(
                format!("Ningún canal nos dice todavía lo que pide «{name}»"),
                format!("No channel tells us yet what “{name}” asks for"),
            ),
            hint: Bilingual::new(
                "Se conocen author:, to:, lang:, country:, channel:, site:, link:, followers, likes, shares, replies, is:reply, has: e in:(title OR body OR url OR alt).",
                "Known are author:, to:, lang:, country:, channel:, site:, link:, followers, likes, shares, replies, is:reply, has: and in:(title OR body OR url OR alt).",
            ),
        }
    }
}

impl From<QueryError> for QueryProblem {
    fn from(error: QueryError) -> Self {
        Self {
            message: Bilingual::new(error.message(Locale::Es), error.message(Locale::En)),
            hint: Bilingual::new(error.hint(Locale::Es), error.hint(Locale::En)),
            code: error.code.as_str().to_owned(),
            range: error.span,
            units: [0, 0],
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
            place: Some(problem.units),
            ..Self::new(Kind::Invalid, "invalid_query", message)
        }
    }
}

#[cfg(test)]
mod tests {
    //! Tests that can never pass are refused where they stand.
    use super::*;

    #[test]
    fn what_no_channel_tells_is_refused_at_its_place() {
        for (query, at) in [
            ("iberia is:verified", "is"),
            ("iberia (maleta OR NOT Age>10)", "Age"),
            ("iberia tag:urgente", "tag"),
            ("iberia crm:tier:gold", "crm:tier"),
            ("in:bio (piloto OR azafata)", "in"),
        ] {
            let problem = Query::parse(query, &Lists::new()).err().expect(query);
            assert_eq!((problem.code.as_str(), &query[problem.range]), ("not_known", at), "{query}");
        }
        for query in [
            "iberia is:reply",
            "site:example.com iberia",
            "in:(title OR alt) iberia",
            "has:(link OR image OR video) followers:10..20 iberia",
            "to:iberia country:co likes>=3 shares>1 replies:0",
        ] {
            assert!(Query::parse(query, &Lists::new()).is_ok(), "{query}");
        }
    }

    #[test]
    fn the_site_and_being_a_reply_are_read() {
        let post = PostText { text: "Iberia", url: Some("https://foro.example.com/t/1"), reply: true, ..PostText::default() };
        let other = PostText { text: "Iberia", ..PostText::default() };
        for query in ["iberia site:example.com", "iberia is:reply"] {
            let query = Query::parse(query, &Lists::new()).expect("a query");
            assert!(query.matches(&post) && !query.matches(&other), "{}", query.canonical());
        }
    }
}

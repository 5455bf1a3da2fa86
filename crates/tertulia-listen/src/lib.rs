//! The listening language: boolean queries over short posts, for monitors, rules, history and search alike.
//!
//! A [`Query`] is parsed once; it prints canonically, reads itself aloud in Spanish or English, gives a database its
//! [`Candidates`], and is matched alone ([`Matcher`]) or with thousands of others ([`MonitorSet`]).
//!
//! **Never here:** I/O, a clock, randomness. The same query and post always give the same answer, on a stream, in
//! history and in a rule. Whatever is in a query or a post, nothing panics, recurses without bound or takes
//! exponential time: queries are limited when parsed, posts when read.
//!
//! Start with [`ast`] for what a query can say, then `parser`, `compile`, `evaluate`; words are words by
//! [`tertulia_kernel::text`].
//!
//! ```
//! use tertulia_listen::{Locale, Matcher, Post, Query};
//! let query: Query = "iberia (maleta OR equipaje) -promo".parse()?;
//! assert_eq!(query.to_string(), "iberia AND (maleta OR equipaje) AND NOT promo");
//! assert_eq!(
//!     query.reading(Locale::Es),
//!     "Publicaciones que mencionan «iberia» y («maleta» o «equipaje»), excepto las que mencionan «promo»"
//! );
//! let post = Post { text: "@Iberia perdió mi maleta #Iberia", lang: Some("es"), ..Post::default() };
//! let why = Matcher::new(&query).explain(&post).expect("it matches");
//! let seen: Vec<&str> = why.highlights().into_iter().map(|r| &post.text[r]).collect();
//! assert_eq!(seen, ["maleta", "#Iberia"]);
//! # Ok::<(), tertulia_listen::QueryError>(())
//! ```

pub mod ast;
mod candidates;
mod compile;
mod cost;
mod demand;
mod engine;
mod error;
mod evaluate;
mod explain;
mod field;
mod fields;
mod glob;
mod keys;
mod lexer;
mod lists;
mod monitors;
mod normal;
mod parser;
mod places;
mod post;
mod print;
mod query;
mod reading;
mod words;

pub use candidates::Candidates;
pub use cost::{Cost, CostClass};
pub use engine::{Counts, Engine, Frequencies, Scratch};
pub use error::{ErrorCode, Locale, QueryError};
pub use explain::{Explanation, Found};
pub use lists::{ListError, Lists};
pub use monitors::MonitorSet;
pub use parser::{MAX_DEPTH, MAX_QUERY_BYTES, MAX_TERMS};
pub use post::{Post, Source};
pub use query::{Matcher, Query};

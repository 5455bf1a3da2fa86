//! The listening language: boolean queries over short posts, for monitors, rules, history and search alike.
//!
//! A [`Query`] is parsed once; it prints canonically, reads itself aloud in Spanish or English, has an identity whatever
//! the order of its words, gives a database its [`Candidates`], and is matched alone ([`Matcher`]) or with thousands of
//! others ([`MonitorSet`]).
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
//!
//! # The grammar
//!
//! ```text
//! query  := and ("OR" and)*
//! and    := un (("AND")? un)*                     one of them may be in:ZONE or in:(ZONE OR ZONE)
//! un     := ("NOT" | "-") un | prox
//! prox   := prim (("NEAR/"n | "NEAR/"n"f" | "ONEAR/"n | "SENTENCE" | "EXCEPT") prim)*      from left to right
//! prim   := "(" query ")" | "ATLEAST/"k prim | k "OF" "(" query ("," query)* ")"
//!         | word | wor* | *ord | w?rd | #tag | @user | $tick | emoji | "phrase" | "phrase"~n | {exact}
//!         | name ":" value | name ":" "(" value ("OR" value)* ")" | name (">"|">="|"<"|"<="|"=") number
//! ```
//!
//! Operators are in capitals; the same words in small letters are words. Names and values of fields are in any case.
//!
//! # What it means
//!
//! **Texts and places.** A post has a headline, a text, and perhaps a profile of its author, descriptions of its
//! pictures and web addresses. Each is cut into tokens by [`tertulia_kernel::text`]; a token covers one or more places
//! (a word one, a tag as many as its parts, a character of an unspaced script one). Nothing reaches from one text of a
//! post into another: no phrase, no `NEAR`, no sentence. Where a query does not say `in:`, words are looked for in
//! headline and text.
//!
//! **Spans.** A positional part is found at spans: a first place and the place after the last. Words have the spans of
//! their tokens; a phrase has one where each word begins at the place the one before it ends; `"…"~n` has the shortest
//! stretches that hold each word at a first place of its own and at most `n` other places; an `OR` has the spans of its
//! parts; a list those of its terms. The spans of the larger parts:
//!
//! - `a NEAR/n b`: from the beginning of the first to the end of the last, for each span of `a` and span of `b` that do
//!   not overlap and have at most `n` places between their nearest ends. `ONEAR/n` (also `NEAR/nf`): the span of `a`
//!   first. `NEAR/0` is "side by side".
//! - `a SENTENCE b`: the same, with both spans in one sentence instead of a distance. A sentence ends at a line's end, at
//!   `。！？`, and at `. ! ? …` before a blank, a closing sign or the end.
//! - `a EXCEPT b`: the spans of `a` that do not lie wholly inside a span of `b`. What lies only partly inside stays.
//!
//! A positional part matches when it has a span. `ATLEAST/k a` matches when `k` spans of `a` can be chosen that do not
//! overlap, in any of the texts looked at. `k OF (…)` matches when `k` of its parts do; each part is any query. `AND`,
//! `OR`, `NOT` are about the whole post. Inside `NEAR`, `SENTENCE`, `EXCEPT` and `ATLEAST` go positional parts only.
//!
//! **`in:`** holds for the parts joined by `AND` beside it, and for all inside them that have no `in:` of their own:
//! `iberia vuelo in:title` looks for both in the headline, `iberia (vuelo in:title)` for the second. Fields are not
//! affected. In `in:url` each web address of headline, text and [`Post::links`] is a text of its own, of words between
//! its signs; its scheme is left out, percent escapes are not decoded.
//!
//! **Folding is asymmetric.** Case, accents, width and ligatures never matter; `ñ` in a query demands `ñ`, `n` finds
//! both; `{…}` demands all. A plain word also finds tags, parts of camel case tags and ticks, never handles. Wildcards
//! need 3 characters besides `*` and `?`, anywhere.
//!
//! **Fields.** What a post does not state passes no test ([`ast::Field`]), so `NOT followers<10` holds for a post whose
//! author's followers are unknown. Values are compared whole and folded, except: a language holds its regional forms,
//! a handle is also found without its server, a site holds those below it, a link holds the addresses below its path.
//!
//! **Scope.** Every match has to offer a word or a narrow field (`author to lang country channel site link tag list
//! crm:… is:customer`). Queries that only exclude, or only test `has: is:` and numbers, are refused.
//!
//! # Where Lucene's queries differ
//!
//! - One token is never both sides of a `NEAR`: `a NEAR/5 a` needs two. Lucene's unordered spans let them be the same,
//!   so that two mentions could not be asked for.
//! - Spans do not overlap, also when they are phrases: `"a b" NEAR/3 "b c"` does not match `a b c`. Who writes `NEAR`
//!   means two things said, not one read twice.
//! - Distance is counted between the nearest ends, whatever the order; the slop of Lucene's phrases also counts how far
//!   words are out of order.
//! - `"…"~n` asks for the words in any order with `n` others among them: one rule, instead of a number of moves.
//! - All pairs count, not only the first found: a `NEAR` inside a `NEAR` finds a match through any of its spans. Lucene
//!   looks at the shortest spans and can miss the pair the outer one needs. (Only in texts made of repetitions, of more
//!   than 65,536 pairs the farthest of each span are left out.)
//! - Wildcards are never expanded to a list that can grow too long, so none is refused for its number of terms.
//! - `NOT` is refused inside `NEAR` instead of being given a meaning nobody guesses; `EXCEPT` says what was meant.
//!
//! # Limits
//!
//! 100 kB, 5,000 terms with those of lists, 64 levels ([`MAX_QUERY_BYTES`], [`MAX_TERMS`], [`MAX_DEPTH`]); distances up
//! to 1,000 places, counts up to 1,000. Of each text of a post, 4,096 tokens are read; of its addresses, 1,000.

pub mod ast;
mod candidates;
mod checked;
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
pub use checked::{Aloud, Checked};
pub use cost::{Cost, CostClass};
pub use engine::{Counts, Engine, Frequencies, Scratch, SnapshotError};
pub use error::{ErrorCode, Locale, QueryError};
pub use explain::{Explanation, Found};
pub use lists::{ListError, Lists};
pub use monitors::MonitorSet;
pub use parser::{MAX_DEPTH, MAX_QUERY_BYTES, MAX_TERMS};
pub use post::{Post, Source};
pub use query::{Matcher, Query};

//! Search terms: the words of a text in a form that no database's text search can misread.

use std::collections::HashSet;

use super::{Kind, Sigil, Text};

/// The longest search term in bytes. Longer words are cut, in the text and in the query alike.
const MAX_TERM_BYTES: usize = 64;

/// The search terms of a text, separated by single spaces, each once: what a database indexes to find candidates.
///
/// Terms hold only `a`–`z` and `0`–`9`. Every word a listening query can match in the text is there in the form
/// [`search_term`] gives: words, tags and their parts, handles, emoji, pairs of unspaced scripts, short forms of
/// elongated words. A term too many only costs a check; a term too few would lose a post.
#[must_use]
pub fn search_terms(text: &str) -> String {
    let text = Text::new(text);
    let mut seen = HashSet::new();
    let mut terms = String::new();
    for token in text.tokens().iter().filter(|t| t.kind != Kind::Url) {
        for form in text.forms(token) {
            let form = match token.sigil {
                Sigil::Handle => handle_name(form),
                _ => form,
            };
            let term = search_term(form);
            if !term.is_empty() && !seen.contains(&term) {
                if !terms.is_empty() {
                    terms.push(' ');
                }
                terms.push_str(&term);
                seen.insert(term);
            }
        }
    }
    terms
}

/// One folded word as a search term: `a`–`z` and `0`–`9` stay, other letters and emoji become `x` and their number in
/// hexadecimal, `_ . - @` are left out. The term of a word's beginning is a beginning of the word's term.
#[must_use]
pub fn search_term(folded: &str) -> String {
    let mut term = String::with_capacity(folded.len());
    for c in folded.chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            term.push(c);
        } else if !c.is_ascii() {
            term.push_str(&format!("x{:x}", u32::from(c)));
        }
        if term.len() >= MAX_TERM_BYTES {
            term.truncate(MAX_TERM_BYTES);
            break;
        }
    }
    term
}

/// The name part of a handle: `ana` of `ana@example.social`.
#[must_use]
pub fn handle_name(handle: &str) -> &str {
    handle.split('@').next().unwrap_or(handle)
}

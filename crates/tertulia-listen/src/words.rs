//! From a stretch of query text to the words it asks for, by the same tokeniser that reads posts.

use std::ops::Range;

use tertulia_kernel::text::{Kind, Sigil, Text, fold, fold_keeping_enye, is_invisible, is_unspaced, is_word_char};

use crate::ast::Word;
use crate::error::{ErrorCode, QueryError};

/// Fewest letters a word with wildcards must have besides them.
const MIN_LITERALS: usize = 3;

/// The words of `query[span]`. In a phrase, punctuation is passed over; outside, a sign that would be lost is an error.
pub(crate) fn words_of(query: &str, span: Range<usize>, phrase: bool) -> Result<Vec<Word>, QueryError> {
    let mut words = Vec::new();
    let raw = &query[span.clone()];
    let mut at = 0;
    for chunk in raw.split_inclusive(char::is_whitespace) {
        let begin = span.start + at;
        at += chunk.len();
        let chunk = chunk.trim_end();
        if chunk.is_empty() {
            continue;
        }
        let chunk_span = begin..begin + chunk.len();
        match wildcard_part(chunk, phrase) {
            Some(part) => {
                let span = begin + part.start..begin + part.end;
                words.push(wildcard(query, span)?);
            }
            None => plain_words(query, chunk_span, phrase, &mut words)?,
        }
    }
    if words.is_empty() {
        return Err(QueryError::new(ErrorCode::NothingToSearch, span, query));
    }
    Ok(words)
}

/// The part of a chunk that is a word with wildcards, if it is one. In a phrase `¿qué pasa?` ends in plain punctuation.
fn wildcard_part(chunk: &str, phrase: bool) -> Option<Range<usize>> {
    if !chunk.contains(['*', '?']) {
        return None;
    }
    if !phrase {
        return Some(0..chunk.len());
    }
    let outside = |c: char| !is_word_char(c) && !"*#@$_".contains(c);
    let part = chunk.trim_start_matches(outside);
    let begin = chunk.len() - part.len();
    let part = part.trim_end_matches(outside);
    (part.contains(['*', '?']) && part.contains(is_word_char)).then_some(begin..begin + part.len())
}

fn wildcard(query: &str, span: Range<usize>) -> Result<Word, QueryError> {
    let error = |code| Err(QueryError::new(code, span.clone(), query));
    let chunk = &query[span.clone()];
    let (sigil, body) = match chunk.chars().next() {
        Some('#') => (Sigil::Tag, &chunk[1..]),
        Some('@') => (Sigil::Handle, &chunk[1..]),
        Some('$') => (Sigil::Tick, &chunk[1..]),
        _ => (Sigil::None, chunk),
    };
    let mut text = fold_keeping_enye(body);
    while text.contains("**") {
        text = text.replace("**", "*");
    }
    let allowed = |c: char| match c {
        '*' | '?' => true,
        '_' => sigil != Sigil::None,
        '.' | '-' => sigil == Sigil::Handle,
        c => is_word_char(c) && !is_unspaced(c),
    };
    if !text.chars().all(allowed) {
        return error(ErrorCode::WildcardWithSigns);
    }
    if text.chars().filter(|c| is_word_char(*c)).count() < MIN_LITERALS {
        return error(ErrorCode::WildcardTooShort);
    }
    Ok(Word { sigil, text })
}

fn plain_words(query: &str, span: Range<usize>, phrase: bool, words: &mut Vec<Word>) -> Result<(), QueryError> {
    let chunk = &query[span.clone()];
    let text = Text::new(chunk);
    let tokens: Vec<_> = text.tokens().iter().filter(|t| !t.part).collect();
    if tokens.iter().any(|t| t.kind == Kind::Url) {
        return Err(QueryError::new(ErrorCode::WebAddress, span, query));
    }
    if !phrase {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Err(QueryError::new(ErrorCode::UnexpectedCharacter, span, query));
        };
        if let Some(lost) = lost_sign(chunk, first.range().start, last.range().end) {
            let span = span.start + lost.start..span.start + lost.end;
            return Err(QueryError::new(ErrorCode::IgnoredSign, span, query));
        }
    }
    let mut run = String::new();
    for token in tokens {
        if token.kind == Kind::Pair {
            run.extend(text.form(token).chars().next());
            // The last character of a run stands alone.
            if token.position_end - token.position == 1 {
                words.push(Word { sigil: Sigil::None, text: std::mem::take(&mut run) });
            }
            continue;
        }
        let form = text.form(token);
        let mut word = fold_keeping_enye(&chunk[token.word_range()]);
        // One character can stand for several words (`½`): then the token's own form is the word.
        if fold(&word) != form {
            form.clone_into(&mut word);
        }
        words.push(Word { sigil: token.sigil, text: word });
    }
    Ok(())
}

/// A sign before, after or (for separators) inside the words that nobody would find in a post.
fn lost_sign(chunk: &str, first: usize, last: usize) -> Option<Range<usize>> {
    let harmless = |c: char| is_invisible(c) || ".!¡¿…'’‘:".contains(c) || c == '\u{20E3}';
    let outside = chunk.char_indices().filter(|(i, c)| (*i < first || *i >= last) && !harmless(*c));
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let separator = chunk.match_indices([',', ';', '|']).filter_map(|(i, sign)| {
        let between_digits = digit(chunk[..i].chars().next_back()) && digit(chunk[i + 1..].chars().next());
        (!between_digits).then(|| (i, sign.chars().next().unwrap_or(',')))
    });
    outside.chain(separator).map(|(i, c)| i..i + c.len_utf8()).next()
}

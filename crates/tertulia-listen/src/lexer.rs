//! From query text to operators and operands, each with its byte range.

use std::ops::Range;

use tertulia_kernel::text::{Text, is_invisible, written_form};

use crate::ast::Node;
use crate::error::{ErrorCode, QueryError};
use crate::fields::{self, FieldName};
use crate::words::words_of;

/// The longest distance of `NEAR/n` and `~n`.
pub(crate) const MAX_DISTANCE: u32 = 1_000;
/// The most words of a phrase with `~n`.
const MAX_WITHIN: usize = 16;

/// One piece of a query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Open,
    Close,
    And,
    Or,
    Not,
    Near { distance: u32, ordered: bool },
    Operand(Node),
}

/// Cuts a query into pieces.
pub(crate) struct Lexer<'a> {
    query: &'a str,
    at: usize,
}

/// A piece and where it stands.
pub(crate) type Placed = (Piece, Range<usize>);

impl<'a> Lexer<'a> {
    pub(crate) fn new(query: &'a str) -> Self {
        Self { query, at: 0 }
    }

    fn error<T>(&self, code: ErrorCode, span: Range<usize>) -> Result<T, QueryError> {
        Err(QueryError::new(code, span, self.query))
    }

    fn rest(&self) -> &'a str {
        &self.query[self.at..]
    }

    /// The next piece, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Placed>, QueryError> {
        self.at += self.rest().len() - skip_blank(self.rest()).len();
        let Some(c) = self.rest().chars().next() else {
            return Ok(None);
        };
        let start = self.at;
        let single = start..start + c.len_utf8();
        let piece = match c {
            '(' | '（' => self.single(c, Piece::Open),
            ')' | '）' => self.single(c, Piece::Close),
            '{' => self.exact()?,
            '}' => return self.error(ErrorCode::UnexpectedCharacter, single),
            '-' => {
                let next = self.rest()[1..].chars().next();
                if next.is_none_or(|c| c.is_whitespace() || c == ')' || c == '）') {
                    return self.error(ErrorCode::UnexpectedCharacter, single);
                }
                self.single(c, Piece::Not)
            }
            c if is_quote(c) => self.phrase()?,
            _ => self.run()?,
        };
        Ok(Some((piece, start..self.at)))
    }

    fn single(&mut self, c: char, piece: Piece) -> Piece {
        self.at += c.len_utf8();
        piece
    }

    fn exact(&mut self) -> Result<Piece, QueryError> {
        let start = self.at;
        let Some(length) = self.rest().find('}') else {
            return self.error(ErrorCode::UnclosedBrace, start..start + 1);
        };
        let span = start..start + length + 1;
        let text = written_form(&self.query[start + 1..start + length]);
        // Compatibility forms of braces become braces, which could not be written back.
        if text.contains(['{', '}']) {
            return self.error(ErrorCode::UnexpectedCharacter, span);
        }
        let read = Text::new(&text);
        if read.tokens().is_empty() {
            return self.error(ErrorCode::NothingToSearch, span);
        }
        if read.tokens().iter().any(|t| t.kind == tertulia_kernel::text::Kind::Url) {
            return self.error(ErrorCode::WebAddress, span);
        }
        self.at = span.end;
        Ok(Piece::Operand(Node::Exact(text)))
    }

    /// The text between quotation marks; the cursor moves after the closing one.
    fn quoted(&mut self) -> Result<Range<usize>, QueryError> {
        let start = self.at;
        let open = self.rest().chars().next().unwrap_or('"');
        let inside = start + open.len_utf8();
        let closes = |c: char| match open {
            '"' | '＂' => matches!(c, '"' | '＂'),
            '«' => c == '»',
            _ => matches!(c, '“' | '”' | '„' | '‟' | '"'),
        };
        match self.query[inside..].char_indices().find(|(_, c)| closes(*c)) {
            Some((length, close)) => {
                self.at = inside + length + close.len_utf8();
                Ok(inside..inside + length)
            }
            None => self.error(ErrorCode::UnclosedQuote, start..inside),
        }
    }

    fn phrase(&mut self) -> Result<Piece, QueryError> {
        let start = self.at;
        let inside = self.quoted()?;
        let words = words_of(self.query, inside, true).map_err(|mut e| {
            if e.code == ErrorCode::NothingToSearch {
                e.span = start..self.at;
            }
            e
        })?;
        let mut within = None;
        if self.rest().starts_with('~') {
            let tilde = self.at;
            let digits = self.rest()[1..].chars().take_while(|c| !ends_run(*c)).map(char::len_utf8).sum::<usize>();
            self.at += 1 + digits;
            within = Some(self.distance(tilde + 1..self.at, tilde..self.at)?);
            if words.len() > MAX_WITHIN {
                return self.error(ErrorCode::PhraseTooLong, start..self.at);
            }
        }
        Ok(Piece::Operand(phrase_node(words, within)))
    }

    fn distance(&self, digits: Range<usize>, span: Range<usize>) -> Result<u32, QueryError> {
        let text = &self.query[digits];
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        match number.filter(|n| *n <= MAX_DISTANCE) {
            Some(n) => Ok(n),
            None => self.error(ErrorCode::BadDistance, span),
        }
    }

    /// A run of anything up to a blank, bracket or quotation mark: an operator, a field or words.
    fn run(&mut self) -> Result<Piece, QueryError> {
        let start = self.at;
        if let Some(piece) = self.field()? {
            return Ok(piece);
        }
        let length = self.rest().find(ends_run).unwrap_or(self.rest().len());
        let run = &self.rest()[..length];
        let span = start..start + length;
        self.at = span.end;
        match run {
            "AND" => return Ok(Piece::And),
            "OR" => return Ok(Piece::Or),
            "NOT" => return Ok(Piece::Not),
            "NEAR" | "ONEAR" => return self.error(ErrorCode::NearWithoutDistance, span),
            "SENTENCE" | "EXCEPT" | "ATLEAST" => return self.error(ErrorCode::NotAvailable, span),
            _ => {}
        }
        for (name, ordered) in [("NEAR/", false), ("ONEAR/", true)] {
            if let Some(digits) = run.strip_prefix(name) {
                let first = digits.strip_suffix('f').filter(|_| !ordered);
                let from = start + name.len();
                let distance = self.distance(from..from + first.unwrap_or(digits).len(), span)?;
                return Ok(Piece::Near { distance, ordered: ordered || first.is_some() });
            }
        }
        if run.starts_with("ATLEAST/") || self.counts_of(run) {
            return self.error(ErrorCode::NotAvailable, span);
        }
        if run.starts_with(['+', '&', '|', '^', '~', '=', '<', '>', '!', '/', '\\', '[', ']']) {
            let sign = run.chars().next().map_or(0, char::len_utf8);
            return self.error(ErrorCode::UnexpectedCharacter, start..start + sign);
        }
        Ok(Piece::Operand(phrase_node(words_of(self.query, span, false)?, None)))
    }

    /// `2 OF (a, b, c)`
    fn counts_of(&self, run: &str) -> bool {
        let follows = skip_blank(self.rest());
        run.bytes().all(|b| b.is_ascii_digit()) && follows.strip_prefix("OF").is_some_and(|rest| skip_blank(rest).starts_with('('))
    }

    fn field(&mut self) -> Result<Option<Piece>, QueryError> {
        let start = self.at;
        let rest = self.rest();
        let name = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(name);
        let follows = skip_blank(after);
        let compares = follows.starts_with(['<', '>', '=']) && name.eq_ignore_ascii_case("followers");
        if name.is_empty() || !(after.starts_with(':') || compares) {
            return Ok(None);
        }
        let span = start..start + name.len();
        let field = match fields::field_name(name) {
            Ok(field) => field,
            Err(code) => return self.error(code, span),
        };
        let value_at = self.query.len() - follows.len();
        let node = if field == FieldName::Followers {
            self.at = value_at;
            self.followers()?
        } else {
            self.at = value_at + 1;
            let values = self.values(field)?;
            fields::listed(field, values)
        };
        Ok(Some(Piece::Operand(Node::Field(node))))
    }

    fn followers(&mut self) -> Result<crate::ast::Field, QueryError> {
        let (comparison, sign) = fields::comparison(self.rest());
        let start = self.at;
        self.at += sign;
        self.at += self.rest().len() - skip_blank(self.rest()).len();
        let length = self.rest().find(ends_run).unwrap_or(self.rest().len());
        let digits = &self.rest()[..length];
        self.at += length;
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        match plain.then(|| digits.parse::<u64>().ok()).flatten() {
            Some(number) => Ok(crate::ast::Field::Followers(comparison, number)),
            None => self.error(ErrorCode::BadNumber, start..self.at),
        }
    }

    /// One value, or a list in parentheses joined with `OR`.
    fn values(&mut self, field: FieldName) -> Result<Vec<String>, QueryError> {
        self.at += self.rest().len() - skip_blank(self.rest()).len();
        let open = self.at;
        if !self.rest().starts_with(['(', '（']) {
            return Ok(vec![self.value(field)?]);
        }
        self.at += first_len(self.rest());
        let opened = open..self.at;
        let mut values = Vec::new();
        loop {
            self.at += self.rest().len() - skip_blank(self.rest()).len();
            values.push(self.value(field)?);
            self.at += self.rest().len() - skip_blank(self.rest()).len();
            let here = self.at;
            if self.rest().starts_with([')', '）']) {
                self.at += first_len(self.rest());
                return Ok(values);
            }
            if self.rest().is_empty() {
                return self.error(ErrorCode::UnclosedParenthesis, opened);
            }
            let length = self.rest().find(ends_run).unwrap_or(self.rest().len());
            if &self.rest()[..length] != "OR" {
                return self.error(ErrorCode::BadValue, here..here + length.max(first_len(self.rest())));
            }
            self.at += length;
        }
    }

    fn value(&mut self, field: FieldName) -> Result<String, QueryError> {
        let start = self.at;
        let in_quotes = self.rest().starts_with(is_quote);
        let raw = if in_quotes {
            self.quoted()?
        } else {
            let length = self.rest().find(ends_run).unwrap_or(self.rest().len());
            self.at += length;
            start..start + length
        };
        let bare = &self.query[raw.clone()];
        let list_without_or = ["AND", "OR", "NOT"].contains(&bare) || bare.contains([',', ';', '|']);
        match fields::value(field, &self.query[raw]).filter(|_| in_quotes || !list_without_or) {
            Some(value) => Ok(value),
            None => self.error(ErrorCode::BadValue, start..self.at),
        }
    }
}

/// A phrase of one word is the word.
fn phrase_node(mut words: Vec<crate::ast::Word>, within: Option<u32>) -> Node {
    if words.len() == 1 { Node::Word(words.remove(0)) } else { Node::Phrase { words, within } }
}

fn skip_blank(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '＂' | '“' | '”' | '„' | '‟' | '«' | '»')
}

fn ends_run(c: char) -> bool {
    c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')' | '（' | '）' | '{' | '}')
}

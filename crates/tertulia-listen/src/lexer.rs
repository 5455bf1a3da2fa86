//! From query text to operators and operands, each with its byte range.

use std::ops::Range;

use tertulia_kernel::text::{Text, is_invisible, written_form};

use crate::ast::{Node, Reach, Zones};
use crate::error::{ErrorCode, QueryError};
use crate::lists::Lists;
use crate::words::words_of;

/// The longest distance of `NEAR/n` and `~n`.
pub(crate) const MAX_DISTANCE: u32 = 1_000;
/// The greatest `k` of `ATLEAST/k` and `k OF (…)`.
pub(crate) const MAX_COUNT: u32 = 1_000;
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
    Near {
        reach: Reach,
        ordered: bool,
    },
    Except,
    AtLeast(u32),
    /// `k OF (`, with its parenthesis.
    Of(u32),
    /// Between the parts of `k OF (…)`.
    Comma,
    In(Zones),
    Operand(Node),
}

/// Cuts a query into pieces.
pub(crate) struct Lexer<'a> {
    pub(crate) query: &'a str,
    pub(crate) at: usize,
    pub(crate) lists: &'a Lists,
    /// For each open parenthesis, whether commas separate its parts.
    open: Vec<bool>,
}

/// A piece and where it stands.
pub(crate) type Placed = (Piece, Range<usize>);

impl<'a> Lexer<'a> {
    pub(crate) fn new(query: &'a str, lists: &'a Lists) -> Self {
        Self { query, at: 0, lists, open: Vec::new() }
    }

    pub(crate) fn error<T>(&self, code: ErrorCode, span: Range<usize>) -> Result<T, QueryError> {
        Err(QueryError::new(code, span, self.query))
    }

    pub(crate) fn rest(&self) -> &'a str {
        &self.query[self.at..]
    }

    /// Steps over blanks and invisible characters.
    pub(crate) fn skip(&mut self) {
        self.at += self.rest().len() - skip_blank(self.rest()).len();
    }

    /// Bytes up to the next blank, bracket or quotation mark, or comma where commas separate.
    pub(crate) fn run_len(&self) -> usize {
        let commas = self.in_commas();
        self.rest().find(|c| ends_run(c) || (commas && is_comma(c))).unwrap_or(self.rest().len())
    }

    fn in_commas(&self) -> bool {
        self.open.last().copied().unwrap_or(false)
    }

    /// The next piece, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Placed>, QueryError> {
        self.skip();
        let Some(c) = self.rest().chars().next() else {
            return Ok(None);
        };
        let start = self.at;
        let single = start..start + c.len_utf8();
        let piece = match c {
            '(' | '（' => {
                self.open.push(false);
                self.single(c, Piece::Open)
            }
            ')' | '）' => {
                self.open.pop();
                self.single(c, Piece::Close)
            }
            c if is_comma(c) && self.in_commas() => self.single(c, Piece::Comma),
            '{' => self.exact()?,
            '}' => return self.error(ErrorCode::UnexpectedCharacter, single),
            '-' => {
                let next = self.rest()[1..].chars().next();
                if next.is_none_or(|c| c.is_whitespace() || is_comma(c) || c == ')' || c == '）') {
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
    pub(crate) fn quoted(&mut self) -> Result<Range<usize>, QueryError> {
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
            self.at += 1;
            let digits = self.run_len();
            self.at += digits;
            within = Some(self.distance(tilde + 1..self.at, tilde..self.at)?);
            if words.len() > MAX_WITHIN {
                return self.error(ErrorCode::PhraseTooLong, start..self.at);
            }
        }
        Ok(Piece::Operand(phrase_node(words, within)))
    }

    fn distance(&self, digits: Range<usize>, span: Range<usize>) -> Result<u32, QueryError> {
        match number(&self.query[digits]).filter(|n| *n <= MAX_DISTANCE) {
            Some(n) => Ok(n),
            None => self.error(ErrorCode::BadDistance, span),
        }
    }

    fn count(&self, digits: &str, span: Range<usize>) -> Result<u32, QueryError> {
        match number(digits).filter(|n| (1..=MAX_COUNT).contains(n)) {
            Some(n) => Ok(n),
            None => self.error(ErrorCode::BadCount, span),
        }
    }

    /// A run of anything up to a blank, bracket or quotation mark: an operator, a field or words.
    fn run(&mut self) -> Result<Piece, QueryError> {
        let start = self.at;
        if let Some(piece) = self.field()? {
            return Ok(piece);
        }
        let length = self.run_len();
        let run = &self.rest()[..length];
        let span = start..start + length;
        self.at = span.end;
        match run {
            "AND" => return Ok(Piece::And),
            "OR" => return Ok(Piece::Or),
            "NOT" => return Ok(Piece::Not),
            "SENTENCE" => return Ok(Piece::Near { reach: Reach::Sentence, ordered: false }),
            "EXCEPT" => return Ok(Piece::Except),
            "NEAR" | "ONEAR" => return self.error(ErrorCode::NearWithoutDistance, span),
            "ATLEAST" => return self.error(ErrorCode::AtLeastWithoutCount, span),
            _ => {}
        }
        for (name, ordered) in [("NEAR/", false), ("ONEAR/", true)] {
            if let Some(digits) = run.strip_prefix(name) {
                let first = digits.strip_suffix('f').filter(|_| !ordered);
                let from = start + name.len();
                let distance = self.distance(from..from + first.unwrap_or(digits).len(), span)?;
                return Ok(Piece::Near { reach: Reach::Places(distance), ordered: ordered || first.is_some() });
            }
        }
        if let Some(digits) = run.strip_prefix("ATLEAST/") {
            return Ok(Piece::AtLeast(self.count(digits, span)?));
        }
        if let Some(open) = self.of(run) {
            let count = self.count(run, span)?;
            self.at = open;
            self.open.push(true);
            return Ok(Piece::Of(count));
        }
        if run.starts_with(['+', '&', '|', '^', '~', '=', '<', '>', '!', '/', '\\', '[', ']']) {
            let sign = run.chars().next().map_or(0, char::len_utf8);
            return self.error(ErrorCode::UnexpectedCharacter, start..start + sign);
        }
        Ok(Piece::Operand(phrase_node(words_of(self.query, span, false)?, None)))
    }

    /// Where `2 OF (` ends, when `run` is its number and the rest follows.
    fn of(&self, run: &str) -> Option<usize> {
        if !run.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let follows = skip_blank(skip_blank(self.rest()).strip_prefix("OF")?);
        let inside = follows.strip_prefix(['(', '（'])?;
        Some(self.query.len() - inside.len())
    }
}

/// A phrase of one word is the word.
fn phrase_node(mut words: Vec<crate::ast::Word>, within: Option<u32>) -> Node {
    if words.len() == 1 { Node::Word(words.remove(0)) } else { Node::Phrase { words, within } }
}

pub(crate) fn skip_blank(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

pub(crate) fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '＂' | '“' | '”' | '„' | '‟' | '«' | '»')
}

/// A number written in plain digits.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '،')
}

fn ends_run(c: char) -> bool {
    c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')' | '（' | '）' | '{' | '}')
}

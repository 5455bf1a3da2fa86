//! Recursive descent over the pieces of a query. `ATLEAST` binds tightest, then `NEAR`, `SENTENCE` and `EXCEPT` from left
//! to right, then `NOT`, `AND`, `OR`. `in:` holds for the parts joined with `AND` beside it.

use std::ops::Range;

use crate::ast::{Node, Zones};
use crate::demand::{Demand, asks_for_words, demand, terms};
use crate::error::{ErrorCode, QueryError};
use crate::lexer::{Lexer, Piece, Placed, is_quote};
use crate::lists::Lists;

/// The longest query in bytes.
pub const MAX_QUERY_BYTES: usize = 100_000;
/// The deepest nesting of groups and operators.
pub const MAX_DEPTH: usize = 64;
/// The most words, phrases' words, list terms and values of a query.
pub const MAX_TERMS: usize = 5_000;

/// A part with its place and its height as a tree, which keeps every later walk over it shallow.
struct Part {
    node: Node,
    span: Range<usize>,
    height: usize,
}

struct Parser<'a> {
    query: &'a str,
    lexer: Lexer<'a>,
    next: Option<Placed>,
    depth: usize,
    terms: usize,
}

/// Parses a query and checks that it asks for something.
pub(crate) fn parse(query: &str, lists: &Lists) -> Result<Node, QueryError> {
    let part = whole(query, lists)?;
    match demand(&part.node) {
        Demand::Narrow => Ok(part.node),
        Demand::Broad => Err(QueryError::new(ErrorCode::NeedsScope, part.span, query)),
        Demand::Nothing => Err(QueryError::new(ErrorCode::OnlyExclusions, part.span, query)),
    }
}

/// Parses a term of a shared list, which stands at a place of the text. Several plain words are a phrase.
pub(crate) fn list_term(term: &str) -> Result<Node, QueryError> {
    let signs = |c: char| is_quote(c) || "(){}（）".contains(c);
    let operators = |word: &str| {
        let counts = ["NEAR/", "ONEAR/", "ATLEAST/", "-"].iter().any(|sign| word.starts_with(sign));
        counts || ["AND", "OR", "NOT", "NEAR", "ONEAR", "EXCEPT", "SENTENCE", "ATLEAST"].contains(&word)
    };
    let plain = !term.contains(signs) && !term.split_whitespace().any(operators);
    let phrase = plain && term.split_whitespace().nth(1).is_some();
    let query = if phrase { format!("\"{term}\"") } else { term.to_owned() };
    let part = whole(&query, &Lists::new())?;
    match fault(&part.node) {
        None => Ok(part.node),
        Some(code) => Err(QueryError::new(code, part.span, &query)),
    }
}

fn whole(query: &str, lists: &Lists) -> Result<Part, QueryError> {
    if query.len() > MAX_QUERY_BYTES {
        return Err(QueryError::new(ErrorCode::QueryTooLong, 0..query.len(), query));
    }
    let mut parser = Parser { query, lexer: Lexer::new(query, lists), next: None, depth: 0, terms: 0 };
    parser.advance()?;
    if parser.next.is_none() {
        return parser.error(ErrorCode::EmptyQuery, 0..query.len());
    }
    let part = parser.or()?;
    match parser.next {
        None => Ok(part),
        Some((Piece::Close, ref span)) => parser.error(ErrorCode::UnexpectedParenthesis, span.clone()),
        Some((_, ref span)) => parser.error(ErrorCode::MissingOperand, span.clone()),
    }
}

/// Why a part cannot be a side of `NEAR` and its like: what in it has no place in the text.
fn fault(node: &Node) -> Option<ErrorCode> {
    match node {
        Node::And(parts) => {
            let not = parts.iter().any(|p| matches!(p, Node::Not(_)));
            Some(if not { ErrorCode::NotInNear } else { ErrorCode::AndInNear })
        }
        Node::Not(_) => Some(ErrorCode::NotInNear),
        Node::Field(_) | Node::In { .. } => Some(ErrorCode::FieldInNear),
        Node::AtLeast { .. } | Node::Few { .. } => Some(ErrorCode::CountInNear),
        Node::Or(parts) => parts.iter().find_map(fault),
        // What these hold was checked when they were built.
        Node::Near { .. } | Node::Except { .. } | Node::List(_) | Node::Word(_) | Node::Phrase { .. } | Node::Exact(_) => None,
    }
}

impl Parser<'_> {
    fn error<T>(&self, code: ErrorCode, span: Range<usize>) -> Result<T, QueryError> {
        Err(QueryError::new(code, span, self.query))
    }

    fn advance(&mut self) -> Result<Option<Placed>, QueryError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn peek(&self) -> Option<&Piece> {
        self.next.as_ref().map(|(piece, _)| piece)
    }

    /// Where the next piece stands, or the end of the query.
    fn here(&self) -> Range<usize> {
        let end = self.query.len();
        self.next.as_ref().map_or(end..end, |(_, span)| span.clone())
    }

    fn part(&self, node: Node, span: Range<usize>, height: usize) -> Result<Part, QueryError> {
        if height > MAX_DEPTH {
            return self.error(ErrorCode::TooDeep, span);
        }
        Ok(Part { node, span, height })
    }

    fn or(&mut self) -> Result<Part, QueryError> {
        let mut parts = vec![self.and()?];
        while matches!(self.peek(), Some(Piece::Or)) {
            self.advance()?;
            parts.push(self.and()?);
        }
        self.joined(parts, false)
    }

    fn and(&mut self) -> Result<Part, QueryError> {
        let mut parts = Vec::new();
        let mut zones = self.zones()?;
        if zones.is_none() {
            parts.push(self.not()?);
        }
        loop {
            match self.peek() {
                Some(Piece::And) => {
                    self.advance()?;
                }
                Some(piece) if begins_part(piece) => {}
                _ => break,
            }
            match self.zones()? {
                Some(found) if zones.is_none() => zones = Some(found),
                Some((_, span)) => return self.error(ErrorCode::TwoIns, span),
                None => parts.push(self.not()?),
            }
        }
        let Some((zones, span)) = zones else { return self.joined(parts, true) };
        if !parts.iter().any(|part| asks_for_words(&part.node)) {
            return self.error(ErrorCode::InWithoutWords, span);
        }
        let part = self.joined(parts, true)?;
        let span = span.start.min(part.span.start)..span.end.max(part.span.end);
        self.part(Node::In { zones, part: Box::new(part.node) }, span, part.height + 1)
    }

    /// `in:title` and its like, when they stand here.
    fn zones(&mut self) -> Result<Option<(Zones, Range<usize>)>, QueryError> {
        let Some((Piece::In(zones), span)) = &self.next else { return Ok(None) };
        let found = (*zones, span.clone());
        self.advance()?;
        Ok(Some(found))
    }

    /// Several parts as one flat `And` or `Or`; one part as itself.
    fn joined(&self, parts: Vec<Part>, and: bool) -> Result<Part, QueryError> {
        let mut parts = parts;
        if parts.len() == 1 {
            // The vector was just seen to hold one part.
            return Ok(parts.remove(0));
        }
        let span = parts[0].span.start..parts[parts.len() - 1].span.end;
        let mut height = 0;
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            match part.node {
                Node::And(inner) if and => {
                    height = height.max(part.height);
                    nodes.extend(inner);
                }
                Node::Or(inner) if !and => {
                    height = height.max(part.height);
                    nodes.extend(inner);
                }
                node => {
                    height = height.max(part.height + 1);
                    nodes.push(node);
                }
            }
        }
        self.part(if and { Node::And(nodes) } else { Node::Or(nodes) }, span, height)
    }

    fn not(&mut self) -> Result<Part, QueryError> {
        if !matches!(self.peek(), Some(Piece::Not)) {
            return self.near();
        }
        let start = self.here().start;
        self.enter()?;
        self.advance()?;
        let part = self.not()?;
        self.depth -= 1;
        self.part(Node::Not(Box::new(part.node)), start..part.span.end, part.height + 1)
    }

    fn enter(&mut self) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error(ErrorCode::TooDeep, self.here());
        }
        Ok(())
    }

    fn near(&mut self) -> Result<Part, QueryError> {
        let mut left = self.primary()?;
        while let Some(joint) = self.peek().filter(|piece| matches!(piece, Piece::Near { .. } | Piece::Except)).cloned() {
            self.positional(&left)?;
            self.advance()?;
            if matches!(self.peek(), Some(Piece::Not)) {
                return self.error(ErrorCode::NotInNear, self.here());
            }
            let right = self.primary()?;
            self.positional(&right)?;
            let span = left.span.start..right.span.end;
            let height = left.height.max(right.height) + 1;
            let (first, second) = (Box::new(left.node), Box::new(right.node));
            let node = match joint {
                Piece::Near { reach, ordered } => Node::Near { left: first, right: second, reach, ordered },
                _ => Node::Except { part: first, inside: second },
            };
            left = self.part(node, span, height)?;
        }
        Ok(left)
    }

    /// Refuses as an operand of `NEAR` and its like what has no place in the text.
    fn positional(&self, part: &Part) -> Result<(), QueryError> {
        match fault(&part.node) {
            Some(code) => self.error(code, part.span.clone()),
            None => Ok(()),
        }
    }

    fn at_least(&mut self, count: u32, start: usize) -> Result<Part, QueryError> {
        self.enter()?;
        if matches!(self.peek(), Some(Piece::Not)) {
            return self.error(ErrorCode::NotInNear, self.here());
        }
        let part = self.primary()?;
        self.depth -= 1;
        self.positional(&part)?;
        self.part(Node::AtLeast { count, part: Box::new(part.node) }, start..part.span.end, part.height + 1)
    }

    /// The parts of `k OF (`, up to its closing parenthesis.
    fn few(&mut self, count: u32, open: Range<usize>) -> Result<Part, QueryError> {
        self.enter()?;
        let mut parts: Vec<Part> = vec![self.or()?];
        let end = loop {
            match self.advance()? {
                Some((Piece::Comma, _)) => parts.push(self.or()?),
                Some((Piece::Close, span)) => break span.end,
                Some((_, span)) => return self.error(ErrorCode::MissingOperand, span),
                None => return self.error(ErrorCode::UnclosedParenthesis, open),
            }
        };
        self.depth -= 1;
        let span = open.start..end;
        if parts.len() < 2 || parts.len() < count as usize {
            return self.error(ErrorCode::TooFewParts, span);
        }
        let height = parts.iter().map(|part| part.height).max().unwrap_or(0) + 1;
        let parts = parts.into_iter().map(|part| part.node).collect();
        self.part(Node::Few { count, parts }, span, height)
    }

    fn primary(&mut self) -> Result<Part, QueryError> {
        match self.advance()? {
            Some((Piece::Operand(node), span)) => {
                self.terms += terms(&node);
                if self.terms > MAX_TERMS {
                    return self.error(ErrorCode::TooManyTerms, span);
                }
                self.part(node, span, 1)
            }
            Some((Piece::AtLeast(count), span)) => self.at_least(count, span.start),
            Some((Piece::Of(count), open)) => self.few(count, open),
            Some((Piece::In(_), span)) => self.error(ErrorCode::InWithoutWords, span),
            Some((Piece::Open, open)) => {
                self.enter()?;
                if matches!(self.peek(), Some(Piece::Close)) {
                    return self.error(ErrorCode::MissingOperand, open.start..self.here().end);
                }
                let inner = self.or()?;
                self.depth -= 1;
                match self.advance()? {
                    Some((Piece::Close, close)) => Ok(Part { span: open.start..close.end, ..inner }),
                    Some((_, span)) => self.error(ErrorCode::MissingOperand, span),
                    None => self.error(ErrorCode::UnclosedParenthesis, open),
                }
            }
            Some((Piece::Close, span)) if self.depth == 0 => self.error(ErrorCode::UnexpectedParenthesis, span),
            Some((_, span)) => self.error(ErrorCode::MissingOperand, span),
            None => {
                let end = self.query.len();
                self.error(ErrorCode::MissingOperand, end..end)
            }
        }
    }
}

/// True for pieces that can begin a part, so that an `AND` before them may be left out.
fn begins_part(piece: &Piece) -> bool {
    matches!(piece, Piece::Not | Piece::Open | Piece::Operand(_) | Piece::AtLeast(_) | Piece::Of(_) | Piece::In(_))
}

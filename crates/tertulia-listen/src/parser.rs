//! Recursive descent over the pieces of a query. `NEAR` binds tightest, then `NOT`, `AND`, `OR`.

use std::ops::Range;

use crate::ast::{Field, Node};
use crate::error::{ErrorCode, QueryError};
use crate::lexer::{Lexer, Piece, Placed};

/// The longest query in bytes.
pub const MAX_QUERY_BYTES: usize = 100_000;
/// The deepest nesting of groups and operators.
pub const MAX_DEPTH: usize = 64;
/// The most words, phrases' words and values of a query.
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
pub(crate) fn parse(query: &str) -> Result<Node, QueryError> {
    if query.len() > MAX_QUERY_BYTES {
        return Err(QueryError::new(ErrorCode::QueryTooLong, 0..query.len(), query));
    }
    let mut parser = Parser { query, lexer: Lexer::new(query), next: None, depth: 0, terms: 0 };
    parser.advance()?;
    if parser.next.is_none() {
        return parser.error(ErrorCode::EmptyQuery, 0..query.len());
    }
    let part = parser.or()?;
    match parser.next {
        None if demands(&part.node) => Ok(part.node),
        None => parser.error(ErrorCode::OnlyExclusions, part.span),
        Some((Piece::Close, ref span)) => parser.error(ErrorCode::UnexpectedParenthesis, span.clone()),
        Some((_, ref span)) => parser.error(ErrorCode::MissingOperand, span.clone()),
    }
}

/// True when only posts that hold something named in `node` match it.
fn demands(node: &Node) -> bool {
    match node {
        Node::And(parts) => parts.iter().any(demands),
        Node::Or(parts) => parts.iter().all(demands),
        Node::Not(part) => refusal_demands(part),
        _ => true,
    }
}

/// True when the opposite of `node` demands something.
fn refusal_demands(node: &Node) -> bool {
    match node {
        Node::And(parts) => parts.iter().all(refusal_demands),
        Node::Or(parts) => parts.iter().any(refusal_demands),
        Node::Not(part) => demands(part),
        _ => false,
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
        let mut parts = vec![self.not()?];
        loop {
            match self.peek() {
                Some(Piece::And) => {
                    self.advance()?;
                }
                Some(Piece::Not | Piece::Open | Piece::Operand(_)) => {}
                _ => return self.joined(parts, true),
            }
            parts.push(self.not()?);
        }
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
        while let Some(&Piece::Near { distance, ordered }) = self.peek() {
            self.positional(&left)?;
            self.advance()?;
            if matches!(self.peek(), Some(Piece::Not)) {
                return self.error(ErrorCode::NotInNear, self.here());
            }
            let right = self.primary()?;
            self.positional(&right)?;
            let span = left.span.start..right.span.end;
            let height = left.height.max(right.height) + 1;
            let (left_node, right_node) = (Box::new(left.node), Box::new(right.node));
            left = self.part(Node::Near { left: left_node, right: right_node, distance, ordered }, span, height)?;
        }
        Ok(left)
    }

    /// Refuses as an operand of `NEAR` what has no place in the text.
    fn positional(&self, part: &Part) -> Result<(), QueryError> {
        fn fault(node: &Node) -> Option<ErrorCode> {
            match node {
                Node::And(parts) => {
                    let not = parts.iter().any(|p| matches!(p, Node::Not(_)));
                    Some(if not { ErrorCode::NotInNear } else { ErrorCode::AndInNear })
                }
                Node::Not(_) => Some(ErrorCode::NotInNear),
                Node::Field(_) => Some(ErrorCode::FieldInNear),
                Node::Or(parts) => parts.iter().find_map(fault),
                // Both sides of a NEAR were checked when it was built.
                Node::Near { .. } | Node::Word(_) | Node::Phrase { .. } | Node::Exact(_) => None,
            }
        }
        match fault(&part.node) {
            Some(code) => self.error(code, part.span.clone()),
            None => Ok(()),
        }
    }

    fn primary(&mut self) -> Result<Part, QueryError> {
        match self.advance()? {
            Some((Piece::Operand(node), span)) => {
                self.terms += match &node {
                    Node::Phrase { words, .. } => words.len(),
                    Node::Field(Field::Author(v) | Field::Lang(v) | Field::Channel(v)) => v.len(),
                    _ => 1,
                };
                if self.terms > MAX_TERMS {
                    return self.error(ErrorCode::TooManyTerms, span);
                }
                self.part(node, span, 1)
            }
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

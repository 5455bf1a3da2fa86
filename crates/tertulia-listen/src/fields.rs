//! Reading fields in a query: `lang:es`, `author:(ana OR bob)`, `followers:100..5000`, `likes>=10`, `in:title`,
//! `list:airlines`, `crm:tier:gold`.

use std::ops::Range;

use crate::ast::{Comparison, Field, FieldName, Has, Is, List, Node, Numbers, Quantity, Zone, Zones};
use crate::error::{ErrorCode, QueryError};
use crate::lexer::{Lexer, Piece, first_len, is_quote, skip_blank};
use crate::lists;

/// A field by its name.
#[derive(Clone, Copy)]
enum Named {
    Value(FieldName),
    Has,
    Is,
    Number(Quantity),
    In,
    List,
}

fn named(name: &str) -> Option<Named> {
    if name.eq_ignore_ascii_case("has") {
        return Some(Named::Has);
    }
    if name.eq_ignore_ascii_case("is") {
        return Some(Named::Is);
    }
    if name.eq_ignore_ascii_case("in") {
        return Some(Named::In);
    }
    if name.eq_ignore_ascii_case("list") {
        return Some(Named::List);
    }
    FieldName::named(name).map(Named::Value).or_else(|| Quantity::named(name).map(Named::Number))
}

/// The comparison at the beginning of a text, and the bytes its sign takes.
fn comparison(text: &str) -> Option<(Comparison, usize)> {
    [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::More), ("<", Comparison::Less), ("=", Comparison::Equal)]
        .into_iter()
        .find(|(sign, _)| text.starts_with(sign))
        .map(|(sign, comparison)| (comparison, sign.len()))
}

/// The letters a field's name begins with.
fn letters(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(text.len())
}

impl Lexer<'_> {
    /// A field, when one begins here.
    pub(crate) fn field(&mut self) -> Result<Option<Piece>, QueryError> {
        let start = self.at;
        let rest = self.rest();
        let mut length = letters(rest);
        let mut after = &rest[length..];
        // `crm:segment:vip` has its colon in the name.
        if rest[..length].eq_ignore_ascii_case("crm") && after.starts_with(':') {
            length += 1 + letters(&after[1..]);
            after = &rest[length..];
            if !after.starts_with(':') {
                return self.error(ErrorCode::UnknownField, start..start + length);
            }
        }
        let name = &rest[..length];
        let follows = skip_blank(after);
        let compares = Quantity::named(name).is_some() && comparison(follows).is_some();
        if name.is_empty() || !(after.starts_with(':') || compares) {
            return Ok(None);
        }
        let span = start..start + length;
        let Some(field) = named(name) else {
            let address = name.eq_ignore_ascii_case("http") || name.eq_ignore_ascii_case("https");
            return self.error(if address { ErrorCode::WebAddress } else { ErrorCode::UnknownField }, span);
        };
        let mut value_at = self.query.len() - follows.len();
        if follows.starts_with(':') {
            value_at += 1;
        }
        self.at = value_at;
        let piece = match field {
            Named::Value(name) => Piece::Operand(Node::Field(Field::Value(name, self.values(|l| l.value(name))?))),
            Named::Has => Piece::Operand(Node::Field(Field::Has(self.values(|l| l.choice(Has::named))?))),
            Named::Is => Piece::Operand(Node::Field(Field::Is(self.values(|l| l.choice(Is::named))?))),
            Named::Number(name) => Piece::Operand(Node::Field(Field::Number(name, self.values(Self::numbers)?))),
            Named::In => {
                let zones = self.values(|l| l.choice(Zone::named))?;
                Piece::In(zones.into_iter().fold(Zones::default(), Zones::with))
            }
            Named::List => {
                let mut lists = self.values(Self::list)?;
                let several = lists.len() > 1;
                Piece::Operand(if several { Node::Or(lists) } else { lists.remove(0) })
            }
        };
        Ok(Some(piece))
    }

    /// One value, or a list in parentheses joined with `OR`.
    fn values<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, QueryError>) -> Result<Vec<T>, QueryError> {
        self.skip();
        let open = self.at;
        if !self.rest().starts_with(['(', '（']) {
            return Ok(vec![one(self)?]);
        }
        self.at += first_len(self.rest());
        let opened = open..self.at;
        let mut values = Vec::new();
        loop {
            self.skip();
            values.push(one(self)?);
            self.skip();
            let here = self.at;
            if self.rest().starts_with([')', '）']) {
                self.at += first_len(self.rest());
                return Ok(values);
            }
            if self.rest().is_empty() {
                return self.error(ErrorCode::UnclosedParenthesis, opened);
            }
            let length = self.run_len();
            if &self.rest()[..length] != "OR" {
                return self.error(ErrorCode::BadValue, here..here + length.max(first_len(self.rest())));
            }
            self.at += length;
        }
    }

    /// Where the next value stands, without its quotation marks; the cursor moves after it.
    fn raw_value(&mut self) -> Result<Range<usize>, QueryError> {
        let start = self.at;
        if self.rest().starts_with(is_quote) {
            return self.quoted();
        }
        let length = self.run_len();
        self.at += length;
        let bare = &self.query[start..self.at];
        if bare.is_empty() || ["AND", "OR", "NOT"].contains(&bare) || bare.contains([',', ';', '|']) {
            return self.error(ErrorCode::BadValue, start..self.at);
        }
        Ok(start..self.at)
    }

    fn value(&mut self, name: FieldName) -> Result<String, QueryError> {
        let start = self.at;
        let raw = self.raw_value()?;
        let key = name.key(&self.query[raw]);
        match key.filter(|key| !key.contains(is_quote)) {
            Some(key) => Ok(key),
            None => self.error(ErrorCode::BadValue, start..self.at),
        }
    }

    fn choice<T>(&mut self, named: fn(&str) -> Option<T>) -> Result<T, QueryError> {
        let start = self.at;
        let raw = self.raw_value()?;
        match named(&self.query[raw]) {
            Some(choice) => Ok(choice),
            None => self.error(ErrorCode::UnknownChoice, start..self.at),
        }
    }

    /// `100`, `>=100` or `100..5000`.
    fn numbers(&mut self) -> Result<Numbers, QueryError> {
        let start = self.at;
        let (sign, length) = comparison(self.rest()).map_or((None, 0), |(sign, length)| (Some(sign), length));
        self.at += length;
        self.skip();
        let from = self.at;
        self.at += self.run_len();
        let digits = &self.query[from..self.at];
        let number = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse::<u64>().ok()).flatten()
        };
        let numbers = match (digits.split_once(".."), sign) {
            (Some((from, to)), None) => match (number(from), number(to)) {
                (Some(from), Some(to)) if from <= to => Some(Numbers::Between(from, to)),
                _ => None,
            },
            (Some(_), Some(_)) => None,
            (None, sign) => number(digits).map(|n| Numbers::Compared(sign.unwrap_or(Comparison::Equal), n)),
        };
        match numbers {
            Some(numbers) => Ok(numbers),
            None => self.error(ErrorCode::BadNumber, start..self.at),
        }
    }

    fn list(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        let raw = self.raw_value()?;
        let name = lists::list_key(&self.query[raw]);
        if name.is_empty() || name.contains(is_quote) {
            return self.error(ErrorCode::BadValue, start..self.at);
        }
        match self.lists.get(&name) {
            Some(terms) => Ok(Node::List(List { name, terms })),
            None => self.error(ErrorCode::UnknownList, start..self.at),
        }
    }
}

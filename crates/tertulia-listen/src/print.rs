//! The canonical spelling of a query: parsing it gives the same query again.

use std::fmt::{self, Display, Formatter};

use tertulia_kernel::text::Sigil;

use crate::ast::{Field, Node, Numbers, Reach, Word, Zone, Zones};

impl Display for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = match self.sigil {
            Sigil::None => "",
            Sigil::Tag => "#",
            Sigil::Handle => "@",
            Sigil::Tick => "$",
        };
        write!(f, "{sign}{}", self.text)
    }
}

impl Display for Numbers {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compared(comparison, number) => write!(f, "{}{number}", comparison.sign()),
            Self::Between(from, to) => write!(f, "{from}..{to}"),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(name, values) => listed(f, name.as_str(), values.iter().map(|v| quoted(v))),
            Self::Has(values) => listed(f, "has", values.iter().map(|v| v.as_str().to_owned())),
            Self::Is(values) => listed(f, "is", values.iter().map(|v| v.as_str().to_owned())),
            Self::Number(name, values) => match values.as_slice() {
                [one @ Numbers::Compared(..)] => write!(f, "{}{one}", name.as_str()),
                _ => listed(f, name.as_str(), values.iter().map(Numbers::to_string)),
            },
        }
    }
}

impl Display for Zones {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        listed(f, "in", self.iter().map(Zone::as_str).map(str::to_owned))
    }
}

/// `name:value` or `name:(value OR value)`.
fn listed(f: &mut Formatter<'_>, name: &str, values: impl Iterator<Item = String>) -> fmt::Result {
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [one] => write!(f, "{name}:{one}"),
        _ => write!(f, "{name}:({})", values.join(" OR ")),
    }
}

/// The value, in quotation marks unless it is plain letters, digits and a few joining signs.
fn quoted(value: &str) -> String {
    let bare = value.chars().all(|c| c.is_ascii_alphanumeric() || "._@-/".contains(c));
    if bare { value.to_owned() } else { format!("\"{value}\"") }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(f, parts, " AND "),
            Self::Or(parts) => joined(f, parts, " OR "),
            Self::Not(part) => {
                f.write_str("NOT ")?;
                operand(f, part)
            }
            Self::Few { count, parts } => {
                write!(f, "{count} OF (")?;
                for (i, part) in parts.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{part}")?;
                }
                f.write_str(")")
            }
            Self::Near { left, right, reach, ordered } => {
                side(f, left)?;
                match reach {
                    Reach::Sentence => f.write_str(" SENTENCE ")?,
                    Reach::Places(distance) => write!(f, " {}/{distance} ", if *ordered { "ONEAR" } else { "NEAR" })?,
                }
                side(f, right)
            }
            Self::Except { part, inside } => {
                side(f, part)?;
                f.write_str(" EXCEPT ")?;
                side(f, inside)
            }
            Self::AtLeast { count, part } => {
                write!(f, "ATLEAST/{count} ")?;
                side(f, part)
            }
            Self::In { zones, part } => {
                match **part {
                    // Beside its own parts the zones hold for all of them.
                    Self::And(_) => write!(f, "{part}")?,
                    _ => operand(f, part)?,
                }
                write!(f, " AND {zones}")
            }
            Self::Word(word) => write!(f, "{word}"),
            Self::Phrase { words, within } => {
                let words: Vec<String> = words.iter().map(Word::to_string).collect();
                write!(f, "\"{}\"", words.join(" "))?;
                within.map_or(Ok(()), |n| write!(f, "~{n}"))
            }
            Self::Exact(text) => write!(f, "{{{text}}}"),
            Self::Field(field) => write!(f, "{field}"),
            Self::List(list) => write!(f, "list:{}", quoted(&list.name)),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Node], operator: &str) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(operator)?;
        }
        operand(f, part)?;
    }
    Ok(())
}

/// A part beside `AND`, `OR` or `NOT`.
fn operand(f: &mut Formatter<'_>, part: &Node) -> fmt::Result {
    match part {
        Node::And(_) | Node::Or(_) | Node::In { .. } => write!(f, "({part})"),
        _ => write!(f, "{part}"),
    }
}

/// A part beside `NEAR` and its like, or after `ATLEAST`.
fn side(f: &mut Formatter<'_>, part: &Node) -> fmt::Result {
    match part {
        Node::Word(_) | Node::Phrase { .. } | Node::Exact(_) | Node::List(_) => write!(f, "{part}"),
        _ => write!(f, "({part})"),
    }
}

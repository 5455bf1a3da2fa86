//! The canonical spelling of a query: parsing it gives the same query again.

use std::fmt::{self, Display, Formatter};

use tertulia_kernel::text::Sigil;

use crate::ast::{Field, Node, Word};

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

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (name, values) = match self {
            Self::Author(values) => ("author", values),
            Self::Lang(values) => ("lang", values),
            Self::Channel(values) => ("channel", values),
            Self::Followers(comparison, number) => {
                return write!(f, "followers{}{number}", comparison.sign());
            }
        };
        let values: Vec<String> = values.iter().map(|v| quoted(v)).collect();
        match values.as_slice() {
            [one] => write!(f, "{name}:{one}"),
            _ => write!(f, "{name}:({})", values.join(" OR ")),
        }
    }
}

/// The value, in quotation marks unless it is plain letters, digits and a few joining signs.
fn quoted(value: &str) -> String {
    let bare = value.chars().all(|c| c.is_ascii_alphanumeric() || "._@-".contains(c));
    if bare { value.to_owned() } else { format!("\"{value}\"") }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(f, parts, " AND "),
            Self::Or(parts) => joined(f, parts, " OR "),
            Self::Not(part) => {
                f.write_str("NOT ")?;
                match **part {
                    Self::And(_) | Self::Or(_) => write!(f, "({part})"),
                    _ => write!(f, "{part}"),
                }
            }
            Self::Near { left, right, distance, ordered } => {
                let name = if *ordered { "ONEAR" } else { "NEAR" };
                grouped(f, left)?;
                write!(f, " {name}/{distance} ")?;
                grouped(f, right)
            }
            Self::Word(word) => write!(f, "{word}"),
            Self::Phrase { words, within } => {
                let words: Vec<String> = words.iter().map(Word::to_string).collect();
                write!(f, "\"{}\"", words.join(" "))?;
                within.map_or(Ok(()), |n| write!(f, "~{n}"))
            }
            Self::Exact(text) => write!(f, "{{{text}}}"),
            Self::Field(field) => write!(f, "{field}"),
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Node], operator: &str) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(operator)?;
        }
        match part {
            Node::And(_) | Node::Or(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

fn grouped(f: &mut Formatter<'_>, part: &Node) -> fmt::Result {
    match part {
        Node::Word(_) | Node::Phrase { .. } | Node::Exact(_) | Node::Field(_) => {
            write!(f, "{part}")
        }
        _ => write!(f, "({part})"),
    }
}

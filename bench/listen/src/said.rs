//! What a query says, in the few forms the queries of the stream have.

use tertulia_listen::Query;
use tertulia_listen::ast::{Node, Reach};

/// A query to be said in another system's words.
pub enum Said {
    /// All of them.
    All(Vec<Said>),
    /// One of them.
    Any(Vec<Said>),
    /// Not this.
    Not(Box<Said>),
    /// A folded word.
    Word(String),
    /// A word that begins so.
    Beginning(String),
    /// Words in a row.
    Phrase(Vec<String>),
    /// The sides in any order with at most so many words between them.
    Near(u32, Box<Said>, Box<Said>),
}

impl Said {
    /// Takes a query of the stream apart.
    pub fn of(query: &Query) -> Self {
        Self::of_node(query.root())
    }

    fn of_node(node: &Node) -> Self {
        let all = |nodes: &[Node]| nodes.iter().map(Self::of_node).collect();
        match node {
            Node::And(nodes) => Self::All(all(nodes)),
            Node::Or(nodes) => Self::Any(all(nodes)),
            Node::Not(node) => Self::Not(Box::new(Self::of_node(node))),
            Node::Word(word) => match word.text.strip_suffix('*') {
                Some(beginning) => Self::Beginning(beginning.to_owned()),
                None => Self::Word(word.text.clone()),
            },
            Node::Phrase { words, within: None } => Self::Phrase(words.iter().map(|word| word.text.clone()).collect()),
            Node::Near { left, right, reach: Reach::Places(places), ordered: false } => {
                Self::Near(*places, Box::new(Self::of_node(left)), Box::new(Self::of_node(right)))
            }
            other => panic!("the stream has no query with {other:?}"),
        }
    }
}

/// True when it asks how near words are, phrases aside.
pub fn is_near(said: &Said) -> bool {
    any(said, &|said| matches!(said, Said::Near(..)))
}

/// True when it leaves posts out.
#[cfg_attr(not(feature = "vectorscan"), allow(dead_code, reason = "asked for Vectorscan alone"))]
pub fn leaves_out(said: &Said) -> bool {
    any(said, &|said| matches!(said, Said::Not(_)))
}

fn any(said: &Said, test: &impl Fn(&Said) -> bool) -> bool {
    test(said)
        || match said {
            Said::All(parts) | Said::Any(parts) => parts.iter().any(|part| any(part, test)),
            Said::Not(part) => any(part, test),
            Said::Near(_, left, right) => any(left, test) || any(right, test),
            Said::Word(_) | Said::Beginning(_) | Said::Phrase(_) => false,
        }
}

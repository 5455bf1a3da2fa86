//! A query with its words looked up in a vocabulary: what the evaluator walks.

use tertulia_kernel::text::{Sigil, Text, is_unspaced};

use crate::ast::{Field, Node, Numbers, Reach, Word, Zones};
use crate::glob::Glob;
use crate::post::Vocabulary;

/// A compiled query. Its shape is the query's shape.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    And(Vec<Plan>),
    Or(Vec<Plan>),
    Not(Box<Plan>),
    /// At least `count` of the parts.
    Few {
        count: usize,
        parts: Vec<Plan>,
    },
    Near {
        left: Box<Plan>,
        right: Box<Plan>,
        reach: Reach,
        ordered: bool,
    },
    Except {
        part: Box<Plan>,
        inside: Box<Plan>,
    },
    AtLeast {
        count: usize,
        part: Box<Plan>,
    },
    In {
        zones: Zones,
        part: Box<Plan>,
    },
    /// Words that follow each other; a single word is a chain of one.
    Chain(Vec<Link>),
    /// Each chain once, in any order, in a stretch of at most `width` places.
    Within {
        chains: Vec<Vec<Link>>,
        width: u32,
    },
    Exact(Box<Exact>),
    Field(Field),
}

/// One word of a chain.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) sigil: Sigil,
    /// True when the word is written with `ñ`, which the text must then have too.
    pub(crate) enye: bool,
    /// True when it begins one place after the word before it began: pairs of an unspaced script overlap.
    pub(crate) overlaps: bool,
    pub(crate) look: Look,
}

/// How a word is found.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// Number in the vocabulary.
    Word(u32),
    Glob(Box<Glob>),
    /// A single character of an unspaced script: any pair that begins with it.
    Character(char),
}

/// Text that must be written exactly so.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    pub(crate) chain: Vec<Link>,
    /// The text from the first letter (or its sign) to the last.
    pub(crate) core: String,
    /// Signs that stand right before and right after.
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Plan {
    /// Bytes behind the pointers of the plan.
    pub(crate) fn heap_bytes(&self) -> usize {
        let plans = |parts: &Vec<Self>| parts.capacity() * size_of::<Self>() + parts.iter().map(Self::heap_bytes).sum::<usize>();
        match self {
            Self::And(parts) | Self::Or(parts) => plans(parts),
            Self::Not(part) => size_of::<Self>() + part.heap_bytes(),
            Self::Few { parts, .. } => plans(parts),
            Self::Near { left: one, right: other, .. } | Self::Except { part: one, inside: other } => {
                2 * size_of::<Self>() + one.heap_bytes() + other.heap_bytes()
            }
            Self::AtLeast { part, .. } | Self::In { part, .. } => size_of::<Self>() + part.heap_bytes(),
            Self::Chain(links) => link_bytes(links),
            Self::Within { chains, .. } => chains.capacity() * size_of::<Vec<Link>>() + chains.iter().map(link_bytes).sum::<usize>(),
            Self::Exact(exact) => {
                let texts = exact.core.capacity() + exact.before.capacity() + exact.after.capacity();
                size_of::<Exact>() + link_bytes(&exact.chain) + texts
            }
            Self::Field(Field::Value(_, values)) => {
                let letters: usize = values.iter().map(String::capacity).sum();
                values.capacity() * size_of::<String>() + letters
            }
            Self::Field(Field::Has(values)) => values.capacity(),
            Self::Field(Field::Is(values)) => values.capacity(),
            Self::Field(Field::Number(_, values)) => values.capacity() * size_of::<Numbers>(),
        }
    }

    /// The texts it looks for words in, given those it is asked to look in.
    pub(crate) fn zones(&self, within: Zones) -> Zones {
        let all = |parts: &[Self]| parts.iter().fold(Zones::default(), |zones, part| zones.union(part.zones(within)));
        match self {
            Self::And(parts) | Self::Or(parts) | Self::Few { parts, .. } => all(parts),
            Self::Not(part) => part.zones(within),
            Self::In { zones, part } => part.zones(*zones),
            Self::Field(_) => Zones::default(),
            // Positional parts hold no `In`.
            Self::Near { .. } | Self::Except { .. } | Self::AtLeast { .. } | Self::Chain(_) | Self::Within { .. } | Self::Exact(_) => {
                within
            }
        }
    }
}

fn link_bytes(links: &Vec<Link>) -> usize {
    let globs = links.iter().map(|l| if let Look::Glob(glob) = &l.look { glob.heap_bytes() } else { 0 });
    links.capacity() * size_of::<Link>() + globs.sum::<usize>()
}

/// Compiles a query, teaching the vocabulary its words.
pub(crate) fn compile(node: &Node, vocabulary: &mut Vocabulary) -> Plan {
    let mut all = |nodes: &[Node]| nodes.iter().map(|n| compile(n, vocabulary)).collect();
    match node {
        Node::And(parts) => Plan::And(all(parts)),
        Node::Or(parts) => Plan::Or(all(parts)),
        Node::Not(part) => Plan::Not(Box::new(compile(part, vocabulary))),
        Node::Few { count, parts } => Plan::Few { count: *count as usize, parts: all(parts) },
        Node::Near { left, right, reach, ordered } => Plan::Near {
            left: Box::new(compile(left, vocabulary)),
            right: Box::new(compile(right, vocabulary)),
            reach: *reach,
            ordered: *ordered,
        },
        Node::Except { part, inside } => {
            Plan::Except { part: Box::new(compile(part, vocabulary)), inside: Box::new(compile(inside, vocabulary)) }
        }
        Node::AtLeast { count, part } => Plan::AtLeast { count: *count as usize, part: Box::new(compile(part, vocabulary)) },
        Node::In { zones, part } => Plan::In { zones: *zones, part: Box::new(compile(part, vocabulary)) },
        Node::List(list) => compile(&list.terms, vocabulary),
        Node::Word(word) => Plan::Chain(links(word, vocabulary)),
        Node::Phrase { words, within: None } => Plan::Chain(words.iter().flat_map(|w| links(w, vocabulary)).collect()),
        Node::Phrase { words, within: Some(others) } => {
            let places = |w: &Word| {
                if w.is_unspaced() { w.text.chars().count() as u32 } else { 1 }
            };
            let width = words.iter().map(places).sum::<u32>() + others;
            Plan::Within { chains: words.iter().map(|w| links(w, vocabulary)).collect(), width }
        }
        Node::Exact(text) => Plan::Exact(Box::new(exact(text, vocabulary))),
        Node::Field(field) => Plan::Field(field.clone()),
    }
}

fn links(word: &Word, vocabulary: &mut Vocabulary) -> Vec<Link> {
    // The language's words are folded but for their ñ; joined emoji must stay as they are.
    let folded = word.text.replace('ñ', "n");
    let enye = word.text.contains('ñ');
    let link = |look, overlaps| Link { sigil: word.sigil, enye, overlaps, look };
    if word.is_wildcard() {
        return vec![link(Look::Glob(Box::new(Glob::new(&folded))), false)];
    }
    if word.is_unspaced() {
        return pairs(&folded, vocabulary);
    }
    vec![link(Look::Word(vocabulary.learn(&folded)), false)]
}

fn pairs(run: &str, vocabulary: &mut Vocabulary) -> Vec<Link> {
    let link = |look, overlaps| Link { sigil: Sigil::None, enye: false, overlaps, look };
    let chars: Vec<char> = run.chars().collect();
    if let [one] = chars.as_slice() {
        return vec![link(Look::Character(*one), false)];
    }
    let pair = |(i, pair): (usize, &[char])| link(Look::Word(vocabulary.learn(&pair.iter().collect::<String>())), i > 0);
    chars.windows(2).enumerate().map(pair).collect()
}

fn exact(written: &str, vocabulary: &mut Vocabulary) -> Exact {
    let text = Text::new(written);
    let tokens: Vec<_> = text.tokens().iter().filter(|t| !t.part).collect();
    // The lexer lets no exact text without words through.
    let from = tokens.first().map_or(0, |t| t.range().start);
    let to = tokens.last().map_or(0, |t| t.range().end);
    let mut chain = Vec::new();
    let mut run = String::new();
    for token in tokens {
        let form = text.form(token);
        if form.starts_with(is_unspaced) && token.sigil == Sigil::None {
            run.extend(form.chars().next());
            if token.position_end - token.position == 1 {
                chain.extend(pairs(&std::mem::take(&mut run), vocabulary));
            }
            continue;
        }
        let look = Look::Word(vocabulary.learn(form));
        chain.push(Link { sigil: token.sigil, enye: token.enye, overlaps: false, look });
    }
    Exact { chain, core: written[from..to].to_owned(), before: written[..from].to_owned(), after: written[to..].to_owned() }
}

//! A query in plain words, in Spanish and English, so that people can check what they asked for.

mod fields;

use tertulia_kernel::text::Sigil;

use self::fields::{field_clause, only_in};
use crate::ast::{Node, Reach, Word};
use crate::error::Locale;

/// The whole query as one sentence without a full stop.
pub(crate) fn reading(node: &Node, locale: Locale) -> String {
    format!("{} {}", pick(locale, "Publicaciones", "Posts"), all_of(node, locale))
}

/// What follows "posts", exclusions last.
fn all_of(node: &Node, locale: Locale) -> String {
    match node {
        Node::And(parts) => {
            let (wanted, excluded): (Vec<_>, Vec<_>) = parts.iter().partition(|p| !matches!(p, Node::Not(_)));
            let mut clauses = clauses_of(&wanted, locale);
            let excluded: Vec<String> = excluded.iter().map(|p| exclusion(p, locale)).collect();
            if !excluded.is_empty() {
                let except = pick(locale, "excepto", "except");
                clauses = format!("{clauses}, {except} {}", list(&excluded, pick(locale, " y ", " and ")));
            }
            clauses
        }
        Node::In { zones, part } => format!("{} ({})", all_of(part, locale), only_in(*zones, locale)),
        _ => clause(node, locale),
    }
}

fn pick<'a>(locale: Locale, es: &'a str, en: &'a str) -> &'a str {
    match locale {
        Locale::Es => es,
        Locale::En => en,
    }
}

/// Fields first, then the text, as people say it: "in Spanish, on mastodon, that mention …".
fn clauses_of(parts: &[&Node], locale: Locale) -> String {
    let (text, other): (Vec<&Node>, Vec<&Node>) = parts.iter().partition(|p| is_textual(p));
    let mut clauses: Vec<String> = other.iter().map(|p| clause(p, locale)).collect();
    if !text.is_empty() {
        let names: Vec<String> = text.iter().map(|p| grouped(p, locale)).collect();
        clauses.push(format!("{} {}", pick(locale, "que mencionan", "that mention"), list(&names, pick(locale, " y ", " and "))));
    }
    clauses.join(", ")
}

/// What an excluded part is called after "except".
fn exclusion(part: &Node, locale: Locale) -> String {
    let inner = match part {
        Node::Not(inner) => inner,
        other => other,
    };
    format!("{} {}", pick(locale, "las", "those"), clause(inner, locale))
}

/// True when the part is about the text alone.
fn is_textual(node: &Node) -> bool {
    match node {
        Node::And(parts) | Node::Or(parts) | Node::Few { parts, .. } => parts.iter().all(is_textual),
        Node::In { part, .. } => is_textual(part),
        Node::Not(_) | Node::Field(_) => false,
        _ => true,
    }
}

/// A part as a clause after "posts".
fn clause(node: &Node, locale: Locale) -> String {
    if is_textual(node) {
        return format!("{} {}", pick(locale, "que mencionan", "that mention"), name(node, locale));
    }
    let nested = |part: &Node| match part {
        Node::And(_) | Node::Or(_) if !is_textual(part) => format!("({})", clause(part, locale)),
        _ => clause(part, locale),
    };
    match node {
        Node::Field(field) => field_clause(field, locale),
        Node::Not(inner) => format!("{} {}", pick(locale, "salvo las", "other than those"), nested(inner)),
        Node::And(parts) => {
            let parts: Vec<String> = parts.iter().map(nested).collect();
            list(&parts, pick(locale, " y ", " and "))
        }
        Node::Or(parts) => {
            let parts: Vec<String> = parts.iter().map(nested).collect();
            list(&parts, pick(locale, " o ", " or "))
        }
        Node::Few { count, parts } => {
            let parts: Vec<String> = parts.iter().map(nested).collect();
            let joint = pick(locale, "que cumplen al menos", "that meet at least");
            format!("{joint} {count} {} ({})", pick(locale, "de", "of"), parts.join("; "))
        }
        Node::In { zones, part } => format!("{} ({})", nested(part), only_in(*zones, locale)),
        _ => name(node, locale),
    }
}

/// A textual part as a noun.
fn name(node: &Node, locale: Locale) -> String {
    let es = locale == Locale::Es;
    let several = |parts: &[Node], joint: &str| {
        let names: Vec<String> = parts.iter().map(|p| grouped(p, locale)).collect();
        list(&names, joint)
    };
    match node {
        Node::And(parts) => several(parts, pick(locale, " y ", " and ")),
        Node::Or(parts) => several(parts, pick(locale, " o ", " or ")),
        Node::Few { count, parts } => {
            let names: Vec<String> = parts.iter().map(|p| grouped(p, locale)).collect();
            format!("{} {count} {} ({})", pick(locale, "al menos", "at least"), pick(locale, "de", "of"), names.join(", "))
        }
        Node::Near { left, right, reach, ordered } => {
            let (left, right) = (grouped(left, locale), grouped(right, locale));
            let joint = match (es, ordered) {
                (true, false) => "cerca de",
                (true, true) => "seguido de",
                (false, false) => "near",
                (false, true) => "followed by",
            };
            match reach {
                Reach::Places(distance) => format!("{left} {joint} {right} ({})", distance_text(*distance, locale)),
                Reach::Sentence if es => format!("{left} en la misma oración que {right}"),
                Reach::Sentence => format!("{left} in the same sentence as {right}"),
            }
        }
        Node::Except { part, inside } => {
            format!("{} {} {}", grouped(part, locale), pick(locale, "fuera de", "outside of"), grouped(inside, locale))
        }
        Node::AtLeast { count, part } => {
            let times = match (es, count) {
                (true, 1) => "al menos 1 vez".to_owned(),
                (true, n) => format!("al menos {n} veces"),
                (false, 1) => "at least once".to_owned(),
                (false, n) => format!("at least {n} times"),
            };
            format!("{} {times}", grouped(part, locale))
        }
        Node::In { zones, part } => format!("{} ({})", grouped(part, locale), only_in(*zones, locale)),
        Node::List(list) if es => format!("algún término de la lista «{}»", list.name),
        Node::List(list) => format!("a term of the list “{}”", list.name),
        Node::Word(word) => word_name(word, locale),
        Node::Phrase { words, within } => {
            let words: Vec<String> = words.iter().map(Word::to_string).collect();
            let phrase = words.join(" ");
            match (es, within) {
                (true, None) => format!("la frase «{phrase}»"),
                (false, None) => format!("the phrase “{phrase}”"),
                (true, Some(n)) => format!("las palabras «{phrase}» juntas en cualquier orden ({})", others(*n, locale)),
                (false, Some(n)) => format!("the words “{phrase}” together in any order ({})", others(*n, locale)),
            }
        }
        Node::Exact(text) if es => format!("«{text}» escrito exactamente así"),
        Node::Exact(text) => format!("“{text}” written exactly so"),
        Node::Not(_) | Node::Field(_) => clause(node, locale),
    }
}

fn grouped(node: &Node, locale: Locale) -> String {
    match node {
        Node::And(_) | Node::Or(_) => format!("({})", name(node, locale)),
        _ => name(node, locale),
    }
}

fn distance_text(n: u32, locale: Locale) -> String {
    match (locale, n) {
        (Locale::Es, 0) => "sin palabras en medio".to_owned(),
        (Locale::Es, 1) => "a lo sumo 1 palabra en medio".to_owned(),
        (Locale::Es, n) => format!("a lo sumo {n} palabras en medio"),
        (Locale::En, 0) => "with no word between".to_owned(),
        (Locale::En, 1) => "at most 1 word between".to_owned(),
        (Locale::En, n) => format!("at most {n} words between"),
    }
}

fn others(n: u32, locale: Locale) -> String {
    match (locale, n) {
        (Locale::Es, 0) => "sin otras palabras entre ellas".to_owned(),
        (Locale::Es, 1) => "a lo sumo 1 palabra más entre ellas".to_owned(),
        (Locale::Es, n) => format!("a lo sumo {n} palabras más entre ellas"),
        (Locale::En, 0) => "with no other word among them".to_owned(),
        (Locale::En, 1) => "at most 1 other word among them".to_owned(),
        (Locale::En, n) => format!("at most {n} other words among them"),
    }
}

fn word_name(word: &Word, locale: Locale) -> String {
    let es = locale == Locale::Es;
    let text = word.to_string();
    let plain = |part: &&str| !part.contains(['*', '?']);
    let (begin, end) = (text.strip_suffix('*').filter(plain), text.strip_prefix('*').filter(plain));
    let middle = text.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).filter(plain);
    let (es_form, en_form, part) = match (begin, end, middle) {
        (Some(part), ..) => ("palabras que empiezan por", "words that begin with", part),
        (_, Some(part), _) => ("palabras que terminan en", "words that end in", part),
        (.., Some(part)) => ("palabras que contienen", "words that contain", part),
        _ => ("palabras de la forma", "words of the form", text.as_str()),
    };
    match word.sigil {
        _ if word.is_wildcard() && es => format!("{es_form} «{part}»"),
        _ if word.is_wildcard() => format!("{en_form} “{part}”"),
        Sigil::Tag if es => format!("la etiqueta {text}"),
        Sigil::Tag => format!("the tag {text}"),
        Sigil::Handle if es => format!("la cuenta {text}"),
        Sigil::Handle => format!("the account {text}"),
        Sigil::Tick if es => format!("la acción {text}"),
        Sigil::Tick => format!("the share {text}"),
        Sigil::None if es => format!("«{text}»"),
        Sigil::None => format!("“{text}”"),
    }
}

/// `a, b y c`
fn list(parts: &[String], last_joint: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{last_joint}{last}", first.join(", ")),
    }
}

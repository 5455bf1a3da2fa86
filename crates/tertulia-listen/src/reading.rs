//! A query in plain words, in Spanish and English, so that people can check what they asked for.

use tertulia_kernel::text::Sigil;

use crate::ast::{Comparison, Field, Node, Word};
use crate::error::Locale;

/// The whole query as one sentence without a full stop.
pub(crate) fn reading(node: &Node, locale: Locale) -> String {
    let posts = pick(locale, "Publicaciones", "Posts");
    match node {
        Node::And(parts) => {
            let (wanted, excluded): (Vec<_>, Vec<_>) = parts.iter().partition(|p| !matches!(p, Node::Not(_)));
            let mut clauses = clauses_of(&wanted, locale);
            let excluded: Vec<String> = excluded.iter().map(|p| exclusion(p, locale)).collect();
            if !excluded.is_empty() {
                let except = pick(locale, "excepto", "except");
                clauses = format!("{clauses}, {except} {}", list(&excluded, pick(locale, " y ", " and ")));
            }
            format!("{posts} {clauses}")
        }
        _ => format!("{posts} {}", clause(node, locale)),
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
        Node::And(parts) | Node::Or(parts) => parts.iter().all(is_textual),
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
        Node::Near { left, right, distance, ordered } => {
            let (left, right) = (grouped(left, locale), grouped(right, locale));
            let joint = match (es, ordered) {
                (true, false) => "cerca de",
                (true, true) => "seguido de",
                (false, false) => "near",
                (false, true) => "followed by",
            };
            format!("{left} {joint} {right} ({})", distance_text(*distance, locale))
        }
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
    let stem = text.strip_suffix('*').filter(|stem| !stem.contains(['*', '?']));
    match (word.sigil, stem) {
        (_, Some(stem)) if es => format!("palabras que empiezan por «{stem}»"),
        (_, Some(stem)) => format!("words that begin with “{stem}”"),
        _ if word.is_wildcard() && es => format!("palabras de la forma «{text}»"),
        _ if word.is_wildcard() => format!("words of the form “{text}”"),
        (Sigil::Tag, None) if es => format!("la etiqueta {text}"),
        (Sigil::Tag, None) => format!("the tag {text}"),
        (Sigil::Handle, None) if es => format!("la cuenta {text}"),
        (Sigil::Handle, None) => format!("the account {text}"),
        (Sigil::Tick, None) if es => format!("la acción {text}"),
        (Sigil::Tick, None) => format!("the share {text}"),
        (Sigil::None, None) if es => format!("«{text}»"),
        (Sigil::None, None) => format!("“{text}”"),
    }
}

fn field_clause(field: &Field, locale: Locale) -> String {
    let es = locale == Locale::Es;
    let any = |values: &[String]| list(values, pick(locale, " o ", " or "));
    match field {
        Field::Author(values) if es => format!("escritas por {}", any(values)),
        Field::Author(values) => format!("written by {}", any(values)),
        Field::Channel(values) if es => format!("del canal {}", any(values)),
        Field::Channel(values) => format!("on channel {}", any(values)),
        Field::Lang(values) => {
            let names: Vec<String> = values.iter().map(|v| language_name(v, locale)).collect();
            format!("{} {}", pick(locale, "en", "in"), any(&names))
        }
        Field::Followers(comparison, n) => {
            let bound = match (comparison, es) {
                (Comparison::More, true) => format!("con más de {n}"),
                (Comparison::AtLeast, true) => format!("con {n} o más"),
                (Comparison::Less, true) => format!("con menos de {n}"),
                (Comparison::AtMost, true) => format!("con {n} o menos"),
                (Comparison::Equal, true) => format!("con exactamente {n}"),
                (Comparison::More, false) => format!("with more than {n}"),
                (Comparison::AtLeast, false) => format!("with {n} or more"),
                (Comparison::Less, false) => format!("with fewer than {n}"),
                (Comparison::AtMost, false) => format!("with {n} or fewer"),
                (Comparison::Equal, false) => format!("with exactly {n}"),
            };
            format!("{bound} {}", pick(locale, "seguidores", "followers"))
        }
    }
}

fn language_name(tag: &str, locale: Locale) -> String {
    let (es, en) = match tag {
        "es" => ("español", "Spanish"),
        "en" => ("inglés", "English"),
        "pt" => ("portugués", "Portuguese"),
        "fr" => ("francés", "French"),
        "it" => ("italiano", "Italian"),
        "de" => ("alemán", "German"),
        _ => return format!("{} «{tag}»", pick(locale, "el idioma", "language")),
    };
    pick(locale, es, en).to_owned()
}

/// `a, b y c`
fn list(parts: &[String], last_joint: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{last_joint}{last}", first.join(", ")),
    }
}

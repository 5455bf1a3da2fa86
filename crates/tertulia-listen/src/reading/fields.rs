//! Fields in plain words.

use super::{list, pick};
use crate::ast::{Comparison, Field, FieldName, Has, Is, Numbers, Quantity, Zone, Zones};
use crate::error::Locale;

/// A test as a clause after "posts".
pub(super) fn field_clause(field: &Field, locale: Locale) -> String {
    let any = |values: Vec<String>| list(&values, pick(locale, " o ", " or "));
    match field {
        Field::Value(name, values) => {
            let values = values.iter().map(|v| value_name(*name, v, locale)).collect();
            let (es, en) = match name {
                FieldName::Author => ("escritas por", "written by"),
                FieldName::To => ("dirigidas a", "addressed to"),
                FieldName::Lang => ("en", "in"),
                FieldName::Country => ("del país", "from country"),
                FieldName::Channel => ("del canal", "on channel"),
                FieldName::Site => ("publicadas en", "published on"),
                FieldName::Link => ("con un enlace a", "with a link to"),
                FieldName::Tag => ("marcadas", "labelled"),
                FieldName::Segment => ("de clientes del segmento", "from customers in segment"),
                FieldName::Tier => ("de clientes de nivel", "from customers of tier"),
            };
            format!("{} {}", pick(locale, es, en), any(values))
        }
        Field::Has(values) => {
            let values = values.iter().map(|has| has_name(*has, locale).to_owned()).collect();
            format!("{} {}", pick(locale, "con", "with"), any(values))
        }
        Field::Is(values) => any(values.iter().map(|is| is_clause(*is, locale).to_owned()).collect()),
        Field::Number(quantity, numbers) => {
            let bounds = any(numbers.iter().map(|n| bound(*n, locale)).collect());
            match (quantity, locale) {
                (Quantity::Followers, Locale::Es) => format!("con {bounds} seguidores"),
                (Quantity::Followers, Locale::En) => format!("with {bounds} followers"),
                (Quantity::Likes, Locale::Es) => format!("con {bounds} «me gusta»"),
                (Quantity::Likes, Locale::En) => format!("with {bounds} likes"),
                (Quantity::Shares, Locale::Es) => format!("compartidas {bounds} veces"),
                (Quantity::Shares, Locale::En) => format!("shared {bounds} times"),
                (Quantity::Age, Locale::Es) => format!("de una cuenta de {bounds} días"),
                (Quantity::Age, Locale::En) => format!("from an account of {bounds} days"),
                (Quantity::Replies, Locale::Es) => format!("con {bounds} respuestas"),
                (Quantity::Replies, Locale::En) => format!("with {bounds} replies"),
            }
        }
    }
}

/// Where words are looked for, after what is looked for.
pub(super) fn only_in(zones: Zones, locale: Locale) -> String {
    let names: Vec<String> = zones
        .iter()
        .map(|zone| match zone {
            Zone::Title => pick(locale, "el título", "the title"),
            Zone::Body => pick(locale, "el texto", "the text"),
            Zone::Bio => pick(locale, "la biografía del autor", "the author's bio"),
            Zone::Url => pick(locale, "los enlaces", "the links"),
            Zone::Alt => pick(locale, "la descripción de las imágenes", "the descriptions of its pictures"),
        })
        .map(str::to_owned)
        .collect();
    let names = list(&names, pick(locale, " o ", " or "));
    match locale {
        Locale::Es => format!("solo en {names}"),
        Locale::En => format!("only in {names}"),
    }
}

fn value_name(name: FieldName, value: &str, locale: Locale) -> String {
    match name {
        FieldName::Lang => language_name(value, locale),
        FieldName::Country => value.to_ascii_uppercase(),
        FieldName::Tag if locale == Locale::Es => format!("«{value}»"),
        FieldName::Tag => format!("“{value}”"),
        _ => value.to_owned(),
    }
}

fn has_name(has: Has, locale: Locale) -> &'static str {
    match has {
        Has::Link => pick(locale, "un enlace", "a link"),
        Has::Image => pick(locale, "una imagen", "an image"),
        Has::Video => pick(locale, "un video", "a video"),
        Has::Emoji => pick(locale, "un emoji", "an emoji"),
        Has::Question => pick(locale, "una pregunta", "a question"),
    }
}

fn is_clause(is: Is, locale: Locale) -> &'static str {
    match is {
        Is::Reply => pick(locale, "que responden a otra", "that reply to another"),
        Is::Repost => pick(locale, "que repiten otra", "that repeat another"),
        Is::Quote => pick(locale, "que citan otra", "that quote another"),
        Is::Verified => pick(locale, "de una cuenta verificada", "from a verified account"),
        Is::Customer => pick(locale, "de un cliente", "from a customer"),
    }
}

fn bound(numbers: Numbers, locale: Locale) -> String {
    match (numbers, locale) {
        (Numbers::Between(from, to), Locale::Es) => format!("entre {from} y {to}"),
        (Numbers::Between(from, to), Locale::En) => format!("between {from} and {to}"),
        (Numbers::Compared(comparison, n), Locale::Es) => match comparison {
            Comparison::More => format!("más de {n}"),
            Comparison::AtLeast => format!("{n} o más"),
            Comparison::Less => format!("menos de {n}"),
            Comparison::AtMost => format!("{n} o menos"),
            Comparison::Equal => format!("exactamente {n}"),
        },
        (Numbers::Compared(comparison, n), Locale::En) => match comparison {
            Comparison::More => format!("more than {n}"),
            Comparison::AtLeast => format!("{n} or more"),
            Comparison::Less => format!("fewer than {n}"),
            Comparison::AtMost => format!("{n} or fewer"),
            Comparison::Equal => format!("exactly {n}"),
        },
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

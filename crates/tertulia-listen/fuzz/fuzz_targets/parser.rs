//! Whatever is typed, the parser answers: a query that prints as itself, or an error with a place inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tertulia_listen::{Locale, Query};

#[allow(dead_code, reason = "posts are for the engine")]
mod spoken;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let text = if kind % 2 == 0 { String::from_utf8_lossy(rest).into_owned() } else { spoken::ask(rest) };
    match Query::parse(&text) {
        Ok(query) => {
            let printed = query.to_string();
            let again = Query::parse(&printed).expect("what a query prints is a query");
            assert_eq!(again, query, "{text:?} prints as {printed:?}");
            assert_eq!(again.to_string(), printed);
            assert_eq!(again.identity(), query.identity());
            assert!(!query.reading(Locale::Es).is_empty() && !query.reading(Locale::En).is_empty());
            let _ = (query.candidates(), query.cost(), query.lists());
        }
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{:?} is no place of {text:?}", error.span);
            for locale in [Locale::Es, Locale::En] {
                assert!(!error.message(locale).is_empty() && !error.hint(locale).is_empty());
            }
        }
    }
});

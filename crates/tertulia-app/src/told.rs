//! What the server tells people about networks: how a channel listens, why something did not work. In both languages
//! where the words are ours; a network's own words stay as they came.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The code of a network's own words.
const WORDS: &str = "words";

/// A sentence with a code that programs can rely on. Stored as JSON in a column of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Stable code; `words` for a network's own.
    pub code: String,
    /// Spanish of the Americas.
    pub es: String,
    /// English.
    pub en: String,
}

impl Told {
    /// A sentence of ours.
    pub fn new(code: &str, es: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: code.to_owned(), es: es.into(), en: en.into() }
    }

    /// The same with each language cut to at most `most` bytes, and without what no database keeps.
    #[must_use]
    pub fn clipped(&self, most: usize) -> Self {
        let clip = |text: &str| crate::intake::clip(&text.replace('\0', ""), most);
        Self { code: self.code.clone(), es: clip(&self.es), en: clip(&self.en) }
    }

    /// As it is stored.
    pub fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| self.en.clone())
    }

    /// As it was stored; text that is not ours (from earlier versions) stands for itself.
    pub fn read(stored: &str) -> Self {
        serde_json::from_str(stored).unwrap_or_else(|_| stored.into())
    }

    /// In a language, `es` or `en`.
    pub fn in_locale(&self, locale: &str) -> &str {
        if locale == "es" { &self.es } else { &self.en }
    }
}

impl From<&str> for Told {
    fn from(words: &str) -> Self {
        Self::new(WORDS, words, words)
    }
}

impl From<String> for Told {
    fn from(words: String) -> Self {
        Self::new(WORDS, words.clone(), words)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    //! What is stored and read.
    use super::*;

    #[test]
    fn is_read_as_it_was_stored_and_text_stands_for_itself() {
        let told = Told::new("finished", "terminado", "finished");
        assert_eq!(Told::read(&told.stored()), told);
        assert_eq!(Told::read("404 Not Found"), Told::new(WORDS, "404 Not Found", "404 Not Found"));
        assert_eq!(Told::read(r#"{"error":"no"}"#).en, r#"{"error":"no"}"#, "a network may answer in JSON");
        assert_eq!(Told::new("x", "año\0", "year").clipped(2), Told::new("x", "a", "ye"));
    }
}

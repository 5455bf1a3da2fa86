//! Collects what is wrong with an input, so that a person sees all of it at once.

use crate::{AppError, FieldError, Kind, Result};

/// The wrong fields found so far.
#[derive(Debug, Default)]
pub struct Wrong(Vec<FieldError>);

impl Wrong {
    /// Notes a wrong field.
    pub fn add(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), code, message: message.into() });
    }

    /// Notes the field unless the condition holds.
    pub fn unless(&mut self, holds: bool, field: &str, code: &'static str, message: &str) {
        if !holds {
            self.add(field, code, message);
        }
    }

    /// A text that must be there and not be longer than `most` characters; trimmed.
    pub fn text(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = text.trim();
        self.unless(!text.is_empty(), field, "required", "required");
        self.unless(text.chars().count() <= most, field, "too_long", &format!("at most {most} characters"));
        text.to_owned()
    }

    /// One of a few words.
    pub fn one_of(&mut self, field: &str, word: &str, words: &[&str]) {
        self.unless(words.contains(&word), field, "unknown", &format!("one of {}", words.join(", ")));
    }

    /// An IANA time zone by its form (`America/Bogota`); whether the zone exists is the browser's knowledge.
    pub fn zone(&mut self, field: &str, zone: &str) {
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'));
        self.unless(zone.len() <= 64 && zone.split('/').all(part), field, "malformed", "not a time zone such as America/Bogota");
    }

    /// An error when something is wrong.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(AppError { fields: self.0, ..AppError::new(Kind::Invalid, "invalid", "some fields are wrong") })
    }
}

//! Posts with or without labels from JSON Lines, checked field by field.

use std::fmt;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};
use tertulia_understand::Context;

/// What is wrong with a file, and where.
#[derive(Debug)]
pub struct Fault {
    file: String,
    line: Option<usize>,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

impl Fault {
    /// A fault of a whole file.
    pub fn file(path: &Path, what: impl Into<String>) -> Self {
        Self { file: path.display().to_string(), line: None, what: what.into() }
    }
}

/// A post to be understood.
pub struct Post {
    /// As it was given.
    pub id: Value,
    pub text: String,
    pub context: Context,
}

impl Post {
    /// From one line.
    pub fn from_line(line: &Map<String, Value>) -> Result<Self, String> {
        let id = match line.get("id") {
            Some(id @ (Value::String(_) | Value::Number(_))) => id.clone(),
            Some(_) => return Err("field \"id\": must be a string or a whole number".to_owned()),
            None => return Err("field \"id\": is missing".to_owned()),
        };
        let followers = match line.get("followers") {
            None | Some(Value::Null) => 0,
            Some(n) => n.as_u64().ok_or("field \"followers\": must be a whole number, zero or more")?,
        };
        let context =
            Context { language: optional(line, "lang")?.map(super::language), followers, recent_contacts: 0, ..Context::default() };
        Ok(Self { id, text: text(line, "text")?.to_owned(), context })
    }
}

/// A field that must be there and be text.
pub fn text<'l>(line: &'l Map<String, Value>, field: &str) -> Result<&'l str, String> {
    optional(line, field)?.ok_or_else(|| format!("field \"{field}\": is missing"))
}

/// A field that must be text where it is there.
pub fn optional<'l>(line: &'l Map<String, Value>, field: &str) -> Result<Option<&'l str>, String> {
    match line.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("field \"{field}\": must be a string")),
    }
}

/// Reads all lines of a file (`-`: standard input).
pub fn read<T>(path: &Path, of: impl Fn(&Map<String, Value>) -> Result<T, String>) -> Result<Vec<T>, Fault> {
    let mut bytes = Vec::new();
    let got = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|b| bytes = b)
    };
    got.map_err(|e| Fault::file(path, format!("cannot be read: {e}")))?;
    let file = String::from_utf8(bytes).map_err(|_| Fault::file(path, "is not UTF-8"))?;
    let mut all = Vec::new();
    for (number, line) in file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: String| Fault { file: path.display().to_string(), line: Some(number + 1), what };
        let value: Value = serde_json::from_str(line).map_err(|e| wrong(format!("is not JSON: {e}")))?;
        let Value::Object(object) = value else { return Err(wrong("is not a JSON object".to_owned())) };
        all.push(of(&object).map_err(wrong)?);
    }
    Ok(all)
}

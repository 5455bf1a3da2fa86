//! Monitors, shared lists and posts from JSON Lines, checked field by field.

mod posts;

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};
use tertulia_listen::{ListError, Lists, Locale, Query, QueryError};

pub use self::posts::{PostLine, read_posts};

/// An id as it was given: a whole number or a text. Numbers sort by value, before texts; texts by their bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Id {
    /// A JSON integer.
    Number(i128),
    /// A JSON string.
    Text(String),
}

/// As JSON.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(text) => write!(f, "{}", Value::from(text.as_str())),
        }
    }
}

/// One monitor.
pub struct MonitorLine {
    pub id: Id,
    pub query: Query,
}

/// What is wrong with a file, where.
#[derive(Debug)]
pub struct InputError {
    file: String,
    line: Option<usize>,
    field: Option<&'static str>,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    Unreadable(std::io::Error),
    NotUtf8,
    NotJson(serde_json::Error),
    NotAnObject,
    Missing,
    NotText,
    NotCount,
    NotId,
    NotAuthor,
    NotTexts,
    NotMedia,
    NotChoice(String),
    Repeated(usize),
    Query(QueryError),
    /// The term of a list, from 0.
    Term(usize, QueryError),
}

impl InputError {
    /// `file:line: field "name": what is wrong`
    pub fn text(&self, locale: Locale) -> String {
        let es = locale == Locale::Es;
        let pick = |spanish: &str, english: &str| {
            if es { spanish.to_owned() } else { english.to_owned() }
        };
        let mut place = self.file.clone();
        if let Some(line) = self.line {
            place.push_str(&format!(":{line}"));
        }
        if let Some(field) = self.field {
            place.push_str(&format!(": {} \"{field}\"", pick("campo", "field")));
        }
        let fault = match &self.fault {
            Fault::Unreadable(e) => format!("{}: {e}", pick("no se puede leer", "cannot be read")),
            Fault::NotUtf8 => pick("no es UTF-8", "is not UTF-8"),
            Fault::NotJson(e) => format!("{}: {e}", pick("no es JSON", "is not JSON")),
            Fault::NotAnObject => pick("no es un objeto JSON", "is not a JSON object"),
            Fault::Missing => pick("falta", "is missing"),
            Fault::NotText => pick("debe ser un texto", "must be a string"),
            Fault::NotCount => pick("debe ser un número entero, cero o más", "must be a whole number, zero or more"),
            Fault::NotId => pick("debe ser un texto o un número entero", "must be a string or a whole number"),
            Fault::NotAuthor => {
                pick("debe ser un texto, o un objeto con \"handle\" o \"id\"", "must be a string, or an object with \"handle\" or \"id\"")
            }
            Fault::Repeated(line) => {
                format!("{} {line}", pick("repite el de la línea", "repeats the one of line"))
            }
            Fault::NotTexts => pick("debe ser un texto o una lista de textos", "must be a string or a list of strings"),
            Fault::NotMedia => pick(
                "debe ser una lista de objetos con \"kind\", \"alt\" o \"url\"",
                "must be a list of objects with \"kind\", \"alt\" or \"url\"",
            ),
            Fault::NotChoice(name) => format!("{} \"{name}\"", pick("no admite el valor", "cannot be")),
            Fault::Term(index, e) => {
                let term = pick("término", "term");
                format!("{term} {}: [{}] {}. {}", index + 1, e.code.as_str(), e.message(locale), e.hint(locale))
            }
            Fault::Query(e) => {
                format!("[{}] {} (bytes {}..{}). {}", e.code.as_str(), e.message(locale), e.span.start, e.span.end, e.hint(locale))
            }
        };
        format!("{place}: {fault}")
    }
}

/// Reads and checks all monitors. An id may stand only once.
pub fn read_monitors(path: &Path, lists: &Lists) -> Result<Vec<MonitorLine>, InputError> {
    let bytes = read(path)?;
    let mut seen: HashMap<Id, usize> = HashMap::new();
    let mut monitors = Vec::new();
    for (number, line) in lines(&bytes) {
        let at = Place { path, line: number };
        let object = at.object(line)?;
        let id = at.id(&object)?;
        if let Some(first) = seen.insert(id.clone(), number) {
            return Err(at.error(Some("id"), Fault::Repeated(first)));
        }
        let text = at.text(&object, "query")?.ok_or_else(|| at.error(Some("query"), Fault::Missing))?;
        let query = Query::parse_with(&text, lists).map_err(|e| at.error(Some("query"), Fault::Query(e)))?;
        monitors.push(MonitorLine { id, query });
    }
    Ok(monitors)
}

/// Reads and checks shared lists, one `{"name", "terms"}` a line; none when there is no file.
pub fn read_lists(path: Option<&Path>) -> Result<Lists, InputError> {
    let mut lists = Lists::new();
    let Some(path) = path else { return Ok(lists) };
    let bytes = read(path)?;
    for (number, line) in lines(&bytes) {
        let at = Place { path, line: number };
        let object = at.object(line)?;
        let name = at.text(&object, "name")?.ok_or_else(|| at.error(Some("name"), Fault::Missing))?;
        let terms = at.texts(&object, "terms")?;
        lists.add(&name, &terms).map_err(|error| match error {
            ListError::Empty => at.error(Some("terms"), Fault::Missing),
            ListError::Term { index, error } => at.error(Some("terms"), Fault::Term(index, error)),
        })?;
    }
    Ok(lists)
}

/// The line being read.
struct Place<'a> {
    path: &'a Path,
    line: usize,
}

impl Place<'_> {
    fn error(&self, field: Option<&'static str>, fault: Fault) -> InputError {
        InputError { file: self.path.display().to_string(), line: Some(self.line), field, fault }
    }

    fn object(&self, line: &[u8]) -> Result<Map<String, Value>, InputError> {
        let text = std::str::from_utf8(line).map_err(|_| self.error(None, Fault::NotUtf8))?;
        match serde_json::from_str(text).map_err(|e| self.error(None, Fault::NotJson(e)))? {
            Value::Object(object) => Ok(object),
            _ => Err(self.error(None, Fault::NotAnObject)),
        }
    }

    fn id(&self, object: &Map<String, Value>) -> Result<Id, InputError> {
        let fault = match object.get("id") {
            None | Some(Value::Null) => Fault::Missing,
            Some(Value::String(text)) => return Ok(Id::Text(text.clone())),
            Some(Value::Number(n)) => match (n.as_u64(), n.as_i64()) {
                (Some(n), _) => return Ok(Id::Number(i128::from(n))),
                (None, Some(n)) => return Ok(Id::Number(i128::from(n))),
                (None, None) => Fault::NotId,
            },
            Some(_) => Fault::NotId,
        };
        Err(self.error(Some("id"), fault))
    }

    /// A text; absent and `null` are the same.
    fn text(&self, object: &Map<String, Value>, field: &'static str) -> Result<Option<String>, InputError> {
        match object.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.error(Some(field), Fault::NotText)),
        }
    }
}

/// A whole file, or standard input for `-`.
fn read(path: &Path) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|whole| bytes = whole)
    };
    let unreadable = |e| InputError { file: path.display().to_string(), line: None, field: None, fault: Fault::Unreadable(e) };
    read.map(|()| bytes).map_err(unreadable)
}

/// The lines that hold something, numbered from 1. A byte order mark is passed over.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.split(|b| *b == b'\n').enumerate().map(|(i, line)| (i + 1, line.trim_ascii())).filter(|(_, line)| !line.is_empty())
}

//! Monitors and posts from JSON Lines, checked field by field.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};
use tertulia_listen::{Locale, Post, Query, QueryError};

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

/// One post.
pub struct PostLine {
    pub id: Id,
    text: String,
    author: Option<String>,
    lang: Option<String>,
    channel: Option<String>,
    followers: Option<u64>,
}

impl PostLine {
    /// The post as queries see it.
    pub fn view(&self) -> Post<'_> {
        Post {
            text: &self.text,
            author: self.author.as_deref(),
            lang: self.lang.as_deref(),
            channel: self.channel.as_deref(),
            followers: self.followers,
            ..Post::default()
        }
    }
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
    Repeated(usize),
    Query(QueryError),
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
            Fault::Query(e) => {
                format!("[{}] {} (bytes {}..{}). {}", e.code.as_str(), e.message(locale), e.span.start, e.span.end, e.hint(locale))
            }
        };
        format!("{place}: {fault}")
    }
}

/// Reads and checks all monitors. An id may stand only once.
pub fn read_monitors(path: &Path) -> Result<Vec<MonitorLine>, InputError> {
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
        let query = Query::parse(&text).map_err(|e| at.error(Some("query"), Fault::Query(e)))?;
        monitors.push(MonitorLine { id, query });
    }
    Ok(monitors)
}

/// Reads and checks all posts, in order; of several mistakes the first in the file is told.
pub fn read_posts(path: &Path, threads: usize) -> Result<Vec<PostLine>, InputError> {
    let bytes = read(path)?;
    let lines: Vec<(usize, &[u8])> = lines(&bytes).collect();
    let share = lines.len().div_ceil(threads).max(1);
    let read_chunk = |chunk: &[(usize, &[u8])]| chunk.iter().map(|(number, line)| post(Place { path, line: *number }, line)).collect();
    let parts: Vec<Result<Vec<PostLine>, InputError>> = std::thread::scope(|scope| {
        let running: Vec<_> = lines.chunks(share).map(|chunk| scope.spawn(|| read_chunk(chunk))).collect();
        running.into_iter().map(|r| r.join().unwrap_or_else(|p| std::panic::resume_unwind(p))).collect()
    });
    let mut posts = Vec::with_capacity(lines.len());
    for part in parts {
        posts.extend(part?);
    }
    Ok(posts)
}

fn post(at: Place<'_>, line: &[u8]) -> Result<PostLine, InputError> {
    let object = at.object(line)?;
    let id = at.id(&object)?;
    let text = at.text(&object, "text")?.ok_or_else(|| at.error(Some("text"), Fault::Missing))?;
    let author = object.get("author");
    let followers = match object.get("followers").filter(|v| !v.is_null()) {
        Some(count) => Some(("followers", count)),
        // The push API gives them with the author.
        None => author.and_then(|a| a.get("followers")).filter(|v| !v.is_null()).map(|v| ("author.followers", v)),
    };
    let followers = match followers {
        Some((field, count)) => Some(count.as_u64().ok_or_else(|| at.error(Some(field), Fault::NotCount))?),
        None => None,
    };
    Ok(PostLine { id, text, author: at.author(author)?, lang: at.text(&object, "lang")?, channel: at.text(&object, "channel")?, followers })
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

    /// A handle, or the push API's object with one.
    fn author(&self, author: Option<&Value>) -> Result<Option<String>, InputError> {
        match author {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Object(author)) => {
                let named = ["handle", "id"].iter().find_map(|key| author.get(*key).and_then(Value::as_str));
                let named = named.ok_or_else(|| self.error(Some("author"), Fault::NotAuthor))?;
                Ok(Some(named.to_owned()))
            }
            Some(_) => Err(self.error(Some("author"), Fault::NotAuthor)),
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

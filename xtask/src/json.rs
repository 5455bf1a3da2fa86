//! Reads JSON: what cargo says about the packages, and the message catalogues.
//!
//! Numbers stay text and objects keep their order; nothing here needs more.

use std::iter::Peekable;
use std::str::Chars;

/// One JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`, `true`, `false` or a number, as it was written.
    Bare(String),
    /// A string, its escapes resolved.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in its own order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one value that fills the whole text.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut reader = Reader { chars: text.chars().peekable(), line: 1 };
        let value = reader.value().and_then(|value| reader.end().map(|()| value));
        value.map_err(|error| format!("line {}: {error}", reader.line))
    }

    /// The member of an object, when there is one.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// A string's text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An array's items; none when it is no array.
    pub fn items(&self) -> &[Json] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The member's text, or nothing.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Json::text)
    }
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    line: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let char = self.chars.next();
        self.line += usize::from(char == Some('\n'));
        char
    }

    fn skip_space(&mut self) {
        while self.chars.peek().is_some_and(|char| char.is_whitespace()) {
            self.next();
        }
    }

    fn end(&mut self) -> Result<(), String> {
        self.skip_space();
        self.next().map_or(Ok(()), |char| Err(format!("{char:?} after the value")))
    }

    fn value(&mut self) -> Result<Json, String> {
        self.skip_space();
        match self.chars.peek() {
            Some('{') => self.object(),
            Some('[') => self.list(),
            Some('"') => self.string().map(Json::Text),
            Some(char) if char.is_ascii_alphanumeric() || *char == '-' => {
                let mut word = String::new();
                while let Some(char) = self.chars.next_if(|char| char.is_ascii_alphanumeric() || "+-.".contains(*char)) {
                    word.push(char);
                }
                Ok(Json::Bare(word))
            }
            other => Err(format!("no value but {other:?}")),
        }
    }

    /// After the opening bracket: whether the next item follows (`true`) or the closing bracket came.
    fn another(&mut self, first: bool, close: char) -> Result<bool, String> {
        self.skip_space();
        if self.chars.next_if_eq(&close).is_some() {
            return Ok(false);
        }
        if first || self.chars.next_if_eq(&',').is_some() {
            return Ok(true);
        }
        Err(format!("neither ',' nor {close:?}"))
    }

    fn list(&mut self) -> Result<Json, String> {
        self.next();
        let mut items = Vec::new();
        while self.another(items.is_empty(), ']')? {
            items.push(self.value()?);
        }
        Ok(Json::List(items))
    }

    fn object(&mut self) -> Result<Json, String> {
        self.next();
        let mut members = Vec::new();
        while self.another(members.is_empty(), '}')? {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            if self.next() != Some(':') {
                return Err(format!("no ':' after {name:?}"));
            }
            members.push((name, self.value()?));
        }
        Ok(Json::Object(members))
    }

    fn string(&mut self) -> Result<String, String> {
        if self.next() != Some('"') {
            return Err("no string".to_owned());
        }
        let mut text = String::new();
        let mut high = None;
        loop {
            let char = match self.next().ok_or("the string does not end")? {
                '"' => return Ok(text),
                '\\' => match self.next().ok_or("the string does not end")? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'u' => {
                        let hex: String = (0..4).filter_map(|_| self.next()).collect();
                        let unit = u32::from_str_radix(&hex, 16).map_err(|_| format!("\\u{hex}"))?;
                        // The first half of a pair waits for the second.
                        if (0xD800..0xDC00).contains(&unit) {
                            high = Some(unit);
                            continue;
                        }
                        let code =
                            high.take().map_or(unit, |high| 0x1_0000 + ((high - 0xD800) << 10) + (unit.wrapping_sub(0xDC00) & 0x3FF));
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    other => other,
                },
                other => other,
            };
            text.push(char);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_with_their_escapes() {
        let json = Json::read(r#" { "a": ["x\n\"", 1.5e-3, null, {}], "ñ": "\u00f1\ud83d\ude00" } "#).unwrap();
        assert_eq!(json.get("a").unwrap().items()[0].text(), Some("x\n\""));
        assert_eq!(json.get("a").unwrap().items()[1], Json::Bare("1.5e-3".to_owned()));
        assert_eq!(json.text_of("ñ"), Some("ñ😀"));
    }

    #[test]
    fn broken_text_is_refused_with_its_line() {
        for (text, line) in [("{\n\"a\": 1,\n}", 3), ("[1 2]", 1), ("\"x", 1), ("{} x", 1), ("", 1)] {
            let error = Json::read(text).unwrap_err();
            assert!(error.starts_with(&format!("line {line}:")), "{text}: {error}");
        }
    }
}

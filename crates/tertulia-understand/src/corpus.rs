//! Posts with the labels people gave them, one a line, in columns divided by tabs.
//!
//! `types  sentiment  to  urgency  hard  country  text`: see `corpus/LABELS.md`. Names of brands stand in braces, so that they can be
//! exchanged: no classifier shall learn that one brand is loved and another is not.

use std::str::FromStr;

use crate::label::{Audience, Language, MessageType, Sentiment};

/// The first line of every file.
pub const HEADER: &str = "types\tsentiment\tto\turgency\thard\tcountry\ttext";

/// A post with its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The post, brands in braces.
    pub text: String,
    /// The language it is in.
    pub language: Language,
    /// What it is for.
    pub types: Vec<MessageType>,
    /// How it feels about the brand.
    pub sentiment: Sentiment,
    /// Whom it talks to.
    pub audience: Audience,
    /// 0 can wait, 1 today, 2 within the hour.
    pub urgency: u8,
    /// Why it is urgent.
    pub grounds: Vec<String>,
    /// What makes it hard to understand: irony, negated…
    pub hard: Vec<String>,
    /// Where its writer lives: two letters.
    pub country: String,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct CorpusError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what should be there.
    pub what: String,
}

/// Reads a file of posts in one language.
///
/// # Errors
///
/// The first line that is not as it should be.
pub fn read(file: &str, language: Language) -> Result<Vec<Labelled>, CorpusError> {
    let mut lines = file.lines().enumerate();
    if lines.next().map(|(_, first)| first) != Some(HEADER) {
        return Err(CorpusError { line: 1, what: format!("expected the header {HEADER:?}") });
    }
    lines.map(|(at, line)| post(line, language).map_err(|what| CorpusError { line: at + 1, what })).collect()
}

fn post(line: &str, language: Language) -> Result<Labelled, String> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [types, sentiment, audience, urgency, hard, country, text] = columns[..] else {
        return Err(format!("expected 7 columns, found {}", columns.len()));
    };
    if text.trim().is_empty() {
        return Err("the text is empty".to_owned());
    }
    let (urgency, grounds) = urgency.split_once(':').unwrap_or((urgency, "-"));
    Ok(Labelled {
        text: text.replace("\\n", "\n"),
        language,
        types: list(types).iter().map(|word| label(word)).collect::<Result<_, _>>()?,
        sentiment: label(sentiment)?,
        audience: label(audience)?,
        urgency: urgency.parse().ok().filter(|u| *u <= 2).ok_or_else(|| format!("urgency '{urgency}' is not 0, 1 or 2"))?,
        grounds: list(grounds),
        hard: list(hard),
        country: country.to_uppercase(),
    })
}

fn label<L: FromStr>(word: &str) -> Result<L, String>
where
    L::Err: ToString,
{
    word.parse().map_err(|error: L::Err| error.to_string())
}

fn list(column: &str) -> Vec<String> {
    column.split(',').map(str::trim).filter(|word| !matches!(*word, "" | "-")).map(str::to_owned).collect()
}

impl Labelled {
    /// The post as it was written: without the braces.
    #[must_use]
    pub fn plain(&self) -> String {
        self.text.replace(['{', '}'], "")
    }

    /// The names in braces, as they are written.
    pub fn brands(&self) -> impl Iterator<Item = &str> {
        self.text.split('{').skip(1).filter_map(|after| Some(after.split_once('}')?.0))
    }

    /// The post with every brand exchanged: `other` gives a name for the one that stands there.
    #[must_use]
    pub fn with_brands(&self, mut other: impl FnMut(&str) -> String) -> String {
        let mut out = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some((before, (brand, after))) = rest.split_once('{').and_then(|(b, a)| Some((b, a.split_once('}')?))) {
            out.push_str(before);
            out.push_str(&other(brand));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(line: &str) -> String {
        format!("{HEADER}\n{line}\n")
    }

    #[test]
    fn a_line_is_read() {
        let posts =
            read(&file("complaint,request\tnegative\tus\t2:outage,repeated\tirony\tmx\tHola {@zunfi}\\nsin {Zunfi}"), Language::Spanish);
        let post = &posts.expect("a right line")[0];
        assert_eq!(post.types, [MessageType::Complaint, MessageType::Request]);
        assert_eq!((post.urgency, post.grounds.len(), post.country.as_str()), (2, 2, "MX"));
        assert_eq!(post.plain(), "Hola @zunfi\nsin Zunfi");
        assert_eq!(post.brands().collect::<Vec<_>>(), ["@zunfi", "Zunfi"]);
        assert_eq!(post.with_brands(|b| b.to_uppercase()), "Hola @ZUNFI\nsin ZUNFI");
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |line: &str| read(&file(line), Language::English).expect_err("a wrong line").to_string();
        assert_eq!(wrong("a\tb"), "line 2: expected 7 columns, found 2");
        assert!(wrong("bad\tneutral\tus\t0\t-\tUS\tx").starts_with("line 2: 'bad' is not one of: complaint, question"));
        assert_eq!(wrong("other\tneutral\tus\t3\t-\tUS\tx"), "line 2: urgency '3' is not 0, 1 or 2");
        assert_eq!(wrong("other\tneutral\tus\t0\t-\tUS\t "), "line 2: the text is empty");
        assert!(read("nothing", Language::English).is_err());
    }
}

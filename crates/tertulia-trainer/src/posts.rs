//! Reads labelled posts: our own corpus, and what public collections lie in the data folder.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use tertulia_understand::corpus::{self, Labelled};
use tertulia_understand::{Audience, Language, MessageType, Sentiment};

/// A post and what is known of it.
#[derive(Clone, Debug)]
pub struct Example {
    /// The post.
    pub text: String,
    /// The language it is in.
    pub language: Language,
    /// How it feels about the brand.
    pub sentiment: Option<Sentiment>,
    /// What it is for.
    pub types: Option<Vec<MessageType>>,
    /// Whom it talks to.
    pub audience: Option<Audience>,
    /// 0 can wait, 1 today, 2 within the hour.
    pub urgency: Option<u8>,
}

/// The posts of every file `DIR/LANGUAGE/*.tsv`, or of `DIR/LANGUAGE.tsv`, in the order of the files' names.
pub fn corpus(folder: &Path) -> Result<Vec<Labelled>, String> {
    let mut posts = Vec::new();
    for language in Language::UNDERSTOOD {
        let mut files = Vec::new();
        let inner = folder.join(language.as_str());
        if inner.is_dir() {
            let entries = fs::read_dir(&inner).map_err(|e| format!("{}: {e}", inner.display()))?;
            files.extend(entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|x| x == "tsv")));
            files.sort();
        } else {
            files.push(folder.join(format!("{language}.tsv")));
        }
        for file in files {
            let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            posts.extend(corpus::read(&text, language).map_err(|e| format!("{}: {e}", file.display()))?);
        }
    }
    Ok(posts)
}

/// Posts in other languages, one a line.
pub fn undetermined(file: &Path) -> Result<Vec<Example>, String> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(text.lines().map(|line| Example::plain(line.to_owned(), Language::Undetermined)).collect())
}

/// A line of a public collection.
#[derive(Deserialize)]
struct Line {
    text: String,
    lang: Language,
    sentiment: Sentiment,
}

/// Posts with sentiment from a JSON Lines file.
pub fn sentiment(file: &Path) -> Result<Vec<Example>, String> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let line = |(at, line): (usize, &str)| {
        let line: Line = serde_json::from_str(line).map_err(|e| format!("{} line {}: {e}", file.display(), at + 1))?;
        Ok(Example { sentiment: Some(line.sentiment), ..Example::plain(line.text, line.lang) })
    };
    text.lines().enumerate().map(line).collect()
}

impl Example {
    /// A post of which nothing but its language is known.
    pub fn plain(text: String, language: Language) -> Self {
        Self { text, language, sentiment: None, types: None, audience: None, urgency: None }
    }

    /// A post of our corpus, its text given (brands may have been exchanged).
    pub fn labelled(post: &Labelled, text: String) -> Self {
        Self {
            text,
            language: post.language,
            sentiment: Some(post.sentiment),
            types: Some(post.types.clone()),
            audience: Some(post.audience),
            urgency: Some(post.urgency),
        }
    }
}

//! Who reads posts here, and where it holds nobody up: the shipped classifiers, corrected by the company's own head, with its
//! words and its languages, on the processor's cores.

use super::learning::Head;
use crate::{App, AppError, Kind, Result, settings};
use std::{num::NonZero, sync::Arc};
use tertulia_store::{Conn, post::PostRow};
use tertulia_understand::{Context, Desk, Grounds, Language, Languages, Reading, Understander};

/// Fewer posts than this are not worth another core.
const WORTH: usize = 8;

/// A post to be read.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    text: String,
    context: Context,
}

impl Asked {
    /// Headline and text, without what it quotes, and what is known beside it.
    pub fn new(title: Option<&str>, text: &str, context: Context) -> Self {
        Self { text: whole(title, text), context }
    }
}

/// What is read of a post: its headline stands before its text.
pub(crate) fn whole(title: Option<&str>, text: &str) -> String {
    match title.filter(|title| !title.trim().is_empty()) {
        Some(title) => format!("{title}\n{text}"),
        None => text.to_owned(),
    }
}

/// What reads posts now. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reader {
    head: Head,
    grounds: Arc<Grounds>,
    among: Languages,
}

impl Default for Reader {
    fn default() -> Self {
        Self { head: Head::default(), grounds: Arc::clone(Grounds::built_in()), among: Languages::default() }
    }
}

impl Reader {
    /// The same with other words.
    pub fn with(self, grounds: Arc<Grounds>) -> Self {
        Self { grounds, ..self }
    }

    /// Which classifiers these are.
    pub fn model(&self) -> String {
        self.head.model()
    }

    /// What is known of a post beside its text: its network's word on the language, else that of what its author wrote
    /// before, is believed where the text says little.
    pub fn context(&self, lang: Option<&str>, before: Option<Language>, followers: Option<u64>, recent_contacts: u32) -> Context {
        let told = lang.and_then(|lang| lang.split(['-', '_']).next()?.to_ascii_lowercase().parse().ok());
        let language = told.or(before).filter(|language| *language != Language::Undetermined);
        Context { language, among: self.among, followers: followers.unwrap_or_default(), recent_contacts }
    }

    /// A stored post, whose author came to us so often before.
    pub fn asked(&self, post: &PostRow, recent_contacts: u32) -> Asked {
        let followers = post.followers.and_then(|count| u64::try_from(count).ok());
        Asked::new(post.title.as_deref(), &post.text, self.context(post.lang.as_deref(), None, followers, recent_contacts))
    }

    /// What posts say, in order.
    fn read(&self, asked: &[Asked]) -> Vec<Reading> {
        let posts: Vec<(&str, Context)> = asked.iter().map(|asked| (asked.text.as_str(), asked.context)).collect();
        Understander::built_in().read_all(&mut Desk::default(), &posts, &self.grounds, self.head.own())
    }

    /// What one post says.
    pub fn read_one(&self, asked: Asked) -> Reading {
        self.read(&[asked]).remove(0)
    }

    /// What posts say, in order, by as many cores as that; nothing else of this thread waits for it.
    pub async fn read_on(&self, cores: usize, mut asked: Vec<Asked>) -> Result<Vec<Reading>> {
        let each = asked.len().div_ceil(cores.max(1)).max(WORTH);
        let mut parts = Vec::new();
        while !asked.is_empty() {
            let rest = asked.split_off(each.min(asked.len()));
            let (part, reader) = (std::mem::replace(&mut asked, rest), self.clone());
            parts.push(tokio::task::spawn_blocking(move || reader.read(&part)));
        }
        let mut readings = Vec::new();
        for part in parts {
            readings.extend(part.await.map_err(|error| AppError {
                source: Some(Box::new(error)),
                ..AppError::new(Kind::Internal, "internal", "reading the posts failed; the log tells more")
            })?);
        }
        Ok(readings)
    }
}

/// Every core there is.
pub(crate) fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

impl App {
    /// What reads posts now, whichever process last changed it.
    pub(crate) async fn reader(&self, conn: &mut Conn) -> Result<Reader> {
        Ok(Reader {
            head: self.head(conn).await?,
            grounds: self.listening(conn).await?.grounds(),
            among: settings::company(conn).await?.listened(),
        })
    }
}

#[cfg(test)]
mod tests {
    //! Cores change nothing about what is said.
    use super::*;

    #[tokio::test]
    async fn many_cores_say_the_same_in_the_same_order() {
        let texts = (0..40).map(|n| format!("mensaje {n}: {}", ["gracias", "no llega mi pedido", "¿cuánto cuesta?"][n % 3]));
        let asked: Vec<Asked> = texts.map(|text| Asked::new(None, &text, Context::default())).collect();
        let reader = Reader::default();
        let alone: Vec<Reading> = asked.iter().map(|asked| reader.read_one(asked.clone())).collect();
        for cores in [1, 3, 100] {
            assert_eq!(reader.read_on(cores, asked.clone()).await.expect("read"), alone, "{cores}");
        }
        assert!(reader.read_on(4, Vec::new()).await.expect("read").is_empty());
    }
}

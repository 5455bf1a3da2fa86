//! Who reads posts: the shipped classifiers, corrected by the head in force.

use crate::{App, Result};
use std::sync::{Arc, Mutex, PoisonError};
use tertulia_store::Conn;
use tertulia_understand::{Context, Desk, Reading, Tier, Understander, own::company::CompanyHead};

/// The classifiers in force. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Reader(Option<(i64, Arc<CompanyHead>)>);

impl Reader {
    /// With a head, that is under a number.
    pub fn with(number: i64, head: CompanyHead) -> Self {
        Self(Some((number, Arc::new(head))))
    }

    /// Which classifiers these are: the shipped ones' version, and the number of the head that corrects them.
    pub fn model(&self) -> String {
        let shipped = Understander::built_in().version();
        self.0.as_ref().map_or_else(|| shipped.to_owned(), |(number, _)| format!("{shipped}+{number}"))
    }

    /// The head that corrects the shipped ones.
    pub fn head(&self) -> Option<&CompanyHead> {
        self.0.as_ref().map(|(_, head)| &**head)
    }

    /// What a text says: headline and text, without what it quotes.
    pub fn read(&self, desk: &mut Desk, title: Option<&str>, text: &str, context: &Context) -> Reading {
        Understander::built_in().read_with(desk, &whole(title, text), context, Tier::Meaning, self.head())
    }
}

/// What is read of a post: its headline stands before its text.
pub(crate) fn whole<'t>(title: Option<&str>, text: &'t str) -> std::borrow::Cow<'t, str> {
    match title.filter(|title| !title.trim().is_empty()) {
        Some(title) => format!("{title}\n{text}").into(),
        None => text.into(),
    }
}

/// The reader that was last in force, by the number of its head.
#[derive(Clone, Default)]
pub(crate) struct Cache(Arc<Mutex<Option<(i64, Reader)>>>);

impl App {
    /// The classifiers in force now, whichever process put them in force.
    pub(crate) async fn reader(&self, conn: &mut Conn) -> Result<Reader> {
        let Some(number) = conn.head_in_force().await? else { return Ok(Reader::default()) };
        if let Some((known, reader)) = &*self.reader_cache.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *known == number
        {
            return Ok(reader.clone());
        }
        let reader = match CompanyHead::from_bytes(&conn.head_weights(number).await?) {
            Ok(head) if head.base() == Understander::built_in().version() => Reader::with(number, head),
            // It corrects what an earlier program said; a new one is made as soon as there are new labels.
            Ok(_) => Reader::default(),
            Err(error) => {
                tracing::error!(number, error = &error as &dyn std::error::Error, "this head can't be read; the shipped classifiers go on");
                Reader::default()
            }
        };
        *self.reader_cache.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, reader.clone()));
        Ok(reader)
    }
}

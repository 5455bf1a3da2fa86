//! The company's own head that is in force, if there is one.

use crate::{App, Result};
use std::sync::{Arc, Mutex, PoisonError};
use tertulia_store::Conn;
use tertulia_understand::{Understander, own::company::CompanyHead};

/// A head under its number, or the shipped classifiers alone. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Head(Option<(i64, Arc<CompanyHead>)>);

impl Head {
    /// Which classifiers these are: the shipped ones' version, and the number of the head that corrects them.
    pub fn model(&self) -> String {
        let shipped = Understander::built_in().version();
        self.0.as_ref().map_or_else(|| shipped.to_owned(), |(number, _)| format!("{shipped}+{number}"))
    }

    /// What corrects the shipped ones.
    pub fn own(&self) -> Option<&CompanyHead> {
        self.0.as_ref().map(|(_, head)| &**head)
    }
}

/// The head that was last in force.
#[derive(Clone, Default)]
pub(crate) struct Cache(Arc<Mutex<Option<(i64, Head)>>>);

impl App {
    /// The head in force now, whichever process put it in force.
    pub(crate) async fn head(&self, conn: &mut Conn) -> Result<Head> {
        let Some(number) = conn.head_in_force().await? else { return Ok(Head::default()) };
        if let Some((known, head)) = &*self.head_cache.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *known == number
        {
            return Ok(head.clone());
        }
        let head = match CompanyHead::from_bytes(&conn.head_weights(number).await?) {
            Ok(head) if head.base() == Understander::built_in().version() => Head(Some((number, Arc::new(head)))),
            // It corrects what an earlier program said; a new one is made as soon as there are new labels.
            Ok(_) => Head::default(),
            Err(error) => {
                tracing::error!(number, error = &error as &dyn std::error::Error, "this head can't be read; the shipped classifiers go on");
                Head::default()
            }
        };
        *self.head_cache.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, head.clone()));
        Ok(head)
    }
}

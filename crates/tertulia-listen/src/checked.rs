//! All there is to tell about a query before it is saved.

use serde::Serialize;

use crate::cost::Cost;
use crate::error::Locale;
use crate::query::Query;

/// What a query says, for people to check. In JSON its names are those of the fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// The canonical spelling.
    pub query: String,
    /// See [`Query::identity`].
    pub identity: String,
    /// The shared lists it uses.
    pub lists: Vec<String>,
    /// It in plain words.
    pub reading: Aloud,
    /// How much work it makes.
    pub cost: Cost,
}

/// A text in the languages the crate speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Aloud {
    /// Spanish
    pub es: String,
    /// English
    pub en: String,
}

impl Query {
    /// What the query says.
    #[must_use]
    pub fn check(&self) -> Checked {
        Checked {
            query: self.to_string(),
            identity: self.identity(),
            lists: self.lists().into_iter().map(str::to_owned).collect(),
            reading: Aloud { es: self.reading(Locale::Es), en: self.reading(Locale::En) },
            cost: self.cost(),
        }
    }
}

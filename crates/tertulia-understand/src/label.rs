//! The labels a post can carry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Declares a closed set of labels with their names on the wire, in files and in the database.
macro_rules! labels {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every label, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name on the wire and in files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Its place in [`Self::ALL`].
            #[must_use]
            pub fn index(self) -> usize {
                self as usize
            }
        }

        impl FromStr for $name {
            type Err = UnknownLabel;

            fn from_str(word: &str) -> Result<Self, UnknownLabel> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownLabel { found: word.to_owned(), known: &[$($word),+] }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A word that is none of the labels it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{found}' is not one of: {}", known.join(", "))]
pub struct UnknownLabel {
    /// What stood there.
    pub found: String,
    /// What could stand there.
    pub known: &'static [&'static str],
}

labels! {
    /// A language that is understood, or none of them.
    Language {
        /// Spanish.
        Spanish = "es",
        /// English.
        English = "en",
        /// Portuguese.
        Portuguese = "pt",
        /// Another language, too little text, or no language at all.
        Undetermined = "und",
    }
}

impl Language {
    /// The languages with models of their own.
    pub const UNDERSTOOD: [Self; 3] = [Self::Spanish, Self::English, Self::Portuguese];
}

/// The languages somebody listens in: at first every one that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Languages([bool; 3]);

impl Default for Languages {
    fn default() -> Self {
        Self([true; 3])
    }
}

impl Languages {
    /// Those, without what is no language; of none, all.
    pub fn of(languages: impl IntoIterator<Item = Language>) -> Self {
        let mut set = [false; 3];
        for language in languages {
            if let Some(place) = set.get_mut(language.index()) {
                *place = true;
            }
        }
        if set.contains(&true) { Self(set) } else { Self::default() }
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(self, language: Language) -> bool {
        self.0.get(language.index()).is_some_and(|set| *set)
    }

    /// The first of them.
    #[must_use]
    pub fn first(self) -> Language {
        Language::UNDERSTOOD.into_iter().find(|l| self.contains(*l)).unwrap_or(Language::Spanish)
    }
}

labels! {
    /// How a post feels about the brand it is about.
    Sentiment {
        /// Against it.
        Negative = "negative",
        /// Neither, or nothing about it.
        Neutral = "neutral",
        /// For it.
        Positive = "positive",
    }
}

labels! {
    /// What a post is for. One post can be several of these.
    MessageType {
        /// Something went wrong for its writer, or they are dissatisfied.
        Complaint = "complaint",
        /// They want to know something.
        Question = "question",
        /// They want the company to do something.
        Request = "request",
        /// They thank, recommend, are delighted.
        Praise = "praise",
        /// They are about to buy, or look for what could be sold to them.
        PurchaseIntent = "purchase_intent",
        /// They propose how it could be better.
        Suggestion = "suggestion",
        /// Advertising, deceit, noise.
        Spam = "spam",
        /// None of these.
        Other = "other",
    }
}

labels! {
    /// Whom a post talks to.
    Audience {
        /// It is written to the company.
        Us = "us",
        /// It is about the company, to others.
        About = "about",
        /// It has nothing to do with the company.
        Nobody = "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_as_it_is_written() {
        for label in MessageType::ALL {
            assert_eq!(label.as_str().parse::<MessageType>().as_ref(), Ok(label));
            assert_eq!(MessageType::ALL[label.index()], *label);
        }
    }

    #[test]
    fn what_is_no_label_is_told_with_those_there_are() {
        let error = "happy".parse::<Sentiment>().expect_err("no such label");
        assert_eq!(error.to_string(), "'happy' is not one of: negative, neutral, positive");
    }
}

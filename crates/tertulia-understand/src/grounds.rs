//! What people decide about reading: the grounds for answering soon, with their words and points, and the topics.
//!
//! The program brings some ([`Shipped`]); a company changes them as it likes and hands them in with each reading.

use std::sync::{Arc, OnceLock};

use crate::lists::{ListError, Lists, Sheet};

static URGENCY: &str = include_str!("../lists/urgency.txt");
static TOPICS: &str = include_str!("../lists/topics.txt");

/// What the grounds that are not words count, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactPoints {
    /// An angry complaint.
    pub anger: f32,
    /// A post that reads like those people would answer today.
    pub pressing: f32,
    /// A post that shouts.
    pub shouting: f32,
    /// Each time its author came to us lately, up to three.
    pub contacts: f32,
    /// A million followers; a thousand have half.
    pub reach: f32,
}

impl Default for FactPoints {
    fn default() -> Self {
        Self { anger: 0.25, pressing: 0.5, shouting: 0.1, contacts: 0.15, reach: 0.4 }
    }
}

impl FactPoints {
    /// Their names.
    pub const NAMES: [&'static str; 5] = ["pressing", "anger", "contacts", "reach", "shouting"];

    /// The points of the one with this name.
    pub fn of(&mut self, name: &str) -> Option<&mut f32> {
        match name {
            "anger" => Some(&mut self.anger),
            "pressing" => Some(&mut self.pressing),
            "shouting" => Some(&mut self.shouting),
            "contacts" => Some(&mut self.contacts),
            "reach" => Some(&mut self.reach),
            _ => None,
        }
    }
}

/// What came with the program.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// Grounds for answering soon that are words.
    pub urgency: Vec<Sheet>,
    /// Topics; their points count nothing.
    pub topics: Vec<Sheet>,
    /// Grounds that are not words.
    pub facts: FactPoints,
}

impl Shipped {
    /// It, read once.
    #[must_use]
    pub fn get() -> &'static Self {
        static SHIPPED: OnceLock<Shipped> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let sheets = |file| Sheet::all(file).expect("the program's own lists are read by the tests");
            Self { urgency: sheets(URGENCY), topics: sheets(TOPICS), facts: FactPoints::default() }
        })
    }
}

/// Grounds and topics ready to look for. Immutable: one serves all threads.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// Grounds for answering soon that are words.
    pub urgency: Lists,
    /// Topics.
    pub topics: Lists,
    /// Grounds that are not words.
    pub facts: FactPoints,
}

impl Grounds {
    /// Those that came with the program.
    #[must_use]
    pub fn built_in() -> &'static Arc<Self> {
        static BUILT_IN: OnceLock<Arc<Grounds>> = OnceLock::new();
        BUILT_IN.get_or_init(|| {
            let Shipped { urgency, topics, facts } = Shipped::get();
            Arc::new(Self::of(urgency, topics, *facts).expect("the program's own lists are read by the tests"))
        })
    }

    /// From lists as people write them.
    ///
    /// # Errors
    ///
    /// A phrase that is not as it should be.
    pub fn of(urgency: &[Sheet], topics: &[Sheet], facts: FactPoints) -> Result<Self, ListError> {
        Ok(Self { urgency: Lists::of(urgency)?, topics: Lists::of(topics)?, facts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_that_is_not_words_has_a_name_of_its_own() {
        let mut facts = FactPoints { anger: 0.0, pressing: 0.0, shouting: 0.0, contacts: 0.0, reach: 0.0 };
        for name in FactPoints::NAMES {
            *facts.of(name).expect("known") += 1.0;
            assert!(Shipped::get().urgency.iter().all(|sheet| sheet.name != name), "{name} would be told twice");
        }
        assert_eq!(facts, FactPoints { anger: 1.0, pressing: 1.0, shouting: 1.0, contacts: 1.0, reach: 1.0 });
    }

    #[test]
    fn the_shipped_lists_name_each_list_once_and_have_words_in_every_language() {
        for sheets in [&Shipped::get().urgency, &Shipped::get().topics] {
            let mut names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), sheets.len());
            assert!(sheets.iter().all(|sheet| sheet.phrases.len() == 3 && sheet.phrases.values().all(|phrases| !phrases.is_empty())));
        }
    }
}

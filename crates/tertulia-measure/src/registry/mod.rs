//! The formula registry: what every number means, in both languages, where its formula is from, and what it is computed from.
//!
//! A number without its definition is not shown anywhere. The groups are those that operations are commonly reviewed by
//! (service, quality, efficiency, customer, cost); they follow no standard's text, and nobody is certified by them.

mod operations;
mod planning;
mod quality;

use serde::Serialize;

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Both {
    /// Spanish.
    pub es: &'static str,
    /// English.
    pub en: &'static str,
}

/// What a measure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// How soon people are answered.
    Service,
    /// How well.
    Quality,
    /// With how much of our time.
    Efficiency,
    /// What customers say of it.
    Customer,
    /// With how much money.
    Cost,
    /// What is to be expected, and how many people it needs.
    Planning,
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// From 0 to 1; shown in per cent.
    Share,
    /// Seconds.
    Seconds,
    /// Points of its scale.
    Points,
    /// Money.
    Money,
    /// People.
    Agents,
    /// Contacts or cases.
    Contacts,
    /// Defects in a million opportunities.
    PerMillion,
    /// Standard deviations.
    Sigmas,
}

/// How the interval is made. All are 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounds {
    /// Wilson 1927, for shares.
    Wilson,
    /// Student 1908, for means.
    Student,
    /// Between two ranks, for percentiles (Conover 1999).
    Ranks,
    /// Ratio of totals with one observation per agent (Cochran 1977).
    Ratio,
    /// From the errors of the forecast so far.
    Forecast,
    /// A total or a model's exact answer: nothing was sampled.
    None,
}

/// One formula.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Card {
    /// Stable name for programs.
    pub key: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it is counted in.
    pub unit: Unit,
    /// Name for people.
    pub name: Both,
    /// What it is, in one sentence.
    pub definition: Both,
    /// How it is computed, in symbols and words.
    pub formula: Both,
    /// What its sample is: the denominator.
    pub sample: Both,
    /// How its interval is made.
    pub bounds: Bounds,
    /// Who published it, and when.
    pub source: &'static str,
}

/// All formulas.
pub fn cards() -> impl Iterator<Item = &'static Card> {
    operations::CARDS.iter().chain(quality::CARDS).chain(planning::CARDS)
}

/// The formula of this name.
pub fn card(key: &str) -> Option<&'static Card> {
    cards().find(|card| card.key == key)
}

#[cfg(test)]
mod tests {
    //! The cards are whole.
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_card_is_named_once_and_filled() {
        let mut keys = HashSet::new();
        for card in cards() {
            assert!(keys.insert(card.key), "{} is there twice", card.key);
            for text in [card.name, card.definition, card.formula, card.sample] {
                assert!(!text.es.is_empty() && !text.en.is_empty(), "{}", card.key);
            }
            assert!(card.definition.es.ends_with('.') && card.definition.en.ends_with('.'), "{}", card.key);
            assert!(card.source.bytes().any(|b| b.is_ascii_digit()) || card.source == "Tertulia", "{} has no source with a year", card.key);
        }
    }
}

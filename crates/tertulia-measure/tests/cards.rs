//! The formula cards as people read them: a change of a definition is a change somebody has to look at.

use tertulia_measure::registry::{Both, cards};

fn sheet(of: fn(Both) -> &'static str) -> String {
    let card = |card: &tertulia_measure::registry::Card| {
        format!(
            "{} ({})\n  {}\n  = {}\n  n: {}\n  {:?}, {:?}, {:?}; {}\n",
            of(card.name),
            card.key,
            of(card.definition),
            of(card.formula),
            of(card.sample),
            card.group,
            card.unit,
            card.bounds,
            card.source
        )
    };
    cards().map(card).collect::<Vec<_>>().join("\n")
}

#[test]
fn in_spanish() {
    insta::assert_snapshot!("es", sheet(|text| text.es));
}

#[test]
fn in_english() {
    insta::assert_snapshot!("en", sheet(|text| text.en));
}

//! Cases: when one opens, what shapes it, who gets it. Pure decisions over facts.
//!
//! **Never here:** I/O, a clock, randomness. The same facts always give the same decision, with its reasons.
//!
//! Start with [`rules`] (a post came in), then [`life`] (which case it belongs to) and [`follow_up`] (what a word after the end
//! leads to), then [`router`] (who gets it) and [`simulate`] (how that would go), then [`clock`] (how soon they were promised an
//! answer), which counts by a [`calendar`]. [`offer`] is what the product offers by until the router takes its place.

pub mod calendar;
pub mod clock;
pub mod follow_up;
pub mod life;
pub mod offer;
pub mod router;
pub mod rules;
pub mod simulate;
pub mod words;

//! Cases: when one opens, what shapes it, who is offered it. Pure decisions over facts.
//!
//! **Never here:** I/O, a clock, randomness. The same facts always give the same decision, with its reasons.
//!
//! Start with [`rules`] (a post came in), then [`life`] (which case it belongs to) and [`follow_up`] (what a word after the end
//! leads to), then [`offer`] (who gets it), then [`clock`] (how soon they were promised an answer), which counts by a [`calendar`].

pub mod calendar;
pub mod clock;
pub mod follow_up;
pub mod life;
pub mod offer;
pub mod rules;
pub mod words;

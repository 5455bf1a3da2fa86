//! Cases: when one opens, what shapes it, who is offered it. Pure decisions over facts.
//!
//! **Never here:** I/O, a clock, randomness. The same facts always give the same decision, with its reasons.
//!
//! Start with [`rules`] (a post came in), then [`life`] (which case it belongs to), then [`offer`] (who gets it).

pub mod life;
pub mod offer;
pub mod rules;

//! Erlang's formulas: what a queue of people who wait does, with so many agents.
//!
//! | model | who waits | file |
//! |---|---|---|
//! | B (Erlang 1917) | nobody: who finds all agents busy is lost | [`loss`] |
//! | C (Erlang 1917) | everybody, for ever | [`endless`] |
//! | A (Palm 1957; Garnett, Mandelbaum and Reiman 2002) | everybody, until their patience ends | [`impatient`] |
//!
//! All suppose calls that come independently of each other at a steady rate (Poisson) and exponential handling times; A also
//! exponential patience. They are meant for what is answered while the customer waits (voice, chat). A backlog of mail or
//! posts flows differently: see [`crate::forecast::backlog`].
//!
//! ```
//! use tertulia_measure::erlang::{Load, Model};
//! let model = Model::new(Load::per_hour(100.0, 180.0)?, None)?;
//! let service = model.with(7)?;
//! assert!((service.wait_probability - 0.32415).abs() < 5e-6);
//! assert!((service.answered_within(20.0)? - 0.74044).abs() < 5e-6);
//! # Ok::<(), tertulia_measure::MeasureError>(())
//! ```

mod endless;
mod impatient;
pub mod loss;
mod service;
mod staffing;

pub use service::Service;
pub use staffing::{Staffing, Target, scheduled};

use crate::error::{MeasureError, check, not_negative, positive};

/// Most agents a question may be about.
pub const MOST_AGENTS: u32 = 1_000_000;
/// Most erlangs a question may be about.
const MOST_ERLANGS: f64 = 900_000.0;
/// Patience beyond this (thirty years) is none of this world.
const MOST_PATIENCE: f64 = 1e9;

/// Work as it comes: how often, and how long each piece takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    per_second: f64,
    handling: f64,
}

impl Load {
    /// `contacts` an hour, each handled in `handling` seconds on average (talk, hold and wrap-up).
    pub fn per_hour(contacts: f64, handling: f64) -> Result<Self, MeasureError> {
        let per_second = not_negative("per-hour", contacts)? / 3600.0;
        let handling = positive("aht", handling)?;
        let offered = per_second * handling;
        check("per-hour × aht ÷ 3600", offered, "≤ 900000", offered <= MOST_ERLANGS)?;
        Ok(Self { per_second, handling })
    }

    /// A = λ · AHT: how many agents this keeps busy on average, in erlangs.
    pub fn offered(&self) -> f64 {
        self.per_second * self.handling
    }
}

/// A queue: its load, and how long its customers wait before they give up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    load: Load,
    patience: Option<f64>,
}

impl Model {
    /// `patience`: mean seconds that somebody who is not answered waits before giving up; none, for ever.
    pub fn new(load: Load, patience: Option<f64>) -> Result<Self, MeasureError> {
        if let Some(patience) = patience {
            check("patience", patience, "> 0, ≤ 10⁹", patience > 0.0 && patience <= MOST_PATIENCE)?;
        }
        Ok(Self { load, patience })
    }

    /// The load it was made with.
    pub fn load(&self) -> Load {
        self.load
    }

    /// What so many agents achieve. Without patience they must be more than the offered erlangs.
    pub fn with(&self, agents: u32) -> Result<Service, MeasureError> {
        let offered = self.load.offered();
        check("agents", f64::from(agents), "≤ 1000000", agents <= MOST_AGENTS)?;
        if offered == 0.0 {
            return Ok(Service::idle(agents));
        }
        check("agents", f64::from(agents), "≥ 1", agents >= 1)?;
        match self.patience {
            None if f64::from(agents) <= offered => Err(MeasureError::Overloaded { agents, offered }),
            None => Ok(endless::service(&self.load, agents)),
            Some(patience) => Ok(impatient::service(&self.load, patience, agents)),
        }
    }
}

#[cfg(test)]
mod tests;

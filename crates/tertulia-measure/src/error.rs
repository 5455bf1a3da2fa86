//! What can be wrong with what a formula is given, in both languages.

use thiserror::Error;

/// Why there is no number.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MeasureError {
    /// A value outside of what the formula is defined for.
    #[error("{what} is {got}; it must be {must}")]
    OutOfRange {
        /// The name of the value, as in the command line.
        what: &'static str,
        /// What it was.
        got: f64,
        /// What it may be, in symbols that need no language: `> 0`, `0 ≤ x < 1`.
        must: &'static str,
    },
    /// More work than people, and nobody ever gives up: the queue grows without end.
    #[error("{agents} agents cannot carry {offered:.2} erlangs: the queue grows without end")]
    Overloaded {
        /// People.
        agents: u32,
        /// Offered work in erlangs.
        offered: f64,
    },
    /// No number of people up to the limit reaches the target.
    #[error("no number of agents up to {limit} reaches the target")]
    Unreachable {
        /// Most people that are tried.
        limit: u32,
    },
    /// A staffing question without a target.
    #[error("name at least one target: service level, answer time, abandonment or occupancy")]
    NoTarget,
    /// A target of abandonment where nobody ever gives up.
    #[error("a target of abandonment needs the patience of those who wait")]
    NeedsPatience,
    /// Too little history for a forecast.
    #[error("the history has {days} days; a forecast needs {needed}")]
    TooShort {
        /// Days there are, holidays left out.
        days: usize,
        /// Days needed.
        needed: usize,
    },
    /// More days than are worked on at once.
    #[error("the history spans {days} days; the most is {most}")]
    TooLong {
        /// Days from first to last.
        days: i64,
        /// Most days.
        most: i64,
    },
}

impl MeasureError {
    /// The same in Spanish.
    pub fn es(&self) -> String {
        match self {
            Self::OutOfRange { what, got, must } => format!("{what} es {got}; debe ser {must}"),
            Self::Overloaded { agents, offered } => {
                format!("{agents} agentes no pueden con {offered:.2} erlangs: la cola crece sin fin")
            }
            Self::Unreachable { limit } => format!("ningún número de agentes hasta {limit} alcanza la meta"),
            Self::NoTarget => "indica al menos una meta: nivel de servicio, tiempo de respuesta, abandono u ocupación".to_owned(),
            Self::NeedsPatience => "una meta de abandono necesita la paciencia de quienes esperan".to_owned(),
            Self::TooShort { days, needed } => format!("el historial tiene {days} días; un pronóstico necesita {needed}"),
            Self::TooLong { days, most } => format!("el historial abarca {days} días; el máximo es {most}"),
        }
    }
}

/// Checks one value, naming it.
pub(crate) fn check(what: &'static str, got: f64, must: &'static str, holds: bool) -> Result<f64, MeasureError> {
    if holds && got.is_finite() { Ok(got) } else { Err(MeasureError::OutOfRange { what, got, must }) }
}

/// A number greater than zero.
pub(crate) fn positive(what: &'static str, got: f64) -> Result<f64, MeasureError> {
    check(what, got, "> 0", got > 0.0)
}

/// A number that is zero or greater.
pub(crate) fn not_negative(what: &'static str, got: f64) -> Result<f64, MeasureError> {
    check(what, got, "≥ 0", got >= 0.0)
}

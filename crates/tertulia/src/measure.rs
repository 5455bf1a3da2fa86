//! `tertulia measure`: the formulas of a contact centre on their own: staffing, forecasts, and what each number means.
//!
//! Everything is read and checked before anything is written: bad input exits 2 and leaves standard output empty.

mod forecast;
mod staff;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use tertulia_measure::{MeasureError, registry};

use crate::say;
use crate::understand::lines::Fault;

/// `tertulia measure …`
#[derive(Subcommand)]
pub enum MeasureCommand {
    /// How many agents a target needs, or what so many agents achieve: one JSON object.
    Staff(staff::StaffArgs),
    /// What is to be expected, from what has been; with targets, the agents it needs: one JSON object.
    Forecast(forecast::ForecastArgs),
    /// Every number with its definition, formula, unit, sample and source: one JSON object a line.
    Formulas,
}

/// Why there is no answer.
pub enum Refused {
    /// What was asked.
    Question(MeasureError),
    /// What a file holds.
    File(Fault),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(error) => f.write_str(&say::words(error.es(), error.to_string())),
            Self::File(fault) => fault.fmt(f),
        }
    }
}

impl From<MeasureError> for Refused {
    fn from(error: MeasureError) -> Self {
        Self::Question(error)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::File(fault)
    }
}

impl MeasureCommand {
    /// Runs the command. What cannot be answered is told on standard error and gives exit code 2.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let answer = match self {
            Self::Staff(args) => staff::answer(&args).map(|answer| answer.to_string()),
            Self::Forecast(args) => forecast::answer(&args).map(|answer| answer.to_string()),
            Self::Formulas => Ok(registry::cards().map(|card| json!(card).to_string()).collect::<Vec<_>>().join("\n")),
        };
        match answer {
            Ok(text) => {
                say::line(&text);
                Ok(ExitCode::SUCCESS)
            }
            Err(refused) => {
                writeln!(std::io::stderr(), "error: {refused}")?;
                Ok(ExitCode::from(2))
            }
        }
    }
}

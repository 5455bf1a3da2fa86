//! What is to be expected, from what has been: days by level, trend and weekday, intervals by the usual shape of a day, and
//! backlogs by what comes and what is done.
//!
//! - [`History`]: counts per interval of local days, holidays named.
//! - [`forecast`]: days ahead, with 95 % prediction intervals.
//! - [`backtest`]: how far this forecast would have been off, beside the plainest one there is.
//! - [`backlog`]: when a queue of written work is cleared.
//! - [`plan`]: agents per interval.

pub mod backlog;
mod backtest;
mod history;
mod level;
mod plan;
mod shape;

pub use backtest::{Accuracy, backtest};
pub use history::{Date, History};
pub use plan::{Need, plan};

use serde::Serialize;

use crate::error::{MeasureError, check};
use crate::interval::Interval;
use crate::special::Z95;
use level::Level;
use shape::Shapes;

/// Two weeks: the least from which a weekday can be told from a trend.
pub const LEAST_DAYS: usize = 14;
/// Ahead of this nobody should believe a number.
const MOST_AHEAD: u32 = 366;

/// A day to come.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Day {
    /// Which, as `2026-11-23`.
    pub date: String,
    /// Contacts expected.
    pub expected: f64,
    /// 95 % prediction interval: nineteen of twenty such days lie within.
    pub interval: Interval,
    /// The same for each interval of the day, from midnight.
    pub intervals: Vec<Slot>,
}

/// An interval to come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Slot {
    /// Minutes since midnight.
    pub minute: u32,
    /// Contacts expected.
    pub expected: f64,
    /// 95 % prediction interval: the day's, and the chance of single contacts (Poisson).
    pub interval: Interval,
}

/// The days after the history's last.
///
/// The level of a day and its shape are forecast apart: levels need a trend, and shapes need more days than one has of one
/// kind. `closed` are days to come on which nobody works; they are forecast as nothing.
pub fn forecast(history: &History, days: u32, closed: &[Date]) -> Result<Vec<Day>, MeasureError> {
    check("days", f64::from(days), "1 … 366", (1..=MOST_AHEAD).contains(&days))?;
    let level = Level::fit(history)?;
    let shapes = Shapes::of(history);
    let first = history.end();
    let day = |ahead: u32| {
        let date = first.plus(i64::from(ahead));
        let (expected, interval) =
            if closed.contains(&date) { (0.0, Interval { low: 0.0, high: 0.0 }) } else { level.ahead(ahead + 1, date.weekday()) };
        let spread = (interval.high - interval.low) / (2.0 * Z95);
        let slot = |(at, share): (usize, &f64)| {
            let mean = expected * share;
            let reach = Z95 * (mean + (spread * share).powi(2)).sqrt();
            let interval = Interval { low: (mean - reach).max(0.0), high: mean + reach };
            Slot { minute: at as u32 * history.minutes(), expected: mean, interval }
        };
        let intervals = shapes.on(date.weekday()).iter().enumerate().map(slot).collect();
        Day { date: date.to_string(), expected, interval, intervals }
    };
    Ok((0..days).map(day).collect())
}

#[cfg(test)]
mod tests;

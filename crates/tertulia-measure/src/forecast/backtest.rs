//! How far a forecast would have been off, had it been made week after week with what was known then.

use serde::Serialize;

use super::history::{Date, History};
use super::{LEAST_DAYS, forecast};
use crate::error::MeasureError;
use crate::interval::wilson;

/// Half a year of forecasts says enough.
const MOST_WEEKS: i64 = 26;
const WEEK: i64 = 7;

/// What a week-ahead forecast was worth. Errors are WAPE: Σ |happened − forecast| ÷ Σ happened (Kolassa and Schütz 2007).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Accuracy {
    /// Days compared.
    pub days: usize,
    /// Error of the days' totals.
    pub wape_days: f64,
    /// Error of the single intervals.
    pub wape_intervals: f64,
    /// Error of saying "as on this weekday a week before": what a forecast must beat to be worth having.
    pub wape_last_week: f64,
    /// The share of days that lay within the prediction interval; 0.95 is promised.
    pub within_interval: f64,
    /// Between which bounds that share lies, by Wilson.
    pub within_low: f64,
    /// The other bound.
    pub within_high: f64,
}

/// Forecasts each of the last weeks on the evening before it began. None when there are no contacts to compare with.
pub fn backtest(history: &History) -> Result<Option<Accuracy>, MeasureError> {
    let days = history.days();
    let too_short = MeasureError::TooShort { days, needed: LEAST_DAYS + WEEK as usize };
    let begin = history.begin().ok_or_else(|| too_short.clone())?;
    let end = history.end();
    let mut told = Told::default();
    for week in (1..=MOST_WEEKS).rev() {
        let origin = end.plus(-week * WEEK);
        if origin.days_since(begin) < LEAST_DAYS as i64 {
            continue;
        }
        let known = history.before(origin);
        // Weeks with too little before them are not forecast. The first day forecast is the one after the last known.
        let Some(last) = known.begin().map(|_| known.end()) else { continue };
        let ahead = end.plus(-(week - 1) * WEEK).days_since(last);
        let Ok(days) = forecast(&known, u32::try_from(ahead).unwrap_or(0), &[]) else { continue };
        for (at, day) in days.iter().enumerate().skip(origin.days_since(last).max(0) as usize) {
            told.compare(history, &known, last.plus(at as i64), day);
        }
    }
    if told.days == 0 {
        return Err(too_short);
    }
    Ok(told.accuracy())
}

#[derive(Default)]
struct Told {
    days: usize,
    within: usize,
    happened: f64,
    off_days: f64,
    off_intervals: f64,
    off_last_week: f64,
}

impl Told {
    fn compare(&mut self, history: &History, known: &History, date: Date, day: &super::Day) {
        let Some(counts) = history.counts(date) else { return };
        let before = (1..=8).find_map(|weeks| known.total(date.plus(-weeks * WEEK)));
        let Some(before) = before else { return };
        let total: f64 = counts.iter().sum();
        self.days += 1;
        self.happened += total;
        self.within += usize::from(day.interval.low - 0.5 <= total && total <= day.interval.high + 0.5);
        self.off_days += (total - day.expected).abs();
        self.off_last_week += (total - before).abs();
        self.off_intervals += counts.iter().zip(&day.intervals).map(|(count, slot)| (count - slot.expected).abs()).sum::<f64>();
    }

    fn accuracy(&self) -> Option<Accuracy> {
        let wilson = wilson(self.within as u64, self.days as u64);
        (self.happened > 0.0).then(|| Accuracy {
            days: self.days,
            wape_days: self.off_days / self.happened,
            wape_intervals: self.off_intervals / self.happened,
            wape_last_week: self.off_last_week / self.happened,
            within_interval: self.within as f64 / self.days as f64,
            within_low: wilson.low,
            within_high: wilson.high,
        })
    }
}

//! How much comes on a day: level, damped trend and weekday.
//!
//! Exponential smoothing with an additive season of seven days and a damped trend (Holt 1957, Winters 1960, Gardner and
//! McKenzie 1985) on ln(1 + n), so that weekdays and growth are factors and no forecast is below nothing. A day that is far
//! from what was expected counts only as far as chance explains (Gelper, Fried and Croux 2010): an outage does not raise
//! next week. Holidays and unknown days pass without teaching anything. The four weights are those, of a grid, that would
//! have been least wrong one day ahead.

use super::LEAST_DAYS;
use super::history::History;
use crate::error::MeasureError;
use crate::interval::Interval;
use crate::special::Z95;

const WEEK: usize = 7;
/// How far beyond the usual error a day may teach, in standard deviations.
const CLIP: f64 = 2.0;
/// The same when weights are chosen: beyond this an error is only "large".
const LARGE: f64 = 3.0;

/// How fast level, trend and weekdays follow, and how soon a trend fades.
#[derive(Clone, Copy, Debug)]
struct Weights {
    level: f64,
    trend: f64,
    season: f64,
    damping: f64,
}

/// A fitted model after its last day.
pub(super) struct Level {
    weights: Weights,
    level: f64,
    trend: f64,
    /// By weekday; none where nobody ever comes.
    season: [Option<f64>; WEEK],
    deviation: f64,
}

impl Level {
    /// Learns from ordinary days.
    pub(super) fn fit(history: &History) -> Result<Self, MeasureError> {
        let days = history.days();
        let begin = history.begin().filter(|_| days >= LEAST_DAYS).ok_or(MeasureError::TooShort { days, needed: LEAST_DAYS })?;
        let length = history.end().days_since(begin).max(0);
        let series: Vec<Option<f64>> = (0..length).map(|at| history.total(begin.plus(at)).map(f64::ln_1p)).collect();
        let weekday = |at: usize| (begin.weekday() + at) % WEEK;
        let start = Self::start(&series, weekday);
        let mut best: Option<(f64, Self)> = None;
        for weights in grid() {
            let mut model = Self { weights, ..start.clone() };
            let wrong = model.run(&series, weekday);
            if best.as_ref().is_none_or(|(least, _)| wrong < *least) {
                best = Some((wrong, model));
            }
        }
        best.map(|(_, model)| model).ok_or(MeasureError::TooShort { days, needed: LEAST_DAYS })
    }

    fn clone(&self) -> Self {
        Self { weights: self.weights, level: self.level, trend: self.trend, season: self.season, deviation: self.deviation }
    }

    /// Where to begin: medians of the first eight weeks, which one strange day does not move.
    fn start(series: &[Option<f64>], weekday: impl Fn(usize) -> usize) -> Self {
        let known = |at: usize| series[at].map(|value| (weekday(at), value));
        let first: Vec<(usize, f64)> = (0..series.len().min(8 * WEEK)).filter_map(known).collect();
        let on = |day: usize| median(first.iter().filter(|(d, _)| *d == day).map(|(_, value)| *value).collect());
        let ever = |day: usize| (0..series.len()).filter_map(known).any(|(d, value)| d == day && value > 0.0);
        let usual: Vec<Option<f64>> = (0..WEEK).map(|day| if ever(day) { on(day) } else { None }).collect();
        let open: Vec<f64> = usual.iter().copied().flatten().collect();
        let level = open.iter().sum::<f64>() / open.len().max(1) as f64;
        let mut season = [None; WEEK];
        for day in 0..WEEK {
            // A weekday first seen later than in the first weeks begins as an ordinary one.
            season[day] = usual[day].map(|value| value - level).or(ever(day).then_some(0.0));
        }
        // Two weeks differ by two errors.
        let steps = (WEEK..series.len()).filter_map(|at| Some((series[at]? - series[at - WEEK]?).abs())).filter(|step| *step > 0.0);
        let deviation = 1.4826 * median(steps.collect()).unwrap_or(0.0) / std::f64::consts::SQRT_2;
        Self { weights: Weights { level: 0.0, trend: 0.0, season: 0.0, damping: 1.0 }, level, trend: 0.0, season, deviation }
    }

    /// Goes through the days; how wrong it was, and keeps the spread of its errors.
    fn run(&mut self, series: &[Option<f64>], weekday: impl Fn(usize) -> usize) -> f64 {
        let usual = self.deviation.max(1e-3);
        let (mut wrong, mut errors) = (0.0, Vec::with_capacity(series.len()));
        for (at, value) in series.iter().enumerate() {
            let day = weekday(at);
            let Weights { level, trend, season, damping } = self.weights;
            let carried = self.level + damping * self.trend;
            let error = match (value, self.season[day]) {
                (Some(value), Some(usually)) => value - carried - usually,
                _ => 0.0,
            };
            let taught = error.clamp(-CLIP * usual, CLIP * usual);
            self.level = carried + level * taught;
            self.trend = damping * self.trend + level * trend * taught;
            if let (Some(_), Some(usually)) = (value, self.season[day].as_mut()) {
                *usually += season * (1.0 - level) * taught;
                // The first two weeks are what it began with.
                if at >= 2 * WEEK || series.len() < 3 * WEEK {
                    wrong += error.clamp(-LARGE * usual, LARGE * usual).powi(2);
                    errors.push(error);
                }
            }
        }
        let absolute = errors.iter().map(|error| error.abs()).collect();
        let squares = errors.iter().map(|e| e.clamp(-LARGE * usual, LARGE * usual).powi(2)).sum::<f64>();
        let spread = (squares / errors.len().max(1) as f64).sqrt();
        // Days far out are rare and many small errors are usual: whichever shows more spread.
        self.deviation = spread.max(1.4826 * median(absolute).unwrap_or(0.0)).max(1e-3);
        wrong
    }

    /// The day so many days ahead: expected contacts and 95 % prediction interval (Hyndman, Koehler, Ord and Snyder 2008, §6.4).
    pub(super) fn ahead(&self, days: u32, weekday: usize) -> (f64, Interval) {
        let Some(season) = self.season[weekday] else { return (0.0, Interval { low: 0.0, high: 0.0 }) };
        let Weights { level, trend, season: follows, damping } = self.weights;
        let (mut middle, mut fade, mut grown, mut variance) = (self.level + season, 1.0, 0.0, 1.0);
        for step in 1..=days {
            fade *= damping;
            grown += fade;
            if step < days {
                let weekly = if (step as usize).is_multiple_of(WEEK) { follows * (1.0 - level) } else { 0.0 };
                variance += (level * (1.0 + trend * grown) + weekly).powi(2);
            }
        }
        middle += grown * self.trend;
        let deviation = self.deviation * variance.sqrt();
        // The mean of what is normal in logarithms lies above its median.
        let expected = (middle + 0.5 * deviation * deviation).exp_m1().max(0.0);
        let bound = |side: f64| (middle + side * Z95 * deviation).exp_m1().max(0.0);
        (expected, Interval { low: bound(-1.0), high: bound(1.0) })
    }
}

fn grid() -> impl Iterator<Item = Weights> {
    let levels = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5];
    let trends = [0.0, 0.02, 0.1];
    let seasons = [0.0, 0.05, 0.1, 0.2];
    let dampings = [0.9, 0.98];
    levels.into_iter().flat_map(move |level| {
        trends.into_iter().flat_map(move |trend| {
            seasons.into_iter().flat_map(move |season| dampings.into_iter().map(move |damping| Weights { level, trend, season, damping }))
        })
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len().checked_sub(1)? / 2;
    Some(if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle] + values[middle + 1]) })
}

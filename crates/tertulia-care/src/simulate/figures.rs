//! What comes out: figures with their intervals.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Batches a run is cut into.
pub const BATCHES: usize = 30;
/// Student's t for 29 degrees of freedom, two-sided 95 %.
const T: f64 = 2.045_229_642;

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// By queue that customers came to, wherever they were answered.
    pub queues: BTreeMap<String, QueueFigures>,
    /// Of all who work.
    pub agents: AgentFigures,
    /// The same figures, from and to, with 95 % confidence.
    pub ci95: Intervals,
}

/// Figures of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueFigures {
    /// Customers who came.
    pub offered: u64,
    /// Of them, answered.
    pub answered: u64,
    /// Of them, gone before.
    pub abandoned: u64,
    /// Of them, still waiting a day after the end.
    pub waiting: u64,
    /// Abandoned of offered.
    pub abandonment: f64,
    /// Answered in time of offered, who gave up included.
    pub service_level: f64,
    /// Mean seconds until the answer, of those answered.
    pub asa_s: f64,
    /// Not answered at once, of offered.
    pub wait_probability: f64,
}

/// Figures of all who work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentFigures {
    /// Time with work in hand, wrap-up included, of the time on shift.
    pub occupancy: f64,
}

/// Intervals of all figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// By queue.
    pub queues: BTreeMap<String, QueueIntervals>,
    /// Occupancy.
    pub agents: QueueIntervals,
}

/// Intervals by the figure's name; nothing where there was nobody to measure.
pub type QueueIntervals = BTreeMap<String, Option<[f64; 2]>>;

/// Two sums whose ratio is a figure, by batch.
#[derive(Clone, Debug)]
pub struct Ratio {
    over: [f64; BATCHES],
    under: [f64; BATCHES],
}

impl Default for Ratio {
    fn default() -> Self {
        Self { over: [0.0; BATCHES], under: [0.0; BATCHES] }
    }
}

impl Ratio {
    pub fn add(&mut self, batch: usize, over: f64, under: f64) {
        self.over[batch] += over;
        self.under[batch] += under;
    }

    /// The ratio of the sums; 0 of nothing.
    pub fn value(&self) -> f64 {
        let under: f64 = self.under.iter().sum();
        if under > 0.0 { self.over.iter().sum::<f64>() / under } else { 0.0 }
    }

    /// Where the true ratio is with 95 % confidence (Cochran's ratio estimate over batches, Student's t), within bounds
    /// that the figure can't leave.
    pub fn interval(&self, most: f64) -> Option<[f64; 2]> {
        let (value, batches) = (self.value(), BATCHES as f64);
        let mean = self.under.iter().sum::<f64>() / batches;
        let squares: f64 = self.over.iter().zip(&self.under).map(|(over, under)| (over - value * under).powi(2)).sum();
        let half = T * (squares / (batches * (batches - 1.0))).sqrt() / mean;
        (mean > 0.0).then(|| [(value - half).max(0.0), (value + half).min(most)])
    }
}

/// The sum of what was counted in each batch.
fn sum(counts: &[f64; BATCHES]) -> u64 {
    counts.iter().sum::<f64>() as u64
}

/// Where the expected sum is with 95 % confidence.
fn sum_interval(counts: &[f64; BATCHES]) -> Option<[f64; 2]> {
    let (sum, batches) = (counts.iter().sum::<f64>(), BATCHES as f64);
    let squares: f64 = counts.iter().map(|count| (count - sum / batches).powi(2)).sum();
    let half = T * (squares * batches / (batches - 1.0)).sqrt();
    Some([(sum - half).max(0.0), sum + half])
}

/// What is counted of a queue while a scenario runs.
#[derive(Clone, Debug, Default)]
pub struct Count {
    pub abandoned: Ratio,
    pub in_time: Ratio,
    pub answer_s: Ratio,
    pub waited: Ratio,
}

impl Count {
    /// Who came, who was answered, who gave up: the counts the ratios stand on.
    fn counts(&self) -> [&[f64; BATCHES]; 3] {
        [&self.abandoned.under, &self.answer_s.under, &self.abandoned.over]
    }

    pub fn figures(&self) -> QueueFigures {
        let [offered, answered, abandoned] = self.counts();
        QueueFigures {
            offered: sum(offered),
            answered: sum(answered),
            abandoned: sum(abandoned),
            waiting: sum(offered) - sum(answered) - sum(abandoned),
            abandonment: self.abandoned.value(),
            service_level: self.in_time.value(),
            asa_s: self.answer_s.value(),
            wait_probability: self.waited.value(),
        }
    }

    pub fn intervals(&self) -> QueueIntervals {
        let [offered, answered, abandoned] = self.counts();
        [
            ("offered", sum_interval(offered)),
            ("answered", sum_interval(answered)),
            ("abandoned", sum_interval(abandoned)),
            ("abandonment", self.abandoned.interval(1.0)),
            ("service_level", self.in_time.interval(1.0)),
            ("asa_s", self.answer_s.interval(f64::INFINITY)),
            ("wait_probability", self.waited.interval(1.0)),
        ]
        .map(|(name, interval)| (name.to_owned(), interval))
        .into()
    }
}

#[cfg(test)]
mod tests {
    //! Ratios by hand.
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_batches() {
        let mut ratio = Ratio::default();
        // Fifteen batches of 4 in 10 and fifteen of 6 in 10: mean ½, deviations ±1 of 10, so T·√(30/(30·29))/10.
        (0..BATCHES).for_each(|batch| ratio.add(batch, if batch % 2 == 0 { 4.0 } else { 6.0 }, 10.0));
        assert_eq!(ratio.value(), 0.5);
        let half = T / 29f64.sqrt() / 10.0;
        let [low, high] = ratio.interval(1.0).expect("a sample");
        assert!((low - (0.5 - half)).abs() < 1e-12 && (high - (0.5 + half)).abs() < 1e-12);
        assert_eq!(Ratio::default().interval(1.0), None);
    }
}

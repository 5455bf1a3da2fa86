//! What a queue achieves with a number of agents.

use super::impatient;
use crate::error::{MeasureError, not_negative};
use crate::facts::ServiceLevelRule;

/// What a queue achieves in the long run. Times in seconds, shares from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Agents at work.
    pub agents: u32,
    /// Offered work in erlangs.
    pub offered: f64,
    /// The share that finds all agents busy.
    pub wait_probability: f64,
    /// The share that gives up.
    pub abandonment: f64,
    /// The mean wait of everybody: answered at once, after a wait, or never.
    pub mean_wait: f64,
    /// The mean wait of those who are answered (average speed of answer).
    pub answer_time: f64,
    /// How many wait, on average.
    pub queue_length: f64,
    /// The share of their time that agents are busy.
    pub occupancy: f64,
    pub(super) tail: Tail,
}

/// How long waits are distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tail {
    /// Nothing to do.
    Idle,
    /// Exponential with this rate.
    Endless {
        /// (N − A) ÷ AHT.
        excess: f64,
    },
    /// See [`impatient`].
    Impatient {
        /// N·patience ÷ AHT.
        x: f64,
        /// λ·patience.
        y: f64,
        /// Mean seconds of patience.
        patience: f64,
        /// ln of Palm's function of both.
        ln_palm: f64,
    },
}

impl Service {
    /// Of a queue to which nobody comes.
    pub(super) fn idle(agents: u32) -> Self {
        Self {
            agents,
            offered: 0.0,
            wait_probability: 0.0,
            abandonment: 0.0,
            mean_wait: 0.0,
            answer_time: 0.0,
            queue_length: 0.0,
            occupancy: 0.0,
            tail: Tail::Idle,
        }
    }

    /// The share of all who come that is answered within so many seconds: the service level with abandoned included.
    pub fn answered_within(&self, seconds: f64) -> Result<f64, MeasureError> {
        not_negative("within", seconds)?;
        let later = match self.tail {
            Tail::Idle => 0.0,
            Tail::Endless { excess } => (-excess * seconds).exp(),
            Tail::Impatient { x, y, patience, ln_palm } => impatient::answered_later(x, y, patience, ln_palm, seconds),
        };
        Ok((1.0 - self.abandonment - self.wait_probability * later).clamp(0.0, 1.0))
    }

    /// The share of all who come that waits longer than so many seconds, answered in the end or not.
    pub fn waiting_longer(&self, seconds: f64) -> Result<f64, MeasureError> {
        not_negative("within", seconds)?;
        let longer = match self.tail {
            Tail::Idle => 0.0,
            Tail::Endless { excess } => (-excess * seconds).exp(),
            Tail::Impatient { x, y, patience, ln_palm } => {
                (-seconds / patience).exp() * impatient::offered_longer(x, y, patience, ln_palm, seconds)
            }
        };
        Ok(self.wait_probability * longer)
    }

    /// The share of all who come that gives up within so many seconds.
    pub fn abandoned_within(&self, seconds: f64) -> Result<f64, MeasureError> {
        let gone = 1.0 - self.waiting_longer(seconds)? - self.answered_within(seconds)?;
        Ok(gone.clamp(0.0, self.abandonment))
    }

    /// The service level as one of its rules counts it.
    pub fn service_level(&self, within: f64, rule: ServiceLevelRule) -> Result<f64, MeasureError> {
        let answered = self.answered_within(within)?;
        let counted = match rule {
            ServiceLevelRule::AbandonedIncluded => 1.0,
            ServiceLevelRule::ShortAbandonsLeftOut { short_seconds } => 1.0 - self.abandoned_within(short_seconds)?,
            ServiceLevelRule::AnsweredOnly => 1.0 - self.abandonment,
        };
        Ok(if counted > 0.0 { (answered / counted).min(1.0) } else { 0.0 })
    }
}

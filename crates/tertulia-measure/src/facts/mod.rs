//! Measures from plain facts: what happened, when, and to which case.
//!
//! A number never comes alone: with it come how many it was computed from, the interval, and the cases or people behind it,
//! so that whoever doubts it can open them. Of an empty sample there is no number, which is not the same as zero.

mod agents;
mod cases;
mod contacts;
mod surveys;

pub use agents::{Activity, Plan, Shift, Span, adherence, occupancy};
pub use cases::{
    Case, Review, cost_per_resolution, critical_error_accuracy, first_contact_resolution, public_to_private, reopen_rate, resolution_time,
    response_rate,
};
pub use contacts::{
    Contact, End, ServiceLevelRule, abandonment, average_handling_time, average_speed_of_answer, first_response_time, service_level,
};
pub use surveys::{Answered, Survey, customer_effort, net_promoter, satisfaction};

use serde::Serialize;

use crate::interval::{Interval, mean, percentile, wilson};
use crate::registry::{Card, card};

/// A measured number with everything needed to judge it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured<Id> {
    /// The measure, as in the registry.
    pub key: &'static str,
    /// Its value in the registry's unit; none of an empty sample.
    pub value: Option<f64>,
    /// How many facts it was computed from.
    pub sample: usize,
    /// 95 % confidence interval, where the sample allows one.
    pub interval: Option<Interval>,
    /// The facts that count: the numerator of a share, all facts of a mean.
    pub counted: Vec<Id>,
    /// The other facts of the sample.
    pub others: Vec<Id>,
}

impl<Id> Measured<Id> {
    /// What the number means.
    pub fn card(&self) -> &'static Card {
        card(self.key).expect("every measure here is in the registry, which a test keeps so")
    }

    /// A share of facts, with Wilson's interval.
    fn share(key: &'static str, facts: impl Iterator<Item = (Id, bool)>) -> Self {
        let (mut counted, mut others) = (Vec::new(), Vec::new());
        for (id, counts) in facts {
            if counts { counted.push(id) } else { others.push(id) }
        }
        let sample = counted.len() + others.len();
        let value = (sample > 0).then(|| counted.len() as f64 / sample as f64);
        let interval = value.map(|_| wilson(counted.len() as u64, sample as u64));
        Self { key, value, sample, interval, counted, others }
    }

    /// A mean, with Student's interval.
    fn mean(key: &'static str, facts: impl Iterator<Item = (Id, f64)>) -> Self {
        let (counted, values): (Vec<Id>, Vec<f64>) = facts.unzip();
        Self::of(key, counted, mean(&values))
    }

    /// A percentile, with the interval between two ranks.
    fn percentile(key: &'static str, share: f64, facts: impl Iterator<Item = (Id, f64)>) -> Self {
        let (counted, mut values): (Vec<Id>, Vec<f64>) = facts.unzip();
        Self::of(key, counted, percentile(&mut values, share))
    }

    fn of(key: &'static str, counted: Vec<Id>, got: Option<(f64, Option<Interval>)>) -> Self {
        let (value, interval) = got.map_or((None, None), |(value, interval)| (Some(value), interval));
        Self { key, value, sample: counted.len(), interval, counted, others: Vec::new() }
    }
}

/// Seconds between two instants, with fractions; never negative.
fn seconds(from: tertulia_kernel::Timestamp, until: tertulia_kernel::Timestamp) -> f64 {
    until.as_micros().saturating_sub(from.as_micros()).max(0) as f64 / 1e6
}

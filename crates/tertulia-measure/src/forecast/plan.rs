//! Agents per interval: what the forecast asks for.

use serde::Serialize;

use super::Day;
use crate::erlang::{Load, Model, Target, scheduled};
use crate::error::MeasureError;

/// What an interval needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Need {
    /// Day.
    pub date: String,
    /// Minutes since midnight.
    pub minute: u32,
    /// Contacts expected.
    pub expected: f64,
    /// Fewest agents at work that reach the target.
    pub agents: u32,
    /// How many to schedule to have them.
    pub scheduled: u32,
    /// How busy they will be.
    pub occupancy: f64,
}

/// The staffing curve. Each interval is taken as steady and by itself (the stationary independent period by period approach,
/// Green, Kolesar and Soares 2001): good where contacts are short against the interval; a queue left from the interval
/// before is not carried over.
pub fn plan(
    days: &[Day],
    minutes: u32,
    aht: f64,
    patience: Option<f64>,
    target: &Target,
    shrinkage: f64,
) -> Result<Vec<Need>, MeasureError> {
    let slots = days.iter().flat_map(|day| day.intervals.iter().map(move |slot| (day, slot)));
    let need = |(day, slot): (&Day, &super::Slot)| {
        let load = Load::per_hour(slot.expected * 60.0 / f64::from(minutes), aht)?;
        let staffing = Model::new(load, patience)?.staff(target)?;
        Ok(Need {
            date: day.date.clone(),
            minute: slot.minute,
            expected: slot.expected,
            agents: staffing.agents,
            scheduled: scheduled(staffing.agents, shrinkage)?,
            occupancy: staffing.service.occupancy,
        })
    };
    slots.map(need).collect()
}

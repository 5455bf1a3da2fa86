//! How many agents a target needs.

use super::{MOST_AGENTS, Model, Service};
use crate::error::{MeasureError, check, not_negative, positive};
use crate::facts::ServiceLevelRule;

/// What is to be reached; what is not named is not asked for. All that is named must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Target {
    /// At least this share answered within so many seconds: (share, seconds).
    pub service_level: Option<(f64, f64)>,
    /// How the service level is counted.
    pub rule: ServiceLevelRule,
    /// At most so many seconds until an answer, on average.
    pub answer_time: Option<f64>,
    /// At most this share gives up.
    pub abandonment: Option<f64>,
    /// Agents busy at most this share of their time.
    pub occupancy: Option<f64>,
}

impl Target {
    fn check(&self) -> Result<(), MeasureError> {
        if let Some((share, within)) = self.service_level {
            check("target", share, "> 0, < 1", share > 0.0 && share < 1.0)?;
            not_negative("within", within)?;
        }
        if let Some(seconds) = self.answer_time {
            positive("answer-time", seconds)?;
        }
        if let Some(share) = self.abandonment {
            check("abandonment", share, "> 0, < 1", share > 0.0 && share < 1.0)?;
        }
        if let Some(share) = self.occupancy {
            check("occupancy", share, "> 0, < 1", share > 0.0 && share < 1.0)?;
        }
        let nothing = self.service_level.is_none() && self.answer_time.is_none() && self.abandonment.is_none() && self.occupancy.is_none();
        if nothing { Err(MeasureError::NoTarget) } else { Ok(()) }
    }

    /// Whether this service is good enough.
    fn met(&self, service: &Service) -> Result<bool, MeasureError> {
        let level = match self.service_level {
            Some((share, within)) => service.service_level(within, self.rule)? >= share,
            None => true,
        };
        Ok(level
            && self.answer_time.is_none_or(|most| service.answer_time <= most)
            && self.abandonment.is_none_or(|most| service.abandonment <= most)
            && self.occupancy.is_none_or(|most| service.occupancy <= most))
    }
}

/// The answer to a staffing question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Staffing {
    /// Fewest agents at work that reach the target.
    pub agents: u32,
    /// What they achieve.
    pub service: Service,
}

impl Model {
    /// The fewest agents that reach the target. One agent more makes every part of a target easier, so the number is found by
    /// halving.
    pub fn staff(&self, target: &Target) -> Result<Staffing, MeasureError> {
        target.check()?;
        if target.abandonment.is_some() && self.patience.is_none() {
            return Err(MeasureError::NeedsPatience);
        }
        if self.load.offered() == 0.0 {
            return Ok(Staffing { agents: 0, service: self.with(0)? });
        }
        let enough = |agents: u32| match self.with(agents) {
            Ok(service) => Ok(target.met(&service)?.then_some(service)),
            Err(MeasureError::Overloaded { .. }) => Ok(None),
            Err(other) => Err(other),
        };
        let offered = self.load.offered().ceil().max(1.0) as u32;
        let (mut too_few, mut step, mut tried) = (0, 4, offered);
        let mut found = loop {
            if let Some(service) = enough(tried)? {
                break Staffing { agents: tried, service };
            }
            if tried == MOST_AGENTS {
                return Err(MeasureError::Unreachable { limit: MOST_AGENTS });
            }
            too_few = tried;
            tried = offered.saturating_add(step).min(MOST_AGENTS);
            step = step.saturating_mul(2);
        };
        while found.agents - too_few > 1 {
            let middle = too_few + (found.agents - too_few) / 2;
            match enough(middle)? {
                Some(service) => found = Staffing { agents: middle, service },
                None => too_few = middle,
            }
        }
        Ok(found)
    }
}

/// How many people must be on the schedule so that `agents` are at work, when a share of paid time goes to breaks, training,
/// meetings and absence: agents ÷ (1 − shrinkage), rounded up.
pub fn scheduled(agents: u32, shrinkage: f64) -> Result<u32, MeasureError> {
    check("shrinkage", shrinkage, "≥ 0, < 1", (0.0..1.0).contains(&shrinkage))?;
    // 7 ÷ (1 − 0.3) is ten people, not eleven, whatever the last digit says.
    let people = (f64::from(agents) / (1.0 - shrinkage) - 1e-9).ceil();
    Ok(people.max(0.0).min(f64::from(u32::MAX)) as u32)
}

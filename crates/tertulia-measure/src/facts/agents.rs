//! Agents: how their time was spent, and whether when it was planned.

use std::collections::BTreeMap;

use tertulia_kernel::{Timestamp, UserId};

use super::{Measured, seconds};
use crate::interval::ratio;

/// What an agent does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// With at least one customer, or wrapping up after one.
    Handling,
    /// Ready, and nothing to do.
    Available,
    /// At work but not ready: break, training, meeting.
    NotReady,
    /// Not signed in.
    Offline,
}

/// A stretch of one agent's time. Those of one agent do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Who.
    pub agent: UserId,
    /// Doing what.
    pub activity: Activity,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What a schedule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// To be with customers or ready for them.
    Work,
    /// To be neither.
    Away,
}

/// A stretch of one agent's schedule. Those of one agent do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Who.
    pub agent: UserId,
    /// What was planned.
    pub plan: Plan,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Handling ÷ (handling + available), over all agents. The interval takes each agent as one observation.
pub fn occupancy(spans: &[Span]) -> Measured<UserId> {
    let mut by_agent: BTreeMap<UserId, (f64, f64)> = BTreeMap::new();
    for span in spans {
        let length = seconds(span.from, span.until);
        let handled = match span.activity {
            Activity::Handling => length,
            Activity::Available => 0.0,
            Activity::NotReady | Activity::Offline => continue,
        };
        let of = by_agent.entry(span.agent).or_default();
        *of = (of.0 + handled, of.1 + length);
    }
    shares("occupancy", by_agent)
}

/// Planned time that was spent as planned ÷ planned time: working where work was planned, away where that was.
pub fn adherence(shifts: &[Shift], spans: &[Span]) -> Measured<UserId> {
    let mut spans_of: BTreeMap<UserId, Vec<&Span>> = BTreeMap::new();
    for span in spans {
        spans_of.entry(span.agent).or_default().push(span);
    }
    let mut by_agent: BTreeMap<UserId, (f64, f64)> = BTreeMap::new();
    for shift in shifts {
        let planned = seconds(shift.from, shift.until);
        let (mut working, mut known) = (0.0, 0.0);
        for span in spans_of.get(&shift.agent).into_iter().flatten() {
            let both = seconds(span.from.max(shift.from), span.until.min(shift.until));
            known += both;
            if matches!(span.activity, Activity::Handling | Activity::Available) {
                working += both;
            }
        }
        let kept = match shift.plan {
            Plan::Work => working,
            // Time of which nothing is known was spent away.
            Plan::Away => known - working + (planned - known).max(0.0),
        };
        let of = by_agent.entry(shift.agent).or_default();
        *of = (of.0 + kept, of.1 + planned);
    }
    shares("adherence", by_agent)
}

fn shares(key: &'static str, by_agent: BTreeMap<UserId, (f64, f64)>) -> Measured<UserId> {
    let (agents, parts): (Vec<UserId>, Vec<(f64, f64)>) = by_agent.into_iter().filter(|(_, (_, whole))| *whole > 0.0).unzip();
    let share = ratio(&parts).map(|(value, interval)| (value, interval.map(|i| i.within(0.0, 1.0))));
    Measured::of(key, agents, share)
}

#[cfg(test)]
mod tests {
    //! Two agents' mornings.
    use super::*;
    use uuid::Uuid;

    fn span(agent: u128, activity: Activity, from: i64, until: i64) -> Span {
        let at = |minute: i64| Timestamp::from_seconds(60 * minute);
        Span { agent: UserId(Uuid::from_u128(agent)), activity, from: at(from), until: at(until) }
    }

    fn shift(agent: u128, plan: Plan, from: i64, until: i64) -> Shift {
        let like = span(agent, Activity::Offline, from, until);
        Shift { agent: like.agent, plan, from: like.from, until: like.until }
    }

    #[test]
    fn breaks_do_not_make_anybody_busy() {
        use Activity::{Available, Handling, NotReady, Offline};
        let spans = [
            span(1, Handling, 0, 40),
            span(1, Available, 40, 50),
            span(1, NotReady, 50, 60),
            span(2, Handling, 0, 20),
            span(2, Available, 20, 50),
            span(3, Offline, 0, 60),
        ];
        let occupancy = occupancy(&spans);
        assert_eq!((occupancy.value, occupancy.sample), (Some(0.6), 2));
        assert!(occupancy.interval.unwrap().low < 0.6);
    }

    #[test]
    fn who_is_away_when_planned_keeps_to_the_plan() {
        use Activity::{Available, Handling, NotReady};
        let shifts = [shift(1, Plan::Work, 0, 50), shift(1, Plan::Away, 50, 60), shift(2, Plan::Work, 0, 60)];
        // Came five minutes late, went on two minutes into the break; the other never came.
        let spans = [span(1, Available, 5, 30), span(1, Handling, 30, 52), span(1, NotReady, 52, 60)];
        let adherence = adherence(&shifts, &spans);
        assert_eq!(adherence.value, Some(53.0 / 120.0));
        assert_eq!(adherence.sample, 2);
        assert_eq!(super::adherence(&shifts[1..2], &[]).value, Some(1.0), "a break without a trace is a break");
        assert_eq!(super::adherence(&[], &spans).value, None);
    }
}

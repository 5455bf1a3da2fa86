//! Backlogs of written work: mail, posts, forms. They wait over night, and nobody gives up after two minutes; Erlang's formulas
//! do not describe them. What counts is what comes, what is done in working hours, and what was left over.
//!
//! The curves are those of Newell (1982): cumulative arrivals and cumulative work done, first come, first served. The
//! distance between them downwards is the backlog, and sideways the wait.

use serde::Serialize;

use crate::error::{MeasureError, check, not_negative};

/// One interval to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Pieces of work that come.
    pub arrivals: f64,
    /// Pieces that the people at work can do: agents × interval ÷ handling time, nothing outside of business hours.
    pub capacity: f64,
}

/// How an interval ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct State {
    /// Pieces waiting at its end.
    pub backlog: f64,
    /// Pieces done in it.
    pub done: f64,
    /// How long the oldest of those waiting has waited, in intervals; what was carried over counts from the beginning.
    pub oldest: f64,
    /// How long a piece that comes at its end will wait, in intervals; none when it is not reached within the forecast.
    pub wait: Option<f64>,
}

/// The forecast of a backlog.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backlog {
    /// Interval by interval.
    pub states: Vec<State>,
    /// Intervals until nothing waits for the first time, within an interval in proportion; none when that is not within the forecast.
    pub cleared_after: Option<f64>,
}

/// Follows a backlog through the intervals; `carried` pieces wait at the beginning.
pub fn backlog(carried: f64, flows: &[Flow]) -> Result<Backlog, MeasureError> {
    not_negative("backlog", carried)?;
    check("intervals", flows.len() as f64, "≥ 1", !flows.is_empty())?;
    for flow in flows {
        not_negative("arrivals", flow.arrivals)?;
        not_negative("capacity", flow.capacity)?;
    }
    let (mut waiting, mut states) = (carried, Vec::with_capacity(flows.len()));
    let mut cleared_after = (carried == 0.0).then_some(0.0);
    let (mut come, mut done) = (vec![carried], vec![0.0]);
    for (at, flow) in flows.iter().enumerate() {
        let left = (waiting + flow.arrivals - flow.capacity).max(0.0);
        let finished = waiting + flow.arrivals - left;
        if left == 0.0 && cleared_after.is_none() {
            // Arrivals and work are even within an interval: the backlog falls in a straight line.
            let part = waiting / (flow.capacity - flow.arrivals).max(f64::MIN_POSITIVE);
            cleared_after = Some(at as f64 + part.clamp(0.0, 1.0));
        }
        waiting = left;
        come.push(come[at] + flow.arrivals);
        done.push(done[at] + finished);
        states.push(State { backlog: left, done: finished, oldest: 0.0, wait: None });
    }
    for (at, state) in states.iter_mut().enumerate() {
        let now = at + 1;
        // Whoever is next in line came when the arrivals were what is done by now; whoever comes now is done when that is what has come.
        if state.backlog > 0.0 {
            state.oldest = now as f64 - reaches(&come, done[now]).unwrap_or(now as f64);
        }
        state.wait = if state.backlog > 0.0 { reaches(&done, come[now]).map(|then| (then - now as f64).max(0.0)) } else { Some(0.0) };
    }
    Ok(Backlog { states, cleared_after })
}

/// When a curve that never falls, given at whole intervals and straight between, reaches a height.
fn reaches(curve: &[f64], height: f64) -> Option<f64> {
    // Sums of the same numbers in another order differ in their last digits.
    let slack = 1e-9 * height.abs().max(1.0);
    let after = curve.partition_point(|&value| value < height - slack);
    if after == 0 || after == curve.len() {
        return (after == 0).then_some(0.0);
    }
    let (low, high) = (curve[after - 1], curve[after]);
    Some((after - 1) as f64 + ((height - low) / (high - low)).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    //! A Monday morning, and laws.
    use super::*;
    use proptest::prelude::*;

    fn flows(pairs: &[(f64, f64)]) -> Vec<Flow> {
        pairs.iter().map(|&(arrivals, capacity)| Flow { arrivals, capacity }).collect()
    }

    #[test]
    fn a_weekend_is_worked_off() {
        // Thirty carried over; ten come each hour; nobody works in the first two, then twenty are done an hour.
        let got = backlog(
            30.0,
            &flows(&[(10.0, 0.0), (10.0, 0.0), (10.0, 20.0), (10.0, 20.0), (10.0, 20.0), (10.0, 20.0), (10.0, 20.0), (0.0, 20.0)]),
        )
        .unwrap();
        let left: Vec<f64> = got.states.iter().map(|s| s.backlog).collect();
        assert_eq!(left, [40.0, 50.0, 40.0, 30.0, 20.0, 10.0, 0.0, 0.0]);
        assert_eq!(got.cleared_after, Some(7.0));
        // After the third hour the first twenty of the old ones are done: the oldest has waited since the beginning.
        assert_eq!((got.states[2].oldest, got.states[3].oldest), (3.0, 3.0));
        // What comes at the end of the second hour stands behind eighty less thirty that are done in two and a half hours.
        assert_eq!(got.states[1].wait, Some(2.5));
        assert_eq!((got.states[6].wait, got.states[6].oldest), (Some(0.0), 0.0));
    }

    #[test]
    fn what_is_never_cleared_says_so() {
        let got = backlog(5.0, &flows(&[(10.0, 9.0); 4])).unwrap();
        assert_eq!((got.cleared_after, got.states[3].backlog), (None, 9.0));
        assert_eq!(got.states[3].wait, None, "beyond the forecast nothing is known");
        assert_eq!(backlog(0.0, &flows(&[(1.0, 2.0)])).unwrap().cleared_after, Some(0.0));
        assert_eq!(backlog(5.0, &flows(&[(0.0, 20.0)])).unwrap().cleared_after, Some(0.25));
        assert!(backlog(-1.0, &flows(&[(1.0, 1.0)])).is_err() && backlog(1.0, &[]).is_err());
        assert!(backlog(1.0, &flows(&[(f64::NAN, 1.0)])).is_err());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_more_hands_never_harm(carried in 0.0f64..500.0, pairs in prop::collection::vec((0.0f64..60.0, 0.0f64..60.0), 1..60)) {
            let flows = flows(&pairs);
            let got = backlog(carried, &flows).unwrap();
            let done: f64 = got.states.iter().map(|s| s.done).sum();
            let come: f64 = carried + pairs.iter().map(|p| p.0).sum::<f64>();
            prop_assert!((come - done - got.states[got.states.len() - 1].backlog).abs() < 1e-6);
            let more: Vec<Flow> = flows.iter().map(|f| Flow { capacity: f.capacity + 5.0, ..*f }).collect();
            let better = backlog(carried, &more).unwrap();
            for (at, (one, other)) in got.states.iter().zip(&better.states).enumerate() {
                prop_assert!(one.done <= pairs[at].1 + 1e-9, "nobody does more than they can");
                prop_assert!(other.backlog <= one.backlog + 1e-9);
                prop_assert!(one.oldest >= 0.0 && one.oldest <= (at + 1) as f64 + 1e-9);
            }
        }
    }
}

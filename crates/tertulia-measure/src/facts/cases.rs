//! Cases: what became of what people brought to us.

use tertulia_kernel::{CaseId, Timestamp};

use super::{Measured, seconds};

/// What is known of one case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// Which.
    pub id: CaseId,
    /// When it was opened.
    pub opened: Timestamp,
    /// Whether it called for an answer at all: praise in passing and spam do not.
    pub calls_for_answer: bool,
    /// When it was first answered.
    pub answered: Option<Timestamp>,
    /// When it was first resolved.
    pub resolved: Option<Timestamp>,
    /// When it was opened again after that.
    pub reopened: Option<Timestamp>,
    /// When the same person next wrote about the same matter in another case, after it was resolved.
    pub came_back: Option<Timestamp>,
    /// Whether it began where everybody reads it.
    pub began_public: bool,
    /// When it moved to where only we and the customer read it.
    pub moved_private: Option<Timestamp>,
}

/// Answered ÷ those that called for an answer.
pub fn response_rate(cases: &[Case]) -> Measured<CaseId> {
    let asked = cases.iter().filter(|case| case.calls_for_answer);
    Measured::share("response_rate", asked.map(|case| (case.id, case.answered.is_some())))
}

/// Resolved cases without a repeat within `days` ÷ resolved cases whose days are over. A repeat is the case opened again, or
/// another about the same matter. Cases whose days are not over are left out, also those that came back already: bad news is
/// known before good news.
pub fn first_contact_resolution(cases: &[Case], days: u32, now: Timestamp) -> Measured<CaseId> {
    let within = f64::from(days) * 86_400.0;
    let facts = cases.iter().filter_map(|case| {
        let resolved = case.resolved?;
        let repeated = [case.reopened, case.came_back].into_iter().flatten().any(|at| seconds(resolved, at) <= within);
        (seconds(resolved, now) > within).then_some((case.id, !repeated))
    });
    Measured::share("fcr", facts)
}

/// Opened again ÷ resolved.
pub fn reopen_rate(cases: &[Case]) -> Measured<CaseId> {
    let resolved = cases.iter().filter(|case| case.resolved.is_some());
    Measured::share("reopen_rate", resolved.map(|case| (case.id, case.reopened.is_some())))
}

/// Moved to a private conversation ÷ begun in public.
pub fn public_to_private(cases: &[Case]) -> Measured<CaseId> {
    let public = cases.iter().filter(|case| case.began_public);
    Measured::share("public_to_private", public.map(|case| (case.id, case.moved_private.is_some())))
}

/// The time to resolution that a share of the resolved did not exceed (0.5: the median).
pub fn resolution_time(cases: &[Case], share: f64) -> Measured<CaseId> {
    let resolved = cases.iter().filter_map(|case| Some((case.id, seconds(case.opened, case.resolved?))));
    Measured::percentile("resolution_time", share, resolved)
}

/// What the period cost ÷ cases resolved in it. A total has no interval: nothing was sampled.
pub fn cost_per_resolution(cost: f64, cases: &[Case]) -> Measured<CaseId> {
    let resolved: Vec<CaseId> = cases.iter().filter(|case| case.resolved.is_some()).map(|case| case.id).collect();
    let value = (!resolved.is_empty()).then(|| (cost / resolved.len() as f64, None));
    Measured::of("cost_per_resolution", resolved, value)
}

/// A case looked over by a person, and what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// Which case.
    pub case: CaseId,
    /// Whether it has an error that alone spoils it, for the customer, the business or the law: one kind a list.
    pub critical_error: bool,
}

/// Reviewed cases without a critical error ÷ reviewed cases.
pub fn critical_error_accuracy(reviews: &[Review]) -> Measured<CaseId> {
    Measured::share("critical_error_accuracy", reviews.iter().map(|review| (review.case, !review.critical_error)))
}

#[cfg(test)]
mod tests {
    //! Five cases worked by hand.
    use super::*;
    use uuid::Uuid;

    const DAY: i64 = 86_400;

    fn case(id: u128) -> Case {
        Case {
            id: CaseId(Uuid::from_u128(id)),
            opened: Timestamp::from_seconds(0),
            calls_for_answer: true,
            answered: None,
            resolved: None,
            reopened: None,
            came_back: None,
            began_public: false,
            moved_private: None,
        }
    }

    fn day(n: i64) -> Option<Timestamp> {
        Some(Timestamp::from_seconds(n * DAY))
    }

    #[test]
    fn what_came_back_was_not_resolved_at_first() {
        let now = Timestamp::from_seconds(10 * DAY);
        let cases = [
            Case { resolved: day(1), ..case(1) },
            Case { resolved: day(1), reopened: day(3), ..case(2) },
            // Came back after the days were over: another matter of time.
            Case { resolved: day(1), came_back: day(9), ..case(3) },
            // Its days are not over: neither good nor bad yet.
            Case { resolved: day(8), ..case(4) },
            // Not over either, though it came back.
            Case { resolved: day(8), came_back: day(9), ..case(5) },
            case(6),
        ];
        let fcr = first_contact_resolution(&cases, 7, now);
        assert_eq!((fcr.counted, fcr.others), (vec![cases[0].id, cases[2].id], vec![cases[1].id]));
        assert_eq!((reopen_rate(&cases).value, reopen_rate(&cases).sample), (Some(0.2), 5));
        assert_eq!(resolution_time(&cases, 0.5).value, Some(DAY as f64));
        assert_eq!(cost_per_resolution(100.0, &cases).value, Some(20.0));
        assert_eq!(cost_per_resolution(100.0, &cases[5..]).value, None);
    }

    #[test]
    fn only_what_asked_counts_as_unanswered() {
        let cases = [
            Case { answered: day(1), began_public: true, moved_private: day(1), ..case(1) },
            Case { began_public: true, ..case(2) },
            Case { calls_for_answer: false, began_public: true, ..case(3) },
            Case { answered: day(1), ..case(4) },
        ];
        let response = response_rate(&cases);
        assert_eq!((response.counted.len(), response.sample, response.others), (2, 3, vec![cases[1].id]));
        assert_eq!((public_to_private(&cases).counted, public_to_private(&cases).sample), (vec![cases[0].id], 3));
        let reviews = cases.map(|case| Review { case: case.id, critical_error: case.id == cases[0].id });
        assert_eq!(critical_error_accuracy(&reviews).value, Some(0.75));
    }
}

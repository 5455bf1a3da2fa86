//! Contacts: somebody waited for us, was answered, gave up, or still waits. Calls, chats and first posts of a case alike.

use serde::{Deserialize, Serialize};
use tertulia_kernel::{CaseId, Timestamp};

use super::{Measured, seconds};

/// One contact offered to a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contact {
    /// Its case.
    pub case: CaseId,
    /// When it came to the queue.
    pub offered: Timestamp,
    /// How its waiting ended.
    pub end: End,
}

/// How waiting ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// Somebody answered.
    Answered {
        /// When.
        at: Timestamp,
        /// Talk, hold and wrap-up; none while it is being handled.
        handling_seconds: Option<f64>,
    },
    /// The customer gave up.
    Abandoned {
        /// When.
        at: Timestamp,
    },
    /// Not ended yet.
    Waiting,
}

impl Contact {
    fn waited(&self, now: Timestamp) -> f64 {
        match self.end {
            End::Answered { at, .. } | End::Abandoned { at } => seconds(self.offered, at),
            End::Waiting => seconds(self.offered, now),
        }
    }
}

/// How a service level counts those who gave up. The same calls give very different numbers: the rule is part of the number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceLevelRule {
    /// Everybody who came counts; who gave up was not answered in time. The default: nobody looks better by making people hang up.
    #[default]
    AbandonedIncluded,
    /// Who gave up within a few seconds is left out, as somebody who dialled wrongly.
    ShortAbandonsLeftOut {
        /// How few.
        short_seconds: f64,
    },
    /// Only who was answered counts. It flatters, and is here to compare with systems that report it.
    AnsweredOnly,
}

/// Answered within `within` seconds ÷ offered. Who still waits counts as late once the time is over, and not at all before.
pub fn service_level(contacts: &[Contact], within: f64, rule: ServiceLevelRule, now: Timestamp) -> Measured<CaseId> {
    let facts = contacts.iter().filter_map(|contact| {
        let waited = contact.waited(now);
        let counts = match (contact.end, rule) {
            (End::Answered { .. }, _) => true,
            (_, ServiceLevelRule::AnsweredOnly) => false,
            (End::Abandoned { .. }, ServiceLevelRule::ShortAbandonsLeftOut { short_seconds }) => waited > short_seconds,
            (End::Abandoned { .. }, ServiceLevelRule::AbandonedIncluded) => true,
            (End::Waiting, _) => waited > within,
        };
        let in_time = matches!(contact.end, End::Answered { .. }) && waited <= within;
        counts.then_some((contact.case, in_time))
    });
    Measured::share("service_level", facts)
}

/// Gave up ÷ (answered + gave up): whoever still waits has not decided.
pub fn abandonment(contacts: &[Contact]) -> Measured<CaseId> {
    let ended = contacts.iter().filter(|contact| contact.end != End::Waiting);
    Measured::share("abandonment", ended.map(|contact| (contact.case, matches!(contact.end, End::Abandoned { .. }))))
}

fn waits(contacts: &[Contact]) -> impl Iterator<Item = (CaseId, f64)> {
    contacts.iter().filter_map(|contact| match contact.end {
        End::Answered { at, .. } => Some((contact.case, seconds(contact.offered, at))),
        _ => None,
    })
}

/// The mean wait of those who were answered (ASA).
pub fn average_speed_of_answer(contacts: &[Contact]) -> Measured<CaseId> {
    Measured::mean("asa", waits(contacts))
}

/// The wait that a share of the answered did not exceed (0.5: the median).
pub fn first_response_time(contacts: &[Contact], share: f64) -> Measured<CaseId> {
    Measured::percentile("first_response_time", share, waits(contacts))
}

/// The mean of talk, hold and wrap-up (AHT).
pub fn average_handling_time(contacts: &[Contact]) -> Measured<CaseId> {
    let handled = contacts.iter().filter_map(|contact| match contact.end {
        End::Answered { handling_seconds: Some(handled), .. } => Some((contact.case, handled)),
        _ => None,
    });
    Measured::mean("aht", handled)
}

#[cfg(test)]
mod tests {
    //! A morning worked by hand.
    use super::*;
    use uuid::Uuid;

    fn contact(id: u128, end: Option<(i64, bool)>) -> Contact {
        let offered = Timestamp::from_seconds(1_000 * id as i64);
        let end = match end {
            None => End::Waiting,
            Some((after, true)) => End::Answered { at: offered.plus_seconds(after), handling_seconds: Some(100.0 + after as f64) },
            Some((after, false)) => End::Abandoned { at: offered.plus_seconds(after) },
        };
        Contact { case: CaseId(Uuid::from_u128(id)), offered, end }
    }

    #[test]
    fn each_rule_counts_the_same_morning_in_its_way() {
        // In time, in time, late, hung up at once, hung up late, waits long, has just come.
        let contacts = [(10, true), (20, true), (21, true), (3, false), (40, false)].map(Some).into_iter().chain([None, None]);
        let contacts: Vec<Contact> = (1..).zip(contacts).map(|(id, end)| contact(id, end)).collect();
        let now = Timestamp::from_seconds(7_005);
        let level = |rule| {
            let level = service_level(&contacts, 20.0, rule, now);
            (level.counted.len(), level.sample)
        };
        assert_eq!(level(ServiceLevelRule::default()), (2, 6));
        assert_eq!(level(ServiceLevelRule::ShortAbandonsLeftOut { short_seconds: 5.0 }), (2, 5));
        assert_eq!(level(ServiceLevelRule::AnsweredOnly), (2, 3));
        let measured = service_level(&contacts, 20.0, ServiceLevelRule::default(), now);
        assert_eq!(measured.counted, [contacts[0].case, contacts[1].case], "the cases behind it");
        assert_eq!(measured.others.last(), Some(&contacts[5].case));
        let interval = measured.interval.unwrap();
        assert!(interval.low < 1.0 / 3.0 && interval.high > 1.0 / 3.0);

        assert_eq!((abandonment(&contacts).value, abandonment(&contacts).sample), (Some(0.4), 5));
        assert_eq!(average_speed_of_answer(&contacts).value, Some(17.0));
        assert_eq!(average_handling_time(&contacts).value, Some(117.0));
        assert_eq!(first_response_time(&contacts, 0.5).value, Some(20.0));
        assert_eq!(first_response_time(&contacts, 0.9).value, Some(21.0));
    }

    #[test]
    fn nothing_gives_no_number() {
        let none = service_level(&[], 20.0, ServiceLevelRule::default(), Timestamp::default());
        assert_eq!((none.value, none.interval, none.sample), (None, None, 0));
        assert_eq!(average_speed_of_answer(&[contact(1, Some((5, false)))]).value, None);
        assert_eq!(average_speed_of_answer(&[contact(1, Some((5, true)))]).interval, None, "one value has no spread");
    }
}

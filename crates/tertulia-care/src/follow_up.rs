//! When a customer writes again after their case was resolved: is it the same matter, or a new one that remembers the old?
//!
//! [`crate::life`] says that a word belongs to a resolved case; this says what follows from it, by the rules of the case's
//! department: opened again within some days of its end, and later, or always, a new case linked to the old one.

use crate::words::Locale;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// What a department does with a word after the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The case is opened again until so many days after its end, to the second; 0: never. Later a new one begins.
    pub reopen_days: u32,
    /// Whoever had it gets it again, if they still work there.
    pub keep_owner: bool,
}

impl Default for FollowUp {
    fn default() -> Self {
        Self { reopen_days: 7, keep_owner: true }
    }
}

/// The rules of all departments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUps {
    /// Of departments without their own, and of cases without a department.
    pub company: FollowUp,
    /// By department.
    pub departments: BTreeMap<DepartmentId, FollowUp>,
}

/// A case that was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Case.
    pub id: CaseId,
    /// Its department at the end.
    pub department: Option<DepartmentId>,
    /// When it ended.
    pub resolved_at: Timestamp,
    /// Who had it, if they still work in that department.
    pub owner: Option<UserId>,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "course", rename_all = "snake_case")]
pub enum Next {
    /// This case is open again.
    Reopen {
        /// Case.
        case: CaseId,
    },
    /// A case begins that says which one it follows.
    OpenLinked {
        /// The one before.
        follows: CaseId,
    },
}

/// What was decided, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// What follows.
    pub next: Next,
    /// Who gets it at once; `None`: it waits for an offer like any other.
    pub owner: Option<UserId>,
    /// The rule that decided.
    pub rule: FollowUp,
    /// It is the department's own.
    pub own: bool,
    /// Whole days since the end.
    pub days: i64,
}

/// Decides what a customer's word to a resolved case leads to.
pub fn decide_follow_up(rules: &FollowUps, ended: Ended, now: Timestamp) -> Decision {
    let own = ended.department.and_then(|department| rules.departments.get(&department));
    let rule = *own.unwrap_or(&rules.company);
    // Seen from a clock that runs behind, the end may seem to lie ahead: that is fresh.
    let since = now.seconds_since(ended.resolved_at).max(0);
    let fresh = rule.reopen_days > 0 && since <= i64::from(rule.reopen_days) * 86_400;
    let next = if fresh { Next::Reopen { case: ended.id } } else { Next::OpenLinked { follows: ended.id } };
    Decision { next, owner: ended.owner.filter(|_| rule.keep_owner), rule, own: own.is_some(), days: since / 86_400 }
}

impl Decision {
    /// Why, in a sentence.
    pub fn words(&self, locale: Locale) -> String {
        let es = locale == Locale::Es;
        let whose = match (self.own, es) {
            (true, true) => "el departamento",
            (true, false) => "the department",
            (false, true) => "la empresa",
            (false, false) => "the company",
        };
        let days = |many: i64| match (many, es) {
            (1, true) => "1 día".to_owned(),
            (1, false) => "1 day".to_owned(),
            (_, true) => format!("{many} días"),
            (_, false) => format!("{many} days"),
        };
        let (passed, limit) = (days(self.days), days(i64::from(self.rule.reopen_days)));
        let what = match (self.next, self.rule.reopen_days, es) {
            (Next::Reopen { .. }, _, true) => format!("Se reabrió: a {passed} del cierre, y {whose} reabre hasta {limit} después"),
            (Next::Reopen { .. }, _, false) => {
                format!("Opened again: {passed} since it ended, and {whose} opens again until {limit} after")
            }
            (Next::OpenLinked { .. }, 0, true) => format!("Es un caso nuevo enlazado al anterior: {whose} no reabre"),
            (Next::OpenLinked { .. }, 0, false) => format!("A new case linked to the one before: {whose} never opens again"),
            (Next::OpenLinked { .. }, _, true) => {
                format!("Es un caso nuevo enlazado al anterior: a {passed} del cierre, y {whose} reabre hasta {limit} después")
            }
            (Next::OpenLinked { .. }, _, false) => {
                format!("A new case linked to the one before: {passed} since it ended, and {whose} opens again until {limit} after")
            }
        };
        let who = match (self.owner.is_some(), es) {
            (true, true) => "lo recibe quien lo tenía",
            (true, false) => "whoever had it gets it",
            (false, true) => "espera como cualquier otro",
            (false, false) => "it waits like any other",
        };
        format!("{what}; {who}.")
    }
}

#[cfg(test)]
mod tests {
    //! Until when, whose rule, who gets it.
    use super::*;
    use uuid::Uuid;

    const END: Timestamp = Timestamp::from_seconds(10_000_000);
    const DAY: i64 = 86_400;

    fn rules() -> FollowUps {
        let department = |n: u128| DepartmentId::from(Uuid::from_u128(n));
        let departments = [
            (department(1), FollowUp { reopen_days: 30, keep_owner: false }),
            (department(2), FollowUp { reopen_days: 0, keep_owner: true }),
        ];
        FollowUps { company: FollowUp::default(), departments: departments.into() }
    }

    fn ended(department: Option<u128>) -> Ended {
        Ended {
            id: Uuid::from_u128(5).into(),
            department: department.map(|n| Uuid::from_u128(n).into()),
            resolved_at: END,
            owner: Some(Uuid::from_u128(6).into()),
        }
    }

    #[test]
    fn table() {
        for (department, seconds, reopens, keeps) in [
            (None, 7 * DAY, true, true),
            (None, 7 * DAY + 1, false, true),
            (Some(9), 7 * DAY, true, true),
            (Some(1), 30 * DAY, true, false),
            (Some(1), 30 * DAY + 1, false, false),
            (Some(2), 0, false, true),
            (None, -60, true, true),
        ] {
            let decision = decide_follow_up(&rules(), ended(department), END.plus_seconds(seconds));
            let id = ended(department).id;
            let next = if reopens { Next::Reopen { case: id } } else { Next::OpenLinked { follows: id } };
            assert_eq!((decision.next, decision.owner.is_some()), (next, keeps), "{department:?} {seconds}");
        }
        let gone = Ended { owner: None, ..ended(None) };
        assert_eq!(decide_follow_up(&rules(), gone, END).owner, None);
    }

    #[test]
    fn it_says_why() {
        let said =
            |department, days: i64, locale| decide_follow_up(&rules(), ended(department), END.plus_seconds(days * DAY)).words(locale);
        assert_eq!(
            said(None, 1, Locale::Es),
            "Se reabrió: a 1 día del cierre, y la empresa reabre hasta 7 días después; lo recibe quien lo tenía."
        );
        assert_eq!(
            said(Some(1), 31, Locale::En),
            "A new case linked to the one before: 31 days since it ended, and the department opens again until 30 days after; it waits like any other."
        );
        assert_eq!(
            said(Some(2), 0, Locale::Es),
            "Es un caso nuevo enlazado al anterior: el departamento no reabre; lo recibe quien lo tenía."
        );
    }
}

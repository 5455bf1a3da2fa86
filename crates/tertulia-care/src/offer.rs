//! Offers: open cases nobody has go to ready agents of their department, the one idle longest first.

use crate::rules::Priority;
use serde::Serialize;
use tertulia_kernel::{CaseId, DepartmentId, Timestamp, UserId};

/// A case nobody has.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Case.
    pub id: CaseId,
    /// Department; a case without one may go to anybody.
    pub department: Option<DepartmentId>,
    /// Priority.
    pub priority: Priority,
    /// Waiting since.
    pub since: Timestamp,
}

/// An agent who is ready and holds no offer.
#[derive(Clone, Debug)]
pub struct Ready {
    /// User.
    pub id: UserId,
    /// Departments.
    pub departments: Vec<DepartmentId>,
    /// Idle since.
    pub idle_since: Timestamp,
}

/// An offer to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Case.
    pub case: CaseId,
    /// Agent.
    pub agent: UserId,
    /// Why.
    pub why: Why,
}

/// Why this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Ready agents of the department that could be asked.
    pub candidates: usize,
    /// Seconds this agent has been idle: the longest of the candidates.
    pub idle_seconds: i64,
    /// Seconds the case has waited.
    pub waited_seconds: i64,
}

/// Decides which waiting cases are offered to whom: cases by priority, then by waiting time; agents by idle time. Each
/// agent gets at most one; who refused a case (`refused`) is not asked again.
pub fn decide_offers(mut waiting: Vec<Waiting>, mut ready: Vec<Ready>, refused: &[(CaseId, UserId)], now: Timestamp) -> Vec<Offer> {
    waiting.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.since.cmp(&b.since)).then(a.id.cmp(&b.id)));
    ready.sort_by(|a, b| a.idle_since.cmp(&b.idle_since).then(a.id.cmp(&b.id)));
    let mut offers = Vec::new();
    for case in waiting {
        if ready.is_empty() {
            break;
        }
        let may = |agent: &Ready| {
            case.department.is_none_or(|department| agent.departments.contains(&department)) && !refused.contains(&(case.id, agent.id))
        };
        let candidates = ready.iter().filter(|agent| may(agent)).count();
        if let Some(place) = ready.iter().position(may) {
            let agent = ready.remove(place);
            let why = Why { candidates, idle_seconds: now.seconds_since(agent.idle_since), waited_seconds: now.seconds_since(case.since) };
            offers.push(Offer { case: case.id, agent: agent.id, why });
        }
    }
    offers
}

#[cfg(test)]
mod tests {
    //! Who is asked.
    use super::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn agent(n: u128, department: u128, idle_since: i64) -> Ready {
        Ready {
            id: Uuid::from_u128(n).into(),
            departments: vec![Uuid::from_u128(department).into()],
            idle_since: Timestamp::from_seconds(idle_since),
        }
    }

    fn case(n: u128, department: u128, priority: Priority, since: i64) -> Waiting {
        Waiting {
            id: Uuid::from_u128(n).into(),
            department: Some(Uuid::from_u128(department).into()),
            priority,
            since: Timestamp::from_seconds(since),
        }
    }

    fn pairs(offers: &[Offer]) -> Vec<(u128, u128)> {
        offers.iter().map(|offer| (offer.case.0.as_u128(), offer.agent.0.as_u128())).collect()
    }

    #[test]
    fn the_longest_idle_of_the_department_gets_the_most_pressing() {
        let waiting = vec![case(1, 7, Priority::Normal, 10), case(2, 7, Priority::Urgent, 500), case(3, 8, Priority::Low, 1)];
        let ready = vec![agent(101, 7, 300), agent(102, 7, 200), agent(103, 9, 1)];
        let offers = decide_offers(waiting, ready, &[], NOW);
        assert_eq!(pairs(&offers), [(2, 102), (1, 101)]);
        assert_eq!(offers[0].why, Why { candidates: 2, idle_seconds: 800, waited_seconds: 500 });
    }

    #[test]
    fn who_refused_is_not_asked_again() {
        let refused = [(Uuid::from_u128(1).into(), Uuid::from_u128(102).into())];
        let offers = decide_offers(vec![case(1, 7, Priority::Normal, 10)], vec![agent(101, 7, 300), agent(102, 7, 200)], &refused, NOW);
        assert_eq!(pairs(&offers), [(1, 101)]);
        assert_eq!(decide_offers(vec![case(1, 7, Priority::Normal, 10)], vec![agent(102, 7, 200)], &refused, NOW), []);
    }
}

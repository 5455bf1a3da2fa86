//! Laws of clocks, over cases that could happen.

use crate::common::*;
use proptest::prelude::*;
use tertulia_care::{
    calendar::{Calendar, Length},
    clock::{Book, Clocks, Event, Fact, Metric, Party, Pauses, Policy, Reopening, Status, Traits, Warning, What, replay},
    rules::Priority,
};
use tertulia_kernel::Timestamp;

const BEGIN: &str = "2026-03-02T14:00:00Z";

fn priority(n: u8) -> Priority {
    [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent][usize::from(n % 4)]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => Just(What::CustomerWrote),
        3 => any::<bool>().prop_map(|public| What::AgentAnswered { public }),
        2 => Just(What::WaitingForCustomer),
        1 => Just(What::WaitingOver),
        1 => Just(What::Snoozed),
        1 => Just(What::Woken),
        1 => Just(What::Resolved),
        2 => any::<bool>().prop_map(|agent| What::Reopened { by: if agent { Party::Agent } else { Party::Customer } }),
        2 => (0..4_u8).prop_map(|n| What::Reshaped { traits: Traits { priority: priority(n), ..traits() } }),
    ]
}

/// A case of up to forty facts; some at the same instant, some days apart.
fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let step = prop_oneof![1 => Just(0), 6 => 1..7_200_000_000_i64, 2 => 1..300_000_000_000_i64];
    (any::<bool>(), prop::collection::vec((step, what()), 0..40)).prop_map(|(agent, steps)| {
        let by = if agent { Party::Agent } else { Party::Customer };
        let mut facts = vec![fact(BEGIN, What::Opened { by, traits: traits() })];
        let mut now = facts[0].at;
        for (step, what) in steps {
            now = Timestamp::from_micros(now.as_micros() + step);
            facts.push(Fact { at: now, what });
        }
        facts
    })
}

prop_compose! {
    fn any_policy(n: u128)(
        hours in prop::array::uniform3(prop::option::of(1..40_u64)),
        pauses in any::<[bool; 4]>(),
        restart in any::<bool>(),
        public in any::<bool>(),
        percent in 1..99_u8,
        left in 1..300_u64,
        priorities in prop::collection::vec(0..4_u8, 0..2),
    ) -> Policy {
        let mut policy = policy();
        policy.id = uuid::Uuid::from_u128(n).into();
        let [first, next, resolution] = hours.map(|quarters| quarters.map(|quarters| Length::minutes(15 * quarters)));
        (policy.targets.first_response, policy.targets.next_response, policy.targets.resolution) = (first, next, resolution);
        policy.pauses = Pauses { waiting: pauses[0], answered: pauses[1], snoozed: pauses[2], snoozed_response: pauses[3] };
        policy.reopening = if restart { Reopening::Restart } else { Reopening::Continue };
        if public { policy.answers = tertulia_care::clock::Answers::Public; }
        policy.warnings = vec![Warning::Percent(percent), Warning::Left(Length::minutes(left))];
        policy.scope.priorities = priorities.into_iter().map(priority).collect();
        policy
    }
}

fn some_calendar(n: u8) -> Calendar {
    match n % 3 {
        0 => office(),
        1 => nights("Europe/Madrid"),
        _ => Calendar::always(),
    }
}

prop_compose! {
    /// One to three editions of two policies and one of three calendars.
    fn books()(editions in prop::collection::vec((0..14_i64, any_policy(1), any_policy(2), 0..3_u8), 1..4)) -> Book {
        let editions = editions.into_iter().map(|(day, one, other, calendar)| {
            let mut edition = edition(BEGIN, vec![one, other], some_calendar(calendar));
            edition.since = edition.since.plus_seconds(day * 86_400 - 86_400);
            edition
        });
        Book::new(editions.collect()).expect("sound")
    }
}

/// All that can be seen of clocks.
fn seen(clocks: &Clocks<'_>) -> (Vec<tertulia_care::clock::Entry>, Vec<tertulia_care::clock::Notice>, Vec<tertulia_care::clock::Clock>) {
    (clocks.ledger().to_vec(), clocks.notices().to_vec(), clocks.clocks().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_beginning_and_then_the_rest_is_all_at_once(book in books(), facts in facts(), cut in any::<prop::sample::Index>(), looks in prop::collection::vec(0..2_000_000_000_i64, 0..4)) {
        let end = facts.last().expect("opened").at.plus_seconds(86_400 * 9);
        let whole = replay(&book, &facts, end).expect("in order");
        let (beginning, rest) = facts.split_at(1 + cut.index(facts.len()));
        let mut parts = replay(&book, beginning, beginning.last().expect("opened").at).expect("in order");
        for fact in rest {
            // Looking on the way, at any moment before the next fact, changes nothing.
            for look in &looks {
                let moment = Timestamp::from_micros(beginning[0].at.as_micros() + look * 1_000);
                if moment <= fact.at { parts.advance(moment); }
            }
            while let Some(wake) = parts.next_wake().filter(|wake| *wake <= fact.at) { parts.advance(wake); }
            parts.apply(fact).expect("in order");
        }
        parts.advance(end);
        prop_assert_eq!(seen(&parts), seen(&whole));
    }

    #[test]
    fn the_ledger_is_in_order_and_adds_up(book in books(), facts in facts()) {
        let end = facts.last().expect("opened").at.plus_seconds(86_400 * 9);
        let clocks = replay(&book, &facts, end).expect("in order");
        prop_assert!(clocks.ledger().windows(2).all(|pair| pair[0].at <= pair[1].at));
        for clock in clocks.clocks() {
            let own: Vec<_> = clocks.ledger().iter().filter(|entry| (entry.metric, entry.cycle) == (clock.metric, clock.cycle)).collect();
            // What is counted never shrinks, and stands still from a pause or an end to the next beginning.
            let mut still: Option<Length> = None;
            for pair in own.windows(2) {
                prop_assert!(pair[0].spent <= pair[1].spent);
            }
            for entry in &own {
                if let Some(spent) = still { prop_assert_eq!(entry.spent, spent, "{:?}", entry); }
                match entry.event {
                    Event::Activate => still = None,
                    Event::Pause { .. } | Event::Fulfil { .. } => still = Some(entry.spent),
                    _ => {}
                }
            }
            // It never counts more than the time that went by.
            let until = clock.ended_at.unwrap_or(end);
            prop_assert!(clock.elapsed(until) <= Length::from_to(clock.started_at, until));
            // A breach by time alone comes when exactly the target is counted.
            let mut changed = None;
            for entry in &own {
                match &entry.event {
                    Event::Apply { .. } => changed = Some(entry.at),
                    Event::Breach { target } if changed != Some(entry.at) => prop_assert_eq!(entry.spent, *target),
                    Event::Breach { target } => prop_assert!(entry.spent >= *target),
                    _ => {}
                }
            }
            match clock.status {
                Status::Met => prop_assert!(clock.breached_at.is_none() && clock.choice.target.is_some_and(|target| clock.spent <= target)),
                Status::Missed => prop_assert!(clock.breached_at.is_some_and(|at| at <= until)),
                _ => {}
            }
        }
        // At most one response is owed at a time.
        let owed = clocks.clocks().iter().filter(|clock| clock.metric != Metric::Resolution && clock.status.is_active()).count();
        prop_assert!(owed <= 1);
    }

    #[test]
    fn an_edit_changes_nothing_before_it(facts in facts(), one in any_policy(1), other in any_policy(1), day in 0..10_i64) {
        let first = edition(BEGIN, vec![one], office());
        let mut second = edition(BEGIN, vec![other], some_calendar(1));
        second.since = second.since.plus_seconds(day * 86_400 + 7_777);
        let since = second.since;
        let end = facts.last().expect("opened").at.plus_seconds(86_400 * 9);
        let before = Book::new(vec![first.clone()]).expect("sound");
        let after = Book::new(vec![first, second.clone()]).expect("sound");
        let (old, new) = (replay(&before, &facts, end).expect("in order"), replay(&after, &facts, end).expect("in order"));
        let until = |clocks: &Clocks<'_>| clocks.ledger().iter().filter(|entry| entry.at < since).cloned().collect::<Vec<_>>();
        prop_assert_eq!(until(&old), until(&new));
        // Made to hold from the beginning, it is as if it had always been.
        let always = Book::new(vec![second.clone()]).expect("sound");
        second.since = at("2020-01-01T00:00:00Z");
        let back = Book::new(vec![second]).expect("sound");
        let (always, back) = (replay(&always, &facts, end).expect("in order"), replay(&back, &facts, end).expect("in order"));
        prop_assert_eq!(seen(&always), seen(&back));
    }

    #[test]
    fn sleeping_from_wake_to_wake_misses_nothing(book in books(), facts in facts()) {
        let mut clocks = replay(&book, &facts, facts.last().expect("opened").at).expect("in order");
        let end = facts.last().expect("opened").at.plus_seconds(86_400 * 20);
        for _ in 0..200 {
            let Some(wake) = clocks.next_wake().filter(|wake| *wake <= end) else { break };
            let (lines, notices) = (clocks.ledger().len(), clocks.notices().len());
            let mut just_before = clocks.clone();
            just_before.advance(Timestamp::from_micros(wake.as_micros() - 1));
            prop_assert_eq!((just_before.ledger().len(), just_before.notices().len()), (lines, notices), "nothing new before");
            clocks.advance(wake);
            prop_assert!(clocks.next_wake().is_none_or(|next| next > wake));
        }
        prop_assert!(clocks.next_wake().is_none_or(|wake| wake > end));
        let all = replay(&book, &facts, end).expect("in order");
        clocks.advance(end);
        prop_assert_eq!(seen(&clocks), seen(&all));
    }
}

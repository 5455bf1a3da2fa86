//! What other systems get wrong, each as a test of ours: `field/inbox.md` names where it was seen.

use crate::common::*;
use tertulia_care::{
    calendar::{Calendar, Length},
    clock::{Metric, Status, What, replay},
};

use Metric::{FirstResponse, NextResponse, Resolution};

/// A calculator that walks day by day within 00:00–24:00 never finds the end of 22:00–06:00 and gives up.
#[test]
fn an_overnight_shift_has_deadlines() {
    let book = book(policy(), nights("America/Bogota"));
    // Friday 23:00 + 2 h = Saturday 01:00; resolution 8 h: 7 h to 06:00, one more from 22:00.
    let clocks = play(&book, &[opened("2026-03-06T23:00:00-05:00")], "2026-03-06T23:00:00-05:00");
    assert_eq!(clocks.clock(FirstResponse).and_then(|clock| clock.due_at), Some(at("2026-03-07T01:00:00-05:00")));
    assert_eq!(clocks.clock(Resolution).and_then(|clock| clock.due_at), Some(at("2026-03-07T23:00:00-05:00")));
}

/// The shift of the night in which clocks change.
#[test]
fn an_overnight_shift_at_a_change_of_clocks_has_the_right_clock() {
    let book = book(policy(), nights("Europe/Madrid"));
    // The short night has 7 h: the eighth is the next night's first. The long one has 9 h: the eighth ends at 05:00 winter time.
    for (begins, due) in
        [("2026-03-28T22:00:00+01:00", "2026-03-29T23:00:00+02:00"), ("2026-10-24T22:00:00+02:00", "2026-10-25T05:00:00+01:00")]
    {
        let clocks = play(&book, &[opened(begins)], begins);
        assert_eq!(clocks.clock(Resolution).and_then(|clock| clock.due_at), Some(at(due)), "{begins}");
    }
}

/// An evaluator that runs every five minutes stamps its own time on what it finds.
#[test]
fn a_breach_bears_the_moment_it_happened_whenever_it_is_found() {
    let book = book(policy(), office());
    for looked in ["2026-03-02T11:00:00.000001-05:00", "2026-03-02T11:05:00-05:00", "2026-12-24T00:00:00-05:00"] {
        let clocks = play(&book, &[opened("2026-03-02T09:00:00-05:00")], looked);
        assert_eq!(lines(&clocks, FirstResponse, is_breach), ["2026-03-02T16:00:00.000Z 2 h"], "{looked}");
    }
    // And an answer bears its own, so that one given in time is in time although it was evaluated later.
    let answered = [opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T10:59:59-05:00", PUBLIC)];
    let clocks = play(&book, &answered, "2026-03-02T11:05:00-05:00");
    assert_eq!(clocks.clock(FirstResponse).map(|clock| clock.status), Some(Status::Met));
}

/// Deadlines reckoned once, at the beginning, do not know that the case waited for the customer.
#[test]
fn waiting_moves_the_deadline() {
    let book = book(policy(), office());
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", PUBLIC),
        fact("2026-03-02T10:00:00-05:00", What::WaitingForCustomer),
        fact("2026-03-04T10:00:00-05:00", What::WaitingOver),
        fact("2026-03-04T16:30:00-05:00", What::Resolved),
    ];
    // 1 h + 6 h 30 min = 7 h 30 min of 8 h, although 22 h 30 min of office time went by.
    let clocks = play(&book, &facts, "2026-03-05T00:00:00-05:00");
    assert_eq!(clocks.clock(Resolution).map(|clock| (clock.status, clock.spent)), Some((Status::Met, Length::minutes(450))));
}

/// Evaluators that ignore business hours breach over the weekend.
#[test]
fn closed_hours_do_not_count() {
    let book = book(policy(), office());
    let clocks = play(&book, &[opened("2026-03-06T17:30:00-05:00")], "2026-03-09T09:00:00-05:00");
    assert_eq!(clocks.clock(FirstResponse).map(|clock| clock.elapsed(at("2026-03-09T09:00:00-05:00"))), Some(Length::minutes(30)));
    assert_eq!(lines(&clocks, FirstResponse, is_breach), [""; 0]);
}

/// Keeping only the longest update time loses all the others: their average, their number, and which were late.
#[test]
fn every_round_of_answers_is_kept() {
    let book = book(policy(), office());
    let mut facts = vec![opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T09:05:00-05:00", PUBLIC)];
    for (wrote, answered) in [("10:00", "10:50"), ("11:00", "13:00"), ("14:00", "14:05")] {
        facts.push(fact(&format!("2026-03-02T{wrote}:00-05:00"), What::CustomerWrote));
        facts.push(fact(&format!("2026-03-02T{answered}:00-05:00"), PUBLIC));
    }
    let clocks = play(&book, &facts, "2026-03-02T15:00:00-05:00");
    let rounds: Vec<_> =
        clocks.clocks().iter().filter(|clock| clock.metric == NextResponse).map(|clock| (clock.cycle, clock.spent, clock.status)).collect();
    assert_eq!(
        rounds,
        [(1, Length::minutes(50), Status::Met), (2, Length::minutes(120), Status::Missed), (3, Length::minutes(5), Status::Met)]
    );
}

/// Where waiting is measured from the last activity, who insists goes to the end of the line.
#[test]
fn who_insists_does_not_wait_anew() {
    let book = book(policy(), office());
    let mut facts = vec![opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T09:05:00-05:00", PUBLIC)];
    facts.extend(["10:00", "10:20", "10:55"].map(|wrote| fact(&format!("2026-03-02T{wrote}:00-05:00"), What::CustomerWrote)));
    let clocks = play(&book, &facts, "2026-03-02T10:56:00-05:00");
    assert_eq!(clocks.clock(NextResponse).and_then(|clock| clock.due_at), Some(at("2026-03-02T11:00:00-05:00")));
    // The same for the first.
    let insisting = [opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T10:30:00-05:00", What::CustomerWrote)];
    let clocks = play(&book, &insisting, "2026-03-02T10:31:00-05:00");
    assert_eq!(clocks.clock(FirstResponse).and_then(|clock| clock.due_at), Some(at("2026-03-02T11:00:00-05:00")));
}

/// A case resolved without an answer must not count as answered in time.
#[test]
fn resolving_is_not_answering() {
    let book = book(policy(), office());
    let facts = [opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T09:01:00-05:00", What::Resolved)];
    let clocks = play(&book, &facts, "2026-03-09T00:00:00-05:00");
    assert_eq!(clocks.clock(FirstResponse).map(|clock| (clock.status, clock.breached_at)), Some((Status::Dropped, None)));
    assert_eq!(lines(&clocks, FirstResponse, is_breach), [""; 0], "and it does not run out afterwards either");
}

/// A search for open time that never ends.
#[test]
fn a_calendar_without_open_time_is_refused() {
    let mut hours = office().hours().clone();
    hours.week.clear();
    assert!(Calendar::new(hours).is_err());
    // A target that is never reached leaves the clock running, and nothing to wake for.
    let mut endless = policy();
    endless.targets.first_response = Some(Length::hours(10_000_000));
    let book = book(endless, office());
    let clocks = replay(&book, &[opened("2026-03-02T09:00:00-05:00")], at("2026-03-02T09:00:00-05:00")).expect("in order");
    assert_eq!(clocks.clock(FirstResponse).map(|clock| (clock.status, clock.due_at)), Some((Status::Running, None)));
}

//! Clocks by hand: the facts of a case, and what the ledger says of them.
//!
//! Unless said otherwise the office of Bogotá is open Monday to Friday, 09:00–18:00 (-05:00), and promises a first response in
//! 2 h, the next in 1 h and a resolution in 8 h. 2 March 2026 is a Monday.

use crate::common::*;
use tertulia_care::{
    calendar::{Closure, Hours, Length},
    clock::{Answers, Applied, Book, Clocks, Event, Flaw, Metric, Party, Pause, Pauses, Reopening, Status, Traits, Warning, What, replay},
    words::Locale,
};

use Metric::{FirstResponse, NextResponse, Resolution};

fn status(clocks: &Clocks<'_>, metric: Metric) -> (Status, Length) {
    let clock = clocks.clock(metric).expect("it ran");
    (clock.status, clock.spent)
}

#[test]
fn a_plain_case_line_by_line() {
    let book = book(policy(), office());
    let facts = [
        opened("2026-03-02T17:00:00-05:00"),
        fact("2026-03-03T09:30:00-05:00", PUBLIC),
        fact("2026-03-03T10:00:00-05:00", What::CustomerWrote),
        fact("2026-03-03T10:20:00-05:00", PUBLIC),
        fact("2026-03-03T12:00:00-05:00", What::Resolved),
    ];
    let clocks = play(&book, &facts, "2026-03-10T00:00:00-05:00");
    // Monday 17–18 (1 h) and Tuesday 9:00–9:30 (30 min) to the first answer; 20 min to the next; to the end 1 h + 3 h.
    assert_eq!(status(&clocks, FirstResponse), (Status::Met, Length::minutes(90)));
    assert_eq!(status(&clocks, NextResponse), (Status::Met, Length::minutes(20)));
    assert_eq!(status(&clocks, Resolution), (Status::Met, Length::hours(4)));
    let first: Vec<_> = clocks.ledger().iter().filter(|entry| entry.metric == FirstResponse).map(|entry| &entry.event).collect();
    let due_at = Some(at("2026-03-03T10:00:00-05:00"));
    assert_eq!(
        first,
        [
            &Event::Activate,
            &Event::Apply {
                policy: Some(policy().id),
                target: Some(Length::hours(2)),
                calendar: ["Horario".into(), "America/Bogota".into()],
                why: Applied::Began
            },
            &Event::UpdateStatus { status: Status::Running, due_at },
            &Event::Fulfil { in_time: Some(true) },
            &Event::UpdateStatus { status: Status::Met, due_at },
        ]
    );
    assert!(clocks.ledger().windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert_eq!(clocks.next_wake(), None);
    let json = serde_json::to_value(&clocks.ledger()[0]).expect("writes");
    assert_eq!(json["event"], "activate");
    assert_eq!(serde_json::from_value::<tertulia_care::clock::Entry>(json).expect("reads"), clocks.ledger()[0]);
}

#[test]
fn waiting_for_the_customer_stops_the_resolution_alone() {
    let book = book(policy(), office());
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", PUBLIC),
        fact("2026-03-02T10:00:00-05:00", What::WaitingForCustomer),
        fact("2026-03-04T15:00:00-05:00", What::CustomerWrote),
    ];
    let paused = play(&book, &facts[..3], "2026-03-03T12:00:00-05:00");
    let reading = paused.readings(at("2026-03-03T12:00:00-05:00")).pop().expect("resolution");
    assert_eq!((reading.status, reading.elapsed, reading.remaining), (Status::Paused, Length::hours(1), Some(Length::hours(7))));
    assert_eq!((reading.due_at, reading.pause, reading.paused_since), (None, Some(Pause::Waiting), Some(at("2026-03-02T10:00:00-05:00"))));
    assert_eq!(paused.next_wake(), None, "nothing happens by itself while it waits");
    // Wednesday 15:00 + 7 h left: 3 h on Wednesday, 4 h on Thursday. The word they wrote wants an answer by 16:00.
    let clocks = play(&book, &facts, "2026-03-04T15:30:00-05:00");
    assert_eq!(clocks.clock(Resolution).and_then(|clock| clock.due_at), Some(at("2026-03-05T13:00:00-05:00")));
    assert_eq!(clocks.clock(NextResponse).and_then(|clock| clock.due_at), Some(at("2026-03-04T16:00:00-05:00")));
    assert_eq!(clocks.next_wake(), Some(at("2026-03-04T16:00:00.000001-05:00")));
}

#[test]
fn who_waits_for_an_answer_is_not_paused_by_a_mark() {
    let book = book(policy(), office());
    let facts = [opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T09:10:00-05:00", What::WaitingForCustomer)];
    let clocks = play(&book, &facts, "2026-03-02T12:00:00-05:00");
    assert_eq!(lines(&clocks, FirstResponse, is_breach), ["2026-03-02T16:00:00.000Z 2 h"]);
    assert_eq!(status(&clocks, Resolution), (Status::Paused, Length::minutes(10)));
}

#[test]
fn snoozing_pauses_only_where_the_policy_says_so() {
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", What::Snoozed),
        fact("2026-03-02T15:00:00-05:00", What::Woken),
    ];
    let spent = |pauses: Pauses| {
        let mut policy = policy();
        policy.pauses = pauses;
        let book = book(policy, office());
        let clocks = play(&book, &facts, "2026-03-02T16:00:00-05:00");
        [FirstResponse, Resolution].map(|metric| clocks.clock(metric).expect("runs").elapsed(at("2026-03-02T16:00:00-05:00")))
    };
    let none = Pauses::default();
    assert_eq!(spent(none), [Length::hours(7), Length::hours(7)]);
    assert_eq!(spent(Pauses { snoozed: true, ..none }), [Length::hours(7), Length::hours(2)]);
    assert_eq!(spent(Pauses { snoozed: true, snoozed_response: true, ..none }), [Length::hours(2), Length::hours(2)]);
}

#[test]
fn the_customers_turn_after_an_answer() {
    let mut policy = policy();
    policy.pauses.answered = true;
    let book = book(policy, office());
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", PUBLIC),
        fact("2026-03-02T11:00:00-05:00", What::Snoozed),
        fact("2026-03-02T12:00:00-05:00", What::WaitingForCustomer),
        fact("2026-03-02T17:00:00-05:00", What::CustomerWrote),
        fact("2026-03-02T18:00:00-05:00", What::Resolved),
    ];
    let clocks = play(&book, &facts, "2026-03-03T00:00:00-05:00");
    // 9–10 and 17–18. The reason of the pause changes, its beginning does not.
    assert_eq!(status(&clocks, Resolution), (Status::Met, Length::hours(2)));
    let pauses = lines(&clocks, Resolution, |event| matches!(event, Event::Pause { .. }));
    assert_eq!(pauses, ["2026-03-02T15:00:00.000Z 1 h", "2026-03-02T17:00:00.000Z 1 h"]);
    let waiting = play(&book, &facts[..4], "2026-03-02T13:00:00-05:00");
    assert_eq!(waiting.clock(Resolution).and_then(|clock| clock.paused), Some((at("2026-03-02T10:00:00-05:00"), Pause::Waiting)));
    // The answer was the next response's last word: the case was resolved with theirs unanswered.
    assert_eq!(status(&clocks, NextResponse).0, Status::Dropped);
}

#[test]
fn opened_again_it_goes_on_or_begins_anew() {
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", PUBLIC),
        fact("2026-03-02T12:00:00-05:00", What::Resolved),
        fact("2026-03-02T12:30:00-05:00", What::CustomerWrote),
        fact("2026-03-04T09:00:00-05:00", What::Reopened { by: Party::Customer }),
        fact("2026-03-04T09:00:00-05:00", What::CustomerWrote),
        fact("2026-03-04T11:00:00-05:00", What::Resolved),
    ];
    let mut policy = policy();
    let goes_on = book(policy.clone(), office());
    let clocks = play(&goes_on, &facts, "2026-03-10T00:00:00-05:00");
    // 3 h, then 2 h; what they wrote after the end and nobody took up counts nothing; the new word was not answered.
    assert_eq!(status(&clocks, Resolution), (Status::Met, Length::hours(5)));
    assert_eq!(clocks.clocks().iter().filter(|clock| clock.metric == NextResponse).count(), 1);
    assert_eq!(status(&clocks, NextResponse), (Status::Dropped, Length::hours(2)));
    assert_eq!(lines(&clocks, NextResponse, is_breach), ["2026-03-04T15:00:00.000Z 1 h"]);

    policy.reopening = Reopening::Restart;
    let anew = book(policy, office());
    let clocks = play(&anew, &facts, "2026-03-10T00:00:00-05:00");
    let rounds: Vec<_> =
        clocks.clocks().iter().filter(|clock| clock.metric == Resolution).map(|clock| (clock.cycle, clock.spent)).collect();
    assert_eq!(rounds, [(1, Length::hours(3)), (2, Length::hours(2))]);
}

#[test]
fn a_case_resolved_without_an_answer_and_opened_again_still_owes_the_first() {
    let book = book(policy(), office());
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", What::Resolved),
        fact("2026-03-03T10:00:00-05:00", What::Reopened { by: Party::Customer }),
    ];
    let clocks = play(&book, &facts, "2026-03-03T11:00:00-05:00");
    let firsts: Vec<_> =
        clocks.clocks().iter().filter(|clock| clock.metric == FirstResponse).map(|clock| (clock.cycle, clock.status)).collect();
    assert_eq!(firsts, [(1, Status::Dropped), (2, Status::Running)]);
}

#[test]
fn a_case_we_begin_owes_nothing_until_they_write() {
    let book = book(policy(), office());
    let facts = [
        fact("2026-03-02T09:00:00-05:00", What::Opened { by: Party::Agent, traits: traits() }),
        fact("2026-03-02T11:00:00-05:00", What::CustomerWrote),
    ];
    let clocks = play(&book, &facts, "2026-03-02T11:30:00-05:00");
    assert_eq!(clocks.clock(FirstResponse), None);
    assert_eq!(clocks.clock(NextResponse).map(|clock| clock.due_at), Some(Some(at("2026-03-02T12:00:00-05:00"))));
}

#[test]
fn a_private_answer_counts_unless_the_policy_wants_public_ones() {
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T09:10:00-05:00", What::AgentAnswered { public: false }),
        fact("2026-03-02T09:40:00-05:00", PUBLIC),
    ];
    let mut policy = policy();
    for (answers, minutes) in [(Answers::Any, 10), (Answers::Public, 40)] {
        policy.answers = answers;
        let book = book(policy.clone(), office());
        assert_eq!(status(&play(&book, &facts, "2026-03-03T00:00:00-05:00"), FirstResponse), (Status::Met, Length::minutes(minutes)));
    }
}

#[test]
fn what_is_done_at_the_very_moment_is_in_time() {
    let book = book(policy(), office());
    for (answered, status_then) in [("2026-03-02T11:00:00-05:00", Status::Met), ("2026-03-02T11:00:00.000001-05:00", Status::Missed)] {
        let facts = [opened("2026-03-02T09:00:00-05:00"), fact(answered, PUBLIC)];
        assert_eq!(status(&play(&book, &facts, "2026-03-02T12:00:00-05:00"), FirstResponse).0, status_then, "{answered}");
    }
}

#[test]
fn a_change_on_the_way_keeps_what_was_counted() {
    // Urgent cases of the same company: first response in 30 min, resolution in 4 h.
    let mut urgent = policy();
    urgent.id = uuid::Uuid::from_u128(2).into();
    urgent.name = "Urgente".into();
    urgent.scope.priorities = vec![tertulia_care::rules::Priority::Urgent];
    urgent.targets.first_response = Some(Length::minutes(30));
    urgent.targets.resolution = Some(Length::hours(4));
    let both = || vec![policy(), urgent.clone()];
    let book = Book::new(vec![edition("2020-01-01T00:00:00Z", both(), office())]).expect("sound");
    let pressing = Traits { priority: tertulia_care::rules::Priority::Urgent, ..traits() };
    let facts = [
        opened("2026-03-02T09:00:00-05:00"),
        fact("2026-03-02T10:00:00-05:00", What::Reshaped { traits: pressing }),
        fact("2026-03-02T10:30:00-05:00", What::Reshaped { traits: traits() }),
    ];
    // At 10:00 one hour is counted: more than 30 min, so the target runs out at that moment; of 4 h, 3 h are left: 13:00.
    let raised = play(&book, &facts[..2], "2026-03-02T10:10:00-05:00");
    assert_eq!(lines(&raised, FirstResponse, is_breach), ["2026-03-02T15:00:00.000Z 1 h"]);
    assert_eq!(raised.clock(Resolution).and_then(|clock| clock.due_at), Some(at("2026-03-02T13:00:00-05:00")));
    // Lowered again it has half an hour left of two, and is not overdue; that it once was stays in the ledger.
    let lowered = play(&book, &facts, "2026-03-02T10:40:00-05:00");
    let first = lowered.clock(FirstResponse).expect("runs");
    assert_eq!((first.breached_at, first.due_at), (None, Some(at("2026-03-02T11:00:00-05:00"))));
    assert_eq!(lines(&lowered, FirstResponse, is_breach).len(), 1);
}

#[test]
fn an_edited_policy_replays_from_now_or_from_then_and_the_facts_stay() {
    let facts = [opened("2026-03-02T09:00:00-05:00"), fact("2026-03-02T13:00:00-05:00", PUBLIC)];
    let original = edition("2020-01-01T00:00:00Z", vec![policy()], office());
    let mut longer = policy();
    longer.targets.first_response = Some(Length::hours(5));
    let told = |since: &str| {
        let book = Book::new(vec![edition(since, vec![longer.clone()], office()), original.clone()]).expect("sound");
        let clocks = play(&book, &facts, "2026-03-03T00:00:00-05:00");
        (status(&clocks, FirstResponse).0, lines(&clocks, FirstResponse, is_breach).len())
    };
    assert_eq!(told("2027-01-01T00:00:00Z"), (Status::Missed, 1), "not yet edited");
    assert_eq!(told("2026-03-02T10:00:00-05:00"), (Status::Met, 0), "edited before it ran out");
    assert_eq!(told("2026-03-02T12:00:00-05:00"), (Status::Met, 1), "edited after it ran out: that stays on record");
    assert_eq!(told("2026-01-01T00:00:00Z"), (Status::Met, 0), "edited for what already happened too");
}

#[test]
fn a_holiday_entered_late_counts_from_its_edition() {
    let mut hours: Hours = office().hours().clone();
    hours.closures = vec![Closure::days("Paro", date("2026-03-03"), date("2026-03-03"))];
    let closed = tertulia_care::calendar::Calendar::new(hours).expect("sound");
    let book = Book::new(vec![
        edition("2020-01-01T00:00:00Z", vec![policy()], office()),
        edition("2026-03-03T10:00:00-05:00", vec![policy()], closed),
    ])
    .expect("sound");
    // Monday 17–18 (1 h), Tuesday 9–10 (1 h) by the old calendar; the other 6 h from Wednesday 9:00.
    let clocks = play(&book, &[opened("2026-03-02T17:00:00-05:00")], "2026-03-03T10:00:00-05:00");
    assert_eq!(
        clocks.clock(Resolution).map(|clock| (clock.spent, clock.due_at)),
        Some((Length::hours(2), Some(at("2026-03-04T15:00:00-05:00"))))
    );
    // Before, its beginning to hold was a reason to look again.
    let before =
        play(&book, &[opened("2026-03-02T17:00:00-05:00"), fact("2026-03-02T17:01:00-05:00", PUBLIC)], "2026-03-02T18:00:00-05:00");
    assert_eq!(before.next_wake(), Some(at("2026-03-03T10:00:00-05:00")));
}

#[test]
fn warnings_come_once_each_before_the_target_runs_out() {
    let mut policy = policy();
    policy.warnings = vec![Warning::Percent(50), Warning::Percent(75), Warning::Left(Length::minutes(15)), Warning::Left(Length::hours(3))];
    let book = super::common::book(policy.clone(), office());
    let facts = [opened("2026-03-02T17:30:00-05:00")];
    let mut clocks = replay(&book, &facts[..1], facts[0].at).expect("in order");
    let mut seen = Vec::new();
    let mut from = facts[0].at;
    while let Some(wake) = clocks.next_wake().filter(|wake| *wake < at("2026-03-03T10:40:00-05:00")) {
        clocks.advance(wake);
        seen.extend(clocks.notices_since(from).iter().filter(|n| n.metric == FirstResponse).map(|n| (n.at.to_rfc3339(), n.left)));
        from = wake;
    }
    // 2 h from Monday 17:30 is Tuesday 10:30: half at 9:30, three quarters at 10:00, a quarter of an hour left at 10:15.
    let expected = [("14:30", 60), ("15:00", 30), ("15:15", 15)];
    let expected = expected.map(|(time, left)| (format!("2026-03-03T{time}:00.000Z"), Length::minutes(left)));
    assert_eq!(seen, expected);
    assert_eq!(lines(&clocks, FirstResponse, is_breach), ["2026-03-03T15:30:00.000Z 2 h"]);
    // A change that touches no target, and a pause, warn of nothing a second time.
    let mut facts = vec![facts[0].clone()];
    facts.push(fact("2026-03-03T09:40:00-05:00", What::Reshaped { traits: Traits { customer_type: Some("vip".into()), ..traits() } }));
    facts.push(fact("2026-03-03T09:50:00-05:00", What::Snoozed));
    facts.push(fact("2026-03-03T09:55:00-05:00", What::Woken));
    let mut pausing = policy.clone();
    pausing.pauses.snoozed_response = true;
    for (policy, due) in [(policy, "2026-03-03T15:30:00.000Z 2 h"), (pausing, "2026-03-03T15:35:00.000Z 2 h")] {
        let book = super::common::book(policy, office());
        let all = play(&book, &facts, "2026-03-03T10:40:00-05:00");
        assert_eq!(all.notices().iter().filter(|notice| notice.metric == FirstResponse).count(), 3);
        assert_eq!(lines(&all, FirstResponse, is_breach), [due]);
    }
}

#[test]
fn facts_that_cannot_be_are_refused() {
    let book = book(policy(), office());
    let flaw = |facts: &[tertulia_care::clock::Fact]| replay(&book, facts, at("2026-03-09T00:00:00Z")).expect_err("refused").flaw;
    let monday = opened("2026-03-02T09:00:00Z");
    assert_eq!(flaw(&[fact("2026-03-02T09:00:00Z", PUBLIC)]), Flaw::NotOpened);
    assert_eq!(flaw(&[monday.clone(), monday.clone()]), Flaw::OpenedTwice);
    assert_eq!(flaw(&[monday, fact("2026-03-02T08:59:59Z", PUBLIC)]), Flaw::OutOfOrder);
}

#[test]
fn it_says_how_it_was_counted() {
    let mut hours = office().hours().clone();
    hours.closures = vec![Closure::days("Día cívico", date("2026-03-03"), date("2026-03-03"))];
    let book = book(policy(), tertulia_care::calendar::Calendar::new(hours).expect("sound"));
    let facts = [
        opened("2026-03-02T17:00:00-05:00"),
        fact("2026-03-04T10:30:00-05:00", PUBLIC),
        fact("2026-03-04T10:30:00-05:00", What::WaitingForCustomer),
    ];
    let begun = play(&book, &facts[..1], "2026-03-02T17:00:00-05:00");
    let clock = begun.clock(FirstResponse).expect("runs");
    assert_eq!(
        clock.words(at("2026-03-02T17:00:00-05:00"), Locale::Es),
        "primera respuesta: la meta es 2 h hábiles. Vence el mié 4 mar 2026, 10:00 (America/Bogota): lun 2 mar 2026, 17:00–18:00 (1 h) + \
         mié 4 mar 2026, 09:00–10:00 (1 h). Cerrado por: Día cívico."
    );
    assert_eq!(
        clock.choice.words(Locale::En),
        "\"General\" holds, which is for every case. The company's hours count, \"Horario\" (America/Bogota)."
    );
    let late = play(&book, &facts[..1], "2026-03-04T10:20:00-05:00");
    assert_eq!(
        late.clock(FirstResponse).expect("runs").words(at("2026-03-04T10:20:00-05:00"), Locale::En),
        "first response: the target is 2 h of open time. It ran out on Wed 4 Mar 2026, 10:00 (America/Bogota). It is 20 min of open time late."
    );
    let waits = play(&book, &facts, "2026-03-05T00:00:00-05:00");
    assert_eq!(
        waits.clock(Resolution).expect("ran").words(at("2026-03-05T00:00:00-05:00"), Locale::Es),
        "resolución: la meta es 8 h hábiles. En pausa desde el mié 4 mar 2026, 10:30 (America/Bogota): se espera algo del cliente. Van 2 h 30 min; \
         al reanudar quedan 5 h 30 min."
    );
    assert_eq!(
        waits.clock(FirstResponse).expect("ran").words(at("2026-03-05T00:00:00-05:00"), Locale::Es),
        "primera respuesta: la meta es 2 h hábiles. Venció el mié 4 mar 2026, 10:00 (America/Bogota). Se hizo tarde, en 2 h 30 min."
    );
}

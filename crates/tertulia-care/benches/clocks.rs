//! `cargo bench -p tertulia-care --bench clocks`: what a deadline over a year and the replay of a long case cost.

#![allow(missing_docs, reason = "the macros of criterion write functions without words")]

use std::{collections::BTreeMap, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use tertulia_care::{
    calendar::{Calendar, Closure, Day, Hours, Length, Span, Time},
    clock::{Book, Calendars, Edition, Fact, Party, Policy, Targets, Traits, Warning, What, replay},
};
use tertulia_kernel::Timestamp;

/// 1 January 2026, a Thursday.
const BEGIN: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Five days of two spans and nights over the weekend, with twenty holidays that come every year.
fn calendar() -> Calendar {
    let time = |text| Time::parse(text).expect("a time");
    let weekdays = [Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday];
    let mut week = Span::on(&weekdays, time("09:00"), time("13:00"));
    week.extend(Span::on(&weekdays, time("15:00"), time("19:00")));
    week.extend(Span::on(&[Day::Saturday, Day::Sunday], time("22:00"), time("02:00")));
    let holiday = |n: i64| Closure::every_year("feriado", jiff::civil::date(2020, 1, 1) + jiff::SignedDuration::from_hours(24 * 18 * n));
    Calendar::new(Hours { name: "x".into(), zone: "America/Santiago".into(), week, closures: (0..20).map(holiday).collect() })
        .expect("something is open")
}

/// Twenty rounds of: they write, we answer, we wait, they write, priority changes.
fn facts() -> Vec<Fact> {
    let traits = |n: u32| Traits { channel: format!("channel {}", n % 2), ..Traits::default() };
    let mut facts = vec![Fact { at: BEGIN, what: What::Opened { by: Party::Customer, traits: traits(0) } }];
    for round in 0..20 {
        let begin = BEGIN.plus_seconds(i64::from(round) * 3 * 86_400);
        let steps = [
            What::AgentAnswered { public: true },
            What::WaitingForCustomer,
            What::CustomerWrote,
            What::Reshaped { traits: traits(round) },
            What::CustomerWrote,
        ];
        facts.extend(steps.into_iter().zip(1..).map(|(what, hour)| Fact { at: begin.plus_seconds(hour * 5_000), what }));
    }
    facts.truncate(100);
    facts
}

fn clocks(criterion: &mut Criterion) {
    let calendar = calendar();
    let year = calendar.business_time_between(BEGIN, BEGIN.plus_seconds(365 * 86_400));
    criterion
        .bench_function("a deadline a year away", |bench| bench.iter(|| calendar.add_business_time(black_box(BEGIN), black_box(year))));
    criterion.bench_function("a deadline a day away", |bench| {
        bench.iter(|| calendar.add_business_time(black_box(BEGIN), black_box(Length::hours(8))));
    });
    criterion.bench_function("making a calendar of twenty holidays", |bench| bench.iter(|| Calendar::new(calendar.hours().clone())));
    let policy = Policy {
        id: uuid::Uuid::from_u128(1).into(),
        name: "General".into(),
        scope: Default::default(),
        targets: Targets {
            first_response: Some(Length::hours(2)),
            next_response: Some(Length::hours(1)),
            resolution: Some(Length::hours(80)),
        },
        hours: Default::default(),
        pauses: Default::default(),
        answers: Default::default(),
        reopening: Default::default(),
        warnings: vec![Warning::Percent(75), Warning::Left(Length::minutes(10))],
    };
    let calendars = Calendars { by_id: BTreeMap::new(), of_department: BTreeMap::new(), company: Arc::new(calendar) };
    let book = Book::new(vec![Edition { since: BEGIN, policies: vec![Arc::new(policy)], calendars }]).expect("sound");
    let facts = facts();
    let end = BEGIN.plus_seconds(80 * 86_400);
    criterion.bench_function("replay of a case of a hundred facts", |bench| bench.iter(|| replay(&book, black_box(&facts), end)));
}

criterion_group!(benches, clocks);
criterion_main!(benches);

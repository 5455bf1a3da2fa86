//! Calendars, policies and facts the tests share.

use std::{collections::BTreeMap, sync::Arc};

use tertulia_care::{
    calendar::{Calendar, Closure, Day, Hours, Length, Span, Time},
    clock::{Book, Calendars, Clocks, Edition, Event, Fact, Metric, Party, Policy, Targets, Traits, What, replay},
};
use tertulia_kernel::Timestamp;
use uuid::Uuid;

pub const WEEKDAYS: [Day; 5] = [Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday];

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect(text)
}

pub fn time(text: &str) -> Time {
    Time::parse(text).expect(text)
}

pub fn span(day: Day, from: &str, to: &str) -> Span {
    Span { day, from: time(from), to: time(to) }
}

pub fn date(text: &str) -> jiff::civil::Date {
    text.parse().expect(text)
}

pub fn calendar(zone: &str, week: Vec<Span>, closures: Vec<Closure>) -> Calendar {
    Calendar::new(Hours { name: "Horario".into(), zone: zone.into(), week, closures }).expect("sound")
}

/// Monday to Friday, 09:00–18:00 in Bogotá, where clocks never change.
pub fn office() -> Calendar {
    calendar("America/Bogota", Span::on(&WEEKDAYS, time("09:00"), time("18:00")), vec![])
}

/// 22:00–06:00 every night.
pub fn nights(zone: &str) -> Calendar {
    calendar(zone, Span::on(&Day::ALL, time("22:00"), time("06:00")), vec![])
}

pub fn calendars(company: Calendar) -> Calendars {
    Calendars { by_id: BTreeMap::new(), of_department: BTreeMap::new(), company: Arc::new(company) }
}

/// First response 2 h, next response 1 h, resolution 8 h.
pub fn policy() -> Policy {
    Policy {
        id: Uuid::from_u128(1).into(),
        name: "General".into(),
        scope: Default::default(),
        targets: Targets {
            first_response: Some(Length::hours(2)),
            next_response: Some(Length::hours(1)),
            resolution: Some(Length::hours(8)),
        },
        hours: Default::default(),
        pauses: Default::default(),
        answers: Default::default(),
        reopening: Default::default(),
        warnings: vec![],
    }
}

pub fn edition(since: &str, policies: Vec<Policy>, company: Calendar) -> Edition {
    Edition { since: at(since), policies: policies.into_iter().map(Arc::new).collect(), calendars: calendars(company) }
}

pub fn book(policy: Policy, company: Calendar) -> Book {
    Book::new(vec![edition("2020-01-01T00:00:00Z", vec![policy], company)]).expect("sound")
}

pub fn fact(text: &str, what: What) -> Fact {
    Fact { at: at(text), what }
}

pub fn opened(text: &str) -> Fact {
    fact(text, What::Opened { by: Party::Customer, traits: traits() })
}

pub fn traits() -> Traits {
    Traits { channel: "mail".into(), ..Traits::default() }
}

pub const PUBLIC: What = What::AgentAnswered { public: true };

pub fn play<'b>(book: &'b Book, facts: &[Fact], now: &str) -> Clocks<'b> {
    replay(book, facts, at(now)).expect("in order")
}

/// The lines of one clock that are of one kind, as `moment spent`.
pub fn lines(clocks: &Clocks<'_>, metric: Metric, wanted: fn(&Event) -> bool) -> Vec<String> {
    let wanted = |entry: &&tertulia_care::clock::Entry| entry.metric == metric && wanted(&entry.event);
    clocks.ledger().iter().filter(wanted).map(|entry| format!("{} {}", entry.at.to_rfc3339(), entry.spent)).collect()
}

pub fn is_breach(event: &Event) -> bool {
    matches!(event, Event::Breach { .. })
}

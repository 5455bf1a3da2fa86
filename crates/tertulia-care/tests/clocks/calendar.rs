//! Known answers of calendars, with the arithmetic beside them.

use crate::common::*;
use tertulia_care::{
    calendar::{Calendar, CalendarError, Closure, Day, Hours, Length, Span, Yearly, Zone},
    words::Locale,
};
use tertulia_kernel::Timestamp;

#[test]
fn several_spans_a_day() {
    let split = [Span::on(&WEEKDAYS, time("09:00"), time("13:00")), Span::on(&WEEKDAYS, time("15:00"), time("19:00"))].concat();
    let calendar = calendar("America/Bogota", split, vec![]);
    // Wednesday 12:00 to Thursday 10:00: 12–13 (1 h), 15–19 (4 h), 9–10 (1 h) = 6 h.
    let (from, to) = (at("2026-03-04T12:00:00-05:00"), at("2026-03-05T10:00:00-05:00"));
    assert_eq!(calendar.business_time_between(from, to), Length::hours(6));
    // 5 h from then end with the afternoon, not on Thursday morning.
    assert_eq!(calendar.add_business_time(from, Length::hours(5)), Some(at("2026-03-04T19:00:00-05:00")));
    assert_eq!(calendar.add_business_time(from, Length::micros(5 * 3_600_000_000 + 1)), Some(at("2026-03-05T09:00:00.000001-05:00")));
    for (moment, open, next) in [
        ("2026-03-04T12:59:59-05:00", true, "2026-03-04T12:59:59-05:00"),
        ("2026-03-04T13:00:00-05:00", false, "2026-03-04T15:00:00-05:00"),
        ("2026-03-04T15:00:00-05:00", true, "2026-03-04T15:00:00-05:00"),
        ("2026-03-06T19:00:00-05:00", false, "2026-03-09T09:00:00-05:00"),
    ] {
        assert_eq!((calendar.is_open(at(moment)), calendar.next_open(at(moment))), (open, Some(at(next))), "{moment}");
    }
}

#[test]
fn overlapping_spans_count_once() {
    let calendar = calendar(
        "UTC",
        vec![span(Day::Monday, "08:00", "12:00"), span(Day::Monday, "10:00", "14:00"), span(Day::Sunday, "20:00", "09:00")],
        vec![],
    );
    // Sunday 20–24 (4 h), Monday 0–14 (14 h) = 18 h.
    assert_eq!(calendar.business_time_between(at("2026-03-07T00:00:00Z"), at("2026-03-12T00:00:00Z")), Length::hours(18));
}

#[test]
fn round_the_clock() {
    let calendar = Calendar::always();
    let from = at("2026-03-04T12:00:00.123456Z");
    assert_eq!(calendar.add_business_time(from, Length::hours(1_000)), Some(from.plus_seconds(3_600_000)));
    assert_eq!(calendar.business_time_between(from, from.plus_seconds(77)), Length::seconds(77));
    // With one holiday it is the same less 24 h.
    let closed = super::common::calendar("UTC", Span::always(), vec![Closure::days("x", date("2026-03-05"), date("2026-03-05"))]);
    assert_eq!(closed.business_time_between(from, from.plus_seconds(86_400 * 7)), Length::hours(24 * 6));
    assert!(!closed.is_open(at("2026-03-05T00:00:00Z")) && closed.is_open(at("2026-03-06T00:00:00Z")));
}

#[test]
fn a_night_shift_is_as_long_as_the_night() {
    let between = |zone: &str, from: &str, to: &str| nights(zone).business_time_between(at(from), at(to));
    // Madrid loses 02:00–03:00 on 29 March 2026: 22:00 (+01:00) to 06:00 (+02:00) is 7 h, and gains it on 25 October: 9 h.
    assert_eq!(between("Europe/Madrid", "2026-03-28T12:00:00+01:00", "2026-03-29T12:00:00+02:00"), Length::hours(7));
    assert_eq!(between("Europe/Madrid", "2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00"), Length::hours(9));
    assert_eq!(between("Europe/Madrid", "2026-10-25T12:00:00+01:00", "2026-10-26T12:00:00+01:00"), Length::hours(8));
    // In Chile clocks change at midnight, in the middle of the shift: 5 September loses 00:00–01:00, 4 April repeats 23:00–24:00.
    assert_eq!(between("America/Santiago", "2026-09-05T12:00:00-04:00", "2026-09-06T12:00:00-03:00"), Length::hours(7));
    assert_eq!(between("America/Santiago", "2026-04-04T12:00:00-03:00", "2026-04-05T12:00:00-04:00"), Length::hours(9));
    // A deadline of 8 h from the beginning of the short night runs into the next shift by 1 h, that of the long night ends early.
    let madrid = nights("Europe/Madrid");
    let due = |from: &str| madrid.add_business_time(at(from), Length::hours(8));
    assert_eq!(due("2026-03-28T22:00:00+01:00"), Some(at("2026-03-29T23:00:00+02:00")));
    assert_eq!(due("2026-10-24T22:00:00+02:00"), Some(at("2026-10-25T05:00:00+01:00")));
}

#[test]
fn times_that_come_twice_or_never() {
    let one = |from, to| calendar("Europe/Madrid", vec![span(Day::Sunday, from, to)], vec![]);
    let (spring, autumn) = (at("2026-03-29T00:00:00Z"), at("2026-10-25T00:00:00+02:00"));
    let on = |calendar: Calendar, day: Timestamp| calendar.business_time_between(day, day.plus_seconds(86_400));
    // 02:00–03:00 does not exist in spring; in autumn it lasts two hours.
    assert_eq!(on(one("02:00", "03:00"), spring), Length::ZERO);
    assert_eq!(on(one("02:00", "03:00"), autumn), Length::hours(2));
    // To 02:30 is to its first coming, from 02:30 too: the two together are the whole of it.
    assert_eq!(on(one("01:00", "02:30"), autumn), Length::minutes(90));
    assert_eq!(on(one("02:30", "04:00"), autumn), Length::minutes(150));
    // From 02:30 in spring is from 03:00.
    assert_eq!(on(one("02:30", "04:00"), spring), Length::hours(1));
    assert_eq!(one("02:00", "03:00").next_open(at("2026-03-28T00:00:00Z")), Some(at("2026-04-05T02:00:00+02:00")));
}

#[test]
fn clocks_put_back_over_midnight() {
    // Until 2011 Newfoundland put its clocks back at 00:01: on 7 November 2010, 23:01 to 00:01 came twice.
    let (saturday, sunday) = (span(Day::Saturday, "20:00", "24:00"), span(Day::Sunday, "00:00", "04:00"));
    let noons = (at("2010-11-06T12:00:00-02:30"), at("2010-11-07T12:00:00-03:30"));
    let open = |week: Vec<Span>| calendar("America/St_Johns", week, vec![]).business_time_between(noons.0, noons.1);
    // Saturday ends with the first midnight (4 h); Sunday has its four hours and the one that came again.
    assert_eq!(
        (open(vec![saturday]), open(vec![sunday]), open(vec![saturday, sunday])),
        (Length::hours(4), Length::hours(5), Length::hours(9))
    );
    let calendar = calendar("America/St_Johns", vec![sunday], vec![]);
    let again = at("2010-11-06T23:30:00-03:30");
    assert!(calendar.is_open(again) && !calendar.is_open(at("2010-11-06T23:30:00-02:30")));
    assert_eq!(calendar.add_business_time(again, Length::hours(1)), Some(at("2010-11-07T00:30:00-03:30")));
}

#[test]
fn a_holiday_closes_its_date_and_nothing_else() {
    let mut hours = nights("America/Bogota").hours().clone();
    hours.closures = vec![Closure::every_year("Navidad", date("2020-12-25"))];
    let calendar = Calendar::new(hours).expect("sound");
    // The shift of the 24th ends at midnight (2 h), that of the 25th begins at midnight (6 h).
    assert_eq!(calendar.business_time_between(at("2026-12-24T12:00:00-05:00"), at("2026-12-25T12:00:00-05:00")), Length::hours(2));
    assert_eq!(calendar.business_time_between(at("2026-12-25T12:00:00-05:00"), at("2026-12-26T12:00:00-05:00")), Length::hours(6));
    assert_eq!(calendar.closed_between(at("2026-12-24T12:00:00-05:00"), at("2026-12-26T12:00:00-05:00")), ["Navidad"]);
    assert!(calendar.closed_between(at("2026-12-20T12:00:00-05:00"), at("2026-12-24T12:00:00-05:00")).is_empty());
}

#[test]
fn a_year_without_a_working_day_is_jumped_over() {
    let mut hours = office().hours().clone();
    hours.closures = vec![Closure::days("obras", date("2026-03-05"), date("2027-03-04"))];
    let calendar = Calendar::new(hours).expect("sound");
    // Wednesday 17:00 + 2 h: one on Wednesday, one on Friday 5 March 2027.
    assert_eq!(calendar.add_business_time(at("2026-03-04T17:00:00-05:00"), Length::hours(2)), Some(at("2027-03-05T10:00:00-05:00")));
}

#[test]
fn the_customers_wall_clock() {
    let madrid = office().in_zone(Zone::named("Europe/Madrid").expect("known"));
    assert_eq!(madrid.hours().zone, "Europe/Madrid");
    assert_eq!(madrid.next_open(at("2026-03-04T00:00:00Z")), Some(at("2026-03-04T09:00:00+01:00")));
}

#[test]
fn what_can_never_be_open_is_refused_and_every_question_ends() {
    let hours = |week: Vec<Span>, closures| Hours { name: "x".into(), zone: "UTC".into(), week, closures };
    let week = || vec![span(Day::Monday, "09:00", "10:00")];
    let all_year = Closure {
        name: "siempre".into(),
        from: date("2026-01-01").at(0, 0, 0, 0),
        until: date("2027-01-02").at(0, 0, 0, 0),
        yearly: Some(Yearly { every: 1, nth_weekday: None, last: None, except: vec![] }),
    };
    let refused = |hours| Calendar::new(hours).expect_err("refused");
    assert_eq!(refused(hours(vec![], vec![])), CalendarError::NeverOpen);
    assert_eq!(refused(hours(week(), vec![all_year])), CalendarError::NeverOpen);
    assert_eq!(refused(hours(vec![span(Day::Monday, "09:00", "09:00")], vec![])), CalendarError::EmptySpan(0));
    assert_eq!(refused(Hours { zone: "Macondo".into(), ..hours(week(), vec![]) }), CalendarError::UnknownZone("Macondo".into()));
    let closures = vec![Closure::days("al revés", date("2026-01-02"), date("2026-01-01"))];
    let error = refused(hours(week(), closures));
    assert_eq!(error.words(Locale::Es), "El cierre «al revés» termina antes de empezar.");
    assert_eq!(error.to_string(), "The closure \"al revés\" ends before it begins.");

    let rare = Calendar::new(hours(week(), vec![])).expect("sound");
    assert_eq!(rare.add_business_time(at("2026-01-01T00:00:00Z"), Length::hours(1_000_000)), None);
    assert_eq!(rare.add_business_time(at("2026-01-01T00:00:00Z"), Length::micros(u64::MAX)), None);
    assert_eq!(Calendar::always().add_business_time(at("2026-01-01T00:00:00Z"), Length::micros(u64::MAX)), None);
    for far in [i64::MIN, i64::MAX] {
        let far = Timestamp::from_micros(far);
        assert!(!rare.is_open(far) && rare.next_open(far).is_some() == (far.as_micros() < 0));
    }
    // Ten years of one hour a week: 2026-01-05 to 2035-12-31 has 521 Mondays.
    let ten = rare.business_time_between(at("2026-01-05T00:00:00Z"), at("2035-12-31T12:00:00Z"));
    assert_eq!(ten, Length::hours(522), "both ends are Mondays: 521 weeks and one");
}

#[test]
fn calendars_are_written_and_read_as_json() {
    let text = r#"{"name":"Soporte","zone":"America/Lima","week":[{"day":"saturday","from":"22:00","to":"06:00"}],
        "closures":[{"name":"Año nuevo","from":"2026-01-01T00:00:00","until":"2026-01-02T00:00:00","yearly":{"every":1}}]}"#;
    let hours: Hours = serde_json::from_str(text).expect("reads");
    let again: Hours = serde_json::from_str(&serde_json::to_string(&hours).expect("writes")).expect("reads");
    assert_eq!(hours, again);
    assert!(Calendar::new(hours).is_ok());
    let wrong = text.replace("22:00", "22h");
    assert!(serde_json::from_str::<Hours>(&wrong).expect_err("refused").to_string().contains("\"22h\" is not a time"));
}

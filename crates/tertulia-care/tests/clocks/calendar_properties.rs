//! Laws of calendars, over zones, weeks, closures and moments by the thousand.

use crate::common::*;
use proptest::prelude::*;
use tertulia_care::calendar::{Calendar, Closure, Day, Hours, Length, Span, Time, Zone};
use tertulia_kernel::Timestamp;

const ZONES: [&str; 8] = [
    "UTC",
    "America/Bogota",
    "America/Santiago",
    "America/Havana",
    "Europe/Madrid",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
];

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = (0..7_usize, 0..1_440_u16, 1..=1_440_u16).prop_filter_map("has a length", |(day, from, to)| {
        let time = |minutes| Time::new(minutes / 60, minutes % 60);
        (from != to).then_some(Span { day: Day::ALL[day], from: time(from)?, to: time(to)? })
    });
    prop::collection::vec(span, 1..8)
}

fn closures() -> impl Strategy<Value = Vec<Closure>> {
    let closure = (0..1_500_i64, 0..20_i64, any::<bool>()).prop_map(|(from, days, yearly)| {
        let first = date("2024-01-01").saturating_add(jiff::SignedDuration::from_hours(24 * from));
        if yearly {
            Closure::every_year("x", first)
        } else {
            Closure::days("x", first, first.saturating_add(jiff::SignedDuration::from_hours(24 * days)))
        }
    });
    prop::collection::vec(closure, 0..6)
}

prop_compose! {
    fn any_calendar()(zone in 0..ZONES.len(), week in spans(), closures in closures()) -> Calendar {
        Calendar::new(Hours { name: "x".into(), zone: ZONES[zone].into(), week, closures }).expect("something is open")
    }
}

/// Moments of 2025 to 2027, to the microsecond.
fn moment() -> impl Strategy<Value = Timestamp> {
    (1_735_689_600_000_000..1_830_297_600_000_000_i64).prop_map(Timestamp::from_micros)
}

/// Whether the wall clock stands within the week's spans and outside closures, minute by minute: the plain reading of the words.
fn plainly_open(hours: &Hours, at: Timestamp) -> bool {
    let there = jiff::Timestamp::from_microsecond(at.as_micros()).expect("in range").in_tz(&hours.zone).expect("known").datetime();
    let minute = i64::from(there.hour()) * 60 + i64::from(there.minute());
    let weekday = there.date().weekday().to_monday_zero_offset() as usize;
    let within = |span: &Span| {
        let (from, to) = (i64::from(span.from.minutes()), i64::from(span.to.minutes()));
        let today = span.day as usize == weekday;
        let yesterday = (span.day as usize + 1) % 7 == weekday;
        if from < to { today && (from..to).contains(&minute) } else { today && minute >= from || yesterday && minute < to }
    };
    let shut = |closure: &Closure| {
        if closure.yearly.is_none() {
            return closure.from <= there && there < closure.until;
        }
        let date = there.date();
        date >= closure.from.date() && (date.month(), date.day()) == (closure.from.date().month(), closure.from.date().day())
    };
    hours.week.iter().any(within) && !hours.closures.iter().any(shut)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn adding_and_measuring_are_inverse(calendar in any_calendar(), from in moment(), micros in 0..900_000_000_000_u64) {
        let length = Length::micros(micros);
        let due = calendar.add_business_time(from, length).expect("before 2200");
        prop_assert_eq!(calendar.business_time_between(from, due), length);
        // It is the earliest: a microsecond before, less had passed.
        if micros > 0 {
            let before = Timestamp::from_micros(due.as_micros() - 1);
            prop_assert_eq!(calendar.business_time_between(from, before), Length::micros(micros - 1));
        }
    }

    #[test]
    fn measuring_is_additive_and_monotone(calendar in any_calendar(), moments in [moment(), moment(), moment()]) {
        let mut moments = moments;
        moments.sort();
        let [a, b, c] = moments;
        let (ab, bc, ac) = (calendar.business_time_between(a, b), calendar.business_time_between(b, c), calendar.business_time_between(a, c));
        prop_assert_eq!(ab + bc, ac);
        prop_assert!(ac <= Length::from_to(a, c));
        prop_assert_eq!(calendar.business_time_between(c, a), Length::ZERO);
    }

    #[test]
    fn adding_is_additive_and_monotone(calendar in any_calendar(), from in moment(), later in 0..86_400_000_000_i64, x in 0..90_000_000_000_u64, y in 0..90_000_000_000_u64) {
        let add = |from, micros| calendar.add_business_time(from, Length::micros(micros)).expect("before 2200");
        prop_assert_eq!(add(add(from, x), y), add(from, x + y));
        prop_assert!(add(from, x) <= add(from, x + y));
        let after = Timestamp::from_micros(from.as_micros() + later);
        prop_assert!(add(from, x) <= add(after, x));
    }

    #[test]
    fn openings_are_in_order_and_agree_with_is_open(calendar in any_calendar(), from in moment()) {
        let to = from.plus_seconds(86_400 * 40);
        let openings: Vec<_> = calendar.openings(from, to).collect();
        prop_assert!(openings.iter().all(|(begins, ends)| begins < ends));
        prop_assert!(openings.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        for (begins, ends) in &openings {
            let last = Timestamp::from_micros(ends.as_micros() - 1);
            prop_assert!(calendar.is_open(*begins) && calendar.is_open(last));
        }
        for pair in openings.windows(2).filter(|pair| pair[0].1 < pair[1].0) {
            prop_assert!(!calendar.is_open(pair[0].1));
            prop_assert_eq!(calendar.next_open(pair[0].1), Some(pair[1].0));
        }
    }

    #[test]
    fn no_minute_is_lost_or_invented(calendar in any_calendar(), from in moment()) {
        let hours = calendar.hours();
        let zone = Zone::named(&hours.zone).expect("known");
        let mut at = Timestamp::from_micros(from.as_micros() / 60_000_000 * 60_000_000);
        for _ in 0..400 {
            // Where clocks are put back, which coming of a time counts is a rule of its own, tested by hand.
            let repeats = [-7_200, 7_200].into_iter().any(|near| offset(&zone, at.plus_seconds(near)) != offset(&zone, at));
            if !repeats {
                prop_assert_eq!(calendar.is_open(at), plainly_open(hours, at), "{:?}", at);
            }
            at = at.plus_seconds(60 * 37);
        }
    }
}

fn offset(zone: &Zone, at: Timestamp) -> i32 {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).expect("in range");
    at.in_tz(zone.name()).expect("known").offset().seconds()
}

//! Holiday files: what is understood, and what is refused by line.

use crate::common::*;
use tertulia_care::{
    calendar::{
        Calendar, Closure, Length, Span, Yearly, Zone,
        ics::{IcsFlaw, read},
    },
    words::Locale,
};

fn file(events: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n",
        events.trim().lines().map(str::trim_start).collect::<Vec<_>>().join("\r\n")
    )
}

fn holidays(events: &str) -> Vec<Closure> {
    read(&file(events), &Zone::named("America/Mexico_City").expect("known")).expect("understood")
}

fn refused(event: &str) -> (usize, IcsFlaw) {
    let event = format!("BEGIN:VEVENT\n{}\nEND:VEVENT", event.trim());
    let error = read(&file(&event), &Zone::named("America/Mexico_City").expect("known")).expect_err("refused");
    (error.line, error.kind)
}

#[test]
fn a_published_file() {
    let found = holidays(
        "X-WR-CALNAME:Feriados
        BEGIN:VTIMEZONE
        TZID:America/Mexico_City
        BEGIN:STANDARD
        DTSTART:19700101T000000
        RRULE:FREQ=MONTHLY
        END:STANDARD
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:1@example.org
        DTSTART;VALUE=DATE:20260101
        DTEND;VALUE=DATE:20260102
        SUMMARY;LANGUAGE=es:Año Nuevo\\, feriado
        RRULE:FREQ=YEARLY
        TRANSP:TRANSPARENT
        BEGIN:VALARM
        TRIGGER:-PT1H
        DURATION:nonsense
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        DTSTART;VALUE=DATE:20261116
        SUMMARY:Día de la Revolución
        RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=3MO;UNTIL=20301231
        EXDATE;VALUE=DATE:20271115
        END:VEVENT
        BEGIN:VEVENT
        DTSTART;VALUE=DATE:20260402
        DURATION:P2D
        SUMMARY:Semana Santa
        END:VEVENT
        BEGIN:VEVENT
        DTSTART:20261224T140000
        DTEND:20261224T235900
        SUMMARY:Nochebuena, desde las dos
        END:VEVENT
        BEGIN:VEVENT
        DTSTART;VALUE=DATE:20260505
        STATUS:CANCELLED
        SUMMARY:No
        END:VEVENT",
    );
    let mut revolution = Closure::days("Día de la Revolución", date("2026-11-16"), date("2026-11-16"));
    revolution.yearly = Some(Yearly { every: 1, nth_weekday: Some(3), last: Some(date("2030-12-31")), except: vec![date("2027-11-15")] });
    let eve = Closure {
        name: "Nochebuena, desde las dos".into(),
        from: date("2026-12-24").at(14, 0, 0, 0),
        until: date("2026-12-24").at(23, 59, 0, 0),
        yearly: None,
    };
    let easter = Closure::days("Semana Santa", date("2026-04-02"), date("2026-04-03"));
    assert_eq!(found, [Closure::every_year("Año Nuevo, feriado", date("2026-01-01")), revolution, easter, eve]);

    // November 2026: 21 weekdays, one of them a holiday; 2027: 22, as that one is taken out.
    let office = calendar("America/Mexico_City", Span::on(&WEEKDAYS, time("09:00"), time("18:00")), found);
    let november = |year: &str| {
        let from = at(&format!("{year}-11-01T00:00:00-06:00"));
        office.business_time_between(from, at(&format!("{year}-12-01T00:00:00-06:00")))
    };
    assert_eq!((november("2026"), november("2027")), (Length::hours(9 * 20), Length::hours(9 * 22)));
}

#[test]
fn folded_lines_and_other_zones() {
    let folded = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Jor\n nada\nDTSTART:20260607T060000Z\nDTEND;TZID=\"America/Bogota\":20260607T230000\nEND:VEVENT\nEND:VCALENDAR";
    let found = read(folded, &Zone::named("America/Mexico_City").expect("known")).expect("understood");
    // 06:00 UTC is midnight in Mexico City (-06:00); 23:00 in Bogotá (-05:00) is 22:00 there.
    let expected = Closure {
        name: "Jornada".into(),
        from: date("2026-06-07").at(0, 0, 0, 0),
        until: date("2026-06-07").at(22, 0, 0, 0),
        yearly: None,
    };
    assert_eq!(found, [expected]);
}

#[test]
fn a_count_is_a_last_date() {
    let found = holidays("BEGIN:VEVENT\nDTSTART:20240229\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20240229\nEND:VEVENT");
    // The second 29 February from 2024 on is that of 2028.
    let yearly = found[0].yearly.as_ref().expect("yearly");
    assert_eq!((yearly.last, yearly.except.as_slice()), (Some(date("2028-02-29")), &[date("2024-02-29")][..]));
}

#[test]
fn what_is_not_understood_is_named_with_its_line() {
    for (event, line, kind) in [
        ("SUMMARY:x", 3, IcsFlaw::NoStart),
        ("DTSTART:tomorrow", 4, IcsFlaw::BadDate("tomorrow".into())),
        ("DTSTART:20261301", 4, IcsFlaw::BadDate("20261301".into())),
        ("DTSTART:20260101T0900", 4, IcsFlaw::BadDate("20260101T0900".into())),
        ("DTSTART:20260101T000000", 4, IcsFlaw::NoLength),
        ("DTSTART:20260101\nDTEND:20260101", 5, IcsFlaw::NoLength),
        ("DTSTART:20260101\nDTEND:20280101", 5, IcsFlaw::TooLong),
        ("DTSTART:20260101\nDURATION:P1M", 5, IcsFlaw::BadDuration("P1M".into())),
        ("DTSTART:20260101\nDURATION:-P1D", 5, IcsFlaw::BadDuration("-P1D".into())),
        ("DTSTART;TZID=Macondo:20260101T000000\nDTEND;TZID=Macondo:20260101T010000", 4, IcsFlaw::UnknownZone("Macondo".into())),
        ("DTSTART:20260101\nRRULE:FREQ=WEEKLY", 5, IcsFlaw::Repeat("FREQ=WEEKLY".into())),
        ("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYEASTER=-2", 5, IcsFlaw::Repeat("FREQ=YEARLY;BYEASTER=-2".into())),
        ("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=2TH", 5, IcsFlaw::Repeat("FREQ=YEARLY;BYMONTH=1;BYDAY=2TH".into())),
        ("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYDAY=1TH", 5, IcsFlaw::Repeat("FREQ=YEARLY;BYDAY=1TH".into())),
        ("DTSTART:20260101\nRRULE:FREQ=YEARLY;INTERVAL=0", 5, IcsFlaw::Repeat("FREQ=YEARLY;INTERVAL=0".into())),
        ("DTSTART:20260101\nRDATE:20260202", 5, IcsFlaw::Repeat("RDATE:20260202".into())),
        ("DTSTART:20260101T000000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY", 6, IcsFlaw::Repeat("FREQ=YEARLY".into())),
        ("no colon", 4, IcsFlaw::BadLine),
    ] {
        assert_eq!(refused(event), (line, kind), "{event}");
    }
    let zone = Zone::utc();
    for (text, line) in [
        ("", 1),
        ("BEGIN:VEVENT\nEND:VEVENT", 1),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", 3),
        ("BEGIN:VCALENDAR\n", 1),
        ("<html>", 1),
    ] {
        assert_eq!(read(text, &zone).expect_err(text).line, line, "{text}");
    }
    let error = read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:mañana\n", &zone).expect_err("refused");
    assert_eq!(error.words(Locale::Es), "Línea 3: «mañana» no es una fecha.");
    assert_eq!(error.to_string(), "Line 3: \"mañana\" is not a date.");
}

#[test]
fn nothing_makes_it_panic() {
    let whole = file(
        "BEGIN:VEVENT\nDTSTART;TZID=\"America/Bogota\":20260101T000000\nDURATION:P1DT2H\nSUMMARY:á\\,b\\\nRRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1TH\nEND:VEVENT",
    );
    let zone = Zone::utc();
    for (at, _) in whole.char_indices() {
        for put in ["", "é", "\n", ";", "99999999999", "\""] {
            let broken = format!("{}{put}{}", &whole[..at], whole[at..].chars().skip(1).collect::<String>());
            if let Ok(closures) = read(&broken, &zone) {
                let mut hours = office().hours().clone();
                hours.closures = closures;
                assert!(Calendar::new(hours).is_ok(), "{broken}");
            }
        }
    }
}

//! Business calendars: when a company is open, and how much open time lies between two instants.
//!
//! A calendar is a time zone, a week of [`Span`]s (several a day, over midnight, or round the clock) and [`Closure`]s
//! (holidays, typed in or read from an [`ics`] file). Its hours are those of a wall clock in its zone, its answers are exact
//! instants. Where clocks change, a shift is as long as it really is: 22:00–06:00 lasts seven hours in the night that loses one
//! and nine in the night that gains one. A time of day that comes twice means its first coming, one that never comes the moment
//! the clock jumps over it.
//!
//! **Limits.** Calendars know the years 1970 to 2199; outside of them nobody is open, and an answer that would lie there is
//! `None`. So every question ends: a search goes day by day, jumps over closures, and a calendar that is never open is refused
//! when it is made.
//!
//! ```
//! use tertulia_care::calendar::{Calendar, Closure, Day, Hours, Length, Span, Time};
//! use tertulia_kernel::Timestamp;
//!
//! let weekdays = [Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday];
//! let time = |text| Time::parse(text).expect("a time");
//! let hours = Hours {
//!     name: "Bogotá".into(),
//!     zone: "America/Bogota".into(),
//!     week: Span::on(&weekdays, time("08:00"), time("17:00")),
//!     closures: vec![Closure::every_year("Día de la Independencia", "2026-07-20".parse().expect("a date"))],
//! };
//! let calendar = Calendar::new(hours).expect("sound");
//! // Friday 16:00 in Bogotá; Monday the 20th is a holiday. One hour is left on Friday, the second one is Tuesday's first.
//! let friday = Timestamp::parse_rfc3339("2026-07-17T16:00:00-05:00").expect("valid");
//! let due = calendar.add_business_time(friday, Length::hours(2)).expect("before 2200");
//! assert_eq!(due, Timestamp::parse_rfc3339("2026-07-21T09:00:00-05:00").expect("valid"));
//! ```

mod closure;
mod hours;
pub mod ics;
mod length;
mod walk;
mod zone;

pub use closure::{Closure, Yearly};
pub use hours::{Day, Span, Time};
pub use length::Length;
pub use zone::Zone;

use crate::words::Locale;
use closure::Flaw;
use serde::{Deserialize, Serialize};
use std::fmt;
use tertulia_kernel::Timestamp;
use walk::Walk;

/// A calendar as people write it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// What people call it.
    pub name: String,
    /// IANA name of the zone whose wall clock the hours are read by.
    pub zone: String,
    /// Open hours of the week, in any order; those that overlap count once.
    pub week: Vec<Span>,
    /// When it is closed all the same.
    #[serde(default)]
    pub closures: Vec<Closure>,
}

/// Closures a calendar may have.
pub const MAX_CLOSURES: usize = 2_000;

/// A sound calendar, ready to count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    hours: Hours,
    zone: Zone,
    /// Open minutes of each weekday.
    week: [Vec<(i64, i64)>; 7],
    /// Closed minutes of the wall clock since 1970-01-01, in order, none meeting the next.
    closed: Vec<(i64, i64)>,
}

/// Why a calendar was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No zone has this name.
    UnknownZone(String),
    /// This span of the week (from 0) has no length.
    EmptySpan(usize),
    /// This closure ends before it begins.
    ClosureBackwards(String),
    /// This closure is longer than a year.
    ClosureTooLong(String),
    /// This closure comes again in a way that does not fit its first date.
    ClosureRepeat(String),
    /// There are more closures than [`MAX_CLOSURES`].
    TooManyClosures(usize),
    /// No span, or closures that cover all of them.
    NeverOpen,
}

impl CalendarError {
    /// What is wrong and what to do, in words.
    pub fn words(&self, locale: Locale) -> String {
        let es = locale == Locale::Es;
        match self {
            Self::UnknownZone(zone) if es => format!("No existe la zona horaria «{zone}»: escribe una como America/Bogota."),
            Self::UnknownZone(zone) => format!("There is no time zone \"{zone}\": write one such as America/Bogota."),
            Self::EmptySpan(place) if es => {
                format!("El horario {} empieza y termina a la misma hora; para el día entero escribe 00:00–24:00.", place + 1)
            }
            Self::EmptySpan(place) => format!("Span {} begins and ends at the same time; for the whole day write 00:00–24:00.", place + 1),
            Self::ClosureBackwards(name) if es => format!("El cierre «{name}» termina antes de empezar."),
            Self::ClosureBackwards(name) => format!("The closure \"{name}\" ends before it begins."),
            Self::ClosureTooLong(name) if es => format!("El cierre «{name}» dura más de un año; cambia mejor el horario de la semana."),
            Self::ClosureTooLong(name) => format!("The closure \"{name}\" is longer than a year; change the week's hours instead."),
            Self::ClosureRepeat(name) if es => format!("El cierre «{name}» se repite en un día distinto del de su primera fecha."),
            Self::ClosureRepeat(name) => format!("The closure \"{name}\" comes again on another day than that of its first date."),
            Self::TooManyClosures(many) if es => format!("Son {many} cierres; caben {MAX_CLOSURES}."),
            Self::TooManyClosures(many) => format!("There are {many} closures; {MAX_CLOSURES} fit."),
            Self::NeverOpen if es => "Con este calendario nunca se abre: agrega horas a la semana o quita cierres.".into(),
            Self::NeverOpen => "This calendar is never open: add hours to the week or take closures away.".into(),
        }
    }
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Locale::En))
    }
}

impl Calendar {
    /// Checks what people wrote, and makes it ready to count.
    pub fn new(hours: Hours) -> Result<Self, CalendarError> {
        let zone = Zone::named(&hours.zone).ok_or_else(|| CalendarError::UnknownZone(hours.zone.clone()))?;
        let week = hours::week(&hours.week).map_err(CalendarError::EmptySpan)?;
        if hours.closures.len() > MAX_CLOSURES {
            return Err(CalendarError::TooManyClosures(hours.closures.len()));
        }
        let mut closed = Vec::new();
        for closure in &hours.closures {
            closure.check().map_err(|flaw| match flaw {
                Flaw::Backwards => CalendarError::ClosureBackwards(closure.name.clone()),
                Flaw::TooLong => CalendarError::ClosureTooLong(closure.name.clone()),
                Flaw::BadRepeat => CalendarError::ClosureRepeat(closure.name.clone()),
            })?;
            closed.extend(closure.stretches());
        }
        hours::join(&mut closed);
        let calendar = Self { hours, zone, week, closed };
        if !calendar.opens_for_good() {
            return Err(CalendarError::NeverOpen);
        }
        Ok(calendar)
    }

    /// Round the clock, in UTC.
    pub fn always() -> Self {
        let hours = Hours { name: "24/7".into(), zone: "UTC".into(), week: Span::always(), closures: Vec::new() };
        Self::new(hours).expect("every day is open in a zone that exists")
    }

    /// The same hours by the wall clock of another zone, such as the customer's.
    #[must_use]
    pub fn in_zone(&self, zone: Zone) -> Self {
        let mut calendar = self.clone();
        calendar.hours.zone = zone.name().to_owned();
        calendar.zone = zone;
        calendar
    }

    /// Whether there is open time in the last years calendars know: what opens there opens again after any closure before.
    fn opens_for_good(&self) -> bool {
        let late = Timestamp::from_seconds((zone::DAYS.end() - 4 * 366) * 86_400);
        self.opening(late).is_some()
    }

    /// As it was written down.
    pub fn hours(&self) -> &Hours {
        &self.hours
    }

    /// The zone whose wall clock it is read by.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Open at every moment.
    fn is_always(&self) -> bool {
        self.closed.is_empty() && self.week.iter().all(|day| day[..] == [(0, 1_440)])
    }

    /// The open stretches between two instants, cut to them, in order; none is empty, and one may begin where the last ended.
    pub fn openings(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        Walk::new(self, from).take_while(move |opening| opening.0 < to).filter_map(move |(begins, ends)| {
            let cut = (begins.max(from), ends.min(to));
            (cut.0 < cut.1).then_some(cut)
        })
    }

    /// Open time between two instants; none when `to` is not later than `from`.
    pub fn business_time_between(&self, from: Timestamp, to: Timestamp) -> Length {
        if to <= from {
            return Length::ZERO;
        }
        if self.is_always() {
            return Length::from_to(from.max(FIRST), to.min(LAST));
        }
        self.openings(from, to).map(|(begins, ends)| Length::from_to(begins, ends)).sum()
    }

    /// The earliest instant by which so much open time has passed since `from`: `from` itself for no time, else a moment in an
    /// opening or at its end. `None`: not before 2200.
    pub fn add_business_time(&self, from: Timestamp, length: Length) -> Option<Timestamp> {
        if length == Length::ZERO {
            return Some(from);
        }
        if self.is_always() {
            return Some(length.after(from.max(FIRST))).filter(|at| *at <= LAST);
        }
        let mut left = length;
        for (begins, ends) in Walk::new(self, from) {
            let begins = begins.max(from);
            let open = Length::from_to(begins, ends);
            if open > Length::ZERO && left <= open {
                return Some(left.after(begins));
            }
            left = left.less(open);
        }
        None
    }

    /// The opening an instant lies in, else the next one.
    pub fn opening(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        Walk::new(self, at).find(|opening| opening.1 > at)
    }

    /// Whether it is open at an instant. The moment of closing is not open.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.opening(at).is_some_and(|(begins, _)| begins <= at)
    }

    /// The first open instant from `at` on: `at` itself while open.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.opening(at).map(|(begins, _)| begins.max(at))
    }

    /// The names of the closures between two instants, in the order they were written, each once.
    pub fn closed_between(&self, from: Timestamp, to: Timestamp) -> Vec<&str> {
        let minute = |at| self.zone.wall(at).0.div_euclid(zone::MINUTE);
        let (from, to) = (minute(from), minute(to));
        self.hours.closures.iter().filter(|closure| closure.touches(from, to)).map(|closure| closure.name.as_str()).collect()
    }
}

/// The beginning of what calendars know, for one that is always open.
const FIRST: Timestamp = Timestamp::from_seconds(*zone::DAYS.start() * 86_400);
/// Its end.
const LAST: Timestamp = Timestamp::from_seconds((*zone::DAYS.end() + 1) * 86_400);

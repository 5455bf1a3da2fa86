//! Holidays from an iCalendar file (RFC 5545), as calendar programs and governments publish them.
//!
//! Each `VEVENT` becomes a [`Closure`]. Read are `SUMMARY`, `DTSTART` (a date, or a date and time: floating, UTC or in a zone),
//! `DTEND` or `DURATION`, `RRULE` with `FREQ=YEARLY` (on the date, or on the nth weekday of its month; `INTERVAL`, `COUNT`,
//! `UNTIL`), `EXDATE`, and `STATUS:CANCELLED`, which leaves the event out. `TRANSP` is not: published holidays are marked as free
//! time. Everything else of a calendar is passed over.
//!
//! What would change the dates and is not understood (another `FREQ`, `RDATE`, `RECURRENCE-ID`, a repeated event in a foreign
//! zone, whose local time changes with the year) is an error with its line, never a guess: a holiday missed silently breaks promises.

use super::{
    MAX_CLOSURES,
    closure::{Closure, Flaw, Yearly, nth_weekday},
    zone::{Zone, date_of},
};
use crate::words::Locale;
use jiff::civil;
use std::fmt;
use tertulia_kernel::Timestamp;

/// The largest file read.
pub const MAX_BYTES: usize = 2 << 20;

/// What is wrong with a file, and in which of its lines (from 1; a line that is continued counts as its first).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct IcsError {
    /// Line.
    pub line: usize,
    /// What.
    pub kind: IcsFlaw,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IcsFlaw {
    /// It is larger than [`MAX_BYTES`] or has more events than fit into a calendar.
    TooLarge,
    /// It does not begin with `BEGIN:VCALENDAR`, or is not closed as it was opened.
    NotACalendar,
    /// A line is not `NAME:value`.
    BadLine,
    /// This is not a date, or not a date and time.
    BadDate(String),
    /// This is not a length of time.
    BadDuration(String),
    /// An event without `DTSTART`.
    NoStart,
    /// An event that ends when it begins, or before.
    NoLength,
    /// An event longer than a year.
    TooLong,
    /// This way to repeat is not understood.
    Repeat(String),
    /// No time zone has this name.
    UnknownZone(String),
}

impl IcsError {
    /// What is wrong, where, and what to do, in words.
    pub fn words(&self, locale: Locale) -> String {
        let (es, en) = match &self.kind {
            IcsFlaw::TooLarge => (
                "el archivo es demasiado grande para un calendario de feriados".into(),
                "the file is too large for a calendar of holidays".into(),
            ),
            IcsFlaw::NotACalendar => (
                "no es un archivo iCalendar completo (BEGIN:VCALENDAR … END:VCALENDAR)".into(),
                "this is not a whole iCalendar file (BEGIN:VCALENDAR … END:VCALENDAR)".into(),
            ),
            IcsFlaw::BadLine => ("no tiene la forma NOMBRE:valor".into(), "it is not of the form NAME:value".into()),
            IcsFlaw::BadDate(text) => (format!("«{text}» no es una fecha"), format!("\"{text}\" is not a date")),
            IcsFlaw::BadDuration(text) => (format!("«{text}» no es una duración"), format!("\"{text}\" is not a duration")),
            IcsFlaw::NoStart => {
                ("el evento no dice cuándo empieza (DTSTART)".into(), "the event does not say when it begins (DTSTART)".into())
            }
            IcsFlaw::NoLength => ("el evento termina cuando empieza, o antes".into(), "the event ends when it begins, or before".into()),
            IcsFlaw::TooLong => ("el evento dura más de un año".into(), "the event is longer than a year".into()),
            IcsFlaw::Repeat(text) => (
                format!("no se entiende la repetición «{text}»: escribe cada fecha como un evento propio"),
                format!("the repetition \"{text}\" is not understood: write each date as an event of its own"),
            ),
            IcsFlaw::UnknownZone(zone) => (format!("no existe la zona horaria «{zone}»"), format!("there is no time zone \"{zone}\"")),
        };
        if locale == Locale::Es { format!("Línea {}: {es}.", self.line) } else { format!("Line {}: {en}.", self.line) }
    }
}

impl fmt::Display for IcsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Locale::En))
    }
}

/// Reads the events of a file as closures of a calendar in `zone`, in the order of the file.
pub fn read(text: &str, zone: &Zone) -> Result<Vec<Closure>, IcsError> {
    let err = |line, kind| Err(IcsError { line, kind });
    if text.len() > MAX_BYTES {
        return err(1, IcsFlaw::TooLarge);
    }
    let mut closures = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut event = Event::default();
    let mut last = 1;
    let mut seen = false;
    for (line, text) in unfold(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        last = line;
        let Some(property) = Property::read(line, &text) else { return err(line, IcsFlaw::BadLine) };
        let within = open.last().map(String::as_str);
        match property.name.as_str() {
            "BEGIN" => {
                let part = property.value.trim().to_ascii_uppercase();
                if open.is_empty() && (part != "VCALENDAR" || seen) {
                    return err(line, IcsFlaw::NotACalendar);
                }
                seen = true;
                if part == "VEVENT" {
                    event = Event { line, ..Event::default() };
                }
                open.push(part);
            }
            "END" => {
                if within != Some(property.value.trim().to_ascii_uppercase().as_str()) {
                    return err(line, IcsFlaw::NotACalendar);
                }
                if within == Some("VEVENT") {
                    closures.extend(std::mem::take(&mut event).closure(zone)?);
                    if closures.len() > MAX_CLOSURES {
                        return err(line, IcsFlaw::TooLarge);
                    }
                }
                open.pop();
            }
            _ if within.is_none() => return err(line, IcsFlaw::NotACalendar),
            _ if within == Some("VEVENT") => event.take(property)?,
            _ => {}
        }
    }
    if open.is_empty() && seen { Ok(closures) } else { err(last, IcsFlaw::NotACalendar) }
}

/// The lines with their numbers; one that begins with a space or a tab goes on the line before. Empty ones are left out.
fn unfold(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (place, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => last.1.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => lines.push((place + 1, line.to_owned())),
        }
    }
    lines
}

/// `NAME;PARAMETER=value;...:value`.
struct Property {
    line: usize,
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Property {
    fn read(line: usize, text: &str) -> Option<Self> {
        // A colon or semicolon in quotes belongs to a parameter's value.
        let mut quoted = false;
        let mut parts = Vec::new();
        let mut from = 0;
        let mut value = None;
        for (at, sign) in text.char_indices() {
            match sign {
                '"' => quoted = !quoted,
                ';' | ':' if !quoted => {
                    parts.push(text.get(from..at)?);
                    from = at + 1;
                    if sign == ':' {
                        value = text.get(from..);
                        break;
                    }
                }
                _ => {}
            }
        }
        let mut parts = parts.into_iter();
        let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_uppercase();
        let parameters = parts.map(|part| {
            let (name, value) = part.split_once('=')?;
            Some((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        });
        Some(Self { line, name, parameters: parameters.collect::<Option<_>>()?, value: value?.to_owned() })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|parameter| parameter.0 == name).map(|parameter| parameter.1.as_str())
    }

    fn flaw(&self, kind: impl Fn(String) -> IcsFlaw) -> IcsError {
        IcsError { line: self.line, kind: kind(self.value.trim().chars().take(80).collect()) }
    }
}

/// A date or a moment, and where it was written.
#[derive(Clone, Debug)]
struct When {
    line: usize,
    at: civil::DateTime,
    whole_day: bool,
    /// Written in UTC or a zone other than the calendar's, which its own wall clock does not follow.
    zone: Option<String>,
}

#[derive(Default)]
struct Event {
    line: usize,
    name: String,
    cancelled: bool,
    start: Option<When>,
    end: Option<When>,
    duration: Option<jiff::SignedDuration>,
    rule: Option<Property>,
    except: Vec<civil::Date>,
}

impl Event {
    fn take(&mut self, property: Property) -> Result<(), IcsError> {
        match property.name.as_str() {
            "SUMMARY" => self.name = unescape(property.value.trim()),
            "STATUS" => self.cancelled = property.value.trim().eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.start = Some(when(&property, &property.value)?),
            "DTEND" => self.end = Some(when(&property, &property.value)?),
            "DURATION" => self.duration = Some(duration(property.value.trim()).ok_or_else(|| property.flaw(IcsFlaw::BadDuration))?),
            "RRULE" if self.rule.is_none() => self.rule = Some(property),
            "EXDATE" => {
                for value in property.value.split(',') {
                    self.except.push(when(&property, value)?.at.date());
                }
            }
            "RRULE" | "RDATE" | "RECURRENCE-ID" | "EXRULE" => {
                let name = property.name.clone();
                return Err(property.flaw(|value| IcsFlaw::Repeat(format!("{name}:{value}"))));
            }
            _ => {}
        }
        Ok(())
    }

    fn closure(self, zone: &Zone) -> Result<Option<Closure>, IcsError> {
        if self.cancelled {
            return Ok(None);
        }
        let Some(start) = &self.start else { return Err(IcsError { line: self.line, kind: IcsFlaw::NoStart }) };
        let from = start.local(zone)?;
        let until = match (&self.end, self.duration) {
            (Some(end), _) => end.local(zone)?,
            (None, Some(long)) => from.saturating_add(long),
            (None, None) if start.whole_day => from.saturating_add(jiff::SignedDuration::from_hours(24)),
            (None, None) => from,
        };
        let yearly = match &self.rule {
            Some(rule) if start.foreign(zone) => return Err(rule.flaw(IcsFlaw::Repeat)),
            Some(rule) => Some(yearly(rule, from.date(), self.except)?),
            // The only date it has is taken away.
            None if self.except.contains(&from.date()) => return Ok(None),
            None => None,
        };
        let mut closure = Closure { name: self.name, from, until, yearly };
        if let Some(count) = self.rule.as_ref().and_then(|rule| part(rule, "COUNT")) {
            limit(&mut closure, count).ok_or_else(|| {
                self.rule.as_ref().map_or(IcsError { line: self.line, kind: IcsFlaw::NoStart }, |rule| rule.flaw(IcsFlaw::Repeat))
            })?;
        }
        let line = self.end.map_or(start.line, |end| end.line);
        closure.check().map_err(|flaw| match (flaw, &self.rule) {
            (Flaw::BadRepeat, Some(rule)) => rule.flaw(IcsFlaw::Repeat),
            (Flaw::TooLong, _) => IcsError { line, kind: IcsFlaw::TooLong },
            (Flaw::Backwards | Flaw::BadRepeat, _) => IcsError { line, kind: IcsFlaw::NoLength },
        })?;
        Ok(Some(closure))
    }
}

impl When {
    fn foreign(&self, zone: &Zone) -> bool {
        self.zone.as_deref().is_some_and(|name| !name.eq_ignore_ascii_case(zone.name()))
    }

    /// What the calendar's wall clock shows then.
    fn local(&self, zone: &Zone) -> Result<civil::DateTime, IcsError> {
        let Some(name) = self.zone.as_deref().filter(|_| self.foreign(zone)) else { return Ok(self.at) };
        let theirs = Zone::named(name).ok_or_else(|| IcsError { line: self.line, kind: IcsFlaw::UnknownZone(name.into()) })?;
        let at: Timestamp = theirs.instant(super::zone::wall_of(self.at));
        let (date, minute) = zone.local(at);
        Ok(date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0))
    }
}

fn when(property: &Property, value: &str) -> Result<When, IcsError> {
    let bad = || property.flaw(|_| IcsFlaw::BadDate(value.trim().chars().take(80).collect()));
    let value = value.trim();
    let (value, utc) = value.strip_suffix(['Z', 'z']).map_or((value, false), |value| (value, true));
    let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i16>().ok()).flatten();
    let pair = |text: &str, at: usize| text.get(at..at + 2).and_then(digits).and_then(|number| i8::try_from(number).ok());
    let (date, time) = value.split_once(['T', 't']).map_or((value, None), |(date, time)| (date, Some(time)));
    let read_date = || {
        let year = date.get(..4).and_then(digits)?;
        let date = (date.len() == 8).then(|| civil::Date::new(year, pair(date, 4)?, pair(date, 6)?).ok()).flatten()?;
        (1970..=2199).contains(&date.year()).then_some(date)
    };
    let read_time = |time: &str| {
        // A leap second is the second before it.
        let second = pair(time, 4)?.min(59);
        (time.len() == 6).then(|| civil::Time::new(pair(time, 0)?, pair(time, 2)?, second, 0).ok()).flatten()
    };
    let date = read_date().ok_or_else(bad)?;
    let at = match time {
        None => date.at(0, 0, 0, 0),
        Some(time) => date.to_datetime(read_time(time).ok_or_else(bad)?),
    };
    let zone = if utc { Some("UTC".into()) } else { property.parameter("TZID").filter(|_| time.is_some()).map(str::to_owned) };
    if utc && time.is_none() {
        return Err(bad());
    }
    Ok(When { line: property.line, at, whole_day: time.is_none(), zone })
}

/// `P2D`, `P1W`, `PT8H30M`: not negative.
fn duration(text: &str) -> Option<jiff::SignedDuration> {
    let mut seconds = 0_i64;
    let mut number = String::new();
    let mut in_time = false;
    let mut units = 0;
    for sign in text.strip_prefix('+').unwrap_or(text).strip_prefix('P')?.chars() {
        match sign {
            '0'..='9' if number.len() < 6 => number.push(sign),
            'T' if !in_time && number.is_empty() => in_time = true,
            _ => {
                let unit = match (sign, in_time) {
                    ('W', false) => 604_800,
                    ('D', false) => 86_400,
                    ('H', true) => 3_600,
                    ('M', true) => 60,
                    ('S', true) => 1,
                    _ => return None,
                };
                seconds += number.parse::<i64>().ok()? * unit;
                number.clear();
                units += 1;
            }
        }
    }
    (units > 0 && number.is_empty()).then(|| jiff::SignedDuration::from_secs(seconds))
}

/// A part of a rule: `COUNT` of `FREQ=YEARLY;COUNT=3`.
fn part<'a>(rule: &'a Property, name: &str) -> Option<&'a str> {
    rule.value.split(';').filter_map(|part| part.trim().split_once('=')).find(|part| part.0.eq_ignore_ascii_case(name)).map(|part| part.1)
}

fn yearly(rule: &Property, first: civil::Date, except: Vec<civil::Date>) -> Result<Yearly, IcsError> {
    let refuse = || rule.flaw(IcsFlaw::Repeat);
    let mut yearly = Yearly { every: 1, nth_weekday: None, last: None, except };
    let mut freq = false;
    for piece in rule.value.trim().trim_end_matches(';').split(';') {
        let (name, value) = piece.split_once('=').ok_or_else(refuse)?;
        let value = value.trim();
        // What names the first date's own month and day says nothing new; anything else would be another rule.
        match name.trim().to_ascii_uppercase().as_str() {
            "FREQ" if value.eq_ignore_ascii_case("YEARLY") => freq = true,
            "INTERVAL" => yearly.every = value.parse().ok().filter(|every| *every > 0).ok_or_else(refuse)?,
            "UNTIL" => yearly.last = Some(when(rule, value).map_err(|_| refuse())?.at.date()),
            "COUNT" if value.parse::<u16>().is_ok_and(|count| count > 0) => {}
            "BYMONTH" if value.parse() == Ok(first.month()) => {}
            "BYMONTHDAY" if value.parse() == Ok(first.day()) => {}
            "BYDAY" => yearly.nth_weekday = Some(by_day(value, first).ok_or_else(refuse)?),
            "WKST" => {}
            _ => return Err(refuse()),
        }
    }
    // Without its month, the nth weekday would be that of the year.
    let weekday_of_year = yearly.nth_weekday.is_some() && part(rule, "BYMONTH").is_none();
    let both = yearly.nth_weekday.is_some() && part(rule, "BYMONTHDAY").is_some();
    if !freq || weekday_of_year || both { Err(refuse()) } else { Ok(yearly) }
}

/// `3MO` when the first date is a third Monday.
fn by_day(value: &str, first: civil::Date) -> Option<i8> {
    const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let (nth, day) = value.split_at_checked(value.len().checked_sub(2)?)?;
    let nth: i8 = nth.parse().ok()?;
    let named = DAYS.iter().position(|name| name.eq_ignore_ascii_case(day))?;
    let own = usize::try_from(first.weekday().to_monday_zero_offset()).ok()?;
    (named == own && nth_weekday(first, nth) == Some(first)).then_some(nth)
}

/// Turns a number of times into the last date. Dates taken away count as times too.
fn limit(closure: &mut Closure, count: &str) -> Option<()> {
    let count: usize = count.trim().parse().ok()?;
    let mut all = closure.clone();
    all.yearly.as_mut()?.except.clear();
    let last = all.begins().nth(count.checked_sub(1)?).unwrap_or_else(|| date_of(*super::zone::DAYS.end()));
    let yearly = closure.yearly.as_mut()?;
    yearly.last = Some(yearly.last.map_or(last, |until| until.min(last)));
    Some(())
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '\\') {
            (_, true) => match signs.next() {
                Some('n' | 'N') => out.push(' '),
                Some(escaped) => out.push(escaped),
                None => {}
            },
            (sign, _) => out.push(sign),
        }
    }
    out
}

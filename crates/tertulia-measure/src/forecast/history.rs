//! What came, day by day.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use time::{Month, Weekday};

use crate::error::{MeasureError, check, not_negative};

/// A day of the local calendar. Which instants it covers is the caller's business, and so is daylight saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(time::Date);

impl Date {
    /// Reads `2026-11-22`; nothing of another form, and no day that does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers = |part: &str, digits: usize| {
            (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
        };
        let mut parts = text.split('-');
        let (year, month, day) = (numbers(parts.next()?, 4)?, numbers(parts.next()?, 2)?, numbers(parts.next()?, 2)?);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = time::Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        parts.next().is_none().then_some(Self(date))
    }

    /// So many days later; the calendar's end stays its end.
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(time::Duration::days(days)))
    }

    /// Days from `earlier` to this one.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }

    /// 0 for Monday … 6 for Sunday.
    pub fn weekday(self) -> usize {
        match self.0.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

/// Ten years: more says nothing about next week.
const MOST_DAYS: i64 = 3_660;

/// Contacts per interval. A day that is not in it is not known (which is not the same as a day without contacts); of a day
/// that is in it, intervals without a count had none.
#[derive(Clone, Debug)]
pub struct History {
    minutes: u32,
    days: BTreeMap<Date, Vec<f64>>,
    holidays: BTreeSet<Date>,
}

impl History {
    /// Of intervals of so many minutes, which must divide a day.
    pub fn new(minutes: u32) -> Result<Self, MeasureError> {
        let divides = (5..=1440).contains(&minutes) && 1440 % minutes == 0;
        check("interval", f64::from(minutes), "5 … 1440, a part of 1440", divides)?;
        Ok(Self { minutes, days: BTreeMap::new(), holidays: BTreeSet::new() })
    }

    /// Minutes of an interval.
    pub fn minutes(&self) -> u32 {
        self.minutes
    }

    /// Adds contacts that came in the interval which holds this minute of the day.
    pub fn add(&mut self, date: Date, minute: u32, count: f64) -> Result<(), MeasureError> {
        check("minute", f64::from(minute), "0 … 1439", minute < 1440)?;
        not_negative("count", count)?;
        if let (Some((&first, _)), Some((&last, _))) = (self.days.first_key_value(), self.days.last_key_value()) {
            let span = last.max(date).days_since(first.min(date)) + 1;
            if span > MOST_DAYS {
                return Err(MeasureError::TooLong { days: span, most: MOST_DAYS });
            }
        }
        let slots = 1440 / self.minutes;
        let day = self.days.entry(date).or_insert_with(|| vec![0.0; slots as usize]);
        day[(minute / self.minutes) as usize] += count;
        Ok(())
    }

    /// Marks a day as unlike its weekday: it teaches nothing about others.
    pub fn holiday(&mut self, date: Date) {
        self.holidays.insert(date);
    }

    /// Days that teach, oldest first.
    pub(super) fn ordinary(&self) -> impl Iterator<Item = (Date, &[f64])> {
        self.days.iter().filter(|(date, _)| !self.holidays.contains(date)).map(|(&date, counts)| (date, counts.as_slice()))
    }

    /// How many days teach.
    pub fn days(&self) -> usize {
        self.ordinary().count()
    }

    /// The first day.
    pub(super) fn begin(&self) -> Option<Date> {
        self.days.first_key_value().map(|(&date, _)| date)
    }

    /// The day after the last; of an empty history, the first of 1970.
    pub(super) fn end(&self) -> Date {
        let last = self.days.last_key_value().map(|(&date, _)| date.plus(1));
        last.unwrap_or(Date(time::Date::from_ordinal_date(1970, 1).unwrap_or(time::Date::MIN)))
    }

    /// Contacts of an ordinary day in all.
    pub(super) fn total(&self, date: Date) -> Option<f64> {
        let counts = self.days.get(&date).filter(|_| !self.holidays.contains(&date))?;
        Some(counts.iter().sum())
    }

    /// What was known on the evening before this day.
    pub(super) fn before(&self, date: Date) -> Self {
        let days = self.days.range(..date).map(|(&d, counts)| (d, counts.clone())).collect();
        Self { minutes: self.minutes, days, holidays: self.holidays.clone() }
    }

    /// The day's counts, when it is an ordinary one.
    pub(super) fn counts(&self, date: Date) -> Option<&[f64]> {
        self.days.get(&date).filter(|_| !self.holidays.contains(&date)).map(Vec::as_slice)
    }
}

//! Closures: holidays and other times a company is closed although the week says open.

use super::zone::{DAYS, MINUTE, date_of, day_of, wall_of};
use jiff::civil;
use serde::{Deserialize, Serialize};

/// A time the company is closed, by the wall clock of the calendar's zone, whatever shift it falls in: a holiday ends the
/// night shift at its midnight, and does not touch the morning after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// What people call it: Independence Day, inventory.
    pub name: String,
    /// From.
    pub from: civil::DateTime,
    /// Until: the first moment open again.
    pub until: civil::DateTime,
    /// Every so many years; `None`: once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yearly: Option<Yearly>,
}

/// How a closure comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Yearly {
    /// Years from one to the next: 1 is every year.
    pub every: u16,
    /// The weekday of the month it keeps to, counted from the month's beginning (1 to 5) or end (-1 to -5), such as the third
    /// Monday; `None`: it keeps to its date. A year without that date or weekday is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth_weekday: Option<i8>,
    /// The last date it may begin on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<civil::Date>,
    /// Dates it would begin on, but does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<civil::Date>,
}

/// What is wrong with a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Backwards,
    TooLong,
    BadRepeat,
}

/// The longest a closure may be, in days: a company closed for longer changes its week.
const LONGEST: i64 = 366;

impl Closure {
    /// Whole days, once: from the first to the last, both closed.
    pub fn days(name: &str, first: civil::Date, last: civil::Date) -> Self {
        let until = last.tomorrow().unwrap_or(last);
        Self { name: name.into(), from: first.at(0, 0, 0, 0), until: until.at(0, 0, 0, 0), yearly: None }
    }

    /// One whole day, every year on the same date.
    pub fn every_year(name: &str, date: civil::Date) -> Self {
        let yearly = Yearly { every: 1, nth_weekday: None, last: None, except: Vec::new() };
        Self { yearly: Some(yearly), ..Self::days(name, date, date) }
    }

    pub(super) fn check(&self) -> Result<(), Flaw> {
        if self.until <= self.from {
            return Err(Flaw::Backwards);
        }
        if wall_of(self.until).day() - wall_of(self.from).day() > LONGEST {
            return Err(Flaw::TooLong);
        }
        match &self.yearly {
            Some(yearly) if yearly.every == 0 => Err(Flaw::BadRepeat),
            Some(Yearly { nth_weekday: Some(nth), .. }) if nth_weekday(self.from.date(), *nth) != Some(self.from.date()) => {
                Err(Flaw::BadRepeat)
            }
            _ => Ok(()),
        }
    }

    /// The dates it begins on, in order, as far as calendars reach.
    pub(super) fn begins(&self) -> impl Iterator<Item = civil::Date> + '_ {
        self.begins_within(civil::Date::MIN.year(), date_of(*DAYS.end()).year())
    }

    /// Those of some years.
    fn begins_within(&self, from: i16, to: i16) -> impl Iterator<Item = civil::Date> + '_ {
        let first = self.from.date();
        let (every, times) = self.yearly.as_ref().map_or((1, 1), |yearly| (usize::from(yearly.every.max(1)), usize::MAX));
        // What does not come again has one year; the others are passed over in whole rounds.
        let rounds =
            if self.yearly.is_some() { usize::try_from(from.saturating_sub(first.year())).unwrap_or(0).div_ceil(every) } else { 0 };
        let years = (first.year()..=to).step_by(every).skip(rounds).take(times);
        years.filter_map(move |year| {
            let Some(yearly) = &self.yearly else { return Some(first) };
            let date = match yearly.nth_weekday {
                None => civil::Date::new(year, first.month(), first.day()).ok()?,
                Some(nth) => civil::Date::new(year, first.month(), 1).ok()?.nth_weekday_of_month(nth, first.weekday()).ok()?,
            };
            let wanted = date >= first && yearly.last.is_none_or(|last| date <= last) && !yearly.except.contains(&date);
            wanted.then_some(date)
        })
    }

    /// Its stretches in whole minutes of the wall clock since 1970-01-01; a begun minute is closed.
    pub(super) fn stretches(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.begins().map(move |date| self.stretch(date))
    }

    /// Whether one of its stretches has a minute between two minutes of the wall clock.
    pub(super) fn touches(&self, from: i64, to: i64) -> bool {
        let year = |minute: i64| date_of(minute.div_euclid(1_440)).year();
        // One that began the year before may still last.
        let mut near = self.begins_within(year(from) - 1, year(to)).map(|date| self.stretch(date));
        near.any(|(shut, opens)| shut < to && opens > from)
    }

    fn stretch(&self, begins: civil::Date) -> (i64, i64) {
        let from = wall_of(self.from).0 + (day_of(begins) - day_of(self.from.date())) * super::zone::DAY;
        let long = wall_of(self.until).0 - wall_of(self.from).0;
        (from.div_euclid(MINUTE), (from + long + MINUTE - 1).div_euclid(MINUTE))
    }
}

/// The nth weekday (that of `like`) of the month of `like`.
pub(super) fn nth_weekday(like: civil::Date, nth: i8) -> Option<civil::Date> {
    if nth == 0 { None } else { like.nth_weekday_of_month(nth, like.weekday()).ok() }
}

#[cfg(test)]
mod tests {
    //! Which dates come again.
    use super::*;
    use civil::date;

    fn dates(closure: &Closure, many: usize) -> Vec<civil::Date> {
        closure.begins().take(many).collect()
    }

    #[test]
    fn once_every_year_and_by_weekday() {
        assert_eq!(dates(&Closure::days("inventory", date(2026, 1, 2), date(2026, 1, 3)), 9), [date(2026, 1, 2)]);
        let leap = Closure::every_year("leap day", date(2024, 2, 29));
        assert_eq!(dates(&leap, 3), [date(2024, 2, 29), date(2028, 2, 29), date(2032, 2, 29)]);
        // In Mexico the third Monday of November.
        let mut revolution = Closure::every_year("Revolución", date(2025, 11, 17));
        revolution.yearly =
            Some(Yearly { every: 1, nth_weekday: Some(3), last: Some(date(2028, 12, 31)), except: vec![date(2027, 11, 15)] });
        assert_eq!(revolution.check(), Ok(()));
        assert_eq!(dates(&revolution, 9), [date(2025, 11, 17), date(2026, 11, 16), date(2028, 11, 20)]);
        revolution.yearly = Some(Yearly { every: 2, nth_weekday: None, last: None, except: Vec::new() });
        assert_eq!(dates(&revolution, 3), [date(2025, 11, 17), date(2027, 11, 17), date(2029, 11, 17)]);
    }

    #[test]
    fn touches_as_its_stretches_do() {
        let mut closure = Closure::days("vacaciones", date(2023, 12, 28), date(2024, 1, 6));
        for every in [0, 1, 3] {
            closure.yearly = (every > 0).then_some(Yearly { every, nth_weekday: None, last: None, except: Vec::new() });
            for day in (day_of(date(2022, 1, 1))..day_of(date(2032, 1, 1))).step_by(3) {
                let (from, to) = (day * 1_440, (day + 5) * 1_440);
                let plainly = closure.stretches().any(|(shut, opens)| shut < to && opens > from);
                assert_eq!(closure.touches(from, to), plainly, "{every} {:?}", date_of(day));
            }
        }
    }

    #[test]
    fn flaws() {
        let mut closure = Closure::days("x", date(2026, 1, 2), date(2026, 1, 1));
        assert_eq!(closure.check(), Err(Flaw::Backwards));
        closure = Closure::days("x", date(2026, 1, 1), date(2027, 1, 2));
        assert_eq!(closure.check(), Err(Flaw::TooLong));
        closure = Closure::every_year("x", date(2026, 11, 17));
        closure.yearly = Some(Yearly { every: 1, nth_weekday: Some(2), last: None, except: Vec::new() });
        assert_eq!(closure.check(), Err(Flaw::BadRepeat), "the 17th was the third Tuesday");
    }
}

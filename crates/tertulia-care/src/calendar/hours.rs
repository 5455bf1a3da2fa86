//! The week a company writes down: days, times, spans.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say which")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// Monday to Sunday.
    pub const ALL: [Self; 7] = [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// The weekday of a day counted from 1970-01-01, a Thursday.
    pub(super) fn of(day: i64) -> Self {
        Self::ALL[(day + 3).rem_euclid(7) as usize]
    }
}

/// A time of day to the minute, `00:00` to `24:00`; `24:00` is the midnight that ends the day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(u16);

impl Time {
    /// `None` when there is no such time.
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if minute < 60 && (hour < 24 || hour == 24 && minute == 0) { Some(Self(hour * 60 + minute)) } else { None }
    }

    /// Reads `HH:MM`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let number =
            |digits: &str| (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok()).flatten();
        Self::new(number(hour)?, number(minute)?)
    }

    /// Minutes since the midnight that begins the day, 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for Time {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("\"{text}\" is not a time: write it as 09:30, from 00:00 to 24:00"))
    }
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.to_string()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Open hours that begin on a day. Where `to` is earlier than `from` they run over midnight into the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The day they begin.
    pub day: Day,
    /// When.
    pub from: Time,
    /// When they end: this day, or the next.
    pub to: Time,
}

impl Span {
    /// The whole of each day.
    pub fn always() -> Vec<Self> {
        Day::ALL.into_iter().map(|day| Self { day, from: Time(0), to: Time(1_440) }).collect()
    }

    /// The same hours on each of some days.
    pub fn on(days: &[Day], from: Time, to: Time) -> Vec<Self> {
        days.iter().map(|&day| Self { day, from, to }).collect()
    }
}

/// Open minutes of each day from Monday, in order, none touching the next; what runs over midnight stands in both days.
/// `Err` is the place of a span without length.
pub(super) fn week(spans: &[Span]) -> Result<[Vec<(i64, i64)>; 7], usize> {
    let mut week: [Vec<(i64, i64)>; 7] = Default::default();
    for (place, span) in spans.iter().enumerate() {
        let (from, to, day) = (i64::from(span.from.0), i64::from(span.to.0), span.day as usize);
        // 24:00 as a beginning is the next day's 00:00: nothing of this day is left.
        if from == to || from == 1_440 {
            return Err(place);
        }
        if from < to {
            week[day].push((from, to));
        } else {
            week[day].push((from, 1_440));
            if to > 0 {
                week[(day + 1) % 7].push((0, to));
            }
        }
    }
    week.iter_mut().for_each(join);
    Ok(week)
}

/// Puts stretches in order and joins those that meet.
pub(super) fn join(stretches: &mut Vec<(i64, i64)>) {
    stretches.sort_unstable();
    stretches.dedup_by(|next, kept| {
        let meet = next.0 <= kept.1;
        if meet {
            kept.1 = kept.1.max(next.1);
        }
        meet
    });
}

#[cfg(test)]
mod tests {
    //! Reading times and laying out a week.
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).expect("a time")
    }

    #[test]
    fn reads_times() {
        for (text, minutes) in [("00:00", Some(0)), ("09:30", Some(570)), ("24:00", Some(1_440))] {
            assert_eq!(Time::parse(text).map(Time::minutes), minutes);
        }
        for text in ["24:01", "9:30", "09:60", "0930", "", "-1:00", "+9:00", "09:30:00"] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn lays_out_a_week() {
        let span = |day, from, to| Span { day, from: time(from), to: time(to) };
        let laid = week(&[
            span(Day::Sunday, "22:00", "06:00"),
            span(Day::Monday, "05:00", "09:00"),
            span(Day::Monday, "09:00", "12:00"),
            span(Day::Monday, "14:00", "18:00"),
            span(Day::Tuesday, "22:00", "00:00"),
        ])
        .expect("sound");
        assert_eq!(laid[6], [(1_320, 1_440)]);
        assert_eq!(laid[0], [(0, 720), (840, 1_080)]);
        assert_eq!(laid[1], [(1_320, 1_440)]);
        assert_eq!(laid[2], []);
        assert_eq!(week(&[span(Day::Monday, "08:00", "12:00"), span(Day::Friday, "08:00", "08:00")]), Err(1));
    }
}

//! Time zones: from an instant to what a wall clock shows there, and back.
//!
//! The zones' data is compiled in; nothing is read from the machine, so that a case is counted alike everywhere.

use jiff::{
    civil,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use std::fmt;
use tertulia_kernel::Timestamp;

/// Microseconds in a day of 24 hours.
pub(super) const DAY: i64 = 86_400_000_000;
/// Microseconds in a minute.
pub(super) const MINUTE: i64 = 60_000_000;

/// The first and last days calendars know: 1970-01-01 and 2199-12-31, counted from 1970-01-01.
pub(super) const DAYS: std::ops::RangeInclusive<i64> = 0..=84_005;

/// A time zone by its IANA name.
#[derive(Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// A wall-clock reading: microseconds since midnight of 1970-01-01 on that wall, as if no hour were ever skipped or repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wall(pub i64);

impl Wall {
    pub(super) const fn at(day: i64, minute: i64) -> Self {
        Self(day * DAY + minute * MINUTE)
    }
    pub(super) const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }
    /// The minute of the day it falls in.
    pub(super) const fn minute(self) -> i64 {
        self.0.rem_euclid(DAY) / MINUTE
    }
}

impl Zone {
    /// The zone of that name, such as `America/Bogota`; `None` when there is none.
    pub fn named(name: &str) -> Option<Self> {
        let rules = TimeZoneDatabase::bundled().get(name).ok().filter(|rules| !rules.is_unknown())?;
        let name = rules.iana_name().unwrap_or(name).to_owned();
        Some(Self { name, rules })
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self { name: "UTC".into(), rules: TimeZone::UTC }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a wall clock there shows at an instant.
    pub(super) fn wall(&self, at: Timestamp) -> Wall {
        let at = within(at.as_micros());
        Wall(at + micros(self.rules.to_offset(instant(at))))
    }

    /// The date and the minute of the day a wall clock there shows.
    pub(crate) fn local(&self, at: Timestamp) -> (civil::Date, i64) {
        let wall = self.wall(at);
        (date_of(wall.day()), wall.minute())
    }

    /// The instant at which a wall clock there comes to a reading. A reading that comes **twice** (clocks are put back) means its
    /// first coming; one that **never** comes (clocks are put forward) means the moment the clock jumps over it. So a later reading
    /// never means an earlier instant, and what is split at a reading loses and doubles nothing.
    pub(super) fn instant(&self, wall: Wall) -> Timestamp {
        Timestamp::from_micros(self.resolve(wall).0)
    }

    /// The instant, and whether the reading comes exactly once, with its offset.
    fn resolve(&self, wall: Wall) -> (i64, Option<i64>) {
        match self.rules.to_ambiguous_timestamp(reading(wall)).offset() {
            AmbiguousOffset::Unambiguous { offset } => (wall.0 - micros(offset), Some(micros(offset))),
            AmbiguousOffset::Fold { before, .. } => (wall.0 - micros(before), None),
            AmbiguousOffset::Gap { after, .. } => {
                // Seen with the offset after the jump the reading lies before it.
                let before_jump = instant(wall.0 - micros(after));
                let jump = self.rules.following(before_jump).find(|change| change.offset() == after);
                (jump.map_or(wall.0 - micros(after), |jump| jump.timestamp().as_microsecond()), None)
            }
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

/// [`Zone::instant`] for readings that mostly ascend: between two changes of the clocks it only adds a number.
pub(super) struct Stretch<'a> {
    zone: &'a Zone,
    offset: i64,
    /// Readings that come exactly once, with this offset.
    sure: std::ops::Range<i64>,
}

impl<'a> Stretch<'a> {
    pub(super) fn new(zone: &'a Zone) -> Self {
        Self { zone, offset: 0, sure: 0..0 }
    }

    pub(super) fn instant(&mut self, wall: Wall) -> Timestamp {
        if self.sure.contains(&wall.0) {
            return Timestamp::from_micros(wall.0 - self.offset);
        }
        let (at, offset) = self.zone.resolve(wall);
        if let Some(offset) = offset {
            let change = self.zone.rules.following(instant(at)).next();
            // Up to the change both offsets agree on: before it skips readings, and before it repeats them.
            let until = change.map_or(i64::MAX, |change| {
                let at = change.timestamp().as_microsecond();
                at + offset.min(micros(change.offset()))
            });
            (self.offset, self.sure) = (offset, wall.0..until);
        }
        Timestamp::from_micros(at)
    }
}

/// Days from 1970-01-01 to a date.
pub(super) fn day_of(date: civil::Date) -> i64 {
    date.duration_since(civil::date(1970, 1, 1)).as_hours() / 24
}

/// The date so many days after 1970-01-01, held within what calendars know and a little around it.
pub(super) fn date_of(day: i64) -> civil::Date {
    let day = day.clamp(DAYS.start() - 400, DAYS.end() + 400);
    civil::date(1970, 1, 1).saturating_add(jiff::SignedDuration::from_hours(24 * day))
}

/// A reading of date and time.
pub(super) fn wall_of(at: civil::DateTime) -> Wall {
    let time = at.time();
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Wall(day_of(at.date()) * DAY + seconds * 1_000_000)
}

fn reading(wall: Wall) -> civil::DateTime {
    let rest = wall.0.rem_euclid(DAY);
    let (minutes, micros) = (rest / MINUTE, rest % MINUTE);
    date_of(wall.day()).at((minutes / 60) as i8, (minutes % 60) as i8, (micros / 1_000_000) as i8, (micros % 1_000_000) as i32 * 1_000)
}

fn micros(offset: jiff::tz::Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000_000
}

/// Held within a year around the days calendars know: far inside what the zone rules can answer.
fn within(at: i64) -> i64 {
    at.clamp((DAYS.start() - 366) * DAY, (DAYS.end() + 366) * DAY)
}

fn instant(at: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(within(at)).expect("1969 to 2200 is within jiff's range")
}

#[cfg(test)]
mod tests {
    //! Readings that come twice, never, and once.
    use super::*;

    fn at(zone: &str, date: civil::Date, hour: i64, minute: i64) -> String {
        Zone::named(zone).expect("known").instant(Wall::at(day_of(date), hour * 60 + minute)).to_rfc3339()
    }

    #[test]
    fn twice_means_first_and_never_means_the_jump() {
        let (spring, autumn) = (civil::date(2026, 3, 29), civil::date(2026, 10, 25));
        assert_eq!(at("Europe/Madrid", spring, 1, 59), "2026-03-29T00:59:00.000Z");
        assert_eq!(at("Europe/Madrid", spring, 2, 30), "2026-03-29T01:00:00.000Z");
        assert_eq!(at("Europe/Madrid", spring, 3, 0), "2026-03-29T01:00:00.000Z");
        assert_eq!(at("Europe/Madrid", autumn, 2, 30), "2026-10-25T00:30:00.000Z");
        assert_eq!(at("Europe/Madrid", autumn, 3, 0), "2026-10-25T02:00:00.000Z");
        // In Chile the day that changes to summer has no midnight.
        assert_eq!(at("America/Santiago", civil::date(2026, 9, 6), 0, 30), "2026-09-06T04:00:00.000Z");
        // Samoa left a whole day out.
        assert_eq!(at("Pacific/Apia", civil::date(2011, 12, 30), 12, 0), "2011-12-30T10:00:00.000Z");
    }

    #[test]
    fn unknown_zones_are_none() {
        for name in ["", "America/Macondo", "Etc/Unknown", "../zoneinfo/UTC"] {
            assert!(Zone::named(name).is_none(), "{name}");
        }
        assert_eq!(Zone::named("america/bogota").expect("names are compared without case").name(), "America/Bogota");
    }

    #[test]
    fn a_stretch_answers_as_its_zone() {
        for name in ["Europe/Madrid", "America/Santiago", "America/Havana", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC"] {
            let zone = Zone::named(name).expect("known");
            let mut stretch = Stretch::new(&zone);
            let mut last = Timestamp::from_micros(i64::MIN);
            for quarter in 0..15 * 365 * 96_i64 / 37 {
                let wall = Wall(14_000 * DAY + quarter * 37 * 15 * MINUTE);
                let at = stretch.instant(wall);
                assert_eq!(at, zone.instant(wall), "{name} {wall:?}");
                assert!(at >= last, "{name} {wall:?}");
                last = at;
            }
        }
    }
}

//! Amounts of time: business time spent, targets, what is left.

use serde::{Deserialize, Serialize};
use std::{fmt, ops};
use tertulia_kernel::Timestamp;

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// An amount of time in whole microseconds. Never negative; sums and products saturate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Length(u64);

impl Length {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From microseconds.
    pub const fn micros(micros: u64) -> Self {
        Self(micros)
    }
    /// From seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }
    /// From minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self(minutes.saturating_mul(MINUTE))
    }
    /// From hours.
    pub const fn hours(hours: u64) -> Self {
        Self(hours.saturating_mul(HOUR))
    }
    /// From one instant to a later one; nothing when it is not later.
    pub const fn from_to(from: Timestamp, to: Timestamp) -> Self {
        let micros = to.as_micros().saturating_sub(from.as_micros());
        if micros > 0 { Self(micros.unsigned_abs()) } else { Self::ZERO }
    }
    /// In microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }
    /// In whole seconds, rounded down.
    pub const fn as_seconds(self) -> u64 {
        self.0 / SECOND
    }
    /// What is left after taking `other` away; nothing when `other` is more.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
    /// So many per cent of it, rounded down to the microsecond.
    #[must_use]
    pub const fn percent(self, percent: u8) -> Self {
        // By parts, so that no length overflows on the way.
        Self((self.0 / 100).saturating_mul(percent as u64) + self.0 % 100 * percent as u64 / 100)
    }
    /// The instant so much plain time after `at`.
    pub const fn after(self, at: Timestamp) -> Timestamp {
        let micros = if self.0 > i64::MAX as u64 { i64::MAX } else { self.0 as i64 };
        Timestamp::from_micros(at.as_micros().saturating_add(micros))
    }
}

impl ops::Add for Length {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::AddAssign for Length {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Length {
    fn sum<I: Iterator<Item = Self>>(lengths: I) -> Self {
        lengths.fold(Self::ZERO, ops::Add::add)
    }
}

/// `2 h 30 min`, `45 s`, `0 s`: the signs are the same in Spanish and English. Below a second, milliseconds and microseconds.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(HOUR, "h"), (MINUTE, "min"), (SECOND, "s"), (1_000, "ms"), (1, "µs")];
        let mut left = self.0;
        let mut written = 0;
        for (size, sign) in units {
            let many = left / size;
            left %= size;
            // Three units say enough: whoever needs the rest asks for the number.
            if many > 0 && written < 3 {
                write!(f, "{}{many} {sign}", if written > 0 { " " } else { "" })?;
                written += 1;
            }
        }
        if written == 0 { f.write_str("0 s") } else { Ok(()) }
    }
}

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    //! Reading and arithmetic.
    use super::*;

    #[test]
    fn reads_in_hours_minutes_and_seconds() {
        for (length, text) in [
            (Length::ZERO, "0 s"),
            (Length::seconds(45), "45 s"),
            (Length::minutes(150), "2 h 30 min"),
            (Length::hours(30), "30 h"),
            (Length::seconds(3_661), "1 h 1 min 1 s"),
            (Length::micros(1_500), "1 ms 500 µs"),
        ] {
            assert_eq!(length.to_string(), text);
        }
    }

    #[test]
    fn percent_is_exact_and_saturates() {
        assert_eq!(Length::hours(8).percent(75), Length::hours(6));
        assert_eq!(Length::micros(199).percent(50), Length::micros(99));
        assert_eq!(Length::micros(u64::MAX).percent(100), Length::micros(u64::MAX));
    }
}

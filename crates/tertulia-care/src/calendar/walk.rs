//! The openings of a calendar, one after the other.

use super::{
    Calendar,
    hours::Day,
    zone::{DAYS, Stretch, Wall},
};
use tertulia_kernel::Timestamp;

/// Minutes of a day.
const DAY: i64 = 1_440;

/// Goes through the days of the wall clock. What it gives ascends, does not overlap and is never empty; it begins with an opening
/// of the given instant's date, and ends with the last day calendars know.
pub(super) struct Walk<'a> {
    calendar: &'a Calendar,
    clock: Stretch<'a>,
    /// The day in hand.
    day: i64,
    /// Which of its open pieces comes next.
    piece: usize,
    /// Minutes before this one are done with.
    done: i64,
    /// The first closed stretch that ends after what is done.
    closed: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(calendar: &'a Calendar, from: Timestamp) -> Self {
        // What belongs to an earlier day ends by this day's midnight, which is not after any instant of this date.
        let day = calendar.zone.wall(from).day().clamp(*DAYS.start(), DAYS.end() + 1);
        let done = day * DAY;
        let closed = calendar.closed.partition_point(|closed| closed.1 <= done);
        Self { calendar, clock: Stretch::new(&calendar.zone), day, piece: 0, done, closed }
    }

    /// The next open stretch of the wall clock.
    fn next_reading(&mut self) -> Option<(i64, i64)> {
        while self.day <= *DAYS.end() {
            let pieces = &self.calendar.week[Day::of(self.day) as usize];
            let Some(&(from, to)) = pieces.get(self.piece) else {
                self.next_day(self.day + 1);
                continue;
            };
            let (from, to) = ((self.day * DAY + from).max(self.done), self.day * DAY + to);
            if from >= to {
                self.piece += 1;
                continue;
            }
            let Some(&(shut, opens)) = self.calendar.closed.get(self.closed) else {
                self.done = to;
                return Some((from, to));
            };
            if opens <= from {
                self.closed += 1;
            } else if shut >= to {
                self.done = to;
                return Some((from, to));
            } else {
                self.done = opens;
                // A long closure is left in one step.
                if opens / DAY > self.day {
                    self.next_day(opens / DAY);
                }
                if from < shut {
                    return Some((from, shut));
                }
            }
        }
        None
    }

    fn next_day(&mut self, day: i64) {
        (self.day, self.piece) = (day, 0);
    }
}

impl Iterator for Walk<'_> {
    type Item = (Timestamp, Timestamp);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (from, to) = self.next_reading()?;
            let begins = self.clock.instant(Wall::at(0, from));
            let ends = self.clock.instant(Wall::at(0, to));
            // Between two readings that the clock jumps over there is no time.
            if begins < ends {
                return Some((begins, ends));
            }
        }
    }
}

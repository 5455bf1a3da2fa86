//! How decisions speak to people: the two languages, and moments as a person would say them.

use crate::calendar::Zone;
use serde::{Deserialize, Serialize};
use tertulia_kernel::Timestamp;

/// The languages the crate explains itself in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Spanish of the Americas.
    Es,
    /// English.
    En,
}

const DAYS: [[&str; 7]; 2] = [["lun", "mar", "mié", "jue", "vie", "sáb", "dom"], ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]];
const MONTHS: [[&str; 12]; 2] = [
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
];

/// A moment by the wall clock of a zone, to the minute: `vie 17 jul 2026, 16:00`, `Fri 17 Jul 2026, 16:00`.
pub fn moment(at: Timestamp, zone: &Zone, locale: Locale) -> String {
    let (date, minute) = zone.local(at);
    let language = usize::from(locale == Locale::En);
    let weekday = DAYS[language][date.weekday().to_monday_zero_offset() as usize];
    let month = MONTHS[language][date.month() as usize - 1];
    format!("{weekday} {} {month} {}, {:02}:{:02}", date.day(), date.year(), minute / 60, minute % 60)
}

/// A time of day by the wall clock of a zone: `16:00`.
pub fn time_of_day(at: Timestamp, zone: &Zone) -> String {
    let (_, minute) = zone.local(at);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

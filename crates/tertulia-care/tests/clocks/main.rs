//! Business calendars and service-level clocks: known answers reckoned by hand, the defects of other systems, and properties.

mod calendar;
mod calendar_properties;
mod clock;
mod clock_properties;
mod common;
mod ics;
mod peers;
mod policies;

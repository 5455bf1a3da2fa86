//! Six Sigma's figures: defects per million, control charts with their run rules, and process capability.

mod capability;
mod charts;
mod defects;

pub use capability::{Capability, Limits, capability};
pub use charts::{Chart, Point, Rule, Sample, p_chart, xmr_chart};
pub use defects::{Defects, defects};

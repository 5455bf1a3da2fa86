//! Process capability: does what varies by chance fit within what was promised?

use serde::Serialize;

use super::charts::deviation_within;
use crate::error::{MeasureError, check};

/// What was promised: at least one limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Nothing below.
    pub lower: Option<f64>,
    /// Nothing above.
    pub upper: Option<f64>,
}

/// Capability (short term, from moving ranges) and performance (long term, from all values). One and more fits; what has a
/// limit on one side only has no Cp and Pp.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Capability {
    /// Width of the limits ÷ 6σ within.
    pub cp: Option<f64>,
    /// Distance of the mean to the nearer limit ÷ 3σ within.
    pub cpk: f64,
    /// Width of the limits ÷ 6s overall.
    pub pp: Option<f64>,
    /// Distance of the mean to the nearer limit ÷ 3s overall.
    pub ppk: f64,
}

/// Cp, Cpk, Pp and Ppk (Kane 1986; Automotive Industry Action Group 1992) of one value per period.
pub fn capability(values: &[f64], limits: Limits) -> Result<Capability, MeasureError> {
    check("values", values.len() as f64, "≥ 2", values.len() >= 2)?;
    for &value in values.iter().chain(&limits.lower).chain(&limits.upper) {
        check("value", value, "a finite number", true)?;
    }
    let sides = f64::from(u8::from(limits.lower.is_some()) + u8::from(limits.upper.is_some()));
    check("limits", sides, "≥ 1", sides >= 1.0)?;
    if let (Some(lower), Some(upper)) = (limits.lower, limits.upper) {
        check("upper", upper, "> lower", upper > lower)?;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let overall = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let within = deviation_within(values);
    check("variation", within, "> 0", within > 0.0)?;
    let near = limits.upper.map_or(f64::INFINITY, |u| u - mean).min(limits.lower.map_or(f64::INFINITY, |l| mean - l));
    let width = limits.lower.zip(limits.upper).map(|(lower, upper)| upper - lower);
    Ok(Capability {
        cp: width.map(|width| width / (6.0 * within)),
        cpk: near / (3.0 * within),
        pp: width.map(|width| width / (6.0 * overall)),
        ppk: near / (3.0 * overall),
    })
}

#[cfg(test)]
mod tests {
    //! Worked by hand.
    use super::*;

    #[test]
    fn the_nearer_limit_decides() {
        let values = [9.0, 11.0, 9.0, 11.0];
        let both = capability(&values, Limits { lower: Some(4.0), upper: Some(13.0) }).unwrap();
        let (within, overall) = (2.0 / 1.128, (4f64 / 3.0).sqrt());
        assert!((both.cp.unwrap() - 9.0 / (6.0 * within)).abs() < 1e-12 && (both.cpk - 3.0 / (3.0 * within)).abs() < 1e-12);
        assert!((both.pp.unwrap() - 9.0 / (6.0 * overall)).abs() < 1e-12 && (both.ppk - 1.0 / overall).abs() < 1e-12);
        let one = capability(&values, Limits { lower: None, upper: Some(13.0) }).unwrap();
        assert_eq!((one.cp, one.cpk), (None, both.cpk));
        assert!(capability(&values, Limits { lower: None, upper: None }).is_err());
        assert!(capability(&[1.0, 1.0], Limits { lower: None, upper: Some(2.0) }).is_err());
        assert!(capability(&values, Limits { lower: Some(5.0), upper: Some(5.0) }).is_err());
    }
}

//! Defects per million opportunities, and the sigma level.

use serde::Serialize;

use crate::error::{MeasureError, check};
use crate::interval::{Interval, wilson};
use crate::special::normal_quantile;

/// How far a process is assumed to drift in the long run, in standard deviations: a convention, not a finding.
const SHIFT: f64 = 1.5;

/// How often something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Defects {
    /// Defects in a million opportunities.
    pub per_million: f64,
    /// Between which bounds that lies.
    pub interval: Interval,
    /// Φ⁻¹(1 − DPMO ÷ 10⁶) + 1.5; none where there is no defect, or nothing else.
    pub sigma: Option<f64>,
    /// Opportunities counted.
    pub sample: u64,
}

/// DPMO = 10⁶·D ÷ (U·O): `defects` found in `units`, each with so many `opportunities` to go wrong.
pub fn defects(defects: u64, units: u64, opportunities: u64) -> Result<Defects, MeasureError> {
    check("units", units as f64, "≥ 1", units >= 1)?;
    check("opportunities", opportunities as f64, "≥ 1", opportunities >= 1)?;
    let sample = units.saturating_mul(opportunities);
    check("defects", defects as f64, "≤ units × opportunities", defects <= sample)?;
    let share = defects as f64 / sample as f64;
    let sigma = (defects > 0 && defects < sample).then(|| SHIFT - normal_quantile(share));
    Ok(Defects { per_million: share * 1e6, interval: wilson(defects, sample).scaled(1e6), sigma, sample })
}

#[cfg(test)]
mod tests {
    //! The known answer, and the customary table.
    use super::*;

    #[test]
    fn known_answers() {
        let got = defects(42, 1000, 5).unwrap();
        assert!((got.per_million - 8400.0).abs() < 1e-9 && (got.sigma.unwrap() - 3.891).abs() < 5e-4, "{got:?}");
        assert!(got.interval.low < 8400.0 && got.interval.high > 8400.0);
        // Six sigma is 3.4 in a million, three is 66,807.
        assert!((defects(34, 10_000_000, 1).unwrap().sigma.unwrap() - 6.0).abs() < 2e-3);
        assert!((defects(66_807, 1_000_000, 1).unwrap().sigma.unwrap() - 3.0).abs() < 1e-5);
        assert_eq!(defects(0, 10, 1).unwrap().sigma, None);
        assert!(defects(6, 1, 5).is_err() && defects(0, 0, 5).is_err() && defects(0, 1, 0).is_err());
    }
}

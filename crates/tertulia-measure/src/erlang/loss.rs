//! Erlang B: nobody waits.

use crate::error::{MeasureError, check, not_negative};

/// The share of contacts that find all of `lines` busy (A. K. Erlang 1917): B₀ = 1; Bₖ = A·Bₖ₋₁ ÷ (k + A·Bₖ₋₁).
///
/// It holds for any distribution of handling times. `offered` in erlangs.
pub fn blocking(offered: f64, lines: u32) -> Result<f64, MeasureError> {
    not_negative("erlangs", offered)?;
    check("lines", f64::from(lines), "≤ 1000000", lines <= super::MOST_AGENTS)?;
    Ok(share(offered, lines))
}

/// The same, checked before. The recursion adds nothing but positive numbers, so no digits are lost however many lines.
pub(super) fn share(offered: f64, lines: u32) -> f64 {
    let mut blocked = 1.0;
    for line in 1..=lines {
        let carried = offered * blocked;
        blocked = carried / (f64::from(line) + carried);
        if blocked < f64::MIN_POSITIVE {
            return 0.0;
        }
    }
    blocked
}

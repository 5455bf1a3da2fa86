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

/// The same, checked before.
///
/// The recursion unrolled from the top, 1/B = 1 + N/A + N(N−1)/A² + …: all terms are positive, so no digits are lost, and it can
/// stop where the rest no longer counts, which is after some √A terms and not after N.
pub(super) fn share(offered: f64, lines: u32) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for line in (1..=lines).rev() {
        term *= f64::from(line) / offered;
        sum += term;
        // From here on terms fall faster than a geometric series.
        let falls = 1.0 - f64::from(line) / offered;
        if sum.is_infinite() || term < 1e-17 * sum * falls {
            break;
        }
    }
    1.0 / sum
}

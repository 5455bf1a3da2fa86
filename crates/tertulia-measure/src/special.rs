//! The special functions that the formulas stand on: gamma, digamma, the normal and Student's distribution.
//!
//! Written from their series and continued fractions (Abramowitz and Stegun 1964, chapters 6, 7 and 26); good to about twelve digits.

use std::f64::consts::{PI, SQRT_2};

/// From here on Stirling's series is exact to the last digit.
const FAR: f64 = 12.0;

/// What Stirling's formula lacks: ln Γ(z) = (z − ½) ln z − z + ½ ln 2π + this, for z ≥ [`FAR`].
fn stirling_rest(z: f64) -> f64 {
    let q = 1.0 / (z * z);
    (1.0 / 12.0 - q * (1.0 / 360.0 - q * (1.0 / 1260.0 - q * (1.0 / 1680.0 - q / 1188.0)))) / z
}

/// ln Γ(z) for z > 0.
pub fn ln_gamma(mut z: f64) -> f64 {
    let mut below = 1.0;
    while z < FAR {
        below *= z;
        z += 1.0;
    }
    (z - 0.5) * z.ln() - z + 0.5 * (2.0 * PI).ln() + stirling_rest(z) - below.ln()
}

/// ln of z (z+1) … (z+count−1), for z > 0: the difference of two ln Γ without losing its digits.
pub fn ln_rising(mut z: f64, count: f64) -> f64 {
    let (mut low, mut left) = (0.0, count);
    while left > 0.0 && (z < FAR || left < FAR) {
        low += z.ln();
        z += 1.0;
        left -= 1.0;
    }
    if left == 0.0 {
        return low;
    }
    let end = z + left;
    low + (z - 0.5) * (left / z).ln_1p() + left * (end.ln() - 1.0) + stirling_rest(end) - stirling_rest(z)
}

/// ψ(z), the slope of ln Γ, for z > 0.
pub fn digamma(mut z: f64) -> f64 {
    let mut below = 0.0;
    while z < FAR {
        below += 1.0 / z;
        z += 1.0;
    }
    let q = 1.0 / (z * z);
    let series = q * (1.0 / 12.0 - q * (1.0 / 120.0 - q * (1.0 / 252.0 - q * (1.0 / 240.0 - q / 132.0))));
    z.ln() - 0.5 / z - series - below
}

/// The complementary error function.
fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    let scale = (-x * x).exp() / PI.sqrt();
    if x < 2.5 {
        // 7.1.6: all terms are positive, nothing cancels.
        let (mut term, mut sum, mut n) = (2.0 * x, 2.0 * x, 1.0);
        while term > sum * 1e-17 {
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
            n += 1.0;
        }
        return 1.0 - scale * sum;
    }
    // 7.1.14, from the inside out.
    let fraction = (1..=80).rev().fold(x, |inner, n| x + 0.5 * f64::from(n) / inner);
    scale / fraction
}

/// Φ(x): the share of a standard normal distribution below x.
pub fn normal_below(x: f64) -> f64 {
    0.5 * erfc(-x / SQRT_2)
}

/// Φ⁻¹(p) for 0 < p < 1.
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    // 26.2.23 is good to three digits; each of Halley's steps triples them.
    let t = (-2.0 * p.ln()).sqrt();
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let mut x = top / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308))) - t;
    for _ in 0..3 {
        let off = (normal_below(x) - p) * (2.0 * PI).sqrt() * (0.5 * x * x).exp();
        x -= off / (1.0 + 0.5 * x * off);
    }
    x
}

/// The normal quantile of a two-sided 95 % interval.
pub const Z95: f64 = 1.959_963_984_540_054;

/// I_x(a, b), the regularised incomplete beta function, by its continued fraction (26.5.8) in Lentz's way.
fn beta_below(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_below(1.0 - x, b, a);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp() / a;
    let safe = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let (mut c, mut d) = (1.0, 1.0 / safe(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            d = 1.0 / safe(1.0 + step * d);
            c = safe(1.0 + step / c);
            change = c * d;
            value *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    front * value
}

/// The t that a share of 95 % of Student's distribution lies within, on both sides, for `freedom` ≥ 1.
pub fn t95(freedom: f64) -> f64 {
    let outside = |t: f64| beta_below(freedom / (freedom + t * t), 0.5 * freedom, 0.5);
    let (mut low, mut high) = (1.9, 13.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if outside(middle) > 0.05 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    //! Against printed tables and against themselves.
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64, by: f64) {
        assert!((a - b).abs() <= by * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn printed_values() {
        close(ln_gamma(0.5), PI.sqrt().ln(), 1e-14);
        close(ln_gamma(11.0), 3_628_800f64.ln(), 1e-14);
        close(digamma(1.0), -0.577_215_664_901_532_9, 1e-13);
        close(normal_below(1.0), 0.841_344_746_068_542_9, 1e-14);
        close(normal_below(-6.0) * 1e9, 0.986_587_645_037_7, 1e-10);
        close(normal_quantile(0.975), Z95, 1e-13);
        close(normal_quantile(0.0084), -2.391_06, 1e-5);
        // Student's table: 1, 2, 10, 30 and 1000 degrees of freedom.
        for (freedom, t) in [(1.0, 12.7062), (2.0, 4.3027), (10.0, 2.2281), (30.0, 2.0423), (1000.0, 1.9623)] {
            close(t95(freedom), t, 3e-5);
        }
    }

    proptest! {
        #[test]
        fn gamma_keeps_its_law(z in 0.01f64..500.0, count in 0u32..200) {
            let count = f64::from(count);
            close(ln_rising(z, count), ln_gamma(z + count) - ln_gamma(z), 1e-11);
            close(digamma(z + 1.0) - digamma(z), 1.0 / z, 1e-11);
        }

        #[test]
        fn the_quantile_undoes_the_share(p in 1e-12f64..1.0) {
            prop_assume!(p < 1.0 - 1e-9);
            close(normal_below(normal_quantile(p)) / p, 1.0, 1e-9);
        }
    }
}

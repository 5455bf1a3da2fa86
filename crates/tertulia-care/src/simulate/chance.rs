//! Chance from a seed: xoshiro256++ (Blackman and Vigna, 2019), its state filled by SplitMix64.

use super::scenario::Distribution;

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Chance {
    state: [u64; 4],
}

impl Chance {
    /// The stream of a purpose: streams of different purposes do not repeat each other.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut mixed = seed ^ purpose.wrapping_mul(0xD1B5_4A32_D192_ED03);
        let mut next = || {
            mixed = mixed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = mixed;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        Self { state: [next(), next(), next(), next()] }
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let out = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c2, d2) = (c ^ a, d ^ b);
        self.state = [a ^ d2, b ^ c2, c2 ^ (b << 17), d2.rotate_left(45)];
        out
    }

    /// Above 0 and up to 1.
    pub fn share(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// With this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -self.share().ln() * mean
    }

    /// With mean 0 and deviation 1 (Box and Muller, 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.share().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// A value of a distribution.
    pub fn draw(&mut self, from: &Distribution) -> f64 {
        match from {
            Distribution::Exponential(mean) => self.exponential(*mean),
            Distribution::Constant(value) => *value,
            Distribution::Lognormal([mean, sd]) => {
                // Mean and deviation of the value itself, not of its logarithm.
                let spread = (1.0 + (sd / mean).powi(2)).ln();
                (mean.ln() - spread / 2.0 + spread.sqrt() * self.normal()).exp()
            }
            Distribution::Empirical(values) => {
                let at = (self.share() * values.len() as f64) as usize;
                values[at.min(values.len() - 1)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    //! What is drawn has the mean and deviation it should.
    use super::*;

    #[test]
    fn draws_have_their_moments() {
        let moments = |from: Distribution| {
            let mut chance = Chance::new(7, 1);
            let values: Vec<f64> = (0..200_000).map(|_| chance.draw(&from)).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
            (mean, variance.sqrt())
        };
        let near = |(mean, sd): (f64, f64), (m, s): (f64, f64)| (mean - m).abs() < 0.02 * m && (sd - s).abs() <= 0.03 * s;
        assert!(near(moments(Distribution::Exponential(180.0)), (180.0, 180.0)));
        assert!(near(moments(Distribution::Lognormal([240.0, 120.0])), (240.0, 120.0)));
        assert!(near(moments(Distribution::Constant(5.0)), (5.0, 0.0)));
        assert!(near(moments(Distribution::Empirical(vec![1.0, 3.0])), (2.0, 1.0)));
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // From state 1, 2, 3, 4: rotl(1 + 4, 23) + 1, by hand.
        let mut chance = Chance { state: [1, 2, 3, 4] };
        assert_eq!(chance.next(), (5 << 23) + 1);
        // Then state: b ^= c', a ^= d' with c' = 3 ^ 1 = 2 and d' = 4 ^ 2 = 6; c' ^= 2 << 17; d' rotated by 45.
        assert_eq!(chance.state, [1 ^ 6, 2 ^ 2, 2 ^ (2 << 17), 6 << 45]);
    }
}

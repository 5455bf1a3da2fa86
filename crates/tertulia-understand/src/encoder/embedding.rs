//! A text's meaning as a unit vector.

/// How many numbers an [`Embedding`] has.
pub const DIMS: usize = 512;

/// The meaning of one text: a vector of length 1 (or 0, for no meaning at all).
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Box<[f32; DIMS]>);

impl Embedding {
    /// The direction of these numbers, whatever their length; all zeros where they have no direction or one is not finite.
    #[must_use]
    pub fn normalised(mut numbers: Box<[f32; DIMS]>) -> Self {
        let length = numbers.iter().map(|&n| f64::from(n).powi(2)).sum::<f64>().sqrt();
        let usable = length.is_finite() && length > 1e-12;
        for number in numbers.iter_mut() {
            *number = if usable { (f64::from(*number) / length) as f32 } else { 0.0 };
        }
        Self(numbers)
    }

    /// The numbers, in an order that means the same in every embedding.
    #[must_use]
    pub fn numbers(&self) -> &[f32; DIMS] {
        &self.0
    }

    /// How alike two meanings are: 1 the same, 0 unrelated, down to -1.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f32 {
        let products = self.0.iter().zip(other.0.iter()).map(|(a, b)| a * b);
        products.sum::<f32>().clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedding(number: impl Fn(usize) -> f32) -> Embedding {
        let mut numbers = Box::new([0.0; DIMS]);
        for (i, place) in numbers.iter_mut().enumerate() {
            *place = number(i);
        }
        Embedding::normalised(numbers)
    }

    #[test]
    fn only_the_direction_counts() {
        let one = embedding(|i| i as f32 - 100.0);
        let longer = embedding(|i| 3.0 * i as f32 - 300.0);
        let opposite = embedding(|i| 100.0 - i as f32);
        assert!((one.cosine(&longer) - 1.0).abs() < 1e-5);
        assert!((one.cosine(&opposite) + 1.0).abs() < 1e-5);
        let length: f32 = one.numbers().iter().map(|n| n * n).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }

    #[test]
    fn what_has_no_direction_is_like_nothing() {
        let something = embedding(|i| i as f32);
        for nothing in [embedding(|_| 0.0), embedding(|_| f32::NAN), embedding(|_| f32::INFINITY)] {
            assert_eq!(nothing.cosine(&something), 0.0);
        }
    }
}

//! Products of small whole numbers, exact on every machine.

use super::EncoderError;
use super::file::File;
use super::kernel::{COLUMNS, Kernel, Step};

/// What stands for 0 in a row to be multiplied: numbers are -63 to 63, kept as 1 to 127.
pub const ZERO: u8 = 64;
/// The largest number in a row.
pub const LARGEST: f32 = 63.0;

/// 1.5 · 2²³: numbers near it are whole, and its last sixteen bits are 0.
const FRACTIONLESS: f32 = 12_582_912.0;

/// A matrix of whole numbers with a scale for each column.
pub struct Matrix {
    inputs: usize,
    outputs: usize,
    /// A block for each [`COLUMNS`] outputs, of `inputs / 4` steps.
    blocks: Vec<Step>,
    kernel: Kernel,
    /// What [`ZERO`] adds to each output.
    zeros: Vec<i32>,
    /// What ones in each place of a row would make of each output.
    pub ones: Vec<f32>,
    /// What one in each output is worth.
    pub scales: Vec<f32>,
}

impl Matrix {
    /// From the section `name` (`[inputs][outputs]`) and its scales in `scales`. `inputs` is a multiple of 4, `outputs` of
    /// [`COLUMNS`].
    pub fn read(
        file: &File,
        name: &'static str,
        scales: &'static str,
        inputs: usize,
        outputs: usize,
        kernel: Kernel,
    ) -> Result<Self, EncoderError> {
        let plain = file.whole(name, inputs * outputs)?;
        let steps = inputs / 4;
        let mut blocks: Vec<Step> = vec![[[0; 4]; COLUMNS]; steps * (outputs / COLUMNS)];
        let mut zeros = vec![0; outputs];
        for (input, row) in plain.chunks_exact(outputs).enumerate() {
            for (output, &number) in row.iter().enumerate() {
                blocks[output / COLUMNS * steps + input / 4][output % COLUMNS][input % 4] = number;
                zeros[output] += i32::from(ZERO) * i32::from(number);
            }
        }
        let ones = zeros.iter().map(|&zero| (zero / i32::from(ZERO)) as f32).collect();
        Ok(Self { inputs, outputs, blocks, kernel, zeros, ones, scales: file.floats(scales, outputs)? })
    }

    /// How many numbers go in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many numbers come out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Each row times this matrix: rows of [`Matrix::inputs`] numbers in, rows of [`Matrix::outputs`] sums out.
    pub fn multiply(&self, rows: &[u8], sums: &mut [i32]) {
        let blocks = self.blocks.chunks_exact(self.inputs / 4).zip(self.zeros.as_chunks::<COLUMNS>().0);
        for (place, (block, zeros)) in blocks.enumerate() {
            self.kernel.multiply(rows, block, |row, found| {
                let sums = &mut sums[row * self.outputs + place * COLUMNS..][..COLUMNS];
                for ((sum, found), zero) in sums.iter_mut().zip(found).zip(zeros) {
                    *sum = found - zero;
                }
            });
        }
    }
}

/// The numbers as whole ones for [`Matrix::multiply`]; what one of them is worth.
#[inline(always)]
pub fn quantise(numbers: &[f32], whole: &mut [u8]) -> f32 {
    let largest = numbers.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if largest < f32::MIN_POSITIVE {
        whole.fill(ZERO);
        return 0.0;
    }
    let per_one = LARGEST / largest;
    for (whole, number) in whole.iter_mut().zip(numbers) {
        // Beside so large a number there is no room for fractions: the last byte is the nearest whole number.
        *whole = (number * per_one + (FRACTIONLESS + f32::from(ZERO))).to_bits() as u8;
    }
    largest / LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_the_nearest() {
        let numbers: Vec<f32> = (-1260..=1260).map(|i| i as f32 * 0.01).collect();
        let mut whole = vec![0; numbers.len()];
        let worth = quantise(&numbers, &mut whole);
        for (number, whole) in numbers.iter().zip(&whole) {
            let near = (f32::from(*whole) - f32::from(ZERO)) * worth;
            assert!((near - number).abs() <= worth * 0.5001, "{number}: {near}");
        }
        assert_eq!((whole[0], whole[1260], whole[2520]), (1, 64, 127));
        assert_eq!(quantise(&[0.0; 4], &mut whole[..4]), 0.0);
        assert_eq!(whole[..4], [ZERO; 4]);
    }
}

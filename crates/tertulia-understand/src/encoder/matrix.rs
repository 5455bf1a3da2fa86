//! Products of small whole numbers, exact on every machine.

use super::EncoderError;
use super::file::File;

/// What stands for 0 in a row to be multiplied: numbers are -63 to 63, kept as 1 to 127.
pub const ZERO: u8 = 64;
/// The largest number in a row.
pub const LARGEST: f32 = 63.0;

/// A matrix of whole numbers with a scale for each column.
pub struct Matrix {
    inputs: usize,
    outputs: usize,
    /// Four inputs of each output, then the next four: `[inputs / 4][outputs][4]`.
    numbers: Vec<i8>,
    /// What [`ZERO`] adds to each output.
    zeros: Vec<i32>,
    /// What ones in each place of a row would make of each output.
    pub ones: Vec<f32>,
    /// What one in each output is worth.
    pub scales: Vec<f32>,
}

impl Matrix {
    /// From the section `name` (`[inputs][outputs]`) and its scales in `scales`.
    pub fn read(file: &File, name: &'static str, scales: &'static str, inputs: usize, outputs: usize) -> Result<Self, EncoderError> {
        let plain = file.whole(name, inputs * outputs)?;
        let mut numbers = vec![0; inputs * outputs];
        let mut zeros = vec![0; outputs];
        for (input, row) in plain.chunks_exact(outputs).enumerate() {
            for (output, &number) in row.iter().enumerate() {
                numbers[(input / 4 * outputs + output) * 4 + input % 4] = number;
                zeros[output] += i32::from(ZERO) * i32::from(number);
            }
        }
        let ones = zeros.iter().map(|&zero| (zero / i32::from(ZERO)) as f32).collect();
        Ok(Self { inputs, outputs, numbers, zeros, ones, scales: file.floats(scales, outputs)? })
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
        for (row, sums) in rows.chunks_exact(self.inputs).zip(sums.chunks_exact_mut(self.outputs)) {
            for (sum, zero) in sums.iter_mut().zip(&self.zeros) {
                *sum = -zero;
            }
            for (four, numbers) in row.as_chunks::<4>().0.iter().zip(self.numbers.chunks_exact(self.outputs * 4)) {
                let [a, b, c, d] = four.map(i32::from);
                for (sum, [p, q, r, s]) in sums.iter_mut().zip(numbers.as_chunks::<4>().0) {
                    *sum += a * i32::from(*p) + b * i32::from(*q) + c * i32::from(*r) + d * i32::from(*s);
                }
            }
        }
    }
}

/// The numbers as whole ones for [`Matrix::multiply`]; what one of them is worth.
pub fn quantise(numbers: &[f32], whole: &mut [u8]) -> f32 {
    let largest = numbers.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if largest < f32::MIN_POSITIVE {
        whole.fill(ZERO);
        return 0.0;
    }
    let per_one = LARGEST / largest;
    for (whole, number) in whole.iter_mut().zip(numbers) {
        *whole = (number * per_one + (f32::from(ZERO) + 0.5)) as u8;
    }
    largest / LARGEST
}

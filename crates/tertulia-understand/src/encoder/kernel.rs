//! Rows of whole numbers times a block of a matrix, as fast as the processor can: the same sums on each, for they are exact.
//!
//! A block is 64 columns of a matrix: four inputs of each column, then the next four. Numbers in rows are at most 127, so
//! that two products fit sixteen bits.

/// Columns of a block.
pub const COLUMNS: usize = 64;
/// Four inputs of each column of a block.
pub type Step = [[i8; 4]; COLUMNS];
/// The sums of one row with a block.
pub type Sums = [i32; COLUMNS];

/// What this processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// AVX-512 with its instructions for whole numbers.
    #[cfg(target_arch = "x86_64")]
    Vnni,
    /// AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Any processor.
    Portable,
}

impl Kernel {
    /// All that this processor has, the best first.
    pub fn all() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vnni") {
                kernels.push(Self::Vnni);
            }
            if is_x86_feature_detected!("avx2") {
                kernels.push(Self::Avx2);
            }
        }
        kernels.push(Self::Portable);
        kernels
    }

    /// Does something with the registers that this processor has, as far as what it does is inlined. The same operations in
    /// the same order, so the same results.
    #[allow(unsafe_code, reason = "what the processor has is known only when the program runs")]
    #[inline]
    pub fn widely<T>(self, what: impl FnOnce() -> T) -> T {
        match self {
            // SAFETY: a kernel other than `Portable` is made only by `all`, which has asked the processor for these features.
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::widely_vnni(what) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::widely_avx2(what) },
            Self::Portable => what(),
        }
    }

    /// Calls `sums` for each row with the row's place and what it gives with the block.
    #[allow(unsafe_code, reason = "what the processor has is known only when the program runs")]
    pub fn multiply(self, rows: &[u8], block: &[Step], mut sums: impl FnMut(usize, &Sums)) {
        let inputs = block.len() * 4;
        match self {
            // SAFETY: a kernel other than `Portable` is made only by `all`, which has asked the processor for these features.
            #[cfg(target_arch = "x86_64")]
            Self::Vnni => unsafe { x86::by_rows_vnni(rows, inputs, block, &mut sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::by_rows_avx2(rows, inputs, block, &mut sums) },
            Self::Portable => {
                for (place, row) in rows.chunks_exact(inputs).enumerate() {
                    sums(place, &portable(row, block));
                }
            }
        }
    }
}

fn portable(row: &[u8], block: &[Step]) -> Sums {
    let mut sums = [0; COLUMNS];
    for (four, step) in row.as_chunks::<4>().0.iter().zip(block) {
        let [a, b, c, d] = four.map(i32::from);
        for (sum, column) in sums.iter_mut().zip(step) {
            let [p, q, r, s] = column.map(i32::from);
            *sum += a * p + b * q + c * r + d * s;
        }
    }
    sums
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{COLUMNS, Step, Sums};

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub fn widely_vnni<T>(what: impl FnOnce() -> T) -> T {
        what()
    }

    #[target_feature(enable = "avx2")]
    pub fn widely_avx2<T>(what: impl FnOnce() -> T) -> T {
        what()
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub fn by_rows_vnni(rows: &[u8], inputs: usize, block: &[Step], sums: &mut impl FnMut(usize, &Sums)) {
        const MOST: usize = 6;
        for (group, rows) in rows.chunks(MOST * inputs).enumerate() {
            let mut put = |place, found: &Sums| sums(group * MOST + place, found);
            match rows.len() / inputs {
                6 => vnni::<6>(rows, inputs, block, &mut put),
                5 => vnni::<5>(rows, inputs, block, &mut put),
                4 => vnni::<4>(rows, inputs, block, &mut put),
                3 => vnni::<3>(rows, inputs, block, &mut put),
                2 => vnni::<2>(rows, inputs, block, &mut put),
                1 => vnni::<1>(rows, inputs, block, &mut put),
                _ => {}
            }
        }
    }

    /// `ROWS` rows at once, so that each weight is loaded once for all of them.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    #[allow(unsafe_code, reason = "loads and stores of whole registers take pointers")]
    fn vnni<const ROWS: usize>(rows: &[u8], inputs: usize, block: &[Step], put: &mut impl FnMut(usize, &Sums)) {
        let rows: [&[[u8; 4]]; ROWS] = std::array::from_fn(|row| &rows[row * inputs..][..inputs].as_chunks().0[..block.len()]);
        let mut sums = [[_mm512_setzero_si512(); 4]; ROWS];
        for (at, step) in block.iter().enumerate() {
            let part = |from: usize| step[from..][..16].as_ptr().cast();
            // SAFETY: sixteen columns of a step, from 0, 16, 32 and 48 of its 64, are the 64 bytes that each of these reads.
            let weights = unsafe {
                [_mm512_loadu_si512(part(0)), _mm512_loadu_si512(part(16)), _mm512_loadu_si512(part(32)), _mm512_loadu_si512(part(48))]
            };
            for (sums, row) in sums.iter_mut().zip(&rows) {
                let four = _mm512_set1_epi32(i32::from_le_bytes(row[at]));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm512_dpbusd_epi32(*sum, four, weights);
                }
            }
        }
        for (place, sums) in sums.iter().enumerate() {
            let mut found = [0; COLUMNS];
            for (part, sum) in sums.iter().enumerate() {
                // SAFETY: `found` is 64 numbers, of which each store writes 16, from 0, 16, 32 and 48.
                unsafe { _mm512_storeu_si512(found[part * 16..].as_mut_ptr().cast(), *sum) };
            }
            put(place, &found);
        }
    }

    #[target_feature(enable = "avx2")]
    pub fn by_rows_avx2(rows: &[u8], inputs: usize, block: &[Step], sums: &mut impl FnMut(usize, &Sums)) {
        const MOST: usize = 4;
        for (group, rows) in rows.chunks(MOST * inputs).enumerate() {
            let mut put = |place, found: &Sums| sums(group * MOST + place, found);
            match rows.len() / inputs {
                4 => avx2::<4>(rows, inputs, block, &mut put),
                3 => avx2::<3>(rows, inputs, block, &mut put),
                2 => avx2::<2>(rows, inputs, block, &mut put),
                1 => avx2::<1>(rows, inputs, block, &mut put),
                _ => {}
            }
        }
    }

    /// `ROWS` rows at once, sixteen columns at a time: as many sums as there are registers for.
    #[inline]
    #[target_feature(enable = "avx2")]
    #[allow(unsafe_code, reason = "loads and stores of whole registers take pointers")]
    fn avx2<const ROWS: usize>(rows: &[u8], inputs: usize, block: &[Step], put: &mut impl FnMut(usize, &Sums)) {
        let rows: [&[[u8; 4]]; ROWS] = std::array::from_fn(|row| &rows[row * inputs..][..inputs].as_chunks().0[..block.len()]);
        let mut found = [[0; COLUMNS]; ROWS];
        let ones = _mm256_set1_epi16(1);
        for part in 0..4 {
            let mut sums = [[_mm256_setzero_si256(); 2]; ROWS];
            for (at, step) in block.iter().enumerate() {
                let weights: [__m256i; 2] = std::array::from_fn(|half| {
                    // SAFETY: eight columns of a step, from 0, 8, … 56 of its 64, are the 32 bytes that this reads.
                    unsafe { _mm256_loadu_si256(step[part * 16 + half * 8..][..8].as_ptr().cast()) }
                });
                for (sums, row) in sums.iter_mut().zip(&rows) {
                    let four = _mm256_set1_epi32(i32::from_le_bytes(row[at]));
                    for (sum, weights) in sums.iter_mut().zip(weights) {
                        // Two products of at most 127 · 127 fit sixteen bits.
                        let pairs = _mm256_maddubs_epi16(four, weights);
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
                    }
                }
            }
            for (found, sums) in found.iter_mut().zip(sums) {
                for (half, sum) in sums.into_iter().enumerate() {
                    // SAFETY: eight numbers, from 0, 8, … 56 of the 64, are the 32 bytes that this writes.
                    unsafe { _mm256_storeu_si256(found[part * 16 + half * 8..][..8].as_mut_ptr().cast(), sum) };
                }
            }
        }
        for (place, found) in found.iter().enumerate() {
            put(place, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_gives_the_exact_sums() {
        // The largest numbers there are, and some between; one row to more than any kernel takes at once.
        let number = |i: usize| match i % 5 {
            0 => 127,
            1 => -127,
            _ => (i * 37 % 255) as i32 - 127,
        };
        let steps = 80;
        let block: Vec<Step> =
            (0..steps).map(|k| std::array::from_fn(|n| std::array::from_fn(|j| number(k * 7 + n * 3 + j) as i8))).collect();
        for count in 1..15 {
            let rows: Vec<u8> = (0..count * steps * 4).map(|i| if i % 3 == 0 { 127 } else { (i * 31 % 128) as u8 }).collect();
            for kernel in Kernel::all() {
                let mut seen = 0;
                kernel.multiply(&rows, &block, |place, sums| {
                    seen += 1;
                    let row = &rows[place * steps * 4..][..steps * 4];
                    for (n, sum) in sums.iter().enumerate() {
                        let exact: i32 = (0..steps * 4).map(|k| i32::from(row[k]) * i32::from(block[k / 4][n][k % 4])).sum();
                        assert_eq!(*sum, exact, "{kernel:?}, {count} rows, row {place}, column {n}");
                    }
                });
                assert_eq!(seen, count, "{kernel:?}");
            }
        }
    }
}

//! The pieces' own numbers: whole ones, each row with as many bits a number as its range needs, read where they lie.

use std::ops::Range;

use super::file::File;
use super::matrix::{LARGEST, ZERO};
use super::{DIMS, EncoderError};

/// The most bits a number has.
const MOST_BITS: u8 = 6;

/// Where the rows lie and what their numbers stand for.
pub struct Rows {
    section: Range<usize>,
    rows: Vec<Row>,
    worths: Vec<Worth>,
}

struct Row {
    /// In the section, in bytes.
    begin: u32,
    bits: u8,
    /// The least number of the row.
    least: i8,
    worth: u8,
}

/// A number `n` of a row stands for `(n + shift) * step`.
#[derive(Clone, Copy)]
pub struct Worth {
    pub shift: f32,
    pub step: f32,
}

impl Rows {
    /// For so many pieces.
    pub fn read(file: &File, pieces: usize) -> Result<Self, EncoderError> {
        let damaged = EncoderError::Damaged("rows");
        let section = file.place("rows")?;
        let least = file.whole("rows.l", pieces)?;
        let (bits, parts) = (file.bytes("rows.b")?, file.bytes("rows.p")?);
        let count = file.bytes("steps")?.len() / 4;
        let worths = file.floats("shifts", count)?.into_iter().zip(file.floats("steps", count)?);
        let worths: Vec<Worth> = worths.map(|(shift, step)| Worth { shift, step }).collect();
        if bits.len() != pieces || parts.len() != pieces {
            return Err(damaged);
        }
        let mut rows = Vec::with_capacity(pieces);
        let mut begin = 0;
        for ((&bits, &worth), least) in bits.iter().zip(parts).zip(least) {
            let largest = f32::from(least) + (f32::from(bits.min(MOST_BITS)).exp2() - 1.0);
            if bits > MOST_BITS || usize::from(worth) >= worths.len() || f32::from(least) < -LARGEST || largest > LARGEST {
                return Err(damaged);
            }
            rows.push(Row { begin: u32::try_from(begin).map_err(|_| EncoderError::Damaged("rows"))?, bits, least, worth });
            begin += usize::from(bits) * DIMS / 8;
        }
        if begin != section.len() {
            return Err(damaged);
        }
        Ok(Self { section, rows, worths })
    }

    /// The numbers of a piece as [`super::matrix::Matrix::multiply`] takes them, from the file's bytes.
    #[inline(always)]
    pub fn unpack(&self, file: &[u8], piece: u32, whole: &mut [u8]) -> Worth {
        let row = &self.rows[piece as usize];
        let bits = usize::from(row.bits);
        let least = ZERO.wrapping_add_signed(row.least);
        if bits == 0 {
            whole.fill(least);
        } else {
            let packed = &file[self.section.clone()][row.begin as usize..][..bits * DIMS / 8];
            let mask = (1 << bits) - 1;
            for (eight, bytes) in whole.as_chunks_mut::<8>().0.iter_mut().zip(packed.chunks_exact(bits)) {
                let mut word = [0; 8];
                word[..bits].copy_from_slice(bytes);
                let word = u64::from_le_bytes(word);
                *eight = std::array::from_fn(|place| least + ((word >> (place * bits)) as u8 & mask));
            }
        }
        self.worths[usize::from(row.worth)]
    }
}

//! The encoder's file: sections of little-endian numbers, each checked before it is used.
//!
//! ```text
//! "TertEnc\n"  version u32  sections u32  checksum u64      the checksum is of all that follows
//! sections ×   name [u8; 8], begin u32, length u32          padded with zeros; in bytes, from the file's beginning
//! the sections, each at a multiple of 8
//! ```

use std::borrow::Cow;

use super::EncoderError;

const MAGIC: &[u8; 8] = b"TertEnc\n";
const VERSION: u32 = 1;
const HEAD: usize = 24;
const ENTRY: usize = 16;
/// More sections than any version has.
const MOST_SECTIONS: usize = 256;

/// A file whose checksum is right and whose sections lie inside it.
pub struct File {
    bytes: Cow<'static, [u8]>,
    sections: Vec<([u8; 8], std::ops::Range<usize>)>,
}

impl File {
    pub fn read(bytes: Cow<'static, [u8]>) -> Result<Self, EncoderError> {
        let head = bytes.get(..HEAD).ok_or(EncoderError::NotAnEncoder)?;
        if &head[..8] != MAGIC {
            return Err(EncoderError::NotAnEncoder);
        }
        let version = u32_at(head, 8);
        if version != VERSION {
            return Err(EncoderError::Version(version));
        }
        let count = u32_at(head, 12) as usize;
        let expected = u64::from(u32_at(head, 16)) | u64::from(u32_at(head, 20)) << 32;
        if checksum(&bytes[HEAD..]) != expected {
            return Err(EncoderError::Damaged("checksum"));
        }
        let table = (count <= MOST_SECTIONS).then(|| bytes.get(HEAD..HEAD + count * ENTRY)).flatten();
        let table = table.ok_or(EncoderError::Damaged("table"))?;
        let mut sections = Vec::with_capacity(count);
        for entry in table.chunks_exact(ENTRY) {
            let begin = u32_at(entry, 8) as usize;
            let end = begin.saturating_add(u32_at(entry, 12) as usize);
            if end > bytes.len() {
                return Err(EncoderError::Damaged("table"));
            }
            let mut name = [0; 8];
            name.copy_from_slice(&entry[..8]);
            sections.push((name, begin..end));
        }
        Ok(Self { bytes, sections })
    }

    /// Where a section lies in [`File::into_bytes`].
    pub fn place(&self, name: &'static str) -> Result<std::ops::Range<usize>, EncoderError> {
        let mut padded = [0; 8];
        padded.get_mut(..name.len()).ok_or(EncoderError::Damaged(name))?.copy_from_slice(name.as_bytes());
        let found = self.sections.iter().find(|(name, _)| *name == padded);
        found.map(|(_, place)| place.clone()).ok_or(EncoderError::Damaged(name))
    }

    /// The bytes of a section.
    pub fn bytes(&self, name: &'static str) -> Result<&[u8], EncoderError> {
        Ok(&self.bytes[self.place(name)?])
    }

    /// A section of exactly so many finite numbers.
    pub fn floats(&self, name: &'static str, count: usize) -> Result<Vec<f32>, EncoderError> {
        let bytes = self.bytes(name)?;
        let numbers: Vec<f32> = bytes.chunks_exact(4).map(|four| f32::from_bits(u32_at(four, 0))).collect();
        let is_right = bytes.len() == count * 4 && numbers.iter().all(|number| number.is_finite());
        is_right.then_some(numbers).ok_or(EncoderError::Damaged(name))
    }

    /// A section of exactly so many small whole numbers, -127 to 127.
    pub fn whole(&self, name: &'static str, count: usize) -> Result<Vec<i8>, EncoderError> {
        let numbers: Vec<i8> = self.bytes(name)?.iter().map(|&byte| byte.cast_signed()).collect();
        let is_right = numbers.len() == count && !numbers.contains(&i8::MIN);
        is_right.then_some(numbers).ok_or(EncoderError::Damaged(name))
    }

    /// The whole file, for what is read in place.
    pub fn into_bytes(self) -> Cow<'static, [u8]> {
        self.bytes
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Eight lanes of FNV-1a over 64-bit words (the last ones padded with zeros), then the lanes and the length.
fn checksum(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x100_0000_01b3;
    let mut lanes: [u64; 8] = std::array::from_fn(|lane| 0xcbf2_9ce4_8422_2325 + lane as u64);
    let mut take = |block: &[u8; 64]| {
        for (lane, word) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = (*lane ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
        }
    };
    let (blocks, rest) = bytes.as_chunks::<64>();
    blocks.iter().for_each(&mut take);
    if !rest.is_empty() {
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        take(&last);
    }
    lanes.iter().fold(bytes.len() as u64, |total, lane| (total ^ lane ^ (lane >> 32)).wrapping_mul(PRIME))
}

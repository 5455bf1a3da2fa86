//! Sixteen tags looked at together: which are the one that is looked for, which are free.
#![allow(unsafe_code)]

/// Tags in a group.
pub(super) const GROUP: usize = 16;

/// One bit for each tag that is `tag`, and one for each that is 0.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn look(tags: &[u8; GROUP], tag: u8) -> (u32, u32) {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { sse2(tags, tag) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn sse2(tags: &[u8; GROUP], tag: u8) -> (u32, u32) {
    use core::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_set1_epi8, _mm_setzero_si128};
    // SAFETY: 16 bytes are read from where 16 bytes lie; any address may be read so.
    let tags = unsafe { _mm_loadu_si128(tags.as_ptr().cast()) };
    let equal = |other| _mm_movemask_epi8(_mm_cmpeq_epi8(tags, other)) as u32;
    (equal(_mm_set1_epi8(tag as i8)), equal(_mm_setzero_si128()))
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use one_by_one as look;

/// The same for any processor, and what the tests compare with.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(super) fn one_by_one(tags: &[u8; GROUP], tag: u8) -> (u32, u32) {
    let bits = |wanted: u8| tags.iter().enumerate().fold(0, |bits, (i, tag)| bits | u32::from(*tag == wanted) << i);
    (bits(tag), bits(0))
}

#[cfg(test)]
mod tests {
    use super::{look, one_by_one};

    #[test]
    fn together_as_one_by_one() {
        for seed in 0..if cfg!(miri) { 100 } else { 1_000_u64 } {
            let tags: [u8; 16] = std::array::from_fn(|i| {
                let hash = (seed * 16 + i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                if hash >> 62 == 0 { 0 } else { 0x80 | (hash >> 50) as u8 & 3 }
            });
            for tag in 0x80..0x84 {
                assert_eq!(look(&tags, tag), one_by_one(&tags, tag));
            }
        }
    }
}

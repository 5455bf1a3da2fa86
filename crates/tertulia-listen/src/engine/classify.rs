//! Small letters and bit maps of a text in ASCII: which bytes are letters or digits, and which are signs to look at.
#![allow(unsafe_code)]

use super::scan::EMOJI;

/// Bytes a block has; each map has a number for it.
pub(super) const BLOCK: usize = 64;
/// Bytes behind the last block that are looked at.
pub(super) const BEHIND: usize = 16;

/// Makes the letters of whole blocks of ASCII small, which [`BEHIND`] more bytes follow, and pushes for each block which
/// bytes are letters or digits, and which are `#`, `@`, `$` or stand for an emoji. True when somewhere a letter stands
/// three times in a row.
pub(super) fn classify(bytes: &mut [u8], letters: &mut Vec<u64>, signs: &mut Vec<u64>) -> bool {
    let mut triple = false;
    for block in 0..bytes.len().saturating_sub(BEHIND) / BLOCK {
        let (mut letter_bits, mut sign_bits) = (0, 0);
        for part in 0..BLOCK / 16 {
            let at = block * BLOCK + part * 16;
            let Some(window) = bytes[at..].first_chunk_mut::<18>() else { continue };
            let (letter, sign, row) = sixteen(window);
            letter_bits |= u64::from(letter) << (part * 16);
            sign_bits |= u64::from(sign) << (part * 16);
            triple |= row;
        }
        letters.push(letter_bits);
        signs.push(sign_bits);
    }
    triple
}

/// Sixteen bytes and the two behind them.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn sixteen(window: &mut [u8; 18]) -> (u16, u16, bool) {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { sse2(window) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn sse2(window: &mut [u8; 18]) -> (u16, u16, bool) {
    use core::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set1_epi8, _mm_storeu_si128, _mm_sub_epi8,
    };
    let all = |byte: u8| _mm_set1_epi8(byte as i8);
    let within = |bytes: __m128i, from: u8, to: u8| {
        let above = _mm_sub_epi8(bytes, all(from));
        _mm_cmpeq_epi8(_mm_min_epu8(above, all(to - from)), above)
    };
    let start = window.as_mut_ptr();
    // SAFETY: three times 16 bytes that begin at 0, 1 and 2 of 18; any address may be read so.
    let [raw, one, two] = unsafe { [0, 1, 2].map(|at| _mm_loadu_si128(start.add(at).cast())) };
    let bit = all(0x20);
    let [here, one, two] = [raw, one, two].map(|bytes| _mm_or_si128(bytes, bit));
    let letters = within(here, b'a', b'z');
    let capitals = within(raw, b'A', b'Z');
    let words = _mm_or_si128(letters, within(raw, b'0', b'9'));
    let marks = _mm_or_si128(within(raw, b'#', b'$'), _mm_cmpeq_epi8(raw, all(b'@')));
    let signs = _mm_or_si128(marks, _mm_cmpeq_epi8(raw, all(EMOJI)));
    let row = _mm_and_si128(letters, _mm_and_si128(_mm_cmpeq_epi8(here, one), _mm_cmpeq_epi8(one, two)));
    let small = _mm_add_epi8(raw, _mm_and_si128(capitals, bit));
    // SAFETY: the first 16 of 18 bytes, which nobody else refers to.
    unsafe { _mm_storeu_si128(start.cast(), small) };
    (_mm_movemask_epi8(words) as u16, _mm_movemask_epi8(signs) as u16, _mm_movemask_epi8(row) != 0)
}

#[cfg(not(target_arch = "x86_64"))]
use one_by_one as sixteen;

/// The same for any processor, and what the tests compare with.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn one_by_one(window: &mut [u8; 18]) -> (u16, u16, bool) {
    let (mut letters, mut signs, mut row) = (0, 0, false);
    for i in 0..16 {
        let byte = window[i];
        letters |= u16::from(byte.is_ascii_alphanumeric()) << i;
        signs |= u16::from(matches!(byte, b'#' | b'$' | b'@' | EMOJI)) << i;
        row |= byte.is_ascii_alphabetic() && window[i + 1..=i + 2].iter().all(|next| next.eq_ignore_ascii_case(&byte));
        window[i] = byte.to_ascii_lowercase();
    }
    (letters, signs, row)
}

#[cfg(test)]
mod tests {
    use super::{one_by_one, sixteen};

    #[test]
    fn sixteen_at_once_are_as_one_by_one() {
        let mut dice = 7_u64;
        for _ in 0..if cfg!(miri) { 200 } else { 20_000 } {
            let mut window = [0_u8; 18];
            for byte in &mut window {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // Often the same letters, now and then anything in ASCII.
                *byte = if dice >> 63 == 0 { b"aAbZz@"[(dice >> 40) as usize % 6] } else { (dice >> 40) as u8 & 0x7F };
            }
            let mut other = window;
            assert_eq!(sixteen(&mut window), one_by_one(&mut other), "{other:?}");
            assert_eq!(window, other);
        }
    }
}

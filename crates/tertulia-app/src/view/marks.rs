//! Places in a text: bytes here, UTF-16 code units in a browser.

use std::ops::Range;

/// Turns byte ranges of `text` into ranges of UTF-16 code units, in order, joined where they overlap. Ranges that are not
/// on characters' edges are widened to them; those beyond the text are left out.
pub fn to_utf16(text: &str, ranges: &[Range<usize>]) -> Vec<[u32; 2]> {
    let mut bytes: Vec<(usize, usize)> = ranges
        .iter()
        .filter(|range| range.start < range.end && range.end <= text.len())
        .map(|range| (text.floor_char_boundary(range.start), text.ceil_char_boundary(range.end)))
        .collect();
    bytes.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(bytes.len());
    for (start, end) in bytes {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    let (mut at, mut units) = (0, 0u32);
    let mut count = |upto: usize| {
        units += text[at..upto].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        at = upto;
        units
    };
    joined.into_iter().map(|(start, end)| [count(start), count(end)]).collect()
}

#[cfg(test)]
mod tests {
    //! Counting as a browser does.
    use super::*;

    #[test]
    fn counts_code_units_and_joins_overlaps() {
        let text = "¡Año 🌻 y más!";
        let place = |word: &str| text.find(word).map(|at| at..at + word.len()).expect("there");
        assert_eq!(to_utf16(text, &[place("más"), place("Año")]), [[1, 4], [10, 13]]);
        assert_eq!(to_utf16(text, &[place("🌻 y"), place("🌻")]), [[5, 9]]);
        assert_eq!(to_utf16(text, std::slice::from_ref(&(0..1))), [[0, 1]]);
        assert_eq!(to_utf16(text, &[5..400, 3..3]), Vec::<[u32; 2]>::new());
    }
}

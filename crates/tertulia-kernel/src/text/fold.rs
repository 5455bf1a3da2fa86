//! Folding: one spelling for the many ways people write the same letters.
//!
//! Compatibility forms (`ﬁ`, full-width, mathematical bold) become plain letters, capitals become small, accents go.
//! `ñ` becomes `n`; who needs to know asks for the flag ([`fold_keeping_enye`], [`super::Token::enye`]).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, decompose_compatible};

use super::classes::{is_dropped_mark, is_invisible, is_skin_tone, joins_previous};

/// The combining tilde: after a folded `n` it makes an `ñ`.
pub(super) const TILDE: char = '\u{0303}';

/// Gives the compatibility pieces of one character, capitals and accents untouched.
///
/// Kana and Hangul syllables stay whole: taking them apart would lose the difference between `か` and `が`.
pub(super) fn pieces(c: char, mut each: impl FnMut(char)) {
    if matches!(c, '\u{3040}'..='\u{30FE}' | '\u{AC00}'..='\u{D7A3}' | '\u{2120}' | '\u{2122}') {
        each(c);
    } else {
        decompose_compatible(c, each);
    }
}

/// Gives the small letters of one piece; letters with a built-in stroke or ligature lose it.
pub(super) fn small(c: char, mut each: impl FnMut(char)) {
    match c {
        'ς' => each('σ'),
        'ø' | 'Ø' => each('o'),
        'đ' | 'Đ' => each('d'),
        'ł' | 'Ł' => each('l'),
        'ħ' | 'Ħ' => each('h'),
        'ı' => each('i'),
        'æ' | 'Æ' => "ae".chars().for_each(each),
        'œ' | 'Œ' => "oe".chars().for_each(each),
        'ß' | 'ẞ' => "ss".chars().for_each(each),
        _ => c.to_lowercase().for_each(|l| pieces(l, &mut each)),
    }
}

/// Melts a voicing mark or Hangul piece into the last character of `folded`; true when it did.
pub(super) fn join_last(folded: &mut String, from: usize, c: char) -> bool {
    if !joins_previous(c) {
        return false;
    }
    let Some(last) = folded[from..].chars().next_back() else {
        return false;
    };
    let Some(whole) = compose(last, c) else {
        return false;
    };
    folded.truncate(folded.len() - last.len_utf8());
    folded.push(whole);
    true
}

/// Folds a whole text for comparison: small letters, no accents, no invisible characters, single spaces.
///
/// Used for names, channels and other short values that are compared whole. Folding twice changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    fold_with(text, false)
}

/// Like [`fold`], but `ñ` stays `ñ`: the form in which the listening language writes words.
#[must_use]
pub fn fold_keeping_enye(text: &str) -> String {
    fold_with(text, true)
}

fn fold_with(text: &str, keep_enye: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        pieces(c, |piece| {
            if piece == TILDE && keep_enye && !space && folded.ends_with('n') {
                folded.pop();
                folded.push('ñ');
                return;
            }
            small(piece, |l| {
                if l.is_whitespace() {
                    space = true;
                } else if !is_dropped_mark(l) && !is_invisible(l) {
                    if std::mem::take(&mut space) && !folded.is_empty() {
                        folded.push(' ');
                    }
                    if !join_last(&mut folded, 0, l) {
                        folded.push(l);
                    }
                }
            });
        });
    }
    folded
}

/// The written form: capitals and accents as they are, compatibility forms unified (NFKC), invisible characters and
/// skin tones left out, single spaces. Two texts that look the same have the same written form.
#[must_use]
pub fn written_form(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut space = false;
    let seen = |c: &char| !is_invisible(*c) && !is_skin_tone(*c);
    for c in text.chars().filter(seen).nfkc().filter(seen) {
        if c.is_whitespace() {
            space = true;
        } else {
            if std::mem::take(&mut space) && !written.is_empty() {
                written.push(' ');
            }
            written.push(c);
        }
    }
    written
}

/// Appends the short forms of an elongated word to the folded text.
pub(super) fn short_forms(folded: &mut String, (from, to): (usize, usize)) -> ((u32, u32), (u32, u32)) {
    let word = &folded[from..to];
    let mut runs = word.chars().zip(word.chars().skip(1)).zip(word.chars().skip(2));
    if !runs.any(|((a, b), c)| a == b && b == c && a.is_alphabetic()) {
        return ((0, 0), (0, 0));
    }
    let word = word.to_owned();
    let mut shorten = |keep: usize| {
        let begin = folded.len();
        let mut chars = word.chars().peekable();
        while let Some(c) = chars.next() {
            let mut run = 1;
            while chars.next_if_eq(&c).is_some() {
                run += 1;
            }
            let kept = if run > 2 && c.is_alphabetic() { keep } else { run };
            folded.extend(std::iter::repeat_n(c, kept));
        }
        (begin as u32, folded.len() as u32)
    };
    (shorten(1), shorten(2))
}

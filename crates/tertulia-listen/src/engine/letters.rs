//! What single characters beyond ASCII do to a text, learnt once from the tokeniser itself.
//!
//! The quick reader ([`super::scan`]) may only treat a character by itself when the tokeniser would do the same
//! whatever stands around it. Instead of a second list of rules, the tokeniser is asked about each candidate in a few
//! small texts; whatever does not behave plainly stays [`Letter::Rare`], and posts that hold it are read in full.

use std::sync::LazyLock;

use tertulia_kernel::text::{Kind, Sigil, Text};

/// How the quick reader treats one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    /// Anything not covered here: the post is read by the tokeniser.
    Rare,
    /// The same as this ASCII letter or digit (a capital stays a capital).
    Plain(u8),
    /// The same as this ASCII letter, and the word is written with `ñ`.
    Enye(u8),
    /// Stands between words, inside a web address too.
    Between,
    /// Stands between words and ends a web address.
    EndsAddress,
    /// A pictograph that is a word of its own when no joiner follows.
    Emoji,
}

/// The stretches of Unicode that are worth asking about: Latin letters, punctuation, symbols, pictographs.
const STRETCHES: [(u32, u32); 5] = [(0x80, 0x250), (0x2010, 0x2060), (0x20A0, 0x20C0), (0x2600, 0x27C0), (0x1F300, 0x1FB00)];

static LETTERS: LazyLock<Vec<Letter>> = LazyLock::new(|| {
    let all = STRETCHES.iter().flat_map(|(from, to)| *from..*to);
    all.map(|c| char::from_u32(c).map_or(Letter::Rare, ask)).collect()
});

/// The table, for a reader that looks up many characters.
pub(super) fn letters() -> &'static [Letter] {
    &LETTERS
}

/// How to treat `c`.
pub(super) fn letter(table: &[Letter], c: char) -> Letter {
    let mut base = 0;
    for (from, to) in STRETCHES {
        let c = u32::from(c);
        if c < from {
            break;
        }
        if c < to {
            return table.get((base + c - from) as usize).copied().unwrap_or(Letter::Rare);
        }
        base += to - from;
    }
    Letter::Rare
}

/// Forms of all tokens of a small text.
fn forms(text: &str) -> Vec<String> {
    let text = Text::new(text);
    text.tokens().iter().map(|t| text.form(t).to_owned()).collect()
}

fn ask(c: char) -> Letter {
    let inside = format!("x{c}z");
    let read = Text::new(&inside);
    let tokens = read.tokens();
    match tokens {
        [word] if word.kind == Kind::Word => as_letter(c, read.form(word), word.enye),
        [before, after] if read.form(before) == "x" && read.form(after) == "z" => as_separator(c),
        [before, emoji, after] if read.form(before) == "x" && read.form(after) == "z" => {
            let alone = emoji.kind == Kind::Emoji && read.form(emoji).chars().eq([c]);
            // After it a sign opens a tag and an address begins, as after a space.
            let separates = forms(&format!("{c}#a")) == [c.to_string().as_str(), "a"] && forms(&format!("{c}www.a.b")).len() == 2;
            if alone && separates { Letter::Emoji } else { Letter::Rare }
        }
        _ => Letter::Rare,
    }
}

fn as_letter(c: char, form: &str, enye: bool) -> Letter {
    let small = match form.as_bytes() {
        [b'x', small, b'z'] if small.is_ascii_alphanumeric() => *small,
        _ => return Letter::Rare,
    };
    // It must also begin a tag, and cut it like the ASCII letter it becomes.
    let tag = |letter: char| {
        let text = format!("#a{letter}bA{letter}b #{letter}q");
        let read = Text::new(&text);
        let seen = |t: &tertulia_kernel::text::Token| (read.form(t).to_owned(), t.part, t.sigil == Sigil::Tag, t.position, t.position_end);
        read.tokens().iter().map(seen).collect::<Vec<_>>()
    };
    let asked = tag(c);
    let same = |plain: u8| tag(plain as char) == asked;
    let plain = [small, small.to_ascii_uppercase()].into_iter().find(|plain| same(*plain));
    match plain {
        Some(plain) if enye && small == b'n' => Letter::Enye(plain),
        Some(plain) if !enye => Letter::Plain(plain),
        _ => Letter::Rare,
    }
}

fn as_separator(c: char) -> Letter {
    let alone = forms(&c.to_string()).is_empty();
    let opens = forms(&format!("{c}#a_b")) == ["a_b", "a", "b"] && forms(&format!("@{c}a")) == ["a"];
    let joins_nothing = forms(&format!("@a.{c}b")) == ["a", "b"] && forms(&format!("#a_{c}b")).len() == 3;
    if !(alone && opens && joins_nothing) {
        return Letter::Rare;
    }
    let address = format!("http://a{c}b");
    match Text::new(&address).tokens() {
        [url] if url.kind == Kind::Url && url.range().end == address.len() => Letter::Between,
        [url, _] if url.kind == Kind::Url => Letter::EndsAddress,
        _ => Letter::Rare,
    }
}

#[cfg(test)]
mod tests {
    use super::{Letter, letter, letters};

    #[test]
    fn the_letters_of_our_languages_are_quick() {
        let table = letters();
        for (c, plain) in "áéíóúüÁÉÍÓÚÜàâãêôõçÇèùïîÃÕ".chars().zip("aeiouuAEIOUUaaaeoocCeuiiAO".bytes()) {
            assert_eq!(letter(table, c), Letter::Plain(plain), "{c}");
        }
        assert_eq!(letter(table, 'ñ'), Letter::Enye(b'n'));
        assert_eq!(letter(table, 'Ñ'), Letter::Enye(b'N'));
        for c in "¿¡…—’‘€".chars() {
            assert_eq!(letter(table, c), Letter::Between, "{c}");
        }
        for c in "«»“”\u{a0}".chars() {
            assert_eq!(letter(table, c), Letter::EndsAddress, "{c}");
        }
        for c in "😡🎉✈❤🔥".chars() {
            assert_eq!(letter(table, c), Letter::Emoji, "{c}");
        }
        for c in "ßæ½\u{ad}\u{300}東\u{200d}🇪".chars() {
            assert_eq!(letter(table, c), Letter::Rare, "{c}");
        }
    }
}

//! The quick reader: from a post to the folded forms of its tokens, without allocating.
//!
//! It finds exactly the forms, signs, flags and places that [`Text`] does (a property test compares them). What it
//! does not cover (rare characters, joined emoji, scripts without spaces, very long posts) is read by [`Text`] itself.
//!
//! Letters beyond ASCII are first replaced by the ASCII letter they fold to ([`super::letters`]). Then all bytes are made
//! small and classified into two bit maps, one of letters and digits, one of signs that need a closer look
//! ([`super::classify`]), and the words are read off the maps.

use tertulia_kernel::text::{Kind, Sigil, Text, handle_name};

use super::classify::{BEHIND, BLOCK, classify};
use super::letters::{Letter, letter, letters};
use crate::post::APART;

/// Posts with more bytes are read in full; a shorter one cannot reach the limit of tokens.
const MAX_QUICK: usize = tertulia_kernel::text::MAX_TOKENS;
/// Bytes that may be read past the end of the last form.
const PADDING: usize = 16;
/// What stands for an emoji, for a separator that ends an address, for any other separator.
pub(super) const EMOJI: u8 = 1;
const ENDS_ADDRESS: u8 = 2;
const BETWEEN: u8 = 5;

/// One way to read one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Where its bytes stand in [`Scan::bytes`].
    pub(crate) start: u32,
    pub(crate) len: u32,
    /// First place and the place after the last one.
    pub(crate) place: u32,
    pub(crate) end: u32,
    pub(crate) sigil: Sigil,
    pub(crate) enye: bool,
}

/// A post read into forms; used again for the next post.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    /// The folded bytes of all forms, padded so that 16 bytes can be read from any form's start.
    pub(crate) bytes: Vec<u8>,
    /// In order of their first place.
    pub(crate) forms: Vec<Form>,
    /// Letters and digits, one bit a byte.
    letters: Vec<u64>,
    /// Signs to look at: `#`, `@`, `$` and emoji.
    signs: Vec<u64>,
    /// The post in ASCII, capitals kept, when it was not ASCII already.
    plain: Vec<u8>,
    /// Which bytes of `plain` stand for a letter beyond ASCII, and whether it is an `ñ`.
    marks: Vec<(u32, bool)>,
    /// (place in `plain`, the emoji)
    emoji: Vec<(u32, char)>,
}

impl Scan {
    /// The bytes of a form.
    pub(crate) fn form(&self, form: &Form) -> &[u8] {
        &self.bytes[form.start as usize..(form.start + form.len) as usize]
    }

    /// Reads a post's text and headline; places of the two are far apart.
    pub(crate) fn read(&mut self, text: &str, title: Option<&str>) {
        self.forms.clear();
        self.bytes.clear();
        self.read_part(text, 0);
        if let Some(title) = title {
            self.read_part(title, APART);
        }
        self.bytes.resize(self.bytes.len() + PADDING, 0);
    }

    fn read_part(&mut self, text: &str, base: u32) {
        let (forms, bytes) = (self.forms.len(), self.bytes.len());
        if !self.read_quickly(text) {
            self.forms.truncate(forms);
            self.bytes.truncate(bytes);
            self.read_fully(text);
        }
        if base > 0 {
            for form in &mut self.forms[forms..] {
                form.place += base;
                form.end += base;
            }
        }
    }

    /// False when the post needs the tokeniser; what was pushed until then has to go.
    fn read_quickly(&mut self, post: &str) -> bool {
        self.marks.clear();
        self.emoji.clear();
        if post.len() > MAX_QUICK {
            return false;
        }
        if post.is_ascii() {
            return Reader::new(self, post.as_bytes(), false).run();
        }
        if !self.make_plain(post) {
            return false;
        }
        let plain = std::mem::take(&mut self.plain);
        let done = Reader::new(self, &plain, true).run();
        self.plain = plain;
        done
    }

    /// Replaces what is beyond ASCII; false when something rare is met.
    fn make_plain(&mut self, post: &str) -> bool {
        let table = letters();
        self.plain.clear();
        // What stands for something here stands for itself in no other post than a strange one.
        if post.bytes().fold(false, |strange, byte| strange | (byte < BETWEEN)) {
            return false;
        }
        let mut rest = post;
        loop {
            let ascii = ascii_run(rest.as_bytes());
            self.plain.extend_from_slice(&rest.as_bytes()[..ascii]);
            let mut chars = rest[ascii..].chars();
            let Some(c) = chars.next() else {
                return true;
            };
            rest = chars.as_str();
            let at = self.plain.len() as u32;
            let byte = match letter(table, c) {
                // Marks that lost their emoji.
                Letter::Rare if matches!(c, '\u{FE0E}' | '\u{FE0F}') && self.plain.last() == Some(&b' ') => {
                    rest = rest.trim_start_matches(['\u{FE0E}', '\u{FE0F}']);
                    if !(rest.is_empty() || rest.starts_with(' ')) {
                        return false;
                    }
                    BETWEEN
                }
                Letter::Rare => return false,
                Letter::Plain(plain) => {
                    self.marks.push((at, false));
                    plain
                }
                Letter::Enye(plain) => {
                    self.marks.push((at, true));
                    plain
                }
                Letter::Between => BETWEEN,
                Letter::EndsAddress => ENDS_ADDRESS,
                Letter::Emoji => {
                    // Variation selectors and skin tones are left out; joiners and hidden tags make another emoji.
                    rest = rest.trim_start_matches(|c| matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}'));
                    if rest.starts_with(|c| matches!(c, '\u{200D}' | '\u{E0020}'..='\u{E007F}')) {
                        return false;
                    }
                    self.emoji.push((at, c));
                    EMOJI
                }
            };
            self.plain.push(byte);
        }
    }

    /// Takes the forms from the tokeniser.
    fn read_fully(&mut self, post: &str) {
        let text = Text::new(post);
        for token in text.tokens().iter().filter(|t| t.kind != Kind::Url) {
            for form in text.forms(token) {
                let base = Form {
                    start: self.bytes.len() as u32,
                    len: form.len() as u32,
                    place: token.position,
                    end: token.position_end,
                    sigil: token.sigil,
                    enye: token.enye,
                };
                self.bytes.extend_from_slice(form.as_bytes());
                self.forms.push(base);
                if token.sigil == Sigil::Handle && handle_name(form) != form {
                    self.forms.push(Form { len: handle_name(form).len() as u32, ..base });
                }
            }
        }
    }
}

/// How many bytes of ASCII a text begins with.
fn ascii_run(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        let beyond = u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080;
        if beyond != 0 {
            return at + beyond.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + bytes[at..].iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len() - at)
}

/// True for what ends a web address. Other separators are part of it, or trailing ones that separate either way.
fn ends_address(b: u8, mapped: bool) -> bool {
    matches!(b, b'\t'..=b'\r' | b' ' | b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'`') || (mapped && b == ENDS_ADDRESS)
}

/// The first place at or after `from` without a letter or digit. The map ends in an empty word.
#[inline(always)]
fn run_end(map: &[u64], from: usize) -> usize {
    let mut block = from / 64;
    let ones = (!(map[block] >> (from % 64))).trailing_zeros() as usize;
    if from % 64 + ones < 64 {
        return from + ones;
    }
    block += 1;
    while map[block] == u64::MAX {
        block += 1;
    }
    block * 64 + (!map[block]).trailing_zeros() as usize
}

struct Reader<'s> {
    scan: &'s mut Scan,
    /// The post in ASCII, capitals kept.
    source: &'s [u8],
    /// True when some bytes stand for something beyond ASCII.
    mapped: bool,
    /// True when somewhere a letter stands three times in a row.
    elongated: bool,
    place: u32,
    next_mark: usize,
    next_emoji: usize,
    /// Where the post begins among the bytes.
    base: usize,
}

impl<'s> Reader<'s> {
    fn new(scan: &'s mut Scan, source: &'s [u8], mapped: bool) -> Self {
        let base = scan.bytes.len();
        Self { scan, source, mapped, elongated: false, place: 0, next_mark: 0, next_emoji: 0, base }
    }

    fn run(mut self) -> bool {
        let (mut letters, mut signs) = (std::mem::take(&mut self.scan.letters), std::mem::take(&mut self.scan.signs));
        letters.clear();
        signs.clear();
        let bytes = &mut self.scan.bytes;
        bytes.extend_from_slice(self.source);
        bytes.resize(self.base + self.source.len().next_multiple_of(BLOCK) + BEHIND, b' ');
        self.elongated = classify(&mut bytes[self.base..], &mut letters, &mut signs);
        letters.push(0);
        let done = self.walk(&letters, &signs);
        (self.scan.letters, self.scan.signs) = (letters, signs);
        done
    }

    fn walk(&mut self, letters: &[u64], signs: &[u64]) -> bool {
        let mut seen = 0;
        let mut carry = 0;
        // Where the last tag, handle or tick ended: a sign right after it opens nothing.
        let mut after_sign = usize::MAX;
        for (block, signs) in signs.iter().enumerate() {
            let map = letters[block];
            let starts = map & !(map << 1 | carry);
            carry = map >> 63;
            let mut events = starts | signs;
            while events != 0 {
                let bit = events.trailing_zeros();
                let at = block * BLOCK + bit as usize;
                events &= events - 1;
                if at < seen {
                    continue;
                }
                if signs >> bit & 1 == 0 {
                    let end = run_end(letters, at);
                    if let Some(b':' | b'.') = self.source.get(end)
                        && let Some(address_end) = self.address_end(at, end)
                    {
                        let Some(address_end) = address_end else { return false };
                        self.place += 1;
                        seen = address_end;
                        continue;
                    }
                    let enye = self.mapped && self.enye(at, end);
                    self.push((at, end), Sigil::None, enye, 1);
                    self.place += 1;
                    continue;
                }
                if self.source[at] == EMOJI {
                    self.push_emoji(at);
                    continue;
                }
                let after_word = at > 0 && self.source[at - 1].is_ascii_alphanumeric() || at == after_sign;
                let Some(end) = self.signed(letters, at, after_word) else {
                    return false;
                };
                if end > at {
                    after_sign = end;
                    seen = end;
                }
            }
        }
        true
    }

    /// The end of the web address that begins with the word `at..end`; `Some(None)` when that is hard to tell.
    #[cold]
    fn address_end(&self, at: usize, end: usize) -> Option<Option<usize>> {
        let (word, rest) = (&self.scan.bytes[self.base + at..self.base + end], &self.source[end..]);
        let scheme = match rest.first() {
            Some(b':') if matches!(word, b"http" | b"https") && rest.starts_with(b"://") => 3,
            Some(b'.') if word == b"www" => 1,
            _ => return None,
        };
        if !rest.get(scheme).is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        let behind = end + scheme;
        if self.mapped && self.scan.marks.iter().any(|(mark, _)| (at..=behind).contains(&(*mark as usize))) {
            return Some(None);
        }
        let long = self.source[behind..].iter().position(|b| ends_address(*b, self.mapped));
        Some(Some(long.map_or(self.source.len(), |long| behind + long)))
    }

    /// True when an `ñ` stands in `at..end`. Asked from left to right.
    fn enye(&mut self, at: usize, end: usize) -> bool {
        let marks = &self.scan.marks;
        while marks.get(self.next_mark).is_some_and(|m| (m.0 as usize) < at) {
            self.next_mark += 1;
        }
        marks[self.next_mark..].iter().take_while(|m| (m.0 as usize) < end).any(|m| m.1)
    }

    fn push_emoji(&mut self, at: usize) {
        if !self.mapped {
            return;
        }
        let emoji = &self.scan.emoji;
        while emoji.get(self.next_emoji).is_some_and(|e| (e.0 as usize) < at) {
            self.next_emoji += 1;
        }
        if let Some((_, emoji)) = emoji.get(self.next_emoji) {
            let start = self.scan.bytes.len();
            self.scan.bytes.extend_from_slice(emoji.encode_utf8(&mut [0; 4]).as_bytes());
            let len = (self.scan.bytes.len() - start) as u32;
            let (place, end) = (self.place, self.place + 1);
            self.scan.forms.push(Form { start: start as u32, len, place, end, sigil: Sigil::None, enye: false });
            self.place += 1;
        }
    }

    /// A tag, handle or tick at `at`; gives its end, or `at` when the sign opens none, or `None` when that is hard to tell.
    fn signed(&mut self, letters: &[u64], at: usize, after_word: bool) -> Option<usize> {
        let source = self.source;
        let is_letter = |i: usize| source.get(i).is_some_and(u8::is_ascii_alphanumeric);
        let begin = at + 1;
        let sigil = match source[at] {
            b'#' => Sigil::Tag,
            b'@' => Sigil::Handle,
            b'$' => Sigil::Tick,
            _ => return Some(at),
        };
        if after_word {
            return Some(at);
        }
        match source.get(begin) {
            Some(b'_') => return None,
            Some(b) if b.is_ascii_alphabetic() || (b.is_ascii_digit() && sigil != Sigil::Tick) => {}
            _ => return Some(at),
        }
        match self.address_end(begin, run_end(letters, begin)) {
            None => {}
            Some(None) => return None,
            Some(Some(_)) => return Some(at),
        }
        let mut end = begin;
        let mut server = false;
        loop {
            end = run_end(letters, end);
            let joint = match source.get(end) {
                Some(b'_') => true,
                Some(b'.' | b'-') => sigil == Sigil::Handle && is_letter(end + 1),
                Some(b'@') => sigil == Sigil::Handle && is_letter(end + 1) && !std::mem::replace(&mut server, true),
                _ => false,
            };
            if !joint {
                break;
            }
            end += 1;
        }
        let enye = self.mapped && self.enye(begin, end);
        match sigil {
            Sigil::Tag => self.push_tag(begin, end, enye),
            Sigil::Handle => {
                self.push((begin, end), sigil, enye, 1);
                if let Some(name) = source[begin..end].iter().position(|b| *b == b'@') {
                    self.push((begin, begin + name), sigil, enye, 1);
                }
                self.place += 1;
            }
            _ => {
                self.push((begin, end), sigil, enye, 1);
                self.place += 1;
            }
        }
        Some(end)
    }

    /// The whole tag, then its parts when it has several.
    fn push_tag(&mut self, begin: usize, end: usize, enye: bool) {
        let source = self.source;
        let parts = source[begin..end].windows(2).enumerate().filter(|(i, _)| cuts_before(&source[begin..end], i + 1)).count();
        if parts == 0 && !source[begin..end].contains(&b'_') {
            self.push((begin, end), Sigil::Tag, enye, 1);
            self.place += 1;
            return;
        }
        let whole = self.scan.forms.len();
        self.push((begin, end), Sigil::Tag, enye, 1);
        let forms = self.scan.forms.len();
        let first = self.place;
        let mut from = begin;
        for to in begin + 1..=end {
            if to < end && !cuts_before(&source[begin..end], to - begin) {
                continue;
            }
            if source[from] != b'_' {
                let enye = enye && self.scan.marks.iter().any(|m| m.1 && (from..to).contains(&(m.0 as usize)));
                self.push((from, to), Sigil::None, enye, 1);
                self.place += 1;
            }
            from = to;
        }
        let places = self.place - first;
        self.scan.forms[whole..forms].iter_mut().for_each(|form| form.end = form.place + places);
    }

    /// One token with its short forms.
    #[inline(always)]
    fn push(&mut self, (start, end): (usize, usize), sigil: Sigil, enye: bool, places: u32) {
        let form =
            Form { start: (self.base + start) as u32, len: (end - start) as u32, place: self.place, end: self.place + places, sigil, enye };
        self.scan.forms.push(form);
        if self.elongated && sigil != Sigil::Handle {
            self.push_short(form);
        }
    }

    /// The short forms of a word with long runs of one letter.
    #[cold]
    fn push_short(&mut self, form: Form) {
        let (start, end) = (form.start as usize, (form.start + form.len) as usize);
        if is_elongated(&self.scan.bytes[start..end]) {
            for keep in [1, 2] {
                let begin = self.scan.bytes.len();
                self.shorten(start, end, keep);
                let len = (self.scan.bytes.len() - begin) as u32;
                self.scan.forms.push(Form { start: begin as u32, len, ..form });
            }
        }
    }

    /// Appends a word with its long runs of one letter cut to `keep`.
    fn shorten(&mut self, start: usize, end: usize, keep: usize) {
        let bytes = &mut self.scan.bytes;
        let mut at = start;
        while at < end {
            let byte = bytes[at];
            let run = bytes[at..end].iter().take_while(|b| **b == byte).count();
            let kept = if run > 2 && byte.is_ascii_alphabetic() { keep } else { run };
            bytes.extend(std::iter::repeat_n(byte, kept));
            at += run;
        }
    }
}

fn is_elongated(word: &[u8]) -> bool {
    word.windows(3).any(|w| w[0] == w[1] && w[1] == w[2] && w[0].is_ascii_alphabetic())
}

/// Where a tag is cut, as the tokeniser does it: before a capital after a small letter, before the last capital of a
/// row when a small letter follows, between letters and digits, around `_` (each `_` is a piece that is no word).
fn cuts_before(tag: &[u8], i: usize) -> bool {
    let (before, here) = (tag[i - 1], tag[i]);
    match (before, here) {
        (b'_', _) | (_, b'_') => true,
        (b'A'..=b'Z', b'A'..=b'Z') => tag.get(i + 1).is_some_and(u8::is_ascii_lowercase),
        (b'A'..=b'Z', b'a'..=b'z') => false,
        (b'0'..=b'9', b'0'..=b'9') | (b'a'..=b'z', b'a'..=b'z') => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::Scan;

    /// Everything a scan says, with the bytes in place of their address.
    fn told(scan: &Scan) -> Vec<(String, u32, u32, char, bool)> {
        let sign = |form: &super::Form| match form.sigil {
            super::Sigil::None => ' ',
            super::Sigil::Tag => '#',
            super::Sigil::Handle => '@',
            super::Sigil::Tick => '$',
        };
        let form = |f: &super::Form| (String::from_utf8_lossy(scan.form(f)).into_owned(), f.place, f.end, sign(f), f.enye);
        scan.forms.iter().map(form).collect()
    }

    fn agree(post: &str) -> bool {
        let (mut quick, mut full) = (Scan::default(), Scan::default());
        // Something stands before it, as before a headline.
        quick.read_part("¡Olé! #AB", 0);
        full.read_fully("¡Olé! #AB");
        let covered = quick.read_quickly(post);
        full.read_fully(post);
        if covered {
            assert_eq!(told(&quick), told(&full), "{post:?}");
        }
        covered
    }

    #[test]
    fn plain_posts_are_read_quickly() {
        for post in [
            "El vuelo de @Iberia llegó tarde, ¡qué desastre! #AmoMiMarca #año_nuevo",
            "Mañana NOOOO llega… https://t.co/x?y=1#z (ver www.a.b.), $IBE -3% 😡😡 ❤️ 👍🏽",
            "@a_.b@c.d@e @@x a@b #a_ #Copa2026 #ABCNews ##x $5 $a5 x_y 1º COÑO «http://x.y»z",
            "Sol \u{fe0f} #playa ¡ya! \u{fe0f}\u{fe0f} y más \u{fe0f}",
            "a#b #a#b @a-b- hmmm 1000 looool@x @looool #Loool #LooolOooo",
            "",
            "http://a.b/c…«x» hTTp://A éhttp://x www. www.a",
        ] {
            assert!(agree(post), "{post}");
            // Every cut of it is a post too.
            for (at, _) in post.char_indices() {
                agree(&post[at..]);
                agree(&post[..at]);
            }
        }
        let long = "señal ".repeat(500);
        assert!(agree(&long));
    }

    fn bits() -> impl Strategy<Value = String> {
        const BITS: &[&str] = &[
            "#", "@", "$", "_", ".", "-", " ", " ", "a", "B", "Ab", "1", "é", "ñ", "Ñ", "É", "º", "²", "ß", "…", "«", "’", "😡", "❤",
            "\u{fe0f}", "\u{200d}", "🏽", "http://", "https://", "www.", "ooo", "LLL", "\u{1}", "\u{2}", "\u{5}", "\0", "\n", "東",
            "\u{303}", "\u{20e3}", "/", ":", "?", "!", "|", "ŉ", "\u{a0}", "\u{2009}", "\u{85}", "ħ", "İ", "™", "€", "\u{ad}",
        ];
        prop::collection::vec(select(BITS), 0..40).prop_map(|bits| bits.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn the_quick_reader_agrees_with_the_tokeniser(post in prop_oneof![bits(), "[ -~áéñÑ¿…😡]{0,140}", "\\PC{0,60}", ".{0,60}"]) {
            agree(&post);
        }
    }
}

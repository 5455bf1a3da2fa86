//! A post as classifiers see it: words in small letters with and without accents, and nothing that names somebody.
//!
//! Web addresses become `<url>`, handles `<user>`, digits `0`; letters typed three times and more are cut to two; a tag counts as its
//! word; each emoji and each sign is a word of its own. Escapes that other systems leave in texts (`\u2019`, `&amp;`) are undone.

use std::borrow::Cow;

use tertulia_kernel::text::{fold, is_invisible};

/// The most bytes of a text that are read: what follows says little more.
pub const MAX_BYTES: usize = 16 << 10;

/// The words of one post. Reused from post to post, it allocates nothing in the long run.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Words in small letters, accents kept, with a space before, between and after them.
    pub written: String,
    /// The same without accents.
    pub folded: String,
    /// Where the words are in [`Self::folded`].
    pub spans: Vec<(u32, u32)>,
    /// Only the letters, for telling the language: no addresses, handles, numbers, signs.
    pub letters: String,
    /// How it was typed.
    pub manner: Manner,
}

/// How a post was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// Words of three letters and more in capitals.
    pub shouted: u32,
    /// Words with letters typed three times and more.
    pub drawn_out: u32,
    /// Exclamation marks.
    pub exclamations: u32,
    /// Question marks.
    pub questions: u32,
}

impl Words {
    /// Reads a text, forgetting the one before.
    pub fn read(&mut self, text: &str) {
        self.written.clear();
        self.folded.clear();
        self.letters.clear();
        self.spans.clear();
        self.manner = Manner::default();
        self.written.push(' ');
        self.folded.push(' ');
        self.letters.push(' ');
        let text = unescaped(cut(text));
        let mut rest: &str = &text;
        while let Some(c) = rest.chars().next() {
            let taken = if is_word(c) {
                self.word(rest)
            } else if c == '@' && rest[1..].starts_with(is_word) {
                let handle = 1 + run(&rest[1..], |c| is_word(c) || c == '.');
                self.put("<user>", "<user>");
                handle
            } else {
                if !(c.is_whitespace() || c == '#' || is_dropped(c)) {
                    self.sign(c);
                }
                c.len_utf8()
            };
            rest = &rest[taken..];
        }
    }

    /// The folded words, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|&(from, to)| &self.folded[from as usize..to as usize])
    }

    /// True when nothing is left of the text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Takes the word that `rest` begins with; gives its bytes.
    fn word(&mut self, rest: &str) -> usize {
        if ["http://", "https://", "www."].iter().any(|start| begins(rest, start)) {
            self.put("<url>", "<url>");
            return run(rest, |c| !c.is_whitespace());
        }
        let mut length = run(rest, is_word);
        // don't, l'eau: one word; a quotation mark after a word is none of it.
        while let Some(sign) = rest[length..].chars().next().filter(|c| matches!(c, '\'' | '’'))
            && rest[length + sign.len_utf8()..].starts_with(char::is_alphabetic)
        {
            let after = length + sign.len_utf8();
            length = after + run(&rest[after..], is_word);
        }
        let word = &rest[..length];
        let from = self.written.len();
        let mut drawn_out = false;
        let (mut last, mut times, mut small) = ('\0', 0, false);
        for c in word.chars() {
            small |= c.is_lowercase() || !c.is_alphabetic();
            let c = match c {
                '’' => '\'',
                c if c.is_numeric() => '0',
                c => c,
            };
            for c in c.to_lowercase() {
                times = if c == last { times + 1 } else { 1 };
                last = c;
                if times <= 2 {
                    self.written.push(c);
                } else {
                    drawn_out |= c != '0';
                }
            }
        }
        self.manner.drawn_out += u32::from(drawn_out);
        self.manner.shouted += u32::from(!small && length >= 3);
        if self.written[from..].starts_with(char::is_alphabetic) {
            self.letters.push_str(&self.written[from..]);
            self.letters.push(' ');
        }
        let begin = self.folded.len() as u32;
        if self.written[from..].is_ascii() {
            self.folded.push_str(&self.written[from..]);
        } else {
            self.folded.push_str(&fold(&self.written[from..]));
        }
        self.close(begin);
        length
    }

    fn sign(&mut self, c: char) {
        self.manner.exclamations += u32::from(c == '!');
        self.manner.questions += u32::from(c == '?');
        let mut buffer = [0; 4];
        let sign = c.encode_utf8(&mut buffer);
        self.put(sign, sign);
    }

    fn put(&mut self, written: &str, folded: &str) {
        let begin = self.folded.len() as u32;
        self.written.push_str(written);
        self.folded.push_str(folded);
        self.close(begin);
    }

    fn close(&mut self, begin: u32) {
        self.spans.push((begin, self.folded.len() as u32));
        self.written.push(' ');
        self.folded.push(' ');
    }
}

fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() || c == '_' } else { c.is_alphanumeric() }
}

/// Invisible signs, combining marks that stand alone, and skin tones.
fn is_dropped(c: char) -> bool {
    is_invisible(c) || matches!(c, '\u{300}'..='\u{36f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

fn run(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

fn begins(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

/// The text without escapes that were never undone.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '&']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = escape(rest).unwrap_or_else(|| (rest.chars().next().unwrap_or(' '), 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What the escape at the beginning of `text` stands for, and its bytes.
fn escape(text: &str) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 8] =
        [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\''), ("\\\"", '"'), ("\\n", ' '), ("\\t", ' ')];
    if let Some((name, c)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*c, name.len()));
    }
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    // Half of a pair stands for nothing by itself.
    Some((char::from_u32(code).unwrap_or(' '), 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut words = Words::default();
        words.read(text);
        words.folded
    }

    #[test]
    fn nobody_is_named() {
        assert_eq!(folded("Oye @Fibralia_mx mira https://t.co/Xy1?a=b ya!!"), " oye <user> mira <url> ya ! ! ");
        assert_eq!(folded("3 de cada 1234, #SinServicio"), " 0 de cada 00 , sinservicio ");
    }

    #[test]
    fn accents_are_kept_beside() {
        let mut words = Words::default();
        words.read("¡Mañana NO llegóoooo!");
        assert_eq!(words.written, " ¡ mañana no llegóoo ! ");
        assert_eq!(words.folded, " ¡ manana no llegooo ! ");
        assert_eq!(words.letters, " mañana no llegóoo ");
        assert_eq!(words.manner, Manner { shouted: 0, drawn_out: 1, exclamations: 1, questions: 0 });
        assert_eq!(words.iter().collect::<Vec<_>>(), ["¡", "manana", "no", "llegooo", "!"]);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(folded(r"I don\u2019t &amp; won&#39;t \ud83d"), " i don't & won't ");
        assert_eq!(folded(r"a \ b &c; \u12"), r" a \ b & c ; \ u00 ");
    }

    #[test]
    fn any_text_is_read() {
        for text in ["", " ", "@", "#", "'", "a'", "👍🏽👩‍👩‍👧", "e\u{301}", "\u{301}", "ＡＢ", "日本語", "&", "\\u"] {
            folded(text);
        }
        assert_eq!(folded("👍🏽"), " 👍 ");
    }
}

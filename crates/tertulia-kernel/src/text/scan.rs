//! The tokeniser: one pass over the text, one token under construction at a time.

use unicode_normalization::char::is_combining_mark;

use super::classes::{is_dropped_mark, is_emoji, is_flag_letter, is_invisible, is_skin_tone, is_unspaced, is_word_char};
use super::fold::{TILDE, join_last, pieces, short_forms, small};
use super::tags::{Letter, Shape, tag_parts};
use super::{Kind, MAX_BYTES, MAX_TOKENS, Sigil, Text, Token};

/// Reads a text into tokens.
pub(super) fn scan(original: &str) -> Text<'_> {
    scan_from(original, 0, false)
}

/// Reads the words of a web address, after its scheme.
pub(super) fn scan_address(address: &str) -> Text<'_> {
    let scheme = address.find("://").filter(|end| address[..*end].bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b)));
    scan_from(address, scheme.map_or(0, |end| end + 3), true)
}

fn scan_from(original: &str, at: usize, address: bool) -> Text<'_> {
    let read = floor_boundary(original, MAX_BYTES);
    let mut scanner = Scanner {
        text: &original[..read],
        at: at.min(read),
        address,
        folded: String::with_capacity(read),
        tokens: Vec::with_capacity(read / 6 + 1),
        position: 0,
        segment: 0,
        segment_ends: false,
        after_word: false,
        word: None,
    };
    scanner.run();
    let cut = read < original.len() || scanner.tokens.len() > MAX_TOKENS || scanner.at < read;
    scanner.tokens.truncate(MAX_TOKENS);
    Text { original, folded: scanner.folded, tokens: scanner.tokens, cut }
}

fn floor_boundary(text: &str, limit: usize) -> usize {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// The word or unspaced run under construction. `letters` is kept only for tags and runs, which are cut further.
struct Word {
    sigil: Sigil,
    unspaced: bool,
    start: usize,
    word_start: usize,
    end: usize,
    folded: usize,
    enye: bool,
    server: bool,
    letters: Vec<Letter>,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// True when the text is one web address, in which `#`, `@` and `$` only separate words.
    address: bool,
    folded: String,
    tokens: Vec<Token>,
    position: u32,
    segment: u32,
    segment_ends: bool,
    /// True when the character before was part of a word: `a@b` holds no handle.
    after_word: bool,
    word: Option<Word>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(c) = self.peek() {
            if self.tokens.len() >= MAX_TOKENS {
                return;
            }
            let next = self.at + c.len_utf8();
            if is_invisible(c) || (c.is_ascii() && self.keycap(next)) || self.url() || self.emoji(c) {
                // Invisible characters are stepped over here; the others have moved on by themselves.
                if is_invisible(c) {
                    self.at = next;
                }
                continue;
            }
            if self.opens_sigil(c, next) || self.continues_sigil(c, next) {
                self.at = next;
                continue;
            }
            let from = self.at;
            if c.is_ascii_alphanumeric() {
                match &mut self.word {
                    // What nearly every character of nearly every post is.
                    Some(word) if word.sigil == Sigil::None && !word.unspaced => {
                        self.folded.push(c.to_ascii_lowercase());
                        word.end = next;
                    }
                    _ => self.letter(c, from, next),
                }
            } else if c.is_ascii() {
                self.separator(c, next);
            } else {
                self.pieces_of(c, from, next);
            }
            self.at = next;
        }
        self.finish();
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// A character beyond ASCII, taken apart; some become several words (`½`), some only a sign.
    fn pieces_of(&mut self, c: char, from: usize, next: usize) {
        // The longest compatibility decomposition in Unicode has 18 characters.
        let mut parts = ['\0'; 18];
        let mut count = 0;
        pieces(c, |piece| {
            if let Some(slot) = parts.get_mut(count) {
                *slot = piece;
                count += 1;
            }
        });
        for &piece in &parts[..count] {
            if is_dropped_mark(piece) {
                self.mark(piece, next);
            } else if is_word_char(piece) {
                self.letter(piece, from, next);
            } else {
                self.separator(c, next);
            }
        }
    }

    /// The next visible character from a byte offset on.
    fn visible_from(&self, at: usize) -> Option<char> {
        self.text[at..].chars().find(|c| !is_invisible(*c))
    }

    /// A letter, digit or kept mark of a word, or a character of an unspaced script.
    fn letter(&mut self, piece: char, from: usize, to: usize) {
        if let Some(word) = &mut self.word
            && join_last(&mut self.folded, word.folded, piece)
        {
            word.end = to;
            if let Some(last) = word.letters.last_mut() {
                last.to = to as u32;
            }
            return;
        }
        let unspaced = is_unspaced(piece);
        let joins = |w: &Word| w.sigil != Sigil::None || w.unspaced == unspaced;
        if self.word.as_ref().is_some_and(|w| !joins(w)) {
            self.finish();
        }
        if is_combining_mark(piece) && !unspaced && !self.after_letter() {
            return;
        }
        if self.word.is_none() {
            self.begin(Sigil::None, from, from, unspaced);
        }
        let Some(word) = &mut self.word else { return };
        let keeps = word.unspaced || word.sigil == Sigil::Tag;
        let begin = self.folded.len();
        let folded = &mut self.folded;
        small(piece, |l| {
            if !is_dropped_mark(l) {
                folded.push(l);
            }
        });
        if is_combining_mark(piece) && !unspaced {
            // A vowel sign belongs to the letter before it.
            if let Some(last) = word.letters.last_mut() {
                last.to = to as u32;
            }
        } else if keeps {
            let shape = if unspaced {
                Shape::Unspaced
            } else if piece.is_uppercase() {
                Shape::Upper
            } else if piece.is_numeric() {
                Shape::Digit
            } else {
                Shape::Letter
            };
            word.letters.push(Letter { folded: begin as u32, from: from as u32, to: to as u32, shape, enye: false });
        }
        word.end = to;
        // Unspaced scripts write handles and tags right after a word.
        self.after_word = !word.unspaced;
    }

    /// True when the word under construction ends in something a vowel sign can ride on.
    fn after_letter(&self) -> bool {
        self.word.as_ref().is_some_and(|w| {
            let last = self.folded[w.folded..].chars().next_back();
            last.is_some_and(|c| !"_.-@".contains(c) && !is_unspaced(c))
        })
    }

    /// An accent: dropped, except that it makes an `ñ` and belongs to the bytes of its word.
    fn mark(&mut self, piece: char, to: usize) {
        let Some(word) = &mut self.word else { return };
        word.end = to;
        let enye = piece == TILDE && self.folded[word.folded..].ends_with('n');
        word.enye |= enye;
        if let Some(last) = word.letters.last_mut() {
            last.to = to as u32;
            last.enye |= enye;
        }
    }

    fn separator(&mut self, c: char, next: usize) {
        self.finish();
        self.after_word = false;
        self.segment_ends |= match c {
            '\n' | '\u{2028}' | '\u{2029}' | '。' | '！' | '？' | '｡' => true,
            '.' | '!' | '?' | '…' => self.visible_from(next).is_none_or(|c| c.is_whitespace() || "\"'»”’)".contains(c)),
            _ => false,
        };
    }

    fn begin(&mut self, sigil: Sigil, start: usize, word_start: usize, unspaced: bool) {
        self.word = Some(Word {
            sigil,
            unspaced,
            start,
            word_start,
            end: word_start,
            folded: self.folded.len(),
            enye: false,
            server: false,
            letters: Vec::new(),
        });
    }

    /// `#`, `@` or `$` at the beginning of a word.
    fn opens_sigil(&mut self, c: char, next: usize) -> bool {
        let sigil = match c {
            '#' | '＃' => Sigil::Tag,
            '@' | '＠' => Sigil::Handle,
            '$' | '＄' => Sigil::Tick,
            _ => return false,
        };
        if self.address || self.after_word || self.url_at(next) {
            return false;
        }
        let opens = self.visible_from(next).is_some_and(|n| match sigil {
            Sigil::Tick => first_piece(n).is_alphabetic() && begins_word(n),
            _ if n == '_' => {
                let rest = self.text[next..].trim_start_matches(|c| c == '_' || is_invisible(c));
                rest.chars().next().is_some_and(begins_word)
            }
            _ => begins_word(n),
        });
        if opens {
            self.finish();
            self.begin(sigil, self.at, next, false);
        }
        opens
    }

    /// Signs that go on inside a tag, handle or tick: `_`, and for handles `.`, `-` and one `@`.
    fn continues_sigil(&mut self, c: char, next: usize) -> bool {
        let follows = self.visible_from(next).is_some_and(begins_word);
        let Some(word) = self.word.as_mut().filter(|w| w.sigil != Sigil::None) else {
            return false;
        };
        let joint = match c {
            '_' => true,
            '.' | '-' => word.sigil == Sigil::Handle && follows,
            '@' => word.sigil == Sigil::Handle && follows && !std::mem::replace(&mut word.server, true),
            _ => false,
        };
        if joint {
            word.end = next;
            if word.sigil == Sigil::Tag {
                let (folded, from, to) = (self.folded.len() as u32, self.at as u32, next as u32);
                word.letters.push(Letter { folded, from, to, shape: Shape::Joint, enye: false });
            }
            self.folded.push(c);
        }
        joint
    }

    /// A web address, from its scheme to the first space or closing sign.
    fn url(&mut self) -> bool {
        if self.address || self.after_word || !self.url_at(self.at) {
            return false;
        }
        self.finish();
        let rest = &self.text[self.at..];
        let ends = |c: char| c.is_whitespace() || is_unspaced(c) || "<>\"{}|\\^`“”«»。、！？）（".contains(c);
        let long = rest.find(ends).unwrap_or(rest.len());
        let url = rest[..long].trim_end_matches([')', ']', '.', ',', ';', ':', '!', '?', '\'', '…', '’']);
        let (start, end) = (self.at, self.at + url.len());
        let folded = self.folded.len();
        self.push(Kind::Url, Sigil::None, (start, start, end), (folded, folded), false, 1);
        self.position += 1;
        self.at = end;
        self.after_word = true;
        true
    }

    fn url_at(&self, at: usize) -> bool {
        let rest = &self.text.as_bytes()[at..];
        ["https://", "http://", "www."].iter().any(|scheme| {
            rest.get(..scheme.len()).is_some_and(|b| b.eq_ignore_ascii_case(scheme.as_bytes()))
                && rest.get(scheme.len()).is_some_and(u8::is_ascii_alphanumeric)
        })
    }

    /// `1️⃣` and its like: a digit or `#` in a box.
    fn keycap(&mut self, next: usize) -> bool {
        let Some(c) = self.peek().filter(|c| c.is_ascii_digit() || *c == '#') else {
            return false;
        };
        let rest = &self.text[next..];
        let rest = rest.strip_prefix('\u{FE0F}').unwrap_or(rest);
        let Some(rest) = rest.strip_prefix('\u{20E3}') else {
            return false;
        };
        self.finish();
        let folded = self.folded.len();
        self.folded.push(c);
        self.folded.push('\u{20E3}');
        self.push_emoji(folded, self.text.len() - rest.len());
        true
    }

    /// One emoji with its joined ones: flags are pairs of letters, families are joined by U+200D.
    fn emoji(&mut self, c: char) -> bool {
        if is_skin_tone(c) {
            self.finish();
            self.at += c.len_utf8();
            self.after_word = false;
            return true;
        }
        if !is_emoji(c) {
            return false;
        }
        self.finish();
        let folded = self.folded.len();
        let mut end = self.at + c.len_utf8();
        self.folded.push(c);
        if is_flag_letter(c) {
            if let Some(second) = self.text[end..].chars().next().filter(|c| is_flag_letter(*c)) {
                self.folded.push(second);
                end += second.len_utf8();
            }
            self.push_emoji(folded, end);
            return true;
        }
        let mut joined = false;
        while let Some(n) = self.text[end..].chars().next() {
            match n {
                '\u{FE0E}' | '\u{FE0F}' => {}
                '\u{200D}' => joined = true,
                '\u{E0020}'..='\u{E007F}' => self.folded.push(n),
                n if is_skin_tone(n) => {}
                n if joined && is_emoji(n) => {
                    self.folded.push('\u{200D}');
                    self.folded.push(n);
                    joined = false;
                }
                _ => break,
            }
            end += n.len_utf8();
        }
        self.push_emoji(folded, end);
        true
    }

    fn push_emoji(&mut self, folded: usize, end: usize) {
        let (start, to) = (self.at, self.folded.len());
        self.push(Kind::Emoji, Sigil::None, (start, start, end), (folded, to), false, 1);
        self.position += 1;
        self.at = end;
        self.after_word = false;
    }

    /// Ends the word under construction and pushes its tokens.
    fn finish(&mut self) {
        let Some(word) = self.word.take() else { return };
        let to = self.folded.len();
        // A sign can be left without a word, as in `#_` before an emoji.
        if !self.folded[word.folded..].contains(is_word_char) {
            return;
        }
        let bytes = (word.start, word.word_start, word.end);
        if word.sigil == Sigil::Tag {
            self.finish_tag(&word);
        } else if word.unspaced {
            self.position += self.push_pairs(&word.letters, to, false);
        } else {
            self.push(Kind::Word, word.sigil, bytes, (word.folded, to), word.enye, 1);
            self.position += 1;
        }
    }

    /// The whole tag, then its parts when there are at least two or some are unspaced.
    fn finish_tag(&mut self, word: &Word) {
        let to = self.folded.len();
        let parts = tag_parts(&word.letters);
        let split = parts.len() > 1 || word.letters.iter().any(|l| matches!(l.shape, Shape::Unspaced | Shape::Joint));
        let whole = self.tokens.len();
        let bytes = (word.start, word.word_start, word.end);
        self.push(Kind::Word, Sigil::Tag, bytes, (word.folded, to), word.enye, 1);
        if !split {
            self.position += 1;
            return;
        }
        for part in parts {
            let end = word.letters.get(part.end).map_or(to, |l| l.folded as usize);
            let letters = &word.letters[part];
            let (first, last) = (letters[0], letters[letters.len() - 1]);
            if first.shape == Shape::Unspaced {
                self.position += self.push_pairs(letters, end, true);
            } else {
                let bytes = (first.from as usize, first.from as usize, last.to as usize);
                let enye = letters.iter().any(|l| l.enye);
                self.push(Kind::Word, Sigil::None, bytes, (first.folded as usize, end), enye, 1);
                self.position += 1;
                if let Some(token) = self.tokens.last_mut() {
                    token.part = true;
                }
            }
        }
        self.tokens[whole].position_end = self.position;
    }

    /// One token per character with the next one; `to` is the end of the last in the folded text.
    fn push_pairs(&mut self, letters: &[Letter], to: usize, part: bool) -> u32 {
        let base = self.position;
        for (i, letter) in letters.iter().enumerate() {
            let pair = letters.get(i + 1);
            let last = pair.unwrap_or(letter);
            let end = letters.get(i + 2).map_or(to, |l| l.folded as usize);
            let bytes = (letter.from as usize, letter.from as usize, last.to as usize);
            self.position = base + i as u32;
            let width = if pair.is_some() { 2 } else { 1 };
            self.push(Kind::Pair, Sigil::None, bytes, (letter.folded as usize, end), false, width);
            if let Some(token) = self.tokens.last_mut() {
                token.part = part;
            }
        }
        self.position = base;
        letters.len() as u32
    }

    fn push(&mut self, kind: Kind, sigil: Sigil, bytes: (usize, usize, usize), form: (usize, usize), enye: bool, width: u32) {
        if std::mem::take(&mut self.segment_ends) && !self.tokens.is_empty() {
            self.segment += 1;
        }
        let elongates = kind == Kind::Word && sigil != Sigil::Handle;
        let (single, double) = if elongates { short_forms(&mut self.folded, form) } else { ((0, 0), (0, 0)) };
        self.tokens.push(Token {
            kind,
            sigil,
            part: false,
            enye,
            position: self.position,
            position_end: self.position + width,
            segment: self.segment,
            start: bytes.0 as u32,
            word_start: bytes.1 as u32,
            end: bytes.2 as u32,
            form: (form.0 as u32, form.1 as u32),
            single,
            double,
        });
    }
}

fn first_piece(c: char) -> char {
    let mut first = None;
    pieces(c, |piece| first = first.or(Some(piece)));
    first.unwrap_or(c)
}

/// True when a word can begin with `c`: some letters are only a mark on the one before.
fn begins_word(c: char) -> bool {
    let first = first_piece(c);
    is_word_char(first) && !is_combining_mark(first)
}

//! Texts cut into the pieces that the encoder knows: the likeliest ones together, by each piece's own likelihood.
//!
//! A text is first written alike: compatibility forms become plain ones (`𝓗ｏｌａ` is `Hola`), accents are joined with their
//! letters, blanks at the ends go, several become one, and one is put before the text. A blank is then the sign `▁`, part
//! of the piece that follows. What no piece can spell is the unknown piece, a character at a time.

use super::file::File;
use super::trie::Trie;
use super::{EncoderError, MAX_TOKENS};

/// The piece for a character that no other piece spells.
pub const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;
/// Of a longer text only so many bytes are read: more than [`MAX_TOKENS`] pieces of common text spell.
const MAX_BYTES: usize = 8192;
const BLANK: &str = "\u{2581}";

/// Knows the pieces.
pub struct Tokeniser {
    pieces: Trie,
    scores: Vec<f32>,
    unknown: f64,
    rules: Trie,
    /// What each rule puts in the place of what it finds.
    replacements: Vec<String>,
    /// The texts of the pieces, one after the other, and where each ends.
    texts: String,
    ends: Vec<u32>,
}

/// Memory that is used again from text to text.
#[derive(Default)]
pub struct Workspace {
    text: String,
    /// By place in the text: the best way to get there.
    ways: Vec<Way>,
}

#[derive(Clone, Copy)]
struct Way {
    score: f64,
    from: u32,
    piece: u32,
}

impl Tokeniser {
    pub fn read(file: &File) -> Result<Self, EncoderError> {
        let damaged = EncoderError::Damaged("pieces");
        let mut pieces = Vec::new();
        let mut rest = file.bytes("pieces")?;
        while let Some((piece, after)) = counted(rest) {
            pieces.push(piece);
            rest = after;
        }
        // The first three stand for the unknown, the beginning and the end, and are never found in a text.
        let are_whole = rest.is_empty() && pieces.len() > 3 && pieces[..3].iter().all(|piece| piece.is_empty());
        if !are_whole || u32::try_from(pieces.len()).is_err() {
            return Err(damaged);
        }
        let entries: Vec<(&[u8], u32)> = pieces.iter().copied().zip(0..).skip(3).collect();
        let trie = Trie::new(&entries).ok_or(EncoderError::Damaged("pieces"))?;
        let (mut texts, mut ends) = (String::new(), Vec::with_capacity(pieces.len()));
        for piece in &pieces {
            texts.push_str(std::str::from_utf8(piece).map_err(|_| EncoderError::Damaged("pieces"))?);
            ends.push(texts.len() as u32);
        }
        let (rules, replacements) = read_rules(file.bytes("rules")?).ok_or(EncoderError::Damaged("rules"))?;
        let scores = file.floats("scores", pieces.len())?;
        let unknown = f64::from(file.floats("unknown", 1)?[0]);
        Ok(Self { pieces: trie, scores, unknown, rules, replacements, texts, ends })
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// A piece as text; empty for the beginning, the end and the unknown.
    pub fn text(&self, piece: u32) -> &str {
        let piece = piece as usize;
        let begin = piece.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[begin as usize..self.ends[piece] as usize]
    }

    /// Adds the text's pieces, from the beginning's to the end's, [`MAX_TOKENS`] at most.
    pub fn tokenise(&self, text: &str, workspace: &mut Workspace, tokens: &mut Vec<u32>) {
        let first = tokens.len();
        tokens.push(BEGIN);
        self.write_alike(text, &mut workspace.text);
        if workspace.text.is_empty() {
            tokens.push(UNKNOWN);
        } else {
            self.cut(&workspace.text, &mut workspace.ways, tokens);
        }
        tokens.truncate(first + MAX_TOKENS - 1);
        tokens.push(END);
    }

    fn write_alike(&self, text: &str, alike: &mut String) {
        alike.clear();
        alike.push_str(BLANK);
        let mut rest = &text[..text.floor_char_boundary(MAX_BYTES)];
        let mut after_blank = true;
        while let Some(char) = rest.chars().next() {
            let (length, found) = self.replacement(rest).unwrap_or((char.len_utf8(), &rest[..char.len_utf8()]));
            let found = if after_blank { found.trim_start_matches(' ') } else { found };
            for char in found.chars() {
                if char == ' ' {
                    alike.push_str(BLANK);
                } else {
                    alike.push(char);
                }
            }
            if !found.is_empty() {
                after_blank = found.ends_with(' ');
            }
            rest = &rest[length..];
        }
        alike.truncate(alike.trim_end_matches(BLANK).len());
    }

    /// What stands for the longest beginning of the text that has a rule, and that beginning's length.
    fn replacement(&self, text: &str) -> Option<(usize, &str)> {
        let mut node = self.rules.root();
        let mut found = None;
        for (at, byte) in text.bytes().enumerate() {
            let Some(next) = self.rules.step(node, byte) else { break };
            node = next;
            if let Some(rule) = self.rules.value(node) {
                found = Some((at + 1, self.replacements[rule as usize].as_str()));
            }
        }
        found
    }

    /// The best way to each place is the best way to where its last piece begins, and that piece. Of two that are as good,
    /// the one with the longer last piece.
    fn cut(&self, text: &str, ways: &mut Vec<Way>, tokens: &mut Vec<u32>) {
        let bytes = text.as_bytes();
        ways.clear();
        ways.resize(bytes.len() + 1, Way { score: f64::NEG_INFINITY, from: 0, piece: UNKNOWN });
        ways[0].score = 0.0;
        for (begin, char) in text.char_indices() {
            let so_far = ways[begin].score;
            let mut reach = |end: usize, score: f64, piece: u32| {
                if so_far + score > ways[end].score {
                    ways[end] = Way { score: so_far + score, from: begin as u32, piece };
                }
            };
            let one = begin + char.len_utf8();
            let mut is_spelt = false;
            let mut node = self.pieces.root();
            for (at, &byte) in bytes.iter().enumerate().skip(begin) {
                let Some(next) = self.pieces.step(node, byte) else { break };
                node = next;
                if let Some(piece) = self.pieces.value(node) {
                    reach(at + 1, f64::from(self.scores[piece as usize]), piece);
                    is_spelt |= at + 1 == one;
                }
            }
            if !is_spelt {
                reach(one, self.unknown, UNKNOWN);
            }
        }
        let first = tokens.len();
        let mut at = bytes.len();
        while at > 0 {
            let way = ways[at];
            tokens.push(way.piece);
            at = way.from as usize;
        }
        tokens[first..].reverse();
    }
}

/// A length of one byte, so many bytes, and what follows.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(length.into())
}

/// Pairs of what is found and what takes its place.
fn read_rules(mut rest: &[u8]) -> Option<(Trie, Vec<String>)> {
    let (mut keys, mut replacements) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (key, after) = counted(rest)?;
        let (replacement, after) = counted(after)?;
        std::str::from_utf8(key).ok()?;
        keys.push((key, u32::try_from(replacements.len()).ok()?));
        replacements.push(std::str::from_utf8(replacement).ok()?.to_owned());
        rest = after;
    }
    Some((Trie::new(&keys)?, replacements))
}

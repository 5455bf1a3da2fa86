//! Numbers a linear classifier can add up: each word, pair of words and run of letters of a post is hashed to a row of its table.

use crate::words::Words;

/// Words that turn what follows around: without accents, in the three languages.
const NEGATORS: [&str; 34] = [
    "no", "not", "never", "none", "nothing", "nobody", "nor", "neither", "cannot", "cant", "dont", "didnt", "isnt", "without", "hardly",
    "nunca", "jamas", "nada", "nadie", "ningun", "ninguna", "ninguno", "sin", "tampoco", "ni", "nao", "nem", "ninguem", "nenhum",
    "nenhuma", "sem", "jamais", "num", "cero",
];

/// How many words a negation reaches.
const REACH: u32 = 3;

/// What kind of thing a feature is; the same letters as word and as run of letters are two features.
#[derive(Clone, Copy)]
enum Space {
    Word = 1,
    Negated,
    Pair,
    Accents,
    Letters,
    Manner,
}

/// The features of a post, as hashes.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// The row of a table with 2^n rows is a hash's upper n bits.
    pub hashes: Vec<u32>,
}

impl Features {
    /// Takes the features of the words, forgetting those before.
    pub fn read(&mut self, words: &Words) {
        self.hashes.clear();
        visit(words, |hash, _| self.hashes.push(hash));
    }

    /// Takes the features by which languages are told apart, forgetting those before.
    pub fn read_letters(&mut self, text: &str) {
        self.hashes.clear();
        letters(text, 1, 4, |hash, _| self.hashes.push(spread(hash)));
    }

    /// What one feature counts: features are weighted alike, and long posts not more than short ones.
    #[must_use]
    pub fn unit(&self) -> f32 {
        1.0 / (self.hashes.len().max(1) as f32).sqrt()
    }
}

/// The features of the words, each with the number of the word it begins in: what explains a classifier's answer word by word.
pub fn placed(words: &Words, mut each: impl FnMut(u32, usize)) {
    visit(words, |hash, place| {
        let word = words.spans.partition_point(|&(_, to)| to <= place);
        if word < words.spans.len() {
            each(hash, word);
        }
    });
}

/// The features by which languages are told apart: runs of one to four letters of [`Words::letters`].
#[must_use]
pub fn of_letters(text: &str) -> Features {
    let mut features = Features::default();
    features.read_letters(text);
    features
}

fn visit(words: &Words, mut each: impl FnMut(u32, u32)) {
    let text = words.folded.as_str();
    let mut negated = 0;
    let mut previous: Option<(u64, u32)> = None;
    for &(from, to) in &words.spans {
        let word = &text[from as usize..to as usize];
        let hash = hash(word.as_bytes());
        if matches!(word, "." | "," | ";" | "!" | "?" | ":") {
            negated = 0;
        }
        each(finish(Space::Word, hash), from);
        if negated > 0 {
            each(finish(Space::Negated, hash), from);
            negated -= 1;
        }
        if let Some((before, start)) = previous {
            each(finish(Space::Pair, before.rotate_left(23) ^ hash), start);
        }
        if NEGATORS.contains(&word) || word.ends_with("n't") {
            negated = REACH;
        }
        previous = Some((hash, from));
    }
    if words.written.len() != text.len() {
        for word in words.written.split(' ').filter(|w| !w.is_ascii()) {
            each(finish(Space::Accents, hash(word.as_bytes())), NOWHERE);
        }
    }
    // A run that begins with the space before a word belongs to the word.
    letters(text, 2, 5, |hash, place| each(finish(Space::Letters, hash), place + u32::from(text.as_bytes()[place as usize] == b' ')));
    let manner = words.manner;
    for (number, count) in [(1, manner.shouted), (2, manner.drawn_out), (3, manner.exclamations), (4, manner.questions)] {
        for step in [1, 3] {
            if count >= step {
                each(finish(Space::Manner, u64::from(number * 8 + step)), NOWHERE);
            }
        }
    }
}

/// The place of what is nowhere in particular.
const NOWHERE: u32 = u32::MAX;

/// Every run of `least` to `most` characters, spaces included.
fn letters(text: &str, least: usize, most: usize, mut each: impl FnMut(u64, u32)) {
    let bytes = text.as_bytes();
    if text.is_ascii() {
        for start in 0..bytes.len() {
            let mut state = SEED;
            for (before, &byte) in bytes[start..].iter().take(most).enumerate() {
                state = step(state, byte);
                if before + 1 >= least {
                    each(state, start as u32);
                }
            }
        }
        return;
    }
    for start in 0..bytes.len() {
        if !text.is_char_boundary(start) {
            continue;
        }
        let (mut at, mut state) = (start, SEED);
        for length in 1..=most {
            if at >= bytes.len() {
                break;
            }
            state = step(state, bytes[at]);
            at += 1;
            while at < bytes.len() && !text.is_char_boundary(at) {
                state = step(state, bytes[at]);
                at += 1;
            }
            if length >= least {
                each(state, start as u32);
            }
        }
    }
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const TURN: u64 = 0xff51_afd7_ed55_8ccd;

fn step(state: u64, byte: u8) -> u64 {
    (state.rotate_left(5) ^ u64::from(byte)).wrapping_mul(TURN)
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(SEED, |state, &byte| step(state, byte))
}

/// Spreads a hash over 32 bits, apart by kind.
fn finish(space: Space, hash: u64) -> u32 {
    spread(hash ^ (space as u64).wrapping_mul(0xc4ce_b9fe_1a85_ec53))
}

/// The upper half of a well mixed hash.
fn spread(hash: u64) -> u32 {
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<u32> {
        let mut words = Words::default();
        words.read(text);
        let mut features = Features::default();
        features.read(&words);
        features.hashes
    }

    #[test]
    fn a_negation_changes_what_follows_until_the_sentence_ends() {
        let plain = of("funciona bien");
        let negated = of("no funciona bien");
        let apart = of("no. funciona bien");
        let more = |of: &[u32]| of.iter().filter(|f| !plain.contains(f)).count();
        assert!(more(&negated) > 2);
        assert!(apart.len() > plain.len());
    }

    #[test]
    fn each_feature_has_its_word() {
        let mut words = Words::default();
        words.read("no funciona");
        let (mut first, mut all) = (0, 0);
        placed(&words, |_, word| {
            all += 1;
            first += usize::from(word == 0);
        });
        assert!(first >= 8 && all > first, "{first} of {all}");
    }

    #[test]
    fn brands_and_numbers_make_no_difference() {
        assert_eq!(of("@uno debe 350"), of("@otro_mas debe 482"));
    }

    #[test]
    fn no_text_has_no_letters() {
        assert!(of("").len() <= 1);
    }
}

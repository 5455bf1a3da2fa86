//! Seeded posts and monitors: the same seed gives the same run. Words follow Zipf's law, as in any language.

use tertulia_kernel::{
    Timestamp,
    event::{Author, IncomingPost},
};

/// Words known; rank r is drawn with weight 1/r.
const WORDS: usize = 30_000;
const SYLLABLES: [&str; 32] = [
    "ma", "le", "ta", "vue", "lo", "ca", "ro", "pe", "di", "do", "re", "tra", "so", "na", "vi", "ón", "ser", "cio", "mal", "bue", "ñi",
    "gra", "cias", "que", "ja", "com", "pra", "via", "je", "tar", "de", "ho",
];

/// A generator of 64-bit numbers (SplitMix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    /// Between 0 and 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Posts and monitors to measure with.
pub struct Workload {
    random: Random,
    words: Vec<String>,
}

impl Workload {
    /// What is written depends on the seed, the language on nothing: what one run fills, another finds by its words.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(1);
        let words = (0..WORDS).map(|rank| {
            let mut word = String::new();
            for _ in 0..2 + random.below(3) {
                word.push_str(SYLLABLES[random.below(SYLLABLES.len())]);
            }
            // The number keeps words distinct; frequent ones are short.
            if rank < 200 { word } else { format!("{word}{rank}") }
        });
        let words = words.collect();
        Self { random: Random::new(seed), words }
    }

    /// A word by Zipf's law.
    pub fn word(&mut self) -> &str {
        let rank = (WORDS as f64).powf(self.random.fraction()) as usize - 1;
        &self.words[rank.min(WORDS - 1)]
    }

    /// The word of a rank, 0 being the commonest.
    pub fn ranked(&self, rank: usize) -> &str {
        &self.words[rank.min(WORDS - 1)]
    }

    /// A word that is neither among the commonest nor the rarest: what brands and topics look like.
    fn topic(&mut self) -> String {
        self.words[300 + self.random.below(WORDS - 300)].clone()
    }

    /// A monitor's query: a brand with context, exclusions or nearness.
    pub fn query(&mut self) -> String {
        let (a, b, c, d) = (self.topic(), self.topic(), self.topic(), self.topic());
        match self.random.below(4) {
            0 => format!("({a} OR {b} OR {c}) NOT {d}"),
            1 => format!("({a} OR {b}) AND ({c} OR {d} OR {})", self.word()),
            2 => format!("({a} OR {b}) NEAR/6 ({c} OR {})", self.word()),
            _ => format!("{a} OR \"{b} {c}\" OR {d}*"),
        }
    }

    /// A post of some fourteen words by one of `people` authors.
    pub fn post(&mut self, number: usize, people: usize, addressed: bool, at: Timestamp) -> IncomingPost {
        let mut text = String::with_capacity(120);
        for _ in 0..8 + self.random.below(13) {
            if !text.is_empty() {
                text.push(' ');
            }
            let word = self.word().to_owned();
            text.push_str(&word);
        }
        let person = self.random.below(people);
        let author = Author {
            external_id: format!("u{person}"),
            handle: format!("persona{person}"),
            name: Some(format!("Persona {person}")),
            followers: Some((person % 20_000) as u64),
            ..Author::default()
        };
        let lang = Some("es".to_owned());
        IncomingPost { addressed, lang, ..IncomingPost::new(format!("p{number}"), author, text, at) }
    }
}

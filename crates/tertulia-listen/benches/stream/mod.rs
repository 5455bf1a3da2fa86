//! Realistic query sets and a Zipf stream, the same for the same seed: what the engine is measured on.
//!
//! The shapes are those of commercial monitors: brands (names, two-word names, beginnings) without exclusions 35 %,
//! brands with a context 35 %, groups near each other 10 %, lists of 30 to 150 names 7 %, common-word topics 6 %,
//! common words near each other 4 %, three groups 3 %. Words are made up of syllables; their ranks follow Zipf's law, the
//! first hundreds are the function words of Spanish, English and Portuguese posts. Three posts in ten have a handle,
//! two a tag, two a link, two an emoji, and two words in a hundred an accent, as streams have.

/// A small generator of numbers that look random (xorshift64*).
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 32) as usize * n) >> 32
    }

    /// A number from `from` to `to`.
    fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to - from + 1)
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in so many of a hundred cases.
    fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }
}

const COMMON: &str = "de la que el en y a los se no un por con una su para es al lo como mas o pero sus le ha me si sin sobre este \
    ya entre cuando todo esta ser son dos tambien fue muy hasta desde nos mi te eso gracias hoy ahora bien solo hay vez dia \
    the to and of is in it you that for on this my with be at are so just have not was me all your up what get out like if now \
    good one love day can do from but we time know im dont today go lol how about when they back see new got more too really \
    uma nao com os do da em pra mas vai bom isso tem ele ela voce meu minha quando muito aqui obrigado";

const SYLLABLES: &[&str] = &[
    "ba", "be", "bo", "ca", "ce", "co", "cu", "da", "de", "di", "do", "fa", "fi", "ga", "go", "ja", "la", "le", "li", "lo", "lu", "ma",
    "me", "mi", "mo", "na", "ne", "ni", "no", "pa", "pe", "po", "qui", "ra", "re", "ri", "ro", "sa", "se", "si", "so", "ta", "te", "ti",
    "to", "tra", "tri", "va", "ve", "vi", "xa", "za", "zo", "bra", "cla", "gre", "pla", "ster", "ing", "tion", "man", "ter", "son", "ber",
];

/// Words by rank, and what queries are made of.
pub struct World {
    words: Vec<String>,
    /// Sum of the weights of the words up to each rank.
    weights: Vec<f64>,
    exclusions: Vec<Vec<usize>>,
    contexts: Vec<Vec<usize>>,
}

impl World {
    /// So many words, the same for the same seed.
    pub fn new(seed: u64, size: usize) -> Self {
        let mut dice = Dice::new(seed);
        let mut seen = std::collections::HashSet::new();
        let mut words: Vec<String> = COMMON.split_whitespace().map(str::to_owned).collect();
        seen.extend(words.iter().cloned());
        while words.len() < size {
            let syllables = 2 + dice.below(2) + usize::from(words.len() > 5_000) * dice.below(2);
            let word: String = (0..syllables).map(|_| SYLLABLES[dice.below(SYLLABLES.len())]).collect();
            if seen.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut sum = 0.0;
        let weights = (0..words.len())
            .map(|rank| {
                sum += 1.0 / (rank as f64 + 2.7).powf(1.07);
                sum
            })
            .collect();
        let groups = |dice: &mut Dice, from: usize, to: usize| {
            let group = |dice: &mut Dice| (0..dice.between(2, 10)).map(|_| dice.between(from, to)).collect();
            (0..300).map(|_| group(dice)).collect()
        };
        let exclusions = groups(&mut dice, 300, 6_000);
        let contexts = groups(&mut dice, 150, 5_000);
        Self { words, weights, exclusions, contexts }
    }

    fn rank(&self, dice: &mut Dice) -> usize {
        let at = dice.unit() * self.weights[self.weights.len() - 1];
        self.weights.partition_point(|w| *w < at).min(self.words.len() - 1)
    }

    /// A post of about 84 letters.
    pub fn post(&self, dice: &mut Dice) -> String {
        let mut text = String::new();
        if dice.percent(30) {
            text.push('@');
            text.push_str(&self.words[self.rank(dice)]);
        }
        for i in 0..dice.between(4, 24) {
            if !text.is_empty() {
                text.push_str(match dice.below(40) {
                    0 => ", ",
                    1 => ". ",
                    2 => "! ",
                    3 => "… ",
                    _ => " ",
                });
            }
            let word = &self.words[self.rank(dice)];
            match dice.below(100) {
                0 | 1 => text.push_str(&word.replacen('a', "á", 1).replacen('o', "ó", 1)),
                2 => text.push_str(&word.to_uppercase()),
                3 => text.push_str(&word.replacen("ni", "ñi", 1)),
                n if n < 12 || i == 0 => {
                    let (first, rest) = word.split_at(1);
                    text.push_str(&first.to_uppercase());
                    text.push_str(rest);
                }
                _ => text.push_str(word),
            }
        }
        if dice.percent(20) {
            text.push_str(" #");
            for _ in 0..dice.between(1, 2) {
                let word = &self.words[self.rank(dice)];
                let (first, rest) = word.split_at(1);
                text.push_str(&first.to_uppercase());
                text.push_str(rest);
            }
        }
        if dice.percent(20) {
            text.push_str(["😡", " 😂😂", " ❤️", " 👏🏽"][dice.below(4)]);
        }
        if dice.percent(20) {
            text.push_str(&format!(" https://t.co/{:x}", dice.next() & 0xFFFF_FFFF));
        }
        text
    }

    /// A name: rare words, mostly.
    fn name(&self, dice: &mut Dice, rarest: bool) -> String {
        let from = if rarest { 6_000 } else { 2_500 };
        // Uniform in the logarithm of the rank: some names are known, most are not.
        let (low, high) = ((from as f64).ln(), (self.words.len() as f64).ln());
        let mut rank = || ((low + dice.unit() * (high - low)).exp() as usize).min(self.words.len() - 1);
        let (one, two) = (rank(), rank());
        match dice.below(10) {
            0..=1 => format!("\"{} {}\"", self.words[one], self.words[two]),
            2 => {
                let word = &self.words[one];
                let letters = word.len().min(6 + two % 3).max(3);
                format!("{}*", &word[..letters])
            }
            _ => self.words[one].clone(),
        }
    }

    fn names(&self, dice: &mut Dice, from: usize, to: usize, rarest: bool) -> String {
        let names: Vec<String> = (0..dice.between(from, to)).map(|_| self.name(dice, rarest)).collect();
        names.join(" OR ")
    }

    fn group(&self, group: &[usize]) -> String {
        group.iter().map(|rank| self.words[*rank].as_str()).collect::<Vec<_>>().join(" OR ")
    }

    fn common(&self, dice: &mut Dice, from: usize, to: usize) -> String {
        let words: Vec<&str> = (0..dice.between(from, to)).map(|_| self.words[dice.between(300, 1_500)].as_str()).collect();
        words.join(" OR ")
    }

    fn without(&self, dice: &mut Dice) -> String {
        format!("NOT ({})", self.group(&self.exclusions[dice.below(self.exclusions.len())]))
    }

    fn context(&self, dice: &mut Dice) -> String {
        self.group(&self.contexts[dice.below(self.contexts.len())])
    }

    /// One query of a company that leaves the same 10 to 40 words out of all its monitors and asks for followers: its 250
    /// monitors differ in names and in how many followers are enough.
    #[allow(dead_code, reason = "one of the programs that share this asks for it")]
    pub fn company_query(&self, dice: &mut Dice, number: usize) -> String {
        let mut company = Dice::new(1_000 + number as u64 / 250);
        let left_out: Vec<&str> = (0..company.between(10, 40)).map(|_| self.words[company.between(300, 6_000)].as_str()).collect();
        let query = format!("({}) NOT ({})", self.names(dice, 1, 8, false), left_out.join(" OR "));
        if dice.percent(50) { format!("{query} followers>{}", 100 * dice.between(1, 500)) } else { query }
    }

    /// One query. `rarest` makes sparser ones, for very large sets.
    pub fn query(&self, dice: &mut Dice, rarest: bool) -> String {
        match dice.below(100) {
            0..35 => {
                let names = self.names(dice, 1, 8, rarest);
                if dice.percent(50) { format!("({names}) {}", self.without(dice)) } else { names }
            }
            35..70 => {
                let (names, context) = (self.names(dice, 1, 5, rarest), self.context(dice));
                let query = format!("({names}) AND ({context})");
                if dice.percent(50) { format!("{query} {}", self.without(dice)) } else { query }
            }
            70..80 => {
                let names: Vec<&str> =
                    (0..dice.between(1, 4)).map(|_| self.words[dice.between(900, self.words.len() - 1)].as_str()).collect();
                format!("({}) NEAR/{} ({})", names.join(" OR "), dice.between(3, 10), self.context(dice))
            }
            80..87 => self.names(dice, 30, 150, true),
            87..93 => {
                let (topic, context) = (self.common(dice, 1, 3), self.context(dice));
                format!("({topic}) AND ({context}) {}", self.without(dice))
            }
            93..97 => format!("({}) NEAR/{} ({})", self.common(dice, 1, 3), dice.between(3, 6), self.common(dice, 1, 3)),
            _ => format!("({}) AND ({}) AND ({})", self.names(dice, 1, 4, rarest), self.context(dice), self.context(dice)),
        }
    }
}

//! Posts changed in ways whose effect is known beforehand: as people type without accents, with slips of the finger, about another
//! brand, or saying the contrary. What a classifier says should stay the same, or turn around.

use crate::corpus::Labelled;
use crate::train::sparse::Dice;

/// One word of so many gets a slip of the finger.
const SLIPS: usize = 6;
/// Letters a word has at least to get one.
const LONG: usize = 4;

/// The text as it is typed without accents; `¿` and `¡` go with them.
#[must_use]
pub fn without_accents(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => 'A',
        'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
        'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
        'Ñ' => 'N',
        'Ç' => 'C',
        other => other,
    };
    text.chars().filter(|c| !matches!(c, '¿' | '¡')).map(plain).collect()
}

/// The text with a slip in about one long word of six: two letters changed over, one left out, one typed twice, or the neighbour of
/// one on the keyboard. The same text has the same slips.
#[must_use]
pub fn with_typos(text: &str) -> String {
    let seed = text.bytes().fold(17u64, |s, b| s.wrapping_mul(1_099_511_628_211) ^ u64::from(b));
    let mut dice = Dice(seed);
    let slip = |word: &str, dice: &mut Dice| {
        let mut letters: Vec<char> = word.chars().collect();
        let at = 1 + dice.below(letters.len() - 2);
        match dice.below(4) {
            0 => letters.swap(at, at + 1),
            1 => drop(letters.remove(at)),
            2 => letters.insert(at, letters[at]),
            _ => letters[at] = neighbour(letters[at]),
        }
        letters.into_iter().collect::<String>()
    };
    let words = text.split(' ').map(|word| {
        let plain = word.chars().count() >= LONG && word.chars().all(char::is_alphabetic);
        if plain && dice.below(SLIPS) == 0 { slip(word, &mut dice) } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The letter beside another on the keyboard.
fn neighbour(letter: char) -> char {
    const ROWS: [&str; 3] = ["qwertyuiopo", "asdfghjklk", "zxcvbnmn"];
    let beside = |row: &&str| row.chars().nth(row.find(letter)? + 1);
    ROWS.iter().find_map(beside).unwrap_or(letter)
}

/// The post about another brand: `name` takes the place of each, with its `@` or `#`.
#[must_use]
pub fn about(post: &Labelled, name: &str) -> String {
    post.with_brands(|brand| match brand.chars().next() {
        Some(sign @ ('@' | '#')) => format!("{sign}{}", name.to_lowercase().replace(' ', "")),
        _ => name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{self, HEADER};
    use crate::label::Language;

    #[test]
    fn accents_go_and_nothing_else() {
        assert_eq!(without_accents("¿Qué pasó, Íñigo? Não há ÇA!"), "Que paso, Inigo? Nao ha CA!");
    }

    #[test]
    fn slips_are_few_and_always_the_same() {
        let text = "llevamos esperando desde anteayer porque nadie contesta cuando llamamos nuevamente preguntando";
        let typed = with_typos(text);
        assert_eq!(typed, with_typos(text));
        let changed = text.split(' ').zip(typed.split(' ')).filter(|(a, b)| a != b).count();
        assert!((1..=5).contains(&changed), "{typed}");
        assert_eq!(with_typos("no va @user 123"), "no va @user 123");
    }

    #[test]
    fn another_brand_is_named_as_the_first_was() {
        let file = format!("{HEADER}\nother\tneutral\tabout\t0\t-\tMX\tDe {{Alba}} a {{@alba_mx}} y {{#Alba}}");
        let posts = corpus::read(&file, Language::Spanish).expect("a right file");
        assert_eq!(about(&posts[0], "Casa Zul"), "De Casa Zul a @casazul y #casazul");
    }
}

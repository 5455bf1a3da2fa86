//! The turns of phrase of a post that tell what it is about.

use crate::words::Words;

/// Words that tell nothing by themselves, in the three languages, without accents.
static FILLERS: &str = include_str!("../lists/fillers.txt");
/// Phrases that are given.
const MOST: usize = 5;
/// Words of a phrase at most.
const LONGEST: usize = 3;

/// Runs of telling words between fillers and signs, longest first; as folded words.
#[must_use]
pub fn telling(words: &Words) -> Vec<String> {
    let mut runs: Vec<Vec<&str>> = vec![Vec::new()];
    for word in words.iter() {
        let tells = word.len() > 2 && word.starts_with(char::is_alphabetic) && !is_filler(word);
        match runs.last_mut() {
            Some(run) if tells && run.len() < LONGEST => run.push(word),
            _ if tells => runs.push(vec![word]),
            Some(run) if run.is_empty() => {}
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| run.iter().map(|w| w.len()).sum::<usize>() >= 5);
    runs.sort_by_key(|run| std::cmp::Reverse(run.len()));
    let mut phrases: Vec<String> = Vec::new();
    for run in runs {
        let phrase = run.join(" ");
        if phrases.len() < MOST && !phrases.iter().any(|p| p.contains(&phrase)) {
            phrases.push(phrase);
        }
    }
    phrases
}

fn is_filler(word: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::OnceLock;
    static SET: OnceLock<HashSet<&str>> = OnceLock::new();
    SET.get_or_init(|| FILLERS.split_whitespace().collect()).contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_post_is_about_is_named() {
        let mut words = Words::default();
        words.read("Hola, el módem nuevo no enciende y la fibra óptica de mi casa se cae. ¿Y la fibra?");
        assert_eq!(telling(&words), ["modem nuevo", "fibra optica", "enciende"]);
    }
}

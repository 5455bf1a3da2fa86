//! Lists of words and turns of phrase, each with a name: grounds for urgency and topics. People can read and change them.
//!
//! A file has a section for each list, `[name]` or `[name points]`, and below it lines `es: words, turns of phrase, begin*`. A `*` at the
//! end stands for any letters, `{a|b}` for one of them; everything is compared without accents and capitals. Text after `;` at the beginning of a line is a remark.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::label::{Language, UnknownLabel};
use crate::words::Words;

/// Some lists, ready to look for.
#[derive(Clone, Debug)]
pub struct Lists {
    lists: Vec<List>,
    /// Which list each pattern belongs to.
    owners: Vec<u32>,
    patterns: AhoCorasick,
}

/// One list.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name.
    pub name: String,
    /// What it counts, 0 to 1.
    pub points: f32,
}

/// What is wrong with a file of lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ListError {
    /// Counted from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// Something found in a post.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<'a> {
    /// Which list.
    pub list: &'a List,
    /// The words in the post, folded.
    pub words: &'a str,
}

/// A list as people read and change it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// What it counts, 0 to 1.
    pub points: f32,
    /// Its words and turns of phrase by language.
    pub phrases: BTreeMap<Language, Vec<String>>,
}

impl Sheet {
    /// The lists of a file, in order.
    ///
    /// # Errors
    ///
    /// The first line that is not as it should be.
    pub fn all(file: &str) -> Result<Vec<Self>, ListError> {
        let mut sheets: Vec<Self> = Vec::new();
        for (at, line) in file.lines().enumerate() {
            let wrong = |what: &str| ListError { line: at + 1, what: what.to_owned() };
            let line = line.trim();
            if line.is_empty() || line.starts_with(';') {
                continue;
            }
            if let Some(head) = line.strip_prefix('[') {
                let head = head.strip_suffix(']').ok_or_else(|| wrong("a list's name ends with ']'"))?;
                let points = head.rsplit_once(' ').and_then(|(name, last)| Some((name, last.parse::<f32>().ok()?)));
                let (name, points) = points.unwrap_or((head, 1.0));
                if !(0.0..=1.0).contains(&points) {
                    return Err(wrong("points are a number from 0 to 1"));
                }
                sheets.push(Self { name: name.to_owned(), points, phrases: BTreeMap::new() });
                continue;
            }
            let sheet = sheets.last_mut().ok_or_else(|| wrong("words come after a list's name: [name]"))?;
            let (language, phrases) = line.split_once(':').ok_or_else(|| wrong("expected 'es: words, turns of phrase'"))?;
            let language = language.parse().map_err(|e: UnknownLabel| wrong(&e.to_string()))?;
            let kept = sheet.phrases.entry(language).or_default();
            for phrase in phrases.split(',').map(tidy).filter(|p| !p.is_empty()) {
                patterns(&phrase).map_err(|what| wrong(&what))?;
                if !kept.contains(&phrase) {
                    kept.push(phrase);
                }
            }
        }
        Ok(sheets)
    }
}

/// A phrase with one blank between its words and none around it.
#[must_use]
pub fn tidy(phrase: &str) -> String {
    phrase.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many texts a phrase stands for, its alternatives all told.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_phrase(phrase: &str) -> Result<usize, String> {
    patterns(phrase).map(|patterns| patterns.len())
}

impl Lists {
    /// Reads a file of lists.
    ///
    /// # Errors
    ///
    /// The first line that is not as it should be.
    pub fn parse(file: &str) -> Result<Self, ListError> {
        Self::of(&Sheet::all(file)?)
    }

    /// Makes lists ready to look for. One without points is not looked for.
    ///
    /// # Errors
    ///
    /// A phrase that is not as it should be.
    pub fn of(sheets: &[Sheet]) -> Result<Self, ListError> {
        let wrong = |what: String| ListError { line: 0, what };
        let (mut all, mut owners) = (Vec::new(), Vec::new());
        for (owner, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.points > 0.0) {
            for phrase in sheet.phrases.values().flatten() {
                for pattern in patterns(phrase).map_err(wrong)? {
                    all.push(pattern);
                    owners.push(owner as u32);
                }
            }
        }
        let patterns = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&all).map_err(|e| wrong(e.to_string()))?;
        let lists = sheets.iter().map(|sheet| List { name: sheet.name.clone(), points: sheet.points }).collect();
        Ok(Self { lists, owners, patterns })
    }

    /// What of the lists a post holds: each list once, with the first words found, in order of the post.
    #[must_use]
    pub fn find<'a>(&'a self, words: &'a Words) -> Vec<Found<'a>> {
        let mut found: Vec<Found<'a>> = Vec::new();
        for hit in self.patterns.find_overlapping_iter(&words.folded) {
            let list = &self.lists[self.owners[hit.pattern().as_usize()] as usize];
            if found.iter().all(|f| f.list.name != list.name) {
                // A begin* is shown as the whole word.
                let end = words.folded[hit.end()..]
                    .find(' ')
                    .filter(|_| !words.folded[..hit.end()].ends_with(' '))
                    .map_or(hit.end(), |n| hit.end() + n);
                found.push(Found { list, words: words.folded[hit.start()..end].trim() });
            }
        }
        found
    }

    /// The lists, in order of the file.
    #[must_use]
    pub fn all(&self) -> &[List] {
        &self.lists
    }
}

/// What a phrase stands for, as it is looked for.
fn patterns(phrase: &str) -> Result<Vec<String>, String> {
    let each = alternatives(phrase).ok_or_else(|| format!("'{phrase}' has a brace that is not closed, or too many alternatives"))?;
    let wrong = |phrase: &str| format!("'{phrase}' needs three letters before '*', and '*' only at its end");
    each.iter().map(|phrase| pattern(phrase).ok_or_else(|| wrong(phrase))).collect()
}

/// Most phrases that one with alternatives stands for.
const MOST: usize = 2_000;

/// Every phrase that one with `{a|b}` in it stands for.
fn alternatives(phrase: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = phrase.split_once('{') else { return (!phrase.contains('}')).then(|| vec![phrase.to_owned()]) };
    let (choices, after) = rest.split_once('}')?;
    let ends = alternatives(after)?;
    let all: Vec<String> = choices.split('|').flat_map(|choice| ends.iter().map(move |end| format!("{before}{choice}{end}"))).collect();
    (all.len() <= MOST).then_some(all)
}

/// A phrase as it stands in the folded words of a post: spaces around it, none at the end of a `begin*`.
fn pattern(phrase: &str) -> Option<String> {
    let (phrase, open) = phrase.strip_suffix('*').map_or((phrase, false), |p| (p, true));
    let mut words = Words::default();
    words.read(phrase);
    let pattern = words.folded.clone();
    let last = words.iter().last()?;
    if phrase.contains('*') || (open && last.chars().count() < 3) {
        return None;
    }
    Some(if open { pattern.trim_end().to_owned() } else { pattern })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Lists {
        Lists::parse("; remarks\n[legal 0.6]\nes: abogad*, voy a demandar\nen: lawyer\n\n[safety 0.8]\nes: se incendió, humo")
            .expect("right lists")
    }

    fn found(text: &str) -> Vec<(String, String)> {
        let (lists, mut words) = (lists(), Words::default());
        words.read(text);
        lists.find(&words).into_iter().map(|f| (f.list.name.clone(), f.words.to_owned())).collect()
    }

    #[test]
    fn words_and_turns_of_phrase_are_found_whole() {
        let of = |list: &str, words: &str| (list.to_owned(), words.to_owned());
        assert_eq!(found("¡Se INCENDIO! Mis abogadas ya saben, abogado"), [of("safety", "se incendio"), of("legal", "abogadas")]);
        assert_eq!(found("los humos de un desabogado"), []);
        assert_eq!(found("humo"), [of("safety", "humo")]);
    }

    #[test]
    fn alternatives_stand_for_each() {
        let lists = Lists::parse("[a]\nes: no {abre|carga} la {app|web}").expect("a right list");
        let mut words = Words::default();
        for text in ["no abre la app", "No carga la WEB"] {
            words.read(text);
            assert_eq!(lists.find(&words).len(), 1, "{text}");
        }
        words.read("no abre la tienda");
        assert!(lists.find(&words).is_empty());
    }

    #[test]
    fn a_list_without_points_is_not_looked_for() {
        let mut sheets = Sheet::all("[legal 0.5]\nes: abogado\nes: juez\n[calm]\nes: abogado").expect("right lists");
        assert_eq!(sheets[0].phrases[&Language::Spanish], ["abogado", "juez"]);
        sheets[0].points = 0.0;
        let (lists, mut words) = (Lists::of(&sheets).expect("right lists"), Words::default());
        words.read("el juez y el abogado");
        assert_eq!(lists.find(&words).iter().map(|f| f.list.name.as_str()).collect::<Vec<_>>(), ["calm"]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |file: &str| Lists::parse(file).expect_err("a wrong file").to_string();
        assert_eq!(wrong("es: a"), "line 1: words come after a list's name: [name]");
        assert_eq!(wrong("[a 2]"), "line 1: points are a number from 0 to 1");
        assert_eq!(wrong("[a]\nes: ab*"), "line 2: 'ab*' needs three letters before '*', and '*' only at its end");
        assert_eq!(wrong("[a]\nes: {b|c"), "line 2: '{b|c' has a brace that is not closed, or too many alternatives");
        assert_eq!(wrong("[a]\nfr: mot"), "line 2: 'fr' is not one of: es, en, pt, und");
        assert_eq!(wrong("[a]\nwords"), "line 2: expected 'es: words, turns of phrase'");
    }
}

//! Words with `*` (any letters, also none) and `?` (exactly one).

/// A folded word with wildcards, ready to compare.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    pattern: Vec<char>,
    /// The letters before the first wildcard.
    pub(crate) head: String,
}

impl Glob {
    pub(crate) fn new(folded: &str) -> Self {
        let head = folded.split(['*', '?']).next().unwrap_or_default().to_owned();
        Self { pattern: folded.chars().collect(), head }
    }

    /// The word with its wildcards.
    pub(crate) fn text(&self) -> String {
        self.pattern.iter().collect()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.pattern.capacity() * size_of::<char>() + self.head.capacity()
    }

    /// Compares with the last `*` as the only one that may grow: at most pattern × word steps.
    pub(crate) fn matches(&self, word: &str) -> bool {
        if !word.starts_with(&self.head) {
            return false;
        }
        let (mut at, mut rest) = (0, word.chars());
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if self.pattern.get(at) == Some(&'*') {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            let letter = rest.clone().next();
            let fits = match (self.pattern.get(at), letter) {
                (None, None) => return true,
                (Some('?'), Some(_)) => true,
                (Some(p), Some(l)) => *p == l,
                (_, None) => return false,
                (None, Some(_)) => false,
            };
            if fits {
                at += 1;
                rest.next();
            } else {
                let Some((star, from)) = &mut retry else {
                    return false;
                };
                from.next();
                at = *star;
                rest = from.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn wildcards_table() {
        for (pattern, word, expected) in [
            ("retra*", "retraso", true),
            ("retra*", "retra", true),
            ("retra*", "retr", false),
            ("w?rd", "word", true),
            ("w?rd", "wrd", false),
            ("w?rd", "woord", false),
            ("re*o", "retraso", true),
            ("re*o", "reto", true),
            ("re*o", "retos", false),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "abcb", false),
            ("año?", "año", false),
            ("abc?*", "abc", false),
            ("abc?*", "abcd", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(word), expected, "{pattern} {word}");
        }
    }

    #[test]
    fn many_stars_stay_cheap() {
        let glob = Glob::new(&"a*".repeat(200));
        assert!(!glob.matches(&format!("{}b", "c".repeat(5_000))));
        assert!(glob.matches(&"a".repeat(5_000)));
    }
}

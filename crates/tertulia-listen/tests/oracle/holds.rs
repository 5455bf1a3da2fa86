//! Does a post match? By trying everything.

use super::asks::{Ask, EXACT, terms_of};
use super::posts::{Seen, Words};

/// (number of the text, first place, place after the last)
type Place = (usize, usize, usize);

/// True when the post matches.
pub fn holds(ask: &Ask, post: &Seen) -> bool {
    let asked = Asked { texts: &post.texts(), post };
    asked.holds(ask, &["title", "body"])
}

struct Asked<'a> {
    texts: &'a [Words],
    post: &'a Seen,
}

/// `*` and `?` by trying every split.
fn wild(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|n| wild(rest, &word[n..])),
        Some(('?', rest)) => !word.is_empty() && wild(rest, &word[1..]),
        Some((c, rest)) => word.first() == Some(c) && wild(rest, &word[1..]),
    }
}

impl Asked<'_> {
    fn holds(&self, ask: &Ask, zones: &[&str]) -> bool {
        match ask {
            Ask::And(parts, _) => parts.iter().all(|p| self.holds(p, zones)),
            Ask::Or(parts) => parts.iter().any(|p| self.holds(p, zones)),
            Ask::Not(part, _) => !self.holds(part, zones),
            Ask::Few(count, parts) => parts.iter().filter(|p| self.holds(p, zones)).count() >= *count,
            Ask::In(zones, part, _) => self.holds(part, zones),
            Ask::Field((_, passes)) => passes(self.post),
            Ask::AtLeast(count, part) => self.most_apart(&self.places(part, zones)) >= *count,
            _ => !self.places(ask, zones).is_empty(),
        }
    }

    /// The greatest number of places that do not overlap, from the right: at each place the best of taking and leaving.
    fn most_apart(&self, places: &[Place]) -> usize {
        let most_in = |(text, words): (usize, &Words)| {
            let mut best = vec![0; words.sentences.len() + 1];
            for at in (0..words.sentences.len()).rev() {
                let taking = places.iter().filter(|p| p.0 == text && p.1 == at).map(|p| 1 + best[p.2]).max();
                best[at] = best[at + 1].max(taking.unwrap_or(0));
            }
            best[0]
        };
        self.texts.iter().enumerate().map(most_in).sum()
    }

    fn places_of(&self, sign: char, word: &str, zones: &[&str]) -> Vec<Place> {
        let enye = word.contains('ñ') || word.contains('Ñ');
        let plain: Vec<char> = word.to_lowercase().replace('ñ', "n").replace('ã', "a").chars().collect();
        let mut found = Vec::new();
        for (t, text) in self.texts.iter().enumerate().filter(|(_, text)| zones.contains(&text.zone)) {
            if plain[0] > '\u{3000}' && plain[0] < '\u{FFFF}' {
                let character = |at: usize, c: char| text.toks.iter().any(|tok| tok.0 == at && tok.2 == 'c' && tok.3[0].starts_with(c));
                for at in 0..text.sentences.len() {
                    let run = *text.runs.iter().find(|end| **end > at).unwrap_or(&0);
                    if at + plain.len() <= run && plain.iter().enumerate().all(|(i, c)| character(at + i, *c)) {
                        found.push((t, at, at + plain.len()));
                    }
                }
                continue;
            }
            for tok in text.toks.iter().filter(|tok| tok.2 != 'c') {
                let sign_fits = if sign == ' ' { tok.2 != '@' } else { tok.2 == sign };
                let form = |form: &&str| wild(&plain, &form.chars().collect::<Vec<_>>());
                if sign_fits && (!enye || tok.4) && tok.3.iter().any(form) {
                    found.push((t, tok.0, tok.1));
                }
            }
        }
        found
    }

    /// All places of a positional query.
    fn places(&self, ask: &Ask, zones: &[&str]) -> Vec<Place> {
        let pairs = |left: &Ask, right: &Ask, near: &dyn Fn(&Place, &Place) -> bool| -> Vec<Place> {
            let (left, right) = (self.places(left, zones), self.places(right, zones));
            let both = left.iter().flat_map(|l| right.iter().map(move |r| (l, r)));
            let apart = both.filter(|(l, r)| l.0 == r.0 && (l.2 <= r.1 || r.2 <= l.1));
            apart.filter(|(l, r)| near(l, r)).map(|(l, r)| (l.0, l.1.min(r.1), l.2.max(r.2))).collect()
        };
        let mut found: Vec<Place> = match ask {
            Ask::Word(sign, word) => self.places_of(*sign, word, zones),
            Ask::Phrase(words) => {
                let mut chains = self.places_of(' ', words[0], zones);
                for word in &words[1..] {
                    let next = self.places_of(' ', word, zones);
                    let both = chains.iter().flat_map(|c| next.iter().map(move |n| (c, n)));
                    chains = both.filter(|(c, n)| (c.0, c.2) == (n.0, n.1)).map(|(c, n)| (c.0, c.1, n.2)).collect();
                }
                chains
            }
            Ask::Loose(words, others) => self.loose(words, *others, zones),
            Ask::Exact(text) => self.exact(text, zones),
            Ask::Or(parts) => parts.iter().flat_map(|p| self.places(p, zones)).collect(),
            Ask::List(name) => terms_of(name).iter().flat_map(|p| self.places(p, zones)).collect(),
            Ask::Near(left, right, n, ordered) => {
                pairs(left, right, &|l, r| if l.2 <= r.1 { r.1 - l.2 <= *n } else { !ordered && l.1 - r.2 <= *n })
            }
            Ask::Sentence(left, right) => pairs(left, right, &|l, r| {
                let sentences = &self.texts[l.0].sentences;
                (l.1..l.2).chain(r.1..r.2).all(|place| sentences[place] == sentences[l.1])
            }),
            Ask::Except(part, inside) => {
                let inside = self.places(inside, zones);
                let lies_in = |p: &Place| inside.iter().any(|i| i.0 == p.0 && i.1 <= p.1 && p.2 <= i.2);
                self.places(part, zones).into_iter().filter(|p| !lies_in(p)).collect()
            }
            _ => unreachable!("not positional"),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The shortest stretches that hold all words and at most so many other places.
    fn loose(&self, words: &[&str], others: usize, zones: &[&str]) -> Vec<Place> {
        let each: Vec<Vec<Place>> = words.iter().map(|w| self.places_of(' ', w, zones)).collect();
        let own: usize =
            words.iter().map(|w| if w.chars().next() > Some('\u{3000}') && w.len() % 3 == 0 { w.chars().count() } else { 1 }).sum();
        let mut windows = Vec::new();
        for (t, text) in self.texts.iter().enumerate() {
            let holds = |s: usize, e: usize| assign(&each, (t, s, e), &mut Vec::new());
            for s in 0..text.sentences.len() {
                for e in s + 1..=text.sentences.len() {
                    let minimal = holds(s, e) && !holds(s + 1, e) && !(e > s + 1 && holds(s, e - 1));
                    if minimal && e - s <= own + others {
                        windows.push((t, s, e));
                    }
                }
            }
        }
        windows
    }

    fn exact(&self, exact: &str, zones: &[&str]) -> Vec<Place> {
        let piece = EXACT.iter().find(|(text, _)| *text == exact).map(|(_, piece)| *piece);
        let texts = [
            ("body", Some(&self.post.body)),
            ("title", self.post.title.as_ref()),
            ("bio", self.post.bio.as_ref()),
            ("alt", self.post.alt.as_ref()),
        ];
        let mut found = Vec::new();
        for (zone, pieces) in texts.into_iter().filter(|(zone, _)| zones.contains(zone)) {
            let text = self.texts.iter().position(|t| t.zone == zone).unwrap_or(0);
            let mut place = 0;
            for written in pieces.into_iter().flatten() {
                // The same letters stand in `vuelo`, `#vuelo` and the part `Vuelo` only when case agrees.
                if Some(written.text) == piece || (exact == "vuelo" && written.text == "#vuelo") {
                    found.push((text, place, place + written.places));
                }
                place += written.places;
            }
        }
        // The small letters of an address.
        for (text, words) in self.texts.iter().enumerate().filter(|(_, t)| t.zone == "url" && zones.contains(&"url")) {
            let word = if exact == "Iberia" { "iberia" } else { exact };
            let same = words.toks.iter().filter(|tok| tok.3.contains(&word) && matches!(exact, "Iberia" | "vuelo"));
            found.extend(same.map(|tok| (text, tok.0, tok.1)));
        }
        found
    }
}

/// Gives each word a first place of its own inside the stretch, trying all.
fn assign(words: &[Vec<Place>], stretch: Place, used: &mut Vec<usize>) -> bool {
    let Some(places) = words.get(used.len()) else {
        return true;
    };
    places.iter().filter(|p| p.0 == stretch.0 && p.1 >= stretch.1 && p.2 <= stretch.2).any(|p| {
        if used.contains(&p.1) {
            return false;
        }
        used.push(p.1);
        let works = assign(words, stretch, used);
        used.pop();
        works
    })
}

//! Finds posts that are nearly the same, so that nothing is trained on what it is measured with.

use std::collections::HashMap;

use tertulia_understand::words::Words;

/// From which likeness on two posts are the same: cosine of their runs of four letters.
pub const SAME: f32 = 0.6;

/// From which likeness on a post was written twice: "la comida estaba riquísima" and "… horrible" are two.
pub const TWICE: f32 = 0.9;

/// The runs of four letters of a post, counted.
type Runs = HashMap<u32, f32>;

/// Posts to compare others with.
pub struct Index {
    posts: Vec<Runs>,
    /// For each run, the posts that have it.
    holders: HashMap<u32, Vec<u32>>,
}

impl Index {
    /// Of these texts.
    pub fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let posts: Vec<Runs> = texts.map(runs).collect();
        let mut holders: HashMap<u32, Vec<u32>> = HashMap::new();
        for (number, post) in posts.iter().enumerate() {
            for &run in post.keys() {
                holders.entry(run).or_default().push(number as u32);
            }
        }
        Self { posts, holders }
    }

    /// The post most like this text that is the same, with its likeness; `but` is not looked at.
    pub fn same(&self, text: &str, but: Option<usize>) -> Option<(usize, f32)> {
        let own = runs(text);
        let mut shared: HashMap<u32, f32> = HashMap::new();
        for (run, weight) in &own {
            for &holder in self.holders.get(run).into_iter().flatten() {
                *shared.entry(holder).or_default() += weight * self.posts[holder as usize][run];
            }
        }
        let near = shared.into_iter().map(|(number, likeness)| (number as usize, likeness)).filter(|(number, _)| Some(*number) != but);
        near.filter(|(_, likeness)| *likeness > SAME).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }
}

fn runs(text: &str) -> Runs {
    let mut words = Words::default();
    words.read(text);
    let letters: Vec<char> = words.folded.chars().collect();
    let mut runs = Runs::new();
    for run in letters.windows(4) {
        let hash = run.iter().fold(17u32, |h, c| h.wrapping_mul(16_777_619) ^ *c as u32);
        *runs.entry(hash).or_default() += 1.0;
    }
    let length = runs.values().map(|n| n * n).sum::<f32>().sqrt().max(1.0);
    runs.values_mut().for_each(|n| *n /= length);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posts;
    use std::path::Path;
    use tertulia_understand::corpus::Labelled;

    #[test]
    fn the_corpus_holds_nothing_that_it_is_measured_with() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tertulia-understand/corpus");
        let texts = |part: &str| posts::corpus(&folder.join(part)).expect("a right corpus").iter().map(Labelled::plain).collect::<Vec<_>>();
        let (seed, held_out) = (texts("seed"), texts("held-out"));
        assert!(seed.len() > 7_000 && held_out.len() >= 1_200);
        let index = Index::new(held_out.iter().map(String::as_str));
        let both: Vec<&String> = seed.iter().filter(|post| index.same(post, None).is_some()).collect();
        assert_eq!(both, Vec::<&String>::new());
    }

    #[test]
    fn a_copy_with_small_changes_is_the_same() {
        let index = Index::new(["La app no me deja entrar desde ayer", "Muy buena atención en la tienda"].into_iter());
        let (number, likeness) = index.same("la app no me deja entrar desde anoche!!", None).expect("nearly the same");
        assert!(number == 0 && likeness > 0.8);
        assert!(index.same("No puedo pagar la factura de la luz", None).is_none());
        assert!(index.same("Muy buena atención en la tienda", Some(1)).is_none());
    }
}

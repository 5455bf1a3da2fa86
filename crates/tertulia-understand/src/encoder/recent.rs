//! What was encoded lately, so that a copy of a text (a post that many repeat, a batch that comes again) costs nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Reading;

/// Readings by the pieces of their texts: texts that the encoder can't tell apart are one. Bounded; one serves all threads.
pub struct Recent {
    most: usize,
    generations: Mutex<Generations>,
}

/// When the younger generation is full it becomes the older one, and what nobody asked for since is forgotten.
#[derive(Default)]
struct Generations {
    younger: Known,
    older: Known,
}

type Known = HashMap<Box<[u32]>, Arc<Reading>>;

impl Recent {
    /// One that holds between `most` and twice as many readings, once it is full; each takes some 7 kB.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, generations: Mutex::default() }
    }

    /// What is known of each of these texts.
    pub(super) fn known(&self, texts: &[Box<[u32]>]) -> Vec<Option<Arc<Reading>>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let Generations { younger, older } = &mut *generations;
        texts
            .iter()
            .map(|text| {
                if let Some(known) = younger.get(text) {
                    return Some(Arc::clone(known));
                }
                let (text, known) = older.remove_entry(text)?;
                younger.insert(text, Arc::clone(&known));
                Some(known)
            })
            .collect()
    }

    /// Keeps what was read.
    pub(super) fn keep(&self, read: impl Iterator<Item = (Box<[u32]>, Arc<Reading>)>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        for (text, reading) in read {
            if generations.younger.len() >= self.most {
                generations.older = std::mem::take(&mut generations.younger);
            }
            generations.younger.insert(text, reading);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Encoder, Scratch};
    use super::*;

    #[test]
    fn copies_are_encoded_once_and_say_the_same() {
        let (encoder, mut scratch, recent) = (Encoder::built_in(), Scratch::default(), Recent::new(10));
        let texts = ["Mi pedido no ha llegado", "hola", "Mi  pedido no ha llegado "];
        let read = encoder.encode_recent(&texts, &mut scratch, &recent);
        assert!(Arc::ptr_eq(&read[0], &read[2]) && !Arc::ptr_eq(&read[0], &read[1]));
        let alone = encoder.encode_with_features(&texts[..2], &mut scratch);
        assert_eq!((&*read[0], &*read[1]), (&alone[0], &alone[1]));
        let again = encoder.encode_recent(&texts[1..], &mut scratch, &recent);
        assert!(Arc::ptr_eq(&again[0], &read[1]) && Arc::ptr_eq(&again[1], &read[0]));
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let (encoder, mut scratch, recent) = (Encoder::built_in(), Scratch::default(), Recent::new(1));
        let mut read = |text: &str| encoder.encode_recent(&[text], &mut scratch, &recent).remove(0);
        let first = read("uno");
        read("dos");
        assert!(Arc::ptr_eq(&first, &read("uno")), "asked for again in time");
        read("tres");
        read("cuatro");
        assert!(!Arc::ptr_eq(&first, &read("uno")));
    }
}

//! What was added since the base was made: small, searched beside the base, joined with it from time to time.

use std::collections::BTreeMap;

use super::anchors::{Anchors, lay_out};
use super::code::{ANCHORED, PLAIN, write};
use super::dictionary::Pairs;
use super::facts::{Facts, GATED, POSTED};
use super::frequencies::Frequencies;
use super::intern::Interner;
use crate::ast::Node;
use crate::compile::compile;
use crate::post::Vocabulary;
use crate::query::Query;

/// How much of a stream a query is looked at for, guessed from the query alone.
pub(crate) struct Estimate {
    /// How many facts it waits at; `None`: it is looked at for every post.
    pub(crate) anchors: Option<usize>,
    /// The share of posts that hold one of them, from 0 to 1.
    pub(crate) share: f64,
}

impl Estimate {
    pub(crate) fn of(root: &Node) -> Self {
        let mut vocabulary = Vocabulary::default();
        let plan = compile(root, &mut vocabulary);
        let (mut facts, mut weights, mut flags) = (Facts::with_room(0, 0, 0), Vec::new(), Pairs::with_room(0));
        let base = Facts::with_room(0, 0, 0);
        let mut interner = Interner {
            base: &base,
            base_weights: &[0],
            added: &mut facts,
            added_weights: &mut weights,
            flags: &mut flags,
            frequencies: &Frequencies::default(),
            words: &vocabulary.all(),
        };
        let (part, _) = interner.part(&plan);
        let mut node = Vec::new();
        write(&part, &mut node);
        let anchors = Anchors::of(&node, 0, interner.weights());
        Self { share: anchors.as_ref().map_or(1.0, |a| f64::from(a.share.min(1.0))), anchors: anchors.map(|a| a.facts.len()) }
    }
}

/// Queries added to a base. Their facts are the base's and, numbered on from them, their own.
#[derive(Clone, Debug)]
pub(super) struct Added<K> {
    pub(super) facts: Facts,
    pub(super) weights: Vec<u8>,
    /// (fact, 0) to the flags it has got since the base was made.
    pub(super) flags: Pairs,
    pub(super) code: Vec<u32>,
    /// Where in the code each query begins.
    pub(super) starts: Vec<u32>,
    pub(super) keys: Vec<K>,
    pub(super) by_key: BTreeMap<K, u32>,
    /// (fact, 0) to its newest posting, plus one.
    newest: Pairs,
    /// (place in the code, signature, the posting before, plus one)
    postings: Vec<[u32; 3]>,
    pub(super) always: Vec<u32>,
}

impl<K: Clone + Ord> Added<K> {
    pub(super) fn empty() -> Self {
        Self {
            facts: Facts::with_room(0, 0, 0),
            weights: Vec::new(),
            flags: Pairs::with_room(0),
            code: Vec::new(),
            starts: Vec::new(),
            keys: Vec::new(),
            by_key: BTreeMap::new(),
            newest: Pairs::with_room(0),
            postings: Vec::new(),
            always: Vec::new(),
        }
    }

    /// Adds a query; `slot` is its place in the whole set. True when the plain evaluator must have the last word.
    ///
    /// Without `posted` it is not found before a base is made of it.
    pub(super) fn push(
        &mut self,
        key: K,
        slot: u32,
        query: &Query,
        base: (&Facts, &[u8]),
        frequencies: &Frequencies,
        posted: bool,
    ) -> bool {
        let mut vocabulary = Vocabulary::default();
        let plan = compile(query.root(), &mut vocabulary);
        let words = vocabulary.all();
        let mut interner = Interner {
            base: base.0,
            base_weights: base.1,
            added: &mut self.facts,
            added_weights: &mut self.weights,
            flags: &mut self.flags,
            frequencies,
            words: &words,
        };
        let (part, exact) = interner.part(&plan);
        let mut node = Vec::new();
        write(&part, &mut node);
        let at = self.code.len() as u32;
        self.code.push(slot | if exact { 0 } else { PLAIN });
        if posted {
            let anchors = Anchors::of(&node, 0, interner.weights());
            for fact in anchors.iter().flat_map(|a| &a.facts) {
                interner.flag(fact.0, POSTED);
            }
            for fact in anchors.iter().flat_map(|a| &a.gates) {
                interner.flag(*fact, GATED);
            }
            if lay_out(&node, anchors.as_ref(), interner.weights(), &mut self.code) {
                self.code[at as usize] |= ANCHORED;
            }
            match anchors {
                Some(anchors) => anchors.facts.iter().for_each(|(fact, signature)| self.post(*fact, at, *signature)),
                None => self.always.push(at),
            }
        } else {
            self.code.extend_from_slice(&node);
        }
        self.starts.push(at);
        self.keys.push(key.clone());
        self.by_key.insert(key, slot);
        !exact
    }

    fn post(&mut self, fact: u32, at: u32, signature: u32) {
        self.postings.push([at, signature, self.newest.get(fact, 0)]);
        self.newest.set(fact, 0, self.postings.len() as u32);
    }

    /// The queries anchored at a fact: place in the code and signature.
    pub(super) fn postings_of(&self, fact: u32) -> impl Iterator<Item = [u32; 2]> + use<'_, K> {
        let mut next = self.newest.get(fact, 0);
        std::iter::from_fn(move || {
            let [at, signature, before] = *self.postings.get((next as usize).checked_sub(1)?)?;
            next = before;
            Some([at, signature])
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.facts.heap_bytes()
            + self.weights.capacity()
            + self.flags.heap_bytes()
            + self.code.capacity() * 4
            + self.starts.capacity() * 4
            + self.keys.capacity() * size_of::<K>()
            + self.by_key.len() * 2 * (size_of::<K>() + 4)
            + self.newest.heap_bytes()
            + self.postings.capacity() * 12
            + self.always.capacity() * 4
    }
}

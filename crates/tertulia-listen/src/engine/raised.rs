//! The facts of one post: a small set that stays in the nearest cache, and the places of those whose places matter.

/// Places of the set to begin with; a power of two.
const SMALLEST: usize = 1024;
/// The end of a row of hits.
const END: u32 = u32::MAX;

/// Where a fact was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The table's value: the fact with its flags.
    pub(super) value: u32,
    pub(super) place: u32,
    pub(super) end: u32,
    /// The next hit of the same fact, in order of place.
    next: u32,
}

/// What a post holds.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    /// Open addressing, 0 where free: asked thousands of times a post, so nothing else lies here.
    facts: Vec<u32>,
    /// First and last hit of the fact at the same index.
    rows: Vec<(u32, u32)>,
    /// Which indices are taken.
    taken: Vec<u32>,
    pub(super) hits: Vec<Hit>,
}

impl Default for Raised {
    fn default() -> Self {
        Self { facts: vec![0; SMALLEST], rows: vec![(END, END); SMALLEST], taken: Vec::new(), hits: Vec::new() }
    }
}

impl Raised {
    pub(super) fn clear(&mut self) {
        if self.facts.len() > SMALLEST {
            *self = Self { hits: std::mem::take(&mut self.hits), taken: std::mem::take(&mut self.taken), ..Self::default() };
        }
        for index in self.taken.drain(..) {
            self.facts[index as usize] = 0;
        }
        self.hits.clear();
    }

    #[inline(always)]
    fn home(&self, fact: u32) -> usize {
        (u64::from(fact).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (self.facts.len() - 1)
    }

    /// The fact's index, or the free one where it belongs.
    #[inline(always)]
    fn find(&self, fact: u32) -> usize {
        let mut at = self.home(fact);
        while self.facts[at] != 0 && self.facts[at] != fact {
            at = (at + 1) & (self.facts.len() - 1);
        }
        at
    }

    /// True when the post holds the fact.
    #[inline(always)]
    pub(super) fn holds(&self, fact: u32) -> bool {
        self.facts[self.find(fact)] == fact
    }

    /// True when the post holds one of the facts.
    #[inline(always)]
    pub(super) fn holds_any(&self, facts: &[u32]) -> bool {
        facts.iter().any(|fact| self.holds(*fact))
    }

    /// Puts a fact; true when it was not there.
    #[inline(always)]
    pub(super) fn put(&mut self, fact: u32) -> bool {
        let at = self.find(fact);
        if self.facts[at] == fact {
            return false;
        }
        self.facts[at] = fact;
        self.rows[at] = (END, END);
        self.taken.push(at as u32);
        if self.taken.len() * 4 > self.facts.len() {
            self.grow();
        }
        true
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.facts.len() * 2;
        let (facts, rows) = (std::mem::replace(&mut self.facts, vec![0; size]), std::mem::replace(&mut self.rows, vec![(END, END); size]));
        for index in &mut self.taken {
            let mut at = (u64::from(facts[*index as usize]).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (size - 1);
            while self.facts[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.facts[at] = facts[*index as usize];
            self.rows[at] = rows[*index as usize];
            *index = at as u32;
        }
    }

    /// Adds a place to a fact that is there. A fact's places come in order.
    #[inline(always)]
    pub(super) fn hit(&mut self, value: u32, place: u32, end: u32) {
        let index = self.find(super::facts::number(value));
        let hit = self.hits.len() as u32;
        self.hits.push(Hit { value, place, end, next: END });
        let (first, last) = self.rows[index];
        if first == END {
            self.rows[index] = (hit, hit);
        } else {
            self.hits[last as usize].next = hit;
            self.rows[index].1 = hit;
        }
    }

    /// The places of a fact, in order.
    pub(super) fn places(&self, fact: u32) -> impl Iterator<Item = (u32, u32)> + use<'_> {
        let index = self.find(fact);
        let mut at = if self.facts[index] == fact { self.rows[index].0 } else { END };
        std::iter::from_fn(move || {
            let hit = self.hits.get(at as usize)?;
            at = hit.next;
            Some((hit.place, hit.end))
        })
    }
}

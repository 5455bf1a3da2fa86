//! The facts of one post: a bit for each, and the places of those whose places matter.
//!
//! Common facts have small numbers, so the bits most asked for lie in few lines of the nearest cache.

/// Rows to begin with; a power of two.
const SMALLEST: usize = 256;
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

/// The hits of one fact.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// 0 where free.
    fact: u32,
    first: u32,
    last: u32,
}

const FREE: Row = Row { fact: 0, first: END, last: END };

/// What a post holds.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    /// One bit for each fact.
    bits: Vec<u64>,
    /// The facts whose bits are set.
    facts: Vec<u32>,
    /// Open addressing.
    rows: Vec<Row>,
    /// Which rows are taken.
    taken: Vec<u32>,
    pub(super) hits: Vec<Hit>,
}

impl Default for Raised {
    fn default() -> Self {
        Self { bits: Vec::new(), facts: Vec::new(), rows: vec![FREE; SMALLEST], taken: Vec::new(), hits: Vec::new() }
    }
}

impl Raised {
    /// Forgets a post, and makes room for facts with numbers below `facts`.
    pub(super) fn clear(&mut self, facts: usize) {
        for fact in self.facts.drain(..) {
            self.bits[fact as usize / 64] = 0;
        }
        if self.bits.len() * 64 < facts {
            self.bits.resize(facts.div_ceil(64), 0);
        }
        if self.rows.len() > 4 * SMALLEST {
            self.rows = vec![FREE; SMALLEST];
            self.taken.clear();
        }
        for row in self.taken.drain(..) {
            self.rows[row as usize] = FREE;
        }
        self.hits.clear();
    }

    /// True when the post holds the fact.
    #[inline(always)]
    pub(super) fn holds(&self, fact: u32) -> bool {
        self.bits.get(fact as usize / 64).is_some_and(|bits| bits >> (fact % 64) & 1 == 1)
    }

    /// True when the post holds one of the facts.
    #[inline(always)]
    pub(super) fn holds_any(&self, facts: &[u32]) -> bool {
        // Eight at a time without asking in between: what the processor cannot guess costs more than what it need not do.
        facts.chunks(8).any(|facts| facts.iter().fold(false, |held, fact| held | self.holds(*fact)))
    }

    /// Puts a fact; true when it was not there.
    #[inline(always)]
    pub(super) fn put(&mut self, fact: u32) -> bool {
        let Some(bits) = self.bits.get_mut(fact as usize / 64) else { return false };
        let bit = 1 << (fact % 64);
        if *bits & bit != 0 {
            return false;
        }
        *bits |= bit;
        self.facts.push(fact);
        true
    }

    /// The fact's row, or the free one where it belongs.
    #[inline(always)]
    fn row(&self, fact: u32) -> usize {
        let mut at = (u64::from(fact).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (self.rows.len() - 1);
        while self.rows[at].fact != 0 && self.rows[at].fact != fact {
            at = (at + 1) & (self.rows.len() - 1);
        }
        at
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.rows.len() * 2;
        let rows = std::mem::replace(&mut self.rows, vec![FREE; size]);
        let taken = std::mem::take(&mut self.taken);
        for old in taken {
            let row = rows[old as usize];
            let at = self.row(row.fact);
            self.rows[at] = row;
            self.taken.push(at as u32);
        }
    }

    /// Adds a place to a fact. A fact's places come in order.
    #[inline(always)]
    pub(super) fn hit(&mut self, value: u32, place: u32, end: u32) {
        let fact = super::facts::number(value);
        let hit = self.hits.len() as u32;
        self.hits.push(Hit { value, place, end, next: END });
        let at = self.row(fact);
        let row = &mut self.rows[at];
        if row.fact == 0 {
            *row = Row { fact, first: hit, last: hit };
            self.taken.push(at as u32);
            if self.taken.len() * 4 > self.rows.len() {
                self.grow();
            }
        } else {
            self.hits[row.last as usize].next = hit;
            row.last = hit;
        }
    }

    /// The places of a fact, in order.
    pub(super) fn places(&self, fact: u32) -> impl Iterator<Item = (u32, u32)> + use<'_> {
        let mut at = self.rows[self.row(fact)].first;
        std::iter::from_fn(move || {
            let hit = self.hits.get(at as usize)?;
            at = hit.next;
            Some((hit.place, hit.end))
        })
    }
}

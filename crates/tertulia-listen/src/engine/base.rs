//! The part of a set that does not change: everything in flat rows, made anew when enough was added or removed.

use super::anchors::{Anchors, Weights, lay_out};
use super::code::{ALWAYS, ANCHORED, FACT, NONE_OF, ONE_OF, PLAIN, RANGE, children, each_fact, follows_from, operation, size, sort_lists};
use super::facts::{Facts, GATED, LEADS, PLACED, POSTED, SHAPED, is_shape, number, value};
use super::frequencies::{Commonness, Frequencies, weight_of};
use super::groups::{Groups, Sharing, hashes};

/// A posting says all that is to be asked.
pub(super) const SHORT: u32 = 1 << 31;

/// Queries ready to be matched, in order of their keys.
#[derive(Clone, Debug)]
pub(super) struct Base<K> {
    pub(super) facts: Facts,
    /// How rare each fact is; fact 0 is none.
    pub(super) weights: Vec<u8>,
    /// Where each fact's sure matches and its postings begin.
    pub(super) offsets: Vec<[u32; 2]>,
    /// Slots of queries that match whenever the fact is there.
    pub(super) sure: Vec<u32>,
    /// Of a [`SHORT`] query: its slot, and two nodes that must hold. Of others: the place in the code, and the signature.
    pub(super) postings: Vec<[u32; 3]>,
    /// Queries without an anchor.
    pub(super) always: Vec<u32>,
    pub(super) code: Vec<u32>,
    pub(super) groups: Groups,
    pub(super) keys: Vec<K>,
}

impl<K> Base<K> {
    pub(super) fn empty() -> Self {
        Self {
            facts: Facts::with_room(0, 0, 0),
            weights: vec![0],
            offsets: vec![[0; 2]; 2],
            sure: Vec::new(),
            postings: Vec::new(),
            always: Vec::new(),
            code: Vec::new(),
            groups: Groups::empty(),
            keys: Vec::new(),
        }
    }

    /// The queries a fact alone makes match, and those anchored at it.
    #[inline(always)]
    pub(super) fn waiting_at(&self, fact: u32) -> (&[u32], &[[u32; 3]]) {
        let bounds = self.offsets.get(fact as usize).zip(self.offsets.get(fact as usize + 1));
        bounds.map_or((&[], &[]), |([sure, posting], [sure_end, end])| {
            (&self.sure[*sure as usize..*sure_end as usize], &self.postings[*posting as usize..*end as usize])
        })
    }

    /// The places in the code where queries begin.
    pub(super) fn queries(&self) -> impl Iterator<Item = usize> {
        let mut next = 0;
        self.keys.iter().map(move |_| {
            let at = next;
            next += 1 + size(self.code[at + 1]);
            at
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.facts.heap_bytes()
            + self.weights.capacity()
            + self.offsets.capacity() * 8
            + self.sure.capacity() * 4
            + self.groups.heap_bytes()
            + self.postings.capacity() * 12
            + self.always.capacity() * 4
            + self.code.capacity() * 4
            + self.keys.capacity() * size_of::<K>()
    }
}

/// One query on its way into a base.
pub(super) struct Moved<'a, K> {
    pub(super) key: K,
    /// Its node, in numbers of the old facts.
    pub(super) node: &'a [u32],
    pub(super) plain: bool,
}

/// A fact is asked for by a query that stays.
const USED: u32 = 1 << 7;

/// What is known of the old facts.
struct Survey {
    flags: Vec<u32>,
    commonness: Vec<Option<Commonness>>,
}

impl Survey {
    fn new<K>(queries: &[Moved<'_, K>], tables: [&Facts; 2], weights: Weights<'_>, frequencies: &Frequencies) -> Self {
        let facts = weights.base.len() + weights.added.len();
        let mut flags = vec![0; facts];
        let mut code = Vec::new();
        for query in queries {
            code.clear();
            code.extend_from_slice(query.node);
            each_fact(&mut code, 0, false, &mut |fact, placed| {
                flags[*fact as usize] |= USED | if placed { PLACED } else { 0 };
            });
        }
        // Pairs may be of shapes, shapes are of plain words.
        for shapes in [false, true] {
            for table in tables {
                table.pairs.each(|first, second, pair| {
                    if is_shape(second) != shapes || flags[number(pair) as usize] & USED == 0 {
                        return;
                    }
                    if shapes {
                        flags[first as usize] |= USED | SHAPED;
                    } else {
                        flags[first as usize] |= USED | LEADS | PLACED;
                        flags[second as usize] |= USED | PLACED;
                    }
                });
            }
        }
        let mut commonness: Vec<Option<Commonness>> = vec![None; facts];
        for table in tables {
            table.words.each(|word, value| commonness[number(value) as usize] = Some(frequencies.of_word(word)));
            table.heads.each(|head, value| commonness[number(value) as usize] = Some(frequencies.of_head(head)));
        }
        for shapes in [true, false] {
            for table in tables {
                table.pairs.each(|first, second, pair| {
                    let Some(one) = commonness[first as usize].filter(|_| is_shape(second) == shapes) else { return };
                    let two = if shapes { None } else { commonness[second as usize] };
                    let both = match two {
                        Some(two) => frequencies.of_pair(one, two),
                        None => frequencies.of_shape(one, second),
                    };
                    commonness[number(pair) as usize] = Some(both);
                });
            }
        }
        if frequencies.is_empty() {
            // Nothing newer is known than when the facts were made.
            let known = commonness.iter_mut().enumerate().filter_map(|(fact, c)| Some((fact, c.as_mut()?)));
            known.for_each(|(fact, commonness)| commonness.share = weights.share(fact as u32));
        }
        Self { flags, commonness }
    }

    /// The used facts, the most common first, and what each old fact's number becomes (0: it goes).
    fn renumber(&self) -> (Vec<u32>, Vec<u32>) {
        let mut order: Vec<u32> = (1..self.flags.len() as u32).filter(|f| self.flags[*f as usize] & USED != 0).collect();
        let share = |fact: u32| self.commonness[fact as usize].map_or(0.0, |c| c.share);
        order.sort_by(|a, b| share(*b).total_cmp(&share(*a)));
        let mut new = vec![0; self.flags.len()];
        order.iter().enumerate().for_each(|(i, old)| new[*old as usize] = i as u32 + 1);
        (order, new)
    }
}

/// Makes a base of queries, which come in order of their keys, whose facts stand in `tables`.
pub(super) fn build<K: Clone>(queries: &[Moved<'_, K>], tables: [&Facts; 2], weights: Weights<'_>, frequencies: &Frequencies) -> Base<K> {
    let survey = Survey::new(queries, tables, weights, frequencies);
    let (order, new) = survey.renumber();
    let mut flags: Vec<u32> = std::iter::once(0).chain(order.iter().map(|old| survey.flags[*old as usize] & !USED)).collect();
    let weight = |old: &u32| weight_of(survey.commonness[*old as usize].map_or(1.0, |c| c.share));
    let weights: Vec<u8> = std::iter::once(0).chain(order.iter().map(weight)).collect();

    let mut base = Base { weights, ..Base::empty() };
    base.keys = queries.iter().map(|q| q.key.clone()).collect();
    let mut node = Vec::new();
    let renumbered = |query: &Moved<'_, K>, node: &mut Vec<u32>| {
        node.clear();
        node.extend_from_slice(query.node);
        each_fact(node, 0, false, &mut |fact, _| *fact = new[*fact as usize]);
        sort_lists(node, 0);
    };
    let (mut lists, mut laid_out) = (Vec::new(), Vec::new());
    for query in queries {
        renumbered(query, &mut node);
        hashes(&node, &mut laid_out, &mut lists);
    }
    let mut sharing = Sharing::new(lists);
    let mut sure: Vec<(u32, u32)> = Vec::new();
    let mut posted: Vec<(u32, [u32; 3])> = Vec::new();
    let seen = Weights { base: &base.weights, added: &[] };
    for (slot, query) in queries.iter().enumerate() {
        renumbered(query, &mut node);
        let at = base.code.len();
        base.code.push(slot as u32 | if query.plain { PLAIN } else { 0 });
        let anchors = Anchors::of(&node, 0, seen);
        laid_out.clear();
        if lay_out(&node, anchors.as_ref(), seen, &mut laid_out) {
            base.code[at] |= ANCHORED;
        }
        sharing.share(&laid_out, &mut base.code);
        let Some(anchors) = anchors else {
            base.always.push(at as u32);
            continue;
        };
        let short = short(&base.code[at..], query.plain);
        if short.is_none() {
            anchors.gates.iter().for_each(|fact| flags[*fact as usize] |= GATED);
        }
        for (fact, signature) in &anchors.facts {
            if !query.plain && follows_from(&node, 0, *fact) {
                sure.push((*fact, slot as u32));
            } else {
                let posting = short.map_or([at as u32, *signature, 0], |[one, two]| [slot as u32 | SHORT, one, two]);
                posted.push((*fact, posting));
            }
        }
    }
    base.groups = sharing.groups;
    base.code.shrink_to_fit();

    base.offsets = vec![[0; 2]; flags.len() + 1];
    sure.iter().for_each(|(fact, _)| base.offsets[*fact as usize + 1][0] += 1);
    posted.iter().for_each(|(fact, _)| base.offsets[*fact as usize + 1][1] += 1);
    for fact in 1..base.offsets.len() {
        let before = base.offsets[fact - 1];
        base.offsets[fact].iter_mut().zip(before).for_each(|(count, before)| *count += before);
    }
    let mut next = base.offsets.clone();
    let mut place = |fact: u32, kind: usize| {
        flags[fact as usize] |= POSTED;
        let place = &mut next[fact as usize][kind];
        *place += 1;
        *place as usize - 1
    };
    base.sure = vec![0; sure.len()];
    sure.into_iter().for_each(|(fact, slot)| base.sure[place(fact, 0)] = slot);
    base.postings = vec![[0; 3]; posted.len()];
    // Of one fact the short ones first: the processor guesses better.
    for are_short in [true, false] {
        let some = posted.iter().filter(|(_, posting)| (posting[0] & SHORT != 0) == are_short);
        some.for_each(|(fact, posting)| base.postings[place(*fact, 1)] = *posting);
    }
    base.facts = move_facts(tables, &new, &flags);
    base
}

/// What must hold besides the anchor, when it is two nodes of one number at most and the byte code has the last word.
fn short(query: &[u32], plain: bool) -> Option<[u32; 2]> {
    if plain || query[0] & ANCHORED == 0 {
        return None;
    }
    let nodes: Vec<usize> = children(query, 1).collect();
    let (_, others) = nodes.split_last()?;
    let mut both = [ALWAYS << 28; 2];
    if others.len() > both.len() || !others.iter().all(|node| matches!(operation(query[*node]), FACT | ONE_OF | NONE_OF | RANGE | ALWAYS)) {
        return None;
    }
    both.iter_mut().zip(others).for_each(|(place, node)| *place = query[*node]);
    Some(both)
}

/// The tables with new numbers and flags, without the facts nobody asks for.
fn move_facts(tables: [&Facts; 2], new: &[u32], flags: &[u32]) -> Facts {
    let moved = |old: u32| match new[number(old) as usize] {
        0 => None,
        fact => Some(value(fact, flags[fact as usize])),
    };
    let (mut words, mut heads, mut pairs) = (0, 0, 0);
    for table in tables {
        table.words.each(|_, value| words += usize::from(moved(value).is_some()));
        table.heads.each(|_, value| heads += usize::from(moved(value).is_some()));
        table.pairs.each(|_, _, value| pairs += usize::from(moved(value).is_some()));
    }
    let mut facts = Facts::with_room(words, heads, pairs);
    for table in tables {
        table.words.each(|word, value| {
            if let Some(value) = moved(value) {
                facts.insert_word(word, value);
            }
        });
        table.heads.each(|head, value| {
            if let Some(value) = moved(value) {
                facts.insert_head(head, value);
            }
        });
        table.pairs.each(|first, second, value| {
            if let Some(value) = moved(value) {
                let second = if is_shape(second) { second } else { new[second as usize] };
                facts.pairs.set(new[first as usize], second, value);
            }
        });
    }
    facts.find_patterns();
    facts
}

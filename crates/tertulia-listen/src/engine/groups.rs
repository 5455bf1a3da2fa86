//! What many queries ask for, kept once: groups of facts, such as the words a company leaves out everywhere, which are
//! asked once for each post, and tests of numbers.

use std::collections::HashMap;

use super::code::{ANY, NONE, NONE_OF, NUMBER, ONE_OF, RANGE, number_holds, operation, payload, rewrite};
use super::dictionary::mix;
use super::find::Numbers;
use super::raised::Raised;

/// So many queries make it worth a group: it costs them a look elsewhere.
const LEAST: usize = 4;

/// Lists of facts by number.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// Where each group's facts begin, and where the last one's end.
    pub(super) starts: Vec<u32>,
    pub(super) facts: Vec<u32>,
    /// What follows the [`NUMBER`] of each test of a number.
    pub(super) ranges: Vec<[u32; 5]>,
}

impl Groups {
    pub(super) fn empty() -> Self {
        Self { starts: vec![0], facts: Vec::new(), ranges: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn facts_of(&self, group: u32) -> &[u32] {
        let bounds = self.starts.get(group as usize).zip(self.starts.get(group as usize + 1));
        bounds.and_then(|(from, to)| self.facts.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    /// True when what the post states of a quantity passes a test.
    #[inline(always)]
    pub(super) fn in_range(&self, range: u32, stated: &Numbers) -> bool {
        self.ranges.get(range as usize).is_some_and(|range| number_holds(range, stated))
    }

    /// A node with its groups written out.
    pub(super) fn expand(&self, code: &[u32], out: &mut Vec<u32>) {
        rewrite(code, 0, out, &mut |list, out| {
            let facts = match operation(list[0]) {
                ONE_OF | NONE_OF => self.facts_of(payload(list[0])),
                RANGE => {
                    let range = self.ranges.get(payload(list[0]) as usize).copied().unwrap_or_default();
                    out.push(NUMBER << 28 | range.len() as u32);
                    return out.extend(range);
                }
                _ => return out.extend_from_slice(list),
            };
            let operation = if operation(list[0]) == ONE_OF { ANY } else { NONE };
            out.push(operation << 28 | facts.len() as u32);
            out.extend_from_slice(facts);
        });
    }

    pub(super) fn heap_bytes(&self) -> usize {
        (self.starts.capacity() + self.facts.capacity() + 5 * self.ranges.capacity()) * 4
    }
}

/// Groups in the making.
pub(super) struct Sharing {
    /// What stands for each list that comes often enough, and the group made of it.
    often: HashMap<u64, Option<u32>>,
    ranges: HashMap<[u32; 5], u32>,
    pub(super) groups: Groups,
}

fn hash_of(facts: &[u32]) -> u64 {
    facts.iter().fold(facts.len() as u64, |hash, fact| mix(hash, u64::from(*fact)))
}

/// What stands for each list of facts in a node.
pub(super) fn hashes(code: &[u32], out: &mut Vec<u32>, hashes: &mut Vec<u64>) {
    out.clear();
    rewrite(code, 0, out, &mut |list, _| {
        if list.len() > 2 && matches!(operation(list[0]), ANY | NONE) {
            hashes.push(hash_of(&list[1..]));
        }
    });
}

impl Sharing {
    /// Of what stands for all lists.
    pub(super) fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        let often = hashes.chunk_by(|a, b| a == b).filter(|same| same.len() >= LEAST);
        Self { often: often.map(|same| (same[0], None)).collect(), ranges: HashMap::new(), groups: Groups::empty() }
    }

    /// A node with its lists, whose facts are sorted, as groups.
    pub(super) fn share(&mut self, code: &[u32], out: &mut Vec<u32>) {
        rewrite(code, 0, out, &mut |list, out| match self.group(&list[1..]) {
            _ if operation(list[0]) == NUMBER => out.push(RANGE << 28 | self.range(&list[1..])),
            Some(group) => out.push(if operation(list[0]) == ANY { ONE_OF } else { NONE_OF } << 28 | group),
            None => out.extend_from_slice(list),
        });
    }

    fn range(&mut self, range: &[u32]) -> u32 {
        let mut all = [0; 5];
        all.iter_mut().zip(range).for_each(|(place, number)| *place = *number);
        *self.ranges.entry(all).or_insert_with(|| {
            self.groups.ranges.push(all);
            self.groups.ranges.len() as u32 - 1
        })
    }

    fn group(&mut self, facts: &[u32]) -> Option<u32> {
        if facts.len() < 2 {
            return None;
        }
        let group = self.often.get_mut(&hash_of(facts))?;
        let groups = &mut self.groups;
        let number = *group.get_or_insert_with(|| {
            groups.facts.extend_from_slice(facts);
            groups.starts.push(groups.facts.len() as u32);
            groups.len() as u32 - 1
        });
        // Another list may have the same hash.
        (groups.facts_of(number) == facts).then_some(number)
    }
}

/// What the groups asked for so far in a post have answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// By group: 0 not asked, 1 the post holds none of its facts, 2 it holds one.
    known: Vec<u8>,
    asked: Vec<u32>,
}

impl Answers {
    /// Forgets a post, and makes room for so many groups.
    pub(super) fn clear(&mut self, groups: usize) {
        for group in self.asked.drain(..) {
            self.known[group as usize] = 0;
        }
        if self.known.len() < groups {
            self.known.resize(groups, 0);
        }
    }

    /// True when the post holds one of a group's facts.
    #[inline(always)]
    pub(super) fn holds(&mut self, group: u32, groups: &Groups, raised: &Raised) -> bool {
        match self.known.get(group as usize) {
            Some(0) => self.ask(group, groups, raised),
            Some(answer) => *answer == 2,
            None => false,
        }
    }

    #[inline(never)]
    fn ask(&mut self, group: u32, groups: &Groups, raised: &Raised) -> bool {
        let holds = raised.holds_any(groups.facts_of(group));
        self.known[group as usize] = 1 + u8::from(holds);
        self.asked.push(group);
        holds
    }
}

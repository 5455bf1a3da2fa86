//! Many queries, one post: which of them match?

use std::collections::HashMap;

use crate::Query;
use crate::anchors::{Anchor, anchors};
use crate::ast::{FieldName, Zones};
use crate::compile::{Plan, compile};
use crate::evaluate::matches;
use crate::post::{Post, Reading, Vocabulary};
use tertulia_kernel::text::{Kind, handle_name};

/// The longest beginning of a word that is indexed for wildcards, in characters.
const MAX_HEAD: usize = 4;

/// A compiled set of monitors. Matching gives exactly the monitors whose query matches on its own; anchors only
/// decide which are looked at. Matching needs no exclusive access: threads share one set.
///
/// ```
/// use tertulia_listen::{MonitorSet, Post, Query};
/// let mut set = MonitorSet::new();
/// set.add(7, &"iberia NOT promo".parse::<Query>()?);
/// set.add(3, &"#vuelo* OR \"no llega\"".parse::<Query>()?);
/// let post = Post { text: "Iberia no llega", ..Post::default() };
/// assert_eq!(set.matches(&post), [3, 7]);
/// # Ok::<(), tertulia_listen::QueryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MonitorSet<Id> {
    vocabulary: Vocabulary,
    /// `None` where a monitor was removed; the place is used again.
    slots: Vec<Option<Monitor<Id>>>,
    free: Vec<u32>,
    by_id: HashMap<Id, u32>,
    by_word: Vec<Vec<u32>>,
    by_head: HashMap<String, Vec<u32>>,
    by_author: HashMap<String, Vec<u32>>,
    by_channel: HashMap<String, Vec<u32>>,
    always: Vec<u32>,
    /// The texts any monitor ever asked for.
    zones: Zones,
}

#[derive(Clone, Debug)]
struct Monitor<Id> {
    id: Id,
    plan: Plan,
    anchors: Option<Vec<Anchor>>,
}

impl<Id: Ord + Clone + std::hash::Hash> Default for MonitorSet<Id> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Id: Ord + Clone + std::hash::Hash> MonitorSet<Id> {
    /// A set without monitors.
    #[must_use]
    pub fn new() -> Self {
        Self {
            vocabulary: Vocabulary::default(),
            slots: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            by_word: Vec::new(),
            by_head: HashMap::new(),
            by_author: HashMap::new(),
            by_channel: HashMap::new(),
            always: Vec::new(),
            zones: Zones::DEFAULT,
        }
    }

    /// How many monitors it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// True when it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Adds a monitor; one with the same id is replaced.
    pub fn add(&mut self, id: Id, query: &Query) {
        self.remove(&id);
        let plan = compile(query.root(), &mut self.vocabulary);
        let anchors = anchors(&plan, &self.vocabulary).map(|a| a.keys);
        self.zones = self.zones.union(plan.zones(Zones::DEFAULT));
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        match &anchors {
            Some(keys) => {
                for key in keys {
                    let list = self.postings(key);
                    // Two wildcards can share the indexed beginning.
                    if !list.contains(&slot) {
                        list.push(slot);
                    }
                }
            }
            None => self.always.push(slot),
        }
        self.by_id.insert(id.clone(), slot);
        self.slots[slot as usize] = Some(Monitor { id, plan, anchors });
    }

    /// Removes a monitor; false when there was none.
    pub fn remove(&mut self, id: &Id) -> bool {
        let Some(slot) = self.by_id.remove(id) else {
            return false;
        };
        let monitor = self.slots[slot as usize].take();
        match monitor.and_then(|m| m.anchors) {
            Some(keys) => keys.iter().for_each(|key| self.postings(key).retain(|s| *s != slot)),
            None => self.always.retain(|s| *s != slot),
        }
        self.free.push(slot);
        true
    }

    fn postings(&mut self, key: &Anchor) -> &mut Vec<u32> {
        match key {
            Anchor::Word(word) => {
                let word = *word as usize;
                if self.by_word.len() <= word {
                    self.by_word.resize_with(word + 1, Vec::new);
                }
                &mut self.by_word[word]
            }
            Anchor::Head(head) => self.by_head.entry(head.chars().take(MAX_HEAD).collect()).or_default(),
            Anchor::Author(author) => self.by_author.entry(author.clone()).or_default(),
            Anchor::Channel(channel) => self.by_channel.entry(channel.clone()).or_default(),
        }
    }

    /// The ids of all monitors that match a post, sorted.
    #[must_use]
    pub fn matches(&self, post: &Post<'_>) -> Vec<Id> {
        let reading = Reading::new(post, &self.vocabulary, self.zones);
        let mut ids: Vec<Id> = self
            .called_up(&reading)
            .into_iter()
            .filter_map(|slot| self.slots[slot as usize].as_ref())
            .filter(|monitor| matches(&monitor.plan, &reading))
            .map(|monitor| monitor.id.clone())
            .collect();
        ids.sort_unstable();
        ids
    }

    /// The monitors whose anchors the post holds, each once.
    fn called_up(&self, post: &Reading<'_>) -> Vec<u32> {
        let mut slots = self.always.clone();
        for word in post.words() {
            slots.extend(self.by_word.get(word as usize).into_iter().flatten());
        }
        if !self.by_head.is_empty() {
            for seen in post.tokens(self.zones).filter(|seen| seen.token.kind != Kind::Url) {
                for form in seen.part.text.forms(seen.token) {
                    for (i, c) in form.char_indices().take(MAX_HEAD) {
                        slots.extend(self.by_head.get(&form[..i + c.len_utf8()]).into_iter().flatten());
                    }
                }
            }
        }
        for (name, value) in &post.values {
            match name {
                FieldName::Author => {
                    slots.extend(self.by_author.get(value).into_iter().flatten());
                    slots.extend(self.by_author.get(handle_name(value)).into_iter().flatten());
                }
                FieldName::Channel => slots.extend(self.by_channel.get(value).into_iter().flatten()),
                _ => {}
            }
        }
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Bytes of memory the set takes, near enough for planning (allocator overhead left out).
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let list = |v: &Vec<u32>| v.capacity() * 4;
        let table = |m: &HashMap<String, Vec<u32>>| {
            let lists: usize = m.iter().map(|(k, v)| k.capacity() + list(v)).sum();
            lists + m.capacity() * (size_of::<(String, Vec<u32>)>() + 1)
        };
        let monitors = self.slots.iter().flatten();
        let plans: usize = monitors.map(|m| m.plan.heap_bytes() + m.anchors.as_ref().map_or(0, anchor_bytes)).sum();
        self.vocabulary.heap_bytes()
            + self.slots.capacity() * size_of::<Option<Monitor<Id>>>()
            + plans
            + self.by_id.capacity() * (size_of::<(Id, u32)>() + 1)
            + self.by_word.iter().map(list).sum::<usize>()
            + self.by_word.capacity() * size_of::<Vec<u32>>()
            + [&self.by_head, &self.by_author, &self.by_channel].map(table).iter().sum::<usize>()
            + list(&self.always)
    }
}

fn anchor_bytes(keys: &Vec<Anchor>) -> usize {
    let letters = keys.iter().map(|k| match k {
        Anchor::Word(_) => 0,
        Anchor::Head(s) | Anchor::Author(s) | Anchor::Channel(s) => s.capacity(),
    });
    keys.capacity() * size_of::<Anchor>() + letters.sum::<usize>()
}

//! Which facts a post holds, and which queries they call up.

use tertulia_kernel::text::{Sigil, fold, handle_name};

use super::added::Added;
use super::anchors::{ANYTHING, signature};
use super::base::Base;
use super::dictionary::Key;
use super::facts::{FieldKey, GATED, HEADS, LEADS, PLACED, POSTED, SHAPED, field_word, number, shape};
use super::patterns::Compared;
use super::prefetch::prefetch;
use super::raised::Raised;
use super::scan::{Form, Scan};
use crate::fields::{author_key, lang_key};
use crate::post::Post;

/// Memory for one post's facts, used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Finding {
    pub(super) scan: Scan,
    pub(super) raised: Raised,
    /// The facts queries are anchored at, each once.
    callers: Vec<u32>,
    /// The bits of all facts that stand in signatures.
    signature: u32,
    keys: Vec<Key>,
    /// (form, bytes of its beginning, key)
    heads: Vec<(u32, u32, Key)>,
    /// (first fact, second fact, first place, end)
    pairs: Vec<[u32; 4]>,
    compared: Compared,
    word: Vec<u8>,
    /// Queries called up: places in the base's code, and in the code of those added since.
    pub(super) called: Vec<u32>,
    pub(super) called_added: Vec<u32>,
}

/// A base and what was added to it.
pub(super) struct Tables<'a, K> {
    pub(super) base: &'a Base<K>,
    /// `None` when there is nothing.
    pub(super) added: Option<&'a Added<K>>,
}

impl Finding {
    /// Finds all facts of a post.
    pub(super) fn find<K: Clone + Ord>(&mut self, post: &Post<'_>, tables: &Tables<'_, K>) {
        self.raised.clear();
        self.callers.clear();
        self.signature = ANYTHING;
        self.scan.read(post.text);
        self.ask_ahead(tables);
        let scan = std::mem::take(&mut self.scan);
        self.words(&scan, tables);
        self.scan = scan;
        self.neighbours(tables);
        if tables.base.facts.has_fields || tables.added.is_some_and(|a| a.facts.has_fields) {
            self.fields(post, tables);
        }
    }

    /// Makes all keys and asks for their slots, so that they arrive together.
    fn ask_ahead<K>(&mut self, tables: &Tables<'_, K>) {
        self.keys.clear();
        self.heads.clear();
        let facts = &tables.base.facts;
        for (i, form) in self.scan.forms.iter().enumerate() {
            let (start, len) = (form.start as usize, form.len as usize);
            let key = Key::padded(&self.scan.bytes, start, len);
            facts.words.prefetch(&key);
            self.keys.push(key);
            if len < *HEADS.start() {
                continue;
            }
            let word = &self.scan.bytes[start..start + len];
            let mut lengths = facts.head_lengths(word) | tables.added.map_or(0, |a| a.facts.head_lengths(word));
            while lengths != 0 {
                let head = lengths.trailing_zeros();
                lengths &= lengths - 1;
                let key = Key::padded(&self.scan.bytes, start, head as usize);
                facts.heads.prefetch(&key);
                self.heads.push((i as u32, head, key));
            }
        }
    }

    fn words<K: Clone + Ord>(&mut self, scan: &Scan, tables: &Tables<'_, K>) {
        let facts = &tables.base.facts;
        let patterns = [Some(&facts.patterns), tables.added.map(|a| &a.facts.patterns)];
        let mut next_head = 0;
        for (i, form) in scan.forms.iter().enumerate() {
            let bytes = scan.form(form);
            let key = self.keys[i];
            let mut value = facts.words.get(&key, bytes);
            if value == 0
                && let Some(added) = tables.added
            {
                value = added.facts.words.get(&key, bytes);
            }
            if value != 0 {
                self.shapes(value, form, tables);
            }
            while let Some((_, len, key)) = self.heads.get(next_head).filter(|h| h.0 as usize == i).copied() {
                next_head += 1;
                let head = &bytes[..len as usize];
                let mut value = facts.heads.get(&key, head);
                if value == 0
                    && let Some(added) = tables.added
                {
                    value = added.facts.heads.get(&key, head);
                }
                if value != 0 {
                    self.shapes(value, form, tables);
                }
            }
            for patterns in patterns.into_iter().flatten().filter(|p| !p.is_empty()) {
                let mut compared = std::mem::take(&mut self.compared);
                patterns.find(bytes, &mut compared, |value| self.shapes(value, form, tables));
                self.compared = compared;
            }
        }
    }

    /// Raises the plain fact of a word and those with its sign and `ñ`.
    #[inline(always)]
    fn shapes<K: Clone + Ord>(&mut self, value: u32, form: &Form, tables: &Tables<'_, K>) {
        let value = with_flags(value, tables);
        if form.sigil != Sigil::Handle {
            self.raise(value, form.place, form.end, tables.base);
        }
        if value & SHAPED == 0 || (form.sigil == Sigil::None && !form.enye) {
            return;
        }
        let signed = form.sigil != Sigil::None;
        let shapes = [
            (form.enye && form.sigil != Sigil::Handle).then_some((Sigil::None, true)),
            signed.then_some((form.sigil, false)),
            (signed && form.enye).then_some((form.sigil, true)),
        ];
        for (sigil, enye) in shapes.into_iter().flatten() {
            let shaped = shape(sigil, enye).map_or(0, |shape| pair(tables, number(value), shape));
            if shaped != 0 {
                self.raise(with_flags(shaped, tables), form.place, form.end, tables.base);
            }
        }
    }

    /// Two facts in a row are a fact.
    fn neighbours<K: Clone + Ord>(&mut self, tables: &Tables<'_, K>) {
        self.pairs.clear();
        let hits = &self.raised.hits;
        for (i, first) in hits.iter().enumerate().filter(|(_, hit)| hit.value & LEADS != 0) {
            let later = hits[i + 1..].iter().take_while(|next| next.place <= first.end);
            for second in later.filter(|next| next.place == first.end) {
                let (one, two) = (number(first.value), number(second.value));
                tables.base.facts.pairs.prefetch(one, two);
                self.pairs.push([one, two, first.place, second.end]);
            }
        }
        for i in 0..self.pairs.len() {
            let [one, two, place, end] = self.pairs[i];
            let value = pair(tables, one, two);
            if value != 0 {
                self.raise(with_flags(value, tables), place, end, tables.base);
            }
        }
    }

    fn fields<K: Clone + Ord>(&mut self, post: &Post<'_>, tables: &Tables<'_, K>) {
        let longest = tables.base.facts.longest_field.max(tables.added.map_or(0, |a| a.facts.longest_field));
        if let Some(author) = post.author {
            let author = plain(author).map_or_else(|| author_key(author), |a| a.trim_start_matches('@').to_owned());
            self.field(FieldKey::Author, &author, tables);
            if handle_name(&author) != author {
                self.field(FieldKey::Author, handle_name(&author), tables);
            }
        }
        if let Some(lang) = post.lang {
            let lang = lang_key(lang);
            self.field(FieldKey::Lang, &lang, tables);
            for (dash, _) in lang.match_indices('-').take_while(|(dash, _)| *dash < longest) {
                self.field(FieldKey::Lang, &lang[..dash], tables);
            }
        }
        if let Some(channel) = post.channel {
            let channel = plain(channel).unwrap_or_else(|| fold(channel));
            self.field(FieldKey::Channel, &channel, tables);
        }
    }

    fn field<K: Clone + Ord>(&mut self, field: FieldKey, value: &str, tables: &Tables<'_, K>) {
        let mut word = std::mem::take(&mut self.word);
        field_word(field, value, &mut word);
        let key = Key::new(&word);
        let mut value = tables.base.facts.words.get(&key, &word);
        if value == 0
            && let Some(added) = tables.added
        {
            value = added.facts.words.get(&key, &word);
        }
        if value != 0 {
            self.raise(with_flags(value, tables) & !(PLACED | LEADS), 0, 0, tables.base);
        }
        self.word = word;
    }

    #[inline(always)]
    fn raise<K>(&mut self, value: u32, place: u32, end: u32, base: &Base<K>) {
        let fact = number(value);
        if self.raised.put(fact) {
            if value & POSTED != 0 {
                prefetch(&base.offsets, fact as usize);
                self.callers.push(fact);
            }
            if value & GATED != 0 {
                self.signature |= signature(fact);
            }
        }
        if value & (PLACED | LEADS) != 0 {
            self.raised.hit(value, place, end);
        }
    }

    /// Collects the queries the facts call up and whose second condition the post meets.
    pub(super) fn call<K: Clone + Ord>(&mut self, tables: &Tables<'_, K>) {
        self.called.clear();
        self.called_added.clear();
        self.called.extend(&tables.base.always);
        for fact in &self.callers {
            let postings = tables.base.offsets.get(*fact as usize).copied().unwrap_or(0);
            prefetch(&tables.base.postings, postings as usize);
        }
        let signature = self.signature;
        for fact in &self.callers {
            let postings = tables.base.postings_of(*fact);
            self.called.extend(postings.iter().filter(|[_, bits]| bits & signature != 0).map(|[at, _]| *at));
        }
        if let Some(added) = tables.added {
            self.called_added.extend(&added.always);
            for fact in &self.callers {
                let postings = added.postings_of(*fact);
                self.called_added.extend(postings.filter(|[_, bits]| bits & signature != 0).map(|[at, _]| at));
            }
        }
    }
}

#[inline(always)]
fn with_flags<K: Clone + Ord>(value: u32, tables: &Tables<'_, K>) -> u32 {
    match tables.added {
        None => value,
        Some(added) => value | added.flags.get(number(value), 0),
    }
}

fn pair<K: Clone + Ord>(tables: &Tables<'_, K>, first: u32, second: u32) -> u32 {
    let known = tables.base.facts.pairs.get(first, second);
    match tables.added {
        Some(added) if known == 0 => added.facts.pairs.get(first, second),
        _ => known,
    }
}

/// The folded form of a short value in plain ASCII; `None` when it takes more.
fn plain(value: &str) -> Option<String> {
    let plain = value.bytes().all(|b| b.is_ascii_graphic());
    plain.then(|| value.to_ascii_lowercase())
}

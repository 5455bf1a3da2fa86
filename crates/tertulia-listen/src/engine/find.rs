//! Which facts a post holds, and which queries they call up.

use tertulia_kernel::text::{Kind, Sigil, Text, handle_name};

use super::added::Added;
use super::anchors::{ANYTHING, signature};
use super::base::{Base, SHORT};
use super::code::{FACT, NONE_OF, ONE_OF, RANGE, operation, payload};
use super::dictionary::Key;
use super::facts::{ELSEWHERE, GATED, HAS, IS, LEADS, PLACED, POSTED, SHAPED, field_mark, field_word, number, shape};
use super::groups::{Answers, Groups};
use super::patterns::Compared;
use super::prefetch::prefetch;
use super::raised::Raised;
use super::scan::{Form, Scan};
use crate::ast::{FieldName, Quantity};
use crate::post::{MAX_ADDRESSES, Post};

/// A form or its beginning on the way to its value.
#[derive(Clone, Debug)]
struct Sought {
    form: u32,
    len: u32,
    key: Key,
    /// Where it most likely stands in the base.
    hint: u32,
}

/// What a post states of each quantity.
pub(super) type Numbers = [Option<u64>; Quantity::ALL.len()];

/// Memory for one post's facts, used again.
#[derive(Clone, Debug, Default)]
pub(super) struct Finding {
    pub(super) scan: Scan,
    pub(super) raised: Raised,
    /// The facts queries are anchored at, each once.
    callers: Vec<u32>,
    /// The bits of all facts that stand in signatures.
    signature: u32,
    /// All forms, and those beginnings of theirs that may be looked for.
    sought: Vec<Sought>,
    heads: Vec<Sought>,
    /// (form, value of one of its beginnings)
    begun: Vec<(u32, u32)>,
    /// (first fact, second fact, first place, end)
    pairs: Vec<[u32; 4]>,
    compared: Compared,
    word: Vec<u8>,
    /// Queries called up: places in the base's code, and in the code of those added since.
    pub(super) called: Vec<u32>,
    /// Slots of queries of the base that match: those a fact makes match, and short ones that were asked.
    pub(super) sure: Vec<u32>,
    /// How many queries were decided so.
    pub(super) asked: u64,
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
        self.raised.clear(tables.base.weights.len() + tables.added.map_or(0, |a| a.weights.len()));
        self.callers.clear();
        self.signature = ANYTHING;
        self.scan.read(post.text, post.title);
        self.ask_ahead(tables);
        let scan = std::mem::take(&mut self.scan);
        self.words(&scan, tables);
        self.scan = scan;
        self.prefetch_callers(0, tables);
        let known = self.callers.len();
        self.neighbours(tables);
        let asked = tables.base.facts.fields | tables.added.map_or(0, |a| a.facts.fields);
        if asked != 0 {
            self.fields(post, asked, tables);
        }
        self.prefetch_callers(known, tables);
    }

    /// Asks for what waits at the facts found, from the one at `from` on.
    fn prefetch_callers<K>(&self, from: usize, tables: &Tables<'_, K>) {
        for fact in &self.callers[from..] {
            let [sure, postings] = tables.base.offsets.get(*fact as usize).copied().unwrap_or_default();
            prefetch(&tables.base.sure, sure as usize);
            prefetch(&tables.base.postings, postings as usize);
        }
    }

    /// Makes all keys and asks for what they lead to, step by step, so that what is far away arrives together.
    fn ask_ahead<K>(&mut self, tables: &Tables<'_, K>) {
        let facts = &tables.base.facts;
        let bytes = &self.scan.bytes;
        self.sought.clear();
        for (i, form) in (0..).zip(&self.scan.forms) {
            let key = Key::padded(bytes, form.start as usize, form.len as usize);
            facts.words.prefetch(&key);
            facts.prefetch_lengths(key.first().unwrap_or(0));
            self.sought.push(Sought { form: i, len: form.len, key, hint: 0 });
        }
        self.heads.clear();
        for sought in &mut self.sought {
            sought.hint = facts.words.hint(&sought.key);
            let start = || self.scan.forms[sought.form as usize].start as usize;
            let first = sought.key.first().unwrap_or_else(|| Key::padded(bytes, start(), 8).first().unwrap_or(0));
            let len = sought.len as usize;
            let mut lengths = facts.head_lengths(first, len) | tables.added.map_or(0, |a| a.facts.head_lengths(first, len));
            while lengths != 0 {
                let len = lengths.trailing_zeros();
                lengths &= lengths - 1;
                let key = match sought.key.first() {
                    Some(_) => sought.key.beginning(len as usize),
                    None => Key::padded(bytes, start(), len as usize),
                };
                facts.heads.prefetch(&key);
                self.heads.push(Sought { form: sought.form, len, key, hint: 0 });
            }
        }
        for head in &mut self.heads {
            head.hint = facts.heads.hint(&head.key);
        }
    }

    fn words<K: Clone + Ord>(&mut self, scan: &Scan, tables: &Tables<'_, K>) {
        let facts = &tables.base.facts;
        self.begun.clear();
        for head in &self.heads {
            let bytes = || &scan.form(&scan.forms[head.form as usize])[..head.len as usize];
            let mut value = facts.heads.get_at(head.hint, &head.key, bytes);
            if value == 0
                && let Some(added) = tables.added
            {
                value = added.facts.heads.get(&head.key, bytes);
            }
            if value != 0 {
                self.begun.push((head.form, value));
            }
        }
        let has_patterns = !facts.patterns.is_empty() || tables.added.is_some_and(|a| !a.facts.patterns.is_empty());
        let mut next_begun = 0;
        for (i, form) in scan.forms.iter().enumerate() {
            let Some(sought) = self.sought.get(i) else { break };
            let (key, bytes) = (&sought.key, || scan.form(form));
            let mut value = facts.words.get_at(sought.hint, key, bytes);
            if value == 0
                && let Some(added) = tables.added
            {
                value = added.facts.words.get(key, bytes);
            }
            if value != 0 {
                self.shapes(value, form, tables);
            }
            while let Some((_, value)) = self.begun.get(next_begun).copied().filter(|begun| begun.0 as usize == i) {
                next_begun += 1;
                self.shapes(value, form, tables);
            }
            if has_patterns {
                self.patterns(scan.form(form), form, tables);
            }
        }
    }

    fn patterns<K: Clone + Ord>(&mut self, word: &[u8], form: &Form, tables: &Tables<'_, K>) {
        let patterns = [Some(&tables.base.facts.patterns), tables.added.map(|a| &a.facts.patterns)];
        for patterns in patterns.into_iter().flatten().filter(|p| !p.is_empty()) {
            let mut compared = std::mem::take(&mut self.compared);
            patterns.find(word, &mut compared, |value| self.shapes(value, form, tables));
            self.compared = compared;
        }
    }

    /// Raises the plain fact of a word and those with its sign and `ñ`.
    #[inline(always)]
    fn shapes<K: Clone + Ord>(&mut self, value: u32, form: &Form, tables: &Tables<'_, K>) {
        let value = with_flags(value, tables);
        if form.sigil != Sigil::Handle {
            self.raise(value, form.place, form.end, tables.base);
        }
        if value & SHAPED != 0 && (form.sigil != Sigil::None || form.enye) {
            self.signs(value, form, tables);
        }
    }

    /// Raises the facts of a word with its sign and `ñ`.
    #[inline(never)]
    fn signs<K: Clone + Ord>(&mut self, value: u32, form: &Form, tables: &Tables<'_, K>) {
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

    /// Raises the values the post states of fields some query asks for.
    fn fields<K: Clone + Ord>(&mut self, post: &Post<'_>, asked: u32, tables: &Tables<'_, K>) {
        let single = [
            (FieldName::Author, post.author),
            (FieldName::Lang, post.lang),
            (FieldName::Country, post.country),
            (FieldName::Channel, post.channel),
            (FieldName::Site, post.site),
            (FieldName::Tier, post.tier),
        ];
        let several =
            [(FieldName::To, post.to), (FieldName::Tag, post.tags), (FieldName::Segment, post.segments), (FieldName::Link, post.links)];
        let is_asked = |mark: u8| asked >> mark & 1 == 1;
        for (name, value) in single.into_iter().filter(|(name, _)| is_asked(field_mark(*name))) {
            value.into_iter().for_each(|value| self.value(name, value, tables));
        }
        for (name, values) in several.into_iter().filter(|(name, _)| is_asked(field_mark(*name))) {
            values.iter().for_each(|value| self.value(name, value, tables));
        }
        if is_asked(IS) {
            post.is.iter().for_each(|is| self.field(IS, is.as_str(), tables));
        }
        if is_asked(HAS) {
            post.has.iter().for_each(|has| self.field(HAS, has.as_str(), tables));
        }
        if is_asked(field_mark(FieldName::Link)) || is_asked(ELSEWHERE) {
            self.addresses(post, is_asked(ELSEWHERE), tables);
        }
        if is_asked(ELSEWHERE) {
            for text in [post.bio, post.alt].into_iter().flatten() {
                self.words_elsewhere(&Text::new(text), tables);
            }
        }
    }

    /// Web addresses: where they lead, and their words.
    fn addresses<K: Clone + Ord>(&mut self, post: &Post<'_>, words: bool, tables: &Tables<'_, K>) {
        let mut addresses = 0;
        for text in [Some(post.text), post.title].into_iter().flatten() {
            if !text.contains(['/', '.']) {
                continue;
            }
            let text = Text::new(text);
            for token in text.tokens().iter().filter(|t| t.kind == Kind::Url) {
                let address = &text.original()[token.range()];
                self.value(FieldName::Link, address, tables);
                addresses += 1;
                if words && addresses <= MAX_ADDRESSES {
                    self.words_elsewhere(&Text::of_address(address), tables);
                }
            }
        }
        if words {
            post.links.iter().take(MAX_ADDRESSES).for_each(|link| self.words_elsewhere(&Text::of_address(link), tables));
        }
    }

    fn words_elsewhere<K: Clone + Ord>(&mut self, text: &Text<'_>, tables: &Tables<'_, K>) {
        for token in text.tokens().iter().filter(|t| t.kind != Kind::Url) {
            for form in text.forms(token) {
                self.field(ELSEWHERE, form, tables);
                if token.sigil == Sigil::Handle && handle_name(form) != form {
                    self.field(ELSEWHERE, handle_name(form), tables);
                }
            }
        }
    }

    /// One stated value, with everything it also counts as.
    fn value<K: Clone + Ord>(&mut self, name: FieldName, raw: &str, tables: &Tables<'_, K>) {
        let mark = field_mark(name);
        let longest = tables.base.facts.longest_field.max(tables.added.map_or(0, |a| a.facts.longest_field));
        let simple = matches!(name, FieldName::Author | FieldName::To | FieldName::Channel | FieldName::Tag | FieldName::Tier);
        let Some(key) = plain(raw).filter(|_| simple && !raw.starts_with('@')).or_else(|| name.key(raw)) else { return };
        match name {
            FieldName::Author | FieldName::To => {
                self.field(mark, &key, tables);
                if handle_name(&key) != key {
                    self.field(mark, handle_name(&key), tables);
                }
            }
            FieldName::Lang => {
                self.field(mark, &key, tables);
                for (dash, _) in key.match_indices('-').take_while(|(dash, _)| *dash < longest) {
                    self.field(mark, &key[..dash], tables);
                }
            }
            FieldName::Site | FieldName::Link => {
                let host = key.split(['/', '?']).next().unwrap_or_default();
                self.field(mark, host, tables);
                for (dot, _) in host.match_indices('.').filter(|(dot, _)| host.len() - dot <= longest) {
                    self.field(mark, &host[dot + 1..], tables);
                }
            }
            FieldName::Country | FieldName::Channel | FieldName::Tag | FieldName::Segment | FieldName::Tier => {
                self.field(mark, &key, tables)
            }
        }
    }

    fn field<K: Clone + Ord>(&mut self, mark: u8, value: &str, tables: &Tables<'_, K>) {
        let mut word = std::mem::take(&mut self.word);
        field_word(mark, value, &mut word);
        let key = Key::new(&word);
        let mut value = tables.base.facts.words.get(&key, || &word);
        if value == 0
            && let Some(added) = tables.added
        {
            value = added.facts.words.get(&key, || &word);
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
    pub(super) fn call<K: Clone + Ord>(&mut self, tables: &Tables<'_, K>, numbers: &Numbers, answers: &mut Answers) {
        self.called.clear();
        self.called_added.clear();
        self.sure.clear();
        self.asked = 0;
        self.called.extend(&tables.base.always);
        let signature = self.signature;
        for fact in &self.callers {
            let (sure, postings) = tables.base.waiting_at(*fact);
            self.sure.extend_from_slice(sure);
            self.asked += sure.len() as u64;
            for [at, one, two] in postings {
                if at & SHORT == 0 {
                    if one & signature != 0 {
                        prefetch(&tables.base.code, *at as usize);
                        self.called.push(*at);
                    }
                    continue;
                }
                self.asked += 1;
                let mut holds = |node| single(node, &tables.base.groups, &self.raised, numbers, answers);
                if holds(*one) && holds(*two) {
                    self.sure.push(at & !SHORT);
                }
            }
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

/// Does a node of one number hold?
#[inline(always)]
fn single(node: u32, groups: &Groups, raised: &Raised, numbers: &Numbers, answers: &mut Answers) -> bool {
    match operation(node) {
        ONE_OF => answers.holds(payload(node), groups, raised),
        NONE_OF => !answers.holds(payload(node), groups, raised),
        FACT => raised.holds(payload(node)),
        RANGE => groups.in_range(payload(node), numbers),
        _ => true,
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

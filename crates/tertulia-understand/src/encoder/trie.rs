//! Texts by their beginnings.

/// A set of byte strings, each with a number, walked byte by byte.
pub struct Trie {
    /// The byte that leads to each node. Nodes stand breadth first, so the children of one stand together, in order.
    labels: Vec<u8>,
    /// The number of the string that ends at a node, or [`NONE`].
    values: Vec<u32>,
    /// Where each node's children begin; they end where the next node's begin.
    first: Vec<u32>,
}

/// No string ends here.
const NONE: u32 = u32::MAX;

/// A place in a [`Trie`].
#[derive(Clone, Copy)]
pub struct Node(u32);

impl Trie {
    /// Of strings in strictly ascending order, none of them empty; `None` where they are not.
    pub fn new(entries: &[(&[u8], u32)]) -> Option<Self> {
        if entries.iter().any(|(key, value)| key.is_empty() || *value == NONE) {
            return None;
        }
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            return None;
        }
        let mut trie = Self { labels: vec![0], values: vec![NONE], first: Vec::new() };
        // The entries below each node, in the nodes' order.
        let mut waiting = std::collections::VecDeque::from([(0..entries.len(), 0)]);
        while let Some((mut below, depth)) = waiting.pop_front() {
            trie.first.push(u32::try_from(trie.labels.len()).ok()?);
            while !below.is_empty() {
                let (key, value) = entries[below.start];
                let label = key[depth];
                let same = entries[below.clone()].partition_point(|(other, _)| other[depth] == label);
                trie.labels.push(label);
                let ends_here = key.len() == depth + 1;
                trie.values.push(if ends_here { value } else { NONE });
                waiting.push_back((below.start + usize::from(ends_here)..below.start + same, depth + 1));
                below.start += same;
            }
        }
        trie.first.push(u32::try_from(trie.labels.len()).ok()?);
        Some(trie)
    }

    /// Before the first byte.
    pub fn root(&self) -> Node {
        Node(0)
    }

    /// After one byte more, if a string goes on like that.
    pub fn step(&self, Node(node): Node, byte: u8) -> Option<Node> {
        let (begin, end) = (self.first[node as usize], self.first[node as usize + 1]);
        let labels = &self.labels[begin as usize..end as usize];
        labels.binary_search(&byte).ok().map(|at| Node(begin + at as u32))
    }

    /// The number of the string that ends here.
    pub fn value(&self, Node(node): Node) -> Option<u32> {
        let value = self.values[node as usize];
        (value != NONE).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(trie: &Trie, key: &str) -> Option<u32> {
        let end = key.bytes().try_fold(trie.root(), |node, byte| trie.step(node, byte));
        end.and_then(|node| trie.value(node))
    }

    #[test]
    fn finds_what_it_was_given_and_nothing_else() {
        let words = ["a", "ab", "abc", "b", "bcd", "ñ", "ñu"];
        let entries: Vec<(&[u8], u32)> = (0..).zip(words).map(|(i, word)| (word.as_bytes(), i)).collect();
        let trie = Trie::new(&entries).unwrap();
        for (i, word) in (0..).zip(words) {
            assert_eq!(find(&trie, word), Some(i), "{word}");
        }
        for word in ["", "bc", "c", "abcd", "n"] {
            assert_eq!(find(&trie, word), None, "{word}");
        }
    }

    #[test]
    fn takes_only_strings_in_order() {
        for wrong in [["b", "a"], ["a", "a"], ["", "a"]] {
            let entries: Vec<(&[u8], u32)> = wrong.iter().map(|word| (word.as_bytes(), 1)).collect();
            assert!(Trie::new(&entries).is_none(), "{wrong:?}");
        }
        assert!(find(&Trie::new(&[]).unwrap(), "a").is_none());
    }
}

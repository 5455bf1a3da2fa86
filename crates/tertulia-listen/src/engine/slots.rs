//! Slots put in order, each once: one bit each and one bit for 64 of those, so that many are sorted without comparing.

/// With no more slots than this, comparing is quicker.
const FEW: usize = 8;

/// Memory for sorting, used again; all bits are 0 in between.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    bits: Vec<u64>,
    /// Which numbers of `bits` are not 0.
    blocks: Vec<u64>,
}

impl Order {
    /// Sorts slots, all of them below `end`, and leaves each once.
    pub(super) fn sort(&mut self, slots: &mut Vec<u32>, end: usize) {
        if slots.len() <= FEW {
            slots.sort_unstable();
            slots.dedup();
            return;
        }
        let blocks = end.div_ceil(64);
        if self.bits.len() < blocks {
            self.bits.resize(blocks, 0);
            self.blocks.resize(blocks.div_ceil(64), 0);
        }
        for slot in slots.drain(..) {
            let block = slot as usize / 64;
            self.bits[block] |= 1 << (slot % 64);
            self.blocks[block / 64] |= 1 << (block % 64);
        }
        for (i, blocks) in self.blocks.iter_mut().enumerate() {
            let mut blocks = std::mem::take(blocks);
            while blocks != 0 {
                let block = i * 64 + blocks.trailing_zeros() as usize;
                blocks &= blocks - 1;
                let mut bits = std::mem::take(&mut self.bits[block]);
                while bits != 0 {
                    slots.push((block * 64) as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn many_and_few_are_sorted_alike() {
        let mut order = Order::default();
        for (count, end) in [(0, 1), (1, 1), (8, 5), (9, 5), (100, 64), (100, 65), (1_000, 100_000), (60, 4_097)] {
            let mut slots: Vec<u32> = (0..count).map(|i: u32| i.wrapping_mul(2_654_435_761) % end).collect();
            let mut expected = slots.clone();
            expected.sort_unstable();
            expected.dedup();
            order.sort(&mut slots, end as usize);
            assert_eq!(slots, expected, "{count} below {end}");
        }
    }
}

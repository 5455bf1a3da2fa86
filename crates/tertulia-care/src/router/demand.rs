//! What work asks of people, each distinct demand once, with who could meet it.

use std::collections::BTreeMap;

/// Channel, units of load, and least competences by skill in the order of skills.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    pub channel: u32,
    pub units: u32,
    pub needs: Vec<(u32, u8)>,
}

/// All demands of work that waits.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    slots: Vec<Slot>,
    numbers: BTreeMap<Demand, usize>,
    free: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Slot {
    demand: Demand,
    /// How many ask this.
    uses: usize,
    /// Who could meet it, a bit each.
    able: Vec<u64>,
}

impl Demands {
    /// The number of a demand, which counts one more use.
    pub fn take(&mut self, demand: Demand, people: usize, able: impl Fn(usize, &Demand) -> bool) -> usize {
        if let Some(&number) = self.numbers.get(&demand) {
            self.slots[number].uses += 1;
            return number;
        }
        let mut bits = vec![0; people.div_ceil(64)];
        for person in (0..people).filter(|&person| able(person, &demand)) {
            bits[person / 64] |= 1 << (person % 64);
        }
        let slot = Slot { demand: demand.clone(), uses: 1, able: bits };
        let number = match self.free.pop() {
            Some(number) => {
                self.slots[number] = slot;
                number
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        self.numbers.insert(demand, number);
        number
    }

    /// One use less; what nobody asks is forgotten.
    pub fn give_back(&mut self, number: usize) {
        let slot = &mut self.slots[number];
        slot.uses -= 1;
        if slot.uses == 0 {
            self.numbers.remove(&slot.demand);
            self.free.push(number);
        }
    }

    pub fn get(&self, number: usize) -> &Demand {
        &self.slots[number].demand
    }

    /// Whether a person could meet it, were they free.
    pub fn able(&self, number: usize, person: usize) -> bool {
        self.slots[number].able.get(person / 64).is_some_and(|bits| bits >> (person % 64) & 1 == 1)
    }

    /// A person came or changed.
    pub fn person_changed(&mut self, person: usize, able: impl Fn(&Demand) -> bool) {
        for slot in self.slots.iter_mut().filter(|slot| slot.uses > 0) {
            if slot.able.len() <= person / 64 {
                slot.able.resize(person / 64 + 1, 0);
            }
            let bit = 1 << (person % 64);
            if able(&slot.demand) {
                slot.able[person / 64] |= bit;
            } else {
                slot.able[person / 64] &= !bit;
            }
        }
    }
}

/// Names as small numbers.
#[derive(Clone, Debug, Default)]
pub struct Names {
    numbers: BTreeMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    /// The number of a name, new or known.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.numbers.len()).expect("fewer names than four thousand million");
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    /// The number of a known name.
    pub fn known(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number.
    pub fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }
}

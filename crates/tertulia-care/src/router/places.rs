//! Queues and settings: they may change at any time, and all that waits is ranked again.

use super::{
    Place, Router,
    line::Line,
    people::Person,
    setup::{Queue, Settings},
    work::Stage,
};
use tertulia_kernel::CaseId;

impl Router {
    pub(super) fn change_queue(&mut self, mut setup: Queue) {
        setup.rings.sort_by_key(|ring| ring.after_s);
        let slopes = setup.formula.as_ref().unwrap_or(&self.settings.formula).slopes();
        let (mut least, mut left_out) = (u8::MAX, Vec::new());
        let mut rings = Vec::new();
        for ring in &setup.rings {
            least = least.min(ring.competence.unwrap_or(u8::MAX));
            left_out.extend(ring.without.iter().map(|skill| self.skills.number(skill)));
            rings.push((least, left_out.clone()));
        }
        let id = setup.id;
        match self.queue_numbers.get(&id) {
            Some(&number) => {
                let place = &mut self.queues[number];
                (place.setup, place.slopes, place.rings) = (setup, slopes, rings);
            }
            None => {
                let number = self.queues.len();
                self.queue_numbers.insert(id, number);
                let serve = |person: &&mut Person| person.setup.queues.contains(&id);
                self.people.iter_mut().filter(serve).for_each(|person| person.queues.push(number));
                let people = (0..self.people.len()).filter(|&person| self.people[person].queues.contains(&number)).collect();
                self.queues.push(Place { setup, slopes, line: Line::default(), waiting: 0, people, rings });
            }
        }
        self.rank_again(|item| item.work.queue == id);
    }

    pub(super) fn change_settings(&mut self, settings: Settings) {
        self.settings = settings;
        for place in &mut self.queues {
            place.slopes = place.setup.formula.as_ref().unwrap_or(&self.settings.formula).slopes();
        }
        self.freed.extend(0..self.people.len());
        self.rank_again(|_| true);
    }

    /// All work of some kind is ranked and lined up again.
    fn rank_again(&mut self, which: impl Fn(&super::Item) -> bool) {
        let cases: Vec<CaseId> = self.items.iter().filter(|(_, item)| which(item)).map(|(&case, _)| case).collect();
        // All leave before one enters: a line is in one order only.
        for &case in &cases {
            self.leave_line(case);
        }
        for case in cases {
            let holders = self.holders(case);
            // The rings it has passed are counted again: they may be others.
            self.change_what_is_held(case, &holders, |item| item.ring = 0);
            if self.items[&case].stage == Stage::Waiting {
                self.enter_line(case);
            }
            self.set_timer(case);
        }
    }
}

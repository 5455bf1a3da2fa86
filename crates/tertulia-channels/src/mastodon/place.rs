//! How far a feed has been read, so that nothing between two readings is lost.
//!
//! A feed is read from its newest page backwards until the page shows something already known. Only then the place moves.
//! What is known is a set of ids, not a date or the greatest id: posts arrive out of order, and not every server's ids grow.
//! When a gap is too large for one go (we were away for days), its two ends are remembered and the next readings go on
//! closing it while new posts come in as usual.

use super::ids;
use serde::{Deserialize, Serialize};

/// Ids remembered to recognise where known history starts.
const RECENT: usize = 120;

/// Where known history begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shore {
    /// The newest id (of servers whose ids grow).
    newest: String,
    /// Ids last seen at the top, newest first.
    recent: Vec<String>,
}

impl Shore {
    /// Whether a page touches it.
    fn is_reached_by(&self, page: &[String]) -> bool {
        page.iter().any(|id| self.recent.contains(id) || ids::before(&self.newest, id) == Some(false))
    }

    fn extend(&mut self, page: &[String]) {
        for id in page.iter().rev() {
            if self.newest.is_empty() || ids::before(&self.newest, id).unwrap_or(true) {
                self.newest.clone_from(id);
            }
            if let Some(at) = self.recent.iter().position(|known| known == id) {
                self.recent.remove(at);
            }
            self.recent.insert(0, id.clone());
        }
        self.recent.truncate(RECENT);
    }
}

/// A stretch not read yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Gap {
    /// The server's id below which to go on reading.
    below: String,
    /// Where it ends.
    shore: Shore,
}

/// How far one feed has been read. Saved as a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// It has been read before: an empty shore then means an empty feed, not an unknown one.
    #[serde(default)]
    begun: bool,
    top: Shore,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gap: Option<Gap>,
}

/// One page of a feed as the place sees it.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Stable ids, newest first.
    pub ids: Vec<String>,
    /// Where the next older page starts; `None` when the server has nothing older.
    pub older: Option<String>,
}

/// What to do after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Known history is reached.
    Done,
    /// Read the page below this id.
    Below(String),
}

/// One reading of a feed from its top.
#[derive(Debug)]
pub struct Walk {
    first: Vec<String>,
    pages: usize,
    last: Option<String>,
    to: Shore,
    begun: bool,
    /// Closing an old gap rather than reading the top.
    closing: bool,
}

impl Place {
    /// Reads a saved place; anything unreadable counts as none, which costs only duplicates.
    pub fn load(saved: &str) -> Option<Self> {
        serde_json::from_str(saved).ok()
    }

    /// The form to save.
    pub fn save(&self) -> String {
        // A struct of strings always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Something arrived live at the top of a feed that is known up to here.
    pub fn arrived(&mut self, id: &str) {
        self.top.extend(&[id.to_owned()]);
    }

    /// Starts reading from the newest page.
    pub fn walk(&self) -> Walk {
        Walk { first: Vec::new(), pages: 0, last: None, to: self.top.clone(), begun: self.begun, closing: false }
    }

    /// Starts closing the gap, if there is one: the walk and the id to read below.
    pub fn close_gap(&self) -> Option<(Walk, String)> {
        let gap = self.gap.as_ref()?;
        let walk = Walk { first: Vec::new(), pages: 0, last: None, to: gap.shore.clone(), begun: true, closing: true };
        Some((walk, gap.below.clone()))
    }

    /// The walk came to its end (`Next::Done`).
    pub fn finished(&mut self, walk: Walk) {
        self.begun = true;
        if walk.closing {
            self.gap = None;
        } else {
            self.top.extend(&walk.first);
        }
    }

    /// The walk stops early: what is below `below` stays to be read.
    pub fn interrupted(&mut self, walk: Walk, below: String) {
        if walk.closing {
            if let Some(gap) = &mut self.gap {
                gap.below = below;
            }
            return;
        }
        self.begun = true;
        // A second gap above an open one is joined with it: some pages are read twice, none is missed.
        let shore = self.gap.take().map_or(walk.to, |gap| gap.shore);
        self.gap = Some(Gap { below, shore });
        self.top = Shore::default();
        self.top.extend(&walk.first);
    }
}

impl Walk {
    /// Takes a page and says how to go on. A first reading ever (nothing known) takes one page.
    pub fn page(&mut self, page: &Page) -> Next {
        self.pages += 1;
        if self.pages == 1 {
            self.first.clone_from(&page.ids);
        }
        // A server that ignores `max_id` would send the same page for ever.
        let stuck = page.older.is_some() && page.older == self.last;
        if !self.begun || stuck || page.ids.is_empty() || self.to.is_reached_by(&page.ids) {
            return Next::Done;
        }
        self.last.clone_from(&page.older);
        page.older.clone().map_or(Next::Done, Next::Below)
    }

    /// Pages taken so far.
    pub fn pages(&self) -> usize {
        self.pages
    }
}

#[cfg(test)]
mod tests {
    //! Feeds simulated page by page.
    use super::*;

    /// A feed of `total` posts, newest first, `size` a page.
    fn page(total: usize, below: Option<usize>, size: usize) -> Page {
        let start = below.unwrap_or(total + 1);
        let ids: Vec<String> = (1..start).rev().take(size).map(|n| format!("x{n}")).collect();
        let older = ids.last().map(|id| id[1..].to_owned());
        Page { ids, older }
    }

    /// Reads as the source does, `budget` pages at most per walk; returns what it saw.
    fn read(place: &mut Place, total: usize, budget: usize) -> Vec<String> {
        let mut seen = Vec::new();
        let mut jobs = vec![(place.walk(), None)];
        while let Some((mut walk, mut below)) = jobs.pop() {
            let closing = walk.closing;
            loop {
                let page = page(total, below, 3);
                seen.extend(page.ids.clone());
                match walk.page(&page) {
                    Next::Done => break place.finished(walk),
                    Next::Below(id) if walk.pages() >= budget => break place.interrupted(walk, id),
                    Next::Below(id) => below = id.parse().ok(),
                }
            }
            if !closing && let Some((walk, below)) = place.close_gap() {
                jobs.push((walk, below.parse().ok()));
            }
        }
        seen
    }

    #[test]
    fn the_first_reading_takes_one_page() {
        let mut place = Place::default();
        assert_eq!(read(&mut place, 10, 5), ["x10", "x9", "x8"]);
    }

    #[test]
    fn every_post_between_two_readings_is_seen_whatever_the_gap() {
        for more in 0..60 {
            for budget in 1..5 {
                let mut place = Place::default();
                read(&mut place, 10, budget);
                let mut seen = Vec::new();
                // Posts keep coming while the gap is closed.
                for total in (10 + more)..(10 + more + 40) {
                    seen.extend(read(&mut place, total, budget));
                    place = Place::load(&place.save()).expect("reads what it wrote");
                }
                for n in 11..(10 + more + 40) {
                    assert!(seen.contains(&format!("x{n}")), "x{n} lost with {more} more, budget {budget}");
                }
                assert!(place.gap.is_none(), "gap still open with {more} more, budget {budget}");
            }
        }
    }

    #[test]
    fn nothing_new_costs_one_page() {
        let mut place = Place::default();
        read(&mut place, 10, 5);
        assert_eq!(read(&mut place, 10, 5).len(), 3);
    }

    #[test]
    fn a_server_that_cannot_page_does_not_hold_us() {
        let mut walk = Place { top: Shore { newest: "a".into(), recent: vec!["a".into()] }, gap: None, begun: true }.walk();
        let page = Page { ids: vec!["b".into()], older: Some("b".into()) };
        assert_eq!(walk.page(&page), Next::Below("b".into()));
        assert_eq!(walk.page(&page), Next::Done);
    }

    #[test]
    fn numbers_reach_the_shore_even_when_every_known_post_was_deleted() {
        let mut place = Place { begun: true, ..Place::default() };
        place.arrived("100");
        let mut walk = place.walk();
        assert_eq!(walk.page(&Page { ids: vec!["130".into()], older: Some("130".into()) }), Next::Below("130".into()));
        assert_eq!(walk.page(&Page { ids: vec!["99".into()], older: Some("99".into()) }), Next::Done);
    }

    #[test]
    fn a_feed_that_was_empty_is_read_whole_when_it_fills_while_we_are_away() {
        let mut place = Place::default();
        assert!(read(&mut place, 0, 5).is_empty());
        let mut place = Place::load(&place.save()).expect("reads what it wrote");
        assert_eq!(read(&mut place, 10, 5).len(), 10);
    }

    #[test]
    fn an_unreadable_place_is_no_place() {
        assert_eq!(Place::load("not json"), None);
        assert_eq!(Place::load("[]"), None);
    }
}

//! What people did with a post since it was stored: the network tells a post again, the same but liked or shared more.
//!
//! Nothing of the post itself changes, so no version is kept of it. Queries that ask for these numbers are asked again: a
//! monitor that matches only now gets its match, one that does not any more loses it, and a post without a case may open
//! one, as if it were new.

use super::batch::Batch;
use crate::{
    listening::{Listener, Matched},
    view,
};
use serde_json::json;
use tertulia_kernel::{Timestamp, event::IncomingPost};
use tertulia_store::{extras::Extras, post::PostRow};

/// A stored post with new counts, and what that makes of it.
pub(super) struct Recounted<'e> {
    /// Place of its event in the batch.
    pub place: usize,
    pub post: &'e IncomingPost,
    /// With the new counts.
    pub row: PostRow,
    matched: Matched,
    gained: Vec<Listener>,
}

impl Recounted<'_> {
    /// Whether rules are asked about it: it is theirs, kept, without a case, and something matches it only now.
    pub fn may_open(&self) -> bool {
        let kept = self.row.keep_until.is_none() && self.row.conversation_id.is_some();
        kept && !self.gained.is_empty() && self.row.case_id.is_none() && self.row.direction == "in" && !self.post.own
    }
}

/// The stored row with the counts of an event that is no older; none when they are what is stored.
pub(super) fn with_new_counts(post: &IncomingPost, row: &PostRow) -> Option<PostRow> {
    let told = post.revised_at.unwrap_or(post.occurred_at);
    let counts = post.counts.or(row.extras.counts);
    let newer = told >= Timestamp::from_micros(row.revised_at.unwrap_or(row.occurred_at)) && counts != row.extras.counts;
    newer.then(|| PostRow { extras: Extras { counts, ..row.extras.clone() }, ..row.clone() })
}

impl Batch<'_> {
    /// What matches a post with its new counts, and what does so only now or no longer.
    pub(super) fn rematch<'e>(&mut self, place: usize, post: &'e IncomingPost, before: &PostRow, row: PostRow) -> Recounted<'e> {
        // What was written here is never matched.
        let matches = |row: &PostRow| match row.user_id {
            Some(_) => Matched::default(),
            None => self.listening.match_post(&view::text_of(row, &self.channel)),
        };
        let (earlier, matched) = (matches(before), matches(&row));
        let (had, has) = (listeners(&earlier), listeners(&matched));
        let gained: Vec<Listener> = has.iter().filter(|one| !had.contains(one)).copied().collect();
        let lost = had.into_iter().filter(|one| !has.contains(one)).filter_map(|one| match one {
            Listener::Monitor(id) => Some((id.0, row.seq)),
            Listener::Rule(_) => None,
        });
        self.out.unmatched.extend(lost);
        Recounted { place, post, row, matched, gained }
    }

    /// Decides on a post with new counts.
    pub(super) fn recount(&mut self, recounted: Recounted<'_>) {
        let opens = recounted.may_open();
        let Recounted { place, post, mut row, matched, gained } = recounted;
        let monitors = gained.iter().filter_map(|one| match one {
            Listener::Monitor(id) => Some(*id),
            Listener::Rule(_) => None,
        });
        let monitors: Vec<_> = monitors.collect();
        if !monitors.is_empty() {
            self.out.matches.extend(monitors.iter().map(|monitor| (monitor.0, row.id)));
            let names: Vec<&str> = monitors.iter().map(|id| self.listening.monitor_name(*id)).collect();
            let why = json!({"monitors": names});
            self.step(row.id, "matched", why);
        }
        if let Some(conversation) = row.conversation_id.filter(|_| opens) {
            let says = self.understand(place, post, &row);
            let person = self.relate(row.id, post, &mut row);
            self.assign_case(post, &matched, &says, &mut row, conversation, person);
        }
        self.out.recounted.push((row, opens));
    }
}

fn listeners(matched: &Matched) -> Vec<Listener> {
    let monitors = matched.monitors.iter().map(|id| Listener::Monitor(*id));
    monitors.chain(matched.rules.iter().map(|id| Listener::Rule(*id))).collect()
}

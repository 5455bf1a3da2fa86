//! The formula: which work comes first, as a sum of named terms that people can edit and see.
//!
//! Points are whole millionths, so that sums and comparisons are exact. The only terms that change with time, waiting
//! and the nearness of the deadline, are straight lines in time. All work of a queue ages at the same slope, so the
//! order of two pieces of work does not change while they wait, and a queue is a sorted set: `rank` is what is left of
//! the score without the part all share. Nearness begins at a moment of each piece of work; there it moves from the
//! sorted set of those far from their deadline to that of those near it.

use crate::rules::Priority;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tertulia_kernel::Timestamp;

/// Millionths of a point.
pub type Points = i64;

const HOUR: i128 = 3_600_000_000;
/// The most points one term can be weighted with, and what no sum of terms ever reaches.
const MOST: f64 = 1e4;
const BOUND: i128 = 1 << 59;

/// Weights of the terms. Each term but waiting and deadline is between 0 and 1 before it is weighted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Formula {
    /// Of the case's priority: low 0, normal ⅓, high ⅔, urgent 1.
    pub level: f64,
    /// Of the customer's type, as [`Formula::customers`] values it.
    pub customer: f64,
    /// What each customer type is worth, 0 to 1; what is not named is worth 0.
    pub customers: BTreeMap<String, f64>,
    /// Of the author's followers: log₁₀(1 + followers) ÷ 6, at most 1, so a million counts whole and each tenfold a sixth.
    pub followers: f64,
    /// Of a negative sentiment.
    pub sentiment: f64,
    /// Of the urgency, 0 to 1.
    pub urgency: f64,
    /// Points for each hour of waiting. Above 0, nobody waits for ever.
    pub waiting: f64,
    /// Of the deadline: 0 until [`Formula::deadline_s`] before it, 1 at it, and growing on at that pace.
    pub deadline: f64,
    /// Seconds before the deadline from which it counts, at least a minute; 0 for not at all.
    pub deadline_s: u32,
}

impl Default for Formula {
    fn default() -> Self {
        Self {
            level: 1.0,
            customer: 0.5,
            customers: [("vip", 1.0), ("customer", 0.5), ("prospect", 0.3)].map(|(name, value)| (name.to_owned(), value)).into(),
            followers: 0.45,
            sentiment: 0.2,
            urgency: 0.6,
            waiting: 0.5,
            deadline: 1.0,
            deadline_s: 1_800,
        }
    }
}

/// How a customer feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    /// Bad.
    Negative,
    /// Neither.
    Neutral,
    /// Good.
    Positive,
}

/// What the formula asks of a piece of work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The case's priority.
    pub level: Priority,
    /// Customer type.
    pub customer: Option<String>,
    /// The author's followers.
    pub followers: Option<u64>,
    /// How they feel.
    pub sentiment: Option<Sentiment>,
    /// Urgency, per mille.
    pub urgency: Option<u16>,
    /// When its service level is missed.
    pub deadline: Option<Timestamp>,
    /// Points given by hand or by a rule.
    pub points: f64,
}

/// A term of the formula with the fact behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// The case's priority.
    Level(Priority),
    /// Customer type.
    Customer(String),
    /// Followers.
    Followers(u64),
    /// A negative sentiment.
    Negative,
    /// Urgency, per mille.
    Urgency(u16),
    /// Points given.
    Given,
    /// Points of the queue.
    Queue,
    /// Seconds waited.
    Waiting(i64),
    /// Seconds until the deadline; below 0 it has passed.
    Deadline(i64),
}

/// What one term adds to the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The term.
    pub term: Term,
    /// What it adds.
    pub points: Points,
}

/// Millionths of a weight; what is no number counts nothing.
fn micro(points: f64) -> Points {
    // A NaN becomes 0.
    (points.clamp(-MOST, MOST) * 1e6).round() as Points
}

/// Points gained by `at` at so many an hour.
fn line(per_hour: Points, at: Timestamp) -> Points {
    (i128::from(per_hour) * i128::from(at.as_micros())).div_euclid(HOUR).clamp(-BOUND, BOUND) as Points
}

impl Formula {
    /// The terms that do not change with time.
    pub fn fixed(&self, facts: &Facts, queue_points: f64) -> Vec<Share> {
        let level = match facts.level {
            Priority::Low => 0.0,
            Priority::Normal => 1.0 / 3.0,
            Priority::High => 2.0 / 3.0,
            Priority::Urgent => 1.0,
        };
        let customer = facts.customer.as_ref().map(|name| (name, self.customers.get(name).copied().unwrap_or_default()));
        let reach = |followers: u64| ((1.0 + followers as f64).log10() / 6.0).min(1.0);
        let mut shares = vec![Share { term: Term::Level(facts.level), points: micro(self.level * level) }];
        shares.extend(customer.map(|(name, worth)| Share { term: Term::Customer(name.clone()), points: micro(self.customer * worth) }));
        shares.extend(facts.followers.map(|n| Share { term: Term::Followers(n), points: micro(self.followers * reach(n)) }));
        if facts.sentiment == Some(Sentiment::Negative) {
            shares.push(Share { term: Term::Negative, points: micro(self.sentiment) });
        }
        shares
            .extend(facts.urgency.map(|n| Share { term: Term::Urgency(n), points: micro(self.urgency * f64::from(n.min(1000)) / 1000.0) }));
        shares.push(Share { term: Term::Given, points: micro(facts.points) });
        shares.push(Share { term: Term::Queue, points: micro(queue_points) });
        shares.retain(|share| share.points != 0);
        shares
    }

    /// The slopes all work of a queue shares.
    pub fn slopes(&self) -> Slopes {
        let (deadline, deadline_s) = (micro(self.deadline.max(0.0)), i64::from(self.deadline_s).max(60));
        // Work that never gains by waiting may wait for ever: nothing ages backwards.
        let near = if self.deadline_s == 0 { 0 } else { deadline * 3_600 / deadline_s };
        Slopes { age: micro(self.waiting.max(0.0)), near, deadline, deadline_s }
    }
}

/// How fast work gains points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slopes {
    /// By waiting, an hour.
    age: Points,
    /// By the deadline once it is near, an hour.
    near: Points,
    /// At the deadline.
    deadline: Points,
    deadline_s: i64,
}

impl Slopes {
    /// When the deadline begins to count.
    pub fn near_from(&self, deadline: Option<Timestamp>) -> Option<Timestamp> {
        deadline.filter(|_| self.near > 0).map(|at| at.plus_seconds(-self.deadline_s))
    }

    /// What orders the work of a queue, far from or near its deadline: the greater the more pressing.
    pub fn rank(&self, base: Points, since: Timestamp, near: Option<Timestamp>) -> Points {
        base - line(self.age, since) + near.map_or(0, |deadline| self.deadline - line(self.near, deadline))
    }

    /// The score at an instant, of a rank.
    pub fn score(&self, rank: Points, near: bool, now: Timestamp) -> Points {
        rank + line(self.age, now) + if near { line(self.near, now) } else { 0 }
    }

    /// The terms that change with time.
    pub fn moving(&self, since: Timestamp, near: Option<Timestamp>, now: Timestamp) -> Vec<Share> {
        let mut shares = vec![Share { term: Term::Waiting(now.seconds_since(since)), points: line(self.age, now) - line(self.age, since) }];
        if let Some(deadline) = near {
            let points = self.deadline - line(self.near, deadline) + line(self.near, now);
            shares.push(Share { term: Term::Deadline(deadline.seconds_since(now)), points });
        }
        shares.retain(|share| share.points != 0);
        shares
    }

    /// Seconds that newer work with `gap` more points beforehand can delay older work; `None` when it can for ever.
    pub fn patience_s(&self, gap: Points) -> Option<i64> {
        (self.age > 0).then(|| (i128::from(gap) * 3_600 / i128::from(self.age)) as i64)
    }
}

#[cfg(test)]
mod tests {
    //! The formula by hand.
    use super::*;

    #[test]
    fn the_order_of_two_does_not_change_while_they_wait() {
        let slopes = Formula::default().slopes();
        let (old, new) = (Timestamp::from_seconds(1_790_000_000), Timestamp::from_seconds(1_790_003_600));
        // An hour is worth 0.5: 0.4 more points beforehand are not enough, 0.6 are.
        assert!(slopes.rank(0, old, None) > slopes.rank(400_000, new, None));
        assert!(slopes.rank(0, old, None) < slopes.rank(600_000, new, None));
        assert_eq!(slopes.score(slopes.rank(7, old, None), false, old.plus_seconds(7_200)), 1_000_007);
        assert_eq!(slopes.patience_s(600_000), Some(4_320));
    }

    #[test]
    fn the_deadline_counts_from_when_it_is_near() {
        let slopes = Formula::default().slopes();
        let deadline = Timestamp::from_seconds(1_790_010_000);
        let from = slopes.near_from(Some(deadline)).expect("weighted");
        assert_eq!(deadline.seconds_since(from), 1_800);
        let at = |now| slopes.moving(from, Some(deadline), now)[1..].iter().map(|share| share.points).sum::<Points>();
        assert_eq!([at(from.plus_seconds(900)), at(deadline), at(deadline.plus_seconds(1_800))], [500_000, 1_000_000, 2_000_000]);
    }

    #[test]
    fn followers_count_by_their_order_of_magnitude() {
        let points =
            |followers| Formula::default().fixed(&Facts { followers: Some(followers), level: Priority::Low, ..Facts::default() }, 0.0);
        assert_eq!(points(0), []);
        assert_eq!(points(12_000)[0].points, 305_941);
        assert_eq!(points(50_000_000)[0].points, 450_000);
    }
}

//! Erlang A: people wait until their patience ends (M/M/N+M; Palm 1957, Mandelbaum and Zeltyn 2007).
//!
//! In units of patience, x = N·patience ÷ AHT is what the agents can do and y = λ·patience what comes. With j waiting, the
//! probability of that state is t_j = y^j ÷ ((x+1)…(x+j)) times that of nobody waiting. The sum of all t_j is Palm's
//! function A(x, y) = x eʸ y⁻ˣ γ(x, y), the incomplete gamma function in disguise. It is added up from its greatest term
//! outwards: all terms are positive and none is greater than one, so nothing overflows and no digit is lost, from a queue
//! that is hardly used to one that is hopelessly overloaded, and it takes about √y steps.

use super::service::{Service, Tail};
use super::{Load, loss};
use crate::special::{digamma, ln_rising};

/// Sums over the number who wait, each relative to the greatest term.
#[derive(Debug, Default)]
struct Sums {
    /// Σ t_j.
    all: f64,
    /// Σ j·t_j.
    waiting: f64,
    /// Σ t_j (1/(x+1) + … + 1/(x+j)): the mean wait before service in units of patience.
    stages: f64,
    /// t_0; nothing when it is out of sight.
    first: f64,
}

/// Terms this much smaller than what is there already change nothing.
const NOTHING: f64 = 1e-18;

impl Sums {
    fn of(x: f64, y: f64) -> Self {
        let peak = (y - x).floor().max(0.0);
        let peak_stages = if peak > 0.0 { digamma(x + peak + 1.0) - digamma(x + 1.0) } else { 0.0 };
        let mut sums = Self::default();
        let (mut j, mut term, mut stages) = (peak, 1.0, peak_stages);
        loop {
            sums.add(j, term, stages);
            j += 1.0;
            term *= y / (x + j);
            stages += 1.0 / (x + j);
            // The tail falls at least as fast as a geometric series of its present ratio.
            let left = term / (1.0 - y / (x + j + 1.0));
            if left * (j + 1.0) <= NOTHING * sums.waiting.min(sums.all) {
                break;
            }
        }
        let (mut j, mut term, mut stages) = (peak, 1.0, peak_stages);
        while j > 0.0 && term > NOTHING * sums.all {
            term *= (x + j) / y;
            stages -= 1.0 / (x + j);
            j -= 1.0;
            sums.add(j, term, stages);
        }
        sums.first = if j == 0.0 { term } else { 0.0 };
        sums
    }

    fn add(&mut self, j: f64, term: f64, stages: f64) {
        self.all += term;
        self.waiting += j * term;
        self.stages += stages * term;
    }
}

/// ln of the greatest t_j.
fn ln_greatest(x: f64, y: f64) -> f64 {
    let peak = (y - x).floor().max(0.0);
    if peak > 0.0 { peak * y.ln() - ln_rising(x + 1.0, peak) } else { 0.0 }
}

/// ln A(x, y) of Palm's function.
fn ln_palm(x: f64, y: f64) -> f64 {
    Sums::of(x, y).all.ln() + ln_greatest(x, y)
}

/// `load` and `patience` positive, `agents` at least one, checked before.
pub(super) fn service(load: &Load, patience: f64, agents: u32) -> Service {
    let (offered, n) = (load.offered(), f64::from(agents));
    let (x, y) = (n * patience / load.handling, load.per_second * patience);
    let blocked = loss::share(offered, agents);
    let sums = Sums::of(x, y);
    let wait_probability = blocked * sums.all / (sums.first * (1.0 - blocked) + blocked * sums.all);
    // Where both are out of sight of the greatest term, all agents are always busy.
    let wait_probability = if wait_probability.is_finite() { wait_probability } else { 1.0 };
    let queue_length = wait_probability * sums.waiting / sums.all;
    let abandonment = (queue_length / y).min(1.0);
    let waited_and_answered = wait_probability * patience * (x / y) * sums.stages / sums.all;
    Service {
        agents,
        offered,
        wait_probability,
        abandonment,
        mean_wait: abandonment * patience,
        answer_time: waited_and_answered / (1.0 - abandonment),
        queue_length,
        occupancy: (offered * (1.0 - abandonment) / n).min(1.0),
        tail: Tail::Impatient { x, y, patience, ln_palm: sums.all.ln() + ln_greatest(x, y) },
    }
}

/// Of those who find all agents busy: the share whom `wait` seconds would not have been enough to answer, patience aside.
///
/// From the density of the offered wait (Baccelli and Hebuterne 1981), exp(y(1 − e⁻ᵗ) − x·t) with t in units of patience.
pub(super) fn offered_longer(x: f64, y: f64, patience: f64, palm: f64, wait: f64) -> f64 {
    let t = wait / patience;
    let left = y * (-t).exp();
    (-y * (-t).exp_m1() - x * t + ln_palm(x, left) - palm).exp().min(1.0)
}

/// Of those who find all agents busy: the share that is answered, but after more than `wait` seconds.
pub(super) fn answered_later(x: f64, y: f64, patience: f64, palm: f64, wait: f64) -> f64 {
    let t = wait / patience;
    let left = y * (-t).exp();
    let power = -y * (-t).exp_m1() - (x + 1.0) * t + ln_palm(x + 1.0, left) - palm;
    (x / (x + 1.0) * power.exp()).min(1.0)
}

//! Erlang C: everybody waits until answered.

use super::service::{Service, Tail};
use super::{Load, loss};

/// P_w = B ÷ (1 − ρ(1 − B)) with ρ = A ÷ N; who waits, waits AHT ÷ (N − A) on average. `agents` > offered is checked before.
pub(super) fn service(load: &Load, agents: u32) -> Service {
    let (offered, n) = (load.offered(), f64::from(agents));
    let blocked = loss::share(offered, agents);
    let occupancy = offered / n;
    let wait_probability = blocked / (1.0 - occupancy * (1.0 - blocked));
    let excess = (n - offered) / load.handling;
    let mean_wait = wait_probability / excess;
    Service {
        agents,
        offered,
        wait_probability,
        abandonment: 0.0,
        mean_wait,
        answer_time: mean_wait,
        queue_length: load.per_second * mean_wait,
        occupancy,
        tail: Tail::Endless { excess },
    }
}

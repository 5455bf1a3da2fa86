//! Time: of this thread's processor, and of the clock.

use std::time::{Duration, Instant};

/// Processor time of this thread.
fn cpu() -> Duration {
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells a thread's processor time");
    Duration::from_nanos(stat.split_whitespace().next().and_then(|n| n.parse().ok()).expect("it is a number"))
}

/// The fastest of several passes over the same posts.
pub struct Passes {
    /// Processor time of the fastest pass.
    pub cpu: Duration,
    /// Clock time of the same pass.
    pub wall: Duration,
}

impl Passes {
    /// The most passes.
    pub const MOST: usize = 7;
    /// No further pass begins after this.
    pub const LONGEST: Duration = Duration::from_secs(10);

    /// Measures.
    pub fn of(mut pass: impl FnMut()) -> Self {
        let mut best = Self { cpu: Duration::MAX, wall: Duration::MAX };
        let begun = Instant::now();
        for _ in 0..Self::MOST {
            let (cpu_before, before) = (cpu(), Instant::now());
            pass();
            let (cpu, wall) = (cpu() - cpu_before, before.elapsed());
            if cpu < best.cpu {
                best = Self { cpu, wall };
            }
            if begun.elapsed() > Self::LONGEST {
                break;
            }
        }
        best
    }
}

//! The simulator: a scenario is run through the real [`router`](crate::router), much faster than time.
//!
//! It is a discrete-event run. Customers arrive (at a rate, or at one for each hour of the day), their work goes through
//! [`Router::handle`](crate::router::Router::handle) as it would live, whoever waits longer than their patience gives
//! up, whoever is answered keeps an agent busy for their handling time. Chance comes from a seed written here, and each
//! stream of arrivals has its own: when two scenarios differ in agents or rules, the same customers come at the same
//! moments with the same patience, so that the difference seen is that of the rules.
//!
//! What is measured are the customers who arrive after the warm-up and before the end; the run goes on until each of
//! them is answered or gone, for a day more at most. Each number has its 95 % interval, by thirty batches and Student's t.
//!
//! ```
//! use tertulia_care::simulate::{Scenario, run};
//! let scenario: Scenario = serde_json::from_str(r#"{"seed":1,"hours":50,"warmup_hours":1,
//!     "queues":[{"id":"q","within_s":20}],
//!     "arrivals":[{"queue":"q","channel":"voice","per_hour":100,"handling_s":{"exponential":180},"patience_s":null}],
//!     "agents":[{"count":7,"queues":["q"],"capacity":{"voice":1}}]}"#).expect("as the contract says");
//! let result = run(&scenario).expect("nothing contradicts");
//! assert!(result.queues["q"].offered > 4_000 && result.agents.occupancy > 0.6);
//! ```
//!
//! Read [`Scenario`] for what goes in, [`Outcome`] for what comes out.

mod chance;
mod engine;
mod figures;
mod scenario;

pub use figures::{AgentFigures, Intervals, Outcome, QueueFigures, QueueIntervals};
pub use scenario::{AgentGroup, Arrivals, Distribution, Fault, Rate, Scenario, SimQueue};

/// Runs a scenario. The same scenario always gives the same outcome; one that contradicts itself is refused with the
/// field that does.
pub fn run(scenario: &Scenario) -> Result<Outcome, Fault> {
    scenario.check()?;
    Ok(engine::Engine::new(scenario).run())
}

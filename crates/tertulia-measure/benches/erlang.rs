//! `cargo bench -p tertulia-measure`: what a staffing question costs, from one team to ten thousand agents.

#![allow(missing_docs, reason = "criterion's macros write functions without")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tertulia_measure::erlang::{Load, Model, Target};

/// So many agents, 2 % more than the offered work, as large groups run.
fn model(agents: u32, patience: Option<f64>) -> Model {
    let load = Load::per_hour(f64::from(agents) * 20.0 / 1.02, 180.0).expect("a load");
    Model::new(load, patience).expect("a model")
}

fn erlang(bench: &mut Criterion) {
    for agents in [100, 10_000] {
        for (name, patience) in [("c", None), ("a", Some(120.0))] {
            let model = model(agents, patience);
            bench.bench_function(&format!("erlang {name}, {agents} agents: service level"), |b| {
                b.iter(|| black_box(model).with(agents).and_then(|service| service.answered_within(20.0)));
            });
            let target = Target { service_level: Some((0.8, 20.0)), ..Target::default() };
            bench.bench_function(&format!("erlang {name}, {agents} agents: fewest for 80 % in 20 s"), |b| {
                b.iter(|| black_box(model).staff(&target));
            });
        }
    }
}

criterion_group!(benches, erlang);
criterion_main!(benches);

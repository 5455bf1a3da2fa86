//! Counters and timings of this process, written out in the Prometheus text format.
//!
//! Label values come from small closed sets (a route, a channel's kind), never from outside text, so the number of
//! series stays small.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

/// Upper bounds of the timing buckets, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// A process's counters. Cheap to clone; all clones count together.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<Families>>);

type Families = BTreeMap<&'static str, Family>;

struct Family {
    help: &'static str,
    kind: &'static str,
    series: BTreeMap<String, Value>,
}

#[derive(Clone)]
enum Value {
    Number(f64),
    Timing { buckets: [u64; BUCKETS.len()], count: u64, sum: f64 },
}

/// Label names and values.
pub type Labels<'a> = &'a [(&'a str, &'a str)];

fn labels_text(labels: Labels<'_>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{name}=\"{value}\"");
    }
    text
}

impl Metrics {
    fn with(&self, name: &'static str, help: &'static str, kind: &'static str, labels: Labels<'_>, change: impl FnOnce(&mut Value)) {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let family = families.entry(name).or_insert_with(|| Family { help, kind, series: BTreeMap::new() });
        let empty =
            if kind == "histogram" { Value::Timing { buckets: [0; BUCKETS.len()], count: 0, sum: 0.0 } } else { Value::Number(0.0) };
        change(family.series.entry(labels_text(labels)).or_insert(empty));
    }

    /// Adds to a counter.
    pub fn count(&self, name: &'static str, help: &'static str, labels: Labels<'_>, more: u64) {
        self.with(name, help, "counter", labels, |value| {
            if let Value::Number(number) = value {
                *number += more as f64;
            }
        });
    }

    /// Sets a value that goes up and down.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: Labels<'_>, now: f64) {
        self.with(name, help, "gauge", labels, |value| *value = Value::Number(now));
    }

    /// Adds a duration in seconds to a histogram.
    pub fn time(&self, name: &'static str, help: &'static str, labels: Labels<'_>, seconds: f64) {
        self.with(name, help, "histogram", labels, |value| {
            if let Value::Timing { buckets, count, sum } = value {
                if let Some(bucket) = BUCKETS.iter().position(|bound| seconds <= *bound) {
                    buckets[bucket] += 1;
                }
                *count += 1;
                *sum += seconds;
            }
        });
    }

    /// All series in the Prometheus text format.
    pub fn render(&self) -> String {
        let families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (name, family) in families.iter() {
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {}", family.help, family.kind);
            for (labels, value) in &family.series {
                render_series(&mut text, name, labels, value);
            }
        }
        text
    }
}

fn render_series(text: &mut String, name: &str, labels: &str, value: &Value) {
    let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    match value {
        Value::Number(number) => {
            let _ = writeln!(text, "{name}{braces} {number}");
        }
        Value::Timing { buckets, count, sum } => {
            let comma = if labels.is_empty() { "" } else { "," };
            let mut below = 0;
            for (bound, more) in BUCKETS.iter().zip(buckets) {
                below += more;
                let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {below}");
            }
            let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "{name}_sum{braces} {sum}\n{name}_count{braces} {count}");
        }
    }
}

#[cfg(test)]
mod tests {
    //! The text format.
    use super::*;

    #[test]
    fn writes_the_text_format() {
        let metrics = Metrics::default();
        metrics.count("posts_total", "Posts.", &[("kind", "a\"b")], 2);
        metrics.count("posts_total", "Posts.", &[("kind", "a\"b")], 1);
        metrics.gauge("open", "Open.", &[], 4.0);
        metrics.time("seconds", "Time.", &[], 0.02);
        let text = metrics.render();
        assert!(text.contains("# TYPE posts_total counter\nposts_total{kind=\"a\\\"b\"} 3\n"), "{text}");
        assert!(text.contains("open 4\n"), "{text}");
        assert!(text.contains("seconds_bucket{le=\"0.01\"} 0\nseconds_bucket{le=\"0.025\"} 1\n"), "{text}");
        assert!(text.contains("seconds_bucket{le=\"+Inf\"} 1\nseconds_sum 0.02\nseconds_count 1\n"), "{text}");
    }
}

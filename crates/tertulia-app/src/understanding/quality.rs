//! How good it is here: how often the model was right, from the random half of the reviews alone. What people correct by
//! themselves is what struck them, and what is doubtful is harder than the rest: neither tells of the whole. Only what the model in
//! force said counts: an earlier one was another.

use super::said::{Task, languages_in};
use crate::{Actor, App, Result};
use std::collections::BTreeMap;
use tertulia_policy::Permission;
use tertulia_store::reading::CorrectionRow;
use uuid::Uuid;

/// How far back reviews count: what was right long ago, with other words and another model, says little of today.
pub const DAYS: i64 = 90;
/// Fewer reviews than this say too little.
pub const FEW: i64 = 50;
/// Most lines of the ledger that are looked at, the newest.
const MOST: i64 = 40_000;

/// How often something was so, and between which bounds that lies in truth, 19 times in 20.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    /// How often.
    pub right: i64,
    /// Out of.
    pub of: i64,
    /// Lower bound, 0 to 1.
    pub low: f64,
    /// Upper bound, 0 to 1.
    pub high: f64,
}

impl Proportion {
    /// With the bounds of Wilson (1927) at 95 %, which hold for few as well as for many.
    #[allow(clippy::cast_precision_loss, reason = "counts of reviews")]
    pub fn of(right: i64, of: i64) -> Self {
        const Z: f64 = 1.959_964;
        if of == 0 {
            return Self { right, of, low: 0.0, high: 1.0 };
        }
        let (n, p) = (of as f64, right as f64 / of as f64);
        let middle = p + Z * Z / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        Self { right, of, low: ((middle - spread) / whole).max(0.0), high: ((middle + spread) / whole).min(1.0) }
    }
}

/// Which posts a table is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Among {
    /// All.
    All,
    /// Those in one language.
    Language(&'static str),
    /// Those of one channel.
    Channel(Uuid),
}

/// What the model said against what people say.
#[derive(Clone, Debug)]
pub struct Table {
    /// Of which posts.
    pub among: Among,
    /// How often all of it was right.
    pub right: Proportion,
    /// How often it was right, label by what people say, and for message types, which may be several, how often both, only
    /// the model, only the person said so.
    pub cells: Vec<Vec<i64>>,
}

/// One task.
#[derive(Clone, Debug)]
pub struct TaskQuality {
    /// Which.
    pub task: Task,
    /// Names of the rows: what people say.
    pub rows: Vec<&'static str>,
    /// Names of the columns: what the model said; for types `both`, `model`, `person`.
    pub columns: Vec<&'static str>,
    /// Tables: all, then by language, then by channel.
    pub tables: Vec<Table>,
}

/// How good it is here.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Version of the model in force, and the number of what people taught it.
    pub model: String,
    /// Posts it read that were reviewed by chance.
    pub reviewed: i64,
    /// Posts that other versions read and that were reviewed by chance: they do not count here.
    pub others: i64,
    /// Posts drawn by chance that were passed over and nobody answered.
    pub unanswered: i64,
    /// Task by task.
    pub tasks: Vec<TaskQuality>,
}

/// Reckons it.
pub async fn quality(app: &App, actor: &Actor) -> Result<Quality> {
    actor.must(Permission::SeeAllCases)?;
    let since = app.now().plus_seconds(-DAYS * 86_400).as_micros();
    let mut conn = app.store.read().await?;
    let model = app.reader(&mut conn).await?.model();
    let rows = conn.corrections_from("random", since, MOST).await?;
    let unanswered = conn.count_reviews(since).await?.passed;
    Ok(reckon(model, rows, unanswered))
}

fn reckon(model: String, rows: Vec<CorrectionRow>, unanswered: i64) -> Quality {
    let (own, others): (Vec<CorrectionRow>, Vec<CorrectionRow>) = rows.into_iter().partition(|row| row.model == model);
    let reviewed =
        |rows: &[CorrectionRow]| rows.iter().filter(|row| row.task == Task::Types.as_str()).count().try_into().unwrap_or(i64::MAX);
    let of_task = |task: Task| own.iter().filter(move |row| row.task == task.as_str());
    Quality {
        reviewed: reviewed(&own),
        others: reviewed(&others),
        unanswered,
        tasks: Task::ALL.into_iter().map(|task| of(task, of_task(task))).collect(),
        model,
    }
}

fn of<'r>(task: Task, rows: impl Iterator<Item = &'r CorrectionRow>) -> TaskQuality {
    let mut groups: BTreeMap<Among, Vec<&CorrectionRow>> = BTreeMap::new();
    groups.insert(Among::All, Vec::new());
    for row in rows {
        groups.entry(Among::All).or_default().push(row);
        if let Some(language) = languages_in(row.language).first() {
            groups.entry(Among::Language(language)).or_default().push(row);
        }
        groups.entry(Among::Channel(row.channel_id)).or_default().push(row);
    }
    let names = task.names(i64::MAX);
    TaskQuality {
        task,
        columns: if task == Task::Types { vec!["both", "model", "person"] } else { names.clone() },
        tables: groups.into_iter().map(|(among, rows)| table(task, among, names.len(), &rows)).collect(),
        rows: names,
    }
}

fn table(task: Task, among: Among, labels: usize, rows: &[&CorrectionRow]) -> Table {
    let right = rows.iter().filter(|row| row.said == row.label).count();
    let bit = |set: i64, place: usize| set >> place & 1 == 1;
    let count = |holds: &dyn Fn(&CorrectionRow) -> bool| rows.iter().filter(|row| holds(row)).count().try_into().unwrap_or(i64::MAX);
    let cells = (0..labels)
        .map(|truth| {
            if task == Task::Types {
                return vec![
                    count(&|row| bit(row.said, truth) && bit(row.label, truth)),
                    count(&|row| bit(row.said, truth) && !bit(row.label, truth)),
                    count(&|row| !bit(row.said, truth) && bit(row.label, truth)),
                ];
            }
            (0..labels).map(|said| count(&|row| bit(row.label, truth) && bit(row.said, said))).collect()
        })
        .collect();
    let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Table { among, right: Proportion::of(whole(right), whole(rows.len())), cells }
}

#[cfg(test)]
mod tests {
    //! Bounds and tables.
    use super::*;

    #[test]
    fn the_bounds_are_wilsons() {
        let close = |a: f64, b: f64| (a - b).abs() < 0.000_5;
        // Newcombe (1998), table I: 81 of 263 and 15 of 148; 0 of 20 and 1 of 29.
        for (right, of, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let proportion = Proportion::of(right, of);
            assert!(close(proportion.low, low) && close(proportion.high, high), "{proportion:?}");
        }
        assert_eq!(Proportion::of(0, 0), Proportion { right: 0, of: 0, low: 0.0, high: 1.0 });
    }

    fn row(task: Task, said: i64, label: i64, channel: u128) -> CorrectionRow {
        CorrectionRow {
            id: Uuid::nil(),
            post_id: Uuid::nil(),
            channel_id: Uuid::from_u128(channel),
            at: 0,
            user_id: Uuid::nil(),
            actor: String::new(),
            task: task.as_str().into(),
            said,
            said_p: 0,
            label,
            model: String::new(),
            language: 1 << (channel % 2),
            source: "random".into(),
        }
    }

    #[test]
    fn what_is_said_stands_against_what_is_so() {
        // Negative said and so; neutral said, negative so; positive said and so, on another channel in another language.
        let rows = [row(Task::Sentiment, 1, 1, 2), row(Task::Sentiment, 2, 1, 2), row(Task::Sentiment, 4, 4, 3)];
        let quality = of(Task::Sentiment, rows.iter());
        let among: Vec<Among> = quality.tables.iter().map(|table| table.among.clone()).collect();
        let channel = |n| Among::Channel(Uuid::from_u128(n));
        assert_eq!(among, [Among::All, Among::Language("en"), Among::Language("es"), channel(2), channel(3)]);
        assert_eq!(quality.tables[0].cells, [[1, 1, 0], [0, 0, 0], [0, 0, 1]]);
        assert_eq!((quality.tables[0].right.right, quality.tables[0].right.of), (2, 3));
        assert_eq!(quality.tables[3].cells, [[1, 1, 0], [0, 0, 0], [0, 0, 0]]);
    }

    #[test]
    fn only_what_the_model_in_force_said_counts() {
        let by = |model: &str, said| CorrectionRow { model: model.into(), ..row(Task::Types, said, 0b01, 2) };
        let quality = reckon("2".into(), vec![by("2", 0b01), by("1", 0b10), by("1", 0b10)], 3);
        assert_eq!((quality.reviewed, quality.others, quality.unanswered), (1, 2, 3));
        assert_eq!((quality.tasks[0].tables[0].right.right, quality.tasks[0].tables[0].right.of), (1, 1));
    }

    #[test]
    fn of_several_types_each_is_counted_by_itself() {
        // Complaint and question said, complaint so; complaint said and so.
        let rows = [row(Task::Types, 0b11, 0b01, 2), row(Task::Types, 0b01, 0b01, 2)];
        let all = &of(Task::Types, rows.iter()).tables[0];
        assert_eq!(all.cells[..3], [vec![2, 0, 0], vec![0, 1, 0], vec![0, 0, 0]]);
        assert_eq!((all.right.right, all.right.of), (1, 2));
    }
}

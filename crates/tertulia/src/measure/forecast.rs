//! `tertulia measure forecast`: days and intervals to come.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};
use tertulia_measure::MeasureError;
use tertulia_measure::forecast::{Date, History, backtest, forecast, plan};

use super::Refused;
use super::staff::Wanted;
use crate::say;
use crate::understand::lines::{self, Fault};

/// Options of `tertulia measure forecast`.
#[derive(Args)]
pub struct ForecastArgs {
    /// What came, one object a line: {"at": "2026-11-16T09:00", "count"?} in local time (without a count: one contact), or
    /// {"date": "2026-11-20", "holiday": true} for a day that teaches nothing about others; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    history: PathBuf,
    /// Minutes of an interval.
    #[arg(long, value_name = "MINUTES", default_value_t = 30)]
    interval: u32,
    /// How many days after the last one of the history.
    #[arg(long, value_name = "N", default_value_t = 7)]
    days: u32,
    /// A day to come on which nobody works; may be given several times.
    #[arg(long, value_name = "DATE", value_parser = day)]
    closed: Vec<Date>,
    /// Mean handling time; with it and a target, the agents each interval needs.
    #[arg(long, value_name = "SECONDS")]
    aht: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| say::either("debe ser un día como 2026-11-20", "must be a day such as 2026-11-20").to_owned())
}

/// A line of history.
enum Line {
    Came { date: Date, minute: u32, count: f64 },
    Holiday(Date),
}

impl Line {
    fn read(line: &Map<String, Value>) -> Result<Self, String> {
        if let Some(date) = lines::optional(line, "date")? {
            let date = Date::parse(date).ok_or("field \"date\": must be a day such as 2026-11-20")?;
            return match line.get("holiday") {
                Some(Value::Bool(true)) => Ok(Self::Holiday(date)),
                _ => Err("field \"holiday\": must be true where there is a date".to_owned()),
            };
        }
        let (date, minute) = local(lines::text(line, "at")?).ok_or("field \"at\": must be a local time such as 2026-11-16T09:00")?;
        let count = match line.get("count") {
            None => 1.0,
            Some(count) => count.as_f64().filter(|n| (0.0..=1e9).contains(n)).ok_or("field \"count\": must be a number, zero or more")?,
        };
        Ok(Self::Came { date, minute, count })
    }
}

/// Day and minute of `2026-11-16T09:00`, with or without seconds. An offset would leave open which clock is meant.
fn local(text: &str) -> Option<(Date, u32)> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut parts = time.split(':').map(|part| {
        let two = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        two.then(|| part.parse::<u32>().ok()).flatten()
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    let whole = parts.next().is_none() && hour < 24 && minute < 60 && seconds < 60;
    Some((Date::parse(date)?, 60 * hour + minute)).filter(|_| whole)
}

/// Answers the question.
pub fn answer(args: &ForecastArgs) -> Result<Value, Refused> {
    let mut history = History::new(args.interval)?;
    let read = lines::read(&args.history, Line::read)?;
    if read.is_empty() {
        return Err(Fault::file(&args.history, "holds no history").into());
    }
    for line in read {
        match line {
            Line::Came { date, minute, count } => history.add(date, minute, count)?,
            Line::Holiday(date) => history.holiday(date),
        }
    }
    let days = forecast(&history, args.days, &args.closed)?;
    // Too short to have been wrong before is no reason to say nothing.
    let accuracy = match backtest(&history) {
        Err(MeasureError::TooShort { .. }) => None,
        other => other?,
    };
    let mut answer = json!({
        "interval_minutes": args.interval,
        "history_days": history.days(),
        "days": days,
        "accuracy": accuracy,
    });
    if let Some(aht) = args.aht {
        let wanted = &args.wanted;
        answer["staffing"] = json!(plan(&days, args.interval, aht, wanted.patience(), &wanted.target(), wanted.shrinkage())?);
    }
    Ok(answer)
}

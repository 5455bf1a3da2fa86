//! The sample company: one click loads it and its day begins to play; one click removes everything of it.
//!
//! Loading writes the company's name (when nobody chose one), departments, agents, channels, monitors, rules, ready-made
//! answers, and people with what they wrote before, all flagged. Its posts of the day come through the same intake as any
//! network's, by replay channels: the first six tenths at once, so that there is something to see, the rest within
//! [`MINUTES`]. Its agents have no password: they can't sign in, and are offered nothing, until somebody invites them.
//!
//! Removing takes what is flagged, what came by flagged channels, and their traces; nothing else.

mod build;
mod data;
mod history;
mod load;
mod remove;
#[cfg(test)]
mod tests;

pub use load::{load, may_come_first};
pub use remove::{Progress, remove};

use crate::{Actor, App, AppError, Kind, Result, settings};
use serde::{Deserialize, Serialize};
use std::{io::Write, path::PathBuf};
use tertulia_policy::Permission;
use tertulia_store::Conn;
use uuid::Uuid;

/// Minutes in which the rest of the day plays.
pub const MINUTES: i64 = 20;
/// Tenths of the day's posts that come in at once.
const AT_ONCE: usize = 6;
/// The day's file among the files to replay.
const FILE: &str = "mirasol-day.jsonl";
/// Where the loader notes what it did.
const NOTED: &str = "sample";

/// What the loader notes for the remover.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Noted {
    /// Departments it created.
    departments: Vec<Uuid>,
    /// The company's settings before, when it changed them.
    company: Option<settings::Company>,
}

/// The sample company as people see it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Status {
    /// Loaded.
    pub loaded: bool,
    /// Its day is being played.
    pub playing: bool,
    /// Times real speed.
    pub speed: f64,
    /// Lines of the day played.
    pub played: u64,
    /// Lines of the day.
    pub total: u64,
}

/// How it stands.
pub async fn status(app: &App, _: &Actor) -> Result<Status> {
    let mut conn = app.store.read().await?;
    status_of(&mut conn).await
}

async fn status_of(conn: &mut Conn) -> Result<Status> {
    let day = data::day();
    let rest = day.times.last().map_or(0, |last| data::seconds(last)) - data::seconds(&start(&day));
    let mut status = Status { total: day.total, speed: rest as f64 / (MINUTES * 60) as f64, ..Status::default() };
    status.loaded = settings::sample_loaded(conn).await?;
    if !status.loaded {
        return Ok(status);
    }
    let mut running = false;
    for channel in conn.channels().await?.into_iter().filter(|channel| channel.sample) {
        running |= channel.enabled;
        let Some(lines) = day.lines.get(&channel.name) else { continue };
        // The replay's own cursor: "lines passed, place in time".
        let cursor = conn.cursor(channel.id, &format!("place in {FILE}")).await?;
        let passed: u64 = cursor.and_then(|cursor| cursor.split(' ').next()?.parse().ok()).unwrap_or_default();
        status.played += lines.iter().filter(|number| **number <= passed).count() as u64;
    }
    status.playing = running && status.played < status.total;
    Ok(status)
}

/// When playing begins: what is earlier comes in at once.
fn start(day: &data::Day) -> String {
    day.times.get(day.times.len() * AT_ONCE / 10).cloned().unwrap_or_default()
}

fn may(actor: Option<&Actor>) -> Result<()> {
    actor.map_or(Ok(()), |actor| actor.must(Permission::ManageCompany))
}

fn file(app: &App) -> Result<PathBuf> {
    let missing = || AppError::new(Kind::Unavailable, "sample_no_folder", "this server has no data folder to keep the sample day in");
    Ok(app.folder.as_ref().ok_or_else(missing)?.join("replay").join(FILE))
}

/// Makes the day's file be there when the sample is loaded, in case the data folder is a restored one. To be called before
/// channels start.
pub async fn prepare(app: &App) -> Result<()> {
    let loaded = settings::sample_loaded(&mut app.store.read().await?).await?;
    if loaded && !file(app)?.exists() {
        write_day(app).await?;
    }
    Ok(())
}

/// Writes the day where replay channels read it.
async fn write_day(app: &App) -> Result<()> {
    let path = file(app)?;
    let write = move || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let draft = path.with_extension("tmp");
        let mut out = std::fs::File::create(&draft)?;
        out.write_all(data::DAY.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&draft, &path)
    };
    let failed = |error: std::io::Error| AppError {
        source: Some(Box::new(error)),
        ..AppError::new(Kind::Unavailable, "sample_no_folder", "the sample day can't be written to the data folder")
    };
    tokio::task::spawn_blocking(write).await.map_err(|error| failed(error.into()))?.map_err(failed)
}

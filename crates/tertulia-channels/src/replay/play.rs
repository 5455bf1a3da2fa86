//! Keeping time: each line goes in when it is due, and a stop at any moment resumes where it was.

use super::{Plan, file_name, line};
use async_trait::async_trait;
use serde_json::Value;
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tertulia_app::told::Told;
use tertulia_app::{
    channel::{Bilingual, ChannelError, Cursor, Intake, Kept, Poison, SettingsError, SignOfLife, Source},
    push::WrongPost,
};
use tertulia_kernel::{Timestamp, event::Event};
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, BufReader},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Longest line, in bytes.
const LONGEST_LINE: usize = 256 * 1024;
/// Most events handed to intake at once.
const BATCH: usize = 200;
/// How often the place is saved while nothing is due.
const SAVE: Duration = Duration::from_secs(10);

/// A line of the file, cut at [`LONGEST_LINE`].
struct Line {
    number: u64,
    bytes: Vec<u8>,
    whole: bool,
}

/// The file's lines, with bounded memory whatever the file holds.
struct Lines {
    reader: BufReader<File>,
    number: u64,
}

impl Lines {
    async fn open(file: &Path) -> Result<Self, ChannelError> {
        let opened = File::open(file).await.map_err(|error| unreadable(file, &error))?;
        Ok(Self { reader: BufReader::with_capacity(64 * 1024, opened), number: 0 })
    }

    /// The next line that is not blank.
    async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let mut line = Line { number: self.number + 1, bytes: Vec::new(), whole: true };
            let mut read = 0;
            loop {
                let buffer = self.reader.fill_buf().await?;
                let end = buffer.iter().position(|byte| *byte == b'\n');
                let piece = &buffer[..end.unwrap_or(buffer.len())];
                let room = LONGEST_LINE - line.bytes.len();
                line.whole &= piece.len() <= room;
                line.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
                let used = end.map_or(buffer.len(), |end| end + 1);
                read += used;
                self.reader.consume(used);
                if end.is_some() || used == 0 {
                    break;
                }
            }
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !line.bytes.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }
}

fn unreadable(file: &Path, error: &io::Error) -> ChannelError {
    ChannelError::Passing(format!("the file {} can't be read: {error}", file_name(file)))
}

/// Reads a line of the kind the file's first one has.
fn read(line: &Line, first: Option<line::Place>) -> Result<(Value, line::Place), WrongPost> {
    if !line.whole {
        return Err(WrongPost::new("line", format!("is longer than {LONGEST_LINE} bytes"), "shorten it"));
    }
    let (value, place) = line::read_place(&line.bytes)?;
    if first.is_some_and(|first| !first.same_kind(place)) {
        return Err(WrongPost::new("at", "is not of the kind of the file's first line", "use either HH:MM:SS or dates in the whole file"));
    }
    Ok((value, place))
}

fn is_ours(value: &Value, only: Option<&str>) -> bool {
    only.is_none_or(|only| value.get("channel").and_then(Value::as_str) == Some(only))
}

/// Reads a kept line. It counts as written when it was set aside, unless the plan keeps the file's own dates.
pub(super) fn read_kept(kept: &Kept, plan: &Plan) -> Result<Vec<Event>, WrongPost> {
    let (value, place) = line::read_place(&kept.payload)?;
    if !is_ours(&value, plan.only.as_deref()) {
        return Ok(Vec::new());
    }
    let at = match place {
        line::Place::Dated(at) if plan.keep_dates => at,
        _ => kept.at,
    };
    Ok(vec![line::read_event(&value, plan.reading, at, |_| None)?])
}

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Span {
    /// Place of the first line, whichever channel's.
    pub(super) first: Option<line::Place>,
    /// Latest place, in microseconds.
    pub(super) last: i64,
    /// Readable lines of this channel.
    pub(super) good: u64,
    /// Lines that can't be read.
    pub(super) bad: u64,
    /// Places of the posts that are edited later, in microseconds.
    edited: HashMap<String, i64>,
}

/// Reads through a file without taking anything in.
pub(super) async fn survey(file: PathBuf, only: Option<String>) -> Result<Span, ChannelError> {
    let reading = line::Reading { form: super::Form::Public, addressed: false };
    let mut span = Span::default();
    let mut lines = Lines::open(&file).await?;
    while let Some(line) = lines.next().await.map_err(|error| unreadable(&file, &error))? {
        let Ok((value, place)) = read(&line, span.first) else {
            span.bad += 1;
            continue;
        };
        span.first.get_or_insert(place);
        span.last = span.last.max(place.micros());
        if !is_ours(&value, only.as_deref()) {
            continue;
        }
        match line::read_event(&value, reading, Timestamp::default(), |_| None) {
            Ok(_) => span.good += 1,
            Err(_) => span.bad += 1,
        }
        if let Ok(Some(line::Change::Edit(id))) = line::read_change(&value) {
            span.edited.insert(id, place.micros());
        }
    }
    if !span.edited.is_empty() {
        let mut lines = Lines::open(&file).await?;
        while let Some(line) = lines.next().await.map_err(|error| unreadable(&file, &error))? {
            let Ok((value, place)) = read(&line, span.first) else { continue };
            if let Some(id) = value.get("id").and_then(Value::as_str)
                && let Some(known) = span.edited.get_mut(id)
            {
                *known = place.micros();
            }
        }
    }
    Ok(span)
}

/// How the file's time runs against ours, from the moment playing began or went on.
struct Beat {
    started: Instant,
    wall: Timestamp,
    /// The file's time at that moment.
    from: i64,
    /// 0: everything is due at once, and dated as if the last line were now.
    speed: f64,
    keep_dates: bool,
}

impl Beat {
    fn due(&self, micros: i64) -> Instant {
        if self.speed == 0.0 || micros <= self.from {
            return self.started;
        }
        self.started + Duration::from_secs_f64((micros - self.from) as f64 / 1e6 / self.speed)
    }

    /// The written time a post gets.
    fn date(&self, micros: i64) -> Timestamp {
        if self.keep_dates {
            return Timestamp::from_micros(micros);
        }
        let since = (micros - self.from) as f64;
        let moved = if since > 0.0 && self.speed > 0.0 { since / self.speed } else { since };
        Timestamp::from_micros(self.wall.as_micros().saturating_add(moved as i64))
    }

    /// Where the file's time is now.
    fn now(&self) -> i64 {
        self.from.saturating_add((self.started.elapsed().as_micros() as f64 * self.speed) as i64)
    }
}

/// Plays one file.
pub(super) struct Player {
    file: PathBuf,
    plan: Plan,
}

impl Player {
    pub(super) fn new(file: PathBuf, plan: Plan) -> Self {
        Self { file, plan }
    }

    fn cursor_name(&self) -> String {
        format!("place in {}", file_name(&self.file))
    }

    fn cursor(&self, passed: u64, micros: i64) -> Cursor {
        Cursor { name: self.cursor_name(), value: format!("{passed} {micros}") }
    }

    /// The saved place: lines passed, and the file's time.
    async fn saved(&self, intake: &Intake) -> Result<Option<(u64, i64)>, ChannelError> {
        let value = intake.cursor(&self.cursor_name()).await?;
        Ok(value.and_then(|value| {
            let (passed, micros) = value.split_once(' ')?;
            Some((passed.parse().ok()?, micros.parse().ok()?))
        }))
    }

    fn beat(&self, span: &Span, first: line::Place, saved: Option<(u64, i64)>) -> Result<Beat, ChannelError> {
        let setting = |key: &str, es: &str, en: &str| ChannelError::Settings(SettingsError(vec![(key.into(), Bilingual::new(es, en))]));
        let start = self.plan.start.unwrap_or(first);
        if !start.same_kind(first) {
            let (es, en) = ("Escríbelo como los tiempos del archivo.", "Write it like the file's own times.");
            return Err(setting("start", es, en));
        }
        if self.plan.keep_dates && matches!(first, line::Place::OfDay(_)) {
            let (es, en) = ("El archivo solo dice horas: elige moved.", "The file tells only times of day: choose moved.");
            return Err(setting("dates", es, en));
        }
        let whole = (span.last - start.micros()).max(0) as f64 / 1e6;
        let speed = self.plan.minutes.map_or(self.plan.speed, |minutes| whole / (minutes * 60.0));
        let from = match saved {
            Some((_, micros)) => micros,
            None if speed == 0.0 => span.last,
            None => start.micros(),
        };
        Ok(Beat { started: Instant::now(), wall: now(), from, speed, keep_dates: self.plan.keep_dates })
    }

    async fn set_aside(&self, intake: &Intake, line: &Line, wrong: &WrongPost) -> Result<(), ChannelError> {
        let file = file_name(&self.file);
        let error = format!("{file}, line {}: {wrong}", line.number);
        let external_id = format!("{file}:{}", line.number);
        intake.quarantine(Poison { external_id, error: error.into(), payload: line.bytes.clone(), cut: !line.whole }).await
    }
}

/// What is ready to be handed over, and the place that follows it.
struct Pending<'p> {
    player: &'p Player,
    intake: &'p Intake,
    beat: &'p Beat,
    events: Vec<Event>,
    passed: u64,
}

impl Pending<'_> {
    /// Hands over, together with the place; a place without events is saved too.
    async fn flush(&mut self) -> Result<(), ChannelError> {
        let events = std::mem::take(&mut self.events);
        let cursor = self.player.cursor(self.passed, self.beat.now());
        self.intake.accept(events, vec![cursor]).await?;
        Ok(())
    }

    async fn alive(&self, mode: Told) -> Result<(), ChannelError> {
        self.intake.alive(SignOfLife { mode: Some(mode), limits: Vec::new() }).await
    }

    /// Waits until an instant; `false` when cancelled before. The place is saved now and then.
    async fn wait(&mut self, due: Instant, cancelled: &CancellationToken) -> Result<bool, ChannelError> {
        while Instant::now() < due {
            tokio::select! {
                () = cancelled.cancelled() => {
                    self.flush().await?;
                    return Ok(false);
                }
                () = sleep_until(due.min(Instant::now() + SAVE)) => {}
            }
            if Instant::now() < due {
                self.flush().await?;
                self.alive(playing(self.passed, self.beat.speed)).await?;
            }
        }
        Ok(true)
    }
}

#[async_trait]
impl Source for Player {
    async fn run(&self, intake: Intake, cancelled: CancellationToken) -> Result<(), ChannelError> {
        let span = survey(self.file.clone(), self.plan.only.clone()).await?;
        let saved = self.saved(&intake).await?;
        let beat = self.beat(&span, span.first.unwrap_or(line::Place::OfDay(0)), saved)?;
        let resume_after = saved.map_or(0, |(passed, _)| passed);
        let mut pending = Pending { player: self, intake: &intake, beat: &beat, events: Vec::new(), passed: resume_after };
        pending.alive(playing(resume_after, beat.speed)).await?;
        let mut lines = Lines::open(&self.file).await?;
        while let Some(line) = lines.next().await.map_err(|error| unreadable(&self.file, &error))? {
            if line.number <= resume_after {
                continue;
            }
            if cancelled.is_cancelled() {
                pending.flush().await?;
                return Ok(());
            }
            let event = read(&line, span.first).and_then(|(value, place)| {
                if !is_ours(&value, self.plan.only.as_deref()) {
                    return Ok(None);
                }
                let first_at = |id: &str| span.edited.get(id).map(|micros| beat.date(*micros));
                let event = line::read_event(&value, self.plan.reading, beat.date(place.micros()), first_at)?;
                Ok(Some((event, place.micros())))
            });
            match event {
                Ok(None) => {}
                Ok(Some((event, micros))) => {
                    let due = beat.due(micros);
                    if due > Instant::now() {
                        if !pending.events.is_empty() {
                            pending.flush().await?;
                        }
                        if !pending.wait(due, &cancelled).await? {
                            return Ok(());
                        }
                    }
                    pending.events.push(event);
                }
                Err(wrong) => self.set_aside(&intake, &line, &wrong).await?,
            }
            // Only now is the line passed: a place saved while waiting for it must not include it.
            pending.passed = line.number;
            if pending.events.len() >= BATCH {
                pending.flush().await?;
            }
        }
        pending.flush().await?;
        pending.alive(Told::new("finished", "Terminado", "Finished")).await?;
        cancelled.cancelled().await;
        Ok(())
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

fn playing(line: impl std::fmt::Display, speed: f64) -> Told {
    // So many times as fast as it was: below ten, a tenth is worth telling.
    let speed = if speed < 9.95 { format!("{}", (speed * 10.0).round() / 10.0) } else { format!("{speed:.0}") };
    Told::new("playing", format!("Reproduce la línea {line}, a velocidad {speed}×"), format!("Plays line {line}, at speed {speed}×"))
}

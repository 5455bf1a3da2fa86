//! Live events: the server's event streams (`text/event-stream`), read line by line.

use super::client::{Client, told};
use reqwest::{StatusCode, Url};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// Longest event read; longer ones are reported as unreadable and skipped.
const MAX_EVENT: usize = 1024 * 1024;
/// Servers send a sign of life every 15 s or so; a silent line is a dead line.
const SILENCE: Duration = Duration::from_secs(90);
const OPENING: Duration = Duration::from_secs(20);
const MAX_PAUSE: u64 = 60;

/// What a stream tells its source.
#[derive(Debug)]
pub enum Live {
    /// The line is open: from here on nothing is missed.
    Up(usize),
    /// The line was lost, or could not be opened.
    Down(usize),
    /// This server has no such stream: only polling is left.
    NotOffered(usize),
    /// Something happened.
    Event(usize, Happened),
    /// An event that can't be read, with its payload.
    Broken(Vec<u8>),
}

/// An event of a stream.
#[derive(Debug)]
pub enum Happened {
    /// A new status.
    New(Value),
    /// A status was edited.
    Edited(Value),
    /// The status of this id was deleted.
    Deleted(String),
    /// A notification.
    Notified(Value),
    /// A conversation has a new last status.
    Conversation(Value),
}

/// Keeps stream number `index` open until the receiver goes away, opening it again after pauses that grow to a minute.
/// `places` are the addresses where it may be; one that has no such stream is not asked again.
pub async fn keep_open(client: Arc<Client>, index: usize, mut places: Vec<Url>, events: mpsc::Sender<Live>) {
    let mut pause = 1;
    for attempt in 0_usize.. {
        let Some(url) = places.get(attempt % places.len().max(1)).cloned() else {
            let _ = events.send(Live::NotOffered(index)).await;
            return;
        };
        let opened = tokio::time::timeout(OPENING, client.stream(url.clone()).send()).await;
        match opened {
            Ok(Ok(response)) => {
                let status = response.status();
                let is_stream = response
                    .headers()
                    .get("content-type")
                    .and_then(|value| value.to_str().ok())
                    .is_some_and(|value| value.starts_with("text/event-stream"));
                if status.is_success() && is_stream {
                    if events.send(Live::Up(index)).await.is_err() {
                        return;
                    }
                    pause = 1;
                    if read(response, index, &events).await.is_err() {
                        return;
                    }
                } else if status.is_success() || offers_none(status) {
                    places.retain(|place| *place != url);
                    continue;
                }
            }
            Ok(Err(error)) => {
                tracing::debug!(stream = index, error = told(&error), "stream not opened")
            }
            Err(_) => tracing::debug!(stream = index, "stream not opened in time"),
        }
        if events.send(Live::Down(index)).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(pause)).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// Statuses that mean "not here" rather than "not now".
fn offers_none(status: StatusCode) -> bool {
    status.is_redirection()
        || (status.is_client_error()
            && !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::UNAUTHORIZED))
}

/// Reads until the line ends. An error means that nobody listens any more.
async fn read(mut response: reqwest::Response, index: usize, events: &mpsc::Sender<Live>) -> Result<(), ()> {
    let mut lines = Lines::default();
    loop {
        match tokio::time::timeout(SILENCE, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                for live in lines.take(&chunk, index) {
                    events.send(live).await.map_err(|_| ())?;
                }
            }
            Ok(Ok(None) | Err(_)) | Err(_) => return Ok(()),
        }
    }
}

/// Bytes to events.
#[derive(Default)]
struct Lines {
    line: Vec<u8>,
    name: String,
    data: Vec<u8>,
    too_long: bool,
}

impl Lines {
    fn take(&mut self, chunk: &[u8], index: usize) -> Vec<Live> {
        let mut found = Vec::new();
        for &byte in chunk {
            match byte {
                b'\n' => found.extend(self.end_of_line(index)),
                b'\r' => {}
                _ if self.line.len() + self.data.len() < MAX_EVENT => self.line.push(byte),
                _ => self.too_long = true,
            }
        }
        found
    }

    fn end_of_line(&mut self, index: usize) -> Option<Live> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = std::mem::take(&mut self.data);
            let too_long = std::mem::take(&mut self.too_long);
            if too_long {
                return Some(Live::Broken(data));
            }
            return event(&name, data, index);
        }
        if let Some(name) = line.strip_prefix(b"event:") {
            self.name = String::from_utf8_lossy(name).trim().to_owned();
        } else if let Some(data) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        }
        // Anything else is a comment (sign of life) or a field of no use here.
        None
    }
}

fn event(name: &str, data: Vec<u8>, index: usize) -> Option<Live> {
    if name == "delete" {
        let id = String::from_utf8_lossy(&data).trim().trim_matches('"').to_owned();
        return (!id.is_empty()).then_some(Live::Event(index, Happened::Deleted(id)));
    }
    let happened: fn(Value) -> Happened = match name {
        "update" => Happened::New,
        // The second as some servers write it.
        "status.update" | "status_update" => Happened::Edited,
        "notification" => Happened::Notified,
        "conversation" => Happened::Conversation,
        _ => return None,
    };
    Some(match serde_json::from_slice(&data) {
        Ok(value) => Live::Event(index, happened(value)),
        Err(_) => Live::Broken(data),
    })
}

#[cfg(test)]
mod tests {
    //! Streams cut at every byte.
    use super::*;

    const STREAM: &str = ":thump\n\nevent: update\ndata: {\"id\":\"1\",\"content\":\"ñ\"}\n\nevent: delete\r\ndata: 103\r\n\r\nevent: filters_changed\ndata: {}\n\nevent: status.update\ndata: {broken\n\nevent: notification\ndata: {\"id\":\"n1\",\ndata: \"type\":\"mention\"}\n\n";

    fn names(found: &[Live]) -> Vec<String> {
        found
            .iter()
            .map(|live| match live {
                Live::Event(_, Happened::New(status)) => format!("new {}", status["content"]),
                Live::Event(_, Happened::Deleted(id)) => format!("deleted {id}"),
                Live::Event(_, Happened::Notified(note)) => format!("notified {}", note["type"]),
                Live::Broken(data) => format!("broken {}", String::from_utf8_lossy(data)),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn reads_events_however_the_bytes_are_cut() {
        let expected = ["new \"ñ\"", "deleted 103", "broken {broken", "notified \"mention\""];
        for cut in 0..STREAM.len() {
            let mut lines = Lines::default();
            let mut found = lines.take(&STREAM.as_bytes()[..cut], 0);
            found.extend(lines.take(&STREAM.as_bytes()[cut..], 0));
            assert_eq!(names(&found), expected, "cut at {cut}");
        }
    }

    #[test]
    fn an_endless_event_is_reported_and_the_next_one_is_read() {
        let mut lines = Lines::default();
        let mut found = lines.take(b"event: update\ndata: \"", 0);
        for _ in 0..40 {
            found.extend(lines.take(&[b'x'; 64 * 1024], 0));
        }
        found.extend(lines.take(b"\"\n\nevent: delete\ndata: 5\n\n", 0));
        assert!(lines.data.capacity() <= 2 * MAX_EVENT);
        assert!(matches!(&found[..], [Live::Broken(_), Live::Event(0, Happened::Deleted(id))] if id == "5"));
    }
}

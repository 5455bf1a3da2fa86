//! How a channel is, in one word, from what is known of it.
//!
//! | word | when |
//! |---|---|
//! | `stopped` | a person stopped it |
//! | `new` | it runs, and neither a sign of life nor an error came yet |
//! | `failing` | three errors since the last sign of life, or one and no sign of life in the last 15 minutes |
//! | `waiting` | one or two errors since then: it is being tried again; or silence for two hours from a source that was alive |
//! | `ok` | everything else |

use crate::told::Told;
use tertulia_kernel::Timestamp;
use tertulia_store::channel::HealthRow;

/// Errors in a row that make a channel fail.
pub const ERRORS: i64 = 3;
/// Seconds without a sign of life after which a single error is serious.
pub const ALIVE: i64 = 15 * 60;
/// Seconds of silence after which a source is waited for. The slowest sources ask once an hour.
pub const SILENCE: i64 = 2 * 3_600;
/// The mode's code of a source that has nothing more to bring.
pub const FINISHED: &str = "finished";

/// A channel's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Works.
    Ok,
    /// Is being tried again, or was silent for long.
    Waiting,
    /// Does not work.
    Failing,
    /// Stopped by a person.
    Stopped,
    /// Nothing is known yet.
    New,
}

impl State {
    /// The form of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Waiting => "waiting",
            Self::Failing => "failing",
            Self::Stopped => "stopped",
            Self::New => "new",
        }
    }
}

/// Decides the state.
pub fn decide_state(enabled: bool, health: &HealthRow, now: Timestamp) -> State {
    let since = |at: i64| now.seconds_since(Timestamp::from_micros(at));
    match (enabled, health.last_ok_at, health.errors) {
        (false, ..) => State::Stopped,
        (true, None, 0) => State::New,
        (true, ok, errors) if errors >= ERRORS || (errors > 0 && ok.is_none_or(|at| since(at) > ALIVE)) => State::Failing,
        (true, _, errors) if errors > 0 => State::Waiting,
        // Channels without a source (push, web chat) have no mode: nothing is expected of them.
        (true, Some(at), _) => match health.mode.as_deref().map(Told::read) {
            Some(mode) if mode.code != FINISHED && since(at) > SILENCE => State::Waiting,
            _ => State::Ok,
        },
        (true, None, _) => State::New,
    }
}

#[cfg(test)]
mod tests {
    //! The table.
    use super::*;

    #[test]
    fn table() {
        let now = Timestamp::from_seconds(1_000_000);
        let ago = |seconds: i64| Some(now.plus_seconds(-seconds).as_micros());
        for (enabled, last_ok_at, errors, mode, expected) in [
            (false, ago(1), 0, None, State::Stopped),
            (true, None, 0, None, State::New),
            (true, None, 1, None, State::Failing),
            (true, ago(60), 1, Some("streaming"), State::Waiting),
            (true, ago(ALIVE + 1), 1, Some("streaming"), State::Failing),
            (true, ago(60), ERRORS, Some("streaming"), State::Failing),
            (true, ago(60), 0, Some("streaming"), State::Ok),
            (true, ago(SILENCE + 1), 0, Some("streaming"), State::Waiting),
            (true, ago(SILENCE + 1), 0, Some(FINISHED), State::Ok),
            (true, ago(SILENCE + 1), 0, None, State::Ok),
        ] {
            let mode = mode.map(|code| Told::new(code, "", "").stored());
            let health = HealthRow { last_ok_at, errors, mode, ..HealthRow::default() };
            assert_eq!(decide_state(enabled, &health, now), expected, "{health:?}");
        }
    }
}

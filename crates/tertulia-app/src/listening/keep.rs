//! Keeping what is compiled up to date: a change of one monitor is read and compiled alone, whichever process made it.
//!
//! Every change leaves its version and what it changed in the database ([`Changed`]); a process that knows an earlier
//! version reads again what changed since. One that slept too long, or knows a version nobody committed, reads
//! everything. What changed stands beside a shared base until a thread of its own has joined the two; intake goes on with
//! what there is meanwhile.

use super::{Listener, Listening, read};
use crate::{App, Result};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tertulia_kernel::MonitorId;
use tertulia_store::{Conn, Tx};

/// Changes beside the base from which on it is worth joining them.
const MERGE: usize = 512;

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// One monitor came, went or is another.
    Monitor(MonitorId),
    /// Rules, or their order.
    Rules,
    /// A shared list, by its name as queries compare it.
    List(String),
    /// Words and points that posts are read with.
    Words,
    /// More than is worth naming.
    Everything,
}

impl Changed {
    fn stored(&self) -> String {
        match self {
            Self::Monitor(id) => format!("monitor {id}"),
            Self::Rules => "rules".into(),
            Self::List(key) => format!("list {key}"),
            Self::Words => "words".into(),
            Self::Everything => "everything".into(),
        }
    }

    /// As it was stored; what a later program may have written stands for everything.
    fn read(stored: &str) -> Self {
        match stored.split_once(' ') {
            Some(("monitor", id)) => id.parse().map_or(Self::Everything, |id| Self::Monitor(MonitorId(id))),
            Some(("list", key)) => Self::List(key.to_owned()),
            None if stored == "rules" => Self::Rules,
            None if stored == "words" => Self::Words,
            _ => Self::Everything,
        }
    }
}

/// What has to be read again.
#[derive(Default)]
struct Again {
    version: String,
    monitors: BTreeSet<MonitorId>,
    rules: bool,
    lists: BTreeSet<String>,
    words: bool,
}

impl Again {
    /// What changed between two versions; none when that is not known.
    fn between(known: &str, now: &str, changes: &[(String, String)]) -> Option<Self> {
        let place = |wanted: &str| changes.iter().position(|(version, _)| version == wanted);
        let (known, _) = (place(known)?, place(now)?);
        let mut again = Self { version: changes.last()?.0.clone(), ..Self::default() };
        for (_, what) in &changes[known + 1..] {
            match Changed::read(what) {
                Changed::Monitor(id) => again.monitors.extend([id]),
                Changed::Rules => again.rules = true,
                Changed::List(key) => again.lists.extend([key]),
                Changed::Words => again.words = true,
                Changed::Everything => return None,
            }
        }
        Some(again)
    }
}

/// The last compiled state; shared by the process.
#[derive(Clone, Default)]
pub(crate) struct Cache(Arc<Shared>);

#[derive(Default)]
struct Shared {
    now: Mutex<Arc<Listening>>,
    /// Who reads and compiles; the others wait for it instead of doing the same.
    loading: tokio::sync::Mutex<()>,
    merging: AtomicBool,
}

impl Cache {
    fn now(&self) -> Arc<Listening> {
        Arc::clone(&self.0.now.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, listening: Arc<Listening>) {
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner) = listening;
    }

    /// Joins what changed with the base, in a thread of its own, when it is worth it and nobody does so already.
    fn merge_when_due(&self, now: &Arc<Listening>) {
        if !now.is_worth_merging(MERGE) || self.0.merging.swap(true, Ordering::AcqRel) {
            return;
        }
        let (cache, old) = (Merging(self.clone()), Arc::clone(now));
        tokio::task::spawn_blocking(move || {
            let merged = old.merged();
            let mut now = cache.0.0.now.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(next) = merged.caught_up(&old, &now) {
                *now = Arc::new(next);
            }
        });
    }
}

/// Held by who merges; let go however that ends.
struct Merging(Cache);

impl Drop for Merging {
    fn drop(&mut self) {
        self.0.0.merging.store(false, Ordering::Release);
    }
}

impl App {
    /// Monitors and rules in force. What changed since they were last asked for is read again, and only that.
    pub async fn listening(&self, conn: &mut Conn) -> Result<Arc<Listening>> {
        let version = conn.listening_version().await?;
        let is_current = |known: &Listening| known.version == version && !version.is_empty();
        let mut known = self.listening_cache.now();
        if !is_current(&known) {
            let _one = self.listening_cache.0.loading.lock().await;
            known = self.listening_cache.now();
            if !is_current(&known) {
                known = Arc::new(self.follow(conn, known, version).await?);
                self.listening_cache.put(Arc::clone(&known));
            }
        }
        self.listening_cache.merge_when_due(&known);
        Ok(known)
    }

    /// What follows on a known state.
    async fn follow(&self, conn: &mut Conn, known: Arc<Listening>, version: String) -> Result<Listening> {
        let changes = if known.version.is_empty() { Vec::new() } else { conn.listening_changes().await? };
        let Some(again) = Again::between(&known.version, &version, &changes) else {
            let began = Instant::now();
            let rows = read::everything(conn).await?;
            let (count, reading) = (rows.len(), began.elapsed());
            self.count_read(count);
            let listening = read::compiled(move || Listening::of(rows, version, &known)).await?;
            let compiling = began.elapsed().saturating_sub(reading);
            tracing::debug!(count, ?reading, ?compiling, "all monitors and rules were read and compiled");
            return Ok(listening);
        };
        let mut monitors = again.monitors;
        let mut rules = BTreeSet::new();
        for listener in again.lists.iter().flat_map(|list| known.held.naming(list)) {
            match listener {
                Listener::Monitor(id) => monitors.extend([id]),
                Listener::Rule(id) => rules.extend([id]),
            }
        }
        let rows = read::some(conn, &monitors, again.rules || !rules.is_empty(), again.words).await?;
        self.count_read(rows.len());
        read::compiled(move || known.followed_by(rows, &monitors, &rules, again.version)).await
    }

    fn count_read(&self, rows: usize) {
        let help = "Monitors and rules read from the database because they changed or the process began.";
        self.metrics.count("tertulia_queries_read_total", help, &[], rows as u64);
    }

    /// Tells every process what changed of monitors or rules, in the change's own transaction.
    pub async fn touch_listening(&self, tx: &mut Tx, what: &Changed) -> Result<()> {
        Ok(tx.touch_listening(&self.new_id().to_string(), &what.stored()).await?)
    }
}

#[cfg(test)]
mod tests {
    //! Which changes are known, and when everything is read again.
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_stored() {
        let id = MonitorId(uuid::Uuid::from_u128(7));
        for what in [Changed::Monitor(id), Changed::Rules, Changed::List("de la casa".into()), Changed::Words, Changed::Everything] {
            assert_eq!(Changed::read(&what.stored()), what);
        }
        assert_eq!(Changed::read("something new"), Changed::Everything);
    }

    #[test]
    fn what_is_not_known_to_have_changed_is_read_whole() {
        let one = |version: &str, what: Changed| (version.to_owned(), what.stored());
        let id = |n| MonitorId(uuid::Uuid::from_u128(n));
        let changes = [one("a", Changed::Everything), one("b", Changed::Monitor(id(1))), one("c", Changed::List("marcas".into()))];
        let again = Again::between("a", "b", &changes).expect("known");
        // What came after the version that was read is taken along.
        assert_eq!((again.version.as_str(), again.monitors.contains(&id(1)), again.lists.len(), again.rules), ("c", true, 1, false));
        assert!(Again::between("c", "c", &changes).is_some_and(|again| again.monitors.is_empty() && again.version == "c"));
        for (known, now) in [("", "c"), ("never committed", "c"), ("a", "by an older program")] {
            assert!(Again::between(known, now, &changes).is_none(), "{known} {now}");
        }
        assert!(Again::between("a", "d", &[one("a", Changed::Rules), one("d", Changed::Everything)]).is_none());
    }
}

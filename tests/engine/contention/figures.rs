//! What happened on a registry: writes, collisions, repairs, and how long what was read had become old when it was written.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Instant;

use acrnet::simulator::Record;

use crate::azure::{Azure, REGISTRY};
use crate::contention::team::is_of_registry;
use crate::run::Run;

/// Figures of one run of one test.
pub(super) struct Figures {
    title: String,
    began: Instant,
    repairs: usize,
}

impl Figures {
    pub(super) fn of(title: &str, seed: u64) -> Self {
        Self { title: format!("{title}, seed {seed}"), began: Instant::now(), repairs: 0 }
    }

    /// Counts the rules that a run has had to write again.
    pub(super) fn count(&mut self, run: &Run) {
        self.repairs += run.stderr.matches("undone by another writer").count();
    }

    /// The longest window of a process of ours, in milliseconds.
    pub(super) fn longest_window(azure: &Azure) -> u64 {
        windows(&azure.simulator().requests()).into_iter().max().unwrap_or_default()
    }

    /// Prints all, past the test's own output: figures are of interest where everything went well.
    pub(super) fn print(&self, azure: &Azure, more: &str) {
        let figures = azure.simulator().statistics().remove(&REGISTRY.to_lowercase()).unwrap_or_default();
        let mut windows = windows(&azure.simulator().requests());
        windows.sort_unstable();
        let at = |place: usize| windows.get(place).copied().unwrap_or_default();
        let line = format!(
            "{}: {} writes, {} of them undid another's ({} rules lost, {} brought back), {} rules written again{more}; window {}/{}/{} ms; {:.1} s\n",
            self.title,
            figures.patches,
            figures.overwrites,
            figures.dropped.len(),
            figures.restored.len(),
            self.repairs,
            at(0),
            at(windows.len() / 2),
            at(windows.len().saturating_sub(1)),
            self.began.elapsed().as_secs_f64()
        );
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
    }
}

/// Milliseconds from the moment at which a reading was made to that at which a write by the same process of ours, made from it, was stored.
fn windows(log: &[Record]) -> Vec<u64> {
    let mut read: HashMap<&str, Vec<u64>> = HashMap::new();
    for record in log.iter().filter(|record| record.method == "GET" && is_of_registry(&record.path)) {
        read.entry(caller(record)).or_default().extend(record.effect_ms);
    }
    let written = log.iter().filter(|record| record.method == "PATCH" && is_of_registry(&record.path));
    let window = |record: &Record| {
        let last = read.get(caller(record))?.iter().filter(|read| **read <= record.time_ms).max()?;
        record.effect_ms.map(|stored| stored - last)
    };
    written.filter(|record| !caller(record).starts_with("az-")).filter_map(window).collect()
}

/// The process that asks.
pub(super) fn caller(record: &Record) -> &str {
    record.headers.get("x-ms-correlation-request-id").and_then(|id| id.as_str()).unwrap_or_default()
}

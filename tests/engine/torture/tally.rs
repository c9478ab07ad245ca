//! Figures of many runs.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::torture::story::Verb;

/// What was done, and what was met.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    commands: BTreeMap<String, usize>,
    pub(super) calls: usize,
    /// Writes of registries that were stored.
    pub(super) writes: usize,
    met: BTreeMap<String, usize>,
    /// How many applies in calm were needed, and how often.
    applies: BTreeMap<usize, usize>,
    /// Writes that undid what others had changed since their reading.
    pub(super) collisions: usize,
    /// The time of all runs together; several run at once.
    pub(super) time: Duration,
}

impl Tally {
    pub(super) fn command(&mut self, verb: Verb) {
        *self.commands.entry(format!("{verb:?}").to_lowercase()).or_default() += 1;
    }

    /// A fault was met, or something else happened, so many times.
    pub(super) fn met(&mut self, what: &str, times: usize) {
        *self.met.entry(what.to_owned()).or_default() += times;
    }

    /// So many applies were enough.
    pub(super) fn applies(&mut self, applies: usize) {
        *self.applies.entry(applies).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.calls += other.calls;
        self.writes += other.writes;
        self.collisions += other.collisions;
        self.time += other.time;
        for (name, times) in other.commands {
            *self.commands.entry(name).or_default() += times;
        }
        for (name, times) in other.met {
            *self.met.entry(name).or_default() += times;
        }
        for (applies, times) in other.applies {
            *self.applies.entry(applies).or_default() += times;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commands: Vec<String> = self.commands.iter().map(|(name, times)| format!("{times} {name}")).collect();
        let applies: Vec<String> =
            self.applies.iter().map(|(applies, times)| format!("{applies} in {times}")).collect();
        let each = self.time / u32::try_from(self.runs.max(1)).unwrap_or(u32::MAX);
        writeln!(f, "{:6} runs, {:.1} s each", self.runs, each.as_secs_f64())?;
        writeln!(f, "{:6} commands: {}", self.commands.values().sum::<usize>(), commands.join(", "))?;
        writeln!(f, "{:6} requests, {} writes of the registry stored", self.calls, self.writes)?;
        writeln!(f, "{:6} faults and happenings:", self.met.values().sum::<usize>())?;
        for (what, times) in &self.met {
            writeln!(f, "{times:12} {what}")?;
        }
        writeln!(f, "{:6} writes undid what others had changed since their reading", self.collisions)?;
        write!(f, "       applies to converge: {}", applies.join(", "))
    }
}

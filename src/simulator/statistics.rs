//! How registries were written: figures from the log, for tests of many writers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids;
use super::log::Log;

/// How one registry was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryStatistics {
    /// Writes by PATCH that took effect, whatever became of their answers.
    pub patches: u64,
    /// Those that did not.
    pub refused: u64,
    /// Writes that undid what another caller had written since the writer last read.
    pub overwrites: u64,
    /// Rules these dropped, in order; one may be there several times.
    pub dropped: Vec<String>,
    /// Rules these brought back.
    pub restored: Vec<String>,
}

/// The figures of each registry with a write in the log, by id in lower case.
pub(super) fn of(log: &Log) -> BTreeMap<String, RegistryStatistics> {
    let mut all: BTreeMap<String, RegistryStatistics> = BTreeMap::new();
    for (call, wrote, overwrite) in log.performed().filter(|(call, ..)| ids::is_registry(&call.path)) {
        let patch = call.method == "PATCH";
        if !patch && !wrote {
            continue;
        }
        let one = all.entry(ids::key(&call.path)).or_default();
        one.patches += u64::from(patch && wrote);
        one.refused += u64::from(patch && !wrote);
        if let Some(overwrite) = overwrite {
            one.overwrites += 1;
            one.dropped.extend_from_slice(&overwrite.dropped);
            one.restored.extend_from_slice(&overwrite.restored);
        }
    }
    all
}

//! What was stored, change by change: for tests that judge every state a resource was in, and not only its last.
//!
//! From whoever stores a document comes its id, and from the pipeline who is at work; what a change means is not known here.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::control;
use super::{Simulator, SimulatorError};

/// One change of a registry, network, subnet or resource group. What was seeded is no change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// Its number since the start, from 1.
    pub number: u64,
    /// The id of what was changed, in the spelling of whoever changed it.
    pub id: String,
    /// Who did it.
    pub by: By,
    /// What is there from then on; nothing when it was deleted. Its `provisioningState` may change later without a change here.
    pub document: Option<Value>,
}

/// Who changes what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A request, by its number in the log.
    Request(u64),
    /// An operation that ended: a deletion is done, or a write that failed is taken back.
    Operation,
    /// Somebody behind the clients' back.
    Behind,
}

/// The changes, in order.
#[derive(Debug)]
pub(super) struct History {
    changes: VecDeque<Change>,
    last: u64,
    /// Who is at work.
    pub(super) by: By,
}

impl Default for History {
    fn default() -> Self {
        Self { changes: VecDeque::new(), last: 0, by: By::Behind }
    }
}

impl History {
    /// Notes a change; the oldest are dropped when there are more than `limit`.
    pub(super) fn add(&mut self, id: &str, document: Option<&Value>, limit: usize) {
        self.last += 1;
        let change = Change { number: self.last, id: id.to_owned(), by: self.by, document: document.cloned() };
        self.changes.push_back(change);
        while self.changes.len() > limit {
            self.changes.pop_front();
        }
    }

    /// The number of the last change; 0 when there was none.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn changes(&self) -> &VecDeque<Change> {
        &self.changes
    }

    pub(super) fn clear(&mut self) {
        self.changes.clear();
    }
}

impl Simulator {
    /// Every change of what is stored since the log was last cleared, at most as many as the log has entries.
    #[must_use]
    pub fn history(&self) -> Vec<Change> {
        self.shared.world().history.changes().iter().cloned().collect()
    }

    /// Somebody else's change of one resource, in one piece: nobody reads or writes between what `change` sees and what it leaves. Not validated.
    ///
    /// # Errors
    ///
    /// When there is no such resource.
    pub fn alter(&self, id: &str, change: impl FnOnce(&mut Value)) -> Result<(), SimulatorError> {
        control::change(&mut self.shared.world(), id, change)
    }
}

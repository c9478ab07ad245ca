//! Where edits of one registry are handed in, and what is remembered of it between two batches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::azure::coordinator::Coordination;
use crate::azure::coordinator::member::{Member, Ticket};
use crate::azure::id::RegistryId;

/// The desks of all registries that were written in this process.
#[derive(Debug, Default)]
pub(in crate::azure) struct Desks(Mutex<HashMap<RegistryId, Arc<Desk>>>);

impl Desks {
    pub(super) fn of(&self, id: &RegistryId) -> Arc<Desk> {
        Arc::clone(locked(&self.0).entry(id.clone()).or_default())
    }
}

/// The desk of one registry.
#[derive(Debug, Default)]
pub(super) struct Desk {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: Vec<Member>,
    /// Whether a task works off the queue.
    attended: bool,
    memory: Memory,
}

/// What one batch tells the next.
#[derive(Debug, Default, Clone)]
pub(super) struct Memory {
    /// How many in company are likely to be there soon, and until when: whoever was answered together begins the next together.
    expected: Option<(usize, Instant)>,
    /// How long readings took of late.
    pub(super) slowest_reading: Duration,
    /// How long writes took of late, from the answer of the reading on: on a busy machine the time until they are sent counts, too.
    pub(super) slowest_write: Duration,
    /// When our own last write was made, in the registry's words.
    pub(super) ours: Option<String>,
}

impl Desk {
    /// Takes an edit. Gives the right to work off the queue if nobody has it.
    pub(super) fn hand_in(self: &Arc<Self>, member: Member) -> Option<Attending> {
        let mut state = locked(&self.state);
        state.queue.push(member);
        self.arrived.notify_one();
        let begins = !std::mem::replace(&mut state.attended, true);
        begins.then(|| Attending { desk: Arc::clone(self), ended: false })
    }

    /// Takes an edit back; `false` when it is being worked on.
    pub(super) fn withdraw(&self, ticket: &Ticket) -> bool {
        let mut state = locked(&self.state);
        let before = state.queue.len();
        state.queue.retain(|member| member.ticket() != *ticket);
        state.queue.len() < before
    }

    /// Until when more are worth waiting for; `None` when it is time to begin.
    fn worth_waiting(&self, policy: &Coordination) -> Option<Instant> {
        let state = locked(&self.state);
        let (first, last) = (state.queue.first()?, state.queue.last()?);
        let quiet = last.arrived + policy.quiet;
        let until = match state.memory.expected {
            Some((expected, _)) if state.queue.len() >= expected => return None,
            Some((_, until)) => quiet.max(until),
            None => quiet,
        };
        let alone = state.queue.iter().any(|member| !member.edit.is_in_company());
        let until = until.min(first.arrived + policy.gathering);
        (!alone && until > Instant::now()).then_some(until)
    }
}

/// The right to work off the queue of a desk. If its holder ends without a word, who waits there is sent away, and the next one begins anew.
pub(super) struct Attending {
    desk: Arc<Desk>,
    ended: bool,
}

impl Attending {
    /// Waits until everyone who is likely to come has come.
    pub(super) async fn gather(&self, policy: &Coordination) {
        while let Some(until) = self.desk.worth_waiting(policy) {
            let _ = tokio::time::timeout_at(until, self.desk.arrived.notified()).await;
        }
    }

    /// Takes everyone who is there.
    pub(super) fn take(&self) -> Vec<Member> {
        let mut state = locked(&self.desk.state);
        let taken = std::mem::take(&mut state.queue);
        if !taken.is_empty() {
            state.memory.expected = None;
        }
        taken
    }

    /// So many in company were answered; who waits already comes to them.
    pub(super) fn expect_again(&self, answered: usize, policy: &Coordination) {
        let mut state = locked(&self.desk.state);
        let expected = answered + state.queue.len();
        state.memory.expected = (answered > 0).then(|| (expected, Instant::now() + policy.gathering));
    }

    pub(super) fn memory(&self) -> Memory {
        locked(&self.desk.state).memory.clone()
    }

    pub(super) fn remember(&self, change: impl FnOnce(&mut Memory)) {
        change(&mut locked(&self.desk.state).memory);
    }

    /// Ends, unless somebody has come.
    pub(super) fn end(&mut self) -> bool {
        let mut state = locked(&self.desk.state);
        self.ended = state.queue.is_empty();
        state.attended = !self.ended;
        self.ended
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        if !self.ended {
            let mut state = locked(&self.desk.state);
            state.attended = false;
            state.queue.clear();
        }
    }
}

fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Readings that the refreshes and plans of one process share: a hundred resources on one registry cost one GET.
//!
//! Asked by those who refresh and plan, by id; answers with what was read moments ago, or reads. Who asks while somebody else reads waits for that
//! answer. A write drops what was read of its object when it is sent and when it has ended, and a reading that began before a write ended is
//! given to who asked for it and not kept. Nothing that is written ever follows from what is kept here: a change reads for itself.
//!
//! How the answers are had is nobody else's business: a list call that answers for many objects would come in here, behind the same functions.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::time::Instant;

use crate::azure::answer::Answer;
use crate::azure::call::{Call, Stopped};
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::id::{RegistryId, SubnetId};
use crate::azure::registry::Registry;
use crate::azure::request;
use crate::azure::subnet::Subnet;

/// How old a recent reading may be when it is asked for, counted from before its request was sent.
const RECENT: Duration = Duration::from_secs(5);

/// How many objects of a kind are remembered: many more than Terraform works on at once, and few enough to be small.
const REMEMBERED: usize = 256;

/// What a reading showed.
#[derive(Debug)]
pub enum Reading<T> {
    /// The object.
    Found(Arc<T>),
    /// That it, or what it is in, does not exist, in ARM's words. Its subscription exists.
    Missing(ArmError),
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Found(object) => Self::Found(Arc::clone(object)),
            Self::Missing(error) => Self::Missing(error.clone()),
        }
    }
}

impl ArmClient {
    /// The registry as it was at most five seconds ago. For refreshes and checks; what is written must follow from [`ArmClient::registry`].
    ///
    /// # Errors
    ///
    /// Whatever keeps ARM from answering; a subscription that does not exist among it.
    pub async fn recent_registry(&self, id: &RegistryId, call: &Call) -> Result<Reading<Registry>, ArmError> {
        let arm = self.resource_manager(call).await?;
        let request = request::read_registry(arm, id, self.config().registry_api_version.as_str());
        let view = |answer: Answer| Registry::new(answer.json.unwrap_or_default());
        recent(self, &self.snapshots().registries, id, call, request, view).await
    }

    /// What was last read of the registry for a refresh or a check of this process, unless it was written since. Asks nothing.
    #[must_use]
    pub fn seen_registry(&self, id: &RegistryId) -> Option<Result<Reading<Registry>, ArmError>> {
        self.snapshots().registries.seen(id)
    }

    /// The subnet as it was at most five seconds ago. For refreshes and checks.
    ///
    /// # Errors
    ///
    /// As for [`ArmClient::recent_registry`].
    pub async fn recent_subnet(&self, id: &SubnetId, call: &Call) -> Result<Reading<Subnet>, ArmError> {
        let arm = self.resource_manager(call).await?;
        let request = request::read_subnet(arm, id, self.config().network_api_version.as_str());
        recent(self, &self.snapshots().subnets, id, call, request, Subnet::of).await
    }

    /// What was last read of the subnet, as [`ArmClient::seen_registry`].
    #[must_use]
    pub fn seen_subnet(&self, id: &SubnetId) -> Option<Result<Reading<Subnet>, ArmError>> {
        self.snapshots().subnets.seen(id)
    }
}

/// All that is kept.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    pub(super) registries: Readings<RegistryId, Registry>,
    pub(super) subnets: Readings<SubnetId, Subnet>,
}

async fn recent<K: Clone + Eq + Hash, T>(
    client: &ArmClient,
    readings: &Readings<K, T>,
    id: &K,
    call: &Call,
    request: Request<Bytes>,
    view: impl FnOnce(Answer) -> T,
) -> Result<Reading<T>, ArmError> {
    let story = client.story(&request);
    let read = async {
        Ok(match client.find(call, request).await? {
            Ok(answer) => Reading::Found(Arc::new(view(answer))),
            Err(missing) => Reading::Missing(missing),
        })
    };
    let answered = readings.recent(id, call, read).await;
    answered.unwrap_or_else(|why| {
        Err(ArmError::stopped(&story, why, Effect::None, "waiting for another reading of the same object"))
    })
}

type Outcome<T> = Result<Reading<T>, ArmError>;

/// What was read of objects of one kind.
#[derive(Debug)]
pub(super) struct Readings<K, T>(Mutex<HashMap<K, Arc<Slot<T>>>>);

impl<K, T> Default for Readings<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// While it lives, a write of the object may be under way.
pub(super) struct Written<T>(Arc<Slot<T>>);

impl<T> Drop for Written<T> {
    fn drop(&mut self) {
        self.0.drop_reading();
    }
}

impl<K: Clone + Eq + Hash, T> Readings<K, T> {
    /// To be held from right before a write is sent until its outcome is proven, or given up.
    pub(super) fn writing(&self, id: &K) -> Written<T> {
        let slot = self.slot(id);
        slot.drop_reading();
        Written(slot)
    }

    /// What was heard moments ago, or what `read` hears. One reads at a time; whoever comes meanwhile waits for its answer, and reads in its turn
    /// if the other had to stop.
    async fn recent(&self, id: &K, call: &Call, read: impl Future<Output = Outcome<T>>) -> Result<Outcome<T>, Stopped> {
        let asked = Instant::now();
        let slot = self.slot(id);
        let _turn = call.bound(slot.turn.lock()).await?;
        if let Some(outcome) = slot.recent(asked) {
            return Ok(outcome);
        }
        let (sent, writes) = (Instant::now(), slot.heard().writes);
        let outcome = read.await;
        slot.keep(&outcome, sent, writes);
        Ok(outcome)
    }

    fn seen(&self, id: &K) -> Option<Outcome<T>> {
        let slot = self.lock().get(id).map(Arc::clone)?;
        let heard = slot.heard();
        heard.last.as_ref().map(|last| last.outcome.clone())
    }

    fn slot(&self, id: &K) -> Arc<Slot<T>> {
        let mut slots = self.lock();
        if let Some(slot) = slots.get(id) {
            return Arc::clone(slot);
        }
        if slots.len() >= REMEMBERED {
            let idle = slots.iter().filter(|(_, slot)| Arc::strong_count(slot) == 1);
            let oldest = idle.min_by_key(|(_, slot)| slot.heard().last.as_ref().map(|last| last.sent));
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                slots.remove(&id);
            }
        }
        Arc::clone(slots.entry(id.clone()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<Slot<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One object.
#[derive(Debug)]
struct Slot<T> {
    /// Whose turn it is to read.
    turn: tokio::sync::Mutex<()>,
    heard: Mutex<Heard<T>>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { turn: tokio::sync::Mutex::default(), heard: Mutex::new(Heard { last: None, writes: 0 }) }
    }
}

#[derive(Debug)]
struct Heard<T> {
    last: Option<Last<T>>,
    /// Counts the beginnings and ends of writes.
    writes: u64,
}

#[derive(Debug)]
struct Last<T> {
    outcome: Outcome<T>,
    sent: Instant,
    came: Instant,
}

impl<T> Slot<T> {
    /// The last outcome, if it answers who asked at that time.
    fn recent(&self, asked: Instant) -> Option<Outcome<T>> {
        let heard = self.heard();
        let last = heard.last.as_ref().filter(|last| asked <= last.sent + RECENT)?;
        // A failure answers those who waited for it, a missing right also those who come after.
        let answers = match &last.outcome {
            Ok(_) => true,
            Err(error) => error.kind == ErrorKind::Forbidden || asked <= last.came,
        };
        answers.then(|| last.outcome.clone())
    }

    fn keep(&self, outcome: &Outcome<T>, sent: Instant, writes: u64) {
        let mut heard = self.heard();
        // Its own end is nobody else's.
        let stopped = |error: &ArmError| matches!(error.kind, ErrorKind::Timeout | ErrorKind::Cancelled);
        if heard.writes == writes && !outcome.as_ref().is_err_and(stopped) {
            heard.last = Some(Last { outcome: outcome.clone(), sent, came: Instant::now() });
        }
    }

    fn drop_reading(&self) {
        let mut heard = self.heard();
        heard.last = None;
        heard.writes += 1;
    }

    fn heard(&self) -> MutexGuard<'_, Heard<T>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

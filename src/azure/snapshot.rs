//! Readings that the refreshes and plans of one process share: a hundred resources on one registry cost one GET.
//!
//! Asked by those who refresh and plan, by id; answers with what was read moments ago, or reads. Who asks while somebody else reads waits for that
//! answer. A write drops what was read of its object when it is sent and when it has ended, and a reading that began before a write ended is
//! given to who asked for it and not kept. A change reads for itself, or goes on from a reading of its object alone while that is as fresh as its own
//! would have to be; nothing that is written ever follows from a list.
//!
//! How the answers are had is nobody else's business. One object is read by a GET of it alone; when many of one resource group, subscription or
//! virtual network are asked for, pages of its list answer, as old as their requests. Where a list does not answer (it is forbidden,
//! fails, lacks the object or part of it, goes on for too long, or something of it was written), a GET does: it decides what is missing.

mod list;
mod listing;
mod object;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::azure::call::{Call, Stopped};
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::id::{RegistryId, SubnetId};
use crate::azure::registry::Registry;
use crate::azure::subnet::Subnet;

use list::Pages;
use listing::Lists;
use object::Object;

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
        recent(self, &self.snapshots().registries, id, call).await
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
        recent(self, &self.snapshots().subnets, id, call).await
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
    pub(super) registries: Readings<RegistryId>,
    pub(super) subnets: Readings<SubnetId>,
}

async fn recent<K: Object>(
    client: &ArmClient,
    readings: &Readings<K>,
    id: &K,
    call: &Call,
) -> Result<Reading<K::View>, ArmError> {
    let asked = Instant::now();
    let arm = client.resource_manager(call).await?;
    let request = id.request(arm, K::version(client.config()));
    let story = client.story(&request);
    let read = async {
        let list = if client.config().lists { readings.lists.choose(id) } else { None };
        if let Some(list) = list
            && let Some((object, sent)) = list.find(&Pages { client, arm, call }, id, asked).await
        {
            return Heard { outcome: Ok(Reading::Found(object)), sent, alone: false };
        }
        let sent = Instant::now();
        let outcome = client.find(call, request).await.map(|found| match found {
            Ok(answer) => Reading::Found(Arc::new(K::view(answer))),
            Err(missing) => Reading::Missing(missing),
        });
        Heard { outcome, sent, alone: true }
    };
    let answered = readings.recent(id, asked, call, read).await;
    answered.unwrap_or_else(|why| {
        Err(ArmError::stopped(&story, why, Effect::None, "waiting for another reading of the same object"))
    })
}

type Outcome<T> = Result<Reading<T>, ArmError>;

/// What was read of objects of one kind.
#[derive(Debug)]
pub(super) struct Readings<K: Object> {
    slots: Mutex<HashMap<K, Arc<Slot<K::View>>>>,
    lists: Lists<K>,
}

impl<K: Object> Default for Readings<K> {
    fn default() -> Self {
        Self { slots: Mutex::default(), lists: Lists::default() }
    }
}

/// While it lives, a write of the object may be under way.
pub(super) struct Written<T>(Arc<Slot<T>>);

impl<T> Drop for Written<T> {
    fn drop(&mut self) {
        self.0.drop_reading();
    }
}

impl<K: Object> Readings<K> {
    /// To be held from right before a write is sent until its outcome is proven, or given up.
    pub(super) fn writing(&self, id: &K) -> Written<K::View> {
        self.lists.close(id);
        let slot = self.slot(id);
        slot.drop_reading();
        Written(slot)
    }

    /// What was read of the object alone, if it was answered so short a time ago and nothing was written since: as good as a reading of one's own.
    pub(super) fn alone(&self, id: &K, ago: Duration) -> Option<Alone<K::View>> {
        let slot = self.lock().get(id).map(Arc::clone)?;
        let last = slot.last();
        let (last, came) = last.heard.as_ref().filter(|(last, came)| last.alone && came.elapsed() <= ago)?;
        let Ok(Reading::Found(object)) = &last.outcome else { return None };
        Some(Alone { object: Arc::clone(object), sent: last.sent, came: *came })
    }

    /// What was heard moments ago, or what `read` hears. One reads at a time; whoever comes meanwhile waits for its answer, and reads in its turn
    /// if the other had to stop.
    async fn recent(
        &self,
        id: &K,
        asked: Instant,
        call: &Call,
        read: impl Future<Output = Heard<K::View>>,
    ) -> Result<Outcome<K::View>, Stopped> {
        let slot = self.slot(id);
        let _turn = call.bound(slot.turn.lock()).await?;
        if let Some(outcome) = slot.recent(asked) {
            return Ok(outcome);
        }
        let writes = slot.last().writes;
        let heard = read.await;
        let outcome = heard.outcome.clone();
        slot.keep(heard, writes);
        Ok(outcome)
    }

    fn seen(&self, id: &K) -> Option<Outcome<K::View>> {
        let slot = self.lock().get(id).map(Arc::clone)?;
        let last = slot.last();
        last.heard.as_ref().map(|(heard, _)| heard.outcome.clone())
    }

    fn slot(&self, id: &K) -> Arc<Slot<K::View>> {
        let mut slots = self.lock();
        if let Some(slot) = slots.get(id) {
            return Arc::clone(slot);
        }
        if slots.len() >= REMEMBERED {
            let idle = slots.iter().filter(|(_, slot)| Arc::strong_count(slot) == 1);
            let oldest = idle.min_by_key(|(_, slot)| slot.last().heard.as_ref().map(|(heard, _)| heard.sent));
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                slots.remove(&id);
            }
        }
        Arc::clone(slots.entry(id.clone()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<Slot<K::View>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reading of one object alone.
pub(super) struct Alone<T> {
    pub(super) object: Arc<T>,
    pub(super) sent: Instant,
    pub(super) came: Instant,
}

/// One object.
#[derive(Debug)]
struct Slot<T> {
    /// Whose turn it is to read.
    turn: tokio::sync::Mutex<()>,
    last: Mutex<Last<T>>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { turn: tokio::sync::Mutex::default(), last: Mutex::new(Last { heard: None, writes: 0 }) }
    }
}

#[derive(Debug)]
struct Last<T> {
    /// And when it came.
    heard: Option<(Heard<T>, Instant)>,
    /// Counts the beginnings and ends of writes.
    writes: u64,
}

#[derive(Debug)]
struct Heard<T> {
    outcome: Outcome<T>,
    sent: Instant,
    /// Whether the object was asked for alone.
    alone: bool,
}

impl<T> Slot<T> {
    /// The last outcome, if it answers who asked at that time.
    fn recent(&self, asked: Instant) -> Option<Outcome<T>> {
        let last = self.last();
        let (heard, came) = last.heard.as_ref().filter(|(heard, _)| asked <= heard.sent + RECENT)?;
        // A failure answers those who waited for it, a missing right also those who come after.
        let answers = match &heard.outcome {
            Ok(_) => true,
            Err(error) => error.kind == ErrorKind::Forbidden || asked <= *came,
        };
        answers.then(|| heard.outcome.clone())
    }

    fn keep(&self, heard: Heard<T>, writes: u64) {
        let mut last = self.last();
        // Its own end is nobody else's.
        let stopped = |error: &ArmError| matches!(error.kind, ErrorKind::Timeout | ErrorKind::Cancelled);
        if last.writes == writes && !heard.outcome.as_ref().is_err_and(stopped) {
            last.heard = Some((heard, Instant::now()));
        }
    }

    fn drop_reading(&self) {
        let mut last = self.last();
        last.heard = None;
        last.writes += 1;
    }

    fn last(&self) -> MutexGuard<'_, Last<T>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

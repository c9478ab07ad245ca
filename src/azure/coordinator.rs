//! One writer per registry: gathers the edits that arrive together, and makes of them as few writes as it can.
//!
//! From whoever plans and applies come edits, each with its own bounds; back goes to each its own outcome. Per registry there is a desk where edits
//! are handed in, and, while there are any, one task that works them off: it reads, folds, sends one PATCH, proves it and, where others may be
//! writing too, looks once more later. What rules mean is not known here. `docs/design/writers.md` says what this guarantees between processes.

mod batch;
mod blame;
mod desk;
mod fold;
mod insist;
mod member;
mod proof;
mod search;

#[cfg(test)]
mod tests;

use std::panic::resume_unwind;
use std::time::Duration;

use crate::azure::call::Call;
use crate::azure::client::ArmClient;
use crate::azure::error::{ArmError, Effect};
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryEdit};
use crate::azure::write::{LAST_LOOK, Updated, WriteFailed};

use batch::Writer;
pub(super) use desk::Desks;
use member::Member;

/// How the writer of a registry waits for company, and how it looks after what it wrote.
#[derive(Debug, Clone)]
pub struct Coordination {
    /// Edits in company are worked off when none has come for so long.
    pub quiet: Duration,
    /// The longest that edits in company wait for more, also for as many as had been answered just before.
    pub gathering: Duration,
    /// How old a reading may be when a write is made from it.
    pub freshness: Duration,
    /// How many times the slowest reading and the slowest write together the look after a write waits: another writer that read before our write
    /// has written by then.
    pub settle_factor: u32,
    /// The shortest wait before that look. Writers elsewhere may be slower than we are: `az` alone thinks for up to 300 ms between its GET and its
    /// PATCH, and a busy machine holds up any process.
    pub shortest_settle: Duration,
    /// The longest.
    pub longest_settle: Duration,
    /// How often what others undid is written again.
    pub rewrites: u32,
    /// A change by somebody else so long ago says that others are writing.
    pub recent: Duration,
}

impl Default for Coordination {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(50),
            gathering: Duration::from_millis(500),
            freshness: Duration::from_millis(100),
            settle_factor: 2,
            shortest_settle: Duration::from_secs(1),
            longest_settle: Duration::from_secs(30),
            rewrites: 32,
            recent: Duration::from_secs(5),
        }
    }
}

impl ArmClient {
    /// Changes a registry's network settings.
    ///
    /// One writer per registry in this process: edits that arrive together become one write. It reads, asks each edit what to send, given what is
    /// there and what those before it are about to make of it, sends that once, waits for the operation and proves for each edit that it holds.
    /// When the outcome is not known (an answer was lost, 5xx) or others were in between, it reads again and asks again; so an edit must say `None`
    /// once all is as it wants. When Azure refuses, the edit to blame is found, and the others go through.
    ///
    /// `before` of the outcome is what others had there before: the first reading, without what other edits add in the same write.
    ///
    /// # Errors
    ///
    /// With what was there before and what is there now, as far as it could be read. A panic of the edit comes back as a panic.
    pub async fn update_registry(
        &self,
        id: &RegistryId,
        call: &Call,
        edit: RegistryEdit,
    ) -> Result<Updated<Registry>, WriteFailed<Registry>> {
        let arm = self.resource_manager(call).await.map_err(WriteFailed::before_reading)?;
        let desk = self.desks().of(id);
        let story = self.registry_story(arm, id);
        let (member, mut answer) = Member::new(edit, call.clone(), story.clone());
        let ticket = member.ticket();
        if let Some(attending) = desk.hand_in(member) {
            tokio::spawn(Writer::new(self.clone(), arm.clone(), id.clone(), attending).run());
        }
        let answer = match call.bound(&mut answer).await {
            Ok(answer) => answer,
            Err(why) if desk.withdraw(&ticket) => {
                let what = "waiting for another change of the same registry";
                return Err(WriteFailed::before_reading(ArmError::stopped(&story, why, Effect::None, what)));
            }
            // It is being worked on; the writer sees that its time is over and knows what became of it.
            Err(_) => answer.await,
        };
        match answer.expect("invariant: a writer answers everyone it has taken in") {
            Ok(Ok(updated)) => Ok(updated),
            Ok(Err(failed)) => Err(self.with_last_look(id, failed).await),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Where the outcome is not known, what is there now tells, whatever became of the call.
    async fn with_last_look(&self, id: &RegistryId, mut failed: WriteFailed<Registry>) -> WriteFailed<Registry> {
        if failed.error.effect == Effect::Unknown {
            failed.seen = self.registry(id, &Call::within(LAST_LOOK)).await.ok().flatten();
        }
        failed
    }
}

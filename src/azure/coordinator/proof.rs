//! Whether what was written is there: right after the write, and again when others may have overwritten it.
//!
//! What counts is not what was sent but what each edit wants: asked with what is there, it has nothing left to send. So rules that others add or
//! remove meanwhile fail nobody, and nobody's rules but one's own are written again.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::azure::coordinator::batch::{Reading, Writer};
use crate::azure::coordinator::fold::{Folded, values};
use crate::azure::coordinator::member::Member;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::registry::{Registry, RegistryPatch};

/// How many readings a write is given to show up.
const LOOKS: u32 = 3;

/// How often what was undone before is looked at, until it is the last look.
const EARLY_LOOKS: u32 = 4;

/// How often what Azure accepts without storing it is sent.
const TRIES: u32 = 2;

impl Writer {
    /// Proves a write that Azure accepted: by its own answer, if that is final, otherwise by reading until it shows, a few times, as a reading may
    /// come from a replica that is behind.
    pub(super) async fn prove(&mut self, before: &Reading, folded: &Folded, own: Option<Registry>) {
        if let Some(own) = own {
            self.remember_change(&own);
            for part in &folded.parts {
                self.members[part.member].held = Some(own.clone());
            }
            return;
        }
        let mut pause = self.client.config().poll_interval;
        let mut alone = true;
        for look in 1..=LOOKS {
            let present = match self.read().await {
                Ok(reading) => reading.view,
                Err(error) => return self.fail_parts(folded, &error.after(Effect::Unknown)),
            };
            let missing = self.missing(folded, &present);
            alone &= !others_wrote(&before.view, &folded.view, &present);
            self.others |= !alone;
            if missing.is_empty() {
                if alone {
                    // Otherwise the last change may be theirs.
                    self.remember_change(&present);
                }
                return;
            }
            if look == LOOKS {
                return self.write_again(missing, &present);
            }
            if let Err(why) = self.sleep(pause).await {
                let story = self.client.registry_story(&self.arm, &self.id);
                let error = ArmError::stopped(&story, why, Effect::Unknown, "waiting for the change to show");
                return self.fail_parts(folded, &error);
            }
            pause *= 2;
        }
    }

    /// Marks for whom it holds; gives what the others miss.
    fn missing(&mut self, folded: &Folded, present: &Registry) -> Vec<(usize, RegistryPatch)> {
        let mut missing = Vec::new();
        for part in &folded.parts {
            let member = &mut self.members[part.member];
            member.seen = Some(present.clone());
            match member.ask(present) {
                None => member.held = Some(present.clone()),
                Some(patch) => missing.push((part.member, patch)),
            }
        }
        missing
    }

    /// What does not show is due again: a few times if it never shows, more often if it is others who are in the way.
    fn write_again(&mut self, missing: Vec<(usize, RegistryPatch)>, present: &Registry) {
        let (others, rewrites) = (self.others, self.policy().rewrites);
        for (place, patch) in missing {
            let member = &mut self.members[place];
            let count = if others { &mut member.undone } else { &mut member.unshown };
            *count += 1;
            if member.unshown >= TRIES || member.undone > rewrites {
                let what = format!(
                    "Azure accepted the change of {} but does not hold what was sent: {}",
                    self.id,
                    patch.unstored(present).join("; ")
                );
                let error = self.not_there(ErrorKind::NotStored, what);
                self.members[place].fail(error);
            }
        }
    }

    /// The last look: once per batch, after others who had read before our write have written. Answers everyone for whom all is well.
    ///
    /// One of many is always looked after when something was written; the owner of a whole rule set only when others were seen writing.
    pub(super) async fn look_again(&mut self) {
        let (wrote, others) = (self.wrote, self.others);
        for member in &mut self.members {
            let looked_after = others || wrote && member.edit.is_in_company();
            if !looked_after && let Some(held) = member.held.take() {
                member.succeed(held);
            }
        }
        self.others = false;
        if self.members.iter().any(Member::is_held) {
            match self.settled().await {
                Ok((present, last)) => self.judge(&present, last),
                Err(error) => self.without_the_look(&error),
            }
        }
    }

    /// What is there once others have had their time, and whether they had all of it: where something was undone before, it is looked at more than
    /// once, and written again as soon as that is seen.
    async fn settled(&mut self) -> Result<(Registry, bool), ArmError> {
        let span = self.settle_time().min(self.longest_call().remaining() / 2);
        let looks =
            if self.members.iter().any(|member| member.is_held() && member.undone > 0) { EARLY_LOOKS } else { 1 };
        let mut left = looks;
        loop {
            if let Err(why) = self.sleep(span / looks).await {
                let story = self.client.registry_story(&self.arm, &self.id);
                return Err(ArmError::stopped(&story, why, Effect::None, "waiting for other writers"));
            }
            let present = self.read().await?.view;
            left -= 1;
            let undone = |member: &mut Member| member.is_held() && member.ask(&present).is_some();
            if left == 0 || self.members.iter_mut().any(undone) {
                return Ok((present, left == 0));
            }
        }
    }

    /// What was proven once is good enough for those whose time is over; a look that failed by itself is a failure.
    fn without_the_look(&mut self, error: &ArmError) {
        let over = matches!(error.kind, ErrorKind::Cancelled | ErrorKind::Timeout);
        for member in &mut self.members {
            match member.held.take() {
                Some(held) if over => member.succeed(held),
                Some(_) => member.fail(error.clone()),
                None => {}
            }
        }
    }

    /// Asks everyone again, with what is there after all. For whom all is well is answered if that was the last look, and stays for another otherwise.
    fn judge(&mut self, present: &Registry, last: bool) {
        let rewrites = self.policy().rewrites;
        for place in 0..self.members.len() {
            let member = &mut self.members[place];
            if !member.is_held() {
                continue;
            }
            let Some(patch) = member.ask(present) else {
                if last {
                    member.succeed(present.clone());
                }
                continue;
            };
            let what = patch.unstored(present).join("; ");
            tracing::info!(target: "acrnet::azure", registry = self.id.as_str(), what, "undone by another writer");
            (member.held, member.seen) = (None, Some(present.clone()));
            member.undone += 1;
            self.others = true;
            if member.undone > rewrites {
                let times = member.undone;
                let what = format!(
                    "another writer undid the change of {} after Azure had stored it, {times} times: {what}",
                    self.id
                );
                let error = self.not_there(ErrorKind::Undone, what);
                self.members[place].fail(error);
            }
        }
    }

    /// How long to wait before the last look: long enough for a write to end whose reading was made before ours, if both are as slow as the slowest
    /// of ours.
    pub(super) fn settle_time(&self) -> Duration {
        let policy = self.policy();
        let memory = self.attending.memory();
        let span = (memory.slowest_reading + memory.slowest_write) * policy.settle_factor;
        span.clamp(policy.shortest_settle, policy.longest_settle.max(policy.shortest_settle))
    }

    /// The slowest counts, and is forgotten slowly: one slow write must not slow down all that follow.
    pub(super) fn remember_write(&self, took: Duration) {
        self.attending.remember(|memory| memory.slowest_write = took.max(memory.slowest_write * 7 / 8));
    }

    /// The same. There are two readings or more for each write.
    pub(super) fn remember_reading(&self, took: Duration) {
        self.attending.remember(|memory| memory.slowest_reading = took.max(memory.slowest_reading * 15 / 16));
    }

    fn remember_change(&self, ours: &Registry) {
        self.attending.remember(|memory| memory.ours = ours.last_change().map(str::to_owned));
    }

    /// Whether the registry says that somebody else changed it a moment ago.
    pub(super) fn was_changed_by_others(&self, view: &Registry) -> bool {
        let Some(change) = view.last_change() else { return false };
        if self.attending.memory().ours.as_deref() == Some(change) {
            return false;
        }
        let Ok(at) = OffsetDateTime::parse(change, &Rfc3339) else { return false };
        // A clock that is behind Azure's makes the change one of the future: it is a recent one all the same.
        self.client.now().duration_since(SystemTime::from(at)).map_or(true, |ago| ago <= self.policy().recent)
    }

    fn fail_parts(&mut self, folded: &Folded, error: &ArmError) {
        self.fail(|place| folded.parts.iter().any(|part| part.member == place), error);
    }

    fn not_there(&self, kind: ErrorKind, message: String) -> ArmError {
        ArmError::of(&self.client.registry_story(&self.arm, &self.id), kind, Effect::Unknown, message)
    }
}

/// Whether what is there is neither what was there before a write nor what should be there after it.
fn others_wrote(before: &Registry, expected: &Registry, present: &Registry) -> bool {
    let sorted = |registry: &Registry| {
        let mut values: Vec<String> = values(registry).iter().map(|value| value.to_ascii_lowercase()).collect();
        values.sort_unstable();
        values
    };
    let present = sorted(present);
    present != sorted(before) && present != sorted(expected)
}

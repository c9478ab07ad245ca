//! The task of one registry: works off what was handed in, batch after batch, and ends when nobody is left.
//!
//! A batch is read, folded and written (here), searched for the one to blame where Azure refuses it (`search`), proven and looked at again
//! (`proof`). Each member is answered as soon as its own outcome is known. Requests are made for all of them, so they last as long as the most
//! patient member; who runs out of time before is sent away meanwhile.

use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::azure::api_version::VirtualNetworkRulesKey;
use crate::azure::call::{Call, Stopped};
use crate::azure::client::ArmClient;
use crate::azure::coordinator::Coordination;
use crate::azure::coordinator::desk::Attending;
use crate::azure::coordinator::fold::{Folded, fold};
use crate::azure::coordinator::member::{Member, first_over};
use crate::azure::coordinator::search::Search;
use crate::azure::error::{ArmError, Effect};
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryPatch};
use crate::azure::retry::{Policy, Verdict};

/// The writer of one registry.
pub(super) struct Writer {
    pub(super) client: ArmClient,
    pub(super) arm: Url,
    pub(super) id: RegistryId,
    pub(super) attending: Attending,
    pub(super) members: Vec<Member>,
    /// The last reading, while a write may be made from it.
    pub(super) reading: Option<Reading>,
    /// Whether something of this batch was, or may have been, written.
    pub(super) wrote: bool,
    /// Whether others were seen writing the same registry.
    pub(super) others: bool,
}

/// The registry at one moment.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) view: Registry,
    /// When it was asked for.
    pub(super) asked: Instant,
    pub(super) answered: Instant,
}

impl Writer {
    pub(super) fn new(client: ArmClient, arm: Url, id: RegistryId, attending: Attending) -> Self {
        Self { client, arm, id, attending, members: Vec::new(), reading: None, wrote: false, others: false }
    }

    /// Works until nobody is left.
    pub(super) async fn run(mut self) {
        loop {
            if self.members.is_empty() {
                self.attending.gather(&self.policy().clone()).await;
            }
            self.take_in();
            if self.members.is_empty() {
                if self.attending.end() {
                    return;
                }
                continue;
            }
            self.wrote = false;
            self.write().await;
            self.look_again().await;
            let answered =
                self.members.iter().filter(|member| !member.is_here() && member.edit.is_in_company()).count();
            self.members.retain(Member::is_here);
            self.attending.expect_again(answered, self.policy());
            self.let_others_pass().await;
        }
    }

    pub(super) fn policy(&self) -> &Coordination {
        &self.client.config().coordination
    }

    fn take_in(&mut self) {
        self.members.extend(self.attending.take());
    }

    /// Everyone's edit, until each is held or has failed. Who contradicts another stays for the next batch.
    async fn write(&mut self) {
        let mut search = Search::of(self.due());
        let mut first = true;
        while let Some(group) = search.groups.pop() {
            let current = match self.fresh().await {
                Ok(current) => current,
                Err(error) => return self.fail(|_| true, &error),
            };
            if std::mem::take(&mut first) {
                self.take_in();
                search.groups.push(self.due());
                continue;
            }
            let folded = self.fold(group, &current);
            if folded.parts.is_empty() {
                continue;
            }
            if folded.patch.is_empty() {
                for part in &folded.parts {
                    self.members[part.member].held = Some(current.view.clone());
                }
                continue;
            }
            if let Err(error) = self.send_and_prove(&current, &folded, search.outdated).await
                && !self.goes_on_after(error, &current, &folded, &mut search).await
            {
                return;
            }
        }
    }

    /// Who is still to be written, the owners of whole rule sets first: as if they had come first.
    fn due(&self) -> Vec<usize> {
        let mut due: Vec<usize> = (0..self.members.len()).filter(|&member| self.members[member].is_due()).collect();
        due.sort_by_key(|&member| self.members[member].edit.is_in_company());
        due
    }

    fn fold(&mut self, mut group: Vec<usize>, current: &Reading) -> Folded {
        group.retain(|&member| self.members[member].is_due());
        for &member in &group {
            self.members[member].look(&current.view);
        }
        let mut folded = fold(&mut self.members, &group, &current.view);
        if self.client.config().registry_api_version.virtual_network_rules() == VirtualNetworkRulesKey::Absent {
            folded.patch.leave_subnets_as_they_are(&current.view);
        }
        for part in &folded.parts {
            let member = &mut self.members[part.member];
            member.before.get_or_insert_with(|| current.view.clone());
            member.seen = Some(current.view.clone());
        }
        folded
    }

    /// Sends the patch and finds out for whom it holds; an error is about the sending.
    async fn send_and_prove(&mut self, current: &Reading, folded: &Folded, outdated: u32) -> Result<(), ArmError> {
        let before: Vec<Effect> = self.members.iter().map(|member| member.effect).collect();
        for part in folded.parts.iter().filter(|part| part.changes) {
            self.members[part.member].effect = Effect::Unknown;
        }
        self.reading = None;
        match self.send(&folded.patch, current.answered + self.freshness(outdated)).await {
            Ok(own) => {
                self.wrote = true;
                self.remember_write(current.answered.elapsed());
                self.prove(current, folded, own).await;
                Ok(())
            }
            Err(error) => {
                if error.effect == Effect::None {
                    for (member, effect) in self.members.iter_mut().zip(before) {
                        member.effect = effect;
                    }
                } else {
                    self.wrote = true;
                }
                Err(error)
            }
        }
    }

    pub(super) async fn send(&mut self, patch: &RegistryPatch, by: Instant) -> Result<Option<Registry>, ArmError> {
        let (client, arm, id) = (self.client.clone(), self.arm.clone(), self.id.clone());
        self.attended(async |call| client.write_registry(&arm, &id, call, patch, by).await).await
    }

    /// How old a reading may be when a write is made from it. On a machine so busy that it could not be kept so often, a write has to come all the
    /// same; but never so late that others, who have looked for the last time by then, are overwritten.
    pub(super) fn freshness(&self, outdated: u32) -> Duration {
        let policy = self.policy();
        (policy.freshness * 2u32.saturating_pow(outdated)).min(policy.shortest_settle / 2).max(policy.freshness)
    }

    /// The registry as it is, not older than a write may be made from.
    pub(super) async fn fresh(&mut self) -> Result<Reading, ArmError> {
        let freshness = self.freshness(0);
        if let Some(own) = self.reading.take().filter(|reading| reading.answered.elapsed() <= freshness) {
            self.reading = Some(own.clone());
            return Ok(own);
        }
        match self.of_the_plan(freshness) {
            Some(reading) => Ok(self.saw(reading)),
            None => self.read().await,
        }
    }

    /// What the plan of the same object has read of this registry alone, in this process, just now: no older than a write may be made from.
    fn of_the_plan(&self, freshness: Duration) -> Option<Reading> {
        let alone = self.client.snapshots().registries.alone(&self.id, freshness)?;
        Some(Reading { view: Registry::clone(&alone.object), asked: alone.sent, answered: alone.came })
    }

    /// Reads, and sees whether others have been writing.
    pub(super) async fn read(&mut self) -> Result<Reading, ArmError> {
        let (client, id) = (self.client.clone(), self.id.clone());
        let asked = Instant::now();
        let found = self.attended(async |call| client.registry(&id, call).await).await?;
        let view = found.ok_or_else(|| self.client.registry_is_missing(&self.arm, &self.id))?;
        Ok(self.saw(Reading { view, asked, answered: Instant::now() }))
    }

    fn saw(&mut self, reading: Reading) -> Reading {
        // After a write of ours the last change may be that one.
        let untouched = self.members.iter().all(|member| member.effect == Effect::None);
        self.others |= untouched && self.was_changed_by_others(&reading.view);
        self.remember_reading(reading.answered.duration_since(reading.asked));
        self.reading = Some(reading.clone());
        reading
    }

    /// Fails those still to be written for whom that is said.
    pub(super) fn fail(&mut self, whom: impl Fn(usize) -> bool, error: &ArmError) {
        for (place, member) in self.members.iter_mut().enumerate() {
            if member.is_due() && whom(place) {
                member.fail(error.clone());
            }
        }
    }

    pub(super) async fn sleep(&mut self, span: Duration) -> Result<(), Stopped> {
        self.attended(async |call| call.sleep(span).await).await
    }

    /// The bounds of what is done for all: those of the most patient.
    pub(super) fn longest_call(&self) -> Call {
        let here = self.members.iter().filter(|member| member.is_here());
        let deadline = here.map(|member| member.call.deadline).max().unwrap_or_else(Instant::now);
        Call { deadline, cancel: CancellationToken::new() }
    }

    /// The outcome of `work`. Members whose time is over meanwhile are sent away; when the last one's is, the work is cancelled.
    async fn attended<T>(&mut self, work: impl AsyncFnOnce(&Call) -> T) -> T {
        let call = self.longest_call();
        let mut work = pin!(work(&call));
        loop {
            let (place, why) = tokio::select! {
                biased;
                done = &mut work => return done,
                over = first_over(&mut self.members) => over,
            };
            if self.members.iter().filter(|member| member.is_here()).count() <= 1 {
                if call.deadline > self.members[place].call.deadline {
                    // The work's own end would not tell it that its time is over: the work was begun for someone more patient.
                    self.members[place].dismiss(why);
                }
                call.cancel.cancel();
                return work.await;
            }
            self.members[place].dismiss(why);
        }
    }

    /// Writers that undo each other's work again and again part by chance.
    async fn let_others_pass(&mut self) {
        let undone = self.members.iter().map(|member| member.undone).max().unwrap_or_default();
        if undone < 2 {
            return;
        }
        let policy = self.policy();
        let span = self.settle_time();
        let parting = Policy { max_retries: policy.rewrites, first_wait: span / 8, longest_wait: span * 2 };
        if let Verdict::Wait(wait) = self.client.backoff(&parting, undone - 1, &self.longest_call(), None) {
            // Who runs out of time meanwhile is told so by the next reading.
            let _ = self.sleep(wait).await;
        }
    }
}

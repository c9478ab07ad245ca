//! IP rules that are on a registry for the length of a run: opened by this process, and closed by it.
//!
//! The other resources of the same process have to know of them. A rule set that owns all rules would show them as drift, and remove them from
//! under whoever needs them; one that lists the range, or a single rule for it, makes it permanent, and closing must leave it. So [`Temporaries`]
//! remembers who holds which rule, and to whom it belongs: readings are shown without rules that are only ours for now
//! ([`Temporaries::hidden`]), and writes spare what is held. [`TemporaryRule`] is one of them, with its verbs.

mod rule;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::registry_network_rule_set::rule_set;
use tokio::sync::Notify;

use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryPatch};
use crate::rules::{Edit, IpRule, Rules};

pub(crate) use self::rule::TemporaryRule;

/// The temporary rules of this process, by registry.
#[derive(Debug, Default)]
pub(super) struct Temporaries {
    rules: Mutex<HashMap<RegistryId, BTreeMap<IpRule, Temporary>>>,
    /// Told when a resource is done with a write that could have made one permanent.
    decided: Notify,
}

/// A rule that somebody in this process holds, or has held: a reading made before it went may still show it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each may be so whatever the others are")]
struct Temporary {
    holders: usize,
    /// Whether it goes with its last holder: it was not there before, and no resource has made it since.
    ours: bool,
    /// Whether a resource is about to make it: then it stays.
    being_made: bool,
    /// Whether a write was cut off that may put it there yet.
    late: bool,
    /// Whether it was removed after its last holder had gone.
    removed: bool,
}

impl Temporary {
    /// Whether nobody holds it, and it is ours.
    fn goes(self) -> bool {
        self.holders == 0 && self.ours && !self.being_made
    }
}

impl Temporaries {
    /// Begins to hold a rule.
    fn hold(&self, registry: &RegistryId, rule: &IpRule) {
        let mut all = self.lock();
        let found = all.entry(registry.clone()).or_default().entry(rule.clone()).or_default();
        if found.removed {
            *found = Temporary::default();
        }
        found.holders += 1;
    }

    /// A reading, before anything was written: a rule that is not there will be ours. Says whether it is somebody else's.
    fn see(&self, registry: &RegistryId, rule: &IpRule, is_there: bool) -> bool {
        self.change(registry, rule, |found| {
            found.ours |= !is_there;
            !found.ours
        })
    }

    /// A write of a rule was cut off: it may be there later, though it is not there now.
    fn may_come(&self, registry: &RegistryId, rule: &IpRule) {
        self.change(registry, rule, |found| found.late = true);
    }

    fn is_late(&self, registry: &RegistryId, rule: &IpRule) -> bool {
        self.change(registry, rule, |found| found.late)
    }

    /// Ends to hold a rule; says whether it is to be removed.
    fn leave(&self, registry: &RegistryId, rule: &IpRule) -> bool {
        self.change(registry, rule, |found| {
            found.holders = found.holders.saturating_sub(1);
            found.goes()
        })
    }

    /// Whether nobody holds a rule that is ours.
    fn goes(&self, registry: &RegistryId, rule: &IpRule) -> bool {
        self.change(registry, rule, |found| found.goes())
    }

    /// Waits until no resource is about to make a rule permanent: one that fails to leaves it to be removed.
    async fn decided(&self, registry: &RegistryId, rule: &IpRule) {
        loop {
            let told = self.decided.notified();
            if !self.change(registry, rule, |found| found.being_made) {
                return;
            }
            told.await;
        }
    }

    /// It was taken off. Says whether that was the end of it: somebody may have come meanwhile, or be about to make it permanent.
    fn removed(&self, registry: &RegistryId, rule: &IpRule) -> bool {
        self.change(registry, rule, |found| {
            found.removed = found.goes();
            found.removed
        })
    }

    /// The rules of a registry that somebody holds: no write of this process takes them from under those.
    pub(super) fn held(&self, registry: &RegistryId) -> Rules {
        self.those(registry, |found| found.holders > 0)
    }

    /// A resource is about to write: what it makes of held rules permanent is not removed any more.
    pub(super) fn about_to_write(&self, registry: &RegistryId, edit: &Edit) {
        self.decide(registry, edit, |_, found, stays| found.being_made |= stays);
    }

    /// A resource has written: rules that it keeps are its own from now on, and those that it gives up, unless `others` claim them, go with
    /// their last holder.
    pub(super) fn written(&self, registry: &RegistryId, edit: &Edit, others: &Rules) {
        self.decide(registry, edit, |rule, found, stays| {
            if stays || !others.ip_rules.contains(rule) {
                found.ours = !stays;
                found.being_made &= !stays;
            }
        });
        self.decided.notify_waiters();
    }

    /// A resource could not write what it was about to.
    pub(super) fn not_written(&self, registry: &RegistryId, edit: &Edit) {
        self.decide(registry, edit, |_, found, stays| found.being_made &= !stays);
        self.decided.notify_waiters();
    }

    /// A reading as it will be once all that is only ours for now is gone: to be compared with states and configurations.
    pub(super) fn hidden(&self, registry: &RegistryId, reading: Arc<Registry>) -> Arc<Registry> {
        let ours = self.those(registry, |found| found.ours).ip_rules;
        let present = rule_set(&reading).ip_rules;
        if present.is_disjoint(&ours) {
            return reading;
        }
        let left = (&present - &ours).iter().map(|rule| rule.as_str().to_owned()).collect();
        let default_action = Some(reading.default_action().to_owned());
        let without = RegistryPatch { default_action, ip_rules: Some(left), ..RegistryPatch::default() };
        Arc::new(without.applied_to(&reading))
    }

    /// The same for a reading of one's own.
    pub(super) fn without(&self, registry: &RegistryId, reading: &Registry) -> Registry {
        Registry::clone(&self.hidden(registry, Arc::new(reading.clone())))
    }

    fn those(&self, registry: &RegistryId, which: impl Fn(&Temporary) -> bool) -> Rules {
        let all = self.lock();
        let found = all.get(registry).into_iter().flatten().filter(|(_, found)| which(found));
        Rules { ip_rules: found.map(|(rule, _)| rule.clone()).collect(), ..Rules::default() }
    }

    /// Tells each rule that an edit decides about whether it stays: those that are held, and those that are being taken off.
    fn decide(&self, registry: &RegistryId, edit: &Edit, tell: impl Fn(&IpRule, &mut Temporary, bool)) {
        for (rule, found) in self.lock().get_mut(registry).into_iter().flatten() {
            let concerns = found.holders > 0 || found.ours && !found.removed;
            if let Some(stays) = edit.decides(rule).filter(|_| concerns) {
                tell(rule, found, stays);
            }
        }
    }

    fn change<T: Default>(&self, registry: &RegistryId, rule: &IpRule, change: impl FnOnce(&mut Temporary) -> T) -> T {
        self.lock().get_mut(registry).and_then(|rules| rules.get_mut(rule)).map(change).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RegistryId, BTreeMap<IpRule, Temporary>>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

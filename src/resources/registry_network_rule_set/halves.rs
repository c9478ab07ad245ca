//! What the calls of one run tell each other about the rule sets of a registry, when Terraform makes one anew.
//!
//! From a delete to the create that belongs to it, and from a refresh to the plan that follows. A registry may have several additive rule sets, and a
//! create is given nothing of the object before it, not even its private data: it is told from others by what it makes. So the plan of a replacement
//! notes that, the delete half brings the note along, and a create takes what was handed over to it, and nothing else.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::content::Previous;
use super::model::{Mode, Model, wholly_known};
use crate::azure::id::RegistryId;
use crate::rules::{IpRule, Rules, SubnetRef};
use crate::terraform::framework::Private;

/// What is known of a rule set.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Its state.
    pub model: Model,
    /// What was there before its create.
    pub previous: Option<Previous>,
}

/// What a plan makes: enough to know it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Makes {
    authoritative: bool,
    ip_rules: Vec<String>,
    virtual_network_subnet_ids: Vec<String>,
    /// Whether these are all: some may not be known before the apply.
    whole: bool,
}

impl Makes {
    const KEY: &'static str = "makes";

    /// What a model asks for.
    pub(super) fn of(model: &Model) -> Self {
        let rules = model.known_rules();
        Self {
            authoritative: model.mode() == Mode::Authoritative,
            ip_rules: rules.ip_rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
            virtual_network_subnet_ids: rules.subnets.iter().map(|subnet| subnet.as_str().to_owned()).collect(),
            whole: wholly_known(&model.ip_rules) && wholly_known(&model.virtual_network_subnet_ids),
        }
    }

    /// Notes it in a plan.
    pub(super) fn note(&self, private: &mut Private) {
        private.keep(Self::KEY, self);
    }

    /// The note of a plan.
    pub(super) fn noted(private: &Private) -> Option<Self> {
        private.read(Self::KEY)
    }

    /// Removes the note: from a plan of a destroy, and from what is stored.
    pub(super) fn forget(private: &mut Private) {
        private.forget(Self::KEY);
    }

    /// How well a planned model, known to its end or not, fits this note of an earlier plan: not at all, or by so many rules. Of authoritative rule
    /// sets a registry has one.
    fn fits(&self, planned: &Model) -> Option<usize> {
        let (noted, now) = (self.rules(), planned.known_rules());
        let same = self.authoritative == (planned.mode() == Mode::Authoritative);
        let became = noted.without(&now).is_empty() && (!self.whole || now.without(&noted).is_empty());
        (same && (self.authoritative || became)).then(|| size(&noted))
    }

    fn rules(&self) -> Rules {
        Rules {
            ip_rules: self.ip_rules.iter().map(|text| IpRule::read(text)).collect(),
            subnets: self.virtual_network_subnet_ids.iter().map(SubnetRef::new).collect(),
        }
    }
}

/// What was handed over, or left, on each registry.
#[derive(Debug, Default)]
pub(in crate::resources) struct Halves {
    handed_over: Mutex<HashMap<RegistryId, Vec<(Makes, Held)>>>,
    left: Mutex<HashMap<RegistryId, Vec<Held>>>,
}

impl Halves {
    /// By a delete: to the create that makes this.
    pub(super) fn hand_over(&self, registry: &RegistryId, to: Makes, held: Held) {
        lock(&self.handed_over).entry(registry.clone()).or_default().push((to, held));
    }

    /// Whether something was handed over to the create of that.
    pub(super) fn waits_for(&self, registry: &RegistryId, planned: &Model) -> bool {
        lock(&self.handed_over).get(registry).is_some_and(|waiting| best(waiting, planned).is_some())
    }

    /// By the create of that: what was handed over to it.
    pub(super) fn take(&self, registry: &RegistryId, planned: &Model) -> Option<Held> {
        let mut handed_over = lock(&self.handed_over);
        let waiting = handed_over.get_mut(registry)?;
        let place = best(waiting, planned)?;
        Some(waiting.swap_remove(place).1)
    }

    /// By a refresh: what a failed create left.
    pub(super) fn leave(&self, registry: &RegistryId, held: Held) {
        let mut left = lock(&self.left);
        let there = left.entry(registry.clone()).or_default();
        there.retain(|earlier| earlier.model != held.model);
        there.push(held);
    }

    /// By a plan: what a failed create of that has left. Configuration may have changed since, so that the one which shares most rules is meant, and
    /// any if it is the only rule set that owns all.
    pub(super) fn left(&self, registry: &RegistryId, planned: &Model) -> Option<Held> {
        let left = lock(&self.left);
        let wanted = planned.known_rules();
        let shared = |held: &&Held| size(&held.model.known_rules().shared_with(&wanted));
        let fits = |held: &&Held| {
            let same = held.model.mode() == planned.mode();
            same && (planned.mode() == Mode::Authoritative || shared(held) > 0 || held.model.known_rules() == wanted)
        };
        left.get(registry)?.iter().filter(fits).max_by_key(shared).cloned()
    }
}

/// The place of what fits best.
fn best(waiting: &[(Makes, Held)], planned: &Model) -> Option<usize> {
    let fitting = waiting.iter().enumerate().filter_map(|(place, (makes, _))| Some((makes.fits(planned)?, place)));
    fitting.max().map(|(_, place)| place)
}

fn size(rules: &Rules) -> usize {
    rules.ip_rules.len() + rules.subnets.len()
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

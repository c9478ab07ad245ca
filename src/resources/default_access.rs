//! A registry that gets its default access back: no network rules, and every network let in.
//!
//! From the action come a registry and whether its rules stay; back goes what that takes from the registry, which the plan tells, and what came of
//! the write. It goes through the registry's one writer. Whoever made the rules: they go, those of this configuration's own resources too, and
//! [`Restoration::brought_back`] says what their next plan makes of that. Settings beside the rules are not written.

use std::pin::pin;

use tokio::sync::mpsc;

use super::registry_network_rule_set::{Lists, Scalars, patch, rule_set, rules};
use super::{Clients, call};
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryEdit, RegistryPatch};
use crate::azure::write::{Updated, WriteFailed};
use crate::rules::{DefaultAction, Edit, Rules};
use crate::terraform::framework::Context;

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Restoration {
    /// To which registry.
    pub registry: RegistryId,
    /// Whether only the default action changes: rules have no effect beside `Allow`, and count again once it is `Deny`.
    pub keep_rules: bool,
}

/// What it takes from a registry, or has taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The rules that go.
    pub rules: Rules,
    /// The rules that stay, as far as they are known.
    pub kept: Rules,
    /// Whether networks are let in that were not before.
    pub opens: bool,
    /// Whether the registry's answer says which virtual network rules it has. Those that it does not show are not removed.
    pub shows_subnets: bool,
    /// Whether public network access is disabled: then nobody gets in but through private endpoints, whatever the rules are.
    pub is_private: bool,
}

/// What resources of this configuration own of what goes: their next plan brings it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BroughtBack {
    /// The rules.
    pub rules: Rules,
    /// Whether a rule set wants the default action `Deny`.
    pub closes: bool,
}

impl Taken {
    /// Whether there is nothing to do.
    pub(crate) fn is_nothing(&self) -> bool {
        self.rules.is_empty() && !self.opens
    }
}

impl Restoration {
    /// What it takes from a registry that is like this.
    pub(crate) fn takes(&self, present: &Registry) -> Taken {
        let content = rule_set(present);
        let held = rules(&content);
        let (rules, kept) = if self.keep_rules { (Rules::default(), held) } else { (held, Rules::default()) };
        Taken {
            rules,
            kept,
            opens: content.default_action != DefaultAction::Allow,
            shows_subnets: content.subnets.is_some(),
            is_private: present.public_network_access_enabled() == Some(false),
        }
    }

    /// What the next plan brings back of this, as far as resources were planned in this process.
    pub(crate) fn brought_back(&self, clients: &Clients, taken: &Taken) -> Option<BroughtBack> {
        let rules = taken.rules.shared_with(&clients.claims.of(&self.registry));
        let closes = taken.opens && clients.claims.denies(&self.registry);
        (closes || !rules.is_empty()).then_some(BroughtBack { rules, closes })
    }

    /// Does it. `tell` hears what goes, right before it is written; more than once, if others write meanwhile.
    pub(crate) async fn run(
        &self,
        clients: &Clients,
        context: &Context,
        mut tell: impl FnMut(&Taken) + Send,
    ) -> Result<Updated<Registry>, WriteFailed<Registry>> {
        let (seen, mut looks) = mpsc::unbounded_channel();
        let (looking, changing) = (self.clone(), self.clone());
        let edit = RegistryEdit::alone(move |current| changing.patch(current)).looking(move |current| {
            // Who has gone does not want to know.
            let _ = seen.send(looking.takes(current));
        });
        let bounds = call(context);
        let mut write = pin!(clients.arm.update_registry(&self.registry, &bounds, edit));
        loop {
            tokio::select! {
                biased;
                Some(taken) = looks.recv() => tell(&taken),
                outcome = &mut write => return outcome,
            }
        }
    }

    fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        let none = Rules::default();
        let (edit, lists) = if self.keep_rules {
            (Edit::additive(Some(DefaultAction::Allow), none.clone(), &none), Lists::Changed)
        } else {
            (Edit::authoritative(DefaultAction::Allow, none), Lists::Both)
        };
        patch(current, &edit, &Scalars::default(), lists)
            .expect("invariant: an edit that names no subnet needs none to be known")
    }
}

#[cfg(test)]
mod tests;

//! Adding or removing one rule, and how it ended.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rule::Rule;
use crate::azure::id::RegistryId;
use crate::azure::registry::{Registry, RegistryEdit, RegistryPatch};
use crate::azure::write::WriteFailed;
use crate::resources::claims::Claims;
use crate::resources::registry_network_rule_set::{Lists, Scalars, patch, rule_set};
use crate::resources::temporary::Temporaries;
use crate::resources::{Clients, call};
use crate::rules::{Edit, Rules};
use crate::terraform::framework::Context;

/// One write of one rule.
pub(super) struct Writing {
    registry: RegistryId,
    rules: Rules,
    edit: Edit,
    /// Whose rules are not removed.
    claims: Arc<Claims>,
    /// Rules that are there for the length of this run only count as absent, and are not removed before its end.
    temporaries: Arc<Temporaries>,
    /// Whether a rule that was there before may be ours from now on.
    adopts: bool,
    found: Mutex<Found>,
}

/// What readings showed before anything of it may have been written. Later ones cannot show what was there before us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Found {
    /// Nothing was read.
    #[default]
    Nothing,
    Absent,
    Present,
    /// The answer does not list rules of that kind.
    Unseen,
}

/// How it ended.
pub(super) enum Outcome {
    /// All is as wanted now.
    Done {
        existed: bool,
    },
    /// The rule was there, and is not to be taken over.
    InTheWay,
    /// The registry's answer does not say which rules of that kind it holds: nothing was written.
    Unseen,
    Failed {
        failed: WriteFailed<Registry>,
        existed: bool,
    },
}

impl Writing {
    pub fn adding(clients: &Clients, rule: &Rule, adopts: bool) -> Arc<Self> {
        Self::of(clients, rule, Edit::additive(None, rule.rules.clone(), &Rules::default()), adopts)
    }

    pub fn removing(clients: &Clients, rule: &Rule) -> Arc<Self> {
        Self::of(clients, rule, Edit::removal(None, rule.rules.clone()), true)
    }

    fn of(clients: &Clients, rule: &Rule, edit: Edit, adopts: bool) -> Arc<Self> {
        let (registry, rules) = (rule.registry.clone(), rule.rules.clone());
        let (claims, temporaries) = (Arc::clone(&clients.claims), Arc::clone(&clients.temporaries));
        Arc::new(Self { registry, rules, edit, claims, temporaries, adopts, found: Mutex::default() })
    }

    pub async fn run(self: Arc<Self>, clients: &Clients, context: &Context) -> Outcome {
        let writing = Arc::clone(&self);
        let looking = Arc::clone(&self);
        let edit = RegistryEdit::in_company(move |current| writing.patch(current));
        let edit = edit.looking(move |current| looking.look(current));
        self.temporaries.about_to_write(&self.registry, &self.edit);
        let result = clients.arm.update_registry(&self.registry, &call(context), edit).await;
        let found = *self.found();
        let refused = found == Found::Unseen || found == Found::Present && !self.adopts;
        if result.is_err() || refused {
            self.temporaries.not_written(&self.registry, &self.edit);
        } else {
            self.temporaries.written(&self.registry, &self.edit, &self.claims.of(&self.registry));
        }
        match result {
            Ok(_) if found == Found::Unseen => Outcome::Unseen,
            Ok(_) if found == Found::Present && !self.adopts => Outcome::InTheWay,
            Ok(_) => Outcome::Done { existed: found == Found::Present },
            Err(failed) => Outcome::Failed { failed, existed: found == Found::Present },
        }
    }

    /// Shown every reading while nothing of this may have been written: others may add the rule between one and the next.
    fn look(&self, current: &Registry) {
        let mut found = self.found();
        if *found == Found::Absent {
            *found = Found::of(&self.temporaries.without(&self.registry, current), &self.rules);
        }
    }

    /// What to send, given what is there. Asked again after each fresh reading.
    fn patch(&self, current: &Registry) -> Option<RegistryPatch> {
        let mut found = self.found();
        if *found == Found::Nothing {
            *found = Found::of(&self.temporaries.without(&self.registry, current), &self.rules);
        }
        // What is refused stays refused, whatever a later reading shows.
        if *found == Found::Unseen || (*found == Found::Present && !self.adopts) {
            return None;
        }
        let spared = self.claims.of(&self.registry).with(&self.temporaries.held(&self.registry));
        let edit = self.edit.sparing(&spared, &rule_set(current));
        patch(current, &edit, &Scalars::default(), Lists::Changed).unwrap_or_else(|_unknown| {
            *found = Found::Unseen;
            None
        })
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    fn of(registry: &Registry, rules: &Rules) -> Self {
        match holds(registry, rules) {
            Some(true) => Self::Present,
            Some(false) => Self::Absent,
            None => Self::Unseen,
        }
    }
}

/// Whether a registry holds the rule; `None` where its answer does not say.
pub(super) fn held(registry: &Registry, rule: &Rule) -> Option<bool> {
    holds(registry, &rule.rules)
}

fn holds(registry: &Registry, rules: &Rules) -> Option<bool> {
    let present = rule_set(registry);
    let subnets = match present.subnets {
        Some(subnets) => rules.subnets.is_subset(&subnets),
        None if rules.subnets.is_empty() => true,
        None => return None,
    };
    Some(subnets && rules.ip_rules.is_subset(&present.ip_rules))
}

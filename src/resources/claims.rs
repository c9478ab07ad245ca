//! Which rules of a registry the resources of one configuration own, as far as this process has seen them planned.
//!
//! Each plan of a rule set or a single rule lays its claim here; where two meet, the one that is planned second says so, since only then both are
//! known. An apply spares what is claimed, so that a rule that moves from one resource to another in a single run is there in the end, whichever
//! resource Terraform changes first: a claim is laid before the write that makes it good.
//! Nothing is known of other states, nor of other provider configurations (aliases), which are processes of their own: their rules are what a
//! reading shows.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::report::{WHEN_DESTROYING, in_words, listed};
use crate::azure::id::RegistryId;
use crate::rules::Rules;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::Private;
use crate::terraform::value::Path;

/// The claims that were laid, by registry and claimant.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<HashMap<RegistryId, Vec<(Claimant, Claim)>>>);

/// The object that lays a claim. Terraform tells a provider no address; this is in the object's private data from its first plan on, so that an
/// object that is planned twice (to be replaced, or by a host that looks more often) does not meet itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claimant(Uuid);

impl Claimant {
    const KEY: &'static str = "claimant";

    /// That of the object with this private data.
    pub(super) fn of(private: &mut Private) -> Self {
        let known = private.read::<String>(Self::KEY).and_then(|text| text.parse().ok());
        let id = known.unwrap_or_else(Uuid::new_v4);
        private.keep(Self::KEY, &id.to_string());
        Self(id)
    }
}

/// What a resource owns.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub owner: Owner,
    pub rules: Rules,
    /// Whether these are all: a configuration may list some that are not known yet.
    pub whole: bool,
    /// What it sets beside rules, as far as it is known: attributes and their values. A registry has one of each.
    pub settings: Vec<(&'static str, String)>,
}

/// How a resource owns rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A rule set that removes what it does not list.
    Authoritative,
    /// A rule set that leaves the rules of others alone.
    Additive,
    /// A resource for one rule.
    Single,
}

impl Claims {
    /// Adds a claim, and says where it meets those before it.
    pub(super) fn lay(&self, registry: &RegistryId, claimant: Claimant, claim: Claim) -> Diagnostics {
        let mut claims = self.lock();
        let laid = claims.entry(registry.clone()).or_default();
        laid.retain(|(earlier, _)| *earlier != claimant);
        let found = laid.iter().flat_map(|(_, earlier)| meeting(registry, &claim, earlier)).collect();
        laid.push((claimant, claim));
        found
    }

    /// The rules of a registry that planned resources own: nobody else removes them in this run.
    pub(super) fn of(&self, registry: &RegistryId) -> Rules {
        self.lock().get(registry).into_iter().flatten().fold(Rules::default(), |all, (_, claim)| all.with(&claim.rules))
    }

    /// Whether a rule set of the registry, and with it a default action, was planned before.
    pub(super) fn has_rule_set(&self, registry: &RegistryId) -> bool {
        self.lock().get(registry).is_some_and(|laid| laid.iter().any(|(_, claim)| claim.owner != Owner::Single))
    }

    /// Whether a planned rule set of the registry wants it to deny.
    pub(super) fn denies(&self, registry: &RegistryId) -> bool {
        let denies =
            |claim: &Claim| claim.settings.iter().any(|(name, value)| *name == "default_action" && value == "\"Deny\"");
        self.lock().get(registry).is_some_and(|laid| laid.iter().any(|(_, claim)| denies(claim)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RegistryId, Vec<(Claimant, Claim)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// Where these rules of it stand.
    fn path(&self, rules: &Rules) -> Path {
        Path::attribute(match (self.owner, rules.ip_rules.is_empty()) {
            (Owner::Single, false) => "ip_range",
            (Owner::Single, true) => "subnet_id",
            (Owner::Authoritative | Owner::Additive, false) => "ip_rules",
            (Owner::Authoritative | Owner::Additive, true) => "virtual_network_subnet_ids",
        })
    }
}

/// What is to be said, to the reader of the newer claim.
fn meeting(registry: &RegistryId, newer: &Claim, earlier: &Claim) -> Vec<Diagnostic> {
    let mut found = over_rules(registry, newer, earlier);
    for (attribute, value) in &newer.settings {
        let other = earlier.settings.iter().find(|(same, other)| same == attribute && other != value);
        found.extend(other.map(|(_, other)| contradiction(registry, attribute, value, other)));
    }
    found
}

fn over_rules(registry: &RegistryId, newer: &Claim, earlier: &Claim) -> Vec<Diagnostic> {
    let shared = newer.rules.shared_with(&earlier.rules);
    let at = |diagnostic: Diagnostic, rules: &Rules| diagnostic.at(newer.path(rules));
    match (newer.owner, earlier.owner) {
        (Owner::Authoritative, Owner::Authoritative) => {
            vec![two_authoritative(registry).at(Path::attribute("registry_id"))]
        }
        (Owner::Single, Owner::Single) if !shared.is_empty() => vec![at(twice(registry, &shared), &shared)],
        (Owner::Authoritative, _) | (_, Owner::Authoritative) => {
            let (set, other) = if newer.owner == Owner::Authoritative { (newer, earlier) } else { (earlier, newer) };
            let unlisted = other.rules.without(&set.rules);
            if set.whole && !unlisted.is_empty() {
                return vec![at(removed_by_set(registry, &unlisted), &unlisted)];
            }
            if shared.is_empty() { Vec::new() } else { vec![at(owned_twice(registry, &shared), &shared)] }
        }
        _ if shared.is_empty() => Vec::new(),
        _ => vec![at(owned_twice(registry, &shared), &shared)],
    }
}

fn two_authoritative(registry: &RegistryId) -> Diagnostic {
    Diagnostic::error(
        format!("Registry {} has two authoritative rule sets", registry.name()),
        format!(
            "Each removes what only the other lists, at every apply. Keep one, or set rules_mode = \"additive\" on \
             both.\n\n{WHEN_DESTROYING}"
        ),
    )
}

fn contradiction(registry: &RegistryId, attribute: &str, value: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Registry {} cannot have {attribute} {value} and {other}", registry.name()),
        format!(
            "Two rule sets of this configuration are for the registry, one with {attribute} = {value} and the other with {other}: \
             whichever is applied last would win. Write the same in both.\n\n{WHEN_DESTROYING}"
        ),
    )
    .at(Path::attribute(attribute))
}

fn twice(registry: &RegistryId, rule: &Rules) -> Diagnostic {
    Diagnostic::error(
        format!("{} of registry {} is in this configuration twice", in_words(rule), registry.name()),
        format!(
            "A registry holds a rule once: destroying one of the two resources would take it from the other. Keep one of them. One \
             that is in the state already is given up without touching the rule by a `removed` block with `destroy = false`, or \
             `terraform state rm`.\n\n{WHEN_DESTROYING}"
        ),
    )
}

fn removed_by_set(registry: &RegistryId, rules: &Rules) -> Diagnostic {
    Diagnostic::error(
        format!("The authoritative rule set of registry {} would remove rules of other resources", registry.name()),
        format!(
            "This configuration has an acrnet_registry_network_rule_set for the registry that removes whatever it does not list, \
             at each apply, and another resource that adds:{}\n\nSet rules_mode = \"additive\" on the rule set, or list the rules \
             in it and remove the other resource.\n\n{WHEN_DESTROYING}",
            listed(rules)
        ),
    )
}

fn owned_twice(registry: &RegistryId, rules: &Rules) -> Diagnostic {
    Diagnostic::warning(
        format!("Rules of registry {} are in two resources of this configuration", registry.name()),
        format!(
            "A registry holds a rule once: when one of the two resources gives it up, it is gone for the other too, until the next \
             apply. Keep each of these in one place:{}",
            listed(rules)
        ),
    )
}

#[cfg(test)]
mod tests;

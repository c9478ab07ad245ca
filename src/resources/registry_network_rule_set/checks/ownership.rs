//! What a plan says about rules of others: what is in the way, what is taken over, let go, opened or given back.

use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::resources::registry_network_rule_set::content::{Previous, rule_set, rules};
use crate::resources::registry_network_rule_set::model::{Mode, Model, OnDestroy, Scalars, wholly_known};
use crate::resources::report::listed;
use crate::rules::{DefaultAction, Rules};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::{Path, Tf};

/// What is in the way of an authoritative rule set that begins to own a registry: rules that it does not list, or, if it owned nothing there
/// before, that the registry denies (then there may be none). Of a kind of rules that is not known to its end nothing is said to be left out.
/// `None`: nothing is lost, as far as it is known, because the registry is as new, or already as wanted.
pub(in crate::resources::registry_network_rule_set) fn in_the_way(
    planned: &Model,
    registry: &Registry,
    owned: Option<&Rules>,
) -> Option<Rules> {
    let present = rule_set(registry);
    let (held, listed) = (rules(&present), planned.known_rules());
    let mut others = held.without(&listed);
    if !wholly_known(&planned.ip_rules) {
        others.ip_rules.clear();
    }
    if !wholly_known(&planned.virtual_network_subnet_ids) {
        others.subnets.clear();
    }
    let another_action = planned.default_action.known().is_some_and(|action| action != present.default_action.as_str());
    let as_wanted = !another_action && others.is_empty() && listed.without(&held).is_empty();
    if planned.mode() == Mode::Additive || as_wanted {
        return None;
    }
    let (others, denies) = match owned {
        Some(owned) => (others.without(owned), false),
        None => (others, present.default_action == DefaultAction::Deny),
    };
    (denies || !others.is_empty()).then_some(others)
}

/// The error of `on_existing = "fail"`.
pub(in crate::resources::registry_network_rule_set) fn refused(
    registry: &RegistryId,
    others: &Rules,
    present: &Registry,
) -> Diagnostic {
    let state = if others.is_empty() {
        format!("Its default action is already {}.", rule_set(present).default_action)
    } else {
        format!("It holds rules that this configuration does not list:{}", listed(others))
    };
    Diagnostic::error(
        format!("Registry {} already has network rules", registry.name()),
        format!(
            "{state}\n\nTo manage what is there, import it:\n\n  import {{\n    to = acrnet_registry_network_rule_set.<name>\n    \
             id = \"{registry}\"\n  }}\n\nTo take over and remove what is not listed, set on_existing = \"adopt\". To leave \
             rules of others alone, set rules_mode = \"additive\"."
        ),
    )
    .at(Path::attribute("registry_id"))
}

/// The warning of `on_existing = "adopt"`.
pub(in crate::resources::registry_network_rule_set) fn adopting(
    registry: &RegistryId,
    others: &Rules,
    planned: &Model,
) -> Option<Diagnostic> {
    let whole = wholly_known(&planned.ip_rules) && wholly_known(&planned.virtual_network_subnet_ids);
    let these = if whole { "these rules" } else { "at least these rules" };
    (!others.is_empty()).then(|| {
        Diagnostic::warning(
            format!("Rules of registry {} will be removed", registry.name()),
            format!("on_existing is \"adopt\", and {these} are not listed in the configuration:{}", listed(others)),
        )
        .at(Path::attribute("on_existing"))
    })
}

/// Rules that a change to `additive` lets go.
pub(in crate::resources::registry_network_rule_set) fn released(prior: &Model, planned: &Model) -> Option<Diagnostic> {
    if !wholly_known(&planned.ip_rules) || !wholly_known(&planned.virtual_network_subnet_ids) {
        return None;
    }
    let released = prior.known_rules().without(&planned.known_rules());
    (!released.is_empty()).then(|| {
        Diagnostic::warning(
            "Rules stay on the registry, no longer managed",
            format!(
                "Changing rules_mode to \"additive\" removes nothing. These rules are no longer listed:{}",
                listed(&released)
            ),
        )
        .at(Path::attribute("rules_mode"))
    })
}

/// A create that opens a registry which denies now: the plan itself shows only what is to come.
pub(in crate::resources::registry_network_rule_set) fn opening(
    registry: &RegistryId,
    planned: &Model,
    present: &Registry,
) -> Option<Diagnostic> {
    let allows = planned.default_action.known().is_some_and(|action| action == DefaultAction::Allow.as_str());
    (allows && rule_set(present).default_action == DefaultAction::Deny).then(|| {
        Diagnostic::warning(
            format!("Registry {} will be opened to all networks", registry.name()),
            "Its default action is Deny now, and default_action is \"Allow\". To leave it closed, write \"Deny\".",
        )
        .at(Path::attribute("default_action"))
    })
}

/// What a destroy opens; `managed` are the settings beside the rules that it brings back.
pub(in crate::resources::registry_network_rule_set) fn destroying(
    prior: &Model,
    previous: Option<&Previous>,
    managed: &Scalars,
) -> Diagnostics {
    let Some(registry) = prior.registry() else { return Diagnostics::new() };
    let name = registry.name();
    match (prior.on_destroy(), previous) {
        (OnDestroy::Keep, _) => Diagnostics::new(),
        (OnDestroy::RestoreDefault, _) => prior.denies().then(|| opened(name)).into_iter().collect(),
        (OnDestroy::RestorePrevious, None) => Diagnostic::warning(
            format!("Destroying leaves registry {name} as it is"),
            "on_destroy is \"restore_previous\", but what was there before is not known: the rule set was imported.",
        )
        .into(),
        (OnDestroy::RestorePrevious, Some(previous)) => {
            let opens = prior.denies() && previous.default_action() == DefaultAction::Allow;
            let rules = if opens { Some(opened(name)) } else { readmitted(name, prior, previous) };
            rules.into_iter().chain(reachable(name, prior, &previous.scalars(managed))).collect()
        }
    }
}

fn opened(name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Destroying opens registry {name} to all networks"),
        "Its default action becomes Allow. To keep it closed, apply on_destroy = \"keep\" or \"restore_previous\" \
         before destroying.",
    )
}

/// Rules that only private data knows, so that no plan shows them.
fn readmitted(name: &str, prior: &Model, previous: &Previous) -> Option<Diagnostic> {
    let back = previous.rules().without(&prior.known_rules());
    (prior.mode() == Mode::Authoritative && !back.is_empty()).then(|| {
        Diagnostic::warning(
            format!("Destroying brings rules back to registry {name}"),
            format!("on_destroy is \"restore_previous\", and these were there before:{}", listed(&back)),
        )
    })
}

fn reachable(name: &str, prior: &Model, restored: &Scalars) -> Option<Diagnostic> {
    let (now, then) = (&prior.public_network_access_enabled, restored.public_network_access_enabled);
    (*now == Tf::Known(false) && then == Some(true)).then(|| {
        Diagnostic::warning(
            format!("Destroying enables public network access of registry {name}"),
            "on_destroy is \"restore_previous\", and it was enabled before. To leave it disabled, apply on_destroy = \"keep\" \
             before destroying.",
        )
    })
}

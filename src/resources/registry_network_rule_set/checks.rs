//! What a plan says about a rule set before anything is written.

use std::collections::BTreeSet;

use super::content::{Previous, rule_set, rules};
use super::model::{Mode, Model, OnDestroy, Wanted, known, wholly_known};
use crate::azure::api_version::RegistrySetting;
use crate::azure::client::Config;
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::resources::report::{self, listed, setting_attribute, virtual_network_rules_offered};
use crate::rules::{Contents, DefaultAction, Finding, Limits, Rules, Subject, SubnetRef};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::Change;
use crate::terraform::value::{Path, Tf};

/// Everything about the content itself. Limits are the provider's to know, so that none applies here.
pub(super) fn content(config: &Model) -> Diagnostics {
    let no_limits = Limits { ip_rules: usize::MAX, virtual_network_rules: usize::MAX };
    let mut found: Diagnostics = findings(config, &no_limits).iter().map(diagnostic).collect();
    let has_rules =
        known(&config.ip_rules).next().is_some() || known(&config.virtual_network_subnet_ids).next().is_some();
    if config.public_network_access_enabled == Tf::Known(false) && has_rules {
        found.push(
            Diagnostic::warning(
                "Rules have no effect while public network access is disabled",
                "Only private endpoints reach the registry then. Leave the rules out, or set \
                 public_network_access_enabled = true.",
            )
            .at(Path::attribute("public_network_access_enabled")),
        );
    }
    found
}

/// Whether there are more rules than the registry takes, or almost.
pub(super) fn limits(config: &Model, limits: &Limits) -> Diagnostics {
    let found = findings(config, limits);
    let of_all = found.iter().filter_map(|finding| match finding.subject {
        Subject::IpRules => Some((finding, "ip_rule_limit")),
        Subject::Subnets => Some((finding, "virtual_network_rule_limit")),
        Subject::IpRule(_) | Subject::Subnet(_) | Subject::DefaultAction => None,
    });
    of_all
        .map(|(finding, argument)| {
            let mut diagnostic = diagnostic(finding);
            let hint = format!(" If Azure takes more by now, raise {argument} in the provider block.");
            diagnostic.detail.push_str(&hint);
            diagnostic
        })
        .collect()
}

fn findings(config: &Model, limits: &Limits) -> Vec<Finding> {
    let contents = Contents {
        default_action: config.default_action.known().and_then(|text| text.parse().ok()),
        ip_rules: known(&config.ip_rules).collect(),
        subnets: known(&config.virtual_network_subnet_ids).collect(),
    };
    contents.findings(limits)
}

fn diagnostic(finding: &Finding) -> Diagnostic {
    let attribute = match finding.subject {
        Subject::IpRule(_) | Subject::IpRules => "ip_rules",
        Subject::Subnet(_) | Subject::Subnets => "virtual_network_subnet_ids",
        Subject::DefaultAction => "default_action",
    };
    report::finding(finding, attribute)
}

/// Virtual network rules where they cannot be written, or are not offered.
pub(super) fn virtual_network_rules(config: &Model, arm: &Config) -> Diagnostics {
    match known(&config.virtual_network_subnet_ids).next() {
        Some(_) => virtual_network_rules_offered(arm, "virtual_network_subnet_ids"),
        None => Diagnostics::new(),
    }
}

/// Settings beside the rules that the API version would ignore.
pub(super) fn settings(config: &Model, arm: &Config) -> Diagnostics {
    let version = &arm.registry_api_version;
    let is_set = |setting: &RegistrySetting| match setting {
        RegistrySetting::PublicNetworkAccess => config.public_network_access_enabled.known().is_some(),
        RegistrySetting::BypassOption => config.network_rule_bypass_option.known().is_some(),
        RegistrySetting::BypassForTasks => config.network_rule_bypass_for_tasks_enabled.known().is_some(),
    };
    let ignored = RegistrySetting::ALL.into_iter().filter(|setting| is_set(setting) && !version.carries(*setting));
    let diagnostic = |setting: RegistrySetting| {
        let attribute = setting_attribute(setting);
        let detail = format!(
            "Azure would ignore the setting without a word. Set the provider's registry_api_version to a version that carries \
             it (leave it out for the default), or remove {attribute}."
        );
        Diagnostic::error(format!("API version {version} has no {}", setting.property()), detail)
            .at(Path::attribute(attribute))
    };
    ignored.map(diagnostic).collect()
}

/// The subnets that a change lists and the state does not: for those, Azure is asked during plan.
pub(super) fn subnets_to_begin_with(change: &Change<Model>) -> BTreeSet<SubnetRef> {
    let held = change.prior.as_ref().map(Model::known_rules).unwrap_or_default();
    change.planned.known_rules().without(&held).subnets.into_iter().collect()
}

/// What is in the way of an authoritative rule set that begins to own a registry: rules that it does
/// not list, or, if it owned nothing there before, that the registry denies (then there may be none).
/// `None`: nothing is lost, because the registry is as new, or already as wanted.
pub(super) fn in_the_way(wanted: &Wanted, registry: &Registry, owned: Option<&Rules>) -> Option<Rules> {
    let present = rule_set(registry);
    let held = rules(&present);
    let as_wanted = held == wanted.rules && present.default_action == wanted.default_action;
    if wanted.mode == Mode::Additive || as_wanted {
        return None;
    }
    let others = held.without(&wanted.rules);
    let (others, denies) = match owned {
        Some(owned) => (others.without(owned), false),
        None => (others, present.default_action == DefaultAction::Deny),
    };
    (denies || !others.is_empty()).then_some(others)
}

/// The error of `on_existing = "fail"`.
pub(super) fn refused(registry: &RegistryId, others: &Rules, present: &Registry) -> Diagnostic {
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
pub(super) fn adopting(registry: &RegistryId, others: &Rules) -> Option<Diagnostic> {
    (!others.is_empty()).then(|| {
        Diagnostic::warning(
            format!("Rules of registry {} will be removed", registry.name()),
            format!("on_existing is \"adopt\", and these rules are not listed in the configuration:{}", listed(others)),
        )
        .at(Path::attribute("on_existing"))
    })
}

/// Rules that a change to `additive` lets go.
pub(super) fn released(prior: &Model, planned: &Model) -> Option<Diagnostic> {
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

/// What a destroy opens.
pub(super) fn destroying(prior: &Model, previous: Option<&Previous>) -> Option<Diagnostic> {
    let registry = prior.registry()?;
    let opens = match prior.on_destroy() {
        OnDestroy::Keep => false,
        OnDestroy::RestoreDefault => prior.denies(),
        OnDestroy::RestorePrevious => {
            prior.denies() && previous.is_some_and(|previous| previous.default_action() == DefaultAction::Allow)
        }
    };
    if prior.on_destroy() == OnDestroy::RestorePrevious && previous.is_none() {
        return Some(Diagnostic::warning(
            format!("Destroying leaves registry {} as it is", registry.name()),
            "on_destroy is \"restore_previous\", but what was there before is not known: the rule set was imported.",
        ));
    }
    opens.then(|| {
        Diagnostic::warning(
            format!("Destroying opens registry {} to all networks", registry.name()),
            "Its default action becomes Allow. To keep it closed, apply on_destroy = \"keep\" or \"restore_previous\" \
             before destroying.",
        )
    })
}

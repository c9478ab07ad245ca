//! What is said about a single rule.

use super::fields::Kind;
use super::rule::Rule;
use crate::azure::client::Config;
use crate::azure::registry::Registry;
use crate::resources::live;
use crate::resources::registry_network_rule_set::{rule_set, rules};
use crate::resources::report::{WHEN_DESTROYING, listed, virtual_network_rules_offered};
use crate::rules::{DefaultAction, Fill, Limits, Rules};
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::value::Path;

/// What to do about a rule on a registry that only private endpoints reach.
const ENABLE: &str = "Leave the rule out, or enable public network access where the registry is managed.";

/// A virtual network rule where it cannot be written, or is not offered.
pub(super) fn offered<K: Kind>(rule: &Rule, arm: &Config) -> Diagnostics {
    if rule.rules.subnets.is_empty() { Diagnostics::new() } else { virtual_network_rules_offered(arm, K::ELEMENT) }
}

/// The error of `on_existing = "fail"`.
pub(super) fn refused<K: Kind>(rule: &Rule) -> Diagnostic {
    Diagnostic::error(
        already_there(rule),
        format!(
            "on_existing is \"fail\". To manage the rule that is there, import it:\n\n  import {{\n    to = {}.<name>\n    id = \
             \"{}\"\n  }}\n\nTo take it over without an import, set on_existing = \"adopt\".\n\n{WHEN_DESTROYING}",
            K::NAME,
            rule.id()
        ),
    )
    .at(Path::attribute(K::ELEMENT))
}

/// The warning of `on_existing = "adopt"`.
pub(super) fn adopting<K: Kind>(rule: &Rule) -> Diagnostic {
    Diagnostic::warning(
        already_there(rule),
        "It becomes this resource's, and goes when the resource is destroyed. If it belongs to somebody else (another state, a \
         script), leave it to them: remove this resource, or set on_existing = \"fail\".",
    )
    .at(Path::attribute(K::ELEMENT))
}

fn already_there(rule: &Rule) -> String {
    format!("Registry {} already has {}", rule.registry.name(), rule.words())
}

/// What a registry is that the rule cannot be on, or has no effect on. What it lets in by default may be about to change where this run has
/// planned a rule set of it.
pub(super) fn surroundings<K: Kind>(rule: &Rule, registry: &Registry, rule_set_planned: bool) -> Diagnostics {
    let mut found: Diagnostics = live::not_premium(&rule.registry, registry).into_iter().collect();
    let at_registry = |warning: Diagnostic| warning.at(Path::attribute("registry_id"));
    if registry.public_network_access_enabled() == Some(false) {
        found.push(at_registry(live::without_public_access(ENABLE)));
    } else if rule_set(registry).default_action == DefaultAction::Allow && !rule_set_planned && !found.has_error() {
        found.push(at_registry(lets_everybody_in(rule)));
    }
    if !rule.rules.subnets.is_empty() {
        found.extend(live::beside_private_endpoints(&rule.registry, registry, K::ELEMENT));
    }
    found
}

fn lets_everybody_in(rule: &Rule) -> Diagnostic {
    Diagnostic::warning(
        format!("Registry {} lets every client in", rule.registry.name()),
        "Its default action is Allow now, and rules have no effect until it is Deny. That is set where the registry is managed: \
         acrnet_registry_network_rule_set, or network_rule_set of azurerm_container_registry.",
    )
}

/// A registry that would hold more rules than it takes, or almost, unless some go: those that are there, and those that this run `claimed`.
pub(super) fn without_room<K: Kind>(
    rule: &Rule,
    registry: &Registry,
    claimed: &Rules,
    limits: &Limits,
) -> Option<Diagnostic> {
    let all = rules(&rule_set(registry)).with(claimed).with(&rule.rules);
    let (count, limit, what, argument) = if rule.rules.subnets.is_empty() {
        (all.ip_rules.len(), limits.ip_rules, "IP rules", "ip_rule_limit")
    } else {
        (all.subnets.len(), limits.virtual_network_rules, "virtual network rules", "virtual_network_rule_limit")
    };
    let whose = "This counts the rules that are there, those of others included, and those that this run adds.";
    let raise = format!("If Azure takes more by now, raise {argument} in the provider block.");
    let name = rule.registry.name();
    let (summary, detail) = match Fill::of(count, limit) {
        Fill::Roomy => return None,
        Fill::Tight => (
            format!("Registry {name} would hold {count} {what}, more than 90 % of the {limit} that it takes"),
            format!("{whose} {raise}"),
        ),
        Fill::Over => (
            format!("Registry {name} takes {limit} {what}, and there would be {count}"),
            format!("{whose} Unless some go first, Azure will refuse the write. {raise}"),
        ),
    };
    Some(Diagnostic::warning(summary, detail).at(Path::attribute(K::ELEMENT)))
}

/// An import of a rule that nobody has made.
pub(super) fn nothing_to_import<K: Kind>(rule: &Rule, registry: &Registry) -> Diagnostic {
    let all = rules(&rule_set(registry));
    let same_kind = if rule.rules.subnets.is_empty() {
        Rules { ip_rules: all.ip_rules, ..Rules::default() }
    } else {
        Rules { subnets: all.subnets, ..Rules::default() }
    };
    let there = if same_kind.is_empty() {
        "It has no rule of that kind.".to_owned()
    } else {
        format!("The rules of that kind are:{}", listed(&same_kind))
    };
    Diagnostic::error(
        format!("Registry {} does not have {}", rule.registry.name(), rule.words()),
        format!("{there}\n\nTo make the rule, remove the import and apply the resource: {}.", K::NAME),
    )
}

/// A registry whose answer does not list rules of that kind.
pub(super) fn unseen<K: Kind>(rule: &Rule) -> Diagnostic {
    Diagnostic::error(
        format!("The virtual network rules of registry {} are not known", rule.registry.name()),
        "Azure's answer does not list them, and writing any would remove those of others. The API version in use may not carry \
         them: set the provider's registry_api_version to a version that does (leave it out for the default).",
    )
    .at(Path::attribute(K::ELEMENT))
}

/// A state that was edited by hand.
pub(super) fn no_rule<K: Kind>() -> Diagnostic {
    Diagnostic::error(
        "The state holds no rule",
        format!(
            "registry_id and {} are not both known and well formed. Remove the object with `terraform state rm` and import it again.",
            K::ELEMENT
        ),
    )
}

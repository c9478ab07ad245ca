//! What goes into the state: the registry as it is, in the words of the configuration.

use super::content::{rule_set, rules, scalars};
use super::model::{Mode, Model};
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::resources::RegistryIdentity;
use crate::rules::{DefaultAction, Rules};
use crate::terraform::value::Tf;

/// The model of what a registry holds, in the spelling of the state.
pub(super) fn observed(registry: &Registry, mut state: Model) -> Model {
    let present = rule_set(registry);
    let listed = state.known_rules();
    let mut held = rules(&present.spelled_as(&listed));
    if present.subnets.is_none() {
        held.subnets.clone_from(&listed.subnets);
    }
    if state.mode() == Mode::Additive {
        held.ip_rules.retain(|rule| listed.ip_rules.contains(rule));
        held.subnets.retain(|subnet| listed.subnets.contains(subnet));
    }
    state.set_rules(&held);
    state.default_action = Tf::Known(present.default_action.as_str().to_owned());
    state.rules_mode = or_default(state.rules_mode, "authoritative");
    state.on_existing = or_default(state.on_existing, "fail");
    state.on_destroy = or_default(state.on_destroy, "restore_default");
    let present = scalars(registry);
    state.public_network_access_enabled = Tf::from_option(present.public_network_access_enabled);
    state.network_rule_bypass_option = Tf::from_option(present.network_rule_bypass_option);
    state.network_rule_bypass_for_tasks_enabled = Tf::from_option(present.network_rule_bypass_for_tasks_enabled);
    state.login_server = Tf::from_option(registry.login_server().map(str::to_owned));
    state
}

/// The model of the rule set of a registry that a list shows: what an import and a read of it give. Without a view of the registry, as much
/// of it as tells which one it is.
pub(crate) fn listed(id: &RegistryId, shown: Option<&Registry>) -> Model {
    // In the spelling in which an import by identity begins.
    let id = RegistryIdentity::of(id).id().unwrap_or_else(|_| id.clone());
    let begun = Model::begun(&id);
    match shown {
        Some(registry) => observed(registry, begun),
        None => begun,
    }
}

/// Whether something keeps a client from a registry: its default action, or a public endpoint that is off. One that lets everybody in and holds
/// rules counts too: somebody has begun to restrict it.
pub(crate) fn is_restricted(registry: &Registry) -> bool {
    let content = rule_set(registry);
    content.default_action == DefaultAction::Deny
        || rules(&content) != Rules::default()
        || registry.public_network_access_enabled() == Some(false)
}

/// An imported object has no choices yet; those of the schema are the user's unless configuration says otherwise.
fn or_default(choice: Tf<String>, default: &str) -> Tf<String> {
    if choice.is_null() { Tf::Known(default.to_owned()) } else { choice }
}

/// The planned model with what only the registry could tell. Everything that was planned stays as planned.
pub(super) fn completed(planned: Model, registry: &Registry) -> Model {
    let present = observed(registry, planned.clone());
    Model {
        public_network_access_enabled: planned
            .public_network_access_enabled
            .or_found(present.public_network_access_enabled),
        network_rule_bypass_option: planned.network_rule_bypass_option.or_found(present.network_rule_bypass_option),
        network_rule_bypass_for_tasks_enabled: planned
            .network_rule_bypass_for_tasks_enabled
            .or_found(present.network_rule_bypass_for_tasks_enabled),
        login_server: planned.login_server.or_found(present.login_server),
        id: planned.id.or_found(planned.registry_id.clone()),
        ..planned
    }
}

//! What a `moved` block brings: an `azapi_update_resource` of a registry becomes its rule set.

use super::model::Model;
use crate::azure::id::RegistryId;
use crate::azure::registry::Registry;
use crate::resources::azapi::{Target, Update};
use crate::rules::{IpRule, Rules, SubnetRef};
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::MoveSource;
use crate::terraform::value::Tf;

const PROPERTIES: [&str; 4] =
    ["networkRuleSet", "publicNetworkAccess", "networkRuleBypassOptions", "networkRuleBypassAllowedForTasks"];

const TARGET: Target = Target {
    name: "acrnet_registry_network_rule_set",
    azure_type: "Microsoft.ContainerRegistry/registries",
    object: "registry",
    part: "the network rules",
    properties: &PROPERTIES,
    holds: |body| PROPERTIES.iter().any(|name| !body["properties"][name].is_null()),
};

/// The beginning of the rule set: the registry and the rules that azapi kept there. The read that follows adds, to one that is authoritative, every
/// other rule of the registry, as after an import.
pub(super) fn moved(source: &MoveSource, warnings: &mut Diagnostics) -> Option<Result<Model, Diagnostics>> {
    let update: Update<'_, RegistryId> = match Update::of(source, &TARGET)? {
        Ok(update) => update,
        Err(errors) => return Some(Err(errors)),
    };
    warnings.extend(update.unmanaged(&TARGET, None));
    let body = Registry::new(update.body.clone().into_owned());
    let listed = Rules {
        ip_rules: body.ip_rules().iter().map(|rule| IpRule::read(rule)).collect(),
        subnets: body.virtual_network_rules().into_iter().flatten().map(SubnetRef::new).collect(),
    };
    // Lists that azapi shares with others hold rules that this configuration never owned.
    let shared = update.shares("networkRuleSet.ipRules") || update.shares("networkRuleSet.virtualNetworkRules");
    let id = Tf::Known(update.id.to_string());
    let rules_mode = if shared { Tf::Known("additive".to_owned()) } else { Tf::Null };
    let mut model = Model { id: id.clone(), registry_id: id, rules_mode, ..Model::default() };
    model.set_rules(&listed);
    Some(Ok(model))
}

#[cfg(test)]
mod tests;

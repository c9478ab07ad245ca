//! The declaration of the resource.

use super::model::{same_ip_rules, same_subnets};
use crate::azure::id::{RegistryId, SubnetId};
use crate::resources::same_id;
use crate::terraform::framework::timeouts;
use crate::terraform::schema::{Attribute, Check, Schema};
use crate::terraform::value::{Type, Value};

const DESCRIPTION: &str = "\
Owns the default action and the network rules of one container registry: which public IPv4 addresses and which subnets \
may reach it. The registry itself stays with whatever made it. Needs the Premium SKU.\n\n\
~> Do not manage the rules of one registry here and in the `network_rule_set` block of `azurerm_container_registry`, \
nor by two authoritative rule sets, nor by an authoritative one and single rules (`acrnet_registry_ip_rule`, \
`acrnet_registry_virtual_network_rule`): each would undo the other. `rules_mode = \"additive\"` leaves rules of others alone.";

pub(super) fn schema() -> Schema {
    ownership(rules(Schema::new(DESCRIPTION)))
        .attribute(
            Attribute::string("id", "The registry's id, as in `registry_id`. It is also what an import takes.")
                .computed()
                .kept(),
        )
        .attribute(
            Attribute::string(
                "login_server",
                "Host name under which the registry is reached, `myregistry.azurecr.io`.",
            )
            .computed()
            .kept(),
        )
        .nested_block(timeouts::block())
}

fn rules(schema: Schema) -> Schema {
    schema
        .attribute(
            Attribute::string(
                "registry_id",
                "Id of the registry, \
                 `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/<name>`. \
                 Compared without regard to letter case. Changing it makes a new rule set.",
            )
            .required()
            .replaces()
            .check(Check::parses::<RegistryId>())
            .same_when(same_id),
        )
        .attribute(
            Attribute::string(
                "default_action",
                "What happens to clients that no rule covers: `Deny` keeps them out; `Allow` lets everybody in, and rules have no effect.",
            )
            .required()
            .check(Check::one_of(&["Allow", "Deny"])),
        )
        .attribute(
            Attribute::new(
                "ip_rules",
                Type::set(Type::String),
                "Public IPv4 addresses (`203.0.113.7`) and ranges in CIDR form (`198.51.100.0/24`) that may reach the \
                 registry; at most 200 (the provider's `ip_rule_limit`). `203.0.113.7` and `203.0.113.7/32` are the same rule. IPv6, host \
                 bits (`198.51.100.1/24`) and ranges that overlap private space (RFC 1918) are errors of the plan. Defaults to none.",
            )
            .default(Value::Set(Vec::new()))
            // What is wrong with a text is said by the resource; this is here to refuse an element that is null.
            .check(Check::new(|_| Ok(())))
            .same_when(|a, b| same_ip_rules(texts(a), texts(b))),
        )
        .attribute(
            Attribute::new(
                "virtual_network_subnet_ids",
                Type::set(Type::String),
                "Ids of the subnets that may reach the registry; at most 100 (the provider's `virtual_network_rule_limit`). Each needs the service endpoint \
                 `Microsoft.ContainerRegistry`: reference `acrnet_subnet_service_endpoint.….subnet_id`, so that the \
                 endpoint is there before the rule and leaves after it. Compared without regard to letter case. \
                 Defaults to none.",
            )
            .default(Value::Set(Vec::new()))
            .check(Check::parses::<SubnetId>())
            .same_when(|a, b| same_subnets(texts(a), texts(b))),
        )
        .attribute(
            Attribute::string(
                "rules_mode",
                "`authoritative`: rules that are not listed are removed. `additive`: the listed rules are ensured, and \
                 removed when they leave the list or the resource is destroyed; rules of others are left alone. \
                 Changing from `authoritative` to `additive` removes nothing. Defaults to `authoritative`.",
            )
            .default("authoritative")
            .check(Check::one_of(&["authoritative", "additive"])),
        )
}

fn ownership(schema: Schema) -> Schema {
    schema
        .attribute(
            Attribute::bool(
                "public_network_access_enabled",
                "Whether the registry is reachable over its public endpoint at all; with `false`, rules have no effect. \
                 Left out, it is not managed: the value is read and never written.",
            )
            .optional_computed()
            .kept(),
        )
        .attribute(
            Attribute::string(
                "network_rule_bypass_option",
                "Whether trusted Azure services pass the rules: `AzureServices`, or `None`. Left out, it is not managed: the value is read \
                 and never written.",
            )
            .optional_computed()
            .kept()
            .check(Check::one_of(&["AzureServices", "None"])),
        )
        .attribute(
            Attribute::bool(
                "network_rule_bypass_for_tasks_enabled",
                "Whether ACR Tasks with a system-assigned identity pass the rules. Left out, it is not managed: the value is read and never \
                 written.",
            )
            .optional_computed()
            .kept(),
        )
        .attribute(
            Attribute::string(
                "on_existing",
                "What an authoritative rule set does on creation when the registry already denies, or holds other rules: \
                 `fail`, with the `import` block to use instead, or `adopt`: take over and remove what is not listed. \
                 A registry that already is as configured is taken over in any case. Defaults to `fail`.",
            )
            .default("fail")
            .check(Check::one_of(&["fail", "adopt"])),
        )
        .attribute(
            Attribute::string(
                "on_destroy",
                "What destroying leaves: `restore_default` removes the owned rules and sets the default action to \
                 `Allow`, which opens the registry; `restore_previous` brings back what was there before this resource \
                 was created; for an imported one, which knows no before, it writes nothing; `keep` writes nothing, so that the rules stay too: keep the endpoints \
                 of their subnets as well (`remove_on_destroy = false`). The value in the state counts: change and apply it before the destroy. \
                 Defaults to `restore_default`.",
            )
            .default("restore_default")
            .check(Check::one_of(&["restore_default", "restore_previous", "keep"])),
        )
}

fn texts(set: &Value) -> impl Iterator<Item = &str> {
    set.elements().unwrap_or_default().iter().filter_map(Value::as_str)
}

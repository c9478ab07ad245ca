//! What to do about each cause of the table, with the names that ARM's words hold.

use super::object::{Case, Object};
use super::remedies::Remedy;
use super::{register_command, setting_attribute, words};
use crate::azure::api_version::RegistrySetting;

pub(super) fn general(text: impl Into<String>) -> Remedy {
    Remedy { text: text.into(), attribute: None }
}

pub(super) fn advice(attribute: impl Into<Option<&'static str>>, text: impl Into<String>) -> Remedy {
    Remedy { text: text.into(), attribute: attribute.into() }
}

pub(super) fn network_subscription_not_registered(case: &Case<'_>) -> Remedy {
    let scope = words::missing_right(&case.error.message).and_then(|(_, scopes)| scopes.first().copied());
    let network = scope.and_then(|scope| scope.split("/taggedTrafficConsumers").next()).unwrap_or_default();
    let (which, subscription) = match words::subscription(network) {
        Some(subscription) => (format!("subscription {subscription}, that of virtual network {network}"), subscription),
        None => {
            ("the subscription of a virtual network in the rules".to_owned(), "<the virtual network's subscription>")
        }
    };
    let text = format!(
        "This looks like a missing right, but means that the resource provider is not registered in {which}. Run\n\n{}\n\nand \
         apply again, or set resource_provider_registration = \"register\" in the provider block.",
        register_command(subscription)
    );
    advice(case.object.subnets(), text)
}

pub(super) fn subscription_not_registered(case: &Case<'_>) -> Remedy {
    let subscription = words::subscription(case.id).unwrap_or("<the subscription>");
    let namespace = if case.error.message.contains("Microsoft.Network") {
        "Microsoft.Network"
    } else {
        "Microsoft.ContainerRegistry"
    };
    let text = format!(
        "The resource provider {namespace} is not registered in subscription {subscription}. Run\n\n  az provider register \
         --namespace {namespace} --subscription {subscription} --wait\n\nand apply again."
    );
    advice(case.object.attribute(), text)
}

pub(super) fn without_endpoint(case: &Case<'_>) -> Remedy {
    let use_it = match case.object {
        Object::VirtualNetworkRule => "set subnet_id to its subnet_id",
        _ => "use its subnet_id in virtual_network_subnet_ids",
    };
    let found = words::subnets_without_endpoint(&case.error.message);
    let each = if found.is_some() { "for each" } else { "for it" };
    let remedy = format!(
        "Add an acrnet_subnet_service_endpoint {each} and {use_it}. Azure checks every rule at each \
         write, so it can also be a subnet that somebody else has listed."
    );
    let text = match &found {
        Some(subnets) => {
            let subscription = words::subscription(subnets.network).unwrap_or_default();
            format!(
                "These subnets in subscription {subscription} lack the service endpoint Microsoft.ContainerRegistry:{}\n\n{remedy}",
                subnets.listed()
            )
        }
        None => format!("A subnet in the rules lacks the service endpoint. {remedy}"),
    };
    advice(at_subnets(case, found.as_ref()), text)
}

pub(super) fn missing_subnets(case: &Case<'_>) -> Remedy {
    let found = words::subnets_that_are_missing(&case.error.message);
    let listed = found.as_ref().map_or_else(|| ".".to_owned(), |subnets| format!(":{}", subnets.listed()));
    let whose = if matches!(case.object, Object::IpRule | Object::VirtualNetworkRule) {
        "Whoever lists them has to take them out."
    } else {
        "Take them out of virtual_network_subnet_ids."
    };
    let text = format!(
        "The rules name subnets that do not exist (any more){listed}\n\n{whose} Azure checks the rules of others at each write \
         too. The only one for a deleted subnet goes by itself (az acr network-rule remove); several block each other, and go in \
         one write: rules_mode = \"authoritative\" does it, or az rest --method patch with the rules that are to stay."
    );
    advice(at_subnets(case, found.as_ref()), text)
}

/// The attribute that names subnets, unless those to blame are certainly others.
fn at_subnets(case: &Case<'_>, found: Option<&words::Subnets<'_>>) -> Option<&'static str> {
    case.object.subnets().filter(|_| found.is_none_or(|subnets| case.is_to_blame_for(subnets)))
}

pub(super) fn duplicate_rule(case: &Case<'_>) -> Remedy {
    let is_ip = case.error.message.contains("duplicate IP rule");
    let rule = words::duplicate(&case.error.message).unwrap_or("a rule");
    let attribute = if is_ip { case.object.ip_rules() } else { case.object.subnets() };
    let place = attribute.unwrap_or("the rules");
    let text = format!(
        "Azure found {rule} twice. Look for it in another spelling in {place}; if it is there once, another writer added it at \
         the same time: apply again."
    );
    advice(attribute, text)
}

pub(super) fn linked_right(case: &Case<'_>) -> Remedy {
    let right = words::missing_right(&case.error.message);
    let action = right
        .as_ref()
        .map_or("Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action", |(action, _)| *action);
    let scopes = right.map(|(_, scopes)| scopes).unwrap_or_default();
    let on = if scopes.is_empty() {
        " on every subnet in the rules.".to_owned()
    } else {
        let listed = words::listed(scopes.iter());
        let subscription = scopes.first().and_then(|scope| words::subscription(scope)).unwrap_or_default();
        format!(" in subscription {subscription} on:{listed}\n")
    };
    let text = format!(
        "The identity lacks {action}{on}\nGive it a role with that action there (Network Contributor has it). Azure checks every \
         rule at each write, so it is needed on the subnets of others in the same list too."
    );
    advice(case.object.subnets(), text)
}

pub(super) fn missing_right(case: &Case<'_>) -> Remedy {
    let text = match words::missing_right(&case.error.message) {
        Some((action, scopes)) => {
            let scope = scopes.first().copied().unwrap_or(case.id);
            let subscription = words::subscription(scope).map(|id| format!(" (subscription {id})")).unwrap_or_default();
            format!(
                "The identity lacks {action} on {scope}{subscription}. Give it a role that holds the action there; a new \
                 assignment takes some minutes to count."
            )
        }
        None => "The identity lacks a right on this object; ARM's message names the action.".to_owned(),
    };
    advice(case.object.attribute(), text)
}

pub(super) fn missing_object(case: &Case<'_>) -> Remedy {
    let (attribute, made_by) = (case.object.attribute(), case.object.made_by());
    let text = format!(
        "It does not exist, or is not visible to this identity. Check the id. If this configuration creates it, refer to its id \
         ({made_by}.<name>.id) instead of writing it out: Terraform then makes it first, and what depends on it waits for that."
    );
    advice(attribute, text)
}

pub(super) fn not_carried(case: &Case<'_>) -> Remedy {
    let setting = RegistrySetting::ALL.into_iter().find(|setting| case.error.message.contains(setting.property()));
    let attribute = setting.map_or(case.object.subnets(), |setting| Some(setting_attribute(setting)));
    let text = "Set the provider's registry_api_version to a version that carries what is written (leave it out for the default).";
    advice(attribute, text)
}

pub(super) fn over_quota(case: &Case<'_>) -> Remedy {
    let (feature, number) = words::quota(&case.error.message).unwrap_or(("rule", "that Azure names"));
    let is_ip = feature.to_ascii_lowercase().contains("ip");
    let (attribute, limit) = if is_ip {
        (case.object.ip_rules(), "ip_rule_limit")
    } else {
        (case.object.subnets(), "virtual_network_rule_limit")
    };
    let how = if is_ip { "Merge neighbouring ranges" } else { "Remove rules that nobody needs" };
    let text = format!(
        "The registry takes no more than {number} of the feature {feature}; rules of others count too. {how}, and set {limit} in \
         the provider block to {number}, so that the plan says it next time. Azure does not raise this limit on request."
    );
    advice(attribute, text)
}

pub(super) fn wrong_sku(case: &Case<'_>) -> Remedy {
    let sku = words::sku(&case.error.message).unwrap_or("it has");
    let public = case.error.has_code(&["DisablingPublicNetworkAccessNotSupported"]);
    let attribute = if public { "public_network_access_enabled" } else { case.object.attribute() };
    let what = if public { "Disabling public network access is" } else { "Network rules are" };
    let text = format!(
        "{what} for registries of the SKU Premium, and this one is {sku}. Change the SKU where the registry is managed (az acr \
         update --sku Premium), or remove this from the configuration."
    );
    advice(attribute, text)
}

pub(super) fn unsupported_version(case: &Case<'_>) -> Remedy {
    let argument = version_argument(case);
    let supported = match words::supported_versions(&case.error.message) {
        Some(list) => format!("It supports:{}", words::listed(list.split(',').map(str::trim))),
        None => "ARM's message may name those that it supports.".to_owned(),
    };
    general(format!(
        "The service does not take the API version of this request. {supported}\n\nSet {argument} in the provider block to one \
         of them, or leave it out for the default. Virtual network rules need 2026-03-01-preview or another version that \
         carries them."
    ))
}

pub(super) fn version_too_old(case: &Case<'_>) -> Remedy {
    let argument = version_argument(case);
    let text = match words::newer_version(&case.error.message) {
        Some((property, version)) => {
            format!(
                "The {} uses {property}, written by a newer API version. Set {argument} in the provider block to {version} or later.",
                case.object.word()
            )
        }
        None => format!("It was written by a newer API version. Set {argument} in the provider block to a later one."),
    };
    advice(case.object.attribute(), text)
}

pub(super) fn version_argument(case: &Case<'_>) -> &'static str {
    match case.object {
        Object::Subnet | Object::VirtualNetwork => "network_api_version",
        // What is listed there is in the request.
        Object::Subscription | Object::ResourceGroup if case.error.url.contains("/Microsoft.Network/") => {
            "network_api_version"
        }
        _ => "registry_api_version",
    }
}

pub(super) fn another_operation(case: &Case<'_>) -> Remedy {
    let operation = words::running_operation(&case.error.message).map(|id| format!(" ({id})")).unwrap_or_default();
    let place = match (case.object, words::subscription(case.id)) {
        (Object::Subnet, Some(subscription)) => {
            format!("the subnet or its virtual network in subscription {subscription}")
        }
        _ => "the registry".to_owned(),
    };
    general(format!(
        "Another operation{operation} held {place} for as long as this run could wait. Azure lets one writer at a time into a \
         virtual network. Let the other run end and apply again; where several runs share a network, raise the limit in the \
         `timeouts` block."
    ))
}

pub(super) fn not_at_rest(case: &Case<'_>) -> Remedy {
    let resource = words::busy_resource(&case.error.message).unwrap_or("a resource that this one needs");
    general(format!(
        "{resource} was being changed by somebody else for as long as this run could wait. Apply again; where several runs share \
         a network, raise the limit in the `timeouts` block. If it stays in that state, look at the resource in the portal: a \
         failed operation may hold it."
    ))
}

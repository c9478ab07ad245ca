//! Whether a registry may be stored: its SKU, its IP rules, and every one of its virtual network rules.
//!
//! ACR validates all rules of the result at each write, not only the new ones (azure-cli#14596). Texts marked *seen* are from
//! specs/wire/errors-seen.json; the others were looked for and not found, and are worded after their seen neighbours.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::versions::SUBNET;
use crate::simulator::answer::Refusal;
use crate::simulator::ids;
use crate::simulator::oauth::Caller;
use crate::simulator::world::World;

/// Where no code was recorded.
const UNSEEN_CODE: &str = "InvalidNetworkRule";
const RESOURCE_PROVIDER: &str = "Microsoft.ContainerRegistry";

/// Checks a document that a write is about to store.
pub(super) fn check(world: &World, document: &Value, caller: &Caller) -> Result<(), Refusal> {
    let properties = &document["properties"];
    let set = &properties["networkRuleSet"];
    let addresses = values(&set["ipRules"], "value");
    let subnets = values(&set["virtualNetworkRules"], SUBNET);
    check_sku(document, !addresses.is_empty() || !subnets.is_empty())?;
    check_addresses(&addresses, world.settings.ip_rule_limit)?;
    check_subnets(world, &subnets, caller)
}

fn values<'a>(rules: &'a Value, key: &str) -> Vec<&'a str> {
    rules.as_array().into_iter().flatten().filter_map(|rule| rule[key].as_str()).collect()
}

fn check_sku(document: &Value, has_rules: bool) -> Result<(), Refusal> {
    let sku = document["sku"]["name"].as_str().unwrap_or_default();
    if !matches!(sku, "Basic" | "Standard" | "Premium") {
        // Seen (code and form of the text).
        return Err(Refusal::new(400, "SkuNotSupported", format!("The SKU {sku} is not supported.")));
    }
    if sku == "Premium" {
        return Ok(());
    }
    let properties = &document["properties"];
    if has_rules || properties["networkRuleSet"]["defaultAction"] == "Deny" {
        // Not seen; the rule itself is documented (container-registry-skus).
        let message = format!(
            "Network rules are not supported for the SKU {sku}. For more information, please visit https://aka.ms/acr/vnet"
        );
        return Err(Refusal::new(400, "NetworkRulesNotSupported", message));
    }
    if properties["publicNetworkAccess"] == "Disabled" {
        // Seen.
        let message = format!(
            "Disabling public network access is not supported for the SKU {sku}. For more information, please visit \
             https://aka.ms/acr/private-link."
        );
        return Err(Refusal::new(400, "DisablingPublicNetworkAccessNotSupported", message));
    }
    Ok(())
}

fn check_addresses(addresses: &[&str], limit: usize) -> Result<(), Refusal> {
    if addresses.len() > limit {
        // Text seen with 100 (Azure/acr#518), the code was not.
        let message = format!("The requested feature IP rule exceeds allowed quota {limit} for the SKU Premium.");
        return Err(Refusal::new(400, "BadRequest", message));
    }
    let mut seen = HashSet::new();
    for address in addresses {
        let invalid = |why: &str| {
            let message = format!(
                "IP rule is not valid - {why} {address}. For more information, please visit https://aka.ms/acr/firewall"
            );
            Refusal::new(400, UNSEEN_CODE, message)
        };
        if address.contains(':') {
            return Err(invalid("Only IPv4 addresses are allowed, found"));
        }
        let range = range(address).ok_or_else(|| invalid("Found malformed IP address or CIDR range"))?;
        if is_private(range) {
            return Err(invalid("Found private IP address range"));
        }
        // Only the same text: whether ACR compares by meaning was not found.
        if !seen.insert(address.to_ascii_lowercase()) {
            return Err(invalid("Found duplicate IP rule"));
        }
    }
    Ok(())
}

/// An address or a range; host bits are let through, since no source says ACR minds them.
fn range(text: &str) -> Option<Ipv4Net> {
    if text.contains('/') { text.parse().ok() } else { text.parse::<Ipv4Addr>().ok().map(Ipv4Net::from) }
}

/// Inside RFC 1918 space. A wide range that merely contains some is let through: no source says otherwise.
fn is_private(range: Ipv4Net) -> bool {
    let blocks =
        [(Ipv4Addr::new(10, 0, 0, 0), 8), (Ipv4Addr::new(172, 16, 0, 0), 12), (Ipv4Addr::new(192, 168, 0, 0), 16)];
    blocks
        .iter()
        .any(|(address, length)| Ipv4Net::new(*address, *length).is_ok_and(|block| block.contains(&range.trunc())))
}

fn check_subnets(world: &World, subnets: &[&str], caller: &Caller) -> Result<(), Refusal> {
    let limit = world.settings.virtual_network_rule_limit;
    if subnets.len() > limit {
        // Worded after the seen text for IP rules.
        let message =
            format!("The requested feature virtual network rule exceeds allowed quota {limit} for the SKU Premium.");
        return Err(Refusal::new(400, "BadRequest", message));
    }
    let mut seen = HashSet::new();
    let mut networks: Vec<(&str, Vec<&str>)> = Vec::new();
    for subnet in subnets {
        let Some((network, name)) = ids::split_subnet(subnet) else {
            let message = format!("Virtual network rule is not valid - {subnet} is not the id of a subnet.");
            return Err(Refusal::new(400, UNSEEN_CODE, message));
        };
        if !seen.insert(ids::key(subnet)) {
            // Text seen (azure-cli#12711), the code was not.
            let message = format!(
                "Virtual network rule is not valid - Found duplicate virtual network rule {subnet}. For more information, \
                 please visit https://aka.ms/acr/vnet"
            );
            return Err(Refusal::new(400, UNSEEN_CODE, message));
        }
        match networks.iter_mut().find(|(other, _)| ids::key(other) == ids::key(network)) {
            Some((_, names)) => names.push(name),
            None => networks.push((network, vec![name])),
        }
    }
    networks.iter().try_for_each(|(network, names)| check_network(world, network, names, caller))
}

fn check_network(world: &World, network: &str, names: &[&str], caller: &Caller) -> Result<(), Refusal> {
    let invalid =
        |why: &str| Refusal::new(400, "NetworkRuleValidationError", format!("Could not validate network rule - {why}"));
    let subscription = ids::value_after(network, "subscriptions").unwrap_or_default();
    if world.estate.registration(subscription, RESOURCE_PROVIDER) != "Registered" {
        // Text documented (Azure/acr Troubleshooting Guide): it reads like a missing right and is a missing registration.
        return Err(invalid(&format!(
            "The client '{}' with object id '{}' does not have authorization to perform action \
             'Microsoft.Network/virtualNetworks/taggedTrafficConsumers/validate/action' over scope \
             '{network}/taggedTrafficConsumers/{RESOURCE_PROVIDER}' or the scope is invalid. If access was recently granted, \
             please refresh your credentials.",
            caller.client, caller.object
        )));
    }
    let subnet = |name: &str| world.estate.document(&format!("{network}/subnets/{name}"));
    let missing: Vec<&str> = names.iter().copied().filter(|name| subnet(name).is_none()).collect();
    if !missing.is_empty() {
        // Text seen from NRP for other services, not for ACR.
        return Err(invalid(&format!(
            "Virtual network {network} does not have subnets with names {}.",
            missing.join(", ")
        )));
    }
    let without: Vec<&str> =
        names.iter().copied().filter(|name| !subnet(name).is_some_and(serves_registries)).collect();
    if without.is_empty() {
        return Ok(());
    }
    // Seen (azurerm#13792).
    Err(invalid(&format!(
        "Subnets {} of virtual network {network} do not have ServiceEndpoints for {RESOURCE_PROVIDER} resources configured. \
         Add {RESOURCE_PROVIDER} to subnet's ServiceEndpoints collection before trying to ACL {RESOURCE_PROVIDER} resources \
         to these subnets.",
        without.join(", ")
    )))
}

/// Whether a subnet has the registry service endpoint.
pub(crate) fn serves_registries(subnet: &Value) -> bool {
    let endpoints = subnet["properties"]["serviceEndpoints"].as_array();
    endpoints.into_iter().flatten().any(|endpoint| {
        endpoint["service"].as_str().is_some_and(|service| service.eq_ignore_ascii_case(RESOURCE_PROVIDER))
    })
}

//! The documents of networks and subnets: what the service adds to what was sent, and what it refuses.
//!
//! Members keep the order and the text they came with; unknown ones stay.

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use crate::simulator::answer::Refusal;
use crate::simulator::ids;
use crate::simulator::world::fill;

/// Members of a subnet's properties that clients read and the service writes (`readOnly` in the specification).
const READ_ONLY: &[&str] = &[
    "ipConfigurations",
    "ipConfigurationProfiles",
    "privateEndpoints",
    "resourceNavigationLinks",
    "serviceAssociationLinks",
    "purpose",
];

/// A subnet as NRP stores it after a PUT, in the order REC22 shows: name, id, etag, properties (the state first), type.
pub(super) fn subnet(id: &str, sent: &Value, stored: Option<&Value>, etag: &str, location: &str, state: &str) -> Value {
    let mut properties = Map::new();
    properties.insert("provisioningState".to_owned(), state.into());
    for (name, value) in sent["properties"].as_object().into_iter().flatten() {
        let served = name == "provisioningState" || READ_ONLY.contains(&name.as_str());
        if !served && !value.is_null() {
            properties.insert(name.clone(), value.clone());
        }
    }
    // What hangs on the subnet does not go away because a body leaves it out.
    for name in READ_ONLY {
        if let Some(value) = stored.and_then(|stored| stored["properties"].get(*name)) {
            properties.insert((*name).to_owned(), value.clone());
        }
    }
    let mut properties = Value::Object(properties);
    fill(&mut properties, &subnet_defaults());
    complete_endpoints(&mut properties, location, state);
    let mut subnet = json!({"name": ids::name(id), "id": id, "etag": etag, "properties": properties});
    for (name, value) in sent.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "name" | "id" | "etag" | "properties" | "type") {
            subnet[name] = value.clone();
        }
    }
    subnet["type"] = "Microsoft.Network/virtualNetworks/subnets".into();
    subnet
}

/// A seeded subnet: as it came, with what it lacks behind it.
pub(super) fn seeded_subnet(mut subnet: Value, id: &str, etag: &str, location: &str) -> Value {
    if subnet["properties"].is_null() {
        subnet["properties"] = json!({});
    }
    fill(
        &mut subnet,
        &json!({
            "name": ids::name(id), "id": id, "etag": etag,
            "properties": {"provisioningState": "Succeeded"},
            "type": "Microsoft.Network/virtualNetworks/subnets",
        }),
    );
    fill(&mut subnet["properties"], &subnet_defaults());
    complete_endpoints(&mut subnet["properties"], location, "Succeeded");
    subnet
}

/// Today's defaults for what a body leaves out.
fn subnet_defaults() -> Value {
    json!({
        "delegations": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    })
}

/// Each endpoint gets a state, first, and locations: `["*"]` for registries (REC22), the region for the regional services.
fn complete_endpoints(properties: &mut Value, location: &str, state: &str) {
    let Some(endpoints) = properties.get_mut("serviceEndpoints").and_then(Value::as_array_mut) else { return };
    for endpoint in endpoints {
        let Some(sent) = endpoint.as_object() else { continue };
        let service = sent.get("service").and_then(Value::as_str).unwrap_or_default();
        let regional =
            matches!(service, "Microsoft.Storage" | "Microsoft.Sql" | "Microsoft.ServiceBus" | "Microsoft.EventHub");
        let locations = if regional { json!([location]) } else { json!(["*"]) };
        let mut full = json!({"provisioningState": state});
        for (name, value) in sent.iter().filter(|(name, _)| name.as_str() != "provisioningState") {
            full[name] = value.clone();
        }
        if full["locations"].as_array().is_none_or(Vec::is_empty) {
            full["locations"] = locations;
        }
        *endpoint = full;
    }
}

/// What NRP refuses in a subnet's body. Codes are NRP's; only the first was recorded in the facts, the others are the
/// well-known ones.
pub(super) fn check_subnet(id: &str, sent: &Value, network: &Value) -> Result<(), Refusal> {
    if !sent["properties"].is_object() {
        return Err(Refusal::new(400, "InvalidRequestFormat", "Cannot parse the request."));
    }
    let prefixes = prefixes(&sent["properties"]);
    let pools = sent["properties"]["ipamPoolPrefixAllocations"].as_array().is_some_and(|list| !list.is_empty());
    if prefixes.is_empty() && !pools {
        let message = format!("Address prefix string for resource {id} cannot be null or empty.");
        return Err(Refusal::new(400, "AddressPrefixStringCannotBeNullOrEmpty", message));
    }
    check_endpoints(&sent["properties"])?;
    let (name, network_name) = (ids::name(id), network["name"].as_str().unwrap_or_default());
    let mut ranges = Vec::new();
    for prefix in prefixes {
        let range: IpNet = prefix.parse().map_err(|_| {
            let message = format!("The address prefix {prefix} in resource {id} is not formatted correctly.");
            Refusal::new(400, "InvalidAddressPrefixFormat", message)
        })?;
        ranges.push(range);
    }
    let space: Vec<IpNet> = parsed(network["properties"]["addressSpace"]["addressPrefixes"].as_array());
    if !ranges.iter().all(|range| space.iter().any(|block| block.contains(range))) {
        let message = format!("Subnet '{name}' is not valid in virtual network '{network_name}'.");
        return Err(Refusal::new(400, "NetcfgInvalidSubnet", message));
    }
    let others = network["properties"]["subnets"].as_array().into_iter().flatten();
    let mut others = others.filter(|other| !other["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name)));
    let overlaps = others.any(|other| {
        let taken = self::prefixes(&other["properties"]);
        taken
            .iter()
            .filter_map(|text| text.parse::<IpNet>().ok())
            .any(|taken| ranges.iter().any(|range| range.contains(&taken) || taken.contains(range)))
    });
    if overlaps {
        let message = format!(
            "Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet in virtual \
             network '{network_name}'."
        );
        return Err(Refusal::new(400, "NetcfgSubnetRangesOverlap", message));
    }
    Ok(())
}

/// `serviceEndpoints` is an array of objects with a service each; twice the same service is refused.
fn check_endpoints(properties: &Value) -> Result<(), Refusal> {
    let format = || Refusal::new(400, "InvalidRequestFormat", "Cannot parse the request.");
    let endpoints = match &properties["serviceEndpoints"] {
        Value::Null => return Ok(()),
        Value::Array(endpoints) => endpoints,
        _ => return Err(format()),
    };
    let mut seen = Vec::new();
    for endpoint in endpoints {
        let service = endpoint["service"].as_str().ok_or_else(format)?.to_ascii_lowercase();
        if seen.contains(&service) {
            let message = format!("Service endpoint '{service}' is listed more than once.");
            return Err(Refusal::new(400, "DuplicateServiceEndpoints", message));
        }
        seen.push(service);
    }
    Ok(())
}

/// `addressPrefix` or `addressPrefixes`, whichever is there.
pub(super) fn prefixes(properties: &Value) -> Vec<&str> {
    let several = properties["addressPrefixes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut all: Vec<&str> = several.collect();
    if let Some(single) = properties["addressPrefix"].as_str().filter(|text| !text.is_empty())
        && !all.contains(&single)
    {
        all.push(single);
    }
    all
}

fn parsed(list: Option<&Vec<Value>>) -> Vec<IpNet> {
    list.into_iter().flatten().filter_map(Value::as_str).filter_map(|text| text.parse().ok()).collect()
}

//! What versions of the network API know of a subnet, and what NRP does when an old one meets newer properties.

use serde_json::Value;

use crate::simulator::answer::Refusal;
use crate::simulator::call::Call;

/// Versions that answer: a selection of NRP's, with all that the facts and the usual clients name.
pub(crate) const VERSIONS: &[&str] = &[
    "2017-10-01",
    "2018-04-01",
    "2018-08-01",
    "2018-10-01",
    "2019-02-01",
    "2019-04-01",
    "2019-11-01",
    "2020-03-01",
    "2020-05-01",
    "2020-08-01",
    "2020-11-01",
    "2021-02-01",
    "2021-03-01",
    "2021-05-01",
    "2021-08-01",
    "2022-01-01",
    "2022-05-01",
    "2022-07-01",
    "2022-09-01",
    "2022-11-01",
    "2023-02-01",
    "2023-04-01",
    "2023-05-01",
    "2023-06-01",
    "2023-09-01",
    "2023-11-01",
    "2024-01-01",
    "2024-03-01",
    "2024-05-01",
    "2024-07-01",
    "2024-10-01",
    "2025-01-01",
    "2025-03-01",
    "2025-05-01",
    "2025-07-01",
    "2026-01-01",
    "2026-03-01",
];

/// First version of each property of a subnet that came after 2017-10-01 (facts/arm.md §5.1; delegations as the seen text says).
const SINCE: &[(&str, &str)] = &[
    ("serviceEndpointPolicies", "2018-07-01"),
    ("addressPrefixes", "2018-08-01"),
    ("delegations", "2018-04-01"),
    ("purpose", "2018-08-01"),
    ("ipConfigurationProfiles", "2018-08-01"),
    ("serviceAssociationLinks", "2018-08-01"),
    ("natGateway", "2018-10-01"),
    ("privateEndpoints", "2018-10-01"),
    ("privateEndpointNetworkPolicies", "2018-10-01"),
    ("privateLinkServiceNetworkPolicies", "2018-10-01"),
    ("ipAllocations", "2020-03-01"),
    ("applicationGatewayIPConfigurations", "2020-08-01"),
    ("defaultOutboundAccess", "2023-05-01"),
    ("sharingScope", "2023-11-01"),
    ("ipamPoolPrefixAllocations", "2024-05-01"),
    ("serviceGateway", "2025-05-01"),
];

/// Properties with a default: an old version simply does not show them, and its PUT is not refused because of them.
const DEFAULTED: &[&str] = &["privateEndpointNetworkPolicies", "privateLinkServiceNetworkPolicies"];

/// The version of a call.
pub(super) fn of<'a>(call: &'a Call, kind: &str) -> Result<&'a str, Refusal> {
    let version = call.api_version()?;
    if VERSIONS.contains(&version) {
        return Ok(version);
    }
    let message = format!(
        "No registered resource provider found for location 'westeurope' and API version '{version}' for type '{kind}'. The \
         supported api-versions are '{}'. The supported locations are 'westeurope, northeurope'.",
        VERSIONS.join(", ")
    );
    Err(Refusal::new(400, "NoRegisteredProviderFound", message))
}

/// A subnet as a version shows it. Members nobody here knows are shown to all.
pub(super) fn shown_subnet(subnet: &Value, version: &str) -> Value {
    let mut subnet = subnet.clone();
    if let Some(properties) = subnet["properties"].as_object_mut() {
        properties.retain(|name, _| SINCE.iter().all(|(newer, since)| newer != name || *since <= version));
    }
    if version < "2024-01-01"
        && let Some(endpoints) = subnet["properties"].get_mut("serviceEndpoints").and_then(Value::as_array_mut)
    {
        for endpoint in endpoints.iter_mut().filter_map(Value::as_object_mut) {
            endpoint.shift_remove("networkIdentifier");
        }
    }
    subnet
}

/// A network with its subnets as a version shows it.
pub(super) fn shown_network(network: &Value, version: &str) -> Value {
    let mut network = network.clone();
    if let Some(subnets) = network["properties"].get_mut("subnets").and_then(Value::as_array_mut) {
        for subnet in subnets {
            *subnet = shown_subnet(subnet, version);
        }
    }
    network
}

/// A PUT with a version older than a property in use is refused (seen: Azure/Moodle#295). The code was not recorded.
pub(super) fn refuse_older(stored: &Value, version: &str) -> Result<(), Refusal> {
    let in_use = |name: &str| match &stored["properties"][name] {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        _ => !DEFAULTED.contains(&name),
    };
    let Some((name, since)) = SINCE.iter().find(|(name, since)| *since > version && in_use(name)) else {
        return Ok(());
    };
    let title: String = name
        .chars()
        .enumerate()
        .map(|(index, letter)| if index == 0 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    let message = format!(
        "Resource {} cannot be updated using API version {version} since it uses the property {title} which has been set using \
         a higher API version {since}. Please use api version greater than or equal to {since} to update the resource.",
        stored["id"].as_str().unwrap_or_default()
    );
    Err(Refusal::new(400, "ResourceCannotBeUpdatedUsingOlderApiVersion", message))
}

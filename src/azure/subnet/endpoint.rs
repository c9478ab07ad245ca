//! The service endpoint `Microsoft.ContainerRegistry` in a subnet's raw document: pure edits of one list.

use serde_json::{Map, Value, json};

const SERVICE: &str = "Microsoft.ContainerRegistry";

/// The registry's endpoint of a subnet, as ARM shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryEndpoint {
    /// Where the endpoint holds; Azure fills in `*`.
    pub locations: Vec<String>,
    /// `Succeeded`, `Updating`, `Failed` …
    pub provisioning_state: Option<String>,
}

impl RegistryEndpoint {
    pub(super) fn of(subnet: &Value) -> Option<Self> {
        let entry = list(subnet)?.iter().find(|entry| is_registry(entry))?;
        let locations = entry.get("locations").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            locations: locations.filter_map(Value::as_str).map(str::to_owned).collect(),
            provisioning_state: entry.get("provisioningState").and_then(Value::as_str).map(str::to_owned),
        })
    }
}

/// Adds the endpoint to a subnet's document, if it is not there in any letters; says whether it did. Nothing else is touched.
pub fn add_registry_endpoint(subnet: &mut Value) -> bool {
    if list(subnet).is_some_and(|entries| entries.iter().any(is_registry)) {
        return false;
    }
    let Some(properties) = object_at(subnet, "properties") else { return false };
    let entries = properties.entry("serviceEndpoints").or_insert(Value::Null);
    if entries.is_null() {
        *entries = Value::Array(Vec::new());
    }
    let Value::Array(entries) = entries else { return false };
    entries.push(json!({ "service": SERVICE }));
    true
}

/// Takes the endpoint out of a subnet's document, if it is there; says whether it did. The list stays, even when it is empty then.
pub fn remove_registry_endpoint(subnet: &mut Value) -> bool {
    let entries = subnet.get_mut("properties").and_then(|properties| properties.get_mut("serviceEndpoints"));
    let Some(Value::Array(entries)) = entries else { return false };
    let before = entries.len();
    entries.retain(|entry| !is_registry(entry));
    entries.len() != before
}

pub(super) fn services(subnet: &Value) -> Vec<&str> {
    list(subnet).into_iter().flatten().filter_map(|entry| entry.get("service")?.as_str()).collect()
}

/// Whether the document has a list of endpoints, or room for one: an empty list may be left out, or null.
pub(super) fn has_list(subnet: &Value) -> bool {
    let Some(properties) = subnet.get("properties").filter(|properties| !properties.is_null()) else { return true };
    properties.is_object() && properties.get("serviceEndpoints").is_none_or(|list| list.is_null() || list.is_array())
}

fn list(subnet: &Value) -> Option<&Vec<Value>> {
    subnet.get("properties")?.get("serviceEndpoints")?.as_array()
}

fn is_registry(entry: &Value) -> bool {
    entry.get("service").and_then(Value::as_str).is_some_and(|service| service.eq_ignore_ascii_case(SERVICE))
}

fn object_at<'a>(document: &'a mut Value, member: &str) -> Option<&'a mut Map<String, Value>> {
    let value = document.as_object_mut()?.entry(member).or_insert(Value::Null);
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut()
}

//! `Microsoft.Network/virtualNetworks` and their subnets.
//!
//! Networks hold their subnets embedded, as ARM shows them. A running write of one subnet occupies the whole network.

mod document;
mod subnets;
mod versions;

use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::ids;
use super::operations::{self, Work};
use super::paging;
use super::places::{self, Scope};
use super::settings::BusyAnswer;
use super::world::{World, fill};

pub(super) use versions::VERSIONS;

const KIND: &str = "Microsoft.Network/virtualNetworks";

/// The list of a subscription or a resource group.
pub(super) fn list(world: &World, call: &Call, scope: &Scope) -> Result<Answer, Refusal> {
    let version = versions::of(call, "virtualNetworks")?;
    places::require_scope(world, scope)?;
    let prefix = format!("{}/", scope.key());
    let ids = world.estate.networks.keys().filter(|key| key.starts_with(&prefix));
    let page = paging::page(call, ids, &world.settings, &world.url);
    let networks = page.keys.iter().filter_map(|key| world.estate.networks.get(key));
    let value: Vec<Value> = networks.map(|network| versions::shown_network(network, version)).collect();
    Ok(Answer::json(200, page.body(&value)))
}

/// Anything at or below one network.
pub(super) fn one(world: &mut World, call: &Call, scope: &Scope, name: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let version = versions::of(call, "virtualNetworks")?;
    places::require_scope(world, scope)?;
    let id = format!("{}/providers/{KIND}/{name}", scope.id());
    let missing = || Refusal::resource_not_found(KIND, name, scope.group.as_deref().unwrap_or_default());
    let stored = world.estate.document(&id).cloned();
    let answer = match (call.method.as_str(), rest) {
        ("GET", []) => {
            let network = stored.ok_or_else(missing)?;
            let etag = network["etag"].as_str().unwrap_or_default().to_owned();
            Ok(Answer::json(200, versions::shown_network(&network, version)).with("ETag", etag))
        }
        ("PUT", []) => put(world, call, &id, stored.as_ref(), version),
        ("DELETE", []) => delete(world, call, &id, stored),
        ("GET", ["subnets"]) => Ok(subnets::list(world, call, &stored.ok_or_else(missing)?, version)),
        ("PUT", ["subnets", _]) if stored.is_none() => Err(parentless(&id)),
        (method, ["subnets", _]) => {
            let network = stored.ok_or_else(missing)?;
            // The name in the caller's spelling.
            let name = call.segments.last().map(String::as_str).unwrap_or_default();
            let id = format!("{}/subnets/{name}", network["id"].as_str().unwrap_or(&id));
            match method {
                "GET" => subnets::read(world, &id, version),
                "PUT" => subnets::put(world, call, &network, &id, version),
                "DELETE" => subnets::delete(world, call, &network, &id),
                _ => Err(places::unknown_type(call)),
            }
        }
        _ => Err(places::unknown_type(call)),
    };
    let trace = world.guid();
    answer.map(|answer| answer.with("x-ms-arm-service-request-id", trace))
}

/// The well-known text for a child whose parent is not there; not recorded here.
fn parentless(network: &str) -> Refusal {
    let message = format!(
        "Failed to perform 'write' on resource(s) of type 'virtualNetworks/subnets', because the parent resource '{network}' \
         could not be found."
    );
    Refusal::new(404, "ParentResourceNotFound", message)
}

/// `…/locations/{place}/operations/{id}` and `…/operationResults/{id}`.
pub(super) fn operation(world: &mut World, call: &Call, kind: &str, id: &str) -> Result<Answer, Refusal> {
    let version = versions::of(call, "locations/operations")?;
    if kind == "operations" {
        return operations::status(world, id);
    }
    operations::result(world, call, id, |document| {
        if ids::is_network(document["id"].as_str().unwrap_or_default()) {
            versions::shown_network(document, version)
        } else {
            versions::shown_subnet(document, version)
        }
    })
}

/// A seeded network with its subnets.
///
/// # Errors
///
/// The reason, when `properties.subnets` has no sensible form.
pub(super) fn seeded(world: &mut World, mut network: Value, id: &str) -> Result<Value, String> {
    let etag = world.etag();
    fill(
        &mut network,
        &json!({
            "name": ids::name(id), "id": id, "etag": etag, "type": KIND, "location": "westeurope",
            "properties": {
                "provisioningState": "Succeeded", "addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}, "subnets": [],
                "virtualNetworkPeerings": [], "enableDdosProtection": false,
            },
        }),
    );
    let location = network["location"].as_str().unwrap_or_default().to_owned();
    let subnets = network["properties"]["subnets"].as_array_mut().ok_or("properties.subnets must be an array")?;
    for (index, subnet) in subnets.iter_mut().enumerate() {
        let name = subnet["name"].as_str().or_else(|| subnet["id"].as_str().map(ids::name)).map(str::to_owned);
        let name = name.ok_or_else(|| format!("properties.subnets[{index}] needs a name"))?;
        if document::prefixes(&subnet["properties"]).is_empty() {
            return Err(format!(
                "properties.subnets[{index}] ({name}) needs properties.addressPrefix or addressPrefixes"
            ));
        }
        let etag = world.etag();
        *subnet = document::seeded_subnet(subnet.take(), &format!("{id}/subnets/{name}"), &etag, &location);
    }
    Ok(network)
}

/// Creates a network or changes its own members. Subnets left out of the body are kept, given ones replace (facts/arm.md §5.2).
fn put(world: &mut World, call: &Call, id: &str, stored: Option<&Value>, version: &str) -> Result<Answer, Refusal> {
    let mut sent = call.object()?;
    if let Some(stored) = stored {
        refuse_if_busy(world, stored, id)?;
        if sent["properties"].get("subnets").is_none() && sent["properties"].is_object() {
            sent["properties"]["subnets"] = stored["properties"]["subnets"].clone();
        }
    }
    if !sent["properties"]["addressSpace"]["addressPrefixes"].is_array() {
        return Err(Refusal::new(400, "InvalidRequestFormat", "Cannot parse the request."));
    }
    let own = stored.and_then(|network| network["id"].as_str()).unwrap_or(id).to_owned();
    for served in ["id", "name", "etag", "type"] {
        sent.as_object_mut().map(|members| members.shift_remove(served));
    }
    let mut network = seeded(world, sent, &own).map_err(|why| Refusal::new(400, "InvalidRequestFormat", why))?;
    network["properties"]["provisioningState"] = "Updating".into();
    let before = stored.cloned();
    world.store(&own, Some(network.clone()));
    let status = if before.is_some() { 200 } else { 201 };
    let operation = operations::begin(world, "", &own, Work::Write, before, call.effects.failure.clone());
    let answer = Answer::json(status, versions::shown_network(&network, version));
    Ok(begun(world, call, &network, &operation, answer, false))
}

/// 202 with both links and no body (REC22).
fn delete(world: &mut World, call: &Call, id: &str, stored: Option<Value>) -> Result<Answer, Refusal> {
    let Some(network) = stored else { return Ok(Answer::empty(204)) };
    refuse_if_busy(world, &network, id)?;
    if let Some(document) = world.estate.document_mut(id) {
        operations::set_state(document, "Deleting");
    }
    let operation = operations::begin(world, "", id, Work::Delete, Some(network.clone()), call.effects.failure.clone());
    Ok(begun(world, call, &network, &operation, Answer::empty(202), true))
}

/// The links of a write that goes on. PUT answers carry no `Location` (REC22), DELETE answers do.
fn begun(world: &World, call: &Call, network: &Value, operation: &str, answer: Answer, with_location: bool) -> Answer {
    let version = call.parameter("api-version").unwrap_or_default();
    let subscription =
        ids::value_after(network["id"].as_str().unwrap_or_default(), "subscriptions").unwrap_or_default();
    let place = network["location"].as_str().unwrap_or("westeurope");
    let link = |kind: &str| {
        format!(
            "{}/subscriptions/{subscription}/providers/Microsoft.Network/locations/{place}/{kind}/{operation}?api-version={version}",
            world.url
        )
    };
    let mut answer = answer.with("Azure-AsyncOperation", link("operations"));
    if with_location {
        answer = answer.with("Location", link("operationResults")).with("Azure-AsyncNotification", "Enabled");
    }
    operations::paced(world, answer, true)
}

/// While something in the network is under way: one of the three seen answers.
fn refuse_if_busy(world: &World, network: &Value, target: &str) -> Result<(), Refusal> {
    let id = network["id"].as_str().unwrap_or_default();
    let Some(operation) = operations::running_on(world, id) else { return Ok(()) };
    if world.settings.busy_answer == BusyAnswer::Retryable {
        let message = format!(
            "Cannot proceed with operation because resource {id} used by resource {target} is not in Succeeded state. Resource is \
             in Updating state and the last operation that updated/is updating the resource is PutSubnetOperation."
        );
        let details = json!([{"code": "ReferencedResourceNotProvisioned", "message": message}]);
        return Err(Refusal::detailed(429, "RetryableError", "A retryable error occurred.", &details));
    }
    let subscription = ids::value_after(id, "subscriptions").unwrap_or_default();
    let message = format!(
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: \
         {}/subscriptions/{subscription}/providers/Microsoft.Network/locations/{}/operations/{operation}?api-version=2024-07-01",
        world.url,
        network["location"].as_str().unwrap_or("westeurope")
    );
    let status = if world.settings.busy_answer == BusyAnswer::Conflict { 409 } else { 429 };
    Err(Refusal::detailed(status, "AnotherOperationInProgress", &message, &json!([])))
}

//! `Microsoft.ContainerRegistry/registries`: reading, listing, writing, usages.
//!
//! From the router comes a call and a place; out goes an answer. Stored documents are in the newest form, [`versions`] cuts
//! them for the asking version, [`document`] merges a write, [`rules`] judges the result.

mod document;
mod rules;
mod versions;
mod write;

use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::operations;
use super::paging;
use super::places::{self, Scope};
use super::world::World;

pub(super) use document::{Birth, seeded, sign, tidy};
pub(super) use rules::serves_registries;
pub(super) use versions::{VERSIONS, Version};

const NAMESPACE: &str = "Microsoft.ContainerRegistry";
const KIND: &str = "Microsoft.ContainerRegistry/registries";

/// The list of a subscription or a resource group.
pub(super) fn list(world: &mut World, call: &Call, scope: &Scope) -> Result<Answer, Refusal> {
    let version = Version::of(call)?;
    places::require_scope(world, scope)?;
    places::require_registration(world, scope, NAMESPACE)?;
    let prefix = format!("{}/", scope.key());
    let ids = world.estate.registries.keys().filter(|key| key.starts_with(&prefix));
    let page = paging::page(call, ids, &world.settings, &world.url);
    let shown = page.keys.iter().map(|key| {
        let face = world.estate.veils.get(key).map(|veil| veil.face.clone());
        let document = face.unwrap_or_else(|| world.estate.registries.get(key).cloned());
        document.map(|document| version.shown(&document, &world.settings))
    });
    let body = page.body(&shown.flatten().collect::<Vec<_>>());
    Ok(signed(Answer::json(200, body), &version))
}

/// Anything at or below one registry.
pub(super) fn one(world: &mut World, call: &Call, scope: &Scope, name: &str, rest: &[&str]) -> Result<Answer, Refusal> {
    let version = Version::of(call)?;
    places::require_scope(world, scope)?;
    places::require_registration(world, scope, NAMESPACE)?;
    let id = format!("{}/providers/{KIND}/{name}", scope.id());
    let answer = match (call.method.as_str(), rest) {
        ("GET", []) => read(world, call, scope, &id, &version),
        ("PUT", []) => write::put(world, call, &id, &version),
        ("PATCH", []) => {
            existing(world, scope, &id)?;
            write::patch(world, call, &id, &version)
        }
        ("DELETE", []) => write::delete(world, call, &id),
        ("GET", ["listusages"]) => usages(world, scope, &id),
        ("GET", ["operationstatuses", operation]) => poll(world, call, operation),
        ("GET", ["operationresults", operation]) => {
            let settings = world.settings.clone();
            operations::result(world, call, operation, |document| version.shown(document, &settings))
        }
        _ => Err(places::unknown_type(call)),
    };
    answer.map(|answer| signed(answer, &version))
}

fn read(world: &mut World, call: &Call, scope: &Scope, id: &str, version: &Version) -> Result<Answer, Refusal> {
    let document = world.read(id).ok_or_else(|| not_found(scope, id))?;
    world.witness.saw(call, id, &document, world.settings.log_limit);
    Ok(Answer::json(200, version.shown(&document, &world.settings)))
}

/// The poll's answer repeats the header (REC22).
fn poll(world: &mut World, call: &Call, operation: &str) -> Result<Answer, Refusal> {
    let here = format!("{}{}?api-version={}", world.url, call.path, call.api_version()?);
    Ok(operations::status(world, operation)?.with("Azure-AsyncOperation", here))
}

/// Names and units as `az acr show-usage` prints them; limits of the Premium tier.
fn usages(world: &World, scope: &Scope, id: &str) -> Result<Answer, Refusal> {
    let document = existing(world, scope, id)?;
    let set = &document["properties"]["networkRuleSet"];
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    let count = |name: &str, limit: usize, current: usize| json!({"name": name, "limit": limit, "currentValue": current, "unit": "Count"});
    let connections = &document["properties"]["privateEndpointConnections"];
    let value = json!([
        {"name": "Size", "limit": 536_870_912_000_u64, "currentValue": 0, "unit": "Bytes"},
        count("Webhooks", 500, 0),
        count("IPRules", world.settings.ip_rule_limit, length(&set["ipRules"])),
        count("VNetRules", world.settings.virtual_network_rule_limit, length(&set["virtualNetworkRules"])),
        count("PrivateEndpointConnections", 200, length(connections)),
    ]);
    Ok(Answer::json(200, json!({"value": value})))
}

fn existing<'a>(world: &'a World, scope: &Scope, id: &str) -> Result<&'a Value, Refusal> {
    world.estate.document(id).ok_or_else(|| not_found(scope, id))
}

fn not_found(scope: &Scope, id: &str) -> Refusal {
    Refusal::resource_not_found(KIND, super::ids::name(id), scope.group.as_deref().unwrap_or_default())
}

/// ACR answers carry the version used (REC22).
fn signed(answer: Answer, version: &Version) -> Answer {
    answer.with("api-supported-versions", version.as_str())
}

//! Subnets: GET, list, PUT, DELETE. There is no PATCH.
//!
//! A PUT replaces the whole subnet, is answered 200 with the state `Updating` and an operation (REC22), and holds the network
//! until that operation ends: another write on the same network is refused meanwhile.

use serde_json::{Value, json};

use super::document;
use super::versions;
use super::{begun, refuse_if_busy};
use crate::simulator::answer::{Answer, Refusal};
use crate::simulator::call::Call;
use crate::simulator::ids;
use crate::simulator::operations::{self, Work};
use crate::simulator::paging;
use crate::simulator::world::World;

/// `GET …/virtualNetworks/{name}/subnets`.
pub(super) fn list(world: &World, call: &Call, network: &Value, version: &str) -> Answer {
    let all: Vec<&Value> = network["properties"]["subnets"].as_array().into_iter().flatten().collect();
    let mut names: Vec<String> = all.iter().map(|subnet| key(subnet)).collect();
    names.sort_unstable();
    let page = paging::page(call, names.iter(), &world.settings, &world.url);
    let shown = page.keys.iter().filter_map(|wanted| {
        let subnet = all.iter().find(|subnet| key(subnet) == *wanted)?;
        let face = world.estate.veils.get(&ids::key(subnet["id"].as_str()?)).map(|veil| veil.face.clone());
        let face = face.unwrap_or_else(|| Some((*subnet).clone()))?;
        Some(versions::shown_subnet(&face, version))
    });
    let value: Vec<Value> = shown.collect();
    Answer::json(200, page.body(&value))
}

/// Body and header carry the etag (REC22).
pub(super) fn read(world: &mut World, id: &str, version: &str) -> Result<Answer, Refusal> {
    let subnet = world.read(id).ok_or_else(|| not_found(id))?;
    let etag = subnet["etag"].as_str().unwrap_or_default().to_owned();
    Ok(Answer::json(200, versions::shown_subnet(&subnet, version)).with("ETag", etag))
}

/// Replaces or creates a subnet.
pub(super) fn put(world: &mut World, call: &Call, network: &Value, id: &str, version: &str) -> Result<Answer, Refusal> {
    let sent = call.object()?;
    let stored = world.estate.document(id).cloned();
    check_match(call, stored.as_ref())?;
    document::check_subnet(id, &sent, network)?;
    refuse_if_busy(world, network, id)?;
    if let Some(stored) = &stored {
        versions::refuse_older(stored, version)?;
        check_use(stored, &sent)?;
    }
    let id = stored.as_ref().and_then(|subnet| subnet["id"].as_str()).unwrap_or(id).to_owned();
    let etag = world.etag();
    let location = network["location"].as_str().unwrap_or_default();
    let next = document::subnet(&id, &sent, stored.as_ref(), &etag, location, "Updating");
    let kept = less_what_is_lost(call, &next, stored.as_ref());
    world.store(&id, Some(kept.clone()));
    world.veil(&id, stored.clone(), call.effects.hidden_reads);
    occupy(world, &id, &etag);
    let created = stored.is_none();
    let operation = operations::begin(world, "", &id, Work::Write, stored, call.effects.failure.clone());
    let shows_all = call.effects.not_stored.as_ref().is_some_and(|(_, shows)| *shows);
    let shown = versions::shown_subnet(if shows_all { &next } else { &kept }, version);
    let answer = Answer::json(if created { 201 } else { 200 }, shown);
    Ok(begun(world, call, network, &operation, answer, false))
}

/// 202 with both links, as recorded for the network's own DELETE; 204 when it is not there.
pub(super) fn delete(world: &mut World, call: &Call, network: &Value, id: &str) -> Result<Answer, Refusal> {
    let Some(stored) = world.estate.document(id).cloned() else { return Ok(Answer::empty(204)) };
    check_match(call, Some(&stored))?;
    refuse_if_busy(world, network, id)?;
    if let Some(user) = stored["properties"]["ipConfigurations"].as_array().and_then(|list| list.first()) {
        let message = format!(
            "Subnet {} is in use by {} and cannot be deleted. In order to delete the subnet, delete all the resources within the \
             subnet. See aka.ms/deletesubnet.",
            ids::name(id),
            user["id"].as_str().unwrap_or_default()
        );
        return Err(Refusal::new(400, "InUseSubnetCannotBeDeleted", message));
    }
    if let Some(subnet) = world.estate.document_mut(id) {
        operations::set_state(subnet, "Deleting");
    }
    let etag = world.etag();
    occupy(world, id, &etag);
    let operation = operations::begin(world, "", id, Work::Delete, Some(stored), call.effects.failure.clone());
    Ok(begun(world, call, network, &operation, Answer::empty(202), true))
}

/// Text as NRP writes it; a child resource's 404 is not ARM's `ResourceNotFound`.
pub(super) fn not_found(id: &str) -> Refusal {
    Refusal::detailed(404, "NotFound", &format!("Resource {id} not found."), &json!([]))
}

/// Plausible and undocumented (facts/arm.md §5.3); text from NRP's public list of errors.
fn check_match(call: &Call, stored: Option<&Value>) -> Result<(), Refusal> {
    let Some(wanted) = call.header("if-match") else { return Ok(()) };
    let own = stored.and_then(|subnet| subnet["etag"].as_str()).unwrap_or_default();
    if stored.is_some() && (wanted.trim() == "*" || wanted.trim() == own) {
        return Ok(());
    }
    let message = format!("ETAG provided in if-match header {wanted} does not match ETAG {own} in the store.");
    Err(Refusal::new(412, "PreconditionFailed", message))
}

/// A subnet in use keeps its addresses; endpoints may change (facts/arm.md §5.4, the second part inferred).
fn check_use(stored: &Value, sent: &Value) -> Result<(), Refusal> {
    let used = stored["properties"]["ipConfigurations"].as_array().is_some_and(|list| !list.is_empty());
    let (old, new) = (document::prefixes(&stored["properties"]), document::prefixes(&sent["properties"]));
    if !used || old.iter().all(|prefix| new.contains(prefix)) {
        return Ok(());
    }
    let message = format!("Subnet {} is in use and cannot be updated.", stored["name"].as_str().unwrap_or_default());
    Err(Refusal::new(400, "InUseSubnetCannotBeUpdated", message))
}

/// The network is `Updating` as long as one of its subnets is.
fn occupy(world: &mut World, id: &str, etag: &str) {
    if let Some(subnet) = world.estate.document_mut(id) {
        subnet["etag"] = etag.into();
    }
    let Some((network, _)) = ids::split_subnet(id) else { return };
    let own = world.etag();
    if let Some(document) = world.estate.document_mut(network) {
        document["properties"]["provisioningState"] = "Updating".into();
        document["etag"] = own.into();
    }
}

fn less_what_is_lost(call: &Call, next: &Value, stored: Option<&Value>) -> Value {
    let mut kept = next.clone();
    let Some((member, _)) = &call.effects.not_stored else { return kept };
    let members: Vec<&str> = if member == "all" { vec!["serviceEndpoints"] } else { vec![member.as_str()] };
    for member in members {
        let old = stored.and_then(|subnet| subnet["properties"].get(member)).cloned();
        if let Some(properties) = kept["properties"].as_object_mut() {
            match old {
                Some(old) => drop(properties.insert(member.to_owned(), old)),
                None => drop(properties.shift_remove(member)),
            }
        }
    }
    kept
}

fn key(subnet: &Value) -> String {
    subnet["name"].as_str().unwrap_or_default().to_ascii_lowercase()
}

//! PUT, PATCH and DELETE of a registry.
//!
//! A write makes the next document from the stored one, has it judged, stores it, and answers at once or through an
//! operation, as the settings say.

use serde_json::{Value, json};

use super::versions::Version;
use super::{Birth, document, rules};
use crate::simulator::answer::{Answer, Refusal};
use crate::simulator::call::Call;
use crate::simulator::ids;
use crate::simulator::oauth;
use crate::simulator::operations::{self, Work};
use crate::simulator::settings::RegistryWrites;
use crate::simulator::world::World;

/// Merges the body into the stored registry.
pub(super) fn patch(world: &mut World, call: &Call, id: &str, version: &Version) -> Result<Answer, Refusal> {
    refuse_if_busy(world, id)?;
    let mut body = call.object()?;
    let before = world.estate.document(id).cloned().unwrap_or_default();
    let mut next = before.clone();
    read_properties(&mut body, version, false)?;
    document::merge(&mut next["properties"], &body["properties"]);
    apply_top(&mut next, &body);
    let id = next["id"].as_str().unwrap_or(id).to_owned();
    finish(world, call, &id, version, Some(before), next)
}

/// Creates or replaces. What the body does not say goes back to its default: so ARM defines PUT; for virtual network rules and a version
/// that does not know them nothing was found, and facts/arm.md §2.1 says to take them as lost.
pub(super) fn put(world: &mut World, call: &Call, id: &str, version: &Version) -> Result<Answer, Refusal> {
    refuse_if_busy(world, id)?;
    let mut body = call.object()?;
    let before = world.estate.document(id).cloned();
    let location = required(&body["location"], "location")?;
    let sku = required(&body["sku"]["name"], "sku.name")?;
    check_name(world, id)?;
    if let Some(before) = &before {
        check_location(before, &location, id)?;
    }
    read_properties(&mut body, version, before.is_none())?;
    let id = before.as_ref().and_then(|document| document["id"].as_str()).unwrap_or(id).to_owned();
    let birth =
        Birth { login_server_suffix: world.login_server_suffix(), author: oauth::author(call), at: world.now() };
    let mut next = document::defaults(&id, &location, &sku, &birth);
    document::merge(&mut next["properties"], &body["properties"]);
    apply_top(&mut next, &body);
    if let Some(before) = &before {
        keep_identity(&mut next, before);
    }
    finish(world, call, &id, version, before, next)
}

/// 200 when it was there (REC22), 204 when not (specification).
pub(super) fn delete(world: &mut World, call: &Call, id: &str) -> Result<Answer, Refusal> {
    refuse_if_busy(world, id)?;
    let before = world.estate.document(id).cloned();
    if before.is_none() {
        return Ok(Answer::empty(204));
    }
    if world.settings.registry_writes == RegistryWrites::Synchronous && call.effects.failure.is_none() {
        world.store(id, None);
        world.veil(id, before, call.effects.hidden_reads);
        world.spread(id, None);
        return Ok(Answer::empty(200));
    }
    if let Some(document) = world.estate.document_mut(id) {
        operations::set_state(document, "Deleting");
    }
    let operation = operations::begin(world, "registries-", id, Work::Delete, before, call.effects.failure.clone());
    Ok(begun(world, call, id, &operation, Answer::empty(202)))
}

fn read_properties(body: &mut Value, version: &Version, creating: bool) -> Result<(), Refusal> {
    if body.get("properties").is_none_or(Value::is_null) {
        body["properties"] = json!({});
    }
    if !body["properties"].is_object() {
        return Err(Refusal::unreadable("properties must be an object"));
    }
    version.cut_to_writable(&mut body["properties"], creating);
    document::read_rule_set(&mut body["properties"])
}

/// `sku` merges; `tags` and `identity` are replaced as a whole, as ARM defines for PATCH of tags.
fn apply_top(next: &mut Value, body: &Value) {
    if let Some(name) = body["sku"]["name"].as_str().map(document::proper_sku) {
        next["sku"] = json!({"name": name, "tier": name});
    }
    for name in ["tags", "identity"] {
        if body[name].is_object() {
            next[name] = body[name].clone();
        }
    }
}

/// What a replacement keeps: when and by whom the registry was made, and what hangs on it.
fn keep_identity(next: &mut Value, before: &Value) {
    next["systemData"] = before["systemData"].clone();
    for name in ["loginServer", "creationDate", "privateEndpointConnections", "zoneRedundancy"] {
        next["properties"][name] = before["properties"][name].clone();
    }
}

fn finish(
    world: &mut World,
    call: &Call,
    id: &str,
    version: &Version,
    before: Option<Value>,
    mut next: Value,
) -> Result<Answer, Refusal> {
    rules::check(world, &next, &oauth::caller(call))?;
    document::sign(&mut next, &oauth::author(call), world.moment_of_write());
    let creating = before.is_none();
    let how = world.settings.registry_writes;
    // A creation was recorded as 201 with an operation, a PATCH as a plain 200.
    let lasting = creating || how != RegistryWrites::Synchronous || call.effects.failure.is_some();
    let state = if creating { "Creating" } else { "Updating" };
    next["properties"]["provisioningState"] = if lasting { state } else { "Succeeded" }.into();
    let stored = store(world, call, id, before.as_ref(), &next);
    let shows_all = call.effects.not_stored.as_ref().is_some_and(|(_, shows)| *shows);
    let shown = version.shown(if shows_all { &next } else { &stored }, &world.settings);
    if !lasting {
        return Ok(Answer::json(200, shown));
    }
    let operation = operations::begin(world, "registries-", id, Work::Write, before, call.effects.failure.clone());
    let answer = if how == RegistryWrites::Location { Answer::empty(202) } else { Answer::json(201, shown) };
    Ok(begun(world, call, id, &operation, answer))
}

/// Stores the document, less what a fault wants lost. Gives back what is stored.
fn store(world: &mut World, call: &Call, id: &str, before: Option<&Value>, next: &Value) -> Value {
    let mut stored = next.clone();
    if let Some((member, _)) = &call.effects.not_stored {
        lose(&mut stored, before, member);
    }
    world.store(id, Some(stored.clone()));
    world.veil(id, before.cloned(), call.effects.hidden_reads);
    world.spread(id, before);
    let undone = before.and_then(|before| world.witness.overwritten(call, id, before, next));
    world.log.wrote(call.seq, undone);
    world.witness.saw(call, id, &stored, world.settings.log_limit);
    stored
}

fn lose(stored: &mut Value, before: Option<&Value>, member: &str) {
    let old = before.map(|document| &document["properties"]);
    if member == "all" {
        if let Some(old) = old {
            let state = stored["properties"]["provisioningState"].clone();
            stored["properties"] = old.clone();
            stored["properties"]["provisioningState"] = state;
        }
        return;
    }
    let old = old.map_or_else(|| json!([]), |properties| properties["networkRuleSet"][member].clone());
    stored["properties"]["networkRuleSet"][member] = old;
}

/// The headers of a write that goes on: `Azure-AsyncOperation`, or `Location` alone.
fn begun(world: &World, call: &Call, id: &str, operation: &str, answer: Answer) -> Answer {
    let version = call.parameter("api-version").unwrap_or_default();
    let link = |kind: &str| format!("{}{id}/{kind}/{operation}?api-version={version}", world.url);
    let answer = match world.settings.registry_writes {
        RegistryWrites::Location => answer.with("Location", link("operationResults")),
        _ => answer.with("Azure-AsyncOperation", link("operationStatuses")),
    };
    operations::paced(world, answer, true)
}

/// Not seen for ACR: a write while another one of the same registry is under way.
fn refuse_if_busy(world: &World, id: &str) -> Result<(), Refusal> {
    if operations::running_on(world, id).is_none() {
        return Ok(());
    }
    let message = format!("Another operation is in progress on the registry {}.", ids::name(id));
    Err(Refusal::new(409, "OperationInProgress", message))
}

fn required(value: &Value, name: &str) -> Result<String, Refusal> {
    let missing =
        || Refusal::new(400, "InvalidRequestBody", format!("The request body is not valid: {name} is required."));
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(missing)
}

/// `^[a-zA-Z0-9]*$`, 5 to 50 characters (specification); unique in Azure.
fn check_name(world: &World, id: &str) -> Result<(), Refusal> {
    let name = ids::name(id);
    if !(5..=50).contains(&name.len()) || !name.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        let message = format!(
            "Invalid resource name: '{name}'. Resource names may contain alpha numeric characters only and must be between 5 \
             and 50 characters."
        );
        return Err(Refusal::new(400, "InvalidResourceName", message));
    }
    let same_name = |document: &Value| document["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name));
    let taken = world.estate.registries.iter().any(|(key, document)| *key != ids::key(id) && same_name(document));
    if taken {
        let suffix = world.login_server_suffix();
        let message = format!("The registry DNS name {}.{suffix} is already in use.", name.to_ascii_lowercase());
        return Err(Refusal::new(409, "AlreadyInUse", message));
    }
    Ok(())
}

fn check_location(before: &Value, location: &str, id: &str) -> Result<(), Refusal> {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    let own = before["location"].as_str().unwrap_or_default();
    if plain(own) == plain(location) {
        return Ok(());
    }
    let message = format!(
        "The resource '{}' already exists in location '{own}' in resource group '{}'. A resource with the same name cannot be \
         created in location '{location}'. Please select a new resource name.",
        ids::name(id),
        ids::value_after(id, "resourceGroups").unwrap_or_default()
    );
    Err(Refusal::new(409, "InvalidResourceLocation", message))
}

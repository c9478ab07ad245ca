//! `/_sim/…`: what happens behind the clients' back, and what happened in front.
//!
//! The same functions serve [`super::Simulator`] in process. Nothing here is validated as ARM would.

use serde_json::{Value, json};

use super::SimulatorError;
use super::answer::Answer;
use super::call::Call;
use super::faults::Fault;
use super::ids;
use super::oauth::Author;
use super::registries;
use super::seed;
use super::settings::Settings;
use super::statistics;
use super::world::{World, merge_patch};

/// Answers a control call.
pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let what: Vec<&str> = call.folded.iter().skip(1).map(String::as_str).collect();
    let done = match (call.method.as_str(), what.as_slice()) {
        ("GET", ["health"]) => Ok(json!({"status": "ok", "url": world.url})),
        ("GET", ["state"]) => Ok(seed::write(&world.estate)),
        ("PUT", ["state"]) => body(call).and_then(|body| seed::replace(world, &body)).map(|()| Value::Null),
        ("POST", ["state"]) => body(call).and_then(|body| seed::add(world, &body)).map(|()| Value::Null),
        ("POST", ["edit"]) => body(call).and_then(|body| edit_all(world, &body)).map(|()| Value::Null),
        ("GET", ["faults"]) => Ok(json!(world.faults.pending())),
        ("POST", ["faults"]) => body(call).and_then(|body| add_faults(world, body)).map(|()| Value::Null),
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            Ok(Value::Null)
        }
        ("GET", ["requests"]) => Ok(json!(world.log.records())),
        ("DELETE", ["requests"]) => {
            clear_log(world);
            Ok(Value::Null)
        }
        ("GET", ["history"]) => Ok(json!(world.history.changes())),
        ("GET", ["statistics"]) => Ok(json!(statistics::of(&world.log))),
        ("GET", ["settings"]) => Ok(json!(world.settings)),
        ("POST", ["settings"]) => body(call).and_then(|body| merge_settings(world, &body)),
        _ => return Answer::json(404, json!({"error": format!("no {} {} here", call.method, call.path)})),
    };
    match done {
        Ok(Value::Null) => Answer::empty(204),
        Ok(value) => Answer::json(200, value),
        Err(error) => Answer::json(400, json!({"error": error.to_string()})),
    }
}

fn body(call: &Call) -> Result<Value, SimulatorError> {
    serde_json::from_slice(&call.body).map_err(|error| SimulatorError::Request(error.to_string()))
}

/// One edit or an array of them.
fn edit_all(world: &mut World, edits: &Value) -> Result<(), SimulatorError> {
    match edits {
        Value::Array(list) => list.iter().try_for_each(|one| edit_one(world, one)),
        one => edit_one(world, one),
    }
}

fn edit_one(world: &mut World, one: &Value) -> Result<(), SimulatorError> {
    let wrong = || {
        SimulatorError::Request(
            "an edit is {\"id\": …} with one of \"merge\": {…}, \"replace\": {…}, \"delete\": true".to_owned(),
        )
    };
    let id = one["id"].as_str().ok_or_else(wrong)?;
    if one["merge"].is_object() {
        return edit(world, id, &one["merge"]);
    }
    if one["replace"].is_object() {
        return change(world, id, |document| *document = one["replace"].clone());
    }
    if one["delete"] == true { delete(world, id) } else { Err(wrong()) }
}

/// Merges (RFC 7386) into a registry, network, subnet, resource group, or `/subscriptions/{s}/providers/{namespace}`.
pub(super) fn edit(world: &mut World, id: &str, merge: &Value) -> Result<(), SimulatorError> {
    if let Some(state) = merge["registrationState"].as_str()
        && let Some(namespace) = ids::value_after(id, "providers")
    {
        return set_registration(world, id, namespace, state);
    }
    change(world, id, |document| merge_patch(document, merge))
}

/// Takes a resource away.
pub(super) fn delete(world: &mut World, id: &str) -> Result<(), SimulatorError> {
    if world.estate.document(id).is_none() {
        return Err(SimulatorError::NoSuchResource(id.to_owned()));
    }
    world.store(id, None);
    world.spread(id, None);
    if let Some((network, _)) = ids::split_subnet(id) {
        world.renew_etags(network);
    }
    Ok(())
}

/// Forgets what was asked; numbers go on.
pub(super) fn clear_log(world: &mut World) {
    world.log.clear();
    world.history.clear();
    world.witness.clear();
}

/// Turns settings; gives back all of them.
pub(super) fn merge_settings(world: &mut World, merge: &Value) -> Result<Value, SimulatorError> {
    let mut whole = json!(world.settings);
    merge_patch(&mut whole, merge);
    let settings: Settings =
        serde_json::from_value(whole).map_err(|error| SimulatorError::Settings(error.to_string()))?;
    set_settings(world, settings)?;
    Ok(json!(world.settings))
}

/// Sets settings that make sense.
pub(super) fn set_settings(world: &mut World, settings: Settings) -> Result<(), SimulatorError> {
    if let Some(mistake) = settings.mistake() {
        return Err(SimulatorError::Settings(mistake));
    }
    if settings.throttle != world.settings.throttle {
        world.buckets = super::throttle::Buckets::default();
    }
    world.settings = settings;
    Ok(())
}

fn add_faults(world: &mut World, body: Value) -> Result<(), SimulatorError> {
    let list = if let Value::Array(list) = body { list } else { vec![body] };
    let read = |one| serde_json::from_value::<Fault>(one).map_err(|error| SimulatorError::Request(error.to_string()));
    let faults: Vec<Fault> = list.into_iter().map(read).collect::<Result<_, _>>()?;
    for fault in faults {
        world.faults.push(fault);
    }
    Ok(())
}

/// Changes one resource, as somebody else.
pub(super) fn change(world: &mut World, id: &str, change: impl FnOnce(&mut Value)) -> Result<(), SimulatorError> {
    let before = world.estate.document(id).cloned().ok_or_else(|| SimulatorError::NoSuchResource(id.to_owned()))?;
    let mut next = before.clone();
    change(&mut next);
    if ids::is_registry(id) {
        registries::tidy(&mut next).map_err(SimulatorError::Request)?;
        registries::sign(&mut next, &Author::behind(), world.moment_of_write());
        world.spread(id, Some(&before));
    }
    world.store(id, Some(next));
    if !ids::is_registry(id) && !ids::is_group(id) {
        world.renew_etags(id);
    }
    Ok(())
}

fn set_registration(world: &mut World, id: &str, namespace: &str, state: &str) -> Result<(), SimulatorError> {
    let subscription = ids::value_after(id, "subscriptions").unwrap_or_default().to_ascii_lowercase();
    let subscription = world.estate.subscriptions.get_mut(&subscription);
    let subscription = subscription.ok_or_else(|| SimulatorError::NoSuchResource(id.to_owned()))?;
    subscription.providers.insert(namespace.to_ascii_lowercase(), (state.to_owned(), 0));
    Ok(())
}

//! Long-running operations: begun by a write, polled, ended well or badly.
//!
//! An operation ends after a number of polls, or after some seconds without any, and then settles the resource's state.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::faults::Failure;
use super::history::By;
use super::ids;
use super::world::World;

/// One operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// The resource it works on.
    pub(super) target: String,
    pub(super) work: Work,
    /// The document from before, to go back to.
    pub(super) before: Option<Value>,
    pub(super) failure: Option<Failure>,
    polls: u32,
    deadline: OffsetDateTime,
    done: bool,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Write,
    Delete,
}

/// Begins an operation on a resource whose document is already the new one. Gives back its id.
pub(super) fn begin(
    world: &mut World,
    prefix: &str,
    target: &str,
    work: Work,
    before: Option<Value>,
    failure: Option<Failure>,
) -> String {
    let id = format!("{prefix}{}", world.guid());
    let deadline = world
        .now()
        .saturating_add(time::Duration::try_from(world.settings.operation_time()).unwrap_or(time::Duration::MAX));
    let polls = world.settings.operation_polls;
    let operation = Operation { target: target.to_owned(), work, before, failure, polls, deadline, done: false };
    world.operations.insert(id.clone(), operation);
    id
}

/// Ends the operations whose time is over. Called before every request is looked at.
pub(super) fn settle(world: &mut World) {
    let now = world.now();
    let over = |operation: &Operation| !operation.done && operation.deadline <= now;
    let ready: Vec<String> =
        world.operations.iter().filter(|(_, operation)| over(operation)).map(|(id, _)| id.clone()).collect();
    for id in ready {
        finish(world, &id);
    }
}

/// The running operation on a resource, or on anything below it.
pub(super) fn running_on(world: &World, id: &str) -> Option<String> {
    let key = ids::key(id);
    let below = format!("{key}/");
    world.operations.iter().find_map(|(name, operation)| {
        let target = ids::key(&operation.target);
        (!operation.done && (target == key || target.starts_with(&below))).then(|| name.clone())
    })
}

/// `Azure-AsyncOperation` form: 200 `{"status": …}`.
pub(super) fn status(world: &mut World, id: &str) -> Result<Answer, Refusal> {
    advance(world, id)?;
    let operation = &world.operations[id];
    let body = match (&operation.failure, operation.done) {
        (_, false) => json!({"status": "InProgress"}),
        (None, true) => json!({"status": "Succeeded"}),
        (Some(failure), true) => json!({
            "status": failure.status,
            "error": {"code": failure.code, "message": failure.message}
        }),
    };
    Ok(paced(world, Answer::json(200, body), !world.operations[id].done))
}

/// `Location` form: 202 while it runs, then the resource or the error.
pub(super) fn result(
    world: &mut World,
    call: &Call,
    id: &str,
    shown: impl Fn(&Value) -> Value,
) -> Result<Answer, Refusal> {
    advance(world, id)?;
    let operation = &world.operations[id];
    if !operation.done {
        let here = format!("{}{}?{}", world.url, call.path, query(call));
        return Ok(paced(world, Answer::empty(202).with("Location", here), true));
    }
    if let Some(failure) = &operation.failure {
        return Err(Refusal::new(400, &failure.code, failure.message.clone()));
    }
    match (operation.work, world.estate.document(&operation.target)) {
        (Work::Write, Some(document)) => Ok(Answer::json(200, shown(document))),
        _ => Ok(Answer::empty(204)),
    }
}

/// Adds `Retry-After` where the settings ask for it.
pub(super) fn paced(world: &World, answer: Answer, running: bool) -> Answer {
    if !running {
        return answer;
    }
    let answer = match world.settings.operation_retry_after {
        Some(seconds) => answer.with("Retry-After", seconds.to_string()),
        None => answer,
    };
    match world.settings.operation_retry_after_ms {
        Some(milliseconds) => answer.with("x-ms-retry-after-ms", milliseconds.to_string()),
        None => answer,
    }
}

fn advance(world: &mut World, id: &str) -> Result<(), Refusal> {
    // Not seen: the answer for an operation nobody knows. The GAS poller takes any 404 as "still running".
    let missing = || Refusal::new(404, "OperationNotFound", format!("The operation '{id}' was not found."));
    let operation = world.operations.get_mut(id).ok_or_else(missing)?;
    if operation.done {
        return Ok(());
    }
    if operation.polls > 0 {
        operation.polls -= 1;
        return Ok(());
    }
    finish(world, id);
    Ok(())
}

fn finish(world: &mut World, id: &str) {
    let Some(operation) = world.operations.get_mut(id) else { return };
    operation.done = true;
    let (target, work) = (operation.target.clone(), operation.work);
    let before = operation.before.take();
    let failure = operation.failure.clone();
    let by = std::mem::replace(&mut world.history.by, By::Operation);
    match (&failure, work) {
        (None, Work::Delete) => {
            world.store(&target, None);
            world.spread(&target, None);
        }
        (Some(failure), _) if !failure.keep_effect => {
            let failed = world.estate.document(&target).cloned();
            world.store(&target, before);
            world.spread(&target, failed.as_ref());
        }
        _ => {}
    }
    world.history.by = by;
    let state = if failure.is_some() { "Failed" } else { "Succeeded" };
    if let Some(document) = world.estate.document_mut(&target) {
        set_state(document, state);
    }
    if let Some((network, _)) = ids::split_subnet(&target) {
        // The network itself did not fail because one of its subnets did.
        if let Some(document) = world.estate.document_mut(network) {
            document["properties"]["provisioningState"] = "Succeeded".into();
        }
        world.renew_etags(&target);
    } else if ids::is_network(&target) {
        world.renew_etags(&target);
    }
}

/// Sets the state of a document and of the service endpoints in it.
pub(super) fn set_state(document: &mut Value, state: &str) {
    document["properties"]["provisioningState"] = state.into();
    if let Some(endpoints) = document["properties"].get_mut("serviceEndpoints").and_then(Value::as_array_mut) {
        for endpoint in endpoints.iter_mut().filter(|endpoint| endpoint.is_object()) {
            endpoint["provisioningState"] = state.into();
        }
    }
}

fn query(call: &Call) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&call.query).finish()
}

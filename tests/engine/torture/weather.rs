//! The faults of a story as the simulator makes them, and what of them was met.

use serde_json::{Map, Value, json};

use acrnet::simulator::{Action, Fault, Record};

use crate::torture::story::{Kind, Spell, Target};

/// The simulator's fault rule.
pub(super) fn fault(spell: &Spell) -> Fault {
    let fault = Fault::new(action(spell)).times(spell.times).from_nth(spell.nth);
    match spell.on {
        Target::Any => fault,
        Target::ReadRegistry => fault.on("GET", "registries/Demo1"),
        Target::WriteRegistry => fault.on("PATCH", "registries/Demo1"),
        Target::ReadSubnet => fault.on("GET", "/subnets"),
        Target::WriteSubnet => fault.on("PUT", "/subnets/"),
        Target::Poll => fault.on("GET", "/operation"),
        Target::Token => fault.on("POST", "/oauth2/"),
    }
}

/// What a record met, in the words of the figures; `changed` says whether it had an effect all the same.
pub(super) fn met(record: &Record, changed: bool) -> Option<String> {
    let fault = record.fault.as_deref()?;
    let and =
        |what: &str| if changed { format!("{what} after the effect") } else { format!("{what} before the effect") };
    Some(match (fault, record.status) {
        ("answer", 401) => "401".to_owned(),
        ("answer", 403) => "403".to_owned(),
        ("answer", 409) => "409 busy".to_owned(),
        ("answer", 500..) => and("5xx"),
        ("throttle" | "answer", _) => "429 throttled".to_owned(),
        ("reset", _) => and("reset"),
        ("truncate", _) => "truncated".to_owned(),
        ("delay", _) => "slow".to_owned(),
        ("fail_operation", _) => "operation failed".to_owned(),
        ("not_stored", _) => "not stored".to_owned(),
        (other, _) => other.to_owned(),
    })
}

fn action(spell: &Spell) -> Action {
    match spell.kind {
        Kind::Throttled { ms, as_date: true } => Action::Throttle { retry_after: Some(ms / 1000), http_date: true },
        Kind::Throttled { ms, as_date: false } if ms >= 1000 => {
            Action::Throttle { retry_after: Some(ms / 1000), http_date: false }
        }
        // The header that Azure's SDKs look at first, so that a run does not sleep most of its time.
        Kind::Throttled { ms, .. } => answer(
            429,
            &[("x-ms-retry-after-ms", &ms.to_string())],
            error("TooManyRequests", "The request is being throttled as the limit has been reached."),
            false,
        ),
        Kind::Broken { status, after, page: true } => {
            answer(status, &[], json!("<html><h1>Bad Gateway</h1></html>"), after)
        }
        Kind::Broken { status, after, page: false } => {
            answer(status, &[], error("InternalServerError", "Encountered internal server error."), after)
        }
        Kind::Reset { after } => Action::Reset { after_effect: after },
        Kind::Truncated => Action::Truncate,
        Kind::Slow { ms } => Action::Delay { ms },
        Kind::Fails { cancelled, kept } => Action::FailOperation {
            code: "InternalServerError".to_owned(),
            message: "The operation failed.".to_owned(),
            status: if cancelled { "Canceled" } else { "Failed" }.to_owned(),
            keep_effect: kept,
        },
        Kind::Expired => {
            answer(401, &[], error("ExpiredAuthenticationToken", "The access token expiry UTC time is over."), false)
        }
        Kind::Busy if spell.on == Target::WriteSubnet => answer(
            409,
            &[],
            error("AnotherOperationInProgress", "Another operation on this or dependent resource is in progress."),
            false,
        ),
        Kind::Busy => {
            answer(409, &[], error("OperationInProgress", "Another operation is in progress on the registry."), false)
        }
        Kind::Forbidden => {
            let message =
                "The client 'x' with object id 'x' does not have authorization to perform action 'x' over scope 'x'.";
            answer(403, &[], error("AuthorizationFailed", message), false)
        }
        Kind::NotStored(member) => Action::NotStored { member: member.to_owned(), answer_shows_it: false },
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: Value, after_effect: bool) -> Action {
    let headers: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    Action::Answer { status, headers, body, after_effect }
}

fn error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

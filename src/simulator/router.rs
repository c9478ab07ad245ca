//! Which module answers a call, and what every ARM answer carries.
//!
//! In: a call and the locked world. Out: one answer. Discovery, tokens and a registry's own address need no bearer;
//! everything else passes the bearer check and the throttle first.

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::clock::{http_date, timestamp};
use super::data_plane;
use super::metadata;
use super::network;
use super::oauth;
use super::operations;
use super::places::{self, Scope};
use super::registries;
use super::throttle::Kind;
use super::world::World;

/// Answers one call.
pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    operations::settle(world);
    if let Some(answer) = data_plane::answer(world, call) {
        return answer;
    }
    if let Some(answer) = open(world, call) {
        return answer;
    }
    let mut left = None;
    let answer = arm(world, call, &mut left).unwrap_or_else(Answer::from);
    with_common_headers(world, call, answer, left)
}

/// What is open to everybody.
fn open(world: &mut World, call: &Call) -> Option<Answer> {
    let segments: Vec<&str> = call.folded.iter().map(String::as_str).collect();
    let tenant = call.segments.first().cloned().unwrap_or_default();
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["metadata", "endpoints"]) => Some(metadata::endpoints(world, call).unwrap_or_else(Answer::from)),
        ("GET", ["metadata", "identity", "oauth2", "token"]) => Some(oauth::managed_identity(world, call)),
        ("GET", [_, "discovery", "instance"]) => Some(oauth::instance(world, call)),
        ("GET", [_, "v2.0", ".well-known", "openid-configuration"] | [_, ".well-known", "openid-configuration"]) => {
            Some(oauth::discovery(world, &tenant))
        }
        ("GET", [_, "discovery", "v2.0", "keys"]) => Some(Answer::json(200, serde_json::json!({"keys": []}))),
        ("POST", [_, "oauth2", "v2.0", "token"] | [_, "oauth2", "token"]) => Some(oauth::token(world, call, &tenant)),
        _ => None,
    }
}

fn arm(world: &mut World, call: &Call, left: &mut Option<f64>) -> Result<Answer, Refusal> {
    oauth::require_bearer(world, call)?;
    *left = Some(take_token(world, call)?);
    call.api_version()?;
    route(world, call)
}

fn route(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let segments: Vec<&str> = call.folded.iter().map(String::as_str).collect();
    let scope = |group: Option<usize>| Scope {
        subscription: call.segments.get(1).cloned().unwrap_or_default(),
        group: group.and_then(|index| call.segments.get(index).cloned()),
    };
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["tenants"]) => Ok(places::tenants(world)),
        ("GET", ["subscriptions"]) => Ok(places::subscriptions(world)),
        ("GET", ["subscriptions", _]) => places::subscription(world, &scope(None)),
        ("GET", ["subscriptions", _, "resources"]) => places::resources(world, call, &scope(None)),
        ("GET", ["subscriptions", _, "resourcegroups"]) => places::groups(world, &scope(None)),
        ("GET", ["subscriptions", _, "resourcegroups", _]) => places::groups(world, &scope(Some(3))),
        ("GET", ["subscriptions", _, "providers", namespace]) => places::provider(world, &scope(None), namespace),
        ("POST", ["subscriptions", _, "providers", namespace, "register"]) => {
            places::register(world, &scope(None), namespace)
        }
        ("GET", ["subscriptions", _, "providers", "microsoft.containerregistry", "registries"]) => {
            registries::list(world, call, &scope(None))
        }
        ("GET", ["subscriptions", _, "providers", "microsoft.network", "virtualnetworks"]) => {
            network::list(world, call, &scope(None))
        }
        (
            "GET",
            [
                "subscriptions",
                _,
                "providers",
                "microsoft.network",
                "locations",
                _,
                kind @ ("operations" | "operationresults"),
                id,
            ],
        ) => network::operation(world, call, kind, id),
        (_, ["subscriptions", _, "resourcegroups", _, "providers", namespace, kind, rest @ ..]) => {
            in_group(world, call, &scope(Some(3)), namespace, kind, rest)
        }
        _ => Err(places::unknown_type(call)),
    }
}

fn in_group(
    world: &mut World,
    call: &Call,
    scope: &Scope,
    namespace: &str,
    kind: &str,
    rest: &[&str],
) -> Result<Answer, Refusal> {
    let name = call.segments.get(7).cloned().unwrap_or_default();
    match (namespace, kind, rest) {
        ("microsoft.containerregistry", "registries", []) if call.method == "GET" => {
            registries::list(world, call, scope)
        }
        ("microsoft.containerregistry", "registries", [_, rest @ ..]) => {
            registries::one(world, call, scope, &name, rest)
        }
        ("microsoft.network", "virtualnetworks", []) if call.method == "GET" => network::list(world, call, scope),
        ("microsoft.network", "virtualnetworks", [_, rest @ ..]) => network::one(world, call, scope, &name, rest),
        _ => Err(places::unknown_type(call)),
    }
}

/// One token from the caller's bucket; text as ARM writes it. With throttling off the bucket only feeds the headers.
fn take_token(world: &mut World, call: &Call) -> Result<f64, Refusal> {
    let kind = Kind::of(&call.method);
    let size = kind.size(&world.settings.throttle);
    if !world.settings.throttle.enabled {
        return Ok(size.burst - 1.0);
    }
    let subscription = match call.folded.as_slice() {
        [head, id, ..] if head == "subscriptions" => id.clone(),
        _ => String::new(),
    };
    let caller = oauth::caller(call);
    // A bearer that cannot be read is a principal of its own.
    let principal = format!(
        "{}/{}",
        caller.object,
        if caller.object.starts_with("00000000") { call.bearer() } else { None }.unwrap_or_default()
    );
    let now = world.now();
    world.buckets.take(&principal, &subscription, kind, size, now).map_err(|wait| {
        let seconds = wait.as_secs_f64().ceil().max(1.0);
        let message = format!(
            "Number of '{}' requests for subscription '{subscription}' actor '{}' exceeded. Please try again after '{seconds}' \
             seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.",
            kind.singular(),
            caller.object
        );
        Refusal::new(429, "SubscriptionRequestsThrottled", message).with("Retry-After", format!("{seconds}"))
    })
}

/// Request ids, echoes, quota: what every ARM answer carries.
pub(super) fn with_common_headers(world: &mut World, call: &Call, answer: Answer, left: Option<f64>) -> Answer {
    let request = world.guid();
    let correlation = match call.header("x-ms-correlation-request-id") {
        Some(own) => own.to_owned(),
        None => world.guid(),
    };
    let moment =
        timestamp(world.now()).chars().filter(|letter| !matches!(letter, '-' | ':')).take(15).collect::<String>();
    let mut answer = answer
        // The simulated time, which need not be the machine's: a `Retry-After` that is a date is measured from it.
        .with_default("Date", http_date(world.now()))
        .with_default("x-ms-request-id", request.clone())
        .with_default("x-ms-correlation-request-id", correlation)
        .with_default("x-ms-routing-request-id", format!("SIMULATOR:{moment}Z:{request}"))
        .with_default("Cache-Control", "no-cache")
        .with_default("Pragma", "no-cache")
        .with_default("Expires", "-1")
        .with_default("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        .with_default("X-Content-Type-Options", "nosniff");
    let asked = call.header("x-ms-return-client-request-id").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if let Some(own) = call.header("x-ms-client-request-id").filter(|_| asked) {
        answer = answer.with_default("x-ms-client-request-id", own);
    }
    if let Some(left) = left {
        let kind = Kind::of(&call.method);
        let burst = kind.size(&world.settings.throttle).burst;
        // The tenant-wide bucket is fifteen times the subscription's (249 beside 3749 in azure-cli#33660).
        let global = burst * 15.0 - (burst - left);
        answer = answer
            .with_default(
                &format!("x-ms-ratelimit-remaining-subscription-{}", kind.plural()),
                format!("{}", left.floor()),
            )
            .with_default(
                &format!("x-ms-ratelimit-remaining-subscription-global-{}", kind.plural()),
                format!("{}", global.floor()),
            );
    }
    answer
}

//! A registry's own address: `/v2/` and the token exchange, allowed or refused by the network rules.
//!
//! Chosen by the Host header, or reached under `/_registry/<login server>/…`. Looks at stored registries and subnets only.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::ids;
use super::registries::serves_registries;
use super::world::World;

/// The answer of a registry's address, when the call is for one.
pub(super) fn answer(world: &mut World, call: &Call) -> Option<Answer> {
    let (server, path) = addressed(world, call)?;
    let found = world.estate.registries.iter().find(|(_, registry)| is_at(registry, &server));
    let Some((key, registry)) = found.map(|(key, registry)| (key.clone(), registry.clone())) else {
        // In Azure the name would not resolve.
        return Some(Answer::json(404, errors("NAME_UNKNOWN", &format!("no registry at {server}"))));
    };
    let face = heard(world, &key).unwrap_or(registry);
    if !admits(world, &face) {
        return Some(blocked(world));
    }
    let answer = match (call.method.as_str(), path.as_str()) {
        ("GET", "v2") => challenge(&server),
        ("POST", "oauth2/exchange") => Answer::json(200, json!({"refresh_token": world.guid()})),
        ("POST", "oauth2/token") => Answer::json(200, json!({"access_token": world.guid()})),
        _ => Answer::json(404, errors("UNSUPPORTED", "the simulator serves /v2/ and the token exchange only")),
    };
    Some(answer)
}

/// Login server and path of a call for a registry.
fn addressed(world: &World, call: &Call) -> Option<(String, String)> {
    if let ["_registry", server, rest @ ..] = call.folded.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        return Some(((*server).to_owned(), rest.join("/")));
    }
    let host = call.header("host")?.split(':').next()?.to_ascii_lowercase();
    // ARM itself is reached by address or as localhost.
    if host.parse::<IpAddr>().is_ok() || host == "localhost" {
        return None;
    }
    let known = world.estate.registries.values().any(|registry| is_at(registry, &host));
    known.then(|| (host, call.folded.join("/")))
}

fn is_at(registry: &Value, server: &str) -> bool {
    registry["properties"]["loginServer"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(server))
}

/// The registry as the data plane still sees it while it lags behind.
fn heard(world: &mut World, key: &str) -> Option<Value> {
    let lag = world.estate.lags.get_mut(key)?;
    let face = lag.face.clone();
    lag.reads -= 1;
    if lag.reads == 0 {
        world.estate.lags.remove(key);
    }
    face
}

/// Disabled public access refuses all, service endpoints included (container-registry-access-selected-networks).
fn admits(world: &World, registry: &Value) -> bool {
    let properties = &registry["properties"];
    if properties["publicNetworkAccess"] == "Disabled" {
        return false;
    }
    let set = &properties["networkRuleSet"];
    set["defaultAction"] != "Deny" || admits_address(world, set) || admits_subnet(world, set)
}

fn admits_address(world: &World, set: &Value) -> bool {
    let Ok(client) = world.settings.client_address.parse::<IpAddr>() else { return false };
    let rules = set["ipRules"].as_array().into_iter().flatten().filter_map(|rule| rule["value"].as_str());
    let mut ranges =
        rules.filter_map(|text| text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)));
    ranges.any(|range| range.contains(&client))
}

/// A rule works only while its subnet has the endpoint; without it the traffic comes from the public address.
fn admits_subnet(world: &World, set: &Value) -> bool {
    let Some(subnet) = &world.settings.client_subnet else { return false };
    let mut rules = set["virtualNetworkRules"].as_array().into_iter().flatten();
    let named = rules.any(|rule| {
        let id = rule["virtualNetworkSubnetResourceId"].as_str();
        id.is_some_and(|id| ids::key(id) == ids::key(subnet))
    });
    named && world.estate.document(subnet).is_some_and(serves_registries)
}

/// Text seen (docker/build-push-action#1214).
fn blocked(world: &mut World) -> Answer {
    let (address, trace) = (world.settings.client_address.clone(), world.guid());
    let message = format!(
        "client with IP '{address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access. [CorrelationId: \
         {trace}]"
    );
    Answer::json(403, json!({"errors": [{"code": "DENIED", "message": message}]}))
}

fn challenge(server: &str) -> Answer {
    let challenge = format!("Bearer realm=\"https://{server}/oauth2/token\",service=\"{server}\"");
    Answer::json(401, errors("UNAUTHORIZED", "authentication required"))
        .with("WWW-Authenticate", challenge)
        .with("Docker-Distribution-Api-Version", "registry/2.0")
}

fn errors(code: &str, message: &str) -> Value {
    json!({"errors": [{"code": code, "message": message, "detail": null}]})
}

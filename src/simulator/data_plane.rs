//! A registry's own address: `/v2/` and the token exchange, allowed or refused by the network rules.
//!
//! Chosen by the Host header. `16-17-18-9.from.<login server>` is the same registry as seen from 16.17.18.9; without that, clients come from
//! the address in the settings. Looks at stored registries and subnets only; ARM's bearer and its throttle are not known here.
//! Answers are those of facts/arm.md §7.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::registries::serves_registries;
use super::world::World;

/// One call of a registry's address.
struct Visit {
    /// The host as it was asked for, with its port.
    host: String,
    /// The registry's name there, without port and caller.
    server: String,
    /// Where the call comes from.
    client: IpAddr,
}

/// The answer of a registry's address, when the call is for one.
pub(super) fn answer(world: &mut World, call: &Call) -> Option<Answer> {
    let visit = visit(world, call)?;
    let Some(registry) = registry_at(world, &visit.server) else {
        // In Azure the name would not resolve.
        return Some(Answer::json(404, errors("NAME_UNKNOWN", &format!("no registry at {}", visit.server))));
    };
    if !world.heard(registry).is_some_and(|registry| admits(world, registry, visit.client)) {
        return Some(blocked(world, visit.client));
    }
    let answer = match (call.method.as_str(), call.folded.join("/").as_str()) {
        ("GET" | "HEAD", "v2") => challenge(world, &visit.host),
        ("POST", "oauth2/exchange") => exchange(world, call, &visit.host),
        ("POST", "oauth2/token") => Answer::json(200, json!({"access_token": world.guid()})),
        _ => Answer::json(404, errors("UNSUPPORTED", "the simulator serves /v2/ and the token exchange only")),
    };
    Some(answer)
}

/// Whom a call is for, unless for ARM itself, which is reached by address, as localhost, or by a name that is no registry's.
fn visit(world: &World, call: &Call) -> Option<Visit> {
    let host = call.header("host")?.to_ascii_lowercase();
    let name = without_port(&host);
    if name.parse::<IpAddr>().is_ok() || name.starts_with('[') {
        return None;
    }
    let (client, server) = seen_from(name);
    let of_registries = |suffix: &str| server.ends_with(&format!(".{suffix}"));
    let ours = of_registries("localhost") || of_registries(without_port(&world.login_server_suffix()));
    if !ours && registry_at(world, server).is_none() {
        return None;
    }
    let client = client.or_else(|| world.settings.client_address.parse().ok())?;
    Some(Visit { server: server.to_owned(), client, host })
}

/// The caller in a host name, and the rest of it.
fn seen_from(name: &str) -> (Option<IpAddr>, &str) {
    let parts = name.split_once(".from.");
    let caller = parts.and_then(|(caller, _)| caller.replace('-', ".").parse::<Ipv4Addr>().ok());
    match (caller, parts) {
        (Some(caller), Some((_, server))) => (Some(IpAddr::V4(caller)), server),
        _ => (None, name),
    }
}

fn without_port(host: &str) -> &str {
    let parts = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    parts.map_or(host, |(name, _)| name)
}

/// The key of the registry with that login server, whatever its port.
fn registry_at<'a>(world: &'a World, server: &str) -> Option<&'a str> {
    let is_at = |registry: &Value| {
        let own = registry["properties"]["loginServer"].as_str();
        own.is_some_and(|own| without_port(own).eq_ignore_ascii_case(server))
    };
    world.estate.registries.iter().find(|(_, registry)| is_at(registry)).map(|(key, _)| key.as_str())
}

/// Disabled public access refuses all, service endpoints included (container-registry-access-selected-networks).
fn admits(world: &World, registry: &Value, client: IpAddr) -> bool {
    let properties = &registry["properties"];
    if properties["publicNetworkAccess"] == "Disabled" {
        return false;
    }
    let set = &properties["networkRuleSet"];
    set["defaultAction"] != "Deny" || admits_address(set, client) || admits_subnet(world, set, client)
}

fn admits_address(set: &Value, client: IpAddr) -> bool {
    let rules = set["ipRules"].as_array().into_iter().flatten();
    contains(rules.filter_map(|rule| rule["value"].as_str()), client)
}

/// A rule works only while its subnet has the endpoint; without it the traffic comes from a public address (facts/arm.md §5.5).
fn admits_subnet(world: &World, set: &Value, client: IpAddr) -> bool {
    let rules = set["virtualNetworkRules"].as_array().into_iter().flatten();
    let subnets = rules.filter_map(|rule| world.estate.document(rule["virtualNetworkSubnetResourceId"].as_str()?));
    subnets.filter(|subnet| serves_registries(subnet)).any(|subnet| {
        let properties = &subnet["properties"];
        let prefixes = properties["addressPrefixes"].as_array().into_iter().flatten();
        contains(prefixes.chain(properties.get("addressPrefix")).filter_map(Value::as_str), client)
    })
}

fn contains<'a>(ranges: impl Iterator<Item = &'a str>, client: IpAddr) -> bool {
    let mut ranges =
        ranges.filter_map(|text| text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)));
    ranges.any(|range| range.contains(&client))
}

/// Text seen (docker/build-push-action#1214).
fn blocked(world: &mut World, client: IpAddr) -> Answer {
    let trace = world.guid();
    let message = format!(
        "client with IP '{client}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access. [CorrelationId: \
         {trace}]"
    );
    Answer::json(403, json!({"errors": [{"code": "DENIED", "message": message}]}))
}

/// The realm is on the host that was asked, so that who follows it comes from the same address.
fn challenge(world: &World, host: &str) -> Answer {
    let scheme = world.url.split("://").next().unwrap_or_default();
    let challenge = format!("Bearer realm=\"{scheme}://{host}/oauth2/token\",service=\"{host}\"");
    Answer::json(401, errors("UNAUTHORIZED", "authentication required"))
        .with("WWW-Authenticate", challenge)
        .with("Docker-Distribution-Api-Version", "registry/2.0")
}

/// 401 when the token is bad: none at all, or, when tokens are strict, one that was not issued here.
fn exchange(world: &mut World, call: &Call, host: &str) -> Answer {
    let mut form = url::form_urlencoded::parse(&call.body);
    let token = form.find(|(name, _)| name == "access_token").map(|(_, token)| token.into_owned());
    let now = world.now();
    let issued = |token: &String| world.tokens.get(token).is_some_and(|end| *end > now);
    if token.as_ref().is_some_and(|token| !world.settings.strict_tokens || issued(token)) {
        Answer::json(200, json!({"refresh_token": world.guid()}))
    } else {
        challenge(world, host)
    }
}

fn errors(code: &str, message: &str) -> Value {
    json!({"errors": [{"code": code, "message": message, "detail": null}]})
}

//! Where things are: tenants, subscriptions, resource groups, provider registrations, and the generic resource list.
//!
//! `Microsoft.Resources` in ARM's terms. Other modules ask here whether a scope exists.

use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::ids;
use super::network;
use super::registries;
use super::world::{Subscription, World};

/// A subscription, or a resource group in it, in the caller's spelling.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) subscription: String,
    pub(super) group: Option<String>,
}

impl Scope {
    pub(super) fn id(&self) -> String {
        match &self.group {
            Some(group) => format!("/subscriptions/{}/resourceGroups/{group}", self.subscription),
            None => format!("/subscriptions/{}", self.subscription),
        }
    }

    pub(super) fn key(&self) -> String {
        ids::key(&self.id())
    }
}

/// 404 unless the subscription, and the group if one is named, exist.
pub(super) fn require_scope(world: &World, scope: &Scope) -> Result<(), Refusal> {
    let subscription = &scope.subscription;
    if world.estate.subscription(subscription).is_none() {
        let message = format!("The subscription '{subscription}' could not be found.");
        return Err(Refusal::new(404, "SubscriptionNotFound", message));
    }
    match &scope.group {
        Some(group) if !world.estate.groups.contains_key(&scope.key()) => {
            let message = format!("Resource group '{group}' could not be found.");
            Err(Refusal::new(404, "ResourceGroupNotFound", message))
        }
        _ => Ok(()),
    }
}

/// 409 unless the subscription is registered for the provider (codes: azcore's registration policy).
pub(super) fn require_registration(world: &World, scope: &Scope, namespace: &str) -> Result<(), Refusal> {
    if matches!(world.estate.registration(&scope.subscription, namespace).as_str(), "Registered" | "Registering") {
        return Ok(());
    }
    let message = format!(
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to \
         register subscriptions."
    );
    Err(Refusal::new(409, "MissingSubscriptionRegistration", message))
}

/// The answer for a path no provider serves.
pub(super) fn unknown_type(call: &Call) -> Refusal {
    let message = format!(
        "The resource type could not be found for '{} {}' and api version '{}'.",
        call.method,
        call.path,
        call.parameter("api-version").unwrap_or_default()
    );
    Refusal::new(404, "InvalidResourceType", message)
}

/// `GET /subscriptions`.
pub(super) fn subscriptions(world: &World) -> Answer {
    let value: Vec<Value> = world.estate.subscriptions.values().map(described).collect();
    let count = json!({"type": "Total", "value": value.len()});
    Answer::json(200, json!({"value": value, "count": count}))
}

/// `GET /subscriptions/{id}`.
pub(super) fn subscription(world: &World, scope: &Scope) -> Result<Answer, Refusal> {
    require_scope(world, scope)?;
    let subscription = world.estate.subscription(&scope.subscription);
    Ok(Answer::json(200, subscription.map(described).unwrap_or_default()))
}

/// `GET /tenants`.
pub(super) fn tenants(world: &World) -> Answer {
    let mut tenants: Vec<&str> = world.estate.subscriptions.values().map(|it| it.tenant.as_str()).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let value: Vec<Value> = tenants
        .iter()
        .map(|tenant| {
            json!({"id": format!("/tenants/{tenant}"), "tenantId": tenant, "displayName": "Simulated", "tenantCategory": "Home"})
        })
        .collect();
    Answer::json(200, json!({"value": value}))
}

/// `GET …/resourcegroups` and `GET …/resourcegroups/{name}`.
pub(super) fn groups(world: &World, scope: &Scope) -> Result<Answer, Refusal> {
    require_scope(world, scope)?;
    if scope.group.is_some() {
        return Ok(Answer::json(200, world.estate.groups[&scope.key()].clone()));
    }
    let prefix = format!("{}/", scope.key());
    let groups = world.estate.groups.iter().filter(|(key, _)| key.starts_with(&prefix));
    let value: Vec<Value> = groups.map(|(_, group)| group.clone()).collect();
    Ok(Answer::json(200, json!({"value": value})))
}

/// `GET /subscriptions/{id}/resources?$filter=…`: the comparisons az sends, joined by `and`.
pub(super) fn resources(world: &World, call: &Call, scope: &Scope) -> Result<Answer, Refusal> {
    require_scope(world, scope)?;
    let wanted = call.parameter("$filter").map(comparisons).transpose()?.unwrap_or_default();
    let prefix = format!("{}/", scope.key());
    let all = world.estate.registries.iter().chain(&world.estate.networks);
    let fitting = all.filter(|(key, _)| key.starts_with(&prefix)).filter(|(_, resource)| {
        wanted
            .iter()
            .all(|(member, value)| resource[member].as_str().is_some_and(|own| own.eq_ignore_ascii_case(value)))
    });
    let value: Vec<Value> = fitting.map(|(_, resource)| generic(resource)).collect();
    Ok(Answer::json(200, json!({"value": value})))
}

/// `GET …/providers/{namespace}`. Reading is what lets a registration come to its end.
pub(super) fn provider(world: &mut World, scope: &Scope, namespace: &str) -> Result<Answer, Refusal> {
    require_scope(world, scope)?;
    let key = scope.subscription.to_ascii_lowercase();
    let state =
        world.estate.subscriptions.get_mut(&key).and_then(|it| it.providers.get_mut(&namespace.to_ascii_lowercase()));
    if let Some((state, reads)) = state
        && state == "Registering"
    {
        if *reads == 0 {
            "Registered".clone_into(state);
        }
        *reads = reads.saturating_sub(1);
    }
    Ok(Answer::json(200, provider_document(world, scope, namespace)?))
}

/// `POST …/providers/{namespace}/register`: idempotent.
pub(super) fn register(world: &mut World, scope: &Scope, namespace: &str) -> Result<Answer, Refusal> {
    require_scope(world, scope)?;
    let polls = world.settings.registration_polls;
    if world.estate.registration(&scope.subscription, namespace) != "Registered"
        && let Some(subscription) = world.estate.subscriptions.get_mut(&scope.subscription.to_ascii_lowercase())
    {
        subscription.providers.insert(namespace.to_ascii_lowercase(), ("Registering".to_owned(), polls));
    }
    Ok(Answer::json(200, provider_document(world, scope, namespace)?))
}

fn provider_document(world: &World, scope: &Scope, namespace: &str) -> Result<Value, Refusal> {
    let (proper, kind, versions) = match namespace.to_ascii_lowercase().as_str() {
        "microsoft.containerregistry" => ("Microsoft.ContainerRegistry", "registries", registries::VERSIONS),
        "microsoft.network" => ("Microsoft.Network", "virtualNetworks", network::VERSIONS),
        _ => {
            let message = format!("The resource namespace '{namespace}' is invalid.");
            return Err(Refusal::new(404, "InvalidResourceNamespace", message));
        }
    };
    Ok(json!({
        "id": format!("/subscriptions/{}/providers/{proper}", scope.subscription),
        "namespace": proper,
        "registrationState": world.estate.registration(&scope.subscription, proper),
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [{
            "resourceType": kind,
            "locations": ["West Europe", "North Europe"],
            "apiVersions": versions,
            "capabilities": "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation",
        }],
    }))
}

fn described(subscription: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.id,
        "tenantId": subscription.tenant,
        "displayName": subscription.name,
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "Sponsored_2016-01-01", "spendingLimit": "Off"},
    })
}

fn generic(resource: &Value) -> Value {
    let mut short = json!({});
    for member in ["id", "name", "type", "sku", "location", "tags"] {
        if let Some(value) = resource.get(member) {
            short[member] = value.clone();
        }
    }
    short
}

/// `a eq 'b' and c eq 'd'` as pairs; `resourceType` is the document's `type`.
fn comparisons(filter: &str) -> Result<Vec<(String, String)>, Refusal> {
    let invalid = || {
        Refusal::new(
            400,
            "InvalidFilterInQueryString",
            format!("Invalid $filter '{filter}' specified in the query string."),
        )
    };
    let one = |part: &str| {
        let (member, value) = part.trim().split_once(" eq ").ok_or_else(invalid)?;
        let value = value.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).ok_or_else(invalid)?;
        let member = if member.trim().eq_ignore_ascii_case("resourceType") { "type" } else { member.trim() };
        Ok((member.to_owned(), value.to_owned()))
    };
    filter.split(" and ").map(one).collect()
}

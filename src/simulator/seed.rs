//! From a seed document to an estate, and back.
//!
//! A seed may hold what ARM would refuse (a rule for a subnet that is gone): tests need broken worlds. What has no form at all
//! is refused, with the element's name.

use serde_json::{Map, Value, json};

use super::SimulatorError;
use super::ids;
use super::network;
use super::oauth::Author;
use super::registries;
use super::world::{Client, Estate, Subscription, World};

/// The tenant of subscriptions that name none.
const TENANT: &str = "72f988bf-0000-4000-8000-000000000001";
const SECTIONS: &[&str] = &["subscriptions", "resourceGroups", "registries", "virtualNetworks", "clients"];

/// Replaces everything; running operations are forgotten.
pub(super) fn replace(world: &mut World, seed: &Value) -> Result<(), SimulatorError> {
    let estate = read(world, seed)?;
    world.estate = estate;
    world.operations.clear();
    world.witness.clear();
    Ok(())
}

/// Adds to what is there; same ids replace.
pub(super) fn add(world: &mut World, seed: &Value) -> Result<(), SimulatorError> {
    let more = read(world, seed)?;
    let estate = &mut world.estate;
    for (key, subscription) in more.subscriptions {
        // One that was only implied by a resource must not overwrite a described one.
        let described = seed["subscriptions"].as_array().into_iter().flatten();
        let mut described = described.filter_map(|it| it["id"].as_str().map(bare_subscription));
        if described.any(|id| id.eq_ignore_ascii_case(&key)) {
            estate.subscriptions.insert(key, subscription);
        } else {
            estate.subscriptions.entry(key).or_insert(subscription);
        }
    }
    for (key, group) in more.groups {
        estate.groups.entry(key).or_insert(group);
    }
    for key in more.registries.keys() {
        estate.memories.remove(key);
    }
    estate.registries.extend(more.registries);
    estate.networks.extend(more.networks);
    estate.clients.extend(more.clients);
    Ok(())
}

/// The estate as a seed; secrets are left out.
pub(super) fn write(estate: &Estate) -> Value {
    let subscriptions = estate.subscriptions.values().map(|subscription| {
        let providers: Map<String, Value> =
            subscription.providers.iter().map(|(name, (state, _))| (proper(name), state.clone().into())).collect();
        json!({"id": subscription.id, "name": subscription.name, "tenantId": subscription.tenant, "providers": providers})
    });
    let clients = estate.clients.iter().map(|client| json!({"client_id": client.id, "tenant": client.tenant}));
    json!({
        "subscriptions": subscriptions.collect::<Vec<_>>(),
        "resourceGroups": estate.groups.values().collect::<Vec<_>>(),
        "registries": estate.registries.values().collect::<Vec<_>>(),
        "virtualNetworks": estate.networks.values().collect::<Vec<_>>(),
        "clients": clients.collect::<Vec<_>>(),
    })
}

fn read(world: &mut World, seed: &Value) -> Result<Estate, SimulatorError> {
    let sections = seed.as_object().ok_or_else(|| bad("the seed", "must be a JSON object"))?;
    if let Some(unknown) = sections.keys().find(|name| !SECTIONS.contains(&name.as_str())) {
        return Err(bad(unknown, &format!("is not one of {}", SECTIONS.join(", "))));
    }
    let (author, at) = (Author::unnamed(), world.now());
    let birth = registries::Birth { login_server_suffix: world.login_server_suffix(), author, at };
    let mut estate = Estate::default();
    for (place, entry) in entries(seed, "subscriptions")? {
        let subscription = subscription(&place, entry)?;
        estate.subscriptions.insert(subscription.id.to_ascii_lowercase(), subscription);
    }
    for (place, entry) in entries(seed, "resourceGroups")? {
        let id = text(&place, entry, "id")?;
        if !ids::is_group(id) {
            return Err(bad(&place, &format!("{id} is not the id of a resource group")));
        }
        add_group(&mut estate, id, entry);
    }
    for (place, entry) in entries(seed, "registries")? {
        let id = text(&place, entry, "id")?.to_owned();
        if !ids::is_registry(&id) {
            return Err(bad(&place, &format!("{id} is not the id of a registry")));
        }
        imply_group(&mut estate, &id);
        let document = registries::seeded(entry.clone(), &id, &birth).map_err(|why| bad(&place, &why))?;
        estate.registries.insert(ids::key(&id), document);
    }
    for (place, entry) in entries(seed, "virtualNetworks")? {
        let id = text(&place, entry, "id")?.to_owned();
        if !ids::is_network(&id) {
            return Err(bad(&place, &format!("{id} is not the id of a virtual network")));
        }
        imply_group(&mut estate, &id);
        let document = network::seeded(world, entry.clone(), &id).map_err(|why| bad(&place, &why))?;
        estate.networks.insert(ids::key(&id), document);
    }
    for (place, entry) in entries(seed, "clients")? {
        let id = text(&place, entry, "client_id")?.to_owned();
        let own = |name: &str| entry[name].as_str().map(str::to_owned);
        estate.clients.push(Client { id, secret: own("client_secret"), tenant: own("tenant") });
    }
    Ok(estate)
}

/// A section's entries with their names; a plain string stands for `{"id": …}`.
fn entries<'a>(seed: &'a Value, section: &str) -> Result<Vec<(String, &'a Value)>, SimulatorError> {
    match &seed[section] {
        Value::Null => Ok(Vec::new()),
        Value::Array(list) => {
            let named = list.iter().enumerate().map(|(index, entry)| {
                let place = format!("{section}[{index}]");
                if entry.is_object() || entry.is_string() {
                    Ok((place, entry))
                } else {
                    Err(bad(&place, "must be an object"))
                }
            });
            named.collect()
        }
        _ => Err(bad(section, "must be an array")),
    }
}

fn text<'a>(place: &str, entry: &'a Value, member: &str) -> Result<&'a str, SimulatorError> {
    let found = if member == "id" { entry.as_str().or_else(|| entry["id"].as_str()) } else { entry[member].as_str() };
    found.filter(|text| !text.is_empty()).ok_or_else(|| bad(place, &format!("needs {member}, a string")))
}

fn subscription(place: &str, entry: &Value) -> Result<Subscription, SimulatorError> {
    let id = bare_subscription(text(place, entry, "id")?).to_owned();
    let mut made = implied_subscription(&id);
    if let Some(name) = entry["name"].as_str() {
        name.clone_into(&mut made.name);
    }
    if let Some(tenant) = entry["tenantId"].as_str() {
        tenant.clone_into(&mut made.tenant);
    }
    for (namespace, state) in entry["providers"].as_object().into_iter().flatten() {
        let known = ["NotRegistered", "Registering", "Registered", "Unregistering", "Unregistered"];
        let state = state.as_str().filter(|state| known.contains(state));
        let state =
            state.ok_or_else(|| bad(place, &format!("providers.{namespace} must be one of {}", known.join(", "))))?;
        made.providers.insert(namespace.to_ascii_lowercase(), (state.to_owned(), 0));
    }
    Ok(made)
}

fn bare_subscription(id: &str) -> &str {
    id.strip_prefix("/subscriptions/").unwrap_or(id).trim_end_matches('/')
}

fn implied_subscription(id: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        name: "Simulated subscription".to_owned(),
        tenant: TENANT.to_owned(),
        providers: std::collections::BTreeMap::new(),
    }
}

fn add_group(estate: &mut Estate, id: &str, entry: &Value) {
    imply_subscription(estate, id);
    let location = entry["location"].as_str().unwrap_or("westeurope");
    let mut group = json!({
        "id": id, "name": ids::name(id), "type": "Microsoft.Resources/resourceGroups", "location": location,
        "properties": {"provisioningState": "Succeeded"},
    });
    if entry["tags"].is_object() {
        group["tags"] = entry["tags"].clone();
    }
    estate.groups.insert(ids::key(id), group);
}

fn imply_group(estate: &mut Estate, id: &str) {
    if let Some(group) = ids::group(id)
        && !estate.groups.contains_key(&ids::key(&group))
    {
        add_group(estate, &group, &Value::Null);
    }
}

fn imply_subscription(estate: &mut Estate, id: &str) {
    if let Some(subscription) = ids::value_after(id, "subscriptions") {
        let key = subscription.to_ascii_lowercase();
        estate.subscriptions.entry(key).or_insert_with(|| implied_subscription(subscription));
    }
}

fn proper(namespace: &str) -> String {
    match namespace {
        "microsoft.containerregistry" => "Microsoft.ContainerRegistry".to_owned(),
        "microsoft.network" => "Microsoft.Network".to_owned(),
        other => other.to_owned(),
    }
}

fn bad(element: &str, reason: &str) -> SimulatorError {
    SimulatorError::Seed { element: element.to_owned(), reason: reason.to_owned() }
}

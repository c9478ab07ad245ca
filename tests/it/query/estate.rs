//! Places to look in, and the provider beside them.

use acrnet::provider::AcrnetProvider;
use acrnet::simulator::{Action, Config, Settings, Simulator};
use acrnet::terraform::environment::Environment;
use serde_json::{Value as Json, json};

use super::host::Block;
use crate::core::Core;
use crate::host::HostOptions;

pub const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
pub const OTHER: &str = "22222222-2222-2222-2222-222222222222";
pub const RULE_SETS: &str = "acrnet_registry_network_rule_set";
pub const ENDPOINTS: &str = "acrnet_subnet_service_endpoint";

pub fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

pub fn list(name: &str, config: &Json) -> Block {
    Block::of(provider, name, config)
}

/// A provider that talks to that Azure, with more in its block.
pub async fn core_with(azure: &Simulator, more: &Json) -> Core {
    let core = Core::start(HostOptions::default()).await;
    let mut block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
    block.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    core.configure(&provider(), &block).await.ok();
    core
}

/// The same, in the subscription in which everything is.
pub async fn core(azure: &Simulator) -> Core {
    core_with(azure, &json!({"subscription_id": SUBSCRIPTION})).await
}

pub fn registry(subscription: &str, group: &str, name: &str, more: &Json) -> Json {
    let id = format!(
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerRegistry/registries/{name}"
    );
    let mut registry = json!({"id": id, "location": "westeurope", "sku": {"name": "Premium"}});
    registry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    registry
}

/// The same, by an id in other letters: Azure keeps those of whoever wrote first.
pub fn shouted(mut registry: Json) -> Json {
    let id = registry["id"].as_str().unwrap().replace("resourceGroups/test", "resourcegroups/TEST");
    registry["id"] = id.into();
    registry
}

pub fn rules(default_action: &str, ip_rules: &[&str]) -> Json {
    let ip_rules: Vec<Json> = ip_rules.iter().map(|value| json!({"action": "Allow", "value": value})).collect();
    json!({"properties": {"networkRuleSet": {"defaultAction": default_action, "ipRules": ip_rules}}})
}

pub fn network(group: &str, name: &str, subnets: &[(&str, &[&str])]) -> Json {
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{name}"
    );
    let subnets: Vec<Json> = (0..)
        .zip(subnets)
        .map(|(number, (name, services))| {
            let endpoints: Vec<Json> = services.iter().map(|service| json!({"service": service})).collect();
            json!({"name": name, "properties": {"addressPrefix": format!("10.0.{number}.0/24"), "serviceEndpoints": endpoints}})
        })
        .collect();
    json!({"id": id, "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}})
}

pub fn simulator(page_size: usize, seed: &Json) -> Simulator {
    let settings = Settings { page_size, ..Settings::default() };
    let azure = Simulator::start(Config { settings, ..Config::default() }).unwrap();
    azure.seed(seed).unwrap();
    azure
}

/// Registries of all sorts in two resource groups, and one in another subscription; a network in each group.
pub fn estate(page_size: usize) -> Simulator {
    simulator(
        page_size,
        &json!({
            "registries": [
                registry(SUBSCRIPTION, "prod", "open1", &json!({})),
                registry(SUBSCRIPTION, "prod", "denies", &rules("Deny", &[])),
                registry(SUBSCRIPTION, "prod", "begun1", &rules("Allow", &["16.17.18.0/24"])),
                shouted(registry(SUBSCRIPTION, "test", "private", &json!({"properties": {"publicNetworkAccess": "Disabled"}}))),
                registry(SUBSCRIPTION, "test", "basic", &json!({"sku": {"name": "Basic"}})),
                registry(OTHER, "prod", "elsewhere", &rules("Deny", &[])),
            ],
            "virtualNetworks": [
                network("prod", "hub", &[("aks", &["Microsoft.Storage", "Microsoft.ContainerRegistry"]), ("vms", &["Microsoft.Storage"]), ("bare", &[])]),
                network("test", "spoke", &[("build", &["microsoft.containerregistry"]), ("none", &[])]),
            ],
        }),
    )
}

/// Two resource groups, for [`many`].
pub const GROUPS: [&str; 2] = ["first", "second"];

/// So many registries in each of two resource groups.
pub fn many(page_size: usize, number: usize) -> Simulator {
    let names = |group: &'static str| (0..number).map(move |number| (group, format!("{group}{number:02}")));
    let registries: Vec<Json> = GROUPS
        .into_iter()
        .flat_map(names)
        .map(|(group, name)| registry(SUBSCRIPTION, group, &name, &json!({})))
        .collect();
    simulator(page_size, &json!({"registries": registries}))
}

/// How many pages of the list of a group were asked for.
pub fn pages_of(azure: &Simulator, group: &str) -> usize {
    let path = format!("/resourceGroups/{group}/providers/Microsoft.ContainerRegistry/registries");
    azure.requests().iter().filter(|record| record.path.ends_with(&path)).count()
}

/// What was asked, as `GET` and the last part of the path, with how many pages of each list.
pub fn asked(azure: &Simulator) -> Vec<String> {
    azure
        .requests()
        .iter()
        .map(|record| format!("{} {}", record.method, record.path.rsplit('/').next().unwrap()))
        .collect()
}

pub fn refusal(status: u16, code: &str, message: &str) -> Action {
    Action::Answer {
        status,
        headers: serde_json::Map::new(),
        body: json!({"error": {"code": code, "message": message}}),
        after_effect: false,
    }
}

pub fn forbidden(action: &str, scope: &str) -> Action {
    refusal(
        403,
        "AuthorizationFailed",
        &format!(
            "The client 'c' with object id 'o' does not have authorization to perform action '{action}' over scope '{scope}' or the \
             scope is invalid."
        ),
    )
}

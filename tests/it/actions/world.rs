//! A simulated Azure with one registry that denies, and the provider configured for it.

use std::sync::Arc;

use acrnet::provider::AcrnetProvider;
use acrnet::simulator::{Config, ManualClock, Record, Simulator};
use acrnet::terraform::environment::Environment;
use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;

use super::driving::action;
use crate::core::{Core, Kind};
use crate::host::HostOptions;

const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";

/// The address that the registry sees; no rule admits it.
pub const CLIENT: &str = "203.0.113.7";

pub struct World {
    pub azure: Simulator,
    pub clock: Arc<ManualClock>,
    pub core: Core,
}

pub fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

pub fn verify() -> Kind {
    action(provider(), "acrnet_verify_registry_access")
}

pub fn restore() -> Kind {
    action(provider(), "acrnet_restore_default_access")
}

pub fn registry() -> String {
    named("demo1")
}

pub fn named(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}")
}

pub fn subnet() -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/app")
}

impl World {
    pub async fn new() -> Self {
        Self::with(HostOptions::default(), json!({})).await
    }

    /// With more lines in the provider block.
    pub async fn with(options: HostOptions, lines: Json) -> Self {
        let clock = Arc::new(ManualClock::new(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000)));
        let azure = Simulator::start(Config { clock: clock.clone(), ..Config::default() }).unwrap();
        let ip = |value: &str| json!({"action": "Allow", "value": value});
        let rules = json!({
            "defaultAction": "Deny",
            "ipRules": [ip("16.17.18.0/24"), ip("52.57.22.38")],
            "virtualNetworkRules": [{"action": "Allow", "virtualNetworkSubnetResourceId": subnet()}],
        });
        let endpoints = json!([{"service": "Microsoft.ContainerRegistry"}]);
        let properties = json!({"networkRuleSet": rules, "networkRuleBypassOptions": "None"});
        let registries = ["demo1", "demo2", "demo3"].map(|name| {
            json!({"id": named(name), "location": "westeurope", "sku": {"name": "Premium"}, "properties": properties})
        });
        azure
            .seed(&json!({
                "registries": registries,
                "virtualNetworks": [{
                    "id": format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net"),
                    "location": "westeurope",
                    "properties": {
                        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                        "subnets": [{"name": "app", "properties": {"addressPrefix": "10.0.1.0/24", "serviceEndpoints": endpoints}}],
                    },
                }],
            }))
            .unwrap();
        let core = Core::start(options).await;
        let mut block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
        for (name, value) in lines.as_object().unwrap_or(&Map::new()) {
            block[name] = value.clone();
        }
        core.configure(&provider(), &block).await.ok();
        Self { azure, clock, core }
    }

    /// The registry's own name.
    pub fn login_server(&self) -> String {
        let stored = self.azure.resource(&registry()).unwrap();
        stored["properties"]["loginServer"].as_str().unwrap().to_owned()
    }

    /// What the registry has for rules.
    pub fn rules(&self) -> Json {
        self.azure.resource(&registry()).unwrap()["properties"]["networkRuleSet"].clone()
    }

    /// The writes of registries so far.
    pub fn patches(&self) -> Vec<Record> {
        self.azure.requests().into_iter().filter(|record| record.method == "PATCH").collect()
    }
}

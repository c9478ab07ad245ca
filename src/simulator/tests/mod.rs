//! The simulator seen from outside: requests over HTTP, nothing mocked.

mod control;
mod data_plane;
mod faults;
mod history;
mod oauth;
mod operations;
mod places;
mod registries;
mod replay;
mod rules;
mod server;
mod statistics;
mod subnets;
mod throttle;

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Config, ManualClock, Settings, Simulator};

const GROUP: &str = "/subscriptions/s1/resourceGroups/rg1";
const REGISTRY: &str = "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.ContainerRegistry/registries/alpha";
const NETWORK: &str = "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/net1";
const OPEN: &str = "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/net1/subnets/open";
const PLAIN: &str =
    "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/net1/subnets/plain";
const NEW: &str = "2026-03-01-preview";
const STABLE: &str = "2025-11-01";
const NRP: &str = "2025-01-01";
const ARM: &str = "2022-09-01";

/// A simulator whose time stands still, and a client.
struct Azure {
    simulator: Simulator,
    clock: Arc<ManualClock>,
    client: reqwest::Client,
}

/// One answer, read.
#[derive(Debug)]
struct Seen {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
}

impl Seen {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }
}

impl Azure {
    /// With [`small_seed`].
    fn small() -> Self {
        let azure = Self::empty(Settings::default());
        azure.simulator.seed(&small_seed()).expect("a good seed");
        azure
    }

    fn empty(settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::new(datetime!(2026-11-22 10:00 UTC)));
        let config = Config { settings, clock: clock.clone(), ..Config::default() };
        Self { simulator: Simulator::start(config).expect("a free port"), clock, client: client() }
    }

    /// The login server of a registry, as it is by default.
    fn login_server(&self, name: &str) -> String {
        format!("{name}.localhost:{}", self.simulator.url().rsplit(':').next().expect("a port"))
    }

    fn turn(&self, change: impl FnOnce(&mut Settings)) {
        self.simulator.settings(change).expect("sensible settings");
    }

    fn request(&self, method: Method, path: &str, version: &str) -> reqwest::RequestBuilder {
        let joint = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{joint}api-version={version}", self.simulator.url());
        self.client.request(method, url).header("authorization", "Bearer any")
    }

    async fn get(&self, path: &str, version: &str) -> Seen {
        seen(self.request(Method::GET, path, version)).await
    }

    async fn send(&self, method: Method, path: &str, version: &str, body: &Value) -> Seen {
        let request = self.request(method, path, version).header("content-type", "application/json");
        seen(request.body(body.to_string())).await
    }

    async fn patch(&self, version: &str, body: &Value) -> Seen {
        self.send(Method::PATCH, REGISTRY, version, body).await
    }

    async fn put(&self, path: &str, version: &str, body: &Value) -> Seen {
        self.send(Method::PUT, path, version, body).await
    }

    async fn delete(&self, path: &str, version: &str) -> Seen {
        seen(self.request(Method::DELETE, path, version)).await
    }

    /// Polls a link as it came until it is not running any more.
    async fn follow(&self, link: &str) -> Seen {
        loop {
            let poll = seen(self.client.get(link).header("authorization", "Bearer any")).await;
            if poll.status != 202 && poll.body["status"] != "InProgress" {
                return poll;
            }
        }
    }

    /// The stored rules.
    fn rule_set(&self) -> Value {
        self.simulator.resource(REGISTRY).expect("the registry")["properties"]["networkRuleSet"].clone()
    }
}

fn client() -> reqwest::Client {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn seen(request: reqwest::RequestBuilder) -> Seen {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(if text.is_empty() { Value::Null } else { Value::String(text) });
    Seen { status, headers, body }
}

/// A Premium and a Basic registry, and a network with a subnet that has the endpoint and one that has not.
fn small_seed() -> Value {
    json!({
        "subscriptions": [{"id": "s1", "name": "One", "tenantId": "t1"}],
        "registries": [
            {"id": REGISTRY, "sku": "Premium", "location": "westeurope", "properties": {}},
            {"id": format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/basic"), "sku": "Basic"},
        ],
        "virtualNetworks": [{
            "id": NETWORK, "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
                {"name": "open", "properties": {
                    "addressPrefix": "10.0.0.0/24",
                    "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
                }},
                {"name": "plain", "properties": {
                    "addressPrefix": "10.0.1.0/24",
                    "networkSecurityGroup": {"id": "/subscriptions/s1/nsg"},
                    "futureThing": {"b": 1, "a": 1.50},
                }},
            ]},
        }],
    })
}

/// A PATCH body with rules.
fn rules(action: &str, addresses: &[&str], subnets: &[&str]) -> Value {
    let addresses: Vec<Value> = addresses.iter().map(|value| json!({"value": value})).collect();
    let subnets: Vec<Value> = subnets.iter().map(|id| json!({"virtualNetworkSubnetResourceId": id})).collect();
    json!({"properties": {"networkRuleSet": {
        "defaultAction": action, "virtualNetworkRules": subnets, "ipRules": addresses,
    }}})
}

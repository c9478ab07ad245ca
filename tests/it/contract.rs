//! Provider and simulator against Azure's official OpenAPI documents, which neither of them was generated from.
//!
//! What the provider's own client sends and what the simulator answers passes one transport that keeps it, and is then judged: path, method,
//! parameters, bodies, statuses, links of operations. So two readings of the API that are wrong in the same way do not agree with each other
//! unnoticed. The documents lie beside the project; where they do not, the tests say so and compare nothing.

mod examples;
mod exceptions;
mod judge;
mod openapi;
mod schema;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use acrnet::azure::api_version::{ApiVersion, RegistrySetting, VirtualNetworkRulesKey};
use acrnet::azure::call::Call;
use acrnet::azure::error::ErrorKind;
use acrnet::azure::inventory::Place;
use acrnet::azure::registry::{RegistryEdit, RegistryPatch};
use acrnet::azure::snapshot::Reading;
use acrnet::azure::subnet::{Subnet, add_registry_endpoint, remove_registry_endpoint};
use acrnet::simulator::{Config, RegistryWrites, Settings, Simulator};
use serde_json::{Value, json};

use self::judge::{Finding, Side};
use self::openapi::Specs;
use self::wire::{Exchange, Wire};

const GROUP: &str = "/subscriptions/8a1f0c52-6c1d-4b8e-9f0a-0d3a5b7c9e11/resourceGroups/rg1";
const SUBSCRIPTION: &str = "8a1f0c52-6c1d-4b8e-9f0a-0d3a5b7c9e11";
const REGISTRY_VERSIONS: &[&str] =
    &["2019-05-01", "2021-08-01-preview", "2023-07-01", "2025-11-01", "2026-03-01-preview"];
const NETWORK_VERSION: &str = "2024-01-01";
const RESOURCES_VERSION: &str = "2024-03-01";

#[tokio::test]
async fn what_the_provider_sends_is_what_the_documents_describe() {
    let Some(specs) = Specs::load() else { return };
    let azure = simulated();
    let wire = Arc::new(Wire::default());
    for version in REGISTRY_VERSIONS {
        for writes in [RegistryWrites::Synchronous, RegistryWrites::AsyncOperation] {
            azure.settings(|settings| settings.registry_writes = writes).unwrap();
            write_every_setting(&wire, &azure, version).await;
        }
    }
    look_around(&wire, &azure).await;
    change_a_subnet(&wire, &azure).await;
    register(&wire, &azure).await;
    let exchanges = wire.seen();
    let sent = [
        ("PATCH", "registries"),
        ("PUT", "subnets"),
        ("POST", "/register"),
        ("GET", "operation"),
        ("GET", "rg1/providers/Microsoft.ContainerRegistry/registries"),
        ("GET", "/virtualNetworks"),
    ];
    for (method, part) in sent {
        let sent = |exchange: &&Exchange| exchange.method == method && exchange.path.contains(part);
        assert!(exchanges.iter().find(sent).is_some(), "no {method} of {part} was sent");
    }
    exceptions::settle(Side::Client, &judged(&specs, &exchanges, Side::Client));
}

#[tokio::test]
async fn what_the_simulator_answers_is_what_the_documents_describe() {
    let Some(specs) = Specs::load() else { return };
    let azure = simulated();
    let wire = Arc::new(Wire::default());
    for version in REGISTRY_VERSIONS {
        ask_about_registries(&wire, &azure, version).await;
        be_refused(&wire, &azure, version).await;
    }
    ask_about_networks(&wire, &azure).await;
    change_a_subnet(&wire, &azure).await;
    register(&wire, &azure).await;
    let exchanges = wire.seen();
    exceptions::settle(Side::Service, &judged(&specs, &exchanges, Side::Service));
    for status in [200, 201, 202, 400, 401, 404, 409] {
        assert!(exchanges.iter().any(|exchange| exchange.status == status), "no answer was a {status}");
    }
}

/// Each field of a patch alone, and all together.
async fn write_every_setting(wire: &Arc<Wire>, azure: &Simulator, version: &str) {
    let version: ApiVersion = version.parse().unwrap();
    let has = |setting| version.carries(setting);
    let (has_access, has_option) = (has(RegistrySetting::PublicNetworkAccess), has(RegistrySetting::BypassOption));
    let has_tasks = has(RegistrySetting::BypassForTasks);
    let carries = version.virtual_network_rules() != VirtualNetworkRulesKey::Absent;
    let client = wire.client(azure, |config| config.registry_api_version = version);
    let deny = || Some("Deny".to_owned());
    let addresses = || Some(vec!["16.17.18.0/24".to_owned(), "16.17.19.20".to_owned()]);
    let subnets = || carries.then(|| vec![subnet("open")]);
    let patches = [
        RegistryPatch { default_action: deny(), ..RegistryPatch::default() },
        RegistryPatch { default_action: deny(), ip_rules: addresses(), ..RegistryPatch::default() },
        RegistryPatch { default_action: deny(), virtual_network_rules: subnets(), ..RegistryPatch::default() },
        RegistryPatch { public_network_access_enabled: Some(true), ..RegistryPatch::default() },
        RegistryPatch { bypass_option: Some("None".to_owned()), ..RegistryPatch::default() },
        RegistryPatch { bypass_for_tasks: Some(true), ..RegistryPatch::default() },
        RegistryPatch {
            default_action: Some("Allow".to_owned()),
            ip_rules: Some(Vec::new()),
            virtual_network_rules: carries.then(Vec::new),
            public_network_access_enabled: has_access.then_some(false),
            bypass_option: has_option.then(|| "AzureServices".to_owned()),
            bypass_for_tasks: has_tasks.then_some(false),
        },
    ];
    for patch in patches {
        let id = registry("alpha1").parse().unwrap();
        let edit = RegistryEdit::alone(move |seen| (!patch.unstored(seen).is_empty()).then(|| patch.clone()));
        if let Err(failed) = client.update_registry(&id, &call(), edit).await {
            assert_eq!(failed.error.kind, ErrorKind::Unsupported, "{}", failed.error);
        }
    }
}

/// Every list, page by page.
async fn look_around(wire: &Arc<Wire>, azure: &Simulator) {
    let client = wire.client(azure, |config| config.network_api_version = NETWORK_VERSION.parse().unwrap());
    let (subscription, call) = (SUBSCRIPTION.parse().unwrap(), call());
    let group = Place::ResourceGroup(SUBSCRIPTION.parse().unwrap(), "rg1".parse().unwrap());
    for place in [Place::Subscription(SUBSCRIPTION.parse().unwrap()), group] {
        let mut pages = client.registries(&place, &call).await.unwrap();
        while let Some(page) = pages.next().await.unwrap() {
            assert!(page.iter().all(|registry| registry.shown.is_some()), "{page:?}");
        }
    }
    let mut pages = client.virtual_networks(&subscription, &call).await.unwrap();
    while let Some(page) = pages.next().await.unwrap() {
        for network in page {
            let shown = network.subnets.expect("the list shows them");
            let Reading::Found(listed) = client.subnets(&network.id, &call).await.unwrap() else {
                panic!("it is there")
            };
            let endpoints = |subnets: &[Subnet]| subnets.iter().map(Subnet::registry_endpoint).collect::<Vec<_>>();
            assert_eq!(endpoints(&shown), endpoints(&listed), "of {}", network.id);
        }
    }
}

async fn change_a_subnet(wire: &Arc<Wire>, azure: &Simulator) {
    let client = wire.client(azure, |config| config.network_api_version = NETWORK_VERSION.parse().unwrap());
    let id = subnet("plain").parse().unwrap();
    let added = client.edit_subnet(&id, &call(), &add_registry_endpoint).await.unwrap();
    assert!(added.after.registry_endpoint().is_some());
    client.edit_subnet(&id, &call(), &remove_registry_endpoint).await.unwrap();
}

async fn register(wire: &Arc<Wire>, azure: &Simulator) {
    let provider = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry");
    azure.edit(&provider, &json!({"registrationState": "NotRegistered"})).unwrap();
    let client = wire.client(azure, |config| config.resources_api_version = RESOURCES_VERSION.parse().unwrap());
    let subscription = SUBSCRIPTION.parse().unwrap();
    client.registration(&subscription, &call()).await.unwrap();
    client.register(&subscription, &call()).await.unwrap();
}

async fn ask_about_registries(wire: &Wire, azure: &Simulator, version: &str) {
    let url = |path: &str| format!("{}{path}?api-version={version}", azure.url());
    let (id, made) = (registry("alpha1"), registry(&format!("made{}", version.replace('-', ""))));
    let none = Value::Null;
    let whole = json!({"location": "westeurope", "sku": {"name": "Premium"}, "tags": {"a": "b"}});
    let patch =
        json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "16.17.18.0/24"}]}}});
    for writes in [RegistryWrites::Synchronous, RegistryWrites::AsyncOperation, RegistryWrites::Location] {
        azure.settings(|settings| settings.registry_writes = writes).unwrap();
        let begun = wire.ask("PATCH", &url(&id), &patch).await;
        end(wire, &begun).await;
        wire.ask("GET", &url(&id), &none).await;
    }
    azure.settings(|settings| settings.registry_writes = RegistryWrites::Synchronous).unwrap();
    let created = wire.ask("PUT", &url(&made), &whole).await;
    end(wire, &created).await;
    wire.ask("PUT", &url(&made), &whole).await;
    if version < "2025" {
        // The cut documents of later versions leave it out.
        wire.ask("GET", &url(&format!("{id}/listUsages")), &none).await;
    }
    let list = "providers/Microsoft.ContainerRegistry/registries";
    assert!(pages(wire, url(&format!("/subscriptions/{SUBSCRIPTION}/{list}"))).await > 1);
    assert!(pages(wire, url(&format!("{GROUP}/{list}"))).await > 1);
}

/// The refusals of a version: nothing there, no bearer, a body that is none, a rule that is none, a write to a busy registry.
async fn be_refused(wire: &Wire, azure: &Simulator, version: &str) {
    let url = |path: &str| format!("{}{path}?api-version={version}", azure.url());
    let id = url(&registry("alpha1"));
    let rules = |value: &str| json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": value}]}}});
    wire.ask("GET", &url(&registry("nowhere")), &Value::Null).await;
    wire.ask_without_token("GET", &id).await;
    wire.ask("PATCH", &id, &json!({"properties": {"networkRuleSet": {}}})).await;
    wire.ask("PATCH", &id, &rules("10.0.0.0/8")).await;
    azure.settings(|settings| settings.registry_writes = RegistryWrites::AsyncOperation).unwrap();
    let begun = wire.ask("PATCH", &id, &rules("16.17.18.0/24")).await;
    assert_eq!(wire.ask("PATCH", &id, &rules("16.17.19.0/24")).await.status, 409);
    end(wire, &begun).await;
    azure.settings(|settings| settings.registry_writes = RegistryWrites::Synchronous).unwrap();
}

async fn ask_about_networks(wire: &Wire, azure: &Simulator) {
    let url = |path: &str| format!("{}{path}?api-version={NETWORK_VERSION}", azure.url());
    let network = url(&format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net1"));
    let none = Value::Null;
    wire.ask("GET", &network, &none).await;
    wire.ask("GET", &url(&subnet("open")), &none).await;
    wire.ask("GET", &url(&subnet("nowhere")), &none).await;
    let list = "providers/Microsoft.Network/virtualNetworks";
    assert!(pages(wire, url(&format!("/subscriptions/{SUBSCRIPTION}/{list}"))).await > 1);
    assert!(pages(wire, url(&format!("{GROUP}/{list}"))).await > 1);
    assert!(pages(wire, url(&format!("{GROUP}/{list}/net1/subnets"))).await > 1);
    let created =
        wire.ask("PUT", &url(&subnet("made")), &json!({"properties": {"addressPrefix": "10.0.9.0/24"}})).await;
    assert_eq!(created.status, 201);
    let busy = wire.ask("PUT", &url(&subnet("plain")), &json!({"properties": {"addressPrefix": "10.0.1.0/24"}})).await;
    assert_eq!(busy.status, 429);
    end(wire, &created).await;
    wire.ask("PUT", &url(&subnet("made")), &json!({"properties": {"addressPrefix": "10.99.0.0/8"}})).await;
    let space = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
    let put = wire.ask("PUT", &url(&format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net2")), &space).await;
    end(wire, &put).await;
}

/// Follows an operation to its end by whichever link there is.
async fn end(wire: &Wire, begun: &Exchange) {
    if let Some(link) = begun.header("azure-asyncoperation").or_else(|| begun.header("location")) {
        wire.follow(link).await;
    }
}

/// Follows a list to its end; how many pages there were.
async fn pages(wire: &Wire, url: String) -> usize {
    let mut next = Some(url);
    let mut count = 0;
    while let Some(url) = next.take() {
        next = wire.ask("GET", &url, &Value::Null).await.body["nextLink"].as_str().map(str::to_owned);
        count += 1;
    }
    count
}

/// A registry with every kind of member, and a network with one subnet that has the endpoint and one that has everything else.
fn simulated() -> Simulator {
    // One entry per page, so that every list has several.
    let settings = Settings { page_size: 1, ..Settings::default() };
    let azure = Simulator::start(Config { settings, ..Config::default() }).unwrap();
    let other = format!("{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg1");
    azure
        .seed(&json!({
            "subscriptions": [{"id": SUBSCRIPTION, "name": "One"}],
            "registries": [
                {"id": registry("alpha1"), "sku": "Premium"},
                {"id": registry("bravo1"), "sku": "Premium", "properties": {"networkRuleSet": {
                    "defaultAction": "Deny", "ipRules": [{"value": "16.17.19.20"}],
                    "virtualNetworkRules": [{"virtualNetworkSubnetResourceId": subnet("open")}],
                }}},
            ],
            "virtualNetworks": [
                {"id": format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net1"), "properties": {
                    "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
                        {"name": "open", "properties": {
                            "addressPrefix": "10.0.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
                        }},
                        {"name": "plain", "properties": {
                            "addressPrefixes": ["10.0.1.0/24"], "networkSecurityGroup": {"id": other},
                            "serviceEndpoints": [{"service": "Microsoft.Storage", "locations": ["westeurope"]}],
                        }},
                    ],
                }},
                {"id": format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net0")},
            ],
        }))
        .unwrap();
    azure
}

fn registry(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}")
}

fn subnet(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net1/subnets/{name}")
}

fn call() -> Call {
    Call::within(Duration::from_secs(60))
}

fn judged(specs: &Specs, exchanges: &[Exchange], side: Side) -> Vec<Finding> {
    exchanges.iter().flat_map(|exchange| judge::findings(specs, exchange, side)).collect()
}

// A comparison that is left out must be seen; tests have no other voice.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn say(text: &str) {
    eprintln!("{text}");
}

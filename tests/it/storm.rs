//! Two hundred changes at once while a third of Azure's answers is faulty: everything arrives, nothing twice.
//!
//! The client of the provider against the simulator over real sockets. What took effect is told by the simulator's log, not by the client.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use acrnet::azure::call::Call;
use acrnet::azure::client::{Ambient, ArmClient, Config as ClientConfig};
use acrnet::azure::cloud::{Cloud, CloudName, Endpoints};
use acrnet::azure::credentials::StaticToken;
use acrnet::azure::registry::{Registry, RegistryEdit, RegistryPatch};
use acrnet::azure::retry::Policy;
use acrnet::azure::subnet::add_registry_endpoint;
use acrnet::azure::transport::{HttpsTransport, TransportOptions};
use acrnet::simulator::{Action, BucketSize, Config, Fault, Record, Simulator};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const REGISTRIES: usize = 5;
const RULES_EACH: usize = 32;
const NETWORKS: usize = 5;
const SUBNETS_EACH: usize = 8;
const GROUP: &str = "/subscriptions/s1/resourceGroups/rg";
/// The code of a 503 whose request was carried out all the same.
const AFTER_EFFECT: &str = "FailedAfterTheFact";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_once_though_a_third_of_the_answers_is_faulty() {
    for seed in 1..=3 {
        storm(seed).await;
    }
}

async fn storm(seed: u64) {
    let azure = azure();
    let rules = trouble(&azure, seed);
    let client = client(azure.url(), seed);
    let began = Instant::now();
    let mut all = JoinSet::new();
    for registry in 0..REGISTRIES {
        for rule in 0..RULES_EACH {
            all.spawn(add_rule(client.clone(), registry, rule));
        }
    }
    for network in 0..NETWORKS {
        for subnet in 0..SUBNETS_EACH {
            all.spawn(add_endpoint(client.clone(), network, subnet));
        }
    }
    assert_eq!(all.len(), 200);
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
    let took = began.elapsed();
    let log = azure.requests();
    assert_final_state(&azure);
    let written = (0..REGISTRIES).map(|registry| rules_written(&log, registry)).sum::<usize>()
        + (0..NETWORKS).map(|network| endpoints_written(&log, network)).sum::<usize>();
    assert_eq!(written, 200, "as much was written as there were changes");
    tell(seed, &log, rules, took);
}

fn registry_id(registry: usize) -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/storm{registry}")
}

fn network_id(network: usize) -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet{network}")
}

fn subnet_id(network: usize, subnet: usize) -> String {
    format!("{}/subnets/snet{subnet}", network_id(network))
}

fn address(rule: usize) -> String {
    format!("20.1.2.{rule}")
}

/// Registries with a rule of somebody else, networks whose subnets have an endpoint of somebody else.
fn azure() -> Simulator {
    let mut config = Config::default();
    // Operations whose end nobody waits for, because their answer was lost, are over soon.
    config.settings.operation_seconds = 0.02;
    let azure = Simulator::start(config).unwrap();
    let registries = (0..REGISTRIES).map(|registry| {
        let rules = json!({"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "52.0.0.1"}]});
        json!({"id": registry_id(registry), "sku": {"name": "Premium"}, "properties": {"networkRuleSet": rules}})
    });
    let networks = (0..NETWORKS).map(|network| {
        let subnets = (0..SUBNETS_EACH).map(|subnet| {
            let storage = json!({"service": "Microsoft.Storage", "locations": ["westeurope"]});
            json!({"name": format!("snet{subnet}"), "properties": {
                "addressPrefix": format!("10.{network}.{subnet}.0/24"), "serviceEndpoints": [storage],
            }})
        });
        json!({"id": network_id(network), "properties": {"subnets": subnets.collect::<Vec<_>>()}})
    });
    azure
        .seed(&json!({"registries": registries.collect::<Vec<_>>(), "virtualNetworks": networks.collect::<Vec<_>>()}))
        .unwrap();
    azure
}

/// Spoils every third answer or so, with one to three good ones between two bad ones; gives the number of rules.
fn trouble(azure: &Simulator, seed: u64) -> usize {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut count = 0;
    for method in ["PATCH", "PUT"] {
        let mut nth = 0;
        for _ in 0..12 {
            nth += rng.u32(3..=9);
            let conflict = refusal(409, "AnotherOperationInProgress", false);
            azure.fault(Fault::new(conflict).on(method, "").from_nth(nth));
            count += 1;
        }
    }
    let mut nth = 0;
    for _ in 0..1500 {
        nth += rng.u32(1..=3);
        let action = match rng.u8(0..6) {
            0 => refusal(429, "TooManyRequests", false),
            1 => refusal(503, "ServerBusy", false),
            2 => refusal(503, AFTER_EFFECT, true),
            3 => Action::Reset { after_effect: false },
            4 => Action::Reset { after_effect: true },
            _ => Action::Truncate,
        };
        azure.fault(Fault::new(action).from_nth(nth));
        count += 1;
    }
    count
}

fn refusal(status: u16, code: &str, after_effect: bool) -> Action {
    let headers = json!({"retry-after-ms": "2"}).as_object().cloned().unwrap();
    let body = json!({"error": {"code": code, "message": "a storm"}});
    Action::Answer { status, headers, body, after_effect }
}

fn client(url: &str, seed: u64) -> ArmClient {
    let endpoints = Endpoints { resource_manager_endpoint: Some(url.to_owned()), ..Endpoints::default() };
    let mut config = ClientConfig::new(Cloud::new(CloudName::Public, &endpoints).unwrap());
    config.retry =
        Policy { max_retries: 40, first_wait: Duration::from_millis(2), longest_wait: Duration::from_millis(20) };
    config.poll_interval = Duration::from_millis(1);
    let transport = Arc::new(HttpsTransport::new(TransportOptions::default()));
    let ambient = Ambient { rng: fastrand::Rng::with_seed(seed), ..Ambient::default() };
    ArmClient::new(config, Arc::new(StaticToken::new("any".to_owned())), transport, ambient)
}

fn call() -> Call {
    Call::within(Duration::from_secs(120))
}

async fn add_rule(client: ArmClient, registry: usize, rule: usize) {
    let edit = move |current: &Registry| {
        let mut rules = current.ip_rules();
        if rules.contains(&address(rule)) {
            return None;
        }
        rules.push(address(rule));
        let default_action = Some(current.default_action().to_owned());
        Some(RegistryPatch { default_action, ip_rules: Some(rules), ..RegistryPatch::default() })
    };
    let updated = client
        .update_registry(&registry_id(registry).parse().unwrap(), &call(), RegistryEdit::in_company(edit))
        .await
        .unwrap();
    assert!(updated.after.ip_rules().contains(&address(rule)) && updated.wrote);
}

async fn add_endpoint(client: ArmClient, network: usize, subnet: usize) {
    let id = subnet_id(network, subnet).parse().unwrap();
    let updated = client.edit_subnet(&id, &call(), &add_registry_endpoint).await.unwrap();
    assert!(updated.after.registry_endpoint().is_some() && updated.wrote);
}

fn assert_final_state(azure: &Simulator) {
    let mut expected: BTreeSet<String> = (0..RULES_EACH).map(address).collect();
    expected.insert("52.0.0.1".to_owned());
    for registry in 0..REGISTRIES {
        let document = azure.resource(&registry_id(registry)).unwrap();
        assert_eq!(document["properties"]["networkRuleSet"]["defaultAction"], "Deny");
        let held = addresses(&document);
        assert_eq!(held.iter().cloned().collect::<BTreeSet<_>>(), expected);
        assert_eq!(held.len(), expected.len(), "no rule is there twice");
    }
    for (network, subnet) in (0..NETWORKS).flat_map(|network| (0..SUBNETS_EACH).map(move |subnet| (network, subnet))) {
        let document = azure.resource(&subnet_id(network, subnet)).unwrap();
        assert_eq!(services(&document), ["Microsoft.Storage", "Microsoft.ContainerRegistry"]);
        assert_eq!(document["properties"]["serviceEndpoints"][0]["locations"], json!(["westeurope"]));
    }
}

/// How many rules were written by patches that took effect. Each of these must add to what was there, and keep the others.
fn rules_written(log: &[Record], registry: usize) -> usize {
    let path = registry_id(registry);
    let mut held = vec!["52.0.0.1".to_owned()];
    let mut count = 0;
    for (at, record) in log.iter().enumerate().filter(|(_, record)| record.method == "PATCH" && record.path == path) {
        let sent = addresses(&record.body);
        let shown = |document: &Value| sent.iter().all(|rule| addresses(document).contains(rule));
        if !took_effect(&log[at..], &shown) {
            continue;
        }
        assert!(sent.len() > held.len(), "request {} wrote what was there already", record.seq);
        assert!(held.iter().all(|rule| sent.contains(rule)), "request {} lost a rule", record.seq);
        held = sent;
        count += 1;
    }
    assert!(count < RULES_EACH, "rules that come together are one write");
    held.len() - 1
}

/// How many puts of a network's subnets took effect: one for each.
fn endpoints_written(log: &[Record], network: usize) -> usize {
    let has_endpoint = |document: &Value| services(document).contains(&"Microsoft.ContainerRegistry");
    for subnet in 0..SUBNETS_EACH {
        let path = subnet_id(network, subnet);
        let puts = log.iter().enumerate().filter(|(_, record)| record.method == "PUT" && record.path == path);
        let effective = puts.filter(|(at, _)| took_effect(&log[*at..], &has_endpoint)).count();
        assert_eq!(effective, 1, "{path}");
    }
    SUBNETS_EACH
}

/// Whether the first of these requests took effect: by its answer, or, where the connection was reset, by the next reading that shows the
/// resource.
fn took_effect(log: &[Record], shown: &dyn Fn(&Value) -> bool) -> bool {
    let write = &log[0];
    match write.status {
        200 | 201 => true,
        503 => write.response["error"]["code"] == AFTER_EFFECT,
        0 => {
            let reading =
                log.iter().find(|record| record.method == "GET" && record.path == write.path && record.status == 200);
            reading.is_some_and(|record| shown(&record.response))
        }
        _ => false,
    }
}

fn addresses(document: &Value) -> Vec<String> {
    let rules = document["properties"]["networkRuleSet"]["ipRules"].as_array();
    rules.into_iter().flatten().filter_map(|rule| rule["value"].as_str()).map(str::to_owned).collect()
}

fn services(subnet: &Value) -> Vec<&str> {
    let endpoints = subnet["properties"]["serviceEndpoints"].as_array();
    endpoints.into_iter().flatten().filter_map(|endpoint| endpoint["service"].as_str()).collect()
}

#[expect(clippy::print_stdout, reason = "how hard the storm was belongs into the output of the test")]
fn tell(seed: u64, log: &[Record], rules: usize, took: Duration) {
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for record in log {
        *statuses.entry(record.status).or_default() += 1;
    }
    let visibly = log.iter().filter(|record| matches!(record.status, 0 | 409 | 412 | 429 | 503)).count();
    println!(
        "storm {seed}: 200 changes, {} calls, {visibly} of them answered by an error or a reset besides those cut off, {} ms; by \
         status {statuses:?}",
        log.len(),
        took.as_millis()
    );
    assert!(visibly * 4 >= log.len(), "it was no storm: {visibly} of {}", log.len());
    assert!(log.len() > 250 && log.len() < rules * 3, "the rules lasted to the end: {} calls", log.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_beyond_azures_bucket_are_slowed_down_and_not_refused() {
    let azure = azure();
    azure
        .settings(|settings| {
            settings.throttle.enabled = true;
            settings.throttle.reads = BucketSize { burst: 40.0, per_second: 25.0 };
        })
        .unwrap();
    let client = client(azure.url(), 1);
    let mut all = JoinSet::new();
    for _ in 0..70 {
        let client = client.clone();
        all.spawn(async move { client.registry(&registry_id(0).parse().unwrap(), &call()).await.unwrap().unwrap() });
    }
    all.join_all().await;
    let refused = azure.requests().iter().filter(|record| record.status == 429).count();
    assert!(refused <= 2, "{refused} of 70 were refused");
}

//! Exchanges recorded from real Azure, asked again here: same request, same status, same shape.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

const RECORDING: &str = "wire/azure-cli-test_acr_network_rule-2022.json";

/// A file of the shared specifications, when they lie beside the project.
fn shared(file: &str) -> Option<Value> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/specs");
    let text = std::fs::read_to_string(root.join(file)).ok()?;
    Some(serde_json::from_str(&text).expect("a recording is JSON"))
}

// A skipped check must be seen; tests have no other voice.
fn skip(what: &str) {
    eprintln!("SKIPPED: {what} is not there, nothing was compared with real Azure");
}

/// Every path to a value, with the kind of the value: `.properties.sku: string`. Arrays count by their elements.
fn shape(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                shape(value, &format!("{path}.{name}"), into);
            }
        }
        Value::Array(list) => {
            into.insert(format!("{path}: array"));
            for value in list {
                shape(value, &format!("{path}[]"), into);
            }
        }
        Value::String(_) => drop(into.insert(format!("{path}: string"))),
        Value::Bool(_) => drop(into.insert(format!("{path}: bool"))),
        Value::Number(_) => drop(into.insert(format!("{path}: number"))),
        Value::Null => drop(into.insert(format!("{path}: null"))),
    }
}

fn shape_of(value: &Value) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    shape(value, "", &mut paths);
    paths
}

/// Values the service decides and a client depends on.
fn facts(body: &Value) -> Value {
    let properties = &body["properties"];
    json!([
        body["id"],
        body["name"],
        body["type"],
        body["sku"],
        body["status"],
        properties["networkRuleSet"],
        properties["provisioningState"],
        properties["serviceEndpoints"],
        properties["publicNetworkAccess"],
    ])
}

fn recorded_seed(exchange: &Value) -> Value {
    let subnet = &exchange["body"];
    let id = subnet["id"].as_str().expect("an id");
    let network = id.split("/subnets/").next().expect("a network");
    json!({"virtualNetworks": [{
        "id": network, "location": "westcentralus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [subnet]},
    }]})
}

#[tokio::test]
async fn the_recorded_exchanges_of_the_cli_are_answered_as_azure_answered() {
    let Some(recording) = shared(RECORDING) else { return skip(RECORDING) };
    let exchanges = recording["exchanges"].as_array().expect("exchanges");
    // Nobody polled twice in the recording, and the answers of that year used the old key.
    let settings = Settings { operation_polls: 0, old_virtual_network_rule_key: true, ..Settings::default() };
    let azure = Azure::empty(settings);
    azure.simulator.seed(&recorded_seed(&exchanges[0])).expect("a good seed");
    let mut link = String::new();
    for (number, exchange) in exchanges.iter().enumerate() {
        let uri = exchange["uri"].as_str().expect("a uri");
        let polls = uri.contains("/operations/") || uri.contains("/operationStatuses/");
        let here = uri.replace("https://management.azure.com", azure.simulator.url());
        let method: Method = exchange["method"].as_str().expect("a method").parse().expect("a method");
        let mut request = azure.client.request(method, if polls { link.clone() } else { here });
        request = request.header("authorization", "Bearer any");
        if !exchange["request_body"].is_null() {
            request = request.header("content-type", "application/json").body(exchange["request_body"].to_string());
        }
        let answer = seen(request).await;
        compare(number, exchange, &answer);
        if let Some(next) = answer.header("azure-asyncoperation") {
            next.clone_into(&mut link);
        }
    }
}

fn compare(number: usize, exchange: &Value, answer: &Seen) {
    let place = format!("exchange {number}: {} {}", exchange["method"], exchange["uri"]);
    assert_eq!(json!(answer.status), exchange["status"], "{place}");
    assert_eq!(shape_of(&answer.body), shape_of(&exchange["body"]), "{place}");
    assert_eq!(facts(&answer.body), facts(&exchange["body"]), "{place}");
    let order = |value: &Value| value.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    assert_eq!(order(&answer.body["properties"]), order(&exchange["body"]["properties"]), "{place}");
    let recorded = exchange["headers"].as_object().expect("headers");
    for name in recorded.keys().filter(|name| !name.starts_with("x-ms-ratelimit")) {
        assert!(answer.header(name).is_some(), "{place} lacks {name}");
    }
    // The recording keeps these headers whenever Azure sent them.
    for name in ["azure-asyncoperation", "location", "etag", "api-supported-versions"] {
        assert_eq!(answer.header(name).is_some(), recorded.contains_key(name), "{place}: {name}");
    }
}

#[tokio::test]
async fn the_official_examples_of_registries_have_our_shape() {
    let mut compared = 0;
    for version in ["2021-08-01-preview", "2023-07-01", "2025-11-01", "2026-09-01-preview"] {
        let file = format!("containerregistry/{version}/examples/RegistryGet.json");
        let Some(example) = shared(&file) else {
            skip(&file);
            continue;
        };
        let azure = Azure::small();
        let ours = shape_of(&azure.get(REGISTRY, version).await.body["properties"]);
        let mut theirs = shape_of(&example["responses"]["200"]["body"]["properties"]);
        // Examples show a status; REC22, which is real, has none.
        theirs.retain(|path| !path.starts_with(".status"));
        let missing: Vec<_> = theirs.difference(&ours).collect();
        assert!(missing.is_empty(), "{version} lacks {missing:?}");
        compared += 1;
    }
    assert!(compared > 0 || shared(RECORDING).is_none());
}

#[tokio::test]
async fn the_seen_refusals_are_worded_as_seen() {
    let file = "wire/errors-seen.json";
    let Some(seen_errors) = shared(file) else { return skip(file) };
    let text = |name: &str| {
        let errors = seen_errors["errors"].as_array().expect("errors");
        let error = errors.iter().find(|error| error["name"] == name).expect("the error");
        error["body"]["error"]["message"].as_str().expect("a message").to_owned()
    };
    let group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-net";
    let network = format!("{group}/providers/Microsoft.Network/virtualNetworks/vnet1");
    let azure = Azure::small();
    let subnet = json!({"name": "snet1", "properties": {"addressPrefix": "10.0.0.0/24"}});
    azure
        .simulator
        .add(&json!({"virtualNetworks": [{"id": network, "properties": {"subnets": [subnet]}}]}))
        .expect("a seed");
    let id = format!("{network}/subnets/snet1");
    let refusal = azure.patch(NEW, &rules("Deny", &[], &[&id])).await;
    assert_eq!(refusal.message(), text("subnet_without_service_endpoint"));
    let refusal = azure.patch(NEW, &rules("Deny", &[], &[&id, &id])).await;
    assert_eq!(refusal.message(), text("duplicate_vnet_rule"));
    let provider = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.ContainerRegistry";
    azure.simulator.edit(provider, &json!({"registrationState": "NotRegistered"})).expect("the subscription");
    let refusal = azure.patch(NEW, &rules("Deny", &[], &[&id])).await;
    assert_eq!(refusal.message(), text("vnet_subscription_not_registered"));
}

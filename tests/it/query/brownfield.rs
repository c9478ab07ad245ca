//! The way of what exists into Terraform: two registries with rules and three subnets with the endpoint, made by hand, are listed, configuration is
//! generated, the real Terraform imports them by it, and has nothing to do.

use std::fs;
use std::path::{Path, PathBuf};

use acrnet::provider::ADDRESS;
use acrnet::simulator::{Config, Settings, Simulator};
use serde_json::{Value as Json, json};

use super::estate::{SUBSCRIPTION, core, list, provider};
use super::generated::assert_fits;
use super::hcl;
use super::host::Found;
use crate::contract::wire::Wire;
use crate::core::Kind;
use crate::host::process;
use crate::terraform::{Workspace, text};

/// The versions of azure-cli 2.91.0.
const REGISTRIES: &str = "2026-09-01-preview";
const NETWORKS: &str = "2025-01-01";
const KINDS: [&str; 2] = ["acrnet_registry_network_rule_set", "acrnet_subnet_service_endpoint"];

fn registry(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.ContainerRegistry/registries/{name}")
}

fn network() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/shop")
}

fn subnet(name: &str) -> String {
    format!("{}/subnets/{name}", network())
}

/// Somebody with `az`.
struct Az<'a> {
    azure: &'a Simulator,
    wire: Wire,
}

impl Az<'_> {
    async fn send(&self, method: &str, id: &str, version: &str, body: Json) {
        let answer = self.wire.ask(method, &format!("{}{id}?api-version={version}", self.azure.url()), &body).await;
        assert!((200..300).contains(&answer.status), "{method} {id}: {}", answer.body);
        if let Some(link) = answer.header("azure-asyncoperation") {
            self.wire.follow(link).await;
        }
    }

    /// `az acr create --sku Premium`, then `az acr network-rule add` for each rule, then `az acr update`.
    async fn registry(&self, name: &str, ip_rules: &[&str], subnets: &[&str], properties: Json) {
        let id = registry(name);
        self.send("PUT", &id, REGISTRIES, json!({"location": "westeurope", "sku": {"name": "Premium"}})).await;
        let ips: Vec<Json> = ip_rules.iter().map(|value| json!({"action": "Allow", "value": value})).collect();
        let subnets: Vec<Json> = subnets
            .iter()
            .map(|name| json!({"action": "Allow", "virtualNetworkSubnetResourceId": subnet(name)}))
            .collect();
        let rules = json!({"defaultAction": "Deny", "ipRules": ips, "virtualNetworkRules": subnets});
        self.send("PATCH", &id, REGISTRIES, json!({"properties": {"networkRuleSet": rules}})).await;
        self.send("PATCH", &id, REGISTRIES, json!({"properties": properties})).await;
    }

    /// `az network vnet subnet create --service-endpoints`.
    async fn subnet(&self, number: u8, name: &str, services: &[&str]) {
        let endpoints: Vec<Json> = services.iter().map(|service| json!({"service": service})).collect();
        let prefix = format!("10.0.{number}.0/24");
        let body = json!({"properties": {"addressPrefix": prefix, "serviceEndpoints": endpoints}});
        self.send("PUT", &subnet(name), NETWORKS, body).await;
    }
}

/// What grew by hand.
async fn grown() -> Simulator {
    let settings = Settings { page_size: 1, operation_retry_after: Some(0), ..Settings::default() };
    let azure = Simulator::start(Config { settings, ..Config::default() }).unwrap();
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/shop");
    azure.seed(&json!({"resourceGroups": [group]})).unwrap();
    let az = Az { azure: &azure, wire: Wire::default() };
    let space = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
    az.send("PUT", &network(), NETWORKS, space).await;
    az.subnet(0, "aks", &["Microsoft.Storage", "Microsoft.ContainerRegistry"]).await;
    az.subnet(1, "build", &["Microsoft.ContainerRegistry"]).await;
    az.subnet(2, "jobs", &["Microsoft.ContainerRegistry", "Microsoft.KeyVault"]).await;
    az.subnet(3, "plain", &["Microsoft.Storage"]).await;
    az.registry("shopweb", &["16.17.18.0/24", "16.17.19.20"], &["aks", "build"], json!({})).await;
    let settings = json!({"networkRuleBypassOptions": "None", "networkRuleBypassAllowedForTasks": true});
    az.registry("shopbatch", &[], &["jobs"], settings).await;
    azure.clear_requests();
    azure
}

/// An empty folder with the provider, talking to that Azure.
fn workspace(azure: &Simulator) -> Workspace {
    let workspace = Workspace::new(ADDRESS, &process::provider(), "");
    workspace.with("ARM_RESOURCE_MANAGER_ENDPOINT", azure.url()).with("ARM_ACCESS_TOKEN", "any")
}

/// Imports what the folder names, and then there is nothing to do; nothing was written.
fn assert_imports(azure: &Simulator, workspace: &Workspace) {
    azure.clear_requests();
    let applied = workspace.run(&["apply", "-auto-approve", "-input=false"]);
    let said = text(&applied);
    assert!(applied.status.success(), "{said}");
    assert!(said.contains("5 imported, 0 added, 0 changed, 0 destroyed"), "{said}");
    let planned = workspace.run(&["plan", "-detailed-exitcode", "-input=false"]);
    assert_eq!(planned.status.code(), Some(0), "{}", text(&planned));
    let written: Vec<_> = azure.requests().into_iter().filter(|record| record.method != "GET").collect();
    assert!(written.is_empty(), "{written:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_grew_by_hand_is_listed_generated_imported_and_then_there_is_nothing_to_do() {
    let azure = grown().await;
    let core = core(&azure).await;
    let mut configuration = String::new();
    let mut names = Vec::new();
    for name in KINDS {
        let kind = Kind::resource(provider(), name);
        let mut found = core.query(&list(name, &json!({})).with_resources()).await.ok();
        found.sort_by(|a, b| a.display_name.cmp(&b.display_name));
        for (number, Found { display_name, identity, state }) in found.into_iter().enumerate() {
            let config = core.generate(&kind, &state).await.ok();
            // By identity, as Terraform from 1.12 on imports what it lists.
            let begun = core.import_identity(&kind, &identity).await.ok().expect("the identity is taken");
            let read = core.read(&kind, &begun).await.ok();
            assert_fits(&core, &kind, &read, &config).await;
            // By id, for the real one.
            let label = format!("all_{number}");
            let id = state.entry("id").and_then(|id| id.as_str()).expect("it has an id").to_owned();
            configuration += &hcl::import((name, &label), &id);
            configuration += &hcl::resource(kind.block(), (name, &label), &config);
            names.push(display_name);
        }
    }
    assert_eq!(
        names,
        ["shopbatch (shop)", "shopweb (shop)", "shop/aks (shop)", "shop/build (shop)", "shop/jobs (shop)"]
    );
    let workspace = workspace(&azure);
    workspace.write("generated.tf", &configuration);
    assert_imports(&azure, &workspace);
}

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/brownfield").join(path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_terraform_generates_what_it_imports_by_itself() {
    let azure = grown().await;
    let workspace = workspace(&azure);
    workspace.write("main.tf", &fs::read_to_string(example("import/main.tf")).unwrap());
    let generated = workspace.run(&["plan", "-generate-config-out=generated.tf", "-input=false"]);
    assert!(generated.status.success(), "{}", text(&generated));
    assert!(workspace.read("generated.tf").contains("\"16.17.19.20\""), "{}", workspace.read("generated.tf"));
    assert_imports(&azure, &workspace);
}

#[test]
fn the_guide_shows_the_query_of_the_example() {
    let guide = include_str!("../../../docs/guides/brownfield.md");
    let query = fs::read_to_string(example("query/brownfield.tfquery.hcl")).unwrap();
    let blocks: Vec<&str> = query.split("\nlist ").skip(1).filter_map(|text| text.split("\n}\n").next()).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert!(guide.contains(&format!("\nlist {block}\n}}\n")), "not in the guide:\n{block}");
    }
}

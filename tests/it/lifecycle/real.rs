//! The lives of the real types, in the real process, against the simulator.

use acrnet::provider::AcrnetProvider;
use acrnet::simulator::{Config, Simulator};
use acrnet::terraform::conform::Action::{self, Create, NoOp, Replace, Update};
use acrnet::terraform::environment::Environment;
use acrnet::terraform::value::Value;
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use super::{Story, live};
use crate::core::{Core, Kind, Object};
use crate::generation::Generation;
use crate::host::HostOptions;

const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";

fn registry(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}")
}

fn subnet(name: &str) -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/{name}")
}

/// Two registries, and two subnets with these service endpoints.
fn azure(services: &[&str]) -> Simulator {
    let azure = Simulator::start(Config::default()).unwrap();
    let endpoints: Vec<Json> = services.iter().map(|service| json!({"service": service})).collect();
    let subnets = [("one", "10.0.1.0/24"), ("two", "10.0.2.0/24")].map(
        |(name, prefix)| json!({"name": name, "properties": {"addressPrefix": prefix, "serviceEndpoints": endpoints}}),
    );
    let registries = ["first", "second"]
        .map(|name| json!({"id": registry(name), "location": "westeurope", "sku": {"name": "Premium"}}));
    azure
        .seed(&json!({
            "registries": registries,
            "virtualNetworks": [{
                "id": format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"),
                "location": "westeurope",
                "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets},
            }],
        }))
        .unwrap();
    azure
}

fn provider() -> AcrnetProvider {
    AcrnetProvider::new(Environment::default())
}

/// One life under a host of each generation, at the same time and each in a place of its own: the places, as the lives have left them.
async fn lives(
    services: &'static [&str],
    name: &'static str,
    steps: &[(Json, Action)],
    import_id: fn(&Value) -> String,
) -> Vec<Simulator> {
    let mut lives = JoinSet::new();
    for generation in Generation::ALL {
        let (configs, actions): (Vec<Json>, Vec<Action>) = steps.iter().cloned().unzip();
        lives.spawn(async move {
            let azure = azure(services);
            let kind = Kind::resource(provider(), name);
            let core = Core::start_as(generation, HostOptions::default()).await;
            let block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
            core.begin(&provider(), &block).await.ok();
            let configs = configs.iter().map(|config| kind.config(config)).collect();
            live(&core, &Story { kind: &kind, configs, actions, import_id, not_imported: &[] }).await;
            azure
        });
    }
    lives.join_all().await
}

fn text(state: &Value, name: &str) -> String {
    state.entry(name).and_then(Value::as_str).expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_set_lives() {
    let id = registry("first");
    let rules = |default_action: &str, ip_rules: Json, subnets: Json| {
        json!({"registry_id": id, "default_action": default_action, "ip_rules": ip_rules,
               "virtual_network_subnet_ids": subnets})
    };
    let subnets = || json!([subnet("one"), subnet("two")]);
    let respelled = json!([subnet("two").to_uppercase(), subnet("one")]);
    let places = lives(
        &["Microsoft.ContainerRegistry"],
        "acrnet_registry_network_rule_set",
        &[
            (json!({"registry_id": id, "default_action": "Deny"}), Create),
            (rules("Deny", json!(["16.17.18.0/24", "16.17.19.20"]), subnets()), Update),
            (rules("Deny", json!(["16.17.19.20/32", "16.17.18.0/24"]), respelled), NoOp),
            (rules("Allow", json!([]), json!(null)), Update),
            (json!({"registry_id": registry("second"), "default_action": "Deny"}), Replace),
            (
                json!({"registry_id": registry("second"), "default_action": "Deny", "ip_rules": ["16.17.18.0/24"],
                       "public_network_access_enabled": true, "network_rule_bypass_option": "None",
                       "network_rule_bypass_for_tasks_enabled": false}),
                Update,
            ),
        ],
        |state| text(state, "id"),
    )
    .await;
    for azure in places {
        let stored = azure.resource(&registry("second")).unwrap();
        assert_eq!(stored["properties"]["networkRuleSet"]["defaultAction"], "Allow", "destroying restores: {stored}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_ip_rule_lives() {
    let rule = |id: String, range: &str| json!({"registry_id": id, "ip_range": range});
    let places = lives(
        &[],
        "acrnet_registry_ip_rule",
        &[
            (rule(registry("first"), "16.17.19.20/32"), Create),
            (rule(registry("first").to_uppercase(), "16.17.19.20"), NoOp),
            (json!({"registry_id": registry("first"), "ip_range": "16.17.19.20", "on_existing": "fail"}), Update),
            (rule(registry("first"), "16.17.18.0/24"), Replace),
            (rule(registry("second"), "16.17.18.0/24"), Replace),
        ],
        |state| text(state, "id"),
    )
    .await;
    for (azure, name) in places.iter().flat_map(|azure| ["first", "second"].map(|name| (azure, name))) {
        let stored = azure.resource(&registry(name)).unwrap();
        assert_eq!(stored["properties"]["networkRuleSet"]["ipRules"].as_array().map_or(0, Vec::len), 0, "{stored}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_virtual_network_rule_lives() {
    let rule = |subnet: String| json!({"registry_id": registry("first"), "subnet_id": subnet});
    lives(
        &["Microsoft.ContainerRegistry"],
        "acrnet_registry_virtual_network_rule",
        &[(rule(subnet("one")), Create), (rule(subnet("one").to_uppercase()), NoOp), (rule(subnet("two")), Replace)],
        |state| text(state, "id"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_endpoint_lives() {
    let places = lives(
        &["Microsoft.Storage"],
        "acrnet_subnet_service_endpoint",
        &[
            (json!({"subnet_id": subnet("one")}), Create),
            (json!({"subnet_id": subnet("one").to_uppercase()}), NoOp),
            (json!({"subnet_id": subnet("two")}), Replace),
        ],
        |state| text(state, "id"),
    )
    .await;
    for azure in places {
        let stored = azure.resource(&subnet("two")).unwrap();
        let left = stored["properties"]["serviceEndpoints"].as_array().unwrap();
        assert_eq!(left.len(), 1, "only the endpoint of others stays: {stored}");
    }
}

/// A state that a hand or an old tool wrote: what the provider decides is null in it.
#[tokio::test]
async fn a_service_endpoint_with_nothing_decided_is_updated_to_one_that_is_whole() {
    let azure = azure(&["Microsoft.ContainerRegistry"]);
    let kind = Kind::resource(provider(), "acrnet_subnet_service_endpoint");
    let core = Core::start(HostOptions::default()).await;
    let block = json!({"endpoint": {"resource_manager_endpoint": azure.url()}, "access_token": "any"});
    core.begin(&provider(), &block).await.ok();
    let stored = json!({"subnet_id": subnet("one"), "on_existing": "adopt"});
    let prior = Object { value: kind.config(&stored), ..Object::none() };
    let config = kind.config(&json!({"subnet_id": subnet("one"), "on_existing": "fail"}));
    let plan = core.plan(&kind, &prior, &config).await.ok();
    let updated = core.apply(&kind, &prior.value, &plan, &config).await.ok();
    let id = text(&updated.value, "id");
    assert_eq!(id, format!("{}/serviceEndpoints/Microsoft.ContainerRegistry", subnet("one")));
    assert_eq!(text(&updated.value, "service"), "Microsoft.ContainerRegistry");
    assert!(subnet("one").starts_with(&text(&updated.value, "virtual_network_id")));
    assert_eq!(updated.value.entry("remove_on_destroy"), Some(&Value::Bool(true)));
}

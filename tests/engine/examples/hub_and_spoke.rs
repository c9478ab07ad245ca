//! `examples/hub-and-spoke`: a registry in one subscription, clusters in two others, one of which has never seen a registry.

use std::fs;

use serde_json::{Value, json};

use super::{estate, workspace};
use crate::azure::Azure;

/// The id of a virtual network in that subscription.
fn network(subscription: &str, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/{name}/providers/Microsoft.Network/virtualNetworks/{name}")
}

const SPOKES: [&str; 2] = ["22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"];
const HUB: &str = "11111111-1111-1111-1111-111111111111";

/// A hub, a spoke, and a spoke whose subscription has never seen a registry.
fn hub_and_spokes() -> Azure {
    let azure = Azure::new();
    let net = |id: String, space: &str, subnet: &str| {
        let subnets = json!([{"name": subnet, "properties": {
            "addressPrefix": format!("{space}/24"), "serviceEndpoints": [{"service": "Microsoft.Storage"}],
        }}]);
        let properties = json!({"addressSpace": {"addressPrefixes": [format!("{space}/16")]}, "subnets": subnets});
        json!({"id": id, "location": "westeurope", "properties": properties})
    };
    let mut seed = estate::seed("Allow");
    seed["subscriptions"] = json!([{"id": SPOKES[1], "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}}]);
    seed["virtualNetworks"] = json!([
        net(network(HUB, "hub"), "10.0.0.0", "agents"),
        net(network(SPOKES[0], "shop"), "10.1.0.0", "nodes"),
        net(network(SPOKES[1], "payment"), "10.2.0.0", "nodes"),
    ]);
    azure.simulator().seed(&seed).unwrap();
    azure
}

#[test]
fn hub_and_spoke_lets_clusters_agents_and_people_in() {
    let nodes = [
        format!("{}/subnets/nodes", network(SPOKES[0], "shop")),
        format!("{}/subnets/nodes", network(SPOKES[1], "payment")),
    ];
    let mut workspace = workspace(hub_and_spokes());
    fs::copy(estate::folder("hub-and-spoke/main.tf"), workspace.module().join("main.tf")).unwrap();
    workspace.set("TF_VAR_registry_id", &estate::registry());
    workspace.set("TF_VAR_hub_network_id", &network(HUB, "hub"));
    workspace.set("TF_VAR_egress_ips", "[\"16.17.18.0/24\"]");
    workspace.set("TF_VAR_cluster_subnet_ids", &json!({"shop": nodes[0], "payment": nodes[1]}).to_string());
    let run = workspace.apply();
    assert_eq!(run.warnings(), []);
    workspace.assert_settled();
    let stored = |id: &str| workspace.azure.simulator().resource(id).unwrap()["properties"].clone();
    let rules = stored(&estate::registry())["networkRuleSet"].clone();
    assert_eq!(
        (&rules["defaultAction"], rules["virtualNetworkRules"].as_array().map(Vec::len)),
        (&json!("Deny"), Some(3))
    );
    let agents = format!("{}/subnets/agents", network(HUB, "hub"));
    for subnet in nodes.iter().chain([&agents]) {
        let services: Vec<Value> =
            stored(subnet)["serviceEndpoints"].as_array().unwrap().iter().map(|one| one["service"].clone()).collect();
        assert_eq!(services, ["Microsoft.Storage", "Microsoft.ContainerRegistry"], "{subnet}");
    }
    let registered =
        workspace.azure.simulator().requests().into_iter().filter(|record| record.path.ends_with("/register"));
    assert_eq!(registered.filter(|record| record.path.contains(SPOKES[1])).count(), 1);
    workspace.destroy();
    assert_eq!(stored(&estate::registry())["networkRuleSet"]["virtualNetworkRules"], json!([]));
    assert_eq!(
        stored(&nodes[1])["serviceEndpoints"].as_array().map(Vec::len),
        Some(1),
        "the endpoint went, and only that"
    );
}

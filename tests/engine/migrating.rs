//! The guide for those who come from elsewhere: its configurations are run as they stand there, and write nothing to Azure.

use serde_json::json;

use crate::azure::{APP, NETWORK, READY, REGISTRY, ip_rule, subnet_rule};
use crate::moved::{Generation, update, update_of_registry};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const GUIDE: &str = include_str!("../../docs/guides/migrating.md");

#[test]
fn the_rules_of_an_azurerm_registry_are_only_imported() {
    imports_only(&["azurerm-registry"], 1);
}

#[test]
fn the_endpoint_of_an_azurerm_subnet_is_only_imported() {
    imports_only(&["azurerm-subnet"], 1);
}

#[test]
fn what_scripts_made_is_only_imported() {
    imports_only(&["az"], 2);
}

#[test]
fn what_azapi_updated_is_only_moved() {
    let workspace = closed();
    let body = json!({"properties": {"serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
    let mut rules = update_of_registry(Generation::Two);
    let mut endpoint = update(Generation::Two, "Microsoft.Network/virtualNetworks/subnets", READY, NETWORK, &body);
    (rules["name"], endpoint["name"]) = (json!("rules"), json!("endpoint"));
    workspace.left_by_azapi(&[rules, endpoint]);
    workspace.write(&format!("{}{}", block("azapi-registry"), block("azapi-subnet")));
    let moves = ["move acrnet_registry_network_rule_set.prod", "move acrnet_subnet_service_endpoint.app"];
    assert_eq!(workspace.plan().actions(), moves);
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn every_form_of_an_id_is_imported_by_command() {
    let rules =
        "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]\n  virtual_network_subnet_ids = [\"READY\"]";
    let configuration = format!("{}{}", endpoint("READY", ""), rule_set(rules));
    let of_endpoint = format!("{READY}/serviceEndpoints/Microsoft.ContainerRegistry");
    for (of_rules, of_endpoint) in [
        (REGISTRY.to_owned(), of_endpoint.clone()),
        (REGISTRY.to_lowercase(), of_endpoint.to_uppercase()),
        (REGISTRY.to_uppercase(), READY.to_lowercase()),
    ] {
        let workspace = closed();
        workspace.write(&configuration);
        for (address, id) in [(RULES, &of_rules), (ENDPOINT, &of_endpoint)] {
            let run = workspace.terraform(&["import", "-no-color", address, id]);
            assert!(run.success(), "{id}: {}{}", run.stdout, run.stderr);
        }
        workspace.assert_settled();
        assert_eq!(workspace.azure.writes(), [""; 0]);
    }
}

#[test]
fn generated_configuration_is_valid_and_plans_nothing_but_the_import() {
    let workspace = closed();
    workspace.write(&format!(
        "import {{\n  to = {RULES}\n  id = \"REGISTRY\"\n}}\nimport {{\n  to = {ENDPOINT}\n  id = \"READY\"\n}}\n"
    ));
    let run = workspace.terraform(&["plan", "-json", "-generate-config-out=generated.tf"]);
    assert!(run.success(), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.warnings().iter().filter(|warning| !warning.address.is_empty()).count(), 0, "{:?}", run.warnings());
    assert_only_imports(&workspace, 2);
}

/// Runs blocks of the guide on an Azure that is as the guide says.
fn imports_only(blocks: &[&str], count: usize) {
    let workspace = closed();
    workspace.write(&blocks.iter().map(|name| block(name)).collect::<String>());
    assert_only_imports(&workspace, count);
}

fn assert_only_imports(workspace: &Workspace, count: usize) {
    let planned = workspace.planned();
    let changes = planned["resource_changes"].as_array().unwrap();
    assert_eq!(changes.len(), count);
    for change in changes {
        assert_eq!(change["change"]["actions"], json!(["no-op"]), "{change:#}");
        assert!(change["change"]["importing"].is_object(), "{change:#}");
    }
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

/// An Azure with a registry that one address and one subnet may reach.
fn closed() -> Workspace {
    let workspace = Workspace::new();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {
        "defaultAction": "Deny", "ipRules": [ip_rule("52.57.22.38")], "virtualNetworkRules": [subnet_rule(READY)],
    }}));
    assert!(workspace.azure.endpoints(APP).iter().all(|service| service != "Microsoft.ContainerRegistry"));
    workspace
}

/// The configuration that stands in the guide under that name, with ids in the place of what is not ours.
fn block(name: &str) -> String {
    let mark = format!("<!-- run: {name} -->\n");
    let (_, rest) = GUIDE.split_once(&mark).unwrap_or_else(|| panic!("the guide has no block {name}"));
    let (_, rest) = rest.split_once("```hcl\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let ids = [
        ("azurerm_container_registry.prod.id", "\"REGISTRY\""),
        ("azurerm_subnet.app.id", "\"READY\""),
        ("<registry id>", "REGISTRY"),
        ("<subnet id>", "READY"),
    ];
    ids.iter().fold(text.to_owned(), |text, (reference, id)| text.replace(reference, id)) + "\n"
}

//! The Azure article's scenario from the first apply to the last: endpoint and rules, with only a reference between them.

use serde_json::{Value, json};

use crate::azure::{APP, REGISTRY, ip_rule};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

fn scenario() -> String {
    let rules = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n  \
                 virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]";
    format!("{}{}", endpoint("APP", ""), rule_set(rules))
}

fn closed() -> (String, Vec<String>, Vec<String>) {
    ("Deny".to_owned(), vec!["16.17.18.0/24".to_owned()], vec!["app".to_owned()])
}

fn open() -> (String, Vec<String>, Vec<String>) {
    ("Allow".to_owned(), vec![], vec![])
}

#[test]
fn the_endpoint_is_made_before_the_rule_and_leaves_after_it() {
    let workspace = Workspace::of(&scenario());
    workspace.apply();
    assert_eq!(workspace.azure.writes(), ["PUT app", "PATCH Demo1"]);
    workspace.azure.simulator().clear_requests();
    workspace.destroy();
    assert_eq!(workspace.azure.writes(), ["PATCH Demo1", "PUT app"]);
}

#[test]
fn what_is_planned_is_what_azure_holds_and_a_second_plan_is_empty() {
    let workspace = Workspace::of(&scenario());
    let plan = workspace.plan();
    assert_eq!(plan.actions(), [format!("create {RULES}"), format!("create {ENDPOINT}")]);
    assert_eq!(plan.warnings(), []);
    workspace.apply();
    assert_eq!(workspace.azure.rules(), closed());
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage", "Microsoft.ContainerRegistry"]);
    workspace.assert_settled();
}

#[test]
fn the_state_says_what_azure_filled_in() {
    let workspace = Workspace::of(&scenario());
    workspace.apply();
    let rules = workspace.object(RULES).attributes;
    assert_eq!(rules["login_server"], workspace.azure.registry()["properties"]["loginServer"]);
    assert_eq!(rules["id"], REGISTRY);
    assert_eq!(rules["public_network_access_enabled"], true);
    assert_eq!(rules["network_rule_bypass_option"], "AzureServices");
    let endpoint = workspace.object(ENDPOINT).attributes;
    assert_eq!(endpoint["id"], format!("{APP}/serviceEndpoints/Microsoft.ContainerRegistry"));
    assert_eq!(endpoint["locations"], json!(["*"]));
    assert_eq!(endpoint["remove_on_destroy"], true);
}

#[test]
fn destroy_restores_default_access_and_the_subnet_as_it_was() {
    let workspace = Workspace::of(&scenario());
    workspace.apply();
    let destroyed = workspace.destroy();
    assert_eq!(workspace.azure.rules(), open());
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
    assert!(workspace.state(RULES).is_none() && workspace.state(ENDPOINT).is_none());
    let warning = destroyed.warning();
    assert_eq!(warning.summary, "Destroying opens registry Demo1 to all networks");
}

#[test]
fn drift_is_shown_and_put_right() {
    let workspace = Workspace::of(&scenario());
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {
        "defaultAction": "Allow",
        "ipRules": [ip_rule("16.17.18.0/24"), ip_rule("52.57.22.38")],
    }}));
    let plan = workspace.plan();
    assert_eq!(plan.code, Some(2));
    assert_eq!(plan.drift(), [format!("update {RULES}")]);
    assert_eq!(plan.actions(), [format!("update {RULES}")]);
    workspace.apply();
    assert_eq!(workspace.azure.rules(), closed());
    workspace.assert_settled();
}

#[test]
fn an_endpoint_that_somebody_removed_is_added_again() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.apply();
    workspace.azure.simulator().edit(APP, &json!({"properties": {"serviceEndpoints": []}})).unwrap();
    assert_eq!(workspace.plan().actions(), [format!("create {ENDPOINT}")]);
    workspace.apply();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.ContainerRegistry"]);
    workspace.assert_settled();
}

#[test]
fn a_changed_list_is_an_update_in_place() {
    let workspace =
        Workspace::of(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\", \"52.57.22.38\"]"));
    workspace.apply();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\", \"52.57.22.39\"]"));
    assert_eq!(workspace.plan().actions(), [format!("update {RULES}")]);
    workspace.apply();
    let expected = ("Deny".to_owned(), vec!["52.57.22.38".to_owned(), "52.57.22.39".to_owned()], vec![]);
    assert_eq!(workspace.azure.rules(), expected);
    workspace.assert_settled();
}

#[test]
fn an_import_by_command_plans_empty() {
    let workspace = Workspace::of(&scenario());
    workspace.apply();
    std::fs::remove_file(workspace.module().join("terraform.tfstate")).unwrap();
    let endpoint = workspace.terraform(&["import", "-no-color", ENDPOINT, APP]);
    assert!(endpoint.success(), "{}{}", endpoint.stdout, endpoint.stderr);
    let rules = workspace.terraform(&["import", "-no-color", RULES, REGISTRY]);
    assert!(rules.success(), "{}{}", rules.stdout, rules.stderr);
    workspace.azure.simulator().clear_requests();
    workspace.assert_settled();
    assert!(workspace.apply().success());
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn an_import_block_plans_nothing_but_the_import() {
    let workspace = Workspace::of(&scenario());
    workspace.apply();
    std::fs::remove_file(workspace.module().join("terraform.tfstate")).unwrap();
    workspace.azure.simulator().clear_requests();
    let imports = format!(
        "import {{\n  to = {RULES}\n  id = \"REGISTRY\"\n}}\nimport {{\n  to = {ENDPOINT}\n  id = \"{APP}/serviceEndpoints/Microsoft.ContainerRegistry\"\n}}\n"
    );
    workspace.write(&format!("{}{imports}", scenario()));
    let planned = workspace.planned();
    for change in planned["resource_changes"].as_array().unwrap() {
        assert_eq!(change["change"]["actions"], json!(["no-op"]), "{change:#}");
        assert_ne!(change["change"]["importing"], Value::Null);
    }
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn an_import_of_something_else_is_refused_with_the_expected_form() {
    let workspace = Workspace::of(&scenario());
    let run = workspace.terraform(&["import", "-no-color", RULES, APP]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("Not the id of a registry"), "{}", run.stderr);
    assert!(run.stderr.contains("Microsoft.ContainerRegistry/registries"), "{}", run.stderr);
}

#[test]
fn an_import_of_a_subnet_without_the_endpoint_is_refused() {
    let workspace = Workspace::of(&scenario());
    let run = workspace.terraform(&["import", "-no-color", ENDPOINT, APP]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("Cannot import non-existent remote object"), "{}", run.stderr);
}

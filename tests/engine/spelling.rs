//! One meaning, many spellings: none of them ever shows as a change.

use serde_json::json;

use crate::azure::{APP, READY, REGISTRY, ip_rule, subnet_rule};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const DENY: &str = "  default_action = \"Deny\"\n";

#[test]
fn a_single_address_is_its_range_of_one() {
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  ip_rules = [\"52.57.22.38/32\"]")));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("52.57.22.38")]}}));
    workspace.assert_settled();
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["52.57.22.38/32"]));
    workspace.write(&rule_set(&format!("{DENY}  ip_rules = [\"52.57.22.38\"]")));
    workspace.assert_settled();
}

#[test]
fn an_address_that_azure_answers_as_a_range_stays_an_address() {
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  ip_rules = [\"52.57.22.38\"]")));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("52.57.22.38/32")]}}));
    workspace.assert_settled();
}

#[test]
fn lists_in_another_order_are_the_same() {
    let workspace = Workspace::of(&rule_set(&format!(
        "{DENY}  ip_rules = [\"52.57.22.38\", \"16.17.18.0/24\"]\n  virtual_network_subnet_ids = [\"READY\"]"
    )));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {
        "ipRules": [ip_rule("52.57.22.38"), ip_rule("16.17.18.0/24")],
    }}));
    workspace.assert_settled();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {
        "ipRules": [ip_rule("16.17.18.0/24"), ip_rule("52.57.22.38")],
    }}));
    workspace.assert_settled();
}

#[test]
fn other_letters_in_the_configuration_are_the_same_ids() {
    let workspace = Workspace::of(&format!(
        "{}{}",
        endpoint("APP", ""),
        rule_set(&format!(
            "{DENY}  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id, \"READY\"]"
        ))
    ));
    workspace.apply();
    let shouted = format!(
        "resource \"acrnet_subnet_service_endpoint\" \"this\" {{\n  subnet_id = \"{}\"\n}}\n\
         resource \"acrnet_registry_network_rule_set\" \"this\" {{\n  registry_id = \"{}\"\n  default_action = \"Deny\"\n  \
         virtual_network_subnet_ids = [\"{}\", \"{}\"]\n}}\n",
        APP.to_uppercase(),
        REGISTRY.to_lowercase(),
        READY.to_uppercase(),
        APP.to_lowercase()
    );
    workspace.write(&shouted);
    workspace.assert_settled();
}

#[test]
fn other_letters_in_azures_answer_are_the_same_ids() {
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  virtual_network_subnet_ids = [\"READY\"]")));
    workspace.apply();
    let rules = json!({"networkRuleSet": {"virtualNetworkRules": [subnet_rule(&READY.to_lowercase())]}});
    workspace.azure.edit_registry(&rules);
    workspace.assert_settled();
    let lower = json!({"id": REGISTRY.to_lowercase(), "name": "demo1"});
    workspace.azure.simulator().edit(REGISTRY, &lower).unwrap();
    workspace.assert_settled();
}

#[test]
fn ids_in_other_letters_than_azures_work_from_the_start() {
    let text = format!(
        "resource \"acrnet_subnet_service_endpoint\" \"this\" {{\n  subnet_id = \"{}\"\n}}\n\
         resource \"acrnet_registry_network_rule_set\" \"this\" {{\n  registry_id = \"{}\"\n  default_action = \"Deny\"\n  \
         virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]\n}}\n",
        APP.replace("resourceGroups", "resourcegroups").replace("/rg/", "/RG/"),
        REGISTRY.to_uppercase()
    );
    let workspace = Workspace::of(&text);
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn an_endpoint_that_azure_spells_otherwise_is_the_endpoint() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.apply();
    let other = json!({"properties": {"serviceEndpoints": [
        {"service": "microsoft.containerregistry", "locations": ["*"], "provisioningState": "Succeeded"},
    ]}});
    workspace.azure.simulator().edit(APP, &other).unwrap();
    workspace.assert_settled();
    assert_eq!(workspace.object(ENDPOINT).attributes["service"], "Microsoft.ContainerRegistry");
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), [""; 0]);
}

#[test]
fn an_empty_list_is_none() {
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  ip_rules = []\n  virtual_network_subnet_ids = []")));
    workspace.apply();
    workspace.write(&rule_set(DENY));
    workspace.assert_settled();
    workspace.write(&rule_set(&format!("{DENY}  ip_rules = null")));
    workspace.assert_settled();
}

#[test]
fn the_same_rule_in_two_spellings_is_refused() {
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  ip_rules = [\"52.57.22.38\", \"52.57.22.38/32\"]")));
    let error = workspace.validate().error();
    assert!(error.line.contains("ip_rules"), "{error:?}");
    assert!(error.summary.contains("52.57.22.38/32"), "{error:?}");
}

#[test]
fn the_same_subnet_in_other_letters_is_refused() {
    let lower = READY.to_lowercase();
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  virtual_network_subnet_ids = [\"READY\", \"{lower}\"]")));
    let error = workspace.validate().error();
    assert!(error.line.contains("virtual_network_subnet_ids"), "{error:?}");
    assert!(error.summary.contains(READY) || error.summary.contains(&lower), "{error:?}");
}

#[test]
fn a_respelled_rule_beside_a_real_change_is_not_sent_in_another_form() {
    let workspace = Workspace::of(&rule_set(&format!("{DENY}  ip_rules = [\"52.57.22.38/32\", \"16.17.18.0/24\"]")));
    workspace.apply();
    workspace.write(&rule_set(&format!("{DENY}  ip_rules = [\"52.57.22.38\", \"16.17.19.0/24\"]")));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.19.0/24", "52.57.22.38"]);
    workspace.assert_settled();
}

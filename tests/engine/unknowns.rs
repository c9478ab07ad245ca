//! What is not known before something else is made: planned without a look at Azure, checked before the first write.

use serde_json::{Value, json};

use crate::azure::{APP, GROUP, NETWORK, REGISTRY, ip_rule};
use crate::support::{RULES, Workspace, endpoint, rule_set};

const DENY: &str = "  default_action = \"Deny\"\n";

/// Something that Terraform knows only after it was made.
fn late(value: &str) -> String {
    format!("resource \"terraform_data\" \"late\" {{\n  input = {value}\n}}\n")
}

/// What a plan says is unknown of the rule set.
fn unknown(planned: &Value) -> Value {
    let changes = planned["resource_changes"].as_array().unwrap();
    changes.iter().find(|change| change["address"] == RULES).unwrap()["change"]["after_unknown"].clone()
}

#[test]
fn addresses_and_subnets_that_are_not_known_yet_are_planned_as_such() {
    let workspace = Workspace::of(&format!(
        "{}{}",
        late("{ ip = \"16.17.18.0/24\", subnet = \"READY\" }"),
        rule_set(&format!(
            "{DENY}  ip_rules = [terraform_data.late.output.ip, \"52.57.22.38\"]\n  \
             virtual_network_subnet_ids = [terraform_data.late.output.subnet]"
        ))
    ));
    let unknown = unknown(&workspace.planned());
    assert_ne!(unknown["ip_rules"], Value::Null);
    assert_ne!(unknown["virtual_network_subnet_ids"], Value::Null);
    assert_eq!(unknown["default_action"], Value::Null);
    workspace.apply();
    let expected =
        ("Deny".to_owned(), vec!["16.17.18.0/24".to_owned(), "52.57.22.38".to_owned()], vec!["ready".to_owned()]);
    assert_eq!(workspace.azure.rules(), expected);
    workspace.assert_settled();
}

#[test]
fn a_whole_list_that_is_not_known_yet_is_planned_as_such() {
    let workspace = Workspace::of(&format!(
        "{}{}",
        late("[\"16.17.18.0/24\"]"),
        rule_set(&format!("{DENY}  ip_rules = terraform_data.late.output"))
    ));
    assert_eq!(unknown(&workspace.planned())["ip_rules"], true);
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_subnet_that_is_not_known_yet_hides_no_ip_rule_of_others() {
    let lists = "  ip_rules = [\"52.57.22.38\"]\n  virtual_network_subnet_ids = [terraform_data.late.output]\n";
    let with = |more: &str| format!("{}{}", late("\"READY\""), rule_set(&format!("{DENY}{lists}{more}")));
    let workspace = Workspace::of(&with(""));
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("20.30.40.50")]}}));
    let error = workspace.plan().error();
    assert_eq!(error.summary, "Registry Demo1 already has network rules");
    assert!(error.detail.contains("- 20.30.40.50"), "{}", error.detail);
    workspace.write(&with("  on_existing = \"adopt\"\n"));
    let warning = workspace.plan().warning();
    assert_eq!(warning.summary, "Rules of registry Demo1 will be removed");
    assert!(warning.detail.contains("at least these rules"), "{}", warning.detail);
}

#[test]
fn ids_that_are_not_known_yet_are_planned_as_such() {
    let workspace = Workspace::of(&format!(
        "{}{}{}",
        late("{ registry = \"REGISTRY\", subnet = \"APP\" }"),
        endpoint("APP", "").replace("\"APP\"", "terraform_data.late.output.subnet"),
        rule_set(&format!("{DENY}  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]"))
            .replace("\"REGISTRY\"", "terraform_data.late.output.registry")
    ));
    let unknown = unknown(&workspace.planned());
    assert_eq!((&unknown["registry_id"], &unknown["id"]), (&json!(true), &json!(true)));
    workspace.apply();
    assert_eq!(workspace.azure.writes(), ["PUT app", "PATCH Demo1"]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.writes()[2..], ["PATCH Demo1", "PUT app"]);
}

#[test]
fn a_provider_that_is_not_configured_yet_plans_without_azure() {
    let workspace = Workspace::new();
    let url = workspace.azure.simulator().url().to_owned();
    workspace.write_all(&format!(
        "{}provider \"acrnet\" {{\n  endpoint     = {{ resource_manager_endpoint = terraform_data.late.output }}\n  \
         access_token = \"any\"\n}}\n{}{}",
        late(&format!("\"{url}\"")),
        endpoint("APP", ""),
        rule_set(&format!("{DENY}  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]"))
    ));
    let plan = workspace.plan();
    assert_eq!(plan.code, Some(2), "{:#?}", plan.errors());
    assert_eq!(workspace.azure.simulator().requests().len(), 0);
    workspace.apply();
    assert_eq!(workspace.azure.rules().0, "Deny");
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn a_registry_and_a_subnet_made_in_the_same_apply_need_nothing_special() {
    let workspace = Workspace::new();
    let url = workspace.azure.simulator().url().to_owned();
    let made = json!({
        "registries": [{"id": format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Fresh1"), "location": "westeurope", "sku": {"name": "Premium"}}],
        "virtualNetworks": [{"id": format!("{NETWORK}2"), "location": "westeurope", "properties": {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "subnets": [{"name": "app", "properties": {"addressPrefix": "10.1.0.0/24"}}],
        }}],
    });
    let seed = workspace.module().join("made.json");
    std::fs::write(&seed, made.to_string()).unwrap();
    let network = NETWORK.strip_prefix(GROUP).unwrap();
    workspace.write(&format!(
        "resource \"terraform_data\" \"azure\" {{\n  input = \"{GROUP}\"\n  provisioner \"local-exec\" {{\n    \
         command = \"{} --add made.json --url {url}\"\n    working_dir = {:?}\n  }}\n}}\n\
         resource \"acrnet_subnet_service_endpoint\" \"this\" {{\n  subnet_id = \"${{terraform_data.azure.output}}{network}2/subnets/app\"\n}}\n\
         resource \"acrnet_registry_network_rule_set\" \"this\" {{\n  \
         registry_id = \"${{terraform_data.azure.output}}/providers/Microsoft.ContainerRegistry/registries/Fresh1\"\n  default_action = \"Deny\"\n  \
         virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.this.subnet_id]\n}}\n",
        env!("CARGO_BIN_EXE_arm-simulator"),
        workspace.module()
    ));
    assert_eq!(workspace.plan().errors(), []);
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), ["PUT app", "PATCH Fresh1"]);
}

#[test]
fn bad_values_that_become_known_at_apply_are_refused_before_any_write() {
    let cases = [
        (
            "ip_rules",
            rule_set(&format!("{DENY}  ip_rules = [terraform_data.late.output]")),
            "\"10.0.0.0/8\"",
            "private",
        ),
        (
            "ip_rules",
            rule_set(&format!("{DENY}  ip_rules = [terraform_data.late.output, \"52.57.22.38\"]")),
            "\"52.57.22.38/32\"",
            "same rule",
        ),
        (
            "virtual_network_subnet_ids",
            rule_set(&format!("{DENY}  virtual_network_subnet_ids = [terraform_data.late.output]")),
            "\"REGISTRY\"",
            "virtual_network_subnet_ids",
        ),
        ("registry_id", rule_set(DENY).replace("\"REGISTRY\"", "terraform_data.late.output"), "\"APP\"", "registry_id"),
        ("default_action", rule_set("  default_action = terraform_data.late.output"), "\"deny\"", "default_action"),
    ];
    for (attribute, rules, value, says) in cases {
        let workspace = Workspace::of(&format!("{}{rules}", late(value)));
        let plan = workspace.plan();
        assert_eq!(plan.code, Some(2), "{attribute}: {:#?}", plan.errors());
        let error = workspace.fail().error();
        assert!(error.line.contains(attribute), "{error:#?}");
        assert!(format!("{} {}", error.summary, error.detail).contains(says), "{error:#?}");
        assert_eq!(workspace.azure.writes(), [""; 0]);
        assert!(workspace.state(RULES).is_none());
    }
}

#[test]
fn existing_rules_of_a_registry_that_becomes_known_at_apply_are_refused_before_any_write() {
    let workspace = Workspace::of(&format!(
        "{}{}",
        late("\"REGISTRY\""),
        rule_set(DENY).replace("\"REGISTRY\"", "terraform_data.late.output")
    ));
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("20.30.40.50")]}}));
    assert_eq!(workspace.plan().errors(), []);
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Registry Demo1 already has network rules");
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn a_registry_that_does_not_exist_is_named() {
    let missing = REGISTRY.replace("Demo1", "Missing1");
    let workspace = Workspace::of(&rule_set(DENY).replace("\"REGISTRY\"", &format!("\"{missing}\"")));
    let error = workspace.fail().error();
    assert!(error.summary.contains("Missing1") && error.detail.contains("does not exist"), "{error:#?}");
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn a_subnet_that_does_not_exist_is_named() {
    let workspace = Workspace::of(&endpoint(&APP.replace("subnets/app", "subnets/nowhere"), ""));
    let error = workspace.fail().error();
    assert!(error.summary.contains("nowhere") && error.detail.contains("does not exist"), "{error:#?}");
}

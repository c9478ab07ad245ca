//! Coming from azapi: its state as its generations store it, a `moved` block, and nothing that happens in Azure.

use serde_json::{Value, json};

use crate::azure::{GROUP, NETWORK, READY, REGISTRY, ip_rule, subnet_rule};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const RULES_MOVED: &str =
    "moved {\n  from = azapi_update_resource.this\n  to   = acrnet_registry_network_rule_set.this\n}\n";
const ENDPOINT_MOVED: &str =
    "moved {\n  from = azapi_update_resource.this\n  to   = acrnet_subnet_service_endpoint.this\n}\n";
const MATCHING: &str =
    "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]\n  virtual_network_subnet_ids = [\"READY\"]\n";

/// How a generation of azapi stores a body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Generation {
    /// A text of JSON.
    One,
    /// That text as a dynamic value.
    OneDynamic,
    /// A dynamic value.
    Two,
}

const GENERATIONS: [Generation; 3] = [Generation::One, Generation::OneDynamic, Generation::Two];

#[test]
fn a_rule_set_moves_from_every_generation_and_nothing_is_written() {
    for generation in GENERATIONS {
        let workspace = registry_of_azapi(generation, &[]);
        workspace.write(&format!("{RULES_MOVED}{}", rule_set(MATCHING)));
        let plan = workspace.plan();
        assert_eq!(plan.actions(), ["move acrnet_registry_network_rule_set.this"], "{generation:?} {}", plan.stdout);
        assert!(plan.errors().is_empty() && plan.warnings().is_empty(), "{}", plan.stdout);
        workspace.apply();
        assert_eq!(workspace.object(RULES).attributes["registry_id"], REGISTRY);
        assert_eq!(workspace.object(RULES).attributes["rules_mode"], "authoritative");
        assert!(workspace.state("azapi_update_resource.this").is_none(), "it has left azapi");
        workspace.assert_settled();
        assert_eq!(workspace.azure.writes(), [""; 0]);
    }
}

#[test]
fn an_endpoint_moves_from_every_generation_and_nothing_is_written() {
    for generation in GENERATIONS {
        let workspace = Workspace::new();
        let body = json!({"properties": {"serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
        workspace.left_by_azapi(&[update(
            generation,
            "Microsoft.Network/virtualNetworks/subnets",
            READY,
            NETWORK,
            &body,
        )]);
        workspace.write(&format!("{ENDPOINT_MOVED}{}", endpoint("READY", "")));
        let plan = workspace.plan();
        assert_eq!(plan.actions(), ["move acrnet_subnet_service_endpoint.this"], "{generation:?} {}", plan.stdout);
        workspace.apply();
        assert_eq!(workspace.object(ENDPOINT).attributes["remove_on_destroy"], true, "as after an import");
        workspace.assert_settled();
        assert_eq!(workspace.azure.writes(), [""; 0]);
        workspace.write("");
        workspace.apply();
        assert_eq!(workspace.azure.endpoints(READY), [""; 0]);
    }
}

#[test]
fn rules_that_others_added_since_are_in_the_plan_of_an_authoritative_move() {
    let workspace = registry_of_azapi(Generation::Two, &[ip_rule("16.17.18.0/24")]);
    workspace.write(&format!("{RULES_MOVED}{}", rule_set(MATCHING)));
    let plan = workspace.plan();
    assert_eq!(plan.actions(), ["update acrnet_registry_network_rule_set.this"], "{}", plan.stdout);
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn an_additive_move_owns_what_the_body_listed() {
    let workspace = Workspace::new();
    hold(&workspace, &[ip_rule("16.17.18.0/24")]);
    let mut shared = update_of_registry(Generation::Two);
    shared["instances"][0]["attributes"]["list_unique_id_property"] =
        json!({"properties.networkRuleSet.ipRules": "value"});
    workspace.left_by_azapi(&[shared]);
    workspace.write(&format!(
        "{RULES_MOVED}{}",
        rule_set(&format!("{MATCHING}  rules_mode = \"additive\"\n  on_destroy = \"restore_default\""))
    ));
    let plan = workspace.plan();
    assert_eq!(plan.actions(), ["move acrnet_registry_network_rule_set.this"], "{}", plan.stdout);
    workspace.apply();
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["52.57.22.38"]));
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec!["16.17.18.0/24".to_owned()], vec![]));
}

#[test]
fn a_move_that_becomes_additive_writes_nothing_and_lets_the_rules_of_others_go() {
    let workspace = registry_of_azapi(Generation::Two, &[ip_rule("16.17.18.0/24")]);
    workspace.write(&format!("{RULES_MOVED}{}", rule_set(&format!("{MATCHING}  rules_mode = \"additive\""))));
    let run = workspace.apply();
    let warning = run.warning();
    assert!(warning.detail.contains("16.17.18.0/24") && !warning.detail.contains("52.57.22.38"), "{warning:?}");
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24"]);
}

#[test]
fn what_else_the_body_set_is_a_warning() {
    let workspace = Workspace::new();
    hold(&workspace, &[]);
    let mut body = body();
    body["properties"]["adminUserEnabled"] = json!(false);
    workspace.left_by_azapi(&[update(
        Generation::Two,
        "Microsoft.ContainerRegistry/registries",
        REGISTRY,
        GROUP,
        &body,
    )]);
    workspace.write(&format!("{RULES_MOVED}{}", rule_set(MATCHING)));
    let warning = workspace.plan().warning();
    assert!(warning.detail.contains("\n  - properties.adminUserEnabled\n"), "{warning:?}");
}

#[test]
fn a_registry_cannot_be_moved_and_its_import_block_can_be_pasted() {
    let workspace = Workspace::new();
    hold(&workspace, &[]);
    let mut whole = update_of_registry(Generation::Two);
    whole["type"] = json!("azapi_resource");
    workspace.left_by_azapi(&[whole]);
    workspace.write(&format!(
        "{}{}",
        RULES_MOVED.replace("azapi_update_resource", "azapi_resource"),
        rule_set(MATCHING)
    ));
    let error = workspace.plan().error();
    assert!(error.summary.contains("azapi_resource cannot be moved"), "{error:?}");
    assert!(error.detail.contains("Keep its `resource` block") && error.detail.contains(REGISTRY), "{error:?}");
}

#[test]
fn an_update_of_something_else_is_refused() {
    let workspace = Workspace::new();
    let body = json!({"properties": {"adminUserEnabled": true}});
    workspace.left_by_azapi(&[update(
        Generation::One,
        "Microsoft.ContainerRegistry/registries",
        REGISTRY,
        GROUP,
        &body,
    )]);
    workspace.write(&format!("{RULES_MOVED}{}", rule_set(MATCHING)));
    assert!(workspace.plan().error().summary.contains("holds nothing that acrnet_registry_network_rule_set manages"));
    workspace.write(&format!("{ENDPOINT_MOVED}{}", endpoint("READY", "")));
    let error = workspace.plan().error();
    assert!(error.detail.contains("Microsoft.ContainerRegistry/registries@2026-03-01-preview"), "{error:?}");
}

/// An Azure whose registry holds what azapi wrote, and rules of others, with azapi's state.
fn registry_of_azapi(generation: Generation, others: &[Value]) -> Workspace {
    let workspace = Workspace::new();
    hold(&workspace, others);
    workspace.left_by_azapi(&[update_of_registry(generation)]);
    workspace
}

fn hold(workspace: &Workspace, others: &[Value]) {
    let mut held = body()["properties"].clone();
    held["networkRuleSet"]["ipRules"].as_array_mut().unwrap().extend(others.iter().cloned());
    workspace.azure.edit_registry(&held);
}

fn body() -> Value {
    json!({"properties": {"networkRuleSet": {
        "defaultAction": "Deny", "ipRules": [ip_rule("52.57.22.38")], "virtualNetworkRules": [subnet_rule(READY)],
    }}})
}

/// What azapi keeps on the registry, see [`update`].
pub(crate) fn update_of_registry(generation: Generation) -> Value {
    update(generation, "Microsoft.ContainerRegistry/registries", REGISTRY, GROUP, &body())
}

/// An `azapi_update_resource.this` in the state of Terraform.
pub(crate) fn update(generation: Generation, azure_type: &str, id: &str, parent: &str, body: &Value) -> Value {
    let (schema_version, body) = match generation {
        Generation::One => (0, json!(body.to_string())),
        Generation::OneDynamic => (1, json!({"type": "string", "value": body.to_string()})),
        Generation::Two => (2, json!({"type": type_of(body), "value": body})),
    };
    let attributes = json!({
        "body": body, "id": id, "ignore_casing": false, "ignore_missing_property": true, "locks": null,
        "name": id.rsplit('/').next(), "output": null, "parent_id": parent, "resource_id": id, "response_export_values": null,
        "timeouts": null, "type": format!("{azure_type}@2026-03-01-preview"),
    });
    json!({
        "mode": "managed", "type": "azapi_update_resource", "name": "this",
        "provider": "provider[\"registry.terraform.io/azure/azapi\"]",
        "instances": [{"schema_version": schema_version, "attributes": attributes, "sensitive_attributes": []}],
    })
}

/// The type of a value as Terraform writes it beside one.
fn type_of(value: &Value) -> Value {
    match value {
        Value::Array(elements) => json!(["tuple", elements.iter().map(type_of).collect::<Vec<_>>()]),
        Value::Object(members) => {
            json!([
                "object",
                members.iter().map(|(name, member)| (name.clone(), type_of(member))).collect::<serde_json::Map<_, _>>()
            ])
        }
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) | Value::Null => json!("string"),
    }
}

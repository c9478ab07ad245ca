//! Moves of states as the generations of azapi store them.

use serde_json::{Value as Json, json};

use super::super::model::{Mode, Model};
use super::moved;
use crate::terraform::diagnostic::{Diagnostic, Diagnostics};
use crate::terraform::framework::MoveSource;

const REGISTRY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Prod1";
const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
const SUBNET: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/app";

#[test]
fn a_body_that_is_a_text_is_understood() {
    let model = succeed(0, &state(&json!(body().to_string())));
    assert_eq!(rules(&model), ["52.57.22.38", "16.17.18.0/24", SUBNET]);
}

#[test]
fn a_body_that_is_a_dynamic_value_is_understood() {
    let model = succeed(2, &state(&dynamic(&body())));
    assert_eq!(rules(&model), ["52.57.22.38", "16.17.18.0/24", SUBNET]);
    assert_eq!(model.registry_id.known().unwrap(), REGISTRY);
    assert_eq!(model.id, model.registry_id);
}

#[test]
fn a_text_inside_of_a_dynamic_value_is_understood() {
    let model = succeed(1, &state(&json!({"type": "string", "value": body().to_string()})));
    assert_eq!(rules(&model), ["52.57.22.38", "16.17.18.0/24", SUBNET]);
}

#[test]
fn the_older_key_of_a_subnet_is_understood() {
    let body = json!({"properties": {"networkRuleSet": {"virtualNetworkRules": [{"action": "Allow", "id": SUBNET}]}}});
    assert_eq!(rules(&succeed(2, &state(&dynamic(&body)))), [SUBNET]);
}

#[test]
fn choices_are_left_to_the_read_as_after_an_import() {
    let model = succeed(2, &state(&dynamic(&body())));
    assert_eq!(model.mode(), Mode::Authoritative);
    assert!(model.rules_mode.is_null() && model.on_destroy.is_null() && model.default_action.is_null());
}

#[test]
fn lists_that_azapi_shares_make_it_additive() {
    let mut shared = state(&dynamic(&body()));
    shared["list_unique_id_property"] = json!({"properties.networkRuleSet.ipRules": "value"});
    assert_eq!(succeed(2, &shared).mode(), Mode::Additive);
    shared["list_unique_id_property"] = json!({"properties.policies.others": "name"});
    assert_eq!(succeed(2, &shared).mode(), Mode::Authoritative);
    shared["list_unique_id_property"] = Json::Null;
    assert_eq!(succeed(2, &shared).mode(), Mode::Authoritative);
}

#[test]
fn a_setting_beside_the_rules_is_enough() {
    for property in ["publicNetworkAccess", "networkRuleBypassOptions", "networkRuleBypassAllowedForTasks"] {
        succeed(2, &state(&dynamic(&json!({"properties": {property: "whatever"}}))));
    }
}

#[test]
fn any_registry_of_providers_and_any_letters_are_azapis() {
    for provider in
        ["registry.opentofu.org/Azure/azapi", "REGISTRY.terraform.io/AZURE/AzAPI", "mirror.example/azure/azapi"]
    {
        let source = MoveSource { provider: provider.to_owned(), ..source(2, &state(&dynamic(&body()))) };
        assert!(moved(&source, &mut Diagnostics::new()).unwrap().is_ok(), "{provider}");
    }
}

#[test]
fn the_same_type_of_another_provider_is_none_of_ours() {
    for provider in ["registry.terraform.io/other/azapi", "registry.terraform.io/azure/other"] {
        let source = MoveSource { provider: provider.to_owned(), ..source(2, &json!({"id": "elsewhere"})) };
        assert!(moved(&source, &mut Diagnostics::new()).is_none(), "{provider}");
    }
}

#[test]
fn a_state_without_resource_id_is_understood_by_id_and_by_parent_and_name() {
    let mut state = state(&dynamic(&body()));
    state["resource_id"] = Json::Null;
    assert_eq!(succeed(2, &state).registry_id.known().unwrap(), REGISTRY);
    state["id"] = Json::Null;
    assert_eq!(succeed(2, &state).registry_id.known().unwrap(), REGISTRY);
    state["name"] = Json::Null;
    assert!(fail(&state).detail.contains("neither `resource_id` nor `id`"));
}

#[test]
fn other_letters_in_the_type_are_the_same_type() {
    let mut state = state(&dynamic(&body()));
    state["type"] = json!("microsoft.containerregistry/Registries@2021-08-01-preview");
    succeed(2, &state);
}

#[test]
fn another_type_is_refused_with_what_can_be_moved() {
    let mut state = state(&dynamic(&body()));
    state["type"] = json!("Microsoft.Storage/storageAccounts@2023-01-01");
    let error = fail(&state);
    assert!(error.detail.contains("\"Microsoft.Storage/storageAccounts@2023-01-01\""), "{error:?}");
    assert!(error.detail.contains("acrnet_subnet_service_endpoint"), "{error:?}");
}

#[test]
fn a_body_for_something_else_is_refused_with_the_import_block() {
    for body in [json!({"properties": {"adminUserEnabled": false, "networkRuleSet": null}}), json!({}), Json::Null] {
        let error = fail(&state(&dynamic(&body)));
        assert!(error.summary.contains("holds nothing"), "{error:?}");
        assert!(error.detail.contains(&format!("id = \"{REGISTRY}\"")), "{error:?}");
    }
    assert!(fail(&state(&json!(""))).summary.contains("holds nothing"));
}

#[test]
fn a_body_that_is_no_json_is_refused() {
    assert!(fail(&state(&json!("{properties"))).detail.contains("its `body` is not JSON"));
}

#[test]
fn an_id_that_is_none_of_a_registry_is_refused() {
    let mut state = state(&dynamic(&body()));
    state["resource_id"] = json!(format!("{REGISTRY}/tokens/t"));
    assert!(fail(&state).detail.contains("is not a registry id"));
}

#[test]
fn what_else_the_body_sets_is_said() {
    let mut body = body();
    body["tags"] = json!({"a": "b"});
    body["identity"] = Json::Null;
    body["properties"]["adminUserEnabled"] = json!(false);
    let mut warnings = Diagnostics::new();
    moved(&source(2, &state(&dynamic(&body))), &mut warnings).unwrap().unwrap();
    let warnings: Vec<&Diagnostic> = warnings.iter().collect();
    let [warning] = warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.detail.contains("\n  - tags\n  - properties.adminUserEnabled\n\n"), "{}", warning.detail);
}

#[test]
fn a_registry_itself_is_refused_with_the_import_block() {
    for (provider, type_name) in [
        ("registry.terraform.io/azure/azapi", "azapi_resource"),
        ("registry.terraform.io/hashicorp/azurerm", "azurerm_container_registry"),
    ] {
        let source = MoveSource {
            provider: provider.to_owned(),
            type_name: type_name.to_owned(),
            schema_version: 2,
            state: json!({"id": REGISTRY, "name": "Prod1"}),
        };
        let errors = moved(&source, &mut Diagnostics::new()).unwrap().unwrap_err();
        let error = errors.iter().next().unwrap();
        assert!(error.summary.starts_with(type_name), "{error:?}");
        assert!(error.detail.contains("Keep its `resource` block") && error.detail.contains(REGISTRY), "{error:?}");
    }
}

fn body() -> Json {
    json!({"properties": {"networkRuleSet": {
        "defaultAction": "Deny",
        "ipRules": [{"action": "Allow", "value": "16.17.18.0/24"}, {"action": "Allow", "value": "52.57.22.38"}],
        "virtualNetworkRules": [{"action": "Allow", "virtualNetworkSubnetResourceId": SUBNET}],
    }}})
}

/// A value as Terraform stores one of a dynamic attribute. What its type is does not matter here.
fn dynamic(value: &Json) -> Json {
    json!({"type": ["object", {}], "value": value})
}

fn state(body: &Json) -> Json {
    json!({
        "body": body, "id": REGISTRY, "ignore_casing": false, "ignore_missing_property": true, "locks": null, "name": "Prod1",
        "output": {"type": ["object", {}], "value": {}}, "parent_id": GROUP, "resource_id": REGISTRY, "response_export_values": null,
        "retry": null, "timeouts": null, "type": "Microsoft.ContainerRegistry/registries@2026-03-01-preview",
        "read_headers": null, "read_query_parameters": null, "update_headers": null, "update_query_parameters": null,
    })
}

fn source(schema_version: i64, state: &Json) -> MoveSource {
    MoveSource {
        provider: "registry.terraform.io/azure/azapi".to_owned(),
        type_name: "azapi_update_resource".to_owned(),
        schema_version,
        state: state.clone(),
    }
}

fn succeed(schema_version: i64, state: &Json) -> Model {
    let mut warnings = Diagnostics::new();
    let model = moved(&source(schema_version, state), &mut warnings).unwrap().unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    model
}

fn fail(state: &Json) -> Diagnostic {
    let errors = moved(&source(2, state), &mut Diagnostics::new()).unwrap().unwrap_err();
    errors.iter().next().unwrap().clone()
}

fn rules(model: &Model) -> Vec<String> {
    let rules = model.known_rules();
    let ips = rules.ip_rules.iter().map(|rule| rule.as_str().to_owned());
    let mut ips: Vec<String> = ips.collect();
    ips.sort_by_key(|text| std::cmp::Reverse(text.clone()));
    ips.into_iter().chain(rules.subnets.iter().map(|subnet| subnet.as_str().to_owned())).collect()
}

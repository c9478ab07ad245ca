//! Moves of states as the generations of azapi store them.

use serde_json::{Value as Json, json};

use super::moved;
use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::framework::MoveSource;

const NETWORK: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net";

#[test]
fn the_subnet_is_found_in_both_forms_of_the_body() {
    let body = body(&["Microsoft.ContainerRegistry"]);
    for stored in [json!(body.to_string()), json!({"type": ["object", {}], "value": body})] {
        let mut warnings = Diagnostics::new();
        let model = moved(&source(&stored), &mut warnings).unwrap().unwrap();
        assert_eq!(model.subnet_id.known().unwrap(), &format!("{NETWORK}/subnets/app"));
        assert!(warnings.is_empty() && model.remove_on_destroy.is_null());
    }
}

#[test]
fn a_parent_and_a_name_are_enough() {
    let mut source = source(&json!(body(&["microsoft.containerregistry"]).to_string()));
    source.state["resource_id"] = Json::Null;
    source.state["id"] = Json::Null;
    let model = moved(&source, &mut Diagnostics::new()).unwrap().unwrap();
    assert_eq!(model.subnet_id.known().unwrap(), &format!("{NETWORK}/subnets/app"));
}

#[test]
fn other_endpoints_of_the_body_are_said_to_be_left() {
    let mut warnings = Diagnostics::new();
    let stored = json!(body(&["Microsoft.Storage", "Microsoft.ContainerRegistry"]).to_string());
    assert!(moved(&source(&stored), &mut warnings).unwrap().is_ok());
    let said = &warnings.iter().next().unwrap().detail;
    assert!(said.contains("\n  - the service endpoint Microsoft.Storage\n\n"), "{said}");
}

#[test]
fn a_body_with_other_endpoints_alone_is_refused_with_the_import_block() {
    for services in [&["Microsoft.Storage"][..], &[]] {
        let stored = json!({"type": ["object", {}], "value": body(services)});
        let errors = moved(&source(&stored), &mut Diagnostics::new()).unwrap().unwrap_err();
        let error = errors.iter().next().unwrap();
        assert!(error.summary.contains("holds nothing that acrnet_subnet_service_endpoint manages"), "{error:?}");
        assert!(error.detail.contains(&format!("id = \"{NETWORK}/subnets/app\"")), "{error:?}");
    }
}

#[test]
fn a_subnet_itself_is_refused_with_the_import_block() {
    let mut source = source(&Json::Null);
    source.type_name = "azurerm_subnet".to_owned();
    source.provider = "registry.terraform.io/hashicorp/azurerm".to_owned();
    let errors = moved(&source, &mut Diagnostics::new()).unwrap().unwrap_err();
    let error = errors.iter().next().unwrap();
    assert!(error.summary.starts_with("azurerm_subnet cannot be moved"), "{error:?}");
    assert!(error.detail.contains("to = acrnet_subnet_service_endpoint.<name>"), "{error:?}");
}

fn body(services: &[&str]) -> Json {
    let entries: Vec<Json> = services.iter().map(|service| json!({"service": service})).collect();
    json!({"properties": {"serviceEndpoints": entries}})
}

fn source(body: &Json) -> MoveSource {
    let id = format!("{NETWORK}/subnets/app");
    MoveSource {
        provider: "registry.terraform.io/azure/azapi".to_owned(),
        type_name: "azapi_update_resource".to_owned(),
        schema_version: 2,
        state: json!({
            "body": body, "id": id, "name": "app", "parent_id": NETWORK, "resource_id": id, "locks": [NETWORK], "output": null,
            "type": "Microsoft.Network/virtualNetworks/subnets@2024-05-01", "timeouts": null,
        }),
    }
}

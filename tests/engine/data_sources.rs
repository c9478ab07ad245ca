//! The data sources: what they show, when they are read, and what a `check` block makes of them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use acrnet::simulator::{Action, Fault};
use serde_json::json;

use crate::azure::{NETWORK, REGISTRY, ip_rule, subnet_rule};
use crate::run::Said;
use crate::support::{Workspace, rule_set};

const RULES: &str = "acrnet_registry_network_rule_set.this";
const SUBNETS: &str = "acrnet_subnets.this";
const ACCESS: &str = "acrnet_registry_access.this";

fn data(kind: &str, lines: &str) -> String {
    format!("data \"acrnet_{kind}\" \"this\" {{\n{lines}\n}}\n")
}

/// The registry's name on this machine, as the simulator answers to it.
fn login_server(workspace: &Workspace) -> String {
    workspace.azure.edit_registry(&json!({"loginServer": "demo1.localhost"}));
    let url = workspace.azure.simulator().url();
    format!("demo1.localhost:{}", url.rsplit(':').next().unwrap())
}

fn access(workspace: &Workspace, lines: &str) -> String {
    data("registry_access", &format!("  login_server = \"{}\"\n{lines}", login_server(workspace)))
}

fn deny(workspace: &Workspace) {
    workspace.azure.simulator().settings(|settings| "16.17.18.19".clone_into(&mut settings.client_address)).unwrap();
    workspace
        .azure
        .edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": []}}));
}

fn assert_says(said: &Said, summary: &str, line: &str, parts: &[&str]) {
    assert_eq!(said.summary, summary, "{said:#?}");
    assert!(said.line.contains(line), "not at the line of {line}: {said:#?}");
    for part in parts {
        assert!(said.detail.contains(part), "{part:?} is not said: {said:#?}");
    }
}

#[test]
fn the_rules_of_a_registry_are_shown_with_counts_and_limits() {
    let workspace = Workspace::new();
    let rules = json!({
        "defaultAction": "Deny",
        "ipRules": [ip_rule("52.57.22.38"), ip_rule("16.17.18.0/24")],
        "virtualNetworkRules": [subnet_rule(crate::azure::READY)],
    });
    workspace.azure.edit_registry(&json!({"networkRuleSet": rules}));
    workspace.write_with("  ip_rule_limit = 150", &data("registry_network_rule_set", "  registry_id = \"REGISTRY\""));
    workspace.apply();
    let found = workspace.object(RULES).attributes;
    assert_eq!((&found["id"], &found["sku"]), (&json!(REGISTRY), &json!("Premium")));
    assert_eq!(found["default_action"], "Deny");
    assert_eq!(found["ip_rules"], json!(["16.17.18.0/24", "52.57.22.38"]));
    assert_eq!(found["virtual_network_subnet_ids"], json!([crate::azure::READY]));
    assert_eq!((&found["ip_rule_count"], &found["ip_rule_limit"]), (&json!(2), &json!(150)));
    assert_eq!((&found["virtual_network_rule_count"], &found["virtual_network_rule_limit"]), (&json!(1), &json!(100)));
    assert_eq!(found["private_endpoint_connections"], json!([]));
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn rules_that_an_api_version_does_not_show_are_null() {
    let workspace = Workspace::new();
    let block = "  registry_api_version = \"2025-11-01\"";
    workspace.write_with(block, &data("registry_network_rule_set", "  registry_id = \"REGISTRY\""));
    workspace.apply();
    let found = workspace.object(RULES).attributes;
    assert_eq!(
        (&found["virtual_network_subnet_ids"], &found["virtual_network_rule_count"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(found["ip_rules"], json!([]));
}

#[test]
fn a_registry_that_does_not_exist_is_told_at_its_id() {
    let elsewhere = format!("{REGISTRY}2");
    for kind in ["registry_network_rule_set", "registry_access"] {
        let error = Workspace::of(&data(kind, &format!("  registry_id = \"{elsewhere}\""))).plan().error();
        assert_says(
            &error,
            "Could not find registry Demo12",
            "registry_id",
            &[&elsewhere, "does not exist", "refer to its id", "404 ResourceNotFound"],
        );
    }
}

#[test]
fn an_id_that_is_not_known_yet_is_read_during_apply() {
    let late = "resource \"terraform_data\" \"id\" {\n  input = \"REGISTRY\"\n}\n";
    let workspace = Workspace::of(&format!(
        "{late}{}",
        data("registry_network_rule_set", "  registry_id = terraform_data.id.output")
    ));
    let plan = workspace.plan();
    assert_eq!((plan.errors(), plan.code), (vec![], Some(2)), "{}", plan.stdout);
    workspace.apply();
    assert_eq!(workspace.object(RULES).attributes["default_action"], "Allow");
}

#[test]
fn the_subnets_of_a_network_are_listed_by_name_over_every_page() {
    let workspace = Workspace::of(&data("subnets", &format!("  virtual_network_id = \"{NETWORK}\"")));
    workspace.azure.simulator().settings(|settings| settings.page_size = 2).unwrap();
    workspace.apply();
    let found = workspace.object(SUBNETS).attributes;
    let subnets = found["subnets"].as_array().unwrap();
    let names: Vec<_> = subnets.iter().map(|subnet| subnet["name"].as_str().unwrap()).collect();
    assert_eq!((names, &found["id"]), (vec!["app", "build", "ready"], &json!(NETWORK)));
    let expected = json!({
        "id": crate::azure::READY, "name": "ready", "address_prefixes": ["10.0.2.0/24"],
        "service_endpoints": ["Microsoft.ContainerRegistry"], "has_registry_endpoint": true,
    });
    assert_eq!(subnets[2], expected);
    assert_eq!(
        (&subnets[0]["has_registry_endpoint"], &subnets[0]["service_endpoints"]),
        (&json!(false), &json!(["Microsoft.Storage"]))
    );
}

#[test]
fn one_subnet_is_found_by_its_name_in_any_letters() {
    let named = |name: &str| data("subnets", &format!("  virtual_network_id = \"{NETWORK}\"\n  name = \"{name}\""));
    let workspace = Workspace::of(&named("Build"));
    workspace.apply();
    let found = workspace.object(SUBNETS).attributes;
    assert_eq!((found["subnets"].as_array().map(Vec::len), &found["subnets"][0]["name"]), (Some(1), &json!("build")));
    workspace.write(&named("nowhere"));
    let error = workspace.plan().error();
    assert_says(
        &error,
        "There is no subnet \"nowhere\" in virtual network net",
        "name",
        &["- app\n  - build\n  - ready"],
    );
}

#[test]
fn a_network_that_does_not_exist_is_told_at_its_id() {
    let error = Workspace::of(&data("subnets", &format!("  virtual_network_id = \"{NETWORK}2\""))).plan().error();
    let parts = ["does not exist", "azurerm_virtual_network", "404 ResourceNotFound"];
    assert_says(&error, "Could not find virtual network net2", "virtual_network_id", &parts);
}

#[test]
fn what_azure_refuses_is_told_at_the_id_with_the_missing_right() {
    let refuse = |part: &str| {
        let error = json!({"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization to \
            perform action 'Some/read' over scope '/x'."}});
        let action = Action::Answer { status: 403, headers: serde_json::Map::new(), body: error, after_effect: false };
        Fault::new(action).on("GET", part)
    };
    for (kind, line, id, summary, part) in [
        ("registry_network_rule_set", "registry_id", REGISTRY, "Could not read registry Demo1", "registries/Demo1"),
        ("registry_access", "registry_id", REGISTRY, "Could not read registry Demo1", "registries/Demo1"),
        ("subnets", "virtual_network_id", NETWORK, "Could not read virtual network net", "virtualNetworks/net/subnets"),
    ] {
        let workspace = Workspace::of(&data(kind, &format!("  {line} = \"{id}\"")));
        workspace.azure.fault(refuse(part));
        assert_says(&workspace.plan().error(), summary, line, &["403 AuthorizationFailed", "Some/read", id]);
    }
}

#[test]
fn access_is_told_without_a_word_to_resource_manager() {
    let workspace = Workspace::new();
    workspace.write(&access(&workspace, ""));
    workspace.apply();
    let found = workspace.object(ACCESS).attributes;
    assert_eq!((&found["allowed"], &found["status_code"]), (&json!(true), &json!(401)));
    assert_eq!((&found["client_ip"], &found["message"]), (&json!(null), &json!("authentication required")));
    assert!(
        workspace.azure.simulator().requests().iter().all(|record| record.path == "/v2/"),
        "nothing else was asked"
    );
}

#[test]
fn a_refusal_is_no_error_and_names_the_address_that_was_seen() {
    let workspace = Workspace::new();
    workspace.write(&access(&workspace, ""));
    deny(&workspace);
    workspace.apply();
    let found = workspace.object(ACCESS).attributes;
    assert_eq!((&found["allowed"], &found["status_code"]), (&json!(false), &json!(403)));
    assert_eq!(found["client_ip"], "16.17.18.19");
    let message = found["message"].as_str().unwrap();
    assert!(message.starts_with("client with IP '16.17.18.19' is not allowed access."), "{message}");
}

#[test]
fn a_registry_is_found_by_its_id_and_asked_from_either_side() {
    let inside = "data \"acrnet_registry_access\" \"inside\" {\n  login_server = \"16-17-18-9.from.${data.acrnet_registry_access.this.login_server}\"\n}\n";
    let workspace = Workspace::of(&format!("{}{inside}", data("registry_access", "  registry_id = \"REGISTRY\"")));
    let rules = json!({"defaultAction": "Deny", "ipRules": [ip_rule("16.17.18.0/24")], "virtualNetworkRules": []});
    workspace.azure.edit_registry(&json!({"networkRuleSet": rules}));
    workspace.apply();
    let (here, inside) =
        (workspace.object(ACCESS).attributes, workspace.object("acrnet_registry_access.inside").attributes);
    assert_eq!((&here["allowed"], &inside["allowed"]), (&json!(false), &json!(true)));
    assert_eq!(here["login_server"], workspace.azure.registry()["properties"]["loginServer"]);
}

#[test]
fn a_check_block_warns_where_access_is_not_as_it_should_be() {
    let workspace = Workspace::new();
    let check = |workspace: &Workspace, lines: &str| {
        let source = access(workspace, lines);
        let assertion = "  assert {\n    condition = data.acrnet_registry_access.this.allowed\n    error_message = \"Blocked: \
                         ${data.acrnet_registry_access.this.message}\"\n  }\n";
        format!("check \"access\" {{\n{source}{assertion}}}\n")
    };
    workspace.write(&check(&workspace, ""));
    assert_eq!(workspace.apply().warnings(), []);
    deny(&workspace);
    let warning = workspace.apply().warning();
    assert_eq!(warning.summary, "Check block assertion failed");
    assert!(warning.detail.starts_with("Blocked: client with IP '16.17.18.19' is not allowed access."), "{warning:#?}");
    // What is an error of the data source is a warning of the check, too.
    workspace.write(&check(&workspace, "  wait_for = \"allowed\"\n  timeout = \"1s\""));
    let warnings = workspace.apply().warnings();
    assert!(warnings.iter().any(|said| said.summary.ends_with("still blocks this machine")), "{warnings:#?}");
}

#[test]
fn a_wait_that_is_over_says_what_still_is() {
    let workspace = Workspace::new();
    workspace.write(&access(&workspace, "  wait_for = \"blocked\"\n  timeout  = \"1s\""));
    let server = login_server(&workspace);
    let error = workspace.plan().error();
    let summary = format!("Registry {server} still lets this machine in");
    assert_says(
        &error,
        &summary,
        "wait_for",
        &["wait_for = \"blocked\" did not come true within 1s.", "default action"],
    );
    deny(&workspace);
    workspace.apply();
}

#[test]
fn access_is_proved_after_the_rules_of_the_same_run() {
    let workspace = Workspace::new();
    workspace.azure.simulator().settings(|settings| "16.17.18.19".clone_into(&mut settings.client_address)).unwrap();
    let server = login_server(&workspace);
    let proof = data(
        "registry_access",
        &format!("  login_server = \"{server}\"\n  wait_for = \"blocked\"\n  depends_on = [{RULES}]"),
    );
    workspace.write(&format!("{}{proof}", rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]")));
    workspace.apply();
    assert_eq!(workspace.object(ACCESS).attributes["allowed"], false);
}

/// Inside of a check block Terraform would read it again at every apply, and call no plan empty (hashicorp/terraform#35226).
#[test]
fn asked_beside_its_check_a_plan_without_changes_is_empty_and_a_repair_is_proved() {
    let workspace = Workspace::new();
    workspace.azure.simulator().settings(|settings| "16.17.18.19".clone_into(&mut settings.client_address)).unwrap();
    let lines = format!("  login_server = \"{}\"\n  depends_on = [{RULES}]", login_server(&workspace));
    let kept_out = "check \"kept_out\" {\n  assert {\n    condition = !data.acrnet_registry_access.this.allowed\n    error_message = \
                    \"A stranger gets in.\"\n  }\n}\n";
    let rules = rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]");
    workspace.write(&format!("{rules}{}{kept_out}", data("registry_access", &lines)));
    assert_eq!(workspace.apply().warnings(), []);
    let plan = workspace.plan();
    assert_eq!((plan.code, plan.warnings()), (Some(0), vec![]), "{}", plan.stdout);
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"defaultAction": "Allow"}}));
    assert_eq!(workspace.plan().code, Some(2));
    assert_eq!(workspace.apply().warnings(), []);
    assert_eq!(workspace.object(ACCESS).attributes["allowed"], false);
}

/// Terraform itself passes an interrupt on during `plan` and in the second half of `apply`; the planning half of `apply` does not listen (1.11.4).
#[test]
fn an_interrupt_ends_the_wait_at_once() {
    let late = "resource \"terraform_data\" \"first\" {}\n";
    for (command, depends) in [
        (&["plan", "-json"][..], ""),
        (&["apply", "-json", "-auto-approve"], "  depends_on = [terraform_data.first]\n"),
    ] {
        let workspace = Workspace::new();
        let waiting = access(&workspace, &format!("  wait_for = \"allowed\"\n  timeout  = \"30m\"\n{depends}"));
        workspace.write(&format!("{late}{waiting}"));
        deny(&workspace);
        let running = workspace.start(command);
        workspace
            .azure
            .wait_for("the question to the registry", |record| record.path == "/v2/" && record.status == 403);
        let began = Instant::now();
        running.signal_group("INT");
        let run = running.finish();
        assert_eq!(run.code, Some(1));
        assert!(began.elapsed() < Duration::from_secs(60), "{command:?} went on for {:?}", began.elapsed());
        assert!(run.errors().iter().any(|said| said.summary.ends_with("was interrupted")), "{:#?}", run.errors());
    }
}

#[test]
fn mistakes_are_told_without_asking_anyone() {
    for (lines, line, parts) in [
        ("", "acrnet_registry_access", &["exactly one of registry_id and login_server"][..]),
        ("  registry_id = \"REGISTRY\"\n  login_server = \"demo1.azurecr.io\"", "login_server", &["exactly one"]),
        ("  login_server = \"https://demo1.azurecr.io\"", "login_server", &["scheme", "myregistry.azurecr.io"]),
        ("  login_server = \"demo1.azurecr.io\"\n  timeout = \"soon\"", "timeout", &["\"90s\""]),
        ("  login_server = \"demo1.azurecr.io\"\n  wait_for = \"open\"", "wait_for", &["\"blocked\""]),
    ] {
        let error = Workspace::of(&data("registry_access", lines)).validate().error();
        let text = format!("{}\n{}", error.summary, error.detail).to_lowercase();
        assert!(error.line.contains(line) && parts.iter().all(|part| text.contains(part)), "{error:#?}");
    }
}

#[test]
fn a_name_without_an_address_is_told_as_that() {
    let error = Workspace::of(&data("registry_access", "  login_server = \"demo1.invalid\"")).plan().error();
    assert_says(&error, "The name demo1.invalid could not be resolved", "login_server", &["privatelink.azurecr.io"]);
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let mut workspace = Workspace::of(&data("registry_access", "  login_server = \"demo1.azurecr.io\""));
    workspace.set("HTTPS_PROXY", &format!("http://user:s3cret@{address}"));
    let error = workspace.plan().error();
    let summary = format!("The proxy http://{address}/ did not lead to registry demo1.azurecr.io");
    assert_says(&error, &summary, "login_server", &["NO_PROXY"]);
    assert!(!format!("{error:?}").contains("s3cret"), "{error:#?}");
}

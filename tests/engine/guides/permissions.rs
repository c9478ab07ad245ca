//! The table of rights: each row is done by the real Terraform, and the actions are those of the calls that the simulator was asked. The custom roles
//! hold what the table names, and what Azure checks beside the calls, and nothing else.

use std::collections::BTreeSet;

use acrnet::simulator::{Record, RegistryWrites};
use serde_json::Value;

use super::page::{Page, page, quoted};
use crate::azure::{APP, NETWORK, READY, REGISTRY};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

type Actions = BTreeSet<String>;

fn guide() -> Page {
    page("docs/guides/permissions.md")
}

/// The actions of a row of the table.
fn told(row: &str) -> Actions {
    let rows = guide().rows();
    let row = rows.iter().find(|cells| cells[0] == row).unwrap_or_else(|| panic!("no row {row:?}"));
    quoted(&row[1]).into_iter().map(str::to_owned).collect()
}

/// The action that a call needs, in Azure's words.
fn action(record: &Record) -> Option<&'static str> {
    let path = record.path.to_ascii_lowercase();
    let reads = record.method == "GET";
    Some(match path.as_str() {
        "/v2/" => return None, // the registry itself, which asks nobody for rights here
        path if path.ends_with("/register") => "Microsoft.ContainerRegistry/register/action",
        path if path.contains("/operationstatuses/") => "Microsoft.ContainerRegistry/registries/operationStatuses/read",
        path if path.contains("/locations/") => "Microsoft.Network/locations/operations/read",
        path if path.contains("/registries") && reads => "Microsoft.ContainerRegistry/registries/read",
        path if path.contains("/registries/") => "Microsoft.ContainerRegistry/registries/write",
        path if path.contains("/subnets") && reads => "Microsoft.Network/virtualNetworks/subnets/read",
        path if path.contains("/subnets/") => "Microsoft.Network/virtualNetworks/subnets/write",
        path if path.contains("/virtualnetworks/") && reads => "Microsoft.Network/virtualNetworks/read",
        path if path.ends_with("/providers/microsoft.containerregistry") => {
            "Microsoft.Resources/subscriptions/providers/read"
        }
        path => panic!("which action is {} {path}?", record.method),
    })
}

/// A workspace whose registry writes are operations, as newer API versions may have them.
fn place(configuration: &str) -> Workspace {
    let workspace = Workspace::of(configuration);
    workspace.azure.simulator().settings(|settings| settings.registry_writes = RegistryWrites::AsyncOperation).unwrap();
    workspace
}

/// The actions of what was asked since the last time.
fn asked(workspace: &Workspace) -> Actions {
    let simulator = workspace.azure.simulator();
    let found = simulator.requests().iter().filter_map(action).map(str::to_owned).collect();
    simulator.clear_requests();
    found
}

/// What planning and applying asks: plans of create, update, import and destroy; their applies.
fn life(first: &str, then: &str, import: (&str, &str)) -> (Actions, Actions) {
    let workspace = place(first);
    let mut plans = planned(&workspace);
    workspace.apply();
    let mut applies = asked(&workspace);
    plans.extend(planned(&workspace));
    workspace.write(then);
    plans.extend(planned(&workspace));
    workspace.apply();
    applies.extend(asked(&workspace));
    let (address, id) = import;
    assert!(workspace.terraform(&["state", "rm", address]).success());
    assert!(workspace.terraform(&["import", address, id]).success());
    plans.extend(asked(&workspace));
    workspace.destroy();
    applies.extend(asked(&workspace));
    (plans, applies)
}

fn planned(workspace: &Workspace) -> Actions {
    let plan = workspace.plan();
    assert_eq!(plan.errors(), []);
    asked(workspace)
}

fn ip_rule_of(range: &str) -> String {
    format!(
        "resource \"acrnet_registry_ip_rule\" \"this\" {{\n  registry_id = \"REGISTRY\"\n  ip_range = \"{range}\"\n}}\n"
    )
}

fn subnet_rule_of(subnet: &str) -> String {
    format!(
        "resource \"acrnet_registry_virtual_network_rule\" \"this\" {{\n  registry_id = \"REGISTRY\"\n  subnet_id = \"{subnet}\"\n}}\n"
    )
}

#[test]
fn rules_need_what_the_table_says() {
    let set = |rules: &str| rule_set(&format!("  default_action = \"Deny\"\n{rules}"));
    let ip = life(&set("  ip_rules = [\"16.17.18.19\"]"), &set("  ip_rules = [\"16.17.18.20\"]"), (RULES, REGISTRY));
    let single = format!("{REGISTRY}|16.17.18.20");
    let address = "acrnet_registry_ip_rule.this";
    let single = life(&ip_rule_of("16.17.18.19"), &ip_rule_of("16.17.18.20"), (address, &single));
    for (plans, applies) in [ip, single] {
        assert_eq!(plans, told("plan a rule set, or a single IP rule"));
        assert_eq!(applies, told("apply or destroy a rule set, or a single IP rule"));
    }
}

#[test]
fn rules_for_subnets_need_what_the_table_says() {
    let set =
        |subnets: &str| rule_set(&format!("  default_action = \"Deny\"\n  virtual_network_subnet_ids = [{subnets}]"));
    let with_set = life(&set("\"READY\""), &set(""), (RULES, REGISTRY));
    let id = format!("{REGISTRY}|{READY}");
    let address = "acrnet_registry_virtual_network_rule.this";
    let single = life(&subnet_rule_of("READY"), &subnet_rule_of("READY"), (address, &id));
    for (plans, applies) in [with_set, single] {
        assert_eq!(plans, told("plan rules for subnets"));
        assert_eq!(applies, told("apply or destroy rules for subnets"));
    }
}

#[test]
fn endpoints_need_what_the_table_says() {
    let (plans, applies) = life(&endpoint("APP", ""), &endpoint("APP", "  remove_on_destroy = true"), (ENDPOINT, APP));
    assert_eq!(plans, told("plan a service endpoint"));
    assert_eq!(applies, told("apply or destroy a service endpoint"));
}

#[test]
fn opening_for_a_run_needs_what_the_table_says() {
    let runner = "ephemeral \"acrnet_temporary_ip_rule\" \"runner\" {\n  registry_id = \"REGISTRY\"\n  ip_range = \"16.17.18.19\"\n}\n";
    let user =
        "resource \"terraform_data\" \"user\" {\n  depends_on = [ephemeral.acrnet_temporary_ip_rule.runner]\n}\n";
    let workspace = place(&format!("{runner}{user}"));
    workspace.azure.edit_registry(&serde_json::json!({"networkRuleSet": {"defaultAction": "Deny"}}));
    workspace.apply();
    assert_eq!(asked(&workspace), told("open a registry for the length of a run"));
}

#[test]
fn reading_needs_what_the_table_says() {
    let read = |data: &str| {
        let workspace = place(data);
        workspace.apply();
        asked(&workspace)
    };
    let rules = read("data \"acrnet_registry_network_rule_set\" \"a\" {\n  registry_id = \"REGISTRY\"\n}\n");
    let access = read("data \"acrnet_registry_access\" \"a\" {\n  registry_id = \"REGISTRY\"\n}\n");
    for asked in [rules, access] {
        assert_eq!(asked, told("read the rules of a registry, or ask it by `registry_id` who gets in"));
    }
    let workspace = Workspace::new();
    let server = workspace.azure.registry()["properties"]["loginServer"].as_str().unwrap().to_owned();
    workspace.write(&format!("data \"acrnet_registry_access\" \"a\" {{\n  login_server = \"{server}\"\n}}\n"));
    workspace.apply();
    assert_eq!(asked(&workspace), told("ask a registry by `login_server` who gets in"));
    let subnets = read(&format!("data \"acrnet_subnets\" \"a\" {{\n  virtual_network_id = \"{NETWORK}\"\n}}\n"));
    assert_eq!(subnets, told("read the subnets of a network"));
}

#[test]
fn registering_needs_what_the_table_says() {
    let workspace = place("");
    let subscription = "11111111-1111-1111-1111-111111111111";
    let unregistered = serde_json::json!({"subscriptions": [{"id": subscription, "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}}]});
    workspace.azure.simulator().add(&unregistered).unwrap();
    workspace.write_with("  resource_provider_registration = \"register\"", &subnet_rule_of("READY"));
    workspace.apply();
    let rules = told("apply or destroy rules for subnets");
    let more: Actions = asked(&workspace).difference(&rules).cloned().collect();
    let row = told("register the resource provider (`resource_provider_registration = \"register\"`)");
    assert_eq!(more, row.difference(&rules).cloned().collect());
}

/// The actions of the role in that file of the guide.
fn role(name: &str) -> Actions {
    let blocks = guide().blocks();
    let block =
        blocks.iter().find(|block| block.mark("file:") == Some(name)).unwrap_or_else(|| panic!("no role {name}"));
    let role: Value = serde_json::from_str(&block.text).expect("a role in JSON");
    let members: Vec<&String> = role.as_object().unwrap().keys().collect();
    assert_eq!(members, ["Name", "IsCustom", "Description", "Actions", "NotActions", "AssignableScopes"]);
    role["Actions"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_roles_hold_what_their_operations_need_and_no_more() {
    let union = |rows: &[&str]| rows.iter().flat_map(|row| told(row)).collect::<Actions>();
    let beside = |when: &str| {
        quoted(&guide().rows().iter().find(|row| row[0] == when).unwrap()[1])
            .into_iter()
            .map(str::to_owned)
            .collect::<Actions>()
    };
    let plans = ["plan a rule set, or a single IP rule", "plan rules for subnets", "plan a service endpoint"];
    assert_eq!(role("plan.json"), union(&plans));
    let mut rules = union(&[
        "apply or destroy a rule set, or a single IP rule",
        "apply or destroy rules for subnets",
        "open a registry for the length of a run",
    ]);
    rules.extend(beside("any rule of a registry is written"));
    assert_eq!(role("rules.json"), rules);
    let mut endpoints = union(&["plan a service endpoint", "apply or destroy a service endpoint"]);
    endpoints.extend(beside("an endpoint is added to or removed from a subnet"));
    assert_eq!(role("endpoints.json"), endpoints);
}

#[test]
fn every_row_of_the_table_has_its_test() {
    let source = include_str!("permissions.rs");
    for row in
        guide().rows().iter().filter(|row| row[1].starts_with("`Microsoft") && row.len() == 2 || row[1] == "none")
    {
        let name = row[0].replace('"', "\\\"");
        assert!(source.contains(&format!("told(\"{name}\")")), "nothing runs {:?}", row[0]);
    }
}

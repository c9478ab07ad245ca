//! What a plan of many asks of ARM: what its refresh needs, each new subnet once, each subscription once for its registration, and nothing else.

use serde_json::{Value, json};

use crate::azure::{BUILD, GROUP, NETWORK, READY};
use crate::support::Workspace;

/// The registries, each of a rule set.
const SETS: usize = 10;

/// A subnet in another subscription.
fn far() -> String {
    format!("{}/subnets/far", far_network())
}

fn far_network() -> String {
    NETWORK.replace("11111111-1111-1111-1111-111111111111", "44444444-4444-4444-4444-444444444444")
}

fn registry(at: usize) -> String {
    format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Demo{at}0")
}

/// A workspace with the registries and the far subnet in its Azure.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let registry = |at| json!({"id": registry(at), "location": "westeurope", "sku": {"name": "Premium"}});
    let subnet = json!({"name": "far", "properties": {"addressPrefix": "10.1.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
    let network = json!({"id": far_network(), "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [subnet]}});
    let registries: Vec<Value> = (0..SETS).map(registry).collect();
    workspace.azure.simulator().add(&json!({"registries": registries, "virtualNetworks": [network]})).unwrap();
    workspace
}

/// The rule sets, with these IP rules and subnets; every other one lists the subnets in capitals.
fn rule_sets(ips: &[&str], subnets: &[&str]) -> String {
    let list = |items: &[&str]| items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(", ");
    let set = |at: usize| {
        let subnets = if at.is_multiple_of(2) { list(subnets) } else { list(subnets).to_ascii_uppercase() };
        format!(
            "resource \"acrnet_registry_network_rule_set\" \"set{at}\" {{\n  registry_id = \"{}\"\n  default_action = \"Deny\"\n  ip_rules = [{}]\n  \
             virtual_network_subnet_ids = [{subnets}]\n}}\n",
            registry(at),
            list(ips)
        )
    };
    (0..SETS).map(set).collect()
}

/// Plans, and asserts that no address was asked twice, nothing was written, and so many calls were enough.
fn assert_costs(workspace: &Workspace, arguments: &[&str], at_most: usize) {
    workspace.azure.simulator().clear_requests();
    let run = workspace.terraform(&[&["plan", "-json"], arguments].concat());
    assert_eq!(run.errors(), []);
    let calls = workspace.azure.simulator().requests();
    let mut asked: Vec<String> =
        calls.iter().map(|call| format!("{} {}", call.method, call.path.to_lowercase())).collect();
    asked.sort_unstable();
    assert!(asked.iter().all(|call| call.starts_with("GET ")), "a plan only reads: {asked:#?}");
    assert!(asked.windows(2).all(|pair| pair[0] != pair[1]), "asked twice: {asked:#?}");
    assert!(asked.len() <= at_most, "{} calls, and {at_most} are enough: {asked:#?}", asked.len());
}

#[test]
fn a_plan_of_new_rule_sets_asks_for_each_registry_subnet_and_subscription_once() {
    let workspace = workspace();
    workspace.write(&rule_sets(&["16.17.18.19"], &[READY, BUILD, &far()]));
    assert_costs(&workspace, &[], SETS + 3 + 2);
    workspace.write(&rule_sets(&["16.17.18.19"], &[]));
    assert_costs(&workspace, &[], SETS);
}

#[test]
fn a_plan_of_what_is_there_asks_for_what_its_refresh_needs_and_for_new_subnets() {
    let workspace = workspace();
    workspace.write(&rule_sets(&["16.17.18.19"], &[READY]));
    workspace.apply();
    assert_costs(&workspace, &[], SETS);
    assert_costs(&workspace, &["-refresh=false"], 0);
    workspace.write(&rule_sets(&["16.17.18.20"], &[READY]));
    assert_costs(&workspace, &[], SETS);
    assert_costs(&workspace, &["-refresh=false"], 0);
    workspace.write(&rule_sets(&["16.17.18.19"], &[READY, &far()]));
    assert_costs(&workspace, &[], SETS + 1 + 1);
    assert_costs(&workspace, &["-refresh=false"], 1 + 1);
    workspace.write("");
    assert_costs(&workspace, &[], SETS);
}

/// Single rules on one registry: this many addresses, and two subnets.
fn single_rules(addresses: usize) -> String {
    let rule = |kind: &str, name: String, line: String| {
        let id = registry(0);
        format!("resource \"acrnet_registry_{kind}\" \"{name}\" {{\n  registry_id = \"{id}\"\n  {line}\n}}\n")
    };
    let address = |at| rule("ip_rule", format!("ip{at}"), format!("ip_range = \"16.17.18.{at}\""));
    let subnet =
        |(name, id): (&str, String)| rule("virtual_network_rule", name.to_owned(), format!("subnet_id = \"{id}\""));
    let subnets = [("ready", READY.to_owned()), ("far", far())].map(subnet);
    (0..addresses).map(address).chain(subnets).collect()
}

#[test]
fn a_plan_of_single_rules_asks_for_their_registry_each_subnet_and_each_subscription_once() {
    let workspace = workspace();
    let deny = json!({"properties": {"networkRuleSet": {"defaultAction": "Deny"}}});
    workspace.azure.simulator().edit(&registry(0), &deny).unwrap();
    workspace.write(&single_rules(10));
    assert_costs(&workspace, &[], 1 + 2 + 2);
    workspace.apply();
    assert_costs(&workspace, &[], 1);
    assert_costs(&workspace, &["-refresh=false"], 0);
    workspace.write(&single_rules(12));
    assert_costs(&workspace, &[], 1);
}

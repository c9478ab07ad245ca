//! One rule of a registry that somebody else owns: it comes, stays, moves and goes, and nothing else is touched.

use serde_json::{Value, json};

use acrnet::simulator::Action;

use crate::azure::{APP, Azure, GROUP, NETWORK, READY, REGISTRY, ip_rule, subnet_rule};
use crate::support::Workspace;

const IP_RULE: &str = "acrnet_registry_ip_rule.this";
const SUBNET_RULE: &str = "acrnet_registry_virtual_network_rule.this";
const BEFORE_DESTROY: &str = "  lifecycle {\n    create_before_destroy = true\n  }\n";

/// An IP rule with these lines in it.
pub(crate) fn ip(range: &str, lines: &str) -> String {
    format!(
        "resource \"acrnet_registry_ip_rule\" \"this\" {{\n  registry_id = \"REGISTRY\"\n  ip_range = \"{range}\"\n{lines}\n}}\n"
    )
}

/// A virtual network rule with these lines in it.
pub(crate) fn subnet(id: &str, lines: &str) -> String {
    format!(
        "resource \"acrnet_registry_virtual_network_rule\" \"this\" {{\n  registry_id = \"REGISTRY\"\n  subnet_id = \"{id}\"\n{lines}\n}}\n"
    )
}

/// A registry that denies, and lets an address and a subnet of somebody else in.
pub(crate) fn owned_by_others() -> Workspace {
    let azure = Azure::new();
    give_to_others(&azure);
    Workspace::with(azure)
}

/// Makes the registry deny, and let an address and a subnet of somebody else in.
pub(crate) fn give_to_others(azure: &Azure) {
    azure.edit_registry(&json!({"networkRuleSet": {
        "defaultAction": "Deny", "ipRules": [ip_rule("20.30.40.50")], "virtualNetworkRules": [subnet_rule(BUILT)],
    }}));
    let built = json!({"name": "built", "properties": {
        "addressPrefix": "10.0.3.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}],
    }});
    let subnets: Value = [built].into_iter().chain(existing_subnets(azure)).collect();
    let network = json!({"id": NETWORK, "location": "westeurope", "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets,
    }});
    azure.simulator().add(&json!({"virtualNetworks": [network]})).unwrap();
}

/// A subnet with the endpoint, that somebody else has let in.
pub(crate) const BUILT: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/built";

fn existing_subnets(azure: &Azure) -> Vec<Value> {
    ["app", "build", "ready"].map(|name| azure.subnet(&format!("{NETWORK}/subnets/{name}"))).to_vec()
}

/// What somebody else has there, and these of ours.
#[track_caller]
fn assert_holds(azure: &Azure, ips: &[&str], subnets: &[&str]) {
    let sorted = |ours: &[&str], theirs: &str| {
        let mut all: Vec<String> = ours.iter().chain([&theirs]).map(ToString::to_string).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(azure.rules(), ("Deny".to_owned(), sorted(ips, "20.30.40.50"), sorted(subnets, "built")));
}

fn replace(workspace: &Workspace, address: &str) {
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={address}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(run.actions(), [format!("replace {address}")]);
}

#[test]
fn a_rule_of_each_kind_comes_and_goes_beside_those_of_others() {
    let workspace = owned_by_others();
    workspace.write(&format!("{}{}", ip("16.17.18.0/24", ""), subnet("READY", "")));
    let run = workspace.apply();
    assert_eq!(run.warnings(), []);
    assert_holds(&workspace.azure, &["16.17.18.0/24"], &["ready"]);
    assert_eq!(workspace.object(IP_RULE).attributes["id"], format!("{REGISTRY}|16.17.18.0/24"));
    assert_eq!(workspace.object(SUBNET_RULE).attributes["id"], format!("{REGISTRY}|{READY}"));
    workspace.assert_settled();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.apply();
    assert_holds(&workspace.azure, &["16.17.18.0/24"], &[]);
    workspace.destroy();
    assert_holds(&workspace.azure, &[], &[]);
}

#[test]
fn a_write_holds_one_list_and_the_default_action_as_it_is() {
    for (resource, list) in [(ip("16.17.18.0/24", ""), "ipRules"), (subnet("READY", ""), "virtualNetworkRules")] {
        let workspace = owned_by_others();
        workspace.write(&resource);
        workspace.apply();
        workspace.destroy();
        for patch in workspace.azure.patches() {
            let properties = patch["properties"].as_object().unwrap();
            assert_eq!(properties.keys().collect::<Vec<_>>(), ["networkRuleSet"], "{patch:#}");
            let set = properties["networkRuleSet"].as_object().unwrap();
            assert_eq!(set.keys().collect::<Vec<_>>(), ["defaultAction", list], "{patch:#}");
            assert_eq!(set["defaultAction"], "Deny");
        }
        assert_eq!(workspace.azure.patches().len(), 2);
    }
}

#[test]
fn another_spelling_is_not_another_rule() {
    let workspace = owned_by_others();
    workspace.write(&format!("{}{}", ip("52.57.22.38/32", ""), subnet("READY", "")));
    workspace.apply();
    assert_holds(&workspace.azure, &["52.57.22.38"], &["ready"]);
    workspace.assert_settled();
    let shouted =
        subnet(&READY.to_uppercase(), "").replace("\"REGISTRY\"", &format!("\"{}\"", REGISTRY.to_lowercase()));
    workspace.write(&format!("{}{shouted}", ip("52.57.22.38", "")));
    workspace.assert_settled();
    assert_eq!(workspace.object(IP_RULE).attributes["ip_range"], "52.57.22.38/32");
    workspace.destroy();
    assert_holds(&workspace.azure, &[], &[]);
}

#[test]
fn a_choice_changes_in_place_without_a_write() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&ip("16.17.18.0/24", "  on_existing = \"fail\"\n  timeouts {\n    create = \"1h\"\n  }"));
    assert_eq!(workspace.plan().actions(), [format!("update {IP_RULE}")]);
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    // What the plan noted for a replacement is not stored: before Terraform 1.3 a destroy would come with it.
    assert!(workspace.object(IP_RULE).private.get("creates").is_none());
    workspace.assert_settled();
}

#[test]
fn a_rule_that_others_removed_is_made_again() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("20.30.40.50")]}}));
    let plan = workspace.plan();
    assert_eq!((plan.actions(), plan.drift()), (vec![format!("create {IP_RULE}")], vec![format!("delete {IP_RULE}")]));
    workspace.apply();
    assert_holds(&workspace.azure, &["16.17.18.0/24"], &[]);
}

#[test]
fn a_rule_goes_quietly_where_it_or_its_registry_is_gone() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("20.30.40.50")]}}));
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
    workspace.apply();
    workspace.azure.simulator().delete(REGISTRY).unwrap();
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
}

#[test]
fn a_rule_moves_to_another_registry_and_leaves_the_first_as_it_was() {
    let other = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Demo2");
    let workspace = owned_by_others();
    let seed = json!({"registries": [{"id": other, "location": "westeurope", "sku": {"name": "Premium"}}]});
    workspace.azure.simulator().add(&seed).unwrap();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.apply();
    workspace.write(&ip("16.17.18.0/24", "").replace("\"REGISTRY\"", &format!("\"{other}\"")));
    let run = workspace.apply();
    assert_eq!(run.actions(), [format!("replace {IP_RULE}")]);
    assert_holds(&workspace.azure, &[], &[]);
    let moved = workspace.azure.simulator().resource(&other).unwrap();
    assert_eq!(moved["properties"]["networkRuleSet"]["ipRules"], json!([ip_rule("16.17.18.0/24")]));
    workspace.assert_settled();
}

#[test]
fn another_range_is_another_rule_in_either_order() {
    for lines in ["", BEFORE_DESTROY] {
        let workspace = owned_by_others();
        workspace.write(&ip("16.17.18.0/24", lines));
        workspace.apply();
        workspace.write(&ip("52.57.22.38", lines));
        workspace.apply();
        assert_holds(&workspace.azure, &["52.57.22.38"], &[]);
        workspace.assert_settled();
    }
}

#[test]
fn a_rule_that_is_replaced_by_itself_is_not_touched() {
    for (resource, address) in [(ip("16.17.18.0/24", ""), IP_RULE), (subnet("READY", ""), SUBNET_RULE)] {
        let workspace = owned_by_others();
        workspace.write(&resource);
        workspace.apply();
        workspace.azure.simulator().clear_requests();
        replace(&workspace, address);
        assert_eq!(workspace.azure.writes(), [""; 0]);
        workspace.assert_settled();
        workspace.destroy();
        assert_holds(&workspace.azure, &[], &[]);
    }
}

/// What `fail` refuses is a rule of others, and this one is ours.
#[test]
fn a_rule_that_may_not_be_adopted_is_replaced_by_itself_too() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", "  on_existing = \"fail\""));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    replace(&workspace, IP_RULE);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn create_before_destroy_does_not_remove_what_the_create_kept() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", BEFORE_DESTROY));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    replace(&workspace, IP_RULE);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert_holds(&workspace.azure, &["16.17.18.0/24"], &[]);
    workspace.assert_settled();
}

#[test]
fn twelve_rules_on_one_registry_all_arrive_and_all_go() {
    let workspace = owned_by_others();
    let ranges: Vec<String> = (1..=12).map(|n| format!("\"52.57.22.{n}\"")).collect();
    workspace.write(&format!(
        "resource \"acrnet_registry_ip_rule\" \"this\" {{\n  for_each = toset([{}])\n  registry_id = \"REGISTRY\"\n  ip_range = each.value\n}}\n",
        ranges.join(", ")
    ));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1.len(), 13);
    workspace.assert_settled();
    workspace.destroy();
    assert_holds(&workspace.azure, &[], &[]);
}

#[test]
fn the_endpoint_is_there_before_the_rule_and_leaves_after_it() {
    let workspace = owned_by_others();
    let rule = subnet("APP", "").replace(&format!("\"{APP}\""), "acrnet_subnet_service_endpoint.this.subnet_id");
    let rule = rule.replace("\"APP\"", "acrnet_subnet_service_endpoint.this.subnet_id");
    workspace.write(&format!("{}{rule}", crate::support::endpoint("APP", "")));
    workspace.apply();
    assert_eq!(workspace.azure.writes(), ["PUT app", "PATCH Demo1"]);
    workspace.assert_settled();
    workspace.azure.simulator().clear_requests();
    workspace.destroy();
    assert_eq!(workspace.azure.writes(), ["PATCH Demo1", "PUT app"]);
}

#[test]
fn subnets_that_an_answer_does_not_show_are_not_gone() {
    let workspace = owned_by_others();
    workspace.write(&subnet("READY", ""));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write_with("  registry_api_version = \"2025-11-01\"", &subnet("READY", ""));
    let plan = workspace.plan();
    assert_eq!(plan.error().summary, "API version 2025-11-01 has no virtual network rules");
    assert_eq!(plan.drift(), [""; 0]);
    workspace.write_with("  registry_api_version = \"2025-11-01\"", "");
    assert_eq!(workspace.fail().error().summary, "The virtual network rules of registry Demo1 are not known");
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert!(workspace.state(SUBNET_RULE).is_some());
}

/// A retry after a lost answer finds the rule there, and it is not somebody else's.
#[test]
fn a_rule_that_a_lost_answer_left_is_not_told_as_adopted() {
    for action in [Action::Reset { after_effect: true }, Action::Truncate] {
        let workspace = owned_by_others();
        workspace.write(&ip("16.17.18.0/24", "  on_existing = \"fail\""));
        workspace.azure.fault(acrnet::simulator::Fault::new(action).on("PATCH", "registries/Demo1"));
        assert_eq!(workspace.apply().warnings(), []);
        assert_eq!(workspace.azure.writes(), ["PATCH Demo1"]);
        workspace.assert_settled();
    }
}

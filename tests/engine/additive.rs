//! A rule set that shares its registry: only its own rules are its business.

use serde_json::json;

use crate::azure::{READY, ip_rule, subnet_rule};
use crate::single_rules::{BUILT, owned_by_others};
use crate::support::{RULES, Workspace, rule_set};

fn additive(ips: &str, subnets: &str) -> String {
    rule_set(&format!(
        "  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  on_destroy = \"restore_previous\"\n  ip_rules = [{ips}]\n  \
         virtual_network_subnet_ids = [{subnets}]"
    ))
}

fn authoritative(ips: &str, subnets: &str) -> String {
    additive(ips, subnets).replace("additive", "authoritative")
}

fn sharing(ips: &str, subnets: &str) -> Workspace {
    let workspace = owned_by_others();
    workspace.write(&additive(ips, subnets));
    workspace.apply();
    workspace
}

fn set_rules(workspace: &Workspace, ips: &[&str], subnets: &[&str]) {
    let ips: Vec<_> = ips.iter().map(|range| ip_rule(range)).collect();
    let subnets: Vec<_> = subnets.iter().map(|id| subnet_rule(id)).collect();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": ips, "virtualNetworkRules": subnets}}));
}

#[test]
fn rules_of_others_come_and_go_without_a_change() {
    let workspace = sharing("\"16.17.18.0/24\"", "\"READY\"");
    set_rules(&workspace, &["16.17.18.0/24", "52.57.22.38"], &[READY]);
    workspace.assert_settled();
    set_rules(&workspace, &["16.17.18.0/24"], &[READY, BUILT]);
    workspace.assert_settled();
    workspace.write(&additive("\"16.17.18.0/24\", \"52.57.22.40\"", "\"READY\""));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "52.57.22.40"]);
    assert_eq!(workspace.azure.rules().2, ["built", "ready"]);
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec![], vec!["built".to_owned()]));
}

#[test]
fn a_write_of_one_list_leaves_the_other_out() {
    let workspace = sharing("\"16.17.18.0/24\"", "");
    workspace.write(&additive("\"52.57.22.38\"", ""));
    workspace.apply();
    for patch in workspace.azure.patches() {
        assert_eq!(patch["properties"]["networkRuleSet"].get("virtualNetworkRules"), None, "{patch:#}");
    }
}

#[test]
fn a_rule_that_somebody_else_spells_differently_is_the_same() {
    let workspace = owned_by_others();
    set_rules(&workspace, &["52.57.22.38/32"], &[&READY.to_uppercase()]);
    workspace.write(&additive("\"52.57.22.38\"", "\"READY\""));
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    set_rules(&workspace, &["52.57.22.38"], &[READY]);
    workspace.assert_settled();
}

#[test]
fn drift_is_about_its_own_rules_alone() {
    let workspace = sharing("\"16.17.18.0/24\", \"52.57.22.38\"", "\"READY\"");
    set_rules(&workspace, &["52.57.22.38", "99.99.99.99"], &[READY]);
    let plan = workspace.plan();
    assert_eq!(plan.drift(), [format!("update {RULES}")]);
    assert!(!plan.stdout.contains("99.99.99.99"), "{}", plan.stdout);
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "52.57.22.38", "99.99.99.99"]);
    workspace.assert_settled();
}

#[test]
fn what_leaves_the_list_is_removed_also_when_somebody_else_has_removed_it_before() {
    let workspace = sharing("\"16.17.18.0/24\", \"52.57.22.38\"", "\"READY\"");
    set_rules(&workspace, &["52.57.22.38", "99.99.99.99"], &[READY]);
    workspace.write(&additive("\"52.57.22.38\"", ""));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(
        workspace.azure.rules(),
        ("Deny".to_owned(), vec!["52.57.22.38".to_owned(), "99.99.99.99".to_owned()], vec![])
    );
    workspace.assert_settled();
}

#[test]
fn modes_change_both_ways_without_losing_a_rule() {
    let workspace = sharing("\"16.17.18.0/24\"", "");
    // To be alone, with every rule listed: nothing is in the way.
    workspace.write(&authoritative("\"16.17.18.0/24\", \"20.30.40.50\"", &format!("\"{BUILT}\"")));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50"]);
    workspace.assert_settled();
    // And back: those that are no longer listed stay, and belong to nobody here.
    workspace.write(&additive("\"16.17.18.0/24\"", ""));
    let run = workspace.apply();
    assert_eq!(run.warning().summary, "Rules stay on the registry, no longer managed");
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50"]);
    assert_eq!(workspace.azure.rules().2, ["built"]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

#[test]
fn a_subnet_of_others_that_is_gone_stops_an_additive_write_and_is_named() {
    let workspace = sharing("\"16.17.18.0/24\"", "");
    workspace.azure.simulator().delete(BUILT).unwrap();
    workspace.assert_settled();
    workspace.write(&additive("\"52.57.22.38\"", ""));
    let error = workspace.fail().error();
    assert!(error.detail.contains(&format!("  - {BUILT}")), "{}", error.detail);
    assert!(error.detail.contains("az acr network-rule remove"), "{}", error.detail);
    assert!(error.detail.contains("rules_mode = \"authoritative\""), "{}", error.detail);
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["16.17.18.0/24"]));
}

#[test]
fn a_subnet_that_is_gone_shows_in_an_authoritative_plan_and_goes() {
    let workspace = owned_by_others();
    workspace.write(
        &authoritative("\"20.30.40.50\"", &format!("\"{BUILT}\", \"READY\""))
            .replace("  default_action", "  on_existing = \"adopt\"\n  default_action"),
    );
    workspace.apply();
    workspace.azure.simulator().delete(BUILT).unwrap();
    workspace.write(
        &authoritative("\"20.30.40.50\"", "\"READY\"")
            .replace("  default_action", "  on_existing = \"adopt\"\n  default_action"),
    );
    let plan = workspace.plan();
    assert_eq!(plan.actions(), [format!("update {RULES}")]);
    workspace.apply();
    assert_eq!(workspace.azure.rules().2, ["ready"]);
    workspace.assert_settled();
}

#[test]
fn a_foreign_rule_for_a_subnet_that_is_gone_shows_in_an_authoritative_plan_and_goes() {
    let workspace = owned_by_others();
    workspace.azure.edit_registry(
        &json!({"networkRuleSet": {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}}),
    );
    workspace.write(&authoritative("\"16.17.18.0/24\"", ""));
    workspace.apply();
    set_rules(&workspace, &["16.17.18.0/24"], &[BUILT]);
    workspace.azure.simulator().delete(BUILT).unwrap();
    let planned = workspace.planned();
    let before = &planned["resource_changes"][0]["change"]["before"]["virtual_network_subnet_ids"];
    assert_eq!(before, &json!([BUILT]));
    workspace.apply();
    assert_eq!(workspace.azure.rules().2, [""; 0]);
    workspace.assert_settled();
}

//! A single rule that is there already: taken over, refused, imported; and what failed, with what it leaves.

use serde_json::{Map, json};

use acrnet::simulator::{Action, Fault};

use crate::azure::{APP, NETWORK, READY, REGISTRY, ip_rule, subnet_rule};
use crate::run::Running;
use crate::single_rules::{BUILT, ip, owned_by_others, subnet};
use crate::support::Workspace;

const IP_RULE: &str = "acrnet_registry_ip_rule.this";
const SUBNET_RULE: &str = "acrnet_registry_virtual_network_rule.this";
const FAIL: &str = "  on_existing = \"fail\"";

fn answer(status: u16, code: &str, after_effect: bool) -> Action {
    let body = json!({"error": {"code": code, "message": format!("{code} it is.")}});
    Action::Answer { status, headers: Map::new(), body, after_effect }
}

fn on_write(action: Action) -> Fault {
    Fault::new(action).on("PATCH", "registries/Demo1")
}

#[test]
fn a_rule_that_is_there_is_adopted_with_a_warning_and_goes_in_the_end() {
    for (resource, address) in [(ip("20.30.40.50/32", ""), IP_RULE), (subnet(BUILT, ""), SUBNET_RULE)] {
        let workspace = owned_by_others();
        workspace.write(&resource);
        let warning = workspace.plan().warning();
        assert!(warning.summary.starts_with("Registry Demo1 already has "), "{warning:#?}");
        assert!(warning.detail.contains("goes when the resource is destroyed"), "{warning:#?}");
        workspace.apply();
        assert_eq!(workspace.azure.writes(), [""; 0]);
        workspace.assert_settled();
        assert!(workspace.state(address).is_some());
        workspace.destroy();
        let (_, ips, subnets) = workspace.azure.rules();
        assert_eq!(ips.len() + subnets.len(), 1);
    }
}

#[test]
fn a_rule_that_is_there_is_refused_with_the_import_block_to_use() {
    let workspace = owned_by_others();
    workspace.write(&ip("20.30.40.50", FAIL));
    let error = workspace.plan().error();
    assert_eq!(error.summary, "Registry Demo1 already has IP rule 20.30.40.50");
    assert!(error.detail.contains(&format!("id = \"{REGISTRY}|20.30.40.50\"")), "{}", error.detail);
    assert!(error.detail.contains("to = acrnet_registry_ip_rule.<name>"), "{}", error.detail);
    assert!(error.line.contains("ip_range"), "{error:?}");
    workspace.fail();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert!(workspace.state(IP_RULE).is_none());
}

#[test]
fn a_rule_that_comes_between_plan_and_apply_is_told_or_refused() {
    for (lines, goes_on) in [("", true), (FAIL, false)] {
        let workspace = owned_by_others();
        workspace.write(&ip("16.17.18.0/24", lines));
        assert!(workspace.terraform(&["plan", "-json", "-out=saved"]).success());
        workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("16.17.18.0/24")]}}));
        let run = workspace.terraform(&["apply", "-json", "saved"]);
        assert_eq!(run.success(), goes_on, "{}", run.stdout);
        let said = if goes_on { run.warning() } else { run.error() };
        assert_eq!(said.summary, "Registry Demo1 already has IP rule 16.17.18.0/24");
        assert_eq!(workspace.azure.writes(), [""; 0]);
    }
}

/// Carried out and refused: as if others had added it, and nothing of ours had been written.
#[test]
fn a_rule_that_comes_between_two_readings_of_the_create_is_told_or_refused() {
    for (lines, goes_on) in [("", true), (FAIL, false)] {
        let workspace = owned_by_others();
        workspace.write(&ip("16.17.18.0/24", lines));
        workspace.azure.fault(on_write(answer(409, "Conflict", true)));
        let run = workspace.terraform(&["apply", "-json", "-auto-approve"]);
        assert_eq!(run.success(), goes_on, "{}", run.stdout);
        let said = if goes_on { run.warning() } else { run.error() };
        assert_eq!(said.summary, "Registry Demo1 already has IP rule 16.17.18.0/24");
        assert_eq!(workspace.state(IP_RULE).is_some(), goes_on);
    }
}

/// Where no plan could look, the create does, on the reading that it writes from.
#[test]
fn a_rule_that_no_plan_could_see_is_refused_by_the_create_itself() {
    let workspace = owned_by_others();
    workspace.write(&ip("20.30.40.50", FAIL));
    let refused = answer(403, "AuthorizationFailed", false);
    workspace.azure.fault(Fault::new(refused).on("GET", "registries/Demo1").times(2));
    assert_eq!(workspace.fail().error().summary, "Registry Demo1 already has IP rule 20.30.40.50");
    assert!(workspace.state(IP_RULE).is_none());
}

#[test]
fn an_imported_rule_plans_empty_and_is_ours() {
    let workspace = owned_by_others();
    workspace.write(&format!("{}{}", ip("20.30.40.50", ""), subnet(BUILT, "")));
    for (address, id) in [(IP_RULE, format!("{REGISTRY}|20.30.40.50/32")), (SUBNET_RULE, format!("{REGISTRY}|{BUILT}"))]
    {
        let run = workspace.terraform(&["import", address, &id]);
        assert!(run.success(), "{}{}", run.stdout, run.stderr);
        assert_eq!(workspace.object(address).attributes["id"], id);
    }
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec![], vec![]));
}

#[test]
fn an_import_block_for_a_rule_plans_no_change() {
    let workspace = owned_by_others();
    let import = format!("import {{\n  to = {IP_RULE}\n  id = \"{REGISTRY}|20.30.40.50\"\n}}\n");
    workspace.write(&format!("{import}{}", ip("20.30.40.50", FAIL)));
    let run = workspace.apply();
    assert_eq!(run.warnings(), []);
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn an_import_string_that_is_none_is_told_with_the_form_to_use() {
    let workspace = owned_by_others();
    workspace.write(&format!("{}{}", ip("20.30.40.50", ""), subnet(BUILT, "")));
    for (address, id, why) in [
        (IP_RULE, REGISTRY.to_owned(), "<registry id>|<ip_range>"),
        (IP_RULE, format!("{REGISTRY}|8.8.8.8/24"), "write \"8.8.8.0/24\""),
        (IP_RULE, format!("{NETWORK}|8.8.8.8"), "Microsoft.ContainerRegistry"),
        (SUBNET_RULE, format!("{REGISTRY}|20.30.40.50"), "<registry id>|<subnet_id>"),
    ] {
        let run = workspace.terraform(&["import", "-no-color", address, &id]);
        assert_eq!(run.code, Some(1));
        let said = run.stderr.replace('\n', " ");
        assert!(said.contains("Not the id of an acrnet_registry_"), "{said}");
        assert!(said.contains(why), "{why}: {said}");
    }
}

#[test]
fn an_import_of_a_rule_that_is_not_there_lists_those_that_are() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", ""));
    let run = workspace.terraform(&["import", "-no-color", IP_RULE, &format!("{REGISTRY}|16.17.18.0/24")]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("Registry Demo1 does not have IP rule 16.17.18.0/24"), "{}", run.stderr);
    assert!(run.stderr.contains("- 20.30.40.50"), "{}", run.stderr);
    assert!(!run.stderr.contains("built"), "{}", run.stderr);
}

#[test]
fn what_passes_before_the_write_passes_by_itself() {
    for action in [
        Action::Throttle { retry_after: Some(0), http_date: false },
        answer(503, "ServiceUnavailable", false),
        answer(500, "InternalServerError", true),
        answer(409, "OperationInProgress", false),
    ] {
        let workspace = owned_by_others();
        workspace.write(&ip("16.17.18.0/24", ""));
        workspace.azure.fault(on_write(action.clone()));
        assert_eq!(workspace.apply().warnings(), [], "{action:?}");
        assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50"], "{action:?}");
        workspace.assert_settled();
    }
}

#[test]
fn a_refused_rule_is_named_and_not_in_the_state() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.azure.fault(on_write(answer(403, "AuthorizationFailed", false)));
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Could not add IP rule 16.17.18.0/24 to registry Demo1");
    assert!(error.detail.contains("403 AuthorizationFailed: AuthorizationFailed it is."), "{error:#?}");
    assert!(error.detail.contains("request id "), "{error:#?}");
    assert!(workspace.state(IP_RULE).is_none());
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_subnet_without_the_endpoint_is_told_at_its_line() {
    let workspace = owned_by_others();
    workspace.write(&subnet("APP", ""));
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Could not add a virtual network rule for subnet net/app to registry Demo1");
    assert!(error.line.contains("subnet_id"), "{error:?}");
    assert!(error.detail.contains(&format!("  - {APP}")), "{}", error.detail);
    assert!(error.detail.contains("acrnet_subnet_service_endpoint"), "{}", error.detail);
    assert!(workspace.state(SUBNET_RULE).is_none());
}

#[test]
fn a_create_that_fails_with_its_effect_leaves_the_rule_in_the_state_and_the_next_apply_without_a_gap() {
    let fails = Action::FailOperation {
        code: "InternalOperationError".to_owned(),
        message: "The disk was full.".to_owned(),
        status: "Failed".to_owned(),
        keep_effect: true,
    };
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", FAIL));
    workspace.azure.fault(on_write(fails));
    assert!(workspace.fail().error().detail.contains("The disk was full."));
    assert!(workspace.object(IP_RULE).tainted);
    workspace.azure.simulator().clear_requests();
    assert_eq!(workspace.apply().warnings(), []);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert!(!workspace.object(IP_RULE).tainted);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

#[test]
fn a_create_whose_outcome_cannot_be_read_is_in_the_state() {
    let workspace = owned_by_others();
    workspace.write_with("  max_retries = 0", &ip("16.17.18.0/24", ""));
    workspace.azure.fault(on_write(Action::Reset { after_effect: true }));
    let run = workspace.terraform(&["plan", "-json", "-out=saved"]);
    assert!(run.success());
    // The plan at the beginning of apply reads once, and the create once: the look fails, so that the create does not go on from it.
    let no_answer = || Fault::new(answer(500, "InternalServerError", false)).on("GET", "registries/Demo1");
    workspace.azure.fault(no_answer().from_nth(3).times(None));
    workspace.azure.fault(no_answer());
    let run = workspace.terraform(&["apply", "-json", "saved"]);
    assert!(run.error().detail.contains("whether it took effect is not known"), "{:#?}", run.error());
    assert!(workspace.object(IP_RULE).tainted);
    workspace.azure.simulator().clear_faults();
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50"]);
}

#[test]
fn a_destroy_that_fails_keeps_the_rule_in_the_state() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", ""));
    workspace.apply();
    workspace.azure.fault(on_write(answer(403, "AuthorizationFailed", false)));
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve"]);
    assert_eq!(run.error().summary, "Could not remove IP rule 16.17.18.0/24 from registry Demo1");
    assert!(workspace.state(IP_RULE).is_some());
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

/// Azure checks every rule at each write, so that one for a deleted subnet stops everybody: the error says which it is and who can end it.
#[test]
fn a_rule_of_others_for_a_subnet_that_is_gone_is_named() {
    let workspace = owned_by_others();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"virtualNetworkRules": [subnet_rule(BUILT)]}}));
    workspace.azure.simulator().delete(BUILT).unwrap();
    workspace.write(&subnet("READY", ""));
    let error = workspace.fail().error();
    assert!(error.detail.contains(&format!("  - {BUILT}")), "{}", error.detail);
    assert!(error.detail.contains("az acr network-rule remove"), "{}", error.detail);
    assert!(!error.line.contains("subnet_id"), "the line of a subnet that is not to blame: {error:?}");
}

#[test]
fn the_own_rule_of_a_subnet_that_is_gone_can_still_be_destroyed() {
    let workspace: Workspace = owned_by_others();
    workspace.write(&subnet("READY", ""));
    workspace.apply();
    workspace.azure.simulator().delete(READY).unwrap();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().2, ["built"]);
}

fn interrupted(lines: &str, signal: impl Fn(&Running)) -> Workspace {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", lines));
    workspace.azure.hold_operations();
    let running = workspace.start(&["apply", "-json", "-auto-approve"]);
    workspace.azure.wait_for("a poll of the operation", |record| {
        record.path.contains("operationStatuses") && record.status == 200
    });
    signal(&running);
    running.wait_until_group_is_gone();
    running.finish();
    workspace.azure.release();
    workspace.azure.simulator().clear_requests();
    workspace
}

#[test]
fn what_an_interrupted_create_left_is_ours() {
    let workspace = interrupted(FAIL, |running| running.signal_group("INT"));
    assert!(workspace.state(IP_RULE).is_some());
    assert_eq!(workspace.apply().warnings(), []);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

/// Nothing could be noted in the state: the rule looks like that of somebody else.
#[test]
fn what_a_killed_create_left_is_adopted_with_a_warning() {
    let workspace = interrupted("", |running| running.signal("KILL"));
    assert_eq!(workspace.apply().warning().summary, "Registry Demo1 already has IP rule 16.17.18.0/24");
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

/// Azure checks all rules of a write, so that the one without ours still holds the other.
#[test]
fn rules_for_two_deleted_subnets_of_two_owners_block_each_other() {
    let workspace = owned_by_others();
    workspace.write(&subnet("READY", ""));
    workspace.apply();
    for gone in [READY, BUILT] {
        workspace.azure.simulator().delete(gone).unwrap();
    }
    let error = workspace.terraform(&["destroy", "-json", "-auto-approve"]).error();
    assert!(error.detail.contains("several block each other, and go in one write"), "{}", error.detail);
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"virtualNetworkRules": []}}));
    // The plan before a destroy would look for the subnet of the rule that is gone.
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
}

//! Ctrl-C in the middle of a long operation, and worse.

use std::time::Duration;

use crate::azure::APP;
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const OURS: &str = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n";

fn applying() -> [&'static str; 3] {
    ["apply", "-json", "-auto-approve"]
}

#[test]
fn an_interrupted_create_is_in_the_state_and_the_next_apply_goes_on() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.hold_operations();
    let running = workspace.start(&applying());
    workspace.azure.wait_for("a poll of the operation", |record| {
        record.path.contains("operationStatuses") && record.status == 200
    });
    running.signal_group("INT");
    let run = running.finish();
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.errors().iter().any(|error| error.detail.contains("The run was interrupted")), "{:#?}", run.errors());
    assert_eq!(workspace.object(RULES).attributes["default_action"], "Deny");
    workspace.azure.release();
    workspace.azure.simulator().clear_requests();
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn an_interrupted_update_is_in_the_state() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.azure.hold_operations();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]"));
    let running = workspace.start(&applying());
    workspace.azure.wait_for("a poll of the operation", |record| {
        record.path.contains("operationStatuses") && record.status == 200
    });
    running.signal_group("INT");
    assert_eq!(running.finish().code, Some(1));
    workspace.azure.release();
    workspace.assert_settled();
    assert_eq!(workspace.azure.rules().1, ["52.57.22.38"]);
}

#[test]
fn an_interrupted_endpoint_is_in_the_state_and_still_ours_to_remove() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.azure.hold_operations();
    let running = workspace.start(&applying());
    workspace
        .azure
        .wait_for("a poll of the operation", |record| record.path.contains("/operations/") && record.status == 200);
    running.signal_group("INT");
    assert_eq!(running.finish().code, Some(1));
    assert_eq!(workspace.object(ENDPOINT).attributes["subnet_id"], APP);
    workspace.azure.release();
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), ["PUT app"]);
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn an_interrupted_destroy_keeps_the_object_and_the_next_one_goes_on() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.azure.hold_operations();
    let running = workspace.start(&["destroy", "-json", "-auto-approve"]);
    workspace.azure.wait_for("a poll of the operation", |record| {
        record.path.contains("operationStatuses") && record.status == 200
    });
    running.signal_group("INT");
    assert_eq!(running.finish().code, Some(1));
    assert!(workspace.state(RULES).is_some());
    workspace.azure.release();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn when_terraform_is_killed_the_provider_ends_by_itself() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.hold_operations();
    let running = workspace.start(&applying());
    workspace.azure.wait_for("a poll of the operation", |record| {
        record.path.contains("operationStatuses") && record.status == 200
    });
    running.signal("KILL");
    let took = running.wait_until_group_is_gone();
    assert!(took < Duration::from_secs(20), "the provider outlived Terraform by {took:?}");
    assert_eq!(running.finish().code, None);
    workspace.azure.release();
    // Nothing is in the state, but the registry is as configured and is taken over.
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.patches().len(), 1);
}

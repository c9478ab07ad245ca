//! The time is over while Azure works on the write: what a last look does not show yet comes all the same, and is in the state.

use serde_json::json;

use acrnet::simulator::{Action, Fault, Record};

use crate::azure::APP;
use crate::single_rules::{ip, owned_by_others};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const IP_RULE: &str = "acrnet_registry_ip_rule.this";
const IMPATIENT: &str = "  timeouts {\n    create = \"3s\"\n  }\n";

/// An apply whose write takes longer than the apply may; then the write comes.
fn overtake(workspace: &Workspace, method: &'static str, object: &str) {
    workspace.azure.fault(Fault::new(Action::Delay { ms: 8000 }).on(method, ""));
    workspace.fail();
    assert!(workspace.object(object).tainted);
    let came = |record: &Record| record.method == method && record.effect_ms.is_some();
    assert!(!workspace.azure.simulator().requests().iter().any(came), "the write came before the look");
    workspace.azure.wait_for("the write", came);
    workspace.azure.simulator().clear_requests();
}

#[test]
fn a_single_rule_that_comes_after_the_last_look_is_ours_and_not_refused() {
    let workspace = owned_by_others();
    workspace.write(&ip("16.17.18.0/24", &format!("  on_existing = \"fail\"\n{IMPATIENT}")));
    overtake(&workspace, "PATCH", IP_RULE);
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50"]);
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

#[test]
fn an_additive_rule_set_that_comes_after_the_last_look_is_ours_to_remove() {
    let workspace = owned_by_others();
    let additive = "  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  ip_rules = [\"16.17.18.0/24\"]\n";
    workspace.write(&rule_set(&format!("{additive}{IMPATIENT}")));
    overtake(&workspace, "PATCH", RULES);
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["16.17.18.0/24"]));
    workspace.destroy();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

#[test]
fn an_authoritative_rule_set_that_comes_after_the_last_look_is_in_the_state() {
    let workspace = Workspace::of(&rule_set(&format!(
        "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n{IMPATIENT}"
    )));
    overtake(&workspace, "PATCH", RULES);
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn an_endpoint_that_comes_after_the_last_look_is_ours_to_remove() {
    let workspace = Workspace::of(&endpoint("APP", &format!("  on_existing = \"fail\"\n{IMPATIENT}")));
    overtake(&workspace, "PUT", ENDPOINT);
    // The operation that nobody has polled ends.
    workspace.azure.release();
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

//! What a plan says about a single rule before anything is written.

use serde_json::json;

use crate::azure::{NETWORK, REGISTRY};
use crate::single_rules::{ip, owned_by_others, subnet};
use crate::support::Workspace;

#[test]
fn a_rule_without_an_effect_is_told() {
    let workspace = Workspace::of(&ip("16.17.18.0/24", ""));
    assert_eq!(workspace.plan().warning().summary, "Registry Demo1 lets every client in");
    workspace.azure.edit_registry(&json!({"publicNetworkAccess": "Disabled"}));
    assert_eq!(workspace.plan().warning().summary, "Rules have no effect while public network access is disabled");
}

#[test]
fn what_is_wrong_with_a_text_is_said_at_its_line_before_anything_is_asked() {
    let workspace = Workspace::new();
    for (range, summary) in [
        ("8.8.8.8/24", "\"8.8.8.8/24\" is not a usable IP rule"),
        ("2001:db8::1", "\"2001:db8::1\" is not a usable IP rule"),
        ("10.1.2.3", "\"10.1.2.3\" lies in private address space"),
    ] {
        workspace.write(&ip(range, ""));
        let error = workspace.validate().error();
        assert_eq!(error.summary, summary);
        assert!(error.line.contains("ip_range"), "{error:?}");
    }
    workspace.write(&subnet(NETWORK, ""));
    let error = workspace.validate().error();
    assert!(error.line.contains("subnet_id") && error.detail.contains("/subnets/{subnet}"), "{error:?}");
    assert_eq!(workspace.azure.simulator().requests().len(), 0);
}

#[test]
fn nothing_is_asked_of_a_registry_that_is_not_known_yet() {
    let workspace = owned_by_others();
    let unknown = format!(
        "resource \"terraform_data\" \"registry\" {{\n  input = \"{REGISTRY}\"\n}}\n{}",
        ip("16.17.18.0/24", "").replace("\"REGISTRY\"", "terraform_data.registry.output")
    );
    workspace.write(&unknown);
    assert!(workspace.plan().errors().is_empty());
    assert_eq!(workspace.azure.simulator().requests().len(), 0);
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50"]);
    workspace.assert_settled();
}

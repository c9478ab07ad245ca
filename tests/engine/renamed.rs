//! A rule set under another name, without a `moved` block: Terraform orders neither its destroy nor its create, and the registry ends as configured.

use serde_json::json;

use acrnet::simulator::{Action, Fault};

use crate::azure::ip_rule;
use crate::support::{Workspace, rule_set};

const RULES: &str = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n";

fn renamed(text: &str) -> String {
    let other = text.replace("\"this\"", "\"renamed\"");
    assert_ne!(other, text, "it has another name");
    other
}

/// With writes that take so long, which brings create and destroy together in other ways.
fn rename(mode: &str, milliseconds: u64, others: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    let others: Vec<_> = others.iter().map(|range| ip_rule(range)).collect();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": others}}));
    let before = rule_set(&format!("{RULES}  rules_mode = \"{mode}\"\n  on_existing = \"adopt\""));
    workspace.write(&before);
    workspace.apply();
    workspace.azure.fault(Fault::new(Action::Delay { ms: milliseconds }).on("PATCH", "").times(10));
    workspace.write(&renamed(&before));
    workspace.apply();
    workspace
}

#[test]
fn an_additive_rule_set_that_is_renamed_leaves_the_registry_closed() {
    for milliseconds in [0, 50, 400] {
        let workspace = rename("additive", milliseconds, &["52.57.22.38"]);
        let (action, rules, _) = workspace.azure.rules();
        assert_eq!((action.as_str(), rules), ("Deny", vec!["16.17.18.0/24".to_owned(), "52.57.22.38".to_owned()]));
        workspace.assert_settled();
    }
}

#[test]
fn an_authoritative_rule_set_that_is_renamed_leaves_the_registry_closed() {
    for milliseconds in [0, 50, 400] {
        let workspace = rename("authoritative", milliseconds, &[]);
        let (action, rules, _) = workspace.azure.rules();
        assert_eq!((action.as_str(), rules), ("Deny", vec!["16.17.18.0/24".to_owned()]));
        workspace.assert_settled();
    }
}

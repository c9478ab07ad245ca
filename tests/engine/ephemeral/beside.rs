//! Beside the other resources of its configuration: no drift, nothing taken from under the run, nothing taken away that was made for good.

use super::{RUNNER, denying, hold, ip_rules, temporary, user};
use crate::support::{RULES, rule_set};

/// What opens for the whole of a run: the rule set is made after it.
fn opened_before(lines: &str) -> String {
    let depends = "\n  depends_on = [ephemeral.acrnet_temporary_ip_rule.runner]";
    format!("{}{}", temporary(""), rule_set(&format!("{lines}{depends}")))
}

fn single(lines: &str) -> String {
    format!(
        "resource \"acrnet_registry_ip_rule\" \"this\" {{\n  registry_id = \"REGISTRY\"\n  ip_range = \"{RUNNER}\"\n{lines}\n  \
         depends_on = [ephemeral.acrnet_temporary_ip_rule.runner]\n}}\n"
    )
}

#[test]
fn a_rule_set_that_owns_all_rules_shows_no_drift_and_removes_nothing() {
    let workspace = denying(&["52.57.22.38"]);
    let lines = "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]";
    workspace.write(&opened_before(lines));
    workspace.apply();
    assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
    workspace.assert_settled();
    assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
    // A change of the rule set while it is open does not take it away: the second question still gets in.
    let user = user("true").replace("\"user\" {", "\"user\" {\n  depends_on = [acrnet_registry_network_rule_set.this]");
    let changed = lines.replace("\"52.57.22.38\"", "\"52.57.22.38\", \"52.57.22.39\"");
    workspace.write(&format!("{}{user}", opened_before(&changed)));
    workspace.azure.simulator().clear_requests();
    workspace.apply();
    let whole: Vec<bool> = workspace.azure.patches().iter().map(|body| body.to_string().contains(RUNNER)).collect();
    // Opened and closed by the plan; opened, changed, closed by the apply.
    assert_eq!(whole, [true, false, true, true, false]);
    assert_eq!(ip_rules(&workspace), ["52.57.22.38", "52.57.22.39"]);
    assert_eq!(workspace.object(RULES).attributes["ip_rules"].as_array().unwrap().len(), 2);
    workspace.assert_settled();
}

#[test]
fn a_rule_set_is_made_beside_it_and_restores_what_was_there_without_it() {
    let workspace = denying(&[]);
    let choices = "  on_destroy = \"restore_previous\"\n  on_existing = \"adopt\"";
    workspace.write(&opened_before(&format!("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]\n{choices}")));
    let apply = workspace.apply();
    assert_eq!(apply.warnings(), [], "it is no rule of others that would be removed");
    assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec![], vec![]));
}

#[test]
fn a_range_that_the_rule_set_lists_from_now_on_stays() {
    let workspace = denying(&[]);
    workspace.write(&opened_before("  default_action = \"Deny\"\n  on_existing = \"adopt\""));
    workspace.apply();
    workspace.write(&opened_before(&format!(
        "  default_action = \"Deny\"\n  ip_rules = [\"{RUNNER}\"]\n  on_existing = \"adopt\""
    )));
    let plan = workspace.plan();
    assert_eq!(plan.actions(), ["update acrnet_registry_network_rule_set.this"]);
    assert_eq!(ip_rules(&workspace), [""; 0], "a plan alone makes nothing permanent");
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [RUNNER]);
    workspace.assert_settled();
    assert_eq!(ip_rules(&workspace), [RUNNER]);
    // Dropped from the list, it is open until the end of that run, and gone then.
    workspace.write(&opened_before("  default_action = \"Deny\"\n  on_existing = \"adopt\""));
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn a_listed_rule_that_somebody_removed_shows_as_missing_though_the_run_has_opened_it() {
    let workspace = denying(&[RUNNER]);
    workspace.write(&opened_before(&format!("  default_action = \"Deny\"\n  ip_rules = [\"{RUNNER}\"]")));
    workspace.apply();
    hold(&workspace, &[]);
    assert_eq!(workspace.plan().actions(), ["update acrnet_registry_network_rule_set.this"]);
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [RUNNER]);
    workspace.assert_settled();
}

#[test]
fn a_single_rule_for_the_same_address_is_made_stays_and_goes_at_the_end_of_the_run_that_destroys_it() {
    let workspace = denying(&[]);
    workspace.write(&format!("{}{}", temporary(""), single("  on_existing = \"fail\"")));
    let apply = workspace.apply();
    assert_eq!(apply.warnings(), [], "nobody else's rule is adopted");
    assert_eq!(ip_rules(&workspace), [RUNNER]);
    workspace.assert_settled();
    hold(&workspace, &[]);
    assert_eq!(workspace.plan().actions(), ["create acrnet_registry_ip_rule.this"]);
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [RUNNER]);
    workspace.write(&format!("{}{}", temporary(&format!("  ip_range = \"{RUNNER}\"")), user("true")));
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn two_for_one_address_share_the_rule_until_the_last_is_closed() {
    let workspace = denying(&[]);
    let range = format!("  ip_range = \"{RUNNER}\"");
    let second = temporary(&range).replace("\"runner\"", "\"second\"");
    let users = "resource \"terraform_data\" \"second\" {\n  \
         depends_on = [ephemeral.acrnet_temporary_ip_rule.second, terraform_data.user]\n  provisioner \"local-exec\" {\n    command = \"true\"\n  }\n}\n";
    workspace.write(&format!("{}{second}{}{users}", temporary(&range), user("true")));
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [""; 0]);
    assert_eq!(workspace.azure.patches().len(), 4, "added and removed once in each phase");
}

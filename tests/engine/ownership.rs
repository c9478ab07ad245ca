//! Whose rules are whose: taking over, sharing, and what destroying leaves.

use serde_json::{Value, json};

use acrnet::simulator::{Action, Fault};

use crate::azure::{Azure, READY, REGISTRY, ip_rule, subnet_rule};
use crate::support::{RULES, Workspace, rule_set};

const OURS: &str = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n";

/// A registry that denies and lets somebody else's address and subnet in.
fn occupied() -> Workspace {
    let workspace = Workspace::new();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {
        "defaultAction": "Deny", "ipRules": [ip_rule("20.30.40.50")], "virtualNetworkRules": [subnet_rule(READY)],
    }}));
    workspace
}

fn ips(azure: &Azure) -> Vec<String> {
    azure.rules().1
}

#[test]
fn existing_rules_are_refused_with_the_import_block_to_use() {
    let workspace = occupied();
    workspace.write(&rule_set(OURS));
    let error = workspace.plan().error();
    assert_eq!(error.summary, "Registry Demo1 already has network rules");
    assert!(error.detail.contains("  - 20.30.40.50"), "{}", error.detail);
    assert!(error.detail.contains(&format!("  - {READY}")), "{}", error.detail);
    assert!(error.detail.contains("import {"), "{}", error.detail);
    assert!(error.detail.contains(&format!("id = \"{REGISTRY}\"")), "{}", error.detail);
    assert!(error.line.contains("registry_id"), "{error:?}");
    workspace.fail();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert!(workspace.state(RULES).is_none());
}

#[test]
fn a_registry_that_only_denies_is_refused_too() {
    let workspace = Workspace::new();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny"}}));
    workspace.write(&rule_set(OURS));
    let error = workspace.plan().error();
    assert!(error.detail.contains("Its default action is already Deny."), "{}", error.detail);
}

#[test]
fn rules_that_others_add_between_plan_and_apply_are_refused() {
    let workspace = Workspace::of(&rule_set(OURS));
    let plan = workspace.terraform(&["plan", "-json", "-out=saved"]);
    assert!(plan.success());
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("20.30.40.50")]}}));
    let run = workspace.terraform(&["apply", "-json", "saved"]);
    assert_eq!(run.error().summary, "Registry Demo1 already has network rules");
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn adopting_lists_in_the_plan_what_will_be_removed() {
    let workspace = occupied();
    workspace.write(&rule_set(&format!("{OURS}  on_existing = \"adopt\"")));
    let warning = workspace.plan().warning();
    assert_eq!(warning.summary, "Rules of registry Demo1 will be removed");
    assert!(warning.detail.contains("  - 20.30.40.50") && warning.detail.contains(READY), "{}", warning.detail);
    assert!(warning.line.contains("on_existing"), "{warning:?}");
    workspace.apply();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["16.17.18.0/24".to_owned()], vec![]));
    workspace.assert_settled();
}

#[test]
fn a_create_that_opens_a_closed_registry_says_so() {
    for choice in ["on_existing = \"adopt\"", "rules_mode = \"additive\""] {
        let workspace = Workspace::new();
        workspace.azure.edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny"}}));
        workspace.write(&rule_set(&format!("  default_action = \"Allow\"\n  {choice}")));
        let plan = workspace.plan();
        assert_eq!(plan.errors(), []);
        let warning = plan.warning();
        assert_eq!(warning.summary, "Registry Demo1 will be opened to all networks", "{choice}");
        assert!(warning.line.contains("default_action"), "{warning:?}");
    }
}

#[test]
fn a_destroy_that_enables_public_access_again_says_so() {
    let workspace = occupied();
    workspace.write(&rule_set(
        "  default_action = \"Deny\"\n  ip_rules = [\"20.30.40.50\"]\n  virtual_network_subnet_ids = [\"READY\"]\n  \
         public_network_access_enabled = false\n  on_destroy = \"restore_previous\"",
    ));
    workspace.apply();
    let warnings = workspace.destroy().warnings();
    let said = "Destroying enables public network access of registry Demo1";
    assert!(warnings.iter().any(|warning| warning.summary == said), "{warnings:#?}");
    assert_eq!(workspace.azure.registry()["properties"]["publicNetworkAccess"], "Enabled");
}

#[test]
fn a_registry_that_is_as_configured_is_taken_over_without_a_word() {
    let workspace = occupied();
    workspace.write(&rule_set(
        "  default_action = \"Deny\"\n  ip_rules = [\"20.30.40.50\"]\n  virtual_network_subnet_ids = [\"READY\"]",
    ));
    let run = workspace.apply();
    assert_eq!(run.warnings(), []);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn additive_rules_come_and_go_beside_those_of_others() {
    let additive = |list: &str| {
        rule_set(&format!("  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  ip_rules = [{list}]"))
    };
    let workspace = occupied();
    workspace.write(&additive("\"16.17.18.0/24\", \"52.57.22.38\""));
    workspace.apply();
    assert_eq!(ips(&workspace.azure), ["16.17.18.0/24", "20.30.40.50", "52.57.22.38"]);
    workspace.assert_settled();
    workspace.write(&additive("\"52.57.22.38\""));
    workspace.apply();
    assert_eq!(ips(&workspace.azure), ["20.30.40.50", "52.57.22.38"]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec!["20.30.40.50".to_owned()], vec!["ready".to_owned()]));
}

#[test]
fn an_additive_rule_that_others_removed_is_added_again() {
    let workspace = occupied();
    workspace.write(&rule_set(&format!("{OURS}  rules_mode = \"additive\"")));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleSet": {"ipRules": [ip_rule("20.30.40.50")]}}));
    assert_eq!(workspace.plan().actions(), [format!("update {RULES}")]);
    workspace.apply();
    assert_eq!(ips(&workspace.azure), ["16.17.18.0/24", "20.30.40.50"]);
}

#[test]
fn two_additive_rule_sets_share_a_registry() {
    let one = |name: &str, address: &str| {
        rule_set(&format!(
            "  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  on_destroy = \"restore_previous\"\n  ip_rules = [\"{address}\"]"
        ))
        .replace("\"this\"", &format!("\"{name}\""))
    };
    let workspace = occupied();
    workspace.write(&format!("{}{}", one("a", "16.17.18.0/24"), one("b", "52.57.22.38")));
    workspace.apply();
    assert_eq!(ips(&workspace.azure), ["16.17.18.0/24", "20.30.40.50", "52.57.22.38"]);
    workspace.assert_settled();
    workspace.write(&one("b", "52.57.22.38"));
    workspace.apply();
    assert_eq!(workspace.azure.rules().0, "Deny");
    assert_eq!(ips(&workspace.azure), ["20.30.40.50", "52.57.22.38"]);
    workspace.assert_settled();
}

#[test]
fn from_authoritative_to_additive_nothing_is_removed() {
    let workspace =
        Workspace::of(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\", \"52.57.22.38\"]"));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&rule_set(&format!("{OURS}  rules_mode = \"additive\"")));
    let run = workspace.apply();
    assert_eq!(run.warning().summary, "Rules stay on the registry, no longer managed");
    assert!(run.warning().detail.contains("  - 52.57.22.38"), "{}", run.warning().detail);
    assert_eq!(ips(&workspace.azure), ["16.17.18.0/24", "52.57.22.38"]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(ips(&workspace.azure), ["52.57.22.38"]);
}

#[test]
fn from_additive_to_authoritative_rules_of_others_are_refused() {
    let workspace = occupied();
    workspace.write(&rule_set(&format!("{OURS}  rules_mode = \"additive\"")));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&rule_set(OURS));
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Registry Demo1 already has network rules");
    assert!(!error.detail.contains("16.17.18.0/24"), "ours is listed: {}", error.detail);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.write(&rule_set(&format!("{OURS}  on_existing = \"adopt\"")));
    workspace.apply();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["16.17.18.0/24".to_owned()], vec![]));
    workspace.assert_settled();
}

#[test]
fn from_additive_to_authoritative_works_where_nobody_else_has_rules() {
    let workspace = Workspace::of(&rule_set(&format!("{OURS}  rules_mode = \"additive\"")));
    workspace.apply();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]"));
    workspace.apply();
    assert_eq!(ips(&workspace.azure), ["52.57.22.38"]);
    workspace.assert_settled();
}

#[test]
fn restoring_the_previous_brings_back_rules_action_and_managed_settings() {
    let workspace = occupied();
    workspace.azure.edit_registry(&json!({"networkRuleBypassOptions": "None"}));
    workspace.write(&rule_set(&format!(
        "{OURS}  on_existing = \"adopt\"\n  on_destroy = \"restore_previous\"\n  network_rule_bypass_option = \"AzureServices\""
    )));
    workspace.apply();
    let run = workspace.destroy();
    let warning = run.warning();
    assert_eq!(warning.summary, "Destroying brings rules back to registry Demo1", "it was closed and stays closed");
    assert!(warning.detail.ends_with(&format!(":\n  - 20.30.40.50\n  - {READY}")), "{}", warning.detail);
    let found = workspace.azure.rules();
    assert_eq!(found, ("Deny".to_owned(), vec!["20.30.40.50".to_owned()], vec!["ready".to_owned()]));
    assert_eq!(workspace.azure.registry()["properties"]["networkRuleBypassOptions"], "None");
}

#[test]
fn restoring_the_previous_of_an_open_registry_warns() {
    let workspace = Workspace::of(&rule_set(&format!("{OURS}  on_destroy = \"restore_previous\"")));
    workspace.apply();
    let warning = workspace.destroy().warning();
    assert_eq!(warning.summary, "Destroying opens registry Demo1 to all networks");
    assert!(warning.detail.contains("apply on_destroy = \"keep\" before"), "{}", warning.detail);
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn keeping_writes_nothing_and_warns_of_nothing() {
    let workspace = Workspace::of(&rule_set(&format!("{OURS}  on_destroy = \"keep\"")));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    assert_eq!(workspace.destroy().warnings(), []);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert_eq!(workspace.azure.rules().0, "Deny");
}

#[test]
fn nothing_is_known_to_restore_for_an_imported_rule_set() {
    let workspace = occupied();
    workspace.write(&rule_set(
        "  default_action = \"Deny\"\n  ip_rules = [\"20.30.40.50\"]\n  virtual_network_subnet_ids = [\"READY\"]\n  \
         on_destroy = \"restore_previous\"",
    ));
    assert!(workspace.terraform(&["import", RULES, REGISTRY]).success());
    workspace.apply();
    let run = workspace.destroy();
    assert_eq!(run.warning().summary, "Destroying leaves registry Demo1 as it is");
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert_eq!(workspace.azure.rules().0, "Deny");
}

#[test]
fn a_scalar_that_is_not_managed_is_not_restored() {
    let workspace = Workspace::of(&rule_set(&format!("{OURS}  on_destroy = \"restore_previous\"")));
    workspace.apply();
    workspace.azure.edit_registry(&json!({"networkRuleBypassOptions": "None"}));
    workspace.destroy();
    let left: Value = workspace.azure.registry()["properties"]["networkRuleBypassOptions"].clone();
    assert_eq!(left, "None");
}

/// An API version that does not show virtual network rules cannot remove them either: saying nothing would leave them behind.
#[test]
fn subnets_that_cannot_be_seen_are_not_said_to_be_removed() {
    let old = "  registry_api_version = \"2025-11-01\"";
    for mode in ["authoritative", "additive"] {
        let lines = |subnets: &str| {
            rule_set(&format!(
                "  default_action = \"Deny\"\n  rules_mode = \"{mode}\"\n  ip_rules = [\"16.17.18.0/24\"]\n  virtual_network_subnet_ids = [{subnets}]"
            ))
        };
        let workspace = Workspace::of(&lines("\"READY\""));
        workspace.apply();
        workspace.azure.simulator().clear_requests();
        workspace.write_with(old, &lines(""));
        assert_eq!(workspace.fail().error().summary, "Virtual network rules cannot be written", "{mode}");
        let run = workspace.terraform(&["destroy", "-json", "-auto-approve"]);
        assert_eq!(run.error().summary, "Virtual network rules cannot be written", "{mode}");
        assert_eq!(workspace.azure.writes(), [""; 0], "{mode}");
        workspace.write(&lines("\"READY\""));
        workspace.assert_settled();
        workspace.destroy();
        assert_eq!(workspace.azure.rules().2, [""; 0], "{mode}");
    }
}

/// Where a plan could not look, the create does, on the reading that it writes from.
#[test]
fn rules_that_no_plan_could_see_are_refused_by_the_create_itself() {
    let workspace = Workspace::of(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]"));
    workspace
        .azure
        .edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": [ip_rule("20.30.40.50")]}}));
    let body = json!({"error": {"code": "AuthorizationFailed", "message": "The client has no right yet."}});
    let refused = Action::Answer { status: 403, headers: serde_json::Map::new(), body, after_effect: false };
    // The plan's look, and that of the plan at the beginning of apply.
    workspace.azure.fault(Fault::new(refused).on("GET", "registries/Demo1").times(2));
    assert_eq!(workspace.fail().error().summary, "Registry Demo1 already has network rules");
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert!(workspace.state(RULES).is_none());
}

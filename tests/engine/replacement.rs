//! Replacing an object that is only a part of another: at no moment is the registry open, or a listed rule gone.

use serde_json::{Value, json};

use acrnet::simulator::{Action, Fault};

use crate::azure::{APP, Azure, GROUP, READY, REGISTRY, ip_rule};
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const BOTH: &str = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\", \"52.57.22.38\"]\n  virtual_network_subnet_ids = [\"READY\"]\n";
const BEFORE_DESTROY: &str = "  lifecycle {\n    create_before_destroy = true\n  }\n";

/// In no PATCH does the registry become open, or one of these addresses vanish.
fn assert_no_gap(azure: &Azure, addresses: &[&str]) {
    for patch in azure.patches() {
        let Some(rules) = patch["properties"].get("networkRuleSet") else { continue };
        assert_eq!(rules["defaultAction"], "Deny", "the registry was opened: {:#?}", azure.patches());
        if let Some(list) = rules["ipRules"].as_array() {
            for address in addresses {
                assert!(list.contains(&ip_rule(address)), "{address} was gone: {:#?}", azure.patches());
            }
        }
    }
}

/// A create of the rule set whose operation fails although the rules are stored.
fn fails_but_stores() -> Fault {
    Fault::new(Action::FailOperation {
        code: "InternalOperationError".to_owned(),
        message: "The operation failed.".to_owned(),
        status: "Failed".to_owned(),
        keep_effect: true,
    })
}

#[test]
fn a_replaced_rule_set_is_not_touched() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(run.actions(), [format!("replace {RULES}")]);
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn a_rule_set_that_is_replaced_and_changed_has_no_gap() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\", \"52.57.22.39\"]"));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_no_gap(&workspace.azure, &["52.57.22.38"]);
    assert_eq!(workspace.azure.rules().1, ["52.57.22.38", "52.57.22.39"]);
    workspace.assert_settled();
}

#[test]
fn create_before_destroy_does_not_undo_the_create() {
    let workspace = Workspace::of(&rule_set(&format!("{BOTH}{BEFORE_DESTROY}")));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_no_gap(&workspace.azure, &["16.17.18.0/24", "52.57.22.38"]);
    assert_eq!(workspace.azure.rules().0, "Deny");
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn create_before_destroy_with_a_change_has_no_gap() {
    let adopting = format!("  on_existing = \"adopt\"\n{BEFORE_DESTROY}");
    let workspace = Workspace::of(&rule_set(&format!("{BOTH}{adopting}")));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let changed = "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\", \"52.57.22.39\"]\n";
    workspace.write(&rule_set(&format!("{changed}{adopting}")));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_no_gap(&workspace.azure, &["52.57.22.38"]);
    assert_eq!(workspace.azure.rules().1, ["52.57.22.38", "52.57.22.39"]);
    workspace.assert_settled();
}

/// Nothing that Terraform says tells this create from any other, so that it cannot know whose the rules are.
#[test]
fn create_before_destroy_with_a_change_is_refused_untouched_unless_it_may_adopt() {
    let workspace = Workspace::of(&rule_set(&format!("{BOTH}{BEFORE_DESTROY}")));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let changed = "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\", \"52.57.22.39\"]\n";
    workspace.write(&rule_set(&format!("{changed}{BEFORE_DESTROY}")));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert_eq!(run.error().summary, "Registry Demo1 already has network rules");
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.write(&rule_set(&format!("{changed}  on_existing = \"adopt\"\n{BEFORE_DESTROY}")));
    workspace.apply();
    assert_no_gap(&workspace.azure, &["52.57.22.38"]);
    assert_eq!(workspace.azure.rules().1, ["52.57.22.38", "52.57.22.39"]);
    workspace.assert_settled();
}

/// What it never does is open the registry; what was there before the first create is not known to the new object.
#[test]
fn after_create_before_destroy_restoring_the_previous_keeps_the_registry_closed() {
    let choices = "  on_destroy = \"restore_previous\"\n";
    let workspace = Workspace::of(&rule_set(&format!("{BOTH}{choices}{BEFORE_DESTROY}")));
    workspace.apply();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Deny");
}

#[test]
fn replace_triggered_by_has_no_gap() {
    let with_trigger = |value: &str| {
        format!(
            "resource \"terraform_data\" \"trigger\" {{\n  input = \"{value}\"\n}}\n{}",
            rule_set(&format!("{BOTH}  lifecycle {{\n    replace_triggered_by = [terraform_data.trigger]\n  }}\n"))
        )
    };
    let workspace = Workspace::of(&with_trigger("a"));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&with_trigger("b"));
    let run = workspace.apply();
    assert!(run.actions().contains(&format!("replace {RULES}")), "{:?}", run.actions());
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn after_a_failed_create_the_next_apply_has_no_gap() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    assert!(workspace.object(RULES).tainted);
    workspace.azure.simulator().clear_requests();
    let run = workspace.apply();
    assert_eq!(run.actions(), [format!("replace {RULES}")]);
    assert_no_gap(&workspace.azure, &["16.17.18.0/24", "52.57.22.38"]);
    assert!(!workspace.object(RULES).tainted);
    workspace.assert_settled();
}

#[test]
fn a_plain_destroy_after_a_failed_create_restores() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    assert_eq!(workspace.object(RULES).private.get("creates"), None);
    assert_eq!(workspace.azure.rules().0, "Deny");
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn what_was_there_before_a_failed_create_is_what_is_restored() {
    let workspace = Workspace::new();
    workspace
        .azure
        .edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": [ip_rule("20.30.40.50")]}}));
    workspace.write(&rule_set(&format!("{BOTH}  on_existing = \"adopt\"\n  on_destroy = \"restore_previous\"\n")));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["20.30.40.50".to_owned()], vec![]));
}

#[test]
fn a_failed_create_whose_configuration_is_changed_then_is_not_refused() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    workspace.azure.simulator().clear_requests();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\", \"52.57.22.39\"]"));
    workspace.apply();
    assert_no_gap(&workspace.azure, &["52.57.22.38"]);
    assert_eq!(workspace.azure.rules().1, ["52.57.22.38", "52.57.22.39"]);
    workspace.assert_settled();
}

#[test]
fn a_second_failure_in_a_row_loses_nothing() {
    let workspace = Workspace::of(&rule_set(&format!("{BOTH}  on_destroy = \"restore_previous\"")));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    workspace.write(&rule_set(
        "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.39\"]\n  on_destroy = \"restore_previous\"",
    ));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    assert!(workspace.object(RULES).tainted);
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn a_tainted_rule_set_that_others_have_opened_is_closed_again() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.azure.fault(fails_but_stores().on("PATCH", "registries/Demo1"));
    workspace.fail();
    workspace.azure.edit_registry(
        &json!({"networkRuleSet": {"defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}}),
    );
    workspace.apply();
    assert_eq!(workspace.azure.rules().0, "Deny");
    workspace.assert_settled();
}

#[test]
fn what_was_there_before_survives_a_replacement() {
    let workspace = Workspace::new();
    workspace
        .azure
        .edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": [ip_rule("20.30.40.50")]}}));
    workspace.write(&rule_set(&format!("{BOTH}  on_existing = \"adopt\"\n  on_destroy = \"restore_previous\"\n")));
    workspace.apply();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["20.30.40.50".to_owned()], vec![]));
}

/// Two rule sets that share a registry, made one after the other: only the first found it open.
#[test]
fn two_additive_rule_sets_that_are_replaced_in_one_run_keep_each_its_own_memory() {
    let additive = |name: &str, ip: &str| {
        rule_set(&format!(
            "  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  on_destroy = \"restore_previous\"\n  ip_rules = [\"{ip}\"]"
        ))
        .replace("\"this\"", &format!("\"{name}\""))
    };
    let (first, second) = (additive("first", "52.57.22.38"), additive("second", "52.57.22.39"));
    let workspace = Workspace::of(&first);
    workspace.apply();
    workspace.write(&format!("{first}{second}"));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let replace = |name: &str| format!("-replace=acrnet_registry_network_rule_set.{name}");
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &replace("first"), &replace("second")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(workspace.azure.writes(), [""; 0]);
    let before = |name: &str| {
        let private = workspace.object(&format!("acrnet_registry_network_rule_set.{name}")).private;
        (private["previous"]["default_action"].clone(), private["previous"]["ip_rules"].clone())
    };
    assert_eq!(before("first"), (json!("Allow"), json!(null)), "what is empty is not kept");
    assert_eq!(before("second"), (json!("Deny"), json!(["52.57.22.38"])));
    workspace.assert_settled();
    workspace.write(&first);
    workspace.apply();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["52.57.22.38".to_owned()], vec![]));
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn an_additive_rule_that_leaves_the_list_in_a_replacement_leaves_the_registry() {
    let workspace = Workspace::new();
    workspace
        .azure
        .edit_registry(&json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": [ip_rule("20.30.40.50")]}}));
    let additive = |list: &str| {
        rule_set(&format!("  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  ip_rules = [{list}]"))
    };
    workspace.write(&additive("\"16.17.18.0/24\", \"52.57.22.38\""));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&additive("\"52.57.22.38\""));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_no_gap(&workspace.azure, &["52.57.22.38", "20.30.40.50"]);
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50", "52.57.22.38"]);
}

#[test]
fn a_replacement_that_fails_leaves_the_object_in_the_state() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.apply();
    workspace.write(&rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.39\"]"));
    let refusal = json!({"error": {"code": "AuthorizationFailed", "message": "The client has no right."}});
    let refused = Action::Answer { status: 403, headers: serde_json::Map::new(), body: refusal, after_effect: false };
    workspace.azure.fault(Fault::new(refused).on("PATCH", "registries/Demo1"));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert_eq!(run.code, Some(1));
    let left = workspace.object(RULES);
    assert_eq!(left.attributes["ip_rules"], json!(["16.17.18.0/24", "52.57.22.38"]));
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Allow".to_owned(), vec![], vec![]));
}

#[test]
fn another_registry_is_a_new_rule_set_and_the_old_registry_is_restored() {
    let other = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/Demo2");
    let workspace = Workspace::of(&rule_set(BOTH));
    let seed = json!({"registries": [{"id": other, "location": "westeurope", "sku": {"name": "Premium"}}]});
    workspace.azure.simulator().add(&seed).unwrap();
    workspace.apply();
    workspace.write(&rule_set(BOTH).replace("\"REGISTRY\"", &format!("\"{other}\"")));
    workspace.apply();
    let action = |id: &str| {
        workspace.azure.simulator().resource(id).unwrap()["properties"]["networkRuleSet"]["defaultAction"].clone()
    };
    assert_eq!((action(REGISTRY), action(&other)), (json!("Allow"), json!("Deny")));
    workspace.assert_settled();
}

#[test]
fn a_replaced_endpoint_stays_and_is_removed_in_the_end() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={ENDPOINT}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn an_endpoint_replaced_with_create_before_destroy_stays_and_a_warning_says_that_it_will() {
    let workspace = Workspace::of(&endpoint("APP", BEFORE_DESTROY));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={ENDPOINT}")]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(workspace.azure.writes(), [""; 0]);
    assert_eq!(run.warning().summary, "The service endpoint of subnet app will stay when its new object is destroyed");
    workspace.assert_settled();
    workspace.write(&endpoint("APP", &format!("  remove_on_destroy = true\n{BEFORE_DESTROY}")));
    workspace.apply();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn an_adopted_endpoint_that_is_replaced_is_still_not_ours_to_remove() {
    let workspace = Workspace::of(&endpoint("READY", ""));
    workspace.apply();
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={ENDPOINT}")]);
    assert!(run.success(), "{:#?}", run.errors());
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(READY), ["Microsoft.ContainerRegistry"]);
}

#[test]
fn an_endpoint_that_a_failed_create_left_is_ours_to_remove() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.azure.fault(fails_but_stores().on("PUT", "subnets/app"));
    workspace.fail();
    assert!(workspace.object(ENDPOINT).tainted);
    workspace.apply();
    assert!(!workspace.object(ENDPOINT).tainted);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn an_endpoint_whose_replacement_fails_stays_in_the_state() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.apply();
    let refusal = json!({"error": {"code": "AuthorizationFailed", "message": "The client has no right."}});
    let refused = Action::Answer { status: 403, headers: serde_json::Map::new(), body: refusal, after_effect: false };
    // The refresh is the first reading, the look of the plan at the beginning of apply the second, the create's own the third.
    workspace.azure.fault(Fault::new(refused).on("GET", "subnets/app").from_nth(3));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={ENDPOINT}")]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert_eq!(workspace.object(ENDPOINT).attributes["subnet_id"], APP);
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn two_authoritative_rule_sets_are_still_told_apart() {
    let workspace = Workspace::of(&rule_set(BOTH));
    workspace.apply();
    let renamed =
        rule_set("  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.39\"]").replace("\"this\"", "\"other\"");
    workspace.write(&format!("{}{renamed}", rule_set(BOTH)));
    let plan = workspace.plan();
    assert_eq!(plan.error().summary, "Registry Demo1 already has network rules");
}

#[test]
fn the_state_never_holds_the_note_of_a_plan() {
    let both = |lines: &str| format!("{}{}", endpoint("APP", ""), rule_set(&format!("{BOTH}{lines}")));
    let workspace = Workspace::of(&both(""));
    workspace.apply();
    workspace.write(&both("  on_destroy = \"keep\""));
    workspace.apply();
    for address in [RULES, ENDPOINT] {
        let private: Value = workspace.object(address).private;
        assert_eq!(private.get("creates"), None, "{address}: {private}");
    }
    assert_eq!(workspace.azure.rules().2, [READY.rsplit('/').next().unwrap()]);
}

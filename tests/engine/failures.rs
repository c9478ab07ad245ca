//! What goes wrong on the way: before a write it passes by itself, after one the state says what is there, and the next apply converges.

use serde_json::{Map, json};

use acrnet::simulator::{Action, Fault, RegistryWrites};

use crate::azure::{APP, REGISTRY};
use crate::run::Said;
use crate::support::{ENDPOINT, RULES, Workspace, endpoint, rule_set};

const OURS: &str = "  default_action = \"Deny\"\n  ip_rules = [\"16.17.18.0/24\"]\n";
const CHANGED: &str = "  default_action = \"Deny\"\n  ip_rules = [\"52.57.22.38\"]\n";
const WRITE: (&str, &str) = ("PATCH", "registries/Demo1");

fn answer(status: u16, code: &str, after_effect: bool) -> Action {
    let body = json!({"error": {"code": code, "message": format!("{code} it is.")}});
    Action::Answer { status, headers: Map::new(), body, after_effect }
}

fn operation_fails(keep_effect: bool) -> Action {
    Action::FailOperation {
        code: "InternalOperationError".to_owned(),
        message: "The disk was full.".to_owned(),
        status: "Failed".to_owned(),
        keep_effect,
    }
}

fn on_write(action: Action) -> Fault {
    Fault::new(action).on(WRITE.0, WRITE.1)
}

fn closed(ip: &str) -> (String, Vec<String>, Vec<String>) {
    ("Deny".to_owned(), vec![ip.to_owned()], vec![])
}

/// The object by name, ARM's code and words, and what support asks for.
fn assert_tells(error: &Said, code: &str) {
    assert!(error.summary.contains("Demo1") || error.summary.contains("app"), "{error:#?}");
    assert!(error.detail.contains(code), "{error:#?}");
    assert!(error.detail.contains("request id "), "{error:#?}");
    assert!(error.detail.contains("correlation id "), "{error:#?}");
}

#[test]
fn what_passes_before_the_write_passes_by_itself() {
    let passing = [
        Action::Throttle { retry_after: Some(0), http_date: false },
        answer(503, "ServiceUnavailable", false),
        Action::Reset { after_effect: false },
        answer(409, "OperationInProgress", false),
    ];
    for action in passing {
        let workspace = Workspace::of(&rule_set(OURS));
        workspace.azure.fault(on_write(action.clone()));
        workspace.apply();
        assert_eq!(workspace.azure.rules(), closed("16.17.18.0/24"), "{action:?}");
        assert_eq!(workspace.azure.writes().len(), 2, "{action:?}");
    }
}

#[test]
fn an_answer_that_is_lost_after_the_effect_is_not_written_again() {
    for action in [Action::Reset { after_effect: true }, Action::Truncate, answer(500, "InternalServerError", true)] {
        let workspace = Workspace::of(&rule_set(OURS));
        workspace.azure.fault(on_write(action.clone()));
        workspace.apply();
        assert_eq!(workspace.azure.rules(), closed("16.17.18.0/24"), "{action:?}");
        assert_eq!(workspace.azure.writes(), ["PATCH Demo1"], "{action:?}");
        workspace.assert_settled();
    }
}

#[test]
fn a_read_that_is_throttled_waits_as_long_as_azure_asks() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace
        .azure
        .fault(Fault::new(Action::Throttle { retry_after: Some(1), http_date: false }).on("GET", "registries/Demo1"));
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_refusal_is_told_in_arms_words_and_nothing_is_in_the_state() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.fault(on_write(answer(403, "AuthorizationFailed", false)));
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Could not set the network rules of registry Demo1");
    assert_tells(&error, "403 AuthorizationFailed: AuthorizationFailed it is.");
    assert!(workspace.state(RULES).is_none());
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_write_whose_outcome_cannot_be_read_is_in_the_state() {
    let workspace = Workspace::new();
    workspace.write_with("  max_retries = 0", &rule_set(OURS));
    workspace.azure.fault(on_write(Action::Reset { after_effect: true }));
    // The plan reads twice, once for each of its two halves, and the create once: the second look fails, so that the create does not go on from it.
    let no_answer = || Fault::new(answer(500, "InternalServerError", false)).on("GET", "registries/Demo1");
    workspace.azure.fault(no_answer().from_nth(4).times(None));
    workspace.azure.fault(no_answer().from_nth(2));
    let error = workspace.fail().error();
    assert!(error.detail.contains("whether it took effect is not known"), "{error:#?}");
    let left = workspace.object(RULES);
    assert!(left.tainted);
    assert_eq!(left.attributes["ip_rules"], json!(["16.17.18.0/24"]));
    workspace.azure.simulator().clear_faults();
    workspace.azure.simulator().clear_requests();
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn an_operation_that_fails_without_effect_leaves_nothing() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.fault(on_write(operation_fails(false)));
    let error = workspace.fail().error();
    assert_tells(&error, "InternalOperationError: The disk was full.");
    assert!(workspace.state(RULES).is_none());
    workspace.apply();
    assert_eq!(workspace.azure.rules(), closed("16.17.18.0/24"));
    workspace.assert_settled();
}

#[test]
fn an_operation_that_fails_with_its_effect_is_in_the_state() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.fault(on_write(operation_fails(true)));
    assert_tells(&workspace.fail().error(), "InternalOperationError");
    assert_eq!(workspace.object(RULES).attributes["default_action"], "Deny");
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn an_update_that_fails_with_its_effect_is_in_the_state_as_it_is() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.write(&rule_set(CHANGED));
    workspace.azure.fault(on_write(operation_fails(true)));
    assert_eq!(workspace.fail().error().summary, "Could not change the network rules of registry Demo1");
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["52.57.22.38"]));
    assert!(!workspace.object(RULES).tainted);
    workspace.assert_settled();
}

#[test]
fn an_update_that_fails_without_effect_leaves_the_state_as_it_was() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.write(&rule_set(CHANGED));
    workspace.azure.fault(on_write(operation_fails(false)));
    workspace.fail();
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["16.17.18.0/24"]));
    workspace.apply();
    assert_eq!(workspace.azure.rules(), closed("52.57.22.38"));
    workspace.assert_settled();
}

#[test]
fn an_additive_rule_whose_removal_failed_is_still_ours() {
    let additive = |list: &str| {
        rule_set(&format!("  default_action = \"Deny\"\n  rules_mode = \"additive\"\n  ip_rules = [{list}]"))
    };
    let workspace = Workspace::of(&additive("\"16.17.18.0/24\", \"52.57.22.38\""));
    workspace.apply();
    workspace.write_with("  max_retries = 0", &additive("\"52.57.22.38\""));
    workspace.azure.fault(on_write(Action::Reset { after_effect: false }));
    // The refresh and the update's own reading pass; its last look does not.
    workspace.azure.fault(
        Fault::new(answer(500, "InternalServerError", false)).on("GET", "registries/Demo1").from_nth(3).times(None),
    );
    workspace.fail();
    workspace.azure.simulator().clear_faults();
    workspace.apply();
    assert_eq!(workspace.azure.rules(), closed("52.57.22.38"));
    workspace.assert_settled();
}

#[test]
fn a_timeout_ends_an_operation_that_does_not() {
    let workspace = Workspace::of(&rule_set(&format!("{OURS}  timeouts {{\n    create = \"3s\"\n  }}")));
    workspace.azure.hold_operations();
    let error = workspace.fail().error();
    assert!(error.detail.contains("Raise the limit in the `timeouts` block"), "{error:#?}");
    assert_eq!(workspace.object(RULES).attributes["default_action"], "Deny");
    workspace.azure.release();
    workspace.azure.simulator().clear_requests();
    workspace.apply();
    assert_eq!(workspace.azure.writes(), [""; 0]);
    workspace.assert_settled();
}

#[test]
fn an_operation_by_location_alone_is_followed() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.simulator().settings(|settings| settings.registry_writes = RegistryWrites::Location).unwrap();
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), ["PATCH Demo1"]);
}

#[test]
fn success_without_storing_is_an_error() {
    let workspace = Workspace::of(&rule_set(OURS));
    let not_stored = Action::NotStored { member: "ipRules".to_owned(), answer_shows_it: false };
    workspace.azure.fault(on_write(not_stored).times(None));
    let error = workspace.fail().error();
    assert!(error.detail.contains("does not hold what was sent"), "{error:#?}");
    // The default action was stored: that much is in the state.
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!([]));
    workspace.azure.simulator().clear_faults();
    workspace.apply();
    assert_eq!(workspace.azure.rules(), closed("16.17.18.0/24"));
    workspace.assert_settled();
}

#[test]
fn a_write_that_shows_late_is_waited_for() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.azure.simulator().settings(|settings| settings.registry_writes = RegistryWrites::AsyncOperation).unwrap();
    workspace.azure.fault(on_write(Action::SlowToAppear { reads: 1 }));
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_registry_that_is_gone_stops_the_plan_until_its_rule_set_goes_too() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.azure.simulator().delete(REGISTRY).unwrap();
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Could not find registry Demo1");
    assert!(error.detail.contains("does not exist"), "{error:#?}");
    workspace.write("");
    workspace.apply();
    assert!(workspace.state(RULES).is_none());
    assert_eq!(workspace.azure.writes(), ["PATCH Demo1"], "only that of the beginning");
}

#[test]
fn only_arms_own_word_makes_an_object_gone() {
    let page =
        Action::Answer { status: 404, headers: Map::new(), body: json!("<html>Not here</html>"), after_effect: false };
    for action in [page, answer(404, "SubscriptionNotFound", false), answer(403, "AuthorizationFailed", false)] {
        let workspace = Workspace::of(&rule_set(OURS));
        workspace.apply();
        workspace.azure.fault(Fault::new(action.clone()).on("GET", "registries/Demo1"));
        let plan = workspace.plan();
        assert_eq!(plan.error().summary, "Could not read registry Demo1", "{action:?}");
        assert!(workspace.state(RULES).is_some());
        workspace.assert_settled();
    }
}

#[test]
fn an_update_that_is_refused_before_its_effect_leaves_the_state_as_it_was() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.write(&rule_set(CHANGED));
    workspace.azure.fault(on_write(answer(403, "AuthorizationFailed", false)));
    assert_tells(&workspace.fail().error(), "AuthorizationFailed");
    assert_eq!(workspace.object(RULES).attributes["ip_rules"], json!(["16.17.18.0/24"]));
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn a_registry_that_goes_before_the_destroy_does_not_fail_it() {
    let workspace = Workspace::of(&format!("{}{}", endpoint("APP", ""), rule_set(OURS)));
    workspace.apply();
    workspace.azure.simulator().delete(REGISTRY).unwrap();
    workspace.azure.simulator().delete(APP).unwrap();
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
    assert!(workspace.state(RULES).is_none() && workspace.state(ENDPOINT).is_none());
}

#[test]
fn a_destroy_that_fails_keeps_the_object() {
    let workspace = Workspace::of(&rule_set(OURS));
    workspace.apply();
    workspace.azure.fault(on_write(answer(403, "AuthorizationFailed", false)));
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve"]);
    assert_eq!(run.error().summary, "Could not restore the network rules of registry Demo1");
    assert!(workspace.state(RULES).is_some());
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn an_endpoint_whose_answer_was_lost_is_not_put_again() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    // Nobody has the link to poll: the operation ends by itself.
    workspace.azure.simulator().settings(|settings| settings.operation_seconds = 0.0).unwrap();
    workspace.azure.fault(Fault::new(Action::Reset { after_effect: true }).on("PUT", "subnets/app"));
    workspace.apply();
    assert_eq!(workspace.azure.writes(), ["PUT app"]);
    assert_eq!(workspace.object(ENDPOINT).attributes["remove_on_destroy"], true);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn an_endpoint_operation_that_fails_without_effect_leaves_nothing() {
    let workspace = Workspace::of(&endpoint("APP", ""));
    workspace.azure.fault(Fault::new(operation_fails(false)).on("PUT", "subnets/app"));
    let error = workspace.fail().error();
    assert_eq!(error.summary, "Could not add the service endpoint to subnet app");
    assert_tells(&error, "InternalOperationError");
    assert!(workspace.state(ENDPOINT).is_none());
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn an_endpoint_timeout_leaves_what_is_there_in_the_state() {
    let workspace = Workspace::of(&endpoint("APP", "  timeouts {\n    create = \"3s\"\n  }"));
    workspace.azure.hold_operations();
    workspace.fail();
    assert!(workspace.object(ENDPOINT).tainted);
    workspace.azure.release();
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.writes(), ["PUT app"]);
    workspace.destroy();
    assert_eq!(workspace.azure.endpoints(APP), ["Microsoft.Storage"]);
}

#[test]
fn a_subnet_without_endpoint_in_the_rules_is_told_with_the_remedy() {
    let workspace = Workspace::of(&rule_set(&format!("{OURS}  virtual_network_subnet_ids = [\"APP\"]")));
    let error = workspace.fail().error();
    assert_tells(&error, "do not have ServiceEndpoints");
    assert!(error.detail.contains("Add an acrnet_subnet_service_endpoint"), "{error:#?}");
}

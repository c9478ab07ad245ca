//! Whether `Microsoft.ContainerRegistry` is registered where the subnets are: the missing registration that Azure reports as a missing right.

use serde_json::json;

use acrnet::simulator::{Action, Fault};

use crate::support::{RULES, Workspace};

const SUBSCRIPTION: &str = "44444444-4444-4444-4444-444444444444";
const ELSEWHERE: &str = "/subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/far/subnets/far";

/// The endpoint and the rule for a subnet of a subscription in which nobody has registered the provider.
fn far(provider: &str) -> Workspace {
    let workspace = Workspace::new();
    let network = ELSEWHERE.strip_suffix("/subnets/far").unwrap();
    let seed = json!({
        "subscriptions": [{"id": SUBSCRIPTION, "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}}],
        "virtualNetworks": [{
            "id": network,
            "location": "westeurope",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
                "subnets": [{"name": "far", "properties": {"addressPrefix": "10.1.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}}],
            },
        }],
    });
    workspace.azure.simulator().add(&seed).unwrap();
    workspace.write_with(
        provider,
        &format!(
            "resource \"acrnet_registry_network_rule_set\" \"this\" {{\n  registry_id = \"REGISTRY\"\n  default_action = \"Deny\"\n  \
             virtual_network_subnet_ids = [\"{ELSEWHERE}\"]\n}}\n"
        ),
    );
    workspace
}

fn asked(workspace: &Workspace, method: &str) -> usize {
    let path = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry");
    let requests = workspace.azure.simulator().requests();
    requests.iter().filter(|record| record.method == method && record.path.starts_with(&path)).count()
}

#[test]
fn a_missing_registration_is_an_error_of_the_plan() {
    let workspace = far("");
    let error = workspace.plan().error();
    assert!(error.summary.contains(SUBSCRIPTION), "{error:#?}");
    assert!(error.detail.contains("az provider register --namespace Microsoft.ContainerRegistry"), "{error:#?}");
    assert!(error.line.contains("virtual_network_subnet_ids"), "{error:#?}");
    assert_eq!(asked(&workspace, "GET"), 1);
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn what_is_to_be_registered_is_registered_before_the_first_write() {
    let workspace = far("  resource_provider_registration = \"register\"");
    assert!(workspace.plan().errors().is_empty());
    assert_eq!(asked(&workspace, "POST"), 0, "a plan changes nothing");
    workspace.apply();
    assert_eq!(asked(&workspace, "POST"), 1);
    assert_eq!(workspace.azure.rules().2, ["far"]);
    workspace.assert_settled();
}

#[test]
fn what_is_to_be_skipped_is_not_asked_and_azure_says_it() {
    let workspace = far("  resource_provider_registration = \"skip\"");
    let error = workspace.fail().error();
    assert!(error.detail.contains("taggedTrafficConsumers"), "{error:#?}");
    assert!(error.detail.contains("not registered"), "{error:#?}");
    assert_eq!(asked(&workspace, "GET"), 0);
    assert!(workspace.state(RULES).is_none());
}

#[test]
fn who_may_not_read_registrations_is_not_stopped() {
    let workspace = far("");
    let body = json!({"error": {"code": "AuthorizationFailed", "message": "The client has no right."}});
    let refused = Action::Answer { status: 403, headers: serde_json::Map::new(), body, after_effect: false };
    let path = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry");
    workspace.azure.fault(Fault::new(refused).on("GET", &path).times(None));
    let plan = workspace.plan();
    assert!(plan.errors().is_empty(), "{:#?}", plan.errors());
}

#[test]
fn a_registration_that_appears_between_plan_and_apply_is_seen() {
    let workspace = far("");
    assert_eq!(workspace.plan().errors().len(), 1);
    let registered =
        json!({"subscriptions": [{"id": SUBSCRIPTION, "providers": {"Microsoft.ContainerRegistry": "Registered"}}]});
    workspace.azure.simulator().add(&registered).unwrap();
    workspace.apply();
    workspace.assert_settled();
}

/// The half that was deleted is still there when its successor may not be written; what was there before both is remembered.
#[test]
fn a_replacement_that_stops_at_a_missing_registration_forgets_nothing() {
    const REGISTER: &str = "  resource_provider_registration = \"register\"";
    let workspace = far(REGISTER);
    let set = |lines: &str| {
        crate::support::rule_set(&format!(
            "  default_action = \"Deny\"\n  on_existing = \"adopt\"\n  on_destroy = \"restore_previous\"\n{lines}"
        ))
    };
    workspace.azure.edit_registry(&json!({"networkRuleSet": {
        "defaultAction": "Deny", "ipRules": [crate::azure::ip_rule("20.30.40.50")],
    }}));
    workspace.write_with(REGISTER, &set("  ip_rules = [\"16.17.18.0/24\"]"));
    workspace.apply();
    let refused = json!({"error": {"code": "AuthorizationFailed", "message": "The client may not register."}});
    let action = Action::Answer { status: 403, headers: serde_json::Map::new(), body: refused, after_effect: false };
    workspace.azure.fault(Fault::new(action).on("POST", "/register").times(1));
    workspace.write_with(REGISTER, &set(&format!("  virtual_network_subnet_ids = [\"{ELSEWHERE}\"]")));
    let run = workspace.terraform(&["apply", "-json", "-auto-approve", &format!("-replace={RULES}")]);
    assert!(!run.success() && asked(&workspace, "POST") == 1, "{}", run.stdout);
    assert!(workspace.object(RULES).tainted);
    workspace.write_with(REGISTER, &set("  ip_rules = [\"16.17.18.20\"]"));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.20"]);
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["20.30.40.50".to_owned()], Vec::new()));
}

//! One rule in two resources of one configuration: said while it is only a plan, and nothing lost where a rule moves between them.

use crate::azure::{READY, REGISTRY};
use crate::single_rules::{ip, owned_by_others, subnet};
use crate::support::{RULES, Workspace, rule_set};

fn set(mode: &str, ips: &str, subnets: &str) -> String {
    rule_set(&format!(
        "  default_action = \"Deny\"\n  rules_mode = \"{mode}\"\n  on_existing = \"adopt\"\n  on_destroy = \"restore_previous\"\n  \
         ip_rules = [{ips}]\n  virtual_network_subnet_ids = [{subnets}]"
    ))
}

fn with(resources: &str) -> Workspace {
    let workspace = owned_by_others();
    workspace.write(resources);
    workspace
}

fn second(resource: &str) -> String {
    resource.replace("\"this\"", "\"other\"")
}

#[test]
fn a_rule_in_two_resources_is_refused_whichever_is_planned_first() {
    let workspace = with(&format!("{}{}", ip("52.57.22.38", ""), second(&ip("52.57.22.38/32", ""))));
    let error = workspace.plan().error();
    assert!(error.summary.ends_with("of registry Demo1 is in this configuration twice"), "{error:#?}");
    assert!(error.line.contains("ip_range"), "{error:?}");
    assert_eq!(workspace.azure.writes(), [""; 0]);
    let workspace = with(&format!("{}{}", subnet("READY", ""), second(&subnet(&READY.to_uppercase(), ""))));
    assert!(workspace.plan().error().line.contains("subnet_id"));
}

#[test]
fn a_rule_that_an_authoritative_rule_set_would_remove_is_refused_in_either_order() {
    for (single, set_id) in [
        (format!("{RULES}.registry_id"), String::new()),
        (String::new(), "acrnet_registry_ip_rule.this.registry_id".to_owned()),
    ] {
        let refer = |text: String, to: &str| {
            if to.is_empty() { text } else { text.replace("\"REGISTRY\"", to) }
        };
        let rule = refer(ip("52.57.22.38", ""), &single);
        let rules = refer(set("authoritative", "\"16.17.18.0/24\"", ""), &set_id);
        let workspace = with(&format!("{rule}{rules}"));
        let error = workspace.plan().error();
        let summary = "The authoritative rule set of registry Demo1 would remove rules of other resources";
        assert_eq!(error.summary, summary);
        assert!(error.detail.contains("  - 52.57.22.38"), "{}", error.detail);
        assert!(error.detail.contains("rules_mode = \"additive\""), "{}", error.detail);
    }
}

#[test]
fn a_rule_that_a_rule_set_lists_too_is_warned_of() {
    for mode in ["authoritative", "additive"] {
        let workspace = with(&format!("{}{}", ip("52.57.22.38", ""), set(mode, "\"52.57.22.38/32\"", "")));
        let plan = workspace.plan();
        assert_eq!(plan.errors(), []);
        let summary = "Rules of registry Demo1 are in two resources of this configuration";
        assert_eq!(plan.warnings().iter().filter(|said| said.summary == summary).count(), 1, "{:#?}", plan.warnings());
    }
}

#[test]
fn rules_beside_an_additive_rule_set_and_on_other_registries_meet_nobody() {
    let workspace =
        with(&format!("{}{}{}", ip("52.57.22.38", ""), subnet("READY", ""), set("additive", "\"16.17.18.0/24\"", "")));
    let run = workspace.apply();
    assert_eq!(run.warnings(), []);
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules(), ("Deny".to_owned(), vec!["20.30.40.50".to_owned()], vec!["built".to_owned()]));
}

#[test]
fn rule_sets_that_share_a_registry_and_contradict_each_other_are_refused() {
    let one = |action: &str| set("additive", "", "").replace("\"Deny\"", &format!("\"{action}\""));
    let workspace = with(&format!("{}{}", one("Deny"), second(&one("Allow"))));
    let error = workspace.plan().error();
    assert!(error.summary.starts_with("Registry Demo1 cannot have default_action \""), "{error:#?}");
    assert!(error.detail.contains("\"Deny\"") && error.detail.contains("\"Allow\""), "{}", error.detail);
    assert!(error.line.contains("default_action"), "{error:?}");
    let closed = |text: String, value: &str| {
        text.replace("  on_existing", &format!("  public_network_access_enabled = {value}\n  on_existing"))
    };
    workspace.write(&format!("{}{}", closed(one("Deny"), "true"), second(&closed(one("Deny"), "false"))));
    assert!(workspace.plan().error().line.contains("public_network_access_enabled"));
    // One that does not manage it contradicts nobody.
    workspace.write(&format!("{}{}", closed(one("Deny"), "true"), second(&one("Deny"))));
    assert_eq!(workspace.plan().errors(), []);
}

/// Terraform plans what the state does not have as if it were to be made, also before it destroys the rest.
#[test]
fn what_a_plan_refuses_stops_no_destroy_without_a_refresh() {
    let first = ip("52.57.22.38", "");
    let workspace = with(&first);
    workspace.apply();
    workspace.write(&format!("{first}{}", second(&ip("52.57.22.38/32", ""))));
    let error = workspace.terraform(&["destroy", "-json", "-auto-approve"]).error();
    assert!(
        error.detail.contains("If this stops a destroy, run terraform destroy -refresh=false."),
        "{}",
        error.detail
    );
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50"]);
}

#[test]
fn a_registry_that_is_gone_stops_no_destroy_without_a_refresh() {
    let workspace = with(&ip("52.57.22.38", ""));
    workspace.apply();
    workspace.azure.simulator().delete(REGISTRY).unwrap();
    let error = workspace.terraform(&["destroy", "-json", "-auto-approve"]).error();
    assert_eq!(error.summary, "Could not find registry Demo1");
    assert!(
        error.detail.contains("If this stops a destroy, run terraform destroy -refresh=false."),
        "{}",
        error.detail
    );
    let run = workspace.terraform(&["destroy", "-json", "-auto-approve", "-refresh=false"]);
    assert!(run.success(), "{:#?}", run.errors());
}

#[test]
fn two_authoritative_rule_sets_in_the_state_are_told() {
    let one = set("authoritative", "\"52.57.22.38\"", "");
    let workspace = with(&one);
    workspace.apply();
    workspace.write(&format!("{one}{}", second(&one)));
    let run = workspace.terraform(&["import", "acrnet_registry_network_rule_set.other", REGISTRY]);
    assert!(run.success(), "{}{}", run.stdout, run.stderr);
    assert_eq!(workspace.plan().error().summary, "Registry Demo1 has two authoritative rule sets");
}

#[test]
fn a_replacement_does_not_meet_itself() {
    for (resource, address) in [
        (ip("52.57.22.38", ""), "acrnet_registry_ip_rule.this"),
        (set("authoritative", "\"52.57.22.38\"", ""), RULES),
        (set("additive", "\"52.57.22.38\"", ""), RULES),
    ] {
        let workspace = with(&resource);
        workspace.apply();
        let run = workspace.terraform(&["plan", "-json", &format!("-replace={address}")]);
        assert!(run.success(), "{:#?}", run.errors());
        assert_eq!(run.warnings(), []);
    }
}

/// The worst order: the rule set lets it go after a resource of its own has taken it.
#[test]
fn a_rule_moves_from_an_additive_rule_set_to_a_resource_of_its_own() {
    let after = "  depends_on = [acrnet_registry_ip_rule.this]\n  default_action";
    let workspace = with(&set("additive", "\"16.17.18.0/24\", \"52.57.22.38\"", ""));
    workspace.apply();
    let rest = set("additive", "\"16.17.18.0/24\"", "").replace("  default_action", after);
    workspace.write(&format!("{rest}{}", ip("52.57.22.38", "")));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50", "52.57.22.38"]);
    workspace.assert_settled();
}

#[test]
fn a_rule_that_moves_out_of_a_list_is_in_the_way_of_a_resource_that_does_not_adopt() {
    let workspace = with(&set("additive", "\"16.17.18.0/24\", \"52.57.22.38\"", ""));
    workspace.apply();
    let after = |rule: String| rule.replace("\"REGISTRY\"", &format!("{RULES}.registry_id"));
    let rest = set("additive", "\"16.17.18.0/24\"", "");
    let strict = after(ip("52.57.22.38", "  on_existing = \"fail\""));
    workspace.write(&format!("{rest}{strict}"));
    assert_eq!(workspace.plan().error().summary, "Registry Demo1 already has IP rule 52.57.22.38");
    workspace.write(&format!("{rest}{}", after(ip("52.57.22.38", ""))));
    workspace.apply();
    workspace.write(&format!("{rest}{strict}"));
    workspace.apply();
    workspace.assert_settled();
    assert_eq!(workspace.azure.rules().1, ["16.17.18.0/24", "20.30.40.50", "52.57.22.38"]);
}

#[test]
fn a_rule_moves_from_a_resource_of_its_own_to_a_rule_set() {
    for mode in ["additive", "authoritative"] {
        let workspace = with(&format!("{}{}", set("additive", "\"16.17.18.0/24\"", ""), ip("52.57.22.38", "")));
        workspace.apply();
        workspace.write(&set(mode, "\"16.17.18.0/24\", \"52.57.22.38\"", ""));
        workspace.apply();
        assert!(workspace.azure.rules().1.contains(&"52.57.22.38".to_owned()), "{mode}");
        workspace.assert_settled();
    }
}

#[test]
fn the_rules_of_a_destroyed_rule_set_stay_where_they_have_got_resources_of_their_own() {
    for mode in ["additive", "authoritative"] {
        let workspace = with(&set(mode, "\"52.57.22.38\"", ""));
        workspace.apply();
        workspace.write(&ip("52.57.22.38", ""));
        workspace.apply();
        assert!(workspace.azure.rules().1.contains(&"52.57.22.38".to_owned()), "{mode}");
        workspace.assert_settled();
    }
}

#[test]
fn a_resource_that_is_renamed_keeps_its_rule() {
    let workspace = with(&ip("52.57.22.38", ""));
    workspace.apply();
    workspace.azure.simulator().clear_requests();
    workspace.write(&second(&ip("52.57.22.38", "")));
    workspace.apply();
    assert_eq!(workspace.azure.rules().1, ["20.30.40.50", "52.57.22.38"]);
    workspace.assert_settled();
}

//! `acrnet_temporary_ip_rule`: open while the run needs it, and gone after it, however it ends.
//!
//! Who needs it is a rule set's neighbour of Terraform's own, `terraform_data`, whose command asks the registry as the runner would.

mod beside;
mod endings;

use std::fs;
use std::path::Path;

use acrnet::simulator::Record;
use serde_json::{Value, json};

use crate::azure::{REGISTRY, ip_rule};
use crate::support::Workspace;

/// From where the tests come, as the registry sees it.
const RUNNER: &str = "16.17.18.19";

/// A registry that lets in nobody but these, seen from [`RUNNER`].
fn denying(rules: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    workspace.azure.simulator().settings(|settings| RUNNER.clone_into(&mut settings.client_address)).unwrap();
    hold(&workspace, rules);
    workspace
}

/// Somebody else's change.
fn hold(workspace: &Workspace, rules: &[&str]) {
    let rules: Vec<Value> = rules.iter().map(|rule| ip_rule(rule)).collect();
    let set = json!({"defaultAction": "Deny", "ipRules": rules, "virtualNetworkRules": []});
    workspace.azure.edit_registry(&json!({"networkRuleSet": set}));
}

/// The temporary rule with these lines in it.
fn temporary(lines: &str) -> String {
    format!("ephemeral \"acrnet_temporary_ip_rule\" \"runner\" {{\n  registry_id = \"REGISTRY\"\n{lines}\n}}\n")
}

/// Something that needs it, and runs a command with `$SERVER` when it is made.
fn user(command: &str) -> String {
    format!(
        "resource \"terraform_data\" \"user\" {{\n  provisioner \"local-exec\" {{\n    command = <<-EOT\n{command}\n    EOT\n    \
         environment = {{ SERVER = ephemeral.acrnet_temporary_ip_rule.runner.login_server }}\n  }}\n}}\n"
    )
}

/// Puts the status of the registry's answer into a file of the module.
const ASK: &str = "curl -sS --noproxy '*' -o /dev/null -w '%{http_code}' --resolve \"$SERVER:127.0.0.1\" \"http://$SERVER/v2/\" > status || echo $? >> status";

/// What has been asked and done on the registry, in order: `look 403`, `add`, `remove`.
fn story(workspace: &Workspace) -> Vec<String> {
    let mut held = 0;
    let told = |record: Record| {
        if record.path == "/v2/" {
            return Some(format!("look {}", record.status));
        }
        let rules = record.body["properties"]["networkRuleSet"]["ipRules"].as_array().map(Vec::len);
        let rules = rules.filter(|_| record.method == "PATCH")?;
        let what = if rules > held { "add" } else { "remove" };
        held = rules;
        Some(what.to_owned())
    };
    workspace.azure.simulator().requests().into_iter().filter_map(told).collect()
}

fn ip_rules(workspace: &Workspace) -> Vec<String> {
    workspace.azure.rules().1
}

#[test]
fn it_is_open_while_the_run_needs_it_and_gone_afterwards() {
    let workspace = denying(&[]);
    workspace.write(&format!("{}{}", temporary(""), user(&ASK.replace("%{", "%%{"))));
    workspace.apply();
    let status = fs::read_to_string(workspace.module().join("status")).unwrap_or_default();
    assert_eq!(status, "401", "the registry lets the runner in, in the middle of the run");
    assert_eq!(ip_rules(&workspace), [""; 0]);
    // Twice: Terraform opens for the plan, and again for the apply.
    let phase = ["look 403", "add", "look 401", "remove"];
    let used = ["look 403", "add", "look 401", "look 401", "remove"];
    assert_eq!(story(&workspace), [phase.as_slice(), used.as_slice()].concat());
    assert_eq!(workspace.azure.rules().0, "Deny");
    let state = fs::read_to_string(workspace.module().join("terraform.tfstate")).unwrap();
    assert!(!state.contains(RUNNER) && !state.contains("already_open"), "nothing of it is in the state: {state}");
}

#[test]
fn a_range_of_the_users_is_let_in_without_a_question() {
    let workspace = denying(&["52.57.22.38"]);
    workspace.write(&format!("{}{}", temporary("  ip_range = \"52.57.22.0/24\""), user("true")));
    workspace.apply();
    assert_eq!(ip_rules(&workspace), ["52.57.22.38"]);
    let bodies = workspace.azure.patches();
    let sent: Vec<&Value> = bodies.iter().map(|body| &body["properties"]["networkRuleSet"]).collect();
    let with = json!([ip_rule("52.57.22.0/24"), ip_rule("52.57.22.38")]);
    for (sent, rules) in sent.iter().zip([with.clone(), json!([ip_rule("52.57.22.38")]), with]) {
        assert_eq!((&sent["defaultAction"], &sent["ipRules"]), (&json!("Deny"), &rules), "and nothing else: {sent}");
        assert!(sent["virtualNetworkRules"].is_null(), "{sent}");
    }
    assert_eq!(sent.len(), 4);
    assert!(!story(&workspace).iter().any(|told| told.starts_with("look")), "nobody is asked");
}

#[test]
fn a_rule_that_was_there_before_stays() {
    let workspace = denying(&[RUNNER]);
    workspace.write(&format!("{}{}", temporary(&format!("  ip_range = \"{RUNNER}/32\"")), user("true")));
    workspace.apply();
    assert_eq!(ip_rules(&workspace), [RUNNER]);
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn a_registry_that_lets_the_runner_in_anyway_is_not_touched() {
    let workspace = denying(&["16.17.0.0/16"]);
    let shown = "resource \"terraform_data\" \"shown\" {\n  provisioner \"local-exec\" {\n    command = \"echo $OPEN $RANGE > shown\"\n    \
         environment = {\n      OPEN = ephemeral.acrnet_temporary_ip_rule.runner.already_open\n      \
         RANGE = coalesce(ephemeral.acrnet_temporary_ip_rule.runner.ip_range, \"none\")\n    }\n  }\n}\n";
    workspace.write(&format!("{}{shown}", temporary("")));
    workspace.apply();
    assert_eq!(fs::read_to_string(workspace.module().join("shown")).unwrap().trim(), "true none");
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

#[test]
fn it_serves_another_provider_and_what_only_depends_on_it() {
    let workspace = denying(&[]);
    let another = "provider \"acrnet\" {\n  alias = \"other\"\n  endpoint = { resource_manager_endpoint = \"URL\" }\n  \
         access_token = ephemeral.acrnet_temporary_ip_rule.runner.login_server\n}\n\
        data \"acrnet_registry_network_rule_set\" \"seen\" {\n  provider = acrnet.other\n  registry_id = \"REGISTRY\"\n}\n\
        data \"acrnet_registry_access\" \"here\" {\n  registry_id = \"REGISTRY\"\n  depends_on = [ephemeral.acrnet_temporary_ip_rule.runner]\n}\n\
        output \"seen\" {\n  value = data.acrnet_registry_network_rule_set.seen.ip_rules\n}\n\
         output \"here\" {\n  value = data.acrnet_registry_access.here.allowed\n}\n";
    let url = workspace.azure.simulator().url().to_owned();
    workspace.write(&format!("{}{}", temporary(""), another.replace("URL", &url)));
    workspace.apply();
    let outputs: Value = serde_json::from_str(&workspace.terraform(&["output", "-json"]).stdout).unwrap();
    assert_eq!((&outputs["seen"]["value"], &outputs["here"]["value"]), (&json!([RUNNER]), &json!(true)));
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn an_id_that_is_not_known_yet_is_opened_in_the_apply_alone() {
    let workspace = denying(&[]);
    let late = "resource \"terraform_data\" \"id\" {\n  input = \"REGISTRY\"\n}\n";
    let rule = temporary("").replace("\"REGISTRY\"", "terraform_data.id.output");
    workspace.write(&format!("{late}{rule}{}", user("true")));
    workspace.apply();
    assert_eq!(story(&workspace), ["look 403", "add", "look 401", "remove"]);
    assert_eq!(ip_rules(&workspace), [""; 0]);
}

#[test]
fn the_example_opens_the_registry_for_its_job() {
    let mut workspace = denying(&[]);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/temporary-access/main.tf");
    fs::copy(example, workspace.module().join("main.tf")).unwrap();
    let url = workspace.azure.simulator().url().to_owned();
    for (name, value) in [
        ("ARM_RESOURCE_MANAGER_ENDPOINT", url.as_str()),
        ("ARM_ACCESS_TOKEN", "any"),
        ("TF_VAR_registry_id", REGISTRY),
        ("TF_VAR_command", "echo \"$LOGIN_SERVER\" > pushed"),
    ] {
        workspace.set(name, value);
    }
    workspace.apply();
    let pushed = fs::read_to_string(workspace.module().join("pushed")).unwrap();
    assert!(pushed.starts_with("demo1.localhost"), "{pushed}");
    assert_eq!(ip_rules(&workspace), [""; 0]);
    workspace.assert_settled();
}

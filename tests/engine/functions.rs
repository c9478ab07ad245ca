//! Functions in expressions of the real Terraform: results, errors as a user reads them, and the example that needs them.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use serde_json::{Value, json};

use crate::azure::{NETWORK, REGISTRY};
use crate::run::Run;
use crate::support::Workspace;

/// A module of these outputs and nothing else.
fn outputs(expressions: &[(&str, &str)]) -> Workspace {
    let output = |(name, expression): &(&str, &str)| format!("output \"{name}\" {{\n  value = {expression}\n}}\n");
    let workspace = Workspace::new();
    workspace.write_all(&expressions.iter().map(output).collect::<String>().replace("acrnet::", "provider::acrnet::"));
    workspace
}

/// What `terraform output` shows.
fn values(workspace: &Workspace) -> BTreeMap<String, Value> {
    let shown: BTreeMap<String, Value> =
        serde_json::from_str(&workspace.terraform(&["output", "-json"]).stdout).expect("outputs in JSON");
    shown.into_iter().map(|(name, output)| (name, output["value"].clone())).collect()
}

#[test]
fn every_function_answers_in_an_expression() {
    let workspace = outputs(&[
        ("rule", "acrnet::normalize_ip_rule(\"16.17.18.19/32\")"),
        ("rules", "acrnet::normalize_ip_rules([\"16.17.18.19/32\", \"9.9.9.9\", \"16.17.18.19\"])"),
        ("public", "acrnet::is_public_ip_rule(\"16.17.18.0/24\")"),
        ("all_public", "acrnet::is_public_ip_rules([\"16.17.18.0/24\", \"10.0.0.1\"])"),
        ("aggregated", "acrnet::aggregate_ip_rules([\"16.17.18.0/25\", \"16.17.18.128/25\"])"),
        ("covered", "acrnet::ip_rules_cover([\"16.17.18.0/24\"], \"16.17.18.19\")"),
        ("registry", "acrnet::parse_registry_id(\"REGISTRY\")"),
        ("subnet", "acrnet::parse_subnet_id(\"APP\")"),
        ("of_a_set", "acrnet::aggregate_ip_rules(toset([\"16.17.19.0/24\", \"16.17.18.0/24\"]))"),
        ("of_nothing", "acrnet::aggregate_ip_rules([])"),
    ]);
    workspace.apply();
    let expected = json!({
        "rule": "16.17.18.19",
        "rules": ["9.9.9.9", "16.17.18.19"],
        "public": true,
        "all_public": false,
        "aggregated": ["16.17.18.0/24"],
        "covered": true,
        "registry": {"subscription_id": "11111111-1111-1111-1111-111111111111", "resource_group_name": "rg", "name": "Demo1"},
        "subnet": {
            "subscription_id": "11111111-1111-1111-1111-111111111111",
            "resource_group_name": "rg",
            "virtual_network_name": "net",
            "name": "app",
            "virtual_network_id": NETWORK,
        },
        "of_a_set": ["16.17.18.0/23"],
        "of_nothing": [],
    });
    assert_eq!(json!(values(&workspace)), expected);
    assert_eq!(workspace.azure.simulator().requests().len(), 0, "functions ask nobody");
}

#[test]
fn a_bad_argument_is_told_at_its_line_with_the_value_and_the_remedy() {
    let cases = [
        (
            "acrnet::normalize_ip_rule(\"16.17.18.19/24\")",
            "Invalid value for \"rule\" parameter: \"16.17.18.19/24\" has host bits set: write \"16.17.18.0/24\" for the whole range, or \
             \"16.17.18.19\" for the single address.",
        ),
        (
            "acrnet::aggregate_ip_rules([\"16.17.18.19\", \"2001:db8::/32\"])",
            "Invalid value for \"rules\" parameter: element 1: \"2001:db8::/32\" is IPv6, and the IP rules of a registry are IPv4 only: write \
             the IPv4 address that the traffic leaves through\n\nTo leave all IPv6 out: [for range in list : range if !strcontains(range, \
             \":\")].",
        ),
        (
            "acrnet::normalize_ip_rules([\"16.17.18.19\", null])",
            "Invalid value for \"rules\" parameter: element 1 is null: leave it out, for example with compact().",
        ),
        (
            "acrnet::is_public_ip_rules([\"016.17.18.19\", \"16.17.18.0/33\"])",
            "Invalid value for \"rules\" parameter: 2 of the elements cannot be used:\n  - element 0: \"016.17.18.19\" has leading zeros, which \
             some programs read as octal: write \"16.17.18.19\" if decimal is meant\n  - element 1: \"16.17.18.0/33\" has the prefix length \
             \"33\": an IPv4 range has a number from 0 to 32 after the slash, 32 being a single address.",
        ),
        ("acrnet::is_public_ip_rule(null)", "Invalid value for \"rule\" parameter: argument must not be null."),
        (
            "acrnet::ip_rules_cover([\"16.17.18.19\"], \"home\")",
            "Invalid value for \"ip_range\" parameter: \"home\" looks like a name, and a registry does not resolve names in its rules: write \
             the public IPv4 address behind it.",
        ),
        (
            "acrnet::parse_subnet_id(\"/subscriptions/s/resourceGroups\")",
            "Invalid value for \"id\" parameter: \"/subscriptions/s/resourceGroups\" is not a subnet id: it ends before \"{resource group}\"; \
             the form is /subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.Network/virtualNetworks/{virtual \
             network}/subnets/{subnet}.",
        ),
    ];
    let named: Vec<(String, &str)> =
        cases.iter().enumerate().map(|(index, (call, _))| (format!("case_{index}"), *call)).collect();
    let run = outputs(&named.iter().map(|(name, call)| (name.as_str(), *call)).collect::<Vec<_>>()).validate();
    let errors = run.errors();
    assert_eq!(errors.len(), cases.len(), "{errors:#?}");
    for (call, detail) in cases {
        let line = call.replace("acrnet::", "provider::acrnet::");
        let said =
            errors.iter().find(|said| said.line.contains(&line)).unwrap_or_else(|| panic!("{call}: {errors:#?}"));
        assert_eq!((said.summary.as_str(), said.detail.as_str()), ("Invalid function argument", detail));
    }
}

#[test]
fn what_is_not_known_before_apply_is_not_known_in_the_result() {
    let workspace = Workspace::new();
    workspace.write_all(
        "resource \"terraform_data\" \"late\" {\n  input = \"16.17.18.0/25\"\n}\n\
         output \"aggregated\" {\n  value = provider::acrnet::aggregate_ip_rules([terraform_data.late.output, \"16.17.18.128/25\"])\n}\n",
    );
    let planned = workspace.planned();
    assert_eq!(planned["output_changes"]["aggregated"]["after_unknown"], json!(true), "{planned:#}");
    workspace.apply();
    assert_eq!(values(&workspace)["aggregated"], json!(["16.17.18.0/24"]));
}

#[test]
fn a_variable_is_validated_by_what_a_plan_would_say() {
    let workspace = Workspace::new();
    workspace.write_all(
        "variable \"allowed\" {\n  type = set(string)\n  validation {\n    condition     = provider::acrnet::is_public_ip_rules(var.allowed)\n    \
         error_message = \"Only public addresses.\"\n  }\n}\n",
    );
    let with = |allowed: &str| workspace.terraform(&["plan", "-json", "-var", &format!("allowed={allowed}")]);
    assert_eq!(with("[\"16.17.18.19\"]").errors(), []);
    let refused = with("[\"16.17.18.19\", \"10.0.0.1\"]").error();
    assert!(refused.detail.starts_with("Only public addresses."), "{refused:#?}");
    let no_address = with("[\"10.0.0.1/33\"]").error();
    assert!(no_address.detail.contains("\"10.0.0.1/33\" has the prefix length"), "{no_address:#?}");
}

/// `examples/ci-runners` as it is, with its provider sent to the simulator by the environment.
fn ci_runners() -> Workspace {
    let mut workspace = Workspace::new();
    for file in ["main.tf", "runners.json"] {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci-runners");
        fs::copy(example.join(file), workspace.module().join(file)).expect("a file of the example");
    }
    let url = workspace.azure.simulator().url().to_owned();
    for (name, value) in
        [("ARM_RESOURCE_MANAGER_ENDPOINT", url.as_str()), ("ARM_ACCESS_TOKEN", "any"), ("TF_VAR_registry_id", REGISTRY)]
    {
        workspace.set(name, value);
    }
    workspace
}

/// The same addresses as intervals, ascending, none touching another: by arithmetic that shares nothing with the provider's.
fn intervals<'t>(ranges: impl Iterator<Item = &'t str>) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> = ranges
        .map(|range| {
            let (address, prefix) = range.split_once('/').unwrap_or((range, "32"));
            let first = u64::from(u32::from(address.parse::<Ipv4Addr>().unwrap()));
            (first, first + (1 << (32 - prefix.parse::<u32>().unwrap())))
        })
        .collect();
    all.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (first, end) in all {
        match joined.last_mut() {
            Some(last) if first <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((first, end)),
        }
    }
    joined
}

fn check_status(workspace: &Workspace) -> Value {
    let state: Value = serde_json::from_str(&workspace.terraform(&["show", "-json"]).stdout).expect("a state in JSON");
    state["checks"].as_array().unwrap().iter().find(|check| check["address"]["kind"] == "check").unwrap()["status"]
        .clone()
}

#[test]
fn a_thousand_ranges_of_ci_runners_become_few_rules_for_exactly_the_same_addresses() {
    let workspace = ci_runners();
    workspace.apply();
    let published: Value =
        serde_json::from_str(&fs::read_to_string(workspace.module().join("runners.json")).unwrap()).unwrap();
    let published: Vec<&str> =
        published["actions"].as_array().unwrap().iter().map(|range| range.as_str().unwrap()).collect();
    let ipv4: Vec<&str> = published.iter().copied().filter(|range| !range.contains(':')).collect();
    assert_eq!(ipv4.len(), 1000);
    let (default_action, rules, _) = workspace.azure.rules();
    assert_eq!((default_action.as_str(), rules.len()), ("Deny", 148));
    assert_eq!(intervals(rules.iter().map(String::as_str)), intervals(ipv4.into_iter()));
    assert_eq!(values(&workspace)["counts"], json!({"published": 1024, "ipv4": 1000, "ip_rules": 148}));
    assert_eq!(check_status(&workspace), "pass", "ip_rules_cover says so of every range");
    workspace.assert_settled();
}

#[test]
fn a_list_that_does_not_fit_is_told_with_what_to_do() {
    let mut workspace = ci_runners();
    workspace.set("TF_VAR_ip_rule_limit", "100");
    let error = workspace.plan().error();
    assert_eq!(error.summary, "Resource precondition failed");
    let advice = "1000 published ranges are 148 rules at the least, and a registry takes 100.";
    assert!(error.detail.starts_with(advice) && error.detail.contains("NAT gateway"), "{error:#?}");
}

#[test]
fn a_published_range_that_the_rules_leave_out_fails_the_check() {
    let workspace = ci_runners();
    workspace.apply();
    workspace.azure.edit_registry(
        &json!({"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "16.17.18.19"}]}}),
    );
    let run: Run = workspace.terraform(&["plan", "-refresh-only", "-json"]);
    assert!(
        run.warnings().iter().any(|said| said.detail.contains("not let in by the rules of Demo1")),
        "{}",
        run.stdout
    );
}

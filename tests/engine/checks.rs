//! What is wrong with a configuration, told without a look at Azure: at its line, each mistake by itself, all in one run.

use crate::azure::{APP, READY, REGISTRY};
use crate::run::{Run, Said};
use crate::support::{Workspace, endpoint, rule_set};

const DENY: &str = "  default_action = \"Deny\"\n";

fn validate(resources: &str) -> Run {
    Workspace::of(resources).validate()
}

fn with_ips(list: &str) -> String {
    rule_set(&format!("{DENY}  ip_rules = [{list}]"))
}

fn assert_says(said: &Said, line: &str, parts: &[&str]) {
    let text = format!("{}\n{}", said.summary, said.detail);
    assert!(said.line.contains(line), "not at the line of {line}: {said:#?}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not said: {said:#?}");
    }
}

#[test]
fn each_bad_address_is_quoted_with_what_is_wrong() {
    let cases: [(&str, &[&str]); 12] = [
        ("not-an-ip", &["\"not-an-ip\""]),
        ("2001:db8::/32", &["\"2001:db8::/32\"", "IPv6"]),
        ("16.17.18.1/24", &["\"16.17.18.1/24\"", "16.17.18.0/24"]),
        ("016.17.18.19", &["\"016.17.18.19\"", "zero"]),
        (" 16.17.18.19", &["\" 16.17.18.19\"", "space"]),
        ("16.17.18.0/33", &["\"16.17.18.0/33\""]),
        ("10.1.2.3", &["\"10.1.2.3\"", "RFC 1918"]),
        ("0.0.0.0/0", &["\"0.0.0.0/0\"", "RFC 1918"]),
        ("127.0.0.1", &["\"127.0.0.1\"", "loopback"]),
        ("169.254.1.1", &["\"169.254.1.1\"", "link-local"]),
        ("100.64.0.1", &["\"100.64.0.1\""]),
        ("224.0.0.1", &["\"224.0.0.1\"", "multicast"]),
    ];
    let list: Vec<String> = cases.iter().map(|(text, _)| format!("\"{text}\"")).collect();
    let errors = validate(&with_ips(&list.join(", "))).errors();
    assert_eq!(errors.len(), cases.len(), "{errors:#?}");
    for (text, parts) in cases {
        let quoted = format!("\"{text}\"");
        let said =
            errors.iter().find(|said| said.summary.contains(&quoted)).unwrap_or_else(|| panic!("{text}: {errors:#?}"));
        assert_says(said, "ip_rules", parts);
    }
}

#[test]
fn doubtful_rules_are_warnings() {
    let cases = [
        (with_ips("\"16.17.18.0/24\", \"16.17.18.7\""), "ip_rules", "\"16.17.18.7\" is inside \"16.17.18.0/24\""),
        (with_ips("\"203.0.113.7\""), "ip_rules", "\"203.0.113.7\" lies in special-purpose address space"),
        (
            rule_set("  default_action = \"Allow\"\n  ip_rules = [\"16.17.18.19\"]"),
            "default_action",
            "Rules have no effect while the default action is \"Allow\"",
        ),
        (
            rule_set(&format!("{DENY}  public_network_access_enabled = false\n  ip_rules = [\"16.17.18.19\"]")),
            "public_network_access_enabled",
            "Rules have no effect while public network access is disabled",
        ),
    ];
    for (resources, line, summary) in cases {
        let run = validate(&resources);
        assert!(run.success(), "{:#?}", run.errors());
        let warning = run.warning();
        assert_eq!(warning.summary, summary);
        assert_says(&warning, line, &[]);
    }
}

#[test]
fn a_wrong_id_is_told_with_the_expected_form() {
    let error = validate(&rule_set(DENY).replace("\"REGISTRY\"", "\"/subscriptions/s/resourceGroups/rg\"")).error();
    assert_says(&error, "registry_id", &["Microsoft.ContainerRegistry/registries"]);
    let error = validate(&rule_set(DENY).replace("\"REGISTRY\"", &format!("\"{APP}\""))).error();
    assert_says(&error, "registry_id", &["Microsoft.ContainerRegistry"]);
    let error = validate(&endpoint(REGISTRY, "")).error();
    assert_says(&error, "subnet_id", &["Microsoft.Network"]);
    let error = validate(&rule_set(&format!("{DENY}  virtual_network_subnet_ids = [\"REGISTRY\", \"READY\"]"))).error();
    assert_says(&error, "virtual_network_subnet_ids", &["Microsoft.Network"]);
}

#[test]
fn a_word_that_is_no_choice_is_told_with_the_choices() {
    let run = validate(&rule_set(
        "  default_action = \"deny\"\n  rules_mode = \"shared\"\n  on_existing = \"import\"\n  on_destroy = \"open\"\n  \
         network_rule_bypass_option = \"All\"",
    ));
    let errors = run.errors();
    assert_eq!(errors.len(), 5, "{errors:#?}");
    for (attribute, choice) in [
        ("default_action", "Deny"),
        ("rules_mode", "additive"),
        ("on_existing", "adopt"),
        ("on_destroy", "restore_previous"),
        ("network_rule_bypass_option", "AzureServices"),
    ] {
        let said = errors
            .iter()
            .find(|said| said.line.contains(attribute))
            .unwrap_or_else(|| panic!("{attribute}: {errors:#?}"));
        assert_says(said, attribute, &[choice]);
    }
}

#[test]
fn all_mistakes_are_told_in_one_run() {
    let run = validate(&format!(
        "{}{}",
        endpoint("nowhere", "  on_existing = \"keep\"\n  timeouts {\n    create = \"soon\"\n  }"),
        rule_set(
            "  default_action = \"No\"\n  ip_rules = [\"10.0.0.1\", \"x\"]\n  virtual_network_subnet_ids = [\"y\"]\n  on_destroy = \"z\""
        )
    ));
    let errors = run.errors();
    assert_eq!(errors.len(), 8, "{errors:#?}");
    for line in
        ["subnet_id", "on_existing", "create", "default_action", "ip_rules", "virtual_network_subnet_ids", "on_destroy"]
    {
        assert!(errors.iter().any(|said| said.line.contains(line)), "{line}: {errors:#?}");
    }
}

#[test]
fn null_is_no_rule() {
    let error = validate(&with_ips("null, \"16.17.18.19\"")).error();
    assert_says(&error, "ip_rules", &["An element is null"]);
    let error = validate(&rule_set(&format!("{DENY}  virtual_network_subnet_ids = [null]"))).error();
    assert_says(&error, "virtual_network_subnet_ids", &["An element is null"]);
}

#[test]
fn null_for_a_required_argument_is_told() {
    let error = validate(&rule_set("  default_action = null")).error();
    assert_says(&error, "default_action", &["required"]);
}

#[test]
fn too_many_ip_rules_are_told_with_the_count_and_what_would_remain() {
    let list: Vec<String> = (0..201).map(|n| format!("\"16.17.{}.{}\"", n / 256, n % 256)).collect();
    let run = Workspace::of(&with_ips(&list.join(", "))).plan();
    let error = run.error();
    assert_says(
        &error,
        "ip_rules",
        &["201 IP rules", "200", "The function aggregate_ip_rules turns the 201 listed here into 4"],
    );
}

#[test]
fn almost_too_many_rules_are_a_warning() {
    let list: Vec<String> = (0..181).map(|n| format!("\"16.17.18.{n}\"")).collect();
    let plan = Workspace::of(&with_ips(&list.join(", "))).plan();
    assert_eq!(plan.errors(), []);
    assert_says(&plan.warning(), "ip_rules", &["181", "90 %"]);
}

#[test]
fn a_raised_limit_counts() {
    let list: Vec<String> = (0..201).map(|n| format!("\"16.17.18.{n}\"")).collect();
    let workspace = Workspace::new();
    workspace.write_with("  ip_rule_limit = 1000", &with_ips(&list.join(", ")));
    assert_eq!(workspace.plan().errors(), []);
}

#[test]
fn too_many_subnets_are_told() {
    let list: Vec<String> = (0..101).map(|n| format!("\"{READY}{n}\"")).collect();
    let plan = Workspace::of(&rule_set(&format!("{DENY}  virtual_network_subnet_ids = [{}]", list.join(", ")))).plan();
    assert_says(&plan.error(), "virtual_network_subnet_ids", &["101 virtual network rules", "100"]);
}

#[test]
fn an_api_version_without_virtual_network_rules_is_told_only_where_it_matters() {
    let workspace = Workspace::new();
    workspace.write_with(
        "  registry_api_version = \"2025-11-01\"",
        &rule_set(&format!("{DENY}  virtual_network_subnet_ids = [\"READY\"]")),
    );
    assert_says(&workspace.plan().error(), "virtual_network_subnet_ids", &["2025-11-01", "registry_api_version"]);
    workspace.write_with("  registry_api_version = \"2025-11-01\"", &with_ips("\"16.17.18.19\""));
    workspace.apply();
    workspace.assert_settled();
    workspace.destroy();
    assert_eq!(workspace.azure.rules().0, "Allow");
}

#[test]
fn a_setting_that_the_api_version_would_ignore_is_told_at_its_attribute() {
    let workspace = Workspace::new();
    let block = "  registry_api_version = \"2023-07-01\"";
    workspace.write_with(block, &rule_set(&format!("{DENY}  network_rule_bypass_for_tasks_enabled = true")));
    let error = workspace.plan().error();
    assert_says(&error, "network_rule_bypass_for_tasks_enabled", &["2023-07-01", "registry_api_version"]);
    workspace.write_with(block, &rule_set(&format!("{DENY}  network_rule_bypass_option = \"None\"")));
    workspace.apply();
    workspace.assert_settled();
}

#[test]
fn clouds_without_service_endpoints_are_a_warning() {
    let workspace = Workspace::new();
    workspace.write_with(
        "  environment = \"usgovernment\"",
        &format!("{}{}", endpoint("APP", ""), rule_set(&format!("{DENY}  virtual_network_subnet_ids = [\"READY\"]"))),
    );
    let warnings = workspace.plan().warnings();
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
    assert!(warnings.iter().all(|said| said.summary.contains("Azure US Government")), "{warnings:#?}");
    assert!(warnings.iter().any(|said| said.line.contains("virtual_network_subnet_ids")), "{warnings:#?}");
    assert!(warnings.iter().any(|said| said.line.contains("subnet_id =")), "{warnings:#?}");
}

//! Twenty mistakes in one configuration are told in one run, each by itself.

use serde_json::json;

use crate::azure::{APP, GROUP, NETWORK, READY, REGISTRY, ip_rule};
use crate::run::Said;
use crate::support::Workspace;

/// One of the errors for each of these, of a resource of that name and at that line, and no other.
fn assert_told(errors: &[Said], expected: &[(&str, &str, &str)]) {
    let mut left: Vec<&Said> = errors.iter().collect();
    for (name, line, part) in expected {
        let fits = |said: &&Said| {
            let named = said.address.ends_with(&format!(".{name}")) && said.line.contains(line);
            named && (said.summary.contains(part) || said.detail.contains(part))
        };
        let at =
            left.iter().position(fits).unwrap_or_else(|| panic!("{part:?} is not told of {name} at {line}: {left:#?}"));
        left.remove(at);
    }
    assert_eq!(left, [] as [&Said; 0]);
}

#[test]
fn twenty_mistakes_of_a_configuration_are_told_by_one_validate() {
    let workspace = Workspace::of(&format!(
        r#"
resource "acrnet_registry_network_rule_set" "one" {{
  registry_id    = "prod1"
  default_action = "deny"
  ip_rules       = ["10.1.2.3", "16.17.18.19/24", "2001:db8::1", "016.17.18.19", "127.0.0.1", "home", " 16.17.18.19", "52.57.22.38", "52.57.22.38/32"]
  virtual_network_subnet_ids = ["app"]
  rules_mode     = "shared"
  on_existing    = "import"
  on_destroy     = "open"
  network_rule_bypass_option = "All"
  timeouts {{
    create = "soon"
  }}
}}
resource "acrnet_registry_network_rule_set" "two" {{
  registry_id    = "{REGISTRY}/webhooks/one"
  default_action = null
  virtual_network_subnet_ids = ["{READY}", "{}"]
}}
resource "acrnet_subnet_service_endpoint" "three" {{
  subnet_id   = "{NETWORK}"
  on_existing = "take"
}}
"#,
        READY.to_ascii_uppercase()
    ));
    let expected = [
        ("one", "registry_id", "\"prod1\" is not a registry id"),
        ("one", "default_action", "got \"deny\""),
        ("one", "ip_rules", "\"10.1.2.3\" lies in private address space"),
        ("one", "ip_rules", "write \"16.17.18.0/24\" for the whole range"),
        ("one", "ip_rules", "\"2001:db8::1\" is IPv6"),
        ("one", "ip_rules", "\"016.17.18.19\" has leading zeros"),
        ("one", "ip_rules", "\"127.0.0.1\" can never be the source"),
        ("one", "ip_rules", "\"home\" looks like a name"),
        ("one", "ip_rules", "\" 16.17.18.19\" has spaces around it"),
        ("one", "ip_rules", "\"52.57.22.38/32\" is the same rule as \"52.57.22.38\""),
        ("one", "virtual_network_subnet_ids", "\"app\" is not a subnet id"),
        ("one", "rules_mode", "got \"shared\""),
        ("one", "on_existing", "got \"import\""),
        ("one", "on_destroy", "got \"open\""),
        ("one", "network_rule_bypass_option", "got \"All\""),
        ("one", "create", "\"soon\" is not a duration"),
        ("two", "registry_id", "it goes on with \"/webhooks/one\""),
        ("two", "default_action", "is required"),
        ("two", "virtual_network_subnet_ids", "is the same subnet as"),
        ("three", "subnet_id", "is not a subnet id"),
        ("three", "on_existing", "got \"take\""),
    ];
    assert_told(&workspace.validate().errors(), &expected);
}

#[test]
fn twenty_mistakes_that_azure_and_the_provider_block_show_are_told_by_one_plan() {
    let workspace = Workspace::new();
    let at = |name: &str| format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}");
    let far = NETWORK.replace("11111111-1111-1111-1111-111111111111", "44444444-4444-4444-4444-444444444444");
    let premium = |name: &str, rules: serde_json::Value| json!({"id": at(name), "location": "westeurope", "sku": {"name": "Premium"}, "properties": {"networkRuleSet": rules}});
    let basic = |name: &str| json!({"id": at(name), "location": "westeurope", "sku": {"name": "Basic"}});
    let others: Vec<_> = (0..10).map(|at| ip_rule(&format!("20.0.{at}.7"))).collect();
    let held = json!({"defaultAction": "Deny", "ipRules": others});
    let empty = || json!({"defaultAction": "Allow", "ipRules": []});
    let endpoint = json!([{"service": "Microsoft.ContainerRegistry"}]);
    workspace
        .azure
        .simulator()
        .add(&json!({
            "registries": [basic("basic1"), basic("basic2"), premium("held1", held.clone()), premium("held2", held), premium("empty1", empty()),
                premium("empty2", empty()), premium("empty3", empty())],
            "subscriptions": [{"id": "44444444-4444-4444-4444-444444444444", "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}}],
            "virtualNetworks": [{"id": far, "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
                "subnets": [{"name": "far", "properties": {"addressPrefix": "10.1.0.0/24", "serviceEndpoints": endpoint}}]}}],
        }))
        .unwrap();
    let set = |name: &str, registry: &str, lines: &str| {
        format!(
            "resource \"acrnet_registry_network_rule_set\" \"{name}\" {{\n  registry_id = \"{registry}\"\n  default_action = \"Deny\"\n{lines}\n}}\n"
        )
    };
    let subnets = |list: &[&str]| {
        let list: Vec<String> = list.iter().map(|id| format!("\"{id}\"")).collect();
        format!("  virtual_network_subnet_ids = [{}]", list.join(", "))
    };
    let eleven: Vec<String> = (0..11).map(|at| format!("\"16.17.{at}.7\"")).collect();
    let (nowhere, gone) = (APP.replace("/app", "/nowhere"), APP.replace("/net/", "/gone/"));
    let old = "  provider = acrnet.old\n";
    let endpoint = |name: &str, subnet: &str| {
        format!("resource \"acrnet_subnet_service_endpoint\" \"{name}\" {{\n  subnet_id = \"{subnet}\"\n}}\n")
    };
    let url = workspace.azure.simulator().url();
    let of_version = |alias: &str, version: &str| {
        format!(
            "provider \"acrnet\" {{\n  alias = \"{alias}\"\n  endpoint = {{ resource_manager_endpoint = \"{url}\" }}\n  access_token = \"any\"\n  \
             registry_api_version = \"{version}\"\n}}\n"
        )
    };
    let configuration = [
        of_version("old", "2019-05-01"),
        of_version("stable", "2025-11-01"),
        set(
            "a",
            &at("basic1"),
            &format!(
                "  ip_rules = [{}]\n{}",
                eleven.join(", "),
                subnets(&[&nowhere, &gone, &format!("{far}/subnets/far")])
            ),
        ),
        set("b", &at("basic2"), "  rules_mode = \"additive\"\n  ip_rules = [\"16.17.18.19\"]"),
        set("c", &at("missing1"), &subnets(&[&nowhere])),
        set("d", &at("missing2"), &format!("  ip_rules = [{}]", eleven.join(", "))),
        set("e", &REGISTRY.replace("/rg/", "/gone/"), ""),
        set("f", &REGISTRY.replace("11111111-1111", "99999999-1111"), ""),
        set("g", &at("held1"), &format!("  ip_rules = [\"16.17.18.19\"]\n{}", subnets(&[&gone]))),
        set("h", &at("held2"), "  rules_mode = \"additive\"\n  ip_rules = [\"16.17.18.19\"]"),
        set("i", &at("empty1"), &format!("  provider = acrnet.stable\n{}", subnets(&[READY]))),
        set(
            "j",
            &at("empty2"),
            &format!("{old}  public_network_access_enabled = true\n  network_rule_bypass_option = \"None\""),
        ),
        set("k", &at("empty3"), &format!("{old}  network_rule_bypass_for_tasks_enabled = true")),
        endpoint("l", &APP.replace("/app", "/nothing")),
        endpoint("m", &APP.replace("/net/", "/lost/")),
        endpoint("n", &format!("{far}/subnets/far")),
    ]
    .concat();
    workspace.write_with("  ip_rule_limit = 10", &configuration);
    let validate = workspace.validate();
    assert_eq!((validate.errors(), validate.warnings()), (vec![], vec![]));
    let plan = workspace.plan();
    let unregistered = "not registered in subscription 44444444";
    let expected = [
        ("a", "registry_id", "Registry basic1 is not Premium"),
        ("a", "ip_rules", "11 IP rules are more than the 10"),
        ("a", "virtual_network_subnet_ids", "Could not find subnet nowhere"),
        ("a", "virtual_network_subnet_ids", "Could not find subnet app"),
        ("a", "virtual_network_subnet_ids", unregistered),
        ("b", "registry_id", "Registry basic2 is not Premium"),
        ("c", "registry_id", "Could not find registry missing1"),
        ("c", "virtual_network_subnet_ids", "Could not find subnet nowhere"),
        ("d", "registry_id", "Could not find registry missing2"),
        ("d", "ip_rules", "11 IP rules are more than the 10"),
        ("e", "registry_id", "ResourceGroupNotFound"),
        ("f", "registry_id", "SubscriptionNotFound"),
        ("g", "registry_id", "Registry held1 already has network rules"),
        ("g", "virtual_network_subnet_ids", "Could not find subnet app"),
        ("h", "ip_rules", "10 of others and 1 listed here: 1 too many"),
        ("i", "virtual_network_subnet_ids", "API version 2025-11-01 has no virtual network rules"),
        ("j", "public_network_access_enabled", "API version 2019-05-01 has no publicNetworkAccess"),
        ("j", "network_rule_bypass_option", "API version 2019-05-01 has no networkRuleBypassOptions"),
        (
            "k",
            "network_rule_bypass_for_tasks_enabled",
            "API version 2019-05-01 has no networkRuleBypassAllowedForTasks",
        ),
        ("l", "subnet_id", "Could not find subnet nothing"),
        ("m", "subnet_id", "Could not find subnet app"),
        ("n", "subnet_id", unregistered),
    ];
    assert_told(&plan.errors(), &expected);
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

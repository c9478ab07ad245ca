//! Twenty mistakes in one configuration are told in one run, each by itself.

use serde_json::{Value, json};

use crate::azure::{GROUP, NETWORK, READY, REGISTRY, ip_rule};
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

/// What only Azure and the provider block show. `@` stands for the folder of ids of that kind, `@eleven` for as many scattered addresses.
const SEEN_BY_A_LOOK: &str = r#"
provider "acrnet" {
  alias                = "old"
  endpoint             = { resource_manager_endpoint = "@url" }
  access_token         = "any"
  registry_api_version = "2019-05-01"
}
provider "acrnet" {
  alias                = "stable"
  endpoint             = { resource_manager_endpoint = "@url" }
  access_token         = "any"
  registry_api_version = "2025-11-01"
}
resource "acrnet_registry_network_rule_set" "a" {
  registry_id                = "@registries/basic1"
  default_action             = "Deny"
  ip_rules                   = [@eleven]
  virtual_network_subnet_ids = ["@net/subnets/nowhere", "@gone/subnets/app", "@far/subnets/far"]
}
resource "acrnet_registry_network_rule_set" "b" {
  registry_id    = "@registries/basic2"
  default_action = "Deny"
  rules_mode     = "additive"
  ip_rules       = ["16.17.18.19"]
}
resource "acrnet_registry_network_rule_set" "c" {
  registry_id                = "@registries/missing1"
  default_action             = "Deny"
  virtual_network_subnet_ids = ["@net/subnets/nowhere"]
}
resource "acrnet_registry_network_rule_set" "d" {
  registry_id    = "@registries/missing2"
  default_action = "Deny"
  ip_rules       = [@eleven]
}
resource "acrnet_registry_network_rule_set" "e" {
  registry_id    = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/gone/providers/Microsoft.ContainerRegistry/registries/Demo1"
  default_action = "Deny"
}
resource "acrnet_registry_network_rule_set" "f" {
  registry_id    = "/subscriptions/99999999-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Demo1"
  default_action = "Deny"
}
resource "acrnet_registry_network_rule_set" "g" {
  registry_id                = "@registries/held1"
  default_action             = "Deny"
  ip_rules                   = ["16.17.18.19"]
  virtual_network_subnet_ids = ["@gone/subnets/app"]
}
resource "acrnet_registry_network_rule_set" "h" {
  registry_id    = "@registries/held2"
  default_action = "Deny"
  rules_mode     = "additive"
  ip_rules       = ["16.17.18.19"]
}
resource "acrnet_registry_network_rule_set" "i" {
  provider                   = acrnet.stable
  registry_id                = "@registries/empty1"
  default_action             = "Deny"
  virtual_network_subnet_ids = ["READY"]
}
resource "acrnet_registry_network_rule_set" "j" {
  provider                              = acrnet.old
  registry_id                           = "@registries/empty2"
  default_action                        = "Deny"
  public_network_access_enabled         = true
  network_rule_bypass_option            = "None"
  network_rule_bypass_for_tasks_enabled = true
}
resource "acrnet_subnet_service_endpoint" "k" {
  subnet_id = "@net/subnets/nothing"
}
resource "acrnet_subnet_service_endpoint" "l" {
  subnet_id = "@lost/subnets/app"
}
resource "acrnet_subnet_service_endpoint" "m" {
  subnet_id = "@far/subnets/far"
}
"#;

#[test]
fn twenty_mistakes_that_azure_and_the_provider_block_show_are_told_by_one_plan() {
    let workspace = Workspace::new();
    furnish(&workspace);
    workspace.write_with("  ip_rule_limit = 10", &filled_in(SEEN_BY_A_LOOK, workspace.azure.simulator().url()));
    let validate = workspace.validate();
    assert_eq!((validate.errors(), validate.warnings()), (vec![], vec![]));
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
        ("j", "public_network_access_enabled", "has no publicNetworkAccess"),
        ("j", "network_rule_bypass_option", "has no networkRuleBypassOptions"),
        ("j", "network_rule_bypass_for_tasks_enabled", "has no networkRuleBypassAllowedForTasks"),
        ("k", "subnet_id", "Could not find subnet nothing"),
        ("l", "subnet_id", "Could not find subnet app"),
        ("m", "subnet_id", unregistered),
    ];
    assert_told(&workspace.plan().errors(), &expected);
    assert_eq!(workspace.azure.writes(), [""; 0]);
}

fn filled_in(text: &str, url: &str) -> String {
    let network = |name: &str| NETWORK.replace("/net", &format!("/{name}"));
    let eleven: Vec<String> = (0..11).map(|at| format!("\"16.17.{at}.7\"")).collect();
    let places = [
        ("@url", url.to_owned()),
        ("@registries", format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries")),
        ("@net", NETWORK.to_owned()),
        ("@gone", network("gone")),
        ("@lost", network("lost")),
        ("@far", far()),
        ("@eleven", eleven.join(", ")),
    ];
    places.iter().fold(text.to_owned(), |text, (place, id)| text.replace(place, id))
}

/// A network in a subscription in which nobody has registered the resource provider.
fn far() -> String {
    NETWORK.replace("11111111-1111-1111-1111-111111111111", "44444444-4444-4444-4444-444444444444")
}

fn furnish(workspace: &Workspace) {
    let others: Vec<Value> = (0..10).map(|at| ip_rule(&format!("20.0.{at}.7"))).collect();
    let premium = |name: &str, rules: &[Value]| {
        let action = if rules.is_empty() { "Allow" } else { "Deny" };
        let id = format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}");
        let rules = json!({"defaultAction": action, "ipRules": rules});
        json!({"id": id, "location": "westeurope", "sku": {"name": "Premium"}, "properties": {"networkRuleSet": rules}})
    };
    let basic = |name: &str| json!({"id": format!("{GROUP}/providers/Microsoft.ContainerRegistry/registries/{name}"), "location": "westeurope", "sku": {"name": "Basic"}});
    let subnet = json!({"name": "far", "properties": {"addressPrefix": "10.1.0.0/24", "serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}});
    let network = json!({"id": far(), "location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [subnet]}});
    let registries = json!([
        basic("basic1"),
        basic("basic2"),
        premium("held1", &others),
        premium("held2", &others),
        premium("empty1", &[]),
        premium("empty2", &[]),
    ]);
    let subscription = json!({"id": "44444444-4444-4444-4444-444444444444", "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}});
    let all = json!({"registries": registries, "subscriptions": [subscription], "virtualNetworks": [network]});
    workspace.azure.simulator().add(&all).unwrap();
}

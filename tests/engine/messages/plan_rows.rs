//! What only Azure or the provider block shows: rows of `terraform plan`.

use serde_json::{Value, json};

use super::asking_rows;
use super::row::{Group, Row, Severity, far_network, says, silent, wide_network};
use super::validate_rows::{deny, endpoint, ip_rule as single_ip, ips, rule_set, subnet_rule as single_subnet};
use crate::azure::{APP, BUILD, NETWORK, READY, REGISTRY, ip_rule, subnet_rule};

/// All of them, by the sentences of the contract.
pub(super) fn groups() -> Vec<Group> {
    let error = |title, rows| Group { title, severity: Severity::Error, rows };
    let warning = |title, rows| Group { title, severity: Severity::Warning, rows };
    vec![
        error("More rules than the limit", too_many()),
        error("A registry that is not Premium", not_premium()),
        error("A registry or subnet that does not exist, when nothing in the plan can create it", missing()),
        error("The resource provider unregistered in the subnet's subscription", unregistered()),
        error("VNet rules, or settings, with an API version that lacks them", api_versions()),
        error("A registry that holds rules already (on_existing = \"fail\")", in_the_way()),
        error("One rule in two places of a configuration", two_owners()),
        warning("One rule in two places, of which neither undoes the other at each apply", two_owners_at_peace()),
        warning("Rules on a registry that lets everybody in", letting_in()),
        warning("Public access disabled", without_public_access()),
        warning("A subnet that has no endpoint, unless this very plan adds it", without_endpoint()),
        warning("VNet rules on a registry with private endpoints", private_endpoints()),
        warning("VNet rules or endpoints in US Government or China clouds", clouds()),
        warning("More than 90 % of a limit", almost_too_many()),
        warning("Adopting and thereby removing rules, or opening", adopting()),
        warning("More rules than the limit, unless some go (single rules)", too_many_for_one()),
        error("What an import does not find", imports()),
        error("What data sources do not find", asking_rows::not_found()),
    ]
}

/// IP rules `16.17.0.0`, `16.17.0.1` and so on, as HCL.
fn addresses(count: usize) -> String {
    let list: Vec<String> = (0..count).map(|at| format!("\"16.17.{}.{}\"", at / 256, at % 256)).collect();
    format!("  ip_rules = [{}]", list.join(", "))
}

/// IP rules of which no two make one.
fn scattered(count: usize) -> String {
    let list: Vec<String> = (0..count).map(|at| format!("\"16.{}.{}.1\"", at / 256, at % 256)).collect();
    format!("  ip_rules = [{}]", list.join(", "))
}

/// Subnets that have the endpoint, as HCL.
fn subnets(count: usize) -> String {
    let list: Vec<String> = (0..count).map(|at| format!("\"{}/subnets/s{at}\"", wide_network())).collect();
    format!("  virtual_network_subnet_ids = [{}]", list.join(", "))
}

/// A rule set for that subnet.
fn on_subnet(id: &str) -> String {
    deny(&format!("  virtual_network_subnet_ids = [\"{id}\"]"))
}

/// With the provider block of that alias.
fn by(alias: &str, configuration: &str) -> String {
    configuration.replacen("\" {\n", &format!("\" {{\n  provider = acrnet.{alias}\n"), 1)
}

/// Rules of others, denying.
fn held(count: usize) -> Value {
    let rules: Vec<Value> = (0..count).map(|at| ip_rule(&format!("20.{}.{}.7", at / 200, at % 200))).collect();
    json!({"defaultAction": "Deny", "ipRules": rules})
}

fn too_many() -> Vec<Row> {
    let additive = |ips: &str| deny(&format!("  rules_mode = \"additive\"\n  ip_rules = [{ips}]"));
    vec![
        says("too_many_addresses", deny(&addresses(201))),
        says("too_many_scattered_addresses", deny(&scattered(202))),
        says("too_many_subnets", deny(&subnets(101))),
        says("more_than_the_provider_block_says", by("few", &deny(&addresses(11)))),
        says("too_many_with_those_of_others", additive("\"16.17.18.0\", \"16.17.18.1\"")).holding(&held(199)),
        silent("a_hundred_and_fifty_addresses", deny(&addresses(150))),
        silent("nine_tenths_of_the_addresses", deny(&addresses(180))),
        silent("eighty_subnets", deny(&subnets(80))),
        silent("nine_tenths_of_the_subnets", deny(&subnets(90))),
        silent("a_raised_limit", by("many", &deny(&addresses(201)))),
        silent("nine_of_ten", by("few", &deny(&addresses(9)))),
        silent("few_beside_those_of_others", additive("\"16.17.18.0\"")).holding(&held(150)),
    ]
}

fn not_premium() -> Vec<Row> {
    let sku = |name: &str| json!({"sku": {"name": name}});
    vec![
        says("rules_on_basic", ips(&["16.17.18.19"])).on(sku("Basic")),
        says("only_an_action_on_standard", deny("")).on(sku("Standard")),
        says("a_single_rule_on_basic", single_ip("16.17.18.19", "")).on(sku("Basic")),
        silent("premium_in_other_letters", ips(&["16.17.18.19"])).on(sku("premium")),
    ]
}

fn missing() -> Vec<Row> {
    let elsewhere = |of: &str| deny("").replace("REGISTRY", &REGISTRY.replace(of, "gone"));
    let late = "resource \"terraform_data\" \"NAME\" {\n  input = \"REGISTRY\"\n}\n";
    vec![
        says("a_missing_registry", deny("")).nowhere(),
        says("a_missing_group", elsewhere("rg")),
        says(
            "a_missing_subscription",
            deny("").replace("REGISTRY", &REGISTRY.replace("11111111-1111", "99999999-1111")),
        ),
        says("a_missing_subnet", on_subnet(&format!("{NETWORK}/subnets/nowhere"))),
        says("a_subnet_of_a_missing_network", on_subnet(&APP.replace("/net/", "/gone/"))),
        says("an_endpoint_for_a_missing_subnet", endpoint(&format!("{NETWORK}/subnets/nothing"), "")),
        says("a_single_rule_on_a_missing_registry", single_ip("16.17.18.19", "")).nowhere(),
        says("a_single_rule_of_a_missing_subnet", single_subnet(&format!("{NETWORK}/subnets/nil"), "")).denying(),
        silent("a_registry_in_capitals", deny("").replace("REGISTRY", &REGISTRY.to_ascii_uppercase())),
        silent(
            "a_registry_that_is_known_at_apply",
            format!("{late}{}", deny("").replace("\"REGISTRY\"", "terraform_data.NAME.output")),
        )
        .nowhere(),
    ]
}

fn unregistered() -> Vec<Row> {
    let far = format!("{}/subnets/s1", far_network());
    vec![
        says("a_rule_in_an_unregistered_subscription", on_subnet(&far)),
        says("an_endpoint_in_an_unregistered_subscription", endpoint(&far, "")),
        says("a_single_rule_in_an_unregistered_subscription", single_subnet(&far, "")).denying(),
        silent("an_unregistered_subscription_unchecked", by("unchecked", &on_subnet(&far))),
        silent("a_registered_subscription", on_subnet(READY)),
    ]
}

fn api_versions() -> Vec<Row> {
    let tasks = deny("  network_rule_bypass_for_tasks_enabled = true");
    vec![
        says("subnets_by_a_version_without", by("without_subnets", &on_subnet(READY))),
        says("tasks_by_a_version_without", by("without_tasks", &tasks)),
        says("a_single_subnet_by_a_version_without", by("without_subnets", &single_subnet(READY, ""))).denying(),
        silent("addresses_by_a_version_without_subnets", by("without_subnets", &ips(&["16.17.18.19"]))),
        silent(
            "the_bypass_by_a_version_without_tasks",
            by("without_tasks", &deny("  network_rule_bypass_option = \"None\"")),
        ),
        silent("tasks_by_the_default_version", tasks),
    ]
}

fn in_the_way() -> Vec<Row> {
    let deny_now = json!({"defaultAction": "Deny", "ipRules": []});
    vec![
        says("rules_of_others", ips(&["16.17.18.19"])).holding(&held(2)),
        says("a_registry_that_denies", ips(&["16.17.18.19"])).holding(&deny_now),
        says("a_single_rule_that_is_there", single_ip("20.0.0.7/32", "  on_existing = \"fail\"")).holding(&held(1)),
        silent("a_single_rule_beside_others", single_ip("16.17.18.19", "  on_existing = \"fail\"")).holding(&held(2)),
        silent("rules_of_others_left_alone", deny("  rules_mode = \"additive\"\n  ip_rules = [\"16.17.18.19\"]"))
            .holding(&held(2)),
        silent("a_registry_that_is_as_wanted", ips(&["20.0.0.7"])).holding(&held(1)),
    ]
}

fn without_public_access() -> Vec<Row> {
    let disabled = || json!({"properties": {"publicNetworkAccess": "Disabled"}});
    vec![
        says("rules_where_public_access_is_off", ips(&["16.17.18.19"])).on(disabled()),
        says("a_single_rule_where_public_access_is_off", single_ip("16.17.18.19", "")).on(disabled()),
        silent("no_rules_where_public_access_is_off", deny("")).on(disabled()),
        silent(
            "public_access_that_this_plan_enables",
            deny("  public_network_access_enabled = true\n  ip_rules = [\"16.17.18.19\"]"),
        )
        .on(disabled()),
    ]
}

fn without_endpoint() -> Vec<Row> {
    let both = format!(
        "{}{}",
        endpoint(BUILD, ""),
        deny("  virtual_network_subnet_ids = [acrnet_subnet_service_endpoint.NAME.subnet_id]")
    );
    vec![
        says("a_subnet_without_endpoint", on_subnet(APP)),
        says("a_single_subnet_without_endpoint", single_subnet(APP, "")).denying(),
        silent("a_single_subnet_with_endpoint", single_subnet(READY, "")).denying(),
        silent("a_subnet_with_endpoint", on_subnet(READY)),
        silent("a_subnet_that_gets_it_in_this_plan", both),
    ]
}

fn private_endpoints() -> Vec<Row> {
    let connected = |count: usize| {
        let connection =
            |at: usize| json!({"id": format!("{REGISTRY}/privateEndpointConnections/{at}"), "properties": {}});
        json!({"properties": {"privateEndpointConnections": (0..count).map(connection).collect::<Vec<_>>()}})
    };
    vec![
        says("subnets_beside_a_private_endpoint", on_subnet(READY)).on(connected(1)),
        says("subnets_beside_private_endpoints", on_subnet(READY)).on(connected(3)),
        says("a_single_subnet_beside_a_private_endpoint", single_subnet(READY, "")).on(connected(1)),
        silent("addresses_beside_a_private_endpoint", ips(&["16.17.18.19"])).on(connected(1)),
    ]
}

fn clouds() -> Vec<Row> {
    vec![
        says("subnets_in_the_government_cloud", by("government", &on_subnet(READY))),
        says("subnets_in_china", by("china", &on_subnet(READY))),
        says("an_endpoint_in_china", by("china", &endpoint(READY, ""))),
        says("a_single_subnet_in_china", by("china", &single_subnet(READY, ""))).denying(),
        silent("addresses_in_the_government_cloud", by("government", &ips(&["16.17.18.19"]))),
    ]
}

fn two_owners() -> Vec<Row> {
    let behind = |kind: &str, lines: &str| format!("{lines}\n  depends_on = [acrnet_{kind}.NAME]");
    let again = |configuration: String| configuration.replace("\"NAME\"", "\"NAME_again\"");
    let set = "registry_network_rule_set";
    vec![
        says("two_authoritative_rule_sets", format!("{}{}", deny(""), again(deny(&behind(set, ""))))),
        says(
            "a_single_rule_twice",
            format!(
                "{}{}",
                single_ip("16.17.18.19", ""),
                again(single_ip("16.17.18.19/32", &behind("registry_ip_rule", "")))
            ),
        )
        .denying(),
        says(
            "a_single_rule_that_a_rule_set_removes",
            format!("{}{}", deny(""), single_ip("16.17.18.19", &behind(set, ""))),
        ),
        silent(
            "a_single_rule_beside_an_additive_rule_set",
            format!("{}{}", deny("  rules_mode = \"additive\""), single_ip("16.17.18.19", &behind(set, ""))),
        )
        .denying(),
    ]
}

fn two_owners_at_peace() -> Vec<Row> {
    let both = |mode: &str| {
        let behind = "  depends_on = [acrnet_registry_network_rule_set.NAME]";
        let set =
            deny(&format!("  rules_mode = \"{mode}\"\n  ip_rules = [\"16.17.18.19\"]\n  on_existing = \"adopt\""));
        format!("{set}{}", single_ip("16.17.18.19", behind))
    };
    vec![
        says("a_single_rule_that_a_rule_set_lists", both("authoritative")).denying(),
        says("a_single_rule_that_an_additive_rule_set_lists", both("additive")).denying(),
    ]
}

fn letting_in() -> Vec<Row> {
    vec![
        says("a_single_rule_that_changes_nothing", single_ip("16.17.18.19", "")),
        silent(
            "a_single_rule_where_this_plan_denies",
            format!(
                "{}{}",
                deny("  rules_mode = \"additive\""),
                single_ip("16.17.18.19", "  depends_on = [acrnet_registry_network_rule_set.NAME]")
            ),
        ),
        silent("a_single_rule_on_a_registry_that_denies", single_ip("16.17.18.19", "")).denying(),
    ]
}

fn too_many_for_one() -> Vec<Row> {
    let subnets: Vec<Value> = (0..100).map(|at| subnet_rule(&format!("{}/subnets/s{at}", wide_network()))).collect();
    let full = json!({"defaultAction": "Deny", "virtualNetworkRules": subnets});
    vec![
        says("one_rule_too_many", single_ip("16.17.18.19", "")).holding(&held(200)),
        says("one_subnet_too_many", single_subnet(&format!("{}/subnets/s100", wide_network()), "")).holding(&full),
    ]
}

fn imports() -> Vec<Row> {
    let import = |kind: &str, id: &str| format!("import {{\n  to = acrnet_{kind}.NAME\n  id = \"{id}\"\n}}\n");
    let of_ip = |id: &str| format!("{}{}", import("registry_ip_rule", id), single_ip("16.17.18.19", ""));
    vec![
        says("an_import_of_a_rule_that_is_not_there", of_ip("REGISTRY|16.17.18.19")).holding(&held(2)),
        says("an_import_without_a_rule", of_ip("REGISTRY")),
        silent("an_import_of_a_rule_that_is_there", of_ip("REGISTRY|16.17.18.19"))
            .holding(&json!({"defaultAction": "Deny", "ipRules": [ip_rule("16.17.18.19")]})),
    ]
}

fn almost_too_many() -> Vec<Row> {
    let additive = deny("  rules_mode = \"additive\"\n  ip_rules = [\"16.17.18.0\"]");
    vec![
        says("almost_too_many_addresses", deny(&addresses(181))),
        says("as_many_scattered_addresses_as_can_be", deny(&scattered(200))),
        says("almost_too_many_with_a_single_rule", single_ip("16.17.18.19", "")).holding(&held(180)),
        silent("a_single_rule_where_there_is_room", single_ip("16.17.18.19", "")).holding(&held(179)),
        says("almost_too_many_subnets", deny(&subnets(91))),
        says("almost_what_the_provider_block_says", by("few", &deny(&addresses(10)))),
        says("almost_too_many_with_those_of_others", additive).holding(&held(190)),
    ]
}

fn adopting() -> Vec<Row> {
    let adopt = |action: &str| {
        rule_set(&format!("  default_action = \"{action}\"\n  ip_rules = [\"20.0.0.7\"]\n  on_existing = \"adopt\""))
    };
    let open = rule_set("  default_action = \"Allow\"\n  on_existing = \"adopt\"");
    vec![
        says("rules_that_go_with_adoption", adopt("Deny")).holding(&held(3)),
        says("a_registry_that_adoption_opens", open).holding(&held(0)),
        says("a_registry_that_sharing_opens", rule_set("  default_action = \"Allow\"\n  rules_mode = \"additive\""))
            .holding(&held(1)),
        says("a_single_rule_that_is_taken_over", single_ip("20.0.0.7", "")).holding(&held(1)),
        silent("adoption_of_nothing_else", adopt("Deny")).holding(&held(1)),
    ]
}

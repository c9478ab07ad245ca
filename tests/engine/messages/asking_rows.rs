//! Data sources and functions: rows of what is only asked.

use serde_json::json;

use super::row::{Row, says, silent};
use crate::azure::{APP, GROUP, NETWORK};

/// Arguments of data sources, for `validate`.
pub(super) fn arguments() -> Vec<Row> {
    let access = |lines: &str| data("registry_access", lines);
    vec![
        says("rules_of_a_name", data("registry_network_rule_set", "  registry_id = \"prod1\"")),
        says("subnets_of_a_subnet", data("subnets", &format!("  virtual_network_id = \"{APP}\""))),
        says("access_to_nothing", access("")),
        says("access_to_two", access("  registry_id = \"REGISTRY\"\n  login_server = \"prod1.azurecr.io\"")),
        says("access_to_a_url", access("  login_server = \"https://prod1.azurecr.io\"")),
        says("access_waited_for_in_vain", access("  login_server = \"prod1.azurecr.io\"\n  wait_for = \"open\"")),
        says("access_within_no_time", access("  login_server = \"prod1.azurecr.io\"\n  timeout = \"0s\"")),
    ]
}

/// Arguments of functions, for `validate`.
pub(super) fn functions() -> Vec<Row> {
    let list = "[\"16.17.18.19\", \"2001:db8::/32\"]";
    vec![
        says("a_function_of_host_bits", output("normalize_ip_rule(\"16.17.18.19/24\")")),
        says("a_function_of_ipv6", output(&format!("aggregate_ip_rules({list})"))),
        says("a_function_of_a_null_element", output("normalize_ip_rules([\"16.17.18.19\", null])")),
        says("a_function_of_two_mistakes", output("is_public_ip_rules([\"016.17.18.19\", \"16.17.18.0/33\"])")),
        says("a_function_of_null", output("is_public_ip_rule(null)")),
        says("a_function_of_a_word", output("ip_rules_cover([\"16.17.18.19\"], \"home\")")),
        says("a_function_of_no_registry", output("parse_registry_id(\"prod1\")")),
        says("a_function_of_no_subnet", output(&format!("parse_subnet_id(\"{NETWORK}\")"))),
        silent("a_function_of_a_private_range", output("is_public_ip_rule(\"10.0.0.0/8\")")),
        silent("a_function_of_an_empty_list", output("aggregate_ip_rules([])")),
    ]
}

/// What data sources do not find, for `plan`.
pub(super) fn not_found() -> Vec<Row> {
    let subnets =
        |network: &str, lines: &str| data("subnets", &format!("  virtual_network_id = \"{network}\"\n{lines}"));
    vec![
        says("rules_of_a_missing_registry", data("registry_network_rule_set", "  registry_id = \"REGISTRY\""))
            .nowhere(),
        says("access_to_a_missing_registry", data("registry_access", "  registry_id = \"REGISTRY\"")).nowhere(),
        says("access_to_a_registry_in_the_making", data("registry_access", "  registry_id = \"REGISTRY\""))
            .on(json!({"properties": {"loginServer": null}})),
        says(
            "subnets_of_a_missing_network",
            subnets(&format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/gone"), ""),
        ),
        says("a_subnet_of_a_name_that_is_not_there", subnets(NETWORK, "  name = \"appp\"")),
        silent("a_subnet_of_a_name_in_other_letters", subnets(NETWORK, "  name = \"aPP\"")),
        silent("rules_of_a_basic_registry", data("registry_network_rule_set", "  registry_id = \"REGISTRY\""))
            .on(json!({"sku": {"name": "Basic"}})),
    ]
}

/// A data source with these lines.
fn data(kind: &str, lines: &str) -> String {
    format!("data \"acrnet_{kind}\" \"NAME\" {{\n{lines}\n}}\n")
}

fn output(call: &str) -> String {
    format!("output \"NAME\" {{\n  value = provider::acrnet::{call}\n}}\n")
}

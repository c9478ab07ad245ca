//! What a plan could not know: rows whose values Terraform knows during apply, and that are checked before the first write.

use serde_json::{Value, json};

use super::row::{Group, Row, Severity, says, silent};
use super::validate_rows::{deny, endpoint, ip_rule as single_ip, subnet_rule as single_subnet};
use crate::azure::{NETWORK, READY, ip_rule};

/// All of them.
pub(super) fn groups() -> Vec<Group> {
    let error = |title, rows| Group { title, severity: Severity::Error, rows };
    let warning = |title, rows| Group { title, severity: Severity::Warning, rows };
    vec![
        error("Values that are wrong", values()),
        error("Registries and subnets that are not fit", places()),
        warning("Values that are doubtful", doubts()),
    ]
}

/// The configuration, in which `LATE` is that value, known after something was made.
fn late(value: &str, configuration: &str) -> String {
    let source = format!("resource \"terraform_data\" \"NAME\" {{\n  input = {value}\n}}\n");
    format!(
        "{source}{}",
        configuration.replace("\"LATE\"", "terraform_data.NAME.output").replace("LATE", "terraform_data.NAME.output")
    )
}

fn values() -> Vec<Row> {
    let list = deny("  ip_rules = LATE");
    let many: Vec<String> = (0..201).map(|at| format!("\"16.17.{at}.1\"")).collect();
    let subnet = deny("  virtual_network_subnet_ids = [\"LATE\"]");
    vec![
        says("a_late_private_address", late("[\"10.1.2.3\"]", &list)),
        says("a_late_range_with_host_bits", late("[\"16.17.18.19/24\"]", &list)),
        says("a_late_double", late("[\"16.17.18.19\", \"16.17.18.19/32\"]", &list)),
        says("late_rules_beyond_the_limit", late(&format!("[{}]", many.join(", ")), &list)),
        says("a_late_subnet_that_is_none", late("\"app\"", &subnet)),
        says("a_late_single_rule_for_ipv6", late("\"2001:db8::1\"", &single_ip("LATE", ""))),
        says("a_late_single_rule_for_a_network", late(&format!("\"{NETWORK}\""), &single_subnet("LATE", ""))),
        silent("late_rules_that_are_sound", late("[\"16.17.18.19\"]", &list)),
    ]
}

fn places() -> Vec<Row> {
    let rules = deny("  ip_rules = [\"16.17.18.19\"]").replace("REGISTRY", "LATE");
    let basic = || json!({"sku": {"name": "Basic"}});
    let others: Vec<Value> = ["20.0.0.7", "20.0.0.8"].map(ip_rule).to_vec();
    let held = json!({"defaultAction": "Deny", "ipRules": others});
    vec![
        says("a_late_registry_on_basic", late("\"REGISTRY\"", &rules)).on(basic()),
        says("a_late_registry_that_is_missing", late("\"REGISTRY\"", &rules)).nowhere(),
        says("a_late_registry_with_rules_of_others", late("\"REGISTRY\"", &rules)).holding(&held),
        says("a_late_id_of_no_registry", late("\"prod1\"", &rules)),
        says(
            "a_late_subnet_that_is_missing",
            late(&format!("\"{NETWORK}/subnets/nowhere\""), &deny("  virtual_network_subnet_ids = [\"LATE\"]")),
        ),
        says("a_late_endpoint_of_no_subnet", late(&format!("\"{NETWORK}\""), &endpoint("LATE", ""))),
        silent(
            "a_late_subnet_with_endpoint",
            late(&format!("\"{READY}\""), &deny("  virtual_network_subnet_ids = [\"LATE\"]")),
        ),
    ]
}

fn doubts() -> Vec<Row> {
    let list = deny("  ip_rules = LATE");
    vec![
        says("a_late_range_inside_another", late("[\"16.17.18.0/24\", \"16.17.18.7\"]", &list)),
        says("a_late_range_for_documentation", late("[\"203.0.113.0/24\"]", &list)),
    ]
}

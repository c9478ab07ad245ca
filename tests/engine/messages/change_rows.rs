//! What a change means for what is there: rows whose configuration was applied before.

use serde_json::{Value, json};

use super::row::{Group, Row, Severity, says, silent};
use super::validate_rows::{deny, endpoint, ips, rule_set};
use crate::azure::{APP, READY, ip_rule};

/// All of them, by the sentences of the contract.
pub(super) fn groups() -> Vec<Group> {
    let error = |title, rows| Group { title, severity: Severity::Error, rows };
    let warning = |title, rows| Group { title, severity: Severity::Warning, rows };
    vec![
        error("A registry that stopped being Premium", not_premium()),
        warning("Destroying opens the registry", destroying()),
        warning("Adopting and thereby removing rules, letting go", changing_modes()),
        warning("What somebody else changed", behind_the_back()),
    ]
}

fn holding(rules: &[&str]) -> Value {
    json!({"defaultAction": "Deny", "ipRules": rules.iter().map(|rule| ip_rule(rule)).collect::<Vec<_>>()})
}

fn not_premium() -> Vec<Row> {
    let basic = || json!({"sku": {"name": "Basic"}});
    vec![
        says("rules_that_change_on_basic", ips(&["16.17.18.20"])).after(ips(&["16.17.18.19"])).moved(basic()),
        silent("rules_that_stay_on_basic", ips(&["16.17.18.19"])).after(ips(&["16.17.18.19"])).moved(basic()),
    ]
}

fn destroying() -> Vec<Row> {
    let with = |lines: &str| deny(&format!("  ip_rules = [\"16.17.18.19\"]\n{lines}"));
    let previous = "  on_destroy = \"restore_previous\"\n  on_existing = \"adopt\"";
    let import = "import {\n  to = acrnet_registry_network_rule_set.NAME\n  id = \"REGISTRY\"\n}\n";
    let closed = "  on_destroy = \"restore_previous\"\n  public_network_access_enabled = false";
    vec![
        says("destroying_what_denies", "").after(with("")),
        says("destroying_brings_back_allow", "").after(with(previous)),
        says("destroying_brings_back_rules", "").after(with(previous)).holding(&holding(&["20.0.0.7"])),
        says("destroying_what_was_imported", "")
            .after(format!("{import}{}", with(previous)))
            .holding(&holding(&["16.17.18.19"])),
        says("destroying_brings_back_public_access", "").after(deny(closed)),
        silent("destroying_what_is_kept", "").after(with("  on_destroy = \"keep\"")),
        silent("destroying_what_allows", "").after(rule_set("  default_action = \"Allow\"")),
        silent("destroying_brings_back_the_same", "").after(with(previous)).holding(&holding(&["16.17.18.19"])),
        silent("destroying_an_endpoint", "").after(endpoint(APP, "")),
    ]
}

fn changing_modes() -> Vec<Row> {
    let mode =
        |mode: &str, ips: &str, more: &str| deny(&format!("  rules_mode = \"{mode}\"\n  ip_rules = [{ips}]\n{more}"));
    let others = || holding(&["20.0.0.7", "20.0.0.8"]);
    let adopt = "  on_existing = \"adopt\"";
    vec![
        says("becoming_additive_lets_go", mode("additive", "\"16.17.18.19\"", "")).after(mode(
            "authoritative",
            "\"16.17.18.19\", \"16.17.18.20\"",
            "",
        )),
        says("becoming_authoritative_removes", mode("authoritative", "\"16.17.18.19\"", adopt))
            .after(mode("additive", "\"16.17.18.19\"", adopt))
            .holding(&others()),
        silent("becoming_additive_with_the_same_rules", mode("additive", "\"16.17.18.19\"", "")).after(mode(
            "authoritative",
            "\"16.17.18.19\"",
            "",
        )),
        silent("becoming_authoritative_alone", mode("authoritative", "\"16.17.18.19\"", adopt)).after(mode(
            "additive",
            "\"16.17.18.19\"",
            adopt,
        )),
    ]
}

fn behind_the_back() -> Vec<Row> {
    let properties = |properties: Value| json!({"properties": properties});
    let connection = json!({"id": "one", "properties": {}});
    let on_ready = deny("  virtual_network_subnet_ids = [\"READY\"]");
    vec![
        says("public_access_that_was_turned_off", ips(&["16.17.18.19"]))
            .after(ips(&["16.17.18.19"]))
            .moved(properties(json!({"publicNetworkAccess": "Disabled"}))),
        says("a_private_endpoint_that_came", on_ready.replace("READY", READY))
            .after(on_ready.replace("READY", READY))
            .moved(properties(json!({"privateEndpointConnections": [connection]}))),
        silent("a_rule_that_somebody_added", ips(&["16.17.18.19"]))
            .after(ips(&["16.17.18.19"]))
            .moved(properties(json!({"networkRuleSet": holding(&["16.17.18.19", "20.0.0.7"])}))),
    ]
}

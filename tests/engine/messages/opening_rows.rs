//! Registries that are opened for the length of a run: rows of `acrnet_temporary_ip_rule`.

use acrnet::simulator::{Action, Fault};
use serde_json::{Map, Value, json};

use super::row::{Group, Row, Severity, says, silent};
use crate::azure::ip_rule;

/// Arguments, for `validate`.
pub(super) fn arguments() -> Vec<Row> {
    vec![
        says("open_for_a_private_range", open("  ip_range = \"10.0.0.0/8\"")),
        says("open_for_host_bits", open("  ip_range = \"8.8.8.8/24\"")),
        says("open_for_ipv6", open("  ip_range = \"2001:db8::1\"")),
        says("open_within_no_time", open("  timeout = \"0s\"")),
        says("open_a_name", open("").replace("\"REGISTRY\"", "\"prod1\"")),
        silent("open_for_an_address", open("  ip_range = \"16.17.18.19\"\n  timeout = \"90s\"")),
        silent("open_for_whoever_this_is", open("")),
    ]
}

/// What a plan says when it opens.
pub(super) fn opening() -> Vec<Group> {
    let error = |title, rows| Group { title, severity: Severity::Error, rows };
    vec![
        error("A registry that cannot be opened", not_opened()),
        error("A machine whose address is not found out, or not let in", not_let_in()),
        Group { title: "A registry on which a rule has no effect", severity: Severity::Warning, rows: in_vain() },
    ]
}

/// What it says when it closes. Terraform leaves closing to the provider where something else could not be opened, and shows nothing of it.
pub(super) fn closing() -> Vec<Group> {
    vec![Group { title: "A rule that stays", severity: Severity::Error, rows: not_closed() }]
}

fn not_opened() -> Vec<Row> {
    let range = "  ip_range = \"16.17.18.19\"";
    let full: Vec<Value> = (0..10).map(|at| ip_rule(&format!("20.0.0.{}", 2 * at))).collect();
    let private =
        || json!({"properties": {"publicNetworkAccess": "Disabled", "networkRuleSet": {"defaultAction": "Deny"}}});
    vec![
        says("open_a_missing_registry", open(range)).nowhere(),
        says("open_a_registry_in_the_making", open(range)).on(json!({"properties": {"loginServer": null}})),
        says("open_basic", open(range)).on(json!({"sku": {"name": "Basic"}})),
        says("open_a_full_registry", open(&format!("  provider = acrnet.few\n{range}")))
            .holding(&json!({"defaultAction": "Deny", "ipRules": full})),
        says("open_a_private_registry", open("")).on(private()),
        says("open_a_private_registry_and_wait", open(&format!("{range}\n  wait_for_access = true"))).on(private()),
        silent("open_a_registry_that_denies", open(range)).denying(),
    ]
}

fn not_let_in() -> Vec<Row> {
    let waiting = "  ip_range = \"16.17.18.19\"\n  wait_for_access = true";
    vec![
        says("open_from_a_service_endpoint", open("")).at("10-0-1-4.from.refusing.localhost"),
        says("open_from_ipv6", open("")).at("refusing.localhost"),
        says("open_where_no_registry_answers", open("")).at("16-17-18-20.from.nobody.localhost"),
        says("open_and_wait_where_no_registry_answers", open(waiting)).at("16-17-18-20.from.nobody.localhost"),
        says("open_for_somebody_else_and_wait", open(&format!("{waiting}\n  timeout = \"10s\"")))
            .at("16-17-18-20.from.refusing.localhost"),
        silent("open_what_is_open", open("")),
    ]
}

fn not_closed() -> Vec<Row> {
    let range = "  ip_range = \"16.17.18.19\"";
    let body = json!({"error": {"code": "AuthorizationFailed", "message": "The client may not write any more."}});
    let refused = Action::Answer { status: 403, headers: Map::new(), body, after_effect: false };
    let unwell = Action::Answer { status: 503, headers: Map::new(), body: Value::Null, after_effect: false };
    vec![
        says("close_what_may_not_be_written_any_more", open(range)).denying().with(Fault::new(refused).from_nth(2)),
        silent("close_what_cannot_be_served_for_a_moment", open(range)).denying().with(Fault::new(unwell).from_nth(2)),
    ]
}

fn in_vain() -> Vec<Row> {
    let range = "  ip_range = \"16.17.18.0/24\"";
    vec![
        says("open_for_others_where_all_are_let_in", open(range)),
        says("open_for_others_where_only_endpoints_lead", open(range))
            .on(json!({"properties": {"publicNetworkAccess": "Disabled"}})),
    ]
}

/// A temporary rule with these lines.
fn open(lines: &str) -> String {
    format!("ephemeral \"acrnet_temporary_ip_rule\" \"NAME\" {{\n  registry_id = \"REGISTRY\"\n{lines}\n}}\n")
}

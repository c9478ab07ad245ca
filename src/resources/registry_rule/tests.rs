use serde_json::json;

use super::rule::Rule;
use super::writing::held;
use super::{Fields, Kind, checks};
use crate::azure::registry::Registry;
use crate::resources::registry_ip_rule::IpRuleKind;
use crate::resources::registry_virtual_network_rule::VirtualNetworkRuleKind;
use crate::rules::Limits;
use crate::terraform::diagnostic::Severity;
use crate::terraform::value::Tf;

const REGISTRY: &str =
    "/subscriptions/0000/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry";
const SUBNET: &str =
    "/subscriptions/0000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/app";

fn rule<K: Kind>(element: &str) -> Rule {
    Rule::parse::<K>(&format!("{REGISTRY}|{element}")).unwrap()
}

fn registry(rule_set: &serde_json::Value) -> Registry {
    Registry::new(json!({"sku": {"name": "Premium"}, "properties": {"networkRuleSet": rule_set}}))
}

#[test]
fn an_id_gives_back_both_parts_as_they_are_spelled() {
    for (id, rule) in [
        (format!("{REGISTRY}|1.2.3.4/32"), rule::<IpRuleKind>("1.2.3.4/32")),
        (format!("{REGISTRY}|{SUBNET}"), rule::<VirtualNetworkRuleKind>(SUBNET)),
    ] {
        assert_eq!(rule.id(), id);
    }
}

#[test]
fn a_key_is_the_same_for_every_spelling_but_for_letters() {
    assert_eq!(rule::<IpRuleKind>("1.2.3.4/32").key(), rule::<IpRuleKind>("1.2.3.4").key());
    let shouted = rule::<VirtualNetworkRuleKind>(&SUBNET.to_uppercase());
    assert!(shouted.key().eq_ignore_ascii_case(&rule::<VirtualNetworkRuleKind>(SUBNET).key()));
    assert_ne!(rule::<IpRuleKind>("1.2.3.4").key(), rule::<IpRuleKind>("1.2.3.5").key());
}

#[test]
fn a_rule_is_held_in_any_spelling_and_not_said_to_be_absent_where_it_is_not_shown() {
    let present = registry(&json!({
        "defaultAction": "Deny", "ipRules": [{"value": "1.2.3.4"}],
        "virtualNetworkRules": [{"virtualNetworkSubnetResourceId": SUBNET.to_uppercase()}],
    }));
    assert_eq!(held(&present, &rule::<IpRuleKind>("1.2.3.4/32")), Some(true));
    assert_eq!(held(&present, &rule::<IpRuleKind>("1.2.3.5")), Some(false));
    assert_eq!(held(&present, &rule::<VirtualNetworkRuleKind>(SUBNET)), Some(true));
    let unseen = registry(&json!({"defaultAction": "Deny", "ipRules": []}));
    assert_eq!(held(&unseen, &rule::<VirtualNetworkRuleKind>(SUBNET)), None);
    assert_eq!(held(&unseen, &rule::<IpRuleKind>("1.2.3.4")), Some(false));
}

#[test]
fn an_observed_rule_keeps_its_id_and_its_choices() {
    let rule = rule::<IpRuleKind>("1.2.3.4");
    let imported = Fields { registry_id: Tf::Known(REGISTRY.to_owned()), ..Fields::default() }.observed(&rule);
    assert_eq!((imported.id, imported.on_existing), (Tf::Known(rule.id()), Tf::Known("adopt".to_owned())));
    let first = format!("{REGISTRY}|1.2.3.4/32");
    let fields =
        Fields { id: Tf::Known(first.clone()), on_existing: Tf::Known("fail".to_owned()), ..Fields::default() };
    let observed = fields.observed(&rule);
    assert_eq!((observed.id, observed.on_existing), (Tf::Known(first), Tf::Known("fail".to_owned())));
}

#[test]
fn texts_are_judged_as_in_a_rule_set() {
    let severities = |text| IpRuleKind::check(text).iter().map(|found| found.severity).collect::<Vec<_>>();
    assert_eq!(severities("16.17.18.0/24"), []);
    assert_eq!(severities("203.0.113.7"), [Severity::Warning]);
    for text in ["", "1.2.3.4/24", "::1", "10.0.0.1", "1.2.3.04", " 1.2.3.4"] {
        assert_eq!(severities(text), [Severity::Error], "{text:?}");
    }
}

#[test]
fn a_registry_without_room_is_told_with_the_count_of_all() {
    let rule = rule::<IpRuleKind>("1.2.3.4");
    let full =
        registry(&json!({"defaultAction": "Deny", "ipRules": [{"value": "5.6.7.8"}], "virtualNetworkRules": []}));
    let limits = |ip_rules| Limits { ip_rules, virtual_network_rules: 0 };
    let told = |claimed: &str, limit| {
        checks::without_room::<IpRuleKind>(&rule, &full, &IpRuleKind::rules(claimed), &limits(limit))
    };
    assert!(told("9.9.9.9", 2).unwrap().summary.ends_with("takes 2 IP rules, and there would be 3"));
    assert!(
        told("9.9.9.9", 3).unwrap().summary.ends_with("would hold 3 IP rules, more than 90 % of the 3 that it takes")
    );
    assert!(told("9.9.9.9", 4).is_none());
    assert!(told("5.6.7.8/32", 3).is_none(), "a rule counts once");
}

#[test]
fn a_word_of_azure_that_is_new_reads_as_closed() {
    let rule = rule::<IpRuleKind>("1.2.3.4");
    let told = |action: &str, rule_set_planned| {
        let registry = registry(&json!({"defaultAction": action}));
        checks::surroundings::<IpRuleKind>(&rule, &registry, rule_set_planned).iter().count()
    };
    assert_eq!((told("Allow", false), told("Deny", false), told("Quarantine", false)), (1, 0, 0));
    assert_eq!(told("Allow", true), 0, "a rule set of this run says what is let in");
}

use serde_json::json;

use super::*;
use crate::rules::{IpRule, SubnetRef};

const REGISTRY: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry";
const SUBNET: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/one";

fn restoration(keep_rules: bool) -> Restoration {
    Restoration { registry: REGISTRY.parse().unwrap(), keep_rules }
}

fn registry(default_action: &str, subnets: bool, access: &str) -> Registry {
    let mut rules = json!({"defaultAction": default_action, "ipRules": [{"action": "Allow", "value": "1.2.3.4"}]});
    if subnets {
        rules["virtualNetworkRules"] = json!([{"action": "Allow", "virtualNetworkSubnetResourceId": SUBNET}]);
    }
    Registry::new(json!({
        "sku": {"name": "Premium"},
        "properties": {"networkRuleSet": rules, "publicNetworkAccess": access, "networkRuleBypassOptions": "None"},
    }))
}

fn rules(subnets: bool) -> Rules {
    let subnets = if subnets { [SubnetRef::new(SUBNET)].into() } else { [].into() };
    Rules { ip_rules: [IpRule::read("1.2.3.4")].into(), subnets }
}

#[test]
fn all_rules_go_and_every_network_is_let_in() {
    let taken = restoration(false).takes(&registry("Deny", true, "Enabled"));
    let expected =
        Taken { rules: rules(true), kept: Rules::default(), opens: true, shows_subnets: true, is_private: false };
    assert_eq!(taken, expected);
    let patch = restoration(false).patch(&registry("Deny", true, "Enabled")).unwrap();
    let sent = RegistryPatch {
        default_action: Some("Allow".to_owned()),
        ip_rules: Some(Vec::new()),
        virtual_network_rules: Some(Vec::new()),
        ..RegistryPatch::default()
    };
    assert_eq!(patch, sent, "and nothing beside the rules is written");
}

#[test]
fn kept_rules_are_not_sent() {
    let taken = restoration(true).takes(&registry("Deny", true, "Disabled"));
    assert_eq!((taken.rules, taken.kept, taken.is_private), (Rules::default(), rules(true), true));
    let patch = restoration(true).patch(&registry("Deny", true, "Disabled")).unwrap();
    assert_eq!(patch, RegistryPatch { default_action: Some("Allow".to_owned()), ..RegistryPatch::default() });
    assert_eq!(restoration(true).patch(&registry("Allow", true, "Enabled")), None, "nothing to do");
}

#[test]
fn what_an_answer_does_not_show_is_not_written() {
    let present = registry("Allow", false, "Enabled");
    let taken = restoration(false).takes(&present);
    assert_eq!((taken.shows_subnets, &taken.rules, taken.opens), (false, &rules(false), false));
    let patch = restoration(false).patch(&present).unwrap();
    assert_eq!((patch.ip_rules, patch.virtual_network_rules), (Some(Vec::new()), None));
}

#[test]
fn a_registry_that_cannot_have_rules_is_as_it_should_be() {
    let basic = Registry::new(json!({"sku": {"name": "Basic"}, "properties": {}}));
    assert!(restoration(false).takes(&basic).is_nothing());
    assert_eq!(restoration(false).patch(&basic), None);
}

//! What a registry shows, and what is sent to it.

use super::*;

// The view.

#[test]
fn a_registry_is_read() {
    let registry = Registry::new(shown("Deny", &["1.2.3.0/24", "5.6.7.8"], &["a"]));
    assert_eq!(registry.login_server(), Some("prod1-abc.azurecr.io"));
    assert_eq!((registry.sku(), registry.is_premium()), (Some("Premium"), true));
    assert_eq!(registry.provisioning_state(), Some("Succeeded"));
    assert_eq!(registry.default_action(), "Deny");
    assert_eq!(registry.ip_rules(), ["1.2.3.0/24", "5.6.7.8"]);
    assert_eq!(registry.virtual_network_rules(), Some(vec![subnet("a")]));
    assert_eq!(registry.public_network_access_enabled(), Some(true));
    assert_eq!(registry.bypass_option(), Some("AzureServices"));
    assert_eq!(registry.bypass_for_tasks(), Some(false));
    assert_eq!(registry.private_endpoint_connections().len(), 2);
}

#[test]
fn both_keys_of_a_subnet_are_read() {
    let mut document = shown("Deny", &[], &[]);
    document["properties"]["networkRuleSet"]["virtualNetworkRules"] =
        json!([{"id": "x"}, {"virtualNetworkSubnetResourceId": "y", "id": null}]);
    assert_eq!(Registry::new(document).virtual_network_rules(), Some(strings(&["x", "y"])));
}

#[test]
fn a_missing_array_of_subnets_is_unknown_and_not_empty() {
    let mut document = shown("Deny", &["1.2.3.4"], &[]);
    document["properties"]["networkRuleSet"].as_object_mut().unwrap().remove("virtualNetworkRules");
    let registry = Registry::new(document);
    assert_eq!(registry.virtual_network_rules(), None);
    assert_eq!(registry.ip_rules(), ["1.2.3.4"]);
}

#[test]
fn a_rule_in_an_unknown_form_makes_the_subnets_unknown() {
    let mut document = shown("Deny", &[], &["a"]);
    document["properties"]["networkRuleSet"]["virtualNetworkRules"][0] = json!({"action": "Allow", "subnet": "x"});
    assert_eq!(Registry::new(document).virtual_network_rules(), None);
}

#[test]
fn no_rule_set_means_allow_and_no_rules_where_it_cannot_mean_unknown() {
    let none = Some(Vec::new());
    for (sku, rule_set, subnets) in [
        ("Basic", Some(Value::Null), none.clone()),
        ("Basic", None, none.clone()),
        ("Premium", Some(Value::Null), none),
        ("Premium", None, None),
    ] {
        let mut document = json!({"sku": {"name": sku}, "properties": {}});
        if let Some(rule_set) = rule_set {
            document["properties"]["networkRuleSet"] = rule_set;
        }
        let registry = Registry::new(document);
        assert_eq!((registry.default_action(), registry.ip_rules().len()), ("Allow", 0));
        assert_eq!(registry.virtual_network_rules(), subnets, "{:?}", registry.raw());
    }
}

#[test]
fn a_document_that_says_nothing_is_no_reason_to_panic() {
    let registry = Registry::new(json!({"properties": {"networkRuleSet": 7, "privateEndpointConnections": "x"}}));
    assert_eq!(
        (registry.sku(), registry.bypass_for_tasks(), registry.private_endpoint_connections().len()),
        (None, None, 0)
    );
}

// The patch.

fn body(patch: &RegistryPatch, version: &str) -> Value {
    patch.body(&version.parse().unwrap()).unwrap()
}

#[test]
fn the_body_carries_only_what_is_set() {
    let patch = RegistryPatch { bypass_option: Some("None".to_owned()), ..RegistryPatch::default() };
    assert_eq!(body(&patch, "2026-03-01-preview"), json!({"properties": {"networkRuleBypassOptions": "None"}}));
    let patch = RegistryPatch { default_action: Some("Deny".to_owned()), ..RegistryPatch::default() };
    assert_eq!(body(&patch, "2025-11-01"), json!({"properties": {"networkRuleSet": {"defaultAction": "Deny"}}}));
    let patch = RegistryPatch {
        public_network_access_enabled: Some(false),
        bypass_for_tasks: Some(true),
        ..RegistryPatch::default()
    };
    let expected = json!({"properties": {"publicNetworkAccess": "Disabled", "networkRuleBypassAllowedForTasks": true}});
    assert_eq!(body(&patch, "2026-03-01-preview"), expected);
}

#[test]
fn a_subnet_is_written_with_the_key_of_the_version() {
    let patch = RegistryPatch {
        default_action: Some("Deny".to_owned()),
        ip_rules: Some(Vec::new()),
        virtual_network_rules: Some(strings(&["x"])),
        ..RegistryPatch::default()
    };
    for (version, key) in [("2026-03-01-preview", "virtualNetworkSubnetResourceId"), ("2019-05-01", "id")] {
        let rules =
            json!({"defaultAction": "Deny", "virtualNetworkRules": [{"action": "Allow", key: "x"}], "ipRules": []});
        assert_eq!(body(&patch, version), json!({"properties": {"networkRuleSet": rules}}));
    }
}

#[test]
fn a_version_that_would_ignore_subnets_is_not_sent_any() {
    let patch = RegistryPatch { virtual_network_rules: Some(Vec::new()), ..ranges(&[]) };
    let error = patch.body(&"2025-11-01".parse().unwrap()).unwrap_err();
    assert!(error.to_string().starts_with("API version 2025-11-01 does not carry virtual network rules"), "{error}");
}

#[test]
fn a_version_that_would_ignore_a_setting_is_not_sent_it() {
    let access = RegistryPatch { public_network_access_enabled: Some(true), ..RegistryPatch::default() };
    let option = RegistryPatch { bypass_option: Some("None".to_owned()), ..RegistryPatch::default() };
    let tasks = RegistryPatch { bypass_for_tasks: Some(false), ..RegistryPatch::default() };
    for (patch, property, without, with) in [
        (access, "publicNetworkAccess", "2019-05-01", "2021-08-01-preview"),
        (option, "networkRuleBypassOptions", "2019-05-01", "2023-07-01"),
        (tasks, "networkRuleBypassAllowedForTasks", "2023-07-01", "2025-11-01"),
    ] {
        let error = patch.body(&without.parse().unwrap()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("API version {without} does not carry {property};")), "{error}");
        assert!(!body(&patch, with)["properties"][property].is_null());
    }
}

#[test]
fn rules_are_not_sent_without_a_default_action() {
    let patch = RegistryPatch { default_action: None, ..ranges(&[]) };
    assert_eq!(patch.body(&"2026-03-01-preview".parse().unwrap()), Err(patch::PatchError::NoDefaultAction));
}

#[test]
fn what_is_stored_is_compared_by_meaning() {
    let patch = RegistryPatch {
        virtual_network_rules: Some(vec![subnet("a").to_ascii_uppercase(), subnet("b")]),
        ..ranges(&["5.6.7.0/24", "1.2.3.4/32"])
    };
    assert_eq!(
        patch.unstored(&Registry::new(shown("Deny", &["1.2.3.4", "5.6.7.0/24"], &["b", "a"]))),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_missing_and_what_is_unexpected_is_named() {
    let patch = RegistryPatch {
        virtual_network_rules: Some(vec![subnet("a")]),
        public_network_access_enabled: Some(false),
        ..ranges(&["1.2.3.4", "5.6.7.8"])
    };
    assert_eq!(
        patch.unstored(&Registry::new(shown("Allow", &["5.6.7.8", "9.9.9.9"], &[]))),
        [
            "default action: Allow instead of Deny",
            "IP rules: missing 1.2.3.4",
            "IP rules: unexpected 9.9.9.9",
            &format!("virtual network rules: missing {}", subnet("a")),
            "public network access: Enabled instead of Disabled",
        ]
    );
}

#[test]
fn a_patch_applied_to_a_view_shows_what_will_be_stored() {
    let first = RegistryPatch { bypass_option: Some("None".to_owned()), ..ranges(&["1.2.3.4"]) };
    let both =
        first.followed_by(RegistryPatch { virtual_network_rules: Some(vec![subnet("a")]), ..ranges(&["5.6.7.8"]) });
    for registry in [shown("Allow", &["9.9.9.9"], &["b"]), json!({"properties": {"networkRuleSet": null}})] {
        let next = both.applied_to(&Registry::new(registry));
        assert_eq!(both.unstored(&next), Vec::<String>::new());
    }
}

#[test]
fn a_patch_of_addresses_does_not_make_unknown_subnets_known_nor_known_ones_unknown() {
    let unknown = json!({"sku": {"name": "Premium"}, "properties": {"networkRuleSet": {"defaultAction": "Deny"}}});
    let none = json!({"properties": {"networkRuleSet": null}});
    for (registry, subnets) in
        [(unknown, None), (none, Some(Vec::new())), (shown("Deny", &[], &["a"]), Some(vec![subnet("a")]))]
    {
        let next = ranges(&["1.2.3.4"]).applied_to(&Registry::new(registry));
        assert_eq!(next.virtual_network_rules(), subnets);
    }
}

#[test]
fn a_patch_as_it_is_carries_the_same_members_and_changes_nothing() {
    let registry = Registry::new(shown("Deny", &["9.9.9.9"], &["b"]));
    let probe = ranges(&["1.2.3.4"]).as_it_is(&registry);
    assert_eq!(probe, ranges(&["9.9.9.9"]));
}

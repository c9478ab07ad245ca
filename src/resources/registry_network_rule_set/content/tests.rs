//! What is kept in private data, and that what older states hold is still read.

use serde_json::{Value as Json, json};

use super::Previous;
use crate::resources::registry_network_rule_set::model::Scalars;
use crate::resources::registry_network_rule_set::tests::registry;
use crate::rules::DefaultAction;
use crate::terraform::framework::Private;

const SUBNET: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/one";

fn kept(private: &Private) -> Json {
    serde_json::from_slice(&private.encode()).unwrap_or(Json::Null)
}

#[test]
fn what_is_empty_is_not_kept() {
    let mut private = Private::default();
    private.keep(Previous::KEY, &Previous::of(&registry("Allow", &[], Some(&[]))));
    Scalars::default().keep_managed(&mut private);
    let settings = json!({ "public_network_access_enabled": true, "network_rule_bypass_option": "AzureServices" });
    assert_eq!(kept(&private), json!({ "previous": { "default_action": "Allow", "scalars": settings } }));
}

#[test]
fn what_was_there_comes_back_from_private_data() {
    for (rules, subnets) in [(&["9.9.9.9"][..], &[SUBNET][..]), (&[], &[])] {
        let previous = Previous::of(&registry("Deny", rules, Some(subnets)));
        let mut private = Private::default();
        private.keep(Previous::KEY, &previous);
        let back: Previous = Private::decode(&private.encode()).read(Previous::KEY).unwrap();
        let parts = |previous: &Previous| (previous.default_action(), previous.rules(), previous.scalars.clone());
        assert_eq!(parts(&back), parts(&previous));
    }
}

#[test]
fn settings_that_are_no_longer_managed_are_forgotten() {
    let mut private = Private::default();
    let managed = Scalars { public_network_access_enabled: Some(false), ..Scalars::default() };
    managed.keep_managed(&mut private);
    assert_eq!(kept(&private), json!({ "managed": { "public_network_access_enabled": false } }));
    assert_eq!(Scalars::managed(&private), managed);
    Scalars::default().keep_managed(&mut private);
    assert_eq!(Scalars::managed(&private), Scalars::default());
    assert!(private.encode().is_empty());
}

#[test]
fn the_long_form_of_older_states_is_read() {
    let older = json!({
        "previous": {
            "default_action": "Deny",
            "ip_rules": [],
            "virtual_network_subnet_ids": null,
            "scalars": {
                "public_network_access_enabled": true,
                "network_rule_bypass_option": null,
                "network_rule_bypass_for_tasks_enabled": false,
            },
        },
        "managed": {
            "public_network_access_enabled": false,
            "network_rule_bypass_option": null,
            "network_rule_bypass_for_tasks_enabled": null,
        },
    });
    let private = Private::decode(older.to_string().as_bytes());
    let previous: Previous = private.read(Previous::KEY).unwrap();
    assert_eq!((previous.default_action(), previous.rules()), (DefaultAction::Deny, crate::rules::Rules::default()));
    let managed = Scalars::managed(&private);
    assert_eq!(managed, Scalars { public_network_access_enabled: Some(false), ..Scalars::default() });
    let restored = Scalars { public_network_access_enabled: Some(true), ..Scalars::default() };
    assert_eq!(previous.scalars(&managed), restored);
    assert_eq!(previous.scalars.network_rule_bypass_for_tasks_enabled, Some(false));
}

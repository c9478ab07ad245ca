//! The decisions that need no Azure: what is sent, what is in the way, what goes into the state.

use serde_json::{Value as Json, json};

use super::checks;
use super::content::{Lists, Previous, patch};
use super::model::{Model, Scalars, Wanted, known};
use super::restoring::{restore_default, restore_previous};
use super::state::{completed, observed};
use crate::azure::client::Config;
use crate::azure::cloud::{Cloud, CloudName};
use crate::azure::registry::{Registry, RegistryPatch};
use crate::rules::{DefaultAction, Edit, IpRule, Rules, SubnetRef};
use crate::terraform::diagnostic::Severity;
use crate::terraform::value::{Path, Tf};

pub(super) const REGISTRY: &str =
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry";
const SUBNET: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/one";

pub(super) fn model(default_action: &str, ip_rules: &[&str], subnets: &[&str]) -> Model {
    let texts = |texts: &[&str]| Tf::Known(texts.iter().map(|text| Tf::Known((*text).to_owned())).collect());
    Model {
        registry_id: Tf::Known(REGISTRY.to_owned()),
        default_action: Tf::Known(default_action.to_owned()),
        ip_rules: texts(ip_rules),
        virtual_network_subnet_ids: texts(subnets),
        ..Model::default()
    }
}

pub(super) fn in_mode(mode: &str, model: Model) -> Model {
    Model { rules_mode: Tf::Known(mode.to_owned()), ..model }
}

fn rules(ip_rules: &[&str], subnets: &[&str]) -> Rules {
    Rules {
        ip_rules: ip_rules.iter().map(|text| IpRule::read(text)).collect(),
        subnets: subnets.iter().map(|id| SubnetRef::new(*id)).collect(),
    }
}

pub(super) fn registry(default_action: &str, ip_rules: &[&str], subnets: Option<&[&str]>) -> Registry {
    let mut set = json!({
        "defaultAction": default_action,
        "ipRules": ip_rules.iter().map(|value| json!({ "action": "Allow", "value": value })).collect::<Vec<Json>>(),
    });
    if let Some(subnets) = subnets {
        let rule = |id: &&str| json!({ "action": "Allow", "virtualNetworkSubnetResourceId": id });
        set["virtualNetworkRules"] = subnets.iter().map(rule).collect();
    }
    Registry::new(json!({
        "sku": { "name": "Premium" },
        "properties": {
            "loginServer": "myregistry.azurecr.io",
            "networkRuleSet": set,
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
        },
    }))
}

fn sent(current: &Registry, edit: &Edit, lists: Lists) -> Option<RegistryPatch> {
    patch(current, edit, &Scalars::default(), lists).unwrap()
}

#[test]
fn nothing_is_sent_when_everything_is_as_wanted_in_another_spelling() {
    let current = registry("Deny", &["1.2.3.4"], Some(&[&SUBNET.to_ascii_uppercase()]));
    let edit = Edit::authoritative(DefaultAction::Deny, rules(&["1.2.3.4/32"], &[SUBNET]));
    assert_eq!(sent(&current, &edit, Lists::Both), None);
}

#[test]
fn an_authoritative_write_carries_both_lists_and_no_setting_beside_them() {
    let edit = Edit::authoritative(DefaultAction::Deny, rules(&["1.2.3.4/32"], &[]));
    let expected = RegistryPatch {
        default_action: Some("Deny".to_owned()),
        ip_rules: Some(vec!["1.2.3.4".to_owned()]),
        virtual_network_rules: Some(Vec::new()),
        ..RegistryPatch::default()
    };
    assert_eq!(sent(&registry("Allow", &[], Some(&[SUBNET])), &edit, Lists::Both), Some(expected));
}

#[test]
fn a_list_that_the_answer_lacks_is_never_sent() {
    let edit = Edit::authoritative(DefaultAction::Deny, rules(&["1.2.3.4"], &[]));
    let patch = sent(&registry("Allow", &[], None), &edit, Lists::Both).unwrap();
    assert_eq!(patch.virtual_network_rules, None);
}

#[test]
fn subnets_cannot_be_written_where_the_answer_lacks_their_list() {
    let edit = Edit::authoritative(DefaultAction::Deny, rules(&[], &[SUBNET]));
    assert!(patch(&registry("Allow", &[], None), &edit, &Scalars::default(), Lists::Both).is_err());
}

#[test]
fn an_additive_write_carries_only_the_list_that_changes_with_the_rules_of_others_in_it() {
    let current = registry("Deny", &["9.9.9.9"], Some(&[SUBNET]));
    let edit = Edit::additive(Some(DefaultAction::Deny), rules(&["1.2.3.4"], &[]), &Rules::default());
    let patch = sent(&current, &edit, Lists::Changed).unwrap();
    assert_eq!(patch.ip_rules, Some(vec!["1.2.3.4".to_owned(), "9.9.9.9".to_owned()]));
    assert_eq!(patch.virtual_network_rules, None);
}

#[test]
fn a_setting_alone_is_sent_without_the_rules() {
    let current = registry("Deny", &["1.2.3.4"], Some(&[]));
    let edit = Edit::authoritative(DefaultAction::Deny, rules(&["1.2.3.4"], &[]));
    let scalars = Scalars { network_rule_bypass_option: Some("None".to_owned()), ..Scalars::default() };
    let expected = RegistryPatch { bypass_option: Some("None".to_owned()), ..RegistryPatch::default() };
    assert_eq!(patch(&current, &edit, &scalars, Lists::Both).unwrap(), Some(expected));
}

#[test]
fn a_new_registry_is_free_to_be_taken() {
    let planned = model("Deny", &["1.2.3.4"], &[]);
    assert_eq!(checks::in_the_way(&planned, &registry("Allow", &[], Some(&[])), None), None);
}

#[test]
fn a_registry_that_is_as_configured_is_taken_without_a_word() {
    let planned = model("Deny", &["1.2.3.4/32"], &[SUBNET]);
    assert_eq!(checks::in_the_way(&planned, &registry("Deny", &["1.2.3.4"], Some(&[SUBNET])), None), None);
}

#[test]
fn rules_that_are_not_listed_are_in_the_way_and_named() {
    let planned = model("Deny", &["1.2.3.4"], &[]);
    let others = checks::in_the_way(&planned, &registry("Allow", &["1.2.3.4", "9.9.9.9"], Some(&[SUBNET])), None);
    assert_eq!(others, Some(rules(&["9.9.9.9"], &[SUBNET])));
}

#[test]
fn a_registry_that_denies_is_in_the_way_even_without_rules() {
    let planned = model("Deny", &["1.2.3.4"], &[]);
    assert_eq!(checks::in_the_way(&planned, &registry("Deny", &[], Some(&[])), None), Some(Rules::default()));
}

#[test]
fn what_is_not_known_of_one_kind_does_not_hide_rules_of_the_other() {
    let present = registry("Allow", &["9.9.9.9"], Some(&[SUBNET]));
    let open = || Tf::Known(vec![Tf::Unknown]);
    let in_the_way = |planned: &Model| checks::in_the_way(planned, &present, None);
    let subnet_to_come = Model { virtual_network_subnet_ids: open(), ..model("Deny", &["1.2.3.4"], &[]) };
    assert_eq!(in_the_way(&subnet_to_come), Some(rules(&["9.9.9.9"], &[])));
    let range_to_come = Model { ip_rules: open(), ..model("Deny", &[], &[]) };
    assert_eq!(in_the_way(&range_to_come), Some(rules(&[], &[SUBNET])));
    let both_to_come = Model { virtual_network_subnet_ids: open(), ..range_to_come };
    assert_eq!(in_the_way(&both_to_come), None);
}

#[test]
fn a_list_that_is_not_known_to_its_end_is_not_said_to_be_all_that_goes() {
    let id = REGISTRY.parse().unwrap();
    let told = |planned: &Model| checks::adopting(&id, &rules(&["9.9.9.9"], &[]), planned).unwrap().detail;
    let whole = model("Deny", &["1.2.3.4"], &[]);
    let open = Model { virtual_network_subnet_ids: Tf::Unknown, ..whole.clone() };
    assert!(told(&open).contains("at least these rules") && !told(&whole).contains("at least"));
}

#[test]
fn nothing_is_in_the_way_of_an_additive_rule_set() {
    let planned = in_mode("additive", model("Deny", &["1.2.3.4"], &[]));
    assert_eq!(checks::in_the_way(&planned, &registry("Deny", &["9.9.9.9"], Some(&[])), None), None);
}

#[test]
fn becoming_authoritative_is_in_the_way_of_others_and_not_of_itself() {
    let planned = model("Deny", &["5.5.5.5"], &[]);
    let owned = rules(&["1.2.3.4"], &[]);
    let only_ours = registry("Deny", &["1.2.3.4"], Some(&[]));
    assert_eq!(checks::in_the_way(&planned, &only_ours, Some(&owned)), None);
    let with_others = registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[]));
    assert_eq!(checks::in_the_way(&planned, &with_others, Some(&owned)), Some(rules(&["9.9.9.9"], &[])));
}

#[test]
fn rules_of_others_stay_beside_what_an_additive_rule_set_adds() {
    let present = registry("Deny", &["1.2.3.4", "5.5.5.5", "9.9.9.9"], Some(&[SUBNET]));
    let other = SUBNET.replace("one", "other");
    let planned = model("Deny", &["1.2.3.4/32", "7.7.7.7"], &[&other]);
    let prior = in_mode("additive", model("Deny", &["5.5.5.5"], &[]));
    assert_eq!(checks::others_beside(&planned, None, &present), Rules::default());
    let planned = in_mode("additive", planned);
    let others = |prior| checks::others_beside(&planned, prior, &present);
    assert_eq!(others(None), rules(&["5.5.5.5", "9.9.9.9"], &[SUBNET]));
    assert_eq!(others(Some(&prior)), rules(&["9.9.9.9"], &[SUBNET]), "what leaves the list leaves the registry");
    let authoritative = Model { rules_mode: Tf::Null, ..prior.clone() };
    assert_eq!(others(Some(&authoritative)), rules(&["5.5.5.5", "9.9.9.9"], &[SUBNET]), "what it lets go stays");
}

#[test]
fn rules_of_others_do_not_matter_where_none_of_their_kind_is_added() {
    let present = registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[SUBNET]));
    let others = |planned| checks::others_beside(&in_mode("additive", planned), None, &present);
    assert_eq!(others(model("Deny", &["1.2.3.4/32"], &[SUBNET])), Rules::default());
    assert_eq!(others(model("Deny", &["7.7.7.7"], &[SUBNET])), rules(&["1.2.3.4", "9.9.9.9"], &[]));
    assert_eq!(others(model("Deny", &["1.2.3.4"], &[&SUBNET.replace("one", "other")])), rules(&[], &[SUBNET]));
}

#[test]
fn public_access_that_is_off_is_told_where_rules_count_on_it_and_it_is_not_managed() {
    let off = Registry::new(json!({"sku": {"name": "Premium"}, "properties": {"publicNetworkAccess": "Disabled"}}));
    let id = REGISTRY.parse().unwrap();
    let told = |config: &Model| checks::surroundings(config, &id, &off).iter().count();
    assert_eq!(told(&model("Deny", &["1.2.3.4"], &[])), 1);
    assert_eq!(told(&model("Deny", &[], &[])), 0, "without rules nothing is in vain");
    for managed in [Tf::Known(true), Tf::Known(false), Tf::Unknown] {
        let config = Model { public_network_access_enabled: managed, ..model("Deny", &["1.2.3.4"], &[]) };
        assert_eq!(told(&config), 0);
    }
    let on = registry("Deny", &[], Some(&[]));
    assert!(checks::surroundings(&model("Deny", &["1.2.3.4"], &[SUBNET]), &id, &on).is_empty());
}

#[test]
fn the_refusal_shows_the_import_block_and_both_other_ways() {
    let present = registry("Deny", &["9.9.9.9"], Some(&[]));
    let refusal = checks::refused(&REGISTRY.parse().unwrap(), &rules(&["9.9.9.9"], &[]), &present);
    for part in ["import {", &format!("id = \"{REGISTRY}\""), "- 9.9.9.9", "\"adopt\"", "\"additive\""] {
        assert!(refusal.detail.contains(part), "{part} in {}", refusal.detail);
    }
}

#[test]
fn what_is_read_keeps_the_spelling_of_the_state() {
    let state = model("Deny", &["1.2.3.4/32"], &[SUBNET]);
    let upper = SUBNET.to_ascii_uppercase();
    let read = observed(&registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[&upper])), state);
    assert_eq!(known(&read.ip_rules).collect::<Vec<_>>(), ["1.2.3.4/32", "9.9.9.9"]);
    assert_eq!(known(&read.virtual_network_subnet_ids).collect::<Vec<_>>(), [SUBNET]);
}

#[test]
fn an_additive_rule_set_sees_only_its_own_rules() {
    let state = in_mode("additive", model("Deny", &["1.2.3.4", "5.5.5.5"], &[]));
    let read = observed(&registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[SUBNET])), state);
    assert_eq!(known(&read.ip_rules).collect::<Vec<_>>(), ["1.2.3.4"]);
    assert_eq!(known(&read.virtual_network_subnet_ids).count(), 0);
}

#[test]
fn subnets_that_the_answer_does_not_show_stay_as_they_are_in_the_state() {
    let read = observed(&registry("Deny", &[], None), model("Deny", &[], &[SUBNET]));
    assert_eq!(known(&read.virtual_network_subnet_ids).collect::<Vec<_>>(), [SUBNET]);
}

#[test]
fn an_imported_rule_set_has_everything_and_the_choices_of_the_schema() {
    let imported = Model { registry_id: Tf::Known(REGISTRY.to_owned()), ..Model::default() };
    let read = observed(&registry("Deny", &["1.2.3.4"], Some(&[SUBNET])), imported);
    assert_eq!(known(&read.ip_rules).collect::<Vec<_>>(), ["1.2.3.4"]);
    assert_eq!(read.default_action, Tf::Known("Deny".to_owned()));
    let choices =
        [&read.rules_mode, &read.on_existing, &read.on_destroy].map(|choice| choice.known().unwrap().as_str());
    assert_eq!(choices, ["authoritative", "fail", "restore_default"]);
}

#[test]
fn an_action_that_is_none_of_azures_words_reads_as_deny() {
    let read = observed(&registry("Quarantine", &[], Some(&[])), model("Allow", &[], &[]));
    assert_eq!(read.default_action, Tf::Known("Deny".to_owned()));
}

#[test]
fn what_was_planned_stays_and_what_was_left_open_is_filled_in() {
    let planned = Model {
        login_server: Tf::Unknown,
        public_network_access_enabled: Tf::Unknown,
        network_rule_bypass_option: Tf::Known("None".to_owned()),
        ..model("Deny", &["1.2.3.4/32"], &[])
    };
    let done = completed(planned, &registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[])));
    assert_eq!(known(&done.ip_rules).collect::<Vec<_>>(), ["1.2.3.4/32"]);
    assert_eq!(done.login_server, Tf::Known("myregistry.azurecr.io".to_owned()));
    assert_eq!(done.public_network_access_enabled, Tf::Known(true));
    assert_eq!(done.network_rule_bypass_option, Tf::Known("None".to_owned()));
}

/// Additive edits and single rules leave the action alone, also one that nobody here knows.
#[test]
fn an_action_that_stays_goes_back_in_azures_word() {
    let current = registry("Quarantine", &["9.9.9.9"], Some(&[]));
    let adding = model("Deny", &["1.2.3.4"], &[]).known_rules();
    let patch = sent(&current, &Edit::additive(None, adding, &Rules::default()), Lists::Changed).unwrap();
    assert_eq!(patch.default_action.as_deref(), Some("Quarantine"));
}

#[test]
fn restoring_the_default_of_an_additive_rule_set_leaves_the_rules_of_others() {
    let prior = in_mode("additive", model("Deny", &["1.2.3.4"], &[]));
    let current = registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[SUBNET]));
    let patch = sent(&current, &restore_default(&prior, prior.known_rules()), Lists::Changed).unwrap();
    assert_eq!(patch.default_action.as_deref(), Some("Allow"));
    assert_eq!(patch.ip_rules, Some(vec!["9.9.9.9".to_owned()]));
    assert_eq!(patch.virtual_network_rules, None);
}

#[test]
fn restoring_what_was_there_brings_back_rules_action_and_managed_settings() {
    let previous = Previous::of(&registry("Deny", &["9.9.9.9"], Some(&[SUBNET])));
    let prior = model("Deny", &["1.2.3.4"], &[]);
    let edit = restore_previous(&prior, &prior.known_rules(), &previous);
    let patch = sent(&registry("Deny", &["1.2.3.4"], Some(&[])), &edit, Lists::Both).unwrap();
    assert_eq!(patch.ip_rules, Some(vec!["9.9.9.9".to_owned()]));
    assert_eq!(patch.virtual_network_rules, Some(vec![SUBNET.to_owned()]));
    let managed = Scalars { public_network_access_enabled: Some(false), ..Scalars::default() };
    let restored = Scalars { public_network_access_enabled: Some(true), ..Scalars::default() };
    assert_eq!(previous.scalars(&managed), restored);
}

#[test]
fn an_additive_rule_set_does_not_remove_a_rule_that_was_there_before_it() {
    let previous = Previous::of(&registry("Allow", &["1.2.3.4"], Some(&[])));
    let prior = in_mode("additive", model("Deny", &["1.2.3.4", "5.5.5.5"], &[]));
    let edit = restore_previous(&prior, &prior.known_rules(), &previous);
    let patch = sent(&registry("Deny", &["1.2.3.4", "5.5.5.5"], Some(&[])), &edit, Lists::Changed).unwrap();
    assert_eq!(patch.ip_rules, Some(vec!["1.2.3.4".to_owned()]));
    assert_eq!(patch.default_action.as_deref(), Some("Allow"));
}

/// Two of them, the second made where the first denied already, are destroyed together: in one write, in whatever order.
#[test]
fn an_additive_rule_set_that_has_not_changed_the_default_action_brings_none_back() {
    let prior = in_mode("additive", model("Deny", &["1.2.3.4"], &[]));
    let action = |before: &str| {
        let previous = Previous::of(&registry(before, &["9.9.9.9"], Some(&[])));
        let edit = restore_previous(&prior, &prior.known_rules(), &previous);
        sent(&registry("Allow", &["1.2.3.4", "9.9.9.9"], Some(&[])), &edit, Lists::Changed).unwrap().default_action
    };
    assert_eq!(action("Deny").as_deref(), Some("Allow"), "what the first has brought back stays");
    let closed = sent(
        &registry("Deny", &["1.2.3.4"], Some(&[])),
        &restore_previous(&prior, &prior.known_rules(), &Previous::of(&registry("Allow", &[], Some(&[])))),
        Lists::Changed,
    );
    assert_eq!(closed.unwrap().default_action.as_deref(), Some("Allow"));
}

#[test]
fn destroying_warns_only_where_something_opens() {
    let told = |on_destroy: &str, action: &str, previous: Option<&Previous>| {
        let prior = Model { on_destroy: Tf::Known(on_destroy.to_owned()), ..model(action, &["1.2.3.4"], &[]) };
        let told = checks::destroying(&prior, previous, &Scalars::default());
        told.iter().map(|told| told.summary.clone()).collect::<Vec<_>>()
    };
    let allowing = Previous::of(&registry("Allow", &["9.9.9.9"], Some(&[])));
    let denying = Previous::of(&registry("Deny", &["1.2.3.4"], Some(&[])));
    let opens = ["Destroying opens registry myregistry to all networks"];
    assert_eq!(told("restore_default", "Deny", None), opens);
    assert_eq!(told("restore_default", "Allow", None), [""; 0]);
    assert_eq!(told("keep", "Deny", None), [""; 0]);
    assert_eq!(told("restore_previous", "Deny", Some(&allowing)), opens);
    assert_eq!(told("restore_previous", "Deny", Some(&denying)), [""; 0]);
    assert_eq!(told("restore_previous", "Deny", None), ["Destroying leaves registry myregistry as it is"]);
}

#[test]
fn destroying_lists_the_rules_that_it_brings_back() {
    let prior = Model { on_destroy: Tf::Known("restore_previous".to_owned()), ..model("Deny", &["1.2.3.4"], &[]) };
    let previous = Previous::of(&registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[SUBNET])));
    let told = checks::destroying(&prior, Some(&previous), &Scalars::default());
    let told: Vec<_> = told.iter().collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].detail.ends_with(&format!("before:\n  - 9.9.9.9\n  - {SUBNET}")), "{}", told[0].detail);
    let additive = in_mode("additive", prior);
    assert!(checks::destroying(&additive, Some(&previous), &Scalars::default()).is_empty(), "they never went");
}

#[test]
fn destroying_tells_that_public_access_comes_back_where_it_was_managed() {
    let prior = Model {
        on_destroy: Tf::Known("restore_previous".to_owned()),
        public_network_access_enabled: Tf::Known(false),
        ..model("Deny", &[], &[])
    };
    let previous = Previous::of(&registry("Deny", &[], Some(&[])));
    let managed = Scalars { public_network_access_enabled: Some(false), ..Scalars::default() };
    let told = checks::destroying(&prior, Some(&previous), &managed);
    let summaries: Vec<_> = told.iter().map(|told| told.summary.as_str()).collect();
    assert_eq!(summaries, ["Destroying enables public network access of registry myregistry"]);
    assert!(checks::destroying(&prior, Some(&previous), &Scalars::default()).is_empty(), "not ours to bring back");
}

#[test]
fn making_a_rule_set_that_opens_a_registry_is_told() {
    let id = REGISTRY.parse().unwrap();
    let told = |action: &str, present: &str| {
        checks::opening(&id, &model(action, &[], &[]), &registry(present, &[], Some(&[]))).is_some()
    };
    assert!(told("Allow", "Deny"));
    assert!(!told("Allow", "Allow") && !told("Deny", "Deny") && !told("Deny", "Allow"));
}

#[test]
fn unknown_values_are_passed_over_by_the_checks() {
    let config =
        Model { ip_rules: Tf::Known(vec![Tf::Unknown, Tf::Known("10.0.0.0/8".to_owned())]), ..model("Deny", &[], &[]) };
    let found = checks::content(&config);
    assert_eq!(found.iter().filter(|found| found.severity == Severity::Error).count(), 1);
    let config = Model { ip_rules: Tf::Unknown, default_action: Tf::Unknown, ..Model::default() };
    assert!(checks::content(&config).is_empty());
}

#[test]
fn each_setting_that_the_version_ignores_is_an_error_at_its_attribute() {
    let all = Model {
        public_network_access_enabled: Tf::Known(true),
        network_rule_bypass_option: Tf::Known("None".to_owned()),
        network_rule_bypass_for_tasks_enabled: Tf::Known(false),
        ..model("Deny", &[], &[])
    };
    let (access, option, tasks) =
        ("public_network_access_enabled", "network_rule_bypass_option", "network_rule_bypass_for_tasks_enabled");
    let mut arm = Config::new(Cloud::named(CloudName::Public));
    for (version, attributes) in [
        ("2019-05-01", &[access, option, tasks][..]),
        ("2023-07-01", &[tasks]),
        ("2025-11-01", &[]),
        ("2026-03-01-preview", &[]),
    ] {
        arm.registry_api_version = version.parse().unwrap();
        let found = checks::settings(&all, &arm);
        let paths: Vec<_> = found.iter().map(|found| found.path.clone().unwrap()).collect();
        let expected: Vec<_> = attributes.iter().map(|attribute| Path::attribute(*attribute)).collect();
        assert_eq!(paths, expected, "{version}");
        assert!(found.iter().all(|found| found.detail.contains("registry_api_version")), "{found:?}");
        assert!(checks::settings(&model("Deny", &[], &[]), &arm).is_empty(), "what is not managed is not sent");
    }
}

#[test]
fn a_model_with_something_unknown_asks_for_nothing_yet() {
    for unknown in [
        Model { registry_id: Tf::Unknown, ..model("Deny", &[], &[]) },
        Model { default_action: Tf::Unknown, ..model("Deny", &[], &[]) },
        Model { ip_rules: Tf::Known(vec![Tf::Unknown]), ..model("Deny", &[], &[]) },
        Model { virtual_network_subnet_ids: Tf::Unknown, ..model("Deny", &[], &[]) },
    ] {
        assert!(Wanted::try_from(&unknown).is_err());
    }
}

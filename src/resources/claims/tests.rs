use super::Owner::{Additive, Authoritative, Single};
use super::*;
use crate::rules::{IpRule, SubnetRef};
use crate::terraform::diagnostic::Severity;

const REGISTRY: &str =
    "/subscriptions/0000/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry";

fn rules(ips: &[&str], subnets: &[&str]) -> Rules {
    Rules {
        ip_rules: ips.iter().map(|text| IpRule::read(text)).collect(),
        subnets: subnets.iter().map(|id| SubnetRef::new(*id)).collect(),
    }
}

fn claim(owner: Owner, ips: &[&str], subnets: &[&str]) -> Claim {
    Claim { owner, rules: rules(ips, subnets), whole: true, settings: Vec::new() }
}

fn somebody() -> Claimant {
    Claimant::of(&mut Private::default())
}

/// What is said when these are laid one after the other: how bad it is, and at which attribute.
fn said(first: &Claim, second: &Claim) -> Vec<(Severity, String)> {
    let claims = Claims::default();
    let registry: RegistryId = REGISTRY.parse().unwrap();
    assert!(claims.lay(&registry, somebody(), first.clone()).is_empty());
    // Azure does not look at letter case, so neither may this.
    let found = claims.lay(&REGISTRY.to_uppercase().parse().unwrap(), somebody(), second.clone());
    found.iter().map(|found| (found.severity, found.path.as_ref().unwrap().to_string())).collect()
}

fn one(severity: Severity, path: &str) -> Vec<(Severity, String)> {
    vec![(severity, path.to_owned())]
}

#[test]
fn a_rule_of_two_single_resources_is_an_error() {
    let again = |text| claim(Single, &[text], &[]);
    assert_eq!(said(&again("1.2.3.4"), &again("1.2.3.4/32")), one(Severity::Error, "ip_range"));
    assert_eq!(said(&claim(Single, &[], &["/A"]), &claim(Single, &[], &["/a"])), one(Severity::Error, "subnet_id"));
    assert_eq!(said(&again("1.2.3.4"), &again("1.2.3.5")), []);
}

#[test]
fn what_an_authoritative_rule_set_would_remove_is_an_error_in_either_order() {
    let set = claim(Authoritative, &["1.2.3.4"], &[]);
    let other = claim(Single, &["5.6.7.8"], &[]);
    assert_eq!(said(&set, &other), one(Severity::Error, "ip_range"));
    assert_eq!(said(&other, &set), one(Severity::Error, "ip_rules"));
    assert_eq!(said(&set, &claim(Additive, &[], &["/a"])), one(Severity::Error, "virtual_network_subnet_ids"));
}

#[test]
fn a_list_that_is_not_known_to_its_end_is_not_said_to_lack_anything() {
    let set = Claim { whole: false, ..claim(Authoritative, &["1.2.3.4"], &[]) };
    assert_eq!(said(&set, &claim(Single, &["5.6.7.8"], &[])), []);
    assert_eq!(said(&set, &claim(Single, &["1.2.3.4"], &[])), one(Severity::Warning, "ip_range"));
}

#[test]
fn a_rule_that_a_set_lists_too_is_a_warning() {
    for set in [Authoritative, Additive] {
        let (set, single) = (claim(set, &["1.2.3.4", "5.6.7.8"], &[]), claim(Single, &["1.2.3.4"], &[]));
        assert_eq!(said(&set, &single), one(Severity::Warning, "ip_range"));
        assert_eq!(said(&single, &set), one(Severity::Warning, "ip_rules"));
    }
    let additive = |text| claim(Additive, &[text], &[]);
    assert_eq!(said(&additive("1.2.3.4"), &additive("1.2.3.4")), one(Severity::Warning, "ip_rules"));
    assert_eq!(said(&additive("1.2.3.4"), &additive("5.6.7.8")), []);
}

#[test]
fn two_authoritative_rule_sets_are_an_error() {
    let set = claim(Authoritative, &["1.2.3.4"], &[]);
    assert_eq!(said(&set, &set), one(Severity::Error, "registry_id"));
}

#[test]
fn rule_sets_that_want_different_settings_are_an_error_in_whatever_mode() {
    let deny = |owner| Claim { settings: vec![("default_action", "\"Deny\"".to_owned())], ..claim(owner, &[], &[]) };
    let allow = Claim {
        settings: vec![
            ("public_network_access_enabled", "true".to_owned()),
            ("default_action", "\"Allow\"".to_owned()),
        ],
        ..claim(Additive, &[], &[])
    };
    for owner in [Authoritative, Additive] {
        assert_eq!(said(&deny(owner), &allow), one(Severity::Error, "default_action"));
        assert_eq!(said(&allow, &deny(owner)), one(Severity::Error, "default_action"));
    }
    assert_eq!(said(&deny(Additive), &deny(Additive)), []);
    // A single rule sets none.
    assert_eq!(said(&deny(Additive), &claim(Single, &["1.2.3.4"], &[])), []);
}

#[test]
fn claims_of_other_registries_are_others() {
    let claims = Claims::default();
    let (one, other): (RegistryId, RegistryId) = (REGISTRY.parse().unwrap(), format!("{REGISTRY}2").parse().unwrap());
    claims.lay(&one, somebody(), claim(Single, &["1.2.3.4"], &[]));
    assert!(claims.lay(&other, somebody(), claim(Single, &["1.2.3.4"], &["/a"])).is_empty());
    assert_eq!(claims.of(&one), rules(&["1.2.3.4"], &[]));
    assert_eq!(claims.of(&other), rules(&["1.2.3.4"], &["/a"]));
}

#[test]
fn an_object_that_is_planned_again_does_not_meet_itself_and_has_one_claim() {
    let (claims, mut private) = (Claims::default(), Private::default());
    let registry: RegistryId = REGISTRY.parse().unwrap();
    for owner in [Authoritative, Single] {
        for ip in ["1.2.3.4", "5.6.7.8"] {
            assert!(claims.lay(&registry, Claimant::of(&mut private), claim(owner, &[ip], &[])).is_empty());
        }
    }
    assert_eq!(claims.of(&registry), rules(&["5.6.7.8"], &[]));
}

//! Laws of rule sets and their edits, for random contents: nobody's rules are lost, and none come that nobody wrote.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;
use proptest::prelude::*;

use super::{
    Contents, DefaultAction, Edit, EditError, IpRange, IpRule, Limits, RuleSet, Rules, Severity, Subject, SubnetRef,
};

/// Texts of rules that often mean the same: both spellings of an address, IPv6, what only Azure understands.
fn rule() -> impl Strategy<Value = IpRule> {
    let texts = [
        "1.2.3.4",
        "1.2.3.4/32",
        "16.17.18.0/24",
        "16.17.18.0/25",
        "52.57.22.38",
        "2001:db8::1",
        "2001:DB8::1",
        "1.2.3.4/24",
        "",
    ];
    prop::sample::select(texts.to_vec()).prop_map(IpRule::read)
}

fn subnet() -> impl Strategy<Value = SubnetRef> {
    prop::sample::select(vec!["/subnets/a", "/SUBNETS/A", "/subnets/b", "/subnets/c", "/subnets/ä", "/subnets/Ä"])
        .prop_map(SubnetRef::new)
}

fn rules() -> impl Strategy<Value = Rules> {
    (prop::collection::btree_set(rule(), 0..6), prop::collection::btree_set(subnet(), 0..5))
        .prop_map(|(ip_rules, subnets)| Rules { ip_rules, subnets })
}

fn action() -> impl Strategy<Value = DefaultAction> {
    prop::sample::select(vec![DefaultAction::Allow, DefaultAction::Deny])
}

fn content() -> impl Strategy<Value = RuleSet> {
    (action(), rules()).prop_map(|(default_action, rules)| RuleSet {
        default_action,
        ip_rules: rules.ip_rules,
        subnets: Some(rules.subnets),
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (action(), rules()).prop_map(|(action, rules)| Edit::authoritative(action, rules)),
        (prop::option::of(action()), rules(), rules())
            .prop_map(|(action, listed, before)| Edit::additive(action, listed, &before)),
        (prop::option::of(action()), rules()).prop_map(|(action, ours)| Edit::removal(action, ours)),
    ]
}

fn held(content: &RuleSet) -> Rules {
    Rules { ip_rules: content.ip_rules.clone(), subnets: content.subnets.clone().unwrap_or_default() }
}

fn after(edit: &Edit, content: &RuleSet) -> RuleSet {
    edit.apply(content).unwrap().rule_set
}

/// The rules in their spelling, which their equality does not see.
fn spelled(content: &RuleSet) -> (Vec<String>, Vec<String>) {
    let held = held(content);
    (
        held.ip_rules.iter().map(ToString::to_string).collect(),
        held.subnets.iter().map(|subnet| subnet.as_str().to_owned()).collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_authoritative_edit_leaves_what_it_lists_and_nothing_else(content in content(), listed in rules(), action in action()) {
        let result = after(&Edit::authoritative(action, listed.clone()), &content);
        prop_assert_eq!((held(&result), result.default_action), (listed, action));
    }

    #[test]
    fn an_additive_edit_loses_nothing_but_what_it_listed_before(content in content(), listed in rules(), before in rules()) {
        let result = after(&Edit::additive(None, listed.clone(), &before), &content);
        let gone = held(&content).without(&held(&result));
        prop_assert_eq!(gone, held(&content).shared_with(&before).without(&listed));
        prop_assert_eq!(held(&result).without(&held(&content)), listed.without(&held(&content)));
        prop_assert_eq!(result.default_action, content.default_action);
    }

    #[test]
    fn a_removal_takes_ours_and_brings_nothing(content in content(), ours in rules()) {
        let result = after(&Edit::removal(None, ours.clone()), &content);
        prop_assert_eq!(held(&result), held(&content).without(&ours));
    }

    #[test]
    fn what_is_spared_stays_and_nothing_comes_by_it(content in content(), edit in edit(), others in rules()) {
        let (plain, spared) = (after(&edit, &content), after(&edit.sparing(&others, &content), &content));
        let kept = held(&content).shared_with(&others);
        prop_assert_eq!(held(&spared), held(&plain).with(&kept));
    }

    #[test]
    fn an_edit_applied_again_changes_nothing_not_even_a_spelling(content in content(), edit in edit()) {
        let once = edit.apply(&content).unwrap();
        let again = edit.apply(&once.rule_set).unwrap();
        prop_assert_eq!(once.changed, once.rule_set != content);
        prop_assert!(!again.changed);
        prop_assert_eq!(spelled(&again.rule_set), spelled(&once.rule_set));
    }

    #[test]
    fn what_stays_keeps_its_spelling(content in content(), edit in edit()) {
        let result = after(&edit, &content);
        for rule in &result.ip_rules {
            let expected = content.ip_rules.get(rule).map_or_else(|| rule.to_canonical().to_string(), ToString::to_string);
            prop_assert_eq!(rule.as_str(), expected);
        }
    }

    /// However many add their rules, and in whatever order they come: the rules of all of them are there.
    #[test]
    fn rules_that_many_add_are_all_there_in_any_order(
        content in content(),
        (lists, shuffled) in prop::collection::vec(rules(), 1..5).prop_flat_map(|lists| (Just(lists.clone()), Just(lists).prop_shuffle())),
    ) {
        let folded = |lists: &[Rules]| {
            lists.iter().fold(content.clone(), |content, list| after(&Edit::additive(None, list.clone(), list), &content))
        };
        let all = lists.iter().fold(held(&content), |all, list| all.with(list));
        prop_assert_eq!(held(&folded(&lists)), all);
        prop_assert_eq!(folded(&shuffled), folded(&lists));
    }

    #[test]
    fn a_difference_leads_from_one_content_to_the_other(from in content(), to in content()) {
        let difference = from.difference(&to);
        prop_assert_eq!(held(&from).without(&difference.removed).with(&difference.added), held(&to));
        prop_assert_eq!(difference.default_action.unwrap_or(from.default_action), to.default_action);
        prop_assert!(difference.added.shared_with(&difference.removed).is_empty());
        prop_assert_eq!(difference.is_empty(), from == to);
    }

    #[test]
    fn another_spelling_is_the_same_content(content in content(), prior in rules()) {
        let respelled = content.spelled_as(&prior);
        prop_assert_eq!(&respelled, &content);
        for rule in &respelled.ip_rules {
            let source = prior.ip_rules.get(rule).or_else(|| content.ip_rules.get(rule)).unwrap();
            prop_assert_eq!(rule.as_str(), source.as_str());
        }
    }

    #[test]
    fn unknown_subnets_are_never_written(content in content(), edit in edit()) {
        match edit.apply(&RuleSet { subnets: None, ..content }) {
            Ok(edited) => prop_assert_eq!(edited.rule_set.subnets, None),
            Err(error) => prop_assert_eq!(error, EditError::UnknownSubnets),
        }
    }

    /// In a public space of 64 addresses, where ranges are often the same or inside another.
    #[test]
    fn a_range_inside_another_or_the_same_is_told_and_no_other(places in prop::collection::vec((0_u32..64, 26_u8..=32), 0..8)) {
        let nets: Vec<Ipv4Net> = places.iter().map(|(offset, prefix)| {
            Ipv4Net::new((0x3439_1600 + offset).into(), *prefix).unwrap().trunc()
        }).collect();
        let texts: Vec<String> = nets.iter().map(|net| IpRange::from(*net).canonical()).collect();
        let contents = Contents { ip_rules: texts.iter().map(String::as_str).collect(), ..Contents::default() };
        let found = contents.findings(&Limits { ip_rules: usize::MAX, virtual_network_rules: usize::MAX });
        let distinct: BTreeSet<Ipv4Net> = nets.iter().copied().collect();
        let inside = |net: &Ipv4Net| distinct.iter().any(|outer| outer != net && outer.contains(net));
        let doubled = found.iter().filter(|finding| finding.severity == Severity::Error).count();
        prop_assert_eq!(doubled, nets.len() - distinct.len());
        let told: Vec<&Subject> = found.iter().filter(|it| it.severity == Severity::Warning).map(|it| &it.subject).collect();
        let expected: Vec<Subject> = distinct.iter().filter(|net| inside(net)).map(|net| Subject::IpRule(IpRange::from(*net).canonical())).collect();
        prop_assert_eq!(told.len(), expected.len());
        prop_assert!(expected.iter().all(|subject| told.contains(&subject)));
    }
}

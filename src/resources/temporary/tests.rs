use serde_json::json;

use super::*;
use crate::rules::DefaultAction;

const RANGE: &str = "1.2.3.4";

fn registry() -> RegistryId {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/myregistry".parse().unwrap()
}

fn rule() -> IpRule {
    IpRule::read(RANGE)
}

fn rules(texts: &[&str]) -> Rules {
    Rules { ip_rules: texts.iter().map(|text| IpRule::read(text)).collect(), ..Rules::default() }
}

fn exactly(texts: &[&str]) -> Edit {
    Edit::authoritative(DefaultAction::Deny, rules(texts))
}

fn reading(texts: &[&str]) -> Registry {
    let ip_rules: Vec<_> = texts.iter().map(|text| json!({"action": "Allow", "value": text})).collect();
    Registry::new(json!({"properties": {"networkRuleSet": {"defaultAction": "Deny", "ipRules": ip_rules}}}))
}

/// A rule that is held, and was there before or not.
fn held(is_there: bool) -> Temporaries {
    let all = Temporaries::default();
    all.hold(&registry(), &rule());
    assert_eq!(all.see(&registry(), &rule(), is_there), is_there);
    all
}

fn shown(all: &Temporaries) -> bool {
    all.without(&registry(), &reading(&["9.9.9.9", RANGE])).ip_rules().len() == 2
}

#[test]
fn what_was_not_there_is_hidden_and_goes_with_its_last_holder() {
    let all = held(false);
    assert!(!shown(&all) && all.held(&registry()) == rules(&[RANGE]));
    all.hold(&registry(), &rule());
    assert!(!all.see(&registry(), &rule(), true), "ours, for the second too");
    assert!(!all.leave(&registry(), &rule()));
    assert!(all.leave(&registry(), &rule()));
}

#[test]
fn a_reading_from_before_it_went_still_hides_it_and_the_next_one_to_hold_begins_anew() {
    let all = held(false);
    all.leave(&registry(), &rule());
    all.removed(&registry(), &rule());
    assert!(!shown(&all) && all.held(&registry()).is_empty());
    all.hold(&registry(), &rule());
    assert!(all.see(&registry(), &rule(), true), "somebody else's by now");
    assert!(shown(&all) && !all.leave(&registry(), &rule()));
}

#[test]
fn who_comes_while_it_goes_keeps_it() {
    let all = held(false);
    assert!(all.leave(&registry(), &rule()));
    all.hold(&registry(), &rule());
    assert!(!all.goes(&registry(), &rule()));
    all.removed(&registry(), &rule());
    assert!(!all.see(&registry(), &rule(), true) && all.leave(&registry(), &rule()), "still ours");
}

#[test]
fn what_was_there_is_shown_stays_and_becomes_ours_when_it_has_gone() {
    let all = held(true);
    assert!(shown(&all) && !all.leave(&registry(), &rule()));
    let all = held(true);
    assert!(!all.see(&registry(), &rule(), false));
    assert!(!shown(&all) && all.leave(&registry(), &rule()));
}

#[test]
fn what_a_resource_makes_is_its_own_from_the_beginning_of_the_write_on() {
    let all = held(false);
    all.about_to_write(&registry(), &exactly(&[RANGE]));
    assert!(!shown(&all), "not yet");
    assert!(!all.leave(&registry(), &rule()));
    let all = held(false);
    all.about_to_write(&registry(), &exactly(&[RANGE]));
    all.written(&registry(), &exactly(&[RANGE]), &rules(&[RANGE]));
    assert!(shown(&all) && !all.leave(&registry(), &rule()));
    let all = held(false);
    all.about_to_write(&registry(), &exactly(&[RANGE]));
    all.not_written(&registry(), &exactly(&[RANGE]));
    assert!(all.leave(&registry(), &rule()));
}

#[test]
fn what_a_resource_gives_up_goes_with_its_last_holder_unless_another_claims_it() {
    let removal = Edit::removal(None, rules(&[RANGE]));
    for edit in [exactly(&[]), removal] {
        let all = held(true);
        all.written(&registry(), &edit, &Rules::default());
        assert!(!shown(&all) && all.leave(&registry(), &rule()));
        let all = held(true);
        all.written(&registry(), &edit, &rules(&[RANGE]));
        assert!(shown(&all) && !all.leave(&registry(), &rule()));
    }
}

#[test]
fn a_write_that_is_not_about_a_rule_says_nothing_of_it() {
    let others = Edit::additive(None, rules(&["9.9.9.9"]), &rules(&["8.8.8.8"]));
    let all = held(false);
    all.about_to_write(&registry(), &others);
    all.written(&registry(), &others, &Rules::default());
    assert!(all.leave(&registry(), &rule()));
}

/// The first removal failed, and is tried again later: what a resource does meanwhile counts.
#[test]
fn what_is_made_permanent_while_it_is_taken_off_stays() {
    let all = held(false);
    assert!(all.leave(&registry(), &rule()));
    all.about_to_write(&registry(), &exactly(&[RANGE]));
    assert!(!all.goes(&registry(), &rule()) && !all.removed(&registry(), &rule()));
    all.written(&registry(), &exactly(&[RANGE]), &rules(&[RANGE]));
    assert!(shown(&all) && !all.goes(&registry(), &rule()) && !all.removed(&registry(), &rule()));
}

#[tokio::test]
async fn a_resource_that_fails_to_make_it_permanent_leaves_it_to_be_taken_off() {
    let all = held(false);
    all.about_to_write(&registry(), &exactly(&[RANGE]));
    assert!(!all.leave(&registry(), &rule()));
    let fails = async {
        tokio::task::yield_now().await;
        all.not_written(&registry(), &exactly(&[RANGE]));
    };
    let (place, range) = (registry(), rule());
    let ((), ()) = tokio::join!(all.decided(&place, &range), fails);
    assert!(all.goes(&place, &range) && all.removed(&place, &range));
}

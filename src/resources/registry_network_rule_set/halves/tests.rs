use super::*;
use crate::azure::registry::Registry;
use crate::resources::registry_network_rule_set::tests::{in_mode, model, registry};
use crate::terraform::value::Tf;

fn id() -> RegistryId {
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myregistry".parse().unwrap()
}

fn additive(ips: &[&str]) -> Model {
    in_mode("additive", model("Deny", ips, &[]))
}

/// A rule set, known again by the default action that was there before it.
fn held(model: Model, before: &str) -> Held {
    Held { model, previous: Some(Previous::of(&present(before))) }
}

fn present(default_action: &str) -> Registry {
    registry(default_action, &[], Some(&[]))
}

fn before(held: Option<Held>) -> Option<String> {
    held.map(|held| held.previous.unwrap().default_action().to_string())
}

#[test]
fn a_create_takes_what_was_handed_over_to_it_and_not_what_is_for_another() {
    let halves = Halves::default();
    let (one, other) = (additive(&["1.2.3.4"]), additive(&["5.6.7.8"]));
    halves.hand_over(&id(), Makes::of(&one), held(one.clone(), "Allow"));
    halves.hand_over(&id(), Makes::of(&other), held(other.clone(), "Deny"));
    assert!(!halves.waits_for(&id(), &additive(&["9.9.9.9"])), "a new one begins with nothing");
    assert_eq!(before(halves.take(&id(), &additive(&["9.9.9.9"]))), None);
    assert_eq!(before(halves.take(&id(), &one)).as_deref(), Some("Allow"));
    assert!(!halves.waits_for(&id(), &one), "it is taken once");
    assert_eq!(before(halves.take(&id(), &other)).as_deref(), Some("Deny"));
}

#[test]
fn what_the_plan_makes_counts_and_not_what_was_there() {
    let halves = Halves::default();
    let (was, becomes) = (additive(&["1.2.3.4"]), additive(&["5.6.7.8"]));
    halves.hand_over(&id(), Makes::of(&becomes), held(was.clone(), "Allow"));
    assert!(!halves.waits_for(&id(), &was));
    assert_eq!(before(halves.take(&id(), &becomes)).as_deref(), Some("Allow"));
}

#[test]
fn a_create_whose_plan_did_not_know_all_is_found_by_what_it_knew() {
    let halves = Halves::default();
    let unknown = Tf::Known(vec![Tf::Known("1.2.3.4".to_owned()), Tf::Unknown]);
    let planned = Model { ip_rules: unknown, ..additive(&[]) };
    halves.hand_over(&id(), Makes::of(&planned), held(additive(&["1.2.3.4"]), "Allow"));
    assert!(!halves.waits_for(&id(), &additive(&["5.6.7.8"])));
    assert_eq!(before(halves.take(&id(), &additive(&["1.2.3.4", "5.6.7.8"]))).as_deref(), Some("Allow"));
}

#[test]
fn of_those_that_failed_creates_left_a_plan_finds_its_own() {
    let halves = Halves::default();
    halves.leave(&id(), held(additive(&["1.2.3.4"]), "Allow"));
    halves.leave(&id(), held(additive(&["5.6.7.8", "5.6.7.9"]), "Deny"));
    halves.leave(&id(), held(model("Deny", &["9.9.9.9"], &[]), "Deny"));
    let left = |model: &Model| before(halves.left(&id(), model));
    assert_eq!(left(&additive(&["1.2.3.4", "1.2.3.5"])).as_deref(), Some("Allow"));
    assert_eq!(left(&additive(&["5.6.7.9"])).as_deref(), Some("Deny"));
    assert_eq!(left(&additive(&["9.9.9.9"])), None, "what owns all is no additive one");
    assert_eq!(left(&model("Deny", &["8.8.8.8"], &[])).as_deref(), Some("Deny"), "there is one that owns all");
}

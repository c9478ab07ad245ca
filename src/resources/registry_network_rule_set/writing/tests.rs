use super::*;
use crate::azure::error::{ArmError, Effect, ErrorKind};
use crate::azure::registry::Registry;
use crate::resources::registry_network_rule_set::tests::{REGISTRY, in_mode, model, registry};
use crate::terraform::value::Tf;

/// The write that leads from `prior` to a model, where a registry takes one IP rule.
fn writing(prior: Option<&Model>, planned: &Model) -> Writing {
    let limits = Limits { ip_rules: 1, virtual_network_rules: 1 };
    Writing::from(prior, &Wanted::try_from(planned).unwrap(), Scalars::default()).within(planned, prior, limits)
}

/// What was refused in the end, or what would be sent, after these readings.
fn after(writing: &Writing, readings: &[&Registry]) -> Result<Option<RegistryPatch>, String> {
    let mut patch = None;
    for reading in readings {
        writing.look(reading, &Rules::default());
        patch = writing.patch(reading, &Rules::default());
    }
    lock(&writing.refusal).as_ref().map_or(Ok(patch), |refusal| Err(refusal.summary.clone()))
}

fn downgraded(registry: &Registry) -> Registry {
    let mut document = registry.raw().clone();
    document["sku"]["name"] = "Standard".into();
    Registry::new(document)
}

#[test]
fn a_rule_that_others_add_between_two_readings_is_refused_and_not_removed() {
    let clean = registry("Allow", &[], Some(&[]));
    let taken = registry("Allow", &["9.9.9.9"], Some(&[]));
    let planned = model("Deny", &["1.2.3.4"], &[]);
    let in_the_way = Err("Registry myregistry already has network rules".to_owned());
    assert_eq!(after(&writing(None, &planned), &[&clean, &taken]), in_the_way);
    assert_eq!(after(&writing(None, &planned), &[&clean, &taken, &clean]), in_the_way, "what is refused stays so");
    assert!(after(&writing(None, &planned), &[&clean, &clean]).unwrap().is_some());
}

#[test]
fn what_may_have_been_written_is_not_looked_at_again() {
    let writing = writing(None, &model("Deny", &["1.2.3.4"], &[]));
    let written = registry("Deny", &["1.2.3.4", "9.9.9.9"], Some(&[]));
    after(&writing, &[&registry("Allow", &[], Some(&[]))]).unwrap();
    assert!(writing.patch(&written, &Rules::default()).is_some(), "it owns all rules by now");
}

#[test]
fn a_registry_that_bears_no_rules_refuses_only_a_write() {
    let present = downgraded(&registry("Deny", &["1.2.3.4", "5.6.7.8"], Some(&[])));
    let prior = model("Deny", &["1.2.3.4", "5.6.7.8"], &[]);
    let keeping = Model { on_destroy: Tf::Known("keep".to_owned()), ..prior.clone() };
    assert_eq!(after(&writing(Some(&prior), &keeping), &[&present]), Ok(None));
    let fewer = in_mode("authoritative", model("Deny", &["1.2.3.4"], &[]));
    let refused = Err("Registry myregistry is not Premium".to_owned());
    assert_eq!(after(&writing(Some(&prior), &fewer), &[&present]), refused);
}

/// Found by torture, seed 516: a change that failed after its effect, while a writer that had read before it brought the old list back.
#[test]
fn a_rule_that_was_removed_by_a_change_that_failed_is_still_ours_when_another_writer_brings_it_back() {
    let before = registry("Deny", &["1.2.3.4", "5.6.7.8"], Some(&[]));
    let seen = registry("Deny", &["1.2.3.4"], Some(&[]));
    let additive = |rules: &[&str]| in_mode("additive", model("Deny", rules, &[]));
    let (prior, planned) = (additive(&["1.2.3.4", "5.6.7.8"]), additive(&["1.2.3.4"]));
    let error = ArmError::for_tests(ErrorKind::OperationFailed, Effect::Unknown);
    let failed = WriteFailed { error, before: Some(before.clone()), seen: Some(seen) };
    let left = left_behind(&failed, Some(&prior), planned.clone()).unwrap();
    assert_eq!(left.known_rules(), prior.known_rules());
    // Who owns all rules sees it anyway.
    let authoritative = in_mode("authoritative", planned);
    let left = left_behind(&failed, Some(&in_mode("authoritative", prior)), authoritative.clone()).unwrap();
    assert_eq!(left.known_rules(), authoritative.known_rules());
}

/// A write that was refused for good, while others changed the registry between two of its readings.
#[test]
fn what_others_change_while_nothing_of_ours_is_written_is_not_ours() {
    let before = registry("Deny", &["5.6.7.8"], Some(&[]));
    let seen = registry("Deny", &["5.6.7.8", "9.9.9.9"], Some(&[]));
    let error = ArmError::for_tests(ErrorKind::BadRequest, Effect::None);
    let failed = WriteFailed { error, before: Some(before), seen: Some(seen) };
    for mode in ["additive", "authoritative"] {
        let planned = in_mode(mode, model("Deny", &["1.2.3.4"], &[]));
        assert_eq!(left_behind(&failed, None, planned), None, "{mode}");
    }
}

#[test]
fn who_has_never_read_the_registry_removes_nothing_of_others() {
    let begun = Model::begun(&REGISTRY.parse().unwrap());
    let taken = registry("Deny", &["9.9.9.9"], Some(&[]));
    let planned = model("Deny", &["1.2.3.4"], &[]);
    let in_the_way = Err("Registry myregistry already has network rules".to_owned());
    assert_eq!(after(&writing(Some(&begun), &planned), &[&taken]), in_the_way);
    let read = model("Deny", &["9.9.9.9"], &[]);
    assert!(after(&writing(Some(&read), &planned), &[&taken]).unwrap().is_some());
}

#[test]
fn a_rule_set_that_goes_leaves_the_registry_to_the_one_that_was_made_meanwhile() {
    let additive = |rules: &[&str]| in_mode("additive", model("Deny", rules, &[]));
    let (old, new) = (additive(&["1.2.3.4"]), additive(&["5.6.7.8"]));
    let going = || {
        let restoring = Restoring::of(&old, None, None, &Scalars::default()).unwrap();
        Writing::restoring(old.registry().unwrap(), &old, restoring)
    };
    let both = registry("Deny", &["1.2.3.4", "5.6.7.8"], Some(&[]));
    let none = Rules::default();
    assert_eq!(going().patch(&both, &none).unwrap().default_action.as_deref(), Some("Allow"), "it is alone");
    let beside = going().patch_beside(&both, &none, &new).unwrap();
    assert_eq!((beside.default_action.as_deref(), beside.ip_rules), (Some("Deny"), Some(vec!["5.6.7.8".to_owned()])));
    let all = |rules: &[&str]| in_mode("authoritative", model("Deny", rules, &[]));
    let going = Restoring::of(&all(&["1.2.3.4"]), None, None, &Scalars::default()).unwrap();
    let going = Writing::restoring(old.registry().unwrap(), &all(&["1.2.3.4"]), going);
    assert_eq!(going.patch_beside(&both, &none, &all(&["5.6.7.8"])), None);
}

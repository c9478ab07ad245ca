use super::*;
use crate::azure::registry::Registry;
use crate::resources::registry_network_rule_set::tests::{in_mode, model, registry};
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

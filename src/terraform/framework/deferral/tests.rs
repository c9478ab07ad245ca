//! Which hosts are believed, and which plans are worth less than waiting.

use super::{is_meant, replaces_blindly};
use crate::terraform::framework::PlanResponse;
use crate::terraform::value::Value::{self, Unknown};
use crate::terraform::value::{Path, Step};

#[test]
fn every_host_is_believed_but_those_of_which_opentofu_has_a_release_that_claims_it_wrongly() {
    for version in
        ["1.9.0", "1.10.7", "1.11.4", "1.11.10", "1.12.0", "1.16.0-alpha20260401", "1.11.0-alpha20241211", ""]
    {
        assert!(is_meant(version), "{version}");
    }
    for version in ["1.11.0", "1.11.1", "1.11.2", "1.11.3", "1.11.0-alpha1", "1.11.0-beta2", "1.11.0-rc3", "1.11.0-dev"]
    {
        assert!(!is_meant(version), "{version}");
    }
}

/// A plan that replaces because of these attributes, each planned as that.
fn replacing<const N: usize>(planned: [(&str, Value); N]) -> PlanResponse {
    let replace = planned.iter().map(|(name, _)| Path::attribute(*name)).collect();
    PlanResponse { planned: Value::map(planned), replace, ..PlanResponse::default() }
}

#[test]
fn a_replacement_waits_if_nothing_but_unknown_values_asks_for_it() {
    assert!(replaces_blindly(&replacing([("id", Unknown)])));
    assert!(replaces_blindly(&replacing([("id", Unknown), ("ids", Unknown)])));
    assert!(!replaces_blindly(&replacing([("id", "b".into())])));
    assert!(!replaces_blindly(&replacing([("id", Unknown), ("range", "b".into())])), "it is replaced in any case");
    assert!(
        !replaces_blindly(&replacing([("ids", Value::List(vec!["a".into(), Unknown]))])),
        "what is known of it decides"
    );
}

#[test]
fn a_place_inside_of_what_is_unknown_is_unknown() {
    let mut plan = replacing([("disks", Unknown)]);
    plan.replace = vec![Path::attribute("disks").then(Step::Index(0)).then_attribute("size")];
    assert!(replaces_blindly(&plan));
    plan.planned = Value::map([("disks", Value::List(Vec::new()))]);
    assert!(!replaces_blindly(&plan), "nothing is there");
}

#[test]
fn what_replaces_nothing_waits_for_nothing() {
    let plan = PlanResponse { planned: Value::map([("note", Unknown)]), ..PlanResponse::default() };
    assert!(!replaces_blindly(&plan));
}

//! Attributes: what each mode lets a provider plan.

use super::{holding, id, list, name, object, printed, rule, rules, set, with_nested};
use crate::terraform::conform::assert_plan_valid;
use crate::terraform::schema::{Attribute, Block, Nesting};
use crate::terraform::value::Value::{self, Null, Unknown};

fn a() -> Attribute {
    Attribute::string("a", "")
}

/// Breaches of a plan for the one attribute `a`.
fn breaches(attribute: Attribute, prior: Value, config: Value, planned: Value) -> Vec<String> {
    let [prior, config, planned] = [prior, config, planned].map(|value| object([("a", value)]));
    printed(&assert_plan_valid(&holding(attribute), &prior, &config, &planned))
}

fn valid(attribute: Attribute, prior: impl Into<Value>, config: impl Into<Value>, planned: impl Into<Value>) {
    let found = breaches(attribute, prior.into(), config.into(), planned.into());
    assert!(found.is_empty(), "{found:?}");
}

fn invalid(
    attribute: Attribute,
    prior: impl Into<Value>,
    config: impl Into<Value>,
    planned: impl Into<Value>,
    expected: &str,
) {
    assert_eq!(breaches(attribute, prior.into(), config.into(), planned.into()), [expected]);
}

#[test]
fn what_is_configured_may_be_planned() {
    valid(a().required(), Null, "x", "x");
    valid(a(), "old", "new", "new");
    valid(a(), "old", Null, Null);
    valid(a(), Null, Unknown, Unknown);
}

#[test]
fn the_prior_value_may_be_planned_for_an_equivalent_configured_one() {
    valid(a(), "1.2.3.4/32", "1.2.3.4", "1.2.3.4/32");
}

#[test]
fn the_prior_value_may_not_outlive_its_removal_from_configuration() {
    invalid(a(), "old", Null, "old", r#"a: planned value "old" for a non-computed attribute"#);
}

#[test]
fn a_configured_value_may_not_be_changed() {
    invalid(a(), Null, "x", "y", r#"a: planned value "y" does not match config value "x""#);
    invalid(a(), "p", "x", "y", r#"a: planned value "y" does not match config value "x" nor prior value "p""#);
    invalid(
        a().optional_computed(),
        Null,
        "x",
        Unknown,
        r#"a: planned value (unknown) does not match config value "x""#,
    );
    invalid(a(), Null, Unknown, "guess", r#"a: planned value "guess" does not match config value (unknown)"#);
    invalid(a(), Null, "x", Null, r#"a: planned value null does not match config value "x""#);
}

#[test]
fn a_computed_attribute_may_be_anything() {
    for planned in [Null, Unknown, "y".into()] {
        valid(a().computed(), "p", Null, planned.clone());
        // With `ignore_changes` core hands the provider a configuration it never wrote.
        valid(a().computed(), "p", "x", planned);
    }
}

#[test]
fn an_optional_computed_attribute_may_be_anything_where_configuration_is_silent() {
    for planned in [Null, Unknown, "default".into()] {
        valid(a().optional_computed(), "p", Null, planned);
    }
}

#[test]
fn an_unconfigured_attribute_may_not_be_planned() {
    invalid(a(), Null, Null, Unknown, "a: planned value (unknown) for a non-computed attribute");
    invalid(a(), Null, Null, "y", r#"a: planned value "y" for a non-computed attribute"#);
}

#[test]
fn sensitive_values_are_not_quoted() {
    let secret = || a().sensitive();
    invalid(secret(), Null, Null, "hush", "a: sensitive planned value for a non-computed attribute");
    invalid(secret(), Null, "hush", "hash", "a: sensitive planned value does not match config value");
    invalid(secret(), "hist", "hush", "hash", "a: sensitive planned value does not match config value nor prior value");
}

#[test]
fn values_inside_a_sensitive_nested_attribute_are_not_quoted() {
    let nested = Attribute::nested("a", Nesting::Single, vec![name()], "").sensitive();
    let (config, planned) = (object([("name", "hush".into())]), object([("name", "hash".into())]));
    invalid(nested, Null, config, planned, "a.name: sensitive planned value does not match config value");
}

#[test]
fn a_nested_attribute_with_something_sensitive_inside_is_not_quoted_as_a_whole() {
    let nested = Attribute::nested("a", Nesting::Single, vec![name().sensitive()], "");
    let planned = object([("name", "hush".into())]);
    invalid(nested, Null, Null, planned, "a: sensitive planned value for a non-computed attribute");
}

#[test]
fn a_write_only_attribute_is_planned_null() {
    valid(a().write_only(), Null, "hush", Null);
    invalid(a().write_only(), Null, "hush", "hush", "a: value for write-only attribute is not null");
    invalid(a().write_only(), Null, Null, Unknown, "a: value for write-only attribute is not null");
}

#[test]
fn a_write_only_attribute_below_an_unchanged_one_is_seen() {
    let nested = Attribute::nested("a", Nesting::List, vec![name().write_only()], "");
    let config = list([object([("name", "hush".into())])]);
    invalid(nested, Null, config.clone(), config, "a[0].name: value for write-only attribute is not null");
}

#[test]
fn a_destroy_plans_null() {
    let block = holding(a());
    let prior = object([("a", "x".into())]);
    assert!(assert_plan_valid(&block, &prior, &Null, &Null).is_empty());
    let found = printed(&assert_plan_valid(&block, &prior, &Null, &prior));
    assert_eq!(found, ["planned a non-null destroy value"]);
}

#[test]
fn what_is_configured_is_not_planned_away() {
    let found = printed(&assert_plan_valid(&holding(a()), &Null, &object([("a", "x".into())]), &Null));
    assert_eq!(found, ["planned for absence but config wants existence"]);
}

#[test]
fn every_breach_is_reported() {
    let block = Block::new("").attribute(name()).attribute(id()).attribute(a());
    let config = object([("name", "n".into()), ("id", Null), ("a", Null)]);
    let planned = object([("name", "m".into()), ("id", Unknown), ("a", "y".into())]);
    let found = printed(&assert_plan_valid(&block, &Null, &config, &planned));
    assert_eq!(
        found,
        [
            r#"name: planned value "m" does not match config value "n""#,
            r#"a: planned value "y" for a non-computed attribute"#
        ]
    );
}

/// Breaches of a plan for the nested attribute `rule`, without a prior state.
fn nested(nesting: Nesting, config: Value, planned: Value) -> Vec<String> {
    printed(&assert_plan_valid(&with_nested(nesting), &Null, &rules(config), &rules(planned)))
}

#[test]
fn a_nested_attribute_is_checked_inside() {
    let [single, in_list, in_map, in_set] = [
        nested(Nesting::Single, rule("a", Null), rule("b", Unknown)),
        nested(Nesting::List, list([rule("a", Null)]), list([rule("b", Unknown)])),
        nested(Nesting::Map, object([("k", rule("a", Null))]), object([("k", rule("b", Unknown))])),
        nested(Nesting::Set, set([rule("a", Null)]), set([rule("b", Unknown)])),
    ];
    assert_eq!(single, [r#"rule.name: planned value "b" does not match config value "a""#]);
    assert_eq!(in_list, [r#"rule[0].name: planned value "b" does not match config value "a""#]);
    assert_eq!(in_map, [r#"rule["k"].name: planned value "b" does not match config value "a""#]);
    assert!(in_set.is_empty(), "elements of sets have no identity: {in_set:?}");
}

#[test]
fn a_computed_child_of_a_nested_attribute_may_be_decided() {
    let config = list([rule("a", Null), rule("b", Null)]);
    let planned = list([rule("a", Unknown), rule("b", "known")]);
    assert!(nested(Nesting::List, config, planned).is_empty());
}

#[test]
fn a_nested_attribute_exists_as_configured() {
    let found = nested(Nesting::Single, rule("a", Null), Null);
    assert_eq!(found, ["rule: planned for absence but config wants existence"]);
    let found = nested(Nesting::Single, Null, rule("a", Null));
    assert_eq!(found, [r#"rule: planned value {"id": null, "name": "a"} for a non-computed attribute"#]);
    let found = nested(Nesting::List, list([rule("a", Null)]), Unknown);
    assert_eq!(found, ["rule: planned unknown for configured value"]);
}

#[test]
fn a_nested_attribute_has_as_many_elements_as_configured() {
    let (one, two) = (list([rule("a", Null)]), list([rule("a", Null), rule("b", Null)]));
    let found = nested(Nesting::List, one.clone(), two);
    assert_eq!(found, ["rule: count in plan (2) disagrees with count in config (1)"]);
    let found = nested(Nesting::List, Unknown, one);
    assert_eq!(found, ["rule: count in plan (1) disagrees with count in config (unknown)"]);
    let found = nested(Nesting::Map, object([("k", rule("a", Null))]), object([("j", rule("a", Null))]));
    assert_eq!(
        found,
        [
            r#"rule: map key "j" from plan is not present in config"#,
            r#"rule: map key "k" from config is not present in plan"#
        ]
    );
}

#[test]
fn a_set_with_unknown_elements_has_a_range_of_lengths() {
    let two = set([rule("a", Unknown), rule("b", Unknown)]);
    for config in [set([rule("a", Null)]), set([rule("a", Null), rule("b", Null)]), Unknown] {
        assert!(nested(Nesting::Set, config, two.clone()).is_empty());
    }
    let three = set([rule("a", Null), rule("b", Null), rule("c", Null)]);
    let found = nested(Nesting::Set, three, two);
    assert_eq!(found, ["rule: count in plan (2) disagrees with count in config (3)"]);
    let found = nested(Nesting::Set, set([rule("a", Null)]), set([rule("a", "1"), rule("a", "2")]));
    assert_eq!(found, ["rule: count in plan (2) disagrees with count in config (1)"]);
}

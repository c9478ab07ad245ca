//! What is found in configurations, and where.

use crate::terraform::diagnostic::Diagnostics;
use crate::terraform::schema::{Attribute, Block, BlockNesting, Check, NestedBlock, Nesting, validate};
use crate::terraform::value::Value::{Null, Unknown};
use crate::terraform::value::{Type, Value};

fn a() -> Attribute {
    Attribute::string("a", "")
}

/// The findings on a configuration, each as `path: summary: detail`.
fn found(block: &Block, config: &Value) -> Vec<String> {
    lines(&validate(block, config, true))
}

fn lines(diagnostics: &Diagnostics) -> Vec<String> {
    let path = |diagnostic: &crate::terraform::diagnostic::Diagnostic| {
        diagnostic.path.as_ref().map(ToString::to_string).expect("every finding has a path")
    };
    diagnostics.iter().map(|d| format!("{}: {}: {}", path(d), d.summary, d.detail)).collect()
}

/// The findings on the one attribute `a`.
fn found_on(attribute: Attribute, value: impl Into<Value>) -> Vec<String> {
    found(&Block::new("").attribute(attribute), &Value::map([("a", value.into())]))
}

const NONE: [&str; 0] = [];

#[test]
fn a_required_argument_must_not_be_null() {
    let expected = ["a: Missing value for a required argument: `a` is required, but its value is null."];
    assert_eq!(found_on(a().required(), Null), expected);
    assert_eq!(found(&Block::new("").attribute(a().required()), &Value::map::<&str>([])), expected);
    let typed_null = Value::Dynamic(Box::new((Type::String, Null)));
    assert_eq!(found_on(Attribute::new("a", Type::Dynamic, "").required(), typed_null), expected);
    assert_eq!(found_on(a().required(), "x"), NONE);
    assert_eq!(found_on(a(), Null), NONE);
}

#[test]
fn a_read_only_attribute_must_not_be_set() {
    let expected = "a: Value for a read-only attribute: `a` is decided by the provider and cannot be set in \
                    configuration.";
    assert_eq!(found_on(a().computed(), "x"), [expected]);
    assert_eq!(found_on(a().computed(), Null), NONE);
    assert_eq!(found_on(a().optional_computed(), "x"), NONE);
}

#[test]
fn a_write_only_argument_needs_a_client_that_knows_of_it() {
    let block = Block::new("").attribute(a().write_only());
    let config = |value: Value| Value::map([("a", value)]);
    let old = |value: Value| lines(&validate(&block, &config(value), false));
    assert_eq!(
        old("hush".into()),
        ["a: Write-only argument needs a newer Terraform: `a` is write-only, which needs Terraform 1.11 or later; \
             this one would store it."]
    );
    assert_eq!(old(Null), NONE);
    assert_eq!(found(&block, &config("hush".into())), NONE);
}

#[test]
fn a_check_speaks_of_the_value_that_fails_it() {
    let choice = || a().check(Check::one_of(&["Allow", "Deny"]));
    assert_eq!(
        found_on(choice(), "Maybe"),
        ["a: Invalid value for `a`: Expected one of \"Allow\", \"Deny\", got \"Maybe\"."]
    );
    assert_eq!(found_on(choice(), "Deny"), NONE);
}

#[test]
fn the_checks_at_hand_find_what_they_are_for() {
    let address = || a().check(Check::parses::<std::net::Ipv4Addr>());
    assert_eq!(found_on(address(), "nope"), ["a: Invalid value for `a`: Invalid IPv4 address syntax."]);
    assert_eq!(found_on(address(), "1.2.3.4"), NONE);
    let port = || Attribute::number("a", "").check(Check::between(1, 10));
    assert_eq!(found_on(port(), 11), ["a: Invalid value for `a`: Expected a whole number from 1 to 10, got 11."]);
    let half = Value::Number("1.5".parse().expect("a number"));
    assert_eq!(found_on(port(), half).len(), 1);
    assert_eq!(found_on(port(), 10), NONE);
}

#[test]
fn unknown_values_are_passed_over() {
    let typed_unknown = Value::Dynamic(Box::new((Type::String, Unknown)));
    for attribute in [a().required(), a().computed(), a().check(Check::one_of(&["x"]))] {
        assert_eq!(found_on(attribute.clone(), Unknown), NONE);
        assert_eq!(found_on(attribute, typed_unknown.clone()), NONE);
    }
    assert_eq!(found(&Block::new("").attribute(a().required()), &Unknown), NONE);
}

fn cidrs(ty: fn(Type) -> Type) -> Attribute {
    Attribute::new("a", ty(Type::String), "").check(Check::one_of(&["x", "y"]))
}

#[test]
fn a_check_runs_on_each_element_of_a_list_and_names_its_place() {
    let config = Value::List(vec!["x".into(), "bad".into(), Unknown, "worse".into()]);
    let rule = "Invalid value for `a`: Expected one of \"x\", \"y\", got";
    assert_eq!(
        found_on(cidrs(Type::list), config),
        [format!("a[1]: {rule} \"bad\"."), format!("a[3]: {rule} \"worse\".")]
    );
}

#[test]
fn a_check_runs_on_each_element_of_a_set_which_has_no_place() {
    let config = Value::set(vec!["bad".into(), "worse".into(), "x".into(), Unknown]);
    let rule = "a: Invalid value for `a`: Expected one of \"x\", \"y\", got";
    assert_eq!(found_on(cidrs(Type::set), config), [format!("{rule} \"bad\"."), format!("{rule} \"worse\".")]);
}

#[test]
fn a_null_element_does_not_pass_a_check() {
    let config = Value::List(vec!["x".into(), Null]);
    assert_eq!(
        found_on(cidrs(Type::list), config),
        ["a[1]: Invalid value for `a`: An element is null: leave it out, for example with compact()."]
    );
}

#[test]
fn several_checks_find_several_faults() {
    let attribute = a().check(Check::one_of(&["x"])).check(Check::parses::<bool>());
    assert_eq!(found_on(attribute, "nope").len(), 2);
}

#[test]
fn nested_attributes_are_checked_inside() {
    let inner = || vec![Attribute::string("b", "").required()];
    let bad = || Value::map([("b", Null)]);
    for (nesting, value, place) in [
        (Nesting::Single, bad(), "a.b"),
        (Nesting::List, Value::List(vec![bad()]), "a[0].b"),
        (Nesting::Set, Value::set(vec![bad()]), "a.b"),
        (Nesting::Map, Value::map([("k", bad())]), "a[\"k\"].b"),
    ] {
        let found = found_on(Attribute::nested("a", nesting, inner(), ""), value);
        let rule = "Missing value for a required argument";
        assert_eq!(found, [format!("{place}: {rule}: `{place}` is required, but its value is null.")]);
    }
    assert_eq!(found_on(Attribute::nested("a", Nesting::Single, inner(), ""), Null), NONE);
    assert_eq!(found_on(Attribute::nested("a", Nesting::List, inner(), ""), Unknown), NONE);
}

#[test]
fn blocks_are_checked_inside() {
    let inner = || Block::new("").attribute(Attribute::string("b", "").required());
    let bad = || Value::map([("b", Null)]);
    for (nesting, value, place) in [
        (BlockNesting::Single, bad(), "a.b"),
        (BlockNesting::Group, bad(), "a.b"),
        (BlockNesting::List, Value::List(vec![Value::map([("b", "x".into())]), bad()]), "a[1].b"),
        (BlockNesting::Set, Value::set(vec![bad()]), "a.b"),
        (BlockNesting::Map, Value::map([("k", bad())]), "a[\"k\"].b"),
    ] {
        let block = Block::new("").nested_block(NestedBlock::new("a", nesting, inner()));
        let found = found(&block, &Value::map([("a", value)]));
        assert_eq!(found.len(), 1, "{nesting:?}");
        assert!(found[0].starts_with(&format!("{place}: Missing value")), "{found:?}");
    }
}

#[test]
fn absent_and_unknown_blocks_have_no_faults() {
    let inner = Block::new("").attribute(Attribute::string("b", "").required());
    for (nesting, absent) in [
        (BlockNesting::Single, Null),
        (BlockNesting::List, Value::List(vec![])),
        (BlockNesting::Set, Value::set(vec![])),
    ] {
        let block = Block::new("").nested_block(NestedBlock::new("a", nesting, inner.clone()));
        for value in [absent, Unknown] {
            assert_eq!(found(&block, &Value::map([("a", value)])), NONE);
        }
    }
}

#[test]
fn blocks_with_a_dynamic_attribute_inside_are_checked_too() {
    let inner = Block::new("").attribute(Attribute::string("b", "").required()).attribute(Attribute::new(
        "any",
        Type::Dynamic,
        "",
    ));
    let block = Block::new("").nested_block(NestedBlock::new("a", BlockNesting::List, inner));
    let element = Type::object([("b", Type::String), ("any", Type::Bool)]);
    let items = Value::List(vec![Value::map([("b", Null), ("any", true.into())])]);
    let value = Value::Dynamic(Box::new((Type::Tuple(vec![element]), items)));
    let found = found(&block, &Value::map([("a", value)]));
    assert!(found.len() == 1 && found[0].starts_with("a[0].b: Missing value"), "{found:?}");
}

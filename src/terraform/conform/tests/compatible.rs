//! Results against plans.

use super::{holding, list, name, object, printed, rule, rules, set, with_blocks, with_nested};
use crate::terraform::conform::assert_object_compatible;
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
use crate::terraform::value::Value::{self, Null, Unknown};
use crate::terraform::value::{Number, Type};

/// Breaches of a result for the one attribute `a` of that type.
fn breaches(ty: &Type, planned: impl Into<Value>, actual: impl Into<Value>) -> Vec<String> {
    let (planned, actual) = (object([("a", planned.into())]), object([("a", actual.into())]));
    printed(&assert_object_compatible(&holding(Attribute::new("a", ty.clone(), "")), &planned, &actual))
}

fn blocks(nesting: BlockNesting, planned: Value, actual: Value) -> Vec<String> {
    printed(&assert_object_compatible(&with_blocks(nesting), &rules(planned), &rules(actual)))
}

#[test]
fn an_unknown_may_become_anything() {
    for actual in [Null, "x".into()] {
        assert!(breaches(&Type::String, Unknown, actual).is_empty());
    }
    assert!(breaches(&Type::list(Type::String), Unknown, list(["x".into()])).is_empty());
}

#[test]
fn a_known_scalar_stays() {
    assert!(breaches(&Type::String, "x", "x").is_empty());
    assert_eq!(breaches(&Type::String, "x", "y"), [r#"a: was "x", but now "y""#]);
    assert_eq!(breaches(&Type::Bool, true, false), ["a: was true, but now false"]);
    assert_eq!(breaches(&Type::Number, 1, 2), ["a: was 1, but now 2"]);
}

#[test]
fn numbers_are_compared_by_value() {
    let number = |text: &str| Value::Number(text.parse::<Number>().expect("a number"));
    assert!(breaches(&Type::Number, number("1.50"), number("15e-1")).is_empty());
}

#[test]
fn text_is_compared_in_its_composed_form() {
    assert!(breaches(&Type::String, "e\u{301}", "\u{e9}").is_empty());
}

#[test]
fn null_stays_null_and_present_stays_present() {
    assert_eq!(breaches(&Type::String, Null, "y"), [r#"a: was null, but now "y""#]);
    assert_eq!(breaches(&Type::String, "x", Null), [r#"a: was "x", but now null"#]);
    let block = holding(Attribute::string("a", ""));
    let some = object([("a", Null)]);
    let found = |planned: &Value, actual: &Value| printed(&assert_object_compatible(&block, planned, actual));
    assert_eq!(found(&some, &Null), ["Root object was present, but now absent"]);
    assert_eq!(found(&Null, &some), ["Root object was absent, but now present"]);
    assert!(found(&Null, &Null).is_empty());
}

#[test]
fn what_was_known_does_not_become_unknown() {
    assert_eq!(breaches(&Type::String, "x", Unknown), ["a: was known, but now unknown"]);
}

#[test]
fn a_list_keeps_its_length_and_its_elements() {
    let ty = Type::list(Type::String);
    let planned = || list(["x".into(), Unknown]);
    assert!(breaches(&ty, planned(), list(["x".into(), "y".into()])).is_empty());
    assert_eq!(breaches(&ty, planned(), list(["z".into(), "y".into()])), [r#"a[0]: was "x", but now "z""#]);
    assert_eq!(breaches(&ty, planned(), list(["x".into()])), ["a: element 1 has vanished"]);
    let longer = list(["x".into(), "y".into(), "z".into()]);
    assert_eq!(breaches(&ty, planned(), longer), ["a: new element 2 has appeared"]);
}

#[test]
fn a_tuple_keeps_its_elements() {
    let ty = Type::Tuple(vec![Type::String, Type::Bool]);
    let found = breaches(&ty, list(["x".into(), true.into()]), list(["x".into(), false.into()]));
    assert_eq!(found, ["a[1]: was true, but now false"]);
}

#[test]
fn a_map_keeps_its_keys_and_elements() {
    let ty = Type::map(Type::String);
    let found = breaches(&ty, object([("j", "x".into())]), object([("k", "x".into())]));
    assert_eq!(found, [r#"a: element "j" has vanished"#, r#"a: new element "k" has appeared"#]);
    let found = breaches(&ty, object([("j", "x".into())]), object([("j", "y".into())]));
    assert_eq!(found, [r#"a["j"]: was "x", but now "y""#]);
}

#[test]
fn an_object_keeps_its_attributes() {
    let ty = Type::object([("n", Type::String)]);
    let found = breaches(&ty, object([("n", "x".into())]), object([("n", "y".into())]));
    assert_eq!(found, [r#"a.n: was "x", but now "y""#]);
}

#[test]
fn a_set_keeps_its_elements() {
    let ty = Type::set(Type::String);
    assert!(breaches(&ty, set(["x".into(), "y".into()]), set(["y".into(), "x".into()])).is_empty());
    let lost = breaches(&ty, set(["x".into()]), set(["y".into()]));
    assert_eq!(lost, [r#"a: planned set element "x" does not correlate with any element in actual"#]);
    let added = breaches(&ty, set(["x".into()]), set(["x".into(), "y".into()]));
    assert_eq!(
        added,
        [r#"a: actual set element "y" does not correlate with any element in plan"#, "a: length changed from 1 to 2"]
    );
}

#[test]
fn a_set_of_unknowns_may_shrink_but_not_grow() {
    let ty = Type::set(Type::String);
    let planned = || set([Unknown, Unknown]);
    assert!(breaches(&ty, planned(), set(["x".into()])).is_empty());
    let found = breaches(&ty, planned(), set(["x".into(), "y".into(), "z".into()]));
    assert_eq!(found, ["a: length changed from 2 to 3"]);
}

#[test]
fn elements_of_a_set_of_objects_are_completed() {
    let block = with_nested(Nesting::Set);
    let planned = rules(set([rule("a", Unknown), rule("b", Unknown)]));
    let actual = rules(set([rule("a", "1"), rule("b", "2")]));
    assert!(assert_object_compatible(&block, &planned, &actual).is_empty());
    let actual = rules(set([rule("a", "1"), rule("c", "2")]));
    let found = printed(&assert_object_compatible(&block, &planned, &actual));
    let lost = r#"{"id": (unknown), "name": "b"}"#;
    assert_eq!(found, [format!("rule: planned set element {lost} does not correlate with any element in actual")]);
}

#[test]
fn sensitive_values_are_not_quoted() {
    let breach = |attribute: Attribute, planned: Value, actual: Value| {
        let (planned, actual) = (object([("a", planned)]), object([("a", actual)]));
        printed(&assert_object_compatible(&holding(attribute), &planned, &actual))
    };
    let expected = ["a: inconsistent values for sensitive attribute"];
    assert_eq!(breach(Attribute::string("a", "").sensitive(), "hush".into(), "hash".into()), expected);
    let nested = Attribute::nested("a", Nesting::Single, vec![name().sensitive()], "");
    let [planned, actual] = ["hush", "hash"].map(|secret| object([("name", secret.into())]));
    assert_eq!(breach(nested, planned, actual), expected);
}

#[test]
fn sensitive_values_in_blocks_of_sets_are_not_quoted() {
    let inner = Block::new("").attribute(name().sensitive());
    let block = Block::new("").nested_block(NestedBlock::new("rule", BlockNesting::Set, inner));
    let [planned, actual] = ["hush", "hash"].map(|secret| rules(set([object([("name", secret.into())])])));
    let found = printed(&assert_object_compatible(&block, &planned, &actual));
    assert_eq!(found, ["rule: planned set element (sensitive value) does not correlate with any element in actual"]);
}

#[test]
fn blocks_are_compared_inside() {
    let changed = |place: &str| [format!(r#"{place}: was "a", but now "b""#)];
    let keyed = |name: &str| object([("k", rule(name, Null))]);
    assert_eq!(blocks(BlockNesting::Single, rule("a", Null), rule("b", Null)), changed("rule.name"));
    assert_eq!(blocks(BlockNesting::Group, rule("a", Null), rule("b", Null)), changed("rule.name"));
    assert_eq!(blocks(BlockNesting::List, list([rule("a", Null)]), list([rule("b", Null)])), changed("rule[0].name"));
    assert_eq!(blocks(BlockNesting::Map, keyed("a"), keyed("b")), changed(r#"rule["k"].name"#));
}

#[test]
fn blocks_keep_their_number() {
    let one = || rule("a", "1");
    let found = blocks(BlockNesting::List, list([one()]), list([one(), one()]));
    assert_eq!(found, ["rule: block count changed from 1 to 2"]);
    let found = blocks(BlockNesting::Map, object([("k", one())]), object([]));
    assert_eq!(found, ["rule: block count changed from 1 to 0"]);
    let found = blocks(BlockNesting::Map, object([("k", one())]), object([("j", one())]));
    assert_eq!(found, [r#"rule: block key "k" has vanished"#]);
    let found = blocks(BlockNesting::Set, set([rule("a", Unknown)]), set([rule("a", "1"), rule("a", "2")]));
    assert_eq!(found, ["rule: block set length changed from 1 to 2"]);
    let found = blocks(BlockNesting::Single, rule("a", Null), Null);
    assert_eq!(found, ["rule: was present, but now absent"]);
}

#[test]
fn unknown_blocks_may_become_any() {
    let some = rule("a", "1");
    assert!(blocks(BlockNesting::Single, Unknown, Null).is_empty());
    assert!(blocks(BlockNesting::Single, Unknown, some.clone()).is_empty());
    assert!(blocks(BlockNesting::List, Unknown, list([some.clone()])).is_empty());
    assert!(blocks(BlockNesting::Set, Unknown, set([some.clone()])).is_empty());
    assert!(blocks(BlockNesting::Map, Unknown, object([("k", some)])).is_empty());
}

fn dynamic(ty: Type, value: impl Into<Value>) -> Value {
    Value::Dynamic(Box::new((ty, value.into())))
}

#[test]
fn a_dynamic_value_keeps_its_type_and_its_value() {
    let ty = Type::Dynamic;
    assert!(breaches(&ty, dynamic(Type::String, "x"), dynamic(Type::String, "x")).is_empty());
    let found = breaches(&ty, dynamic(Type::String, "x"), dynamic(Type::String, "y"));
    assert_eq!(found, [r#"a: was "x", but now "y""#]);
    let found = breaches(&ty, dynamic(Type::String, "x"), dynamic(Type::Bool, true));
    assert_eq!(found, [r#"a: wrong final value type: "string" required, not "bool""#]);
    let found = breaches(&ty, dynamic(Type::String, Unknown), dynamic(Type::Bool, true));
    assert_eq!(found, [r#"a: wrong final value type: "string" required, not "bool""#]);
}

#[test]
fn a_dynamic_value_without_a_type_may_become_anything() {
    for planned in [Unknown, Null] {
        assert!(breaches(&Type::Dynamic, planned, dynamic(Type::Bool, true)).is_empty());
    }
    assert!(breaches(&Type::Dynamic, dynamic(Type::String, Unknown), dynamic(Type::String, "x")).is_empty());
}

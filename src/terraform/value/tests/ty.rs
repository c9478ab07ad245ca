//! Types and the JSON that schemas carry them in.

use proptest::prelude::*;
use serde_json::json;

use crate::terraform::value::arbitrary::types;
use crate::terraform::value::{Type, Value};

#[test]
fn types_and_json_stand_for_each_other() {
    for (ty, json) in [
        (Type::Bool, r#""bool""#),
        (Type::Dynamic, r#""dynamic""#),
        (Type::list(Type::String), r#"["list","string"]"#),
        (Type::set(Type::Number), r#"["set","number"]"#),
        (Type::map(Type::list(Type::Bool)), r#"["map",["list","bool"]]"#),
        (Type::object([("b", Type::Bool), ("a", Type::String)]), r#"["object",{"a":"string","b":"bool"}]"#),
        (Type::Tuple(vec![Type::Bool, Type::Dynamic]), r#"["tuple",["bool","dynamic"]]"#),
        (Type::object::<&str>([]), r#"["object",{}]"#),
    ] {
        assert_eq!(ty.to_json().to_string(), json);
        assert_eq!(Type::from_json(&serde_json::from_str(json).expect("JSON")).expect("a type"), ty);
    }
}

#[test]
fn names_of_optional_attributes_are_passed_over() {
    let ty = Type::from_json(&json!(["object", {"a": "bool"}, ["a"]])).expect("a type");
    assert_eq!(ty, Type::object([("a", Type::Bool)]));
}

#[test]
fn what_is_no_type_is_refused() {
    for bad in [
        json!("text"),
        json!(1),
        json!(null),
        json!([]),
        json!(["list"]),
        json!(["list", "bool", "bool"]),
        json!(["list", "nope"]),
        json!(["object", []]),
        json!(["tuple", "bool"]),
        json!(["tuple", ["nope"]]),
        json!({"list": "bool"}),
    ] {
        assert!(Type::from_json(&bad).is_err(), "{bad}");
    }
}

#[test]
fn a_dynamic_part_is_found_at_any_depth() {
    let inside = Type::map(Type::Tuple(vec![Type::Bool, Type::object([("a", Type::set(Type::Dynamic))])]));
    assert!(inside.has_dynamic());
    assert!(!Type::object([("a", Type::list(Type::Bool))]).has_dynamic());
}

#[test]
fn an_object_of_nulls_has_every_attribute() {
    let ty = Type::object([("a", Type::Bool), ("b", Type::list(Type::Bool))]);
    assert_eq!(Value::all_null(&ty), Value::map([("a", Value::Null), ("b", Value::Null)]));
    assert_eq!(Value::all_null(&Type::Bool), Value::Null);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_json_of_a_type_is_that_type(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).expect("its own JSON"), ty);
    }
}

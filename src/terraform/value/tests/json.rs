//! Stored state both ways.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{dynamic, number};
use crate::terraform::value::Value::{Null, Unknown};
use crate::terraform::value::arbitrary::{dynamics_of_any_type, types, values};
use crate::terraform::value::json::{decode, encode};
use crate::terraform::value::{Type, Value};

fn parsed(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn values_and_json_stand_for_each_other() {
    let pair = || Type::object([("a", Type::String), ("b", Type::Bool)]);
    let cases: Vec<(&str, Type, Value, &str)> = vec![
        ("null", Type::String, Null, "null"),
        ("null object", pair(), Null, "null"),
        ("bool", Type::Bool, true.into(), "true"),
        ("whole number", Type::Number, (-7).into(), "-7"),
        ("fraction", Type::Number, number("0.1"), "0.1"),
        ("23 digits", Type::Number, number("12345678901234567890123"), "12345678901234567890123"),
        ("23 decimals", Type::Number, number("0.12345678901234567890123"), "0.12345678901234567890123"),
        ("text", Type::String, "é\"\\".into(), r#""é\"\\""#),
        ("list", Type::list(Type::Bool), Value::List(vec![true.into(), Null]), "[true,null]"),
        ("set", Type::set(Type::String), Value::set(vec!["b".into(), "a".into()]), r#"["a","b"]"#),
        ("map", Type::map(Type::Number), Value::map([("k", 1.into())]), r#"{"k":1}"#),
        ("object", pair(), Value::map([("a", "x".into()), ("b", Null)]), r#"{"a":"x","b":null}"#),
        ("tuple", Type::Tuple(vec![Type::Bool]), Value::List(vec![false.into()]), "[false]"),
        ("dynamic", Type::Dynamic, dynamic(Type::Bool, true.into()), r#"{"value":true,"type":"bool"}"#),
        ("typed null", Type::Dynamic, dynamic(Type::Bool, Null), r#"{"value":null,"type":"bool"}"#),
        ("untyped null", Type::Dynamic, Null, "null"),
    ];
    for (case, ty, value, text) in cases {
        assert_eq!(decode(&parsed(text), &ty).expect(case), value, "{case}: read");
        assert_eq!(encode(&value, &ty).expect(case).to_string(), text, "{case}: written");
    }
}

#[test]
fn other_forms_are_read_too() {
    let cases: Vec<(&str, Type, Json, Value)> = vec![
        ("bool as text", Type::Bool, json!("true"), true.into()),
        ("bool as text", Type::Bool, json!("false"), false.into()),
        ("number as text", Type::Number, json!("0.10"), number("0.1")),
        ("number with an exponent", Type::Number, parsed("1.5E+3"), 1500.into()),
        ("a number where text is wanted now", Type::String, json!(443), "443".into()),
        ("a bool where text is wanted now", Type::String, json!(true), "true".into()),
        ("text not composed", Type::String, json!("e\u{301}"), "é".into()),
        ("a key not composed", Type::map(Type::Bool), json!({"e\u{301}": true}), Value::map([("é", true.into())])),
        ("a set in another order", Type::set(Type::Number), json!([2, 1, 2]), Value::set(vec![1.into(), 2.into()])),
        ("an attribute added later", Type::object([("new", Type::Bool)]), json!({}), Value::map([("new", Null)])),
    ];
    for (case, ty, json, value) in cases {
        assert_eq!(decode(&json, &ty).expect(case), value, "{case}");
    }
}

#[test]
fn json_of_other_types_is_refused_with_its_place() {
    let pair = || Type::Tuple(vec![Type::Bool, Type::Bool]);
    let cases: Vec<(Type, Json, &str)> = vec![
        (Type::Bool, json!("yes"), "bool is required"),
        (Type::Bool, json!(1), "bool is required"),
        (Type::Number, json!("abc"), "`abc` is not a decimal number"),
        (Type::Number, json!(true), "number is required"),
        (Type::String, json!([]), "string is required"),
        (Type::list(Type::Bool), json!({}), "a list is required"),
        (Type::map(Type::Bool), json!([]), "an object is required"),
        (pair(), json!([true]), "a tuple of length 2 is required"),
        (Type::Dynamic, json!(true), "an object with `type` and `value` is required"),
        (Type::Dynamic, json!({"type": "nope", "value": 1}), "not a type: \"nope\""),
        (Type::object([("a", Type::Bool)]), json!({"b": true}), "unsupported attribute `b`"),
        (Type::object([("a", Type::list(Type::Bool))]), json!({"a": [true, 1]}), "a[1]: bool is required"),
        (Type::map(Type::Bool), json!({"k": 1}), "[\"k\"]: bool is required"),
    ];
    for (ty, json, expected) in cases {
        assert_eq!(decode(&json, &ty).expect_err("not of that type").to_string(), expected);
    }
}

#[test]
fn what_is_unknown_or_does_not_fit_is_not_stored() {
    let ty = Type::object([("a", Type::list(Type::Bool))]);
    let unknown = Value::map([("a", Value::List(vec![Unknown]))]);
    assert_eq!(encode(&unknown, &ty).expect_err("unknown").to_string(), "a[0]: an unknown value cannot be stored");
    let stray = Value::map([("b", Null)]);
    assert_eq!(encode(&stray, &ty).expect_err("stray").to_string(), "unsupported attribute `b`");
    assert!(encode(&true.into(), &Type::Dynamic).is_err());
}

#[test]
fn a_dynamic_value_that_says_it_is_dynamic_is_what_it_holds() {
    let wrapped = |value: Json| json!({"type": "dynamic", "value": value});
    let typed = json!({"type": "bool", "value": true});
    assert_eq!(decode(&wrapped(wrapped(typed)), &Type::Dynamic).expect("a value"), dynamic(Type::Bool, true.into()));
    assert_eq!(decode(&wrapped(Json::Null), &Type::Dynamic).expect("a value"), Null);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again((ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty, false)))) {
        let json = encode(&value, &ty).expect("a value of its type");
        prop_assert_eq!(decode(&json, &ty).expect("what was written"), value.clone());
        let text = json.to_string();
        prop_assert_eq!(decode(&parsed(&text), &ty).expect("what was written as text"), value);
    }
    #[test]
    fn a_dynamic_value_of_any_type_is_read_again(value in dynamics_of_any_type(false)) {
        let json = encode(&value, &Type::Dynamic).expect("a dynamic value");
        prop_assert_eq!(decode(&json, &Type::Dynamic).expect("what was written"), value);
    }
}

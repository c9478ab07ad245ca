//! Model structs from values and back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{dynamic, number};
use crate::terraform::value::Value::{Null, Unknown};
use crate::terraform::value::{Tf, Type, Value, ValueError, from_value, to_value};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Access {
    Allow,
    Deny,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Rule {
    name: String,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Model {
    name: Tf<String>,
    access: Tf<Access>,
    count: Tf<i64>,
    ip_ranges: Tf<Vec<Tf<String>>>,
    rules: Vec<Rule>,
    tags: Tf<BTreeMap<String, String>>,
    timeouts: Option<Rule>,
}

fn ty() -> Type {
    let rule = || Type::object([("name", Type::String), ("port", Type::Number)]);
    Type::object([
        ("name", Type::String),
        ("access", Type::String),
        ("count", Type::Number),
        ("ip_ranges", Type::set(Type::String)),
        ("rules", Type::list(rule())),
        ("tags", Type::map(Type::String)),
        ("timeouts", rule()),
    ])
}

fn full() -> (Model, Value) {
    let rule = || Rule { name: "a".to_owned(), port: Some(443) };
    let rule_value = || Value::map([("name", "a".into()), ("port", 443.into())]);
    let model = Model {
        name: Tf::Known("n".to_owned()),
        access: Tf::Known(Access::Deny),
        count: Tf::Known(-3),
        ip_ranges: Tf::Known(vec![Tf::Known("x".to_owned()), Tf::Known("y".to_owned())]),
        rules: vec![rule(), Rule { name: "b".to_owned(), port: None }],
        tags: Tf::Known(BTreeMap::from([("team".to_owned(), "net".to_owned())])),
        timeouts: Some(rule()),
    };
    let other_rule = Value::map([("name", "b".into()), ("port", Null)]);
    let value = Value::map([
        ("name", "n".into()),
        ("access", "Deny".into()),
        ("count", (-3).into()),
        ("ip_ranges", Value::set(vec!["y".into(), "x".into()])),
        ("rules", Value::List(vec![rule_value(), other_rule])),
        ("tags", Value::map([("team", "net".into())])),
        ("timeouts", rule_value()),
    ]);
    (model, value)
}

#[test]
fn a_model_and_its_value_stand_for_each_other() {
    let (model, value) = full();
    assert_eq!(from_value::<Model>(value.clone()).expect("a model"), model);
    assert_eq!(to_value(&model, &ty()).expect("a value"), value);
}

#[test]
fn null_and_unknown_are_kept_apart() {
    for (state, value) in [(Tf::Null, Null), (Tf::Unknown, Unknown)] {
        let (mut model, full) = full();
        model.name = state;
        let mut entries = full.entries().expect("an object").clone();
        entries.insert("name".to_owned(), value);
        assert_eq!(from_value::<Model>(Value::Map(entries.clone())).expect("a model"), model);
        assert_eq!(to_value(&model, &ty()).expect("a value"), Value::Map(entries));
    }
}

#[test]
fn every_kind_of_field_may_be_unknown_or_null() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Fields {
        access: Tf<Access>,
        list: Tf<Vec<bool>>,
        map: Tf<BTreeMap<String, bool>>,
        object: Tf<Rule>,
    }
    let ty = Type::object([
        ("access", Type::String),
        ("list", Type::list(Type::Bool)),
        ("map", Type::map(Type::Bool)),
        ("object", Type::object([("name", Type::String), ("port", Type::Number)])),
    ]);
    for (value, fields) in [
        (Null, Fields { access: Tf::Null, list: Tf::Null, map: Tf::Null, object: Tf::Null }),
        (Unknown, Fields { access: Tf::Unknown, list: Tf::Unknown, map: Tf::Unknown, object: Tf::Unknown }),
    ] {
        let value = Value::map(["access", "list", "map", "object"].map(|name| (name, value.clone())));
        assert_eq!(from_value::<Fields>(value.clone()).expect("a model"), fields);
        assert_eq!(to_value(&fields, &ty).expect("a value"), value);
    }
}

#[test]
fn an_unknown_element_is_one_of_its_list() {
    let value = Value::List(vec!["x".into(), Unknown, Null]);
    let model = vec![Tf::Known("x".to_owned()), Tf::Unknown, Tf::Null];
    assert_eq!(from_value::<Vec<Tf<String>>>(value.clone()).expect("a list"), model);
    assert_eq!(to_value(&model, &Type::list(Type::String)).expect("a value"), value);
}

/// The error of reading `full` with another value at that attribute.
fn refused(attribute: &str, value: Value) -> ValueError {
    let mut entries = full().1.entries().expect("an object").clone();
    entries.insert(attribute.to_owned(), value);
    from_value::<Model>(Value::Map(entries)).expect_err("not a model")
}

#[test]
fn an_unknown_value_never_becomes_an_empty_one() {
    assert_eq!(refused("rules", Unknown).to_string(), "rules: the value is not known yet");
    assert_eq!(refused("timeouts", Unknown).to_string(), "timeouts: the value is not known yet");
    assert_eq!(from_value::<Option<String>>(Unknown).expect_err("unknown").to_string(), "the value is not known yet");
    assert_eq!(from_value::<Access>(Unknown).expect_err("unknown").to_string(), "the value is not known yet");
}

#[test]
fn an_error_names_its_place() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read to fail")]
    struct Ranges {
        ip_ranges: Vec<std::net::Ipv4Addr>,
    }
    let value = Value::map([("ip_ranges", Value::List(vec!["1.2.3.4".into(), "nope".into()]))]);
    let error = from_value::<Ranges>(value).expect_err("not an address");
    assert_eq!(error.to_string(), "ip_ranges[1]: invalid IPv4 address syntax");

    let rule = |name: Value, port: Value| Value::map([("name", name), ("port", port)]);
    let rules = Value::List(vec![rule("a".into(), Null), rule("b".into(), 70_000.into())]);
    assert!(refused("rules", rules).to_string().starts_with("rules[1].port: invalid value: integer `70000`"));
    let tags = Value::map([("team", true.into())]);
    assert!(refused("tags", tags).to_string().starts_with("tags[\"team\"]: invalid type: boolean"));
    assert!(refused("access", "Maybe".into()).to_string().starts_with("access: unknown variant `Maybe`"));
    assert_eq!(refused("access", true.into()).to_string(), "access: string is required");
    assert!(refused("count", number("1.5")).to_string().starts_with("count: invalid type: floating point"));
}

#[test]
fn elements_of_sets_have_no_place_of_their_own() {
    let error = refused("ip_ranges", Value::set(vec!["x".into(), true.into()]));
    assert!(error.to_string().starts_with("ip_ranges: invalid type: boolean"), "{error}");
}

#[test]
fn what_a_model_does_not_look_at_may_be_anything() {
    let value = Value::map([("name", "a".into()), ("port", Null), ("other", Unknown)]);
    assert_eq!(from_value::<Rule>(value).expect("a rule").name, "a");
}

#[test]
fn a_missing_field_is_named() {
    let error = from_value::<Rule>(Value::map([("port", Null)])).expect_err("no name");
    assert_eq!(error.to_string(), "missing field `name`");
}

#[test]
fn a_dynamic_value_is_read_as_what_it_is() {
    assert_eq!(from_value::<Tf<String>>(dynamic(Type::String, "x".into())).expect("text"), Tf::Known("x".to_owned()));
    assert_eq!(from_value::<Tf<String>>(dynamic(Type::String, Null)).expect("null"), Tf::Null);
    assert_eq!(from_value::<Tf<String>>(dynamic(Type::String, Unknown)).expect("unknown"), Tf::Unknown);
    assert_eq!(from_value::<Option<String>>(dynamic(Type::String, Null)).expect("null"), None);
    assert_eq!(from_value::<Access>(dynamic(Type::String, "Deny".into())).expect("access"), Access::Deny);
}

#[test]
fn numbers_of_every_width_are_read_and_written() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Widths {
        small: u8,
        large: u64,
        negative: i64,
        fraction: f64,
    }
    let ty = Type::object(["small", "large", "negative", "fraction"].map(|name| (name, Type::Number)));
    let model = Widths { small: 255, large: u64::MAX, negative: i64::MIN, fraction: 0.1 };
    let value = to_value(&model, &ty).expect("a value");
    assert_eq!(value.entry("large"), Some(&number("18446744073709551615")));
    assert_eq!(value.entry("fraction"), Some(&number("0.1")));
    assert_eq!(from_value::<Widths>(value).expect("a model"), model);
}

#[test]
fn a_model_that_does_not_fit_its_type_is_refused_with_its_place() {
    let error = |model: &dyn Fn() -> Result<Value, ValueError>| model().expect_err("does not fit").to_string();
    let wrong = Type::object([("name", Type::String), ("port", Type::Bool)]);
    let rules = || vec![Rule { name: "a".to_owned(), port: Some(1) }];
    assert_eq!(
        error(&|| to_value(&rules(), &Type::list(wrong.clone()))),
        "[0].port: the model's field is not of type \"bool\""
    );
    let lacking = Type::object([("name", Type::String)]);
    assert_eq!(error(&|| to_value(&rules()[0], &lacking)), "the model has a field `port` that the schema lacks");
    let infinite = BTreeMap::from([("k", vec![1.0, f64::INFINITY])]);
    assert_eq!(
        error(&|| to_value(&infinite, &Type::map(Type::list(Type::Number)))),
        "[\"k\"][1]: the number is not finite"
    );
}

#[test]
fn attributes_that_the_model_leaves_out_are_null() {
    let ty = Type::object([("name", Type::String), ("port", Type::Number), ("more", Type::Bool)]);
    let value = to_value(&Rule { name: "a".to_owned(), port: None }, &ty).expect("a value");
    assert_eq!(value, Value::map([("name", "a".into()), ("port", Null), ("more", Null)]));
}

#[test]
fn text_of_a_model_is_composed() {
    assert_eq!(to_value(&"e\u{301}", &Type::String).expect("text"), "é".into());
    let map = BTreeMap::from([("e\u{301}", true)]);
    assert_eq!(to_value(&map, &Type::map(Type::Bool)).expect("a map"), Value::map([("é", true.into())]));
}

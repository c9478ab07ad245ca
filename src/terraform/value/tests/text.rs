//! Text, sets, questions to values, and paths.

use super::{dynamic, number};
use crate::terraform::value::Value::{Null, Unknown};
use crate::terraform::value::{Path, Step, Type, Value};

#[test]
fn text_is_compared_composed() {
    assert_eq!(Value::string("e\u{301}"), Value::string("\u{e9}"));
    assert_eq!(Value::string("e\u{301}").as_str(), Some("\u{e9}"));
    // A sign that has no composed form of its own, as Terraform has it.
    assert_eq!(Value::string("\u{212b}").as_str(), Some("\u{c5}"));
    assert_eq!(Value::string("ﬁ").as_str(), Some("ﬁ"), "ligatures are other text");
}

#[test]
fn a_set_has_no_order_and_no_repetition() {
    let set = |items: &[&str]| Value::set(items.iter().map(|item| Value::from(*item)).collect());
    assert_eq!(set(&["b", "a", "b"]), set(&["a", "b"]));
    assert_eq!(Value::set(vec![number("1.0"), number("1")]), Value::set(vec![1.into()]));
    assert_eq!(Value::set(vec![Null, Null]).elements().map(<[Value]>::len), Some(1));
}

#[test]
fn unknown_elements_of_a_set_stay_apart() {
    let partly = || Value::map([("a", Unknown)]);
    assert_eq!(Value::set(vec![Unknown, Unknown]).elements().map(<[Value]>::len), Some(2));
    assert_eq!(Value::set(vec![partly(), partly()]).elements().map(<[Value]>::len), Some(2));
}

#[test]
fn a_typed_null_is_null_and_a_typed_unknown_is_unknown() {
    assert!(dynamic(Type::Bool, Null).is_null());
    assert!(dynamic(Type::Bool, Unknown).is_unknown());
    assert!(!dynamic(Type::Bool, Unknown).is_null());
    assert!(!dynamic(Type::Bool, true.into()).is_unknown());
}

#[test]
fn wholly_known_means_at_any_depth() {
    let deep = |value: Value| {
        let in_set = Value::set(vec![Value::map([("a", value)])]);
        dynamic(Type::list(Type::set(Type::object([("a", Type::Bool)]))), Value::List(vec![in_set]))
    };
    assert!(deep(Null).is_wholly_known());
    assert!(!deep(Unknown).is_wholly_known());
}

#[test]
fn a_path_leads_to_its_value() {
    let value = Value::map([
        ("rules", Value::List(vec![Value::map([("name", "a".into())])])),
        ("tags", Value::map([("team", "net".into())])),
        ("cidrs", Value::set(vec!["x".into()])),
    ]);
    let rules = Path::attribute("rules");
    assert_eq!(value.at(&Path::root()), Some(&value));
    assert_eq!(value.at(&rules.then(Step::Index(0)).then_attribute("name")), Some(&"a".into()));
    assert_eq!(value.at(&Path::attribute("tags").then(Step::Key("team".to_owned()))), Some(&"net".into()));
    for nowhere in [
        Path::attribute("nope"),
        rules.then(Step::Index(1)),
        rules.then(Step::Index(-1)),
        rules.then_attribute("name"),
        Path::attribute("cidrs").then(Step::Index(0)),
    ] {
        assert_eq!(value.at(&nowhere), None, "{nowhere}");
    }
}

#[test]
fn a_path_is_written_as_terraform_writes_it() {
    let path =
        Path::attribute("rules").then(Step::Index(0)).then_attribute("tags").then(Step::Key("a \"b\"".to_owned()));
    assert_eq!(path.to_string(), r#"rules[0].tags["a \"b\""]"#);
    assert_eq!(Path::root().to_string(), "");
    assert_eq!(Path::from(path.steps().to_vec()), path);
}

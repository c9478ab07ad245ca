//! What holds for every object: known at last, write-only null, of its type.

use super::{holding, list, name, object, printed, rule, rules, set, with_blocks};
use crate::terraform::conform::{assert_conforms_to_type, assert_wholly_known_result, assert_write_only_null};
use crate::terraform::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};
use crate::terraform::value::Type;
use crate::terraform::value::Value::{self, Null, Unknown};

#[test]
fn every_unknown_in_a_result_is_found() {
    let block = with_blocks(BlockNesting::List)
        .attribute(Attribute::new("tags", Type::map(Type::String), ""))
        .attribute(Attribute::new("cidrs", Type::set(Type::String), ""))
        .attribute(Attribute::new("any", Type::Dynamic, ""));
    let value = object([
        ("rule", list([rule("a", "1"), rule("b", Unknown)])),
        ("tags", object([("team", Unknown)])),
        ("cidrs", set([Unknown, "x".into()])),
        ("any", Value::Dynamic(Box::new((Type::String, Unknown)))),
    ]);
    let still = "the provider still indicated an unknown value";
    assert_eq!(
        printed(&assert_wholly_known_result(&value, &block.ty())),
        [
            format!("any: {still}"),
            format!("cidrs: {still} in this set"),
            format!("rule[1].id: {still}"),
            format!(r#"tags["team"]: {still}"#),
        ]
    );
}

#[test]
fn a_known_result_is_one_and_so_is_null() {
    let block = with_blocks(BlockNesting::Set);
    for value in [Null, rules(set([rule("a", "1")]))] {
        assert!(assert_wholly_known_result(&value, &block.ty()).is_empty());
    }
    assert_eq!(printed(&assert_wholly_known_result(&Unknown, &block.ty())).len(), 1);
}

#[test]
fn write_only_attributes_are_found_at_any_depth() {
    let secret = || Attribute::string("secret", "").write_only();
    let nested = |name, nesting| Attribute::nested(name, nesting, vec![secret()], "");
    let group = NestedBlock::new("group", BlockNesting::Group, Block::new("").attribute(secret()));
    let block = Block::new("")
        .attribute(secret())
        .attribute(nested("single", Nesting::Single))
        .attribute(nested("list", Nesting::List))
        .attribute(nested("map", Nesting::Map))
        .nested_block(group);
    let holder = |secret: Value| object([("secret", secret)]);
    let value = |secret: Value| {
        object([
            ("secret", secret.clone()),
            ("single", holder(secret.clone())),
            ("list", list([holder(secret.clone())])),
            ("map", object([("k", holder(secret.clone()))])),
            ("group", holder(secret)),
        ])
    };
    assert!(assert_write_only_null(&block, &value(Null)).is_empty());
    let places = ["secret", "single.secret", "list[0].secret", r#"map["k"].secret"#, "group.secret"];
    let expected = places.map(|place| format!("{place}: value for write-only attribute is not null"));
    assert_eq!(printed(&assert_write_only_null(&block, &value("hush".into()))), expected);
    assert_eq!(printed(&assert_write_only_null(&block, &value(Unknown))), expected);
}

#[test]
fn an_absent_object_has_no_write_only_values() {
    assert!(assert_write_only_null(&holding(name().write_only()), &Null).is_empty());
}

#[test]
fn values_of_other_types_do_not_conform() {
    let cases: [(&str, Type, Value, &str); 11] = [
        ("text for bool", Type::Bool, "true".into(), r#"bool is required, not "true""#),
        ("bool for number", Type::Number, true.into(), "number is required, not true"),
        ("number for text", Type::String, 1.into(), "string is required, not 1"),
        ("set for list", Type::list(Type::String), set(["x".into()]), r#"a list is required, not ["x"]"#),
        ("list for set", Type::set(Type::String), list(["x".into()]), r#"a set is required, not ["x"]"#),
        ("list for map", Type::map(Type::String), list([]), "a map is required, not []"),
        ("text for object", Type::object([("a", Type::Bool)]), "x".into(), r#"an object is required, not "x""#),
        ("a short tuple", Type::Tuple(vec![Type::Bool]), list([]), "a tuple of length 1 is required"),
        ("no type beside", Type::Dynamic, "x".into(), r#"a value with its type is required, not "x""#),
        ("a missing attribute", Type::object([("a", Type::Bool)]), object([]), r#"attribute "a" is required"#),
        ("a stray one", Type::object::<&str>([]), object([("b", Null)]), r#"unsupported attribute "b""#),
    ];
    for (case, ty, value, expected) in cases {
        assert_eq!(printed(&assert_conforms_to_type(&value, &ty)), [expected], "{case}");
    }
}

#[test]
fn what_does_not_conform_is_found_at_its_place() {
    let ty = Type::object([("m", Type::map(Type::list(Type::Bool)))]);
    let value = object([("m", object([("k", list([true.into(), 1.into()]))]))]);
    assert_eq!(printed(&assert_conforms_to_type(&value, &ty)), [r#"m["k"][1]: bool is required, not 1"#]);
    let dynamic = Value::Dynamic(Box::new((Type::Bool, "x".into())));
    assert_eq!(printed(&assert_conforms_to_type(&dynamic, &Type::Dynamic)), [r#"bool is required, not "x""#]);
}

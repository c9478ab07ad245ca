use super::*;
use crate::terraform::schema::Schema;
use crate::terraform::value::Type;

fn generated(attributes: Vec<Attribute>, state: Vec<(&str, Value)>) -> Value {
    let schema = attributes.into_iter().fold(Schema::new(""), Schema::attribute);
    configuration(&schema.block, &Value::map(state))
}

#[test]
fn what_must_be_set_is_and_what_the_provider_decides_is_not() {
    let attributes = vec![
        Attribute::string("name", "").required(),
        Attribute::string("id", "").computed(),
        Attribute::bool("managed", "").optional_computed(),
        Attribute::string("mode", "").default("usual"),
        Attribute::string("other_mode", "").default("usual"),
        Attribute::string("note", ""),
        Attribute::string("absent", ""),
        Attribute::string("old", "").deprecated("gone"),
        Attribute::string("secret", "").write_only(),
    ];
    let state = vec![
        ("name", "n".into()),
        ("id", "i".into()),
        ("managed", true.into()),
        ("mode", "usual".into()),
        ("other_mode", "rare".into()),
        ("note", "".into()),
        ("absent", Value::Null),
        ("old", "o".into()),
        ("secret", "s".into()),
    ];
    let expected = [
        ("name", "n".into()),
        ("id", Value::Null),
        ("managed", Value::Null),
        ("mode", Value::Null),
        ("other_mode", "rare".into()),
        // Not the same as null, for an argument that the provider does not fill in.
        ("note", "".into()),
        ("absent", Value::Null),
        ("old", Value::Null),
        ("secret", Value::Null),
    ];
    assert_eq!(generated(attributes, state), Value::map(expected));
}

#[test]
fn a_default_in_another_spelling_is_the_default() {
    let same = |a: &Value, b: &Value| a.as_str().map(str::to_lowercase) == b.as_str().map(str::to_lowercase);
    let attribute = || Attribute::string("mode", "").default("usual").same_when(same);
    assert_eq!(generated(vec![attribute()], vec![("mode", "USUAL".into())]), Value::map([("mode", Value::Null)]));
    let nothing = generated(vec![attribute()], vec![("mode", Value::Null)]);
    assert_eq!(nothing, Value::map([("mode", Value::Null)]));
}

#[test]
fn an_empty_set_is_left_out_where_nothing_means_the_same() {
    let strings = |name: &str| Attribute::new(name, Type::set(Type::String), "");
    let empty = || Value::Set(Vec::new());
    let attributes = vec![strings("rules").default(empty()), strings("labels")];
    let config = generated(attributes, vec![("rules", empty()), ("labels", empty())]);
    assert_eq!(config, Value::map([("rules", Value::Null), ("labels", empty())]));
}

#[test]
fn objects_are_looked_into() {
    let inner = || vec![Attribute::string("name", "").required(), Attribute::string("address", "").computed()];
    let object = |address: Value| Value::map([("name", Value::from("n")), ("address", address)]);
    for (nesting, state, expected) in [
        (Nesting::Single, object("a".into()), object(Value::Null)),
        (Nesting::List, Value::List(vec![object("a".into())]), Value::List(vec![object(Value::Null)])),
        (Nesting::Set, Value::set(vec![object("a".into())]), Value::set(vec![object(Value::Null)])),
        (Nesting::Map, Value::map([("k", object("a".into()))]), Value::map([("k", object(Value::Null))])),
    ] {
        let nested = Attribute::nested("nested", nesting, inner(), "");
        assert_eq!(generated(vec![nested], vec![("nested", state)]), Value::map([("nested", expected)]), "{nesting:?}");
    }
}

#[test]
fn blocks_are_looked_into_and_timeouts_are_left_out() {
    let inner = Block::new("")
        .attribute(Attribute::string("name", "").required())
        .attribute(Attribute::string("id", "").computed());
    let schema = Schema::new("")
        .nested_block(NestedBlock::single("one", inner.clone()))
        .nested_block(NestedBlock::new("many", BlockNesting::List, inner.clone()))
        .nested_block(NestedBlock::single("absent", inner.clone()))
        .nested_block(NestedBlock::single(timeouts::BLOCK, inner));
    let object = |id: Value| Value::map([("name", "n".into()), ("id", id)]);
    let state = Value::map([
        ("one", object("i".into())),
        ("many", Value::List(vec![object("i".into()), object("j".into())])),
        ("absent", Value::Null),
        ("timeouts", object("i".into())),
    ]);
    let expected = Value::map([
        ("one", object(Value::Null)),
        ("many", Value::List(vec![object(Value::Null), object(Value::Null)])),
        ("absent", Value::Null),
        ("timeouts", Value::Null),
    ]);
    assert_eq!(configuration(&schema.block, &state), expected);
}

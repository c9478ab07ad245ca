//! Literal bytes both ways. The bytes are those that Terraform 1.11 sends, unless the name says otherwise.

use proptest::prelude::*;

use super::{dynamic, number};
use crate::terraform::value::Type;
use crate::terraform::value::Value::{self, Null, Unknown};
use crate::terraform::value::arbitrary::{dynamics_of_any_type, types, values};
use crate::terraform::value::msgpack::{decode, encode};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits")).collect()
}

/// `text` as a msgpack string or, for types, binary data.
fn with_head(head: u8, text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short text");
    [&[head, length], text.as_bytes()].concat()
}

#[test]
fn values_and_bytes_stand_for_each_other() {
    let pair = || Type::object([("a", Type::String), ("b", Type::Bool)]);
    let cases: Vec<(&str, Type, Value, &str)> = vec![
        ("null", Type::String, Null, "c0"),
        ("null object", pair(), Null, "c0"),
        ("unknown", Type::String, Unknown, "d40000"),
        ("unknown list", Type::list(Type::Bool), Unknown, "d40000"),
        ("false", Type::Bool, false.into(), "c2"),
        ("true", Type::Bool, true.into(), "c3"),
        ("zero", Type::Number, 0.into(), "00"),
        ("small", Type::Number, 127.into(), "7f"),
        ("negative", Type::Number, (-1).into(), "ff"),
        ("8 bits", Type::Number, 200.into(), "ccc8"),
        ("16 bits", Type::Number, 443_000.into(), "ce0006c278"),
        ("least 64 bits", Type::Number, i64::MIN.into(), "d38000000000000000"),
        ("greatest signed 64 bits", Type::Number, i64::MAX.into(), "cf7fffffffffffffff"),
        ("2 to the 64th", Type::Number, number("18446744073709551616"), "b4 3138343436373434303733373039353531363136"),
        ("a fraction", Type::Number, number("0.1"), "a3 302e31"),
        ("a negative fraction", Type::Number, number("-2.50"), "a4 2d322e35"),
        ("no text", Type::String, "".into(), "a0"),
        ("text", Type::String, "Deny".into(), "a4 44656e79"),
        ("text beyond ASCII", Type::String, "é".into(), "a2 c3a9"),
        ("list", Type::list(Type::Bool), Value::List(vec![true.into(), Null, Unknown]), "93 c3 c0 d40000"),
        ("no elements", Type::set(Type::String), Value::set(vec![]), "90"),
        ("set", Type::set(Type::String), Value::set(vec!["b".into(), "a".into()]), "92 a161 a162"),
        ("map", Type::map(Type::Bool), Value::map([("k", true.into())]), "81 a16b c3"),
        ("object", pair(), Value::map([("a", "x".into()), ("b", Null)]), "82 a161 a178 a162 c0"),
        (
            "tuple",
            Type::Tuple(vec![Type::Bool, Type::String]),
            Value::List(vec![true.into(), "x".into()]),
            "92 c3 a178",
        ),
        ("empty tuple", Type::Tuple(vec![]), Value::List(vec![]), "90"),
        ("null of no type", Type::Dynamic, Null, "c0"),
        ("unknown of no type", Type::Dynamic, Unknown, "d40000"),
        ("dynamic", Type::Dynamic, dynamic(Type::Bool, true.into()), "92 c406 22626f6f6c22 c3"),
        ("typed null", Type::Dynamic, dynamic(Type::Bool, Null), "92 c406 22626f6f6c22 c0"),
        ("typed unknown", Type::Dynamic, dynamic(Type::Bool, Unknown), "92 c406 22626f6f6c22 d40000"),
    ];
    for (case, ty, value, hex) in cases {
        assert_eq!(decode(&bytes(hex), &ty).expect(case), value, "{case}: read");
        assert_eq!(encode(&value, &ty).expect(case), bytes(hex), "{case}: written");
    }
}

#[test]
fn other_forms_are_read_too() {
    let strings = || Type::set(Type::String);
    let cases: Vec<(&str, Type, &str, Value)> = vec![
        ("an absent value", Type::String, "", Null),
        ("refined: not null", Type::String, "c7030c 8101c2", Unknown),
        ("refined: with a prefix", Type::String, "c7090c 8201c202a4 7072652d", Unknown),
        ("refined, of fixed size", Type::Number, "d60c 8101c280", Unknown),
        ("refined, of no type", Type::Dynamic, "c7030c 8101c2", Unknown),
        ("unknown by another code", Type::Bool, "d40700", Unknown),
        ("unknown of 2 bytes", Type::Bool, "d5000000", Unknown),
        ("unknown of 8 bytes", Type::Bool, "d7000000000000000000", Unknown),
        ("unknown of 16 bytes", Type::Bool, "d80000000000000000000000000000000000", Unknown),
        ("unknown, 16 bits of length", Type::Bool, "c8000100 00", Unknown),
        ("unknown, 32 bits of length", Type::Bool, "c90000000100 00", Unknown),
        ("unsigned 64 bits", Type::Number, "cfffffffffffffffff", number("18446744073709551615")),
        ("signed 8 bits", Type::Number, "d0ff", (-1).into()),
        ("a double that is whole", Type::Number, "cb4000000000000000", 2.into()),
        ("a double that is exact", Type::Number, "cb3fe0000000000000", number("0.5")),
        ("a double nearest to 0.1", Type::Number, "cb3fb999999999999a", number("0.1")),
        ("a single", Type::Number, "ca3f000000", number("0.5")),
        ("a whole number as text", Type::Number, "a3 343433", 443.into()),
        ("with an exponent as text", Type::Number, "a3 316533", 1000.into()),
        ("a longer head than needed", Type::String, "d901 78", "x".into()),
        ("text not composed", Type::String, "a3 65cc81", "é".into()),
        ("a set in another order", strings(), "92 a162 a161", Value::set(vec!["a".into(), "b".into()])),
        ("a set with a duplicate", strings(), "92 a161 a161", Value::set(vec!["a".into()])),
        ("a key not composed", Type::map(Type::Bool), "81 a365cc81 c3", Value::map([("é", true.into())])),
        ("dynamic with its type as text", Type::Dynamic, "92 a6 22626f6f6c22 c3", dynamic(Type::Bool, true.into())),
    ];
    for (case, ty, hex, value) in cases {
        assert_eq!(decode(&bytes(hex), &ty).expect(case), value, "{case}");
    }
}

#[test]
fn attributes_come_in_any_order() {
    let ty = Type::object([("a", Type::String), ("b", Type::Bool), ("c", Type::Number)]);
    let value = Value::map([("a", "x".into()), ("b", true.into()), ("c", 1.into())]);
    for hex in ["83 a161a178 a162c3 a16301", "83 a16301 a161a178 a162c3", "83 a162c3 a16301 a161a178"] {
        assert_eq!(decode(&bytes(hex), &ty).expect("an object"), value);
    }
}

#[test]
fn an_attribute_that_the_value_lacks_is_written_as_null() {
    let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
    let written = encode(&Value::map([("b", true.into())]), &ty).expect("an object");
    assert_eq!(written, bytes("82 a161c0 a162c3"));
}

#[test]
fn a_dynamic_object_brings_its_type() {
    let json = r#"["object",{"cidrs":["list","string"]}]"#;
    let ty = Type::object([("cidrs", Type::list(Type::String))]);
    let value = dynamic(ty, Value::map([("cidrs", Value::List(vec!["x".into()]))]));
    let wire = [vec![0x92], with_head(0xc4, json), bytes("81 a5 6369647273 91 a178")].concat();
    assert_eq!(decode(&wire, &Type::Dynamic).expect("an object"), value);
    assert_eq!(encode(&value, &Type::Dynamic).expect("an object"), wire);
}

#[test]
fn a_dynamic_type_may_have_a_dynamic_one_inside() {
    let inner = dynamic(Type::Bool, true.into());
    let value = dynamic(Type::Tuple(vec![Type::Dynamic, Type::Dynamic]), Value::List(vec![inner, Unknown]));
    let wire = encode(&value, &Type::Dynamic).expect("a tuple");
    assert_eq!(decode(&wire, &Type::Dynamic).expect("a tuple"), value);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again((ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty, true)))) {
        let wire = encode(&value, &ty).expect("a value of its type");
        prop_assert_eq!(decode(&wire, &ty).expect("what was written"), value);
    }
    #[test]
    fn a_dynamic_value_of_any_type_is_read_again(value in dynamics_of_any_type(true)) {
        let wire = encode(&value, &Type::Dynamic).expect("a dynamic value");
        prop_assert_eq!(decode(&wire, &Type::Dynamic).expect("what was written"), value);
    }
}

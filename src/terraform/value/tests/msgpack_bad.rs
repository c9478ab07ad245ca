//! Bytes that are no value of their type: an error with its place, never a panic, a flood or an overflow.

use proptest::prelude::*;

use super::dynamic;
use crate::terraform::value::Value::Null;
use crate::terraform::value::arbitrary::{types, values};
use crate::terraform::value::msgpack::{decode, encode};
use crate::terraform::value::{Type, Value};

fn refused(bytes: &[u8], ty: &Type) -> String {
    decode(bytes, ty).expect_err("not a value of that type").to_string()
}

#[test]
fn values_of_other_types_are_refused() {
    let pair = || Type::Tuple(vec![Type::Bool, Type::Bool]);
    let cases: Vec<(&str, Type, &[u8], &str)> = vec![
        ("text for bool", Type::Bool, b"\xa4true", "bool is required"),
        ("bool for number", Type::Number, b"\xc3", "number is required"),
        ("words for number", Type::Number, b"\xa3abc", "`abc` is not a decimal number"),
        ("infinity", Type::Number, b"\xcb\x7f\xf0\0\0\0\0\0\0", "number is required"),
        ("not a number", Type::Number, b"\xcb\x7f\xf8\0\0\0\0\0\0", "number is required"),
        ("number for text", Type::String, b"\x01", "string is required"),
        ("bytes for text", Type::String, b"\xc4\x01x", "string is required"),
        ("text that is not UTF-8", Type::String, b"\xa1\xff", "string is required"),
        ("map for list", Type::list(Type::Bool), b"\x80", "a list is required"),
        ("list for map", Type::map(Type::Bool), b"\x90", "a map is required"),
        ("list for object", Type::object([("a", Type::Bool)]), b"\x90", "an object is required"),
        ("a short tuple", pair(), b"\x91\xc3", "a tuple of length 2 is required"),
        ("a long tuple", pair(), b"\x93\xc3\xc3\xc3", "the list is longer than its type"),
        ("more than one value", Type::Bool, b"\xc3\xc3", "more bytes than one value has"),
        ("dynamic without a type", Type::Dynamic, b"\xc3", "dynamic value array must have exactly two elements"),
        ("dynamic of three", Type::Dynamic, b"\x93\xc3\xc3\xc3", "dynamic value array must have exactly two elements"),
        ("dynamic of no type", Type::Dynamic, b"\x92\xa4nope\xc3", "the type is not JSON"),
        ("dynamic of an unheard type", Type::Dynamic, b"\x92\xa6\"nope\"\xc3", "not a type: \"nope\""),
        ("dynamic of another type", Type::Dynamic, b"\x92\xa6\"bool\"\x01", "bool is required"),
        ("a byte that msgpack never uses", Type::Bool, b"\xc1", "bool is required"),
    ];
    for (case, ty, bytes, expected) in cases {
        assert_eq!(refused(bytes, &ty), expected, "{case}");
    }
}

#[test]
fn an_object_has_exactly_its_attributes() {
    let ty = Type::object([("a", Type::Bool), ("b", Type::Bool)]);
    assert_eq!(refused(b"\x81\xa1a\xc3", &ty), "an object with 2 attributes is required (1 given)");
    assert_eq!(refused(b"\x82\xa1a\xc3\xa1c\xc3", &ty), "unsupported attribute `c`");
    assert_eq!(refused(b"\x83\xa1a\xc3\xa1b\xc3\xa1b\xc3", &ty), "an object with 2 attributes is required (3 given)");
    assert_eq!(refused(b"\x82\xa1a\xc3\xa1a\xc3", &ty), "an object with 2 attributes is required (2 given)");
}

#[test]
fn an_error_names_its_place() {
    let ty = Type::object([("m", Type::map(Type::list(Type::Bool)))]);
    assert_eq!(refused(b"\x81\xa1m\x81\xa1k\x92\xc3\x01", &ty), "m[\"k\"][1]: bool is required");
    let nested = Type::object([("o", Type::object([("a", Type::Bool)]))]);
    assert_eq!(refused(b"\x81\xa1o\x81\xa1x\xc3", &nested), "o: unsupported attribute `x`");
}

#[test]
fn a_value_that_does_not_fit_is_not_written_and_its_place_is_named() {
    let ty = Type::object([("m", Type::map(Type::list(Type::Bool)))]);
    let value = Value::map([("m", Value::map([("k", Value::List(vec![true.into(), 1.into()]))]))]);
    let error = encode(&value, &ty).expect_err("a number for a bool");
    assert_eq!(error.to_string(), "m[\"k\"][1]: the value is not of type \"bool\"");
    let stray = encode(&Value::map([("x", Null)]), &ty).expect_err("a stray attribute");
    assert_eq!(stray.to_string(), "unsupported attribute `x`");
    assert!(encode(&Value::List(vec![]), &Type::Tuple(vec![Type::Bool])).is_err());
    assert!(encode(&true.into(), &Type::Dynamic).is_err());
}

/// A value with every form in it.
fn everything() -> (Type, Value) {
    let ty = Type::object([
        ("any", Type::Dynamic),
        ("list", Type::list(Type::Number)),
        ("map", Type::map(Type::Bool)),
        ("set", Type::set(Type::String)),
        ("tuple", Type::Tuple(vec![Type::Bool, Type::String])),
        ("unknown", Type::String),
    ]);
    let value = Value::map([
        ("any", dynamic(Type::list(Type::String), Value::List(vec!["x".into()]))),
        ("list", Value::List(vec![super::number("0.1"), i64::MIN.into(), 300.into()])),
        ("map", Value::map([("k", true.into())])),
        ("set", Value::set(vec!["a".into(), "a text that is longer than thirty-one bytes".into()])),
        ("tuple", Value::List(vec![Null, "y".into()])),
        ("unknown", Value::Unknown),
    ]);
    (ty, value)
}

#[test]
fn a_value_cut_short_anywhere_is_refused() {
    let (ty, value) = everything();
    let wire = encode(&value, &ty).expect("a value of its type");
    for length in 1..wire.len() {
        assert!(decode(&wire[..length], &ty).is_err(), "cut after {length} bytes");
    }
    assert_eq!(decode(&wire, &ty).expect("the whole"), value);
}

#[test]
fn a_claimed_length_is_not_believed() {
    let huge = [0xff_u8; 4];
    for (ty, head) in [
        (Type::list(Type::Bool), 0xdd_u8),
        (Type::set(Type::Bool), 0xdd),
        (Type::Tuple(vec![Type::Bool]), 0xdd),
        (Type::map(Type::Bool), 0xdf),
        (Type::object([("a", Type::Bool)]), 0xdf),
        (Type::String, 0xdb),
        (Type::Number, 0xdb),
        (Type::Dynamic, 0xdd),
        (Type::Bool, 0xc9),
    ] {
        assert!(decode(&[&[head][..], &huge].concat(), &ty).is_err(), "{ty:?}");
    }
    assert!(decode(&[&[0x92, 0xc6][..], &huge].concat(), &Type::Dynamic).is_err());
}

#[test]
fn lists_in_lists_that_all_claim_to_be_huge_take_little_memory() {
    let ty = (0..100).fold(Type::Bool, |ty, _| Type::list(ty));
    let wire = [0xdd_u8, 0xff, 0xff, 0xff, 0xff].repeat(100);
    assert!(refused(&wire, &ty).ends_with("the value is cut short"));
}

#[test]
fn dynamic_values_in_dynamic_values_without_end_are_refused() {
    let wire = [&[0x92, 0xa9][..], b"\"dynamic\""].concat().repeat(100_000);
    assert!(refused(&wire, &Type::Dynamic).ends_with("the value is nested too deeply"));
    let in_tuples = [&[0x92, 0xb5][..], b"[\"tuple\",[\"dynamic\"]]", &[0x91]].concat().repeat(100_000);
    assert!(refused(&in_tuples, &Type::Dynamic).ends_with("the value is nested too deeply"));
}

/// It was kept in its wrapping, and so was another value than the one that it was written as.
#[test]
fn a_dynamic_value_that_says_it_is_dynamic_is_what_it_holds() {
    let twice = [&[0x92, 0xa9][..], b"\"dynamic\""].concat().repeat(2);
    let decoded = |rest: &[u8]| decode(&[&twice, rest].concat(), &Type::Dynamic).expect("a value");
    assert_eq!(decoded(&[0xc0]), Null);
    assert_eq!(decoded(&[0xd4, 0, 0]), Value::Unknown);
    assert_eq!(decoded(b"\x92\xc4\x06\"bool\"\xc3"), dynamic(Type::Bool, true.into()));
}

#[test]
fn a_type_description_nested_without_end_is_refused() {
    let description = b"[\"list\",".repeat(100_000);
    let length = u32::try_from(description.len()).expect("32 bits").to_be_bytes();
    let wire = [&[0x92, 0xc6][..], &length, &description].concat();
    assert_eq!(refused(&wire, &Type::Dynamic), "the type is not JSON");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(ty in types(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes, &ty);
    }

    #[test]
    fn a_byte_gone_wrong_never_panics(
        (ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty, true))),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut wire = encode(&value, &ty).expect("a value of its type");
        let place = place.index(wire.len());
        wire[place] = byte;
        let _ = decode(&wire, &ty);
    }
}

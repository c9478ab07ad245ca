//! Numbers: one form for every spelling, exact, in order.

use proptest::prelude::*;

use crate::terraform::value::arbitrary::numbers;
use crate::terraform::value::{Number, NumberError};

fn number(text: &str) -> Number {
    text.parse().expect("a decimal number")
}

#[test]
fn spellings_of_the_same_number_are_equal_and_have_one_text() {
    for (spellings, text) in [
        (&["0", "-0", "0.000", "0e99", "00"][..], "0"),
        (&["10", "1e1", "010", "+10", "10.0", "100e-1"], "10"),
        (&["0.1", ".1", "1e-1", "0.10", "0.01E1"], "0.1"),
        (&["-1.5", "-15e-1", "-1.50"], "-1.5"),
        (&["12.5", "1.25e+1", "12.5e0"], "12.5"),
    ] {
        for spelling in spellings {
            assert_eq!(number(spelling), number(text), "{spelling}");
            assert_eq!(number(spelling).to_string(), text, "{spelling}");
        }
    }
}

#[test]
fn what_is_no_decimal_number_is_refused() {
    for bad in ["", "-", ".", "e5", "1e", "1e1.5", "0x10", "1_000", "--1", "1.2.3", " 1", "NaN", "inf", "١"] {
        assert!(matches!(bad.parse::<Number>(), Err(NumberError::NotDecimal(_))), "{bad:?}");
    }
}

#[test]
fn an_exponent_out_of_all_proportion_is_refused() {
    for bad in ["1e10001", "1e-10001", "1e9223372036854775807", "0.1e-9223372036854775808"] {
        assert!(matches!(bad.parse::<Number>(), Err(NumberError::TooLarge)), "{bad}");
    }
    assert!("1e99999999999999999999".parse::<Number>().is_err());
    assert!("1e10000".parse::<Number>().is_ok());
}

#[test]
fn numbers_beyond_64_bits_are_exact() {
    let text = "12345678901234567890123.000000000000000000000000000001";
    assert_eq!(number(text).to_string(), text);
    assert_ne!(number("9007199254740993"), number("9007199254740992"));
}

#[test]
fn integers_are_told_from_other_numbers() {
    assert_eq!(number("9223372036854775807").as_i64(), Some(i64::MAX));
    assert_eq!(number("-9223372036854775808").as_i64(), Some(i64::MIN));
    assert_eq!(number("9223372036854775808").as_i64(), None);
    assert_eq!(number("18446744073709551615").as_u64(), Some(u64::MAX));
    assert_eq!(number("18446744073709551616").as_u64(), None);
    assert_eq!(number("-1").as_u64(), None);
    assert_eq!(number("1e3").as_i64(), Some(1000));
    assert_eq!(number("0.5").as_i64(), None);
    assert_eq!(number("1e30").as_i64(), None);
    assert!(number("1e30").is_integer());
    assert!(!number("1.5").is_integer());
}

#[test]
fn a_double_is_its_shortest_text() {
    assert_eq!(Number::from_f64(0.1), Some(number("0.1")));
    assert_eq!(Number::from_f64(-0.0), Some(number("0")));
    assert_eq!(Number::from_f64(1e300), Some(number("1e300")));
    assert_eq!(Number::from_f64(5e-324), Some(number("5e-324")));
    for unreal in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Number::from_f64(unreal), None);
    }
}

#[test]
fn numbers_are_in_order() {
    let ascending =
        ["-1e30", "-20", "-3", "-2.5", "-0.1", "0", "1e-30", "0.09", "0.1", "1", "2.5", "3", "12", "20", "123", "1e30"];
    for pair in ascending.windows(2) {
        assert!(number(pair[0]) < number(pair[1]), "{} < {}", pair[0], pair[1]);
        assert!(number(pair[1]) > number(pair[0]), "{} > {}", pair[1], pair[0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_text_of_a_number_is_that_number(n in numbers()) {
        prop_assert_eq!(n.to_string().parse::<Number>().expect("its own text"), n);
    }

    #[test]
    fn the_order_of_doubles_is_that_of_their_numbers(a in any::<f64>(), b in any::<f64>()) {
        if let (Some(x), Some(y)) = (Number::from_f64(a), Number::from_f64(b)) {
            prop_assert_eq!(Some(x.cmp(&y)), a.partial_cmp(&b));
            prop_assert_eq!(x.to_f64().to_bits(), (a + 0.0).to_bits());
        }
    }

    #[test]
    fn the_order_of_integers_is_that_of_their_numbers(a in any::<i64>(), b in any::<i64>()) {
        prop_assert_eq!(Number::from(a).cmp(&Number::from(b)), a.cmp(&b));
        prop_assert_eq!(Number::from(a).as_i64(), Some(a));
    }
}

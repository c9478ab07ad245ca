use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::*;

fn range(text: &str) -> IpRange {
    text.parse().unwrap()
}

fn refusal(text: &str) -> IpRangeError {
    text.parse::<IpRange>().unwrap_err()
}

fn message(text: &str) -> String {
    refusal(text).to_string()
}

#[test]
fn an_address_and_its_32_are_one_value_that_keeps_its_spelling() {
    let (bare, cidr) = (range("1.2.3.4"), range("1.2.3.4/32"));
    assert_eq!(bare, cidr);
    assert_eq!(bare.cmp(&cidr), Ordering::Equal);
    assert_eq!(HashSet::from([bare.clone(), cidr.clone()]).len(), 1);
    assert_eq!(BTreeSet::from([bare.clone(), cidr.clone()]).len(), 1);
    assert_eq!((bare.as_str(), cidr.as_str()), ("1.2.3.4", "1.2.3.4/32"));
    assert_eq!(cidr.to_string(), "1.2.3.4/32");
}

#[test]
fn ranges_of_different_length_at_one_address_differ() {
    assert_ne!(range("16.0.0.0/8"), range("16.0.0.0/9"));
}

#[test]
fn the_canonical_form_drops_a_32_and_nothing_else() {
    assert_eq!(range("1.2.3.4/32").canonical(), "1.2.3.4");
    assert_eq!(range("1.2.3.4").canonical(), "1.2.3.4");
    assert_eq!(range("16.17.18.0/24").canonical(), "16.17.18.0/24");
    assert_eq!(range("0.0.0.0/0").canonical(), "0.0.0.0/0");
}

#[test]
fn a_network_becomes_a_range_without_its_host_bits() {
    let network: Ipv4Net = "16.17.18.19/24".parse().unwrap();
    assert_eq!(IpRange::from(network).as_str(), "16.17.18.0/24");
}

#[test]
fn serde_reads_and_writes_the_spelling() {
    let read: IpRange = serde_json::from_str("\"1.2.3.4/32\"").unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), "\"1.2.3.4/32\"");
    let error = serde_json::from_str::<IpRange>("\"1.2.3.4/33\"").unwrap_err().to_string();
    assert!(error.contains("a number from 0 to 32"), "{error}");
}

#[test]
fn host_bits_are_refused_with_the_corrected_range_and_the_address() {
    assert_eq!(
        message("16.17.18.5/24"),
        r#""16.17.18.5/24" has host bits set: write "16.17.18.0/24" for the whole range, or "16.17.18.5" for the single address"#
    );
    assert!(message("1.2.3.4/0").contains("\"0.0.0.0/0\""));
}

#[test]
fn ipv6_is_refused_by_name() {
    for text in ["2001:db8::1", "2001:db8::/32", "::", "[::1]", "fe80::1%eth0", "::ffff:1.2.3.4", "::1/129"] {
        assert_eq!(refusal(text), IpRangeError::Ipv6 { value: text.into() }, "{text}");
    }
    assert!(message("2001:db8::1").contains("is IPv6"));
}

#[test]
fn leading_zeros_are_refused_with_the_decimal_reading() {
    for (text, corrected) in [
        ("016.17.18.0/24", "16.17.18.0/24"),
        ("1.2.3.04", "1.2.3.4"),
        ("16.0.0.0/08", "16.0.0.0/8"),
        ("00.0.0.0/0", "0.0.0.0/0"),
    ] {
        assert_eq!(refusal(text), IpRangeError::LeadingZeros { value: text.into(), corrected: corrected.into() });
    }
}

#[test]
fn a_single_zero_is_no_leading_zero() {
    assert_eq!(range("16.0.0.0/8").as_str(), "16.0.0.0/8");
}

#[test]
fn spaces_around_are_refused_with_the_text_without_them() {
    for text in [" 1.2.3.4", "1.2.3.4 ", "\t1.2.3.4\n", "\u{a0}1.2.3.4"] {
        assert_eq!(refusal(text), IpRangeError::SurroundingSpaces { value: text.into(), corrected: "1.2.3.4".into() });
    }
}

#[test]
fn a_message_shows_control_characters_escaped() {
    assert_eq!(message("1.2.3.4\n"), r#""1.2.3.4\n" has spaces around it: write "1.2.3.4""#);
}

#[test]
fn spaces_inside_are_refused() {
    for text in ["1.2.3.4 5.6.7.8", "1.2.3.4 /24", "1.2. 3.4"] {
        assert_eq!(refusal(text), IpRangeError::InnerSpaces { value: text.into() });
    }
}

#[test]
fn several_values_in_one_string_are_refused() {
    for text in ["1.2.3.4,5.6.7.8", "1.2.3.4; 5.6.7.8"] {
        assert_eq!(refusal(text), IpRangeError::SeveralValues { value: text.into() });
    }
}

#[test]
fn a_prefix_outside_0_to_32_is_refused() {
    for (text, prefix) in [
        ("1.2.3.4/33", "33"),
        ("1.2.3.4/256", "256"),
        ("1.2.3.4/-1", "-1"),
        ("1.2.3.4/x", "x"),
        ("1.2.3.4/+8", "+8"),
        ("1.2.3.0/24/8", "24/8"),
    ] {
        assert_eq!(refusal(text), IpRangeError::Prefix { value: text.into(), prefix: prefix.into() }, "{text}");
    }
    assert_eq!(refusal("1.2.3.4/"), IpRangeError::NoPrefix { value: "1.2.3.4/".into() });
}

#[test]
fn nothing_is_refused_as_empty() {
    assert_eq!(refusal(""), IpRangeError::Empty { value: String::new() });
    assert_eq!(refusal("  "), IpRangeError::Empty { value: "  ".into() });
}

#[test]
fn names_are_refused_as_names() {
    for text in ["runner.example.com", "localhost", "AzureCloud.WestEurope", "build-agent_1", "1.2.3.4.nip.io"] {
        assert_eq!(refusal(text), IpRangeError::Name { value: text.into() });
    }
}

#[test]
fn a_from_to_range_is_refused_with_its_cidr_ranges() {
    assert_eq!(
        message("1.2.3.4-1.2.3.9"),
        r#""1.2.3.4-1.2.3.9" is a from-to range: write it in CIDR notation, "1.2.3.4/30", "1.2.3.8/31""#
    );
    assert!(message("16.17.18.255 - 16.17.18.0").ends_with(r#", "16.17.18.0/24""#));
}

#[test]
fn a_from_to_range_of_many_pieces_is_cut_short() {
    let message = message("0.0.0.1-255.255.255.254");
    assert!(message.ends_with("and 56 more"), "{message}");
}

#[test]
fn a_netmask_is_refused_with_the_prefix_length() {
    assert_eq!(
        refusal("16.17.18.0/255.255.255.0"),
        IpRangeError::Netmask { value: "16.17.18.0/255.255.255.0".into(), corrected: "16.17.18.0/24".into() }
    );
}

#[test]
fn an_octet_above_255_is_named() {
    assert_eq!(refusal("1.2.256.4"), IpRangeError::OctetOutOfRange { value: "1.2.256.4".into(), octet: "256".into() });
    assert_eq!(
        refusal("1.2.3.99999999999"),
        IpRangeError::OctetOutOfRange { value: "1.2.3.99999999999".into(), octet: "99999999999".into() }
    );
}

#[test]
fn everything_else_is_refused_with_both_forms_shown() {
    for text in
        ["1.2.3", "1.2.3.4.5", "1.2.3.*", "https://1.2.3.4", "1.2.3.4:443", "16909060", "1..2.3", "\u{661}.2.3.4"]
    {
        assert_eq!(refusal(text), IpRangeError::NotIpv4 { value: text.into() }, "{text}");
    }
    assert!(message("1.2.3").contains("\"16.17.18.0/24\""));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,40}") {
        let _ = text.parse::<IpRange>();
    }

    #[test]
    fn almost_addresses_are_read_or_refused_with_their_text(text in "[0-9./: -]{0,22}") {
        match text.parse::<IpRange>() {
            Ok(range) => prop_assert_eq!(range.as_str(), text),
            Err(error) => prop_assert!(error.to_string().starts_with(&format!("{text:?}")), "{}", error),
        }
    }

    #[test]
    fn the_canonical_form_reads_back_as_the_same_value(address: u32, prefix in 0u8..=32) {
        let network = Ipv4Net::new_assert(address.into(), prefix).trunc();
        let read: IpRange = network.to_string().parse().unwrap();
        let again: IpRange = read.canonical().parse().unwrap();
        prop_assert_eq!(again.network(), network);
        prop_assert_eq!(again.canonical(), read.canonical());
    }
}

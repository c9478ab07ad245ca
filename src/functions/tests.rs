use std::slice::from_ref;

use proptest::prelude::*;

use super::all;
use crate::terraform::framework::{Function, FunctionError};
use crate::terraform::value::{Type, Value, msgpack};

fn function(name: &str) -> Function {
    all().into_iter().find(|function| function.name == name).unwrap()
}

/// Calls a function, and proves that the result is of the type that is declared.
fn call(name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    let function = function(name);
    let result = (function.call)(arguments)?;
    let packed = msgpack::encode(&result, &function.returns).unwrap();
    assert_eq!(msgpack::decode(&packed, &function.returns).unwrap(), result);
    Ok(result)
}

fn list<T: AsRef<str>>(texts: &[T]) -> Value {
    Value::List(texts.iter().map(|text| Value::from(text.as_ref())).collect())
}

fn texts(value: &Value) -> Vec<String> {
    value.elements().unwrap().iter().map(|element| element.as_str().unwrap().to_owned()).collect()
}

fn error(name: &str, arguments: &[Value]) -> (String, Option<i64>) {
    let error = call(name, arguments).unwrap_err();
    (error.text, error.argument)
}

#[test]
fn every_function_says_what_it_does() {
    for Function { name, summary, description, parameters, .. } in all() {
        assert!(!summary.is_empty() && !summary.ends_with('.'), "{name}");
        assert!(description.starts_with("Returns ") && description.trim() == description, "{name}");
        assert!(parameters.iter().all(|parameter| !parameter.description.is_empty()), "{name}");
    }
}

#[test]
fn a_single_address_is_spelled_without_its_32() {
    let normalised = |text: &str| call("normalize_ip_rule", &[Value::from(text)]).unwrap();
    assert_eq!(normalised("1.2.3.4/32"), Value::from("1.2.3.4"));
    assert_eq!(normalised("1.2.3.4"), Value::from("1.2.3.4"));
    assert_eq!(normalised("16.17.18.0/24"), Value::from("16.17.18.0/24"));
    assert_eq!(normalised("10.0.0.0/8"), Value::from("10.0.0.0/8"), "spelling is not the place to judge addresses");
}

#[test]
fn host_bits_are_an_error_with_the_corrected_range_as_in_a_plan() {
    let text = r#""1.2.3.4/24" has host bits set: write "1.2.3.0/24" for the whole range, or "1.2.3.4" for the single address"#;
    assert_eq!(error("normalize_ip_rule", &[Value::from("1.2.3.4/24")]), (text.to_owned(), Some(0)));
}

#[test]
fn ipv6_is_called_ipv6() {
    let (text, argument) = error("is_public_ip_rule", &[Value::from("2001:db8::/32")]);
    assert!(text.starts_with("\"2001:db8::/32\" is IPv6, and"), "{text}");
    assert_eq!(argument, Some(0));
}

#[test]
fn normalised_rules_ascend_and_stand_once_each() {
    let rules = ["16.17.18.19/32", "9.0.0.0/8", "16.17.18.0/24", "16.17.18.19", "16.17.18.0/25"];
    let normalised = call("normalize_ip_rules", &[list(&rules)]).unwrap();
    assert_eq!(texts(&normalised), ["9.0.0.0/8", "16.17.18.0/24", "16.17.18.0/25", "16.17.18.19"]);
}

#[test]
fn what_a_plan_refuses_is_not_public_and_what_it_only_warns_of_is() {
    let public = |text: &str| call("is_public_ip_rule", &[Value::from(text)]).unwrap();
    for refused in
        ["10.0.0.1", "0.0.0.0/0", "172.16.0.0/12", "127.0.0.1", "169.254.0.0/16", "100.64.0.0/10", "224.0.0.0/3"]
    {
        assert_eq!(public(refused), Value::Bool(false), "{refused}");
    }
    for taken in
        ["16.17.18.19", "172.15.0.0/16", "11.0.0.0/8", "8.0.0.0/7", "16.17.18.0/31", "203.0.113.7", "100.0.0.0/8"]
    {
        assert_eq!(public(taken), Value::Bool(true), "{taken}");
    }
}

#[test]
fn one_private_range_makes_a_list_not_public() {
    let public = |rules: &[&str]| call("is_public_ip_rules", &[list(rules)]).unwrap();
    assert_eq!(public(&["16.17.18.19", "16.17.18.19/32"]), Value::Bool(true), "a repetition is no matter of addresses");
    assert_eq!(public(&["16.17.18.19", "192.168.0.1"]), Value::Bool(false));
}

#[test]
fn an_empty_list_is_a_list() {
    let empty = list::<&str>(&[]);
    assert_eq!(call("normalize_ip_rules", from_ref(&empty)), Ok(empty.clone()));
    assert_eq!(call("aggregate_ip_rules", from_ref(&empty)), Ok(empty.clone()));
    assert_eq!(call("is_public_ip_rules", from_ref(&empty)), Ok(Value::Bool(true)));
    assert_eq!(call("ip_rules_cover", &[empty, Value::from("16.17.18.19")]), Ok(Value::Bool(false)));
}

#[test]
fn halves_are_joined_and_repetitions_go() {
    let rules = ["16.17.19.0/24", "16.17.18.128/25", "16.17.18.0/25", "16.17.18.0/25", "9.9.9.9/32"];
    assert_eq!(texts(&call("aggregate_ip_rules", &[list(&rules)]).unwrap()), ["9.9.9.9", "16.17.18.0/23"]);
}

#[test]
fn several_rules_cover_a_range_together() {
    let covers = |range: &str| {
        call("ip_rules_cover", &[list(&["16.17.18.0/25", "16.17.18.128/25"]), Value::from(range)]).unwrap()
    };
    assert_eq!(covers("16.17.18.0/24"), Value::Bool(true));
    assert_eq!(covers("16.17.18.255"), Value::Bool(true));
    assert_eq!(covers("16.17.18.0/23"), Value::Bool(false));
}

#[test]
fn a_null_element_is_named_by_its_place_in_every_function_of_lists() {
    let rules = Value::List(vec![Value::from("16.17.18.19"), Value::Null]);
    let said = ("element 1 is null: leave it out, for example with compact()".to_owned(), Some(0));
    for name in ["normalize_ip_rules", "is_public_ip_rules", "aggregate_ip_rules"] {
        assert_eq!(error(name, from_ref(&rules)), said, "{name}");
    }
    assert_eq!(error("ip_rules_cover", &[rules, Value::from("16.17.18.19")]), said);
}

#[test]
fn the_range_that_is_looked_for_is_the_second_argument() {
    let (text, argument) = error("ip_rules_cover", &[list(&["16.17.18.19"]), Value::from("16.17.18.256")]);
    assert!(text.starts_with("\"16.17.18.256\" is not an IPv4 address"), "{text}");
    assert_eq!(argument, Some(1));
}

#[test]
fn one_error_tells_of_every_bad_element() {
    let rules = Value::List(vec![Value::from("x"), Value::from("16.17.18.19"), Value::Null, Value::from("1.2.3.4/8")]);
    let (text, _) = error("aggregate_ip_rules", &[rules]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(lines[0], "3 of the elements cannot be used:");
    assert!(lines[1].starts_with("  - element 0: \"x\" looks like a name"), "{text}");
    assert!(lines[2].starts_with("  - element 2 is null"), "{text}");
    assert!(lines[3].starts_with("  - element 3: \"1.2.3.4/8\" has host bits set"), "{text}");
}

#[test]
fn a_list_with_ipv6_in_it_is_told_how_to_leave_all_of_it_out() {
    let hint = r#"To leave all IPv6 out: [for range in list : range if !strcontains(range, ":")]"#;
    let (text, _) = error("aggregate_ip_rules", &[list(&["16.17.18.19", "2001:db8::/32", "::1"])]);
    assert!(text.ends_with(&format!("\n\n{hint}")), "{text}");
    let (text, _) = error("aggregate_ip_rules", &[list(&["16.17.18.19/24"])]);
    assert!(!text.contains("IPv6"), "{text}");
}

#[test]
fn a_list_of_nothing_but_mistakes_is_told_shortly() {
    let (text, _) = error("aggregate_ip_rules", &[list(&["x"; 1000])]);
    assert_eq!(text.lines().count(), 12, "{text}");
    assert!(text.ends_with("\n  - and 990 more"), "{text}");
}

const REGISTRY: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Demo1";
const SUBNET: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/Rg/providers/microsoft.network/virtualNetworks/net/subnets/app";

#[test]
fn the_parts_of_an_id_are_spelled_as_they_are_in_it() {
    let registry = call("parse_registry_id", &[Value::from(REGISTRY)]).unwrap();
    let parts =
        [("subscription_id", "11111111-1111-1111-1111-111111111111"), ("resource_group_name", "rg"), ("name", "Demo1")];
    assert_eq!(registry, Value::map(parts.map(|(name, part)| (name, Value::from(part)))));
    let subnet = call("parse_subnet_id", &[Value::from(SUBNET)]).unwrap();
    let parts = [
        ("subscription_id", "11111111-1111-1111-1111-111111111111"),
        ("resource_group_name", "Rg"),
        ("virtual_network_name", "net"),
        ("name", "app"),
        ("virtual_network_id", SUBNET.strip_suffix("/subnets/app").unwrap()),
    ];
    assert_eq!(subnet, Value::map(parts.map(|(name, part)| (name, Value::from(part)))));
}

#[test]
fn what_is_no_id_is_told_with_the_segment_and_the_form() {
    let (text, argument) = error("parse_registry_id", &[Value::from(SUBNET)]);
    assert_eq!(argument, Some(0));
    for part in [
        "is not a registry id",
        "segment 6 is \"microsoft.network\"",
        "Microsoft.ContainerRegistry/registries/{registry}",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (text, _) = error("parse_subnet_id", &[Value::from("")]);
    assert!(text.starts_with("\"\" is not a subnet id: it is empty"), "{text}");
}

/// A space of 32 addresses, small enough to look at each.
const SPACE: u32 = 0x10_11_12_E0;

fn rule_text() -> impl Strategy<Value = String> {
    (0u32..32, 27u8..=32, any::<bool>()).prop_map(|(offset, prefix, bare)| {
        let network = ipnet::Ipv4Net::new((SPACE + offset).into(), prefix).unwrap().trunc();
        if bare && prefix == 32 { network.addr().to_string() } else { network.to_string() }
    })
}

/// Which of the 32 addresses are in the rules, by arithmetic of its own.
fn addresses(rules: &[String]) -> u32 {
    let held = |address: u32| {
        rules.iter().any(|rule| {
            let (first, prefix) = rule.split_once('/').unwrap_or((rule, "32"));
            let first = u32::from(first.parse::<std::net::Ipv4Addr>().unwrap());
            let shift = 32 - prefix.parse::<u32>().unwrap();
            address.checked_shr(shift) == first.checked_shr(shift)
        })
    };
    (0..32).filter(|offset| held(SPACE + offset)).fold(0, |set, offset| set | 1 << offset)
}

/// The number of ranges in the smallest list of these addresses: a full half is one range, an empty one none.
fn smallest(set: u32, size: u32) -> usize {
    let full = u32::MAX >> (32 - size);
    match set & full {
        0 => 0,
        part if part == full => 1,
        part => smallest(part, size / 2) + smallest(part >> (size / 2), size / 2),
    }
}

fn any_case(text: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec(any::<bool>(), text.len()).prop_map(|upper| {
        let letters = text.chars().zip(upper);
        letters.map(|(letter, upper)| if upper { letter.to_ascii_uppercase() } else { letter }).collect()
    })
}

proptest! {
    #[test]
    fn normalising_again_changes_nothing(rules in prop::collection::vec(rule_text(), 0..16)) {
        let once = call("normalize_ip_rules", &[list(&rules)]).unwrap();
        prop_assert_eq!(call("normalize_ip_rules", from_ref(&once)).unwrap(), once.clone());
        for rule in texts(&once) {
            prop_assert_eq!(call("normalize_ip_rule", &[Value::from(rule.as_str())]).unwrap(), Value::from(rule));
        }
        prop_assert_eq!(addresses(&texts(&once)), addresses(&rules));
        let distinct: std::collections::BTreeSet<String> = texts(&once).into_iter().collect();
        prop_assert_eq!(distinct.len(), texts(&once).len());
    }

    #[test]
    fn the_order_of_the_rules_does_not_matter(
        (rules, shuffled) in prop::collection::vec(rule_text(), 0..16).prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle()))
    ) {
        for name in ["normalize_ip_rules", "aggregate_ip_rules"] {
            prop_assert_eq!(call(name, &[list(&rules)]), call(name, &[list(&shuffled)]));
        }
    }

    #[test]
    fn aggregated_rules_hold_the_same_addresses_and_aggregate_to_themselves(rules in prop::collection::vec(rule_text(), 0..16)) {
        let aggregated = call("aggregate_ip_rules", &[list(&rules)]).unwrap();
        prop_assert_eq!(addresses(&texts(&aggregated)), addresses(&rules));
        prop_assert_eq!(texts(&aggregated).len(), smallest(addresses(&rules), 32));
        prop_assert_eq!(call("aggregate_ip_rules", from_ref(&aggregated)).unwrap(), aggregated);
    }

    #[test]
    fn cover_is_what_a_look_at_each_address_says(rules in prop::collection::vec(rule_text(), 0..16), asked in rule_text()) {
        let wanted = addresses(from_ref(&asked));
        let covered = addresses(&rules) & wanted == wanted;
        prop_assert_eq!(call("ip_rules_cover", &[list(&rules), Value::from(asked)]).unwrap(), Value::Bool(covered));
    }

    #[test]
    fn an_id_put_together_from_its_parts_is_the_id_again(
        words in (any_case("subscriptions"), any_case("resourcegroups"), any_case("microsoft.network"), any_case("virtualnetworks"), any_case("subnets")),
        names in prop::array::uniform4("[A-Za-z0-9][A-Za-z0-9._-]{0,12}[A-Za-z0-9]"),
    ) {
        let (subscriptions, groups, provider, networks, subnets) = words;
        let [subscription, group, network, subnet] = names;
        let network_id = format!("/{subscriptions}/{subscription}/{groups}/{group}/providers/{provider}/{networks}/{network}");
        let parsed = call("parse_subnet_id", &[Value::from(format!("{network_id}/{subnets}/{subnet}"))]).unwrap();
        let parts = [
            ("subscription_id", subscription),
            ("resource_group_name", group),
            ("virtual_network_name", network),
            ("name", subnet),
            ("virtual_network_id", network_id),
        ];
        prop_assert_eq!(parsed, Value::map(parts.map(|(name, part)| (name, Value::from(part)))));
    }
}

#[test]
fn no_function_takes_null_or_sees_unknown() {
    for function in all() {
        assert!(function.variadic.is_none(), "{}", function.name);
        assert!(
            function.parameters.iter().all(|parameter| !parameter.allow_null && !parameter.allow_unknown),
            "{}",
            function.name
        );
        let typed = |parameter: &crate::terraform::framework::Parameter| {
            [Type::String, Type::list(Type::String)].contains(&parameter.ty)
        };
        assert!(function.parameters.iter().all(typed), "{}", function.name);
    }
}

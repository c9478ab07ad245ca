//! Laws of ids, for every name that Azure takes and for every text that somebody may write.

use std::collections::HashSet;

use proptest::prelude::*;
use url::Url;

use super::super::*;
use crate::azure::request;

/// A name as Azure has them: letters of any script, digits, and what else may stand in one.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9]{1,12}",
        2 => "[-_.()a-z0-9]{1,20}",
        1 => "[a-zäßéłдの]{1,10}",
        1 => Just("x".repeat(90)),
    ]
    .prop_filter("not a step of a path", |name| name != "." && name != "..")
}

/// A text that could lead a URL astray, or any.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => ".{0,30}",
        3 => "[/?#%\\\\@:&=. a\u{0}\n\u{202e}]{1,12}",
        1 => Just("..".to_owned()),
        1 => Just("%2e%2e%2f".to_owned()),
        1 => Just("a/../../b".to_owned()),
        1 => (91_usize..200).prop_map(|length| "x".repeat(length)),
    ]
}

fn is_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c));
    plain && (1..=90).contains(&text.chars().count()) && text != "." && text != ".."
}

/// The text, with each ASCII letter in the case that the bits say.
fn in_letters(text: &str, bits: u64) -> String {
    let case = |(index, letter): (usize, char)| {
        if bits >> (index % 64) & 1 == 0 { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
    };
    text.chars().enumerate().map(case).collect()
}

/// In any letters an id is the same one, by every measure, and is shown as it was written.
fn assert_caseless<T: FromStr<Err = IdError> + fmt::Display + fmt::Debug + Ord + Hash + Clone>(text: &str, bits: u64) {
    let (written, other): (T, T) = (text.parse().unwrap(), in_letters(text, bits).parse().unwrap());
    assert_eq!((&written, written.cmp(&other)), (&other, Ordering::Equal));
    assert_eq!(HashSet::from([written.clone(), other.clone()]).len(), 1);
    assert_eq!((written.to_string(), other.to_string()), (text.to_owned(), in_letters(text, bits)));
}

/// The path of a request is the id, and nothing of the id is anything else of the URL.
fn assert_straight(uri: &http::Uri, id: &str) {
    let url = Url::parse(&uri.to_string()).unwrap();
    let decoded = percent_decoded(url.path());
    assert_eq!((url.host_str(), decoded.as_str()), (Some("management.azure.com"), id));
    assert_eq!((url.query(), url.fragment(), url.username()), (Some("api-version=v"), None, ""));
}

fn percent_decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn arm() -> Url {
    Url::parse("https://management.azure.com").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_registry_id_is_its_parts_in_any_letters(
        subscription in name(), group in name(), registry in "[a-zA-Z0-9]{5,50}", bits: u64,
    ) {
        let id = RegistryId::from_parts(&subscription, &group, &registry).unwrap();
        prop_assert_eq!((id.subscription(), id.resource_group(), id.name()), (&*subscription, &*group, &*registry));
        assert_caseless::<RegistryId>(id.as_str(), bits);
        assert_straight(request::read_registry(&arm(), &id, "v").uri(), id.as_str());
    }

    #[test]
    fn a_subnet_id_is_its_parts_in_any_letters(
        (subscription, group) in (name(), name()), (network, subnet) in (name(), name()), bits: u64,
    ) {
        let id = SubnetId::from_parts(&subscription, &group, &network, &subnet).unwrap();
        let of = id.virtual_network();
        prop_assert_eq!((id.subscription(), id.resource_group(), of.name(), id.name()), (&*subscription, &*group, &*network, &*subnet));
        prop_assert_eq!(of.as_str().parse(), Ok(of));
        assert_caseless::<SubnetId>(id.as_str(), bits);
        assert_caseless::<VirtualNetworkId>(id.virtual_network().as_str(), bits);
        assert_caseless::<SubscriptionId>(&subscription, bits);
        assert_straight(request::read_subnet(&arm(), &id, "v").uri(), id.as_str());
        let endpoint = RegistryEndpointId::of(id.clone());
        prop_assert_eq!(in_letters(&endpoint.to_string(), bits).parse(), Ok(endpoint.clone()));
        prop_assert_eq!(id.as_str().parse(), Ok(endpoint));
    }

    #[test]
    fn a_part_that_is_no_name_makes_no_id(good in name(), bad in hostile(), place in 0..4_usize) {
        prop_assume!(!is_name(&bad));
        let mut parts = [good.as_str(); 4];
        parts[place] = &bad;
        prop_assert!(SubnetId::from_parts(parts[0], parts[1], parts[2], parts[3]).is_err());
        parts[2] = "registry1";
        prop_assert!(place == 2 || place == 3 || RegistryId::from_parts(parts[0], parts[1], parts[2]).is_err());
        prop_assert!(bad.contains('/') || bad.parse::<SubscriptionId>().is_err());
    }

    #[test]
    fn a_text_in_the_place_of_an_id_is_an_id_that_leads_straight_or_is_quoted(
        pieces in prop::collection::vec(prop_oneof![2 => hostile(), 1 => name()], 4), keep in 0..16_u8,
    ) {
        let good = ["s1", "rg", "net1", "app"];
        let part = |index: usize| if keep >> index & 1 == 1 { good[index] } else { pieces[index].as_str() };
        let text = format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/virtualNetworks/{}/subnets/{}",
            part(0), part(1), part(2), part(3)
        );
        match text.parse::<SubnetId>() {
            Ok(id) => assert_straight(request::read_subnet(&arm(), &id, "v").uri(), &text),
            Err(error) => {
                let quoted = format!("{text:?} is not a subnet id: ");
                prop_assert!(error.to_string().starts_with(&quoted), "{}", error);
            }
        }
        let any = pieces[0].as_str();
        let refused = [
            any.parse::<RegistryId>().map_err(|error| error.to_string()).err(),
            any.parse::<VirtualNetworkId>().map_err(|error| error.to_string()).err(),
            any.parse::<RegistryEndpointId>().map_err(|error| error.to_string()).err(),
        ];
        let quoted = format!("{any:?} is not ");
        prop_assert!(refused.iter().all(|said| said.as_ref().is_some_and(|said| said.starts_with(&quoted))), "{:?}", refused);
    }
}

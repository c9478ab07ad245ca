mod properties;

use std::collections::HashSet;

use super::*;

const REGISTRY_ID: &str =
    "/subscriptions/s1/resourceGroups/rg-1/providers/Microsoft.ContainerRegistry/registries/prod1";
const SUBNET_ID: &str =
    "/subscriptions/s2/resourceGroups/Net (x)/providers/Microsoft.Network/virtualNetworks/v_1/subnets/a.b-c";

fn registry_error(text: &str) -> String {
    text.parse::<RegistryId>().unwrap_err().to_string()
}

#[test]
fn a_registry_id_gives_its_parts() {
    let id: RegistryId = REGISTRY_ID.parse().unwrap();
    assert_eq!((id.subscription(), id.resource_group(), id.name()), ("s1", "rg-1", "prod1"));
}

#[test]
fn a_subnet_id_gives_its_parts_and_its_virtual_network() {
    let text = SUBNET_ID.replace(' ', "_");
    let id: SubnetId = text.parse().unwrap();
    assert_eq!((id.subscription(), id.resource_group(), id.name()), ("s2", "Net_(x)", "a.b-c"));
    let network = id.virtual_network();
    assert_eq!(network.name(), "v_1");
    assert_eq!(network, text[..text.len() - "/subnets/a.b-c".len()].parse().unwrap());
}

#[test]
fn ids_are_equal_in_other_letters_and_shown_as_written() {
    let shouted = REGISTRY_ID.to_ascii_uppercase();
    let (a, b): (RegistryId, RegistryId) = (REGISTRY_ID.parse().unwrap(), shouted.parse().unwrap());
    assert_eq!(a, b);
    assert_eq!(a.cmp(&b), Ordering::Equal);
    assert_eq!(HashSet::from([a.clone(), b.clone()]).len(), 1);
    assert_eq!(b.to_string(), shouted);
    assert_ne!(a, REGISTRY_ID.replace("prod1", "prod2").parse().unwrap());
}

#[test]
fn the_error_shows_the_expected_form() {
    assert!(registry_error("nonsense").ends_with(
        "the form is /subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.ContainerRegistry/registries/{registry}"
    ));
}

#[test]
fn a_missing_leading_slash_is_named() {
    assert!(registry_error(&REGISTRY_ID[1..]).contains("does not begin with a slash"));
}

#[test]
fn an_empty_text_is_named() {
    assert!(registry_error("").contains("it is empty"));
}

#[test]
fn a_wrong_provider_namespace_is_named() {
    let text = REGISTRY_ID.replace("Microsoft.ContainerRegistry", "Microsoft.Storage");
    let error = registry_error(&text);
    assert!(
        error.contains(r#"segment 6 is "Microsoft.Storage" where "Microsoft.ContainerRegistry" belongs"#),
        "{error}"
    );
}

#[test]
fn a_virtual_network_id_is_not_a_subnet_id_and_the_missing_segment_is_named() {
    let text = SUBNET_ID.replace(' ', "");
    let error = text[..text.len() - "/subnets/a.b-c".len()].parse::<SubnetId>().unwrap_err().to_string();
    assert!(error.contains(r#"it ends before "subnets""#), "{error}");
}

#[test]
fn what_follows_the_end_is_named() {
    assert!(registry_error(&format!("{REGISTRY_ID}/webhooks/w")).contains(r#"it goes on with "/webhooks/w""#));
    assert!(registry_error(&format!("{REGISTRY_ID}/")).contains(r#"it goes on with "/""#));
}

#[test]
fn an_empty_segment_is_named() {
    let error = registry_error(&REGISTRY_ID.replace("rg-1", ""));
    assert!(error.contains("segment 4, the resource group, is empty"), "{error}");
}

#[test]
fn a_segment_that_would_bend_the_url_is_refused() {
    for bad in ["..", ".", "a?b", "a%2fb", "a#b", "a b", "a\nb", "a\\b"] {
        let error = registry_error(&REGISTRY_ID.replace("rg-1", bad));
        assert!(error.contains("segment 4, the resource group"), "{error}");
    }
}

#[test]
fn a_registry_name_has_5_to_50_letters_and_digits() {
    for (name, good) in
        [("abcd", false), ("abcde", true), (&*"a".repeat(50), true), (&*"a".repeat(51), false), ("ab-cde", false)]
    {
        assert_eq!(REGISTRY_ID.replace("prod1", name).parse::<RegistryId>().is_ok(), good, "{name}");
    }
}

/// Seventy thousand letters were an id, and the URL of the first request a panic.
#[test]
fn a_name_longer_than_any_of_azure_is_refused() {
    for (length, good) in [(90, true), (91, false), (70_000, false)] {
        assert_eq!(REGISTRY_ID.replace("rg-1", &"ä".repeat(length)).parse::<RegistryId>().is_ok(), good, "{length}");
    }
    let error = SUBNET_ID.replace("Net (x)", "rg").replace("a.b-c", &"a".repeat(91)).parse::<SubnetId>().unwrap_err();
    let said = "segment 10, the subnet, has 91 characters, and no Azure name has more than 90";
    assert!(error.to_string().contains(said), "{error}");
    assert!("s".repeat(91).parse::<SubscriptionId>().is_err());
}

#[test]
fn a_resource_group_may_hold_letters_of_any_script() {
    assert!(REGISTRY_ID.replace("rg-1", "größe_ñ").parse::<RegistryId>().is_ok());
}

#[test]
fn a_subscription_is_read_bare_and_in_full() {
    let bare: SubscriptionId = "0000-11".parse().unwrap();
    assert_eq!(bare, "/subscriptions/0000-11".parse().unwrap());
    assert_eq!(bare.to_string(), "0000-11");
    assert!("/subscriptions/".parse::<SubscriptionId>().is_err());
    assert!("".parse::<SubscriptionId>().is_err());
}

#[test]
fn an_endpoint_id_is_read_in_full_and_as_the_bare_subnet() {
    let subnet = SUBNET_ID.replace(' ', "");
    let bare: RegistryEndpointId = subnet.parse().unwrap();
    let full: RegistryEndpointId = format!("{subnet}/serviceendpoints/microsoft.containerregistry").parse().unwrap();
    assert_eq!(bare, full);
    assert_eq!(full.to_string(), format!("{subnet}/serviceEndpoints/Microsoft.ContainerRegistry"));
    assert_eq!(full.subnet().as_str(), subnet);
}

#[test]
fn an_endpoint_of_another_service_is_refused() {
    let error =
        format!("{}/serviceEndpoints/Microsoft.Storage", SUBNET_ID.replace(' ', "")).parse::<RegistryEndpointId>();
    assert!(error.unwrap_err().to_string().contains(r#"segment 12 is "Microsoft.Storage""#));
}

#[test]
fn an_id_is_made_of_its_parts_and_gives_them_back() {
    let registry = RegistryId::from_parts("s1", "rg-1", "prod1").unwrap();
    assert_eq!(registry.as_str(), REGISTRY_ID);
    let subnet = SubnetId::from_parts("s2", "Net_(x)", "v_1", "a.b-c").unwrap();
    assert_eq!(subnet.as_str(), SUBNET_ID.replace(' ', "_"));
    assert_eq!((subnet.subscription(), subnet.virtual_network().name(), subnet.name()), ("s2", "v_1", "a.b-c"));
}

#[test]
fn a_part_that_would_be_more_than_its_segment_is_named() {
    let error = RegistryId::from_parts("s1/resourceGroups/other", "rg-1", "prod1").unwrap_err().to_string();
    assert!(error.contains("segment 2, the subscription \"s1/resourceGroups/other\", holds a character"), "{error}");
    let error = RegistryId::from_parts("s1", "rg-1", "prod1/webhooks/w").unwrap_err().to_string();
    assert!(error.contains("segment 8, the registry \"prod1/webhooks/w\""), "{error}");
    let error = SubnetId::from_parts("s2", "", "v_1", "app").unwrap_err().to_string();
    assert!(error.contains("segment 4, the resource group, is empty"), "{error}");
    let short = RegistryId::from_parts("s1", "rg-1", "abc").unwrap_err().to_string();
    assert!(short.contains("the registry name \"abc\" is not 5 to 50 letters and digits"), "{short}");
}

use serde_json::json;

use super::*;

fn arm() -> Url {
    "https://management.azure.com".parse().unwrap()
}

fn registry() -> RegistryId {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1".parse().unwrap()
}

fn subnet() -> SubnetId {
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n".parse().unwrap()
}

/// A request as text: request line, headers in alphabetical order, body.
fn text(request: &Request<Bytes>) -> String {
    let mut headers: Vec<String> =
        request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    let body = std::str::from_utf8(request.body()).unwrap();
    format!("{} {}\n{}\n\n{body}", request.method(), request.uri(), headers.join("\n"))
}

#[test]
fn reading_a_registry() {
    assert_eq!(
        text(&read_registry(&arm(), &registry(), "2026-03-01-preview")),
        "GET https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1\
         ?api-version=2026-03-01-preview\naccept: application/json\n\n"
    );
}

#[test]
fn updating_a_registry() {
    assert_eq!(
        text(&update_registry(
            &arm(),
            &registry(),
            "2026-03-01-preview",
            &json!({"properties": {"publicNetworkAccess": "Enabled"}})
        )),
        "PATCH https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/prod1\
         ?api-version=2026-03-01-preview\naccept: application/json\ncontent-type: application/json\n\n\
         {\"properties\":{\"publicNetworkAccess\":\"Enabled\"}}"
    );
}

#[test]
fn reading_and_replacing_a_subnet() {
    let url = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n\
               ?api-version=2025-01-01";
    assert_eq!(text(&read_subnet(&arm(), &subnet(), "2025-01-01")), format!("GET {url}\naccept: application/json\n\n"));
    assert_eq!(
        text(&replace_subnet(&arm(), &subnet(), "2025-01-01", &json!({"b": 1, "a": 2}), Some("W/\"e\""))),
        format!(
            "PUT {url}\naccept: application/json\ncontent-type: application/json\nif-match: W/\"e\"\n\n{{\"b\":1,\"a\":2}}"
        )
    );
}

#[test]
fn a_subnet_without_an_etag_is_replaced_without_a_condition() {
    assert!(!replace_subnet(&arm(), &subnet(), "v", &json!({}), None).headers().contains_key(header::IF_MATCH));
}

#[test]
fn reading_a_virtual_network() {
    assert_eq!(
        text(&read_virtual_network(&arm(), &subnet().virtual_network(), "2025-01-01")),
        "GET https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v\
         ?api-version=2025-01-01\naccept: application/json\n\n"
    );
}

#[test]
fn reading_and_registering_a_provider() {
    let subscription = "s".parse().unwrap();
    let base = "https://management.azure.com/subscriptions/s/providers/Microsoft.ContainerRegistry";
    assert_eq!(
        text(&read_provider(&arm(), &subscription, "Microsoft.ContainerRegistry", "2022-09-01")),
        format!("GET {base}?api-version=2022-09-01\naccept: application/json\n\n")
    );
    assert_eq!(
        text(&register_provider(&arm(), &subscription, "Microsoft.ContainerRegistry", "2022-09-01")),
        format!("POST {base}/register?api-version=2022-09-01\naccept: application/json\ncontent-length: 0\n\n")
    );
}

#[test]
fn a_link_is_followed_verbatim() {
    let link = "https://management.azure.com/x/operations/1?api-version=v&t=1&c=MII%2B%2f~a&s=b-_%3D&h=q";
    assert_eq!(poll(link.parse().unwrap()).uri().to_string(), link);
}

#[test]
fn letters_of_other_scripts_are_percent_encoded_and_an_endpoint_may_have_a_path() {
    let id = registry().to_string().replace("/g/", "/größe/").parse().unwrap();
    let request = read_registry(&"https://stack.local/arm/".parse().unwrap(), &id, "v");
    assert!(
        request
            .uri()
            .to_string()
            .starts_with("https://stack.local/arm/subscriptions/s/resourceGroups/gr%C3%B6%C3%9Fe/")
    );
}

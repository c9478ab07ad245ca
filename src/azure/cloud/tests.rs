use super::*;

fn custom(endpoint: &str) -> Result<Cloud, CloudError> {
    let endpoints = Endpoints { resource_manager_endpoint: Some(endpoint.to_owned()), ..Endpoints::default() };
    Cloud::new(CloudName::Public, &endpoints)
}

#[test]
fn each_cloud_has_its_own_endpoints_and_scope() {
    for (name, manager, authority) in [
        ("public", "https://management.azure.com/", "https://login.microsoftonline.com/"),
        ("usgovernment", "https://management.usgovcloudapi.net/", "https://login.microsoftonline.us/"),
        ("china", "https://management.chinacloudapi.cn/", "https://login.chinacloudapi.cn/"),
    ] {
        let cloud = Cloud::named(name.parse().unwrap());
        assert_eq!((cloud.resource_manager().as_str(), cloud.authority().as_str()), (manager, authority));
        assert_eq!(cloud.scope(), format!("{manager}.default"));
    }
}

#[test]
fn another_name_is_refused_with_the_names_there_are() {
    let error = "german".parse::<CloudName>().unwrap_err().to_string();
    assert_eq!(error, r#""german" is not a cloud; the clouds are "public", "usgovernment" and "china""#);
}

#[test]
fn plain_http_goes_to_loopback_only() {
    for good in
        ["http://localhost:8080", "http://arm.Localhost", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:80"]
    {
        assert!(custom(good).is_ok(), "{good}");
    }
    for bad in [
        "http://arm.local",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "http://localhost.evil",
        "http://localhost-evil",
        "http://notlocalhost",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.1.example",
        "http://evil.example\\@localhost",
        "http://evil.example#@localhost",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://0",
        "http://2130706434.example",
        "http://134744072",
        "http://0x08080808",
        "http://010.0.0.1",
        "http://[::2]",
        "http://[::]",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:8.8.8.8]",
        "http://ⓔvil.localhost.example",
    ] {
        assert!(custom(bad).is_err(), "{bad}");
    }
}

/// Numbers and other spellings of an address are what the connection goes to, and that is judged.
#[test]
fn an_address_in_another_spelling_is_the_address_that_it_is() {
    for spelling in ["http://2130706433", "http://0x7f000001", "http://0177.0.0.1", "http://127.1", "http://127.0.0.1."]
    {
        assert_eq!(custom(spelling).unwrap().resource_manager().as_str(), "http://127.0.0.1/", "{spelling}");
    }
    assert_eq!(custom("http://ⓛocalhost").unwrap().resource_manager().host_str(), Some("localhost"));
}

#[test]
fn a_plain_http_authority_is_refused_too() {
    let endpoints =
        Endpoints { active_directory_authority_host: Some("http://login.example".into()), ..Endpoints::default() };
    let error = Cloud::new(CloudName::Public, &endpoints).unwrap_err().to_string();
    assert!(error.starts_with("active_directory_authority_host \"http://login.example\" is plain http"), "{error}");
}

#[test]
fn what_is_no_endpoint_is_refused() {
    for bad in ["", "management.azure.com", "ftp://x", "https://x/?a=b", "https://x/#f", "https://u:secret@x"] {
        assert!(matches!(custom(bad), Err(CloudError::NotAnEndpoint { .. })), "{bad}");
    }
}

/// The first request to seventy thousand letters was a panic.
#[test]
fn an_endpoint_that_no_request_can_be_sent_to_is_refused() {
    assert!(custom(&format!("https://arm.example/{}", "a".repeat(2_000))).is_ok());
    let error = custom(&format!("https://arm.example/{}", "a".repeat(70_000))).unwrap_err().to_string();
    assert!(error.ends_with("no request can be sent to it"), "{error}");
}

#[test]
fn a_password_in_an_endpoint_is_not_repeated() {
    assert!(!custom("https://u:hunter2@x").unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn a_simulator_on_loopback_is_its_own_authority() {
    let cloud = custom("http://127.0.0.1:8080").unwrap();
    assert_eq!(cloud.authority().as_str(), "http://127.0.0.1:8080/");
    assert_eq!(cloud.scope(), "http://127.0.0.1:8080/.default");
}

#[test]
fn a_private_cloud_elsewhere_keeps_the_clouds_authority() {
    assert_eq!(custom("https://arm.example").unwrap().authority().as_str(), "https://login.microsoftonline.com/");
}

#[test]
fn an_audience_is_used_as_given_with_one_slash() {
    let endpoints =
        Endpoints { resource_manager_audience: Some("https://aud.example/".into()), ..Endpoints::default() };
    assert_eq!(Cloud::new(CloudName::Public, &endpoints).unwrap().scope(), "https://aud.example/.default");
}

//! Subscriptions, groups, registrations, the generic list, and the headers of every ARM answer.

use super::*;

#[tokio::test]
async fn what_is_missing_is_named_from_the_outside_in() {
    let azure = Azure::small();
    let tail = "providers/Microsoft.ContainerRegistry/registries/alpha";
    let table = [
        (
            format!("/subscriptions/zz/resourceGroups/rg1/{tail}"),
            "SubscriptionNotFound",
            "The subscription 'zz' could not be found.",
        ),
        (
            format!("/subscriptions/s1/resourceGroups/zz/{tail}"),
            "ResourceGroupNotFound",
            "Resource group 'zz' could not be found.",
        ),
        (
            format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/zz/subnets/a"),
            "ResourceNotFound",
            "The Resource 'Microsoft.Network/virtualNetworks/zz'",
        ),
    ];
    for (path, code, text) in table {
        let version = if path.contains("Network/") { NRP } else { NEW };
        let answer = azure.get(&path, version).await;
        assert_eq!((answer.status, answer.code()), (404, code));
        assert!(answer.message().starts_with(text), "{answer:?}");
    }
}

#[tokio::test]
async fn a_registration_takes_some_polls() {
    let azure = Azure::empty(Settings { registration_polls: 2, ..Settings::default() });
    let unregistered = json!({"id": "s1", "providers": {"Microsoft.ContainerRegistry": "NotRegistered"}});
    azure.simulator.seed(&json!({"subscriptions": [unregistered]})).expect("a good seed");
    let path = "/subscriptions/s1/providers/Microsoft.ContainerRegistry";
    let state = |answer: &Seen| answer.body["registrationState"].as_str().unwrap_or_default().to_owned();
    assert_eq!(state(&azure.get(path, ARM).await), "NotRegistered");
    let registering = azure.send(Method::POST, &format!("{path}/register"), ARM, &json!({})).await;
    assert_eq!((registering.status, state(&registering)), (200, "Registering".to_owned()));
    let mut states = Vec::new();
    for _ in 0..3 {
        states.push(state(&azure.get(path, ARM).await));
    }
    assert_eq!(states, ["Registering", "Registering", "Registered"]);
}

#[tokio::test]
async fn subscriptions_tenants_and_groups_are_listed() {
    let azure = Azure::small();
    assert_eq!(azure.get("/subscriptions", ARM).await.body["value"][0]["subscriptionId"], "s1");
    assert_eq!(azure.get("/subscriptions/s1", ARM).await.body["displayName"], "One");
    assert_eq!(azure.get("/tenants", ARM).await.body["value"][0]["tenantId"], "t1");
    assert_eq!(azure.get("/subscriptions/s1/resourcegroups/RG1", ARM).await.body["id"], GROUP);
}

#[tokio::test]
async fn a_registry_is_found_by_its_name() {
    let azure = Azure::small();
    let filter = "resourceType%20eq%20'Microsoft.ContainerRegistry/registries'%20and%20name%20eq%20'ALPHA'";
    let answer = azure.get(&format!("/subscriptions/s1/resources?$filter={filter}"), ARM).await;
    let found = answer.body["value"].as_array().expect("a list");
    assert_eq!((found.len(), &found[0]["id"]), (1, &json!(REGISTRY)));
    assert_eq!(azure.get("/subscriptions/s1/resources?$filter=nonsense", ARM).await.status, 400);
}

#[tokio::test]
async fn every_answer_has_request_ids_and_echoes_the_correlation() {
    let azure = Azure::small();
    let request = azure.request(Method::GET, REGISTRY, NEW).header("x-ms-correlation-request-id", "c-1");
    let answer = seen(request.header("x-ms-client-request-id", "r-1")).await;
    assert_eq!(answer.header("x-ms-correlation-request-id"), Some("c-1"));
    assert_eq!(answer.header("x-ms-client-request-id"), None);
    for name in ["x-ms-request-id", "x-ms-routing-request-id"] {
        assert!(answer.header(name).is_some_and(|value| value.len() >= 36), "{name}");
    }
    assert_eq!(answer.header("x-ms-ratelimit-remaining-subscription-reads"), Some("249"));
    assert_eq!(answer.header("x-ms-ratelimit-remaining-subscription-global-reads"), Some("3749"));
    let request = azure.request(Method::GET, REGISTRY, NEW).header("x-ms-return-client-request-id", "true");
    let answer = seen(request.header("x-ms-client-request-id", "r-2")).await;
    assert_eq!(answer.header("x-ms-client-request-id"), Some("r-2"));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let azure = Azure::small();
    let send = |kind: &'static str, body: &'static str| {
        seen(azure.request(Method::PATCH, REGISTRY, NEW).header("content-type", kind).body(body))
    };
    let broken = send("application/json", "{").await;
    assert_eq!((broken.status, broken.code()), (400, "InvalidRequestContent"));
    assert_eq!(send("text/plain", "{}").await.status, 415);
}

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::azure::scripted::{Reply, Script, client};

const SUBNET: &str = "/virtualNetworks/v/subnets/n?api-version=2025-01-01";
const NETWORK: &str = "/virtualNetworks/v?api-version=2025-01-01";
const LINK: &str =
    "https://management.azure.com/subscriptions/s/providers/Microsoft.Network/locations/w/operations/1?api-version=v";

fn id(name: &str) -> SubnetId {
    format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}")
        .parse()
        .unwrap()
}

fn call() -> Call {
    Call::within(Duration::from_secs(1800))
}

/// A subnet with an endpoint for storage, and members that nobody here knows.
fn shown(state: &str, etag: &str, with_registry: bool) -> Value {
    let mut endpoints = vec![json!({
        "provisioningState": "Succeeded", "service": "Microsoft.Storage", "locations": ["westeurope"],
        "networkIdentifier": {"id": "/ip"}
    })];
    if with_registry {
        endpoints
            .push(json!({"provisioningState": state, "service": "Microsoft.ContainerRegistry", "locations": ["*"]}));
    }
    json!({
        "name": "n", "etag": etag, "zebra": {"unknown": 1.50},
        "properties": {"provisioningState": state, "addressPrefix": "10.0.0.0/24", "serviceEndpoints": endpoints, "apple": []}
    })
}

fn ok(document: &Value) -> Reply {
    Reply::json(200, document)
}

fn before() -> Reply {
    ok(&shown("Succeeded", "W/\"1\"", false))
}

fn after() -> Reply {
    ok(&shown("Succeeded", "W/\"3\"", true))
}

fn network(state: &str) -> Reply {
    ok(&json!({"properties": {"provisioningState": state}}))
}

/// The answer to the PUT as recorded from Azure: a link, no `Retry-After`.
fn accepted() -> Reply {
    ok(&shown("Updating", "W/\"2\"", true)).header("azure-asyncoperation", LINK)
}

fn done() -> Reply {
    ok(&json!({"status": "Succeeded"}))
}

/// What comes after a PUT that was accepted.
fn ending(script: Script) -> Arc<Script> {
    Arc::new(script.on("GET", LINK, done()).on("GET", SUBNET, after()).on("GET", NETWORK, network("Succeeded")))
}

async fn add(script: &Arc<Script>) -> Result<Updated<Subnet>, WriteFailed<Subnet>> {
    client(script).edit_subnet(&id("n"), &call(), &add_registry_endpoint).await
}

/// It was a success: there was nothing to change that could be changed, and so everything was as wanted.
#[tokio::test(start_paused = true)]
async fn a_document_without_a_list_that_can_be_changed_is_an_error_and_not_a_success() {
    for odd in [
        json!({"properties": []}),
        json!({"properties": {"serviceEndpoints": "Microsoft.ContainerRegistry"}}),
        json!({"properties": {"serviceEndpoints": {}}}),
    ] {
        let script = Arc::new(Script::new().on("GET", SUBNET, ok(&odd)));
        let failed = add(&script).await.unwrap_err();
        assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Malformed, Effect::None), "{odd}");
        script.assert_finished();
    }
}

// The edits.

#[test]
fn adding_touches_nothing_else() {
    let mut document = shown("Succeeded", "e", false);
    let mut expected = document.clone();
    expected["properties"]["serviceEndpoints"]
        .as_array_mut()
        .unwrap()
        .push(json!({"service": "Microsoft.ContainerRegistry"}));
    assert!(add_registry_endpoint(&mut document));
    assert_eq!(document.to_string(), expected.to_string());
}

#[test]
fn adding_what_is_there_in_other_letters_changes_nothing() {
    let mut document = json!({"properties": {"serviceEndpoints": [{"service": "microsoft.containerregistry"}]}});
    let unchanged = document.clone();
    assert!(!add_registry_endpoint(&mut document));
    assert_eq!(document, unchanged);
}

#[test]
fn adding_makes_the_list_where_there_is_none() {
    for mut document in [json!({}), json!({"properties": {}}), json!({"properties": {"serviceEndpoints": null}})] {
        assert!(add_registry_endpoint(&mut document));
        assert_eq!(document, json!({"properties": {"serviceEndpoints": [{"service": "Microsoft.ContainerRegistry"}]}}));
    }
}

#[test]
fn removing_leaves_the_others_and_the_list() {
    let mut document = shown("Succeeded", "e", true);
    assert!(remove_registry_endpoint(&mut document));
    assert_eq!(document.to_string(), shown("Succeeded", "e", false).to_string());
    let mut only = json!({"properties": {"serviceEndpoints": [{"service": "MICROSOFT.CONTAINERREGISTRY"}]}});
    assert!(remove_registry_endpoint(&mut only));
    assert_eq!(only, json!({"properties": {"serviceEndpoints": []}}));
}

#[test]
fn removing_what_is_not_there_changes_nothing() {
    for mut document in [json!({}), json!({"properties": {"serviceEndpoints": null}}), shown("Succeeded", "e", false)] {
        let unchanged = document.clone();
        assert!(!remove_registry_endpoint(&mut document));
        assert_eq!(document, unchanged);
    }
}

#[test]
fn a_document_of_another_shape_is_left_alone() {
    for mut document in [json!([]), json!({"properties": 1}), json!({"properties": {"serviceEndpoints": "x"}})] {
        assert!(!add_registry_endpoint(&mut document));
        assert!(!remove_registry_endpoint(&mut document));
    }
}

// Reading.

#[tokio::test(start_paused = true)]
async fn a_subnet_is_read() {
    let script = Arc::new(Script::new().on("GET", SUBNET, after()));
    let subnet = client(&script).subnet(&id("n"), &call()).await.unwrap().unwrap();
    assert_eq!(subnet.etag(), Some("W/\"3\""));
    assert_eq!(subnet.service_endpoints(), ["Microsoft.Storage", "Microsoft.ContainerRegistry"]);
    let expected =
        RegistryEndpoint { locations: vec!["*".to_owned()], provisioning_state: Some("Succeeded".to_owned()) };
    assert_eq!(subnet.registry_endpoint(), Some(expected));
}

#[tokio::test(start_paused = true)]
async fn the_etag_may_be_in_the_header_alone() {
    let script = Arc::new(Script::new().on("GET", SUBNET, ok(&json!({})).header("etag", "W/\"h\"")));
    let subnet = client(&script).subnet(&id("n"), &call()).await.unwrap().unwrap();
    assert_eq!((subnet.etag(), subnet.registry_endpoint()), (Some("W/\"h\""), None));
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_does_not_exist_is_none() {
    let script = Arc::new(Script::new().on("GET", SUBNET, Reply::error(404, "NotFound", "m")));
    assert_eq!(client(&script).subnet(&id("n"), &call()).await.unwrap(), None);
}

// Writing.

#[tokio::test(start_paused = true)]
async fn the_document_goes_back_as_it_came_but_for_the_one_entry() {
    let script = Script::new().on("GET", SUBNET, before()).on("GET", NETWORK, network("Succeeded")).on(
        "PUT",
        SUBNET,
        accepted(),
    );
    let script = ending(script);
    let updated = add(&script).await.unwrap();
    assert!(
        updated.wrote && updated.before.registry_endpoint().is_none() && updated.after.registry_endpoint().is_some()
    );
    let put = &script.seen()[2];
    let mut expected = shown("Succeeded", "W/\"1\"", false);
    add_registry_endpoint(&mut expected);
    assert_eq!(std::str::from_utf8(&put.body).unwrap(), expected.to_string());
    assert_eq!(put.header("if-match"), "W/\"1\"");
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_there_is_not_put() {
    let script = Arc::new(Script::new().on("GET", SUBNET, after()));
    assert!(!add(&script).await.unwrap().wrote);
}

#[tokio::test(start_paused = true)]
async fn a_removal_is_put_and_proved() {
    let gone = ok(&shown("Succeeded", "W/\"3\"", false));
    let script = Script::new()
        .on("GET", SUBNET, after())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, gone.clone())
        .on("GET", SUBNET, gone)
        .on("GET", NETWORK, network("Succeeded"));
    let script = Arc::new(script);
    let updated = client(&script).edit_subnet(&id("n"), &call(), &remove_registry_endpoint).await.unwrap();
    assert_eq!(updated.after.service_endpoints(), ["Microsoft.Storage"]);
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn an_operation_of_others_is_waited_for_and_the_subnet_read_again() {
    let script = Script::new()
        .on("GET", SUBNET, ok(&shown("Updating", "W/\"0\"", false)))
        .on("GET", SUBNET, ok(&shown("Updating", "W/\"0\"", false)))
        .on("GET", SUBNET, ok(&shown("Succeeded", "W/\"0b\"", false)))
        .on("GET", NETWORK, network("Updating"))
        .on("GET", NETWORK, network("Succeeded"))
        .on("GET", SUBNET, before())
        .on("PUT", SUBNET, accepted());
    let script = ending(script);
    add(&script).await.unwrap();
    assert_eq!(script.seen()[6].header("if-match"), "W/\"1\"");
    let waits: Vec<u64> = script.pauses()[..4].iter().map(Duration::as_secs).collect();
    assert_eq!(waits, [1, 2, 0, 1]);
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn after_the_operation_subnet_and_network_come_to_rest() {
    let script = Script::new()
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, accepted())
        .on("GET", LINK, ok(&json!({"status": "InProgress"})))
        .on("GET", LINK, done())
        .on("GET", SUBNET, ok(&shown("Updating", "W/\"2\"", true)))
        .on("GET", SUBNET, after())
        .on("GET", NETWORK, network("Updating"))
        .on("GET", NETWORK, network("Succeeded"));
    let script = Arc::new(script);
    assert_eq!(add(&script).await.unwrap().after.provisioning_state(), Some("Succeeded"));
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn when_others_are_in_between_the_whole_is_repeated() {
    let nested = json!({"error": {"code": "RetryableError", "message": "A retryable error occurred.",
        "details": [{"code": "ReferencedResourceNotProvisioned", "message": "m"}]}});
    for refused in [
        Reply::error(409, "AnotherOperationInProgress", "m"),
        Reply::error(429, "AnotherOperationInProgress", "m"),
        Reply::error(429, "RetryableErrorDueToAnotherOperation", "m"),
        Reply::error(412, "PreconditionFailed", "m"),
        Reply::error(400, "RetryableError", "m"),
        Reply::json(429, &nested),
        Reply::lost(),
    ] {
        let script = Script::new()
            .on("GET", SUBNET, before())
            .on("GET", NETWORK, network("Succeeded"))
            .on("PUT", SUBNET, refused)
            .on("GET", SUBNET, ok(&shown("Succeeded", "W/\"1b\"", false)))
            .on("GET", NETWORK, network("Succeeded"))
            .on("PUT", SUBNET, accepted());
        let script = ending(script);
        add(&script).await.unwrap();
        assert_eq!(script.seen()[5].header("if-match"), "W/\"1b\"");
        script.assert_finished();
    }
}

#[tokio::test(start_paused = true)]
async fn contention_as_the_result_of_the_operation_is_repeated_too() {
    let failed = json!({"status": "Failed", "error": {"code": "RetryableError", "message": "m"}});
    let script = Script::new()
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, accepted())
        .on("GET", LINK, ok(&failed))
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, accepted());
    let script = ending(script);
    add(&script).await.unwrap();
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn contention_is_sat_out_beyond_the_number_of_retries() {
    let mut script = Script::new();
    for _ in 0..20 {
        script = script.on("GET", SUBNET, before()).on("GET", NETWORK, network("Succeeded")).on(
            "PUT",
            SUBNET,
            Reply::error(429, "AnotherOperationInProgress", "m"),
        );
    }
    let script =
        script.on("GET", SUBNET, before()).on("GET", NETWORK, network("Succeeded")).on("PUT", SUBNET, accepted());
    add(&ending(script)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn rounds_that_others_took_do_not_use_up_the_retries_of_trouble() {
    let round = |script: Script, reply| {
        script.on("GET", SUBNET, before()).on("GET", NETWORK, network("Succeeded")).on("PUT", SUBNET, reply)
    };
    let mut script = Script::new();
    for _ in 0..20 {
        script = round(script, Reply::error(429, "AnotherOperationInProgress", "m"));
    }
    let script = round(script, Reply::error(409, "Conflict", "m"));
    let script = round(script, accepted());
    add(&ending(script)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn contention_ends_with_the_deadline_and_says_so() {
    let script = Script::new().on("GET", SUBNET, before()).on("GET", NETWORK, network("Succeeded")).on(
        "PUT",
        SUBNET,
        Reply::error(409, "AnotherOperationInProgress", "see uri").header("retry-after", "90"),
    );
    let script = Arc::new(script);
    let call = Call::within(Duration::from_secs(60));
    let failed = client(&script).edit_subnet(&id("n"), &call, &add_registry_endpoint).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::Conflict, Effect::None));
    assert!(
        failed.error.to_string().contains("the wait of 90.0 s would pass the end of the time allowed"),
        "{}",
        failed.error
    );
    assert!(failed.seen.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_ends_failed_is_an_error_and_does_not_hang() {
    let script = Script::new()
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, accepted())
        .on("GET", LINK, done())
        .on("GET", SUBNET, ok(&shown("Failed", "W/\"3\"", true)))
        .on("GET", NETWORK, network("Failed"))
        .on("GET", SUBNET, ok(&shown("Failed", "W/\"3\"", true)));
    let script = Arc::new(script);
    let failed = add(&script).await.unwrap_err();
    assert_eq!((failed.error.kind, failed.error.effect), (ErrorKind::OperationFailed, Effect::Unknown));
    assert_eq!(failed.seen.unwrap().provisioning_state(), Some("Failed"));
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_failed_state_before_the_write_does_not_keep_from_writing() {
    let script = Script::new()
        .on("GET", SUBNET, ok(&shown("Failed", "W/\"1\"", false)))
        .on("GET", NETWORK, network("Failed"))
        .on("PUT", SUBNET, accepted());
    add(&ending(script)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_network_that_may_not_be_read_is_not_waited_for() {
    let forbidden = || Reply::error(403, "AuthorizationFailed", "m");
    let script = Script::new()
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, forbidden())
        .on("PUT", SUBNET, accepted())
        .on("GET", LINK, done())
        .on("GET", SUBNET, after())
        .on("GET", NETWORK, forbidden());
    let script = Arc::new(script);
    add(&script).await.unwrap();
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_not_stored_is_an_error_that_tells_what_is_there() {
    let script = Script::new()
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, accepted())
        .on("GET", LINK, done())
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("GET", SUBNET, before());
    let failed = add(&Arc::new(script)).await.unwrap_err();
    assert_eq!(failed.error.kind, ErrorKind::NotStored);
    assert!(failed.error.message.ends_with("its service endpoints are: [Microsoft.Storage]"), "{}", failed.error);
}

#[tokio::test(start_paused = true)]
async fn two_subnets_of_one_network_are_not_written_at_once() {
    let other = "/virtualNetworks/V/subnets/m?api-version=2025-01-01";
    let script = Script::new()
        .on("GET", SUBNET, before())
        .on("GET", NETWORK, network("Succeeded"))
        .on("PUT", SUBNET, accepted())
        .on("GET", LINK, done())
        .on("GET", SUBNET, after())
        .on("GET", NETWORK, network("Succeeded"))
        .on("GET", other, after());
    let script = Arc::new(script);
    let client = client(&script);
    let shouted = id("m").to_string().replace("/v/", "/V/").parse().unwrap();
    let (one, call) = (id("n"), call());
    let (first, second) = tokio::join!(
        client.edit_subnet(&one, &call, &add_registry_endpoint),
        client.edit_subnet(&shouted, &call, &add_registry_endpoint)
    );
    assert_eq!((first.unwrap().wrote, second.unwrap().wrote), (true, false));
    script.assert_finished();
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_does_not_exist_cannot_be_changed() {
    let script = Arc::new(Script::new().on("GET", SUBNET, Reply::error(404, "NotFound", "m")));
    assert_eq!(add(&script).await.unwrap_err().error.kind, ErrorKind::NotFound);
}

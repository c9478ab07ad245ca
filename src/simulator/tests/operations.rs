//! Long-running operations and their endings.

use std::time::Duration;

use super::*;
use crate::simulator::{Action, Fault, RegistryWrites};

#[tokio::test]
async fn an_asynchronous_registry_patch_answers_201_and_is_updating_until_polled() {
    let azure = Azure::small();
    azure.turn(|settings| {
        settings.registry_writes = RegistryWrites::AsyncOperation;
        settings.operation_retry_after = Some(7);
    });
    let answer = azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[])).await;
    assert_eq!((answer.status, answer.header("retry-after")), (201, Some("7")));
    assert_eq!(azure.get(REGISTRY, NEW).await.body["properties"]["provisioningState"], "Updating");
    let busy = azure.patch(NEW, &json!({"tags": {}})).await;
    assert_eq!(busy.status, 409);
    azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    assert_eq!(azure.get(REGISTRY, NEW).await.body["properties"]["provisioningState"], "Succeeded");
}

#[tokio::test]
async fn a_pause_in_milliseconds_goes_beside_the_one_in_seconds_while_the_operation_runs() {
    let azure = Azure::small();
    azure.turn(|settings| {
        settings.registry_writes = RegistryWrites::AsyncOperation;
        settings.operation_retry_after_ms = Some(20);
    });
    let answer = azure.patch(NEW, &rules("Deny", &[], &[])).await;
    assert_eq!((answer.header("retry-after"), answer.header("x-ms-retry-after-ms")), (None, Some("20")));
    let done = azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    assert_eq!(done.header("x-ms-retry-after-ms"), None);
}

#[tokio::test]
async fn the_location_form_answers_202_and_ends_with_the_resource() {
    let azure = Azure::small();
    azure.turn(|settings| settings.registry_writes = RegistryWrites::Location);
    let answer = azure.patch(NEW, &rules("Deny", &["8.8.8.8"], &[])).await;
    assert_eq!((answer.status, answer.header("azure-asyncoperation")), (202, None));
    let done = azure.follow(answer.header("location").expect("a link")).await;
    assert_eq!((done.status, &done.body["id"]), (200, &json!(REGISTRY)));
    assert_eq!(done.body["properties"]["networkRuleSet"]["defaultAction"], "Deny");
}

#[tokio::test]
async fn an_operation_nobody_polls_ends_by_itself() {
    let azure = Azure::small();
    azure.put(PLAIN, NRP, &json!({"properties": {"addressPrefix": "10.0.1.0/24"}})).await;
    assert_eq!(azure.get(PLAIN, NRP).await.body["properties"]["provisioningState"], "Updating");
    azure.clock.advance(Duration::from_secs(3));
    assert_eq!(azure.get(PLAIN, NRP).await.body["properties"]["provisioningState"], "Succeeded");
}

#[tokio::test]
async fn a_failed_operation_says_why_and_leaves_what_was_there() {
    let azure = Azure::small();
    let fail = |keep_effect| Action::FailOperation {
        code: "InternalServerError".to_owned(),
        message: "An error occurred.".to_owned(),
        status: "Failed".to_owned(),
        keep_effect,
    };
    for (keep, expected) in [(false, "Allow"), (true, "Deny")] {
        azure.simulator.fault(Fault::new(fail(keep)).on("PATCH", "/registries/"));
        let answer = azure.patch(NEW, &rules("Deny", &[], &[])).await;
        assert_eq!(answer.status, 201);
        let end = azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
        let error = json!({"code": "InternalServerError", "message": "An error occurred."});
        assert_eq!(end.body, json!({"status": "Failed", "error": error}));
        assert_eq!(azure.rule_set()["defaultAction"], expected);
        assert_eq!(azure.get(REGISTRY, NEW).await.body["properties"]["provisioningState"], "Failed");
    }
}

#[tokio::test]
async fn a_failed_subnet_put_brings_the_old_subnet_back() {
    let azure = Azure::small();
    let action = Action::FailOperation {
        code: "RetryableError".to_owned(),
        message: "A retryable error occurred.".to_owned(),
        status: "Failed".to_owned(),
        keep_effect: false,
    };
    azure.simulator.fault(Fault::new(action).on("PUT", "/subnets/"));
    let answer = azure.put(PLAIN, NRP, &json!({"properties": {"addressPrefix": "10.0.1.0/24"}})).await;
    let end = azure.follow(answer.header("azure-asyncoperation").expect("a link")).await;
    assert_eq!(end.body["status"], "Failed");
    assert!(azure.get(PLAIN, NRP).await.body["properties"].get("networkSecurityGroup").is_some());
    assert_eq!(azure.get(NETWORK, NRP).await.body["properties"]["provisioningState"], "Succeeded");
}

#[tokio::test]
async fn an_unknown_operation_is_not_found() {
    let azure = Azure::small();
    assert_eq!(azure.get(&format!("{REGISTRY}/operationStatuses/none"), NEW).await.status, 404);
}
